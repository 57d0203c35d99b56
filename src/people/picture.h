#ifndef PEOPLE_PICTURE_H
#define PEOPLE_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/field.h"
#include "image/person.h"

/*
 * Pictures that people upload of themselves (account.picture). What comes is kept in
 * the database until the job picture.make has made the files that are shown; these are
 * objects in the store, people/<account>/<picture>/<variant>.<extension>, of nobody's
 * files (storage/kept.h).
 */
struct picture {
	const char *id;    /* UUID */
	const char *state; /* of the type account.picture_state */
	const char *reason;
	int64_t account_id;
	const char *account_uuid;
	const char *visibility; /* "everyone", "members" or "nobody" */
	int64_t bytes, width, height, done;
	const char *format;
	struct utc created, ready_at;
};

/* What somebody uploads. */
struct picture_in {
	const char *bytes;
	size_t size;
	bool cropped;
	int64_t x, y, width, height; /* of the crop */
	const char *key;             /* Idempotency-Key, NULL: none */
	const char
		*made_of; /* "original" that was kept, one "file" of it; NULL: sent */
};

/*
 * Takes in a picture of the actor: its job is added, one that is still being made is
 * replaced. The same key again gives the picture that it gave before. E_PICTURE_BYTES;
 * E_PICTURE_REFUSED: not one of the formats; E_PICTURE_BUSY tells "retry_after". The
 * caller's transaction. E_ACCOUNT_NOT_FOUND.
 */
enum err picture_add(struct ctx *c, const struct picture_in *in, struct picture *out);

/* The same for another account, of bytes of our own: no limit holds, and one that is
 * being made stays (*added is false). E_ACCOUNT_NOT_FOUND. */
enum err picture_add_again(
	struct ctx *c, int64_t account_id, const struct picture_in *in, bool *added);

/*
 * Announces one that comes as an object: *link takes `size` bytes for as long as other
 * upload links do; once they are there it is made. E_PICTURE_BYTES, E_PICTURE_BUSY,
 * E_SERVER_DOWN. The caller's transaction. E_ACCOUNT_NOT_FOUND.
 */
enum err picture_announce(struct ctx *c, int64_t size, const char *type,
	struct picture *out, const char **link);

/* Its bytes have come: it replaces what is being made. *found: it was announced. */
enum err picture_arrived(struct ctx *c, const char *id, bool *found);

/* E_PICTURE_GONE */
enum err picture_by_id(struct ctx *c, const char *id, struct picture *out);

/* The picture of an account that is shown; *found: it has one. */
enum err picture_shown(
	struct ctx *c, int64_t account_id, struct picture *out, bool *found);

/* A file that is shown. */
struct picture_file {
	const char *variant, *extension, *etag;
	int64_t width, height, bytes;
	const char *version_id, *key; /* of the object */
};

/* All files of a picture, in the order of image/person.h. */
enum err picture_files(
	struct ctx *c, const char *id, struct picture_file **out, size_t *count);

/* One file of a picture that is shown, and its picture. E_PICTURE_GONE */
enum err picture_file(struct ctx *c, const char *id, const char *variant,
	const char *extension, struct picture *picture, struct picture_file *out);

/*
 * What an account has and is having made goes, its objects by a job; *count is the
 * number of pictures. The caller's transaction. E_ACCOUNT_NOT_FOUND.
 */
enum err picture_remove(struct ctx *c, int64_t account_id, int64_t *count);

/* Who sees the pictures of the actor from now on. The caller's transaction. */
enum err picture_set_visibility(struct ctx *c, const char *visibility);

/* The key of a file's object; PERSON_FILES: of the original. */
const char *picture_key(struct ctx *c, const struct picture *p, size_t file);

/*
 * A signature that opens what a path means for a quarter of an hour:
 * "expires=...&signature=...". Within five minutes it is the same.
 */
const char *picture_signature(struct ctx *c, const char *path);
bool picture_signature_holds(
	struct ctx *c, const char *path, const char *expires, const char *signature);

/* Pictures whose job has died and past rows of pictures that are over. */
enum err picture_sweep(struct ctx *c);

#endif

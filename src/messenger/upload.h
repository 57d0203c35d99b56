#ifndef MESSENGER_UPLOAD_H
#define MESSENGER_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/field.h"
#include "job/job.h"

/*
 * Files that phones send; their objects are user_content/uploads/<account>/<filename>.
 * Whoever asks for one gets a link to the object store. Pictures are written anew or
 * cut down first, so that no metadata (where a photo was taken, by whom) survives.
 */
struct upload {
	int64_t id, account_id;
	const char *filename, *mimetype, *etag, *server_id;
	int64_t size;
	bool private;
	struct utc modified;
	const char *json; /* the file object of the contract */
};

/* What came, as its sender says. */
struct upload_in {
	const char *name, *type; /* type NULL: not said */
	const char *bytes;
	size_t size;
	bool private;
	const char *alt_data; /* text; NULL: none */
};

/* The ending of a name in small letters, if messenger.upload_extensions has it; else
 * NULL. */
const char *upload_extension(struct ctx *c, const char *name);

/* A file whose bytes are in the store, and whose row is still to come. */
struct upload_stored {
	int64_t account_id, size;
	const char *filename, *original_name, *type, *md5, *server_id;
	const char *alternative; /* JSON, NULL: none */
	bool private;
};

/*
 * Checks a file of the account and puts it into the store. E_DENIED: an ending that is
 * not allowed; E_UPLOAD: the bytes are not what name and type say, or no picture that
 * can be opened; E_QUOTA; E_SERVER_DOWN. Waits for the image process and the store.
 * E_TOO_LARGE. Whatever becomes of the caller: without upload_keep() within the hour
 * the bytes go again.
 */
enum err upload_store(struct ctx *c, int64_t account_id, const struct upload_in *in,
	struct upload_stored *out);

/* Its row, in the transaction of what it is for. E_MISSING; E_QUOTA: others of the
 * account have come meanwhile. */
enum err upload_keep(
	struct ctx *c, const struct upload_stored *stored, struct upload *out);

/* The object's key. */
const char *upload_key(struct ctx *c, int64_t account_id, const char *filename);

/* The bytes of a file that was without have come: where they are, their MD5, size.
 * c->rows is 0 when it has been deleted meanwhile. */
enum err upload_came(struct ctx *c, int64_t id, const char *server_id, const char *md5,
	int64_t size);

/* By its name. E_MISSING, also for one that is deleted or locked. */
enum err upload_get(struct ctx *c, const char *filename, struct upload *out);

/* A presigned address of its bytes, inline for what browsers show, else to be saved.
 * E_MISSING. */
enum err upload_address(struct ctx *c, const struct upload *u, const char **out);

/* The bytes themselves. E_MISSING: the store has lost them, or has others.
 */
enum err upload_bytes(
	struct ctx *c, const struct upload *u, const char **bytes, size_t *size);

/* It is there no more; a job removes the object. The caller's transaction. E_MISSING:
 * somebody else has just deleted it. */
enum err upload_delete(struct ctx *c, const struct upload *u);

/* The same for the file of a URL "/uploads/<name>", if it is the account's. */
enum err upload_delete_url(struct ctx *c, int64_t account_id, const char *url);

/* upload.remove; subject: "<server> <key>". Leaves what is a file by now. */
enum err upload_remove_job(struct ctx *c, const struct job *job);

#endif

#ifndef OBJECT_H
#define OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "s3/digest.h"

/* Which object: the city's listener that was called, bucket and key. */
struct object_name {
	const char *server, *bucket, *key;
};

struct store_object {
	int64_t size;
	const char *etag; /* without quotation marks */
	const char *content_type;
	const char *path; /* under store.directory */
	struct utc modified;
	const char *parts;    /* sizes of the parts it came in: "5242880,17"; or NULL */
	const char *damage;   /* what is wrong with its file, NULL: nothing is known */
	const char *headers;  /* lines "name: value" (store/headers.h), NULL: none */
	const char *checksum; /* "crc32:BASE64", NULL: none was sent */
	const char *upload_id; /* the upload in parts that made it, NULL: none */
	const char *md5; /* of the bytes, where the etag does not say; NULL: unknown */
	struct utc scrubbed_at; /* when all bytes were last read and compared */
};

#define KEY_BYTES 1024 /* longest key */

/* What must be there before, or the object is not stored. Judged in the statement that
 * stores it, so of several at once one wins. An object that is damaged is not there. */
struct object_condition {
	enum {
		PUT_ALWAYS,
		PUT_ABSENT, /* nothing: If-None-Match: * */
		PUT_MATCH,  /* an object with this etag, "*": with any: If-Match */
		PUT_ONCE    /* nothing, or the same bytes: then it is left as it is */
	} rule;
	const char *etag;
};

/*
 * Stores a body that nginx has taken in, over an older object of the name if there is
 * one. Runs a transaction of its own; once it returns OK the object survives a power
 * cut. The event is recorded and handed on by a job. Errors: disk_keep()'s and
 * object_record()'s; then nothing is stored.
 */
struct put_expectation;
struct object_new {
	const char *body_file, *content_type;
	const void *bytes; /* the body itself, of so many bytes; NULL: body_file */
	size_t size;
	const char *headers; /* as struct store_object's. E_S3_CONDITION. */
	const struct put_expectation *wish;
	struct object_condition condition;
};
enum err object_put(struct ctx *c, const struct object_name *name,
	const struct object_new *new, struct store_object *out);

/*
 * Records an object whose file is kept already, with its event, in the caller's
 * transaction. E_S3_NO_BUCKET; E_S3_CONDITION; E_S3_NO_OBJECT: PUT_MATCH without one
 */
enum err object_record(struct ctx *c, const struct object_name *name, const char *event,
	const struct store_object *o, const struct object_condition *condition);

/* "crc32:BASE64" of digits, NULL of NULL; and the kind of such a text, false if it is
 * none. */
const char *object_checksum(struct ctx *c, enum digest_kind kind, const char *digits);
bool object_checksum_kind(const char *text, enum digest_kind *out);

/*
 * Stores a copy of an object of the same city: its file under a second name, its size,
 * etag, parts and checksum; type and headers are *out's. Runs a transaction of its own.
 * E_S3_NO_OBJECT: the source's file has just gone; object_record()'s
 */
enum err object_copy(struct ctx *c, const struct object_name *name,
	const struct store_object *from, const struct object_condition *condition,
	struct store_object *out);

/* One whose file is damaged, too. E_S3_NO_OBJECT, or E_S3_NO_BUCKET if that is why. */
enum err object_own(
	struct ctx *c, const struct object_name *name, struct store_object *out);

/*
 * Removes an object, in the caller's transaction; that it is not there is fine. Its
 * bytes go by a job shortly after, so that a download that has begun finds them.
 */
enum err object_drop(struct ctx *c, const struct object_name *name);

/*
 * Marks an object whose file (path, so that no newer one is meant) is "gone", of
 * another "size" or has other "bytes": for clients it is not there, and it is told as
 * if it had been removed. Nothing of it is. In the caller's transaction.
 */
enum err object_damage(struct ctx *c, const struct object_name *name, const char *path,
	const char *damage);

/* Takes the mark away, and tells as if it had been created. read: all of its bytes were
 * compared; else that is done next. In the caller's transaction. */
enum err object_mend(struct ctx *c, const struct object_name *name, const char *path,
	const char *damage, bool read);

/* Somebody has doubts about an object: its bytes are read next. */
enum err object_doubt(struct ctx *c, const struct object_name *name);

/* Its bytes are read soon, behind what is doubted. */
enum err object_read_soon(struct ctx *c, const struct object_name *name);

/* Tells that the bytes of an object that was doubted are right. In the caller's
 * transaction. */
enum err object_confirm(
	struct ctx *c, const struct object_name *name, const char *path);

/* How many objects a city should have; damaged ones do not count. At most 1. */
enum err object_any(struct ctx *c, const char *server, int64_t *count);

/* What a listing shows: an object, or, when prefix is true, the common beginning of
 * several. */
struct store_entry {
	bool prefix;
	const char *key;
	int64_t size;
	const char *etag;
	struct utc modified;
};

struct store_listing {
	const char *prefix, *delimiter; /* "" for none */
	const char *after;              /* entries behind this one; "" from the start */
	int64_t most;
};

/* Where the listing goes on behind an entry: the next one's `after`. */
const char *object_after(struct ctx *c, const struct store_entry *entry);

/* Entries in the order of bytes, at most most + 1: one more says that there are more.
 */
enum err object_list(struct ctx *c, const char *server, const char *bucket,
	const struct store_listing *listing, struct store_entry **out, size_t *count);

/* What happened to an object: a row of store.event. */
struct store_event {
	const char *server, *bucket, *key;
	bool created; /* else removed */
	int64_t size;
	const char *etag;
};

/* The newest event of the same object; *found is false for one that has been swept. */
enum err object_event(struct ctx *c, int64_t id, struct store_event *out, bool *found);

/* Forgets events from before a moment. */
enum err object_event_sweep(struct ctx *c, struct utc before);

/* Removes those files of a list that no object names. */
enum err object_unlink(struct ctx *c, const char *const *paths, size_t n);

#endif

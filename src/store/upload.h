#ifndef UPLOAD_H
#define UPLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "store/disk.h"
#include "store/object.h"

/* Objects that come in parts. An upload that nobody completes is given up after a week.
 */
#define UPLOAD_PARTS 10000 /* most of one upload, and the largest number */
#define UPLOAD_PART_BYTES (INT64_C(5) * 1048576) /* least of all but the last */

struct store_part {
	int64_t number, size;
	const char *etag; /* without quotation marks */
	const char *path;
	struct utc modified;
	const char *checksum; /* as struct store_object's; what a client names in a
				 completion, too */
};

struct store_upload {
	const char *id, *key;
	struct utc created;
};

/* Begins; *id is the upload's; headers as struct store_object has them. E_S3_NO_BUCKET
 */
enum err upload_open(struct ctx *c, const struct object_name *name,
	const char *content_type, const char *headers, const char **id);

/* Keeps a part, over an older one of the number; out has what it is then. Errors:
 * disk_keep()'s, E_S3_NO_UPLOAD */
enum err upload_part(struct ctx *c, const struct object_name *name, const char *id,
	int64_t number, const char *body_file, const struct put_expectation *wish,
	struct store_part *out);

/* The same with a piece of an object: [first, first + size). E_S3_NO_OBJECT: its file
 * has just gone. E_S3_NO_UPLOAD. */
struct upload_piece {
	const struct store_object *from;
	int64_t first, size;
};
enum err upload_part_copy(struct ctx *c, const struct object_name *name, const char *id,
	int64_t number, const struct upload_piece *piece, struct store_part *out);

/* The parts that have arrived, by number. E_S3_NO_UPLOAD */
enum err upload_parts(struct ctx *c, const struct object_name *name, const char *id,
	struct store_part **out, size_t *count);

/* The uploads of a bucket that are open, by key; at most 1000. */
enum err upload_list(struct ctx *c, const struct object_name *name,
	struct store_upload **out, size_t *count);

/* The parts that a client names, with number and etag. */
struct upload_list {
	const char *id;
	const struct store_part *parts;
	size_t count;
	struct object_condition condition;
	const struct put_expectation *wish; /* size and checksum of the whole */
	const char
		*composite; /* "crc32:BASE64-3": of the parts' checksums; NULL: any */
};

/*
 * Makes the object of the parts that are named, in their order. Runs a transaction of
 * its own. The same list once more finds the object that it has made. E_S3_NO_UPLOAD;
 * E_S3_PART: one is not there; E_S3_PART_ORDER; E_S3_PART_SMALL; E_S3_CHECKSUM;
 * E_S3_TRUNCATED: of another size; object_record()'s
 */
enum err upload_complete(struct ctx *c, const struct object_name *name,
	const struct upload_list *named, struct store_object *out);

/* Gives an upload up, in the caller's transaction; its bytes go after the commit.
 * E_S3_NO_UPLOAD */
enum err upload_drop(struct ctx *c, const struct object_name *name, const char *id);

/* Gives up what was begun before a moment; the bytes are swept. */
enum err upload_sweep(struct ctx *c, struct utc before);

/* Reads the body of CompleteMultipartUpload: number and etag of each part. E_S3_XML */
enum err upload_xml_read(
	struct ctx *c, const char *text, struct store_part *parts, size_t *count);

#endif

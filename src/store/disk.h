#ifndef DISK_H
#define DISK_H

#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "s3/chunked.h"
#include "s3/digest.h"

/*
 * Files of the embedded store under store.directory: <server>/<two letters>/<random
 * name>. A file is written once and never changed; which object it is stands in
 * store.object. nginx takes bodies in at <server>/incoming, so that keeping one is a
 * second name for it, not a copy.
 */
struct disk_file {
	const char *path; /* under store.directory */
	int64_t size;
	const char *md5, *sha256, *checksum; /* lower-case digits; NULL unless asked
					      * for */
	struct utc modified;                 /* whole seconds */
};

/* What a body must be; NULL or -1: anything. */
struct put_expectation {
	const char *md5;    /* 32 digits */
	const char *sha256; /* 64 digits */
	int64_t size;
	const char *checksum; /* digits, of the kind */
	enum digest_kind kind;
	/* The body is in chunks, what is in them is meant; its trailer is a checksum of
	 * the kind. NULL: it is as it came. */
	const struct chunked *chunks;
};

/*
 * Keeps a body that nginx has taken in (NULL or "": an empty one). When it returns OK
 * the file and its folder are on the disk for good. E_S3_TRUNCATED, E_S3_MD5,
 * E_S3_SHA256, E_S3_CHECKSUM: not as wished, and nothing is kept; chunked_read()'s.
 * E_BUSY: the disk refuses, which is logged. E_S3_TRAILER.
 */
enum err disk_keep(struct ctx *c, const char *server, const char *body_file,
	const struct put_expectation *wish, struct disk_file *out);

/* The same with bytes that are in memory. E_S3_CHECKSUM, E_S3_MD5, E_S3_SHA256,
 * E_S3_TRUNCATED. */
enum err disk_keep_bytes(struct ctx *c, const char *server, const void *bytes, size_t n,
	const struct put_expectation *wish, struct disk_file *out);

/*
 * A file that is kept already once more, under a name of its own: its bytes are shared,
 * because they never change. out->md5 is NULL. E_S3_NO_OBJECT: it has just gone
 */
enum err disk_link(
	struct ctx *c, const char *server, const char *path, struct disk_file *out);

/* A piece of such a file, as a file of its own with its MD5. E_S3_TRUNCATED: it is
 * not as long. E_S3_CHECKSUM, E_S3_MD5, E_S3_SHA256. */
enum err disk_slice(struct ctx *c, const char *server, const char *path, int64_t first,
	int64_t size, struct disk_file *out);

/*
 * Makes one file of several, in their order, as durable as disk_keep() does; out->md5
 * is NULL. The bytes are copied by the kernel (or not at all, where the file system can
 * share them).
 */
enum err disk_join(struct ctx *c, const char *server, const char *const *paths,
	size_t n, struct disk_file *out);

/* The digest of a kept file's bytes. */
enum err disk_sum(
	struct ctx *c, const char *path, enum digest_kind kind, const char **digits);

/* Removes a file; that it is not there is fine. */
void disk_drop(struct ctx *c, const char *path);

/* What a row says may have gone from the disk, or been cut. changed: when anybody last
 * touched the file; only with DISK_RIGHT. */
enum disk_found { DISK_RIGHT, DISK_GONE, DISK_SIZE };
enum disk_found disk_find(
	struct ctx *c, const char *path, int64_t size, struct utc *changed);

/*
 * Reads a file from the disk itself, and leaves the page cache to others. go_on is
 * called with the bytes of each piece and may take its time; false ends the reading
 * with E_BUSY.
 */
struct disk_reading {
	const char *path;
	const char *parts; /* sizes with commas between them; NULL: it has none */
	bool (*go_on)(void *thing, int64_t bytes);
	void *thing;
	bool from_cache; /* what is about to be sent from there anyway */
};

struct disk_digests {
	bool unreadable; /* the disk refuses; then there are no digests */
	int64_t size;
	const char *md5, *joined; /* joined: S3's ETag of the parts, NULL without */
};

enum err disk_read(
	struct ctx *c, const struct disk_reading *reading, struct disk_digests *out);

/* Can objects of this city be read and kept? */
bool disk_is_open(struct ctx *c, const char *server);

/*
 * Has no object ever been kept there? The folders that files lie in are never removed,
 * so where there should be objects, the disk is not mounted or is a new one.
 */
bool disk_is_bare(struct ctx *c, const char *server);

/* Makes a city's folder other than bare: whoever calls it knows that its disk is new.
 */
enum err disk_adopt(struct ctx *c, const char *server);

/* Is it a path that disk_keep() could have given? */
bool disk_path_valid(const char *path);

/* The folders under store.directory: one a server. */
const char *const *disk_servers(struct ctx *c, size_t *count);

/*
 * Calls fn for the files of a server last changed before `before`, in batches of paths;
 * n at most DISK_BATCH. Stops at the first error. With incoming, for what nginx has
 * left behind instead.
 */
#define DISK_BATCH 500
enum err disk_walk(struct ctx *c, const char *server, bool incoming, struct utc before,
	enum err (*fn)(struct ctx *c, const char *const *paths, size_t n));

#endif

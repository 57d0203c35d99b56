#ifndef MESSENGER_IMPORT_FILES_H
#define MESSENGER_IMPORT_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"

/*
 * The bytes of an older server's uploads come into the store: <user>/<name> below a
 * folder of this machine, or of a bucket.
 */
struct import_files;

/*
 * from: a folder, or s3://BUCKET[/PREFIX] (user_content/uploads), whose server is
 * `endpoint` (http[s]://host[:port]; NULL: Amazon's of s3.region) and takes s3.user and
 * s3.password. E_INPUT.
 */
enum err import_files_open(struct ctx *c, const char *from, const char *endpoint,
	struct import_files **out);

/* A file whose bytes are still to come. */
struct import_file {
	int64_t id, account_id;
	int64_t old_id; /* of the account, there */
	const char *filename;
};

/* All of them. They live as long as the ctx, and do not need its transaction. */
enum err import_files_missing(struct ctx *c, struct import_file **out, size_t *count);

/*
 * Brings these, or only looks whether they are there (dry), which asks nothing of the
 * database. *missing grows by those that were not found, or that their server refuses,
 * which the log says. Few at a time, in no transaction: each keeps a megabyte until the
 * ctx ends, and another server is waited for. E_SERVER_DOWN, E_BUSY,
 * E_SERVER_NOT_FOUND. E_PEER: twenty in a row are refused.
 */
enum err import_files_bring(struct ctx *c, struct import_files *from, bool dry,
	const struct import_file *list, size_t count, int64_t *missing);

#endif

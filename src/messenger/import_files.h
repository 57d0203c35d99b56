#ifndef MESSENGER_IMPORT_FILES_H
#define MESSENGER_IMPORT_FILES_H

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

/*
 * Up to 20 files whose bytes are still to come, behind *after; *count of them were
 * looked at, and *missing were not found, or are refused by their server, which the log
 * says. Few, because each keeps a megabyte until the ctx ends, and because a
 * transaction of the caller's may not be idle for long. dry: nothing is brought.
 * E_SERVER_DOWN, E_BUSY, E_SERVER_NOT_FOUND. E_PEER: twenty in a row are refused.
 */
enum err import_files(struct ctx *c, struct import_files *from, bool dry,
	int64_t *after, int64_t *count, int64_t *missing);

#endif

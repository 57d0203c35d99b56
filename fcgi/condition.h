#ifndef CONDITION_H
#define CONDITION_H

#include "req.h"

/* Does an If-Match or If-None-Match list hold the tag (given without quotation marks),
 * or is it *? */
bool etag_listed(const char *list, const char *etag);

/*
 * The conditional headers of a request for something that is there, in the order of RFC
 * 9110. OK: send it. E_S3_UNCHANGED: 304. E_S3_CONDITION: 412.
 */
enum err condition_check(struct req *r, const char *etag, struct utc modified);

/* The same for the source of a copy (x-amz-copy-source-if-...): all that does not hold
 * is E_S3_CONDITION. */
enum err condition_check_source(struct req *r, const char *etag, struct utc modified);

/* May the Range header be followed: is there no If-Range, or does it hold? */
bool condition_range(struct req *r, const char *etag, struct utc modified);

#endif

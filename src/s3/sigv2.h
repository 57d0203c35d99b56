#ifndef SIGV2_H
#define SIGV2_H

#include "s3/sigv4.h"

/*
 * Checks a presigned address of Signature Version 2 (AWSAccessKeyId, Expires,
 * Signature): what boto3 makes for us-east-1 unless told otherwise. Only checked, never
 * made here; the body is always open. Called by s3_check(), which says what the errors
 * mean. E_S3_ANONYMOUS, E_S3_AUTH, E_S3_EXPIRED, E_S3_KEY_ID, E_S3_SIGNATURE.
 */
enum err sigv2_check(
	struct ctx *c, const struct s3_request *q, const struct s3_key *key);

/* The same for the policy of a form: base64 of the HMAC-SHA1 of its base64.
 * E_S3_KEY_ID, E_S3_SIGNATURE. */
enum err sigv2_check_policy(
	struct ctx *c, const struct s3_policy *p, const struct s3_key *key);

#endif

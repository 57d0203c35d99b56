/* What the body of a request must be, and whether it is. */
#include "store.h"

#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/str.h"
#include "reply.h"
#include "s3/chunked.h"
#include "s3/digest.h"
#include "store/disk.h"
#include "s3/policy.h"

#define MD5_BYTES 16
#define MD5_BASE64 24 /* characters */

enum err
store_md5(struct req *r, const char **out)
{
	const char *text = req_header(r, "Content-MD5");
	unsigned char bytes[MD5_BYTES + 8];

	*out = NULL;
	if (text == NULL)
		return OK;
	if (strlen(text) != MD5_BASE64 || text[MD5_BASE64 - 3] == '=' ||
		!str_eq(text + MD5_BASE64 - 2, "==") ||
		EVP_DecodeBlock(bytes, (const unsigned char *)text, MD5_BASE64) !=
			MD5_BYTES + 2)
		return fail(&r->ctx, E_S3_MD5_FORM, NULL);
	*out = hex_text(&r->ctx.arena, bytes, MD5_BYTES);
	return OK;
}

static const enum digest_kind known[] = {
	DIGEST_CRC32, DIGEST_CRC32C, DIGEST_CRC64NVME, DIGEST_SHA1, DIGEST_SHA256};

/* x-amz-checksum-crc32 and its like: at most one may be sent. */
enum err
store_checksum(struct req *r, struct put_expectation *out, const char **header)
{
	static const char *const unknown[] = {"x-amz-checksum-md5",
		"x-amz-checksum-sha512", "x-amz-checksum-xxhash3",
		"x-amz-checksum-xxhash64", "x-amz-checksum-xxhash128"};

	*header = NULL;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
		if (req_header(r, unknown[i]) != NULL)
			return fail(&r->ctx, E_S3_NO_FEATURE,
				"this store does not know the header %s", unknown[i]);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		const char *name = arena_fmt(&r->ctx.arena, "x-amz-checksum-%s",
				   digest_name(known[i])),
			   *text = req_header(r, name);

		if (text == NULL)
			continue;
		out->kind = known[i];
		const char *digits = digest_digits(&r->ctx.arena, out->kind, text);
		if (digits == NULL || out->checksum != NULL)
			return fail(&r->ctx, E_S3_CHECKSUM_FORM, NULL);
		out->checksum = digits;
		*header = name;
	}
	return OK;
}

enum err
store_form_checksum(struct req *r, const struct pair *fields, size_t count,
	struct put_expectation *out)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		const char *text = policy_field(fields, count,
			arena_fmt(&r->ctx.arena, "x-amz-checksum-%s",
				digest_name(known[i])));

		if (text[0] == '\0')
			continue;
		out->kind = known[i];
		out->checksum = digest_digits(&r->ctx.arena, out->kind, text);
		return out->checksum != NULL ? OK
					     : fail(&r->ctx, E_S3_CHECKSUM_FORM, NULL);
	}
	return OK;
}

/* Said again in the answer, as S3 does, once it is known to be right. */
void
store_say_checksum(struct req *r, const char *checksum)
{
	size_t kind = checksum == NULL ? 0 : strcspn(checksum, ":");

	if (kind > 0)
		reply_header(r,
			arena_fmt(&r->ctx.arena, "x-amz-checksum-%.*s", (int)kind,
				checksum),
			checksum + kind + 1);
}

/* x-amz-trailer: the one checksum that comes behind the chunks. */
static enum err
read_trailer(struct req *r, struct put_expectation *out, struct chunked *chunks)
{
	const char *name = req_header(r, "x-amz-trailer");

	if (name == NULL)
		return OK;
	if (!chunks->payload->trailer || out->checksum != NULL)
		return fail(&r->ctx, E_S3_CHECKSUM_FORM, NULL);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		chunks->trailer = arena_fmt(
			&r->ctx.arena, "x-amz-checksum-%s", digest_name(known[i]));
		out->kind = known[i];
		if (strcasecmp(chunks->trailer, str_trim(&r->ctx.arena, name)) == 0)
			return OK;
	}
	return fail(&r->ctx, E_S3_NO_FEATURE, "this store does not know the trailer %s",
		name);
}

static enum err
read_chunks(struct req *r, struct put_expectation *out)
{
	struct chunked *chunks = arena_new(&r->ctx.arena, sizeof(*chunks));
	const char *size = req_header(r, "x-amz-decoded-content-length");

	*chunks = (struct chunked){.payload = &call_of(r)->payload};
	if (size == NULL || !int_read(size, &chunks->size) || chunks->size < 0)
		return fail(&r->ctx, E_S3_NO_LENGTH,
			"x-amz-decoded-content-length is needed");
	out->size = chunks->size;
	out->chunks = chunks;
	return read_trailer(r, out, chunks);
}

enum err
store_wish(struct req *r, struct put_expectation *out)
{
	const char *header;

	*out = (struct put_expectation){.sha256 = call_of(r)->payload.sha256};
	TRY(store_md5(r, &out->md5));
	TRY(store_checksum(r, out, &header));
	if (call_of(r)->payload.chunked)
		return read_chunks(r, out);
	if (req_header(r, "x-amz-trailer") != NULL)
		return fail(&r->ctx, E_INPUT, "a trailer needs a body in chunks");
	if (!int_read(req_param(r, "STORE_LENGTH"), &out->size))
		return fail(&r->ctx, E_S3_NO_LENGTH, NULL);
	return OK;
}

enum err
store_small_body(struct req *r)
{
	const char *sha256 = call_of(r)->payload.sha256, *md5;

	TRY(store_md5(r, &md5));
	if (md5 != NULL &&
		!str_eq(md5, digest_of(&r->ctx, DIGEST_MD5, r->body, r->body_size)))
		return fail(&r->ctx, E_S3_MD5, NULL);
	if (sha256 != NULL &&
		!str_eq(sha256, sha256_hex(&r->ctx.arena, r->body, r->body_size)))
		return fail(&r->ctx, E_S3_SHA256, NULL);
	return OK;
}

/* What nginx asks before it takes a body in, and what this store does not do at all. */
#include "store.h"

#include "base/conf.h"
#include "base/str.h"
#include "reply.h"
#include "storage/claim.h"
#include "store/disk.h"
#include "store/scrub.h"
#include "s3/xml.h"

#define CHUNKS_SLACK 1048576

/* A server that is off or not active takes no new objects of files; what has begun may
 * end, and the mark of whose bucket it is comes before anything is removed there. */
static enum err
check_open(struct req *r)
{
	const struct store_call *call = call_of(r);
	bool begins = r->method == PUT ? store_query(r, "uploadId") == NULL
				       : store_query(r, "uploads") != NULL;

	if (call->closed && begins && call->name.key[0] != '\0' &&
		!str_starts(call->name.key, CLAIM_MARK) &&
		str_eq(call->name.bucket, conf.s3_bucket))
		return fail(&r->ctx, E_DENIED,
			"this server takes no new objects at the moment");
	return OK;
}

/* What is stored must be found again: in listings, which are XML, and in addresses. */
static enum err
check_key(struct req *r)
{
	return xml_can_hold(call_of(r)->name.key)
		       ? OK
		       : fail(&r->ctx, E_S3_KEY,
				 "the key has a control character, which no listing "
				 "can hold");
}

/* How long the body is, and whether that is allowed. A copy has none. */
static enum err
check_length(struct req *r)
{
	const char *text = req_param(r, "STORE_LENGTH");
	bool chunked = call_of(r)->payload.chunked;
	int64_t most = r->method == PUT ? conf.store_max_bytes : conf.fcgi_max_body;
	struct put_expectation wish;
	int64_t bytes = 0;

	if (chunked && r->method != PUT)
		return fail(&r->ctx, E_S3_NO_FEATURE,
			"the body of this call is not taken in chunks");
	if (chunked)
		TRY(store_wish(r, &wish));
	if (text[0] == '\0' && (chunked || store_is_copy(r)))
		bytes = chunked ? wish.size : 0;
	else if (!int_read(text, &bytes))
		return fail(&r->ctx, E_S3_NO_LENGTH, NULL);
	/* Heads of chunks need not take more than what is in them. */
	if (chunked && bytes > 2 * wish.size + CHUNKS_SLACK)
		return fail(&r->ctx, E_S3_CHUNKS, "the chunks are too small");
	return (chunked ? wish.size : bytes) <= most ? OK
						     : fail(&r->ctx, E_TOO_LARGE, NULL);
}

/* PUT, POST /.check: asked by nginx before the body of any PUT or POST. 204, or why
 * not. */
enum err
store_check_body(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *md5, *header;
	struct object_condition condition;
	struct put_expectation wish = {0};

	if (call_of(r)->form)
		return store_check_form(r);
	TRY(check_length(r));
	TRY(store_md5(r, &md5));
	TRY(store_plain_call(r));
	TRY(r->method == PUT ? store_checksum(r, &wish, &header) : OK);
	TRY(store_condition(r, &condition));
	TRY(store_check_class(r, store_header(r, "x-amz-acl"),
		store_header(r, "x-amz-storage-class")));
	TRY(check_key(r));
	TRY(check_open(r));
	TRY(scrub_city(c, call_of(r)->name.server));
	return reply_empty(r, 204);
}

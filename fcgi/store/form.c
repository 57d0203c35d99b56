/* Forms that browsers send: "POST Object" of the Amazon S3 API reference. */
#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/str.h"
#include "multipart.h"
#include "reply.h"
#include "store.h"
#include "store/bucket.h"
#include "store/disk.h"
#include "store/headers.h"
#include "s3/policy.h"
#include "store/scrub.h"
#include "s3/xml.h"

#define FIELD_BYTES 16384  /* of one field that is not the file */
#define POLICY_BYTES 16384 /* of a policy in base64 */
#define HEAD_BYTES 65536   /* of all that is not the file */
#define FIELDS_MOST MAX_PARTS

struct form {
	struct pair fields[FIELDS_MOST + 1];
	size_t count;
	struct part file;
};

/* POST /.check for a form: its length is all that is known before its body is there. */
enum err
store_check_form(struct req *r)
{
	const struct store_call *call = call_of(r);
	int64_t bytes;

	if (!int_read(req_param(r, "STORE_LENGTH"), &bytes))
		return fail(&r->ctx, E_S3_NO_LENGTH, NULL);
	if (conf.store_post_bytes == 0)
		return fail(&r->ctx, E_S3_NO_FEATURE, "no forms are taken here");
	if (bytes > conf.store_post_bytes + HEAD_BYTES)
		return fail(&r->ctx, E_TOO_LARGE, NULL);
	TRY(bucket_own(&r->ctx, call->name.server, call->name.bucket));
	TRY(scrub_city(&r->ctx, call->name.server));
	return reply_empty(r, 204);
}

/* The fields before the file; what is behind it does not count. */
static enum err
read_form(struct req *r, struct form *out)
{
	struct ctx *c = &r->ctx;
	struct part *parts = NULL;
	size_t count = 0;

	TRY(req_parts(r, &parts, &count));
	*out = (struct form){.count = 0};
	for (size_t i = 0; i < count && out->file.name == NULL; i++) {
		const struct part *p = &parts[i];

		if (strcasecmp(p->name, "file") == 0) {
			out->file = *p;
			continue;
		}
		if (p->size > FIELD_BYTES || !utf8_valid(p->bytes, p->size) ||
			memchr(p->bytes, '\0', p->size) != NULL)
			return fail(c, E_S3_ARGUMENT,
				"a field is longer than 16 KB or no text: %s", p->name);
		out->fields[out->count++] = (struct pair){
			p->name, arena_strn(&c->arena, p->bytes, p->size)};
	}
	out->fields[out->count++] = (struct pair){"bucket", call_of(r)->name.bucket};
	return out->file.name != NULL ? OK
				      : fail(c, E_S3_ARGUMENT, "the form has no file");
}

static const char *
field(const struct form *f, const char *name)
{
	return policy_field(f->fields, f->count, name);
}

static enum err
check_signature(struct req *r, const struct form *f)
{
	const struct s3_key key = {
		conf.s3_user, conf.s3_password, conf.s3_region, conf.store_regions};
	const char *v4 = field(f, "x-amz-signature");
	const struct s3_policy signed_part = {.policy = field(f, "policy"),
		.signature = v4[0] != '\0' ? v4 : field(f, "signature"),
		.algorithm = field(f, "x-amz-algorithm"),
		.credential = field(f, "x-amz-credential"),
		.date = field(f, "x-amz-date"),
		.id = field(f, "AWSAccessKeyId")};

	return s3_check_policy(&r->ctx, &signed_part, &key);
}

static enum err
check_policy(struct req *r, const struct form *f)
{
	const char *base64 = field(f, "policy");
	char *json = arena_new(&r->ctx.arena, POLICY_BYTES);
	struct policy policy;
	size_t n;

	if (sodium_base642bin((unsigned char *)json, POLICY_BYTES - 1, base64,
		    strlen(base64), NULL, &n, NULL,
		    sodium_base64_VARIANT_ORIGINAL) != 0)
		return fail(&r->ctx, E_S3_POLICY_FORM, NULL);
	json[n] = '\0';
	TRY(policy_check(&r->ctx, json, f->fields, f->count, &policy));
	if ((int64_t)f->file.size < policy.least)
		return fail(&r->ctx, E_S3_SMALL, NULL);
	return (int64_t)f->file.size <= policy.most ? OK
						    : fail(&r->ctx, E_TOO_LARGE, NULL);
}

/* The field "key", where ${filename} stands for what the file is called at home. */
static enum err
read_key(struct req *r, struct form *f, const char **out)
{
	static const char mark[] = "${filename}";
	const char *key = field(f, "key"), *at = strstr(key, mark),
		   *name = f->file.filename == NULL ? "" : f->file.filename;

	for (const char *s = name; *s != '\0'; s++)
		if (*s == '/' || *s == '\\')
			name = s + 1;
	if (at != NULL)
		key = arena_fmt(&r->ctx.arena, "%.*s%s%s", (int)(at - key), key, name,
			at + sizeof(mark) - 1);
	for (size_t i = 0; i < f->count; i++)
		if (strcasecmp(f->fields[i].name, "key") == 0)
			f->fields[i].value = key; /* what the policy is about */
	*out = key;
	if (key[0] == '\0')
		return fail(&r->ctx, E_S3_ARGUMENT, "the form has no key");
	if (strlen(key) > KEY_BYTES)
		return fail(&r->ctx, E_S3_KEY_LONG, NULL);
	return xml_can_hold(key) ? OK : fail(&r->ctx, E_S3_KEY, NULL);
}

/* Fields that are headers of the object, and those that nobody here follows. */
static enum err
read_headers(struct req *r, const struct form *f, const char **out)
{
	struct headers h = {0};

	for (size_t i = 0; i < f->count; i++) {
		const char *name = f->fields[i].name;
		char *lower = arena_str(&r->ctx.arena, name);

		for (char *p = lower; *p != '\0'; p++)
			if (*p >= 'A' && *p <= 'Z')
				*p = (char)(*p | 0x20);
		if (headers_kept(name) || str_starts(lower, HEADERS_META))
			TRY(headers_add(&r->ctx, &h, lower, f->fields[i].value));
		else
			TRY(store_refuse_header(r, lower));
	}
	if (strcasecmp(field(f, "tagging"), "") != 0)
		return fail(&r->ctx, E_S3_NO_FEATURE, "this store has no tagging");
	*out = headers_text(&h);
	return store_check_class(r, field(f, "acl"), field(f, "x-amz-storage-class"));
}

/* 303 to where the form wants its sender to go; false if it does not say. */
static bool
redirect(struct req *r, const struct form *f, const struct object_name *name,
	const char *etag)
{
	struct arena *a = &r->ctx.arena;
	const char *url = field(f, "success_action_redirect");

	if (url[0] == '\0')
		url = field(f, "redirect");
	if ((!str_starts(url, "http://") && !str_starts(url, "https://")) ||
		strpbrk(url, " \r\n\t") != NULL)
		return false;
	reply_redirect(r, 303,
		arena_fmt(a, "%s%cbucket=%s&key=%s&etag=%%22%s%%22", url,
			strchr(url, '?') == NULL ? '?' : '&', name->bucket,
			percent_encode(a, name->key, false), etag));
	return true;
}

static enum err
answer(struct req *r, const struct form *f, const struct object_name *name,
	const struct store_object *o)
{
	const char *status = field(f, "success_action_status"),
		   *where = store_location(r, name);
	struct buf xml = {.arena = &r->ctx.arena};

	reply_header_fmt(r, "ETag", "\"%s\"", o->etag);
	if (redirect(r, f, name, o->etag))
		return OK;
	reply_header(r, "Location", where);
	if (!str_eq(status, "201"))
		return reply_empty(r, str_eq(status, "200") ? 200 : 204);
	buf_add(&xml, STORE_XML "<PostResponse><Location>");
	buf_xml(&xml, where);
	buf_fmt(&xml, "</Location><Bucket>%s</Bucket><Key>", name->bucket);
	buf_xml(&xml, name->key);
	buf_fmt(&xml, "</Key><ETag>&quot;%s&quot;</ETag></PostResponse>", o->etag);
	return reply_text(r, 201, "application/xml", buf_text(&xml), xml.used);
}

/*
 * POST /{bucket} with a form: nginx has it in a file. 204, 200, 201 or 303, as the form
 * says. E_S3_POLICY and others of s3/policy.h; those of a PUT
 */
enum err
store_post_form(struct req *r)
{
	struct object_name name = call_of(r)->name;
	struct form *f = arena_new(&r->ctx.arena, sizeof(*f));
	struct put_expectation wish;
	struct object_new new = {.wish = &wish};
	struct store_object o = {0};

	TRY(read_form(r, f));
	TRY(check_signature(r, f));
	TRY(read_key(r, f, &name.key));
	TRY(check_policy(r, f));
	TRY(read_headers(r, f, &new.headers));
	const char *type = field(f, "Content-Type");
	new.content_type = type[0] == '\0' ? "binary/octet-stream" : type;
	new.bytes = f->file.bytes;
	new.size = f->file.size;
	wish = (struct put_expectation){.size = (int64_t) new.size};
	TRY(store_form_checksum(r, f->fields, f->count, &wish));
	TRY(scrub_city(&r->ctx, name.server));
	TRY(bucket_own(&r->ctx, name.server, name.bucket));
	TRY(object_put(&r->ctx, &name, &new, &o));
	return answer(r, f, &name, &o);
}

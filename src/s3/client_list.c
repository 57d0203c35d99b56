/* What a bucket holds: objects, and uploads that are open. */
#include <string.h>

#include "base/str.h"
#include "s3/call.h"
#include "s3/xml.h"

static enum err
ask(struct s3_call *k, struct xml *x)
{
	TRY(s3_run(k));
	TRY(s3_check_answer(k, false));
	return xml_open(x, k->c, buf_text(&k->answer.text));
}

/* An ETag is in quotation marks, of which XML makes references. */
static const char *
bare(struct ctx *c, const char *etag)
{
	size_t n = strlen(etag);

	return n >= 2 && etag[0] == '"' && etag[n - 1] == '"'
		       ? arena_strn(&c->arena, etag + 1, n - 2)
		       : etag;
}

/* A listing that the XML reader refuses is the peer's fault, not our caller's. */
static enum err
unreadable(struct ctx *c, enum err e)
{
	if (e != E_S3_XML)
		return e;
	ctx_clear_error(c);
	return fail(c, E_PEER, "a listing that cannot be read");
}

static enum err
read_objects(
	struct ctx *c, struct xml *x, struct s3_listed *list, size_t *count, bool *more)
{
	static const char *const key[] = {"ListBucketResult", "Contents", "Key", NULL},
				 *const etag[] = {"ListBucketResult", "Contents",
					 "ETag", NULL},
				 *const size[] = {"ListBucketResult", "Contents",
					 "Size", NULL},
				 *const modified[] = {"ListBucketResult", "Contents",
					 "LastModified", NULL},
				 *const truncated[] = {
					 "ListBucketResult", "IsTruncated", NULL};
	struct s3_listed *o = list;
	bool go_on = true;
	const char *value;

	*more = false;
	while (go_on) {
		TRY(xml_next(x, &go_on));
		if (x->n == 0)
			continue;
		if (xml_inside(x, key) && *count < S3_PAGE) {
			o = &list[(*count)++];
			*o = (struct s3_listed){.etag = ""};
			TRY(xml_value(x, &value));
			o->key = percent_decode(&c->arena, value, strlen(value), false);
		} else if (xml_inside(x, etag)) {
			TRY(xml_value(x, &value));
			o->etag = bare(c, value);
		} else if (xml_inside(x, size)) {
			TRY(xml_value(x, &value));
			int_read(value, &o->size);
		} else if (xml_inside(x, modified)) {
			TRY(xml_value(x, &value));
			utc_parse(value, &o->modified);
		} else if (xml_inside(x, truncated)) {
			TRY(xml_value(x, &value));
			*more = str_eq(value, "true");
		}
	}
	return OK;
}

enum err
s3_list(struct ctx *c, const struct s3_site *site, const char *after,
	struct s3_listed **out, size_t *count, bool *more)
{
	const struct s3_object o = {.site = *site};
	const struct pair extra[] = {{"list-type", "2"}, {"encoding-type", "url"},
		{"max-keys", "1000"}, {"start-after", after}};
	struct s3_call k = {.c = c,
		.o = &o,
		.method = "GET",
		.extra = extra,
		.extras = after[0] == '\0' ? 3 : 4};
	struct xml x;

	*out = arena_new(&c->arena, S3_PAGE * sizeof(**out));
	*count = 0;
	enum err e = ask(&k, &x);
	return unreadable(c, e == OK ? read_objects(c, &x, *out, count, more) : e);
}

static enum err
read_uploads(struct ctx *c, struct xml *x, struct s3_upload *list, size_t *count)
{
	static const char *const key[] = {"ListMultipartUploadsResult", "Upload", "Key",
		NULL},
				 *const id[] = {"ListMultipartUploadsResult", "Upload",
					 "UploadId", NULL},
				 *const begun[] = {"ListMultipartUploadsResult",
					 "Upload", "Initiated", NULL};
	struct s3_upload *u = list;
	bool go_on = true;
	const char *value;

	(void)c;
	while (go_on) {
		TRY(xml_next(x, &go_on));
		if (x->n == 0)
			continue;
		if (xml_inside(x, key) && *count < S3_PAGE) {
			u = &list[(*count)++];
			*u = (struct s3_upload){.id = ""};
			TRY(xml_value(x, &u->key));
		} else if (xml_inside(x, id)) {
			TRY(xml_value(x, &u->id));
		} else if (xml_inside(x, begun)) {
			TRY(xml_value(x, &value));
			utc_parse(value, &u->begun);
		}
	}
	return OK;
}

enum err
s3_uploads(struct ctx *c, const struct s3_site *site, struct s3_upload **out,
	size_t *count)
{
	const struct s3_object o = {.site = *site};
	const struct pair what = {"uploads", ""};
	struct s3_call k = {
		.c = c, .o = &o, .method = "GET", .extra = &what, .extras = 1};
	struct xml x;

	*out = arena_new(&c->arena, S3_PAGE * sizeof(**out));
	*count = 0;
	enum err e = ask(&k, &x);
	return unreadable(c, e == OK ? read_uploads(c, &x, *out, count) : e);
}

/* The text of one element of an answer. */
static enum err
one_value(struct s3_call *k, const char *const *names, const char **out)
{
	bool more = true;
	struct xml x;

	*out = NULL;
	TRY(xml_open(&x, k->c, buf_text(&k->answer.text)));
	while (more) {
		TRY(xml_next(&x, &more));
		if (x.n > 0 && xml_inside(&x, names))
			TRY(xml_value(&x, out));
	}
	return *out != NULL ? OK : fail(k->c, E_S3_XML, NULL);
}

enum err
s3_upload_open(struct ctx *c, const struct s3_object *o, const char **id)
{
	static const char *const names[] = {
		"InitiateMultipartUploadResult", "UploadId", NULL};
	const struct pair what = {"uploads", ""};
	struct s3_call k = {
		.c = c, .o = o, .method = "POST", .extra = &what, .extras = 1};

	TRY(s3_run(&k));
	if (k.status == 404)
		return fail(c, E_MISSING, "the server has no such bucket");
	TRY(s3_check_answer(&k, false));
	return unreadable(c, one_value(&k, names, id));
}

enum err
s3_upload_drop(struct ctx *c, const struct s3_object *o, const char *id)
{
	const struct pair what = {"uploadId", id};
	struct s3_call k = {
		.c = c, .o = o, .method = "DELETE", .extra = &what, .extras = 1};

	TRY(s3_run(&k));
	return s3_check_answer(&k, true);
}

enum err
s3_upload_complete(struct ctx *c, const struct s3_object *o, const char *id,
	const char *const *etags, size_t n, const char **etag)
{
	static const char *const names[] = {
		"CompleteMultipartUploadResult", "ETag", NULL};
	const struct pair what = {"uploadId", id};
	struct buf body = {.arena = &c->arena};
	struct s3_call k = {
		.c = c, .o = o, .method = "POST", .extra = &what, .extras = 1};

	buf_add(&body, "<CompleteMultipartUpload "
		       "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
	for (size_t i = 0; i < n; i++) {
		buf_fmt(&body, "<Part><PartNumber>%zu</PartNumber><ETag>&quot;", i + 1);
		buf_xml(&body, etags[i]);
		buf_add(&body, "&quot;</ETag></Part>");
	}
	buf_add(&body, "</CompleteMultipartUpload>");
	k.body = buf_text(&body);
	TRY(s3_run(&k));
	if (k.status == 404 || (k.status == 400 && strstr(buf_text(&k.answer.text),
							   "<Code>InvalidPart<")))
		return fail(c, E_MISSING,
			"the server does not know the upload or a part of it");
	TRY(s3_check_answer(&k, false));
	/* S3 may say 200 first and then, in the XML, that it did not work. */
	const char *told = "";
	TRY(unreadable(c, one_value(&k, names, &told)));
	*etag = bare(c, told == NULL ? "" : told);
	return OK;
}

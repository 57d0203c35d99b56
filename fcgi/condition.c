#include "condition.h"

#include <string.h>

#include "base/str.h"

bool
etag_listed(const char *list, const char *etag)
{
	size_t n = strlen(etag);

	while (*list != '\0') {
		list += strspn(list, " ,");
		if (*list == '*')
			return true;
		if (strncmp(list, "W/", 2) == 0)
			list += 2;
		size_t quote = *list == '"';
		if (strncmp(list + quote, etag, n) == 0 &&
			strchr("\", ", list[quote + n]) != NULL)
			return true;
		list += strcspn(list, ",");
	}
	return false;
}

/* The four headers, each behind the same prefix. */
static enum err
check(struct req *r, const char *prefix, const char *etag, struct utc modified)
{
	struct arena *a = &r->ctx.arena;
	const char *match = req_header(r, arena_fmt(a, "%sIf-Match", prefix)),
		   *none = req_header(r, arena_fmt(a, "%sIf-None-Match", prefix)),
		   *since = req_header(r, arena_fmt(a, "%sIf-Modified-Since", prefix)),
		   *until =
			   req_header(r, arena_fmt(a, "%sIf-Unmodified-Since", prefix));
	struct utc at;

	if (match != NULL && !etag_listed(match, etag))
		return fail(&r->ctx, E_S3_CONDITION, NULL);
	if (match == NULL && http_date_read(until, &at) && modified.us > at.us)
		return fail(&r->ctx, E_S3_CONDITION, NULL);
	if (none != NULL)
		return etag_listed(none, etag) ? fail(&r->ctx, E_S3_UNCHANGED, NULL)
					       : OK;
	if (http_date_read(since, &at) && modified.us <= at.us)
		return fail(&r->ctx, E_S3_UNCHANGED, NULL);
	return OK;
}

enum err
condition_check(struct req *r, const char *etag, struct utc modified)
{
	return check(r, "", etag, modified);
}

enum err
condition_check_source(struct req *r, const char *etag, struct utc modified)
{
	if (check(r, "x-amz-copy-source-", etag, modified) == OK)
		return OK;
	ctx_clear_error(&r->ctx);
	return fail(&r->ctx, E_S3_CONDITION, "a condition on the source does not hold");
}

bool
condition_range(struct req *r, const char *etag, struct utc modified)
{
	const char *text = req_header(r, "If-Range");
	struct utc at;

	if (text == NULL)
		return true;
	if (http_date_read(text, &at))
		return at.us == modified.us;
	return text[0] == '"' && etag_listed(text, etag);
}

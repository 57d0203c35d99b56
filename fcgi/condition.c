#include "condition.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#include "base/str.h"

static const char days[] = "SunMonTueWedThuFriSat";
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

char *
http_date(struct arena *a, struct utc at)
{
	time_t seconds = (time_t)(at.us / US_PER_SECOND);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return arena_fmt(a, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
		days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
		tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* So many digits at text, -1 if there is anything else. */
static int
digits(const char *text, int count)
{
	int n = 0;

	for (int i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		n = n * 10 + (text[i] - '0');
	}
	return n;
}

bool
http_date_read(const char *text, struct utc *out)
{
	struct tm tm = {0};

	if (text == NULL || strlen(text) != 29 || text[3] != ',' || text[4] != ' ' ||
		text[7] != ' ' || text[11] != ' ' || text[16] != ' ' ||
		text[19] != ':' || text[22] != ':' || !str_eq(text + 25, " GMT"))
		return false;
	for (int month = 0; month < 12; month++)
		if (strncmp(text + 8, months + (ptrdiff_t)3 * month, 3) == 0)
			tm.tm_mon = month + 1;
	tm.tm_mday = digits(text + 5, 2);
	tm.tm_year = digits(text + 12, 4);
	tm.tm_hour = digits(text + 17, 2);
	tm.tm_min = digits(text + 20, 2);
	tm.tm_sec = digits(text + 23, 2);
	if (tm.tm_mon == 0 || tm.tm_mday < 1 || tm.tm_year < 0 || tm.tm_hour < 0 ||
		tm.tm_min < 0 || tm.tm_sec < 0)
		return false;
	tm.tm_mon--;
	tm.tm_year -= 1900;
	out->us = (int64_t)timegm(&tm) * US_PER_SECOND;
	return true;
}

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
	ctx_forgive(&r->ctx);
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

#include "store/condition.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

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

bool
http_date_read(const char *text, struct utc *out)
{
	char month[4];
	struct tm tm = {0};
	int end = 0;

	if (text == NULL || strlen(text) != 29 ||
		sscanf(text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n",
			&tm.tm_mday, month, &tm.tm_year, &tm.tm_hour, &tm.tm_min,
			&tm.tm_sec, &end) != 6 ||
		end != 29)
		return false;
	const char *found = strstr(months, month);
	if (found == NULL || (found - months) % 3 != 0)
		return false;
	tm.tm_mon = (int)(found - months) / 3;
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

enum err
condition_check(struct req *r, const char *etag, struct utc modified)
{
	const char *match = req_header(r, "If-Match"),
		   *none = req_header(r, "If-None-Match");
	struct utc at;

	if (match != NULL && !etag_listed(match, etag))
		return fail(&r->ctx, E_S3_CONDITION, NULL);
	if (match == NULL &&
		http_date_read(req_header(r, "If-Unmodified-Since"), &at) &&
		modified.us > at.us)
		return fail(&r->ctx, E_S3_CONDITION, NULL);
	if (none != NULL)
		return etag_listed(none, etag) ? fail(&r->ctx, E_S3_UNCHANGED, NULL)
					       : OK;
	if (http_date_read(req_header(r, "If-Modified-Since"), &at) &&
		modified.us <= at.us)
		return fail(&r->ctx, E_S3_UNCHANGED, NULL);
	return OK;
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

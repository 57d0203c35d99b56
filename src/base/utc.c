#include "base/utc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"

#define FIRST_US (INT64_C(-62135596800) * US_PER_SECOND) /* 0001-01-01T00:00:00Z */
#define LAST_US (INT64_C(253402300799) * US_PER_SECOND)  /* 9999-12-31T23:59:59Z */

static const char *test_clock; /* SAMOVAR_NOW, set before any fork */

static int64_t
real_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * US_PER_SECOND + ts.tv_nsec / 1000;
}

static bool
clock_from_text(const char *text, int64_t *us)
{
	struct utc t;
	char *end;

	if (text[0] == '+' || text[0] == '-') {
		double seconds = strtod(text, &end);

		*us = real_us() + (int64_t)(seconds * (double)US_PER_SECOND);
		return end != text && (*end == '\0' || *end == '\n');
	}
	if (!utc_parse(text, &t))
		return false;
	*us = t.us;
	return true;
}

static bool
clock_from_file(const char *path, int64_t *us)
{
	char text[64] = "";
	FILE *f = fopen(path, "re");

	if (f == NULL)
		return false;
	size_t n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
		text[--n] = '\0';
	return clock_from_text(text, us);
}

static bool
clock_read(int64_t *us)
{
	return test_clock[0] == '/' ? clock_from_file(test_clock, us)
				    : clock_from_text(test_clock, us);
}

struct utc
utc_now(void)
{
	static int64_t last; /* a file that is being rewritten must not jump to the real
				time */
	int64_t us;

	if (test_clock == NULL)
		return (struct utc){real_us()};
	if (clock_read(&us))
		last = us;
	return (struct utc){last};
}

int64_t
monotonic_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * US_PER_SECOND + ts.tv_nsec / 1000;
}

double
monotonic(void)
{
	return (double)monotonic_us() / (double)US_PER_SECOND;
}

bool
utc_clock_open(bool test_mode, const char *zone)
{
	char path[512];
	int64_t us;

	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", zone);
	FILE *f =
		zone[0] == '/' || strstr(zone, "..") != NULL ? NULL : fopen(path, "re");
	if (f == NULL) {
		log_error("conf: unknown time zone %s (is tzdata installed?)", zone);
		return false;
	}
	fclose(f);
	setenv("TZ", zone, 1);
	tzset();

	test_clock = getenv("SAMOVAR_NOW");
	if (test_clock != NULL && !test_mode) {
		log_error("conf: SAMOVAR_NOW is for tests: it needs site.test_mode");
		return false;
	}
	if (test_clock != NULL && !clock_read(&us)) {
		log_error("conf: SAMOVAR_NOW is neither an offset nor a time nor a "
			  "file of one");
		return false;
	}
	return true;
}

struct utc
utc_after(struct utc t, int64_t seconds)
{
	if (seconds > (LAST_US - t.us) / US_PER_SECOND)
		return (struct utc){LAST_US};
	if (seconds < (FIRST_US - t.us) / US_PER_SECOND)
		return (struct utc){FIRST_US};
	return (struct utc){t.us + seconds * US_PER_SECOND};
}

char *
utc_iso(struct arena *a, struct utc t)
{
	int64_t fraction = t.us % US_PER_SECOND;
	time_t seconds = t.us / US_PER_SECOND;
	struct tm tm;

	if (fraction < 0) {
		fraction += US_PER_SECOND;
		seconds--;
	}
	gmtime_r(&seconds, &tm);
	char *base = arena_fmt(a, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return fraction == 0 ? arena_fmt(a, "%sZ", base)
			     : arena_fmt(a, "%s.%06dZ", base, (int)fraction);
}

static bool
offset_parse(const char *s, int *seconds)
{
	int hours, minutes, n = 0;

	if (strcmp(s, "Z") == 0) {
		*seconds = 0;
		return true;
	}
	if ((s[0] != '+' && s[0] != '-') ||
		sscanf(s + 1, "%2d:%2d%n", &hours, &minutes, &n) != 2 ||
		s[1 + n] != '\0')
		return false;
	*seconds = (hours * 60 + minutes) * 60 * (s[0] == '-' ? -1 : 1);
	return true;
}

bool
utc_parse(const char *text, struct utc *out)
{
	struct tm tm = {0};
	int n = 0, offset;
	int64_t fraction = 0;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon,
		    &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &n) != 6)
		return false;
	const char *s = text + n;
	if (*s == '.') {
		int64_t weight = US_PER_SECOND / 10;
		for (s++; *s >= '0' && *s <= '9'; s++, weight /= 10)
			fraction += (*s - '0') * weight;
	}
	if (!offset_parse(s, &offset))
		return false;

	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	struct tm check = tm;
	time_t seconds = timegm(&check);
	if (check.tm_mday != tm.tm_mday || check.tm_mon != tm.tm_mon ||
		tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 59)
		return false;
	out->us = (seconds - offset) * US_PER_SECOND + fraction;
	return true;
}

static struct tm
local(struct utc t)
{
	time_t seconds = t.us / US_PER_SECOND - (t.us % US_PER_SECOND < 0);
	struct tm tm;

	localtime_r(&seconds, &tm);
	return tm;
}

struct date
utc_date(struct utc t)
{
	struct tm tm = local(t);

	return (struct date){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday};
}

int
utc_hour(struct utc t)
{
	return local(t).tm_hour;
}

struct utc
date_at(struct date d, int hour, int minute)
{
	struct tm tm = {.tm_year = d.year - 1900,
		.tm_mon = d.month - 1,
		.tm_mday = d.day,
		.tm_hour = hour,
		.tm_min = minute,
		.tm_isdst = -1};
	int64_t best = mktime(&tm);

	/* An hour that comes twice has two answers: take the first. */
	struct tm earlier = {.tm_year = d.year - 1900,
		.tm_mon = d.month - 1,
		.tm_mday = d.day,
		.tm_hour = hour,
		.tm_min = minute,
		.tm_isdst = 1};
	int64_t other = mktime(&earlier);
	if (other < best && earlier.tm_hour == hour && earlier.tm_min == minute)
		best = other;
	return (struct utc){best * US_PER_SECOND};
}

char *
date_iso(struct arena *a, struct date d)
{
	return arena_fmt(a, "%04d-%02d-%02d", d.year, d.month, d.day);
}

static int
days_in(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

/* Not sscanf(): lists have a hundred thousand dates. */
static bool
digits_read(const char *s, int count, int *out)
{
	*out = 0;
	for (int i = 0; i < count; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		*out = *out * 10 + (s[i] - '0');
	}
	return true;
}

bool
date_parse(const char *text, struct date *out)
{
	struct date d;

	if (!digits_read(text, 4, &d.year) || text[4] != '-')
		return false;
	/* Month and day may be written with one digit. */
	const char *month = text + 5;
	int n = digits_read(month, 2, &d.month) ? 2 : 1;
	if (!digits_read(month, n, &d.month) || month[n] != '-')
		return false;
	const char *day = month + n + 1;
	n = digits_read(day, 2, &d.day) ? 2 : 1;
	if (!digits_read(day, n, &d.day) || day[n] != '\0')
		return false;
	if (d.year < 1 || d.month < 1 || d.month > 12 || d.day < 1 ||
		d.day > days_in(d.year, d.month))
		return false;
	*out = d;
	return true;
}

struct date
date_after(struct date d, int days)
{
	struct tm tm = {.tm_year = d.year - 1900,
		.tm_mon = d.month - 1,
		.tm_mday = d.day + days,
		.tm_hour = 12};

	timegm(&tm);
	return (struct date){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday};
}

int
date_cmp(struct date a, struct date b)
{
	if (a.year != b.year)
		return a.year < b.year ? -1 : 1;
	if (a.month != b.month)
		return a.month < b.month ? -1 : 1;
	return a.day < b.day ? -1 : a.day > b.day;
}

static const char day_names[] = "SunMonTueWedThuFriSat";
static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

char *
http_date(struct arena *a, struct utc at)
{
	time_t seconds = (time_t)(at.us / US_PER_SECOND);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return arena_fmt(a, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
		day_names + 3 * tm.tm_wday, tm.tm_mday, month_names + 3 * tm.tm_mon,
		tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

bool
http_date_read(const char *text, struct utc *out)
{
	struct tm tm = {0};

	if (text == NULL || strlen(text) != 29 || text[3] != ',' || text[4] != ' ' ||
		text[7] != ' ' || text[11] != ' ' || text[16] != ' ' ||
		text[19] != ':' || text[22] != ':' || strcmp(text + 25, " GMT") != 0)
		return false;
	for (int month = 0; month < 12; month++)
		if (strncmp(text + 8, month_names + 3 * (size_t)month, 3) == 0)
			tm.tm_mon = month + 1;
	if (tm.tm_mon == 0 || !digits_read(text + 5, 2, &tm.tm_mday) ||
		tm.tm_mday < 1 || !digits_read(text + 12, 4, &tm.tm_year) ||
		!digits_read(text + 17, 2, &tm.tm_hour) ||
		!digits_read(text + 20, 2, &tm.tm_min) ||
		!digits_read(text + 23, 2, &tm.tm_sec))
		return false;
	tm.tm_mon--;
	tm.tm_year -= 1900;
	out->us = (int64_t)timegm(&tm) * US_PER_SECOND;
	return true;
}

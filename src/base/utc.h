#ifndef UTC_H
#define UTC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* A moment: microseconds since 1970-01-01T00:00:00Z. Zero means "none" wherever a
 * moment may be absent. */
struct utc {
	int64_t us;
};

/* A day of the calendar, without a zone; month 1..12, day 1..31. Year 0 means "none".
 */
struct date {
	int year, month, day;
};

#define US_PER_SECOND INT64_C(1000000)

/*
 * The present moment. In test mode the variable SAMOVAR_NOW moves it: "+90" or "-90" is
 * an offset in seconds, "2026-11-21T08:00:00+05:00" a clock that stands still, "/path"
 * a file with one of the two, read anew each time. utc_clock_open() refuses SAMOVAR_NOW
 * outside test mode.
 */
struct utc utc_now(void);

/* A clock that nobody sets, in microseconds and in seconds: for waits and durations. */
int64_t monotonic_us(void);
double monotonic(void);

/* Reads SAMOVAR_NOW and sets the zone of local dates. False, with a line in the log, if
 * refused. */
bool utc_clock_open(bool test_mode, const char *zone);

/* t plus seconds; the result is kept within the years 1 to 9999. */
struct utc utc_after(struct utc t, int64_t seconds);

/* "2026-11-21T00:12:36.085480Z"; the fraction is left out when zero. */
char *utc_iso(struct arena *a, struct utc t);

/* Reads what utc_iso() writes, also with an offset such as +05:00. False if it is not a
 * moment. */
bool utc_parse(const char *text, struct utc *out);

/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110). The way back is false for anything else.
 */
char *http_date(struct arena *a, struct utc at);
bool http_date_read(const char *text, struct utc *out);

/* The date and the hour of a moment in the zone of the programme (setting TIME_ZONE).
 */
struct date utc_date(struct utc t);
int utc_hour(struct utc t);

/* The first moment of a local day at hour:minute; in a gap of summer time the moment
 * after it. */
struct utc date_at(struct date d, int hour, int minute);

/* "2026-11-21" */
char *date_iso(struct arena *a, struct date d);

/* Reads YYYY-MM-DD, single-digit month and day tolerated. False if it is no day of the
 * calendar. */
bool date_parse(const char *text, struct date *out);

/* d plus days. */
struct date date_after(struct date d, int days);

/* Less than, equal to or greater than zero, as strcmp. */
int date_cmp(struct date a, struct date b);

#endif

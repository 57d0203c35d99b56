#ifndef PLACE_H
#define PLACE_H

#include <stdbool.h>

#include "base/ctx.h"

/* A point on the earth, in degrees. */
struct geo_point {
	bool known;
	double latitude, longitude;
	bool in_order; /* nobody's is asked for: servers are taken as they were added */
};

/*
 * Where the caller is, as storage.geo says: nobody's concern ("off": in_order),
 * anywhere ("random"), where a header says ("header": its text comes as `said`, NULL if
 * it was not sent), or by c->address in a table or, for *.mmdb, a database (a path). An
 * address that the table does not have is nowhere. Never waits for anybody.
 */
struct geo_point geo_point_of_caller(struct ctx *c, const char *said);

/* An IPv4 address that somebody on the internet may have (RFC 6890 lists those that
 * nobody has): the caller's, where storage.use_real_ip is off. */
const char *place_random_address(struct arena *arena);

/* Reads "latitude,longitude"; false if it is no such text or no point on the earth. */
bool geo_point_read(const char *text, struct geo_point *out);

/*
 * The place of an address in a table of lines "CIDR LATITUDE LONGITUDE" (# begins a
 * comment): that of the longest prefix. Lines that cannot be read are skipped. text is
 * the whole file.
 */
struct geo_point geo_point_in_table(const char *text, const char *address);

/* Kilometres along the great circle. */
double geo_point_distance(struct geo_point a, struct geo_point b);

#endif

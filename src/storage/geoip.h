#ifndef GEOIP_H
#define GEOIP_H

#include "storage/geo_point.h"

/*
 * The place of an address in a database of MaxMind's format: MaxMind's own, and DB-IP's
 * as scripts/fetch-geoip brings it. It is mapped, not read, and opened anew when the
 * file has changed. path ends in .mmdb; IPv6 addresses are looked up in <path without
 * .mmdb>-ipv6.mmdb if there is such a file. What is not known is nowhere.
 */
struct geo_point geoip_point(const char *path, const char *address);

#endif

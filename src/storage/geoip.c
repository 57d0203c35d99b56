#include "storage/geoip.h"

#include <maxminddb.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/str.h"

#define PATH_BYTES 512

/* A database as it was when last opened. */
struct database {
	MMDB_s db;
	char path[PATH_BYTES]; /* "": none is open */
	struct stat file;
	bool complained;
};

static struct database main_one, ipv6_one;

static void
complain(struct database *d, const char *path, const char *why)
{
	if (!d->complained)
		log_warn("storage: cannot use %s: %s", path, why);
	d->complained = true;
}

static bool
open_database(struct database *d, const char *path, const struct stat *st)
{
	MMDB_s db;

	if (str_eq(d->path, path) && st->st_ino == d->file.st_ino &&
		st->st_size == d->file.st_size &&
		memcmp(&st->st_mtim, &d->file.st_mtim, sizeof(st->st_mtim)) == 0)
		return true;
	int status = MMDB_open(path, MMDB_MODE_MMAP, &db);
	if (status != MMDB_SUCCESS || strlen(path) >= sizeof(d->path)) {
		complain(d, path, MMDB_strerror(status));
		return false;
	}
	if (d->path[0] != '\0')
		MMDB_close(&d->db);
	d->db = db;
	snprintf(d->path, sizeof(d->path), "%s", path);
	d->file = *st;
	d->complained = false;
	return true;
}

/* DB-IP has IPv6 in a file of its own, beside the other: x.mmdb, x-ipv6.mmdb. */
static struct database *
choose(const char *path, const char *address)
{
	size_t stem = strlen(path) - strlen(".mmdb");
	char beside[PATH_BYTES];
	struct stat st;

	snprintf(beside, sizeof(beside), "%.*s-ipv6.mmdb", (int)stem, path);
	if (strchr(address, ':') != NULL && stat(beside, &st) == 0)
		return open_database(&ipv6_one, beside, &st) ? &ipv6_one : NULL;
	if (stat(path, &st) != 0) {
		complain(&main_one, path, "it is not there");
		return NULL;
	}
	return open_database(&main_one, path, &st) ? &main_one : NULL;
}

static bool
number(MMDB_lookup_result_s *found, const char *const *where, double *out)
{
	MMDB_entry_data_s data;

	if (MMDB_aget_value(&found->entry, &data, where) != MMDB_SUCCESS ||
		!data.has_data)
		return false;
	if (data.type == MMDB_DATA_TYPE_DOUBLE)
		*out = data.double_value;
	else if (data.type == MMDB_DATA_TYPE_FLOAT)
		*out = (double)data.float_value;
	else
		return false;
	return true;
}

struct geo_point
geoip_point(const char *path, const char *address)
{
	/* MaxMind's members, then DB-IP's. */
	static const char *const latitude[][3] = {
		{"location", "latitude", NULL}, {"latitude", NULL}};
	static const char *const longitude[][3] = {
		{"location", "longitude", NULL}, {"longitude", NULL}};
	struct geo_point place = {0};
	int no_address = 0, status = MMDB_SUCCESS;

	struct database *d = choose(path, address);
	if (d == NULL)
		return place;
	MMDB_lookup_result_s found =
		MMDB_lookup_string(&d->db, address, &no_address, &status);
	if (no_address != 0 || status != MMDB_SUCCESS || !found.found_entry)
		return place;
	for (size_t i = 0; i < 2 && !place.known; i++)
		place.known = number(&found, latitude[i], &place.latitude) &&
			      number(&found, longitude[i], &place.longitude) &&
			      place.latitude >= -90 && place.latitude <= 90 &&
			      place.longitude >= -180 && place.longitude <= 180;
	return place.known ? place : (struct geo_point){0};
}

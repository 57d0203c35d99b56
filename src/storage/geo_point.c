#include "storage/geo_point.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/str.h"
#include "storage/geoip.h"

#define EARTH_KM 6371.0
#define TABLE_BYTES (64 * 1024 * 1024)
#define MAPPED_PREFIX 96 /* bits in front of an IPv4 address written as IPv6 */

/* An address as 16 bytes, IPv4 in the form ::ffff:1.2.3.4. */
struct address {
	unsigned char bytes[16];
};

/* The table as it was when last read. */
static struct {
	char *text;
	const char *path;
	struct timespec modified;
} table;

static bool
address_read(const char *text, struct address *out)
{
	static const unsigned char mapped[12] = {
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

	if (inet_pton(AF_INET6, text, out->bytes) == 1)
		return true;
	memcpy(out->bytes, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, out->bytes + 12) == 1;
}

static bool
same_prefix(const struct address *a, const struct address *b, int bits)
{
	size_t whole = (size_t)bits / 8;
	unsigned rest = (unsigned)bits % 8;

	if (memcmp(a->bytes, b->bytes, whole) != 0)
		return false;
	return rest == 0 || (a->bytes[whole] ^ b->bytes[whole]) >> (8 - rest) == 0;
}

/* Reads "10.0.0.0/8"; without a length it is one address. */
static bool
prefix_read(const char *text, struct address *out, int *bits)
{
	char address[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t n = slash == NULL ? strlen(text) : (size_t)(slash - text);
	int64_t length = 128;

	if (n >= sizeof(address))
		return false;
	memcpy(address, text, n);
	address[n] = '\0';
	if (!address_read(address, out) ||
		(slash != NULL && !int_read(slash + 1, &length)))
		return false;
	if (slash != NULL && strchr(address, ':') == NULL)
		length += MAPPED_PREFIX;
	*bits = (int)length;
	return length >= 0 && length <= 128;
}

static bool
on_earth(double latitude, double longitude)
{
	return isfinite(latitude) && isfinite(longitude) && fabs(latitude) <= 90 &&
	       fabs(longitude) <= 180;
}

bool
geo_point_read(const char *text, struct geo_point *out)
{
	char *end;

	*out = (struct geo_point){0};
	double latitude = strtod(text, &end);
	if (end == text || *end != ',')
		return false;
	text = end + 1;
	double longitude = strtod(text, &end);
	if (end == text || *end != '\0' || !on_earth(latitude, longitude))
		return false;
	*out = (struct geo_point){true, latitude, longitude, false};
	return true;
}

/* A line of the table: a prefix, blanks, two numbers. False if it is none. */
static bool
line_read(const char *line, struct address *prefix, int *bits, struct geo_point *out)
{
	char cidr[64], *end;
	size_t n = strcspn(line, " \t\n");

	if (n == 0 || n >= sizeof(cidr) || *line == '#')
		return false;
	memcpy(cidr, line, n);
	cidr[n] = '\0';
	line += n + strspn(line + n, " \t");
	if (*line == '\n')
		return false;
	out->latitude = strtod(line, &end);
	if (end == line || (*end != ' ' && *end != '\t'))
		return false;
	line = end + strspn(end, " \t");
	if (*line == '\n')
		return false;
	out->longitude = strtod(line, &end);
	out->known = end != line && on_earth(out->latitude, out->longitude);
	return out->known && prefix_read(cidr, prefix, bits);
}

struct geo_point
geo_point_in_table(const char *text, const char *address)
{
	struct geo_point found = {0}, place;
	struct address wanted, prefix;
	int longest = -1, bits = 0;

	if (!address_read(address, &wanted))
		return found;
	for (const char *line = text; *line != '\0';) {
		size_t n = strcspn(line, "\n");

		if (line_read(line, &prefix, &bits, &place) && bits > longest &&
			same_prefix(&prefix, &wanted, bits)) {
			found = place;
			longest = bits;
		}
		line += n + (line[n] == '\n');
	}
	return found;
}

/* Reads the table when it has changed. NULL if there is none that can be read. */
static const char *
table_text(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0 || st.st_size > TABLE_BYTES) {
		log_warn("storage: cannot read the table of places %s", path);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	if (table.text == NULL || table.path != path ||
		memcmp(&st.st_mtim, &table.modified, sizeof(st.st_mtim)) != 0) {
		char *text = calloc(1, (size_t)st.st_size + 1);
		ssize_t n = text == NULL ? -1 : read(fd, text, (size_t)st.st_size);
		if (n >= 0) {
			free(table.text);
			table.text = text;
			table.path = path;
			table.modified = st.st_mtim;
		} else {
			free(text);
		}
	}
	close(fd);
	return table.text;
}

static bool
ends_in(const char *text, const char *ending)
{
	size_t n = strlen(text), m = strlen(ending);

	return n >= m && str_eq(text + n - m, ending);
}

/* Addresses that nobody has on the internet: RFC 6890. */
static bool
is_public(uint32_t a)
{
	return a >> 24 != 0 && a >> 24 != 10 && a >> 24 != 127 && a >> 24 < 224 &&
	       a >> 20 != 0xac1 && a >> 16 != 0xc0a8 && a >> 16 != 0xa9fe &&
	       a >> 22 != 0x191;
}

const char *
place_random_address(struct arena *arena)
{
	uint32_t a;

	do
		a = (uint32_t)rand_below(1 << 16) << 16 | (uint32_t)rand_below(1 << 16);
	while (!is_public(a));
	return arena_fmt(
		arena, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
}

struct geo_point
geo_point_of_caller(struct ctx *c, const char *said)
{
	const char *how = conf.storage_geo;
	struct geo_point place = {0};

	place.in_order = str_eq(how, "off");
	if (str_eq(how, "header")) {
		if (said != NULL)
			geo_point_read(said, &place);
		return place;
	}
	if (str_eq(how, "random"))
		return (struct geo_point){true, (double)rand_below(18001) / 100 - 90,
			(double)rand_below(36001) / 100 - 180, false};
	const char *address =
		conf.storage_use_real_ip ? c->address : place_random_address(&c->arena);
	if (how[0] != '/' || address == NULL)
		return place;
	if (ends_in(how, ".mmdb"))
		return geoip_point(how, address);
	const char *text = table_text(how);
	return text == NULL ? place : geo_point_in_table(text, address);
}

double
geo_point_distance(struct geo_point a, struct geo_point b)
{
	const double degree = acos(-1) / 180;
	double up = sin((b.latitude - a.latitude) * degree / 2);
	double along = sin((b.longitude - a.longitude) * degree / 2);
	double h = up * up +
		   cos(a.latitude * degree) * cos(b.latitude * degree) * along * along;

	return EARTH_KM * 2 * atan2(sqrt(h), sqrt(1 - h));
}

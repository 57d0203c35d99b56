#ifndef AUTHORITY_H
#define AUTHORITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* Whom an address leads to: host and port, in one form whatever way they are written.
 */
struct authority {
	const char *host; /* lower case; an IPv6 address in its shortest form, bare */
	int64_t port;
};

/*
 * Reads "host", "host:port", "[2001:db8::1]:port", as a Host header or an address has
 * it. default_port stands for one that is left out. False for anything else.
 */
bool authority_read(
	struct arena *a, const char *text, int64_t default_port, struct authority *out);

/* The same of scheme://host[:port][/...]; http or https. */
bool authority_of_url(struct arena *a, const char *url, struct authority *out);

bool authority_same(const struct authority *x, const struct authority *y);

/*
 * May it stand before ":port"? A name of labels (letters, digits, "-" inside, "_"), an
 * IPv4 address, or an IPv6 address with or without brackets.
 */
bool authority_host_valid(const char *host);

/* host:port, with the brackets that an IPv6 address needs. */
char *authority_text(struct arena *a, const char *host, int64_t port);

#endif

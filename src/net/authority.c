#include "net/authority.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/str.h"

#define HTTP_PORT 80
#define HTTPS_PORT 443

static char *
lower(struct arena *a, const char *text, size_t n)
{
	char *out = arena_strn(a, text, n);

	for (char *p = out; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return out;
}

/* An IPv6 address between brackets. */
static bool
read_literal(struct arena *a, const char *text, size_t n, const char **out)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	char shortest[INET6_ADDRSTRLEN];

	if (inet_pton(AF_INET6, arena_strn(a, text, n), bytes) != 1 ||
		inet_ntop(AF_INET6, bytes, shortest, sizeof(shortest)) == NULL)
		return false;
	*out = arena_str(a, shortest);
	return true;
}

bool
authority_read(
	struct arena *a, const char *text, int64_t default_port, struct authority *out)
{
	bool literal = text[0] == '[';
	size_t n = strcspn(text, literal ? "]" : ":");
	const char *rest = text + n + (literal && text[n] == ']');

	out->port = default_port;
	if (literal) {
		if (text[n] != ']' || !read_literal(a, text + 1, n - 1, &out->host))
			return false;
	} else if (n == 0 || strcspn(text, "/?#@ \t") < n) {
		return false;
	} else {
		out->host = lower(a, text, n);
	}
	if (*rest == '\0')
		return true;
	return *rest == ':' && strspn(rest + 1, "0123456789") == strlen(rest + 1) &&
	       int_read(rest + 1, &out->port) && out->port > 0 && out->port < 65536;
}

bool
authority_of_url(struct arena *a, const char *url, struct authority *out)
{
	const char *rest = strstr(url, "://");

	if (rest == NULL ||
		(!str_starts(url, "http://") && !str_starts(url, "https://")))
		return false;
	rest += 3;
	return authority_read(a, arena_strn(a, rest, strcspn(rest, "/?#")),
		url[4] == 's' ? HTTPS_PORT : HTTP_PORT, out);
}

bool
authority_same(const struct authority *x, const struct authority *y)
{
	return x->port == y->port && str_eq(x->host, y->host);
}

char *
authority_text(struct arena *a, const char *host, int64_t port)
{
	bool bare = strchr(host, ':') != NULL && host[0] != '[';

	return arena_fmt(a, bare ? "[%s]:%lld" : "%s:%lld", host, (long long)port);
}

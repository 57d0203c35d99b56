#include "net/authority.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/str.h"

#define HOST_MOST 253
#define LABEL_MOST 63
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

static bool
is_ipv6(const char *host)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	char bare[INET6_ADDRSTRLEN];
	size_t n = strlen(host);

	if (host[0] != '[')
		return inet_pton(AF_INET6, host, bytes) == 1;
	if (host[n - 1] != ']' || n - 2 >= sizeof(bare))
		return false;
	memcpy(bare, host + 1, n - 2);
	bare[n - 2] = '\0';
	return inet_pton(AF_INET6, bare, bytes) == 1;
}

static bool
is_label(const char *s, size_t n)
{
	return n > 0 && n <= LABEL_MOST && s[0] != '-' && s[n - 1] != '-' &&
	       strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			 "0123456789_-") >= n;
}

bool
authority_host_valid(const char *host)
{
	unsigned char bytes[sizeof(struct in_addr)];
	const char *label = host;
	size_t n;

	if (host[0] == '[' || strchr(host, ':') != NULL)
		return is_ipv6(host);
	if (strlen(host) > HOST_MOST)
		return false;
	for (;; label += n + 1) {
		n = strcspn(label, ".");
		if (!is_label(label, n))
			return false;
		if (label[n] == '\0')
			break;
	}
	/* A name that ends in a number is taken for an IPv4 address by those who
	 * call it. */
	return strspn(label, "0123456789") < n || inet_pton(AF_INET, host, bytes) == 1;
}

char *
authority_text(struct arena *a, const char *host, int64_t port)
{
	bool bare = strchr(host, ':') != NULL && host[0] != '[';

	return arena_fmt(a, bare ? "[%s]:%lld" : "%s:%lld", host, (long long)port);
}

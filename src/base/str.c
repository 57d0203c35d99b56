#include "base/str.h"

#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

bool
str_eq(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool
str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
str_same_secret(const char *a, const char *b)
{
	unsigned char ha[32], hb[32];

	if (a == NULL || b == NULL)
		return false;
	crypto_hash_sha256(ha, (const unsigned char *)a, strlen(a));
	crypto_hash_sha256(hb, (const unsigned char *)b, strlen(b));
	return sodium_memcmp(ha, hb, sizeof(ha)) == 0;
}

char *
str_trim(struct arena *a, const char *s)
{
	size_t n;

	while (isspace((unsigned char)*s))
		s++;
	for (n = strlen(s); n > 0 && isspace((unsigned char)s[n - 1]); n--)
		;
	return arena_strn(a, s, n);
}

bool
str_in(const char *word, const char *list)
{
	size_t n = strlen(word);

	for (const char *s = list; n > 0 && (s = strstr(s, word)) != NULL; s += n)
		if ((s == list || s[-1] == ' ') && (s[n] == ' ' || s[n] == '\0'))
			return true;
	return false;
}

/* Length of the sequence that starts at s, 0 if there is none: table 3-7 of the Unicode
 * standard. */
static size_t
utf8_length(const unsigned char *s, size_t left)
{
	unsigned char low = 0x80, high = 0xBF;
	size_t n;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xC2 && s[0] <= 0xDF)
		n = 2;
	else if (s[0] >= 0xE0 && s[0] <= 0xEF)
		n = 3;
	else if (s[0] >= 0xF0 && s[0] <= 0xF4)
		n = 4;
	else
		return 0;
	if (s[0] == 0xE0)
		low = 0xA0;
	else if (s[0] == 0xED)
		high = 0x9F;
	else if (s[0] == 0xF0)
		low = 0x90;
	else if (s[0] == 0xF4)
		high = 0x8F;
	if (left < n || s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((s[i] & 0xC0) != 0x80)
			return 0;
	return n;
}

bool
utf8_valid(const char *s, size_t n)
{
	for (size_t i = 0, length; i < n; i += length) {
		length = utf8_length((const unsigned char *)s + i, n - i);
		if (length == 0)
			return false;
	}
	return true;
}

int64_t
utf8_count(const char *s)
{
	size_t n = strlen(s);
	int64_t count = 0;

	if (!utf8_valid(s, n))
		return -1;
	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)s[i] & 0xC0) != 0x80;
	return count;
}

uint32_t
utf8_next(const char **s)
{
	const unsigned char *p = (const unsigned char *)*s;
	uint32_t code = p[0];
	size_t more = p[0] < 0xC0 ? 0 : p[0] < 0xE0 ? 1 : p[0] < 0xF0 ? 2 : 3;

	if (code == 0)
		return 0;
	if (more > 0)
		code &= 0x3Fu >> more;
	for (size_t i = 1; i <= more; i++)
		code = code << 6 | (p[i] & 0x3Fu);
	*s += more + 1;
	return code;
}

bool
utf8_plain(const char *s)
{
	uint32_t u;

	while ((u = utf8_next(&s)) != 0)
		if (u < 0x20 || (u >= 0x7F && u < 0xA0))
			return false;
	return true;
}

size_t
utf8_put(char *out, uint32_t code)
{
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};

	for (size_t i = n; i-- > 1; code >>= 6)
		out[i] = (char)(0x80u | (code & 0x3Fu));
	out[0] = (char)(lead[n] | code);
	out[n] = '\0';
	return n;
}

bool
uuid_valid(const char *s)
{
	for (int i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? s[i] != '-' : !isxdigit((unsigned char)s[i]))
			return false;
	}
	return s[36] == '\0';
}

char *
uuid_read(struct arena *a, const char *s)
{
	char *out = arena_new(a, 37);
	size_t n = 0;

	if (!uuid_valid(s) &&
		(strlen(s) != 32 || strspn(s, "0123456789abcdefABCDEF") != 32))
		return NULL;
	for (; *s != '\0'; s++) {
		if (*s == '-')
			continue;
		if (n == 8 || n == 13 || n == 18 || n == 23)
			out[n++] = '-';
		out[n++] = (char)tolower((unsigned char)*s);
	}
	return out;
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

char *
percent_decode(struct arena *a, const char *s, size_t n, bool plus_blank)
{
	char *out = arena_new(a, n + 1);
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		int high = i + 2 < n && s[i] == '%' ? hex_digit(s[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(s[i + 2]) : -1;

		if (low >= 0 && (high != 0 || low != 0)) {
			out[used++] = (char)(high << 4 | low);
			i += 2;
		} else {
			out[used++] = s[i] == '+' && plus_blank ? ' ' : s[i];
		}
	}
	out[used] = '\0';
	return out;
}

char *
percent_encode(struct arena *a, const char *s, bool keep_slash)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out = arena_new(a, strlen(s) * 3 + 1);
	size_t used = 0;

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (isalnum(c) || strchr("-._~", c) != NULL ||
			(keep_slash && c == '/')) {
			out[used++] = (char)c;
		} else {
			out[used++] = '%';
			out[used++] = digits[c >> 4];
			out[used++] = digits[c & 15];
		}
	}
	return out;
}

char *
hex_text(struct arena *a, const void *bytes, size_t n)
{
	char *out = arena_new(a, n * 2 + 1);

	return sodium_bin2hex(out, n * 2 + 1, bytes, n);
}

bool
int_read(const char *s, int64_t *out)
{
	char *end;

	if (*s != '-' && !isdigit((unsigned char)*s))
		return false;
	errno = 0;
	long long v = strtoll(s, &end, 10);
	if (errno != 0 || end == s || *end != '\0')
		return false;
	*out = v;
	return true;
}

#include "base/secret.h"

#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/hash.h"
#include "base/str.h"

#define PEM_BEGIN "-----BEGIN "
#define PEM_END "-----END "

static struct arena kept;
static const char *split; /* what the keys below were made of */
static const char *keys[SECRETS_MOST];
static size_t count;

/* The end of the PEM block at s: behind its last line. */
static const char *
pem_end(const char *s)
{
	const char *end = strstr(s, PEM_END);

	if (end == NULL)
		return s + strlen(s);
	end = strstr(end + strlen(PEM_END), "-----");
	return end == NULL ? s + strlen(s) : end + strlen("-----");
}

/* In one line of a .env file a PEM key has \\n for each end of a line. */
static char *
with_lines(char *text)
{
	char *to = text;

	for (const char *s = text; *s != '\0'; s++) {
		bool end = s[0] == '\\' && s[1] == 'n';

		*to++ = end ? '\n' : *s;
		s += end;
	}
	*to = '\0';
	return text;
}

static void
keep(const char *s, size_t n)
{
	char *key;

	if (count == SECRETS_MOST)
		return;
	key = arena_strn(&kept, s, n);
	keys[count++] = str_starts(key, PEM_BEGIN) ? with_lines(key) : key;
}

/* An end of a line that was written as two letters stands behind a PEM key only. */
static const char *
behind_blanks(const char *s)
{
	for (;;) {
		s += strspn(s, " \t\r\n");
		if (!str_starts(s, "\\n") ||
			(s[2] != '\0' && !str_starts(s + 2, "-----")))
			return s;
		s += 2;
	}
}

static void
split_once(void)
{
	const char *s = conf.token_secret;

	if (s == split)
		return;
	split = s;
	count = 0;
	while (*(s = behind_blanks(s)) != '\0') {
		const char *end = str_starts(s, PEM_BEGIN) ? pem_end(s)
							   : s + strcspn(s, " \t\r\n");

		keep(s, (size_t)(end - s));
		s = end;
	}
	if (count == 0)
		keep("", 0);
}

size_t
secret_count(void)
{
	split_once();
	return count;
}

const char *
secret_key(size_t i)
{
	split_once();
	return keys[i];
}

bool
secret_is_pem(void)
{
	return str_starts(secret_key(0), PEM_BEGIN);
}

void
secret_mac(size_t i, const char *text, unsigned char out[32])
{
	const char *key = secret_key(i);

	hmac_sha256(key, strlen(key), text, strlen(text), out);
}

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

static void
keep(const char *s, size_t n)
{
	if (count < SECRETS_MOST)
		keys[count++] = arena_strn(&kept, s, n);
}

static void
split_once(void)
{
	const char *s = conf.token_secret;

	if (s == split)
		return;
	split = s;
	count = 0;
	while (*(s += strspn(s, " \t\r\n")) != '\0') {
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

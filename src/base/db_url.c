#include "base/db_url.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"

/* A piece of text: from, and how long. */
struct span {
	const char *from;
	size_t n;
};

/* What stands behind the scheme; NULL: it is another one. */
static const char *
behind_scheme(const char *url)
{
	static const char *const schemes[] = {
		"postgresql://", "postgresql+psycopg2://", "postgres://"};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		if (str_starts(url, schemes[i]))
			return url + strlen(schemes[i]);
	return NULL;
}

static struct span
find(const char *s, enum db_url_piece which)
{
	size_t authority = strcspn(s, "/?");
	const char *at = memrchr(s, '@', authority), *host = at == NULL ? s : at + 1,
		   *slash = s + authority;
	size_t user = at == NULL ? 0 : strcspn(s, ":@"), name = strcspn(host, ":/?");

	switch (which) {
	case URL_USER:
		return (struct span){s, user};
	case URL_PASSWORD:
		return at == NULL || s[user] != ':'
			       ? (struct span){s, 0}
			       : (struct span){
					 s + user + 1, (size_t)(at - s) - user - 1};
	case URL_HOST:
		return (struct span){host, name};
	case URL_PORT:
		return host[name] != ':' ? (struct span){s, 0}
					 : (struct span){host + name + 1,
						   strcspn(host + name + 1, "/?")};
	default:
		return *slash != '/'
			       ? (struct span){s, 0}
			       : (struct span){slash + 1, strcspn(slash + 1, "?")};
	}
}

bool
db_url_piece(const char *url, enum db_url_piece which, char *out, size_t size)
{
	const char *s = behind_scheme(url);
	struct arena a = {0};

	if (s == NULL)
		return false;
	struct span piece = find(s, which);
	const char *text = percent_decode(&a, piece.from, piece.n, false);
	bool fits = strlen(text) < size;
	if (fits)
		memcpy(out, text, strlen(text) + 1);
	arena_end(&a);
	return fits;
}

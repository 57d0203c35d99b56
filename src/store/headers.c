#include "store/headers.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"

static const char *const kept[] = {"Cache-Control", "Content-Disposition",
	"Content-Encoding", "Content-Language", "Expires"};

static const char *
kept_name(const char *name)
{
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		if (strcasecmp(kept[i], name) == 0)
			return kept[i];
	return NULL;
}

bool
headers_kept(const char *name)
{
	return kept_name(name) != NULL;
}

/* RFC 9110, 5.6.2; the prefix alone names nothing. */
static bool
is_name(const char *name)
{
	size_t n = strlen(HEADERS_META);

	return str_starts(name, HEADERS_META) && name[n] != '\0' &&
	       strspn(name + n, "abcdefghijklmnopqrstuvwxyz0123456789"
				"!#$%&'*+-.^_`|~") == strlen(name + n);
}

/* Content-Encoding: aws-chunked is how the body came, not what the object is. */
static const char *
without_chunks(struct ctx *c, const char *value)
{
	struct buf b = {.arena = &c->arena};

	while (*value != '\0') {
		value += strspn(value, " ,\t");
		size_t n = strcspn(value, ",");
		const char *coding =
			str_trim(&c->arena, arena_strn(&c->arena, value, n));
		if (*coding != '\0' && strcasecmp(coding, "aws-chunked") != 0)
			buf_fmt(&b, "%s%s", b.used > 0 ? "," : "", coding);
		value += n;
	}
	return buf_text(&b);
}

static enum err
count_meta(struct ctx *c, struct headers *h, const char *name, const char *value)
{
	if (!is_name(name))
		return fail(c, E_S3_ARGUMENT, "not a name of metadata: %s", name);
	h->meta++;
	h->meta_bytes += strlen(name) - strlen(HEADERS_META) + strlen(value);
	if (h->meta > HEADERS_META_MOST)
		return fail(c, E_S3_META_LARGE, "more than %d entries of metadata",
			HEADERS_META_MOST);
	return h->meta_bytes <= HEADERS_META_BYTES ? OK
						   : fail(c, E_S3_META_LARGE, NULL);
}

enum err
headers_add(struct ctx *c, struct headers *h, const char *name, const char *value)
{
	const char *known = kept_name(name);

	h->lines.arena = &c->arena;
	if (!utf8_valid(value, strlen(value)) || !utf8_plain(value))
		return fail(c, E_S3_ARGUMENT,
			"%s must be UTF-8 without control characters", name);
	value = str_trim(&c->arena, value);
	if (known == NULL)
		TRY(count_meta(c, h, name, value));
	else if (strcasecmp(known, "Content-Encoding") == 0)
		value = without_chunks(c, value);
	if (known != NULL && *value == '\0')
		return OK;
	buf_fmt(&h->lines, "%s%s: %s", h->lines.used > 0 ? "\n" : "",
		known == NULL ? name : known, value);
	return h->lines.used <= HEADERS_BYTES
		       ? OK
		       : fail(c, E_S3_META_LARGE, "the headers are too long");
}

const char *
headers_text(const struct headers *h)
{
	return h->lines.used == 0 ? NULL : buf_text(&h->lines);
}

bool
headers_next(struct arena *a, const char **at, struct header_line *out)
{
	if (*at == NULL || **at == '\0')
		return false;
	size_t n = strcspn(*at, "\n");
	const char *line = arena_strn(a, *at, n), *colon = strstr(line, ": ");

	*at += n + ((*at)[n] == '\n');
	if (colon == NULL)
		return headers_next(a, at, out);
	*out = (struct header_line){
		arena_strn(a, line, (size_t)(colon - line)), colon + 2};
	return true;
}

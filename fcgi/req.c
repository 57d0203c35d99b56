#include "req.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/str.h"

#define MAX_PAIRS 200 /* names and values of a query; what is beyond is not read */

const char *
req_param(const struct req *r, const char *name)
{
	size_t n = strlen(name);

	for (char **p = r->params; *p != NULL; p++)
		if (strncmp(*p, name, n) == 0 && (*p)[n] == '=')
			return *p + n + 1;
	return "";
}

/* Is it the parameter of a header of that name, and where does its value begin? */
static const char *
header_value(const char *param, const char *name)
{
	static const char prefix[] = "HTTP_";

	if (strncmp(param, prefix, sizeof(prefix) - 1) != 0)
		return NULL;
	for (param += sizeof(prefix) - 1; *name != '\0'; name++, param++)
		if (*param !=
			(*name == '-' ? '_' : (char)toupper((unsigned char)*name)))
			return NULL;
	return *param == '=' ? param + 1 : NULL;
}

const char *
req_header(const struct req *r, const char *name)
{
	for (char **p = r->params; *p != NULL; p++) {
		const char *value = header_value(*p, name);

		if (value != NULL)
			return *value == '\0' ? NULL : value;
	}
	return NULL;
}

/* The language of a tag of n bytes, "ru-RU"; NULL: none of ours. */
static const char *
language_of(const char *tag, size_t n)
{
	static const char *const known[] = {"ru", "en", "ko"};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (n >= 2 && strncasecmp(tag, known[i], 2) == 0 &&
			(n == 2 || tag[2] == '-'))
			return known[i];
	return NULL;
}

const char *
req_language(const struct req *r)
{
	const char *at = req_header(r, "Accept-Language"), *best = NULL;
	double most = 0;

	while (at != NULL && *at != '\0') {
		at += strspn(at, " ,");
		size_t n = strcspn(at, ",");
		const char *q = memmem(at, n, "q=", 2);
		double wish = q == NULL ? 1 : strtod(q + 2, NULL);
		const char *found = language_of(at, strcspn(at, ",; "));

		if (found != NULL && wish > most) {
			best = found;
			most = wish;
		}
		at += n;
	}
	return best;
}

const char *
req_cookie(struct req *r, const char *name)
{
	const char *s = req_header(r, "Cookie");
	size_t n = strlen(name);

	while (s != NULL && *s != '\0') {
		while (*s == ' ' || *s == ';')
			s++;
		size_t length = strcspn(s, ";");
		if (length > n && strncmp(s, name, n) == 0 && s[n] == '=')
			return arena_strn(&r->ctx.arena, s + n + 1, length - n - 1);
		s += length;
	}
	return NULL;
}

const struct pair *
pairs_read(struct ctx *c, const char *text, size_t *count)
{
	struct pair *pairs = arena_new(&c->arena, sizeof(*pairs) * MAX_PAIRS);

	*count = 0;
	while (*text != '\0' && *count < MAX_PAIRS) {
		size_t length = strcspn(text, "&"), name = strcspn(text, "=&");

		if (length > 0) {
			const char *value = name < length ? text + name + 1 : "";
			size_t n = name < length ? length - name - 1 : 0;

			pairs[(*count)++] = (struct pair){
				percent_decode(&c->arena, text, name, true),
				percent_decode(&c->arena, value, n, true)};
		}
		text += length + (text[length] == '&');
	}
	return pairs;
}

static const struct {
	const char *name;
	enum method method;
} methods[] = {{"GET", GET}, {"POST", POST}, {"PUT", PUT}, {"PATCH", PATCH},
	{"DELETE", DELETE}, {"HEAD", HEAD}, {"OPTIONS", OPTIONS}};

static enum method
method_read(const char *name)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (strcmp(methods[i].name, name) == 0)
			return methods[i].method;
	return 0;
}

/* The length is nginx's word, which has counted; chunked bodies have become plain ones
 * there. */
enum err
req_body(struct req *r)
{
	struct ctx *c = &r->ctx;
	int64_t size = 0, most = r->trusted ? BODY_LIMIT : STRANGER_BODY;

	if (r->body_read || r->body_file != NULL)
		return OK;
	r->body_read = true;
	if (req_param(r, "CONTENT_LENGTH")[0] != '\0' &&
		(!int_read(req_param(r, "CONTENT_LENGTH"), &size) || size < 0))
		return fail(c, E_INPUT, NULL);
	if (size > conf.fcgi_max_body || size > most)
		return fail(c, E_TOO_LARGE, NULL);

	char *body = arena_new(&c->arena, (size_t)size + 1);
	for (int64_t got = 0; got < size;) {
		int n = r->read(r->read_from, body + got, (int)(size - got));
		if (n <= 0)
			return fail(c, E_INPUT, "body is shorter than announced");
		got += n;
	}
	r->body = body;
	r->body_size = (size_t)size;
	return OK;
}

static const char *
request_id(struct req *r)
{
	const char *id = req_param(r, "REQUEST_ID");

	for (const char *s = id; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) && *s != '-')
			return "-";
	/* A copy: the access line is written when FastCGI's own parameters are gone. */
	return *id == '\0' || strlen(id) > 64 ? "-" : arena_str(&r->ctx.arena, id);
}

enum err
req_read(struct req *r, char **params, int (*read)(void *, char *, int), void *from)
{
	struct ctx *c = &r->ctx;

	r->params = params;
	r->out.arena = &c->arena;
	c->request_id = request_id(r);
	c->address = req_param(r, "REMOTE_ADDR");
	r->method = method_read(req_param(r, "REQUEST_METHOD"));
	r->head_only = r->method == HEAD;
	r->path = req_param(r, "DOCUMENT_URI");
	r->raw_uri = req_param(r, "REQUEST_URI");
	r->query = req_param(r, "QUERY_STRING");
	r->pairs = pairs_read(c, r->query, &r->pair_count);
	r->read = read;
	r->read_from = from;
	r->body_file = req_param(r, "REQUEST_BODY_FILE");
	r->body_check = req_param(r, "BODY_CHECK")[0] != '\0';
	if (r->body_file[0] == '\0')
		r->body_file = NULL;
	r->body = r->body_file == NULL ? "" : NULL;
	if (!utf8_valid(r->path, strlen(r->path)))
		return fail(c, E_NO_ROUTE, NULL);
	return OK;
}

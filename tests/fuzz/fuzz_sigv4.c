/*
 * The checks of S3 signatures. The input is lines: method, path, query, then headers as
 * "name: value". Nobody may guess a signature, so OK is a crash; and what we presign
 * for the same path must pass.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "s3/sigv4.h"

#define MAX_HEADERS 20

struct headers {
	struct {
		const char *name, *value;
	} list[MAX_HEADERS];
	size_t count;
};

static const char *
header(const void *from, const char *name)
{
	const struct headers *h = from;

	for (size_t i = 0; i < h->count; i++)
		if (str_eq(h->list[i].name, name))
			return h->list[i].value;
	return NULL;
}

static const char *
amz_header(const void *from, size_t i)
{
	const struct headers *h = from;

	return i < h->count ? h->list[i].name : NULL;
}

/* The next line of *s, which moves behind it. */
static const char *
line(struct arena *a, const char **s)
{
	size_t n = strcspn(*s, "\n");
	const char *text = arena_strn(a, *s, n);

	*s += n + ((*s)[n] == '\n');
	return text;
}

static void
our_own_address_passes(struct ctx *c, const struct s3_key *key, const char *path)
{
	const struct s3_link link = {
		.method = "GET", .base = "http://a", .path = path, .seconds = 60};
	char *url = s3_presign(&c->arena, key, &link, c->now),
	     *query = strchr(url, '?');
	const struct headers host = {{{"host", "a"}}, 1};
	struct s3_payload payload;

	*query++ = '\0';
	const struct s3_request q = {
		"GET", url + strlen(link.base), query, header, NULL, &host};
	ctx_clear_error(c);
	if (s3_check(c, &q, key, &payload) != OK)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct s3_key key = {
		"id", "a secret that the fuzzer does not know", "us-east-1", NULL};
	struct headers headers = {.count = 0};
	struct s3_request q = {
		.header = header, .amz_header = amz_header, .headers = &headers};
	struct s3_payload payload;
	const char *s;
	struct ctx c;

	ctx_start(&c, NULL, NULL);
	c.now.us = INT64_C(1369353600) * US_PER_SECOND;
	s = arena_strn(&c.arena, (const char *)data, size);
	q.method = line(&c.arena, &s);
	q.path = line(&c.arena, &s);
	q.query = line(&c.arena, &s);
	while (*s != '\0' && headers.count < MAX_HEADERS) {
		const char *text = line(&c.arena, &s), *colon = strstr(text, ": ");

		if (colon == NULL)
			continue;
		headers.list[headers.count].name =
			arena_strn(&c.arena, text, (size_t)(colon - text));
		headers.list[headers.count++].value = colon + 2;
	}
	if (s3_check(&c, &q, &key, &payload) == OK)
		abort();
	if (q.path[0] == '/')
		our_own_address_passes(&c, &key,
			percent_decode(&c.arena, q.path, strlen(q.path), false));
	ctx_end(&c);
	return 0;
}

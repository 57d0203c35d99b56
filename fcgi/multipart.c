#include "multipart.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

#define MAX_BOUNDARY 70 /* RFC 2046, 5.1.1 */
#define MAX_HEAD 4096   /* bytes of one part's headers */

struct reader {
	struct ctx *c;
	const char *at, *end;
	char delimiter[MAX_BOUNDARY + 5]; /* CR LF -- boundary */
	size_t delimiter_size;
};

static enum err
field_error(struct ctx *c, const char *words)
{
	return field_error_add(c, (struct field_error){.place = "body",
					  .kind = FIELD_ERROR_FORM,
					  .expected = "form",
					  .words = words});
}

/* A parameter of a header's value: name="x" or name=x. NULL if it is not there. */
static const char *
parameter(struct ctx *c, const char *value, const char *name)
{
	size_t n = strlen(name);

	for (const char *s = strchr(value, ';'); s != NULL; s = strchr(s, ';')) {
		s += 1 + strspn(s + 1, " \t");
		if (strncasecmp(s, name, n) == 0 && s[n] == '=') {
			s += n + 1;
			return *s == '"' ? arena_strn(&c->arena, s + 1,
						   strcspn(s + 1, "\""))
					 : arena_strn(&c->arena, s, strcspn(s, "; \t"));
		}
		/* A quoted value may hold a semicolon. */
		s += strcspn(s, ";\"");
		if (*s == '"')
			s += 1 + strcspn(s + 1, "\"");
	}
	return NULL;
}

static bool
begins(const struct reader *r, const char *text, size_t n)
{
	return (size_t)(r->end - r->at) >= n && memcmp(r->at, text, n) == 0;
}

/* The line "name: value" of a part's head, NULL if it is not there. */
static const char *
head_line(struct ctx *c, const char *head, const char *name)
{
	size_t n = strlen(name);

	for (const char *line = head; *line != '\0';) {
		size_t length = strcspn(line, "\r\n");
		if (length > n && strncasecmp(line, name, n) == 0 && line[n] == ':')
			return str_trim(&c->arena,
				arena_strn(&c->arena, line + n + 1, length - n - 1));
		line += length;
		line += strspn(line, "\r\n");
	}
	return NULL;
}

static enum err
part_head(struct reader *r, struct part *out)
{
	size_t left = (size_t)(r->end - r->at);
	const char *stop =
		memmem(r->at, left < MAX_HEAD ? left : MAX_HEAD, "\r\n\r\n", 4);

	if (stop == NULL)
		return field_error(r->c, "a part has no end of its headers");
	const char *head = arena_strn(&r->c->arena, r->at, (size_t)(stop - r->at));
	const char *disposition = head_line(r->c, head, "Content-Disposition");
	if (disposition == NULL || strncasecmp(disposition, "form-data", 9) != 0)
		return field_error(r->c, "a part is not form-data");
	out->name = parameter(r->c, disposition, "name");
	out->filename = parameter(r->c, disposition, "filename");
	out->type = head_line(r->c, head, "Content-Type");
	if (out->name == NULL || utf8_count(out->name) < 0 ||
		(out->filename != NULL && utf8_count(out->filename) < 0))
		return field_error(r->c, "a part has no readable name");
	r->at = stop + 4;
	return OK;
}

static enum err
part_body(struct reader *r, struct part *out)
{
	const char *stop = memmem(
		r->at, (size_t)(r->end - r->at), r->delimiter, r->delimiter_size);

	if (stop == NULL)
		return field_error(r->c, "a part has no end");
	out->bytes = r->at;
	out->size = (size_t)(stop - r->at);
	r->at = stop + r->delimiter_size;
	return OK;
}

static enum err
boundary_read(struct reader *r, const char *content_type)
{
	const char *boundary = NULL;

	if (strncasecmp(content_type, "multipart/form-data", 19) == 0)
		boundary = parameter(r->c, content_type, "boundary");
	if (boundary == NULL || boundary[0] == '\0' || strlen(boundary) > MAX_BOUNDARY)
		return field_error(r->c, "must be multipart/form-data with a boundary");
	memcpy(r->delimiter, "\r\n--", 4);
	memcpy(r->delimiter + 4, boundary, strlen(boundary));
	r->delimiter_size = 4 + strlen(boundary);
	return OK;
}

/* Behind a delimiter: CR LF and a part, or -- and the end. Blanks may stand between. */
static enum err
next_part(struct reader *r, bool *more)
{
	*more = !begins(r, "--", 2);
	if (!*more)
		return OK;
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
		r->at++;
	if (!begins(r, "\r\n", 2))
		return field_error(r->c, "a boundary is not followed by a line end");
	r->at += 2;
	return OK;
}

enum err
multipart_split(struct ctx *c, const char *content_type, const char *body, size_t size,
	struct part **out, size_t *count)
{
	struct reader r = {.c = c, .at = body, .end = body + size};
	struct part *parts = arena_new(&c->arena, sizeof(*parts) * MAX_PARTS);
	bool more;

	*out = parts;
	*count = 0;
	TRY(boundary_read(&r, content_type));
	if (!begins(&r, r.delimiter + 2, r.delimiter_size - 2))
		return field_error(c, "the body does not begin with its boundary");
	r.at += r.delimiter_size - 2;
	for (;;) {
		TRY(next_part(&r, &more));
		if (!more)
			return OK;
		if (*count == MAX_PARTS)
			return field_error(c, "too many parts");
		TRY(part_head(&r, &parts[*count]));
		TRY(part_body(&r, &parts[*count]));
		++*count;
	}
}

struct mapping {
	void *bytes;
	size_t size;
};

static void
unmap(void *mapping)
{
	struct mapping *m = mapping;

	munmap(m->bytes, m->size);
}

enum err
req_parts(struct req *r, struct part **out, size_t *count)
{
	struct ctx *c = &r->ctx;
	struct mapping *m = arena_new(&c->arena, sizeof(*m));
	struct stat st;
	int fd = r->body_file == NULL ? -1 : open(r->body_file, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0 || st.st_size == 0) {
		if (fd >= 0)
			close(fd);
		return multipart_split(
			c, req_param(r, "CONTENT_TYPE"), "", 0, out, count);
	}
	m->size = (size_t)st.st_size;
	m->bytes = mmap(NULL, m->size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (m->bytes == MAP_FAILED)
		return fail(c, E_BUG, "the body cannot be mapped");
	arena_defer(&c->arena, unmap, m);
	return multipart_split(
		c, req_param(r, "CONTENT_TYPE"), m->bytes, m->size, out, count);
}

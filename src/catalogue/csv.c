#include "catalogue/csv.h"

#include <string.h>

char
csv_separator(const char *heading)
{
	static const char separators[] = ",;\t";
	size_t most = 0;
	char found = separators[0];

	for (const char *s = separators; *s != '\0'; s++) {
		bool quoted = false;
		size_t count = 0;

		for (const char *p = heading; *p != '\0' && *p != '\n'; p++) {
			quoted = quoted != (*p == '"');
			count += *p == *s && !quoted;
		}
		if (count > most) {
			most = count;
			found = *s;
		}
	}
	return found;
}

size_t
csv_value(const char *p, const char *end, char separator)
{
	bool quoted = false;
	const char *q = p;

	for (; q < end; q++) {
		if (*q == '"')
			quoted = !quoted;
		else if (!quoted && (*q == separator || *q == '\n'))
			break;
	}
	if (q > p && q[-1] == '\r' && (q == end || *q == '\n'))
		q--;
	return (size_t)(q - p);
}

/* To COPY an empty line is a row, and a row of one empty value an empty line. */
static bool
is_blank(const char *p, size_t n, char separator)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != separator && strchr(" \t\r", p[i]) == NULL)
			return false;
	return true;
}

/* A row's end: behind its line's end. */
static const char *
row_end(const char *p, const char *end)
{
	bool quoted = false;

	for (; p < end; p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (*p == '\n' && !quoted)
			return p + 1;
	}
	return end;
}

/* Appends the wanted values of the row to `to`, which does not overtake p; the number
 * of values, without empty ones at the end that the heading does not have. */
static size_t
pick_row(const struct csv *head, const char *p, const char *end, char **to)
{
	bool first = true;
	size_t count = 0, filled = 0;

	for (;; p++) {
		size_t n = csv_value(p, end, head->separator);

		count++;
		if (n > 0)
			filled = count;
		if (count <= head->count && head->wanted[count - 1]) {
			if (!first)
				*(*to)++ = head->separator;
			first = false;
			memmove(*to, p, n);
			*to += n;
		}
		p += n;
		if (p >= end || *p != head->separator)
			break;
	}
	*(*to)++ = '\n';
	if (count > head->count)
		return filled > head->count ? filled : head->count;
	return count;
}

enum err
csv_pick(struct ctx *c, const struct csv *head, char *bytes, size_t *n, size_t *at)
{
	const char *end = bytes + *n;
	char *to = bytes;

	for (const char *p = bytes, *next; p < end; p = next) {
		next = row_end(p, end);
		if (is_blank(p, (size_t)(next - p) - (next[-1] == '\n'),
			    head->separator))
			continue;
		size_t values = pick_row(head, p, next, &to);
		if (values != head->count) {
			*at = (size_t)(p - bytes);
			return fail(c, E_INPUT, "%zu values, but the heading has %zu",
				values, head->count);
		}
	}
	*n = (size_t)(to - bytes);
	return OK;
}

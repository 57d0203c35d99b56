#ifndef EDGE_H
#define EDGE_H

/*
 * Requests through the real router, checks and SQL, in this process: what a face
 * answers is tested here first, in milliseconds, and end to end once. What nginx does
 * before and after it (slashes merged, sizes, limits) is not there.
 *
 * A program is a list of EDGE_TEST(...) for edge_run(), which gives it a database of
 * its own, with the whole schema and no rows, and a Redis (tests/unit/with-database).
 * Its tests share them: what one needs it makes, under names that no other has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "base/json.h"
#include "base/str.h"
#include "router.h"
#include "reply.h"

#include <cmocka.h> /* last: it has a macro fail() of its own */

/* One request: call("GET", "/users/api/v1/users/me/", .headers = {token}). */
struct call {
	const char *method;
	const char *path;       /* as a client writes it, with its query */
	const char *body;       /* NULL: none */
	size_t size;            /* of the body; 0: up to its NUL */
	const char *type;       /* of the body; NULL: application/json */
	const char *headers[8]; /* "User-Agent: x" */
	const char *params[8];  /* FastCGI's "NAME=value" in place of what would be
				   there;  "NAME": it is not there */
};

struct answer {
	int status;
	const char *head; /* the header lines */
	const char *body;
	size_t size;
	struct json_object *json; /* the body, NULL if it is none */
};

/* Sends it; the answer is good until the test ends. */
#define call(method_, path_, ...)                                                      \
	edge_call(&(struct call){.method = method_, .path = path_, __VA_ARGS__})
const struct answer *edge_call(const struct call *what);

/* A header of the answer, NULL if it has none of that name. */
const char *answer_header(const struct answer *a, const char *name);

/* A text member of the answer's object, NULL if it has none. */
const char *answer_text(const struct answer *a, const char *member);

/* Text that is good until the test ends. */
const char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* So many units behind each other. */
const char *repeated(const char *unit, int n);

/* Something that no other test has: "nobody-17". */
const char *unique(const char *word);

/* Runs SQL that must work; the number or text of its first row and column. */
int64_t number(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *value(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Redis forgets everything, which changes no answer. */
void empty_cache(void);

/* An account with these permissions (blank-separated), signed in at the storage face:
 * the header "Authorization: Bearer ...". */
const char *given_person(const char *permissions);
#define SUPERUSER "superuser"

/* The same, signed in at the people's face. */
const char *given_member(const char *permissions);

/* One with this role, signed in at the programme's face. */
const char *given_staff(const char *role);

/* One with these permissions and this role in the programme (NULL: none), signed in at
 * the console: the header "Cookie: ...". What changes something needs SAME_ORIGIN, too.
 */
const char *given_console(const char *permissions, const char *role);
#define SAME_ORIGIN "Sec-Fetch-Site: same-origin"

/* A unit of work of the test's own, with its database. */
void edge_ctx(struct ctx *c);

/* Does the queued jobs of a kind, each in a transaction, as a worker would; how many
 * there were. */
struct job;
int run_jobs(const char *kind, enum err (*handler)(struct ctx *, const struct job *));

int edge_begin(void **state);
int edge_end(void **state);
#define EDGE_TEST(function)                                                            \
	cmocka_unit_test_setup_teardown(function, edge_begin, edge_end)

/* Runs the tests; the exit status of main(). */
#define edge_run(name, tests, argv)                                                    \
	(edge_open(argv), cmocka_run_group_tests_name(name, tests, NULL, NULL))
void edge_open(char **argv);

#endif

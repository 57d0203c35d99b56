/* What a host's programs remember of the last second (src/cache/near.c). */
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache/near.h"

#define KEYS 8
#define ROUNDS 20000

static char folder[] = "/tmp/samovar-near.XXXXXX";

static struct near_ticket
ticket_of(const char *key)
{
	unsigned char out[NEAR_BYTES];
	struct near_ticket t;
	size_t size;

	near_get(key, out, &size, &t);
	return t;
}

static const char *
got(const char *key)
{
	unsigned char out[NEAR_BYTES];
	struct near_ticket t;
	size_t size;

	return near_get(key, out, &size, &t) ? arena_strn(&c.arena, (char *)out, size)
					     : NULL;
}

static void
keep(const char *key, const char *value)
{
	struct near_ticket t = ticket_of(key);

	near_keep(&t, value, strlen(value));
}

static void
what_is_kept_is_known_until_it_is_forgotten(void **state)
{
	(void)state;
	assert_null(got("a"));
	keep("a", "one");
	assert_string_equal(got("a"), "one");
	assert_null(got("b"));
	near_forget("a");
	assert_null(got("a"));
	keep("a", "");
	assert_string_equal(got("a"), "");
}

static void
what_was_asked_before_it_was_forgotten_is_not_kept(void **state)
{
	(void)state;
	struct near_ticket t = ticket_of("late");

	near_forget("late");
	near_keep(&t, "old", 3);
	assert_null(got("late"));
}

static void
it_is_known_for_its_time_only(void **state)
{
	(void)state;
	conf.token_near_time = 1;
	keep("short", "x");
	while (got("short") != NULL)
		;
	conf.token_near_time = 0;
	keep("never", "x");
	assert_null(got("never"));
	conf.token_near_time = 60000;
	assert_null(got("never"));
}

static void
what_is_too_long_is_not_kept(void **state)
{
	char *text = arena_new(&c.arena, NEAR_BYTES + 2);

	(void)state;
	memset(text, 'x', NEAR_BYTES + 1);
	keep("long", text);
	assert_null(got("long"));
	text[NEAR_BYTES] = '\0';
	keep("long", text);
	assert_string_equal(got("long"), text);
}

static void
many_keys_fit(void **state)
{
	int known = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		keep(arena_fmt(&c.arena, "many %d", i), "x");
	for (int i = 0; i < 1000; i++)
		known += got(arena_fmt(&c.arena, "many %d", i)) != NULL;
	assert_true(known > 950); /* of a bucket only four */
}

/* Long, and every byte says whose it is. */
static const char *
value_of(int key, int round)
{
	char *text = arena_new(&c.arena, NEAR_BYTES + 1);

	memset(text, 'a' + (key * 7 + round) % 26, (size_t)(100 + round % 300));
	return text;
}

static bool
is_whole(const char *text)
{
	return strlen(text) >= 100 &&
	       strspn(text, (char[]){text[0], '\0'}) == strlen(text);
}

static void
hurry(int seed)
{
	for (int i = 0; i < ROUNDS; i++) {
		int key = (i * 31 + seed) % KEYS;
		const char *name = arena_fmt(&c.arena, "key %d", key), *text;

		if (i % 3 == 0)
			keep(name, value_of(key, i + seed));
		else if (i % 17 == 0)
			near_forget(name);
		text = got(name);
		if (text != NULL && !is_whole(text))
			_exit(1);
		if (i % 100 == 0) {
			ctx_end(&c);
			ctx_start(&c, NULL, NULL);
		}
	}
	_exit(0);
}

static void
writers_beside_each_other_never_show_half_a_value(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		if (fork() == 0)
			hurry(i);
	for (int i = 0; i < 4; i++) {
		int status;
		wait(&status);
		assert_int_equal(status, 0);
	}
}

static void
whoever_is_killed_leaves_nothing_that_others_wait_for(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++) {
		pid_t pid = fork();
		if (pid == 0)
			for (;;)
				keep("victim", value_of(i % KEYS, i));
		while (got("victim") == NULL && i == 0)
			;
		usleep((useconds_t)(i * 13 % 500));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		const char *text = got("victim");
		assert_true(text == NULL || is_whole(text) || str_eq(text, "alive"));
		near_forget("victim");
		assert_null(got("victim"));
		keep("victim", "alive");
		assert_string_equal(got("victim"), "alive");
	}
}

static int
open_memory(void **state)
{
	static char path[100];

	(void)state;
	assert_non_null(mkdtemp(folder));
	if (geteuid() == 0) { /* root makes none */
		chmod(folder, 0777);
		assert_int_equal(seteuid(65534), 0);
	}
	snprintf(path, sizeof(path), "%s/fcgi.sock", folder);
	conf.fcgi_socket = path;
	conf.token_near_time = 60000;
	return 0;
}

static int
remove_memory(void **state)
{
	char path[100];

	(void)state;
	snprintf(path, sizeof(path), "%s/near", folder);
	assert_int_equal(unlink(path), 0);
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_kept_is_known_until_it_is_forgotten),
		TEST(what_was_asked_before_it_was_forgotten_is_not_kept),
		TEST(it_is_known_for_its_time_only),
		TEST(what_is_too_long_is_not_kept),
		TEST(many_keys_fit),
		TEST(writers_beside_each_other_never_show_half_a_value),
		TEST(whoever_is_killed_leaves_nothing_that_others_wait_for),
	};

	return cmocka_run_group_tests(tests, open_memory, remove_memory);
}

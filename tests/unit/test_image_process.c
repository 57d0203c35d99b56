/*
 * The process that opens pictures: what it may not do, how it dies, and that the next
 * picture does not notice.
 */
#include "image/image.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "image/probe.h"
#include "image/sandbox.h"
#include "unit.h"

#define LONG_MS 60000 /* a busy machine may take its time */

/* 3 x 2 pixels of (250,130,60), as PNG. */
static const unsigned char png[] =
	"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\3\0\0\0\2\x08\2\0\0\0\x12\x16\xF1\x4D"
	"\0\0\0\x15IDAT\x78\x9C\x63\xFC\xD5\x64\xC3\xC0\xC0\xC0\xC0\xC0\xC0\xC4\0\3\0"
	"\x1F"
	"\xEA\1\xBC\x4E\xA0\0\x0E\0\0\0\0IEND\xAE\x42\x60\x82";

static enum err
make(void)
{
	struct image_blob out[2];
	enum err e = image_jpegs(
		&c, (struct image_blob){png, sizeof(png)}, (int[]){64, 2}, 2, out);

	for (int i = 0; e == OK && i < 2; i++) {
		assert_true(out[i].size > 100 && out[i].size < 2000);
		assert_memory_equal(out[i].bytes, "\xFF\xD8\xFF", 3);
	}
	return e;
}

static void
assert_picture_is_made(void)
{
	enum err e = make();

	if (e != OK)
		fail_msg("%s: %s", err_name(e), c.why == NULL ? "" : c.why);
}

static void
pictures_are_made(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		assert_picture_is_made();
	assert_true(image_last()->peak_kb > 1000);
	assert_true(image_last()->cpu_us > 0);
}

static void
a_refusal_has_its_reason(void **state)
{
	static const unsigned char huge[] =
		"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\xFF\0\0\0\xFF"
		"\0\x08\2\0\0\0\0\0\0\0\0\0\0\0IDAT\0\0\0\0"
		"\0\0\0\0IEND\0\0\0";
	const struct {
		const void *bytes;
		size_t size;
		enum err e;
	} cases[] = {{png, sizeof(png) - 13, E_PICTURE_DAMAGED}, {png, 0, E_PICTURE},
		{"GIF89a", 6, E_PICTURE}, {huge, sizeof(huge), E_PICTURE_LARGE},
		{png, IMAGE_MAX_BYTES + 1, E_PICTURE_LARGE}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct image_blob out;
		struct image_blob in = {cases[i].bytes, cases[i].size};

		assert_int_equal(image_jpegs(&c, in, (int[]){64}, 1, &out), cases[i].e);
		ctx_clear_error(&c);
	}
	assert_picture_is_made();
}

static void
requests_that_make_no_sense_are_refused(void **state)
{
	static const int sides[][2] = {{0, 1}, {-1, 1}, {100000, 1}};
	struct image_blob out;

	(void)state;
	for (size_t i = 0; i < sizeof(sides) / sizeof(*sides); i++) {
		assert_int_equal(image_jpegs(&c, (struct image_blob){png, sizeof(png)},
					 sides[i], 1, &out),
			E_BUSY);
		ctx_clear_error(&c);
	}
	assert_picture_is_made();
}

static void
a_file_has_its_shades(void **state)
{
	char path[] = "/tmp/test_image_process-XXXXXX";
	unsigned char shades[8 * 8];
	int fd = mkstemp(path);
	double wide;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, png, sizeof(png)), sizeof(png));
	close(fd);
	assert_int_equal(image_grey(&c, path, 8, shades, &wide), OK);
	unlink(path);
	assert_float_equal(wide, 1.5, 1e-9);
	for (size_t i = 0; i < sizeof(shades); i++)
		assert_in_range(shades[i], 140, 170);
	assert_int_equal(image_grey(&c, path, 8, shades, &wide), E_MISSING);
}

struct attempt {
	const char *name;
	enum image_probe what;
	enum err e;
	int32_t signal;
	int64_t least, most; /* of the number, if there is one */
};

static const struct attempt attempts[] = {
	{"nothing", PROBE_NOTHING, OK, 0, 0, 0},
	{"open /etc/passwd", PROBE_OPEN, OK, 0, -EACCES, -EACCES},
	{"create a file", PROBE_CREATE, OK, 0, -EACCES, -EACCES},
	{"socket", PROBE_SOCKET, E_PICTURE_DAMAGED, SIGSYS, 0, 0},
	{"execve", PROBE_EXEC, E_PICTURE_DAMAGED, SIGSYS, 0, 0},
	{"fork", PROBE_FORK, E_PICTURE_DAMAGED, SIGSYS, 0, 0},
	{"kill", PROBE_KILL, E_PICTURE_DAMAGED, SIGSYS, 0, 0},
	{"ptrace", PROBE_PTRACE, E_PICTURE_DAMAGED, SIGSYS, 0, 0},
	{"executable memory", PROBE_CODE, E_PICTURE_DAMAGED, SIGSYS, 0, 0},
	{"abort", PROBE_CRASH, E_PICTURE_DAMAGED, SIGABRT, 0, 0},
	{"a gigabyte of output", PROBE_OUTPUT, E_PICTURE_DAMAGED, SIGXFSZ, 0, 0},
	{"endless computing", PROBE_CPU, E_PICTURE_LARGE, SIGXCPU, 0, 0},
#if !defined(__SANITIZE_ADDRESS__)
	{"all memory", PROBE_MEMORY, OK, 0, 100, SANDBOX_MEMORY >> 20},
#endif
};

static void
whoever_breaks_out_of_a_decoder_is_in_a_prison(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++) {
		const struct attempt *a = &attempts[i];
		struct image_answer answer;
		int64_t number;
		enum err e = image_probe(&c, (int)a->what, LONG_MS, &answer, &number);

		if (e != a->e)
			fail_msg("%s: %s: %s", a->name, err_name(e), c.why);
		ctx_clear_error(&c);
		if (answer.outcome == IMAGE_DIED)
			assert_int_equal(answer.number, a->signal);
		else if (number < a->least || number > a->most)
			fail_msg("%s: %lld", a->name, (long long)number);
		assert_true(answer.cpu_us < 3500000);
		assert_true(answer.peak_kb < 300 * 1024);
		assert_picture_is_made();
	}
}

static void
what_does_not_end_is_ended(void **state)
{
	struct image_answer answer;
	int64_t number;

	(void)state;
	assert_int_equal(image_probe(&c, PROBE_SLEEP, 50, &answer, &number), E_BUSY);
	assert_int_equal(answer.outcome, IMAGE_TIMED_OUT);
	ctx_clear_error(&c);
	assert_picture_is_made();
}

/* The first child of a process, 0 if there is none. */
static pid_t
child_of(pid_t parent)
{
	char path[64];
	int pid = 0;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)parent,
		(int)parent);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%d", &pid) != 1)
		pid = 0;
	fclose(f);
	return pid;
}

/* The process that samovar-image of this test is. */
static pid_t
image_process(void)
{
	return child_of(getpid());
}

static void
killed_between_two_pictures_it_is_replaced(void **state)
{
	(void)state;
	assert_picture_is_made();
	pid_t first = image_process();
	assert_true(first > 0);
	assert_int_equal(kill(first, SIGKILL), 0);
	assert_picture_is_made();
	assert_true(image_process() > 0 && image_process() != first);
}

/* Stopped, it has the request and cannot answer; then it is killed. */
static void
killed_in_the_middle_the_picture_is_made_by_the_next(void **state)
{
	(void)state;
	assert_picture_is_made();
	pid_t first = image_process(), test = getpid(), killer;

	kill(first, SIGSTOP);
	killer = fork();
	if (killer == 0) {
		nanosleep(&(struct timespec){0, 50 * 1000 * 1000}, NULL);
		_exit(getppid() == test && kill(first, SIGKILL) == 0 ? 0 : 1);
	}
	assert_picture_is_made();
	waitpid(killer, NULL, 0);
	assert_true(image_process() != first);
}

/* Killed while a process of its own works for it: that one goes, too, and the work is
 * begun anew. */
static void
killed_at_work_it_is_tried_once_more(void **state)
{
	struct image_answer answer;
	int64_t number;

	(void)state;
	assert_picture_is_made();
	pid_t first = image_process(), test = getpid();
	pid_t killer = fork();
	if (killer == 0) {
		while (getppid() == test && child_of(first) == 0)
			;
		_exit(kill(first, SIGKILL));
	}
	assert_int_equal(
		image_probe(&c, PROBE_CPU, LONG_MS, &answer, &number), E_PICTURE_LARGE);
	ctx_clear_error(&c);
	waitpid(killer, NULL, 0);
	assert_true(image_process() != first);
	assert_picture_is_made();
}

/* As in samovar-worker: several processes, one samovar-image. */
static void
processes_share_one(void **state)
{
	pid_t server, askers[4];
	int status;

	(void)state;
	image_prepare();
	server = fork();
	if (server == 0) {
		_exit(image_serve());
	}
	for (int i = 0; i < 4; i++) {
		askers[i] = fork();
		if (askers[i] == 0) {
			int good = 0;
			for (int k = 0; k < 5; k++)
				good += make() == OK;
			_exit(good == 5 && image_process() == 0 ? 0 : 1);
		}
	}
	for (int i = 0; i < 4; i++) {
		assert_int_equal(waitpid(askers[i], &status, 0), askers[i]);
		assert_int_equal(status, 0);
	}
	kill(server, SIGTERM); /* ends once it is quiet */
	assert_int_equal(waitpid(server, &status, 0), server);
	assert_int_equal(status, 0);
}

static int
start(void **state)
{
	(void)state;
	image_use(BUILDDIR "/samovar-image");
	return conf_load(NULL, NULL) ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pictures_are_made),
		TEST(a_refusal_has_its_reason),
		TEST(requests_that_make_no_sense_are_refused),
		TEST(a_file_has_its_shades),
		TEST(whoever_breaks_out_of_a_decoder_is_in_a_prison),
		TEST(what_does_not_end_is_ended),
		TEST(killed_between_two_pictures_it_is_replaced),
		TEST(killed_in_the_middle_the_picture_is_made_by_the_next),
		TEST(killed_at_work_it_is_tried_once_more),
		TEST(processes_share_one),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}

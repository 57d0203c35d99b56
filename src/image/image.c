#include "image/image.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/prefork.h"
#include "base/program.h"
#include "base/install_paths.h"
#include "base/utc.h"
#include "image/fds.h"

#define PERSON_SECONDS 30 /* for a person's picture: nobody waits, and it may queue */
#define CARD_PATIENCE 3   /* a card may take so many times a picture's time */
#define GRACE_MS 1000 /* that the answer may be later than the picture's own limit */

/* The two ends of the socket: requests go in, samovar-image takes them out. */
static int asking = -1, serving = -1;
static pid_t own; /* samovar-image, if it is this process's alone; else 0 */
static const char *program;
static struct image_answer last;

void
image_use(const char *path)
{
	program = path;
}

const struct image_answer *
image_last(void)
{
	return &last;
}

void
image_prepare(void)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
		log_error("image: %s", strerror(errno));
		exit(1);
	}
	asking = ends[0];
	serving = ends[1];
}

/* Nothing of ours goes along: secrets may stand in the environment. */
static _Noreturn void
become(int socket)
{
	char journal[256], processes[16], level[16];
	const char *stream = getenv("JOURNAL_STREAM");
	char *environment[] = {
		(char[]){"LC_ALL=C.UTF-8"}, (char[]){"MALLOC_ARENA_MAX=1"}, NULL, NULL};
	char *args[] = {
		(char[]){"samovar-image"}, (char[]){"3"}, processes, level, NULL};
	const char *path = program != NULL ? program : install_image_program();
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (stream != NULL) {
		snprintf(journal, sizeof(journal), "JOURNAL_STREAM=%s", stream);
		environment[2] = journal;
	}
	snprintf(processes, sizeof(processes), "%d", (int)conf.image_processes);
	snprintf(level, sizeof(level), "%s", conf.log_level);
	dup2(nothing, 0); /* may be the socket that the program listens on */
	dup2(nothing, 1);
	dup2(socket, 3); /* and without CLOEXEC, unless it was 3 already */
	fcntl(3, F_SETFD, 0);
	close_range(4, ~0U, 0);
	execve(path, args, environment);
	log_error("%s: %s", path, strerror(errno));
	_exit(1);
}

int
image_serve(void)
{
	struct pollfd asked = {.fd = serving, .events = POLLIN};

	close(asking);
	asking = -1;
	program_signals();
	prctl(PR_SET_NAME, "samovar-image"); /* for ps(1); once asked, it is true */
	prefork_ready();
	while (!program_stopping() && asked.revents == 0)
		if (ppoll(&asked, 1, NULL, program_wait_mask()) < 0 && errno != EINTR)
			return 1;
	if (program_stopping())
		return 0;
	program_child_signals();
	become(serving);
}

/* A process of our own; it ends when we do, since nobody else can ask it. */
static enum err
start_own(struct ctx *c)
{
	pid_t parent = getpid();

	image_prepare();
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			_exit(0);
		program_child_signals();
		become(serving);
	}
	close(serving);
	serving = -1;
	own = pid;
	if (pid > 0)
		return OK;
	close(asking);
	asking = -1;
	own = 0;
	return fail(c, E_BUSY, "no process for pictures: %s", strerror(errno));
}

/* It has ended, or is about to: the next request starts another. */
static void
end_own(void)
{
	if (own <= 0)
		return;
	close(asking);
	asking = -1;
	kill(own, SIGKILL);
	waitpid(own, NULL, 0);
	own = 0;
}

/* Waits for the answer that comes over `socket`. False if the other side has gone. */
static bool
hear(int socket, int ms, struct image_answer *a, int *result)
{
	double until = monotonic() + ms / 1000.0;
	struct pollfd p = {.fd = socket, .events = POLLIN};

	for (;;) {
		double left = until - monotonic();

		if (left <= 0) {
			a->outcome = IMAGE_TIMED_OUT;
			return true;
		}
		if (poll(&p, 1, (int)(left * 1000) + 1) <= 0)
			continue;
		ssize_t n = fds_receive(socket, a, sizeof(*a), result, 1);
		if (n == 0)
			return false;
		if (n > 0 && *result >= 0)
			return true;
	}
}

/* What goes along with a request: the picture, and of a card what it is drawn from. */
struct brought {
	int input, background, fonts; /* descriptors; the latter -1: none */
};

/* One request on its way; *gone: nobody answered, since the process that had taken it
 * was killed. */
static enum err
ask_once(struct ctx *c, const struct image_request *q, struct brought b,
	struct image_answer *a, int *result, bool *gone)
{
	int ends[2];

	*gone = false;
	*result = -1;
	if (asking < 0)
		TRY(start_own(c));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return fail(c, E_BUSY, "image: %s", strerror(errno));
	ssize_t n = fds_send(asking, q, sizeof(*q),
		(int[]){b.input, ends[1], b.background, b.fonts},
		b.background < 0 ? 2 : 4);
	close(ends[1]);
	*gone = n < 0 || !hear(ends[0], (int)q->milliseconds + GRACE_MS, a, result);
	close(ends[0]);
	if (*gone)
		end_own();
	return OK;
}

/* Killed by whatever means, the process is replaced, and the picture tried once more.
 */
static enum err
ask(struct ctx *c, const struct image_request *q, struct brought b, int *result)
{
	bool gone = false;

	for (int i = 0; i < 2; i++) {
		TRY(ask_once(c, q, b, &last, result, &gone));
		if (!gone && (last.outcome != IMAGE_DIED || last.number != SIGKILL))
			break;
		if (!gone && i == 0) {
			close(*result);
			*result = -1;
		}
	}
	if (gone)
		return fail(c, E_BUSY, "the image process was killed");
	log_debug("image: outcome=%u number=%d cpu_ms=%.1f peak_kb=%lld", last.outcome,
		last.number, (double)last.cpu_us / 1000, (long long)last.peak_kb);
	return OK;
}

/* How a picture ended that gave no result. */
static enum err
no_result(struct ctx *c)
{
	if (last.outcome == IMAGE_REFUSED)
		return fail(c, E_BUSY, "no process could be started for a picture");
	if (last.outcome == IMAGE_TIMED_OUT)
		return fail(c, E_BUSY, "a picture was not done in time");
	if (last.number == SIGXCPU)
		return fail(c, E_PICTURE_LARGE, "a picture took too much time");
	if (last.number == SIGKILL)
		return fail(c, E_BUSY, "the process of a picture was killed");
	if (last.number == SIGSYS)
		log_error("image: a picture made its decoder leave the sandbox");
	if (last.number == -IMAGE_EXIT_SIZE)
		return fail(c, E_PICTURE_LARGE, NULL);
	if (last.number < 0)
		return fail(c, E_BUG, "the sandbox for pictures cannot be entered");
	return fail(c, E_PICTURE_DAMAGED, "the decoder died of signal %d", last.number);
}

static enum err
verdict(struct ctx *c, uint32_t v)
{
	switch (v) {
	case IMAGE_OK:
		return OK;
	case IMAGE_TOO_LARGE:
		return fail(c, E_PICTURE_LARGE, NULL);
	case IMAGE_UNKNOWN:
		return fail(c, E_PICTURE, NULL);
	default:
		return fail(c, E_PICTURE_DAMAGED, NULL);
	}
}

/* An output, copied out of the result's file; what opened the picture is not trusted.
 */
static enum err
output(struct ctx *c, int file, const struct image_result *r, size_t i,
	struct image_blob *out)
{
	uint64_t size = r->outputs[i].size, done = 0;

	if (i >= r->count || size == 0 || size > IMAGE_MAX_BYTES)
		return fail(c, E_PICTURE_DAMAGED, "the image process gave no output");
	char *bytes = arena_new(&c->arena, size);
	while (done < size) {
		ssize_t n = pread(file, bytes + done, size - done,
			(off_t)(r->outputs[i].offset + done));
		if (n <= 0)
			return fail(c, E_PICTURE_DAMAGED,
				"the image process gave half an output");
		done += (uint64_t)n;
	}
	*out = (struct image_blob){bytes, size};
	return OK;
}

static enum err
results(struct ctx *c, int file, struct image_result *r, size_t count,
	struct image_blob *out)
{
	if (last.outcome != IMAGE_DONE)
		return no_result(c);
	if (pread(file, r, sizeof(*r), 0) != sizeof(*r) || r->count > IMAGE_MAX_OUTPUTS)
		return fail(c, E_PICTURE_DAMAGED, "the image process gave no result");
	TRY(verdict(c, r->verdict));
	for (size_t i = 0; i < count; i++)
		TRY(output(c, file, r, i, &out[i]));
	return OK;
}

/* From the request to its outputs. What is brought stays the caller's. */
static enum err
call(struct ctx *c, const struct image_request *q, struct brought b,
	struct image_result *r, struct image_blob *out, size_t count)
{
	int file = -1;

	enum err e = ask(c, q, b, &file);
	if (e == OK)
		e = results(c, file, r, count, out);
	if (file >= 0)
		close(file);
	return e;
}

static struct image_request
request(enum image_operation operation, const int *sides, size_t count)
{
	struct image_request q = {.operation = operation,
		.count = (uint32_t)count,
		.milliseconds = (uint32_t)(conf.image_timeout * 1000)};

	for (size_t i = 0; i < count && i < IMAGE_MAX_SIDES; i++)
		q.sides[i] = sides[i];
	return q;
}

int
image_file(const void *bytes, size_t size)
{
	int fd = memfd_create("picture", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	for (size_t done = 0; fd >= 0 && done < size;) {
		ssize_t n = write(fd, (const char *)bytes + done, size - done);
		if (n <= 0) {
			close(fd);
			return -1;
		}
		done += (size_t)n;
	}
	if (fd >= 0)
		fcntl(fd, F_ADD_SEALS,
			F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
	return fd;
}

enum err
image_jpegs(struct ctx *c, struct image_blob picture, const int *sides, size_t count,
	struct image_blob *out)
{
	struct image_request q = request(IMAGE_JPEGS, sides, count);
	struct image_result r;

	if (picture.size > IMAGE_MAX_BYTES)
		return fail(c, E_PICTURE_LARGE, NULL);
	int input = image_file(picture.bytes, picture.size);
	if (input < 0)
		return fail(c, E_BUSY, "image: %s", strerror(errno));
	enum err e = call(c, &q, (struct brought){input, -1, -1}, &r, out, count);
	close(input);
	return e;
}

/* Why a picture was refused; NULL: that is not its fault. */
static const char *
reason(enum err e, uint32_t v)
{
	static const char *const by_verdict[IMAGE_VERDICTS] = {
		[IMAGE_UNKNOWN] = "not_an_image",
		[IMAGE_DAMAGED] = "broken",
		[IMAGE_TOO_LARGE] = "too_heavy",
		[IMAGE_TOO_SMALL] = "too_small",
		[IMAGE_TOO_MANY_PIXELS] = "too_many_pixels",
		[IMAGE_BAD_SHAPE] = "bad_shape",
		[IMAGE_CROP_OUTSIDE] = "crop_outside"};

	if (e != E_PICTURE && e != E_PICTURE_DAMAGED && e != E_PICTURE_LARGE)
		return NULL;
	if (v < IMAGE_VERDICTS && by_verdict[v] != NULL)
		return by_verdict[v];
	/* It died: out of processor time, or as libraries do without memory. */
	return e == E_PICTURE_LARGE || last.number == SIGABRT || last.number == SIGTRAP
		       ? "too_heavy"
		       : "broken";
}

static const char *
format_name(int32_t format)
{
	static const char *const names[] = {[IMAGE_JPEG] = "jpeg",
		[IMAGE_PNG] = "png",
		[IMAGE_WEBP] = "webp",
		[IMAGE_GIF] = "gif"};

	return format > 0 && (size_t)format < sizeof(names) / sizeof(*names)
		       ? names[format]
		       : NULL;
}

enum err
image_person(struct ctx *c, struct image_blob picture, const struct person_wish *wish,
	struct image_person *out)
{
	struct image_request q = {.operation = IMAGE_PERSON,
		.wish = *wish,
		.milliseconds = PERSON_SECONDS * 1000};
	struct image_blob files[PERSON_FILES];
	struct image_result r = {0};
	int input = image_file(picture.bytes, picture.size);

	*out = (struct image_person){0};
	if (input < 0)
		return fail(c, E_BUSY, "image: %s", strerror(errno));
	enum err e =
		call(c, &q, (struct brought){input, -1, -1}, &r, files, PERSON_FILES);
	close(input);
	out->width = r.width;
	out->height = r.height;
	out->format = format_name(r.format);
	out->refused = reason(e, r.verdict);
	if (out->refused != NULL) {
		ctx_clear_error(c);
		return OK;
	}
	for (size_t i = 0; e == OK && i < PERSON_FILES; i++) {
		out->made[i].file = files[i];
		out->made[i].width = r.outputs[i].width;
		out->made[i].height = r.outputs[i].height;
	}
	return e;
}

enum err
image_original(struct ctx *c, struct image_blob picture, const struct person_wish *wish,
	struct image_original *out)
{
	struct image_request q = {.operation = IMAGE_ORIGINAL,
		.wish = *wish,
		.milliseconds = PERSON_SECONDS * 1000};
	struct image_result r = {0};
	int input = image_file(picture.bytes, picture.size);

	*out = (struct image_original){0};
	if (input < 0)
		return fail(c, E_BUSY, "image: %s", strerror(errno));
	enum err e = call(c, &q, (struct brought){input, -1, -1}, &r, &out->file, 1);
	close(input);
	out->width = r.outputs[0].width;
	out->height = r.outputs[0].height;
	return e;
}

enum err
image_grey(struct ctx *c, const char *path, int side, unsigned char *out, double *wide)
{
	struct image_request q = request(IMAGE_GREY, &side, 1);
	struct image_blob shades;
	struct image_result r;
	int input = open(path, O_RDONLY | O_CLOEXEC);

	if (input < 0)
		return fail(c, E_MISSING, "%s: %s", path, strerror(errno));
	enum err e = call(c, &q, (struct brought){input, -1, -1}, &r, &shades, 1);
	close(input);
	TRY(e);
	if (shades.size != (size_t)side * (size_t)side || !(r.wide > 0))
		return fail(c, E_PICTURE_DAMAGED, "the image process gave no shades");
	memcpy(out, shades.bytes, shades.size);
	*wide = r.wide;
	return OK;
}

enum err
image_probe(struct ctx *c, int what, int milliseconds, struct image_answer *answer,
	int64_t *number)
{
	struct image_request q = request(IMAGE_PROBE, &what, 1);
	struct image_result r = {0};
	int input = image_file("x", 1);

	if (input < 0)
		return fail(c, E_BUSY, "image: %s", strerror(errno));
	if (milliseconds > 0)
		q.milliseconds = (uint32_t)milliseconds;
	enum err e = call(c, &q, (struct brought){input, -1, -1}, &r, NULL, 0);
	close(input);
	*answer = last;
	*number = r.number;
	return e;
}

/* The result's file itself is what is kept: its pixels are not copied. */
static enum err
pixels_of(struct ctx *c, int file, struct image_pixels *out)
{
	struct image_result r;

	if (last.outcome != IMAGE_DONE)
		return no_result(c);
	if (pread(file, &r, sizeof(r), 0) != sizeof(r))
		return fail(c, E_PICTURE_DAMAGED, "the image process gave no result");
	TRY(verdict(c, r.verdict));
	if (r.count != 1 || r.width < 1 || r.height < 1 || r.width > IMAGE_MAX_SIDE ||
		r.height > IMAGE_MAX_SIDE ||
		r.outputs[0].size != (uint64_t)r.width * (uint64_t)r.height * 3)
		return fail(c, E_PICTURE_DAMAGED, "the image process gave no pixels");
	*out = (struct image_pixels){
		file, r.width, r.height, r.outputs[0].offset, r.outputs[0].size};
	return OK;
}

enum err
image_pixels(
	struct ctx *c, struct image_blob picture, int most, struct image_pixels *out)
{
	struct image_request q = request(IMAGE_PIXELS, &most, 1);
	int file = -1;

	if (picture.size > IMAGE_MAX_BYTES)
		return fail(c, E_PICTURE_LARGE, NULL);
	int input = image_file(picture.bytes, picture.size);
	if (input < 0)
		return fail(c, E_BUSY, "image: %s", strerror(errno));
	q.milliseconds *= CARD_PATIENCE;
	enum err e = ask(c, &q, (struct brought){input, -1, -1}, &file);
	close(input);
	if (e == OK)
		e = pixels_of(c, file, out);
	if (e != OK && file >= 0)
		close(file);
	return e;
}

enum err
image_card(struct ctx *c, const struct card_spec *spec, int background, int fonts,
	int preview, struct image_blob out[CARD_FILES])
{
	struct image_request q = request(IMAGE_CARD, &preview, 1);
	struct image_result r;
	int input = image_file(spec, sizeof(*spec));

	if (input < 0)
		return fail(c, E_BUSY, "image: %s", strerror(errno));
	q.milliseconds *= CARD_PATIENCE;
	enum err e = call(
		c, &q, (struct brought){input, background, fonts}, &r, out, CARD_FILES);
	close(input);
	return e;
}

#include "image/operation.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/card_draw.h"
#include "image/probe.h"
#include "image/render.h"
#include "image/sandbox.h"
#include "image/variants.h"

#define MAX_SIDE 8192 /* pixels of an output */
#define MAX_GREY 512
#define PERSON_CPU 20 /* seconds: nobody waits for it */

/* One request on its way: the picture, and the file that the outputs go to. */
struct operation {
	const struct image_request *q;
	const void *bytes;
	size_t size;
	int file;
	uint64_t used; /* bytes of the file */
	struct image_result result;
	struct card_parts card; /* of IMAGE_CARD */
};

static bool
write_all(int fd, const void *bytes, size_t size, uint64_t offset)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = pwrite(fd, (const char *)bytes + done, size - done,
			(off_t)(offset + done));
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

static void
add_output(struct operation *o, const void *bytes, size_t size)
{
	struct image_result *r = &o->result;

	if (!write_all(o->file, bytes, size, o->used))
		_exit(IMAGE_EXIT_OUTPUT);
	r->outputs[r->count].offset = o->used;
	r->outputs[r->count].size = size;
	r->count++;
	o->used += size;
}

static enum image_verdict
jpegs(struct operation *o)
{
	struct image_bytes made[IMAGE_MAX_SIDES];
	enum image_verdict v =
		render_jpegs(o->bytes, o->size, o->q->sides, o->q->count, made);

	for (size_t i = 0; v == IMAGE_OK && i < o->q->count; i++)
		add_output(o, made[i].bytes, made[i].size);
	return v;
}

static enum image_verdict
grey(struct operation *o)
{
	int side = o->q->sides[0];
	unsigned char *out = calloc((size_t)side, (size_t)side);

	if (out == NULL)
		return IMAGE_TOO_LARGE;
	enum image_verdict v =
		render_grey(o->bytes, o->size, side, out, &o->result.wide);
	if (v == IMAGE_OK)
		add_output(o, out, (size_t)side * (size_t)side);
	return v;
}

static enum image_verdict
person(struct operation *o)
{
	static struct variant_file made[PERSON_FILES];
	struct image_result *r = &o->result;
	struct image_header h;
	enum image_verdict v = variants_make(o->bytes, o->size, &o->q->wish, made, &h);

	r->width = (int32_t)h.width;
	r->height = (int32_t)h.height;
	r->format = (int32_t)h.format;
	for (size_t i = 0; v == IMAGE_OK && i < PERSON_FILES; i++) {
		r->outputs[i].width = made[i].width;
		r->outputs[i].height = made[i].height;
		add_output(o, made[i].bytes.bytes, made[i].bytes.size);
	}
	return v;
}

static enum image_verdict
original(struct operation *o)
{
	struct variant_file made = {0};
	enum image_verdict v = variants_original(o->bytes, o->size, &o->q->wish, &made);

	if (v == IMAGE_OK) {
		o->result.outputs[0].width = made.width;
		o->result.outputs[0].height = made.height;
		add_output(o, made.bytes.bytes, made.bytes.size);
	}
	return v;
}

static enum image_verdict
try_probe(struct operation *o)
{
	o->result.number = probe((enum image_probe)o->q->sides[0], o->file);
	return IMAGE_OK;
}

static enum image_verdict
pixels(struct operation *o)
{
	struct image_bytes made;
	enum image_verdict v = render_pixels(o->bytes, o->size, o->q->sides[0], &made,
		&o->result.width, &o->result.height);

	if (v == IMAGE_OK)
		add_output(o, made.bytes, made.size);
	return v;
}

static enum image_verdict
card(struct operation *o)
{
	struct image_bytes made[CARD_FILES];
	enum image_verdict v =
		card_draw(o->bytes, o->size, &o->card, o->q->sides[0], made);

	for (size_t i = 0; v == IMAGE_OK && i < CARD_FILES; i++)
		add_output(o, made[i].bytes, made[i].size);
	return v;
}

static const struct sandbox_limits usual = {SANDBOX_CPU, SANDBOX_MEMORY,
					   SANDBOX_OUTPUT},
				   of_people = {PERSON_CPU, SANDBOX_MEMORY,
					   SANDBOX_OUTPUT},
				   of_cards = {SANDBOX_CARD_CPU, SANDBOX_CARD_MEMORY,
					   SANDBOX_CARD_OUTPUT};

static const struct {
	enum image_verdict (*run)(struct operation *o);
	uint32_t least, most; /* outputs */
	int largest;          /* pixels of an output's side */
	const struct sandbox_limits *limits;
} operations[IMAGE_OPERATIONS] = {
	[IMAGE_JPEGS] = {jpegs, 1, IMAGE_MAX_SIDES, MAX_SIDE, &usual},
	[IMAGE_GREY] = {grey, 1, 1, MAX_GREY, &usual},
	[IMAGE_PERSON] = {person, 0, 0, 0, &of_people},
	[IMAGE_PROBE] = {try_probe, 1, 1, PROBES, &usual},
	[IMAGE_PIXELS] = {pixels, 1, 1, MAX_SIDE, &of_cards},
	[IMAGE_CARD] = {card, 1, 1, MAX_SIDE, &of_cards},
	[IMAGE_ORIGINAL] = {original, 0, 0, 0, &of_people},
};

bool
operation_valid(const struct image_request *q)
{
	bool good = q->operation < IMAGE_OPERATIONS &&
		    q->count >= operations[q->operation].least &&
		    q->count <= operations[q->operation].most;

	for (uint32_t i = 0; good && i < q->count; i++)
		good = q->sides[i] >= (q->operation == IMAGE_PROBE ? 0 : 1) &&
		       q->sides[i] <= operations[q->operation].largest;
	return good;
}

static bool
map(int fd, int protection, const void **bytes, size_t *size)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || st.st_size <= 0)
		return false;
	*size = (size_t)st.st_size;
	*bytes = mmap(NULL, *size, protection, MAP_PRIVATE, fd, 0);
	return *bytes != MAP_FAILED;
}

/* A card is drawn on the map of its background, which is private: the pages that it
 * covers become our own. */
static bool
map_card(struct card_parts *parts)
{
	const void *background;

	if (!map(OPERATION_BACKGROUND, PROT_READ | PROT_WRITE, &background,
		    &parts->background_size) ||
		!map(OPERATION_FONTS, PROT_READ, &parts->fonts, &parts->fonts_size))
		return false;
	parts->background = (unsigned char *)background;
	return true;
}

_Noreturn void
operation_run(const struct image_request *q, int input, int file)
{
	struct operation o = {.q = q, .file = file, .used = sizeof(o.result)};
	struct stat st;

	if (fstat(input, &st) != 0 || st.st_size < 0 || st.st_size > IMAGE_MAX_BYTES)
		_exit(IMAGE_EXIT_SIZE);
	o.size = (size_t)st.st_size;
	if (o.size > 0)
		o.bytes = mmap(NULL, o.size, PROT_READ, MAP_PRIVATE, input, 0);
	if (q->operation == IMAGE_CARD && !map_card(&o.card))
		_exit(IMAGE_EXIT_SANDBOX);
	if (o.bytes == MAP_FAILED || !sandbox_enter(operations[q->operation].limits))
		_exit(IMAGE_EXIT_SANDBOX);
	o.result.verdict =
		o.size == 0 ? IMAGE_UNKNOWN : operations[q->operation].run(&o);
	_exit(write_all(file, &o.result, sizeof(o.result), 0) ? IMAGE_EXIT_DONE
							      : IMAGE_EXIT_OUTPUT);
}

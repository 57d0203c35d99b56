#include "cards/artefact.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/install_paths.h"
#include "base/str.h"
#include "cards/font.h"
#include "cards/layout.h"
#include "cards/place.h"
#include "db/db.h"
#include "image/inspect.h"
#include "job/job.h"

#include "cards/artefact.sql.h"

#define BACKGROUNDS "card/background_image"
#define ROLE_BYTES 32

/* The two roots, the later the stronger. */
static const char *
root(struct ctx *c, int which)
{
	return which == 0 ? arena_fmt(&c->arena, "%s/artifacts", install_folder())
			  : conf.cards_artifacts;
}

#define ROOTS 2

/* -- backgrounds that are files */

/* A file of a background as it was last read. */
struct known {
	struct known *next;
	char *path;
	struct timespec changed;
	off_t size;
	char sha256[65];
	int64_t width, height;
};

static struct known *known;

static void
keep_digest(char out[65], const char *digits)
{
	snprintf(out, 65, "%s", digits);
}

/* "card_boss.png" is of boss, "card_boss_v3.png", too, with version 3; 0 else. False
 * if it is no background's name. */
static bool
name_read(struct ctx *c, const char *file, const char **role, int64_t *version)
{
	size_t n = strlen(file);

	if (!str_starts(file, "card_") || n < 10 || strcmp(file + n - 4, ".png") != 0)
		return false;
	char *name = arena_strn(&c->arena, file + 5, n - 9);
	char *v = strrchr(name, '_');
	*version = 0;
	if (v != NULL && v[1] == 'v' && int_read(v + 2, version) && *version > 0)
		*v = '\0';
	*role = name;
	return name[0] >= 'a' && name[0] <= 'z' && strlen(name) <= ROLE_BYTES &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

static struct known *
new_known(const char *path)
{
	struct known *k = calloc(1, sizeof(*k));

	if (k == NULL || (k->path = strdup(path)) == NULL) {
		free(k);
		return NULL;
	}
	k->next = known;
	known = k;
	return k;
}

/* The file's row among the known ones, read anew if it has changed; NULL if it is no
 * PNG that can be a background. */
static struct known *
look(struct ctx *c, const char *path)
{
	struct known *k = known;
	struct image_header header;
	struct stat st;
	size_t size;

	while (k != NULL && strcmp(k->path, path) != 0)
		k = k->next;
	if (stat(path, &st) != 0)
		return NULL;
	if (k != NULL && k->size == st.st_size &&
		k->changed.tv_sec == st.st_mtim.tv_sec &&
		k->changed.tv_nsec == st.st_mtim.tv_nsec)
		return k->width > 0 ? k : NULL;
	if (k == NULL && (k = new_known(path)) == NULL)
		return NULL;
	k->changed = st.st_mtim;
	k->size = st.st_size;
	k->width = 0;
	const char *bytes =
		st.st_size > IMAGE_MAX_BYTES ? NULL : file_get(c, path, &size);
	if (bytes == NULL || image_inspect(bytes, size, &header) != IMAGE_OK ||
		header.format != IMAGE_PNG || header.width < 300 ||
		header.width > 6000 || header.height < 300 || header.height > 6000) {
		log_warn("cards: %s is no background: a PNG of 300 to 6000 pixels a "
			 "side, at most 32 MiB",
			path);
		return NULL;
	}
	keep_digest(k->sha256, sha256_hex(&c->arena, bytes, size));
	k->width = header.width;
	k->height = header.height;
	return k;
}

/* The files of one folder, the best of each role. */
struct found {
	const char *role, *path;
	int64_t version;
};

struct finds {
	struct found *list;
	size_t count, room;
};

static void
note(struct ctx *c, struct finds *f, struct found one)
{
	for (size_t i = 0; i < f->count; i++)
		if (str_eq(f->list[i].role, one.role)) {
			/* Without a version is the strongest; else the highest. */
			if (one.version == 0 ||
				(f->list[i].version != 0 &&
					one.version > f->list[i].version))
				f->list[i] = one;
			return;
		}
	if (f->count == f->room) {
		size_t more = f->room == 0 ? 16 : f->room * 2;
		struct found *list = arena_new(&c->arena, more * sizeof(*list));

		if (f->count > 0)
			memcpy(list, f->list, f->count * sizeof(*list));
		f->list = list;
		f->room = more;
	}
	f->list[f->count++] = one;
}

static void
scan(struct ctx *c, int which, struct finds *out)
{
	const char *folder = arena_fmt(&c->arena, "%s/" BACKGROUNDS, root(c, which));
	DIR *dir = opendir(folder);
	struct dirent *entry;
	struct found one;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (name_read(c, entry->d_name, &one.role, &one.version)) {
			one.path = arena_fmt(&c->arena, "%s/%s", folder, entry->d_name);
			note(c, out, one);
		}
	if (dir != NULL)
		closedir(dir);
}

/* The file that each role's background is, of both roots. */
static void
scan_all(struct ctx *c, struct finds *out)
{
	for (int which = 0; which < ROOTS; which++) {
		struct finds f = {0};

		scan(c, which, &f);
		for (size_t i = 0; i < f.count; i++)
			note(c, out, (struct found){f.list[i].role, f.list[i].path, 0});
	}
}

enum err
artefact_changed(struct ctx *c, const char *role)
{
	return job_add(c, &(struct job_order){
				  .kind = "card.redraw", .subject = role, .key = role});
}

static enum err
take_background(struct ctx *c, const struct found *f)
{
	const struct known *k = look(c, f->path);

	if (k == NULL)
		return OK;
	TRY(db_do(c, &CARDS_BACKGROUND_NOTE,
		ARGS(c, k->sha256, (int64_t)k->size, k->width, k->height)));
	TRY(db_do(
		c, &CARDS_ROLE_BACKGROUND, ARGS(c, f->role, k->sha256, false, c->now)));
	return c->rows > 0 ? artefact_changed(c, f->role) : OK;
}

struct size {
	int64_t width, height;
};

static FIELDS(size_fields, FIELD(struct size, width), FIELD(struct size, height));

enum err
artefact_put_layout(
	struct ctx *c, const char *role, const char *json, bool staff, int64_t *version)
{
	TRY(db_int(c, &CARDS_LAYOUT_PUT, version,
		ARGS(c, role, json, staff, c->now, c->actor)));
	return *version > 0 ? artefact_changed(c, role) : OK;
}

/* The layout beside a role's background, if there is one. */
static enum err
take_layout(struct ctx *c, int which, const char *role, bool *taken)
{
	const char *path =
		arena_fmt(&c->arena, "%s/card/layout/%s.json", root(c, which), role);
	struct size size = {0};
	struct layout layout;
	int64_t version;
	size_t n;
	const char *json = file_get(c, path, &n);

	*taken = false;
	if (json == NULL)
		return OK;
	enum err e = db_one(c, &CARDS_ROLE_CANVAS, size_fields, &size, ARGS(c, role));
	if (e == OK)
		e = layout_parse(c, arena_strn(&c->arena, json, n),
			(struct layout_canvas){size.width, size.height}, &layout);
	if (e == E_LAYOUT || e == E_INPUT || e == E_CARD_ROLE_GONE) {
		log_warn("cards: %s cannot be used: %s", path, c->why);
		ctx_clear_error(c);
		return OK;
	}
	TRY(e);
	*taken = true;
	return artefact_put_layout(
		c, role, arena_strn(&c->arena, json, n), false, &version);
}

struct role {
	const char *name;
};

static FIELDS(role_fields, FIELD(struct role, name));

enum err
artefact_note_fonts(struct ctx *c, const char *host, const char *digest)
{
	struct role *list = NULL;
	int64_t others = 0;
	size_t count = 0;

	TRY(db_int(c, &CARDS_FONTS_PUT, &others, ARGS(c, host, digest, c->now)));
	if (others != 0)
		TRY(db_many(c, &CARDS_ROLE_NAMES, role_fields, &list, &count, ARGS(c)));
	for (size_t i = 0; i < count; i++)
		TRY(artefact_changed(c, list[i].name));
	return OK;
}

enum err
artefact_forget_hosts(struct ctx *c)
{
	return db_do(c, &CARDS_FONTS_FORGET, ARGS(c, c->now));
}

static enum err
take_fonts(struct ctx *c)
{
	char host[256] = "";

	gethostname(host, sizeof(host) - 1);
	return artefact_note_fonts(c, host, font_digest(c));
}

static enum err
look_at_all(struct ctx *c)
{
	struct finds all = {0};

	TRY(take_fonts(c));
	scan_all(c, &all);
	for (size_t i = 0; i < all.count; i++) {
		bool taken = false;

		TRY(take_background(c, &all.list[i]));
		/* One's own before the one that comes along: both in turn would be a
		 * new version each time. */
		for (int which = ROOTS - 1; which >= 0 && !taken; which--)
			TRY(take_layout(c, which, all.list[i].role, &taken));
	}
	return OK;
}

enum err
artefact_sync(struct ctx *c)
{
	TRY(db_begin(c));
	return db_end(c, look_at_all(c));
}

/* -- decoded backgrounds */

#define DECODED 64

static struct decoded {
	char sha256[65];
	struct image_pixels pixels;
	uint64_t used; /* when, counted */
} decoded[DECODED];
static uint64_t uses;

static void
drop(struct decoded *d)
{
	close(d->pixels.file);
	*d = (struct decoded){0};
}

/* Room for so many bytes more: the least recently used go first. */
static struct decoded *
make_room(uint64_t bytes)
{
	for (;;) {
		struct decoded *oldest = NULL, *empty = NULL;
		uint64_t held = bytes;

		for (size_t i = 0; i < DECODED; i++) {
			struct decoded *d = &decoded[i];

			held += d->pixels.size;
			if (d->sha256[0] == '\0')
				empty = d;
			else if (oldest == NULL || d->used < oldest->used)
				oldest = d;
		}
		if (oldest == NULL ||
			(empty != NULL && held <= (uint64_t)conf.cards_cache_bytes))
			return empty != NULL ? empty : decoded;
		drop(oldest);
	}
}

static bool
from_file(struct ctx *c, const char *sha256, struct image_blob *out)
{
	for (const struct known *k = known; k != NULL; k = k->next)
		if (k->width > 0 && strcmp(k->sha256, sha256) == 0) {
			out->bytes = file_get(c, k->path, &out->size);
			if (out->bytes != NULL &&
				str_eq(sha256_hex(&c->arena, out->bytes, out->size),
					sha256))
				return true;
		}
	return false;
}

/* The PNG: a file that is known by its content, or an object. Another process may have
 * found the file. */
static enum err
encoded(struct ctx *c, const char *sha256, struct image_blob *out)
{
	const char *file_id = NULL;
	struct finds all = {0};

	if (from_file(c, sha256, out))
		return OK;
	scan_all(c, &all);
	for (size_t i = 0; i < all.count; i++)
		look(c, all.list[i].path);
	if (from_file(c, sha256, out))
		return OK;
	TRY(db_json(c, &CARDS_BACKGROUND_FILE, &file_id, ARGS(c, sha256)));
	return place_get(c, file_id, out);
}

enum err
artefact_background(struct ctx *c, const char *sha256, struct image_pixels *out)
{
	struct image_blob png = {0};

	for (size_t i = 0; i < DECODED; i++)
		if (strcmp(decoded[i].sha256, sha256) == 0) {
			decoded[i].used = ++uses;
			*out = decoded[i].pixels;
			return OK;
		}
	enum err e = encoded(c, sha256, &png);
	if (e == E_MISSING) {
		ctx_clear_error(c);
		return fail(c, E_NO_BACKGROUND,
			"the background is in no folder and on no server");
	}
	TRY(e);
	TRY(image_pixels(c, png, 6000, out));
	struct decoded *d = make_room(out->size);
	keep_digest(d->sha256, sha256);
	d->pixels = *out;
	d->used = ++uses;
	return OK;
}

/* Nobody else has kept the same meanwhile: their object stays, ours goes. */
static enum err
take_over(struct ctx *c, const char *sha256, const struct image_pixels *pixels,
	struct placed *placed, bool *wanted)
{
	const char *held = NULL;

	TRY(db_do(c, &CARDS_BACKGROUND_NOTE,
		ARGS(c, sha256, placed->kept[0].size, pixels->width, pixels->height)));
	TRY(db_json(c, &CARDS_BACKGROUND_LOCK, &held, ARGS(c, sha256)));
	*wanted = held == NULL;
	if (!*wanted)
		return OK;
	TRY(place_keep(c, placed));
	return db_do(
		c, &CARDS_BACKGROUND_KEPT, ARGS(c, sha256, placed->kept[0].file_id));
}

enum err
artefact_keep(struct ctx *c, const void *bytes, size_t size, const char **sha256)
{
	struct image_blob png = {bytes, size};
	struct image_header header;
	struct image_pixels pixels;
	struct placed *placed = arena_new(&c->arena, sizeof(*placed));
	const char *held = NULL;
	bool wanted = false;

	if (image_inspect(bytes, size, &header) != IMAGE_OK ||
		header.format != IMAGE_PNG)
		return fail(c, E_PICTURE, "not a PNG that is whole");
	if (header.width < 300 || header.height < 300)
		return fail(c, E_PICTURE, "fewer than 300 pixels a side");
	TRY(image_pixels(c, png, 6000, &pixels));
	close(pixels.file);
	*sha256 = sha256_hex(&c->arena, bytes, size);
	TRY(db_json(c, &CARDS_BACKGROUND_FILE, &held, ARGS(c, *sha256)));
	if (held != NULL)
		return OK;
	TRY(place_put(c,
		arena_fmt(&c->arena, "cards/background/%s/%s.png", *sha256,
			rand_uuid(&c->arena)),
		png, "image/png", placed));
	TRY(db_begin(c));
	TRY(db_end(c, take_over(c, *sha256, &pixels, placed, &wanted)));
	if (!wanted)
		place_undo(c, placed);
	return OK;
}

enum err
artefact_put_background(
	struct ctx *c, const char *role, const char *sha256, const char *title)
{
	TRY(db_do(c, &CARDS_ROLE_BACKGROUND, ARGS(c, role, sha256, true, c->now)));
	TRY(db_do(c, &CARDS_ROLE_TITLE, ARGS(c, role, title)));
	return artefact_changed(c, role);
}

void
artefact_forget(void)
{
	for (size_t i = 0; i < DECODED; i++)
		if (decoded[i].sha256[0] != '\0')
			drop(&decoded[i]);
	font_forget();
}

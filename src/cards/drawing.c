#include "cards/drawing.h"

#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/str.h"
#include "cards/artefact.h"
#include "cards/batch.h"
#include "cards/compose.h"
#include "cards/place.h"
#include "db/db.h"
#include "job/job.h"
#include "s3/client.h"
#include "storage/server.h"

#include "cards/drawing.sql.h"

#define PREVIEW 600    /* pixels wide */
#define FINGERPRINT 32 /* digits */
#define RENDERER "1"   /* another number whenever the same card would look different */

static const struct {
	const char *ending, *type;
} files[CARD_FILES] = {
	[CARD_PNG] = {"png", "image/png"},
	[CARD_JPEG] = {"jpg", "image/jpeg"},
	[CARD_PREVIEW_JPEG] = {"s.jpg", "image/jpeg"},
	[CARD_PREVIEW_WEBP] = {"s.webp", "image/webp"},
};

const char *
drawing_key(
	struct ctx *c, const char *uuid, const char *fingerprint, enum card_file file)
{
	return arena_fmt(&c->arena, "cards/picture/%s/%s.%s", uuid, fingerprint,
		files[file].ending);
}

const char *
drawing_link(struct ctx *c, const char *code)
{
	size_t n = strlen(conf.site_url);

	while (n > 0 && conf.site_url[n - 1] == '/')
		n--;
	return arena_fmt(&c->arena, "%.*s/c/%s", (int)n, conf.site_url, code);
}

/* A digest of the spec and of all that it draws on. */
static const char *
fingerprint(struct ctx *c, const struct card_spec *spec, const char *background,
	const char *fonts)
{
	struct card_spec plain = *spec;

	plain.pixels = 0; /* where they lie in memory */
	const char *whole = arena_fmt(&c->arena, "%s %s %s %s", RENDERER,
		sha256_hex(&c->arena, &plain, sizeof(plain)), background, fonts);
	return arena_strn(
		&c->arena, sha256_hex(&c->arena, whole, strlen(whole)), FINGERPRINT);
}

enum err
drawing_make(struct ctx *c, const struct card_drawn *card, struct card_pictures *out)
{
	struct card_spec *spec = arena_new(&c->arena, sizeof(*spec));
	struct image_pixels background = {0};
	const char *digest = NULL;
	int fonts = -1;

	TRY(compose(c, card, drawing_link(c, card->code), spec));
	TRY(artefact_fonts(c, &fonts, &digest));
	TRY(artefact_background(c, card->background, &background));
	spec->pixels = background.offset;
	spec->width = (int32_t)background.width;
	spec->height = (int32_t)background.height;
	out->fingerprint = fingerprint(c, spec, card->background, digest);
	return image_card(c, spec, background.file, fonts, PREVIEW, out->file);
}

static FIELDS(drawn_fields, FIELD(struct card_drawn, code),
	FIELD(struct card_drawn, role), FIELD(struct card_drawn, name),
	FIELD(struct card_drawn, surname), FIELD(struct card_drawn, latin_name),
	FIELD(struct card_drawn, number), FIELD(struct card_drawn, level),
	FIELD(struct card_drawn, issued));

static FIELDS(dress_fields, FIELD(struct card_drawn, title),
	FIELD(struct card_drawn, background), FIELD(struct card_drawn, width),
	FIELD(struct card_drawn, height), FIELD(struct card_drawn, layout));

enum err
drawing_find(struct ctx *c, const char *uuid, struct card_drawn *out)
{
	if (!uuid_valid(uuid))
		return fail(c, E_CARD_GONE, NULL);
	return db_one(c, &CARDS_DRAWN_OF, drawn_fields, out, ARGS(c, uuid));
}

enum err
drawing_dress(struct ctx *c, const char *role, struct card_drawn *out)
{
	TRY(db_one(c, &CARDS_DRESS_OF, dress_fields, out, ARGS(c, role)));
	return out->layout != NULL ? OK : fail(c, E_CARD_ROLE_GONE, NULL);
}

/* -- the job */

struct row {
	int64_t id, version, layout_version;
	const char *uuid, *status;
	const char *code, *role, *title, *name, *surname, *latin_name;
	int64_t number, level;
	struct date issued;
	const char *background;
	int64_t width, height;
	const char *layout;
};

static FIELDS(row_fields, FIELD(struct row, id), FIELD(struct row, version),
	FIELD(struct row, layout_version), FIELD(struct row, uuid),
	FIELD(struct row, status), FIELD(struct row, code), FIELD(struct row, role),
	FIELD(struct row, title), FIELD(struct row, name), FIELD(struct row, surname),
	FIELD(struct row, latin_name), FIELD(struct row, number),
	FIELD(struct row, level), FIELD(struct row, issued),
	FIELD(struct row, background), FIELD(struct row, width),
	FIELD(struct row, height), FIELD(struct row, layout));

static struct card_drawn
drawn_of(const struct row *r)
{
	return (struct card_drawn){.code = r->code,
		.role = r->role,
		.title = r->title,
		.name = r->name,
		.surname = r->surname,
		.latin_name = r->latin_name,
		.number = r->number,
		.level = r->level,
		.issued = r->issued,
		.background = r->background,
		.width = r->width,
		.height = r->height,
		.layout = r->layout};
}

/* The card, with its role as the files have it by now. */
static enum err
read_row(struct ctx *c, const struct job *job, struct row *out, bool *found)
{
	int64_t id = 0;

	*found = false;
	if (!int_read(job->subject, &id))
		return fail(c, E_BUG, "no id of a card");
	TRY(db_maybe(c, &CARDS_DRAW_ROW, row_fields, out, found, ARGS(c, id)));
	if (!*found || (out->background != NULL && out->layout != NULL))
		return OK;
	TRY(artefact_sync(c));
	return db_maybe(c, &CARDS_DRAW_ROW, row_fields, out, found, ARGS(c, id));
}

#define UUID_LENGTH 36

/* Those of both lists "{uuid,uuid}". */
static const char *
in_both(struct ctx *c, const char *one, const char *other)
{
	struct buf out = {.arena = &c->arena};

	buf_add(&out, "{");
	for (const char *at = one + 1; strlen(at) > UUID_LENGTH;
		at += UUID_LENGTH + 1) {
		const char *id = arena_strn(&c->arena, at, UUID_LENGTH);

		if (strstr(other, id) != NULL)
			buf_fmt(&out, "%s%s", out.used == 1 ? "" : ",", id);
	}
	buf_add(&out, "}");
	return buf_text(&out);
}

static enum err
put_all(struct ctx *c, const struct row *r, const struct card_pictures *p,
	const char **servers)
{
	for (size_t i = 0; i < CARD_FILES; i++) {
		const char *took;

		TRY(place_put(c, drawing_key(c, r->uuid, p->fingerprint, i), r->id,
			p->file[i], files[i].type, &took));
		/* Whoever has all of them: nearly always the same ones. */
		*servers = i == 0 ? took : in_both(c, *servers, took);
	}
	return str_eq(*servers, "{}")
		       ? fail(c, E_BUSY, "no server took all files of the card")
		       : OK;
}

static enum err
finish(struct ctx *c, const struct row *r, const struct card_pictures *p,
	const char *servers)
{
	const char *sizes = arena_fmt(&c->arena, "{%zu,%zu,%zu,%zu}",
		p->file[CARD_PNG].size, p->file[CARD_JPEG].size,
		p->file[CARD_PREVIEW_JPEG].size, p->file[CARD_PREVIEW_WEBP].size);

	return db_do(c, &CARDS_DRAW_DONE,
		ARGS(c, r->id, r->version, p->fingerprint, r->layout_version, servers,
			sizes, c->now));
}

static enum err
draw(struct ctx *c, const struct row *r)
{
	struct card_drawn card = drawn_of(r);
	struct card_pictures pictures = {0};
	const char *servers = NULL;

	if (r->background == NULL)
		return fail(
			c, E_NO_BACKGROUND, "the role %s has no background", r->role);
	if (r->layout == NULL)
		return fail(c, E_NO_BACKGROUND, "the role %s has no layout", r->role);
	TRY(db_do(c, &CARDS_DRAW_BEGIN, ARGS(c, r->id, r->version)));
	if (c->rows == 0)
		return OK; /* changed this moment: that has a job of its own */
	TRY(drawing_make(c, &card, &pictures));
	TRY(put_all(c, r, &pictures, &servers));
	return finish(c, r, &pictures, servers);
}

/* What no further try can help. */
static bool
is_for_good(enum err e)
{
	return e == E_NO_BACKGROUND || e == E_NO_FONT || e == E_LAYOUT ||
	       e == E_PICTURE || e == E_PICTURE_DAMAGED || e == E_PICTURE_LARGE;
}

enum err
cards_draw_job(struct ctx *c, const struct job *job)
{
	struct row r = {0};
	bool found = false;

	TRY(read_row(c, job, &r, &found));
	if (!found || !(str_eq(r.status, "due") || str_eq(r.status, "drawing")))
		return OK;
	enum err e = draw(c, &r);
	if (e == OK || (!is_for_good(e) && job->tries < job->max_tries))
		return e;
	const char *why = c->why == NULL ? err_sentence(e) : c->why;
	log_warn("card %s cannot be drawn: %s", r.uuid, why);
	ctx_forgive(c);
	return db_do(c, &CARDS_DRAW_FAILED, ARGS(c, r.id, r.version, why));
}

enum err
cards_artefacts_job(struct ctx *c, const struct job *job)
{
	(void)job;
	return artefact_sync(c);
}

/* -- what is left behind */

struct left {
	const char *key, *server;
};

static FIELDS(left_fields, FIELD(struct left, key), FIELD(struct left, server));

static enum err
remove_object(struct ctx *c, const struct left *l)
{
	struct server server = {0};
	struct s3_object object = {.key = l->key};

	enum err e = server_own(c, l->server, &server);
	if (e == OK) {
		object.site = server_site(c, &server);
		e = server_answered(c, &server, s3_delete(c, &object));
	}
	if (e == E_SERVER_DOWN || e == E_PEER) {
		ctx_forgive(c); /* the next sweep finds it again */
		return OK;
	}
	if (e == E_SERVER_NOT_FOUND) {
		ctx_forgive(c);
		e = OK;
	}
	TRY(e);
	return db_do(c, &CARDS_OBJECT_GONE, ARGS(c, l->key, l->server));
}

enum err
cards_sweep_job(struct ctx *c, const struct job *job)
{
	struct left *left = NULL;
	size_t count = 0;

	(void)job;
	TRY(batch_forget(c));
	TRY(db_many(
		c, &CARDS_LEFT_BEHIND, left_fields, &left, &count, ARGS(c, c->now)));
	for (size_t i = 0; i < count; i++)
		TRY(remove_object(c, &left[i]));
	return OK;
}

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
#include "cards/font.h"
#include "cards/place.h"
#include "cards/publish.h"
#include "cards/remote.h"
#include "db/db.h"
#include "job/job.h"

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
drawing_form(enum card_file file)
{
	return files[file].ending;
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
	TRY(font_case(c, &fonts, &digest));
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
	int64_t id, layout_version;
	const char *uuid;
	const char *code, *role, *title, *name, *surname, *latin_name;
	int64_t number, level;
	struct date issued;
	const char *background;
	int64_t width, height;
	const char *layout;
};

static FIELDS(row_fields, FIELD(struct row, id), FIELD(struct row, layout_version),
	FIELD(struct row, uuid), FIELD(struct row, code), FIELD(struct row, role),
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

struct work {
	const char *id;
};

static FIELDS(work_fields, FIELD(struct work, id));

enum err
drawing_begin(struct ctx *c, int64_t card, const char **work)
{
	struct work w = {0};
	bool found = false;

	TRY(db_maybe(c, &CARDS_DRAW_BEGIN, work_fields, &w, &found, ARGS(c, card)));
	*work = found ? w.id : NULL;
	return OK;
}

enum err
drawing_done(struct ctx *c, int64_t card, const char *work, const char *fingerprint,
	int64_t layout_version, bool *wanted)
{
	TRY(db_do(c, &CARDS_DRAW_DONE,
		ARGS(c, card, work, fingerprint, layout_version, utc_now())));
	*wanted = c->rows > 0;
	if (!*wanted)
		return OK;
	TRY(db_do(c, &CARDS_DRAWN_TELL, ARGS(c, card, (bool)conf.cards_tell_members)));
	return publish_order(c);
}

/* The card, with its role as the files have it by now. */
static enum err
read_row(struct ctx *c, int64_t id, struct row *out, bool *found)
{
	TRY(db_maybe(c, &CARDS_DRAW_ROW, row_fields, out, found, ARGS(c, id)));
	if (!*found || (out->background != NULL && out->layout != NULL))
		return OK;
	TRY(remote_fetch(c, false));
	TRY(artefact_sync(c));
	return db_maybe(c, &CARDS_DRAW_ROW, row_fields, out, found, ARGS(c, id));
}

static enum err
put_all(struct ctx *c, const struct row *r, const char *work,
	const struct card_pictures *p, struct placed *out)
{
	for (size_t i = 0; i < CARD_FILES; i++)
		TRY(place_put(c,
			arena_fmt(&c->arena, "cards/%s/%s/%s", r->uuid, work,
				files[i].ending),
			p->file[i], files[i].type, out));
	return OK;
}

struct shown_file {
	const char *id;
};

static FIELDS(shown_file_fields, FIELD(struct shown_file, id));

enum err
drawing_forget(struct ctx *c, int64_t card)
{
	struct shown_file *list = NULL;
	size_t count = 0;

	TRY(db_many(c, &CARDS_PICTURES_TAKE, shown_file_fields, &list, &count,
		ARGS(c, card)));
	for (size_t i = 0; i < count; i++)
		TRY(kept_drop(c, list[i].id));
	return OK;
}

/* One transaction: the new files are known and shown, those before them go. */
static enum err
show(struct ctx *c, const struct row *r, const char *work,
	const struct card_pictures *p, struct placed *placed, bool *wanted)
{
	TRY(drawing_done(c, r->id, work, p->fingerprint, r->layout_version, wanted));
	if (!*wanted)
		return OK;
	TRY(drawing_forget(c, r->id));
	TRY(place_keep(c, placed));
	for (size_t i = 0; i < CARD_FILES; i++)
		TRY(db_do(c, &CARDS_PICTURE_ADD,
			ARGS(c, r->id, files[i].ending, placed->kept[i].file_id,
				placed->kept[i].size)));
	return OK;
}

static enum err
draw(struct ctx *c, const struct row *r, const char *work)
{
	struct card_drawn card = drawn_of(r);
	struct card_pictures pictures = {0};
	struct placed *placed = arena_new(&c->arena, sizeof(*placed));
	bool wanted = false;

	if (r->background == NULL)
		return fail(
			c, E_NO_BACKGROUND, "the role %s has no background", r->role);
	if (r->layout == NULL)
		return fail(c, E_NO_BACKGROUND, "the role %s has no layout", r->role);
	TRY(drawing_make(c, &card, &pictures));
	TRY(put_all(c, r, work, &pictures, placed));
	TRY(db_begin(c));
	TRY(db_end(c, show(c, r, work, &pictures, placed, &wanted)));
	if (!wanted)
		place_undo(c, placed);
	return OK;
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
	const char *work = NULL;
	int64_t id = 0;
	bool found = false;

	if (!int_read(job->subject, &id))
		return fail(c, E_BUG, "no id of a card");
	/* Before anything is read: what changes from now on makes it due once more. */
	TRY(drawing_begin(c, id, &work));
	if (work != NULL)
		TRY(read_row(c, id, &r, &found));
	if (!found)
		return OK;
	enum err e = draw(c, &r, work);
	if (e == OK || (!is_for_good(e) && job->tries < job->max_tries))
		return e;
	const char *why = c->why == NULL ? err_sentence(e) : c->why;
	log_warn("card %s cannot be drawn: %s", r.uuid, why);
	ctx_clear_error(c);
	return db_do(c, &CARDS_DRAW_FAILED, ARGS(c, r.id, work, why));
}

enum err
cards_artefacts_job(struct ctx *c, const struct job *job)
{
	(void)job;
	TRY(remote_fetch(c, false));
	return artefact_sync(c);
}

enum err
cards_sweep_job(struct ctx *c, const struct job *job)
{
	(void)job;
	TRY(batch_forget(c));
	TRY(artefact_forget_hosts(c));
	return place_sweep(c);
}

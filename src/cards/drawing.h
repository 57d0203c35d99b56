#ifndef CARDS_DRAWING_H
#define CARDS_DRAWING_H

#include "base/ctx.h"
#include "image/image.h"

/*
 * The pictures of a card: what is drawn from the data and the layout of its role, and
 * the jobs that do it.
 */

/* What is drawn of a card. */
struct card_drawn {
	const char *code, *role, *title, *name, *surname, *latin_name;
	int64_t number, level;
	struct date issued;
	const char *background; /* SHA-256 */
	int64_t width, height;  /* of it */
	const char *layout;     /* JSON that was checked */
};

struct card_pictures {
	struct image_blob file[CARD_FILES];
	const char *fingerprint; /* 32 digits of all that was drawn from */
};

/* Draws one, without keeping anything. E_NO_BACKGROUND, E_NO_FONT, E_LAYOUT, E_BUSY. */
enum err drawing_make(
	struct ctx *c, const struct card_drawn *card, struct card_pictures *out);

/* A card by its uuid, without its role's layout and background, which drawing_dress()
 * adds. E_CARD_GONE; E_CARD_ROLE_GONE: the role has no background. */
enum err drawing_find(struct ctx *c, const char *uuid, struct card_drawn *out);
enum err drawing_dress(struct ctx *c, const char *role, struct card_drawn *out);

/* The text that its QR code holds. */
const char *drawing_link(struct ctx *c, const char *code);

/*
 * A drawing that is being made: whatever changes from now on, or another drawing that
 * begins, overtakes it. *work is its uuid, NULL where the card is not due.
 */
enum err drawing_begin(struct ctx *c, int64_t card, const char **work);

/* The card counts as drawn, and the bot tells whom it is to tell. *wanted false: it was
 * overtaken, and that has a job of its own. The caller's transaction. */
enum err drawing_done(struct ctx *c, int64_t card, const char *work,
	const char *fingerprint, int64_t layout_version, bool *wanted);

/* The name of one of a card's files, as cards.picture.form has it. */
const char *drawing_form(enum card_file file);

/* The files that a card is shown by go, by jobs. The caller's transaction. */
enum err drawing_forget(struct ctx *c, int64_t card);

struct job;

/* card.draw; subject: the card's id. */
enum err cards_draw_job(struct ctx *c, const struct job *job);

/* card.artefacts: looks for new files of backgrounds, layouts and fonts, here and where
 * they come from. */
enum err cards_artefacts_job(struct ctx *c, const struct job *job);

/* card.sweep: prints of more than a day ago, and objects that nothing refers to. */
enum err cards_sweep_job(struct ctx *c, const struct job *job);

#endif

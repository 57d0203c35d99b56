#ifndef CARDS_MEMBER_CARD_H
#define CARDS_MEMBER_CARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/field.h"

/*
 * Members' cards. A card is incomplete until everything is there that is drawn, then
 * due; the job card.draw (cards/drawing.h) makes its pictures. Whatever is drawn
 * changes, the card is drawn again. Each call is the caller's transaction and notes
 * what it did in cards.history.
 */

/* What staff says of a card; NULL, -1 and year 0: not said. */
struct card_data {
	const char *user_id; /* an account's or a member's uuid */
	const char *name, *surname, *latin_name;
	int64_t number;
	const char *role;
	int64_t level;
	struct date issued, valid_until;
	bool no_latin_name, no_valid_until; /* are to be emptied */
};

struct card_shown {
	const char *json;
	int64_t id, version;
	const char *uuid, *status, *code;
};

/*
 * Makes one. E_CARD_NUMBER: another member has the number; E_INPUT; E_MISSING: nobody
 * has the user_id. replaces: the uuid of the card whose place it takes, or NULL.
 */
enum err member_card_add(struct ctx *c, const struct card_data *d, const char *replaces,
	struct card_shown *out);

/* Changes what is said; version as the caller has seen it, 0: any. E_CARD_GONE,
 * E_CHANGED, E_CARD_NUMBER, E_CARD_WITHDRAWN. */
enum err member_card_change(struct ctx *c, const char *uuid, const struct card_data *d,
	int64_t version, struct card_shown *out);

/* One card; owner not 0: only if it is that account's. E_CARD_GONE. */
enum err member_card_show(
	struct ctx *c, const char *uuid, int64_t owner, struct card_shown *out);

/* Withdraws, for good. Withdrawn already: stays as it was. E_CARD_GONE. */
enum err member_card_withdraw(
	struct ctx *c, const char *uuid, const char *why, struct card_shown *out);

/* Draws it again, whatever it is like. E_CARD_WITHDRAWN; E_CONFLICT: incomplete.
 * E_CARD_GONE. */
enum err member_card_redraw(struct ctx *c, const char *uuid, struct card_shown *out);

/* Another code: whoever has the lost card has no address any more. E_CARD_GONE,
 * E_CARD_WITHDRAWN. */
enum err member_card_recode(struct ctx *c, const char *uuid, struct card_shown *out);

/* What follows from what is said of a card, whoever said it: it lacks something, or is
 * due. */
enum err member_card_settle(struct ctx *c, int64_t card);

/* The same of all cards of a member of whom something is drawn otherwise now. */
enum err member_card_renamed(struct ctx *c, int64_t member);

/* What a list is asked for; NULL and 0: anything. */
struct card_question {
	const char *role, *status, *q, *after;
	int64_t owner, limit;
	bool total;
};

/* {"data": [...], "next": uuid or null, "total"?}. */
enum err member_card_page(
	struct ctx *c, const struct card_question *question, const char **json);

/* For a job: cards of a role are due again. */
struct job;
enum err cards_redraw_job(struct ctx *c, const struct job *job);

#endif

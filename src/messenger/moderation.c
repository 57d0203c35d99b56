#include "messenger/moderation.h"

#include "account/audit.h"
#include "account/person_mail.h"
#include "base/conf.h"
#include "base/field.h"
#include "base/str.h"
#include "db/db.h"
#include "messenger/chat.h"

#include "messenger/moderation.sql.h"

enum err
moderation_waiting(struct ctx *c, int64_t after, int64_t most, const char **json)
{
	return db_json(c, &MODERATION_WAITING, json, ARGS(c, after, most));
}

struct target {
	int64_t profile_id, card_id, event_id;
	const char *reporter, *language; /* NULL: nobody who can be told */
};

static FIELDS(target_fields, FIELD(struct target, profile_id),
	FIELD(struct target, card_id), FIELD(struct target, event_id),
	FIELD(struct target, reporter), FIELD(struct target, language));

/* A message is removed, a profile or a card locked, whichever word was chosen. */
static enum err
act(struct ctx *c, const struct target *t)
{
	if (t->profile_id != 0)
		return db_do(c, &MODERATION_LOCK_PROFILE,
			ARGS(c, t->profile_id, c->now, c->actor));
	if (t->card_id != 0)
		return db_do(c, &MODERATION_LOCK_CARD,
			ARGS(c, t->card_id, c->now, c->actor));
	return db_do(c, &MODERATION_REMOVE, ARGS(c, t->event_id, chat_removed_text()));
}

enum err
moderation_decide(struct ctx *c, int64_t report, const char *decision)
{
	bool dismissed = str_eq(decision, "dismissed");
	struct target t = {0};

	TRY(db_one(c, &MODERATION_DECIDE, target_fields, &t,
		ARGS(c, report, decision, c->actor, c->now)));
	if (!dismissed)
		TRY(act(c, &t));
	if (t.reporter != NULL && conf.messenger_mail)
		TRY(person_mail_report(c, t.reporter, !dismissed,
			t.language != NULL ? t.language : conf.messenger_language));
	return audit_add(c, arena_fmt(&c->arena, "report.%s", decision), "report",
		arena_fmt(&c->arena, "%lld", (long long)report), NULL);
}

enum err
moderation_unlock(struct ctx *c, const char *what, int64_t id)
{
	if (!str_in(what, "profile card"))
		return fail(c, E_INPUT, "%s: a profile or a card is meant", what);
	TRY(db_do(c,
		str_eq(what, "card") ? &MODERATION_UNLOCK_CARD
				     : &MODERATION_UNLOCK_PROFILE,
		ARGS(c, id)));
	return audit_add(c, arena_fmt(&c->arena, "%s.unlock", what), what,
		arena_fmt(&c->arena, "%lld", (long long)id), NULL);
}

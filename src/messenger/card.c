#include "messenger/card.h"

#include <string.h>

#include "base/conf.h"
#include "base/field.h"
#include "base/json.h"
#include "base/str.h"
#include "db/db.h"

#include "messenger/card.sql.h"

static FIELDS(id_fields, FIELD(struct card_id, id), FIELD(struct card_id, commit_id));

static FIELDS(shown_fields, FIELD(struct card_shown, json),
	FIELD(struct card_shown, commit_id));

static FIELDS(relation_fields, FIELD(struct card_relation, exists),
	FIELD(struct card_relation, live), FIELD(struct card_relation, private),
	FIELD(struct card_relation, own), FIELD(struct card_relation, blocked),
	FIELD(struct card_relation, subscribed),
	FIELD(struct card_relation, profile_id),
	FIELD(struct card_relation, account_id));

enum err
card_list_own(struct ctx *c, int64_t account, int64_t profile, const char **json)
{
	return db_json(c, &CARDS_OWN, json, ARGS(c, account, profile));
}

enum err
card_list_of(
	struct ctx *c, int64_t profile, const struct viewer *who, const char **json)
{
	return db_json(c, &CARDS_OF_PROFILE, json,
		ARGS(c, profile, who->account_id, who->is_admin));
}

const char *
card_picture(struct ctx *c, const char *data)
{
	struct json_object *json;

	if (json_read(c, data, strlen(data), &json) != OK) {
		ctx_clear_error(c);
		return NULL;
	}
	return json_text(json, "image");
}

static enum err
check_preview(struct ctx *c, int64_t account, const char *url)
{
	int64_t count;

	TRY(db_int(c, &CARD_PREVIEW, &count, ARGS(c, account, url)));
	return count > 0 ? OK : fail(c, E_PREVIEW, NULL);
}

enum err
card_add(struct ctx *c, const struct card_new *card, struct card_id *out)
{
	int64_t count;

	TRY(check_preview(c, card->account, card->preview_url));
	TRY(db_int(c, &CARD_COUNT, &count, ARGS(c, card->account)));
	if (count >= conf.messenger_cards)
		return fail(c, E_CARDS, NULL);
	return db_one(c, &CARD_INSERT, id_fields, out,
		ARGS(c, card->profile, card->account, card->name, card->data,
			card->preview_url, card->private));
}

enum err
card_show(struct ctx *c, int64_t id, struct card_shown *out)
{
	bool found;

	TRY(db_maybe(c, &CARD_SHOW, shown_fields, out, &found, ARGS(c, id)));
	return found ? OK : fail(c, E_CARD_NOT_FOUND, NULL);
}

enum err
card_change(struct ctx *c, struct card_id card, int64_t account,
	const struct card_change *change, struct card_id *out)
{
	if (change->preview_url != NULL)
		TRY(check_preview(c, account, change->preview_url));
	return db_one(c, &CARD_CHANGE, id_fields, out,
		ARGS(c, card.id, account, card.commit_id, change->name, change->data,
			change->private, change->preview_url));
}

enum err
card_drop(struct ctx *c, struct card_id card, int64_t by)
{
	return db_do(c, &CARD_DELETE, ARGS(c, card.id, by, card.commit_id));
}

enum err
card_relation(struct ctx *c, int64_t card, int64_t profile, int64_t account,
	struct card_relation *out)
{
	bool found;

	*out = (struct card_relation){0};
	return db_maybe(c, &CARD_RELATION, relation_fields, out, &found,
		ARGS(c, card, profile, account));
}

enum err
card_subscribe(struct ctx *c, int64_t card, const struct card_relation *relation,
	int64_t profile, int64_t account, bool *new)
{
	int64_t count;

	TRY(db_int(c, &CARD_SUBSCRIBE, &count,
		ARGS(c, card, relation->profile_id, relation->account_id, profile,
			account)));
	*new = count > 0;
	return OK;
}

enum err
card_unsubscribe(struct ctx *c, int64_t card, int64_t profile)
{
	return db_do(c, &CARD_UNSUBSCRIBE, ARGS(c, card, profile));
}

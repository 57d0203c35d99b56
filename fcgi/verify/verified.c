/* What is known of a card, and what it is called. */
#include "verify/verify.h"

#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "cards/code.h"
#include "cards/compose.h"
#include "cards/drawing.h"
#include "db/db.h"

#include "verify/verified.sql.h"

const char *const verify_states[] = {[VERIFY_VALID] = "valid",
	[VERIFY_EXPIRED] = "expired",
	[VERIFY_WITHDRAWN] = "withdrawn",
	[VERIFY_SPECIMEN] = "specimen",
	[VERIFY_UNKNOWN] = "unknown"};

/* A card as the table has it. */
struct row {
	const char *uuid, *code, *status, *name, *surname, *latin_name, *role;
	int64_t level;
	struct date issued, valid_until, withdrawn;
	const char *drawing, *version_id, *key, *etag;
	bool hides_preview;
};

static FIELDS(row_fields, FIELD(struct row, uuid), FIELD(struct row, code),
	FIELD(struct row, status), FIELD(struct row, name), FIELD(struct row, surname),
	FIELD(struct row, latin_name), FIELD(struct row, role),
	FIELD(struct row, level), FIELD(struct row, issued),
	FIELD(struct row, valid_until), FIELD(struct row, withdrawn),
	FIELD(struct row, drawing), FIELD(struct row, version_id),
	FIELD(struct row, key), FIELD(struct row, etag),
	FIELD(struct row, hides_preview));

static enum verify_state
state_of(struct ctx *c, const struct row *r)
{
	if (r->withdrawn.year != 0)
		return VERIFY_WITHDRAWN;
	if (r->drawing == NULL)
		return VERIFY_UNKNOWN; /* nobody has it yet */
	if (str_starts(r->code, "T-"))
		return VERIFY_SPECIMEN;
	if (r->valid_until.year != 0 && date_cmp(r->valid_until, utc_date(c->now)) < 0)
		return VERIFY_EXPIRED;
	return VERIFY_VALID;
}

enum err
verify_look_up(struct ctx *c, const char *typed, const char *form, struct verified *out)
{
	const char *code = code_read(&c->arena, typed);
	struct row r = {0};
	bool found;

	*out = (struct verified){.state = VERIFY_UNKNOWN};
	TRY(db_maybe(c, &VERIFY_CARD, row_fields, &r, &found,
		ARGS(c, code == NULL ? "" : code, form)));
	if (!found)
		return OK;
	*out = (struct verified){.state = state_of(c, &r),
		.uuid = r.uuid,
		.code = r.code,
		.name = compose_name(c, &(struct card_drawn){.name = r.name,
						.surname = r.surname,
						.latin_name = r.latin_name}),
		.role = r.role,
		.level = r.level,
		.issued = r.issued,
		.valid_until = r.valid_until,
		.withdrawn = r.withdrawn,
		.version_id = r.version_id,
		.key = r.key,
		.etag = r.etag,
		.hides_preview = r.hides_preview};
	return OK;
}

const char *
verify_issuer(struct ctx *c)
{
	const char *host = strstr(conf.site_url, "://");

	if (conf.cards_issuer[0] != '\0')
		return conf.cards_issuer;
	host = host == NULL ? conf.site_url : host + 3;
	return arena_strn(&c->arena, host, strcspn(host, "/"));
}

#include "cards/card_said.h"

#include <string.h>

#include "account/account.h"
#include "base/str.h"

static enum err
field_error_form(
	struct ctx *c, const struct field *f, const char *place, const char *words)
{
	return field_error_add(c, (struct field_error){.place = place,
					  .field = f->name,
					  .kind = FIELD_ERROR_FORM,
					  .words = words});
}

enum err
card_role_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	const char *name = *(const char **)member;

	if (name[0] >= 'a' && name[0] <= 'z' && strlen(name) <= 32 &&
		name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0')
		return OK;
	return field_error_form(c, f, place,
		"must be a small letter and up to 31 small letters, digits and _");
}

static enum err
said_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	(void)c;
	(void)f;
	(void)place;
	++*(int64_t *)member;
	return OK;
}

/* A day, or a moment, of which the day in the zone of the programme counts. */
static bool
day_read(const char *text, struct date *out)
{
	struct utc moment;

	if (date_parse(text, out))
		return true;
	if (!utc_parse(text, &moment))
		return false;
	*out = utc_date(moment);
	return true;
}

static enum err
day_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	struct date day;

	return day_read(*(const char **)member, &day)
		       ? OK
		       : field_error_form(c, f, place, "must be a date YYYY-MM-DD");
}

FIELDS(card_said_fields, FIELD(struct card_said, user_id, .rule = uuid_rule),
	FIELD(struct card_said, name, .max = 100, .rule = plain_title_rule),
	FIELD(struct card_said, surname, .max = 100, .rule = plain_title_rule),
	FIELD(struct card_said, latin_name, .max = 200, .rule = plain_title_rule),
	FIELD(struct card_said, role, .rule = card_role_rule),
	FIELD(struct card_said, replaces, .rule = uuid_rule),
	FIELD(struct card_said, number, .max = 999999999, .rule = said_rule),
	FIELD(struct card_said, level, .max = 999999, .rule = said_rule),
	FIELD(struct card_said, card_issued_date, .rule = day_rule),
	FIELD(struct card_said, valid_until, .rule = day_rule));

struct card_data
card_said_data(const struct card_said *in)
{
	struct card_data d = {.user_id = in->user_id,
		.name = in->name,
		.surname = in->surname,
		.latin_name = in->latin_name,
		.number = in->number - 1,
		.role = in->role,
		.level = in->level - 1};

	if (in->card_issued_date != NULL)
		day_read(in->card_issued_date, &d.issued);
	if (in->valid_until != NULL)
		day_read(in->valid_until, &d.valid_until);
	return d;
}

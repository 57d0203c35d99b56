/* Words of staff to the members of a shift. */
#include "base/str.h"
#include "programme/programme.h"
#include "programme/notice.h"
#include "reply.h"

struct notice_body {
	const char *text, *member_status, *confirm;
	struct texts members;
};

static enum err
members_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	struct texts *t = member;
	const char **list = arena_new(&c->arena, (t->count + 1) * sizeof(*list));

	/* Nobody is not everybody. */
	if (t->count == 0)
		return field_error_add(
			c, (struct field_error){.place = place,
				   .field = f->name,
				   .kind = FIELD_ERROR_FORM,
				   .expected = "list of one uuid at least"});
	for (size_t i = 0; i < t->count; i++) {
		list[i] = uuid_read(&c->arena, t->list[i]);
		if (list[i] == NULL)
			return field_error_add(c, (struct field_error){.place = place,
							  .field = f->name,
							  .kind = FIELD_ERROR_FORM,
							  .expected = "uuid"});
	}
	t->list = list;
	return OK;
}

/* Telegram takes 4096 characters. */
INPUT(programme_notice_in, struct notice_body,
	FIELD(struct notice_body, text, .must = true, .trim = true, .min = 1,
		.max = 4096),
	FIELD(struct notice_body, member_status, .one_of = "active excluded"),
	FIELD(struct notice_body, members, .rule = members_rule),
	FIELD(struct notice_body, confirm, .max = 200));

static FIELDS(counted_fields, FIELD(struct notice, count),
	FIELD(struct notice, unreachable), FIELD(struct notice, confirm));

static FIELDS(sent_fields, FIELD(struct notice, count),
	FIELD(struct notice, unreachable), FIELD(struct notice, added));

/*
 * POST /shifts/{uuid}/message {"text", "member_status", "members", "confirm"}: without
 * confirm 200 {"count", "unreachable", "confirm"} and nothing is sent; with it 200
 * {"count", "unreachable", "added"}. To active members unless said otherwise. 400 when
 * text or people are not those that were counted.
 */
enum err
programme_post_shift_message(struct req *r)
{
	const struct notice_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct notice n = {.shift_id = r->word[0],
		.text = in->text,
		.status = in->member_status,
		.members = in->members};

	if (n.status == NULL && n.members.count == 0)
		n.status = "active";
	TRY(in->confirm == NULL ? notice_count(c, &n)
				: notice_send(c, &n, in->confirm));
	return reply(r, 200, in->confirm == NULL ? counted_fields : sent_fields, &n);
}

#include "cards/certificate.h"

#include "base/conf.h"
#include "cards/code.h"
#include "cards/member_card.h"
#include "db/db.h"
#include "job/job.h"

#include "cards/certificate.sql.h"

enum err
certificate_order(struct ctx *c, const char *shift_id)
{
	if (!conf.cards_certificates)
		return OK;
	return job_add(c, &(struct job_order){.kind = "card.certificates",
				  .subject = shift_id,
				  .key = shift_id});
}

struct due {
	const char *member_id;
};

static FIELDS(due_fields, FIELD(struct due, member_id));

static enum err
give(struct ctx *c, const char *member_id)
{
	int64_t card;

	TRY(db_int(c, &CERTIFICATE_GIVE, &card,
		ARGS(c, member_id, code_new(&c->arena, conf.cards_sandbox),
			CERTIFICATE_ROLE, c->now)));
	return card == 0 ? OK : member_card_settle(c, card);
}

enum err
cards_certificates_job(struct ctx *c, const struct job *job)
{
	struct due *list = NULL;
	size_t count = 0;

	TRY(db_many(
		c, &CERTIFICATE_DUE, due_fields, &list, &count, ARGS(c, job->subject)));
	for (size_t i = 0; i < count; i++)
		TRY(give(c, list[i].member_id));
	return OK;
}

enum err
certificate_erase(struct ctx *c, const char *participant_id)
{
	return db_do(c, &CERTIFICATE_ERASE, ARGS(c, participant_id, c->now));
}

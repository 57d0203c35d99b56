#include "account/person_mail.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/conf.h"
#include "base/seal.h"
#include "base/secret.h"
#include "base/str.h"
#include "cache/cache.h"
#include "db/db.h"
#include "messenger/site.h"
#include "net/mail.h"

#include "account/person_mail.sql.h"

#define RESET_SECONDS 3600
#define SEAL_CONTEXT "samovar person mail"
#define MINUTE 60
#define HOUR 3600
#define A_MINUTE 1 /* mails to one address */
#define AN_HOUR 5

#define PHONE_PAGE "/account/email/" /* of the messenger */

/* A kind of mail: its name is that of the template and the first word of the job. */
static const struct kind {
	const char *name, *page; /* of the link; NULL: a mail without a token */
} kinds[] = {{"confirm", "confirm"}, {"change_new", "confirm"},
	{"change_old", "confirm"}, {"undo", "undo"}, {"reset", "reset"},
	{"phone_confirm", PHONE_PAGE}, {"phone_reset", PHONE_PAGE}, {"exists", NULL},
	{"picture_removed", NULL}, {"report_acted", NULL}, {"report_dismissed", NULL}};

struct recipient {
	int64_t account_id;
	const char *name, *email, *pending;
};

static FIELDS(recipient_fields, FIELD(struct recipient, account_id),
	FIELD(struct recipient, name), FIELD(struct recipient, email),
	FIELD(struct recipient, pending));

bool
person_mail_allowed(struct ctx *c, const char *address)
{
	unsigned char mac[32];
	const char *caller = limit_caller(c);

	secret_mac(0, arena_fmt(&c->arena, "mail to\n%s", address), mac);
	const char *hash = hex_text(&c->arena, mac, 16);
	int64_t minute = cache_count(
			c, arena_fmt(&c->arena, "limit:mail:minute:%s", hash), MINUTE),
		hour = cache_count(
			c, arena_fmt(&c->arena, "limit:mail:hour:%s", hash), HOUR),
		here = caller[0] == '\0'
			       ? 0
			       : cache_count(c,
					 arena_fmt(&c->arena, "limit:mail:caller:%s",
						 caller),
					 HOUR);

	return minute <= A_MINUTE && hour <= AN_HOUR &&
	       here <= conf.people_mails_per_hour;
}

static enum err
queue(struct ctx *c, const char *kind, const char *id, const char *language,
	const char *secret)
{
	return job_add(c, &(struct job_order){.kind = "mail.send",
				  .subject = arena_fmt(&c->arena, "%s %s %s %s", kind,
					  id, language == NULL ? "-" : language,
					  seal(c, SEAL_CONTEXT, secret))});
}

enum err
person_mail_token(struct ctx *c, const struct email_token *t, const char *language)
{
	const char *secret =
		t->code == NULL ? t->secret
				: arena_fmt(&c->arena, "%s %s", t->secret, t->code);

	return queue(c, t->purpose, arena_fmt(&c->arena, "%" PRId64, t->id), language,
		secret);
}

enum err
person_mail_link(struct ctx *c, int64_t account_id, const char *purpose, const char *to,
	int64_t seconds, const char *language)
{
	struct email_token token = {
		.account_id = account_id, .purpose = purpose, .address = to};

	TRY(email_token_add(c, &token, seconds, false));
	return person_mail_token(c, &token, language);
}

enum err
person_mail_reset(struct ctx *c, const struct account *a, const char *language)
{
	return person_mail_link(c, a->id, "reset", a->email, RESET_SECONDS, language);
}

enum err
person_mail_exists(struct ctx *c, const struct account *a, const char *language)
{
	return queue(c, "exists", a->uuid, language, "");
}

enum err
person_mail_picture(
	struct ctx *c, const char *uuid, const char *why, const char *language)
{
	return queue(c, "picture_removed", uuid, language, why);
}

enum err
person_mail_report(struct ctx *c, const char *uuid, bool acted, const char *language)
{
	return queue(
		c, acted ? "report_acted" : "report_dismissed", uuid, language, "");
}

/* The same mail has the same id, however often it is sent. */
static const char *
message_id(struct ctx *c, const struct kind *kind, const char *id, const char *sealed)
{
	const char *domain = strrchr(conf.mail_from, '@');
	unsigned char mac[32];

	secret_mac(0,
		arena_fmt(&c->arena, "message\n%s\n%s\n%s", kind->name, id, sealed),
		mac);
	return arena_fmt(&c->arena, "%s%s", hex_text(&c->arena, mac, 16),
		domain == NULL ? "@samovar" : domain);
}

/* A refusal for good is the address's, not the queue's. */
static enum err
deliver(struct ctx *c, const struct mail *mail, int64_t account_id)
{
	enum err e = mail_send(c, mail);

	if (e == E_MAIL_REFUSED) {
		const char *why = c->why;
		ctx_clear_error(c);
		return db_do(c, &PERSON_MAIL_TROUBLE, ARGS(c, account_id, why));
	}
	TRY(e);
	return db_do(c, &PERSON_MAIL_FINE, ARGS(c, account_id));
}

static enum err
recipient_of(struct ctx *c, const struct kind *kind, const char *id,
	struct recipient *to, bool *found)
{
	return kind->page == NULL ? db_maybe(c, &PERSON_MAIL_ACCOUNT, recipient_fields,
					    to, found, ARGS(c, id))
				  : db_maybe(c, &PERSON_MAIL_TOKEN, recipient_fields,
					    to, found, ARGS(c, id, c->now));
}

/* The link of a mail; secret has n bytes. */
static const char *
link_of(struct ctx *c, const struct kind *kind, const char *secret, size_t n)
{
	if (kind->page == NULL)
		return conf.site_url;
	if (str_eq(kind->page, PHONE_PAGE))
		return messenger_url(&c->arena,
			arena_fmt(&c->arena, "%s%.*s", kind->page, (int)n, secret));
	return arena_fmt(
		&c->arena, "%s/%s#%.*s", conf.site_url, kind->page, (int)n, secret);
}

static enum err
send(struct ctx *c, const struct kind *kind, const char *id, const char *language,
	const char *sealed)
{
	const char *secret = unseal(c, SEAL_CONTEXT, sealed);
	struct recipient to = {0};
	bool found;

	if (secret == NULL)
		return fail(c, E_BUG,
			"the sealed mail cannot be read: has token.secret changed?");
	TRY(recipient_of(c, kind, id, &to, &found));
	if (!found)
		return OK; /* used, expired, replaced or erased meanwhile */
	size_t n = strcspn(secret, " ");
	const struct pair words[] = {{"name", to.name},
		{"url", link_of(c, kind, secret, n)},
		{"project", conf.messenger_project_name},
		{"code", secret[n] == '\0' ? "" : secret + n + 1},
		{"address", to.pending == NULL ? to.email : to.pending},
		{"site", conf.site_url}, {"why", secret}};
	return deliver(c,
		&(struct mail){.to = to.email,
			.template = kind->name,
			.language = str_eq(language, "-") ? NULL : language,
			.message_id = message_id(c, kind, id, sealed),
			.words = words,
			.word_count = sizeof(words) / sizeof(*words)},
		to.account_id);
}

enum err
person_mail_send(struct ctx *c, const char *subject, bool *known)
{
	char name[20], id[40], language[8];
	int rest = 0;

	*known = false;
	if (sscanf(subject, "%19s %39s %7s %n", name, id, language, &rest) < 3 ||
		rest == 0)
		return OK;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (str_eq(kinds[i].name, name)) {
			*known = true;
			return send(c, &kinds[i], id, language, subject + rest);
		}
	return OK;
}

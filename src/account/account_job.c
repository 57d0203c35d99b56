#include "account/account_job.h"

#include <sodium.h>
#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "db/db.h"
#include "net/mail.h"

#include "account/account_job.sql.h"

#define NOTE_AT_ONCE 1000
#define SEAL_CONTEXT "samovar mail"

struct recipient {
	const char *name, *email, *token;
};

static FIELDS(recipient_fields, FIELD(struct recipient, name),
	FIELD(struct recipient, email), FIELD(struct recipient, token));

static void
seal_key(unsigned char key[crypto_secretbox_KEYBYTES])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, crypto_secretbox_KEYBYTES);
	crypto_generichash_update(
		&state, (const unsigned char *)SEAL_CONTEXT, strlen(SEAL_CONTEXT));
	crypto_generichash_update(&state, (const unsigned char *)conf.token_secret,
		strlen(conf.token_secret));
	crypto_generichash_final(&state, key, crypto_secretbox_KEYBYTES);
}

/* Nonce and box as hexadecimal digits. */
static const char *
seal(struct ctx *c, const char *secret)
{
	unsigned char key[crypto_secretbox_KEYBYTES];
	size_t n = strlen(secret),
	       size = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + n;
	unsigned char *out = arena_new(&c->arena, size);

	seal_key(key);
	randombytes_buf(out, crypto_secretbox_NONCEBYTES);
	crypto_secretbox_easy(out + crypto_secretbox_NONCEBYTES,
		(const unsigned char *)secret, n, out, key);
	return hex_text(&c->arena, out, size);
}

static const char *
unseal(struct ctx *c, const char *hex)
{
	unsigned char key[crypto_secretbox_KEYBYTES];
	size_t most = strlen(hex) / 2, size;
	unsigned char *box = arena_new(&c->arena, most + 1);
	const size_t head = crypto_secretbox_NONCEBYTES,
		     mac = crypto_secretbox_MACBYTES;

	if (sodium_hex2bin(box, most, hex, strlen(hex), NULL, &size, NULL) != 0 ||
		size < head + mac)
		return NULL;
	seal_key(key);
	unsigned char *out = arena_new(&c->arena, size - head - mac + 1);
	if (crypto_secretbox_open_easy(out, box + head, size - head, box, key) != 0)
		return NULL;
	return (const char *)out;
}

enum err
mail_password(struct ctx *c, const struct account *a, const char *password)
{
	return job_add(c, &(struct job_order){.kind = "mail.send",
				  .subject = arena_fmt(&c->arena, "password %s %s",
					  a->uuid, seal(c, password))});
}

static enum err
send_invitation(struct ctx *c, const char *id)
{
	struct recipient to = {0};
	bool found;

	TRY(db_maybe(c, &MAIL_INVITATION, recipient_fields, &to, &found,
		ARGS(c, id, c->now)));
	if (!found)
		return OK; /* closed or used meanwhile */
	const struct pair words[] = {
		{"name", to.name}, {"url", arena_fmt(&c->arena, "%s/pwd_create/%s",
						   conf.site_url, to.token)}};
	return mail_send(c, &(struct mail){.to = to.email,
				    .template = "invitation",
				    .words = words,
				    .word_count = 2});
}

static enum err
send_password(struct ctx *c, const char *rest)
{
	const char *blank = strchr(rest, ' ');
	struct recipient to = {0};
	bool found;

	const char *secret = blank == NULL ? NULL : unseal(c, blank + 1);
	if (secret == NULL)
		return fail(c, E_BUG,
			"the sealed password cannot be read: has token.secret "
			"changed?");
	TRY(db_maybe(c, &MAIL_ACCOUNT, recipient_fields, &to, &found,
		ARGS(c, arena_strn(&c->arena, rest, (size_t)(blank - rest)))));
	if (!found)
		return OK; /* erased meanwhile */
	const struct pair words[] = {{"name", to.name}, {"password", secret}};
	return mail_send(c, &(struct mail){.to = to.email,
				    .template = "password",
				    .words = words,
				    .word_count = 2});
}

enum err
mail_send_job(struct ctx *c, const struct job *job)
{
	if (str_starts(job->subject, "invitation "))
		return send_invitation(c, job->subject + strlen("invitation "));
	if (str_starts(job->subject, "password "))
		return send_password(c, job->subject + strlen("password "));
	return fail(c, E_BUG, "no such mail");
}

enum err
session_sweep_job(struct ctx *c, const struct job *job)
{
	int64_t done = 1;

	(void)job;
	while (done > 0)
		TRY(account_note_skeletons(c, NOTE_AT_ONCE, &done));
	TRY(db_do(c, &SWEEP_SESSIONS, ARGS(c, c->now)));
	TRY(db_do(c, &SWEEP_FAMILIAR, ARGS(c, c->now)));
	return db_do(c, &SWEEP_LOCKOUTS, ARGS(c, c->now));
}

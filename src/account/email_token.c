#include "account/email_token.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "base/conf.h"
#include "base/field.h"
#include "base/rand.h"
#include "base/secret.h"
#include "base/str.h"
#include "db/db.h"

#include "account/email_token.sql.h"

#define SECRET_BYTES 32
#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

static FIELDS(token_fields, FIELD(struct email_token, id),
	FIELD(struct email_token, account_id), FIELD(struct email_token, purpose),
	FIELD(struct email_token, address), FIELD(struct email_token, is_repeat),
	FIELD(struct email_token, expires));

/* A code that was mailed, as the table has it. */
struct row {
	int64_t id, account_id;
	const char *code_hash;
};

static FIELDS(row_fields, FIELD(struct row, id), FIELD(struct row, account_id),
	FIELD(struct row, code_hash));

static const char *
mac_hex(struct ctx *c, size_t key, const char *text)
{
	unsigned char mac[32];

	secret_mac(key, text, mac);
	return hex_text(&c->arena, mac, sizeof(mac));
}

static const char *
secret_text(struct ctx *c, const char *secret)
{
	return arena_fmt(&c->arena, "email token\n%s", secret);
}

/* Of six digits there are few: the account makes two equal ones differ. */
static const char *
code_text(struct ctx *c, int64_t account_id, const char *code)
{
	return arena_fmt(&c->arena, "email code\n%" PRId64 "\n%s", account_id, code);
}

enum err
email_token_add(struct ctx *c, struct email_token *t, int64_t seconds, bool with_code)
{
	unsigned char bytes[SECRET_BYTES];
	const size_t room = sodium_base64_ENCODED_LEN(SECRET_BYTES, VARIANT);
	const char *code_hash = NULL;

	randombytes_buf(bytes, sizeof(bytes));
	t->secret = sodium_bin2base64(
		arena_new(&c->arena, room), room, bytes, sizeof(bytes), VARIANT);
	t->code = NULL;
	if (with_code) {
		t->code = arena_fmt(&c->arena, "%06u", rand_below(1000000));
		code_hash = mac_hex(c, 0, code_text(c, t->account_id, t->code));
	}
	TRY(db_int(c, &EMAIL_TOKEN_INSERT, &t->id,
		ARGS(c, t->account_id, t->purpose, t->address,
			mac_hex(c, 0, secret_text(c, t->secret)), code_hash,
			utc_after(c->now, conf.account_code_lifetime), t->is_repeat,
			c->now, utc_after(c->now, seconds))));
	return db_do(c, &EMAIL_TOKEN_CUT, ARGS(c, t->account_id, t->purpose));
}

/* Its hashes under each key of the installation. */
static const char *
hashes_of(struct ctx *c, const char *secret)
{
	struct buf hashes = {.arena = &c->arena};

	for (size_t i = 0; i < secret_count(); i++)
		buf_fmt(&hashes, "%s%s", i == 0 ? "" : " ",
			mac_hex(c, i, secret_text(c, secret)));
	return buf_text(&hashes);
}

enum err
email_token_use(struct ctx *c, const char *purposes, const char *secret,
	struct email_token *out)
{
	return db_one(c, &EMAIL_TOKEN_USE, token_fields, out,
		ARGS(c, hashes_of(c, secret), purposes, c->now));
}

enum err
email_token_look(struct ctx *c, const char *purposes, const char *secret,
	struct email_token *out, bool *expired)
{
	TRY(db_one(c, &EMAIL_TOKEN_LOOK, token_fields, out,
		ARGS(c, hashes_of(c, secret), purposes)));
	*expired = out->expires.us <= c->now.us;
	return OK;
}

static bool
code_fits(struct ctx *c, const struct row *row, const char *code)
{
	bool fits = false;

	for (size_t i = 0; i < secret_count(); i++)
		fits |= str_same_secret(row->code_hash,
			mac_hex(c, i, code_text(c, row->account_id, code)));
	return fits;
}

enum err
email_token_by_code(
	struct ctx *c, const char *address, const char *code, struct email_token *out)
{
	struct row *rows;
	int64_t id = 0;
	size_t count;

	TRY(db_many(c, &EMAIL_TOKEN_TRY, row_fields, &rows, &count,
		ARGS(c, address, c->now)));
	for (size_t i = 0; i < count; i++)
		if (code_fits(c, &rows[i], code))
			id = rows[i].id;
	if (id == 0)
		return fail(c, E_EMAIL_TOKEN, NULL);
	return db_one(c, &EMAIL_TOKEN_USE_ID, token_fields, out, ARGS(c, id, c->now));
}

enum err
email_token_drop(struct ctx *c, int64_t account_id, const char *purposes)
{
	return db_do(c, &EMAIL_TOKEN_DROP, ARGS(c, account_id, purposes));
}

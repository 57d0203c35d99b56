#include "account/second_factor.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <liboath/oath.h>
#include <sodium.h>

#include "account/audit.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/field.h"
#include "base/hash.h"
#include "base/seal.h"
#include "base/str.h"
#include "db/db.h"

#include "account/second_factor.sql.h"

#define SECRET_BYTES 20 /* as long as SHA-1's result, RFC 4226 section 4 */
#define STEP_SECONDS 30
#define WINDOW 1 /* steps that a clock may be early or late */
#define FAILURES_MOST 10
#define RECOVERY_CODES 10
#define RECOVERY_BYTES 10 /* 16 letters and digits in base32 */
#define PURPOSE "second factor"

struct factor {
	const char *secret; /* sealed, in base32 */
	int64_t last_step, failures;
	struct utc failed_at;
	bool is_on;
};

static FIELDS(factor_fields, FIELD(struct factor, secret),
	FIELD(struct factor, last_step), FIELD(struct factor, failures),
	FIELD(struct factor, failed_at), FIELD(struct factor, is_on));

static const char *
base32(struct ctx *c, const void *bytes, size_t n)
{
	char *text = NULL;
	size_t length = 0;

	if (oath_base32_encode(bytes, n, &text, &length) != OATH_OK)
		return "";
	while (length > 0 && text[length - 1] == '=')
		length--;
	const char *out = arena_strn(&c->arena, text, length);
	free(text);
	return out;
}

static const char *
random_base32(struct ctx *c, size_t n)
{
	unsigned char bytes[SECRET_BYTES];

	randombytes_buf(bytes, n);
	const char *out = base32(c, bytes, n);
	sodium_memzero(bytes, sizeof(bytes));
	return out;
}

enum err
second_factor_is_on(struct ctx *c, int64_t account_id, bool *out)
{
	int64_t is = 0;

	TRY(db_int(c, &FACTOR_IS_ON, &is, ARGS(c, account_id)));
	*out = is != 0;
	return OK;
}

static const char *
host_of_site(struct ctx *c)
{
	const char *at = strstr(conf.site_url, "://");

	at = at == NULL ? conf.site_url : at + 3;
	return arena_strn(&c->arena, at, strcspn(at, "/:"));
}

enum err
second_factor_begin(struct ctx *c, const struct account *a, const char **secret,
	const char **address)
{
	const char *host = percent_encode(&c->arena, host_of_site(c), false),
		   *name = a->email != NULL ? a->email : a->username;

	*secret = random_base32(c, SECRET_BYTES);
	TRY(db_do(c, &FACTOR_BEGIN, ARGS(c, a->id, seal(c, PURPOSE, *secret))));
	*address = arena_fmt(&c->arena, "otpauth://totp/%s:%s?secret=%s&issuer=%s",
		host, percent_encode(&c->arena, name == NULL ? "" : name, false),
		*secret, host);
	return OK;
}

/* The step of which it is the code; -1 for none. */
static int64_t
step_of(struct ctx *c, const struct factor *f, const char *code)
{
	const char *text = unseal(c, PURPOSE, f->secret);
	char *secret = NULL;
	size_t length = 0;
	uint64_t step = 0;

	if (text == NULL || strlen(code) != 6 ||
		oath_base32_decode(text, strlen(text), &secret, &length) != OATH_OK)
		return -1;
	int rc =
		oath_totp_validate3(secret, length, (time_t)(c->now.us / US_PER_SECOND),
			STEP_SECONDS, 0, WINDOW, NULL, &step, code);
	sodium_memzero(secret, length);
	free(secret);
	return rc >= 0 ? (int64_t)step : -1;
}

/* As people type them: in any case, with blanks and hyphens. */
static const char *
plain_code(struct ctx *c, const char *typed)
{
	struct buf out = {.arena = &c->arena};

	for (const char *s = typed; *s != '\0' && out.used < 40; s++)
		if (isalnum((unsigned char)*s))
			buf_addn(&out, &(char){(char)toupper((unsigned char)*s)}, 1);
	return buf_text(&out);
}

static const char *
recovery_hash(struct ctx *c, int64_t account_id, const char *code)
{
	const char *text = arena_fmt(&c->arena, "%lld:%s", (long long)account_id, code);

	return sha256_hex(&c->arena, text, strlen(text));
}

static enum err
make_codes(struct ctx *c, int64_t account_id, const char **out)
{
	struct buf list = {.arena = &c->arena};

	TRY(db_do(c, &FACTOR_DROP_CODES, ARGS(c, account_id)));
	for (int i = 0; i < RECOVERY_CODES; i++) {
		const char *code = random_base32(c, RECOVERY_BYTES);

		TRY(db_do(c, &FACTOR_ADD_CODE,
			ARGS(c, account_id, recovery_hash(c, account_id, code))));
		buf_fmt(&list, "%s\"%.4s-%.4s-%.4s-%.4s\"", i == 0 ? "[" : ",", code,
			code + 4, code + 8, code + 12);
	}
	buf_add(&list, "]");
	*out = buf_text(&list);
	return OK;
}

static const char *
id_text(struct ctx *c, const char *uuid)
{
	return uuid == NULL ? arena_str(&c->arena, "") : uuid;
}

/* Ten wrong ones lock it; from then on each wrong one does, until a right one comes. */
static enum err
check_lock(struct ctx *c, const struct factor *f)
{
	int64_t until = f->failed_at.us + conf.account_lockout_time * US_PER_SECOND;

	if (f->failures < FAILURES_MOST || until <= c->now.us)
		return OK;
	error_detail(c, "retry_after", (until - c->now.us) / US_PER_SECOND + 1);
	return fail(c, E_LIMIT, NULL);
}

static enum err
count_failure(struct ctx *c, int64_t account_id)
{
	const char *uuid = NULL;

	TRY(db_json(c, &FACTOR_FAILED, &uuid, ARGS(c, account_id, c->now)));
	return audit_add(c, "account.wrong_code", "account", uuid, NULL);
}

enum err
second_factor_confirm(
	struct ctx *c, int64_t account_id, const char *code, const char **codes)
{
	struct factor f = {0};
	bool found = false;

	*codes = NULL;
	TRY(db_maybe(c, &FACTOR_LOCK, factor_fields, &f, &found, ARGS(c, account_id)));
	if (!found)
		return fail(c, E_FACTOR_CODE, NULL);
	if (f.is_on)
		return fail(c, E_FACTOR_ON, NULL);
	TRY(check_lock(c, &f));
	int64_t step = step_of(c, &f, plain_code(c, code));
	if (step < 0)
		return count_failure(c, account_id);
	TRY(db_do(c, &FACTOR_CONFIRM, ARGS(c, account_id, c->now, step)));
	TRY(make_codes(c, account_id, codes));
	return audit_add(c, "account.second_factor_on", "account",
		id_text(c, c->actor_uuid), NULL);
}

static enum err
check(struct ctx *c, int64_t account_id, const char *code, bool *passed)
{
	struct factor f = {0};
	bool found = false;

	*passed = false;
	TRY(db_maybe(c, &FACTOR_LOCK, factor_fields, &f, &found, ARGS(c, account_id)));
	if (!found || !f.is_on)
		return fail(c, E_FACTOR_CODE, NULL);
	TRY(check_lock(c, &f));
	int64_t step = step_of(c, &f, code);
	*passed = step > f.last_step; /* each code counts once */
	if (!*passed) {
		TRY(db_do(c, &FACTOR_USE_CODE,
			ARGS(c, account_id, recovery_hash(c, account_id, code))));
		*passed = c->rows > 0;
	}
	return *passed ? db_do(c, &FACTOR_PASSED,
				 ARGS(c, account_id, step < 0 ? 0 : step))
		       : count_failure(c, account_id);
}

enum err
second_factor_check(struct ctx *c, int64_t account_id, const char *code)
{
	bool passed = false;

	TRY(db_begin(c));
	TRY(db_end(c, check(c, account_id, plain_code(c, code), &passed)));
	return passed ? OK : fail(c, E_FACTOR_CODE, NULL);
}

enum err
second_factor_unlock(struct ctx *c, int64_t account_id)
{
	return db_do(c, &FACTOR_FORGET_FAILURES, ARGS(c, account_id));
}

enum err
second_factor_off(struct ctx *c, const struct account *a)
{
	TRY(db_do(c, &FACTOR_DROP_CODES, ARGS(c, a->id)));
	return db_do(c, &FACTOR_OFF, ARGS(c, a->id));
}

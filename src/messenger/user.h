#ifndef MESSENGER_USER_H
#define MESSENGER_USER_H

#include "account/account.h"

/* Somebody of the messenger as its API shows them; the names are the wire's. */
struct user {
	int64_t uuid;   /* account.id */
	const char *id; /* the user name */
	const char *nickname, *email;
	bool email_verified;
	const char *description, *profile_image;
	struct utc created_at, modified_at;
};

extern const struct field user_fields[];

/* E_PERSON_GONE. */
enum err user_get(struct ctx *c, int64_t account_id, struct user *out);

/*
 * An account gets a nickname and a first profile, public, with its name and address.
 * E_TAKEN: the nickname is somebody's. The caller's transaction.
 */
enum err user_add(struct ctx *c, int64_t account_id, const char *nickname);

/* The same for one that came by another face, unless it has them: under its user name
 * if that is free, else with its number behind it. */
enum err user_ensure(struct ctx *c, int64_t account_id);

/* Whose name is this, whatever its case? 0: nobody's. */
enum err user_by_name(struct ctx *c, const char *username, int64_t *account_id);

/* Is it taken? */
enum err user_nickname_taken(struct ctx *c, const char *nickname, bool *taken);
enum err user_email_taken(struct ctx *c, const char *email, bool *taken);

/* NULL leaves it as it is; `private` is "true" or "false". E_TAKEN, E_PERSON_GONE. */
enum err user_change(struct ctx *c, int64_t account_id, const char *nickname,
	const char *private, const char *description);

/* What an account that is deactivated shows is there for nobody, until staff takes it
 * back; by: who has done that. */
enum err user_hide(struct ctx *c, int64_t account_id, int64_t by);

/*
 * The first account of an installation administers the messenger and needs no
 * confirmation, where messenger.first_admin says so. To be called before the account is
 * made; the lock lasts until the transaction ends.
 */
enum err user_is_first(struct ctx *c, bool *first);
enum err user_crown(struct ctx *c, int64_t account_id);

/*
 * Why the password cannot be used, as the contract says it: TOO_SHORT, TOO_LONG,
 * NEED_MORE_CHAR_TYPE, FORBIDDEN_CHAR, PW_REUSED_ON_ID_EMAIL_NICK; NULL if it can.
 */
const char *user_password_fault(const char *password, const char *username,
	const char *email, const char *nickname);

/* Why the user name cannot: TOO_SHORT, TOO_LONG, FORBIDDEN_CHAR; more are the
 * characters beside letters and digits that it may have. */
const char *user_name_fault(const char *username, const char *more);

/*
 * The kind of device, system and browser that a User-Agent names, coarsely:
 * "mobile android dalvik". Static texts.
 */
const char *agent_family(struct arena *a, const char *user_agent);

#endif

#ifndef UNIT_MESSENGER_H
#define UNIT_MESSENGER_H

/* What tests of the phones' API have in common. */
#include "edge.h"

#define PHONE "/api/dev"
#define CSRF "X-Csrf-Token: of-this-phone"
#define AGENT "User-Agent: Dalvik/2.1.0 (Linux; U; Android 11; SM-G991N)"

/* The answer is the envelope with these. */
void is_case(const struct answer *a, int status, const char *sub_code);

/* "data" of an answer, and the text or the number at a path in it: "user.nickname",
 * "profiles.0.uuid". NULL and 0 where there is none. */
struct json_object *data_of(const struct answer *a, const char *path);
const char *data_text(const struct answer *a, const char *path);
int64_t data_number(const struct answer *a, const char *path);

/* Somebody who has signed up by phone, with what a phone keeps. */
struct phone {
	const char *name;   /* the user name; the nickname is "Nick <name>" */
	int64_t uuid;       /* account.id */
	int64_t profile;    /* the first one */
	const char *token;  /* "Authorization: Bearer ..." */
	const char *cookie; /* "Cookie: refresh_token=..." */
	const char *acting; /* "X-Profile-Id: ..." */
};

#define PASSWORD "Passw0rd!"

/* Signs up under a name that no other test has. */
struct phone given_phone(void);

/* What an answer with login data brings, into the phone. */
void take_login(struct phone *p, const struct answer *a);

/* Signs in once more: another phone of the same person. */
struct phone signed_in_again(const struct phone *p);

/* The value of a cookie that the answer sets; NULL if it sets none. */
const char *set_cookie(const struct answer *a, const char *name);

/* A request below /account, with the headers of a phone and this cookie, or NULL. */
const struct answer *post_account(
	const char *path, const char *body, const char *cookie);

/* A request by a phone, with its token and its X-Csrf-Token. */
#define by(phone_, method_, path_, ...)                                                \
	edge_call(&(struct call){.method = method_,                                    \
		.path = path_,                                                         \
		.headers = {(phone_)->token, CSRF, (phone_)->acting},                  \
		__VA_ARGS__})

/* Exchanges its refresh token. */
const struct answer *refresh(const struct phone *p);

/* Its access token is good; is not. */
void is_live(const struct phone *p);
void is_dead(const struct phone *p);

/* The claims of a token "a.b.c", which phones read with the standard alphabet. */
struct json_object *claims(const char *token);

/* Strangers may invite its first profile; a phone like that. */
void let_strangers_invite(const struct phone *p);
struct phone given_guest(void);

/* The body that invites it, a room of these two, and an address in a room. */
const char *inviting(const struct phone *p);
int64_t given_room(const struct phone *owner, const struct phone *guest);
const char *room_path(int64_t room, const char *more);

/* Says something there. */
const struct answer *say(const struct phone *p, int64_t room, const char *words);

#endif

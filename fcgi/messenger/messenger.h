#ifndef MESSENGER_H
#define MESSENGER_H

#include "account/session.h"
#include "face.h"
#include "messenger/profile.h"
#include "messenger/site.h"

/* The phones' API: docs/openapi/messenger.yaml, docs/messenger.md. */
extern const struct manners messenger_manners;

/* Who may call a route. */
enum messenger_who {
	ANYONE,
	SOFT,        /* an access token is looked at, a wrong one is as none */
	SOFT_ACTING, /* and X-Profile-Id, if it comes, must be a profile of its owner */
	ACCESS,      /* a live access token */
	ACCESS_ACTING, /* and X-Profile-Id, if it comes, as above */
	TOKEN_ACTING,  /* the same; without any header 401, not 400 */
	ACTING,        /* and X-Profile-Id, as above */
	COOKIE,        /* the refresh token as a cookie */
	ADMIN          /* the administrator's cookie, and the right as it is now */
};

struct messenger_token;

/* Whose request it is; for each one that enter() has seen. */
struct messenger_caller {
	/* The token that was read last and was good, and as what: it is verified once.
	 */
	const struct messenger_token *read;
	const char *read_text, *read_as;
	const char *data; /* what the answer to an error brings, a JSON object */
	int64_t number;   /* of the session, 0: none */
	const char *role; /* the access token's: a JSON array, see messenger_role() */
	bool is_admin;
	int64_t profile; /* X-Profile-Id, 0: none came */
	/* Of a refresh token: */
	const char *otp, *user_agent, *push_token;
	struct utc refresh_expires;
	bool is_spent; /* exchanged for another one */
	struct session session;
};

/* The request's; never NULL. */
struct messenger_caller *messenger_caller(struct req *r);

/* Is the profile one of the caller's, as the access token says? It dies when that
 * changes. */
bool messenger_owns(struct req *r, int64_t profile);

/*
 * The envelope (contract 1.2): data is a JSON object, NULL for an empty one. 204 and
 * 304 have no body. messenger_answer() where code differs from the status.
 */
enum err messenger_reply(
	struct req *r, int status, const char *sub_code, const char *data);
enum err messenger_answer(
	struct req *r, int status, int code, const char *sub_code, const char *data);

/*
 * 200 with a list (JSON) under its name. Its ETag is made of it; 304 if If-None-Match
 * has that one.
 */
enum err messenger_reply_list(struct req *r, const char *name, const char *json);

/* The same for one struct under its name: {"profile": {...}}. */
enum err messenger_reply_one(struct req *r, int status, const char *sub_code,
	const char *name, const struct field *fields, const void *row);

/* Why it failed, in the caller's language: where that has no words for the very reason,
 * those for its kind. */
const char *messenger_said(struct req *r);

/* fail() with what the answer's data are. */
enum err messenger_fail(struct req *r, enum err e, const char *data);

/* The same with one list of texts: messenger_fail_list(r, E_MISSING, "resource_name",
 * "profile"). */
enum err messenger_fail_list(
	struct req *r, enum err e, const char *name, const char *word);

/* Another failure than the first, with these data; with {"reason": reason}. */
enum err messenger_fail_instead(struct req *r, enum err e, const char *data);
enum err messenger_fail_reason(struct req *r, enum err e, const char *reason);

/* E_INPUT with one field error at this field of the body (422). */
enum err messenger_field_error(struct req *r, const char *field, const char *reason);

/* A rule for what may be true, false or not there: the member is "true", "false" or
 * NULL. */
enum err messenger_bool_rule(
	struct ctx *c, const struct field *f, const char *place, void *member);

/* If-Match as the row's commit_id, whose quotation marks do not count; NULL without. */
const char *messenger_if_match(struct req *r);

/* Is the body a form that may have a file? */
bool messenger_is_form(const struct req *r);

/* Does Accept want HTML: is text/html there, wildcards counted? */
bool messenger_wants_html(struct req *r);

/* Who looks, for the rules of src/messenger. */
struct viewer messenger_viewer(struct req *r);

/* A profile with its ETag. */
enum err messenger_reply_profile(struct req *r, int status, const char *sub_code,
	const struct profile_shown *shown);

/* The profile of the path for a change: it is there, the caller's (or, if or_admin,
 * they administer), and still what If-Match says. E_MISSING, E_DENIED, E_OTHER_COMMIT.
 */
enum err messenger_own_profile(
	struct req *r, bool or_admin, struct profile_state *state);

/* Is the version "dev", that of who works on a phone's app? */
bool messenger_is_dev(void);

/* Has the request the development key, where one is asked for? (1.7) */
bool messenger_is_developer(struct req *r);

/* Writes the answer to an error. */
void messenger_refuse(struct req *r, enum err e);

/* The handlers of routes.def and what they read; what each answers is said where it is
 * defined. */
#define ROUTE(...) ROUTE_DECLARE(__VA_ARGS__)
#include "messenger/routes.def"
#undef ROUTE

#endif

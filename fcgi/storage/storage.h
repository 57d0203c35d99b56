#ifndef FCGI_STORAGE_H
#define FCGI_STORAGE_H

#include "face.h"
#include "storage/file.h"

/*
 * The API of the file store: docs/openapi/storage.yaml. Checks in the order token,
 * permission, input. Errors are {"error": "<code>"}, input errors have "detail" too.
 * All paths end in a slash; without it 307.
 */
extern const struct manners storage_manners;

/* Who may call a route: a kind of token, or one of the permissions in its claims. */
enum storage_who {
	ANYONE,       /* no token is looked at */
	SIGNED_IN,    /* any good access token */
	WITH_SECRET,  /* a hook: storage.hook_secret as bearer token */
	WITH_REFRESH, /* a refresh token, which the handler exchanges itself */
	CAN_VIEW_FILE,
	CAN_GET_FILE, /* can_view_file or can_download_file */
	CAN_RENAME_FILE,
	CAN_UPLOAD_FILE,
	CAN_DELETE_FILE,
	CAN_VIEW_SERVER,
	CAN_CHANGE_SERVER,
	CAN_ADD_SERVER,
	CAN_DELETE_SERVER,
	CAN_VIEW_LINK,
	CAN_ADD_LINK,
	CAN_DELETE_LINK
};

/* The handlers of routes.def and what they read; what each answers is said where it is
 * defined. */
#define ROUTE(...) ROUTE_DECLARE(__VA_ARGS__)
#include "storage/routes.def"
#undef ROUTE

/* The faces users and hooks, which have the same clients, check and answer in the same
 * way. */
enum err storage_enter(struct req *r);
void storage_refuse(struct req *r, enum err e);

/*
 * For a well signed token without a session: E_ACCOUNT_NOT_FOUND when its account is no
 * more, else E_TOKEN_EXPIRED.
 */
enum err storage_gone_or_expired(struct req *r);

/* The claims of the token that came, in a route that is not ANYONE's. */
const struct claims *storage_claims(const struct req *r);

/*
 * The presigned address of a file on the nearest usable server, with the history row of
 * its owner. E_FILE_NOT_FOUND: nothing has arrived yet. E_SERVER_NOT_FOUND: no usable
 * server holds it.
 */
enum err storage_download(struct req *r, struct file *file, const char **address);

/* Answers {"file": ..., "link": ...}. */
enum err storage_reply_link(
	struct req *r, const struct file *file, const char *address);

/*
 * Members that are not known are passed over (docs/openapi/storage.yaml), but not those
 * that their sender would believe to hold: with words, which say what there is instead,
 * any; without (NULL), those whose names promise a file a time, a password or a number
 * of downloads. E_INPUT with a field error for each. Null and false promise nothing.
 */
enum err storage_promise_check(
	struct req *r, const struct field *fields, const char *words);

#endif

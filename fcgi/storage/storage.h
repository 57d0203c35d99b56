#ifndef FCGI_STORAGE_H
#define FCGI_STORAGE_H

#include "face.h"

/*
 * The API of the file store and its accounts: docs/openapi/storage.yaml. Checks in the
 * order token, permission, input. Errors are {"error": "<code>"}, input errors have
 * "detail" too. All paths end in a slash; without it 307.
 */
extern const struct face storage_face; /* /storage/api/v1 */
extern const struct face hooks_face;   /* /storage/hooks */
extern const struct face
	users_face; /* /users/api/v1, and /auth/api/v1 from the same table */

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

/* The claims of the token that came, in a route that is not ANYONE's. */
const struct claims *storage_claims(const struct req *r);

#endif

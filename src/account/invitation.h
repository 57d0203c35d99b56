#ifndef INVITATION_H
#define INVITATION_H

#include "base/ctx.h"

/*
 * Invitations of staff: docs/programme.md. Each call that changes one is the
 * caller's transaction and queues what has to be mailed in it. `out` gets the
 * invitation as JSON.
 */
struct invitation {
	const char *name, *surname, *email;
	/* Which page the mail leads to: the one whose API was asked. */
	enum invitation_page { PAGE_OF_PROGRAMME, PAGE_OF_CONSOLE } page;
};

/* E_EMAIL_TAKEN when the e-mail is a member of staff already or, at the console, of any
 * account that has confirmed it: it is to be given the role. E_INVITE_NOT_FOUND. */
enum err invitation_add(struct ctx *c, const struct invitation *in, const char **out);

/* Those whose e-mail is not staff, by e-mail. */
enum err invitation_list(struct ctx *c, const char **out);

/* Closes an open one. E_INVITE_NOT_FOUND, E_INVITE_CLOSED. */
enum err invitation_close(struct ctx *c, const char *id, const char **out);

/* Opens an expired one again, same token. E_INVITE_NOT_FOUND, E_INVITE_OPEN,
 * E_INVITE_USED.
 */
enum err invitation_open(struct ctx *c, const char *id, const char **out);

/* Mails it again, to the console's page, open or not; its time begins anew.
 * E_INVITE_NOT_FOUND, E_INVITE_USED. */
enum err invitation_resend(struct ctx *c, const char *id, const char **out);

/* The one of a token, if it is open. E_CODE_INVALID. */
enum err invitation_show(struct ctx *c, const char *token, const char **out);

/*
 * Uses it: makes the account (role expert), takes the address from an account that had
 * only claimed it (addresses of the open registration are not verified), and closes
 * every invitation of that e-mail. E_CODE_INVALID, E_EMAIL_TAKEN. *out is the account
 * as JSON.
 */
enum err invitation_use(struct ctx *c, const char *token, const char *name,
	const char *surname, const char *password, const char **out);

#endif

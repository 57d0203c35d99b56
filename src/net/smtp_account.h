#ifndef SMTP_ACCOUNT_H
#define SMTP_ACCOUNT_H

#include <stdbool.h>

#include "base/ctx.h"

/* Where mails are handed over, and as whom. */
struct smtp_account {
	const char *host;
	int64_t port;
	bool tls, starttls;   /* from the first byte; raised */
	const char *user;     /* NULL: no sign-in */
	const char *password; /* NULL: by the bearer token (SASL XOAUTH2) */
	const char *bearer;
};

/* Is there a server at all? Else mails are files of mail.directory. */
bool smtp_account_any(void);

/*
 * The account of mail.provider. AMAZON: Amazon SES of s3.region, signed in by s3.user
 * and a password derived from s3.password. GOOGLE: smtp.gmail.com, signed in by an
 * access token that mail.google_refresh_token is exchanged for and that is kept for as
 * long as it lives. What mail.server and its fellows say counts before both.
 * E_PEER: Google gives no token.
 */
enum err smtp_account(struct ctx *c, struct smtp_account *out);

/*
 * The SMTP password of an AWS secret key in a region, in base64 (Amazon SES developer
 * guide, "Obtaining Amazon SES SMTP credentials").
 */
const char *smtp_ses_password(struct arena *a, const char *secret, const char *region);

#endif

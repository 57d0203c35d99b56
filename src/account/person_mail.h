#ifndef PERSON_MAIL_H
#define PERSON_MAIL_H

#include "account/account.h"
#include "account/email_token.h"
#include "job/job.h"

/*
 * Mails to people about their address, password, picture and reports. Each call adds a
 * job in the caller's transaction; what is secret in it is sealed. language is "ru",
 * "en", "ko" or NULL, for site.language.
 */

/* May one more mail go to this address because of a request from there? One a minute
 * and five an hour an address, people.mails_per_hour a caller. Counts it. */
bool person_mail_allowed(struct ctx *c, const char *address);

/* The link (and code) of a token that has just been made: its purpose says which text.
 */
enum err person_mail_token(
	struct ctx *c, const struct email_token *t, const char *language);

/* Makes a token for this purpose and address, good for so many seconds, and mails it.
 */
enum err person_mail_link(struct ctx *c, int64_t account_id, const char *purpose,
	const char *to, int64_t seconds, const char *language);

/* The same: the link to a new password, to the account's address. */
enum err person_mail_reset(
	struct ctx *c, const struct account *a, const char *language);

/* Somebody tried to register with, or to change to, the address of this account. */
enum err person_mail_exists(
	struct ctx *c, const struct account *a, const char *language);

/* Staff removed the picture of this account, and why. */
enum err person_mail_picture(
	struct ctx *c, const char *uuid, const char *why, const char *language);

/* Staff has looked at what this account reported: did they do something about it? */
enum err person_mail_report(
	struct ctx *c, const char *uuid, bool acted, const char *language);

/* Sends what one of these has queued (a subject of mail.send). *known: it is one of
 * them. A refusal of the mail server that is for good is noted at the account. */
enum err person_mail_send(struct ctx *c, const char *subject, bool *known);

#endif

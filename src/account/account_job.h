#ifndef ACCOUNT_JOB_H
#define ACCOUNT_JOB_H

#include "account/account.h"
#include "job/job.h"

/*
 * mail.send: "invitation <id>" mails the address of an invitation, if it is still open;
 * "password <account uuid> <sealed>" mails a new password; "test <sealed>" tries
 * whether mails arrive; the others are those of account/person_mail.h. Templates:
 * conf/mail.
 */
enum err mail_send_job(struct ctx *c, const struct job *job);

/* mail.ask: "forgot" or "resend", language, sealed address. If somebody has the
 * address, queues what was asked for (account/registration.h). */
enum err mail_ask_job(struct ctx *c, const struct job *job);

/* account.sweep: removes accounts whose address nobody has confirmed in time, tokens
 * that have expired, and changes of an address that nobody answered. */
enum err account_sweep_job(struct ctx *c, const struct job *job);
enum err account_sweep(struct ctx *c);

/* session.sweep: removes sessions that ended a day ago or earlier, and old lockouts. */
enum err session_sweep_job(struct ctx *c, const struct job *job);

/* Queues the mail with a new password, which stands in the job sealed with the server's
 * key. */
enum err mail_password(struct ctx *c, const struct account *a, const char *password);

/* Queues a mail of these words, for whoever wants to see whether mails arrive. */
enum err mail_test(struct ctx *c, const char *to, const char *title, const char *body);

#endif

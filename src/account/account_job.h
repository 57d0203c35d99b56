#ifndef ACCOUNT_JOB_H
#define ACCOUNT_JOB_H

#include "account/account.h"
#include "job/job.h"

/*
 * mail.send: "invitation <id>" mails the address of an invitation, if it is still open;
 * "password <account uuid> <sealed>" mails a new password. Templates: conf/mail.
 */
enum err mail_send_job(struct ctx *c, const struct job *job);

/* session.sweep: removes sessions that ended a day ago or earlier, and old lockouts. */
enum err session_sweep_job(struct ctx *c, const struct job *job);

/* Queues the mail with a new password, which stands in the job sealed with the server's
 * key. */
enum err mail_password(struct ctx *c, const struct account *a, const char *password);

#endif

#ifndef CARDS_PUBLISH_H
#define CARDS_PUBLISH_H

#include "base/ctx.h"

/*
 * Cards in Dropbox, where that is set up: the JPEG of each under a path of its own,
 * with a link that anybody may open. It goes when the card is withdrawn and when its
 * member hides the picture. Certificates are not put there.
 */

/* What is in Dropbox is to follow what cards are like, by a job. The caller's
 * transaction. */
enum err publish_order(struct ctx *c);

struct published {
	int64_t done, refused;
	int64_t pause;   /* seconds until which Dropbox wants nothing; 0: it does not */
	const char *why; /* the last refusal, or who wants the pause; NULL: none */
};

struct job;

/*
 * Does it now, card by card; job: whose lease is to be kept, or NULL. What Dropbox
 * refuses is asked for again an hour later, and so is a card that fails where the next
 * one does not. E_PEER, E_SERVER_DOWN: the last one fails, or five in a row; E_FENCED;
 * E_INPUT: it refuses all.
 */
enum err publish_all(struct ctx *c, const struct job *job, struct published *out);

/* card.publish */
enum err cards_publish_job(struct ctx *c, const struct job *job);

#endif

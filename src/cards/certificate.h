#ifndef CARDS_CERTIFICATE_H
#define CARDS_CERTIFICATE_H

#include "base/ctx.h"

/*
 * What children get at the end of a shift: a card of the role "certificate" with their
 * name, the shift's title, days done and points, drawn as all cards are and then sent
 * by the bot (cards.certificates).
 */
#define CERTIFICATE_ROLE "certificate"

/* A shift is finished: its members get theirs, by a job. Nothing where it is switched
 * off. The caller's transaction. */
enum err certificate_order(struct ctx *c, const char *shift_id);

/* Whoever is erased has none any more. The caller's transaction. */
enum err certificate_erase(struct ctx *c, const char *participant_id);

struct job;

/* card.certificates; subject: the shift's id. Who has one already gets no other. */
enum err cards_certificates_job(struct ctx *c, const struct job *job);

#endif

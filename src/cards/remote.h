#ifndef CARDS_REMOTE_H
#define CARDS_REMOTE_H

#include <stdbool.h>

#include "base/ctx.h"

/*
 * Artefacts (cards/artefact.h) that come from elsewhere: a zip archive at
 * cards.storage_url, else the folder /card in Dropbox. They are brought into the folder
 * cards.artifacts of this host, where only what differs is written, and what is there
 * no more is removed if it had come from there.
 */
bool remote_is_on(void);

/* Does it, if that was not tried within a minute on this host (now: even then) and
 * nobody else does. Where it cannot be done, the log says why and all stays as it is:
 * E_LIMIT, E_INPUT and E_PEER are none of the caller's. A copy that is fenced does
 * nothing. For jobs: takes seconds. */
enum err remote_fetch(struct ctx *c, bool now);

#endif

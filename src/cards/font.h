#ifndef CARDS_FONT_H
#define CARDS_FONT_H

#include "base/ctx.h"

/*
 * The fonts that cards are set in: the community's own in card/font of the artefacts,
 * for what is not there those of the distribution.
 */

/* The fonts as image_card() wants them, and a digest of them all. The file stays ours;
 * it is good until the next call. E_NO_FONT with its name. */
enum err font_case(struct ctx *c, int *file, const char **digest);

/* A digest of one's own fonts alone: an upgrade of the distribution's draws no card
 * again. */
const char *font_digest(struct ctx *c);

/* Lets go of what is held in memory. */
void font_forget(void);

#endif

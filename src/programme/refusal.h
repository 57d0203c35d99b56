#ifndef PROGRAMME_REFUSAL_H
#define PROGRAMME_REFUSAL_H

#include "base/ctx.h"

/* Why a photo was refused, and what to do as long as its task is open. */
struct refusal {
	const char *why, *hint;
};

struct refusal refusal_used(void);       /* it is a photo of another report */
struct refusal refusal_large(void);      /* of bytes or pixels */
struct refusal refusal_unreadable(void); /* damaged, or no picture */
struct refusal refusal_not_given(void);  /* by Telegram, for ever */

/* What the sender is told. open: another photo may still be sent for the task. */
const char *refusal_words(struct ctx *c, struct refusal r, bool open);

#endif

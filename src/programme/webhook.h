#ifndef PROGRAMME_WEBHOOK_H
#define PROGRAMME_WEBHOOK_H

#include "base/ctx.h"

/*
 * What Telegram sends along with each update, so that nobody else can: the setting
 * bot.webhook_secret, or, if that is empty, a word derived from token.secret that does
 * not give it away.
 */
const char *webhook_secret(struct ctx *c);

#endif

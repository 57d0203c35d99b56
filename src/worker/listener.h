#ifndef WORKER_LISTENER_H
#define WORKER_LISTENER_H

/*
 * The process that listens to Telegram, until SIGTERM. One of all hosts is elected: it
 * says at Telegram how updates come (setWebhook or deleteWebhook, by
 * bot.webhook_mode), asks now and then whether the bot is well (getMe, for the health
 * page), and, without a webhook, polls for updates. What it has taken is in the
 * database before it asks for more; killed at any moment, the next one goes on there,
 * and an update that comes twice counts once.
 *
 * Without a token it takes updates from files, bot.directory/inbox/NAME.json, in the
 * order of their names.
 *
 * Returns the exit status.
 */
int listener_run(void);

#endif

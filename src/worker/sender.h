#ifndef WORKER_SENDER_H
#define WORKER_SENDER_H

/*
 * The process that sends what stands in the outbox to Telegram. Every samovar-worker
 * has one; an advisory lock elects one of all, so that limits are kept and the order
 * within a chat holds. It sends at most bot.rate messages a second, evenly spaced,
 * several at a time under way. Without bot.token messages are written to files of
 * bot.directory instead. Returns the exit status.
 */
int sender_run(void);

#endif

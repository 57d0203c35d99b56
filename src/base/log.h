#ifndef LOG_H
#define LOG_H

/*
 * One line an event on standard error, with journald's level in front ("<6>"), the
 * program's name and, inside a unit of work, the request id. Control characters are
 * made visible, so that no input can forge a line. Never give it a secret, a token, or
 * a person's data.
 */
void log_open(const char *program, const char *level);

/* The id that the following lines carry; NULL for none. Kept by pointer. */
void log_request(const char *id);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * At the level of log_info(), a line that is one JSON object: program, process and
 * request, then format, which is the rest of the object: "\"a\":1}".
 */
void log_object(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * From now on lines of the level info and below are gathered, for a program that writes
 * one for each request: they go out by log_flush(), which it calls once a second,
 * before a line of a higher level, when 16 KB have come, and at the end of the program,
 * also when it crashes. Only SIGKILL loses them.
 */
void log_gather(void);

/* Writes what is gathered. A process that forks calls it first, so that nothing is
 * written twice. */
void log_flush(void);

#endif

#ifndef PROGRAM_H
#define PROGRAM_H

#include <signal.h>
#include <stdbool.h>

#include "base/utc.h"

/*
 * What the four programs share: options, settings, signals, words to systemd.
 *
 * program_start() reads --conf FILE, --env FILE, --version and --help, loads the
 * settings, opens log and clock and starts the libraries; it ends the process (status 2
 * or 1) if that fails. Without
 * --conf it reads /etc/samovar/samovar.conf if there is one. Returns the index of the
 * first argument that is none of these.
 */
int program_start(const char *name, int argc, char **argv);

/* When program_start() was called, by the real clock; children have their parent's. */
struct utc program_started(void);

/* Catches SIGTERM, SIGINT, SIGHUP and SIGCHLD; they are delivered only inside
 * program_wait(). */
void program_signals(void);

/* In a child: signals as before program_signals(). */
void program_child_signals(void);

/* Waits for a signal, at most so long. */
void program_wait(int milliseconds);

/* The signal mask for ppoll(2) while waiting; NULL before program_signals(). */
const sigset_t *program_wait_mask(void);

bool program_stopping(void);

/* True once after each SIGHUP, and while the console's settings are others than those
 * that were read. */
bool program_reload_wanted(void);

/* sd_notify(3), nothing without systemd. */
void program_notify(const char *state);

#endif

#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * When a process of this host began, in clock ticks since the host did (proc(5), stat):
 * with its pid a name that no later process has. 0 for one that is not there, or that
 * has ended and is only waiting for its parent to ask: where there is no init, nobody
 * ever does, and kill(pid, 0) goes on succeeding.
 */
uint64_t process_began(pid_t pid);

#define PROCESS_NAME 320

/* This one's name among all hosts': host:pid:when it began. */
void process_name(char out[PROCESS_NAME]);

/* Has a process ended? began 0: it is not known, any process of the pid counts. */
bool process_is_dead(pid_t pid, uint64_t began);

#endif

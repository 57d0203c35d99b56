#ifndef PROBER_H
#define PROBER_H

/*
 * A process that asks every server that is on whether it is alive, every
 * storage.probe_interval seconds, until SIGTERM; one of all hosts is elected to do so.
 * A server that does not answer twice in a row is left out of links; when it is back,
 * what it missed is ordered. Returns the exit status.
 */
int prober_run(void);

#endif

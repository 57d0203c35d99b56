#ifndef SCRUBBER_H
#define SCRUBBER_H

/*
 * A process that reads all that the embedded store keeps, slowly and for ever, until
 * SIGTERM; for each city one is elected, of those that have its folder. What somebody
 * has doubts about comes first, and every few seconds it looks whether damaged files
 * are right again. Returns the exit status.
 */
int scrubber_run(void);

#endif

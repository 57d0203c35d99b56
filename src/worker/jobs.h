#ifndef WORKER_JOBS_H
#define WORKER_JOBS_H

/*
 * A process that takes jobs off the queue and does them, until SIGTERM: then it
 * finishes the one it has begun and gives the others back. slot 0 never takes bulk jobs
 * if there are other processes, so that a mail need not wait for a copy of gigabytes.
 * Returns the exit status.
 */
int jobs_run(int slot);

#endif

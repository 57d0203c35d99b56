#ifndef STORE_JOB_H
#define STORE_JOB_H

#include "job/job.h"

/* store.unlink: removes the bytes of an object that is gone; subject is their path. */
enum err store_unlink_job(struct ctx *c, const struct job *job);

/*
 * store.sweep: removes files that no object names and bodies that nginx has left
 * behind, once they are an hour old (or as many seconds as subject says), and events of
 * more than 30 days.
 */
enum err store_sweep_job(struct ctx *c, const struct job *job);

/* store.scan: scrub_look() at the city that subject names; without one, orders that for
 * every city. */
enum err store_scan_job(struct ctx *c, const struct job *job);

#endif

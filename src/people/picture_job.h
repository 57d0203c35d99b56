#ifndef PEOPLE_PICTURE_JOB_H
#define PEOPLE_PICTURE_JOB_H

#include "job/job.h"

/*
 * picture.make: makes the files of a picture (subject: its id) and shows it in the
 * place of the one before. May be killed at any moment: what it has put to a server
 * without being able to say so is put there again, or removed.
 */
enum err picture_make_job(struct ctx *c, const struct job *job);

/* picture.remove: removes the objects of a picture that is over, those too that nobody
 * has noted. Subject: its id. */
enum err picture_remove_job(struct ctx *c, const struct job *job);

/* picture.rebuild: makes the files of a picture that is shown again, as another
 * picture, since a file never changes under its address. Subject: its id. */
enum err picture_rebuild_job(struct ctx *c, const struct job *job);

/* picture.sweep: gives up pictures whose job has died, orders removals again, forgets
 * old rows. */
enum err picture_sweep_job(struct ctx *c, const struct job *job);

#endif

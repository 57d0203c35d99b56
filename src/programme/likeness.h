#ifndef PROGRAMME_LIKENESS_H
#define PROGRAMME_LIKENESS_H

#include "job/job.h"

/*
 * Photos that were sent before, by the same child or another: turned, scaled, written
 * anew, with the edges cut off, a little darker. They are accepted, and marked for the
 * reviewer.
 *
 * photo.compare, subject a programme.report_photo: makes the photo's thumbnail, notes
 * how it looks, and looks for what it resembles among all photos that were ever
 * submitted. In two steps: keys (src/image/fingerprint.h) find a few dozen candidates
 * among any number of photos, then each is laid over the new one. The later of two that
 * resemble each other is marked, whichever is looked at first. May be repeated.
 */
enum err photo_compare_job(struct ctx *c, const struct job *job);

#endif

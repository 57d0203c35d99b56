#ifndef PROGRAMME_LIKENESS_H
#define PROGRAMME_LIKENESS_H

#include "job/job.h"

/* photo.compare: looks for photos that resemble a new one; subject: the id of its row
 * in programme.report_photo. */
enum err photo_compare_job(struct ctx *c, const struct job *job);

#endif

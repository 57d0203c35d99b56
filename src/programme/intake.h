#ifndef PROGRAMME_INTAKE_H
#define PROGRAMME_INTAKE_H

#include "job/job.h"
#include "programme/update.h"

/*
 * The way of a photo into its report. on_photo() notes it (table photo_intake), this
 * job fetches it from Telegram, and only when it is safely stored does the report
 * change, once. Until then the report waits: the morning does not close it.
 *
 * Several photos may be on their way to one report. They are fetched in the order in
 * which they came, the next one when the one before it was refused or Telegram did not
 * give it, and the first that can be had counts. A refusal is told when no other is
 * left.
 *
 * photo.fetch; subject: the id of the photo_intake. Exact duplicates of any photo ever
 * stored are refused. E_BUSY while Telegram does not give it; after the last try the
 * sender is told.
 */
enum err photo_fetch_job(struct ctx *c, const struct job *job);

/* Was something (photos: a photo) of the same album heard before? One answer an album,
 * and its first good photo is the report. */
enum err intake_is_later(
	struct ctx *c, const struct update *u, bool photos, bool *later);

#endif

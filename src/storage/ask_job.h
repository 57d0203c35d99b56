#ifndef ASK_JOB_H
#define ASK_JOB_H

#include <stdbool.h>

#include "job/job.h"
#include "storage/copy.h"
#include "storage/server.h"

/* Servers are asked what they have, and their answers taken as if they had told it. */

/*
 * upload.poll: asks the server itself whether an announced upload has come, in case its
 * event is lost or it sends none; again and again, ever more seldom, while the link
 * lives. Subject: a slot of uploads (upload_slot_of), or a version of it that was not
 * there at the first look.
 */
enum err upload_poll_job(struct ctx *c, const struct job *job);

/*
 * copy.check: asks a server whether it has an object, and takes its answer for the
 * truth. Subject: server/key; a key that is none of ours is left alone.
 */
enum err copy_check_job(struct ctx *c, const struct job *job);

/*
 * What a server gave were not the bytes that it should have: it is asked (copy.check)
 * and, if it is a city of the embedded store, its file is read.
 */
enum err copy_doubt(struct ctx *c, const char *server_id, const char *key);

/* Asks about one object, as copy.check does. *held: it is there, as it should be. */
enum err copy_ask(struct ctx *c, const struct server *s, const char *key, bool *held);

/* copy_news() in a transaction of its own. */
enum err copy_tell(struct ctx *c, const struct object_event *news);

#endif

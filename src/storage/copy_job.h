#ifndef COPY_JOB_H
#define COPY_JOB_H

#include "job/job.h"

/*
 * upload.look: asks the server itself whether an announced upload has come, in case its
 * event is lost or it sends none; again and again, ever more seldom, while the link
 * lives. Subject: the version.
 */
enum err upload_look_job(struct ctx *c, const struct job *job);

/*
 * copy.check: asks a server whether it has an object, and takes its answer for the
 * truth. Subject: server/key; a key that is none of ours is left alone.
 */
enum err copy_check_job(struct ctx *c, const struct job *job);

/*
 * copy.make: streams a version to a server, from the server nearest to that which is
 * alive; in parts, which are resumed, above storage.part_bytes. Subject:
 * version/server.
 */
enum err copy_make_job(struct ctx *c, const struct job *job);

/* copy.remove: removes a doomed object; subject: version/server. Waits while the server
 * is off or down, and for another copy if it is the last of a live file. */
enum err copy_remove_job(struct ctx *c, const struct job *job);

/*
 * What a server gave were not the bytes that it should have: it is asked (copy.check)
 * and, if it is a city of the embedded store, its file is read.
 */
enum err copy_doubt(struct ctx *c, const char *server_id, const char *key);

/* Asks about one object, as copy.check does. *held: it is there, as it should be. */
struct server;
enum err copy_ask(struct ctx *c, const struct server *s, const char *key, bool *held);

#endif

#ifndef EVENT_H
#define EVENT_H

#include <stddef.h>

#include "base/ctx.h"

/*
 * What S3 servers and publishers of the older system tell, in JSON, by a broker or by a
 * webhook. Nothing of it is believed: each message only says where to look, and a job
 * (copy.check) asks the server itself. So doubled, late and reordered messages end in
 * the same state.
 */

/*
 * A notification as MinIO, AWS and Ceph send it. server: the name of who sends it; NULL
 * when that is not known, then every server is asked. E_INPUT, with the reason, for
 * what nobody will ever understand; E_BUSY to try again.
 */
enum err event_notification(
	struct ctx *c, const char *server, const char *text, size_t n);

/*
 * The same with a broker's routing key: S3.<server>.EVENT is a notification, <app
 * name>.FILE.ORDERED_TO_DOWNLOAD, ..._COPY and ..._REMOVE are orders. E_INPUT.
 */
enum err event_message(
	struct ctx *c, const char *routing_key, const char *text, size_t n);

/* Keeps a message that could not be understood. source: "amqp" or "hook". */
enum err event_park(struct ctx *c, const char *source, const char *routing_key,
	const char *text, size_t n, const char *reason);

/* Forgets parked messages from before a moment. */
enum err event_sweep(struct ctx *c, struct utc before);

#endif

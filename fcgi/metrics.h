#ifndef METRICS_H
#define METRICS_H

#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

/*
 * What all workers count together, in memory that they share: per route the answers by
 * class of status and their times, per worker its state. Written without locks, read by
 * /metrics.
 */

/* What is counted apart: a route of a face, by their names. route NULL: never counted,
 * its handler is an earlier one's. */
struct metrics_series {
	const char *face, *route;
};

/* Makes the shared memory; before the first fork. The series must live as long as the
 * process. */
void metrics_open(int workers, const struct metrics_series *series, size_t count);

/* What a worker says of itself; slot is its number, from 0. */
void metrics_worker(int slot, pid_t pid, int64_t memory_bytes, uint64_t requests);
void metrics_worker_gone(int slot);
void metrics_restart(void);

/* Counts one answered request; series is an index. */
void metrics_request(size_t series, int status, int64_t microseconds);

/* The lines # HELP and # TYPE that stand before a metric. */
void metrics_head(
	struct buf *out, const char *name, const char *type, const char *help);

/* Everything in the text format of Prometheus,
 * https://prometheus.io/docs/instrumenting/exposition_formats/. */
void metrics_print(struct buf *out);

#endif

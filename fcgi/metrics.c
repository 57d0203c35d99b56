#include "metrics.h"

#include <stdatomic.h>

#include "base/prefork.h"

#include "config.h"

#define BUCKETS 8
#define CLASSES 6 /* 1xx .. 5xx, and 0 for none */

static const int64_t bucket_us[BUCKETS] = {
	1000, 2500, 5000, 10000, 50000, 250000, 1000000, 10000000};

struct route_metrics {
	atomic_uint_fast64_t answers[CLASSES], microseconds, buckets[BUCKETS];
};

struct worker_metrics {
	atomic_int pid;
	atomic_int_fast64_t memory;
	atomic_uint_fast64_t requests;
};

static struct {
	int workers;
	atomic_uint_fast64_t *restarts;
	struct worker_metrics *worker;
	struct route_metrics *route;
	const struct metrics_series *series;
	size_t series_count;
} metrics;

void
metrics_open(int workers, const struct metrics_series *series, size_t routes)
{
	size_t size = sizeof(*metrics.restarts) +
		      (size_t)workers * sizeof(*metrics.worker) +
		      routes * sizeof(*metrics.route);
	char *memory = prefork_memory(size);

	metrics.workers = workers;
	metrics.series = series;
	metrics.series_count = routes;
	metrics.restarts = (void *)memory;
	metrics.route = (void *)(memory + sizeof(*metrics.restarts));
	metrics.worker =
		(void *)((char *)metrics.route + routes * sizeof(*metrics.route));
}

void
metrics_worker(int slot, pid_t pid, int64_t memory_bytes, uint64_t requests)
{
	atomic_store(&metrics.worker[slot].pid, (int)pid);
	atomic_store(&metrics.worker[slot].memory, memory_bytes);
	atomic_store(&metrics.worker[slot].requests, requests);
}

void
metrics_worker_gone(int slot)
{
	atomic_store(&metrics.worker[slot].pid, 0);
	atomic_store(&metrics.worker[slot].memory, 0);
}

void
metrics_restart(void)
{
	atomic_fetch_add(metrics.restarts, 1);
}

void
metrics_request(size_t series, int status, int64_t microseconds)
{
	struct route_metrics *t = &metrics.route[series];
	int class = status / 100;

	atomic_fetch_add(&t->answers[class >= 0 && class < CLASSES ? class : 0], 1);
	atomic_fetch_add(&t->microseconds, (uint64_t)microseconds);
	for (int i = 0; i < BUCKETS; i++)
		if (microseconds <= bucket_us[i])
			atomic_fetch_add(&t->buckets[i], 1);
}

static const char *
labels_of(struct buf *out, size_t index)
{
	const struct metrics_series *s = &metrics.series[index];

	return arena_fmt(out->arena, "face=\"%s\",route=\"%s\"", s->face, s->route);
}

/* Counters begin at 0: what appears at 1 only has not grown, as Prometheus sees it. */
static void
print_answers(struct buf *out, size_t index)
{
	const char *labels = labels_of(out, index);

	for (int i = 0; i < CLASSES; i++) {
		uint64_t n = atomic_load(&metrics.route[index].answers[i]);

		if (n > 0 || i >= 2)
			buf_fmt(out, "samovar_requests_total{%s,class=\"%dxx\"} %llu\n",
				labels, i, (unsigned long long)n);
	}
}

static void
print_seconds(struct buf *out, size_t index)
{
	struct route_metrics *t = &metrics.route[index];
	const char *labels = labels_of(out, index);
	uint64_t count = 0;

	for (int i = 0; i < CLASSES; i++)
		count += atomic_load(&t->answers[i]);
	if (count == 0)
		return;
	for (int i = 0; i < BUCKETS; i++)
		buf_fmt(out, "samovar_request_seconds_bucket{%s,le=\"%g\"} %llu\n",
			labels, (double)bucket_us[i] / 1e6,
			(unsigned long long)atomic_load(&t->buckets[i]));
	buf_fmt(out, "samovar_request_seconds_bucket{%s,le=\"+Inf\"} %llu\n", labels,
		(unsigned long long)count);
	buf_fmt(out, "samovar_request_seconds_sum{%s} %.6f\n", labels,
		(double)atomic_load(&t->microseconds) / 1e6);
	buf_fmt(out, "samovar_request_seconds_count{%s} %llu\n", labels,
		(unsigned long long)count);
}

/* All lines of a metric stand together, as the text format wants it. */
static void
print_workers(struct buf *out)
{
	metrics_head(
		out, "samovar_worker_up", "gauge", "Is this worker process running?");
	for (int i = 0; i < metrics.workers; i++)
		buf_fmt(out, "samovar_worker_up{worker=\"%d\"} %d\n", i,
			atomic_load(&metrics.worker[i].pid) != 0);
	metrics_head(out, "samovar_worker_memory_bytes", "gauge",
		"Resident memory of this worker process.");
	for (int i = 0; i < metrics.workers; i++)
		buf_fmt(out, "samovar_worker_memory_bytes{worker=\"%d\"} %lld\n", i,
			(long long)atomic_load(&metrics.worker[i].memory));
	metrics_head(out, "samovar_worker_requests", "gauge",
		"Requests that this worker process has answered since it started.");
	for (int i = 0; i < metrics.workers; i++)
		buf_fmt(out, "samovar_worker_requests{worker=\"%d\"} %llu\n", i,
			(unsigned long long)atomic_load(&metrics.worker[i].requests));
}

void
metrics_head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_fmt(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void
metrics_print(struct buf *out)
{
	metrics_head(
		out, "samovar_build_info", "gauge", "1; its label is the version.");
	buf_add(out, "samovar_build_info{version=\"" PACKAGE_VERSION "\"} 1\n");
	metrics_head(out, "samovar_worker_restarts_total", "counter",
		"Worker processes that were started again after they had ended.");
	buf_fmt(out, "samovar_worker_restarts_total %llu\n",
		(unsigned long long)atomic_load(metrics.restarts));
	print_workers(out);
	metrics_head(out, "samovar_requests_total", "counter",
		"Answered requests by route and class of status.");
	for (size_t i = 0; i < metrics.series_count; i++)
		if (metrics.series[i].route != NULL)
			print_answers(out, i);
	metrics_head(out, "samovar_request_seconds", "histogram",
		"Time to the answer by route; routes that were asked.");
	for (size_t i = 0; i < metrics.series_count; i++)
		if (metrics.series[i].route != NULL)
			print_seconds(out, i);
}

/* The screen "Health". */
#include <string.h>
#include <sys/statvfs.h>

#include "base/conf.h"
#include "cache/cache.h"
#include "console/console.h"
#include "db/db.h"
#include "db/schema_change.h"
#include "health/health.h"
#include "reply.h"

#include "config.h"
#include "console/health.sql.h"

static void
add_findings(struct ctx *c, struct buf *out)
{
	struct health_finding *found;
	size_t count;

	health_ask(c, &found, &count);
	buf_add(out, "\"findings\":[");
	for (size_t i = 0; i < count; i++) {
		buf_fmt(out, "%s{\"name\":\"%s\",\"well\":", i == 0 ? "" : ",",
			found[i].name);
		buf_json(out, found[i].well);
		buf_add(out, ",\"wrong\":");
		if (found[i].wrong == NULL)
			buf_add(out, "null");
		else
			buf_json(out, found[i].wrong);
		buf_add(out, ",\"advice\":");
		buf_json(out, found[i].advice);
		buf_add(out, "}");
	}
	buf_add(out, "]");
}

/* The folders of this host that fill up. */
struct place {
	const char *what, *path;
};

/* *count of them. */
static const struct place *
places(struct ctx *c, size_t *count)
{
	const struct place all[] = {{"objects", conf.store_directory},
		{"photos", conf.programme_photo_directory},
		{"static", conf.fcgi_static_directory}};
	struct place *list = arena_new(&c->arena, sizeof(all));

	memcpy(list, all, sizeof(all));
	*count = sizeof(all) / sizeof(*all);
	return list;
}

/* One of which nothing is known is left out. */
static void
add_disks(struct ctx *c, struct buf *out)
{
	size_t count;
	const struct place *list = places(c, &count);
	bool first = true;

	buf_add(out, ",\"disks\":[");
	for (size_t i = 0; i < count; i++) {
		struct statvfs disk;

		if (statvfs(list[i].path, &disk) != 0)
			continue;
		buf_fmt(out, "%s{\"what\":\"%s\",\"free\":%lld,\"total\":%lld}",
			first ? "" : ",", list[i].what,
			(long long)disk.f_bavail * (long long)disk.f_frsize,
			(long long)disk.f_blocks * (long long)disk.f_frsize);
		first = false;
	}
	buf_add(out, "]");
}

int64_t
console_fullest_disk(struct ctx *c)
{
	size_t count;
	const struct place *list = places(c, &count);
	int64_t most = 0;

	for (size_t i = 0; i < count; i++) {
		struct statvfs disk;

		if (statvfs(list[i].path, &disk) != 0 || disk.f_blocks == 0)
			continue;
		/* As it is for who is not root. */
		int64_t used = (int64_t)(100 - 100 * disk.f_bavail / disk.f_blocks);
		most = used > most ? used : most;
	}
	return most;
}

/* GET /health: 200 {"findings", "disks", "redis", "version", "schema", "database",
 * "programs", "servers", "peers"}. */
enum err
console_get_health(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct buf out = {.arena = &c->arena};
	const char *json = NULL;

	buf_add(&out, "{");
	add_findings(c, &out);
	add_disks(c, &out);
	buf_fmt(&out, ",\"redis\":%s,\"version\":\"%s\",\"schema\":\"%s\"",
		cache_up(c->cache) ? "true" : "false", PACKAGE_VERSION, SCHEMA_CHANGE);
	TRY(db_json(c, &CONSOLE_HEALTH, &json, ARGS(c)));
	buf_fmt(&out, ",%s}", json);
	return console_reply(r, buf_text(&out));
}

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/account.h"
#include "base/conf.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "db/db.h"
#include "s3/client.h"
#include "storage/copy.h"
#include "storage/file.h"
#include "storage/server.h"

#include "cli/import.sql.h"

#define IMPORT_MOST (INT64_C(5) * 1024 * 1024 * 1024)
#define DEEPEST 30

/* An import: what was found, and what became of it. */
struct import {
	struct call *call;
	struct progress bar;
	int64_t owner, bytes, done, files, skipped, refused;
	bool counting;
};

/* Bytes first, then the word that they have come: as an upload of its owner's would. */
static enum err
import_file(struct ctx *c, struct import *in, const char *path, const char *name,
	const struct stat *st)
{
	const struct file wish = {.name = name, .size = st->st_size};
	struct s3_digests d;
	struct server server;
	struct file file;
	int64_t known;

	TRY(db_int(c, &IMPORT_KNOWN, &known,
		ARGS(c, in->owner, name, (int64_t)st->st_size)));
	if (known > 0) {
		in->skipped++;
		return OK;
	}
	if (st->st_size > IMPORT_MOST)
		return fail(c, E_TOO_LARGE, "larger than 5 GiB");
	c->actor = in->owner;
	TRY(file_announce(
		c, &wish, (struct geo_point){0}, conf.s3_put_lifetime, &server, &file));
	const struct s3_object o = {server_site(c, &server), file.key};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return fail(c, E_INPUT, "cannot be read");
	enum err e = s3_put_file(c, &o, fd, st->st_size, &d);
	close(fd);
	TRY(e);
	const struct object_event news = {.server = server.name,
		.key = file.key,
		.created = true,
		.size = d.size,
		.etag = d.etag == NULL ? d.md5 : d.etag};
	TRY(db_begin(c));
	return db_end(c, copy_news(c, &news));
}

/* As the API has it: docs/storage.md. */
static bool
name_fits(const char *name)
{
	int64_t count = utf8_count(name);

	return count >= 1 && count <= 255 && utf8_plain(name);
}

static enum err
import_one(struct import *in, const char *path, const char *name, const struct stat *st)
{
	struct ctx c;

	if (!name_fits(name)) {
		in->refused += in->counting;
		return OK;
	}
	if (in->counting) {
		in->bar.total += st->st_size + 1;
		return OK;
	}
	ctx_start(&c, in->call->ctx.db, in->call->ctx.cache);
	enum err e = import_file(&c, in, path, name, st);
	if (e != OK)
		fail(&in->call->ctx, e, "%s: %s", path,
			c.why == NULL ? err_sentence(e) : c.why);
	ctx_end(&c);
	in->files++;
	in->bytes += st->st_size;
	in->done += st->st_size + 1;
	progress_show(&in->bar, in->done);
	return e;
}

/* All regular files below; links are not followed. */
static enum err
import_folder(struct import *in, const char *path, const char *below, int depth)
{
	struct ctx *c = &in->call->ctx;
	struct dirent **entries;
	enum err e = OK;
	int n = depth > DEEPEST ? -1 : scandir(path, &entries, NULL, alphasort);

	if (n < 0)
		return fail(c, E_INPUT, "%s: cannot be read as a folder", path);
	for (int i = 0; i < n; i++) {
		const char *entry = entries[i]->d_name;
		const char *full = arena_fmt(&c->arena, "%s/%s", path, entry);
		const char *name = arena_fmt(&c->arena, "%s%s", below, entry);
		struct stat st;

		if (e == OK && !str_eq(entry, ".") && !str_eq(entry, "..") &&
			lstat(full, &st) == 0) {
			if (S_ISREG(st.st_mode))
				e = import_one(in, full, name, &st);
			else if (S_ISDIR(st.st_mode))
				e = import_folder(in, full,
					arena_fmt(&c->arena, "%s/", name), depth + 1);
		}
		free(entries[i]);
	}
	free(entries);
	return e;
}

enum err
storage_import_cmd(struct call *call)
{
	const char *folder = call_arg(call, "folder");
	struct account owner;
	struct import in = {.call = call, .bar = {.what = "bytes"}, .counting = true};

	if (call_arg(call, "account") == NULL)
		return fail(&call->ctx, E_INPUT, "say whose: --account NAME");
	TRY(call_account(call, "account", &owner));
	in.owner = owner.id;
	TRY(import_folder(&in, folder, "", 0));
	in.counting = false;
	enum err e = import_folder(&in, folder, "", 0);
	progress_end(&in.bar);
	printf("%" PRId64 " files, %" PRId64 " bytes, %" PRId64 " were there already\n",
		in.files, in.bytes, in.skipped);
	if (e == OK && in.refused > 0)
		return fail(&call->ctx, E_INPUT,
			"%" PRId64 " files were left out: a name must be UTF-8 of 1 to "
			"255 characters without control characters",
			in.refused);
	return e;
}

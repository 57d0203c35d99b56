#include "cards/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/fence.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "cards/unpack.h"
#include "net/dropbox.h"
#include "net/http.h"

#define EACH_SECONDS 60
#define ARCHIVE_MOST ((size_t)256 << 20)
#define REDIRECTS 3
#define FROM_DROPBOX "dropbox"

/*
 * What is being brought here. The folder's file .source remembers what came, and from
 * where, so that only that is ever removed: {"from", "etag", "files": {path: true}}.
 */
struct fetch {
	struct ctx *c;
	const char *from; /* not the address itself: it may open the archive */
	struct json_object *before, *files; /* files: what is there now */
	const char *etag;
	int64_t written, removed;
};

bool
remote_is_on(void)
{
	return conf.cards_storage_url[0] != '\0' || dropbox_is_on();
}

/* -- the folder */

static const char *
within(struct ctx *c, const char *path)
{
	return arena_fmt(&c->arena, "%s/%s", conf.cards_artifacts, path);
}

static void
make_folders(struct ctx *c, const char *path)
{
	char *whole = arena_str(&c->arena, path);

	for (char *slash = strchr(whole + 1, '/'); slash != NULL;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(whole, 0755);
		*slash = '/';
	}
}

static enum err
take(struct ctx *c, void *whose, const char *path, const void *bytes, size_t size)
{
	struct fetch *f = whose;
	const char *to = within(c, path);
	size_t n = 0;
	const char *here = file_get(c, to, &n);

	json_object_object_add(f->files, path, json_object_new_boolean(true));
	if (here != NULL && n == size && memcmp(here, bytes, n) == 0)
		return OK;
	make_folders(c, to);
	f->written++;
	return file_put(c, to, bytes, size, 0644);
}

static void
remove_gone(struct fetch *f)
{
	struct json_object *before = json_member(f->before, "files", json_type_object);
	size_t most;

	if (before == NULL)
		return;
	json_object_object_foreach(before, path, there)
	{
		(void)there;
		if (!json_object_object_get_ex(f->files, path, NULL) &&
			artefact_path_valid(path, &most) &&
			unlink(within(f->c, path)) == 0)
			f->removed++;
	}
}

static enum err
remember(struct fetch *f)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "from", json_object_new_string(f->from));
	if (f->etag != NULL)
		json_object_object_add(json, "etag", json_object_new_string(f->etag));
	json_object_object_add(json, "files", json_object_get(f->files));
	const char *said = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
	const char *path = within(f->c, ".source");
	size_t n;
	const char *here = file_get(f->c, path, &n);
	enum err e = here != NULL && n == strlen(said) && memcmp(here, said, n) == 0
			     ? OK
			     : file_put(f->c, path, said, strlen(said), 0644);
	json_object_put(json);
	return e;
}

/* -- an archive */

struct download {
	FILE *file;
	size_t size;
};

static size_t
save(char *bytes, size_t size, size_t count, void *to)
{
	struct download *d = to;

	d->size += size * count;
	return d->size > ARCHIVE_MOST ? 0 : fwrite(bytes, size, count, d->file) * size;
}

static const char *
etag_of(struct ctx *c, CURL *h)
{
	struct curl_header *header = NULL;

	return curl_easy_header(h, "ETag", 0, CURLH_HEADER, -1, &header) == CURLHE_OK
		       ? arena_str(&c->arena, header->value)
		       : NULL;
}

static enum err
download(struct fetch *f, struct download *to, long *status)
{
	const struct http_limits limits = {.connect_seconds = 5,
		.seconds = 90,
		.idle_seconds = 20,
		.bytes = 65536};
	struct ctx *c = f->c;
	struct http_body *unused = arena_new(&c->arena, sizeof(*unused));
	CURL *h = http_handle(c, conf.cards_storage_url, &limits, unused);
	const char *etag = json_text(f->before, "etag");
	const char *line =
		etag == NULL ? NULL : arena_fmt(&c->arena, "If-None-Match: %s", etag);

	if (line != NULL)
		http_headers(c, h, &line, 1);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, save);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, to);
	curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(h, CURLOPT_MAXREDIRS, (long)REDIRECTS);
	curl_easy_setopt(h, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	TRY(fence_check(c));
	const char *why = http_run_or_stop(h, status);
	if (to->size > ARCHIVE_MOST)
		return fail(c, E_INPUT, "the archive has more than 256 MiB");
	if (why != NULL || (*status != 200 && *status != 304))
		return fail(c, E_PEER, "the archive: %s (%ld)",
			why == NULL ? "not to be had" : why, *status);
	f->etag = etag_of(c, h);
	return OK;
}

static enum err
fetch_archive(struct fetch *f, bool *same)
{
	struct download d = {.file = tmpfile()};
	long status = 0;

	if (d.file == NULL)
		return fail(f->c, E_BUSY, "no temporary file");
	enum err e = download(f, &d, &status);
	*same = e == OK && status == 304;
	if (e == OK && !*same && fflush(d.file) != 0)
		e = fail(f->c, E_BUSY, "no room for the archive");
	if (e == OK && !*same)
		e = unpack(f->c, fileno(d.file), take, f);
	fclose(d.file);
	return e;
}

/* -- Dropbox */

/* Only what differs is fetched: its hash tells. */
static enum err
take_entry(struct ctx *c, void *whose, const struct dropbox_entry *entry)
{
	struct fetch *f = whose;
	const char *path = entry->path + 1;
	size_t most, n = 0;
	const void *bytes = NULL;

	if (!artefact_path_valid(path, &most) || entry->size <= 0)
		return OK;
	if ((size_t)entry->size > most)
		return fail(c, E_INPUT, "%s in Dropbox is too large", path);
	const char *here = file_get(c, within(c, path), &n);
	if (here != NULL && n == (size_t)entry->size &&
		str_eq(dropbox_hash(c, here, n), entry->hash))
		return take(c, f, path, here, n);
	TRY(dropbox_get(c, entry->path, most, &bytes, &n));
	if (!str_eq(dropbox_hash(c, bytes, n), entry->hash))
		return fail(c, E_PEER, "%s in Dropbox was changed meanwhile", path);
	return take(c, f, path, bytes, n);
}

/* -- all of it */

static enum err
bring(struct fetch *f)
{
	bool same = false, found = true;

	if (str_eq(f->from, FROM_DROPBOX))
		TRY(dropbox_list(f->c, "/card", take_entry, f, &found));
	else
		TRY(fetch_archive(f, &same));
	if (same || !found)
		return OK;
	remove_gone(f);
	TRY(remember(f));
	if (f->written + f->removed > 0)
		log_info("cards: %lld artefacts have come from %s, %lld are gone",
			(long long)f->written,
			str_eq(f->from, FROM_DROPBOX) ? "Dropbox" : "the archive",
			(long long)f->removed);
	return OK;
}

/* What came from elsewhere than it comes from now is nothing to go by. */
static struct json_object *
read_source(struct ctx *c, const char *from)
{
	size_t n;
	const char *text = file_get(c, within(c, ".source"), &n);
	struct json_object *json = NULL;

	if (text == NULL)
		return NULL;
	if (json_read(c, text, n, &json) != OK) {
		ctx_clear_error(c);
		return NULL;
	}
	if (!str_eq(json_text(json, "from"), from))
		json_object_object_del(json, "etag");
	return json;
}

static void
drop_json(void *json)
{
	json_object_put(json);
}

static enum err
fetch(struct ctx *c)
{
	const char *url = conf.cards_storage_url;
	struct fetch f = {.c = c,
		.from = url[0] == '\0' ? FROM_DROPBOX
				       : sha256_hex(&c->arena, url, strlen(url)),
		.files = json_object_new_object()};

	arena_defer(&c->arena, drop_json, f.files);
	f.before = read_source(c, f.from);
	enum err e = bring(&f);
	if (e != E_LIMIT && e != E_INPUT && e != E_PEER)
		return e;
	log_warn("cards: artefacts stay as they are: %s",
		c->why == NULL ? err_sentence(e) : c->why);
	ctx_clear_error(c);
	return OK;
}

/* The lock of whoever does it; its time is that of the last try. -1: not now. */
static int
begin(struct ctx *c, bool now)
{
	const char *path = within(c, ".source.lock");
	struct stat st;

	make_folders(c, path);
	bool tried = !now && stat(path, &st) == 0 &&
		     time(NULL) - st.st_mtime < EACH_SECONDS &&
		     time(NULL) >= st.st_mtime;
	if (tried)
		return -1;
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		log_warn("cards: artefacts cannot be kept in %s (cards.artifacts): %s",
			conf.cards_artifacts, strerror(errno));
	else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		close(fd);
		fd = -1;
	} else
		futimens(fd, NULL);
	return fd;
}

enum err
remote_fetch(struct ctx *c, bool now)
{
	int lock;

	if (!remote_is_on() || fence_is_up() || (lock = begin(c, now)) < 0)
		return OK;
	enum err e = fetch(c);
	close(lock);
	return e;
}

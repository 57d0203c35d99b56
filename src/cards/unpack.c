#include "cards/unpack.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "base/str.h"

#define PIECE 65536
#define NAME_MOST 64

static const struct {
	const char *folder, *ending;
	size_t most;
} kinds[] = {{"card/background_image/", ".png", (size_t)32 << 20},
	{"card/layout/", ".json", 65536}, {"card/font/", ".ttf", (size_t)32 << 20}};

bool
artefact_path_valid(const char *path, size_t *most)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const char *name = path + strlen(kinds[i].folder);
		size_t end = strlen(kinds[i].ending), n;

		if (!str_starts(path, kinds[i].folder))
			continue;
		n = strlen(name);
		*most = kinds[i].most;
		return n > end && n <= NAME_MOST &&
		       strcmp(name + n - end, kinds[i].ending) == 0 &&
		       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == n - end;
	}
	return false;
}

/* The path of the tree that an entry is; NULL: it is none of ours. */
static const char *
tree_path(const char *name, size_t *most)
{
	if (str_starts(name, "artifacts/"))
		name += strlen("artifacts/");
	return artefact_path_valid(name, most) ? name : NULL;
}

/* -- judging */

/* "../x", "/x", "C:\x" and the like: no honest archive has them. */
static bool
leaves_tree(const char *name)
{
	if (name[0] == '/' || strpbrk(name, "\\:") != NULL)
		return true;
	for (const char *at = name; at != NULL; at = strchr(at, '/')) {
		at += *at == '/';
		if (str_starts(at, "../") || strcmp(at, "..") == 0)
			return true;
	}
	return false;
}

static bool
is_link(zip_t *z, zip_uint64_t i)
{
	zip_uint8_t system = 0;
	zip_uint32_t attributes = 0;

	if (zip_file_get_external_attributes(z, i, 0, &system, &attributes) != 0)
		return true;
	mode_t kind = attributes >> 16 & S_IFMT;
	return system == ZIP_OPSYS_UNIX && kind != 0 && kind != S_IFREG &&
	       kind != S_IFDIR;
}

/* Reads an entry to its end, into `to` unless it is NULL: NULL, or what is wrong. Its
 * checksum is looked at on the way. */
static const char *
read_entry(zip_t *z, zip_uint64_t i, zip_uint64_t size, char *to)
{
	zip_file_t *f = zip_fopen_index(z, i, 0);
	char piece[PIECE];
	zip_uint64_t done = 0;
	zip_int64_t n = 1;

	if (f == NULL)
		return "cannot be opened";
	while (n > 0 && done <= size) {
		n = zip_fread(f, piece, sizeof(piece));
		if (n <= 0)
			break;
		if (to != NULL && done + (zip_uint64_t)n <= size)
			memcpy(to + done, piece, (size_t)n);
		done += (zip_uint64_t)n;
	}
	zip_fclose(f);
	if (n < 0)
		return "is damaged";
	return done == size ? NULL : "is not as long as it says";
}

/* What is wrong with an entry, NULL: nothing. *total: bytes of all, so far. */
static const char *
fault_of(zip_t *z, zip_uint64_t i, size_t *total)
{
	zip_stat_t st;
	size_t most;

	if (zip_stat_index(z, i, ZIP_FL_ENC_RAW, &st) != 0 ||
		(st.valid & ZIP_STAT_NAME) == 0 || (st.valid & ZIP_STAT_SIZE) == 0)
		return "cannot be read";
	if (leaves_tree(st.name))
		return "leaves the tree";
	if (is_link(z, i))
		return "is no plain file";
	if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 &&
		st.encryption_method != ZIP_EM_NONE)
		return "has a password";
	if (st.size > UNPACK_BYTES - *total)
		return "makes it too large";
	*total += st.size;
	if (tree_path(st.name, &most) == NULL)
		return NULL;
	return st.size > most ? "is too large" : read_entry(z, i, st.size, NULL);
}

static enum err
judge(struct ctx *c, zip_t *z, zip_uint64_t count)
{
	size_t total = 0;

	if (count > UNPACK_ENTRIES)
		return fail(c, E_INPUT, "the archive has more than %d entries",
			UNPACK_ENTRIES);
	for (zip_uint64_t i = 0; i < count; i++) {
		const char *fault = fault_of(z, i, &total);

		if (fault != NULL)
			return fail(c, E_INPUT,
				"entry %llu of the archive %s; none is taken",
				(unsigned long long)i + 1, fault);
	}
	return OK;
}

/* -- taking */

/* In a unit of work of its own: a background may have 32 MiB. */
static enum err
take_entry(struct ctx *c, zip_t *z, zip_uint64_t i, unpack_take *take, void *whose)
{
	zip_stat_t st;
	size_t most;
	struct ctx own;
	enum err e;

	if (zip_stat_index(z, i, ZIP_FL_ENC_RAW, &st) != 0)
		return fail(c, E_INPUT, "the archive cannot be read");
	const char *path = tree_path(st.name, &most);
	if (path == NULL || st.size == 0)
		return OK;
	ctx_start(&own, c->db, c->cache);
	char *bytes = arena_new(&own.arena, st.size);
	const char *fault = read_entry(z, i, st.size, bytes);
	e = fault == NULL ? take(&own, whose, path, bytes, st.size)
			  : fail(&own, E_INPUT, "%s %s", path, fault);
	if (e != OK)
		fail(c, e, "%s", own.why == NULL ? err_sentence(e) : own.why);
	ctx_end(&own);
	return e;
}

enum err
unpack(struct ctx *c, int fd, unpack_take *take, void *whose)
{
	int why = 0, own = dup(fd);
	zip_t *z = own < 0 ? NULL : zip_fdopen(own, 0, &why);

	if (z == NULL) {
		if (own >= 0)
			close(own);
		return fail(c, E_INPUT, "not a zip archive");
	}
	zip_uint64_t count = (zip_uint64_t)zip_get_num_entries(z, 0);
	enum err e = judge(c, z, count);
	for (zip_uint64_t i = 0; e == OK && i < count; i++)
		e = take_entry(c, z, i, take, whose);
	zip_discard(z);
	return e;
}

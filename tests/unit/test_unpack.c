/* Artefacts out of archives that are not to be trusted: all or nothing. */
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "base/buf.h"
#include "cards/unpack.h"

#define LAYOUT "card/layout/member.json"

/* What is put into an archive. */
struct entry {
	const char *name, *text;
	mode_t mode;
};

static char path[] = "/tmp/samovar-unpack-XXXXXX";

static zip_t *
archive(void)
{
	int why;

	return zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &why);
}

static void
put(zip_t *z, const struct entry *e)
{
	zip_source_t *s = zip_source_buffer(z, e->text, strlen(e->text), 0);
	zip_int64_t i = zip_file_add(z, e->name, s, ZIP_FL_ENC_UTF_8);

	assert_true(i >= 0);
	if (e->mode != 0)
		zip_file_set_external_attributes(z, (zip_uint64_t)i, 0, ZIP_OPSYS_UNIX,
			(zip_uint32_t)e->mode << 16);
}

static enum err
note(struct ctx *own, void *whose, const char *name, const void *bytes, size_t size)
{
	(void)own;
	buf_fmt(whose, "%s=%.*s;", name, (int)size, (const char *)bytes);
	return OK;
}

/* What comes out of the archive as it lies there, or why nothing does. */
static const char *
unpacked(void)
{
	struct buf out = {.arena = &c.arena};
	int fd = open(path, O_RDONLY);

	enum err e = unpack(&c, fd, note, &out);
	close(fd);
	if (e == OK)
		return buf_text(&out);
	assert_int_equal(e, E_INPUT);
	assert_int_equal(out.used, 0);
	const char *why = arena_str(&c.arena, c.why);
	ctx_clear_error(&c);
	return why;
}

static const char *
with(struct entry bad)
{
	const struct entry good = {LAYOUT, "{}", 0};
	zip_t *z = archive();

	put(z, &good);
	put(z, &bad);
	assert_int_equal(zip_close(z), 0);
	return unpacked();
}

static void
the_trees_files_are_taken_and_no_others(void **state)
{
	static const struct entry entries[] = {
		{"artifacts/card/layout/boss.json", "{\"a\":1}", 0},
		{"card/background_image/card_boss_v2.png", "png", 0100644},
		{"card/font/futura_bold.ttf", "ttf", 0}, {"README.txt", "hello", 0},
		{"card/layout/Boss.json", "{}", 0}, {"card/layout/x.json.exe", "{}", 0},
		{"card/layout/deep/x.json", "{}", 0},
		{"elsewhere/card/layout/boss.json", "{}", 0}};
	zip_t *z = archive();

	(void)state;
	for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++)
		put(z, &entries[i]);
	zip_dir_add(z, "artifacts/card/background_image/", 0);
	assert_int_equal(zip_close(z), 0);
	assert_string_equal(unpacked(),
		"card/layout/boss.json={\"a\":1};card/background_image/"
		"card_boss_v2.png=png;card/font/futura_bold.ttf=ttf;");
}

static void
one_bad_entry_refuses_all(void **state)
{
	static const struct {
		struct entry entry;
		const char *why;
	} bad[] = {{{"../" LAYOUT, "{}", 0}, "leaves the tree"},
		{{"card/layout/../../../x.json", "{}", 0}, "leaves the tree"},
		{{"/etc/x.json", "{}", 0}, "leaves the tree"},
		{{"card\\layout\\x.json", "{}", 0}, "leaves the tree"},
		{{"C:/x.json", "{}", 0}, "leaves the tree"},
		{{"card/..", "{}", 0}, "leaves the tree"},
		{{"card/layout/x.json", "/etc/passwd", S_IFLNK | 0777},
			"is no plain file"},
		{{"readme", "/etc/passwd", S_IFLNK | 0777}, "is no plain file"},
		{{"readme", "x", S_IFCHR | 0600}, "is no plain file"}};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *why = with(bad[i].entry);

		if (strstr(why, bad[i].why) == NULL)
			fail_msg("%s: %s", bad[i].entry.name, why);
	}
}

static void
sizes_are_limited_and_must_be_true(void **state)
{
	char *large = arena_new(&c.arena, 65538);
	zip_t *z;

	(void)state;
	memset(large, ' ', 65537);
	assert_non_null(strstr(
		with((struct entry){"card/layout/x.json", large, 0}), "is too large"));
	z = archive();
	for (int i = 0; i <= UNPACK_ENTRIES; i++)
		put(z, &(struct entry){arena_fmt(&c.arena, "e%d", i), "x", 0});
	assert_int_equal(zip_close(z), 0);
	assert_non_null(strstr(unpacked(), "more than 1000 entries"));
}

static void
overwrite(const char *text, const char *with)
{
	char bytes[4096];
	int fd = open(path, O_RDWR);
	ssize_t n = read(fd, bytes, sizeof(bytes));

	for (ssize_t i = 0; i + (ssize_t)strlen(text) <= n; i++)
		if (memcmp(bytes + i, text, strlen(text)) == 0)
			assert_int_equal(pwrite(fd, with, strlen(with), i),
				(ssize_t)strlen(with));
	close(fd);
}

/* Zeros that are packed to a thousandth, announced as a few bytes or as gigabytes. */
static void
a_bomb_is_none(void **state)
{
	struct stat st;
	zip_t *z = archive();
	const zip_int32_t packed = ZIP_CM_DEFLATE;
	char *zeros = arena_new(&c.arena, 32 << 20);

	(void)state;
	for (int i = 0; i < 9; i++) {
		zip_int64_t at = zip_file_add(z,
			arena_fmt(&c.arena, "card/background_image/card_%d.png", i),
			zip_source_buffer(z, zeros, 32 << 20, 0), 0);
		zip_set_file_compression(z, (zip_uint64_t)at, packed, 1);
	}
	assert_int_equal(zip_close(z), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size < 4 << 20);
	assert_non_null(strstr(unpacked(), "too large"));
}

static void
what_is_damaged_is_refused(void **state)
{
	(void)state;
	with((struct entry){"card/layout/x.json", "{\"words\":\"as they were\"}", 0});
	overwrite("as they were", "as they are!");
	assert_non_null(strstr(unpacked(), "is damaged"));
	assert_int_equal(truncate(path, 100), 0);
	assert_string_equal(unpacked(), "not a zip archive");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_trees_files_are_taken_and_no_others),
		TEST(one_bad_entry_refuses_all),
		TEST(sizes_are_limited_and_must_be_true),
		TEST(a_bomb_is_none),
		TEST(what_is_damaged_is_refused),
	};
	int fd = mkstemp(path);

	close(fd);
	int failed = cmocka_run_group_tests_name("unpack", tests, NULL, NULL);
	unlink(path);
	return failed;
}

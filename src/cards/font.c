#include "cards/font.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/install_paths.h"
#include "image/image.h"

/* Names that the community's own fonts have (they are not free, so they are not
 * shipped), and what the distribution has in their place. */
static const struct {
	const char *own, *usual;
} fonts[CARD_FONTS] = {
	[CARD_REGULAR] = {"futura_normal.ttf", "lato/Lato-Regular.ttf"},
	[CARD_BOLD] = {"futura_bold.ttf", "lato/Lato-Bold.ttf"},
	[CARD_BOOK] = {"avenir_next_regular.ttf", "lato/Lato-Regular.ttf"},
	[CARD_SECOND] = {"second.ttf", "dejavu/DejaVuSans.ttf"},
	[CARD_SECOND_BOLD] = {"second_bold.ttf", "dejavu/DejaVuSans-Bold.ttf"},
	[CARD_THIRD] = {"third.ttf", "nanum/NanumGothic.ttf"},
	[CARD_THIRD_BOLD] = {"third_bold.ttf", "nanum/NanumGothicBold.ttf"},
};

static struct {
	int file; /* 0: not made yet */
	char digest[65];
	struct timespec changed[CARD_FONTS];
} type_case;

static const char *
font_path(struct ctx *c, size_t i, struct stat *st)
{
	const char *paths[] = {arena_fmt(&c->arena, "%s/card/font/%s",
				       conf.cards_artifacts, fonts[i].own),
		arena_fmt(&c->arena, "%s/artifacts/card/font/%s", install_folder(),
			fonts[i].own),
		arena_fmt(&c->arena, "%s/%s", conf.cards_fonts, fonts[i].usual)};

	for (size_t k = 0; k < sizeof(paths) / sizeof(*paths); k++)
		if (stat(paths[k], st) == 0)
			return paths[k];
	return NULL;
}

static enum err
make_type_case(struct ctx *c)
{
	struct card_type_case box = {0};
	struct buf bytes = {.arena = &c->arena};
	struct stat st;

	buf_addn(&bytes, (const char *)&box, sizeof(box));
	for (size_t i = 0; i < CARD_FONTS; i++) {
		const char *path = font_path(c, i, &st);
		size_t n;
		const char *font = path == NULL ? NULL : file_get(c, path, &n);

		if (font == NULL)
			return fail(c, E_NO_FONT, "there is no font %s/%s",
				conf.cards_fonts, fonts[i].usual);
		box.font[i].offset = bytes.used;
		box.font[i].size = n;
		buf_addn(&bytes, font, n);
		type_case.changed[i] = st.st_mtim;
	}
	memcpy(bytes.text, &box, sizeof(box));
	int file = image_file(bytes.text, bytes.used);
	if (file < 0)
		return fail(c, E_BUSY, "fonts: %s", strerror(errno));
	if (type_case.file > 0)
		close(type_case.file);
	type_case.file = file;
	snprintf(type_case.digest, sizeof(type_case.digest), "%s",
		sha256_hex(&c->arena, bytes.text, bytes.used));
	return OK;
}

enum err
font_case(struct ctx *c, int *file, const char **digest)
{
	bool same = type_case.file > 0;
	struct stat st;

	for (size_t i = 0; same && i < CARD_FONTS; i++)
		same = font_path(c, i, &st) != NULL &&
		       st.st_mtim.tv_sec == type_case.changed[i].tv_sec &&
		       st.st_mtim.tv_nsec == type_case.changed[i].tv_nsec;
	if (!same)
		TRY(make_type_case(c));
	*file = type_case.file;
	*digest = type_case.digest;
	return OK;
}

const char *
font_digest(struct ctx *c)
{
	struct buf all = {.arena = &c->arena};

	for (size_t i = 0; i < CARD_FONTS; i++) {
		const char *path = arena_fmt(&c->arena, "%s/card/font/%s",
			conf.cards_artifacts, fonts[i].own);
		size_t n;
		const char *font = file_get(c, path, &n);

		if (font != NULL)
			buf_fmt(&all, "%s %s\n", fonts[i].own,
				sha256_hex(&c->arena, font, n));
	}
	return sha256_hex(&c->arena, buf_text(&all), all.used);
}

void
font_forget(void)
{
	if (type_case.file > 0)
		close(type_case.file);
	type_case.file = 0;
}

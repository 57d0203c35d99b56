#include "base/language.h"

#include <libintl.h>
#include <locale.h>
#include <stdlib.h>

#include "base/conf.h"
#include "base/install_paths.h"
#include "config.h"

/* gettext remembers what it found until this changes (GNU gettext manual, "Being a
 * gettext grok"). */
extern int _nl_msg_cat_cntr;

static void
speak(const char *language)
{
	setenv("LANGUAGE", language, 1);
	++_nl_msg_cat_cntr;
}

/* gettext takes LANGUAGE in every locale but "C". */
void
language_open(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	setlocale(LC_MESSAGES, "C.UTF-8");
	/* libpq and the C library have catalogues, too. */
	setenv("PGLOCALEDIR", "/nonexistent", 1);
	bindtextdomain("libc", "/nonexistent");
	bindtextdomain(PACKAGE, conf.site_locale_directory[0] == '\0'
					? install_locale()
					: conf.site_locale_directory);
	bind_textdomain_codeset(PACKAGE, "UTF-8");
	textdomain(PACKAGE);
	speak(conf.site_language);
}

const char *
text_in(const char *language, const char *text)
{
	if (text[0] == '\0')
		return text; /* gettext would say the catalogue's header */
	speak(language);
	const char *said = gettext(text);
	speak(conf.site_language);
	return said;
}

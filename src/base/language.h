#ifndef LANGUAGE_H
#define LANGUAGE_H

/*
 * From now on gettext's texts are those of site.language, whatever the machine's
 * locales are, and letters of any script have their case; logs stay English.
 */
void language_open(void);

/*
 * A text of the catalogues (po/) in this language ("ru", "en", "ko"), whatever language
 * the program speaks otherwise; the text itself where that catalogue does not have it.
 * Lives as long as the program, or as the text. One thread only.
 */
const char *text_in(const char *language, const char *text);

#endif

/*
 * language.h - the language of screens: English in the source, Chinese from the catalogue.
 *
 * Chinese if the locale is zh* or LANGUAGE begins with zh, whether or not such a locale is
 * installed on the machine; LC_ALL=C asks for English whatever else is set. Text goes out as
 * UTF-8 always. JSON, exit statuses, error codes and log lines are never translated.
 *
 * The catalogue lies in locale/ beside the program, else in /usr/share/locale; without one the
 * texts are English and only names with a table of their own (core/names.h) are Chinese.
 */
#ifndef CLI_LANGUAGE_H
#define CLI_LANGUAGE_H

#include <libintl.h>
#include <stdbool.h>

#include "core/names.h"

#define _(text)  gettext(text)
#define N_(text) text /* translated where it is used */

/* Once, before threads. Reads the environment. */
void language_start(void);
bool language_chinese(void);
/* Whether these values of the environment ask for Chinese; each may be NULL. */
bool language_wants_chinese(const char *lc_all, const char *lc_messages, const char *lang,
                            const char *language);
/* The one of the two names that the screen's language asks for; never NULL. */
const char *language_name(struct name name);

#endif

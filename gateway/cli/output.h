/*
 * output.h - terminals that do not speak UTF-8: what is printed is converted on its way out.
 *
 * Everything inside is UTF-8, and widths are counted before the conversion. A character that
 * the terminal's encoding does not have becomes as many question marks as it has columns, so
 * that tables stay in line. Bytes of messages and JSON (screen->bytes) are never converted.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "cli/screen.h"

/* The encoding that these values of the environment ask for, by the first that is set; each may
 * be NULL. NULL: UTF-8. */
const char *output_encoding(const char *lc_all, const char *lc_ctype, const char *lang);
/* From now on stdout, stderr and screen->out are converted; "utf-8": nothing changes.
 * ERROR_USAGE: not an encoding of ours. ERROR_MEMORY. Once, at the start. */
MUST_USE bool output_convert(struct screen *screen, const char *encoding, struct error *err);
/* Back to how it was; before anything else uses stdout. */
void output_end(struct screen *screen);
/* One stream over another, for the above and for tests. NULL: no memory, no such encoding.
 * Closing it leaves `to` open. */
FILE *output_over(FILE *to, const char *encoding);

#endif

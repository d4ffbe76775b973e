/*
 * error.h - the world failing: a code, one line of text, and the place that noticed.
 *
 * What can fail returns MUST_USE bool with `struct error *err` last. fail() is called once,
 * where the failure is noticed; callers pass it on; only the top logs it. The text never holds
 * personal data: it may go to a partner's log, to ours and to a screen.
 *
 * A business "no" (a refusal) is not an error: it is data in a decision (core/flow.h).
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/check.h"

/* One line per code in error_codes.def: name, HTTP status towards the sender, exit status of a
 * program that ends with it, and whether sending the same bytes again can help. */
enum error_code {
#define ERROR_CODE(name, http, exit, again, text) ERROR_##name,
#include "base/error_codes.def"
#undef ERROR_CODE
    ERROR_CODES
};

struct error {
    enum error_code code; /* ERROR_NONE until fail() was called */
    int line;
    const char *file;
    char text[256]; /* one line, UTF-8, cut at the end if longer */
};

#define ERROR_INIT                                                                             \
    {                                                                                          \
        .code = ERROR_NONE                                                                     \
    }

/* Fills *err and returns false, so that `return fail(err, ERROR_X, "...")` reads as it does.
 * A second call overwrites the first. err may not be NULL. */
#define fail(err, code, ...) fail_at(err, code, __FILE__, __LINE__, __VA_ARGS__)
bool fail_at(struct error *err, enum error_code code, const char *file, int line,
             const char *format, ...) PRINTF_LIKE(5, 6);

/* Puts "text: " before the message that *err already holds; returns false. */
bool fail_prefix(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* The stable name ("SCHEMA"), as it stands in logs, receipts and the manual; never NULL. */
const char *error_name(enum error_code code);
/* The code's short English meaning, for catalogues. */
const char *error_meaning(enum error_code code);
int error_http(enum error_code code);
int error_exit(enum error_code code);
bool error_again(enum error_code code);

#endif

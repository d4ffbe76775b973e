/*
 * http_check.h - which HTTP requests are ambiguous, and therefore refused.
 *
 * Two programs that read one request differently can be made to see two requests where there is
 * one (request smuggling). The HTTP library is lax; these are the rules that it does not keep.
 * Two looks at the same head:
 *
 *   head_watch  the raw bytes while they arrive: line ends, folded lines, control bytes, sizes.
 *               It changes nothing; what it finds is asked for when the request is complete.
 *   http_check  what the library understood: names and values, duplicates, lengths.
 *
 * Pure; any thread. No memory is taken, the texts are the caller's.
 */
#ifndef NET_HTTP_CHECK_H
#define NET_HTTP_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum {
    HTTP_HEAD_MAX = 16 * 1024, /* bytes of request line and fields, line ends included */
    HTTP_FIELDS_MAX = 64,
    HTTP_TARGET_MAX = 1024,
    HTTP_LENGTH_DIGITS_MAX = 9
};

/* Why a request is refused; the names are in logs and counters. */
enum http_flaw {
    HTTP_FINE,
    HTTP_FLAW_LINE_END,    /* a line that does not end in CR LF, or a CR inside a line */
    HTTP_FLAW_CONTROL,     /* NUL or another control character */
    HTTP_FLAW_FOLDED,      /* a field continued on the next line */
    HTTP_FLAW_HEAD_SIZE,   /* more than HTTP_HEAD_MAX bytes or HTTP_FIELDS_MAX fields */
    HTTP_FLAW_METHOD,      /* neither GET, POST nor PUT */
    HTTP_FLAW_TARGET,      /* not a plain path */
    HTTP_FLAW_VERSION,     /* neither 1.0 nor 1.1 */
    HTTP_FLAW_NAME,        /* a field name that is not a token */
    HTTP_FLAW_VALUE,       /* a field value with control characters */
    HTTP_FLAW_LENGTH,      /* Content-Length twice, or not 1 to 9 digits */
    HTTP_FLAW_LENGTH_BOTH, /* Content-Length together with Transfer-Encoding */
    HTTP_FLAW_NO_LENGTH,   /* POST or PUT without any length */
    HTTP_FLAW_ENCODING,    /* Transfer-Encoding other than one "chunked", or in 1.0 */
    HTTP_FLAW_HOST,        /* not exactly one host in 1.1 */
    HTTP_FLAW_BODY_ON_GET,
    HTTP_FLAW_FIELD, /* Content-Encoding, Upgrade, Trailer, an odd Expect … */
    HTTP_FLAW_TWICE, /* Content-Type or Connection more than once */
    HTTP_FLAWS
};

enum http_method { HTTP_METHOD_OTHER, HTTP_METHOD_GET, HTTP_METHOD_POST, HTTP_METHOD_PUT };

struct http_field {
    struct text name;
    struct text value; /* trimmed */
};

struct http_head {
    enum http_method method;
    struct text target;
    int major;
    int minor;
    const struct http_field *fields;
    size_t field_count; /* HTTP_FIELDS_MAX + 1 stands for "more than allowed" */
};

/* HTTP_FINE, or the first rule that the head breaks. */
enum http_flaw http_check(const struct http_head *head);

/* The stable name ("length_twice" …); never NULL. */
const char *http_flaw_name(enum http_flaw flaw);

/* Raw bytes of one head. All zero is the start of a head. */
struct head_watch {
    uint32_t size;      /* bytes seen */
    uint32_t line_size; /* bytes of the current line, without its end */
    uint32_t lines;     /* complete lines */
    bool after_cr;
    bool complete;       /* the empty line was seen; later bytes are ignored */
    enum http_flaw flaw; /* the first one found */
};

void head_watch_feed(struct head_watch *watch, const unsigned char *bytes, size_t size);

#endif

/*
 * text.h - bytes with a length, and a bounded builder for them.
 *
 * struct text never owns: it points into an arena, a message or a literal. It is not NUL
 * terminated unless its maker says so. Text inside the program is UTF-8.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"

struct text {
    const char *at; /* may be NULL only when size is 0 */
    size_t size;
};

#define TEXT(literal) ((struct text){"" literal, sizeof(literal) - 1})
#define TEXT_NONE     ((struct text){NULL, 0})
/* for printf: "%.*s", TEXT_ARG(t) */
#define TEXT_ARG(t) (int)(t).size, (t).at

struct text text_of(const char *nul_terminated); /* NULL gives an empty text */
bool text_equal(struct text a, struct text b);
bool text_is(struct text a, const char *nul_terminated);
int text_compare(struct text a, struct text b); /* bytewise, shorter first */
bool text_starts(struct text a, const char *prefix);
/* Without ASCII white space at both ends. */
struct text text_trim(struct text a);
/* The part before the next `separator`, which is removed from *rest together with it. At the
 * end of *rest: everything, and *rest becomes empty with .at NULL. */
struct text text_cut(struct text *rest, char separator);
/* Decimal digits only, no sign, no blank, no overflow. */
MUST_USE bool text_to_u64(struct text a, uint64_t *value);
/* Valid UTF-8 without NUL, surrogates or overlong forms. */
bool text_is_utf8(struct text a);
/* Characters (code points) in valid UTF-8; columns on a terminal, where CJK counts two. */
size_t text_characters(struct text a);
size_t text_columns(struct text a);

/* Makes a NUL terminated text one line of UTF-8, in place: line ends and tabs become blanks,
 * other control characters and bytes that belong to no character question marks. */
void text_one_line(char *nul_terminated);

/* Copies as a NUL terminated string into a fixed field; false (and "") if it does not fit. */
MUST_USE bool text_to_field(struct text a, char *field, size_t field_size);

/*
 * A bounded builder over memory the caller owns. Too much input sets `overflow` and is dropped;
 * callers check once at the end. `size` never passes `size_max`.
 */
struct buffer {
    unsigned char *at;
    size_t size;
    size_t size_max;
    bool overflow;
};

struct buffer buffer_over(void *memory, size_t size_max);
void buffer_bytes(struct buffer *buffer, const void *bytes, size_t size);
void buffer_text(struct buffer *buffer, struct text text);
void buffer_string(struct buffer *buffer, const char *nul_terminated);
void buffer_format(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);
/* big-endian */
void buffer_u8(struct buffer *buffer, uint8_t value);
void buffer_u16(struct buffer *buffer, uint16_t value);
void buffer_u32(struct buffer *buffer, uint32_t value);
void buffer_u64(struct buffer *buffer, uint64_t value);
void buffer_i64(struct buffer *buffer, int64_t value);
struct text buffer_as_text(const struct buffer *buffer);

/*
 * The way back: big-endian fields from bytes. Reading past the end gives zeros and sets
 * `broken`; callers check once at the end.
 */
struct reader {
    const unsigned char *at;
    size_t left;
    bool broken;
};

struct reader reader_over(const void *bytes, size_t size);
uint8_t reader_u8(struct reader *reader);
uint16_t reader_u16(struct reader *reader);
uint32_t reader_u32(struct reader *reader);
uint64_t reader_u64(struct reader *reader);
int64_t reader_i64(struct reader *reader);
/* Copies `size` bytes out (zeros when broken). */
void reader_copy(struct reader *reader, void *to, size_t size);
/* A view of `size` bytes; .at NULL when broken. */
struct text reader_view(struct reader *reader, size_t size);

/* Lower-case hexadecimal; `out` takes 2 * size + 1 bytes. */
void hex_encode(const void *bytes, size_t size, char *out);
/* Exactly 2 * size digits, either case. */
MUST_USE bool hex_decode(struct text hex, void *bytes, size_t size);

#endif

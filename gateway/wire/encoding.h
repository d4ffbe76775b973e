/*
 * encoding.h - labels of character encodings, and GB18030 to UTF-8 and back.
 *
 * Every GB label (GB2312, GBK, GB18030, CP936 in any spelling) means GB18030 here: names of
 * persons need it, and it contains the others. One table is used
 * for all, the C library's. A byte or character outside the table is an error with its place;
 * nothing is ever replaced by a question mark. All functions: any thread.
 */
#ifndef WIRE_ENCODING_H
#define WIRE_ENCODING_H

#include "base/error.h"
#include "base/text.h"

enum encoding { ENCODING_UTF8 = 1, ENCODING_GB18030 };

/* "UTF-8", "utf8", "GBK", "gb_2312-80", "gb18030-2022", "CP936" ...; false: any other label. */
MUST_USE bool encoding_of_label(struct text label, enum encoding *encoding);

/* Bytes of output that `size` bytes of input may need, either way. */
size_t encoding_room(size_t size);

/* Appends to `out`, which has encoding_room() bytes left. ERROR_ENCODING names the position of
 * the first bad byte, counted from 1; ERROR_MEMORY if `out` is too small. */
MUST_USE bool encoding_gb_to_utf8(struct text gb, struct buffer *out, struct error *err);
/* U+FFFD is refused too: it stands for a character that was lost before it came here. */
MUST_USE bool encoding_utf8_to_gb(struct text utf8, struct buffer *out, struct error *err);

#endif

/*
 * mapping_decimal.h - quantities and unit prices, digit by digit: "12.50" and "12.5" are one
 * number.
 *
 * A format says how a dialect writes them: "0", "0.00", "0.####", "0.00##"; '0' behind the
 * point stands for a decimal that is always written, '#' for one that is written unless it is a
 * zero at the end. The national form has no zeros at the end.
 */
#ifndef WIRE_MAPPING_DECIMAL_H
#define WIRE_MAPPING_DECIMAL_H

#include "base/check.h"
#include "base/text.h"

enum { DECIMAL_PLACES_MAX = 8, DECIMAL_SIZE_MAX = 40 };

/* false: not a format. */
MUST_USE bool decimal_format(struct text format, unsigned *least, unsigned *most);

/* `from`, an optional '-', digits, '.' and digits (".5" will do), with at least `least`
 * decimals and no zero beyond them. false: not of this form, or it has more than `most`
 * decimals that are not zeros at the end: nothing is rounded. `out` needs DECIMAL_SIZE_MAX +
 * `least` + 2 bytes. */
MUST_USE bool decimal_rewrite(struct text from, unsigned least, unsigned most,
                              struct buffer *out);

#endif

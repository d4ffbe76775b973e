/*
 * money.h - amounts of RMB in fen (分), exact, bounded, checked.
 *
 * No amount anywhere exceeds MONEY_MAX in size; every sum is checked. On the wire an amount is
 * yuan with exactly two decimals; dialects may write fewer.
 */
#ifndef BASE_MONEY_H
#define BASE_MONEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/text.h"

struct money {
    int64_t fen;
};

#define MONEY_MAX       INT64_C(9000000000000000) /* 9e15 fen */
#define MONEY_TEXT_SIZE 24                        /* "-90000000000000.00" and a NUL */

/* false, *sum untouched, if the result leaves +-MONEY_MAX. */
MUST_USE bool money_add(struct money a, struct money b, struct money *sum);
MUST_USE bool money_subtract(struct money a, struct money b, struct money *difference);
/* a * factor, same bounds. */
MUST_USE bool money_times(struct money a, int64_t factor, struct money *product);
bool money_equal(struct money a, struct money b);
int money_compare(struct money a, struct money b);

/* Yuan as text: optional '-', 1 to 14 digits, optionally '.' and 1 or 2 digits. Nothing else:
 * neither '+', blank, thousands separator, exponent nor full-width digit. */
MUST_USE bool money_parse(struct text yuan, struct money *money);
/* "12345.60" with two decimals always; returns `out`. */
const char *money_format(struct money money, char out[MONEY_TEXT_SIZE]);
/* "12,345.60" for screens. `out` of at least MONEY_TEXT_SIZE + 8 bytes. */
const char *money_format_grouped(struct money money, char out[MONEY_TEXT_SIZE + 8]);

#endif

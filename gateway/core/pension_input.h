/*
 * pension_input.h - what can be wrong with what the advice functions are asked.
 *
 * pension_retirement, pension_place and pension_overlap are pure: they answer or say which of
 * these kept them from it. It is no error of the program and no refusal of a document; whoever
 * asked shows it or decides without the advice.
 */
#ifndef CORE_PENSION_INPUT_H
#define CORE_PENSION_INPUT_H

#include "core/names.h"

/* As in GB/T 2261.1. Anything else, 0 and 9 too, is unknown. */
enum { SEX_MALE = 1, SEX_FEMALE = 2 };

enum pension_input {
    INPUT_GOOD,
    INPUT_EMPTY,    /* no period at all */
    INPUT_MANY,     /* more than PENSION_PERIODS_MAX */
    INPUT_REGION,   /* not six digits of a province or of one of its places */
    INPUT_MONTH,    /* no month, of a period outside 1950 to 2050, or later than today */
    INPUT_REVERSED, /* the last month lies before the first */
    INPUT_YEAR,     /* a period of residents that is longer than its calendar year */
    INPUT_COUNT,    /* more months paid than the period has, or fewer than none */
    INPUT_MONEY,    /* an amount below zero or over its bound, or a sum over MONEY_MAX */
    INPUT_SCHEME,   /* neither employees nor residents */
    INPUT_SEX,      /* neither man nor woman, and the answer depends on it */
    INPUT_POST,     /* a woman whose kind of post is not known */
    INPUT_BIRTH,    /* no birth month, or one in the future */
    INPUT_RULE,     /* the rules say nothing for that time */
    INPUTS
};

/* One sentence each, for screens; never NULL. */
struct name pension_input_text(enum pension_input input);

#endif

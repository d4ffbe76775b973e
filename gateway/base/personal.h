/*
 * personal.h - names, identity and account numbers, and their masks.
 *
 * A struct personal cannot be printed with %s by mistake; its bytes are reached by name
 * (.hidden), so that every place that does so can be found. Masks
 * work on characters, not bytes.
 */
#ifndef BASE_PERSONAL_H
#define BASE_PERSONAL_H

#include "base/text.h"

struct personal {
    struct text hidden;
};

enum mask_kind {
    MASK_NAME,    /* 张*; 阿*·买*: first character of each part, at least one star */
    MASK_ID,      /* first 3 and last 2, stars between; shorter than 8: stars only */
    MASK_PHONE,   /* 3 + **** + 4 */
    MASK_TAIL,    /* bank, card, recognition number: last 4 */
    MASK_ADDRESS, /* first six characters and *** */
    MASK_TEXT     /* nothing of it: "(n characters)" */
};

#define PERSONAL_MASK_SIZE 128

struct personal personal_of(struct text text);
/* Writes the masked form, NUL terminated, and returns out. Empty stays empty. */
const char *personal_masked(struct personal value, enum mask_kind kind,
                            char out[PERSONAL_MASK_SIZE]);

#endif

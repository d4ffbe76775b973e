/*
 * identity.h - check digits of the citizen number (公民身份号码, GB 11643-1999) and of the
 * unified social credit code (统一社会信用代码, GB 32100-2015).
 *
 * A valid check digit proves nothing about existence. The region part is never tested: retired
 * codes stay in old numbers.
 */
#ifndef BASE_IDENTITY_H
#define BASE_IDENTITY_H

#include <stdbool.h>

#include "base/instant.h"
#include "base/text.h"

#define CITIZEN_NUMBER_SIZE 19 /* 18 characters and a NUL */

struct citizen_number {
    char digits[CITIZEN_NUMBER_SIZE]; /* 18 characters, X upper case */
};

/* Normalises: trims, full-width to half-width, x to X, 15 digits to 18 with century 19. Then
 * length, digits, a real birth date from 1900 to `today`, and the check character. On failure
 * *number stays as it was. */
MUST_USE bool citizen_number_parse(struct text text, struct day today,
                                   struct citizen_number *number);
struct day citizen_number_birth(const struct citizen_number *number);
int citizen_number_sex(const struct citizen_number *number); /* 1 male, 2 female */

/* 18 characters of the standard's alphabet with both check characters right. */
bool credit_code_valid(struct text text);

#endif

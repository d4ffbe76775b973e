/*
 * person_number.h - by which number a document names its person, in one form.
 *
 * A citizen number is written with X or x, in full or with 15 digits as until 1999; all of them
 * are the same person, so tags are made from one form: 18 characters, X upper case. What is no
 * citizen number, or a wrong one, stands for itself, as it is written.
 */
#ifndef CORE_PERSON_NUMBER_H
#define CORE_PERSON_NUMBER_H

#include "base/identity.h"
#include "core/record.h"

/* Empty if the document names nobody. `number` holds the digits, if they are not as written. */
struct text person_number_of(const struct record *body, struct day today,
                             struct citizen_number *number);

#endif

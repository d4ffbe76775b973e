/*
 * self_test.h - known answers, checked before the first document is believed.
 *
 * The SM2 example of GB/T 32918.5 (with its id, as r||s); for each suite a document signed
 * elsewhere and a changed copy of it; GB18030 with characters of two and four bytes. Takes a
 * few milliseconds. For wire_start only.
 */
#ifndef WIRE_SELF_TEST_H
#define WIRE_SELF_TEST_H

#include "base/error.h"

/* ERROR_CRYPTO, ERROR_ENCODING: names what failed. */
MUST_USE bool self_test_run(struct error *err);

#endif

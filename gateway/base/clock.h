/*
 * clock.h - the only reader of the clock.
 *
 * Wall time comes from the system, moved by an offset file if one is given: a text file with
 * one signed number of milliseconds, read again whenever it changed (at most every 20 ms of
 * monotonic time). It serves demonstrations and tests; gate refuses it unless the ledger's
 * origin says test. I/O deadlines use the monotonic clock, which nothing moves.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/error.h"
#include "base/instant.h"

/* Once, at start, before threads. `offset_path` may be NULL; it is copied. ERROR_CONFIG if the
 * file cannot be read or does not hold one number. */
MUST_USE bool clock_use_offset_file(const char *offset_path, struct error *err);
struct instant clock_now(void);   /* any thread */
int64_t clock_monotonic_ms(void); /* any thread; only differences mean something */

#endif

/*
 * check.h - assertions that stay on, and the attributes every header uses.
 *
 * CHECK is for our own mistakes only, never for data from outside: it prints the condition and
 * its place, and ends the process. The ledger is made to survive that; a wrong payment is not.
 */
#ifndef BASE_CHECK_H
#define BASE_CHECK_H

#define MUST_USE               __attribute__((warn_unused_result))
#define PRINTF_LIKE(at, first) __attribute__((__format__(__printf__, at, first)))
#define COUNT_OF(array)        (sizeof(array) / sizeof((array)[0]))

#define CHECK(condition) ((condition) ? (void)0 : check_failed(#condition, __FILE__, __LINE__))

/* Prints one line to stderr and aborts. Any thread. */
_Noreturn void check_failed(const char *condition, const char *file, int line);

#endif

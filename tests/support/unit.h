/* unit.h - what every cmocka test includes first, in the order that cmocka wants. */
#ifndef SUPPORT_UNIT_H
#define SUPPORT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* base/error.h has a fail() of its own; with it cmocka's fail() and fail_msg() are not usable.
 */
#undef fail

#endif

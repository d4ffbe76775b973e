/*
 * uuid.h - UUIDs of version 7: the time in front, so that ids sort by it (RFC 9562).
 *
 * Random bits are given by the caller (crypt/random.h), so that the simulator can replay.
 */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/text.h"

struct uuid {
    uint8_t bytes[16]; /* all zero: none */
};

#define UUID_TEXT_SIZE 37

struct uuid uuid_v7(struct instant at, const uint8_t random[10]);
bool uuid_is_v7(const struct uuid *id);
bool uuid_is_none(const struct uuid *id);
struct instant uuid_time(const struct uuid *id); /* of a version 7 id */
bool uuid_equal(const struct uuid *a, const struct uuid *b);
int uuid_compare(const struct uuid *a, const struct uuid *b); /* bytewise */
/* Lower case, with hyphens; returns out. */
const char *uuid_format(const struct uuid *id, char out[UUID_TEXT_SIZE]);
/* Exactly 36 characters, lower case only, so that one id has one spelling. */
MUST_USE bool uuid_parse(struct text text, struct uuid *id);

#endif

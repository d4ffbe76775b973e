/*
 * rules.h - days, thresholds and switches as data, chosen by the date of the event.
 *
 * Loaded by gate from conf/rules.xml into this immutable table; a rule has an id as it stands
 * in docs/rules.md ("PEN-D1"), a value, and the day from which it holds. The newest value whose
 * day is not after the event's day counts.
 */
#ifndef CORE_RULES_H
#define CORE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/instant.h"

enum { RULES_MAX = 512, RULE_ID_SIZE = 32 };

struct rule {
    char id[RULE_ID_SIZE];
    struct day from;
    int64_t value; /* days, fen, permille …: the unit is the rule's, told in docs/rules.md */
};

struct rules {
    struct rule rows[RULES_MAX];
    size_t count;
    uint8_t digest[32]; /* of the canonical text, filled by gate; names the rules in entries */
    uint32_t calendar_version;
};

/* The value that holds on `day`, or `otherwise` if no row of this id has begun by then. */
int64_t rules_value(const struct rules *rules, const char *id, struct day day,
                    int64_t otherwise);
/* The same; a value that lies outside `min` to `max` counts as none. */
int64_t rules_within(const struct rules *rules, const char *id, struct day day, int64_t min,
                     int64_t max, int64_t otherwise);

#endif

/* rules.c - the value that holds on a day. A few hundred rows: a scan is short enough. */
#include "core/rules.h"

#include <string.h>

int64_t rules_value(const struct rules *rules, const char *id, struct day day,
                    int64_t otherwise)
{
    const struct rule *best = NULL;

    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *row = &rules->rows[i];

        if (row->from.number > day.number || strcmp(row->id, id) != 0)
            continue;
        /* Of two rows with the same day the later one counts: it was written to correct. */
        if (best == NULL || row->from.number >= best->from.number)
            best = row;
    }
    return best == NULL ? otherwise : best->value;
}

int64_t rules_within(const struct rules *rules, const char *id, struct day day, int64_t min,
                     int64_t max, int64_t otherwise)
{
    int64_t value = rules_value(rules, id, day, otherwise);

    return value < min || value > max ? otherwise : value;
}

/* counts.c - buckets and places. */
#include "gate/counts.h"

static const uint32_t answer_ms[] = {1,   2,   5,    10,   20,   50,    100,
                                     200, 500, 1000, 2000, 5000, 10000, 30000};
/* A letter may wait for a partner's morning, or for its calendar. */
static const uint32_t outcome_ms[] = {20,      50,       100,      200,      500,
                                      1000,    5000,     10000,    60000,    600000,
                                      3600000, 14400000, 86400000, 604800000};
/* The other core's own time, and at the end our patience. */
static const uint32_t waited_ms[] = {5,    10,   20,   50,    100,   200,   500,
                                     1000, 2000, 5000, 10000, 30000, 60000, 120000};

_Static_assert(COUNT_OF(waited_ms) <= HISTOGRAM_BOUNDS_MAX, "every bound has a bucket");
_Static_assert(COUNT_OF(answer_ms) <= HISTOGRAM_BOUNDS_MAX &&
                   COUNT_OF(outcome_ms) <= HISTOGRAM_BOUNDS_MAX,
               "every bound has a bucket");

void histogram_add(struct histogram *histogram, int64_t value)
{
    size_t at = 0;

    if (value < 0)
        value = 0;
    while (at < histogram->bound_count && value > (int64_t)histogram->bounds[at])
        at++;
    atomic_fetch_add(&histogram->buckets[at], 1);
    atomic_fetch_add(&histogram->sum, (unsigned long long)value);
}

void gate_counts_init(struct gate_counts *counts)
{
    counts->answer.bounds = answer_ms;
    counts->answer.bound_count = COUNT_OF(answer_ms);
    counts->outcome.bounds = outcome_ms;
    counts->outcome.bound_count = COUNT_OF(outcome_ms);
    counts->questions.waited.bounds = waited_ms;
    counts->questions.waited.bound_count = COUNT_OF(waited_ms);
    counts->questions.waited.milliseconds = true;
    counts->answer.milliseconds = true;
    counts->outcome.milliseconds = true;
}

struct gate_party_counts *gate_counts_of(struct gate_counts *counts, uint32_t party)
{
    return &counts->parties[party < COUNTS_PARTIES ? party : 0];
}

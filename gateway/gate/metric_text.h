/*
 * metric_text.h - numbers in the text format 0.0.4 that Prometheus reads.
 *
 * A family is opened once, with its HELP and TYPE; its samples follow. Names and label names
 * are literals of the program and are CHECKed; label values are escaped. A series may stand
 * once: that is the caller's to keep, and a test reads everything back. Integers only; where
 * the custom is seconds, thousandths are written with a point.
 */
#ifndef GATE_METRIC_TEXT_H
#define GATE_METRIC_TEXT_H

#include "base/text.h"
#include "gate/counts.h"

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

enum { METRIC_LABELS_MAX = 4 };

struct metric_label {
    const char *name;
    const char *value;
};

/* Over the caller's buffer; overflow is its to look at, once, at the end. */
struct metric_text {
    struct buffer *out;
    const char *family; /* NULL: none is open */
    enum metric_type type;
};

void metric_family(struct metric_text *text, const char *name, enum metric_type type,
                   const char *help);
void metric_number(struct metric_text *text, const struct metric_label *labels, size_t count,
                   int64_t value);
/* Milliseconds, written as seconds. */
void metric_seconds(struct metric_text *text, const struct metric_label *labels, size_t count,
                    int64_t ms);
/* All buckets, sum and count of an open family of type histogram. */
void metric_histogram(struct metric_text *text, struct histogram *histogram);

#endif

/* metric_text.c - one line after the other. */
#include "gate/metric_text.h"

#include <inttypes.h>
#include <string.h>

static bool is_name(const char *name, bool colon)
{
    for (const char *at = name; *at != '\0'; at++) {
        bool letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || *at == '_' ||
                      (colon && *at == ':');

        if (!letter && (at == name || *at < '0' || *at > '9'))
            return false;
    }
    return name[0] != '\0';
}

/* Inside HELP a quotation mark stands for itself, inside a label it must not. */
static void put_escaped(struct buffer *out, const char *value, bool quoted)
{
    for (const char *at = value; *at != '\0'; at++) {
        if (*at == '\\')
            buffer_string(out, "\\\\");
        else if (*at == '\n')
            buffer_string(out, "\\n");
        else if (*at == '"' && quoted)
            buffer_string(out, "\\\"");
        else
            buffer_bytes(out, at, 1);
    }
}

void metric_family(struct metric_text *text, const char *name, enum metric_type type,
                   const char *help)
{
    static const char *const types[] = {"counter", "gauge", "histogram"};

    CHECK(is_name(name, true));
    text->family = name;
    text->type = type;
    buffer_format(text->out, "# HELP %s ", name);
    put_escaped(text->out, help, false);
    buffer_format(text->out, "\n# TYPE %s %s\n", name, types[type]);
}

static void put_labels(struct buffer *out, const struct metric_label *labels, size_t count)
{
    CHECK(count <= METRIC_LABELS_MAX);
    for (size_t i = 0; i < count; i++) {
        CHECK(is_name(labels[i].name, false));
        buffer_format(out, "%s%s=\"", i == 0 ? "{" : ",", labels[i].name);
        put_escaped(out, labels[i].value, true);
        buffer_string(out, "\"");
    }
    if (count > 0)
        buffer_string(out, "}");
}

static void put_series(struct metric_text *text, const char *suffix,
                       const struct metric_label *labels, size_t count)
{
    CHECK(text->family != NULL);
    buffer_format(text->out, "%s%s", text->family, suffix);
    put_labels(text->out, labels, count);
}

static void put_thousandths(struct buffer *out, int64_t thousandths)
{
    uint64_t size = thousandths < 0 ? 0 - (uint64_t)thousandths : (uint64_t)thousandths;

    buffer_format(out, "%s%" PRIu64 ".%03u", thousandths < 0 ? "-" : "", size / 1000,
                  (unsigned)(size % 1000));
}

void metric_number(struct metric_text *text, const struct metric_label *labels, size_t count,
                   int64_t value)
{
    CHECK(text->type != METRIC_HISTOGRAM);
    put_series(text, "", labels, count);
    buffer_format(text->out, " %" PRId64 "\n", value);
}

void metric_seconds(struct metric_text *text, const struct metric_label *labels, size_t count,
                    int64_t ms)
{
    CHECK(text->type != METRIC_HISTOGRAM);
    put_series(text, "", labels, count);
    buffer_string(text->out, " ");
    put_thousandths(text->out, ms);
    buffer_string(text->out, "\n");
}

static void put_measure(struct buffer *out, const struct histogram *histogram, uint64_t value)
{
    if (histogram->milliseconds)
        put_thousandths(out, (int64_t)value);
    else
        buffer_format(out, "%" PRIu64, value);
}

/* The count is the last bucket as it was read, so that both agree while others add. */
void metric_histogram(struct metric_text *text, struct histogram *histogram)
{
    uint64_t count = 0;

    CHECK(text->type == METRIC_HISTOGRAM);
    for (size_t i = 0; i <= histogram->bound_count; i++) {
        count += atomic_load(&histogram->buckets[i]);
        put_series(text, "_bucket", NULL, 0);
        buffer_string(text->out, "{le=\"");
        if (i < histogram->bound_count)
            put_measure(text->out, histogram, histogram->bounds[i]);
        else
            buffer_string(text->out, "+Inf");
        buffer_format(text->out, "\"} %" PRIu64 "\n", count);
    }
    put_series(text, "_sum", NULL, 0);
    buffer_string(text->out, " ");
    put_measure(text->out, histogram, atomic_load(&histogram->sum));
    buffer_string(text->out, "\n");
    put_series(text, "_count", NULL, 0);
    buffer_format(text->out, " %" PRIu64 "\n", count);
}

/* config_rules.c - rules.xml and calendar.xml to what flows decide by, and to the canonical
 * text that the RULES entry keeps. The text is sorted, so that order and comments of the files
 * do not change it. Its lines:
 *
 *     qiantong rules 1
 *     calendar VERSION FIRST LAST
 *     day DATE REGION off|makeup        region 000000: everywhere
 *     rule ID FROM VALUE UNIT
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/flow_clock.h"
#include "gate/config_read.h"

enum { TEXT_MAX = 512 * 1024, OFF_DAYS_MAX = 60, UNIT_SIZE = 16 };

struct named_day {
    struct day day;
    uint32_t region;
    bool makeup;
};

struct named_rule {
    struct rule rule;
    char unit[UNIT_SIZE];
};

struct loading {
    struct config *config;
    struct named_day *days; /* CALENDAR_DAYS_MAX */
    size_t day_count;
    struct named_rule *rules; /* RULES_MAX */
    size_t rule_count;
};

static const char *schema_of(struct config *config, const char *name, struct error *err)
{
    const char *path = arena_format(config->arena, "%s/%s", config->schemas_path, name);

    if (path == NULL)
        fail(err, ERROR_MEMORY, "no memory for the configuration");
    return path;
}

/* --- calendar --------------------------------------------------------------------------------
 */

static bool region_of(const struct config_file *file, uint32_t *region, struct error *err)
{
    uint64_t number;

    if (!config_number(file, "region", 100000, 999999, 0, &number, err))
        return false;
    *region = (uint32_t)number;
    return true;
}

static bool add_day(struct loading *loading, const struct config_file *file, struct day day,
                    uint32_t region, bool makeup, struct error *err)
{
    struct calendar *calendar = loading->config->calendar;
    bool ok = makeup ? calendar_add_makeup(calendar, region, day, err)
                     : calendar_add_off(calendar, region, day, err);

    if (!ok)
        return fail_prefix(err, "%s: %s", file->path, makeup ? "makeup" : "off");
    if (loading->day_count == CALENDAR_DAYS_MAX)
        return config_wrong(file, "calendar", err, "more than %d days", CALENDAR_DAYS_MAX);
    loading->days[loading->day_count++] = (struct named_day){day, region, makeup};
    return true;
}

static bool add_off(struct loading *loading, const struct config_file *file, struct error *err)
{
    uint32_t region = 0;
    struct day from;
    struct day to;

    if (!config_day(file, "from", &from, err) || !region_of(file, &region, err))
        return false;
    to = from;
    if (record_find(file->root, "to") != NULL && !config_day(file, "to", &to, err))
        return false;
    if (to.number < from.number || to.number - from.number >= OFF_DAYS_MAX)
        return config_wrong(file, "off/to", err, "before `from`, or more than %d days",
                            OFF_DAYS_MAX);
    for (; from.number <= to.number; from.number++)
        if (!add_day(loading, file, from, region, false, err))
            return false;
    return true;
}

static bool add_makeup(struct loading *loading, const struct config_file *file,
                       struct error *err)
{
    uint32_t region = 0;
    struct day day;

    return config_day(file, "day", &day, err) && region_of(file, &region, err) &&
           add_day(loading, file, day, region, true, err);
}

static bool add_days(struct loading *loading, const struct config_file *file, const char *name,
                     bool (*add)(struct loading *, const struct config_file *, struct error *),
                     struct error *err)
{
    for (const struct record *at = record_find(file->root, name); at != NULL;
         at = record_same(at)) {
        struct config_file one = config_file_at(file, at);

        if (!add(loading, &one, err))
            return false;
    }
    return true;
}

static int compare_days(const void *left, const void *right)
{
    const struct named_day *a = left;
    const struct named_day *b = right;

    if (a->day.number != b->day.number)
        return a->day.number < b->day.number ? -1 : 1;
    if (a->region != b->region)
        return a->region < b->region ? -1 : 1;
    return (int)a->makeup - (int)b->makeup;
}

static bool load_calendar(struct loading *loading, const char *path, struct buffer *text,
                          struct error *err)
{
    struct config *config = loading->config;
    const char *schema = schema_of(config, "calendar.xsd", err);
    char day[DAY_TEXT_SIZE];
    char last_day[DAY_TEXT_SIZE];
    struct config_file file;
    struct day first;
    struct day last;
    uint64_t version;

    if (schema == NULL || !config_file_open(config->arena, path, schema, &file, err) ||
        !config_number(&file, "version", 1, UINT32_MAX, 0, &version, err) ||
        !config_day(&file, "range/first", &first, err) ||
        !config_day(&file, "range/last", &last, err))
        return false;
    if (last.number < first.number)
        return config_wrong(&file, "range/last", err, "before `first`");
    config->rules.calendar_version = (uint32_t)version;
    calendar_set_range(config->calendar, first, last);
    if (!add_days(loading, &file, "off", add_off, err) ||
        !add_days(loading, &file, "makeup", add_makeup, err))
        return false;
    qsort(loading->days, loading->day_count, sizeof(loading->days[0]), compare_days);
    buffer_format(text, "calendar %" PRIu64 " %s %s\n", version, day_format(first, day),
                  day_format(last, last_day));
    for (size_t i = 0; i < loading->day_count; i++)
        buffer_format(text, "day %s %06u %s\n", day_format(loading->days[i].day, day),
                      loading->days[i].region, loading->days[i].makeup ? "makeup" : "off");
    return true;
}

/* --- rules -----------------------------------------------------------------------------------
 */

static bool value_of(const struct config_file *file, int64_t *value, struct error *err)
{
    const char *text;
    uint64_t size;
    bool negative;

    if (!config_text(file, "value", &text, err))
        return false;
    negative = text[0] == '-';
    if (!text_to_u64(text_of(text + negative), &size) || size > INT64_MAX)
        return config_wrong(file, "rule/value", err, "not a whole number");
    *value = negative ? -(int64_t)size : (int64_t)size;
    return true;
}

static bool add_rule(struct loading *loading, const struct config_file *file, struct error *err)
{
    struct named_rule *row = &loading->rules[loading->rule_count];
    const char *id;
    const char *unit;

    if (loading->rule_count == RULES_MAX)
        return config_wrong(file, "rule", err, "more than %d", RULES_MAX);
    *row = (struct named_rule){.rule.value = 0};
    if (!config_text(file, "id", &id, err) || !config_text(file, "unit", &unit, err) ||
        !config_day(file, "from", &row->rule.from, err) ||
        !value_of(file, &row->rule.value, err))
        return false;
    if (!text_to_field(text_of(id), row->rule.id, sizeof(row->rule.id)) ||
        !text_to_field(text_of(unit), row->unit, sizeof(row->unit)))
        return config_wrong(file, "rule/id", err, "too long");
    loading->rule_count++;
    return true;
}

static int compare_rules(const void *left, const void *right)
{
    const struct named_rule *a = left;
    const struct named_rule *b = right;
    int order = strcmp(a->rule.id, b->rule.id);

    if (order != 0)
        return order;
    if (a->rule.from.number != b->rule.from.number)
        return a->rule.from.number < b->rule.from.number ? -1 : 1;
    return 0;
}

/* Sorted rows into the table; one id cannot begin twice on one day, nor change its unit. */
static bool take_rules(struct loading *loading, const struct config_file *file,
                       struct buffer *text, struct error *err)
{
    struct rules *rules = &loading->config->rules;
    char day[DAY_TEXT_SIZE];

    qsort(loading->rules, loading->rule_count, sizeof(loading->rules[0]), compare_rules);
    for (size_t i = 0; i < loading->rule_count; i++) {
        const struct named_rule *row = &loading->rules[i];
        const struct named_rule *before = i > 0 ? &loading->rules[i - 1] : NULL;
        bool same = before != NULL && strcmp(before->rule.id, row->rule.id) == 0;

        if (same && before->rule.from.number == row->rule.from.number)
            return config_wrong(file, row->rule.id, err, "said twice from %s",
                                day_format(row->rule.from, day));
        if (same && strcmp(before->unit, row->unit) != 0)
            return config_wrong(file, row->rule.id, err, "changes its unit on %s",
                                day_format(row->rule.from, day));
        rules->rows[rules->count++] = row->rule;
        buffer_format(text, "rule %s %s %" PRId64 " %s\n", row->rule.id,
                      day_format(row->rule.from, day), row->rule.value, row->unit);
    }
    return true;
}

/* --- the waits of direct settlement ----------------------------------------------------------
 */

static const struct wait {
    const char *id;
    int64_t otherwise;
} waits[] = {
    {"STL-HOSPITAL", 75000},
    {"STL-TREATING", 60000},
    {"STL-CORE", 50000},
};

/* Is it one of the waits, for all or for one region (0: for all)? */
static bool is_wait(const struct rule *rule, uint32_t *region)
{
    for (size_t i = 0; i < COUNT_OF(waits); i++) {
        size_t size = strlen(waits[i].id);
        uint64_t number = 0;

        if (strncmp(rule->id, waits[i].id, size) != 0)
            continue;
        if (rule->id[size] != '\0' &&
            (rule->id[size] != '-' || !text_to_u64(text_of(rule->id + size + 1), &number) ||
             number > 999999))
            continue;
        *region = (uint32_t)number;
        return true;
    }
    return false;
}

/* Each waits longer than the one behind it, or an answer comes to somebody who has given up. */
static bool in_order_on(const struct rules *rules, uint32_t region, struct day day,
                        const struct config_file *file, struct error *err)
{
    char text[DAY_TEXT_SIZE];

    for (size_t i = 1; i < COUNT_OF(waits); i++) {
        int64_t before = flow_rule(rules, waits[i - 1].id, region, day, waits[i - 1].otherwise);
        int64_t value = flow_rule(rules, waits[i].id, region, day, waits[i].otherwise);

        if (value <= 0 || value >= before)
            return config_wrong(file, waits[i].id, err, "on %s not below %s",
                                day_format(day, text), waits[i - 1].id);
    }
    return true;
}

/* On each day on which one of them changes, for each region that has its own. */
static bool waits_in_order(const struct rules *rules, const struct config_file *file,
                           struct error *err)
{
    for (size_t i = 0; i < rules->count; i++) {
        struct day day = rules->rows[i].from;
        uint32_t region;

        if (!is_wait(&rules->rows[i], &region))
            continue;
        for (size_t k = 0; k < rules->count; k++)
            if (is_wait(&rules->rows[k], &region) &&
                (!in_order_on(rules, 0, day, file, err) ||
                 !in_order_on(rules, region, day, file, err)))
                return false;
    }
    return true;
}

static bool load_rules(struct loading *loading, const char *path, struct buffer *text,
                       struct error *err)
{
    struct config *config = loading->config;
    const char *schema = schema_of(config, "rules.xsd", err);
    struct config_file file;

    if (schema == NULL || !config_file_open(config->arena, path, schema, &file, err))
        return false;
    for (const struct record *at = record_find(file.root, "rule"); at != NULL;
         at = record_same(at)) {
        struct config_file one = config_file_at(&file, at);

        if (!add_rule(loading, &one, err))
            return false;
    }
    return take_rules(loading, &file, text, err) &&
           waits_in_order(&loading->config->rules, &file, err);
}

bool config_load_rules(struct config *config, const char *rules_path, const char *calendar_path,
                       struct error *err)
{
    struct loading loading = {.config = config};
    void *memory = arena_alloc(config->arena, TEXT_MAX);
    struct digest digest;
    struct buffer text;

    loading.days = arena_array(config->arena, CALENDAR_DAYS_MAX, sizeof(*loading.days));
    loading.rules = arena_array(config->arena, RULES_MAX, sizeof(*loading.rules));
    config->calendar = calendar_new();
    if (memory == NULL || loading.days == NULL || loading.rules == NULL ||
        config->calendar == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the rules");
    text = buffer_over(memory, TEXT_MAX);
    buffer_string(&text, "qiantong rules 1\n");
    if (!load_calendar(&loading, calendar_path, &text, err) ||
        !load_rules(&loading, rules_path, &text, err))
        return false;
    CHECK(!text.overflow); /* the bounds on rows are far below it */
    config->rules_text = buffer_as_text(&text);
    if (!digest_of(config->ledger_hash, text.at, text.size, &digest, err))
        return false;
    memcpy(config->rules_digest, digest.bytes, sizeof(config->rules_digest));
    memcpy(config->rules.digest, digest.bytes, sizeof(config->rules.digest));
    return true;
}

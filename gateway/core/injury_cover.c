/* injury_cover.c - the interval rule of insurance by construction project. */
#include "core/injury_cover.h"

#include <string.h>

#include "core/injury_document.h"

enum {
    HOUR_MS = 3600 * 1000,
    LATE_HOURS = 48,
    LATE_HOURS_MAX = 8784, /* a year */
    RATE_DECIMALS = 8,
    RATE_ONE = 100000000 /* 1 in units of the last decimal */
};

/* --- states ---------------------------------------------------------------------------- */

static const char *const state_names[PROJECT_STATES] = {
    [PROJECT_UNKNOWN] = "unknown",     [PROJECT_REGISTERED] = "registered",
    [PROJECT_PAID] = "paid",           [PROJECT_ACTIVE] = "active",
    [PROJECT_EXTENDED] = "extended",   [PROJECT_SUSPENDED] = "suspended",
    [PROJECT_COMPLETED] = "completed", [PROJECT_CLOSED] = "closed",
    [PROJECT_CANCELLED] = "cancelled",
};

#define STATE(name) (1U << PROJECT_##name)

/* Whatever a state may become besides itself. */
static const unsigned next_states[PROJECT_STATES] = {
    [PROJECT_REGISTERED] = STATE(PAID) | STATE(ACTIVE) | STATE(CANCELLED),
    [PROJECT_PAID] = STATE(ACTIVE) | STATE(EXTENDED) | STATE(SUSPENDED) | STATE(COMPLETED) |
                     STATE(CANCELLED),
    [PROJECT_ACTIVE] = STATE(EXTENDED) | STATE(SUSPENDED) | STATE(COMPLETED) | STATE(CANCELLED),
    [PROJECT_EXTENDED] = STATE(SUSPENDED) | STATE(COMPLETED),
    [PROJECT_SUSPENDED] = STATE(ACTIVE) | STATE(EXTENDED) | STATE(COMPLETED) | STATE(CANCELLED),
    [PROJECT_COMPLETED] = STATE(CLOSED),
};

enum injury_project_state injury_project_state_of(struct text word)
{
    for (unsigned state = PROJECT_UNKNOWN + 1; state < PROJECT_STATES; state++)
        if (text_is(word, state_names[state]))
            return (enum injury_project_state)state;
    return PROJECT_UNKNOWN;
}

const char *injury_project_state_name(enum injury_project_state state)
{
    return state < PROJECT_STATES ? state_names[state] : state_names[PROJECT_UNKNOWN];
}

bool injury_project_may_become(enum injury_project_state from, enum injury_project_state to)
{
    if (from <= PROJECT_UNKNOWN || from >= PROJECT_STATES || to <= PROJECT_UNKNOWN ||
        to >= PROJECT_STATES)
        return false;
    return from == to || (next_states[from] & (1U << to)) != 0;
}

/* --- reading --------------------------------------------------------------------------- */

/* A day that is absent is none; one that cannot be read breaks the whole. */
static struct day day_of(const struct record *at, const char *path, bool *broken)
{
    struct day day = {0};

    if (injury_has(at, path) && !record_day(at, path, &day))
        *broken = true;
    return day;
}

static void read_pauses(const struct record *at, struct injury_project *project)
{
    const struct record *row = record_find(at, "suspensions/suspension");

    for (; row != NULL; row = record_same(row)) {
        struct injury_pause pause = {.from = day_of(row, "from", &project->broken),
                                     .to = day_of(row, "to", &project->broken)};

        if (project->pause_count == INJURY_PAUSES_MAX || pause.from.number == 0) {
            project->broken = true;
            return;
        }
        project->pauses[project->pause_count++] = pause;
    }
}

void injury_project_read(const struct record *at, struct injury_project *project)
{
    memset(project, 0, sizeof(*project));
    project->state = injury_project_state_of(injury_text(at, "state"));
    project->paid_on = day_of(at, "paidOn", &project->broken);
    project->starts_on = day_of(at, "startsOn", &project->broken);
    project->planned_end = day_of(at, "plannedEnd", &project->broken);
    project->extended_to = day_of(at, "extendedTo", &project->broken);
    project->ended_on = day_of(at, "endedOn", &project->broken);
    read_pauses(at, project);
}

static bool read_interval(const struct record *row, struct injury_interval *interval)
{
    uint64_t version;

    memset(interval, 0, sizeof(*interval));
    interval->row = row;
    interval->late = injury_is(row, "lateAdded", "true");
    if (!injury_instant(row, "from", &interval->from) ||
        !record_number(row, "version", UINT32_MAX, &version))
        return false;
    interval->version = (uint32_t)version;
    if (injury_has(row, "to") && (!injury_instant(row, "to", &interval->to) ||
                                  !instant_before(interval->from, interval->to)))
        return false;
    return !interval->late || injury_instant(row, "addedAt", &interval->added_at);
}

static void add_interval(struct injury_intervals *list, const struct injury_interval *interval)
{
    if (list->count == INJURY_INTERVALS_MAX)
        list->broken = true;
    else
        list->list[list->count++] = *interval;
}

void injury_intervals_read(const struct record *intervals, struct injury_intervals *list)
{
    const struct record *row = intervals == NULL ? NULL : record_find(intervals, "interval");

    memset(list, 0, sizeof(*list));
    for (; row != NULL; row = record_same(row)) {
        struct injury_interval interval;

        if (read_interval(row, &interval))
            add_interval(list, &interval);
        else
            list->broken = true;
    }
}

static bool same_person(struct text written, struct text wanted, struct day today)
{
    struct citizen_number a;
    struct citizen_number b;

    if (text_equal(written, wanted))
        return true;
    return citizen_number_parse(written, today, &a) &&
           citizen_number_parse(wanted, today, &b) && strcmp(a.digits, b.digits) == 0;
}

/* Is there a row of this person and entry with a higher version? Of two with the same version
 * the first counts (INJ-C28 refuses such a roster). */
static bool is_replaced(const struct record *roster, const struct record *row,
                        const struct injury_interval *interval, struct text identity,
                        struct day today)
{
    const struct record *other = record_find(roster, "workers/worker");
    bool before = true;

    for (; other != NULL; other = record_same(other)) {
        struct instant from;
        uint64_t version;

        if (other == row) {
            before = false;
            continue;
        }
        if (!injury_instant(other, "from", &from) || from.ms != interval->from.ms ||
            !record_number(other, "version", UINT32_MAX, &version) ||
            version < interval->version || (version == interval->version && !before))
            continue;
        if (same_person(injury_text(other, "identityNumber"), identity, today))
            return true;
    }
    return false;
}

void injury_roster_find(const struct record *roster, struct text identity, struct day today,
                        struct injury_intervals *list)
{
    const struct record *row = record_find(roster, "workers/worker");

    memset(list, 0, sizeof(*list));
    for (; row != NULL; row = record_same(row)) {
        struct injury_interval interval;

        if (!same_person(injury_text(row, "identityNumber"), identity, today))
            continue;
        if (!read_interval(row, &interval))
            list->broken = true;
        else if (!injury_is(row, "cancelled", "true") &&
                 !is_replaced(roster, row, &interval, identity, today))
            add_interval(list, &interval);
    }
}

/* --- deciding -------------------------------------------------------------------------- */

static const struct {
    const char *code;
    enum injury_answer answer;
} findings[COVER_FINDINGS] = {
    [COVER_INSURED] = {"INJ-P00", COVER_YES},
    [COVER_INSURED_LATE] = {"INJ-P01", COVER_YES},
    [COVER_NOT_ON_ROSTER] = {"INJ-P02", COVER_NO},
    [COVER_BEFORE_ENTRY] = {"INJ-P03", COVER_NO},
    [COVER_AFTER_EXIT] = {"INJ-P04", COVER_NO},
    [COVER_ADDED_TOO_LATE] = {"INJ-P05", COVER_NO},
    [COVER_BEFORE_START] = {"INJ-P06", COVER_NO},
    [COVER_AFTER_END] = {"INJ-P07", COVER_NO},
    [COVER_NOT_PAID] = {"INJ-P08", COVER_NO},
    [COVER_CANCELLED] = {"INJ-P09", COVER_NO},
    [COVER_SUSPENDED] = {"INJ-P10", COVER_UNDECIDED},
    [COVER_NOT_EXTENDED] = {"INJ-P11", COVER_UNDECIDED},
    [COVER_DATA_CONTRADICTS] = {"INJ-P12", COVER_UNDECIDED},
};

const char *injury_finding_code(enum injury_finding finding)
{
    CHECK(finding < COVER_FINDINGS);
    return findings[finding].code;
}

static struct day registered_end(const struct injury_project *project)
{
    return project->extended_to.number != 0 ? project->extended_to : project->planned_end;
}

static struct day last_day(const struct injury_project *project)
{
    struct day end = registered_end(project);

    return project->ended_on.number != 0 && project->ended_on.number < end.number
               ? project->ended_on
               : end;
}

static bool contradicts(const struct injury_project *project)
{
    bool ended = project->state == PROJECT_COMPLETED || project->state == PROJECT_CLOSED;

    return project->broken || project->state == PROJECT_UNKNOWN ||
           project->starts_on.number == 0 || project->planned_end.number == 0 ||
           registered_end(project).number < project->starts_on.number ||
           (project->ended_on.number != 0 &&
            project->ended_on.number < project->starts_on.number) ||
           (ended && project->ended_on.number == 0);
}

static bool is_paused(const struct injury_project *project, struct day day)
{
    for (size_t i = 0; i < project->pause_count; i++) {
        const struct injury_pause *pause = &project->pauses[i];

        if (pause->from.number <= day.number &&
            (pause->to.number == 0 || day.number <= pause->to.number))
            return true;
    }
    return false;
}

/* COVER_INSURED: the project's insurance covers that day. */
static enum injury_finding look_at_project(const struct injury_project *project, struct day day)
{
    if (contradicts(project))
        return COVER_DATA_CONTRADICTS;
    if (project->state == PROJECT_CANCELLED)
        return COVER_CANCELLED;
    if (project->paid_on.number == 0 || project->paid_on.number > day.number)
        return COVER_NOT_PAID;
    if (day.number < project->starts_on.number)
        return COVER_BEFORE_START;
    if (day.number > last_day(project).number)
        return project->ended_on.number != 0 && day.number <= project->ended_on.number
                   ? COVER_NOT_EXTENDED
                   : COVER_AFTER_END;
    return is_paused(project, day) ? COVER_SUSPENDED : COVER_INSURED;
}

static int64_t late_limit_ms(uint32_t region, struct day day, const struct rules *rules)
{
    char id[RULE_ID_SIZE];
    struct buffer text = buffer_over(id, sizeof(id));
    int64_t hours = rules_value(rules, "INJ-LATE", day, LATE_HOURS);

    buffer_format(&text, "INJ-LATE-%06u", region / 10000 * 10000);
    buffer_u8(&text, 0);
    CHECK(!text.overflow);
    hours = rules_value(rules, id, day, hours);
    return (hours < 0 || hours > LATE_HOURS_MAX ? LATE_HOURS : hours) * HOUR_MS;
}

static bool holds(const struct injury_interval *interval, struct instant at)
{
    return !instant_before(at, interval->from) &&
           (interval->to.ms == 0 || instant_before(at, interval->to));
}

static enum injury_finding look_at_interval(const struct injury_interval *interval,
                                            struct instant accident, int64_t limit_ms)
{
    if (!holds(interval, accident))
        return instant_before(accident, interval->from) ? COVER_BEFORE_ENTRY : COVER_AFTER_EXIT;
    if (!interval->late || !instant_before(accident, interval->added_at))
        return COVER_INSURED;
    return interval->added_at.ms - accident.ms <= limit_ms ? COVER_INSURED_LATE
                                                           : COVER_ADDED_TOO_LATE;
}

/* Which of two findings about different intervals says more: the first in this list. */
static int weight(enum injury_finding finding)
{
    static const enum injury_finding order[] = {COVER_INSURED, COVER_INSURED_LATE,
                                                COVER_ADDED_TOO_LATE, COVER_AFTER_EXIT,
                                                COVER_BEFORE_ENTRY};
    int at = 0;

    while (at < (int)COUNT_OF(order) && order[at] != finding)
        at++;
    return at;
}

static enum injury_finding look_at_intervals(const struct injury_intervals *intervals,
                                             struct instant accident, int64_t limit_ms,
                                             size_t *interval)
{
    enum injury_finding best = COVER_NOT_ON_ROSTER;

    for (size_t i = 0; i < intervals->count; i++) {
        enum injury_finding one = look_at_interval(&intervals->list[i], accident, limit_ms);

        if (weight(one) < weight(best)) {
            best = one;
            *interval = i + 1;
        }
    }
    if (intervals->broken && best != COVER_INSURED)
        best = COVER_DATA_CONTRADICTS; /* the row that cannot be read may be the one */
    return best;
}

void injury_cover_decide(const struct injury_project *project,
                         const struct injury_intervals *intervals, struct instant accident,
                         struct instant now, uint32_t region, const struct rules *rules,
                         struct injury_cover *cover)
{
    struct day day = instant_day(accident);
    size_t interval = 0;

    memset(cover, 0, sizeof(*cover));
    cover->finding = look_at_project(project, day);
    if (cover->finding == COVER_INSURED)
        cover->finding = look_at_intervals(intervals, accident,
                                           late_limit_ms(region, day, rules), &interval);
    cover->answer = findings[cover->finding].answer;
    if (cover->answer != COVER_YES)
        return;
    cover->interval = interval;
    cover->ended_since = last_day(project).number < instant_day(now).number;
}

/* --- premium --------------------------------------------------------------------------- */

static bool rate_of(struct text rate, int64_t *units)
{
    int64_t value = 0;

    if (rate.size < 3 || rate.size > 2 + RATE_DECIMALS || !text_starts(rate, "0."))
        return false;
    for (size_t i = 2; i < 2 + RATE_DECIMALS; i++) {
        char digit = i < rate.size ? rate.at[i] : '0';

        if (digit < '0' || digit > '9')
            return false;
        value = value * 10 + (digit - '0');
    }
    *units = value;
    return true;
}

/* The base is cut in two, so that no product leaves 64 bits: base <= 9e15 fen, rate < 1e8. */
bool injury_premium(struct money base, struct text rate, struct money *premium)
{
    int64_t units;

    if (base.fen < 0 || base.fen > MONEY_MAX || !rate_of(rate, &units))
        return false;
    premium->fen = base.fen / RATE_ONE * units +
                   (base.fen % RATE_ONE * units + RATE_ONE / 2) / RATE_ONE;
    return true;
}

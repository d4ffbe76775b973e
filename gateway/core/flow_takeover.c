/* flow_takeover.c - from one line of another system's list to a case, by the flow's table. */
#include "core/flow_takeover.h"

#include <string.h>

#include "core/flow_clock.h"

const struct flow_takeover_row *flow_takeover_row_at(const struct flow *flow, size_t index)
{
    const struct flow_takeover *table = flow->takeover;

    while (table != NULL && index >= table->count) {
        index -= table->count;
        table = table->rest;
    }
    return table != NULL ? &table->rows[index] : NULL;
}

static bool wrong(char why[TAKEOVER_WHY_SIZE], const char *text)
{
    struct buffer buffer = buffer_over(why, TAKEOVER_WHY_SIZE - 1);

    buffer_string(&buffer, text);
    why[buffer.size] = '\0';
    return false;
}

static bool wrong_limit(char why[TAKEOVER_WHY_SIZE], unsigned kind, const char *text)
{
    struct buffer buffer = buffer_over(why, TAKEOVER_WHY_SIZE - 1);

    buffer_format(&buffer, "limit: %s %s", clock_kind_name(kind).english, text);
    why[buffer.size] = '\0';
    return false;
}

/* --- which row -------------------------------------------------------------------------- */

static struct flow_facts facts_of(const struct flow_case *after)
{
    return (struct flow_facts){
        .flags = after->flags,
        .form_held = (after->flags & CASE_FORM_HELD) != 0,
        .money_seen = (after->flags & CASE_MONEY_SEEN) != 0,
        .form_total = after->form_total,
        .money_total = after->money_total,
    };
}

/* NULL: none fits; *known: the state has rows all the same. */
static const struct flow_takeover_row *find_row(const struct flow_situation *situation,
                                                bool *known)
{
    const struct flow *flow = situation->flow;
    struct flow_facts facts = facts_of(situation->before);
    unsigned guards = flow->guards != NULL ? flow->guards(situation, &facts)
                                           : flow_guards(situation, &facts);
    const struct flow_takeover_row *row;

    *known = false;
    for (size_t i = 0; (row = flow_takeover_row_at(flow, i)) != NULL; i++) {
        if (row->role != situation->before->role || row->state != situation->before->state)
            continue;
        *known = true;
        if ((row->holds & ~guards) == 0 && (row->lacks & guards) == 0)
            return row;
    }
    return NULL;
}

/* --- limits ----------------------------------------------------------------------------- */

static uint32_t named(const struct takeover *from)
{
    uint32_t kinds = 0;

    for (size_t i = 0; i < from->limit_count; i++)
        kinds |= FLOW_CLOCK(from->limits[i].kind);
    return kinds;
}

static bool limits_fit(const struct takeover *from, const struct flow_takeover_row *row,
                       char why[TAKEOVER_WHY_SIZE])
{
    uint32_t kinds = named(from);

    for (unsigned kind = CLOCK_NONE + 1; kind < CLOCK_KINDS; kind++) {
        if ((row->clocks & ~kinds & FLOW_CLOCK(kind)) != 0)
            return wrong_limit(why, kind, "runs in this state, and is not named");
        if ((kinds & ~(row->clocks | row->others) & FLOW_CLOCK(kind)) != 0)
            return wrong_limit(why, kind, "does not run in this state");
    }
    /* Day 0 may be the day before, where the first day counts. */
    for (size_t i = 0; i < from->limit_count; i++)
        if (from->limits[i].from.number < from->opened_on.number - 1)
            return wrong(why, "limit_from: before the case was opened");
    return true;
}

static void start_limits(const struct takeover *from, const struct flow_situation *situation,
                         struct flow_case *after)
{
    for (size_t i = 0; i < from->limit_count; i++) {
        const struct takeover_limit *limit = &from->limits[i];

        flow_clock_start(situation, after, limit->kind, limit->from);
    }
}

/* --- all -------------------------------------------------------------------------------- */

static struct flow_case case_of(const struct takeover *from)
{
    struct flow_case after = {
        .flow = from->flow,
        .role = from->role,
        .state = from->state,
        .version = 1,
        .flags = CASE_TAKEN_OVER,
        .in_region = from->in_region,
        .out_region = from->out_region,
        .form_total = from->form_total,
        .money_total = from->money_total,
        .opened_at = day_start(from->opened_on),
    };

    if (from->form_held)
        after.flags |= CASE_FORM_HELD;
    if (from->money_total.fen > 0)
        after.flags |= CASE_MONEY_SEEN;
    memcpy(after.trace, from->trace, sizeof(after.trace));
    return after;
}

/* A number that is not said is that of the first one, where one has been sent. */
static uint32_t revision_of(uint32_t said, bool sent)
{
    return said > 0 || !sent ? said : 1;
}

bool flow_take_over(const struct takeover *from, const struct rules *rules,
                    const struct calendar *calendar, struct flow_case *after,
                    char why[TAKEOVER_WHY_SIZE])
{
    const struct flow *flow = flow_find(from->flow);
    struct flow_event event = {.source = EVENT_OPERATOR, .at = day_start(from->opened_on)};
    struct flow_situation situation = {
        .flow = flow, .rules = rules, .calendar = calendar, .before = after, .event = &event};
    const struct flow_takeover_row *row;
    const char *fault;
    bool known;

    if (flow == NULL || flow->takeover == NULL)
        return wrong(why, "flow: its cases cannot be taken over");
    *after = case_of(from);
    fault = flow->takeover->take(from, rules, after);
    if (fault != NULL)
        return wrong(why, fault);
    row = find_row(&situation, &known);
    if (row == NULL && !known)
        return wrong(why, "state: a case cannot be taken over in it");
    if (row == NULL)
        return wrong(why, "form_total, money_total: no case stands so in this state");
    if (!limits_fit(from, row, why))
        return false;
    after->flags |= row->flags;
    after->letter_revision = revision_of(from->letter_revision, row->sent & SENT_LETTER);
    after->form_revision = revision_of(from->form_revision, row->sent & SENT_FORM);
    start_limits(from, &situation, after);
    return true;
}

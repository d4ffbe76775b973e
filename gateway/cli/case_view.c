/* case_view.c - what follows from a case's row, for people. */
#include "cli/case_view.h"

#include <string.h>

#include <stdlib.h>

#include "cli/json.h"
#include "cli/next_step.h"
#include "cli/stay_view.h"

bool case_open(const struct flow_case *flow_case)
{
    const struct flow *flow = flow_find(flow_case->flow);

    return flow == NULL || !flow_state_ends(flow, flow_case->state);
}

/* Passed before running, then by due time. */
static bool presses_more(const struct flow_clock *a, const struct flow_clock *b)
{
    bool a_passed = a->state == CLOCK_STATE_PASSED;

    if (b == NULL || a_passed != (b->state == CLOCK_STATE_PASSED))
        return b == NULL || a_passed;
    return instant_before(a->due, b->due);
}

const struct flow_clock *case_clock(const struct flow_case *flow_case)
{
    const struct flow_clock *best = NULL;

    if (!case_open(flow_case))
        return NULL;
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        const struct flow_clock *clock = &flow_case->clocks[i];
        bool counts = clock->state == CLOCK_STATE_PASSED ||
                      (clock->state == CLOCK_STATE_RUNNING && !clock->paused);

        if (clock->kind != CLOCK_NONE && counts && presses_more(clock, best))
            best = clock;
    }
    return best;
}

bool case_overdue(const struct flow_case *flow_case, struct instant now)
{
    const struct flow_clock *clock = case_clock(flow_case);

    return clock != NULL &&
           (clock->state == CLOCK_STATE_PASSED || !instant_before(now, clock->due));
}

struct name clock_title(unsigned kind)
{
    static const char *const titles[] = {
        [CLOCK_NONE] = "none",
        [CLOCK_D1] = "Send the letter",
        [CLOCK_D2] = "Form and money",
        [CLOCK_D2P] = "Notice to person",
        [CLOCK_D3] = "Link records",
        [CLOCK_FUND] = "The other half",
        [CLOCK_CORRECTION] = "Corrected form",
        [CLOCK_LETTER] = "New letter or no",
        [CLOCK_CLEARING] = "Clear overlap",
        [CLOCK_WITHDRAWAL] = "Withdrawal reply",
        [CLOCK_REVERSAL] = "Money back",
        [CLOCK_SUSPENSE] = "Allocate or ask",
        [CLOCK_QUERY] = "Whose money",
        [CLOCK_RESTORE] = "Restore relation",
        [CLOCK_ANSWER] = "Answer",
        [CLOCK_PATIENCE] = "Hospital waits",
        [CLOCK_RETRY] = "Reverse again",
        [CLOCK_LAPSE] = "Forgotten",
        [CLOCK_CONFIRM] = "Core confirms",
        [CLOCK_FILING_END] = "Filing ends",
        [CLOCK_REPLY] = "Reply",
        [CLOCK_CHECK] = "Check at origin",
        [CLOCK_CONSENT] = "Consent",
        [CLOCK_GATHER] = "Gather relations",
    };
    struct name name = clock_kind_name(kind);

    _Static_assert(COUNT_OF(titles) == CLOCK_KINDS, "every kind has its title");
    if (kind < COUNT_OF(titles))
        name.english = titles[kind];
    return name;
}

bool clock_late(const struct flow_clock *clock, struct instant now)
{
    return clock->state == CLOCK_STATE_PASSED ||
           (clock->state == CLOCK_STATE_RUNNING && !clock->paused &&
            !instant_before(now, clock->due));
}

const char *clock_tell(const struct flow_clock *clock, struct instant now,
                       char out[CLOCK_TELL_SIZE])
{
    /* 24:00 of the last day is the next day's 0:00. */
    struct day last = instant_day(instant_add_ms(clock->due, -1));
    int days = last.number - instant_day(now).number;

    if (clock->state == CLOCK_STATE_MET)
        snprintf(out, CLOCK_TELL_SIZE, "%s", _("met"));
    else if (clock->paused)
        snprintf(out, CLOCK_TELL_SIZE, "%s", _("paused"));
    else if (days > 0)
        snprintf(out, CLOCK_TELL_SIZE, ngettext("%d day left", "%d days left", (unsigned)days),
                 days);
    else if (days == 0)
        snprintf(out, CLOCK_TELL_SIZE, "%s", clock_late(clock, now) ? _("late") : _("today"));
    else
        snprintf(out, CLOCK_TELL_SIZE, ngettext("%d day late", "%d days late", (unsigned)-days),
                 -days);
    return out;
}

uint32_t case_revision(const struct flow_case *flow_case)
{
    return flow_case->form_revision > 0 ? flow_case->form_revision : flow_case->letter_revision;
}

struct name case_state_name(const struct flow_case *flow_case)
{
    const struct flow *flow = flow_find(flow_case->flow);

    return flow == NULL ? flow_name(UINT32_MAX) : flow_state_name(flow, flow_case->state);
}

/* What of its full name tells a flow from the others; what has none here keeps the full one. */
static const char *const flow_chinese[] = {
    [FLOW_PENSION_EMPLOYEE] = "企业职工",    [FLOW_PENSION_REMITTANCE] = "到账认领",
    [FLOW_SETTLEMENT_FILING] = "就医备案",   [FLOW_SETTLEMENT_STAY] = "就医结算",
    [FLOW_INJURY_RECORD] = "工伤协查",       [FLOW_PENSION_TEMPORARY] = "临时账户",
    [FLOW_PENSION_RESIDENT] = "城乡居民",    [FLOW_PENSION_SWITCH] = "制度衔接",
    [FLOW_PENSION_INSTITUTION] = "机关事业", [FLOW_PENSION_MILITARY] = "军人退役",
    [FLOW_MEDICAL_TRANSFER] = "医保关系",    [FLOW_PENSION_ANNUITY] = "职业年金",
    [FLOW_TRANSFER_ENQUIRY] = "进度查询",
};

const char *case_flow_short(unsigned flow)
{
    struct name name = flow_name(flow);
    const char *dot = strchr(name.english, '.');

    if (flow < COUNT_OF(flow_chinese) && flow_chinese[flow] != NULL)
        name.chinese = flow_chinese[flow];
    name.english = dot != NULL ? dot + 1 : name.english;
    return language_name(name);
}

const char *case_kind_short(const struct flow_kind *kind)
{
    if (kind == NULL)
        return "";
    return language_name((struct name){kind->code, kind->name.chinese});
}

struct money case_amount(const struct flow_case *flow_case)
{
    if (stay_is(flow_case))
        return stay_amounts_of(flow_case).total;
    return flow_case->money_total.fen != 0 ? flow_case->money_total : flow_case->form_total;
}

static void json_flags(json_t *object, uint32_t flags)
{
    static const struct {
        enum case_flag flag;
        const char *name;
    } names[] = {
        {CASE_FLAGGED, "flagged"},        {CASE_MERGED, "merged"},
        {CASE_PARTIAL, "partial"},        {CASE_CORRECTED, "corrected"},
        {CASE_NO_MONEY, "without_money"}, {CASE_OVERLAP, "overlap"},
        {CASE_TAKEN_OVER, "taken_over"},
    };

    for (size_t i = 0; i < COUNT_OF(names); i++)
        json_bool(object, names[i].name, (flags & (uint32_t)names[i].flag) != 0);
}

/* null: not known yet, or there are no kinds. */
static void json_kind(json_t *object, const struct flow_kind *kind)
{
    json_text(object, "kind", kind != NULL ? kind->code : NULL);
    json_text(object, "kind_english", kind != NULL ? kind->name.english : NULL);
    json_text(object, "kind_chinese", kind != NULL ? kind->name.chinese : NULL);
}

json_t *case_json(const struct flow_case *flow_case, const char *party, struct instant now)
{
    const struct flow_clock *clock = case_clock(flow_case);
    struct next_step next = next_step_of(flow_case);
    json_t *object = json_new_object();

    json_uuid(object, "case_id", &flow_case->case_id);
    json_text(object, "flow", flow_name(flow_case->flow).english);
    json_text(object, "flow_chinese", flow_name(flow_case->flow).chinese);
    json_kind(object, flow_case_kind(flow_case));
    json_text(object, "role", role_name(flow_case->role).english);
    json_text(object, "state", case_state_name(flow_case).english);
    json_bool(object, "open", case_open(flow_case));
    json_number(object, "revision", case_revision(flow_case));
    json_number(object, "form_fen", flow_case->form_total.fen);
    json_number(object, "money_fen", flow_case->money_total.fen);
    json_text(object, "party", party);
    json_instant(object, "due", clock == NULL ? (struct instant){0} : clock->due);
    json_bool(object, "overdue", case_overdue(flow_case, now));
    json_flags(object, flow_case->flags);
    json_uuid(object, "other", &flow_case->other);
    json_text(object, "trace", flow_case->trace);
    json_number(object, "in_region", flow_case->in_region);
    json_number(object, "out_region", flow_case->out_region);
    json_text(object, "code", flow_case->last_code);
    json_instant(object, "opened_at", flow_case->opened_at);
    json_instant(object, "changed_at", flow_case->changed_at);
    json_number(object, "version", flow_case->version);
    json_text(object, "state_chinese", case_state_name(flow_case).chinese);
    json_text(object, "next_actor", next_actor_text(next.actor));
    json_text(object, "next_step", next.actor == NEXT_NOBODY ? NULL : next.what.english);
    return object;
}

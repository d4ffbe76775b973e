/* stay_view.c - what follows from a stay's row, for people. */
#include "cli/stay_view.h"

#include <string.h>

#include "cli/case_view.h"
#include "cli/json.h"

bool stay_is(const struct flow_case *flow_case)
{
    return flow_part_of(flow_case->flow) == FLOW_PART_STAY;
}

bool stay_open(const struct flow_case *flow_case)
{
    return case_open(flow_case) &&
           (flow_case->state != STAY_SETTLED || (flow_case->flags & CASE_UNCONFIRMED) != 0);
}

struct text stay_institution(const struct flow_case *flow_case)
{
    struct text rest = text_of(flow_case->trace);

    return text_cut(&rest, '/');
}

struct text stay_number(const struct flow_case *flow_case)
{
    struct text rest = text_of(flow_case->trace);

    text_cut(&rest, '/');
    return rest;
}

uint32_t stay_far_region(const struct flow_case *flow_case)
{
    return flow_case->role == ROLE_TREATING ? flow_case->out_region : flow_case->in_region;
}

struct month stay_month(const struct flow_case *flow_case)
{
    return day_month(instant_day(flow_case->opened_at));
}

struct name stay_visit_name(unsigned visit)
{
    static const struct name names[] = {
        [VISIT_NONE] = {"not known", "不详"},
        [VISIT_INPATIENT] = {"inpatient", "住院"},
        [VISIT_OUTPATIENT] = {"outpatient", "门诊"},
        [VISIT_PHARMACY] = {"pharmacy", "药店购药"},
    };

    return names[visit < COUNT_OF(names) ? visit : VISIT_NONE];
}

const char *stay_level_text(unsigned level)
{
    static const char *const texts[] = {"-", "1", "2", "3", "-", "-", "-", "-", "-", "9"};

    return texts[level < COUNT_OF(texts) ? level : 0];
}

struct stay_amounts stay_amounts_of(const struct flow_case *flow_case)
{
    const struct stay *stay = &flow_case->part.stay;

    if ((flow_case->flags & CASE_BOOKED) == 0)
        return (struct stay_amounts){.total = stay->sums.total};
    return (struct stay_amounts){.booked = true,
                                 .total = stay->split.total,
                                 .fund = stay->split.fund,
                                 .account = stay->split.account,
                                 .cash = stay->split.cash};
}

/* --- doubt ------------------------------------------------------------------------------- */

static enum doubt doubt_in(unsigned flow, unsigned state)
{
    static const uint8_t doubts[STAY_STATES] = {
        [STAY_REG_UNCERTAIN] = DOUBT_REGISTRATION,    [STAY_SETL_UNCERTAIN] = DOUBT_SETTLEMENT,
        [STAY_CANCEL_UNCERTAIN] = DOUBT_CANCELLATION, [STAY_REVERSING] = DOUBT_REVERSING,
        [STAY_MISMATCHED] = DOUBT_MISMATCHED,
    };

    return flow_part_of(flow) == FLOW_PART_STAY && state < STAY_STATES
               ? (enum doubt)doubts[state]
               : DOUBT_NONE;
}

bool doubt_of_state(unsigned flow, unsigned state)
{
    return doubt_in(flow, state) != DOUBT_NONE;
}

enum doubt doubt_of(const struct flow_case *flow_case, struct instant now)
{
    const struct flow_question *question = flow_case_question(flow_case);
    enum doubt doubt = doubt_in(flow_case->flow, flow_case->state);

    if (doubt != DOUBT_NONE)
        return doubt;
    if (stay_is(flow_case) && (flow_case->flags & CASE_UNCONFIRMED) != 0)
        return DOUBT_UNCONFIRMED;
    return question != NULL && case_open(flow_case) && question->answer_by.ms != 0 &&
                   instant_before(question->answer_by, now)
               ? DOUBT_LATE
               : DOUBT_NONE;
}

struct name doubt_name(enum doubt doubt)
{
    static const struct name names[] = {
        [DOUBT_NONE] = {"none", "无"},
        [DOUBT_REGISTRATION] = {"registration", "登记存疑"},
        [DOUBT_SETTLEMENT] = {"settlement", "结算存疑"},
        [DOUBT_CANCELLATION] = {"cancellation", "撤销存疑"},
        [DOUBT_REVERSING] = {"reversing", "冲正中"},
        [DOUBT_MISMATCHED] = {"mismatched", "账目不符"},
        [DOUBT_UNCONFIRMED] = {"unconfirmed", "未确认"},
        [DOUBT_LATE] = {"late answer", "逾时未答复"},
    };

    _Static_assert(COUNT_OF(names) == DOUBTS, "every doubt has its names");
    return names[doubt < DOUBTS ? doubt : DOUBT_NONE];
}

/* --- what comes next, from the flow's own table --------------------------------------------
 */

static bool from_here(const struct flow *flow, const struct flow_step *step, unsigned state)
{
    return step->from == state || step->from == FLOW_ANY ||
           (step->from == FLOW_ACTIVE && !flow_state_ends(flow, state));
}

/* The first row for this source and action in the case's state; NULL: none that is accepted. */
static const struct flow_step *step_of(const struct flow_case *flow_case,
                                       enum event_source source, unsigned action)
{
    const struct flow *flow = flow_find(flow_case->flow);

    if (flow == NULL || flow_case->role >= ROLES)
        return NULL;
    for (size_t i = 0; i < flow->step_count[flow_case->role]; i++) {
        const struct flow_step *step = &flow->steps[flow_case->role][i];

        if (step->source == source && step->action == action &&
            from_here(flow, step, flow_case->state))
            return step->refusal == NULL ? step : NULL;
    }
    return NULL;
}

/* What sends something comes before what only ends a wait, then the earlier one. */
static bool comes_before(const struct next_act *act, const struct next_act *best)
{
    if (best->clock == NULL)
        return true;
    if ((act->action != ACTION_NONE) != (best->action != ACTION_NONE))
        return act->action != ACTION_NONE;
    return instant_before(act->clock->due, best->clock->due);
}

struct next_act next_act_of(const struct flow_case *flow_case)
{
    struct next_act best = {.clock = NULL};

    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        const struct flow_clock *clock = &flow_case->clocks[i];
        struct next_act act = {.clock = clock};
        const struct flow_step *step;

        if (clock->kind == CLOCK_NONE || clock->state != CLOCK_STATE_RUNNING)
            continue;
        step = step_of(flow_case, EVENT_TIMER, clock->kind);
        if (step == NULL)
            continue;
        act.action = step->send_partner;
        if (comes_before(&act, &best))
            best = act;
    }
    return best;
}

bool stay_reversible(const struct flow_case *flow_case)
{
    return stay_is(flow_case) && step_of(flow_case, EVENT_OPERATOR, ACTION_REVERSE) != NULL;
}

/* --- words and objects ---------------------------------------------------------------------
 */

bool month_option(struct cli *cli, const char *text, struct month *month, struct error *err)
{
    *month = (struct month){0};
    if (text == NULL || month_parse(text_of(text), month))
        return true;
    cli_hint(cli, _("a month is written like 2026-03"));
    return fail(err, ERROR_USAGE, _("%s is no month"), text);
}

json_t *next_act_json(const struct next_act *act)
{
    json_t *object;

    if (act->clock == NULL)
        return json_null();
    object = json_new_object();
    json_text(object, "action",
              act->action == ACTION_NONE ? NULL : action_name(act->action).english);
    json_text(object, "clock", clock_kind_name(act->clock->kind).english);
    json_instant(object, "at", act->clock->due);
    return object;
}

static void put_fen(json_t *object, const char *name, bool known, struct money money)
{
    if (known)
        json_number(object, name, money.fen);
    else
        json_null_field(object, name);
}

json_t *stay_json(const struct flow_case *flow_case, const char *party, struct instant now)
{
    struct stay_amounts amounts = stay_amounts_of(flow_case);
    enum doubt doubt = doubt_of(flow_case, now);
    json_t *object = json_new_object();

    json_view(object, "stay", stay_number(flow_case));
    json_view(object, "institution", stay_institution(flow_case));
    json_uuid(object, "case_id", &flow_case->case_id);
    json_text(object, "role", role_name(flow_case->role).english);
    json_number(object, "far_region", stay_far_region(flow_case));
    json_text(object, "party", party);
    json_text(object, "insurance", insurance_name(flow_case->part.stay.insurance).english);
    json_text(object, "state", case_state_name(flow_case).english);
    json_text(object, "state_chinese", case_state_name(flow_case).chinese);
    json_bool(object, "open", stay_open(flow_case));
    json_text(object, "doubt", doubt == DOUBT_NONE ? NULL : doubt_name(doubt).english);
    json_bool(object, "booked", amounts.booked);
    json_number(object, "total_fen", amounts.total.fen);
    put_fen(object, "fund_fen", amounts.booked, amounts.fund);
    put_fen(object, "account_fen", amounts.booked, amounts.account);
    put_fen(object, "cash_fen", amounts.booked, amounts.cash);
    json_instant(object, "opened_at", flow_case->opened_at);
    json_instant(object, "since", flow_case->changed_at);
    return object;
}

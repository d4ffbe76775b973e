/* stay_books.c - what documents bring: into the stay, its lines, and the books between the two
 * provinces. */
#include <string.h>

#include "core/flow_clock.h"
#include "core/stay_effect.h"

void stay_remember_reversed(struct stay *stay, const struct uuid *id)
{
    for (size_t i = 0; i < STAY_REVERSED_MAX; i++)
        if (uuid_equal(&stay->reversed[i], id))
            return;
    memmove(&stay->reversed[1], &stay->reversed[0],
            (STAY_REVERSED_MAX - 1) * sizeof(stay->reversed[0]));
    stay->reversed[0] = *id;
}

/* --- money ----------------------------------------------------------------------- */

static void owe(struct effect *effect, unsigned debit, unsigned credit, struct money amount)
{
    struct flow_decision *decision = effect->decision;
    int year;
    int month;
    int day;

    if (amount.fen == 0)
        return;
    day_parts(instant_day(effect->event->at), &year, &month, &day);
    CHECK(decision->owed_count < FLOW_OWED_MAX);
    decision->owed[decision->owed_count++] = (struct flow_owed){
        .debit = (uint8_t)debit,
        .credit = (uint8_t)credit,
        .insurance = effect->stay->insurance,
        .amount = amount,
        .period = (uint32_t)(year * 100 + month),
    };
}

/* The settlement comes into the books of this side (+1), or out of them (-1). */
static void book(struct effect *effect, int sign)
{
    struct money fund = stay_owed_fund(&effect->stay->split);
    struct money account = stay_owed_account(&effect->stay->split);
    bool booked = (effect->after->flags & CASE_BOOKED) != 0;

    if (booked == (sign > 0))
        return;
    effect->after->flags ^= CASE_BOOKED;
    fund.fen *= sign;
    account.fen *= sign;
    if (effect->treating) {
        owe(effect, ACCOUNT_RECEIVABLE, ACCOUNT_HOSPITAL, fund);
        owe(effect, ACCOUNT_RECEIVABLE, ACCOUNT_HOSPITAL, account);
    } else {
        owe(effect, ACCOUNT_FUND, ACCOUNT_PAYABLE, fund);
        owe(effect, ACCOUNT_PERSONAL, ACCOUNT_PAYABLE, account);
    }
}

static void take_settlement(struct effect *effect)
{
    const struct record *body = effect->event->body;

    effect->stay->split = effect->said->split;
    stay_field(body, "settlementNumber", effect->stay->settlement_number,
               sizeof(effect->stay->settlement_number));
    effect->stay->settled_at = effect->event->at;
    if (effect->stay->settlements < UINT16_MAX)
        effect->stay->settlements++;
    book(effect, +1);
    if (effect->treating && effect->event->core_two_phase) {
        effect->after->flags |= CASE_UNCONFIRMED;
        stay_start(effect, CLOCK_CONFIRM, "STL-CONFIRM", 600000);
    }
}

static void take_cancellation(struct effect *effect)
{
    effect->after->flags |= CASE_WAS_CANCELLED;
    effect->after->flags &= ~(uint32_t)(CASE_UNCONFIRMED | CASE_PRESETTLED);
    if (effect->stay->cancellations < UINT16_MAX)
        effect->stay->cancellations++;
    book(effect, -1);
}

/* What was reversed is as if it had never been. */
void stay_take_reversal(struct effect *effect)
{
    unsigned of = effect->said->of_action;

    if (of == 0)
        of = effect->stay->original_action;
    stay_remember_reversed(effect->stay, &effect->stay->original);
    effect->after->flags |= CASE_WAS_REVERSED;
    if (effect->stay->reversals < UINT16_MAX)
        effect->stay->reversals++;
    if (of == ACTION_SETTLE) {
        book(effect, -1);
        effect->after->flags &= ~(uint32_t)CASE_UNCONFIRMED;
    } else if (of == ACTION_CANCEL) {
        book(effect, +1);
        if (effect->after->flags &
            CASE_UNCONFIRMED) /* nobody wants it: to be cancelled again */
            stay_start(effect, CLOCK_CONFIRM, "STL-CONFIRM", 600000);
    } else if (of == ACTION_REGISTER) {
        effect->stay->filing = (struct uuid){{0}};
        effect->stay->visit_number[0] = '\0';
    }
    effect->stay->original_action = ACTION_NONE;
    memset(&effect->stay->original, 0, sizeof(effect->stay->original));
}

/* INSURED: the core did it although it is to be reversed; its books say so, then ours do. What
 * it says of something else was undone before, and is not in its books any more. */
void stay_note_done_late(struct effect *effect)
{
    unsigned of = effect->stay->original_action;
    bool booked = (effect->after->flags & CASE_BOOKED) != 0;

    if (!effect->said->answer_ok || effect->event->action != stay_answer_action(of))
        return;
    if (of == ACTION_SETTLE && effect->event->core_two_phase)
        return; /* it is not confirmed, so it takes no effect there */
    if (of == ACTION_SETTLE && !booked)
        take_settlement(effect);
    else if (of == ACTION_CANCEL && booked)
        take_cancellation(effect);
}

/* --- documents ------------------------------------------------------------------- */

static void take_registration(struct effect *effect)
{
    stay_field(effect->event->body, "visitNumber", effect->stay->visit_number,
               sizeof(effect->stay->visit_number));
}

static void take_register(struct effect *effect)
{
    struct text emergency;

    stay_describe(effect->event->body, effect->stay);
    if (record_text(effect->event->body, "emergency", &emergency) && text_is(emergency, "true"))
        effect->after->flags |= CASE_EMERGENCY;
    if (effect->said->overlaps)
        effect->after->flags |= CASE_OVERLAPS;
    if (effect->said->filing != NULL) {
        effect->stay->filing = effect->said->filing->case_id;
        effect->stay->filing_version = effect->said->filing->letter_revision;
    }
}

static void take_identify(struct effect *effect)
{
    effect->stay->insurance = (uint8_t)stay_insurance_of(effect->event->body);
}

static bool add(struct money *a, struct money b, int sign)
{
    return sign > 0 ? money_add(*a, b, a) : money_subtract(*a, b, a);
}

static void add_sums(struct stay_sums *sums, const struct stay_sums *more, int sign)
{
    /* Each was checked by the line checks; what passes the bounds stays as it was. */
    (void)(add(&sums->total, more->total, sign) && add(&sums->own_pay, more->own_pay, sign) &&
           add(&sums->over_limit, more->over_limit, sign) &&
           add(&sums->pre_pay, more->pre_pay, sign) &&
           add(&sums->in_scope, more->in_scope, sign));
}

static void take_lines(struct effect *effect)
{
    struct stay *stay = effect->stay;
    const struct stay_facts *said = effect->said;

    effect->after->flags &= ~(uint32_t)CASE_PRESETTLED;
    if (said->batch_number != stay->batch) {
        stay->batch = said->batch_number;
        stay->batch_count = 0;
        memset(&stay->batch_sums, 0, sizeof(stay->batch_sums));
    }
    if (said->batch_count == 0)
        return;
    stay->batch_count += said->batch_count;
    add_sums(&stay->batch_sums, &said->batch, +1);
    stay->line_count += said->batch_count;
    add_sums(&stay->sums, &said->batch, +1);
    effect->decision->lines = LINES_ADD;
    effect->decision->lines_batch = stay->batch;
}

/* Out of force at once, so that nothing is settled with them; what was taken out is remembered
 * until it is known whether it was over there, too. */
static void take_lines_undo(struct effect *effect)
{
    struct stay *stay = effect->stay;
    const struct stay_facts *said = effect->said;

    effect->after->flags &= ~(uint32_t)CASE_PRESETTLED;
    if ((effect->after->flags & CASE_LINES_HELD) == 0) {
        stay->batch_count = 0;
        memset(&stay->batch_sums, 0, sizeof(stay->batch_sums));
    }
    effect->after->flags |= CASE_LINES_HELD;
    if (said->batch_count == 0)
        return;
    stay->batch_count += said->batch_count;
    add_sums(&stay->batch_sums, &said->batch, +1);
    stay->line_count -= said->batch_count;
    add_sums(&stay->sums, &said->batch, -1);
    effect->decision->lines = said->all_lines ? LINES_HOLD_ALL : LINES_HOLD;
}

static void forget_batch(struct stay *stay)
{
    stay->batch_count = 0;
    memset(&stay->batch_sums, 0, sizeof(stay->batch_sums));
}

/* The batch was not taken over there: it is as if it had never come. Of one that was taken
 * before and asked again, the newest word counts: both sides have the same one last. */
void stay_drop_batch(struct effect *effect)
{
    struct stay *stay = effect->stay;

    if (stay->batch_count == 0 || (effect->after->flags & CASE_LINES_HELD) != 0)
        return;
    stay->line_count -= stay->batch_count;
    add_sums(&stay->sums, &stay->batch_sums, -1);
    effect->decision->lines = LINES_DROP_BATCH;
    effect->decision->lines_batch = stay->batch;
    forget_batch(stay);
}

void stay_end_hold(struct effect *effect, bool cancelled)
{
    struct stay *stay = effect->stay;

    if ((effect->after->flags & CASE_LINES_HELD) == 0)
        return;
    effect->after->flags &= ~(uint32_t)CASE_LINES_HELD;
    if (stay->batch_count == 0)
        return;
    effect->decision->lines = cancelled ? LINES_LET_GO : LINES_PUT_BACK;
    if (!cancelled) {
        stay->line_count += stay->batch_count;
        add_sums(&stay->sums, &stay->batch_sums, +1);
    }
    forget_batch(stay);
}

/* An answer must keep to it (STL-A11), and comes without its question. */
static void bar_account(struct effect *effect)
{
    struct text used;

    effect->after->flags &= ~(uint32_t)CASE_ACCOUNT_BARRED;
    if (record_text(effect->event->body, "useAccount", &used) && text_is(used, "false"))
        effect->after->flags |= CASE_ACCOUNT_BARRED;
}

void stay_take_question(struct effect *effect)
{
    switch (effect->event->action) {
    case ACTION_IDENTIFY:
        take_identify(effect);
        break;
    case ACTION_REGISTER:
        take_register(effect);
        break;
    case ACTION_LINES:
        take_lines(effect);
        break;
    case ACTION_LINES_UNDO:
        take_lines_undo(effect);
        break;
    case ACTION_DISCHARGE:
        if (!record_day(effect->event->body, "dischargedOn", &effect->stay->discharged))
            effect->stay->discharged = instant_day(effect->event->at);
        break;
    case ACTION_PRESETTLE:
        memcpy(effect->stay->quote_digest, effect->event->lines_digest,
               sizeof(effect->stay->quote_digest));
        bar_account(effect);
        break;
    case ACTION_SETTLE:
        bar_account(effect);
        break;
    case ACTION_CONFIRM:
        effect->after->flags &= ~(uint32_t)CASE_UNCONFIRMED;
        break;
    default:
        break;
    }
}

void stay_take_answer(struct effect *effect)
{
    bool ok = effect->said->answer_ok;
    bool fails = effect->facts->checks_fail;

    switch (effect->event->action) {
    case ACTION_REGISTERED:
        if (ok)
            take_registration(effect);
        break;
    case ACTION_LINES_TAKEN:
        if (!ok)
            stay_drop_batch(effect);
        break;
    case ACTION_LINES_UNDONE:
        stay_end_hold(effect, ok);
        break;
    case ACTION_DISCHARGE_UNDONE:
        if (ok)
            effect->stay->discharged = (struct day){0};
        break;
    case ACTION_PRESETTLED:
        if (ok && !fails) {
            effect->stay->quote = effect->said->split;
            effect->after->flags |= CASE_PRESETTLED;
        }
        break;
    case ACTION_SETTLED:
        if (ok && effect->after->state == STAY_SETTLED)
            take_settlement(effect);
        break;
    case ACTION_CANCELLED:
        if (ok && effect->after->state != STAY_REVERSING)
            take_cancellation(effect);
        break;
    case ACTION_REVERSED:
        if (ok)
            stay_take_reversal(effect);
        break;
    case ACTION_OUTCOME:
        if (effect->after->state == STAY_SETTLED &&
            effect->situation->before->state != STAY_SETTLED)
            take_settlement(effect);
        else if (effect->situation->before->state == STAY_CANCEL_UNCERTAIN &&
                 effect->after->state != STAY_REVERSING)
            take_cancellation(effect);
        else if (effect->after->state == STAY_REGISTERED)
            take_registration(effect);
        break;
    default:
        break;
    }
}

/* medical_takeover.c - the states of record and money in which nothing is under way. */
#include "core/medical_takeover.h"

#include "core/medical_event.h"
#include "core/medical_transfer.h"

/* Short names, so that a row of the table stays one line. */
enum { IN = ROLE_IN, OUT = ROLE_OUT };

enum {
    APPLIED = MEDICAL_APPLIED,
    CHECKED = MEDICAL_CHECKED,
    ACCEPTED = MEDICAL_ACCEPTED,
    NOTICED = MEDICAL_NOTICED,
    RETURNED = MEDICAL_RETURNED,
    HELD = MEDICAL_SHEET_HELD,
    BAD = MEDICAL_SHEET_BAD,
    AWAITING = MEDICAL_AWAITING
};

enum {
    SHEET = GUARD_FORM,
    ASKED = MEDICAL_ASKED,
    ASKER = MEDICAL_ASKER,
    FINAL = MEDICAL_FINAL,
    DUE = MEDICAL_MONEY_DUE,
    MOVING = MEDICAL_MONEY_MOVING,
    NONE = SENT_NOTHING,
    NOTICE = SENT_LETTER,
    ALL = SENT_LETTER | SENT_FORM,
    BACK = CASE_FORM_BACK
};

#define D1     FLOW_CLOCK(CLOCK_D1)
#define D2     FLOW_CLOCK(CLOCK_D2)
#define D3     FLOW_CLOCK(CLOCK_D3)
#define FUND   FLOW_CLOCK(CLOCK_FUND)
#define CORR   FLOW_CLOCK(CLOCK_CORRECTION)
#define AGAIN  FLOW_CLOCK(CLOCK_LETTER)
#define SUSP   FLOW_CLOCK(CLOCK_SUSPENSE)
#define VERIFY FLOW_CLOCK(CLOCK_CHECK)

/* With a sheet: money is announced, or it moves, or it is back at OUT; else nothing is to come
 * any more. */
#define MONEY_BESIDE(role, state, clocks)                                                      \
    {role, state, ALL, 0, SHEET | DUE, 0, (clocks) | FUND, 0},                                 \
        {role, state, ALL, 0, SHEET | MOVING, FINAL, (clocks) | SUSP, FUND},                   \
    {                                                                                          \
        role, state, ALL, 0, SHEET, FINAL, (clocks) | FUND, 0                                  \
    }
/* A sheet that was returned announces nothing. */
#define SHEET_RETURNED(role)                                                                   \
    {role, BAD, ALL, BACK, FINAL, SHEET | MOVING, CORR, 0},                                    \
        {role, BAD, ALL, BACK, MOVING, SHEET | FINAL, CORR | SUSP, FUND},                      \
    {                                                                                          \
        role, BAD, ALL, BACK, 0, SHEET | DUE | MOVING | FINAL, CORR, FUND                      \
    }

static const struct flow_takeover_row rows[] = {
    {IN, APPLIED, NONE, 0, ASKER, SHEET, D1, VERIFY},
    {IN, APPLIED, NONE, 0, ASKED, SHEET, D1, 0},
    {IN, CHECKED, NONE, 0, ASKER, SHEET, D1, 0},
    {IN, CHECKED, NONE, 0, ASKED, SHEET, 0, 0},
    {IN, ACCEPTED, NONE, 0, 0, SHEET, D1 | D2, 0},
    {IN, NOTICED, NOTICE, 0, 0, SHEET, D2, 0},
    {IN, RETURNED, NOTICE, 0, 0, SHEET, AGAIN, 0},
    {IN, HELD, ALL, 0, SHEET | FINAL, 0, D3, 0},
    MONEY_BESIDE(IN, HELD, D3),
    SHEET_RETURNED(IN),
    MONEY_BESIDE(IN, AWAITING, 0),

    {OUT, APPLIED, NONE, 0, ASKER, SHEET, VERIFY, D1},
    {OUT, APPLIED, NONE, 0, ASKED, SHEET, VERIFY, 0},
    {OUT, CHECKED, NONE, 0, ASKER, SHEET, VERIFY, 0},
    {OUT, CHECKED, NONE, 0, ASKED, SHEET, 0, 0},
    {OUT, ACCEPTED, NONE, 0, 0, SHEET, D2, 0},
    {OUT, NOTICED, NOTICE, 0, 0, SHEET, D2, 0},
    {OUT, RETURNED, NOTICE, 0, 0, SHEET, AGAIN, 0},
    {OUT, HELD, ALL, 0, SHEET | FINAL, 0, D3, 0},
    MONEY_BESIDE(OUT, HELD, D3),
    SHEET_RETURNED(OUT),
    MONEY_BESIDE(OUT, AWAITING, 0),
};

/* --- where the money stands -------------------------------------------------------------- */

/* What is known with each state of the axis, at IN and at OUT. */
struct money_row {
    uint8_t role;
    uint8_t money;
    uint8_t ways;       /* bit per pay way of the sheet that is held */
    bool without_sheet; /* may be, too, while none is held */
    bool seen;          /* booked at IN, paid by OUT */
    bool equal;         /* of IN: to the sheet; else it differs */
};

enum {
    WAY_NONE = 1 << PAY_NONE,
    WAY_TRANSFER = 1 << PAY_TRANSFER,
    WAY_REFUND = 1 << PAY_REFUND
};

static const struct money_row money_rows[] = {
    {IN, MONEY_NONE, WAY_NONE, true, false, false},
    {IN, MONEY_DUE, WAY_TRANSFER | WAY_REFUND, false, false, false},
    {IN, MONEY_PAID, WAY_TRANSFER, true, false, false},
    {IN, MONEY_MATCHED, WAY_TRANSFER, false, true, true},
    {IN, MONEY_MISMATCH, WAY_TRANSFER, true, true, false},
    {IN, MONEY_CREDITED, WAY_TRANSFER, false, true, true},
    {IN, MONEY_BACK, WAY_TRANSFER, true, false, false},
    {IN, MONEY_REFUNDED, WAY_REFUND, true, false, false},
    {OUT, MONEY_NONE, WAY_NONE, true, false, false},
    {OUT, MONEY_DUE, WAY_TRANSFER | WAY_REFUND, false, false, false},
    {OUT, MONEY_PAID, WAY_TRANSFER, true, true, false},
    {OUT, MONEY_CREDITED, WAY_TRANSFER, false, true, false},
    {OUT, MONEY_BACK, WAY_TRANSFER, true, false, false},
    {OUT, MONEY_REFUNDED, WAY_REFUND, true, false, false},
};

static bool money_by_name(struct text name, uint8_t *money)
{
    if (name.size == 0) {
        *money = MONEY_NONE;
        return true;
    }
    for (*money = 0; *money < MEDICAL_MONEYS; ++*money)
        if (text_is(name, medical_money_name(*money).english) ||
            text_is(name, medical_money_name(*money).chinese))
            return true;
    return false;
}

static bool fits(const struct money_row *row, const struct takeover *from,
                 const struct flow_case *after)
{
    const struct medical *part = &after->part.medical;

    if (row->role != after->role || row->money != part->money ||
        row->seen != (from->money_total.fen > 0))
        return false;
    if (!from->form_held)
        return row->without_sheet;
    return (row->ways & 1u << part->pay_way) != 0 &&
           (!row->seen || after->role == ROLE_OUT ||
            row->equal == money_equal(from->form_total, from->money_total));
}

static const char *take_money(const struct takeover *from, struct flow_case *after)
{
    struct medical *part = &after->part.medical;
    bool account = part->kind == MEDICAL_KIND_A || part->kind == MEDICAL_KIND_B;
    uint64_t pay_way = PAY_NONE;

    if (from->form_held != (from->pay_way.size > 0) ||
        (from->form_held && !text_to_u64(from->pay_way, &pay_way)) || pay_way >= PAY_WAYS)
        return "pay_way: 0, 1 or 2, beside the sum of the sheet";
    if (!account && pay_way != PAY_NONE)
        return "pay_way: the residents' scheme has no account";
    if ((pay_way == PAY_NONE) != (from->form_total.fen == 0))
        return "form_total: what the sheet says is paid; 0 with pay_way 0";
    part->pay_way = (uint8_t)pay_way;
    if (from->form_held && pay_way != PAY_TRANSFER)
        after->flags |= CASE_NO_MONEY;
    if (!money_by_name(from->money, &part->money))
        return "money: no state of the money";
    if (!from->form_held && after->state != BAD && part->money != MONEY_NONE)
        return "money: nothing is announced before the sheet";
    for (size_t i = 0; i < COUNT_OF(money_rows); i++)
        if (fits(&money_rows[i], from, after))
            return NULL;
    return "money: does not go with pay_way, form_total and money_total";
}

static const char *take(const struct takeover *from, const struct rules *rules,
                        struct flow_case *after)
{
    uint64_t in = 0;
    uint64_t out = 0;

    (void)rules;
    if (!text_to_u64(from->insurance, &in) || !text_to_u64(from->insurance_old, &out) ||
        medical_kind_of(out, in) == MEDICAL_KIND_NONE)
        return "insurance, insurance_old: missing, or do not move into one another";
    if (after->in_region / 100 == after->out_region / 100)
        return "out_region: both places are of one pool area";
    if (from->opened_by == ROLE_NONE)
        return "opened_by: missing";
    if (from->money_moves != TAKEOVER_UNSAID)
        return "money_moves: pay_way says so";
    after->part.medical = (struct medical){.kind = (uint8_t)medical_kind_of(out, in),
                                           .asked = from->opened_by == after->role ? 0 : 1};
    return take_money(from, after);
}

const struct flow_takeover medical_takeover = {
    .rows = rows, .count = COUNT_OF(rows), .take = take};

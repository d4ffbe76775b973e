/* pension_overlap.c - month by month: one period keeps it, every other one that has it is
 * cleared of it. */
#include "core/pension_overlap.h"

#include <string.h>

enum { MONTHS_OF_YEAR = 12 };

/* PEN-OVERLAP-KEEP: which of several employees' relations is proposed. */
enum keep { KEEP_IN, KEEP_HIGHER_BASE, KEEP_EARLIER, KEEPS };

/* What is known while the months are gone through. */
struct clearing {
    const struct overlap_question *question;
    enum keep keep;
    struct overlap_share *shares;
    struct overlap *overlap;
    uint16_t
        stretches[PENSION_PERIODS_MAX]; /* of a cleared period the newest, from 1; 0: none */
};

static const struct {
    const char *code;
    struct name text;
} notes[] = {
    {"PEN-OV-PLACES",
     {"paid as an employee in two places; agree with the person which relation stays",
      "两地同时缴纳职工养老保险，与本人协商保留其一"}},
    {"PEN-OV-SCHEMES",
     {"paid as an employee and as a resident; the months as an employee stay",
      "职工与居民养老保险重复缴费，保留职工缴费"}},
    {"PEN-OV-RESIDENT",
     {"paid as a resident in two places; no text says what goes back",
      "两地重复缴纳居民养老保险，文件未规定如何清退"}},
    {"PEN-OV-SAME",
     {"the same months twice in one place and scheme; the list is wrong",
      "同一地区同一制度记录重复，数据有误"}},
    {"PEN-OV-GAPS",
     {"it is not known which months of a period were paid",
      "时段内缴费月份不连续，无法逐月确认"}},
    {"PEN-OV-ACCOUNT",
     {"more would go back than the residents' account holds",
      "应退金额超过居民养老保险个人账户余额"}},
    {"PEN-OV-INTEREST",
     {"interest on the cleared months is not known; the agency adds it",
      "未提供清退月份的利息，由经办机构补算"}},
    {"PEN-OV-CUT", {"more overlapping stretches than are listed", "重复时段过多，未全部列出"}},
};
_Static_assert(COUNT_OF(notes) == OVERLAP_NOTES, "every note has its code and texts");

const char *overlap_code(enum overlap_note note)
{
    return (unsigned)note < COUNT_OF(notes) ? notes[note].code : "unknown";
}

struct name overlap_text(enum overlap_note note)
{
    static const struct name unknown = {"unknown", "未知"};

    return (unsigned)note < COUNT_OF(notes) ? notes[note].text : unknown;
}

static void add_note(struct overlap *overlap, enum overlap_note note)
{
    overlap->notes |= UINT32_C(1) << note;
}

bool overlap_has(const struct overlap *overlap, enum overlap_note note)
{
    return (overlap->notes & UINT32_C(1) << note) != 0;
}

static int64_t rule(const struct overlap_question *question, const char *id, int64_t max,
                    int64_t otherwise)
{
    return rules_within(question->rules, id, question->today, 0, max, otherwise);
}

/* --- who keeps a month -------------------------------------------------------------------- */

static bool has_month(const struct pension_period *period, int32_t month)
{
    return period->from.number <= month && month <= period->to.number && period->months > 0 &&
           !period->cleared;
}

static bool lies_in(const struct pension_period *period, uint32_t place)
{
    return place != 0 && pension_region_within(period->region, place);
}

static int prefer(bool a, bool b)
{
    return (int)a - (int)b;
}

/* Positive: a keeps the month, negative: b does. Employees before residents; what was agreed;
 * what the rule proposes; and so that there is one answer, the higher base and the earlier
 * beginning. 0: the one that stands first in the list. */
static int compare(const struct overlap_question *question, enum keep keep,
                   const struct pension_period *a, const struct pension_period *b)
{
    int by_base = money_compare(a->base, b->base);
    int by_begin = (b->from.number > a->from.number) - (b->from.number < a->from.number);
    const int orders[] = {
        prefer(a->scheme == SCHEME_EMPLOYEE, b->scheme == SCHEME_EMPLOYEE),
        prefer(lies_in(a, question->agreed_region), lies_in(b, question->agreed_region)),
        keep == KEEP_HIGHER_BASE ? by_base : 0,
        keep == KEEP_EARLIER ? by_begin : 0,
        prefer(lies_in(a, question->in_region), lies_in(b, question->in_region)),
        by_base,
        by_begin,
    };

    for (size_t i = 0; i < COUNT_OF(orders); i++)
        if (orders[i] != 0)
            return orders[i];
    return 0;
}

/* The index of the period that keeps the month; count if none has it. */
static size_t keeper(const struct clearing *clearing, int32_t month)
{
    const struct overlap_question *question = clearing->question;
    size_t best = question->count;

    for (size_t i = 0; i < question->count; i++) {
        const struct pension_period *period = &question->periods[i];

        if (has_month(period, month) &&
            (best == question->count ||
             compare(question, clearing->keep, period, &question->periods[best]) > 0))
            best = i;
    }
    return best;
}

/* --- stretches ---------------------------------------------------------------------------- */

static enum overlap_note kind_of(const struct pension_period *kept,
                                 const struct pension_period *cleared)
{
    if (kept->scheme != cleared->scheme)
        return OVERLAP_SCHEMES;
    if (kept->region == cleared->region)
        return OVERLAP_SAME;
    return kept->scheme == SCHEME_EMPLOYEE ? OVERLAP_PLACES : OVERLAP_RESIDENTS;
}

/* One month more for the stretch of these two that ended just before, or a new one. In a month
 * only one period keeps it, so the newest stretch of the cleared one is the only candidate. */
static void add_month(struct clearing *clearing, enum overlap_note note, size_t kept,
                      size_t cleared, int32_t month)
{
    struct overlap *overlap = clearing->overlap;
    uint16_t *newest = &clearing->stretches[cleared];
    struct overlap_stretch *stretch = *newest > 0 ? &overlap->stretches[*newest - 1] : NULL;

    add_note(overlap, note);
    if (stretch != NULL && stretch->kept == kept && stretch->to.number == month - 1) {
        stretch->to.number = month;
        return;
    }
    if (overlap->stretch_count == OVERLAP_STRETCHES_MAX) {
        add_note(overlap, OVERLAP_CUT);
        return;
    }
    overlap->stretches[overlap->stretch_count++] = (struct overlap_stretch){
        .note = note,
        .from = {month},
        .to = {month},
        .kept = (uint16_t)kept,
        .cleared = (uint16_t)cleared,
    };
    *newest = (uint16_t)overlap->stretch_count;
}

static bool has_gaps(const struct pension_period *period)
{
    return period->months != pension_period_span(period);
}

/* Does the account's amount of such a month go back to the person? */
static bool goes_back(const struct overlap_question *question, enum overlap_note note)
{
    if (note == OVERLAP_RESIDENTS)
        return rule(question, "PEN-OVERLAP-RESIDENT", 1, 0) == 1;
    return note == OVERLAP_PLACES || note == OVERLAP_SCHEMES;
}

static void clear_month(struct clearing *clearing, int32_t month)
{
    const struct overlap_question *question = clearing->question;
    size_t kept = keeper(clearing, month);

    for (size_t i = 0; i < question->count; i++) {
        const struct pension_period *period = &question->periods[i];
        struct overlap_share *share = &clearing->shares[i];
        enum overlap_note note;

        if (i == kept || !has_month(period, month))
            continue;
        note = kind_of(&question->periods[kept], period);
        add_month(clearing, note, kept, i, month);
        if (has_gaps(period) || has_gaps(&question->periods[kept]))
            add_note(clearing->overlap, OVERLAP_GAPS);
        if (share->cleared == period->months)
            continue; /* no more were paid */
        share->cleared++;
        share->refunded += goes_back(question, note);
    }
}

/* --- money -------------------------------------------------------------------------------- */

/* amount * part / whole, half a fen upward; 0 <= part <= whole, so nothing overflows. */
static struct money fraction(struct money amount, int32_t part, int32_t whole)
{
    int64_t rest = amount.fen % whole * part;

    return (struct money){amount.fen / whole * part +
                          (rest * 2 + whole) / (INT64_C(2) * whole)};
}

static bool refund_of(const struct clearing *clearing, const struct pension_period *period,
                      struct overlap_share *share)
{
    struct money amount = period->credited;

    if (share->refunded == 0)
        return true;
    if (period->scheme == SCHEME_RESIDENT) {
        if (!money_add(amount, period->collective, &amount))
            return false;
        share->refund = fraction(amount, share->refunded, MONTHS_OF_YEAR);
        return true;
    }
    if (rule(clearing->question, "PEN-OVERLAP-INTEREST", 1, 1) == 1) {
        if (!period->interest_known)
            add_note(clearing->overlap, OVERLAP_INTEREST);
        if (!money_add(amount, period->interest, &amount))
            return false;
    }
    share->refund = fraction(amount, share->refunded, period->months);
    return true;
}

static bool add_up(struct clearing *clearing)
{
    const struct overlap_question *question = clearing->question;
    struct overlap *overlap = clearing->overlap;

    for (size_t i = 0; i < question->count; i++) {
        const struct pension_period *period = &question->periods[i];
        struct overlap_share *share = &clearing->shares[i];
        bool employee = period->scheme == SCHEME_EMPLOYEE;
        struct money *sum = employee ? &overlap->employee_refund : &overlap->resident_refund;
        int32_t *months = employee ? &overlap->employee_months : &overlap->resident_months;

        if (!refund_of(clearing, period, share) || !money_add(*sum, share->refund, sum))
            return false;
        share->counted = period->months - share->cleared;
        *months += share->counted;
    }
    if (question->resident_account.fen > 0 &&
        money_compare(overlap->resident_refund, question->resident_account) > 0)
        add_note(overlap, OVERLAP_ACCOUNT);
    return true;
}

/* --- the answer --------------------------------------------------------------------------- */

static enum pension_input check(const struct overlap_question *question, size_t *wrong)
{
    enum pension_input input = pension_periods_check(question->periods, question->count,
                                                     question->today, wrong);

    if (input != INPUT_GOOD)
        return input;
    if ((question->in_region != 0 && !pension_region_valid(question->in_region)) ||
        (question->agreed_region != 0 && !pension_region_valid(question->agreed_region)))
        return INPUT_REGION;
    if (question->resident_account.fen < 0 || question->resident_account.fen > MONEY_MAX)
        return INPUT_MONEY;
    return INPUT_GOOD;
}

void overlap_find(const struct overlap_question *question, struct overlap_share *shares,
                  struct overlap *overlap)
{
    struct clearing clearing = {
        .question = question,
        .keep = (enum keep)rule(question, "PEN-OVERLAP-KEEP", KEEPS - 1, KEEP_IN),
        .shares = shares,
        .overlap = overlap,
    };
    int32_t first = INT32_MAX;
    int32_t last = 0;

    memset(overlap, 0, sizeof(*overlap));
    overlap->input = check(question, &overlap->wrong);
    if (overlap->input != INPUT_GOOD)
        return;
    memset(shares, 0, question->count * sizeof(*shares));
    for (size_t i = 0; i < question->count; i++) {
        if (question->periods[i].from.number < first)
            first = question->periods[i].from.number;
        if (question->periods[i].to.number > last)
            last = question->periods[i].to.number;
    }
    for (int32_t month = first; month <= last; month++)
        clear_month(&clearing, month);
    if (add_up(&clearing))
        return;
    memset(shares, 0, question->count * sizeof(*shares));
    *overlap = (struct overlap){.input = INPUT_MONEY};
}

void overlap_clear(struct pension_period *periods, const struct overlap_share *shares,
                   size_t count)
{
    for (size_t i = 0; i < count; i++) {
        CHECK(shares[i].cleared <= periods[i].months);
        periods[i].months -= shares[i].cleared;
        periods[i].cleared = periods[i].cleared || shares[i].cleared > 0;
    }
}

/* stay_checks.c - the amounts of a settlement: one small function per identity, and their
 * table.
 *
 * Amounts read are at most MONEY_MAX (9e15 fen): sums of a few dozen stay within int64. Rows
 * may be many, so their sums are checked. */
#include "core/stay_checks.h"

#include <string.h>

enum amount {
    TOTAL,
    OWN_PAY,
    OVER_LIMIT,
    PRE_PAY,
    IN_SCOPE,
    DEDUCTIBLE,
    BASIC_POOL,
    CIVIL_SERVANT,
    ENTERPRISE,
    RESIDENT_LARGE,
    EMPLOYEE_LARGE,
    ASSISTANCE,
    DISABLED,
    OTHER_FUND,
    FUND,
    PERSONAL,
    ACCOUNT,
    FAMILY,
    CASH,
    HOSPITAL,
    EMPLOYER,
    THIRD_PARTY,
    BALANCE_BEFORE,
    BALANCE,
    AMOUNTS
};

static const char *const amount_names[] = {
    [TOTAL] = "total",
    [OWN_PAY] = "ownPay",
    [OVER_LIMIT] = "overLimit",
    [PRE_PAY] = "prePay",
    [IN_SCOPE] = "inScope",
    [DEDUCTIBLE] = "deductible",
    [BASIC_POOL] = "basicPool",
    [CIVIL_SERVANT] = "civilServant",
    [ENTERPRISE] = "enterprise",
    [RESIDENT_LARGE] = "residentLarge",
    [EMPLOYEE_LARGE] = "employeeLarge",
    [ASSISTANCE] = "assistance",
    [DISABLED] = "disabled",
    [OTHER_FUND] = "otherFund",
    [FUND] = "fund",
    [PERSONAL] = "personal",
    [ACCOUNT] = "account",
    [FAMILY] = "family",
    [CASH] = "cash",
    [HOSPITAL] = "hospital",
    [EMPLOYER] = "employer",
    [THIRD_PARTY] = "thirdParty",
    [BALANCE_BEFORE] = "balanceBefore",
    [BALANCE] = "balance",
};
_Static_assert(COUNT_OF(amount_names) == AMOUNTS, "every amount has its element");

#define BIT(amount) (1u << (amount))
#define PARTS       (BIT(OWN_PAY) | BIT(OVER_LIMIT) | BIT(PRE_PAY) | BIT(IN_SCOPE))
#define BALANCES    (BIT(BALANCE_BEFORE) | BIT(BALANCE))

enum { INSURANCE_EMPLOYEE = 310, INSURANCE_RESIDENT = 390 };

struct amounts {
    int64_t fen[AMOUNTS]; /* 0 if absent */
    uint32_t present;     /* BIT() */
};

/* false: one that is there cannot be read, or one of `wanted` is absent. */
static bool read_amounts(const struct record *group, uint32_t wanted, struct amounts *amounts)
{
    *amounts = (struct amounts){.present = 0};
    if (group == NULL)
        return false;
    for (size_t i = 0; i < AMOUNTS; i++) {
        struct money money;

        if (record_find(group, amount_names[i]) == NULL)
            continue;
        if (!record_money(group, amount_names[i], &money))
            return false;
        amounts->fen[i] = money.fen;
        amounts->present |= BIT(i);
    }
    return (amounts->present & wanted) == wanted;
}

static bool has(const struct amounts *amounts, enum amount amount)
{
    return (amounts->present & BIT(amount)) != 0;
}

/* --- who pays ---------------------------------------------------------------------- */

static bool split_of(const struct amounts *amounts, const struct stay_profile *profile,
                     struct stay_split *split)
{
    const int64_t *fen = amounts->fen;
    struct stay_split found = {
        .total = {fen[TOTAL]},
        .fund = {fen[FUND] - (profile->account_in_fund ? fen[ACCOUNT] : 0) -
                 (profile->hospital_in_fund ? fen[HOSPITAL] : 0)},
        .account = {fen[ACCOUNT] + (profile->family_apart ? fen[FAMILY] : 0)},
        .cash = {fen[CASH]},
        .hospital = {fen[HOSPITAL]},
        .employer = {fen[EMPLOYER]},
        .third_party = {fen[THIRD_PARTY]},
    };
    const struct money parts[] = {found.fund,     found.account,  found.cash,
                                  found.hospital, found.employer, found.third_party};
    struct money sum = {0};

    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (!money_add(sum, parts[i], &sum))
            return false;
    *split = found;
    return true;
}

bool stay_split_read(const struct record *amounts, const struct stay_profile *profile,
                     struct stay_split *split)
{
    struct amounts read;

    return read_amounts(amounts, BIT(TOTAL) | BIT(FUND) | BIT(CASH), &read) &&
           split_of(&read, profile, split);
}

struct money stay_owed_fund(const struct stay_split *split)
{
    return split->fund;
}

struct money stay_owed_account(const struct stay_split *split)
{
    return split->account;
}

/* --- identities of an answer ------------------------------------------------------- */

struct answer {
    const struct record *rows; /* first fund row; NULL: none */
    const struct stay *stay;
    const struct stay_profile *profile;
    struct stay_issues *issues;
    bool trial;
    struct amounts amounts;
    struct stay_split split;
};

/* What the person bears, told or added up. */
static int64_t borne_by_person(const struct answer *answer)
{
    return has(&answer->amounts, PERSONAL) ? answer->amounts.fen[PERSONAL]
                                           : answer->split.account.fen + answer->split.cash.fen;
}

static bool payers_fit(const struct answer *answer)
{
    const struct stay_split *split = &answer->split;

    return split->total.fen == split->fund.fen + split->account.fen + split->cash.fen +
                                   split->hospital.fen + split->employer.fen +
                                   split->third_party.fen;
}

static bool person_fits(const struct answer *answer)
{
    return borne_by_person(answer) == answer->split.account.fen + answer->split.cash.fen;
}

static bool three_fit(const struct answer *answer)
{
    return answer->split.total.fen ==
           answer->split.fund.fen + borne_by_person(answer) + answer->split.hospital.fen;
}

static bool kinds_fit(const struct answer *answer)
{
    const int64_t *fen = answer->amounts.fen;
    int64_t sum = (answer->profile->account_in_fund ? fen[ACCOUNT] : 0) +
                  (answer->profile->hospital_in_fund ? fen[HOSPITAL] : 0);

    for (size_t i = BASIC_POOL; i <= OTHER_FUND; i++)
        sum += fen[i];
    return fen[FUND] == sum;
}

/* Where the far party gives its account a row, that row is what the account paid; else such a
 * row says nothing. What a hospital bears is in no fund. */
static bool rows_fit(const struct answer *answer)
{
    struct money funds = {0};
    struct money account = {0};

    if (answer->rows == NULL)
        return true;
    for (const struct record *row = answer->rows; row != NULL; row = record_same(row)) {
        struct text kind = TEXT_NONE;
        struct money amount = {0};
        struct money *sum = &funds;

        if (!record_text(row, "kind", &kind) || !record_money(row, "amount", &amount))
            continue; /* STL-S01 */
        if (text_is(kind, "999996") || text_is(kind, "999900"))
            continue;
        if (text_is(kind, "310200"))
            sum = &account;
        if (!money_add(*sum, amount, sum))
            return false;
    }
    return funds.fen == answer->split.fund.fen &&
           (!answer->profile->account_row || account.fen == answer->amounts.fen[ACCOUNT]);
}

static bool scope_fits(const struct answer *answer)
{
    const int64_t *fen = answer->amounts.fen;

    return (answer->amounts.present & PARTS) == 0 ||
           fen[TOTAL] == fen[OWN_PAY] + fen[OVER_LIMIT] + fen[PRE_PAY] + fen[IN_SCOPE];
}

/* Those parts that are told, against the lines. */
static bool parts_fit(const struct amounts *amounts, const struct stay_sums *sums)
{
    const int64_t *fen = amounts->fen;

    return (!has(amounts, OWN_PAY) || fen[OWN_PAY] == sums->own_pay.fen) &&
           (!has(amounts, OVER_LIMIT) || fen[OVER_LIMIT] == sums->over_limit.fen) &&
           (!has(amounts, PRE_PAY) || fen[PRE_PAY] == sums->pre_pay.fen) &&
           (!has(amounts, IN_SCOPE) || fen[IN_SCOPE] == sums->in_scope.fen);
}

static bool lines_fit(const struct answer *answer)
{
    return parts_fit(&answer->amounts, &answer->stay->sums);
}

/* What was asked for was the sum of the lines (STL-A8 of the request). */
static bool total_asked(const struct answer *answer)
{
    return money_equal(answer->split.total, answer->stay->sums.total);
}

static bool none_negative(const struct amounts *amounts)
{
    for (size_t i = 0; i < AMOUNTS; i++)
        if ((BIT(i) & BALANCES) == 0 && amounts->fen[i] < 0)
            return false;
    return true;
}

static bool all_paid(const struct answer *answer)
{
    return none_negative(&answer->amounts) && answer->split.fund.fen >= 0;
}

static bool balances_fit(const struct answer *answer)
{
    const int64_t *fen = answer->amounts.fen;

    if (fen[BALANCE] < 0 || fen[BALANCE_BEFORE] < 0)
        return false;
    return (answer->amounts.present & BALANCES) != BALANCES ||
           fen[BALANCE] == fen[BALANCE_BEFORE] - fen[ACCOUNT];
}

static bool deducted(const struct answer *answer)
{
    const int64_t *fen = answer->amounts.fen;

    return !has(&answer->amounts, IN_SCOPE) ||
           (fen[DEDUCTIBLE] <= fen[IN_SCOPE] &&
            answer->split.fund.fen <= fen[IN_SCOPE] - fen[DEDUCTIBLE]);
}

static bool own_funds(const struct answer *answer)
{
    const int64_t *fen = answer->amounts.fen;

    switch (answer->stay->insurance_kind) {
    case INSURANCE_EMPLOYEE:
        return fen[RESIDENT_LARGE] == 0;
    case INSURANCE_RESIDENT:
        return fen[EMPLOYEE_LARGE] == 0 && fen[ACCOUNT] == 0;
    default:
        return true;
    }
}

static bool split_equal(const struct stay_split *a, const struct stay_split *b)
{
    return money_equal(a->total, b->total) && money_equal(a->fund, b->fund) &&
           money_equal(a->account, b->account) && money_equal(a->cash, b->cash) &&
           money_equal(a->hospital, b->hospital) && money_equal(a->employer, b->employer) &&
           money_equal(a->third_party, b->third_party);
}

static bool as_quoted(const struct answer *answer)
{
    static const uint8_t none[sizeof(answer->stay->quote_digest)];
    const struct stay *stay = answer->stay;

    return answer->trial || memcmp(stay->quote_digest, none, sizeof(none)) == 0 ||
           !money_equal(stay->quote.total, stay->sums.total) ||
           split_equal(&stay->quote, &answer->split);
}

static bool injury_fits(const struct answer *answer)
{
    return payers_fit(answer) && person_fits(answer);
}

static bool scope_borne(const struct answer *answer)
{
    return money_equal(answer->split.fund, answer->stay->sums.in_scope);
}

/* Those of the whole answer; rows have STL-A10 and STL-A13 besides. */
static bool (*const holds[])(const struct answer *answer) = {
    [STAY_A1] = payers_fit,    [STAY_A2] = person_fits, [STAY_A3] = three_fit,
    [STAY_A4] = kinds_fit,     [STAY_A5] = rows_fit,    [STAY_A6] = scope_fits,
    [STAY_A8] = lines_fit,     [STAY_A9] = total_asked, [STAY_A10] = all_paid,
    [STAY_A11] = balances_fit, [STAY_A12] = deducted,   [STAY_A14] = own_funds,
    [STAY_A16] = as_quoted,    [STAY_S1] = injury_fits, [STAY_S2] = scope_borne,
};

/* --- fund rows --------------------------------------------------------------------- */

/* false: it is there and cannot be read. */
static bool optional_money(const struct record *at, const char *name, struct money *money)
{
    *money = (struct money){0};
    return record_find(at, name) == NULL || record_money(at, name, money);
}

static void check_row(const struct answer *answer, const struct record *row, size_t number)
{
    struct money amount;
    struct money limit;
    struct money scope;
    struct text kind;

    if (!record_text(row, "kind", &kind) || !record_money(row, "amount", &amount) ||
        !optional_money(row, "limit", &limit) || !optional_money(row, "inScope", &scope)) {
        stay_issue_add(answer->issues, "STL-S01", true, number);
        return;
    }
    if (amount.fen < 0 || limit.fen < 0 || scope.fen < 0)
        stay_identity_broken(answer->profile, STAY_A10, number, answer->issues);
    if (record_find(row, "limit") != NULL && amount.fen > limit.fen)
        stay_identity_broken(answer->profile, STAY_A13, number, answer->issues);
}

/* --- the documents ----------------------------------------------------------------- */

void stay_answer_check(const struct record *settled, const struct stay *stay,
                       unsigned insurance, const struct stay_profile *profile, bool trial,
                       struct stay_issues *issues)
{
    struct answer answer = {
        .rows = record_find(settled, "fund"),
        .stay = stay,
        .profile = profile,
        .issues = issues,
        .trial = trial,
    };
    uint32_t wanted = BIT(TOTAL) | BIT(FUND) | BIT(CASH);
    size_t number = 1;

    (void)insurance;
    if (!read_amounts(record_find(settled, "amounts"), wanted, &answer.amounts) ||
        !split_of(&answer.amounts, profile, &answer.split)) {
        stay_issue_add(issues, "STL-S01", true, 0);
        return;
    }
    for (size_t i = 1; i < COUNT_OF(holds); i++)
        if (holds[i] != NULL && !holds[i](&answer))
            stay_identity_broken(profile, (enum stay_identity)i, 0, issues);
    for (const struct record *row = answer.rows; row != NULL; row = record_same(row))
        check_row(&answer, row, number++);
}

void stay_request_check(const struct record *settle, const struct stay *stay,
                        const struct stay_profile *profile, struct stay_issues *issues)
{
    struct amounts amounts;

    if (!read_amounts(settle, BIT(TOTAL), &amounts)) {
        stay_issue_add(issues, "STL-S01", true, 0);
        return;
    }
    if (amounts.fen[TOTAL] != stay->sums.total.fen || !parts_fit(&amounts, &stay->sums))
        stay_identity_broken(profile, STAY_A8, 0, issues);
    if (!none_negative(&amounts))
        stay_identity_broken(profile, STAY_A10, 0, issues);
}

void stay_account_check(const struct record *settled, const struct stay_profile *profile,
                        struct stay_issues *issues)
{
    struct amounts amounts;

    if (!read_amounts(record_find(settled, "amounts"), 0, &amounts))
        return; /* the answer's own check says STL-S01 */
    if (amounts.fen[ACCOUNT] != 0 || amounts.fen[FAMILY] != 0)
        stay_identity_broken(profile, STAY_A11, 0, issues);
}

/* STL-A17 */
void stay_totals_check(const struct record *told, const struct stay *stay,
                       const struct stay_profile *profile, struct stay_issues *issues)
{
    struct money total;
    uint64_t count;
    bool fits = (!record_number(told, "count", UINT32_MAX, &count) ||
                 count == stay->line_count) &&
                (!record_money(told, "total", &total) || money_equal(total, stay->sums.total));

    if (!fits)
        stay_identity_broken(profile, STAY_A17, 0, issues);
}

static struct money negated(struct money money)
{
    return (struct money){-money.fen};
}

void stay_cancel_check(const struct record *cancelled, const struct stay_split *settled,
                       const struct stay_profile *profile, struct stay_issues *issues)
{
    const struct record *amounts = record_find(cancelled, "amounts");
    struct stay_split expected = *settled;
    struct stay_split row;

    if (!profile->refund_positive)
        expected = (struct stay_split){
            .total = negated(settled->total),
            .fund = negated(settled->fund),
            .account = negated(settled->account),
            .cash = negated(settled->cash),
            .hospital = negated(settled->hospital),
            .employer = negated(settled->employer),
            .third_party = negated(settled->third_party),
        };
    if (!stay_split_read(amounts, profile, &row)) {
        stay_issue_add(issues, "STL-S01", amounts != NULL, 0);
        return;
    }
    if (!split_equal(&row, &expected))
        stay_identity_broken(profile, STAY_A10, 0, issues);
}

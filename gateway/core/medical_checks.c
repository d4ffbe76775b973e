/* medical_checks.c - the checks on an information sheet, one function each. */
#include "core/medical_checks.h"

#include <string.h>

#include "base/identity.h"
#include "core/medical_transfer.h"

struct checking {
    const struct record *sheet;
    const struct medical_route *route;
    const struct rules *rules;
    struct day today;
    struct medical_issues *issues;
};

static void note(const struct checking *checking, const char *code, bool hard, size_t row)
{
    struct medical_issues *issues = checking->issues;
    struct medical_issue *issue = &issues->list[issues->count];
    size_t named = 0;

    issues->hard = issues->hard || hard;
    for (size_t i = 0; i < issues->count; i++)
        named += strcmp(issues->list[i].code, code) == 0;
    if (named == MEDICAL_ROWS_NAMED || issues->count == MEDICAL_ISSUES_MAX)
        return;
    issues->count++;
    *issue = (struct medical_issue){.hard = hard, .row = (uint16_t)row};
    CHECK(text_to_field(text_of(code), issue->code, sizeof(issue->code)));
}

/* A hard issue about the periods. */
static void note_period(const struct checking *checking, const char *code, size_t row)
{
    checking->issues->periods = true;
    note(checking, code, true, row);
}

/* --- periods -------------------------------------------------------------------------- */

struct period {
    const struct record *row;
    struct month from;
    struct month to;
    struct text insurance;
    uint64_t months;
};

static bool read_period(const struct record *row, struct period *period)
{
    period->row = row;
    return record_month(row, "from", &period->from) && record_month(row, "to", &period->to) &&
           record_text(row, "insurance", &period->insurance) &&
           record_number(row, "months", 999, &period->months);
}

/* Earlier periods of the same insurance end before this one begins (MED-C02). */
static bool follows(const struct period *before, const struct period *period)
{
    return !text_equal(before->insurance, period->insurance) ||
           before->to.number < period->from.number;
}

static void check_period(const struct checking *checking, const struct period *period,
                         size_t row)
{
    int32_t length = period->to.number - period->from.number + 1;
    int64_t first = rules_value(checking->rules, "MED-FIRST", checking->today, 199401);
    struct period earlier;

    if (length < 1)
        note_period(checking, "MED-C01", row);
    else if (period->months > (uint64_t)length)
        note_period(checking, "MED-C03", row);
    if (month_year(period->from) * 100 + month_of_year(period->from) < first ||
        period->to.number > day_month(checking->today).number)
        note_period(checking, "MED-C11", row);
    for (const struct record *at = record_find(checking->sheet, "periods/period");
         at != period->row; at = record_same(at))
        if (read_period(at, &earlier) && !follows(&earlier, period)) {
            note_period(checking, "MED-C02", row);
            return;
        }
}

/* The sum of the months (MED-C04), and where they end (MED-C05). */
static void check_totals(const struct checking *checking, uint64_t months, struct month last)
{
    struct month last_paid;
    struct month stopped;
    uint64_t actual;

    if (!record_number(checking->sheet, "actualMonths", 9999, &actual) || actual != months)
        note_period(checking, "MED-C04", 0);
    if (!record_month(checking->sheet, "lastMonth", &last_paid) ||
        !record_month(checking->sheet, "stopMonth", &stopped) ||
        last_paid.number != last.number || last.number > stopped.number)
        note_period(checking, "MED-C05", 0);
}

static void check_periods(const struct checking *checking)
{
    const struct record *row = record_find(checking->sheet, "periods/period");
    uint64_t months = 0;
    struct month last = {0};
    size_t number = 0;
    struct period period;

    for (; row != NULL && number < MEDICAL_PERIODS_MAX; row = record_same(row)) {
        number++;
        if (!read_period(row, &period)) {
            note_period(checking, "MED-C01", number);
            continue;
        }
        check_period(checking, &period, number);
        months += period.months;
        if (period.to.number > last.number)
            last = period.to;
    }
    if (number == 0 || row != NULL)
        note_period(checking, "MED-C01", 0);
    check_totals(checking, months, last);
}

/* --- money ---------------------------------------------------------------------------- */

static struct money amount_of(const struct checking *checking, const char *path, bool *good)
{
    struct money amount = {0};

    if (record_find(checking->sheet, path) != NULL &&
        (!record_money(checking->sheet, path, &amount) || amount.fen > MEDICAL_AMOUNT_MAX ||
         amount.fen < -MEDICAL_AMOUNT_MAX))
        *good = false;
    return amount;
}

/* MED-C06: what is paid is the balance less the corrections, and never negative; with pay way 0
 * nothing is. */
static void check_amount(const struct checking *checking, uint64_t pay_way)
{
    bool good = true;
    struct money balance = amount_of(checking, "balance", &good);
    struct money corrections = amount_of(checking, "corrections", &good);
    struct money amount = amount_of(checking, "amount", &good);
    struct money right;

    if (!good || balance.fen < 0 || amount.fen < 0 ||
        !money_subtract(balance, corrections, &right) ||
        (pay_way == PAY_NONE ? amount.fen != 0
                             : !money_equal(amount, right) || amount.fen == 0))
        note(checking, "MED-C06", true, 0);
}

/* MED-C07 */
static void check_words(const struct checking *checking, uint64_t pay_way)
{
    struct money amount = {0};
    struct text words;
    bool there = record_text(checking->sheet, "amountInWords", &words);

    if (!there && pay_way == PAY_NONE)
        return;
    if (!there || !record_money(checking->sheet, "amount", &amount) ||
        !medical_words_say(words, amount))
        note(checking, "MED-C07", true, 0);
}

/* Does money move from agency to agency, for this kind and on this route? */
static bool money_moves(const struct checking *checking)
{
    static const int64_t otherwise[MEDICAL_KINDS] = {
        [MEDICAL_KIND_A] = 1, [MEDICAL_KIND_B] = 1};
    const struct medical_route *route = checking->route;
    char general[RULE_ID_SIZE];
    char special[RULE_ID_SIZE];
    struct buffer text = buffer_over(general, sizeof(general) - 1);
    struct buffer of_route = buffer_over(special, sizeof(special) - 1);

    buffer_format(&text, "MED-MONEY-%s", medical_kind_name(route->kind).english);
    general[text.size] = '\0';
    buffer_format(&of_route, "%s-%u-%u", general, (unsigned)(route->out_region / 10000 * 10000),
                  (unsigned)(route->in_region / 10000 * 10000));
    special[of_route.size] = '\0';
    CHECK(!text.overflow && !of_route.overflow);
    return rules_value(checking->rules, special, checking->today,
                       rules_value(checking->rules, general, checking->today,
                                   otherwise[route->kind])) != 0;
}

/* MED-C08: the residents' scheme has no account, so nothing of it can be paid. */
static void check_pay_way(const struct checking *checking, uint64_t pay_way)
{
    bool residents = checking->route->kind == MEDICAL_KIND_C ||
                     checking->route->kind == MEDICAL_KIND_D;

    if (pay_way >= PAY_WAYS || (residents && pay_way != PAY_NONE) ||
        (pay_way == PAY_TRANSFER && !money_moves(checking)))
        note(checking, "MED-C08", true, 0);
}

/* --- the rest ------------------------------------------------------------------------- */

/* MED-C09: the insurance that the case leaves; MED-C12: an employee's deemed months. */
static void check_insurance(const struct checking *checking)
{
    uint64_t insurance = 0;
    bool employees = checking->route->kind == MEDICAL_KIND_A ||
                     checking->route->kind == MEDICAL_KIND_B;

    if (!record_number(checking->sheet, "insurance", 999, &insurance) ||
        insurance != (employees ? 310 : 390))
        note(checking, "MED-C09", true, 0);
    if (employees && record_find(checking->sheet, "deemedMonths") == NULL)
        note(checking, "MED-C12", false, 0);
}

/* MED-C10: of a citizen's number, its check digit, and sex and birth as they stand in it. */
static void check_person(const struct checking *checking)
{
    struct text type;
    struct text text;
    struct citizen_number number;
    struct day birth;
    uint64_t sex;

    if (record_text(checking->sheet, "person/identityType", &type) && !text_is(type, "01"))
        return;
    if (!record_text(checking->sheet, "person/identityNumber", &text) || text.size != 18 ||
        !citizen_number_parse(text, checking->today, &number) ||
        (record_number(checking->sheet, "person/sex", 9, &sex) && (sex == 1 || sex == 2) &&
         (int)sex != citizen_number_sex(&number)) ||
        (record_day(checking->sheet, "person/birthDate", &birth) &&
         birth.number != citizen_number_birth(&number).number))
        note(checking, "MED-C10", true, 0);
}

void medical_checks_run(const struct record *sheet, const struct medical_route *route,
                        struct day today, const struct rules *rules,
                        struct medical_issues *issues)
{
    struct checking checking = {
        .sheet = sheet, .route = route, .rules = rules, .today = today, .issues = issues};
    uint64_t pay_way = PAY_WAYS;

    memset(issues, 0, sizeof(*issues));
    if (!record_number(sheet, "payWay", PAY_WAYS, &pay_way))
        pay_way = PAY_WAYS;
    check_person(&checking);
    check_insurance(&checking);
    check_pay_way(&checking, pay_way);
    check_amount(&checking, pay_way);
    check_words(&checking, pay_way);
    check_periods(&checking);
}

/* --- amounts in capital numerals ------------------------------------------------------- */

static bool cut_word(struct text *rest, const char *word)
{
    size_t size = strlen(word);

    if (rest->size < size || memcmp(rest->at, word, size) != 0)
        return false;
    rest->at += size;
    rest->size -= size;
    return true;
}

static bool cut_digit(struct text *rest, int64_t *digit)
{
    static const char *const digits[] = {"零", "壹", "贰", "叁", "肆",
                                         "伍", "陆", "柒", "捌", "玖"};

    for (size_t i = 0; i < COUNT_OF(digits); i++)
        if (cut_word(rest, digits[i])) {
            *digit = (int64_t)i;
            return true;
        }
    return false;
}

/* Below ten thousand: 叁仟零伍拾. Units fall from left to right; a zero may stand for those
 * left out. */
static bool cut_section(struct text *rest, int64_t *value)
{
    static const struct {
        const char *word;
        int64_t size;
    } units[] = {{"仟", 1000}, {"佰", 100}, {"拾", 10}, {"", 1}};
    int64_t digit;
    size_t next = 0;

    *value = 0;
    for (struct text at = *rest; next < COUNT_OF(units) && cut_digit(&at, &digit); *rest = at) {
        size_t unit = next;

        if (digit == 0)
            continue;
        while (!cut_word(&at, units[unit].word))
            unit++;
        *value += digit * units[unit].size;
        next = unit + 1;
    }
    return next > 0;
}

static bool cut_yuan(struct text *rest, int64_t *yuan)
{
    static const struct {
        const char *word;
        int64_t size;
    } units[] = {{"亿", 100000000}, {"万", 10000}, {"", 1}};
    bool any = false;
    struct text zero = *rest;

    *yuan = 0;
    if (cut_word(&zero, "零元") || cut_word(&zero, "零圆")) {
        *rest = zero;
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        struct text at = *rest;
        int64_t section;

        if (!cut_section(&at, &section) || !cut_word(&at, units[i].word))
            continue;
        *rest = at;
        *yuan += section * units[i].size;
        any = true;
    }
    return any && (cut_word(rest, "元") || cut_word(rest, "圆"));
}

bool medical_words_say(struct text words, struct money amount)
{
    struct text rest = words;
    int64_t yuan = 0;
    int64_t digit;
    int64_t fen = 0;
    struct text at;

    (void)cut_word(&rest, "人民币");
    at = rest;
    if (cut_yuan(&at, &yuan))
        rest = at;
    else
        yuan = 0; /* only 角 or 分 */
    for (at = rest; cut_word(&at, "零"); rest = at)
        continue; /* 伍元零叁分 */
    at = rest;
    if (cut_digit(&at, &digit) && cut_word(&at, "角")) {
        fen += digit * 10;
        rest = at;
        while (cut_word(&rest, "零"))
            continue;
    }
    at = rest;
    if (cut_digit(&at, &digit) && cut_word(&at, "分")) {
        fen += digit;
        rest = at;
    }
    if (!cut_word(&rest, "整"))
        (void)cut_word(&rest, "正");
    return words.size > 0 && rest.size == 0 && amount.fen >= 0 &&
           yuan * 100 + fen == amount.fen;
}

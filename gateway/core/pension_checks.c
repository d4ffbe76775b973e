/* pension_checks.c - one small function per check of the information form, and their table.
 *
 * Sums stay within int64: every amount read is below PENSION_AMOUNT_MAX (1e10 fen), months
 * below 100, rates at most 10 000 ten-thousandths, rows at most PENSION_ROWS_MAX; products that
 * leave it are caught by the compiler's checked arithmetic. */
#include "core/pension_checks.h"

#include <string.h>

#include "base/identity.h"
#include "core/pension_form.h"
#include "core/pension_issue.h"
#include "core/pension_pooled.h"
#include "core/pension_scheme.h"

enum {
    REFORM_YEAR = 1998, /* individual accounts begin */
    EIGHT_YEAR = 2006,  /* 11 % credited until then, 8 % from then on */
    MONTHS_OF_YEAR = 12
};

/* --- issues ------------------------------------------------------------------------ */

static size_t count_of(const struct pension_issues *issues, const char *code)
{
    size_t count = 0;

    for (size_t i = 0; i < issues->count; i++)
        count += text_is(text_of(issues->list[i].code), code);
    return count;
}

/* Where the issue goes: at the end, or when the list is full, over the last soft one. */
static struct pension_issue *place_of(struct pension_issues *issues, bool hard)
{
    if (issues->count < PENSION_ISSUES_MAX)
        return &issues->list[issues->count++];
    for (size_t i = issues->count; hard && i > 0; i--)
        if (!issues->list[i - 1].hard)
            return &issues->list[i - 1];
    return NULL;
}

void pension_issue_add(struct pension_issues *issues, const char *code, bool hard, size_t row)
{
    struct pension_issue *place;

    issues->hard = issues->hard || hard;
    if (count_of(issues, code) >= PENSION_ROWS_NAMED)
        return;
    place = place_of(issues, hard);
    if (place == NULL)
        return;
    *place = (struct pension_issue){.hard = hard, .row = (uint16_t)row};
    CHECK(text_to_field(text_of(code), place->code, CODE_SIZE));
}

static int transfer_year(const struct pension_form *form)
{
    struct day day;

    return record_day(form->record, "transferDate", &day) ? month_year(day_month(day)) : 0;
}

int64_t pension_check_rule(const struct pension_form *form, const char *id, int64_t otherwise)
{
    int64_t value = rules_value(form->rules, id, form->today, otherwise);

    return value < 0 || value > 1000000 ? otherwise : value;
}

/* --- the six boxes ----------------------------------------------------------------- */

static void check_boxes(const struct pension_form *form, const char *code, bool hard,
                        struct pension_issues *issues)
{
    if (!form->boxes_read)
        pension_issue_add(issues, code, hard, 0);
}

static void check_account(const struct pension_form *form, const char *code, bool hard,
                          struct pension_issues *issues)
{
    const int64_t *box = form->boxes;

    if (form->boxes_read &&
        box[ACCOUNT] != box[BEFORE_1998] + box[TO_LAST_YEAR] + box[THIS_YEAR])
        pension_issue_add(issues, code, hard, 0);
}

static void check_total(const struct pension_form *form, const char *code, bool hard,
                        struct pension_issues *issues)
{
    const int64_t *box = form->boxes;

    if (form->boxes_read && box[TOTAL] != box[ACCOUNT] + box[POOLED])
        pension_issue_add(issues, code, hard, 0);
}

/* --- the pooled fund --------------------------------------------------------------- */

static void check_pooled(const struct pension_form *form, const char *code, bool hard,
                         struct pension_issues *issues)
{
    int64_t sum;

    if (!form->boxes_read)
        return;
    if (!pension_pooled_exact(form, &sum))
        pension_issue_add(issues, code, hard, 0);
    else
        pension_check_sum(form, form->boxes[POOLED], sum, code, hard, issues);
}

static void check_pooled_ordinary(const struct pension_form *form, const char *code, bool hard,
                                  struct pension_issues *issues)
{
    if (!form->temporary)
        check_pooled(form, code, hard, issues);
}

static void check_pooled_temporary(const struct pension_form *form, const char *code, bool hard,
                                   struct pension_issues *issues)
{
    if (form->temporary)
        check_pooled(form, code, hard, issues);
}

/* An ordinary account takes the ordinary way. */
static void check_account_type(const struct pension_form *form, const char *code, bool hard,
                               struct pension_issues *issues)
{
    if (!form->temporary)
        pension_issue_add(issues, code, hard, 0);
}

/* --- rows: months ------------------------------------------------------------------ */

static bool months_right(const struct pension_row *row)
{
    return pension_row_has(row, HAS_YEAR | HAS_FROM | HAS_TO | HAS_MONTHS) &&
           row->from.number <= row->to.number && month_year(row->from) == row->year &&
           month_year(row->to) == row->year &&
           row->months <= row->to.number - row->from.number + 1;
}

static void check_row_months(const struct pension_form *form, const char *code, bool hard,
                             struct pension_issues *issues)
{
    for (size_t i = 0; i < form->row_count; i++)
        if (!months_right(&form->rows[i]))
            pension_issue_add(issues, code, hard, i + 1);
    if (form->rows_cut)
        pension_issue_add(issues, code, hard, 0);
}

static bool share_month(const struct pension_row *a, const struct pension_row *b)
{
    return pension_row_has(a, HAS_FROM | HAS_TO) && pension_row_has(b, HAS_FROM | HAS_TO) &&
           a->from.number <= b->to.number && b->from.number <= a->to.number;
}

/* Two rows of one region: hard. Of two regions: an overlap to be cleared after the transfer. */
static void check_overlap(const struct pension_form *form, const char *code, bool hard,
                          struct pension_issues *issues)
{
    for (size_t i = 1; i < form->row_count; i++) {
        const struct pension_row *row = &form->rows[i];
        bool same = false;
        bool other = false;

        for (size_t k = 0; k < i; k++) {
            if (!share_month(row, &form->rows[k]))
                continue;
            if (row->region == form->rows[k].region)
                same = true;
            else
                other = true;
        }
        if (same || other)
            pension_issue_add(issues, code, hard && same, i + 1);
    }
}

static void check_local_months(const struct pension_form *form, const char *code, bool hard,
                               struct pension_issues *issues)
{
    int64_t sum = 0;
    uint64_t stated;

    for (size_t i = 0; i < form->row_count; i++)
        if (pension_row_own(form, &form->rows[i]) &&
            pension_row_has(&form->rows[i], HAS_MONTHS))
            sum += form->rows[i].months;
    if (!record_number(form->record, "localMonths", 9999, &stated) || (int64_t)stated != sum)
        pension_issue_add(issues, code, hard, 0);
}

static void check_local_span(const struct pension_form *form, const char *code, bool hard,
                             struct pension_issues *issues)
{
    struct month first = {INT32_MAX};
    struct month last = {0};
    struct month stated_first;
    struct month stated_last;

    for (size_t i = 0; i < form->row_count; i++) {
        const struct pension_row *row = &form->rows[i];

        if (!pension_row_own(form, row) || !pension_row_has(row, HAS_FROM | HAS_TO))
            continue;
        if (row->from.number < first.number)
            first = row->from;
        if (row->to.number > last.number)
            last = row->to;
    }
    if (last.number == 0)
        return; /* no own row: PEN-C09 speaks about that */
    if (!record_month(form->record, "localFrom", &stated_first) ||
        !record_month(form->record, "localTo", &stated_last) ||
        stated_first.number != first.number || stated_last.number != last.number)
        pension_issue_add(issues, code, hard, 0);
}

/* --- rows: money ------------------------------------------------------------------- */

/* Is `fen` what base x months x rate gives, to one fen per month? Compared in 1/10 000 fen. */
static bool near_product(const struct pension_row *row, int64_t rate, int64_t fen)
{
    return pension_distance(row->base * row->months * rate, fen * PENSION_WHOLE) <=
           row->months * PENSION_WHOLE;
}

static void check_credited(const struct pension_form *form, const char *code, bool hard,
                           struct pension_issues *issues)
{
    for (size_t i = 0; i < form->row_count; i++) {
        const struct pension_row *row = &form->rows[i];

        if (!pension_row_has(row, HAS_BASE | HAS_MONTHS | HAS_RATES | HAS_CREDITED))
            continue;
        if (!near_product(row, row->personal_rate + row->account_rate, row->credited) ||
            !near_product(row, row->personal_rate, row->credited_personal))
            pension_issue_add(issues, code, hard, i + 1);
    }
}

static void check_personal_parts(const struct pension_form *form, const char *code, bool hard,
                                 struct pension_issues *issues)
{
    for (size_t i = 0; i < form->row_count; i++) {
        const struct pension_row *row = &form->rows[i];

        if (!pension_row_has(row, HAS_CREDITED | HAS_INTEREST | HAS_BALANCE) ||
            row->credited_personal > row->credited || row->interest_personal > row->interest ||
            row->balance_personal > row->balance)
            pension_issue_add(issues, code, hard, i + 1);
    }
}

/* Consecutive rows of one region and year: they share one balance at the year's end. */
struct year_group {
    size_t end; /* index after the last row */
    int64_t credited;
    int64_t interest;
    int64_t balance;
    bool whole; /* every field was there */
};

static struct year_group year_group_at(const struct pension_form *form, size_t start)
{
    const struct pension_row *first = &form->rows[start];
    struct year_group group = {.end = start, .whole = true};

    for (; group.end < form->row_count; group.end++) {
        const struct pension_row *row = &form->rows[group.end];

        if (row->region != first->region || row->year != first->year)
            break;
        group.whole = group.whole && pension_row_has(row, HAS_REGION | HAS_YEAR | HAS_CREDITED |
                                                              HAS_INTEREST | HAS_BALANCE);
        group.credited += row->credited;
        group.interest += row->interest;
        group.balance = row->balance;
    }
    return group;
}

static void check_balances(const struct pension_form *form, const char *code, bool hard,
                           struct pension_issues *issues)
{
    struct year_group before = {.whole = false};

    for (size_t start = 0; start < form->row_count;) {
        struct year_group group = year_group_at(form, start);
        const struct pension_row *row = &form->rows[start];
        bool follows = start > 0 && before.whole && group.whole &&
                       form->rows[start - 1].region == row->region &&
                       form->rows[start - 1].year == row->year - 1;

        if (follows && group.balance - before.balance != group.credited + group.interest)
            pension_issue_add(issues, code, hard, group.end);
        before = group;
        start = group.end;
    }
}

static void check_transfer_year(const struct pension_form *form, const char *code, bool hard,
                                struct pension_issues *issues)
{
    int year = transfer_year(form);
    int64_t credited = 0;

    for (size_t i = 0; i < form->row_count; i++) {
        const struct pension_row *row = &form->rows[i];

        if (!pension_row_has(row, HAS_YEAR) || row->year != year)
            continue;
        if (pension_row_has(row, HAS_INTEREST) && row->interest != 0)
            pension_issue_add(issues, code, hard, i + 1);
        if (pension_row_has(row, HAS_CREDITED))
            credited += row->credited;
    }
    if (form->boxes_read && credited != form->boxes[THIS_YEAR])
        pension_issue_add(issues, code, hard, 0);
}

static bool account_since_reform(const struct pension_form *form)
{
    struct month opened;

    return record_month(form->record, "accountOpened", &opened) &&
           month_year(opened) >= REFORM_YEAR;
}

static void check_before_reform(const struct pension_form *form, const char *code, bool hard,
                                struct pension_issues *issues)
{
    if (form->boxes_read && account_since_reform(form) && form->boxes[BEFORE_1998] != 0)
        pension_issue_add(issues, code, hard, 0);
}

/* A remark may tell of a correction of the credited rate; then an officer reads it anyway. */
static void check_last_balance(const struct pension_form *form, const char *code, bool hard,
                               struct pension_issues *issues)
{
    const struct pension_row *last = NULL;
    struct text remark;
    int year = transfer_year(form);

    for (size_t i = 0; i < form->row_count; i++) {
        const struct pension_row *row = &form->rows[i];

        if (pension_row_has(row, HAS_YEAR | HAS_BALANCE) && row->year < year &&
            (last == NULL || row->year >= last->year))
            last = row;
    }
    if (!form->boxes_read || last == NULL || !account_since_reform(form) ||
        record_text(form->record, "remark", &remark))
        return;
    if (form->boxes[TO_LAST_YEAR] != last->balance)
        pension_issue_add(issues, code, hard, 0);
}

static void check_rates(const struct pension_form *form, const char *code, bool hard,
                        struct pension_issues *issues)
{
    for (size_t i = 0; i < form->row_count; i++) {
        const struct pension_row *row = &form->rows[i];
        bool right;

        if (!pension_row_has(row, HAS_YEAR | HAS_RATES) || row->year < REFORM_YEAR)
            continue;
        right = row->year < EIGHT_YEAR ? row->personal_rate + row->account_rate <= 1100
                                       : row->account_rate == 0 && row->personal_rate <= 800;
        if (!right)
            pension_issue_add(issues, code, hard, i + 1);
    }
}

/* --- the person -------------------------------------------------------------------- */

static void check_dates(const struct pension_form *form, const char *code, bool hard,
                        struct pension_issues *issues)
{
    const struct record *record = form->record;
    struct month contributed;
    struct month month;
    struct day started;
    struct day birth;
    bool wrong = false;

    if (record_month(record, "firstContribution", &contributed)) {
        if (record_month(record, "localFrom", &month))
            wrong = wrong || contributed.number > month.number;
        if (record_day(record, "startedWork", &started))
            wrong = wrong || day_month(started).number > contributed.number;
    }
    if (record_month(record, "accountOpened", &month) &&
        record_month(record, "firstPlaceBegan", &contributed))
        wrong = wrong || month.number < contributed.number;
    if (record_month(record, "localFrom", &month) &&
        record_month(record, "localTo", &contributed))
        wrong = wrong || month.number > contributed.number;
    if (record_day(record, "person/birthDate", &birth) &&
        record_day(record, "startedWork", &started))
        wrong = wrong || birth.number > started.number;
    if (wrong)
        pension_issue_add(issues, code, hard, 0);
}

/* Only the citizen number has a check digit, and only in its form of 18 characters; other
 * papers are taken as written. */
static bool citizen_of(const struct pension_form *form, struct citizen_number *number,
                       bool *other)
{
    struct text type;
    struct text written;

    *other = record_text(form->record, "person/identityType", &type) && !text_is(type, "01");
    return !*other && record_text(form->record, "person/identityNumber", &written) &&
           written.size == CITIZEN_NUMBER_SIZE - 1 &&
           citizen_number_parse(written, form->today, number);
}

static void check_identity(const struct pension_form *form, const char *code, bool hard,
                           struct pension_issues *issues)
{
    struct citizen_number number;
    struct day birth;
    uint64_t sex;
    bool other;
    bool right = citizen_of(form, &number, &other);

    if (other)
        return;
    right = right && record_number(form->record, "person/sex", 9, &sex) &&
            (int)sex == citizen_number_sex(&number);
    if (right && record_find(form->record, "person/birthDate") != NULL)
        right = record_day(form->record, "person/birthDate", &birth) &&
                birth.number == citizen_number_birth(&number).number;
    if (!right)
        pension_issue_add(issues, code, hard, 0);
}

/* Is there a document for a payment that arrived in this month? Until 人社部规〔2016〕5号 an
 * undertaking is enough; since then a legal document that is not younger than the payment
 * (人社厅发〔2019〕94号). */
static bool paper_fits(const struct pension_form *form, struct month arrived)
{
    const struct record *paper = record_find(form->record, "attachments/attachment");
    int64_t since = rules_value(form->rules, "PEN-R23", form->today, 201611);
    bool legal = (int64_t)month_year(arrived) * 100 + month_of_year(arrived) > since;

    for (; paper != NULL; paper = record_same(paper)) {
        struct text type;
        struct day date;

        if (!legal)
            return true;
        if (record_text(paper, "type", &type) && !text_is(type, "承诺书") &&
            record_day(paper, "date", &date) && day_month(date).number <= arrived.number)
            return true;
    }
    return false;
}

/* A block of months paid at once shows as consecutive rows with one month of arrival (94号). */
static void check_paid_at_once(const struct pension_form *form, const char *code, bool hard,
                               struct pension_issues *issues)
{
    int64_t limit = pension_check_rule(form, "PEN-C20", 36);
    int64_t months = 0;

    for (size_t i = 0; i < form->row_count; i++) {
        const struct pension_row *row = &form->rows[i];
        bool joins = i > 0 && pension_row_has(row, HAS_ARRIVED) &&
                     pension_row_has(row - 1, HAS_ARRIVED) &&
                     row->arrived.number == row[-1].arrived.number;
        int64_t before = joins ? months : 0;

        months = pension_row_has(row, HAS_ARRIVED | HAS_MONTHS) ? before + row->months : 0;
        if (months >= limit && before < limit && !paper_fits(form, row->arrived))
            pension_issue_add(issues, code, hard, i + 1);
    }
}

static void check_outside_life(const struct pension_form *form, const char *code, bool hard,
                               struct pension_issues *issues)
{
    struct citizen_number number;
    struct day day;
    int32_t first = 0;
    int32_t last = INT32_MAX;
    bool other;

    if (record_day(form->record, "transferDate", &day))
        last = day_month(day).number;
    if (!record_day(form->record, "person/birthDate", &day))
        day = citizen_of(form, &number, &other) ? citizen_number_birth(&number)
                                                : (struct day){0};
    if (day.number != 0)
        first = day_month(day).number +
                (int32_t)pension_check_rule(form, "PEN-C21", 16) * MONTHS_OF_YEAR;
    for (size_t i = 0; i < form->row_count; i++) {
        const struct pension_row *row = &form->rows[i];

        if (pension_row_has(row, HAS_FROM | HAS_TO) &&
            (row->from.number < first || row->to.number > last))
            pension_issue_add(issues, code, hard, i + 1);
    }
}

/* --- residents ----------------------------------------------------------------------- */

static void check_whole_account(const struct pension_form *form, const char *code, bool hard,
                                struct pension_issues *issues)
{
    if (form->boxes_read && !scheme_boxes_right(form))
        pension_issue_add(issues, code, hard, 0);
}

/* What was credited is the person's own, the collective's and the government's; a part that is
 * not named is nothing. */
static void check_parts(const struct pension_form *form, const char *code, bool hard,
                        struct pension_issues *issues)
{
    for (size_t i = 0; i < form->row_count; i++) {
        const struct pension_row *row = &form->rows[i];

        if (pension_row_has(row, HAS_CREDITED) &&
            row->credited != row->credited_personal + row->collective + row->subsidy)
            pension_issue_add(issues, code, hard, i + 1);
    }
}

/* --- the table --------------------------------------------------------------------- */

enum {
    EMPLOYEES = CHECKS_EMPLOYEE | CHECKS_TEMPORARY,
    POOLED_KINDS = EMPLOYEES | CHECKS_MILITARY,
    FULL = EMPLOYEES | CHECKS_TO_RESIDENTS, /* rates, bases, one-off payments */
    WHOLE = CHECKS_RESIDENT | CHECKS_TO_RESIDENTS,
    PAID_KINDS = FULL | CHECKS_INSTITUTION,
    ALL = POOLED_KINDS | WHOLE | CHECKS_INSTITUTION
};

static const struct {
    const char *code;
    bool hard;     /* a check may still be softer in single cases */
    uint8_t whose; /* enum pension_checks, bits */
    check_function *run;
} checks[] = {
    {"PEN-C01", true, ALL | CHECKS_ANNUITY, check_boxes},
    {"PEN-C02", true, ALL | CHECKS_ANNUITY, check_account},
    {"PEN-C03", true, ALL | CHECKS_ANNUITY, check_total},
    {"PEN-C18", true, ALL | CHECKS_ANNUITY, check_identity},
    {"PEN-C07", true, ALL, check_row_months},
    {"PEN-C12", true, ALL, check_personal_parts},
    {"PEN-C09", true, ALL, check_local_months},
    {"PEN-C08", true, ALL, check_overlap},
    {"PEN-C05", true, POOLED_KINDS, check_pooled_ordinary},
    {"PEN-C22", true, WHOLE, check_whole_account},
    {"PEN-C22", true, CHECKS_TO_RESIDENTS, pension_check_minimum},
    {"PEN-C25", true, CHECKS_RESIDENT, check_parts},
    {"PEN-C05", true, CHECKS_INSTITUTION, pension_check_pooled_since},
    {"PEN-C34", true, CHECKS_INSTITUTION, pension_check_household},
    {"PEN-C36", true, CHECKS_ANNUITY, pension_check_annuity},
    {"PEN-C37", true, CHECKS_ANNUITY, pension_check_book},
    {"PEN-C30", true, CHECKS_MILITARY, pension_check_service_rows},
    {"PEN-C31", true, CHECKS_MILITARY, pension_check_service_account},
    {"PEN-C33", true, CHECKS_TEMPORARY, check_account_type},
    {"PEN-C15", true, ALL, check_before_reform},
    {"PEN-C20", true, PAID_KINDS, check_paid_at_once},
    {"PEN-C06", false, EMPLOYEES, check_pooled_temporary},
    {"PEN-C10", false, ALL, check_local_span},
    {"PEN-C11", false, PAID_KINDS, check_credited},
    {"PEN-C13", false, ALL, check_balances},
    {"PEN-C14", false, ALL, check_transfer_year},
    {"PEN-C15", false, ALL, check_last_balance},
    {"PEN-C16", false, PAID_KINDS, check_rates},
    {"PEN-C35", false, CHECKS_JOINING, pension_check_credited_rate},
    {"PEN-C17", false, ALL, check_dates},
    {"PEN-C21", false, ALL, check_outside_life},
};

bool pension_checks_run(unsigned whose, const struct record *form, uint32_t out_region,
                        struct day today, const struct rules *rules, struct arena *arena,
                        struct pension_issues *issues, struct error *err)
{
    struct pension_form read;

    memset(issues, 0, sizeof(*issues));
    if (!pension_form_read(form, out_region, today, rules, arena, &read, err))
        return false;
    for (size_t i = 0; i < COUNT_OF(checks); i++)
        if (checks[i].whose & whose)
            checks[i].run(&read, checks[i].code, checks[i].hard, issues);
    return true;
}

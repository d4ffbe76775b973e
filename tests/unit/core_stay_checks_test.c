/* core_stay_checks_test.c - the money of direct settlement, with good and bad examples. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/flow_clock.h"
#include "core/stay_checks.h"

#define EXAMPLE "tests/data/stay_example.txt"

static struct arena *arena;
static struct rules rules;
static struct stay_issues issues;
static struct stay_profile profile;
static struct stay stay;
static struct day today;

static int setup_all(void **state)
{
    (void)state;
    arena = arena_new(1 << 26);
    return arena != NULL && day_from(2026, 3, 2, &today) ? 0 : -1;
}

static int teardown_all(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void read_profile(unsigned insurance)
{
    assert_true(stay_profile_read(&rules, 440100, insurance, today, &profile));
}

static int fresh(void **state)
{
    (void)state;
    arena_reset(arena);
    memset(&rules, 0, sizeof(rules));
    memset(&issues, 0, sizeof(issues));
    memset(&stay, 0, sizeof(stay));
    stay.insurance = INSURANCE_MEDICAL;
    stay.insurance_kind = 310;
    stay.sums = (struct stay_sums){{1000000}, {50000}, {10000}, {90000}, {850000}};
    read_profile(INSURANCE_MEDICAL);
    return 0;
}

static void add_rule(const char *id, int64_t value)
{
    struct rule *row = &rules.rows[rules.count++];

    assert_true(text_to_field(text_of(id), row->id, sizeof(row->id)));
    row->value = value;
}

/* --- documents ------------------------------------------------------------------------- */

static struct record *node(struct record *parent, const char *name, const char *value)
{
    struct text text = arena_copy(arena, text_of(value));
    struct text kept = arena_copy(arena, text_of(name));
    struct record *made = record_add(arena, parent, kept.at, text);

    assert_non_null(made);
    return made;
}

static struct record *root_of(const char *name)
{
    struct record *root = record_new(arena, name);

    assert_non_null(root);
    return root;
}

/* Sets or makes a leaf. */
static void put(struct record *group, const char *name, const char *value)
{
    for (struct record *at = group->first; at != NULL; at = at->next)
        if (strcmp(at->name, name) == 0) {
            at->value = personal_of(arena_copy(arena, text_of(value)));
            return;
        }
    node(group, name, value);
}

static void add_fund(struct record *settled, const char *kind, const char *amount)
{
    struct record *row = node(settled, "fund", "");

    node(row, "kind", kind);
    node(row, "amount", amount);
}

static void add_line(struct record *lines, const char *number, const char *original,
                     const char *quantity, const char *price, const char *amount)
{
    struct record *row = node(lines, "line", "");

    node(row, "number", number);
    if (original != NULL)
        node(row, "original", original);
    node(row, "quantity", quantity);
    node(row, "price", price);
    node(row, "amount", amount);
    node(row, "ownPay", "0.00");
    node(row, "overLimit", "0.00");
    node(row, "prePay", "0.00");
    node(row, "inScope", amount);
}

/* --- issues ---------------------------------------------------------------------------- */

static const struct stay_issue *found(const char *code)
{
    for (size_t i = 0; i < issues.count; i++)
        if (strcmp(issues.list[i].code, code) == 0)
            return &issues.list[i];
    return NULL;
}

static void expect(const char *code, bool hard, unsigned row)
{
    const struct stay_issue *issue = found(code);

    if (issue == NULL)
        print_message("wanted %s\n", code);
    assert_non_null(issue);
    assert_int_equal(issue->hard, hard);
    assert_int_equal(issue->row, row);
    assert_true(!hard || issues.hard);
}

static void answer(const struct record *settled, unsigned insurance, bool trial)
{
    memset(&issues, 0, sizeof(issues));
    stay_answer_check(settled, &stay, insurance, &profile, trial, &issues);
}

/* --- the worked example ---------------------------------------------------------------- */

static struct record *example;
static struct record *example_amounts;
static size_t examples;

static void begin_case(void)
{
    void *none = NULL;

    fresh(&none);
    example = root_of("settled");
    example_amounts = node(example, "amounts", "");
    examples++;
}

static void expect_exactly(const char *line, char *codes)
{
    size_t wanted = 0;

    for (char *code = strtok(codes, " \n"); code != NULL; code = strtok(NULL, " \n")) {
        if (found(code) == NULL)
            print_message("%swanted %s\n", line, code);
        assert_non_null(found(code));
        wanted++;
    }
    if (issues.count != wanted)
        for (size_t i = 0; i < issues.count; i++)
            print_message("%s%s\n", line, issues.list[i].code);
    assert_int_equal(issues.count, wanted);
}

static void broken(const char *line, const char *name, const char *value, char *codes)
{
    struct record *at = NULL;
    struct record *settled = root_of("settled");
    struct record *amounts = node(settled, "amounts", "");

    for (at = example_amounts->first; at != NULL; at = at->next)
        node(amounts, at->name, arena_copy(arena, at->value.hidden).at);
    for (at = example->first->next; at != NULL; at = at->next)
        add_fund(settled, at->first->value.hidden.at, at->first->next->value.hidden.at);
    answer(settled, INSURANCE_MEDICAL, true);
    assert_int_equal(issues.count, 0);
    put(amounts, name, value);
    answer(settled, INSURANCE_MEDICAL, true);
    expect_exactly(line, codes);
}

static void the_worked_example(void **state)
{
    FILE *file = fopen(EXAMPLE, "r");
    char line[256];

    (void)state;
    assert_non_null(file);
    examples = 0;
    while (fgets(line, sizeof(line), file) != NULL) {
        char first[40];
        char second[40];
        int at = 0;

        if (strncmp(line, "case ", 5) == 0) {
            begin_case();
        } else if (sscanf(line, "rule %39s %39s", first, second) == 2) {
            add_rule(first, strtol(second, NULL, 10));
            read_profile(INSURANCE_MEDICAL);
        } else if (sscanf(line, "amount %39s %39s", first, second) == 2) {
            node(example_amounts, first, second);
        } else if (sscanf(line, "row %39s %39s", first, second) == 2) {
            add_fund(example, first, second);
        } else if (sscanf(line, "broken %39s %39s %n", first, second, &at) == 2) {
            char codes[256];

            snprintf(codes, sizeof(codes), "%s", line + at);
            broken(line, first, second, codes);
        } else {
            assert_true(line[0] == '#' || line[0] == '\n');
        }
    }
    fclose(file);
    assert_int_equal(examples, 2);
}

/* --- profiles -------------------------------------------------------------------------- */

static void profiles_are_rules(void **state)
{
    (void)state;
    assert_int_equal(profile.levels[STAY_A1], STAY_HARD);
    assert_int_equal(profile.levels[STAY_A12], STAY_WARNING);
    assert_int_equal(profile.levels[STAY_S1], STAY_OFF);
    assert_false(profile.account_in_fund);
    add_rule("STL-P-ACCOUNT", 1);
    add_rule("STL-P-HOSPITAL-440000", 1);
    add_rule("STL-P-SIGN-520000", 1);
    add_rule("STL-A2", 0);
    add_rule("STL-A3-440000", 1);
    add_rule("STL-A4", 7);
    add_rule("STL-A12", 2);
    read_profile(INSURANCE_MEDICAL);
    assert_true(profile.account_in_fund);
    assert_true(profile.hospital_in_fund);
    assert_false(profile.refund_positive);
    assert_int_equal(profile.levels[STAY_A2], STAY_OFF);
    assert_int_equal(profile.levels[STAY_A3], STAY_WARNING);
    assert_int_equal(profile.levels[STAY_A4], STAY_HARD);
    assert_int_equal(profile.levels[STAY_A12], STAY_HARD);
    read_profile(INSURANCE_INJURY);
    assert_false(profile.account_in_fund);
    assert_int_equal(profile.levels[STAY_S1], STAY_HARD);
    assert_int_equal(profile.levels[STAY_A1], STAY_OFF);
    add_rule("STL-PROVEN-440000", 0);
    read_profile(INSURANCE_MEDICAL);
    for (size_t i = 1; i < STAY_IDENTITIES; i++)
        assert_true(profile.levels[i] != STAY_HARD);
    assert_false(stay_profile_read(&rules, 440000, INSURANCE_NONE, today, &profile));
    assert_false(stay_profile_read(&rules, 440000, INSURANCES, today, &profile));
}

/* --- lines ----------------------------------------------------------------------------- */

static struct flow_line *read_lines(const struct record *document, unsigned insurance,
                                    size_t *count)
{
    struct error err = ERROR_INIT;
    struct flow_line *lines;

    memset(&issues, 0, sizeof(issues));
    assert_true(
        stay_lines_read(document, insurance, &profile, arena, &lines, count, &issues, &err));
    return lines;
}

static void lines_are_read(void **state)
{
    struct record *document = root_of("lines");
    struct flow_line *lines;
    size_t count;

    (void)state;
    read_lines(document, INSURANCE_MEDICAL, &count);
    assert_int_equal(count, 0);
    add_line(document, "1", NULL, "3", "1.005", "3.02");
    add_line(document, "2", "1", "-1.5", "1.01", "-1.52");
    lines = read_lines(document, INSURANCE_MEDICAL, &count);
    assert_int_equal(issues.count, 0);
    assert_int_equal(count, 2);
    assert_true(text_is(lines[1].original, "1"));
    assert_int_equal(lines[0].sums.total.fen, 302);
    assert_int_equal(lines[1].sums.in_scope.fen, -152);
}

static void lines_that_are_wrong(void **state)
{
    static const struct {
        const char *code;
        bool hard;
        const char *original;
        const char *name;
        const char *value;
    } rows[] = {
        {"STL-L02", true, NULL, "amount", "1e3"},
        {"STL-L02", true, NULL, "amount", ""},
        {"STL-L02", true, NULL, "quantity", "1e1"},
        {"STL-L02", true, NULL, "quantity", "1.00001"},
        {"STL-L02", true, NULL, "quantity", "12345678901"},
        {"STL-L02", true, NULL, "quantity", "１"},
        {"STL-L02", true, NULL, "price", "1.0000001"},
        {"STL-L02", true, NULL, "price", "1."},
        {"STL-L02", true, NULL, "price", ".5"},
        {"STL-L02", true, NULL, "number", ""},
        {"STL-L03", true, NULL, "amount", "-10.00"},
        {"STL-L03", true, "9", "ownPay", "0.00"},
        {"STL-L03", true, "1", "amount", "-10.00"},
        {"STL-L04", true, NULL, "ownPay", "-0.01"},
        {"STL-A7", true, NULL, "inScope", "10.01"},
        {"STL-A15", false, NULL, "price", "5.01"},
        {"STL-A15", false, NULL, "price", "9999999999.999999"},
    };
    size_t count;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct record *document = root_of("lines");

        add_line(document, "1", rows[i].original, "2", "5", "10.00");
        put(document->first, rows[i].name, rows[i].value);
        read_lines(document, INSURANCE_MEDICAL, &count);
        expect(rows[i].code, rows[i].hard, 1);
    }
}

static void a_number_twice(void **state)
{
    struct record *document = root_of("lines");
    size_t count;

    (void)state;
    add_line(document, "1", NULL, "1", "1", "1.00");
    add_line(document, "2", NULL, "1", "1", "1.00");
    add_line(document, "1", NULL, "1", "1", "1.00");
    read_lines(document, INSURANCE_MEDICAL, &count);
    expect("STL-L01", true, 3);
    assert_int_equal(issues.count, 1);
}

static void too_many_lines(void **state)
{
    struct record *document = root_of("lines");
    char number[16];
    size_t count;

    (void)state;
    for (int i = 0; i <= FLOW_LINES_MAX; i++) {
        snprintf(number, sizeof(number), "%d", i);
        add_line(document, number, NULL, "1", "1", "1.00");
    }
    read_lines(document, INSURANCE_MEDICAL, &count);
    assert_int_equal(count, FLOW_LINES_MAX);
    expect("STL-L05", true, 0);
}

static void lines_of_an_injury(void **state)
{
    struct record *document = root_of("lines");
    size_t count;

    (void)state;
    read_profile(INSURANCE_INJURY);
    add_line(document, "1", NULL, "1", "1", "1.00");
    put(document->first, "related", "false");
    read_lines(document, INSURANCE_INJURY, &count);
    expect("INJ-L01", true, 1);
    put(document->first, "related", "true");
    read_lines(document, INSURANCE_INJURY, &count);
    assert_int_equal(issues.count, 0);
}

/* --- answers --------------------------------------------------------------------------- */

static struct record *small(struct record **amounts)
{
    struct record *settled = root_of("settled");

    *amounts = node(settled, "amounts", "");
    node(*amounts, "total", "10000.00");
    node(*amounts, "fund", "6000.00");
    node(*amounts, "cash", "4000.00");
    node(*amounts, "basicPool", "6000.00");
    return settled;
}

static void amounts_that_are_missing(void **state)
{
    static const char *const bad[] = {
        "",     "1e3",   "1E3",  "10,000.00", "+1.00", "1.001", "99999999999999.99",
        "0x10", " 1.00", "１.00"};
    struct record *amounts;
    struct record *settled = small(&amounts);
    struct stay_split split = {.cash = {7}};

    (void)state;
    answer(settled, INSURANCE_MEDICAL, false);
    assert_int_equal(issues.count, 0);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        put(amounts, "fund", bad[i]);
        answer(settled, INSURANCE_MEDICAL, false);
        expect("STL-S01", true, 0);
        assert_false(stay_split_read(amounts, &profile, &split));
    }
    answer(root_of("settled"), INSURANCE_MEDICAL, false);
    expect("STL-S01", true, 0);
    assert_false(stay_split_read(NULL, &profile, &split));
    put(amounts, "fund", "90000000000000.00");
    put(amounts, "cash", "90000000000000.00");
    assert_false(stay_split_read(amounts, &profile, &split)); /* the sum leaves MONEY_MAX */
    assert_int_equal(split.cash.fen, 7);
}

static void a_split_whatever_the_dialect(void **state)
{
    struct record *amounts;
    struct stay_split split;

    (void)state;
    small(&amounts);
    put(amounts, "fund", "6600.00");
    put(amounts, "account", "500.00");
    put(amounts, "family", "50.00");
    put(amounts, "hospital", "100.00");
    add_rule("STL-P-ACCOUNT", 1);
    add_rule("STL-P-HOSPITAL", 1);
    add_rule("STL-P-FAMILY", 1);
    read_profile(INSURANCE_MEDICAL);
    assert_true(stay_split_read(amounts, &profile, &split));
    assert_int_equal(stay_owed_fund(&split).fen, 600000);
    assert_int_equal(stay_owed_account(&split).fen, 55000);
    assert_int_equal(split.hospital.fen, 10000);
}

static void fund_rows_have_limits(void **state)
{
    struct record *amounts;
    struct record *settled = small(&amounts);

    (void)state;
    add_fund(settled, "310100", "6000.00");
    add_fund(settled, "999996", "1.00"); /* the hospital's: in no fund */
    node(settled->last, "limit", "0.99");
    answer(settled, INSURANCE_MEDICAL, false);
    expect("STL-A13", false, 2);
    assert_int_equal(issues.count, 1);
    put(settled->last, "limit", "-1.00");
    answer(settled, INSURANCE_MEDICAL, false);
    expect("STL-A10", true, 2);
    put(settled->last, "limit", "1e1");
    answer(settled, INSURANCE_MEDICAL, false);
    expect("STL-S01", true, 2);
    for (int i = 0; i < 2000; i++)
        add_fund(settled, "310100", "90000000000000.00");
    answer(settled, INSURANCE_MEDICAL, false);
    expect("STL-A5", true, 0);
}

static void a_trial_is_kept_to(void **state)
{
    struct record *amounts;
    struct record *settled = small(&amounts);

    (void)state;
    stay.quote = (struct stay_split){.total = {1000000}, .fund = {600001}, .cash = {399999}};
    answer(settled, INSURANCE_MEDICAL, false);
    assert_int_equal(issues.count, 0); /* no trial was made */
    stay.quote_digest[31] = 1;
    answer(settled, INSURANCE_MEDICAL, false);
    expect("STL-A16", false, 0);
    answer(settled, INSURANCE_MEDICAL, true);
    assert_int_equal(issues.count, 0);
    stay.quote.total.fen--; /* of other lines */
    answer(settled, INSURANCE_MEDICAL, false);
    assert_int_equal(issues.count, 0);
}

static void residents_have_no_account(void **state)
{
    struct record *amounts;
    struct record *settled = small(&amounts);

    (void)state;
    put(amounts, "cash", "3999.99");
    put(amounts, "account", "0.01");
    answer(settled, INSURANCE_MEDICAL, false);
    assert_int_equal(issues.count, 0);
    stay.insurance_kind = 390;
    answer(settled, INSURANCE_MEDICAL, false);
    expect("STL-A14", false, 0);
}

static void an_account_is_not_used_unasked(void **state)
{
    struct record *amounts;
    struct record *settled = small(&amounts);

    (void)state;
    stay_account_check(settled, &profile, &issues);
    assert_int_equal(issues.count, 0);
    put(amounts, "account", "0.01");
    stay_account_check(settled, &profile, &issues);
    expect("STL-A11", true, 0);
}

static void totals_are_those_of_their_rows(void **state)
{
    static const struct {
        const char *count;
        const char *total;
        bool broken;
    } told[] = {
        {NULL, NULL, false},    {"3", "120.00", false}, {"3", NULL, false},
        {NULL, "120.01", true}, {"4", "120.00", true},  {"2", NULL, true},
        {"3", "-120.00", true},
    };

    (void)state;
    stay.line_count = 3; /* two, and one that gives something back */
    stay.sums.total.fen = 12000;
    for (size_t i = 0; i < COUNT_OF(told); i++) {
        struct record *taken = root_of("lines_taken");

        if (told[i].count != NULL)
            put(taken, "count", told[i].count);
        if (told[i].total != NULL)
            put(taken, "total", told[i].total);
        issues = (struct stay_issues){.count = 0};
        stay_totals_check(taken, &stay, &profile, &issues);
        if (told[i].broken)
            expect("STL-A17", true, 0);
        else
            assert_int_equal(issues.count, 0);
    }
}

static void work_injury(void **state)
{
    struct record *amounts;
    struct record *settled = small(&amounts);

    (void)state;
    read_profile(INSURANCE_INJURY);
    put(amounts, "fund", "8500.00");
    put(amounts, "cash", "1000.00");
    put(amounts, "employer", "300.00");
    put(amounts, "thirdParty", "200.00");
    answer(settled, INSURANCE_INJURY, false);
    assert_int_equal(issues.count, 0);
    put(amounts, "employer", "300.01");
    answer(settled, INSURANCE_INJURY, false);
    expect("INJ-S1", true, 0);
    put(amounts, "employer", "300.00");
    put(amounts, "fund", "8499.99");
    put(amounts, "cash", "1000.01");
    answer(settled, INSURANCE_INJURY, false);
    expect("INJ-S2", false, 0);
    assert_false(issues.hard);
}

/* --- requests and cancellations -------------------------------------------------------- */

static void requests_follow_the_lines(void **state)
{
    struct record *settle = root_of("settle");

    (void)state;
    stay_request_check(settle, &stay, &profile, &issues);
    expect("STL-S01", true, 0);
    put(settle, "total", "10000.00");
    put(settle, "inScope", "8500.00");
    memset(&issues, 0, sizeof(issues));
    stay_request_check(settle, &stay, &profile, &issues);
    assert_int_equal(issues.count, 0);
    put(settle, "inScope", "8500.01");
    stay_request_check(settle, &stay, &profile, &issues);
    expect("STL-A8", true, 0);
    memset(&issues, 0, sizeof(issues));
    put(settle, "inScope", "8500.00");
    put(settle, "total", "10000.50");
    stay_request_check(settle, &stay, &profile, &issues);
    expect("STL-A8", true, 0);
}

static void cancellations_have_the_other_sign(void **state)
{
    struct stay_split settled = {.total = {1000000}, .fund = {600000}, .cash = {400000}};
    struct record *cancelled = root_of("cancelled");
    struct record *amounts;

    (void)state;
    stay_cancel_check(cancelled, &settled, &profile, &issues);
    expect("STL-S01", false, 0);
    memset(&issues, 0, sizeof(issues));
    amounts = node(cancelled, "amounts", "");
    put(amounts, "total", "-10000.00");
    put(amounts, "fund", "-6000.00");
    put(amounts, "cash", "-4000.00");
    stay_cancel_check(cancelled, &settled, &profile, &issues);
    assert_int_equal(issues.count, 0);
    profile.refund_positive = true;
    stay_cancel_check(cancelled, &settled, &profile, &issues);
    expect("STL-A10", true, 0);
    memset(&issues, 0, sizeof(issues));
    profile.refund_positive = false;
    put(amounts, "cash", "-3999.99");
    stay_cancel_check(cancelled, &settled, &profile, &issues);
    expect("STL-A10", true, 0);
}

/* --- any bill -------------------------------------------------------------------------- */

/* Not covered: deductible and a fund row's limit and inScope, which only bound others; `family`
 * where it lies within the account; one balance without the other. */
static const char *const covered[] = {
    "total",         "ownPay",  "overLimit", "prePay",    "inScope", "basicPool",
    "civilServant",  "fund",    "personal",  "account",   "cash",    "hospital",
    "balanceBefore", "balance", "employer",  "thirdParty"};

static uint64_t random_state = 20260302;

static int64_t any(int64_t below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((random_state >> 33) % (uint64_t)below);
}

static void put_fen(struct record *group, const char *name, int64_t fen)
{
    char text[MONEY_TEXT_SIZE];

    put(group, name, money_format((struct money){fen}, text));
}

static struct record *any_bill(struct record **amounts)
{
    int64_t pool = any(1000000), civil = any(100000), account = any(50000), cash = any(500000);
    int64_t hospital = any(1000), own = any(1000), before = account + any(1000);
    int64_t total = pool + civil + account + cash + hospital;
    struct record *settled = root_of("settled");

    own = own > total ? total : own;
    *amounts = node(settled, "amounts", "");
    stay.sums = (struct stay_sums){{total}, {own}, {0}, {0}, {total - own}};
    put_fen(*amounts, "total", total);
    put_fen(*amounts, "ownPay", own);
    put_fen(*amounts, "overLimit", 0);
    put_fen(*amounts, "prePay", 0);
    put_fen(*amounts, "inScope", total - own);
    put_fen(*amounts, "basicPool", pool);
    put_fen(*amounts, "civilServant", civil);
    put_fen(*amounts, "fund",
            pool + civil + (profile.account_in_fund ? account : 0) +
                (profile.hospital_in_fund ? hospital : 0));
    put_fen(*amounts, "personal", account + cash);
    put_fen(*amounts, "account", account);
    put_fen(*amounts, "cash", cash);
    put_fen(*amounts, "hospital", hospital);
    put_fen(*amounts, "employer", 0);
    put_fen(*amounts, "thirdParty", 0);
    put_fen(*amounts, "balanceBefore", before);
    put_fen(*amounts, "balance", before - account);
    return settled;
}

static void any_fen_is_found(void **state)
{
    (void)state;
    for (int i = 0; i < 400; i++) {
        struct record *amounts;
        struct record *settled;

        arena_reset(arena);
        profile.account_in_fund = (i & 1) != 0;
        profile.hospital_in_fund = (i & 2) != 0;
        settled = any_bill(&amounts);
        answer(settled, INSURANCE_MEDICAL, false);
        assert_false(issues.hard);
        for (size_t k = 0; k < COUNT_OF(covered); k++) {
            struct money was;

            assert_true(record_money(amounts, covered[k], &was));
            put_fen(amounts, covered[k], was.fen + (any(2) == 0 ? 1 : -1));
            answer(settled, INSURANCE_MEDICAL, false);
            if (!issues.hard)
                print_message("%s changed by one fen\n", covered[k]);
            assert_true(issues.hard);
            put_fen(amounts, covered[k], was.fen);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_worked_example, fresh),
        cmocka_unit_test_setup(profiles_are_rules, fresh),
        cmocka_unit_test_setup(lines_are_read, fresh),
        cmocka_unit_test_setup(lines_that_are_wrong, fresh),
        cmocka_unit_test_setup(a_number_twice, fresh),
        cmocka_unit_test_setup(too_many_lines, fresh),
        cmocka_unit_test_setup(lines_of_an_injury, fresh),
        cmocka_unit_test_setup(amounts_that_are_missing, fresh),
        cmocka_unit_test_setup(a_split_whatever_the_dialect, fresh),
        cmocka_unit_test_setup(fund_rows_have_limits, fresh),
        cmocka_unit_test_setup(a_trial_is_kept_to, fresh),
        cmocka_unit_test_setup(residents_have_no_account, fresh),
        cmocka_unit_test_setup(an_account_is_not_used_unasked, fresh),
        cmocka_unit_test_setup(totals_are_those_of_their_rows, fresh),
        cmocka_unit_test_setup(work_injury, fresh),
        cmocka_unit_test_setup(requests_follow_the_lines, fresh),
        cmocka_unit_test_setup(cancellations_have_the_other_sign, fresh),
        cmocka_unit_test_setup(any_fen_is_found, fresh),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}

/*
 * wire_medical_documents_test.c - schemas/national/medical.xsd and the checks on an information
 * sheet: every document once good, a sheet of each kind worked by hand, and one wrong value
 * after the other (tests/data/medical).
 *
 * Run in the top folder.
 */
#include "codec_fixture.h"

#include "core/medical_checks.h"
#include "core/medical_transfer.h"
#include "pension_documents.h"

static const char *const good_documents[] = {
    "application",
    "insured_query",
    "insured_state",
    "insured_state-fail",
    "acceptance",
    "refusal",
    "letter",
    "letter_return",
    "form-a",
    "form-b",
    "form-c",
    "form-d",
    "form_return",
    "fund_advice",
    "fund_receipt",
    "fund_credited",
    "fund_return",
    "completion",
    "certificate",
    "withdrawal",
    "reversal",
    "reminder",
    "withdrawal_answer",
    "status_query",
    "status_answer",
    "answer",
};

static struct record *document(struct fixture *fixture, const char *name)
{
    struct record *root = NULL;
    struct text bytes;
    char path[128];

    snprintf(path, sizeof(path), "tests/data/medical/%s.xml", name);
    if (!file_read(fixture->arena, path, FILE_MAX, &bytes, &fixture->err) ||
        !read_text(fixture, bytes, &root))
        stop(name, fixture->err.text);
    return root;
}

static bool follows(struct fixture *fixture, const struct record *root)
{
    return codec_check_national(schemas, FLOW_MEDICAL_TRANSFER, root, &fixture->err);
}

static void every_document_once_good(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT_OF(good_documents); i++) {
        struct record *root = document(fixture, good_documents[i]);

        if (!follows(fixture, root))
            stop(good_documents[i], fixture->err.text);
        assert_int_not_equal(action_by_name(text_of(root->name)), ACTION_NONE);
    }
}

/* --- sheets ---------------------------------------------------------------------------- */

static struct medical_issues check(const struct record *sheet, unsigned kind)
{
    static const struct rules none; /* the switches stand as they do without rules */
    struct medical_route route = {
        .kind = (uint8_t)kind, .out_region = 440300, .in_region = 520300};
    struct medical_issues issues;
    struct day today;

    assert_true(day_from(2026, 3, 9, &today));
    medical_checks_run(sheet, &route, today, &none, &issues);
    return issues;
}

static bool found(const struct medical_issues *issues, const char *code)
{
    for (size_t i = 0; i < issues->count; i++)
        if (strcmp(issues->list[i].code, code) == 0)
            return true;
    return false;
}

/* The kind of a sheet is in its file's name. */
static unsigned kind_of(const char *file)
{
    return (unsigned)(file[5] - 'a') + MEDICAL_KIND_A;
}

static struct money amount_at(const struct record *sheet, const char *path)
{
    struct money amount = {0};

    if (record_find(sheet, path) != NULL)
        assert_true(record_money(sheet, path, &amount));
    return amount;
}

static struct money written(const char *word)
{
    struct money amount = {0};

    if (strcmp(word, "-") != 0)
        assert_true(money_parse(text_of(word), &amount));
    return amount;
}

static void expect_number(const struct record *sheet, const char *path, const char *word)
{
    uint64_t number = 0;

    if (strcmp(word, "-") == 0) {
        assert_null(record_find(sheet, path));
        return;
    }
    assert_true(record_number(sheet, path, 9999, &number));
    assert_int_equal(number, strtoul(word, NULL, 10));
}

static void expect_sheet(struct fixture *fixture, char words[9][40])
{
    const struct record *sheet = document(fixture, words[0]);
    const struct record *row = record_find(sheet, "periods/period");
    struct medical_issues issues = check(sheet, kind_of(words[0]));
    struct text months = text_of(words[2]);
    unsigned long sum = 0;
    uint64_t number;
    struct money right;

    for (; months.size > 0; row = record_same(row)) {
        uint64_t one;

        assert_true(text_to_u64(text_cut(&months, '+'), &one));
        assert_true(record_number(row, "months", 999, &number));
        assert_int_equal(number, one);
        sum += one;
    }
    assert_null(row);
    assert_int_equal(sum, strtoul(words[3], NULL, 10));
    expect_number(sheet, "actualMonths", words[3]);
    expect_number(sheet, "deemedMonths", words[4]);
    expect_number(sheet, "payWay", words[8]);
    assert_int_equal(amount_at(sheet, "balance").fen, written(words[5]).fen);
    assert_int_equal(amount_at(sheet, "amount").fen, written(words[7]).fen);
    assert_true(money_subtract(written(words[5]), written(words[6]), &right));
    assert_int_equal(right.fen, written(words[7]).fen);
    assert_string_equal(medical_kind_name(kind_of(words[0])).english, words[1]);
    assert_int_equal(issues.count, 0);
}

static void a_sheet_of_each_kind_comes_to_the_fen(void **state)
{
    struct fixture *fixture = *state;
    FILE *file = fopen("tests/data/medical/sheets.txt", "r");
    char line[256];
    char w[9][40];
    unsigned sheets = 0;

    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        if (line[0] == '#' || sscanf(line, "%39s %39s %39s %39s %39s %39s %39s %39s %39s", w[0],
                                     w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8]) != 9)
            continue;
        expect_sheet(fixture, w);
        sheets++;
    }
    fclose(file);
    assert_int_equal(sheets, 4);
}

/* --- one wrong value after the other ----------------------------------------------------- */

static void drop(struct record *root, const char *path)
{
    const char *slash = strrchr(path, '/');
    char above[64] = "";
    struct record *parent = root;
    struct record *node;
    struct record **link;

    if (slash != NULL) {
        snprintf(above, sizeof(above), "%.*s", (int)(slash - path), path);
        parent = document_at(root, above);
    }
    node = document_at(root, path);
    for (link = &parent->first; *link != node;)
        link = &(*link)->next;
    *link = node->next;
}

static void change(struct fixture *fixture, struct record *root, const char *path, char *value)
{
    if (strcmp(value, "-") == 0) {
        drop(root, path);
        return;
    }
    if (value[0] == '@')
        for (char *at = value++; *at != '\0'; at++)
            *at = *at == '_' ? ' ' : *at;
    document_set(root, path, arena_copy(fixture->arena, text_of(value)).at);
}

static void expect_bad(struct fixture *fixture, const char *code, const char *file,
                       const char *path, char *value)
{
    struct record *root = document(fixture, file);
    struct medical_issues issues;
    char what[300];

    snprintf(what, sizeof(what), "%s: %s = %s", file, path, value);
    change(fixture, root, path, value);
    if (strcmp(code, "SCHEMA") == 0) {
        if (follows(fixture, root))
            stop(what, "follows the schema");
        fixture->err = (struct error)ERROR_INIT;
        return;
    }
    issues = check(root, kind_of(file));
    if (!found(&issues, code))
        stop(what, code);
    assert_int_equal(issues.hard, strcmp(code, "MED-C12") != 0);
}

static void one_wrong_value(void **state)
{
    struct fixture *fixture = *state;
    FILE *file = fopen("tests/data/medical/bad.txt", "r");
    char line[256];
    char code[16], name[40], path[64], value[128];
    unsigned seen = 0; /* a bit for each check */
    unsigned count = 0;

    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        if (line[0] == '#' ||
            sscanf(line, "%15s %39s %63s %127s", code, name, path, value) != 4)
            continue;
        expect_bad(fixture, code, name, path, value);
        if (strncmp(code, "MED-C", 5) == 0)
            seen |= 1u << strtoul(code + 5, NULL, 10);
        count++;
    }
    fclose(file);
    assert_true(count > 60);
    /* C04 of a document that books money, C13, C14 and C19 need the case */
    assert_int_equal(seen, 0x1ffe);
}

static void a_sheet_without_periods(void **state)
{
    struct fixture *fixture = *state;
    struct record *sheet = document(fixture, "form-a");
    struct medical_issues issues;

    document_at(sheet, "periods")->first = NULL;
    issues = check(sheet, MEDICAL_KIND_A);
    assert_true(found(&issues, "MED-C01"));
    assert_true(issues.periods);
}

/* Two insurances may run side by side; one may not. */
static void overlaps_are_of_one_insurance(void **state)
{
    struct fixture *fixture = *state;
    struct record *sheet = document(fixture, "form-a");
    struct medical_issues issues;

    document_set(sheet, "periods/period/to", "2023-04");
    document_set(sheet, "periods/period/insurance", "390");
    issues = check(sheet, MEDICAL_KIND_A);
    assert_int_equal(issues.count, 0);
    document_set(sheet, "periods/period/insurance", "310");
    issues = check(sheet, MEDICAL_KIND_A);
    assert_true(found(&issues, "MED-C02"));
    assert_int_equal(issues.list[0].row, 2);
}

static void the_switches_say_whether_money_moves(void **state)
{
    static struct rules rules;
    struct fixture *fixture = *state;
    struct record *sheet = document(fixture, "form-a");
    struct medical_route route = {
        .kind = MEDICAL_KIND_A, .out_region = 440300, .in_region = 520300};
    struct medical_issues issues;
    struct day today;

    assert_true(day_from(2026, 3, 9, &today));
    rules.rows[0] = (struct rule){.id = "MED-MONEY-A-440000-520000", .from = {1}, .value = 0};
    rules.count = 1;
    medical_checks_run(sheet, &route, today, &rules, &issues);
    assert_true(found(&issues, "MED-C08"));
    assert_false(issues.periods);
    route.in_region = 530300;
    medical_checks_run(sheet, &route, today, &rules, &issues);
    assert_int_equal(issues.count, 0);
    rules.rows[0] = (struct rule){.id = "MED-FIRST", .from = {1}, .value = 201902};
    medical_checks_run(sheet, &route, today, &rules, &issues);
    assert_true(found(&issues, "MED-C11"));
}

static void amounts_in_words(void **state)
{
    static const struct {
        const char *words;
        int64_t fen;
        bool right;
    } rows[] = {
        {"零元整", 0, true},
        {"壹元整", 100, true},
        {"壹圆正", 100, true},
        {"人民币壹拾元整", 1000, true},
        {"壹佰零伍元整", 10500, true},
        {"壹仟零伍元伍角整", 100550, true},
        {"壹万元整", 1000000, true},
        {"壹万零壹元零壹分", 1000101, true},
        {"壹拾贰万叁仟肆佰伍拾陆元柒角捌分", 12345678, true},
        {"玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分", 9999999999, true},
        {"壹亿贰仟万元整", 12000000000, true},
        {"伍角", 50, true},
        {"零元伍分", 5, true},
        {"伍分", 5, true},
        {"壹元", 101, false},
        {"", 0, false},
        {"元", 0, false},
        {"壹", 100, false},
        {"壹贰元整", 1200, false},
        {"壹拾佰元整", 1000, false},
        {"壹元整元", 100, false},
        {"壹元壹分壹角", 111, false},
        {"负壹元整", -100, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (medical_words_say(text_of(rows[i].words), (struct money){rows[i].fen}) !=
            rows[i].right)
            stop(rows[i].words, rows[i].right ? "is not understood" : "is understood");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_document_once_good, setup, teardown),
        cmocka_unit_test_setup_teardown(a_sheet_of_each_kind_comes_to_the_fen, setup, teardown),
        cmocka_unit_test_setup_teardown(one_wrong_value, setup, teardown),
        cmocka_unit_test_setup_teardown(a_sheet_without_periods, setup, teardown),
        cmocka_unit_test_setup_teardown(overlaps_are_of_one_insurance, setup, teardown),
        cmocka_unit_test_setup_teardown(the_switches_say_whether_money_moves, setup, teardown),
        cmocka_unit_test_setup_teardown(amounts_in_words, setup, teardown),
    };
    return cmocka_run_group_tests(tests, open_schemas, close_schemas);
}

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

/* docs/rules.md lists them all. */
static void each_reason_may_be_stated(void **state)
{
    static const char *const codes[] = {"MED-R01", "MED-R02", "MED-R03", "MED-R04", "MED-R05",
                                        "MED-R06", "MED-R07", "MED-R08", "MED-R09", "MED-R10",
                                        "MED-R11", "MED-R12", "MED-R13", "MED-R14", "MED-R15",
                                        "MED-R99", "MED-R00", "MED-R16"};
    enum { KNOWN = 16 }; /* the others are none */
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        struct record *root = document(fixture, "refusal");

        document_set(root, "code", codes[i]);
        if (follows(fixture, root) != (i < KNOWN))
            stop(codes[i], "may, or may not, be stated");
        fixture->err = (struct error)ERROR_INIT;
    }
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

/* --- what the gateway writes itself ------------------------------------------------------ */

static unsigned made[ACTIONS]; /* documents made and looked at */

/* The question to the other side names the person; nothing else does. */
static void look_at(struct fixture *fixture, const struct flow_send *send)
{
    static const char *const personal[] = {"张喆", "529901198001151233", "1980-01-15"};
    size_t size = record_encoded_size(send->made);
    struct buffer bytes = buffer_over(arena_alloc(fixture->arena, size), size);

    assert_string_equal(send->made->name, action_name(send->action).english);
    assert_true(send->revision > 0);
    if (!follows(fixture, send->made))
        stop(send->made->name, fixture->err.text);
    record_encode(send->made, &bytes);
    for (size_t i = 0; i < COUNT_OF(personal); i++)
        if (memmem(bytes.at, bytes.size, personal[i], strlen(personal[i])) != NULL &&
            send->action != ACTION_INSURED_QUERY)
            stop(send->made->name, personal[i]);
    made[send->action]++;
}

static void decide(struct fixture *fixture, const struct flow_case *before,
                   const struct flow_event *event, struct calendar *calendar)
{
    static const struct rules rules;
    struct arena *arena = arena_new(1 << 20);
    struct flow_decision decision;

    assert_non_null(arena);
    assert_true(flow_decide(&medical_transfer_flow, &rules, calendar, before, event, arena,
                            &decision, &fixture->err));
    for (size_t i = 0; i < decision.send_count; i++)
        if (decision.sends[i].made != NULL)
            look_at(fixture, &decision.sends[i]);
    arena_free(arena);
}

static struct flow_case case_at(unsigned role, unsigned state)
{
    struct flow_case at = {
        .case_id = {{1}},
        .flow = FLOW_MEDICAL_TRANSFER,
        .role = (uint8_t)role,
        .state = (uint8_t)state,
        .flags = CASE_FORM_HELD | CASE_MONEY_SEEN,
        .in_region = 520300,
        .out_region = 440300,
        .letter_revision = 1,
        .form_revision = 1,
        .form_total = {347126},
        .money_total = {347126},
        .opened_at = {INT64_C(1772413200000)},
        .changed_at = {INT64_C(1772413200000)},
        .trace = "YB520000202603020001",
        .last_code = "UNKNOWN_FLOW_15",
        .part.medical = {.kind = MEDICAL_KIND_A, .pay_way = PAY_TRANSFER},
    };
    static const uint8_t kinds[] = {CLOCK_D1,         CLOCK_D2,       CLOCK_D3,
                                    CLOCK_FUND,       CLOCK_LETTER,   CLOCK_CORRECTION,
                                    CLOCK_WITHDRAWAL, CLOCK_REVERSAL, CLOCK_SUSPENSE,
                                    CLOCK_RESTORE,    CLOCK_CHECK};

    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        at.clocks[i] = (struct flow_clock){.kind = kinds[i],
                                           .state = (uint8_t)(i % 4),
                                           .paused = kinds[i] == CLOCK_RESTORE,
                                           .start = {1},
                                           .due = {INT64_C(1772413200000)}};
    return at;
}

static void each_event(struct fixture *fixture, const struct flow_case *before,
                       const struct record *body, struct calendar *calendar)
{
    static const char *const codes[] = {"MED-R08", "MED-C19", "UNKNOWN_FLOW_15", "FLW-03"};
    struct flow_event event = {.action = (uint16_t)action_by_name(text_of(body->name)),
                               .at = {INT64_C(1772413200000)},
                               .body = body};
    bool counted = event.action == ACTION_LETTER || event.action == ACTION_FORM;

    event.revision = counted ? 2 : 1;
    event.source = EVENT_SUBMITTED;
    decide(fixture, before, &event, calendar);
    event.source = EVENT_RECEIVED;
    decide(fixture, before, &event, calendar);
    event.source = EVENT_RECEIPT;
    event.body = NULL;
    event.revision = 1;
    event.verdict = VERDICT_REFUSED;
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        memset(event.code, 0, sizeof(event.code));
        strcpy(event.code, codes[i]);
        decide(fixture, before, &event, calendar);
    }
}

static void each_timer(struct fixture *fixture, const struct flow_case *before,
                       struct calendar *calendar)
{
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        struct flow_event timer = {.source = EVENT_TIMER,
                                   .clock_kind = before->clocks[i].kind,
                                   .at = {INT64_C(1772413200000)}};

        if (before->clocks[i].state == CLOCK_STATE_RUNNING && !before->clocks[i].paused)
            decide(fixture, before, &timer, calendar);
    }
}

static void what_is_written_follows_the_schema(void **state)
{
    static const unsigned written[] = {ACTION_INSURED_QUERY, ACTION_REFUSAL,
                                       ACTION_LETTER_RETURN, ACTION_FORM_RETURN,
                                       ACTION_STATUS_ANSWER, ACTION_WITHDRAWAL_ANSWER,
                                       ACTION_REMINDER};
    struct fixture *fixture = *state;
    struct calendar *calendar = calendar_new();
    struct record *bodies[COUNT_OF(good_documents)];
    struct flow_event opening;

    assert_non_null(calendar);
    for (size_t i = 0; i < COUNT_OF(good_documents); i++)
        bodies[i] = document(fixture, good_documents[i]);
    document_set(bodies[8], "actualMonths", "83"); /* form-a goes back */
    for (unsigned role = ROLE_IN; role <= ROLE_OUT; role++) {
        for (unsigned at = 0; at < MEDICAL_STATES; at++) {
            struct flow_case before = case_at(role, at);

            for (size_t i = 0; i < COUNT_OF(bodies); i++)
                each_event(fixture, &before, bodies[i], calendar);
            each_timer(fixture, &before, calendar);
        }
        opening = (struct flow_event){.source = EVENT_SUBMITTED,
                                      .action = ACTION_APPLICATION,
                                      .revision = 1,
                                      .role = (uint8_t)role,
                                      .at = {INT64_C(1772413200000)},
                                      .body = bodies[0]};
        decide(fixture, NULL, &opening, calendar);
    }
    for (size_t i = 0; i < COUNT_OF(written); i++)
        if (made[written[i]] == 0)
            stop(action_name(written[i]).english, "was never written");
    calendar_free(calendar);
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
        cmocka_unit_test_setup_teardown(each_reason_may_be_stated, setup, teardown),
        cmocka_unit_test_setup_teardown(amounts_in_words, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_written_follows_the_schema, setup, teardown),
    };
    return cmocka_run_group_tests(tests, open_schemas, close_schemas);
}

/* wire_national_test.c - the national form: every document once good, every kind of mistake
 * once, and the list of its leaves. */
#include "codec_fixture.h"

/* --- national documents ------------------------------------------------------------------- */

static const char *const good_documents[] = {
    "application",
    "refusal",
    "letter",
    "acceptance",
    "letter_return",
    "form",
    "form_return",
    "fund_advice",
    "fund_receipt",
    "completion",
    "answer",
    "form-smallest",
    "certificate",
    "notice",
    "clearing_done",
    "withdrawal",
    "withdrawal_answer",
    "reversal",
    "fund_return",
    "reminder",
    "status_query",
    "status_answer",
    "remittance",
    "allocation",
    "fund_query",
    "fund_answer",
    "acceptance-excluded",
    "completion-overlap",
    "status_answer-smallest",
    "status_query-smallest",
    "reversal-smallest",
};

static void test_good_documents(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT_OF(good_documents); i++) {
        struct document *document = parse(fixture, load(fixture, good_documents[i]));
        struct record *root = NULL;

        if (!schema_check(wire_schemas_national(schemas, FLOW_PENSION_EMPLOYEE), document,
                          &fixture->err))
            stop(good_documents[i], fixture->err.text);
        assert_true(codec_read(document, fixture->arena, &root, &fixture->err));
        document_free(document);
        if (!codec_check_national(schemas, FLOW_PENSION_EMPLOYEE, root, &fixture->err))
            stop(good_documents[i], fixture->err.text);
        check_round_trip(fixture, root);
    }
}

static void test_fields_arrive(void **state)
{
    struct fixture *fixture = *state;
    struct record *root = NULL;
    struct text name;
    struct money total;

    assert_true(read_text(fixture, load(fixture, "form"), &root));
    assert_string_equal(root->name, "form");
    assert_true(record_text(root, "person/name", &name));
    assert_true(text_is(name, "张喆"));
    assert_true(record_text(root, "handler/name", &name));
    assert_true(text_is(name, "𠮷野"));
    assert_true(record_money(root, "amounts/total", &total));
    assert_int_equal(total.fen, 3312834);
    assert_int_equal(record_count(root, "rows/row"), 3);
    assert_true(read_text(fixture, load(fixture, "form-smallest"), &root));
    assert_int_equal(record_count(root, "rows/row"), 0);
    assert_non_null(record_find(root, "rows"));
}

/* What the schema says, what codec_read says of the same tree, and whether the record alone
 * still shows the mistake (a namespace is not part of it). */
struct bad_document {
    const char *name;
    enum error_code read;
    bool record_shows;
};

static const struct bad_document bad_documents[] = {
    {"month-13", ERROR_NONE, true},
    {"month-zero", ERROR_NONE, true},
    {"day-30-february", ERROR_NONE, true},
    {"day-29-february-2025", ERROR_NONE, true},
    {"year-1949", ERROR_NONE, true},
    {"year-2051", ERROR_NONE, true},
    {"money-three-decimals", ERROR_NONE, true},
    {"money-no-decimals", ERROR_NONE, true},
    {"money-exponent", ERROR_NONE, true},
    {"money-comma", ERROR_NONE, true},
    {"money-plus", ERROR_NONE, true},
    {"money-full-width", ERROR_NONE, true},
    {"money-full-width-digits", ERROR_NONE, true},
    {"money-blank-around", ERROR_NONE, true},
    {"money-15-digits", ERROR_NONE, true},
    {"money-leading-zero", ERROR_NONE, true},
    {"money-two-zeros", ERROR_NONE, true},
    {"money-minus-zero", ERROR_NONE, true},
    {"rate-percent", ERROR_NONE, true},
    {"rate-two-decimals", ERROR_NONE, true},
    {"region-five-digits", ERROR_NONE, true},
    {"identity-full-width", ERROR_NONE, true},
    {"name-blank-before", ERROR_NONE, true},
    {"name-empty", ERROR_NONE, true},
    {"name-too-long", ERROR_NONE, true},
    {"code-unknown-family", ERROR_NONE, true},
    {"missing-field", ERROR_NONE, true},
    {"missing-handler", ERROR_NONE, true},
    {"repeated-field", ERROR_NONE, true},
    {"order", ERROR_NONE, true},
    {"unknown-element", ERROR_NONE, true},
    {"attribute", ERROR_SHAPE, false},
    {"mixed-content", ERROR_SHAPE, false},
    {"wrong-namespace", ERROR_NONE, false},
    {"no-namespace", ERROR_NONE, false},
    {"inner-namespace", ERROR_SHAPE, false},
    {"unknown-document", ERROR_NONE, true},
    {"instant-no-zone", ERROR_NONE, true},
    {"uuid-version-4", ERROR_NONE, true},
    {"uuid-upper-case", ERROR_NONE, true},
    {"verdict-unknown", ERROR_NONE, true},
    {"postcode-letter", ERROR_NONE, true},
    {"reason-unknown-family", ERROR_NONE, true},
    {"reversal-reason", ERROR_NONE, true},
    {"reversal-reason-family", ERROR_NONE, true},
    {"reversal-corrects-empty", ERROR_NONE, true},
    {"withdrawal-reason", ERROR_NONE, true},
    {"withdrawal-answer-number", ERROR_NONE, true},
    {"withdrawal-answer-unsaid", ERROR_NONE, true},
    {"exclusion-reason", ERROR_NONE, true},
    {"exclusion-empty", ERROR_NONE, true},
    {"exclusion-missing", ERROR_NONE, true},
    {"exclusion-after-handler", ERROR_NONE, true},
    {"exclusion-201-rows", ERROR_NONE, true},
    {"finding-unknown", ERROR_NONE, true},
    {"clock-unknown", ERROR_NONE, true},
    {"clock-upper-case", ERROR_NONE, true},
    {"clock-state-unknown", ERROR_NONE, true},
    {"clocks-17", ERROR_NONE, true},
    {"clocks-missing", ERROR_NONE, true},
    {"state-upper-case", ERROR_NONE, true},
    {"state-name-too-long", ERROR_NONE, true},
    {"changed-at-utc", ERROR_NONE, true},
    {"totals-exchanged", ERROR_NONE, true},
    {"items-empty", ERROR_NONE, true},
    {"items-65", ERROR_NONE, true},
    {"item-no-amount", ERROR_NONE, true},
    {"item-blank-trace", ERROR_NONE, true},
    {"certificate-number-full-width", ERROR_NONE, true},
    {"certificate-balance-four-decimals", ERROR_NONE, true},
    {"certificate-no-agency", ERROR_NONE, true},
    {"clearing-negative-months", ERROR_NONE, true},
    {"overlap-1000-months", ERROR_NONE, true},
    {"reminder-without-words", ERROR_NONE, true},
    {"fund-query-month-for-day", ERROR_NONE, true},
};

static void check_bad(struct fixture *fixture, const struct bad_document *bad)
{
    char name[64];
    const struct schema *schema = wire_schemas_national(schemas, FLOW_PENSION_EMPLOYEE);
    struct document *document = NULL;
    struct record *root = NULL;
    struct error err = ERROR_INIT;

    snprintf(name, sizeof(name), "bad/%s", bad->name);
    print_message("  %s\n", name);
    document = parse(fixture, load(fixture, name));
    assert_false(schema_check(schema, document, &err));
    assert_int_equal(err.code, ERROR_SCHEMA);
    assert_null(strstr(err.text, "喆")); /* never a value */
    assert_null(strstr(err.text, "1121"));
    err.code = ERROR_NONE;
    assert_int_equal(codec_read(document, fixture->arena, &root, &err),
                     bad->read == ERROR_NONE);
    assert_int_equal(err.code, bad->read);
    document_free(document);
    if (bad->read != ERROR_NONE)
        return;
    assert_int_equal(codec_check_national(schemas, FLOW_PENSION_EMPLOYEE, root, &err),
                     !bad->record_shows);
    assert_int_equal(err.code, bad->record_shows ? ERROR_SCHEMA : ERROR_NONE);
}

static void test_bad_documents(void **state)
{
    for (size_t i = 0; i < COUNT_OF(bad_documents); i++)
        check_bad(*state, &bad_documents[i]);
}

static void test_row_bound(void **state)
{
    struct fixture *fixture = *state;
    struct record *root = NULL, *rows, *row;
    const struct record *pattern;

    assert_true(read_text(fixture, load(fixture, "form"), &root));
    rows = (struct record *)(uintptr_t)record_find(root, "rows");
    pattern = record_find(root, "rows/row");
    for (int count = 3; count < 601; count++) {
        row = record_add(fixture->arena, rows, "row", TEXT_NONE);
        assert_non_null(row);
        row->first = pattern->first; /* the same children: a row is only read here */
        row->last = pattern->last;
        if (count == 599)
            assert_true(
                codec_check_national(schemas, FLOW_PENSION_EMPLOYEE, root, &fixture->err));
    }
    assert_false(codec_check_national(schemas, FLOW_PENSION_EMPLOYEE, root, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_SCHEMA);
}

static void test_unknown_flow(void **state)
{
    struct fixture *fixture = *state;
    struct record *root = record_new(fixture->arena, "form");

    assert_null(wire_schemas_national(schemas, FLOW_NONE));
    assert_null(wire_schemas_national(schemas, 999));
    assert_false(codec_check_national(schemas, 999, root, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_UNKNOWN_FLOW);
}

/* --- leaves ------------------------------------------------------------------------------- */

struct leaves {
    char text[16384];
    size_t size;
    size_t count;
    size_t stop_at; /* 0: never */
};

static bool note_leaf(void *self, const char *path, bool optional)
{
    struct leaves *leaves = self;

    leaves->size += (size_t)snprintf(leaves->text + leaves->size,
                                     sizeof(leaves->text) - leaves->size, "%s%s\n", path,
                                     optional ? "?" : "");
    assert_true(leaves->size < sizeof(leaves->text));
    return ++leaves->count != leaves->stop_at;
}

static const char letter_leaves[] = "reference/traceNumber\n"
                                    "reference/inRegion\n"
                                    "reference/outRegion\n"
                                    "reference/insuranceKind\n"
                                    "letterNumber\n"
                                    "person/name\n"
                                    "person/identityType?\n"
                                    "person/identityNumber\n"
                                    "person/sex\n"
                                    "person/birthDate?\n"
                                    "person/personalNumber?\n"
                                    "insuranceKindOld?\n"
                                    "oldAgency/name\n"
                                    "annuityManager/name?\n"
                                    "annuityManager/contact?\n"
                                    "bank/name\n"
                                    "bank/number?\n"
                                    "bank/holder\n"
                                    "bank/account\n"
                                    "address\n"
                                    "postcode\n"
                                    "phone\n"
                                    "change/post?\n"
                                    "change/employeeMonths?\n"
                                    "change/drawing?\n"
                                    "change/hukouRegion?\n"
                                    "periods/period/region?\n"
                                    "periods/period/from?\n"
                                    "periods/period/to?\n"
                                    "periods/period/months?\n"
                                    "periods/period/temporary?\n"
                                    "handler/name?\n"
                                    "handler/date\n"
                                    "handler/agencyCode?\n"
                                    "handler/agencyName\n";

static void test_leaves(void **state)
{
    struct fixture *fixture = *state;
    struct leaves leaves = {.size = 0};

    assert_true(codec_national_leaves(schemas, FLOW_PENSION_EMPLOYEE, "letter", note_leaf,
                                      &leaves, &fixture->err));
    assert_string_equal(leaves.text, letter_leaves);
    leaves = (struct leaves){.size = 0};
    assert_true(codec_national_leaves(schemas, FLOW_PENSION_EMPLOYEE, "form", note_leaf,
                                      &leaves, &fixture->err));
    assert_non_null(strstr(leaves.text, "\namounts/total\nrows/row/region?\n"));
    assert_non_null(strstr(leaves.text, "\nattachments/attachment/sha256?\nremark?\n"));
    assert_non_null(strstr(leaves.text, "\nexcluded/row/region?\nexcluded/row/from?\n"));
    assert_int_equal(leaves.count, 78);
    leaves = (struct leaves){.size = 0};
    assert_true(codec_national_leaves(schemas, FLOW_PENSION_REMITTANCE, "remittance", note_leaf,
                                      &leaves, &fixture->err));
    assert_non_null(strstr(leaves.text, "\nitems/item/traceNumber?\nitems/item/amount?\n"));
    assert_int_equal(leaves.count, 19);
    leaves = (struct leaves){.stop_at = 2};
    assert_true(codec_national_leaves(schemas, FLOW_PENSION_EMPLOYEE, "letter", note_leaf,
                                      &leaves, &fixture->err));
    assert_int_equal(leaves.count, 2);
}

static void test_groups(void **state)
{
    struct fixture *fixture = *state;
    struct leaves leaves = {.size = 0};

    assert_true(codec_national_groups(schemas, FLOW_PENSION_EMPLOYEE, "form", note_leaf,
                                      &leaves, &fixture->err));
    assert_string_equal(leaves.text, "reference\n"
                                     "person\n"
                                     "amounts\n"
                                     "rows\n"
                                     "rows/row?\n"
                                     "annuity?\n"
                                     "dismissal?\n"
                                     "attachments?\n"
                                     "attachments/attachment?\n"
                                     "excluded?\n"
                                     "excluded/row?\n"
                                     "handler\n");
    assert_false(codec_national_groups(schemas, FLOW_PENSION_EMPLOYEE, "Form", note_leaf,
                                       &leaves, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_UNKNOWN_FLOW);
}

/* A leaf of the list can be found in a full document, and nothing else is there. */
static bool leaf_is_there(void *self, const char *path, bool optional)
{
    const struct record *root = self;

    if (record_find(root, path) == NULL && !optional)
        stop(path, "is not in the document");
    return true;
}

static void test_leaves_of_all(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT_OF(good_documents); i++) {
        struct record *root = NULL;

        assert_true(read_text(fixture, load(fixture, good_documents[i]), &root));
        assert_true(codec_national_leaves(schemas, FLOW_PENSION_EMPLOYEE, root->name,
                                          leaf_is_there, root, &fixture->err));
    }
}

static void test_leaves_unknown(void **state)
{
    struct fixture *fixture = *state;
    struct leaves leaves = {.size = 0};

    assert_false(codec_national_leaves(schemas, FLOW_PENSION_EMPLOYEE, "Letter", note_leaf,
                                       &leaves, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_UNKNOWN_FLOW);
    assert_false(
        codec_national_leaves(schemas, FLOW_NONE, "letter", note_leaf, &leaves, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_UNKNOWN_FLOW);
    assert_int_equal(leaves.count, 0);
}

static void test_no_schemas(void **state)
{
    struct fixture *fixture = *state;
    struct wire_schemas *none = NULL;

    assert_false(wire_schemas_load("tests/data", &none, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_CONFIG);
    assert_null(none);
    wire_schemas_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_good_documents, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fields_arrive, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_documents, setup, teardown),
        cmocka_unit_test_setup_teardown(test_row_bound, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown_flow, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leaves, setup, teardown),
        cmocka_unit_test_setup_teardown(test_groups, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leaves_of_all, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leaves_unknown, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_schemas, setup, teardown),
    };

    return cmocka_run_group_tests_name("wire_national", tests, open_schemas, close_schemas);
}

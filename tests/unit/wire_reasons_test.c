/* wire_reasons_test.c - which reason an agency may state in which document, and that every
 * other one is refused by the national schema. */
#include "codec_fixture.h"

/* The documents that carry a reason; a bit each. */
enum carrier {
    REFUSAL = 1,
    LETTER_RETURN = 2,
    FORM_RETURN = 4,
    EXCLUSION = 8, /* in an acceptance; a form has the same rows */
    WITHDRAWAL = 16,
    WITHDRAWAL_ANSWER = 32,
    REVERSAL = 64
};

static const struct {
    enum carrier bit;
    const char *name; /* of an example that is good as it stands */
    const char *path;
} carriers[] = {
    {REFUSAL, "refusal", "code"},
    {LETTER_RETURN, "letter_return", "code"},
    {FORM_RETURN, "form_return", "code"},
    {EXCLUSION, "acceptance-excluded", "excluded/row/code"},
    {WITHDRAWAL, "withdrawal", "code"},
    {WITHDRAWAL_ANSWER, "withdrawal_answer", "code"},
    {REVERSAL, "reversal", "code"},
};

static const struct {
    const char *code;
    unsigned carried; /* by whom it may be stated */
} reasons[] = {
    {"PEN-R01", REFUSAL | LETTER_RETURN},
    {"PEN-R02", REFUSAL},
    {"PEN-R03", REFUSAL},
    {"PEN-R04", REFUSAL | LETTER_RETURN},
    {"PEN-R05", REFUSAL | LETTER_RETURN},
    {"PEN-R06", REFUSAL | LETTER_RETURN},
    {"PEN-R07", REFUSAL | LETTER_RETURN | FORM_RETURN},
    {"PEN-R08", REFUSAL | LETTER_RETURN},
    {"PEN-R11", REFUSAL | LETTER_RETURN},
    {"PEN-R12", REFUSAL | LETTER_RETURN},
    {"PEN-R13", REFUSAL | LETTER_RETURN},
    {"PEN-R14", REFUSAL | LETTER_RETURN},
    {"PEN-R15", REFUSAL | LETTER_RETURN},
    {"PEN-R16", EXCLUSION},
    {"PEN-R17", REFUSAL | LETTER_RETURN},
    {"PEN-R21", FORM_RETURN},
    {"PEN-R22", FORM_RETURN},
    {"PEN-R23", FORM_RETURN},
    {"PEN-R24", 0}, /* the gateway's own: of no document */
    {"PEN-S01", 0},
    {"PEN-W01", WITHDRAWAL | WITHDRAWAL_ANSWER},
    {"PEN-V01", REVERSAL},
    {"PEN-V02", REVERSAL},
    {"PEN-V03", REVERSAL},
    /* No reasons: numbers not used, codes of checks and flows, and other spellings. */
    {"PEN-R09", 0},
    {"PEN-R10", 0},
    {"PEN-R18", 0},
    {"PEN-R25", 0},
    {"PEN-V04", 0},
    {"PEN-C04", 0},
    {"FLW-01", 0},
    {"SCHEMA", 0},
    {"pen-r07", 0},
    {"PEN-R7", 0},
    {"PEN-R071", 0},
    {"R07", 0},
    {"PEN-R07 ", 0},
    {"ＰＥＮ-R07", 0},
    {"PEN-R07\nPEN-R21", 0},
};

static struct record *at(struct record *root, const char *path)
{
    struct text rest = text_of(path);

    while (rest.size > 0) {
        struct text name = text_cut(&rest, '/');

        for (root = root->first; root != NULL && !text_is(name, root->name);)
            root = root->next;
        assert_non_null(root);
    }
    return root;
}

static void each_reason_in_each_document(void **state)
{
    struct fixture *fixture = *state;
    const struct schema *schema = wire_schemas_national(schemas, FLOW_PENSION_EMPLOYEE);

    for (size_t i = 0; i < COUNT_OF(reasons); i++) {
        for (size_t k = 0; k < COUNT_OF(carriers); k++) {
            bool good = (reasons[i].carried & carriers[k].bit) != 0;
            struct document *written = NULL;
            struct record *root = NULL;
            bool right;

            assert_true(read_text(fixture, load(fixture, carriers[k].name), &root));
            assert_true(
                codec_check_national(schemas, FLOW_PENSION_EMPLOYEE, root, &fixture->err));
            at(root, carriers[k].path)->value = personal_of(text_of(reasons[i].code));
            right = codec_check_national(schemas, FLOW_PENSION_EMPLOYEE, root, &fixture->err);
            if (right != good)
                stop(reasons[i].code, carriers[k].name);
            if (!right)
                assert_int_equal(fixture->err.code, ERROR_SCHEMA);
            /* As it comes over the wire. */
            assert_true(codec_write(root, "urn:qiantong:pension:1", &written, &fixture->err));
            assert_int_equal(schema_check(schema, written, &fixture->err), good);
            document_free(written);
        }
    }
}

/* A form return names the checks that failed, by their own codes and no others. */
static void checks_are_named_by_their_codes(void **state)
{
    static const struct {
        const char *code;
        bool good;
    } codes[] = {
        {"PEN-C01", true},  {"PEN-C04", true},  {"PEN-C08", true},   {"PEN-C20", true},
        {"PEN-C24", true},  {"PEN-R21", false}, {"PEN-C1", false},   {"PEN-C001", false},
        {"pen-c01", false}, {"C01", false},     {"PEN-C01 ", false}, {"FLW-01", false},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        struct record *root = NULL;

        assert_true(read_text(fixture, load(fixture, "form_return"), &root));
        at(root, "checks/check/code")->value = personal_of(text_of(codes[i].code));
        if (codec_check_national(schemas, FLOW_PENSION_EMPLOYEE, root, &fixture->err) !=
            codes[i].good)
            stop(codes[i].code, "in the checks of a form return");
    }
}

/* A document that must have its reason says one. */
static void a_reason_is_not_left_out(void **state)
{
    struct fixture *fixture = *state;

    for (size_t k = 0; k < COUNT_OF(carriers); k++) {
        bool optional = carriers[k].bit == WITHDRAWAL_ANSWER; /* agreed: nothing to explain */
        struct record *root = NULL;
        struct record *code;

        assert_true(read_text(fixture, load(fixture, carriers[k].name), &root));
        code = at(root, carriers[k].path);
        code->value = personal_of(TEXT(""));
        assert_false(codec_check_national(schemas, FLOW_PENSION_EMPLOYEE, root, &fixture->err));
        code->name = "text"; /* a second text in its place, or a text too early */
        code->value = personal_of(TEXT("原因"));
        assert_false(codec_check_national(schemas, FLOW_PENSION_EMPLOYEE, root, &fixture->err));
        if (!optional)
            continue;
        assert_string_equal(root->last->name, "text");
        code->next = NULL; /* the text stands where the code stood, and alone */
        root->last = code;
        assert_true(codec_check_national(schemas, FLOW_PENSION_EMPLOYEE, root, &fixture->err));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_reason_in_each_document, setup, teardown),
        cmocka_unit_test_setup_teardown(checks_are_named_by_their_codes, setup, teardown),
        cmocka_unit_test_setup_teardown(a_reason_is_not_left_out, setup, teardown),
    };

    return cmocka_run_group_tests(tests, open_schemas, close_schemas);
}

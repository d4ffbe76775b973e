/* wire_envelope_test.c - messages sealed and opened with ecdsa and gm, receipts, and what is
 * refused before the header or must not be sealed. */
#include "envelope_fixture.h"

/* --- sealing and opening ------------------------------------------------------------------ */

static void check_seal_open(struct fixture *fixture, const struct message *message,
                            size_t suite)
{
    struct text bytes, again;

    if (!envelope_seal(schemas, message, signers[suite], fixture->arena, &bytes, &fixture->err))
        stop("seal", fixture->err.text);
    if (!open_bytes(fixture, bytes))
        stop("open", fixture->err.text);
    assert_int_equal(fixture->stage, ENVELOPE_HEADER_HELD);
    assert_ptr_equal(fixture->used, verifiers[suite]);
    assert_same_message(message, &fixture->message);
    /* The same document except, with these algorithms, for the signature. */
    assert_true(envelope_seal(schemas, &fixture->message, signers[suite], fixture->arena,
                              &again, &fixture->err));
    assert_true(open_bytes(fixture, again));
    assert_same_message(message, &fixture->message);
}

static void test_round_trip(void **state)
{
    struct fixture *fixture = *state;
    struct message message = letter_message(fixture);

    for (size_t suite = 0; suite < SUITES; suite++) {
        message = letter_message(fixture);
        check_seal_open(fixture, &message, suite);
        message.in_reply_to = message.case_id;
        message.answer_by = instant_add_ms(message.sent_at, 5000);
        message.checkpoint = TEXT("qiantong/hrss.520000\n42\nAbC+/=\n\n-- hrss.520000 xyz\n");
        message.revision = 9999;
        check_seal_open(fixture, &message, suite);
    }
}

static const struct {
    unsigned action;
    const char *file;
} bodies[] = {
    {ACTION_APPLICATION, "application"},
    {ACTION_REFUSAL, "refusal"},
    {ACTION_LETTER, "letter"},
    {ACTION_ACCEPTANCE, "acceptance"},
    {ACTION_LETTER_RETURN, "letter_return"},
    {ACTION_FORM, "form"},
    {ACTION_FORM, "form-smallest"},
    {ACTION_FORM_RETURN, "form_return"},
    {ACTION_FUND_ADVICE, "fund_advice"},
    {ACTION_FUND_RECEIPT, "fund_receipt"},
    {ACTION_COMPLETION, "completion"},
    {ACTION_ANSWER, "answer"},
};

static void test_every_document(void **state)
{
    struct fixture *fixture = *state;
    struct message message = letter_message(fixture);

    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        message.action = (uint16_t)bodies[i].action;
        message.body = load_body(fixture, bodies[i].file);
        check_seal_open(fixture, &message, i % SUITES);
    }
}

static void test_committed_bytes(void **state)
{
    struct fixture *fixture = *state;
    struct record *letter = load_body(fixture, "letter");
    struct receipt receipt;

    assert_true(open_bytes(fixture, sign_text(fixture, load(fixture, "tests/data/envelope/"
                                                                     "letter.xml"))));
    assert_true(record_equal(fixture->message.body, letter));
    assert_int_equal(fixture->message.answer_by.ms, 0);
    assert_int_equal(fixture->message.checkpoint.size, 0);
    assert_true(uuid_is_none(&fixture->message.in_reply_to));
    assert_true(open_bytes(fixture, sign_text(fixture, load(fixture, "tests/data/envelope/"
                                                                     "receipt.xml"))));
    assert_int_equal(fixture->message.action, ACTION_RECEIPT);
    assert_true(receipt_from_record(fixture->message.body, &receipt, &fixture->err));
    assert_int_equal(receipt.verdict, VERDICT_ACCEPTED);
    assert_int_equal(receipt.sequence, 42);
    assert_true(uuid_equal(&receipt.message_id, &fixture->message.in_reply_to));
}

/* --- before the header -------------------------------------------------------------------- */

static struct text sealed_letter(struct fixture *fixture, size_t suite)
{
    struct message message = letter_message(fixture);
    struct text bytes;

    if (!envelope_seal(schemas, &message, signers[suite], fixture->arena, &bytes,
                       &fixture->err))
        stop("seal", fixture->err.text);
    return bytes;
}

static void expect(struct fixture *fixture, struct text bytes, enum error_code code)
{
    if (open_bytes(fixture, bytes) || fixture->err.code != code)
        stop(error_name(code), fixture->err.text);
    assert_int_equal(fixture->stage, ENVELOPE_NOTHING);
    assert_true(uuid_is_none(&fixture->message.message_id));
}

static void test_not_signed(void **state)
{
    struct fixture *fixture = *state;
    struct text letter = load(fixture, "tests/data/envelope/letter.xml");

    expect(fixture, letter, ERROR_SHAPE);
    expect(fixture, TEXT(""), ERROR_PARSE);
    expect(fixture, TEXT("<Message"), ERROR_PARSE);
    expect(fixture, TEXT("<!DOCTYPE a><a/>"), ERROR_DOCTYPE);
    expect(fixture, TEXT("<a>\xff</a>"), ERROR_ENCODING);
    expect(fixture, TEXT("<a><!-- --></a>"), ERROR_SHAPE);
}

static void test_tampered(void **state)
{
    struct fixture *fixture = *state;

    for (size_t suite = 0; suite < SUITES; suite++) {
        struct text bytes = sealed_letter(fixture, suite);

        expect(fixture, replaced(fixture, bytes, "<name>张喆", "<name>田㛃"), ERROR_SIGNATURE);
        expect(fixture, replaced(fixture, bytes, "<Revision>1", "<Revision>2"),
               ERROR_SIGNATURE);
        expect(fixture, replaced(fixture, bytes, "<postcode>", "<postcode> "), ERROR_SIGNATURE);
        expect(fixture, replaced(fixture, bytes, "<To>hrss.440000", "<To>hrss.450000"),
               ERROR_SIGNATURE);
    }
}

static void test_pins(void **state)
{
    struct fixture *fixture = *state;
    struct text bytes = sealed_letter(fixture, 0);

    assert_false(open_with(fixture, bytes, NULL, 0, 0));
    assert_int_equal(fixture->err.code, ERROR_PIN);
    assert_false(
        open_with(fixture, bytes, (const struct verifier *const *)strangers, SUITES, 0));
    assert_int_equal(fixture->err.code, ERROR_PIN);
    assert_null(fixture->used);
    assert_int_equal(fixture->stage, ENVELOPE_NOTHING);
}

static void test_size(void **state)
{
    struct fixture *fixture = *state;
    const struct verifier *const pins[] = {verifiers[0]};
    struct text bytes = sealed_letter(fixture, 0);
    struct text large = {arena_alloc(fixture->arena, DOCUMENT_SIZE_DEFAULT + 1),
                         DOCUMENT_SIZE_DEFAULT + 1};

    assert_true(open_with(fixture, bytes, pins, 1, bytes.size));
    assert_false(open_with(fixture, bytes, pins, 1, bytes.size - 1));
    assert_int_equal(fixture->err.code, ERROR_SIZE);
    assert_non_null(large.at);
    expect(fixture, large, ERROR_SIZE); /* 1 MiB unless told otherwise */
    assert_true(envelope_open(schemas, NULL, bytes, pins, 1, fixture->arena, &fixture->message,
                              &fixture->used, &fixture->stage, &fixture->err));
}

static void test_deep(void **state)
{
    struct fixture *fixture = *state;
    struct buffer buffer = buffer_over(arena_alloc(fixture->arena, 4096), 4096);

    for (int i = 0; i <= DOCUMENT_DEPTH_DEFAULT; i++)
        buffer_string(&buffer, "<a>");
    for (int i = 0; i <= DOCUMENT_DEPTH_DEFAULT; i++)
        buffer_string(&buffer, "</a>");
    assert_false(buffer.overflow);
    expect(fixture, buffer_as_text(&buffer), ERROR_DEPTH);
}

/* --- what must not be sealed -------------------------------------------------------------- */

static void refuse(struct fixture *fixture, const struct message *message, enum error_code code)
{
    struct text bytes = TEXT_NONE;

    fixture->err.code = ERROR_NONE;
    assert_false(
        envelope_seal(schemas, message, signers[0], fixture->arena, &bytes, &fixture->err));
    if (fixture->err.code != code)
        stop(error_name(code), fixture->err.text);
    assert_null(bytes.at);
}

static void test_unsealable_header(void **state)
{
    struct fixture *fixture = *state;
    const struct message good = letter_message(fixture);
    struct message message = good;

    memset(&message.message_id, 0, sizeof(message.message_id));
    refuse(fixture, &message, ERROR_SCHEMA);
    message = good;
    memset(&message.case_id, 0, sizeof(message.case_id));
    refuse(fixture, &message, ERROR_SCHEMA);
    message = good;
    message.from[0] = '\0';
    refuse(fixture, &message, ERROR_SCHEMA);
    message = good;
    message.revision = 0;
    refuse(fixture, &message, ERROR_SCHEMA);
    message.revision = 10000;
    refuse(fixture, &message, ERROR_SCHEMA);
    message = good;
    message.checkpoint = TEXT("a\x01");
    refuse(fixture, &message, ERROR_VALUE);
    message.checkpoint = TEXT("张喆");
    refuse(fixture, &message, ERROR_SCHEMA);
}

static void test_unsealable_body(void **state)
{
    struct fixture *fixture = *state;
    const struct message good = letter_message(fixture);
    struct message message = good;
    struct record *body;

    message.body = NULL;
    refuse(fixture, &message, ERROR_UNKNOWN_FLOW);
    message = good;
    message.flow = FLOW_NONE;
    refuse(fixture, &message, ERROR_UNKNOWN_FLOW);
    message = good;
    message.action = ACTION_FORM;
    refuse(fixture, &message, ERROR_HEADER);
    message.action = ACTIONS;
    refuse(fixture, &message, ERROR_HEADER);
    message.action = ACTION_NOTICE; /* has no national document yet */
    body = record_new(fixture->arena, "notice");
    message.body = body;
    refuse(fixture, &message, ERROR_SCHEMA);
    message = good;
    body = load_body(fixture, "letter");
    assert_non_null(record_add(fixture->arena, body, "extra", TEXT("1")));
    message.body = body;
    refuse(fixture, &message, ERROR_SCHEMA);
    body = load_body(fixture, "letter");
    body->last->value = personal_of(TEXT("x"));
    message.body = body;
    refuse(fixture, &message, ERROR_VALUE);
}

/* --- receipts ----------------------------------------------------------------------------- */

static struct receipt full_receipt(struct fixture *fixture)
{
    struct message letter = letter_message(fixture);
    struct receipt receipt = {
        .message_id = letter.message_id,
        .verdict = VERDICT_REFUSED,
        .code = "PEN-R08",
        .reason = "同一人员已有在办业务",
        .digest_kind = "sm3",
        .received_at = letter.sent_at,
        .sequence = UINT64_C(123456789012345678),
    };

    memset(receipt.digest, 0xa5, sizeof(receipt.digest));
    memset(receipt.log_id, 0x5a, sizeof(receipt.log_id));
    return receipt;
}

static struct receipt travelled(struct fixture *fixture, const struct receipt *receipt)
{
    struct message message = letter_message(fixture);
    struct receipt back = {0};
    struct text bytes;

    message.action = ACTION_RECEIPT;
    message.in_reply_to = receipt->message_id;
    message.body = receipt_to_record(receipt, fixture->arena);
    assert_non_null(message.body);
    if (!envelope_seal(schemas, &message, signers[1], fixture->arena, &bytes, &fixture->err) ||
        !open_bytes(fixture, bytes) ||
        !receipt_from_record(fixture->message.body, &back, &fixture->err))
        stop("receipt", fixture->err.text);
    assert_same_message(&message, &fixture->message);
    return back;
}

static void assert_same_receipt(const struct receipt *a, const struct receipt *b)
{
    assert_true(uuid_equal(&a->message_id, &b->message_id));
    assert_int_equal(a->verdict, b->verdict);
    assert_string_equal(a->code, b->code);
    assert_string_equal(a->reason, b->reason);
    assert_memory_equal(a->digest, b->digest, sizeof(a->digest));
    assert_string_equal(a->digest_kind, b->digest_kind);
    assert_int_equal(a->received_at.ms, b->received_at.ms);
    assert_memory_equal(a->log_id, b->log_id, sizeof(a->log_id));
    assert_true(a->sequence == b->sequence);
}

static void test_receipts(void **state)
{
    struct fixture *fixture = *state;
    struct receipt receipt = full_receipt(fixture), back;

    back = travelled(fixture, &receipt);
    assert_same_receipt(&receipt, &back);
    receipt.code[0] = '\0';
    receipt.reason[0] = '\0';
    receipt.sequence = 0;
    strcpy(receipt.digest_kind, "sha256");
    for (unsigned verdict = VERDICT_ACCEPTED; verdict < VERDICTS; verdict++) {
        receipt.verdict = (enum verdict)verdict;
        back = travelled(fixture, &receipt);
        assert_same_receipt(&receipt, &back);
    }
    memset(&receipt.message_id, 0, sizeof(receipt.message_id)); /* could not be read */
    back = travelled(fixture, &receipt);
    assert_same_receipt(&receipt, &back);
}

/* A receipt never fails for its reason, whoever cut it. */
static void test_receipt_reasons(void **state)
{
    struct fixture *fixture = *state;
    struct receipt receipt = full_receipt(fixture), back;

    memset(receipt.reason, 'x', sizeof(receipt.reason)); /* not even a NUL */
    back = travelled(fixture, &receipt);
    assert_int_equal(strlen(back.reason), sizeof(receipt.reason) - 1);
    strcpy(receipt.reason, " two\nlines\x01 \xe5\xbc");
    back = travelled(fixture, &receipt);
    assert_string_equal(back.reason, "two lines ");
    strcpy(receipt.reason, "\xff\xff\xff\xff\xff");
    back = travelled(fixture, &receipt);
    assert_string_equal(back.reason, "");
}

static const struct {
    const char *name;
    const char *value; /* NULL: the field is missing */
} bad_fields[] = {
    {"MessageId", "019cac4c"},
    {"Verdict", "perhaps"},
    {"Verdict", "none"},
    {"Verdict", NULL},
    {"Code", "PEN-R11-PEN-R11-PEN-R11"},
    {"DigestKind", "md5"},
    {"DigestKind", NULL},
    {"Digest", "abcd"},
    {"Digest", NULL},
    {"ReceivedAt", "2026-03-02"},
    {"ReceivedAt", NULL},
    {"LogId", "zz"},
    {"LogId", NULL},
    {"Sequence", "99999999999999999999"},
    {"Sequence", "-1"},
    {"Sequence", NULL},
};

static void test_receipt_from_bad_record(void **state)
{
    struct fixture *fixture = *state;
    struct receipt receipt = full_receipt(fixture), back;

    for (size_t i = 0; i < COUNT_OF(bad_fields); i++) {
        struct record *record = receipt_to_record(&receipt, fixture->arena);
        struct record *field;

        assert_non_null(record);
        field = (struct record *)(uintptr_t)record_find(record, bad_fields[i].name);
        assert_non_null(field);
        field->value = personal_of(text_of(bad_fields[i].value));
        if (bad_fields[i].value == NULL)
            field->name = "Other";
        fixture->err.code = ERROR_NONE;
        assert_false(receipt_from_record(record, &back, &fixture->err));
        assert_int_equal(fixture->err.code, ERROR_VALUE);
    }
    assert_false(
        receipt_from_record(record_new(fixture->arena, "letter"), &back, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_VALUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_document, setup, teardown),
        cmocka_unit_test_setup_teardown(test_committed_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_signed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tampered, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pins, setup, teardown),
        cmocka_unit_test_setup_teardown(test_size, setup, teardown),
        cmocka_unit_test_setup_teardown(test_deep, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unsealable_header, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unsealable_body, setup, teardown),
        cmocka_unit_test_setup_teardown(test_receipts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_receipt_reasons, setup, teardown),
        cmocka_unit_test_setup_teardown(test_receipt_from_bad_record, setup, teardown),
    };

    return cmocka_run_group_tests_name("wire_envelope", tests, open_all, close_all);
}

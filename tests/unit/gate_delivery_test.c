/* gate_delivery_test.c - what an answer to a letter means: foundations 7, case by case.
 *
 * Only a receipt that the party signed for exactly our bytes and our MessageId is an outcome,
 * whatever the HTTP status says. An unsigned 4xx parks the letter; time-outs, 5xx, 408, 429 and
 * everything unclear is tried again. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "config_fixture.h"

#include "base/clock.h"
#include "gate/delivery.h"
#include "wire/envelope.h"
#include "wire/start.h"

static const int64_t now_ms = INT64_C(1772413200000); /* 2026-03-02 09:00 +08:00 */

static struct gate *gate;
static struct signer *partner;
static struct signer *stranger; /* a signer of our authority, but not this party's */
static struct delivery *delivery;

static struct error err;

static void must(bool ok)
{
    if (!ok)
        print_error("%s: %s\n", error_name(err.code), err.text);
    assert_true(ok);
}

static void load_signer(const char *id, struct signer **signer)
{
    char key[FIXTURE_PATH_MAX];
    char certificate[FIXTURE_PATH_MAX];
    char name[2][64];

    snprintf(name[0], sizeof(name[0]), "keys/%s.ecdsa.key", id);
    snprintf(name[1], sizeof(name[1]), "keys/%s.ecdsa.crt", id);
    must(signer_load(SUITE_ECDSA, fixture_path(name[0], key),
                     fixture_path(name[1], certificate), NULL, signer, &err));
}

static void open_gate(void)
{
    struct entry_origin origin = {.digest_kind = DIGEST_SHA256,
                                  .test = true,
                                  .log_id = {0x4c},
                                  .created = {now_ms},
                                  .party = "hrss.520000"};
    char path[FIXTURE_PATH_MAX];

    gate = calloc(1, sizeof(*gate));
    assert_non_null(gate);
    must(config_load(fixture_path("gateway.xml", path), CONFIG_FULL, &gate->config, &err));
    must(key_ring_load(gate->config->seal_keys, &gate->keys, &err));
    must(store_open_memory(&gate->store, &err));
    must(ledger_create(gate->store, &origin, &err));
    must(ledger_open(gate->store, false, &gate->ledger, &err));
}

static int prepare(void **state)
{
    char offset[32];
    char path[FIXTURE_PATH_MAX];

    if (!digest_setup(&err) || !wire_start(&err) || fixture_make(state) != 0)
        return -1;
    fixture_reset();
    snprintf(offset, sizeof(offset), "%lld\n", (long long)(now_ms - clock_now().ms));
    fixture_write("clock", offset);
    must(clock_use_offset_file(fixture_path("clock", path), &err));
    open_gate();
    load_signer("hrss.440000", &partner);
    load_signer("hrss.450000", &stranger);
    return 0;
}

static int drop(void **state)
{
    signer_free(partner);
    signer_free(stranger);
    ledger_close(gate->ledger);
    store_close(gate->store);
    key_ring_free(gate->keys);
    config_free(gate->config);
    free(gate);
    return fixture_drop(state);
}

/* A letter to 440000 that was sealed and sent; nothing came back yet. */
static int send_one(void **state)
{
    struct work *work = gate_work_new(DELIVERY_MEMORY_MAX);

    (void)state;
    assert_non_null(work);
    delivery = arena_alloc(work->arena, sizeof(*delivery));
    assert_non_null(delivery);
    *delivery = (struct delivery){.gate = gate,
                                  .config = gate->config,
                                  .party = config_party_by_id(gate->config, "hrss.440000"),
                                  .work = work};
    delivery->letter.letter.message_id = uuid_v7(clock_now(), (const uint8_t[10]){1});
    delivery->letter.letter.case_id = uuid_v7(clock_now(), (const uint8_t[10]){2});
    memset(delivery->letter.sealed.digest, 0x5d, 32);
    delivery->letter.sealed.size = 4000;
    delivery->letter.letter.state = LETTER_READY;
    return 0;
}

static int forget(void **state)
{
    (void)state;
    gate_work_free(delivery->work);
    return 0;
}

/* --- answers --------------------------------------------------------------------------------
 */

static struct receipt good_receipt(void)
{
    struct receipt receipt = {.message_id = delivery->letter.letter.message_id,
                              .verdict = VERDICT_ACCEPTED,
                              .digest_kind = "sha256",
                              .received_at = {now_ms},
                              .sequence = 17};

    memset(receipt.digest, 0x5d, 32);
    memset(receipt.log_id, 0x22, 16);
    return receipt;
}

static struct message receipt_message(void)
{
    const uint8_t random[10] = {3};
    struct message message = {.in_reply_to = delivery->letter.letter.message_id,
                              .case_id = delivery->letter.letter.case_id,
                              .flow = FLOW_PENSION_EMPLOYEE,
                              .action = ACTION_RECEIPT,
                              .revision = 1,
                              .from = "hrss.440000",
                              .to = "hrss.520000",
                              .sent_at = clock_now()};

    message.message_id = uuid_v7(message.sent_at, random);
    return message;
}

static struct text sign(struct message *message, const struct receipt *receipt,
                        const struct signer *signer)
{
    struct text bytes;

    message->body = receipt_to_record(receipt, delivery->work->arena);
    assert_non_null(message->body);
    must(envelope_seal(gate->config->schemas, message, signer, delivery->work->arena, &bytes,
                       &err));
    return bytes;
}

static void answer(int status, struct text body)
{
    delivery->http_status = status;
    delivery->answer = body;
    delivery_judge(delivery);
}

static void answer_receipt(int status, const struct receipt *receipt)
{
    struct message message = receipt_message();

    answer(status, sign(&message, receipt, partner));
}

static void expect_attempt(bool park)
{
    if (delivery->work->kind != WORK_ATTEMPT || delivery->work->park != park)
        print_error("status %d: kind %d park %d, %.*s\n", delivery->http_status,
                    delivery->work->kind, delivery->work->park, TEXT_ARG(delivery->work->note));
    assert_int_equal(delivery->work->kind, WORK_ATTEMPT);
    assert_int_equal(delivery->work->park, park);
    assert_true(delivery->work->note.size > 0);
    assert_int_equal(delivery->work->body_count, 0);
}

static void expect_outcome(enum verdict verdict)
{
    if (delivery->work->kind != WORK_OUTCOME)
        print_error("status %d: %.*s\n", delivery->http_status, TEXT_ARG(delivery->work->note));
    assert_int_equal(delivery->work->kind, WORK_OUTCOME);
    assert_int_equal(delivery->work->receipt.verdict, verdict);
    assert_int_equal(delivery->work->body_count, 1);
    assert_int_equal(delivery->work->bodies[0].body.use, BODY_RECEIPT);
    assert_memory_equal(delivery->work->digest, delivery->letter.sealed.digest, 32);
}

static const struct {
    int status;
    bool parks; /* without a receipt */
} classes[] = {
    {200, false}, {201, false}, {202, false}, {204, false}, {301, false}, {302, false},
    {304, false}, {307, false}, {400, true},  {401, true},  {403, true},  {404, true},
    {405, true},  {408, false}, {409, true},  {410, true},  {413, true},  {415, true},
    {422, true},  {429, false}, {431, true},  {500, false}, {501, false}, {502, false},
    {503, false}, {504, false}, {507, false}, {599, false},
};

static void in_each_class(void (*test)(int status, bool parks))
{
    for (size_t i = 0; i < COUNT_OF(classes); i++) {
        send_one(NULL);
        test(classes[i].status, classes[i].parks);
        assert_int_equal(delivery->work->http_status, classes[i].status);
        forget(NULL);
    }
}

/* --- no receipt ------------------------------------------------------------------------------
 */

static void without_words(int status, bool parks)
{
    answer(status, TEXT_NONE);
    expect_attempt(parks);
    assert_true(delivery->work->reached);
}

static void with_words(int status, bool parks)
{
    answer(status, TEXT("<html>no</html>"));
    expect_attempt(parks);
}

static void test_statuses(void **state)
{
    (void)state;
    in_each_class(without_words);
    in_each_class(with_words);
}

static void test_no_answer(void **state)
{
    static const char *const reasons[] = {"timeout", "cut", "connect", "pin", "memory"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(reasons); i++) {
        send_one(NULL);
        delivery->failure = reasons[i];
        delivery_judge(delivery);
        expect_attempt(false);
        assert_false(delivery->work->reached);
        assert_int_equal(delivery->work->http_status, 0);
        forget(NULL);
    }
}

static void test_retry_after(void **state)
{
    (void)state;
    send_one(NULL);
    delivery->retry_after_s = 33;
    answer(503, TEXT("try again\n"));
    expect_attempt(false);
    assert_int_equal(delivery->work->retry_after_ms, 33000);
    forget(NULL);
}

/* --- receipts --------------------------------------------------------------------------------
 */

/* The status is a hint: what is signed for our bytes is the outcome under any of them. */
static void with_a_receipt(int status, bool parks)
{
    static const enum verdict verdicts[] = {VERDICT_ACCEPTED, VERDICT_PENDING, VERDICT_REFUSED,
                                            VERDICT_CONFLICT};
    struct receipt receipt = good_receipt();

    (void)parks;
    receipt.verdict = verdicts[status % 4];
    if (receipt.verdict == VERDICT_REFUSED)
        strcpy(receipt.code, "PEN-R08");
    if (receipt.verdict == VERDICT_CONFLICT)
        strcpy(receipt.code, "CONFLICT");
    answer_receipt(status, &receipt);
    expect_outcome(verdicts[status % 4]);
}

static void for_other_bytes(int status, bool parks)
{
    struct receipt receipt = good_receipt();

    receipt.digest[31] ^= 1;
    answer_receipt(status, &receipt);
    expect_attempt(parks);
}

/* Of our bytes, but in answer to another letter: the two contradict each other. */
static void for_another_letter(int status, bool parks)
{
    struct receipt receipt = good_receipt();

    (void)parks;
    receipt.message_id.bytes[15] ^= 1;
    answer_receipt(status, &receipt);
    expect_attempt(false);
}

/* The letter before this one was receipted like that: right order over there, wrong here. */
static void in_the_wrong_order(int status, bool parks)
{
    struct receipt receipt = good_receipt();

    receipt.message_id.bytes[15] ^= 1;
    receipt.digest[0] ^= 1;
    answer_receipt(status, &receipt);
    expect_attempt(parks);
}

/* Signed, naming our bytes and no id: they could not be read there. A person must look. */
static void for_unreadable_bytes(int status, bool parks)
{
    struct receipt receipt = good_receipt();

    (void)parks;
    memset(&receipt.message_id, 0, sizeof(receipt.message_id));
    receipt.verdict = VERDICT_REFUSED;
    receipt.sequence = 0;
    strcpy(receipt.code, "SIGNATURE");
    answer_receipt(status, &receipt);
    expect_attempt(true);
    assert_true(text_starts(delivery->work->note, "SIGNATURE"));
}

static void signed_by_a_stranger(int status, bool parks)
{
    struct receipt receipt = good_receipt();
    struct message message = receipt_message();

    answer(status, sign(&message, &receipt, stranger));
    expect_attempt(parks);
}

static void signed_by_ourselves(int status, bool parks)
{
    struct receipt receipt = good_receipt();
    struct message message = receipt_message();

    answer(status, sign(&message, &receipt, gate->config->signer));
    expect_attempt(parks);
}

static void from_somebody_else(int status, bool parks)
{
    struct receipt receipt = good_receipt();
    struct message message = receipt_message();

    strcpy(message.from, "hrss.450000");
    answer(status, sign(&message, &receipt, partner));
    expect_attempt(parks);
}

static void for_somebody_else(int status, bool parks)
{
    struct receipt receipt = good_receipt();
    struct message message = receipt_message();

    strcpy(message.to, "hrss.330000");
    answer(status, sign(&message, &receipt, partner));
    expect_attempt(parks);
}

/* One word changed after it was signed: refused becomes accepted. */
static void changed_on_the_way(int status, bool parks)
{
    struct receipt receipt = good_receipt();
    struct message message = receipt_message();
    struct text bytes;
    char *at;

    receipt.verdict = VERDICT_REFUSED;
    strcpy(receipt.code, "PEN-R08");
    bytes = arena_copy(delivery->work->arena, sign(&message, &receipt, partner));
    at = memmem(bytes.at, bytes.size, "PEN-R08", 7);
    assert_non_null(at);
    at[6] = '9';
    answer(status, bytes);
    expect_attempt(parks);
}

static void cut_short(int status, bool parks)
{
    struct receipt receipt = good_receipt();
    struct message message = receipt_message();
    struct text bytes = sign(&message, &receipt, partner);

    bytes.size -= 9;
    answer(status, bytes);
    expect_attempt(parks);
}

static void test_receipts(void **state)
{
    (void)state;
    in_each_class(with_a_receipt);
    in_each_class(for_other_bytes);
    in_each_class(for_another_letter);
    in_each_class(in_the_wrong_order);
    in_each_class(for_unreadable_bytes);
}

static void test_receipts_that_do_not_verify(void **state)
{
    (void)state;
    in_each_class(signed_by_a_stranger);
    in_each_class(signed_by_ourselves);
    in_each_class(from_somebody_else);
    in_each_class(for_somebody_else);
    in_each_class(changed_on_the_way);
    in_each_class(cut_short);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_receipts),
        cmocka_unit_test(test_receipts_that_do_not_verify),
    };

    return cmocka_run_group_tests_name("gate/delivery", tests, prepare, drop);
}

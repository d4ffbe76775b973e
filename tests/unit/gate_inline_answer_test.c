/* gate_inline_answer_test.c - a core that answers a question in its HTTP response. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "config_fixture.h"

#include "base/file.h"
#include "gate/inline_answer.h"
#include "wire/start.h"

#define FOLDER        "tests/data/json-core"
#define INJURY_FOLDER "adapters/guizhou-settlement"

static struct gate *gate;
static struct config_party core = {.id = "hrss.520000.core", .kind = PARTY_CORE, .number = 2};
static struct arena *arena;
static struct entry_body question; /* sealed in the ledger */
static struct entry_body cover;    /* likewise */
static struct error err;

static void must(bool ok)
{
    if (!ok)
        print_error("%s: %s\n", error_name(err.code), err.text);
    assert_true(ok);
}

static void open_gate(void)
{
    struct entry_origin origin = {.digest_kind = DIGEST_SHA256,
                                  .test = true,
                                  .log_id = {0x4c},
                                  .created = {INT64_C(1772413200000)},
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

/* The question as an earlier entry left it. */
static struct entry_body keep_question(const char *path)
{
    struct entry_body kept;
    struct work *work = gate_work_new(1 << 20);
    struct record *root = NULL;
    struct document *document = NULL;
    struct document_limits limits = {.size_max = 65536};
    struct text xml = TEXT_NONE;
    struct ledger_txn *txn = NULL;
    char bytes[8192];
    struct buffer buffer = buffer_over(bytes, sizeof(bytes));

    assert_non_null(work);
    must(file_read(arena, path, 65536, &xml, &err));
    must(document_parse(xml, &limits, &document, &err));
    must(codec_read(document, arena, &root, &err));
    document_free(document);
    record_encode(root, &buffer);
    must(gate_add_body(gate, work, BODY_CONTENT, buffer_as_text(&buffer), &err));
    kept = work->bodies[0].body;
    must(ledger_begin(gate->ledger, &txn, &err));
    must(ledger_put_body(txn, &kept, work->bodies[0].sealed, &err));
    must(ledger_commit(&txn, &err));
    gate_work_free(work);
    return kept;
}

static int prepare(void **state)
{
    if (!digest_setup(&err) || !wire_start(&err) || fixture_make(state) != 0)
        return -1;
    fixture_reset();
    open_gate();
    arena = arena_new(8 << 20);
    assert_non_null(arena);
    must(adapter_load(FOLDER, gate->config->schemas, &core.dialect, &err));
    question = keep_question(FOLDER "/examples/finding.question.xml");
    cover = keep_question(INJURY_FOLDER "/examples/cover_proof-none.question.xml");
    return 0;
}

static int drop(void **state)
{
    adapter_free(core.dialect);
    arena_free(arena);
    ledger_close(gate->ledger);
    store_close(gate->store);
    key_ring_free(gate->keys);
    config_free(gate->config);
    free(gate);
    return fixture_drop(state);
}

static struct delivery *a_delivery(uint16_t action, int status, struct text answer)
{
    struct work *work = gate_work_new(DELIVERY_MEMORY_MAX);
    struct delivery *delivery;

    assert_non_null(work);
    delivery = arena_alloc(work->arena, sizeof(*delivery));
    assert_non_null(delivery);
    *delivery = (struct delivery){.gate = gate,
                                  .config = gate->config,
                                  .party = &core,
                                  .work = work,
                                  .answer = answer,
                                  .http_status = status};
    delivery->letter.letter = (struct entry_letter){.flow = FLOW_PENSION_EMPLOYEE,
                                                    .action = action,
                                                    .to_core = true,
                                                    .content_month = question.month,
                                                    .content_size = question.size};
    memcpy(delivery->letter.letter.content_digest, question.digest, 32);
    memset(delivery->letter.letter.message_id.bytes, 7, 16);
    return delivery;
}

static void end(struct delivery *delivery)
{
    gate_work_free(delivery->said);
    gate_work_free(delivery->work);
}

static void pairs(void **state)
{
    (void)state;
    assert_int_equal(inline_answer_to(ACTION_SETTLE), ACTION_SETTLED);
    assert_int_equal(inline_answer_to(ACTION_QUERY), ACTION_OUTCOME);
    assert_int_equal(inline_answer_to(ACTION_DUPLICATE_CHECK), ACTION_DUPLICATE_RESULT);
    assert_int_equal(inline_answer_to(ACTION_SETTLED), ACTION_NONE);
    assert_int_equal(inline_answer_to(ACTION_FALLBACK), ACTION_NONE);
    assert_int_equal(inline_answer_to(ACTION_COVER_NOTICE), ACTION_NONE);
    assert_int_equal(inline_answer_to(ACTION_FORM), ACTION_NONE);
    assert_int_equal(inline_answer_to(ACTIONS), ACTION_NONE);
}

static void only_questions_are_expected_to_be_answered(void **state)
{
    struct delivery *delivery = a_delivery(ACTION_FORM, 200, TEXT("{}"));
    (void)state;
    assert_false(inline_answer_expected(delivery));
    delivery->letter.letter.action = ACTION_FUND_QUERY;
    assert_true(inline_answer_expected(delivery));
    delivery->letter.letter.to_core = false;
    assert_false(inline_answer_expected(delivery));
    end(delivery);
}

static void the_answer_is_a_submission_of_its_own(void **state)
{
    struct text bytes = TEXT_NONE;
    char code[CODE_SIZE];
    uint8_t key[MESSAGE_KEY_SIZE];
    (void)state;
    must(file_read(arena, FOLDER "/examples/finding.theirs.json", 65536, &bytes, &err));
    for (int i = 0; i < 2; i++) {
        struct delivery *delivery = a_delivery(ACTION_FUND_QUERY, 200, bytes);
        assert_int_equal(inline_answer_read(delivery, code), ADAPTER_OK);
        assert_non_null(delivery->said);
        assert_int_equal(delivery->said->kind, WORK_MESSAGE);
        assert_true(delivery->said->local);
        assert_int_equal(delivery->said->party, 2);
        assert_int_equal(delivery->said->message.action, ACTION_FUND_ANSWER);
        assert_memory_equal(delivery->said->message.in_reply_to.bytes,
                            delivery->letter.letter.message_id.bytes, 16);
        assert_int_equal(delivery->said->body_count, 2);
        assert_int_equal(delivery->said->content.use, BODY_CONTENT);
        if (i == 0)
            memcpy(key, delivery->said->key, sizeof(key));
        else /* brought again: the same message */
            assert_memory_equal(key, delivery->said->key, sizeof(key));
        end(delivery);
    }
}

static void what_is_unclear_says_nothing(void **state)
{
    static const struct {
        int status;
        const char *body;
    } rows[] = {{200, ""}, {200, "not json"}, {200, "{}"}, {503, ""}, {500, "{\"a\":"}};
    char code[CODE_SIZE];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct delivery *delivery = a_delivery(ACTION_FUND_QUERY, rows[i].status,
                                               text_of(rows[i].body));
        enum adapter_result result = inline_answer_read(delivery, code);
        assert_true(result == ADAPTER_UNKNOWN || result == ADAPTER_RETRYABLE);
        assert_null(delivery->said);
        end(delivery);
    }
}

static void a_question_whose_bytes_are_gone(void **state)
{
    struct delivery *delivery = a_delivery(ACTION_FUND_QUERY, 200, TEXT("{}"));
    char code[CODE_SIZE];
    (void)state;
    delivery->letter.letter.content_month++;
    assert_int_equal(inline_answer_read(delivery, code), ADAPTER_UNKNOWN);
    assert_null(delivery->said);
    end(delivery);
}

/* As the national form of the asked flow wants it, with a reason that it knows. */
static void a_rejection_of_injury_names_its_person(void **state)
{
    static const struct {
        uint16_t asked;
        const char *answer;
        const char *code;
    } rows[] = {
        {ACTION_COVER_QUERY, "<prm_fhdm>4711</prm_fhdm><prm_fhxx>no</prm_fhxx>", "INJ-R10"},
        {ACTION_COVER_QUERY, "", "INJ-R10"},
    };
    struct config_party injury = core;
    char code[CODE_SIZE];

    (void)state;
    must(adapter_load(INJURY_FOLDER, gate->config->schemas, &injury.dialect, &err));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *bytes = arena_format(arena,
                                   "<?xml version=\"1.0\" encoding=\"GBK\"?>"
                                   "<output><prm_fhz>-1</prm_fhz>%s</output>",
                                   rows[i].answer);
        struct delivery *delivery = a_delivery(rows[i].asked, 200, text_of(bytes));
        struct entry_letter *letter = &delivery->letter.letter;
        struct text found;

        delivery->party = &injury;
        letter->flow = FLOW_INJURY_RECORD;
        letter->content_size = cover.size;
        memcpy(letter->content_digest, cover.digest, 32);
        assert_int_equal(inline_answer_read(delivery, code), ADAPTER_REJECTED);
        assert_non_null(delivery->said);
        must(codec_check_national(gate->config->schemas, FLOW_INJURY_RECORD,
                                  delivery->said->message.body, &err));
        assert_true(record_text(delivery->said->message.body, "result/code", &found));
        assert_true(text_is(found, rows[i].code));
        end(delivery);
    }
    adapter_free(injury.dialect);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs),
        cmocka_unit_test(only_questions_are_expected_to_be_answered),
        cmocka_unit_test(the_answer_is_a_submission_of_its_own),
        cmocka_unit_test(what_is_unclear_says_nothing),
        cmocka_unit_test(a_question_whose_bytes_are_gone),
        cmocka_unit_test(a_rejection_of_injury_names_its_person),
    };
    return cmocka_run_group_tests(tests, prepare, drop);
}

/* engine_message_test.c - one message in: its verdict, its entry, and what is remembered. */
#include "unit.h"

#include "engine_fixture.h"

static struct entry_verdict verdict_of(const struct entry *entry)
{
    struct entry_verdict verdict;
    size_t at = 0;
    const struct tlv *tlv = entry_next_tlv(entry, TLV_VERDICT, &at);

    assert_non_null(tlv);
    assert_true(entry_verdict_decode(tlv->bytes, &verdict));
    return verdict;
}

static size_t tlvs_of(const struct entry *entry, uint16_t type)
{
    size_t count = 0;
    size_t at = 0;

    while (entry_next_tlv(entry, type, &at) != NULL)
        count++;
    return count;
}

static struct inbox_row inbox(const struct work *work)
{
    struct ledger_txn *txn = NULL;
    struct inbox_row row;
    bool found = false;

    must(ledger_begin_read(bench.ledger, &txn, &bench.err));
    must(ledger_inbox_find(txn, work->party, work->key, &row, &found, &bench.err));
    ledger_abort(txn);
    assert_true(found);
    return row;
}

/* --- opening ------------------------------------------------------------------------------ */

static void test_core_opens(void **state)
{
    struct work *work = submission(ACTION_APPLICATION, 1, document(ACTION_APPLICATION, 1));
    struct flow_case opened;
    struct entry entry;

    (void)state;
    work->lost = text_of("a field\n");
    apply_accepted(work);
    assert_int_equal(work->result.sequence, 2);
    assert_int_equal(work->result.received_at.ms, begin_ms);
    assert_int_equal(work->result.state, PENSION_NEW);
    assert_true(uuid_is_v7(&work->result.case_id));
    opened = the_case(&work->result.case_id);
    assert_int_equal(opened.role, ROLE_IN);
    assert_int_equal(opened.party, PARTNER);
    assert_int_equal(opened.core, CORE);
    assert_int_equal(opened.in_region, 520000);
    assert_int_equal(opened.out_region, 440000);
    assert_memory_equal(opened.person_tag, work->person_tag, 16);
    entry = last_entry();
    assert_int_equal(entry.kind, ENTRY_SUBMITTED);
    assert_int_equal(entry.evidence, EVIDENCE_E3);
    assert_int_equal(entry.party, CORE);
    assert_memory_equal(entry.digest, work->digest, 32);
    assert_memory_equal(entry.message_key, work->key, MESSAGE_KEY_SIZE);
    assert_int_equal(tlvs_of(&entry, TLV_LOCAL_KEY), 1);
    assert_int_equal(tlvs_of(&entry, TLV_LOST), 1);
    assert_int_equal(tlvs_of(&entry, TLV_LETTER), 0);
    assert_int_equal(verdict_of(&entry).sequence, 2);
}

static void test_core_sends_letter(void **state)
{
    uint64_t out_id;
    struct uuid case_id = open_in_letter(1, &out_id);
    struct letter_row row = letter(out_id);

    (void)state;
    expect_letter(out_id, LETTER_NEW);
    assert_int_equal(row.letter.party, PARTNER);
    assert_int_equal(row.letter.action, ACTION_LETTER);
    assert_false(row.letter.to_core);
    assert_true(uuid_is_v7(&row.letter.message_id));
    assert_true(uuid_is_none(&row.letter.in_reply_to));
    assert_true(uuid_equal(&row.letter.case_id, &case_id));
    assert_int_equal(the_case(&case_id).state, PENSION_LETTER_SENT);
}

static void test_province_opens(void **state)
{
    uint64_t to_core;
    struct uuid case_id = open_out(1, &to_core);
    struct flow_case opened = the_case(&case_id);
    struct letter_row row = letter(to_core);
    struct entry entry = last_entry();

    (void)state;
    assert_int_equal(opened.role, ROLE_OUT);
    assert_int_equal(opened.party, PARTNER);
    assert_int_equal(opened.core, CORE);
    assert_int_equal(opened.state, PENSION_LETTER_HELD);
    assert_int_equal(entry.kind, ENTRY_RECEIVED);
    assert_int_equal(entry.evidence, EVIDENCE_E1);
    assert_true(row.letter.to_core);
    assert_int_equal(row.letter.party, CORE);
    assert_memory_equal(row.letter.in_reply_to.bytes, entry.message_key, 16);
}

/* Of two cores the one that submits takes part; the other knows nothing of the business. */
static void test_submitting_core_takes_part(void **state)
{
    struct work *work = submission(ACTION_APPLICATION, 1, document(ACTION_APPLICATION, 1));

    (void)state;
    bench_add_party(5, PARTY_CORE, "hrss.520000.new");
    apply_accepted(work);
    assert_int_equal(the_case(&work->result.case_id).core, CORE);
}

/* --- the same message again --------------------------------------------------------------- */

static void expect_repeated(const struct work *first, const struct work *second)
{
    assert_true(second->result.duplicate);
    assert_false(second->result.later);
    assert_int_equal(second->result.verdict, first->result.verdict);
    assert_string_equal(second->result.code, first->result.code);
    assert_string_equal(second->result.reason, first->result.reason);
    assert_int_equal(second->result.received_at.ms, first->result.received_at.ms);
    assert_int_equal(second->result.sequence, first->result.sequence);
    assert_true(uuid_equal(&second->result.case_id, &first->result.case_id));
    assert_int_equal(second->result.state, first->result.state);
}

static void test_repeat(void **state)
{
    struct uuid case_id = new_id();
    struct work *first = message_from(PARTNER, &case_id, ACTION_LETTER, 1,
                                      document_out(ACTION_LETTER, 1));
    struct work *second;
    uint64_t size;

    (void)state;
    apply_accepted(first);
    size = ledger_size(bench.ledger);
    bench.now.ms += day_ms;
    second = again(first);
    apply(second);
    expect_repeated(first, second);
    assert_int_equal(second->result.reply_seq, 0);
    assert_int_equal(ledger_size(bench.ledger), size);
    assert_int_equal(bench.engine->duplicates, 1);
}

static void test_repeat_of_refusal(void **state)
{
    struct work *first = submission(ACTION_FORM, 1, document_out(ACTION_FORM, 1));
    struct work *second;

    (void)state;
    apply(first);
    expect_verdict(first, VERDICT_REFUSED, "FLW-03");
    second = again(first);
    apply(second);
    expect_repeated(first, second);
    assert_int_equal(ledger_size(bench.ledger), 2);
}

/* Both requests wait in one batch. */
static void test_repeat_in_one_transaction(void **state)
{
    struct work *first = submission(ACTION_APPLICATION, 1, document(ACTION_APPLICATION, 1));
    struct work *second = again(first);
    struct ledger_txn *txn = NULL;

    (void)state;
    must(ledger_begin(bench.ledger, &txn, &bench.err));
    must(engine_apply(bench.engine, txn, first, &bench.err));
    must(engine_apply(bench.engine, txn, second, &bench.err));
    must(ledger_commit(&txn, &bench.err));
    expect_repeated(first, second);
    assert_int_equal(ledger_size(bench.ledger), 2);
}

/* An id belongs to its sender: another party's message with it is another message. */
static void test_ids_are_per_party(void **state)
{
    struct uuid case_id = new_id();
    struct work *first = message_from(PARTNER, &case_id, ACTION_LETTER, 1,
                                      document_out(ACTION_LETTER, 1));
    struct work *second = again(first);

    (void)state;
    apply_accepted(first);
    second->party = OTHER;
    apply(second);
    assert_false(second->result.duplicate);
    expect_verdict(second, VERDICT_REFUSED, "FLW-05");
}

/* --- the same id for other bytes ------------------------------------------------------------
 */

static void test_conflict(void **state)
{
    struct work *first = submission(ACTION_APPLICATION, 1, document(ACTION_APPLICATION, 1));
    struct work *other = again(first);
    struct work *third;
    struct entry entry;
    size_t at = 0;

    (void)state;
    apply_accepted(first);
    other->digest[5] ^= 1;
    apply(other);
    expect_verdict(other, VERDICT_CONFLICT, "CONFLICT");
    assert_int_equal(other->result.sequence, 3);
    entry = last_entry();
    assert_int_equal(entry.kind, ENTRY_CONFLICT);
    assert_memory_equal(entry.digest, other->digest, 32);
    assert_memory_equal(entry_next_tlv(&entry, TLV_PREVIOUS, &at)->bytes.at, first->digest, 32);
    assert_int_equal(tlvs_of(&entry, TLV_CASE_AFTER), 0);
    assert_int_equal(verdict_of(&entry).verdict, VERDICT_CONFLICT);
    assert_int_equal(inbox(first).seq, 2);
    third = again(first);
    apply(third);
    expect_repeated(first, third);
    assert_int_equal(ledger_size(bench.ledger), 3);
}

static struct work *reply_to(const struct work *message, const char *bytes)
{
    struct work *work = work_new(WORK_REPLY);

    work->party = message->party;
    memcpy(work->key, message->key, MESSAGE_KEY_SIZE);
    work->note_case = message->result.case_id;
    work->message.flow = message->message.flow;
    work->result.verdict = message->result.verdict;
    work_add_body(work, BODY_REPLY, text_of(bytes));
    return work;
}

static void test_replies(void **state)
{
    struct work *first = submission(ACTION_APPLICATION, 1, document(ACTION_APPLICATION, 1));
    struct work *other = again(first);
    struct work *third;

    (void)state;
    apply_accepted(first);
    other->digest[5] ^= 1;
    apply(other);
    apply(reply_to(other, "an answer to the conflict"));
    assert_int_equal(inbox(first).reply_seq, 0);
    third = again(first);
    apply(third);
    assert_int_equal(third->result.reply_seq, 0);
    apply(reply_to(first, "an answer to the first"));
    assert_int_equal(inbox(first).reply_seq, 5);
    apply(reply_to(third, "an answer to the repeat"));
    third = again(first);
    apply(third);
    assert_int_equal(third->result.reply_seq, 5);
    assert_int_equal(last_entry().kind, ENTRY_REPLY);
}

/* An answer to a message that has no verdict cannot be. */
static void test_reply_to_nothing(void **state)
{
    struct work *never = submission(ACTION_APPLICATION, 1, document(ACTION_APPLICATION, 1));
    struct work *reply = reply_to(never, "an answer to nothing");
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;

    (void)state;
    must(ledger_begin(bench.ledger, &txn, &bench.err));
    assert_false(engine_apply(bench.engine, txn, reply, &err));
    assert_int_equal(err.code, ERROR_LEDGER);
    ledger_abort(txn);
    assert_int_equal(ledger_size(bench.ledger), 1);
}

/* --- cases that are not known, or not theirs ------------------------------------------------
 */

static void test_unknown_case_later(void **state)
{
    struct uuid case_id = new_id();
    struct work *form = message_from(PARTNER, &case_id, ACTION_FORM, 1,
                                     document(ACTION_FORM, 1));
    struct work *last;

    (void)state;
    bench.now.ms += 10 * minute_ms - 1;
    apply(form);
    assert_true(form->result.later);
    assert_int_equal(form->result.verdict, VERDICT_NONE);
    assert_int_equal(ledger_size(bench.ledger), 1);
    bench.now.ms += 1;
    last = again(form);
    apply(last);
    expect_verdict(last, VERDICT_REFUSED, "FLW-03");
    assert_int_equal(ledger_size(bench.ledger), 2);
}

/* What came too early is taken once the case is there. */
static void test_unknown_case_becomes_known(void **state)
{
    struct uuid case_id = new_id();
    struct work *letter_again = message_from(PARTNER, &case_id, ACTION_LETTER, 1,
                                             document_out(ACTION_LETTER, 1));
    struct work *early = message_from(PARTNER, &case_id, ACTION_COMPLETION, 1,
                                      document_out(ACTION_COMPLETION, 1));

    (void)state;
    apply(early);
    assert_true(early->result.later);
    apply_accepted(letter_again);
    early = again(early);
    apply(early);
    expect_verdict(early, VERDICT_REFUSED, "FLW-01"); /* decided now, and out of order */
}

/* A core is told at once: it names its case by a trace number that it made itself. */
static void test_unknown_case_of_core(void **state)
{
    struct record *nameless = document(ACTION_LETTER, 1);
    struct work *work = submission(ACTION_LETTER, 1, document(ACTION_LETTER, 1));

    (void)state;
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "FLW-03");
    document_at(nameless, "reference")->first = NULL;
    work = submission(ACTION_LETTER, 1, nameless);
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "FLW-03");
}

static void test_case_of_another_party(void **state)
{
    uint64_t to_core;
    struct uuid case_id = open_out(1, &to_core);
    struct work *work = message_from(OTHER, &case_id, ACTION_LETTER, 2,
                                     document_out(ACTION_LETTER, 1));
    struct flow_case before = the_case(&case_id);
    struct flow_case after;

    (void)state;
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "FLW-05");
    after = the_case(&case_id);
    assert_memory_equal(&before, &after, sizeof(before));
}

static void expect_opening_refused(uint32_t party, const char *in, const char *out,
                                   const char *reason)
{
    struct record *body = document(ACTION_LETTER, 1);
    struct uuid case_id = new_id();
    struct work *work;

    document_set(body, "reference/inRegion", in);
    document_set(body, "reference/outRegion", out);
    work = message_from(party, &case_id, ACTION_LETTER, 1, body);
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "FLW-04");
    assert_string_equal(work->result.reason, reason);
    assert_int_equal(last_entry().kind, ENTRY_RECEIVED);
}

static void test_foreign_regions(void **state)
{
    struct record *body = document(ACTION_APPLICATION, 1);
    struct work *work;

    (void)state;
    expect_opening_refused(PARTNER, "440000", "510000", "the case belongs to another province");
    expect_opening_refused(PARTNER, "330000", "520000",
                           "the other region is not the partner's");
    expect_opening_refused(OTHER, "440000", "520000", "the other region is not the partner's");
    document_set(body, "reference/outRegion", "650000");
    work = submission(ACTION_APPLICATION, 1, body);
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "FLW-04");
    assert_string_equal(work->result.reason, "no partner is configured for the other region");
    body = document(ACTION_APPLICATION, 2);
    document_set(body, "reference/inRegion", "510000");
    work = submission(ACTION_APPLICATION, 1, body);
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "FLW-04");
    assert_string_equal(work->result.reason, "the case belongs to another province");
}

/* The medical authority of the same province is another partner. */
static void test_other_authority(void **state)
{
    struct work *work = submission(ACTION_APPLICATION, 1, document(ACTION_APPLICATION, 1));

    (void)state;
    bench_add_party(9, PARTY_PROVINCE, "nhsa.440000");
    apply(work);
    expect_verdict(work, VERDICT_ACCEPTED, "");
    assert_int_equal(the_case(&work->result.case_id).party, PARTNER);
}

/* A city of the province is the province's. */
static void test_city_regions(void **state)
{
    struct record *body = document_out(ACTION_LETTER, 1);
    struct uuid case_id = new_id();

    (void)state;
    document_set(body, "reference/inRegion", "440300");
    document_set(body, "reference/outRegion", "520100");
    apply_accepted(message_from(PARTNER, &case_id, ACTION_LETTER, 1, body));
    assert_int_equal(the_case(&case_id).out_region, 520100);
}

static void test_unknown_flow(void **state)
{
    struct uuid case_id = new_id();
    struct work *work = message_from(PARTNER, &case_id, ACTION_LETTER, 1,
                                     document_out(ACTION_LETTER, 1));

    (void)state;
    work->message.flow = 77;
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "UNKNOWN_FLOW");
    assert_int_equal(last_entry().flow, 77);
}

/* --- refused bodies -------------------------------------------------------------------------
 */

static struct work *refused_body(uint32_t party, const struct uuid *case_id)
{
    struct work *work = message_from(party, case_id, ACTION_LETTER, 2,
                                     document_out(ACTION_LETTER, 1));

    work->message.body = NULL;
    work->content = (struct entry_body){0};
    work->bodies[0].body.use = BODY_ORIGINAL;
    memset(work->person_tag, 0, sizeof(work->person_tag));
    (void)fail(&work->refusal, ERROR_SCHEMA, "line 7: element amounts is missing");
    return work;
}

static void test_refused_body(void **state)
{
    uint64_t to_core;
    struct uuid case_id = open_out(1, &to_core);
    struct work *work = refused_body(PARTNER, &case_id);
    struct work *repeat;
    struct entry entry;

    (void)state;
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "SCHEMA");
    assert_string_equal(work->result.reason, "line 7: element amounts is missing");
    entry = last_entry();
    assert_int_equal(entry.kind, ENTRY_RECEIVED);
    assert_int_equal(entry.state_to, PENSION_LETTER_HELD);
    assert_int_equal(entry.role, ROLE_OUT);
    assert_int_equal(tlvs_of(&entry, TLV_CASE_AFTER), 0);
    assert_int_equal(tlvs_of(&entry, TLV_BODY), 1);
    assert_int_equal(the_case(&case_id).version, 1);
    repeat = again(work);
    apply(repeat);
    expect_repeated(work, repeat);
}

/* Terminal also where the case is not known, or not theirs: the id is used up. */
static void test_refused_body_elsewhere(void **state)
{
    uint64_t to_core;
    struct uuid case_id = open_out(1, &to_core);
    struct uuid unknown = new_id();
    struct work *work = refused_body(OTHER, &case_id);

    (void)state;
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "SCHEMA");
    assert_int_equal(last_entry().role, 0);
    work = refused_body(PARTNER, &unknown);
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "SCHEMA");
    assert_int_equal(ledger_size(bench.ledger), 4);
}

/* --- one open case per person and route -----------------------------------------------------
 */

static void test_open_elsewhere(void **state)
{
    struct record *body = document(ACTION_APPLICATION, 2);
    struct uuid first = open_in(1);
    struct work *work;

    (void)state;
    document_set(body, "person/identityNumber", person_number(1));
    work = submission(ACTION_APPLICATION, 1, body);
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "PEN-R08");
    assert_int_equal(last_entry().state_to, 0);
    /* When the first has ended, the next may open. */
    apply_accepted(submission(ACTION_REFUSAL, 1, document(ACTION_REFUSAL, 1)));
    assert_int_equal(the_case(&first).state, PENSION_REFUSED);
    apply_accepted(submission(ACTION_APPLICATION, 1, body));
}

static void test_open_elsewhere_received(void **state)
{
    uint64_t to_core;
    struct record *body = document_out(ACTION_LETTER, 2);
    struct uuid case_id = new_id();
    struct work *work;

    (void)state;
    open_out(1, &to_core);
    document_set(body, "person/identityNumber", person_number(1));
    work = message_from(PARTNER, &case_id, ACTION_LETTER, 1, body);
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "PEN-R08");
}

#define WITH_X  "52990119850101020X"
#define SMALL_X "52990119850101020x"

static struct work *application_of(unsigned number, const char *written)
{
    struct record *body = document(ACTION_APPLICATION, number);

    document_set(body, "person/identityNumber", written);
    return submission(ACTION_APPLICATION, 1, body);
}

static void test_one_person_in_two_writings(void **state)
{
    struct work *work = application_of(2, SMALL_X);

    (void)state;
    apply_accepted(application_of(1, WITH_X));
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "PEN-R08");
    assert_memory_equal(last_entry().person_tag, work->person_tag, 16);
}

/* Before, the tag was made of the number as it was written. */
static void test_who_is_known_as_written_stays_so(void **state)
{
    struct work *first = application_of(1, SMALL_X);
    struct work *work = application_of(2, SMALL_X);
    struct work *other = application_of(3, WITH_X);

    (void)state;
    memcpy(first->person_tag, first->written_tag, sizeof(first->person_tag));
    memset(first->written_tag, 0, sizeof(first->written_tag));
    apply_accepted(first);
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "PEN-R08");
    assert_memory_equal(last_entry().person_tag, first->person_tag, 16);
    apply_accepted(other); /* as it was then */
}

/* --- notes ----------------------------------------------------------------------------------
 */

/* A first start of a gateway with as many parties as there may be. */
static void test_note_with_every_party(void **state)
{
    struct work *work = work_new(WORK_NOTE);
    struct tlv *tlvs = arena_array(bench.arena, ENGINE_PARTIES_MAX, sizeof(*tlvs));

    (void)state;
    for (uint32_t i = 0; i < ENGINE_PARTIES_MAX; i++) {
        void *memory = arena_alloc(bench.arena, PARTY_ID_SIZE);
        struct buffer bytes = buffer_over(memory, PARTY_ID_SIZE);
        buffer_u32(&bytes, i + 2);
        buffer_format(&bytes, "hrss.%06u", (unsigned)(440000 + i));
        tlvs[i] = (struct tlv){.type = TLV_PARTY, .bytes = buffer_as_text(&bytes)};
    }
    work->note_kind = ENTRY_CONFIG;
    work->note_tlvs = tlvs;
    work->note_tlv_count = ENGINE_PARTIES_MAX;
    apply(work);
    assert_int_equal(work->result.sequence, 2);
    assert_int_equal(last_entry().kind, ENTRY_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_core_opens),
        ENGINE_TEST(test_core_sends_letter),
        ENGINE_TEST(test_province_opens),
        ENGINE_TEST(test_submitting_core_takes_part),
        ENGINE_TEST(test_repeat),
        ENGINE_TEST(test_repeat_of_refusal),
        ENGINE_TEST(test_repeat_in_one_transaction),
        ENGINE_TEST(test_ids_are_per_party),
        ENGINE_TEST(test_conflict),
        ENGINE_TEST(test_replies),
        ENGINE_TEST(test_reply_to_nothing),
        ENGINE_TEST(test_unknown_case_later),
        ENGINE_TEST(test_unknown_case_becomes_known),
        ENGINE_TEST(test_unknown_case_of_core),
        ENGINE_TEST(test_case_of_another_party),
        ENGINE_TEST(test_foreign_regions),
        ENGINE_TEST(test_other_authority),
        ENGINE_TEST(test_city_regions),
        ENGINE_TEST(test_unknown_flow),
        ENGINE_TEST(test_refused_body),
        ENGINE_TEST(test_refused_body_elsewhere),
        ENGINE_TEST(test_open_elsewhere),
        ENGINE_TEST(test_open_elsewhere_received),
        ENGINE_TEST(test_one_person_in_two_writings),
        ENGINE_TEST(test_who_is_known_as_written_stays_so),
        ENGINE_TEST(test_note_with_every_party),
    };
    struct error err = ERROR_INIT;

    return digest_setup(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}

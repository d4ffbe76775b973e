/*
 * engine_fixture.h - one gateway's engine over a memory store, for tests of the engine.
 *
 * Home is 520000 (number 1); partners are 440000 (2) and 330000 (3); the own core is 4. Clock
 * and random bytes are the test's, the sealer leaves bytes as they are, and letters that are
 * handed out are kept in `bench.handed`. Each test begins with an empty ledger; at its end the
 * ledger is verified with bodies opened, and rebuilt.
 */
#ifndef SUPPORT_ENGINE_FIXTURE_H
#define SUPPORT_ENGINE_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/pension_employee.h"
#include "core/person_number.h"
#include "engine/engine.h"
#include "pension_documents.h"

#define FIXTURE __attribute__((unused)) static

enum {
    HOME = 1,
    PARTNER = 2,
    OTHER = 3,
    CORE = 4,
    WORKS_MAX = 2048,
    HANDED_MAX = 512,
    WORK_MEMORY = 4 * 1024 * 1024
};

static const int64_t begin_ms = INT64_C(1772413200000); /* 2026-03-02 09:00 +08:00, a Monday */
static const int64_t minute_ms = 60 * 1000;
static const int64_t day_ms = INT64_C(24) * 60 * 60 * 1000;

struct engine_bench {
    struct store *store;
    struct ledger *ledger;
    struct engine *engine;
    struct calendar *calendar;
    struct rules *rules;
    struct arena *arena; /* documents and rows of one test */
    struct instant now;
    uint64_t ids;    /* counts: makes message ids and keys */
    uint64_t random; /* counts: makes random bytes */
    struct work *works[WORKS_MAX];
    size_t work_count;
    struct letter_row handed[HANDED_MAX];
    size_t handed_count;
    bool takes_nothing; /* `deliver` says no */
    struct error err;
};

static struct engine_bench bench;

/* --- what is given to the engine ---------------------------------------------------------- */

FIXTURE struct instant bench_now(void *self)
{
    (void)self;
    return bench.now;
}

FIXTURE bool bench_random(void *self, void *bytes, size_t size, struct error *err)
{
    uint8_t *at = bytes;

    (void)self;
    (void)err;
    for (size_t i = 0; i < size; i++)
        at[i] = (uint8_t)((++bench.random * UINT64_C(0x9e3779b97f4a7c15)) >> 40);
    return true;
}

FIXTURE bool bench_seal(void *self, const uint8_t digest[32], struct text plain,
                        struct arena *arena, struct text *sealed, struct error *err)
{
    (void)self;
    (void)digest;
    *sealed = arena_copy(arena, plain);
    return sealed->at != NULL || fail(err, ERROR_MEMORY, "no memory to seal");
}

FIXTURE bool bench_open(void *self, const struct entry_body *body, struct text sealed,
                        struct arena *arena, struct text *plain, struct error *err)
{
    (void)self;
    (void)body;
    (void)arena;
    (void)err;
    *plain = sealed;
    return true;
}

FIXTURE bool bench_deliver(void *self, const struct letter_row *letter)
{
    (void)self;
    if (bench.takes_nothing)
        return false;
    assert_true(bench.handed_count < HANDED_MAX);
    bench.handed[bench.handed_count++] = *letter;
    return true;
}

/* --- set up, take down -------------------------------------------------------------------- */

/* Prints what failed before the test stops. */
FIXTURE void must(bool ok)
{
    if (!ok)
        fprintf(stderr, "%s: %s (%s:%d)\n", error_name(bench.err.code), bench.err.text,
                bench.err.file != NULL ? bench.err.file : "?", bench.err.line);
    assert_true(ok);
}

FIXTURE void bench_add_party(uint32_t number, enum party_kind kind, const char *id)
{
    struct engine_party party = {.number = number,
                                 .kind = kind,
                                 .region = party_region(text_of(id)),
                                 .reachable_by_us = number != HOME};

    snprintf(party.id, sizeof(party.id), "%s", id);
    must(engine_add_party(bench.engine, &party, &bench.err));
}

/* As after a start of the process: what was only in memory is gone. */
FIXTURE void bench_open_engine(void)
{
    struct engine_given given = {.now = bench_now,
                                 .random = bench_random,
                                 .seal = bench_seal,
                                 .open = bench_open,
                                 .deliver = bench_deliver};

    must(ledger_open(bench.store, false, &bench.ledger, &bench.err));
    engine_init(bench.engine, &given, bench.ledger, bench.rules, bench.calendar);
    bench_add_party(HOME, PARTY_PROVINCE, "hrss.520000");
    bench_add_party(PARTNER, PARTY_PROVINCE, "hrss.440000");
    bench_add_party(OTHER, PARTY_PROVINCE, "hrss.330000");
    bench_add_party(CORE, PARTY_CORE, "hrss.520000.core");
    bench.handed_count = 0;
}

FIXTURE void bench_crash(void)
{
    ledger_close(bench.ledger);
    bench.ledger = NULL;
    bench_open_engine();
}

FIXTURE void bench_create(void)
{
    struct entry_origin origin = {.digest_kind = DIGEST_SHA256,
                                  .test = true,
                                  .log_id = {0x4c},
                                  .created = {begin_ms},
                                  .party = "hrss.520000"};
    struct day first = {0};
    struct day last = {0};

    memset(&bench, 0, sizeof(bench));
    bench.now.ms = begin_ms;
    bench.arena = arena_new(64 * 1024 * 1024);
    bench.engine = calloc(1, sizeof(*bench.engine));
    bench.rules = calloc(1, sizeof(*bench.rules));
    bench.calendar = calendar_new();
    assert_non_null(bench.arena);
    assert_non_null(bench.engine);
    assert_non_null(bench.rules);
    assert_non_null(bench.calendar);
    assert_true(day_from(2026, 1, 1, &first) && day_from(2026, 12, 31, &last));
    calendar_set_range(bench.calendar, first, last);
    must(store_open_memory(&bench.store, &bench.err));
    must(ledger_create(bench.store, &origin, &bench.err));
}

FIXTURE int bench_setup(void **state)
{
    (void)state;
    bench_create();
    bench_open_engine();
    return 0;
}

FIXTURE void bench_finding(void *self, const char *row, const char *what)
{
    (void)self;
    fprintf(stderr, "  %s: %s\n", row, what);
}

/* Verify, with bodies opened, and rebuild find nothing. */
FIXTURE void bench_verify(void)
{
    const struct body_opener opener = {.open = bench_open};
    struct ledger_report verified;
    struct ledger_report rebuilt;
    struct store *fresh = NULL;
    bool ok;

    must(store_open_memory(&fresh, &bench.err));
    ok = ledger_verify(bench.ledger, &opener, bench_finding, NULL, &verified, &bench.err) &&
         ledger_rebuild(bench.ledger, fresh, bench_finding, NULL, &rebuilt, &bench.err);
    store_close(fresh);
    must(ok);
    assert_int_equal(verified.findings, 0);
    assert_int_equal(rebuilt.findings, 0);
    assert_true(digest_equal(&verified.root, &rebuilt.root));
}

FIXTURE void bench_destroy(void)
{
    for (size_t i = 0; i < bench.work_count; i++)
        arena_free(bench.works[i]->arena);
    ledger_close(bench.ledger);
    store_close(bench.store);
    calendar_free(bench.calendar);
    free(bench.rules);
    free(bench.engine);
    arena_free(bench.arena);
}

FIXTURE int bench_teardown(void **state)
{
    (void)state;
    bench_verify();
    bench_destroy();
    return 0;
}

#define ENGINE_TEST(function)                                                                  \
    cmocka_unit_test_setup_teardown(function, bench_setup, bench_teardown)

/* --- work --------------------------------------------------------------------------------- */

FIXTURE struct work *work_in(struct arena *arena, enum work_kind kind)
{
    struct work *work = arena != NULL ? arena_alloc(arena, sizeof(*work)) : NULL;

    assert_non_null(work);
    work->kind = kind;
    work->arena = arena;
    assert_true(bench.work_count < WORKS_MAX);
    bench.works[bench.work_count++] = work;
    return work;
}

FIXTURE struct work *work_new(enum work_kind kind)
{
    return work_in(arena_new(WORK_MEMORY), kind);
}

FIXTURE void work_add_body(struct work *work, enum body_use use, struct text plain)
{
    struct work_body *body = &work->bodies[work->body_count++];
    struct digest digest;

    must(digest_of(DIGEST_SHA256, plain.at, plain.size, &digest, &bench.err));
    body->body = (struct entry_body){.use = (uint8_t)use,
                                     .retention = RETENTION_100_YEARS,
                                     .month = day_yyyymmdd(instant_day(bench.now)) / 100,
                                     .size = (uint32_t)plain.size};
    memcpy(body->body.digest, digest.bytes, 32);
    body->sealed = plain;
}

FIXTURE void bench_tag(struct text number, uint8_t tag[16])
{
    struct digest digest;

    must(digest_of(DIGEST_SHA256, number.at, number.size, &digest, &bench.err));
    memcpy(tag, digest.bytes, 16);
}

/* Content and person as a worker fills them; the bytes' digest follows from the key too. */
FIXTURE void work_fill(struct work *work, struct record *body)
{
    size_t size = record_encoded_size(body);
    void *memory = arena_alloc(bench.arena, size);
    struct buffer content = buffer_over(memory, size);
    struct digest digest;
    struct citizen_number number;
    struct text one_form = person_number_of(body, instant_day(bench.now), &number);
    struct text written;

    assert_non_null(memory);
    record_encode(body, &content);
    work->message.body = body;
    work_add_body(work, BODY_CONTENT, buffer_as_text(&content));
    work->content = work->bodies[0].body;
    must(digest_of(DIGEST_SHA256, work->key, sizeof(work->key), &digest, &bench.err));
    memcpy(work->digest, digest.bytes, 32);
    work->digest[0] ^= work->content.digest[0];
    work->size = (uint32_t)size;
    if (!record_text(body, "person/identityNumber", &written))
        return;
    bench_tag(one_form, work->person_tag);
    if (!text_equal(written, one_form))
        bench_tag(written, work->written_tag);
}

/* From our own core. */
FIXTURE struct work *submission_in(struct arena *arena, uint16_t action, uint32_t revision,
                                   struct record *body)
{
    struct work *work = work_in(arena, WORK_MESSAGE);

    work->local = true;
    work->party = CORE;
    work->message.flow = FLOW_PENSION_EMPLOYEE;
    work->message.action = action;
    work->message.revision = revision;
    work->message.sent_at = bench.now;
    snprintf((char *)work->key, sizeof(work->key), "%020llu of a",
             (unsigned long long)++bench.ids);
    work->local_key = text_of("local key");
    work_fill(work, body);
    return work;
}

FIXTURE struct work *submission(uint16_t action, uint32_t revision, struct record *body)
{
    return submission_in(arena_new(WORK_MEMORY), action, revision, body);
}

FIXTURE struct uuid new_id(void)
{
    uint8_t random[10] = {0x1d, 0, 0, 0, 0, 0, 0, 0, (uint8_t)(++bench.ids >> 8)};

    random[9] = (uint8_t)bench.ids;
    return uuid_v7(bench.now, random);
}

/* From a province, signed. */
FIXTURE struct work *message_in(struct arena *arena, uint32_t party, const struct uuid *case_id,
                                uint16_t action, uint32_t revision, struct record *body)
{
    struct work *work = work_in(arena, WORK_MESSAGE);

    work->party = party;
    work->message.message_id = new_id();
    work->message.case_id = *case_id;
    work->message.flow = FLOW_PENSION_EMPLOYEE;
    work->message.action = action;
    work->message.revision = revision;
    work->message.sent_at = bench.now;
    message_key_of(&work->message.message_id, work->key);
    work_fill(work, body);
    return work;
}

FIXTURE struct work *message_from(uint32_t party, const struct uuid *case_id, uint16_t action,
                                  uint32_t revision, struct record *body)
{
    return message_in(arena_new(WORK_MEMORY), party, case_id, action, revision, body);
}

/* The same message once more, as another request brings it. */
FIXTURE struct work *again(const struct work *first)
{
    struct work *work = work_new(first->kind);
    struct arena *arena = work->arena;

    *work = *first;
    work->arena = arena;
    memset(&work->result, 0xee, sizeof(work->result));
    return work;
}

FIXTURE void apply(struct work *work)
{
    struct ledger_txn *txn = NULL;
    bool ok = ledger_begin(bench.ledger, &txn, &bench.err) &&
              engine_apply(bench.engine, txn, work, &bench.err) &&
              ledger_commit(&txn, &bench.err);

    ledger_abort(txn);
    must(ok);
}

FIXTURE void expect_verdict(const struct work *work, enum verdict verdict, const char *code)
{
    if (strcmp(work->result.code, code) != 0)
        fprintf(stderr, "%s: %s\n", work->result.code, work->result.reason);
    assert_string_equal(work->result.code, code);
    assert_int_equal(work->result.verdict, verdict);
    assert_false(work->result.later);
}

FIXTURE void apply_accepted(struct work *work)
{
    apply(work);
    expect_verdict(work, VERDICT_ACCEPTED, "");
}

/* --- documents ---------------------------------------------------------------------------- */

/* The identity number of the number-th person, with its check digit; a man's, as documents say.
 */
FIXTURE char *person_number(unsigned number)
{
    static const int weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    char *text = arena_format(bench.arena, "52990119800115%03u0", (number * 2 + 1) % 1000);
    int sum = 0;

    assert_non_null(text);
    for (size_t i = 0; i < COUNT_OF(weights); i++)
        sum += weights[i] * (text[i] - '0');
    text[17] = "10X98765432"[sum % 11];
    return text;
}

/* The number-th business: trace and person are its own. From 440000 to 520000. */
FIXTURE struct record *document(unsigned action, unsigned number)
{
    char *trace = arena_format(bench.arena, "520000202603020%05u", number);
    struct record *root = action == ACTION_FORM ? document_form(bench.arena)
                                                : document_new(bench.arena, action);

    assert_non_null(trace);
    document_set(root, "reference/traceNumber", trace);
    if (action == ACTION_APPLICATION || action == ACTION_LETTER)
        document_person(bench.arena, root);
    if (action == ACTION_APPLICATION || action == ACTION_LETTER || action == ACTION_FORM)
        document_set(root, "person/identityNumber", person_number(number));
    if (action == ACTION_FUND_ADVICE || action == ACTION_FUND_RECEIPT)
        document_put(bench.arena, root, "amount", DOCUMENT_TOTAL);
    if (action == ACTION_LETTER_RETURN || action == ACTION_REFUSAL)
        document_put(bench.arena, root, "code", "PEN-R11");
    return root;
}

/* The same to 440000 from 520000: home is OUT. */
FIXTURE struct record *document_out(unsigned action, unsigned number)
{
    struct record *root = document(action, number);

    document_set(root, "reference/inRegion", "440000");
    document_set(root, "reference/outRegion", "520000");
    return root;
}

/* --- letters ------------------------------------------------------------------------------ */

/* Hands out what is due now; `bench.handed` holds only that. */
FIXTURE struct instant dispatch(void)
{
    struct instant next;

    bench.handed_count = 0;
    must(engine_dispatch(bench.engine, &next, &bench.err));
    return next;
}

/* The letter of this action that was handed out just now, or NULL. */
FIXTURE const struct letter_row *handed(uint16_t action)
{
    for (size_t i = 0; i < bench.handed_count; i++) {
        if (bench.handed[i].letter.action == action)
            return &bench.handed[i];
    }
    return NULL;
}

FIXTURE struct work *sealed(uint64_t out_id, const char *bytes)
{
    struct work *work = work_new(WORK_SEALED);

    work->out_id = out_id;
    work_add_body(work, BODY_SEALED, text_of(bytes));
    return work;
}

FIXTURE struct work *attempt(uint64_t out_id)
{
    struct work *work = work_new(WORK_ATTEMPT);

    work->out_id = out_id;
    work->note = text_of("NETWORK: no answer");
    return work;
}

FIXTURE struct work *outcome(uint64_t out_id, enum verdict verdict, const char *code)
{
    struct work *work = work_new(WORK_OUTCOME);

    work->out_id = out_id;
    work->http_status = 200;
    work->receipt.verdict = verdict;
    work->receipt.received_at = bench.now;
    snprintf(work->receipt.code, sizeof(work->receipt.code), "%s", code);
    work_add_body(work, BODY_RECEIPT, text_of("a receipt's bytes"));
    return work;
}

FIXTURE struct letter_row letter(uint64_t out_id)
{
    struct ledger_txn *txn = NULL;
    struct letter_row row;
    bool found = false;

    must(ledger_begin_read(bench.ledger, &txn, &bench.err));
    must(ledger_get_letter(txn, out_id, &row, &found, &bench.err));
    ledger_abort(txn);
    assert_true(found);
    return row;
}

FIXTURE struct flow_case the_case(const struct uuid *case_id)
{
    struct ledger_txn *txn = NULL;
    struct flow_case row;
    bool found = false;

    must(ledger_begin_read(bench.ledger, &txn, &bench.err));
    must(ledger_get_case(txn, case_id, &row, &found, &bench.err));
    ledger_abort(txn);
    assert_true(found);
    return row;
}

/* Its memory is the bench's. */
FIXTURE struct entry entry_at(uint64_t seq)
{
    struct ledger_txn *txn = NULL;
    struct entry entry;
    bool found = false;

    must(ledger_begin_read(bench.ledger, &txn, &bench.err));
    must(ledger_get_entry(txn, seq, bench.arena, &entry, &found, &bench.err));
    ledger_abort(txn);
    assert_true(found);
    return entry;
}

FIXTURE struct entry last_entry(void)
{
    return entry_at(ledger_size(bench.ledger));
}

FIXTURE void expect_letter(uint64_t out_id, enum letter_state state)
{
    assert_string_equal(letter_state_name(letter(out_id).letter.state).english,
                        letter_state_name(state).english);
}

/* --- short ways to a place ---------------------------------------------------------------- */

/* The first letter that the newest entry bore. */
FIXTURE uint64_t born_last(unsigned position)
{
    return ledger_size(bench.ledger) * 16 + position;
}

/* Seals and sends a NEW letter, and brings its verdict. */
FIXTURE void carry(uint64_t out_id, enum verdict verdict, const char *code)
{
    apply(sealed(out_id, "sealed bytes of a letter"));
    apply(outcome(out_id, verdict, code));
}

/* Home is IN and holds the application; nothing was sent yet. */
FIXTURE struct uuid open_in(unsigned number)
{
    struct work *work = submission(ACTION_APPLICATION, 1, document(ACTION_APPLICATION, number));

    apply_accepted(work);
    return work->result.case_id;
}

/* Home is IN and its letter is NEW: *out_id. */
FIXTURE struct uuid open_in_letter(unsigned number, uint64_t *out_id)
{
    struct uuid case_id = open_in(number);

    apply_accepted(submission(ACTION_LETTER, 1, document(ACTION_LETTER, number)));
    *out_id = born_last(0);
    return case_id;
}

/* Home is OUT and holds the letter; a copy for the core is NEW: *to_core. */
FIXTURE struct uuid open_out(unsigned number, uint64_t *to_core)
{
    struct uuid case_id = new_id();

    apply_accepted(
        message_from(PARTNER, &case_id, ACTION_LETTER, 1, document_out(ACTION_LETTER, number)));
    *to_core = born_last(0);
    return case_id;
}

#endif

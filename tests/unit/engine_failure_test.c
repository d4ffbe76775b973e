/* engine_failure_test.c - memory that ends anywhere, a store that fails anywhere: after the
 * abort nothing has changed, and the same work succeeds when the trouble has passed. */
#include "unit.h"

#include "core/pension_remittance.h"
#include "engine_fixture.h"
#include "ledger/store_engine.h"

/* --- a store that fails on the n-th call -------------------------------------------------- */

static const struct store_engine *sound; /* the engine that does the work */
static struct store_engine failing;
static unsigned calls;
static unsigned failing_call; /* 0: never */

static bool may(struct error *err)
{
    if (++calls != failing_call)
        return true;
    return fail(err, ERROR_DISK_FULL, "call %u fails", calls);
}

static bool failing_get(struct store_txn *txn, enum store_database database, struct text key,
                        struct text *value, bool *found, struct error *err)
{
    return may(err) && sound->get(txn, database, key, value, found, err);
}

static bool failing_put(struct store_txn *txn, enum store_database database,
                        enum store_write how, struct text key, struct text value,
                        struct error *err)
{
    return may(err) && sound->put(txn, database, how, key, value, err);
}

static bool failing_remove(struct store_txn *txn, enum store_database database, struct text key,
                           struct error *err)
{
    return may(err) && sound->remove(txn, database, key, err);
}

static bool failing_seek(struct store_cursor *cursor, struct text from, bool *found,
                         struct error *err)
{
    return may(err) && sound->seek(cursor, from, found, err);
}

static bool failing_next(struct store_cursor *cursor, bool *found, struct error *err)
{
    return may(err) && sound->next(cursor, found, err);
}

static bool failing_commit(struct store_txn *txn, struct error *err)
{
    if (may(err))
        return sound->commit(txn, err);
    sound->abort(txn);
    return false;
}

static void fail_from(unsigned at)
{
    calls = 0;
    failing_call = at;
    if (sound == NULL || bench.store->engine != &failing) {
        sound = bench.store->engine;
        failing = *sound;
        failing.get = failing_get;
        failing.put = failing_put;
        failing.remove = failing_remove;
        failing.seek = failing_seek;
        failing.next = failing_next;
        failing.commit = failing_commit;
        bench.store->engine = &failing;
    }
}

/* --- what is in the store ------------------------------------------------------------------
 */

static uint64_t mix(uint64_t hash, struct text bytes)
{
    hash = (hash ^ bytes.size) * UINT64_C(0x100000001b3);
    for (size_t i = 0; i < bytes.size; i++)
        hash = (hash ^ (uint8_t)bytes.at[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* One number of every row of every database. */
static uint64_t fingerprint(void)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    struct store_txn *txn = NULL;

    must(store_begin_read(bench.store, &txn, &bench.err));
    for (unsigned i = 0; i < DATABASES; i++) {
        struct store_cursor cursor;
        bool found;
        must(store_seek(txn, i, TEXT_NONE, &cursor, &found, &bench.err));
        while (found) {
            hash = mix(mix(hash ^ i, cursor.key), cursor.value);
            must(store_next(&cursor, &found, &bench.err));
        }
        store_cursor_close(&cursor);
    }
    store_abort(txn);
    return hash;
}

/* --- works of every kind -------------------------------------------------------------------
 */

static struct work *make_application(void)
{
    return submission(ACTION_APPLICATION, 1, document(ACTION_APPLICATION, 1));
}

static struct work *make_letter(void)
{
    (void)open_in(1);
    return submission(ACTION_LETTER, 1, document(ACTION_LETTER, 1));
}

static struct work *make_opening(void)
{
    struct uuid case_id = new_id();

    return message_from(PARTNER, &case_id, ACTION_LETTER, 1, document_out(ACTION_LETTER, 1));
}

/* The flow makes documents of its own, for partner and core. */
static struct work *make_bad_form(void)
{
    uint64_t out_id;
    struct uuid case_id = open_in_letter(1, &out_id);
    struct record *form = document(ACTION_FORM, 1);

    carry(out_id, VERDICT_ACCEPTED, "");
    document_set(form, "amounts/total", "1.00");
    return message_from(PARTNER, &case_id, ACTION_FORM, 1, form);
}

static struct work *make_repeat(void)
{
    struct work *first = make_application();

    apply(first);
    return again(first);
}

static struct work *make_conflict(void)
{
    struct work *work = make_repeat();

    work->digest[3] ^= 1;
    return work;
}

static struct work *make_refused_body(void)
{
    struct work *work = make_opening();

    (void)fail(&work->refusal, ERROR_SCHEMA, "line 7");
    return work;
}

static struct work *make_reply(void)
{
    struct work *first = make_application();
    struct work *work = work_new(WORK_REPLY);

    apply(first);
    work->party = first->party;
    memcpy(work->key, first->key, MESSAGE_KEY_SIZE);
    work_add_body(work, BODY_REPLY, text_of("an answer"));
    return work;
}

static struct work *make_sealed(void)
{
    uint64_t out_id;

    open_in_letter(1, &out_id);
    return sealed(out_id, "a letter's bytes");
}

static struct work *make_untranslated(void)
{
    struct work *work = work_new(WORK_UNTRANSLATED);

    open_out(1, &work->out_id);
    work->park = true;
    work->note = text_of("MAPPING: a field");
    return work;
}

static struct work *make_attempt(void)
{
    struct work *work = make_sealed();

    apply(work);
    return attempt(work->out_id);
}

/* The case moves, and the core is told with a document that the flow makes. */
static struct work *make_refusal(void)
{
    struct work *work = make_sealed();

    apply(work);
    return outcome(work->out_id, VERDICT_REFUSED, "PEN-R08");
}

/* The next letter of the lane becomes NEW. */
static struct work *make_outcome_in_lane(void)
{
    uint64_t to_core;

    open_out(1, &to_core);
    apply_accepted(submission(ACTION_ACCEPTANCE, 1, document_out(ACTION_ACCEPTANCE, 1)));
    to_core = born_last(0);
    apply_accepted(submission(ACTION_FORM, 1, document_out(ACTION_FORM, 1)));
    apply(sealed(to_core, "acceptance"));
    return outcome(to_core, VERDICT_ACCEPTED, "");
}

static struct work *make_retry(void)
{
    struct work *dead = make_untranslated();
    struct work *work = work_new(WORK_LETTER_RETRY);

    apply(dead);
    work->out_id = dead->out_id;
    return work;
}

/* What waits behind it becomes NEW, and the case is flagged. */
static struct work *make_close(void)
{
    struct work *work = work_new(WORK_LETTER_CLOSE);
    struct work *dead = make_outcome_in_lane();

    dead->kind = WORK_ATTEMPT;
    dead->body_count = 0;
    dead->park = true;
    apply(dead);
    work->out_id = dead->out_id;
    return work;
}

static struct work *make_conflict_again(void)
{
    struct work *first = make_conflict();

    apply(first);
    return again(first);
}

static struct work *make_note(void)
{
    static const struct tlv version = {TLV_RELEASE, {"0.1.0", 5}};
    struct work *work = work_new(WORK_NOTE);

    work->note_kind = ENTRY_BOOT;
    work->note_tlvs = &version;
    work->note_tlv_count = 1;
    work_add_body(work, BODY_TEXT, text_of("rules"));
    return work;
}

/* A bank line that pays three transfers; the form of the third goes back. */
static struct work *make_bank_line(void)
{
    struct record *line = document(ACTION_REMITTANCE, 9);
    struct record *items;
    struct work *work;

    document_put(bench.arena, line, "amount", "30.00");
    items = document_put(bench.arena, line, "items", NULL);
    for (unsigned i = 1; i <= 3; i++) {
        struct record *item = document_put(bench.arena, items, "item", NULL);
        uint64_t out_id;
        struct uuid case_id = open_in_letter(i, &out_id);

        carry(out_id, VERDICT_ACCEPTED, "");
        if (i == 3)
            apply_accepted(
                message_from(PARTNER, &case_id, ACTION_FORM, 1, document(ACTION_FORM, i)));
        document_put(bench.arena, item, "traceNumber",
                     arena_format(bench.arena, "520000202603020%05u", i));
        document_put(bench.arena, item, "amount", "10.00");
    }
    work = submission(ACTION_REMITTANCE, 1, line);
    work->message.flow = FLOW_PENSION_REMITTANCE;
    return work;
}

/* A case of home as IN that is closed, with trace number 1. */
static struct uuid make_closed(void)
{
    uint64_t out_id;
    struct uuid case_id = open_in_letter(1, &out_id);

    carry(out_id, VERDICT_ACCEPTED, "");
    apply_accepted(message_from(PARTNER, &case_id, ACTION_FORM, 1, document(ACTION_FORM, 1)));
    apply_accepted(submission(ACTION_FUND_RECEIPT, 1, document(ACTION_FUND_RECEIPT, 1)));
    apply_accepted(submission(ACTION_COMPLETION, 1, document(ACTION_COMPLETION, 1)));
    carry(born_last(0), VERDICT_ACCEPTED, "");
    return case_id;
}

static struct record *reversal(unsigned number)
{
    struct record *root = document(ACTION_REVERSAL, number);

    document_put(bench.arena, document_put(bench.arena, root, "corrects", NULL), "traceNumber",
                 "52000020260302000001");
    document_put(bench.arena, root, "amount", DOCUMENT_TOTAL);
    return root;
}

/* The corrected case changes with it. */
static struct work *make_reversal(void)
{
    (void)make_closed();
    return submission(ACTION_REVERSAL, 1, reversal(7));
}

/* Theirs has the lower number: ours ends, and the corrected case names theirs. */
static struct work *make_merged_reversal(void)
{
    struct uuid theirs = new_id();

    (void)make_closed();
    bench.now.ms += minute_ms;
    apply_accepted(submission(ACTION_REVERSAL, 1, reversal(7)));
    return message_from(PARTNER, &theirs, ACTION_REVERSAL, 1, reversal(8));
}

static struct work *(*const makers[])(void) = {
    make_application,     make_letter,       make_opening,      make_bad_form,
    make_repeat,          make_conflict,     make_refused_body, make_reply,
    make_sealed,          make_untranslated, make_attempt,      make_refusal,
    make_outcome_in_lane, make_retry,        make_note,         make_close,
    make_conflict_again,  make_bank_line,    make_reversal,     make_merged_reversal,
};

/* With whatever is due under way, as when such work comes. */
static struct work *handed_out(struct work *work)
{
    dispatch();
    return work;
}

/* A copy in an arena of this size; NULL if not even that fits. */
static struct work *copy_in(struct arena *arena, const struct work *from)
{
    struct work *work = arena != NULL ? arena_alloc(arena, sizeof(*work)) : NULL;

    if (work == NULL)
        return NULL;
    *work = *from;
    work->arena = arena;
    return work;
}

static bool try_apply(struct work *work, struct error *err)
{
    struct ledger_txn *txn = NULL;
    bool ok = ledger_begin(bench.ledger, &txn, err) &&
              engine_apply(bench.engine, txn, work, err) && ledger_commit(&txn, err);

    ledger_abort(txn);
    return ok;
}

/* What the engine remembers beside the ledger, as one number. */
static uint64_t memory_print(void)
{
    const struct engine *engine = bench.engine;
    uint64_t hash = engine->in_flight_count;

    for (size_t i = 0; i < engine->party_count; i++) {
        const struct engine_party *party = &engine->parties[i];
        hash = hash * 31 + party->in_flight;
        hash = hash * 31 + party->breaker.failures;
        hash = hash * 31 + (uint64_t)party->breaker.probe_at.ms;
    }
    return hash * 31 + engine->duplicates + (uint64_t)engine->rest_until.ms;
}

/* --- memory ------------------------------------------------------------------------------- */

static void end_anywhere(struct work *template)
{
    uint64_t before = fingerprint();
    uint64_t remembered = memory_print();
    uint64_t size = ledger_size(bench.ledger);
    bool done = false;
    unsigned failures = 0;

    for (size_t most = 256; !done; most += 256) {
        struct arena *arena = arena_new(most);
        struct work *work = copy_in(arena, template);
        struct error err = ERROR_INIT;
        done = work != NULL && try_apply(work, &err);
        if (work != NULL && !done) {
            assert_int_equal(err.code, ERROR_MEMORY);
            assert_int_equal(ledger_size(bench.ledger), size);
            assert_true(fingerprint() == before);
            assert_true(memory_print() == remembered);
        }
        failures += !done;
        arena_free(arena);
        assert_true(most < WORK_MEMORY);
    }
    assert_true(failures > 0);
}

static void test_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(makers); i++) {
        bench_create();
        bench_open_engine();
        end_anywhere(handed_out(makers[i]()));
        bench_verify();
        bench_destroy();
    }
}

/* --- the store ---------------------------------------------------------------------------- */

static void fail_anywhere(struct work *template)
{
    uint64_t before = fingerprint();
    uint64_t remembered = memory_print();
    uint64_t size = ledger_size(bench.ledger);
    unsigned at = 0;
    bool done = false;

    while (!done) {
        struct arena *arena = arena_new(WORK_MEMORY);
        struct work *work = copy_in(arena, template);
        struct error err = ERROR_INIT;
        assert_non_null(work);
        fail_from(++at);
        done = try_apply(work, &err);
        fail_from(0);
        if (!done) {
            assert_int_equal(err.code, ERROR_DISK_FULL);
            assert_int_equal(ledger_size(bench.ledger), size);
            assert_true(fingerprint() == before);
            assert_true(memory_print() == remembered);
        }
        arena_free(arena);
        assert_true(at < 1000);
    }
    assert_true(at > 3);
}

static void test_store(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(makers); i++) {
        bench_create();
        bench_open_engine();
        fail_anywhere(handed_out(makers[i]()));
        bench_verify();
        bench_destroy();
    }
}

static void test_wake(void **state)
{
    uint64_t before;
    bool done = false;

    (void)state;
    (void)open_in(1);
    (void)open_in(2);
    bench.now.ms += 60 * day_ms;
    before = fingerprint();
    for (unsigned at = 1; !done; at++) {
        struct ledger_txn *txn = NULL;
        struct error err = ERROR_INIT;
        size_t count;
        fail_from(at);
        done = ledger_begin(bench.ledger, &txn, &err) &&
               engine_wake(bench.engine, txn, 10, &count, &err) && ledger_commit(&txn, &err);
        ledger_abort(txn);
        fail_from(0);
        assert_true(done || (err.code == ERROR_DISK_FULL && fingerprint() == before));
        assert_true(!done || count == 2);
    }
}

/* Reading fails: nothing is handed out that is not accounted for. */
static void test_dispatch(void **state)
{
    uint64_t out_id;
    bool done = false;

    (void)state;
    open_in_letter(1, &out_id);
    open_in_letter(2, &out_id);
    for (unsigned at = 1; !done; at++) {
        struct error err = ERROR_INIT;
        struct instant next;
        bench.handed_count = 0;
        fail_from(at);
        done = engine_dispatch(bench.engine, &next, &err);
        fail_from(0);
        assert_true(done || err.code == ERROR_DISK_FULL);
        assert_int_equal(bench.engine->in_flight_count, bench.handed_count);
        for (size_t i = 0; i < bench.handed_count && !done; i++)
            engine_release(bench.engine, bench.handed[i].letter.out_id);
        bench.now.ms += ENGINE_REST_MS;
    }
    assert_int_equal(bench.handed_count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_store),
        ENGINE_TEST(test_wake),
        ENGINE_TEST(test_dispatch),
    };
    struct error err = ERROR_INIT;

    return digest_setup(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}

/* gate_approvals_test.c - the rule of the second person, over a ledger in memory. */
#include "unit.h"

#include "core/settlement_stay.h"
#include "engine_fixture.h"
#include "gate/approvals.h"
#include "gate/approvals_journal.h"

enum { ALICE = 1001, BOB = 1002, CAROL = 1003, LONG_REASON = 1024 * 1024 };

static const int64_t hour_ms = 60 * 60 * 1000;

static const char scope[] = "format=csv from=2026-03-01 until= party= case=";

/* --- asking --------------------------------------------------------------------------------
 */

static struct approval_person person(uint32_t uid, const char *reason)
{
    static const char *const names[] = {"alice", "bob", "杨喆"};
    struct approval_person person = {.uid = uid};

    snprintf(person.user, sizeof(person.user), "%s", names[uid - ALICE]);
    snprintf(person.reason, sizeof(person.reason), "%s", reason);
    return person;
}

static struct approval_request request(const char *act, const char *object, uint32_t uid)
{
    struct approval_request request = {.act = approval_act_find(text_of(act)),
                                       .object = object,
                                       .by = person(uid, "sent on paper, 㛃 knows"),
                                       .valid_ms = 24 * hour_ms};

    assert_non_null(request.act);
    return request;
}

/* Ends the transaction that a step ran in: durable if it said yes. */
static bool end(struct ledger_txn *txn, bool ok)
{
    ok = ok && ledger_commit(&txn, &bench.err);
    ledger_abort(txn);
    return ok;
}

static struct ledger_txn *begin(void)
{
    struct ledger_txn *txn = NULL;

    bench.err = (struct error)ERROR_INIT;
    must(ledger_begin(bench.ledger, &txn, &bench.err));
    return txn;
}

static bool propose(const struct approval_request *asked, struct approval *out)
{
    struct ledger_txn *txn = begin();

    return end(txn, approvals_propose(bench.engine, txn, asked, bench.arena, out, &bench.err));
}

static bool approve(uint64_t number, uint32_t uid)
{
    const struct approval_person second = person(uid, "seen, 𠮷");
    struct ledger_txn *txn = begin();
    struct approval out;
    uint64_t sequence = 0;
    bool ok = end(txn, approvals_approve(bench.engine, txn, number, &second, bench.arena, &out,
                                         &sequence, &bench.err));

    if (ok)
        assert_int_equal(sequence, ledger_size(bench.ledger));
    return ok;
}

static bool decline(uint64_t number, uint32_t uid)
{
    const struct approval_person second = person(uid, "");
    struct ledger_txn *txn = begin();
    struct approval out;

    return end(txn, approvals_decline(bench.engine, txn, number, &second, bench.arena, &out,
                                      &bench.err));
}

static bool spend(const char *object, uint32_t uid)
{
    struct work *work = work_new(WORK_NOTE);
    struct approval_person who = person(uid, "audit 7");
    struct tlv tlv;
    struct ledger_txn *txn = begin();

    assert_true(approval_operator_tlv(&who, "", "export", work->arena, &tlv));
    work->note_kind = ENTRY_DISCLOSED;
    work->note_tlvs = &tlv;
    work->note_tlv_count = 1;
    return end(txn, approvals_spend(bench.engine, txn, approval_act_find(TEXT("export")),
                                    object, uid, work, &bench.err));
}

static struct approval state_of(uint64_t number)
{
    struct ledger_txn *txn = NULL;
    struct approval *list = NULL;
    size_t count = 0;

    must(ledger_begin_read(bench.ledger, &txn, &bench.err));
    must(approvals_list(txn, bench.now, bench.arena, &list, &count, &bench.err));
    ledger_abort(txn);
    for (size_t i = 0; i < count; i++) {
        if (list[i].number == number)
            return list[i];
    }
    return (struct approval){.number = 0};
}

/* Says no with this code, a text with these words, and no entry. */
#define expect_no(call, wanted, words)                                                         \
    do {                                                                                       \
        uint64_t size_ = ledger_size(bench.ledger);                                            \
        assert_false(call);                                                                    \
        if (strstr(bench.err.text, words) == NULL)                                             \
            fprintf(stderr, "said: %s\n", bench.err.text);                                     \
        assert_int_equal(bench.err.code, wanted);                                              \
        assert_non_null(strstr(bench.err.text, words));                                        \
        assert_int_equal(ledger_size(bench.ledger), size_);                                    \
    } while (0)

/* A dead letter to our own core, as text. */
static const char *dead_letter(unsigned number)
{
    struct work *work = work_new(WORK_UNTRANSLATED);
    uint64_t out_id;
    char *text;

    open_out(number, &out_id);
    work->out_id = out_id;
    work->park = true;
    apply(work);
    text = arena_format(bench.arena, "%llu", (unsigned long long)out_id);
    assert_non_null(text);
    return text;
}

static void expect_state_of_letter(const char *letter, uint8_t state)
{
    uint64_t out_id = 0;

    assert_true(text_to_u64(text_of(letter), &out_id));
    expect_letter(out_id, state);
}

/* --- the good way --------------------------------------------------------------------------
 */

static void test_two_persons(void **state)
{
    const char *letter = dead_letter(1);
    struct approval_request asked = request("close", letter, ALICE);
    struct approval waits;
    struct approval seen;
    struct entry entry;
    size_t at = 0;

    (void)state;
    must(propose(&asked, &waits));
    assert_int_equal(waits.number, ledger_size(bench.ledger));
    entry = last_entry();
    assert_int_equal(entry.kind, ENTRY_OPERATOR);
    assert_true(uuid_equal(&entry.case_id, &waits.case_id));
    assert_memory_equal(entry_next_tlv(&entry, TLV_OPERATOR, &at)->bytes.at,
                        "alice\0propose close\0sent", 24);
    expect_state_of_letter(letter, LETTER_DEAD);

    bench.now.ms += hour_ms;
    must(approve(waits.number, BOB));
    expect_state_of_letter(letter, LETTER_CLOSED);
    entry = last_entry(); /* the act's: both persons, and which proposal */
    at = 0;
    assert_memory_equal(entry_next_tlv(&entry, TLV_OPERATOR, &at)->bytes.at, "alice\0close",
                        11);
    assert_memory_equal(entry_next_tlv(&entry, TLV_OPERATOR, &at)->bytes.at,
                        "bob\0approve close\0seen", 22);
    assert_non_null(entry_next_tlv(&entry, TLV_APPROVAL, &at));
    assert_int_equal(ledger_size(bench.ledger), entry.seq);

    seen = state_of(waits.number);
    assert_int_equal(seen.state, APPROVAL_APPROVED);
    assert_string_equal(seen.by.user, "alice");
    assert_string_equal(seen.by.reason, "sent on paper, 㛃 knows");
    assert_string_equal(seen.second.user, "bob");
    assert_string_equal(seen.second.reason, "seen, 𠮷");
    assert_string_equal(seen.object, letter);
    assert_int_equal(seen.by.uid, ALICE);
    assert_int_equal(seen.second.uid, BOB);
}

static void test_survives_a_restart(void **state)
{
    const char *letter = dead_letter(1);
    struct approval_request asked = request("close", letter, ALICE);
    struct approval waits;

    (void)state;
    must(propose(&asked, &waits));
    bench_crash();
    assert_int_equal(state_of(waits.number).state, APPROVAL_WAITING);
    must(approve(waits.number, CAROL));
    bench_crash();
    assert_int_equal(state_of(waits.number).state, APPROVAL_APPROVED);
    expect_no(approve(waits.number, CAROL), ERROR_CONFLICT, "was approved by 杨喆");
    expect_state_of_letter(letter, LETTER_CLOSED);
}

/* The process ends when everything is written and nothing is durable: nothing happened. */
static void test_crash_between_approval_and_act(void **state)
{
    const char *letter = dead_letter(1);
    struct approval_request asked = request("close", letter, ALICE);
    const struct approval_person second = person(BOB, "seen");
    struct approval waits;
    struct approval out;
    struct ledger_txn *txn;
    uint64_t sequence = 0;
    uint64_t size;

    (void)state;
    must(propose(&asked, &waits));
    size = ledger_size(bench.ledger);
    txn = begin();
    must(approvals_approve(bench.engine, txn, waits.number, &second, bench.arena, &out,
                           &sequence, &bench.err));
    ledger_abort(txn);
    bench_crash();
    assert_int_equal(ledger_size(bench.ledger), size);
    assert_int_equal(state_of(waits.number).state, APPROVAL_WAITING);
    expect_state_of_letter(letter, LETTER_DEAD);
    must(approve(waits.number, BOB));
    expect_state_of_letter(letter, LETTER_CLOSED);
}

static void test_alone(void **state)
{
    const char *letter = dead_letter(1);
    struct approval_request asked = request("close", letter, ALICE);
    struct ledger_txn *txn = begin();
    uint64_t sequence = 0;
    struct entry entry;
    size_t at = 0;

    (void)state;
    must(end(txn,
             approvals_alone(bench.engine, txn, &asked, bench.arena, &sequence, &bench.err)));
    expect_state_of_letter(letter, LETTER_CLOSED);
    entry = last_entry();
    assert_int_equal(entry.seq, sequence);
    assert_non_null(entry_next_tlv(&entry, TLV_OPERATOR, &at));
    assert_null(entry_next_tlv(&entry, TLV_OPERATOR, &at));
}

/* --- reverse -------------------------------------------------------------------------------
 */

/* A stay that stands settled here, as an entry leaves it: home treats, PARTNER insures. */
static struct uuid settled_stay(enum role role, uint8_t state)
{
    struct flow_case row = {.case_id = new_id(),
                            .flow = FLOW_SETTLEMENT_STAY,
                            .role = (uint8_t)role,
                            .state = state,
                            .version = 1,
                            .flags = CASE_BOOKED,
                            .party = PARTNER,
                            .core = CORE,
                            .in_region = 520100,
                            .out_region = 440100,
                            .opened_at = bench.now,
                            .changed_at = bench.now,
                            .trace = "H52990000001/ZY2026-000731"};
    struct entry entry = {.kind = ENTRY_OPERATOR, .boot = 1, .tlv_count = 1};
    struct ledger_txn *txn = begin();
    size_t size = CASE_ENCODED_MAX;
    void *memory = arena_alloc(bench.arena, size);
    struct buffer bytes = buffer_over(memory, size);
    struct tlv tlv = {.type = TLV_CASE_AFTER};
    bool back;

    assert_non_null(memory);
    row.part.stay = (struct stay){.insurance = INSURANCE_MEDICAL,
                                  .visit = VISIT_INPATIENT,
                                  .settle_id = new_id(),
                                  .settlements = 1,
                                  .split = {.total = {123456}, .fund = {100000}}};
    flow_case_encode(&row, &bytes);
    tlv.bytes = buffer_as_text(&bytes);
    entry.wall = ledger_stamp(txn, bench.now, &back);
    entry.case_id = row.case_id;
    entry.flow = row.flow;
    entry.role = row.role;
    entry.state_to = row.state;
    entry.tlvs = &tlv;
    must(ledger_append(txn, &entry, &bench.err));
    must(end(txn, true));
    return row.case_id;
}

static const char *id_text(const struct uuid *id)
{
    char *text = arena_alloc(bench.arena, UUID_TEXT_SIZE);

    assert_non_null(text);
    return uuid_format(id, text);
}

static void test_reverse(void **state)
{
    struct uuid id = settled_stay(ROLE_TREATING, STAY_SETTLED);
    struct approval_request asked = request("reverse", id_text(&id), ALICE);
    struct approval waits;
    struct flow_case row;
    struct entry entry;
    size_t at = 0;

    (void)state;
    must(propose(&asked, &waits));
    assert_true(uuid_equal(&waits.case_id, &id));
    assert_int_equal(the_case(&id).state, STAY_SETTLED);
    expect_no(approve(waits.number, ALICE), ERROR_DENIED, "another user");
    assert_int_equal(the_case(&id).state, STAY_SETTLED);

    must(approve(waits.number, BOB));
    row = the_case(&id);
    assert_int_equal(row.state, STAY_REVERSING);
    assert_int_equal(row.part.stay.original_action, ACTION_SETTLE);
    entry = last_entry(); /* the act's: both persons, the case, the letter */
    assert_int_equal(entry.kind, ENTRY_OPERATOR);
    assert_true(uuid_equal(&entry.case_id, &id));
    assert_memory_equal(entry_next_tlv(&entry, TLV_OPERATOR, &at)->bytes.at, "alice\0reverse",
                        13);
    assert_memory_equal(entry_next_tlv(&entry, TLV_OPERATOR, &at)->bytes.at,
                        "bob\0approve reverse\0seen", 24);
    at = 0;
    assert_non_null(entry_next_tlv(&entry, TLV_APPROVAL, &at));
    dispatch();
    assert_non_null(handed(ACTION_REVERSE));
    expect_no(approve(waits.number, CAROL), ERROR_CONFLICT, "was approved");
}

/* What the flow does not allow is refused when it is approved, and the proposal waits on. */
static void test_reverse_not_possible(void **state)
{
    struct uuid insured = settled_stay(ROLE_INSURED, STAY_SETTLED);
    struct uuid open = settled_stay(ROLE_TREATING, STAY_DISCHARGED);
    const struct uuid *ids[] = {&insured, &open};
    struct uuid unknown = new_id();
    struct approval_request asked = request("reverse", id_text(&unknown), ALICE);
    struct approval waits;

    (void)state;
    expect_no(propose(&asked, &waits), ERROR_NOT_FOUND, "no such case");
    asked.object = "H52990000001/ZY2026-000731";
    expect_no(propose(&asked, &waits), ERROR_USAGE, "not an id");
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        struct flow_case before = the_case(ids[i]);

        asked.object = id_text(ids[i]);
        must(propose(&asked, &waits));
        expect_no(approve(waits.number, BOB), ERROR_CONFLICT, "FLW-01");
        assert_int_equal(the_case(ids[i]).state, before.state);
        assert_int_equal(state_of(waits.number).state, APPROVAL_WAITING);
    }
}

/* A case of another flow has nothing to reverse. */
static void test_reverse_of_a_transfer(void **state)
{
    struct approval_request asked;
    struct approval waits;
    struct letter_row row;
    uint64_t out_id;

    (void)state;
    assert_true(text_to_u64(text_of(dead_letter(1)), &out_id));
    row = letter(out_id);
    asked = request("reverse", id_text(&row.letter.case_id), ALICE);
    must(propose(&asked, &waits));
    expect_no(approve(waits.number, BOB), ERROR_CONFLICT, "nothing of this case");
}

/* --- the bad ways --------------------------------------------------------------------------
 */

static void test_the_same_person(void **state)
{
    struct approval_request asked = request("close", dead_letter(1), ALICE);
    struct approval waits;

    (void)state;
    must(propose(&asked, &waits));
    expect_no(approve(waits.number, ALICE), ERROR_DENIED, "another user");
    /* Another name of the same user does not help; nor does the name under a new number. */
    snprintf(asked.by.user, sizeof(asked.by.user), "bob");
    must(decline(waits.number, ALICE));
    must(propose(&asked, &waits));
    expect_no(approve(waits.number, ALICE), ERROR_DENIED, "uid 1001");
    expect_no(approve(waits.number, BOB), ERROR_DENIED, "another user");
    must(approve(waits.number, CAROL));
}

static void test_unknown_numbers(void **state)
{
    struct approval_request asked = request("close", dead_letter(1), ALICE);
    struct approval waits;

    (void)state;
    must(propose(&asked, &waits));
    expect_no(approve(0, BOB), ERROR_NOT_FOUND, "no proposal");
    expect_no(approve(1, BOB), ERROR_NOT_FOUND, "no proposal"); /* an entry, but not one */
    expect_no(approve(UINT64_MAX, BOB), ERROR_NOT_FOUND, "no proposal");
    expect_no(decline(waits.number + 1, BOB), ERROR_NOT_FOUND, "no proposal");
}

static void test_expired(void **state)
{
    struct approval_request asked = request("close", dead_letter(1), ALICE);
    struct approval waits;

    (void)state;
    must(propose(&asked, &waits));
    bench.now.ms = waits.until.ms - 1;
    assert_int_equal(state_of(waits.number).state, APPROVAL_WAITING);
    bench.now.ms = waits.until.ms;
    assert_int_equal(state_of(waits.number).state, APPROVAL_EXPIRED);
    expect_no(approve(waits.number, BOB), ERROR_CONFLICT, "expired at 2026-03-03");
    expect_no(decline(waits.number, BOB), ERROR_CONFLICT, "expired");
    must(propose(&asked, &waits)); /* again */
    must(approve(waits.number, BOB));
}

/* Made on the last day of a month, decided in the next; forgotten two months later. */
static void test_across_months(void **state)
{
    struct approval_request asked = request("close", dead_letter(1), ALICE);
    struct approval waits;

    (void)state;
    bench.now.ms = begin_ms + 29 * day_ms + 14 * hour_ms; /* 2026-03-31 23:00 */
    must(propose(&asked, &waits));
    bench.now.ms += 2 * hour_ms;
    must(approve(waits.number, BOB));
    assert_int_equal(state_of(waits.number).state, APPROVAL_APPROVED);
    bench.now.ms += 31 * day_ms;
    assert_int_equal(state_of(waits.number).number, 0);
}

/* A clock that goes back hides nothing. */
static void test_clock_back(void **state)
{
    struct approval_request asked = request("close", dead_letter(1), ALICE);
    struct approval waits;

    (void)state;
    bench.now.ms = begin_ms + 30 * day_ms; /* 2026-04-01 */
    must(propose(&asked, &waits));
    bench.now.ms -= 2 * day_ms;
    assert_int_equal(state_of(waits.number).state, APPROVAL_WAITING);
    must(approve(waits.number, BOB));
}

static void test_twice_and_after_no(void **state)
{
    struct approval_request asked = request("close", dead_letter(1), ALICE);
    struct approval waits;

    (void)state;
    must(propose(&asked, &waits));
    expect_no(propose(&asked, &waits), ERROR_CONFLICT, "waits already");
    waits.number = ledger_size(bench.ledger);
    must(decline(waits.number, BOB));
    assert_int_equal(state_of(waits.number).state, APPROVAL_DECLINED);
    expect_no(approve(waits.number, CAROL), ERROR_CONFLICT, "was declined by bob");
    expect_no(decline(waits.number, CAROL), ERROR_CONFLICT, "was declined by bob");
    expect_state_of_letter(asked.object, LETTER_DEAD);
    must(propose(&asked, &waits));
    must(approve(waits.number, BOB));
    expect_no(approve(waits.number, BOB), ERROR_CONFLICT, "was approved by bob");
    expect_no(approve(waits.number, CAROL), ERROR_CONFLICT, "was approved by bob");
    expect_no(decline(waits.number, CAROL), ERROR_CONFLICT, "was approved by bob");
}

static void test_wrong_objects(void **state)
{
    static const char *const none[] = {"", "x", "-1", "999999999999999999999", "1 ", "0x10"};
    struct approval_request asked = request("close", "17", ALICE);
    struct approval waits;

    (void)state;
    expect_no(propose(&asked, &waits), ERROR_NOT_FOUND, "no dead letter");
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        asked.object = none[i];
        expect_no(propose(&asked, &waits), ERROR_USAGE, "letter is not a number");
    }
    asked.object = "1\n";
    expect_no(propose(&asked, &waits), ERROR_USAGE, "control characters");
    asked = request("export", "17", ALICE);
    expect_no(propose(&asked, &waits), ERROR_USAGE, "scope");
    assert_null(approval_act_find(TEXT("")));
    assert_null(approval_act_find(TEXT("clos")));
    assert_null(approval_act_find(TEXT("close2")));
}

/* What may be done to a letter can end while the proposal waits. */
static void test_no_longer_possible(void **state)
{
    const char *letter = dead_letter(1);
    struct approval_request asked = request("close", letter, ALICE);
    struct work *retry = work_new(WORK_LETTER_RETRY);
    struct approval waits;

    (void)state;
    must(propose(&asked, &waits));
    assert_true(text_to_u64(text_of(letter), &retry->out_id));
    apply(retry);
    expect_no(approve(waits.number, BOB), ERROR_NOT_FOUND, "no dead letter");
    assert_int_equal(state_of(waits.number).state, APPROVAL_WAITING);
    must(decline(waits.number, ALICE)); /* taken back */
}

static void test_hostile_reasons(void **state)
{
    static const char *const bad[] = {"a\nb",
                                      "\033[2Jgone",
                                      "tab\t",
                                      "\x7f",
                                      "\xc2\x9b"
                                      "31m",
                                      "\xe2\x80\xae"
                                      "evil",
                                      "\xff\xfe",
                                      "\xc0\xaf",
                                      "half \xe5\x96"};
    struct approval_request asked = request("close", dead_letter(1), ALICE);
    struct approval waits;
    char *long_text = arena_alloc(bench.arena, LONG_REASON + 1);

    (void)state;
    assert_non_null(long_text);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        snprintf(asked.by.reason, sizeof(asked.by.reason), "%s", bad[i]);
        expect_no(propose(&asked, &waits), ERROR_USAGE, "reason");
    }
    snprintf(asked.by.reason, sizeof(asked.by.reason), "   ");
    expect_no(propose(&asked, &waits), ERROR_USAGE, "a reason is needed");
    memset(long_text, 'a', LONG_REASON);
    long_text[LONG_REASON] = '\0';
    bench.err = (struct error)ERROR_INIT;
    assert_false(approval_text_check(text_of(long_text), APPROVAL_REASON_SIZE - 1, "reason",
                                     &bench.err));
    assert_non_null(strstr(bench.err.text, "longer than 255"));
}

static void test_too_many_wait(void **state)
{
    struct approval_request asked = request("export", NULL, ALICE);
    struct approval waits;

    (void)state;
    for (int i = 0; i < APPROVALS_WAITING_MAX; i++) {
        asked.object = arena_format(bench.arena, "format=csv party=%d", i);
        must(propose(&asked, &waits));
    }
    asked.object = "format=csv one more";
    expect_no(propose(&asked, &waits), ERROR_BUSY, "100 proposals wait");
    bench.now.ms = waits.until.ms;
    must(propose(&asked, &waits));
}

/* --- permits -------------------------------------------------------------------------------
 */

static void test_permit(void **state)
{
    struct approval_request asked = request("export", scope, ALICE);
    struct approval waits;
    struct entry entry;
    size_t at = 0;

    (void)state;
    expect_no(spend(scope, ALICE), ERROR_DENIED, "no second person");
    must(propose(&asked, &waits));
    expect_no(spend(scope, ALICE), ERROR_DENIED, "no second person");
    must(approve(waits.number, BOB));
    expect_no(spend(scope, BOB), ERROR_DENIED, "no second person"); /* it is hers */
    expect_no(spend("format=csv from= until= party= case=", ALICE), ERROR_DENIED, "no second");
    must(spend(scope, ALICE));
    entry = last_entry();
    assert_int_equal(entry.kind, ENTRY_DISCLOSED);
    assert_memory_equal(entry_next_tlv(&entry, TLV_OPERATOR, &at)->bytes.at, "alice\0export",
                        12);
    assert_memory_equal(entry_next_tlv(&entry, TLV_OPERATOR, &at)->bytes.at, "bob\0approve",
                        11);
    assert_int_equal(state_of(waits.number).state, APPROVAL_SPENT);
    expect_no(spend(scope, ALICE), ERROR_DENIED, "no second person");
    expect_no(approve(waits.number, BOB), ERROR_CONFLICT, "was approved by bob");
    must(propose(&asked, &waits)); /* another one, later */
}

static void test_permit_ends(void **state)
{
    struct approval_request asked = request("export", scope, ALICE);
    struct approval waits;

    (void)state;
    must(propose(&asked, &waits));
    must(approve(waits.number, BOB));
    bench.now.ms = waits.until.ms;
    expect_no(spend(scope, ALICE), ERROR_DENIED, "no second person");
    assert_int_equal(state_of(waits.number).state, APPROVAL_EXPIRED);
}

/* --- bytes and table -----------------------------------------------------------------------
 */

static void test_note_bytes(void **state)
{
    const struct approval_note note = {.step = APPROVAL_YES,
                                       .number = 17,
                                       .uid = UINT32_MAX,
                                       .until = {begin_ms},
                                       .act = "close"};
    unsigned char memory[APPROVAL_NOTE_SIZE];
    struct buffer bytes = buffer_over(memory, sizeof(memory));
    struct approval_note back;
    size_t size;

    (void)state;
    approval_note_encode(&note, &bytes);
    assert_false(bytes.overflow);
    size = bytes.size;
    assert_true(approval_note_decode(buffer_as_text(&bytes), &back));
    assert_int_equal(back.number, 17);
    assert_int_equal(back.uid, UINT32_MAX);
    assert_string_equal(back.act, "close");
    for (size_t cut = 0; cut <= size - strlen("close"); cut++)
        assert_false(approval_note_decode((struct text){(const char *)memory, cut}, &back));
    memory[0] = 0;
    assert_false(approval_note_decode(buffer_as_text(&bytes), &back));
    memory[0] = APPROVAL_USED + 1;
    assert_false(approval_note_decode(buffer_as_text(&bytes), &back));
    memory[0] = APPROVAL_PROPOSED; /* which has no number yet */
    assert_false(approval_note_decode(buffer_as_text(&bytes), &back));
    memory[0] = APPROVAL_YES;
    memory[13] = 0x80; /* a time beyond all times */
    assert_false(approval_note_decode(buffer_as_text(&bytes), &back));
}

static void test_table(void **state)
{
    (void)state;
    assert_int_equal(approval_acts_always() & ~approval_acts_usual(), 0);
    for (size_t i = 0; i < approval_act_count; i++) {
        const struct approval_act *act = &approval_acts[i];

        assert_true(strlen(act->name) > 0 && strlen(act->name) < APPROVAL_ACT_SIZE);
        assert_non_null(act->look);
        assert_true(strlen(act->title.english) > 0 && strlen(act->title.chinese) > 0);
        assert_true(strlen(act->object.english) > 0 && strlen(act->object.chinese) > 0);
        assert_ptr_equal(approval_act_find(text_of(act->name)), act);
        for (const char *c = act->name; *c != '\0'; c++)
            assert_true(*c >= 'a' && *c <= 'z');
    }
    assert_true((approval_acts_always() & approval_act_bit(approval_act_find(TEXT("close")))) !=
                0);
    assert_true(
        (approval_acts_always() & approval_act_bit(approval_act_find(TEXT("reverse")))) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_two_persons),
        ENGINE_TEST(test_survives_a_restart),
        ENGINE_TEST(test_crash_between_approval_and_act),
        ENGINE_TEST(test_alone),
        ENGINE_TEST(test_reverse),
        ENGINE_TEST(test_reverse_not_possible),
        ENGINE_TEST(test_reverse_of_a_transfer),
        ENGINE_TEST(test_the_same_person),
        ENGINE_TEST(test_unknown_numbers),
        ENGINE_TEST(test_expired),
        ENGINE_TEST(test_across_months),
        ENGINE_TEST(test_clock_back),
        ENGINE_TEST(test_twice_and_after_no),
        ENGINE_TEST(test_wrong_objects),
        ENGINE_TEST(test_no_longer_possible),
        ENGINE_TEST(test_hostile_reasons),
        ENGINE_TEST(test_too_many_wait),
        ENGINE_TEST(test_permit),
        ENGINE_TEST(test_permit_ends),
        cmocka_unit_test(test_note_bytes),
        cmocka_unit_test(test_table),
    };
    struct error err = ERROR_INIT;

    return digest_setup(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}

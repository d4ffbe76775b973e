/* Postings and balances, answers found by the key of what they answer, cases of a person. */
#include "unit.h"

#include "ledger_bench.h"

enum { SHOWN_MAX = 1024 };

/* --- postings and balances ---------------------------------------------------------------- */

static bool append_posting(struct story *story, const struct entry_posting *posting)
{
    story_start(story, ENTRY_TIMER);
    story_add_posting(story, posting);
    return story_append(story);
}

static void post(struct story *story, enum account debit, enum account credit, int64_t fen,
                 uint32_t period)
{
    struct entry_posting posting = story_posting(fen, period);
    posting.debit = (uint8_t)debit;
    posting.credit = (uint8_t)credit;
    story_check(story, append_posting(story, &posting));
}

/* "1/1/2 202603: 9100 0 (1)": account, insurance, party, period, debit, credit, postings. */
static bool show(void *self, const struct balance_row *row)
{
    char *text = self;
    size_t used = strlen(text);
    snprintf(text + used, SHOWN_MAX - used, "%u/%u/%u %u: %lld %lld (%llu)\n", row->account,
             row->insurance, row->party, row->period, (long long)row->debit.fen,
             (long long)row->credit.fen, (unsigned long long)row->count);
    return true;
}

static void expect_balances(struct story *story, const char *expected)
{
    char text[SHOWN_MAX] = "";
    story_check(story, ledger_each_balance(story->txn, show, text, &story->err));
    assert_string_equal(text, expected);
}

static void test_balances(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    begin(story);
    expect_balances(story, "");
    post(story, ACCOUNT_RECEIVABLE, ACCOUNT_HOSPITAL, 9100, 202603);
    expect_balances(story, "1/1/2 202603: 9100 0 (1)\n"
                           "3/1/2 202603: 0 9100 (1)\n");
    post(story, ACCOUNT_RECEIVABLE, ACCOUNT_HOSPITAL, 100, 202603);
    post(story, ACCOUNT_RECEIVABLE, ACCOUNT_HOSPITAL, -9100, 202604);
    post(story, ACCOUNT_FUND, ACCOUNT_PAYABLE, 70, 202603);
    post(story, ACCOUNT_PERSONAL, ACCOUNT_PAYABLE, 30, 202603);
    post(story, ACCOUNT_FUND, ACCOUNT_PAYABLE, 0, 202612);
    struct entry_posting other = story_posting(5, 202603);
    other.insurance = INSURANCE_INJURY;
    other.party = UINT32_MAX;
    story_check(story, append_posting(story, &other));
    expect_balances(story, "1/1/2 202603: 9200 0 (2)\n"
                           "1/1/2 202604: -9100 0 (1)\n"
                           "1/2/4294967295 202603: 5 0 (1)\n"
                           "2/1/2 202603: 0 100 (2)\n"
                           "2/1/2 202612: 0 0 (1)\n"
                           "3/1/2 202603: 0 9200 (2)\n"
                           "3/1/2 202604: 0 -9100 (1)\n"
                           "3/2/4294967295 202603: 0 5 (1)\n"
                           "4/1/2 202603: 70 0 (1)\n"
                           "4/1/2 202612: 0 0 (1)\n"
                           "5/1/2 202603: 30 0 (1)\n");
    commit(story);
    expect_sound(story);
}

/* Several of one entry: each has its line, and both rows of each sum to zero. */
static void test_posting_rows(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct entry_posting owed = story_posting(9100, 202603);
    struct store_txn *txn = NULL;
    struct store_cursor cursor;
    int64_t sum = 0;
    uint64_t seq;
    bool found;
    begin(story);
    story_start(story, ENTRY_TIMER);
    story_add_posting(story, &owed);
    owed.amount.fen = -200;
    story_add_posting(story, &owed);
    seq = ledger_next_seq(story->txn);
    story_check(story, story_append(story));
    commit(story);
    story_check(story,
                store_begin_read(story->store, &txn, &story->err) &&
                    store_seek(txn, DATABASE_POSTING, TEXT_NONE, &cursor, &found, &story->err));
    for (unsigned i = 0; i < 4; i++) {
        struct reader key = reader_over(cursor.key.at, cursor.key.size);
        struct reader value = reader_over(cursor.value.at, cursor.value.size);
        assert_true(found);
        assert_int_equal(cursor.key.size, 26);
        assert_int_equal(cursor.value.size, 29);
        assert_int_equal(reader_u16(&key), i < 2 ? ACCOUNT_RECEIVABLE : ACCOUNT_HOSPITAL);
        assert_int_equal(reader_u16(&key), INSURANCE_MEDICAL);
        assert_int_equal(reader_u32(&key), STORY_PARTNER);
        assert_int_equal(reader_u64(&key), 0);
        assert_int_equal(reader_u64(&key), seq);
        assert_int_equal(reader_u16(&key), i % 2);
        assert_int_equal(reader_u8(&value), 1);
        int64_t fen = reader_i64(&value);
        assert_int_equal(fen, (i < 2 ? 1 : -1) * (i % 2 == 0 ? 9100 : -200));
        assert_int_equal(reader_u16(&value), i < 2 ? ACCOUNT_HOSPITAL : ACCOUNT_RECEIVABLE);
        assert_int_equal(reader_u16(&value), INSURANCE_MEDICAL);
        assert_int_equal(reader_u32(&value), STORY_PARTNER);
        assert_int_equal(reader_u64(&value), 0);
        assert_int_equal(reader_u32(&value), 202603);
        sum += fen;
        story_check(story, store_next(&cursor, &found, &story->err));
    }
    assert_false(found);
    assert_int_equal(sum, 0);
    store_cursor_close(&cursor);
    store_abort(txn);
}

static void expect_refused(struct story *story, bool appended, const char *why)
{
    assert_false(appended);
    assert_int_equal(story->err.code, ERROR_LEDGER);
    assert_non_null(strstr(story->err.text, why));
    assert_false(ledger_commit(&story->txn, &story->err));
    story->err = (struct error)ERROR_INIT;
    begin(story);
}

static void test_refused_postings(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct entry_posting bad = story_posting(1, 202603);
    begin(story);
    post(story, ACCOUNT_RECEIVABLE, ACCOUNT_HOSPITAL, MONEY_MAX, 202603);
    post(story, ACCOUNT_PERSONAL, ACCOUNT_FUND, -MONEY_MAX, 202603);
    commit(story);
    begin(story);
    expect_refused(story, append_posting(story, &bad), "bounds");
    bad = story_posting(-1, 202603);
    bad.debit = ACCOUNT_PERSONAL;
    expect_refused(story, append_posting(story, &bad), "bounds");
    bad.debit = ACCOUNT_RECEIVABLE;
    bad.credit = ACCOUNT_FUND; /* the debit fits, the credit does not */
    expect_refused(story, append_posting(story, &bad), "bounds");
    bad.credit = ACCOUNT_RECEIVABLE;
    expect_refused(story, append_posting(story, &bad), "does not decode");
    story_start(story, ENTRY_TIMER);
    story_add_text(story, TLV_POSTING, TEXT(""));
    expect_refused(story, story_append(story), "does not decode");
    expect_balances(story, "1/1/2 202603: 9000000000000000 0 (1)\n"
                           "3/1/2 202603: 0 9000000000000000 (1)\n"
                           "4/1/2 202603: 0 -9000000000000000 (1)\n"
                           "5/1/2 202603: -9000000000000000 0 (1)\n");
    abandon(story);
    expect_sound(story);
}

static void put_row(struct story *story, enum store_database database, struct text key,
                    struct text value)
{
    struct store_txn *txn = NULL;
    story_check(story, store_begin_write(story->store, &txn, &story->err) &&
                           store_put(txn, database, key, value, &story->err) &&
                           store_commit(&txn, &story->err));
}

static void test_damaged_balances(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    const char good_key[] = "\0\1\0\1\0\0\0\2\0\0\0\0\0\0\0\0\0\3\x17\x6b";
    const char good_value[26] = "\1";
    char text[SHOWN_MAX] = "";
    struct entry_posting owed = story_posting(1, 202603);
    put_row(story, DATABASE_BALANCE, (struct text){good_key, 20},
            (struct text){good_value, 24});
    begin(story);
    assert_false(ledger_each_balance(story->txn, show, text, &story->err));
    assert_int_equal(story->err.code, ERROR_LEDGER);
    expect_refused(story, append_posting(story, &owed), "does not decode");
    abandon(story);
    put_row(story, DATABASE_BALANCE, (struct text){good_key, 20},
            (struct text){good_value, 25});
    put_row(story, DATABASE_BALANCE, (struct text){good_key, 19},
            (struct text){good_value, 25});
    begin(story);
    assert_false(ledger_each_balance(story->txn, show, text, &story->err));
    assert_int_equal(story->err.code, ERROR_LEDGER);
}

/* --- answers ------------------------------------------------------------------------------ */

static size_t of_message(struct story *story, const uint8_t key[MESSAGE_KEY_SIZE],
                         uint64_t *last)
{
    struct seen seen = {.count_max = 64};
    story_check(story, ledger_each_of_message(story->txn, key, see_entry, &seen, &story->err));
    *last = seen.count > 0 ? seen.seq[seen.count - 1] : 0;
    return seen.count;
}

static void test_answers(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    uint8_t key[MESSAGE_KEY_SIZE];
    uint8_t nobody[MESSAGE_KEY_SIZE] = {0};
    uint64_t seq;
    uint64_t last;
    begin(story);
    memset(key, 0x6b, sizeof key);
    story_start(story, ENTRY_TIMER);
    memset(story->entry.message_key, 0x11, MESSAGE_KEY_SIZE);
    story_add_answers(story, key);
    seq = ledger_next_seq(story->txn);
    story_check(story, story_append(story));
    assert_int_equal(of_message(story, key, &last), 1);
    assert_int_equal(last, seq);
    memset(key, 0x11, sizeof key);
    assert_int_equal(of_message(story, key, &last), 1); /* and under its own */
    assert_int_equal(last, seq);

    story_start(story, ENTRY_TIMER); /* no core waits */
    story_add_answers(story, nobody);
    story_check(story, story_append(story));
    assert_int_equal(of_message(story, nobody, &last), 0);
    story_start(story, ENTRY_TIMER); /* its own key: still one row */
    memcpy(story->entry.message_key, key, sizeof key);
    story_add_answers(story, key);
    story_check(story, story_append(story));
    assert_int_equal(of_message(story, key, &last), 2);
    commit(story);
    begin(story);
    story_start(story, ENTRY_TIMER);
    story_add_text(story, TLV_ANSWERS, TEXT("x"));
    expect_refused(story, story_append(story), "does not decode");
    abandon(story);
    expect_sound(story);
}

/* --- cases of a person -------------------------------------------------------------------- */

struct persons_cases {
    struct uuid id[8];
    size_t count;
    size_t count_max;
};

static bool take_case(void *self, const struct flow_case *row)
{
    struct persons_cases *cases = self;
    assert_true(cases->count < COUNT_OF(cases->id));
    cases->id[cases->count++] = row->case_id;
    return cases->count < cases->count_max;
}

static struct persons_cases cases_of(struct story *story, uint8_t last_byte)
{
    struct persons_cases cases = {.count_max = 8};
    uint8_t tag[16];
    memset(tag, 0x70, sizeof tag);
    tag[15] = last_byte;
    story_check(story,
                ledger_each_case_of_person(story->txn, tag, take_case, &cases, &story->err));
    return cases;
}

/* Case `number` with this end of its person's tag; 0: not known. */
static void put_case(struct story *story, unsigned number, uint8_t last_byte)
{
    struct flow_case flow_case = story_case(number, 5);
    memset(flow_case.person_tag, last_byte == 0 ? 0 : 0x70, 16);
    flow_case.person_tag[15] = last_byte;
    story_start(story, ENTRY_TIMER);
    story_add_case(story, &flow_case);
    story_check(story, story_append(story));
}

static void test_cases_of_person(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct persons_cases cases;
    begin(story);
    assert_int_equal(cases_of(story, 7).count, 0);
    put_case(story, 1, 7);
    put_case(story, 3, 7);
    put_case(story, 2, 7);
    put_case(story, 4, 8);
    put_case(story, 5, 0);
    put_case(story, 1, 7); /* once more */
    cases = cases_of(story, 7);
    assert_int_equal(cases.count, 3);
    for (unsigned i = 0; i < 3; i++) { /* the newest first */
        struct uuid id = story_case_id(3 - i);
        assert_true(uuid_equal(&cases.id[i], &id));
    }
    assert_int_equal(cases_of(story, 8).count, 1);
    assert_int_equal(cases_of(story, 0).count, 0);
    put_case(story, 5, 8); /* now we know */
    assert_int_equal(cases_of(story, 8).count, 2);
    put_case(story, 2, 8); /* it was somebody else: the case bears another tag */
    assert_int_equal(cases_of(story, 7).count, 2);
    assert_int_equal(cases_of(story, 8).count, 3);
    put_case(story, 2, 0);
    assert_int_equal(cases_of(story, 8).count, 2);
    uint8_t tag[16];
    memset(tag, 0x70, sizeof tag);
    tag[15] = 7;
    cases = (struct persons_cases){.count_max = 1};
    assert_true(ledger_each_case_of_person(story->txn, tag, take_case, &cases, &story->err));
    assert_int_equal(cases.count, 1);
    commit(story);
    expect_sound(story);
}

static void test_damaged_cases_of_person(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct persons_cases cases = {.count_max = 8};
    const char tag[17] = "pppppppppppppppp";
    char key[33] = "pppppppppppppppp0123456789abcdef";
    put_row(story, DATABASE_PERSON_CASES, (struct text){key, 32}, TEXT("\1"));
    begin_read(story);
    assert_false(ledger_each_case_of_person(story->txn, (const uint8_t *)tag, take_case, &cases,
                                            &story->err));
    assert_int_equal(story->err.code, ERROR_LEDGER);
    assert_non_null(strstr(story->err.text, "not there"));
    abandon(story);
    put_row(story, DATABASE_PERSON_CASES, (struct text){key, 31}, TEXT("\1"));
    begin_read(story);
    assert_false(ledger_each_case_of_person(story->txn, (const uint8_t *)tag, take_case, &cases,
                                            &story->err));
    assert_non_null(strstr(story->err.text, "bad key"));
    assert_int_equal(cases.count, 0);
}

/* --- letters that ask --------------------------------------------------------------------- */

static void test_letter_that_asks(void **state)
{
    struct bench *bench = *state;
    struct story *story = &bench->story;
    struct letter_row row;
    bool found;
    begin(story);
    story_start(story, ENTRY_TIMER);
    uint64_t out_id = ledger_next_seq(story->txn) * 16;
    struct entry_letter letter = {.out_id = out_id,
                                  .party = STORY_PARTNER,
                                  .state = LETTER_NEW,
                                  .case_id = story_case_id(0),
                                  .created = story->entry.wall,
                                  .due = story->entry.wall,
                                  .answer_by = story_time(100)};
    size_t mark = story->buffer.size;
    entry_letter_encode(&letter, &story->buffer);
    story_tlv(story, TLV_LETTER, mark);
    story_check(story, story_append(story));
    story_about(story, ENTRY_SEALED, 0, out_id, VERDICT_NONE);
    story_add_state(story, out_id, LETTER_READY, 3, story_time(50).ms);
    story_check(story, story_add_body(story, BODY_SEALED, 400) && story_append(story));
    story_check(story, ledger_get_letter(story->txn, out_id, &row, &found, &story->err));
    assert_true(found && row.letter.answer_by.ms == story_time(100).ms);
    assert_true(row.letter.state == LETTER_READY && row.attempts == 3);
    assert_true(row.sealed.size == 400 && row.sealed_seq == ledger_next_seq(story->txn) - 1);
    commit(story);
    expect_sound(story);
}

#define BOTH(test)                                                                             \
    {"memory_" #test, test, setup_memory, teardown, NULL},                                     \
    {                                                                                          \
        "lmdb_" #test, test, setup_lmdb, teardown, NULL                                        \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(test_balances),
        BOTH(test_posting_rows),
        BOTH(test_refused_postings),
        BOTH(test_damaged_balances),
        BOTH(test_answers),
        BOTH(test_cases_of_person),
        BOTH(test_damaged_cases_of_person),
        BOTH(test_letter_that_asks),
    };
    return cmocka_run_group_tests_name("ledger owed", tests, NULL, NULL);
}

/* Journal entries: exact bytes, and refusal of everything else. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "core/entry.h"

enum { ROOM = ENTRY_SIZE_MAX + 4096, LEAF = 32 };

struct bench {
    struct arena *arena;
    unsigned char *bytes;
    struct buffer buffer;
    struct error err;
};

static int setup(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    bench->arena = arena_new(1 << 20);
    bench->bytes = malloc(ROOM);
    assert_non_null(bench->arena);
    assert_non_null(bench->bytes);
    bench->buffer = buffer_over(bench->bytes, ROOM);
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    arena_free(bench->arena);
    free(bench->bytes);
    free(bench);
    return 0;
}

static const struct tlv some_tlvs[] = {
    {TLV_BODY, {"body", 4}},         {TLV_BODY, {"another body", 12}}, {TLV_WARNING, {"", 0}},
    {TLV_TEXT, {"PEN-R11 row", 11}}, {999, {"of the future", 13}},
};

static struct entry sample(void)
{
    struct entry entry = {
        .kind = ENTRY_RECEIVED,
        .flags = ENTRY_FLAG_CLOCK_BACK | ENTRY_FLAG_RETRIED,
        .seq = 0x0102030405060708,
        .wall = {1772413200000},
        .boot = 7,
        .from_region = 520000,
        .to_region = 440000,
        .amount = {-12345678},
        .flow = FLOW_PENSION_EMPLOYEE,
        .action = ACTION_FORM,
        .revision = 3,
        .role = ROLE_IN,
        .evidence = EVIDENCE_E1,
        .state_from = 3,
        .state_to = 5,
        .party = 9,
        .business_date = 20260302,
        .plain_size = 4711,
        .tlvs = some_tlvs,
        .tlv_count = COUNT_OF(some_tlvs),
    };
    memset(entry.case_id.bytes, 0xc1, sizeof entry.case_id.bytes);
    memset(entry.message_key, 0xa2, sizeof entry.message_key);
    memset(entry.person_tag, 0x93, sizeof entry.person_tag);
    memset(entry.digest, 0xd4, sizeof entry.digest);
    memset(entry.rules_digest, 0xe5, sizeof entry.rules_digest);
    memset(entry.previous, 0xb6, sizeof entry.previous);
    return entry;
}

/* Record and a leaf of 0x77s. */
static struct text encoded(struct bench *bench, const struct entry *entry)
{
    char leaf[LEAF];
    memset(leaf, 0x77, sizeof leaf);
    bench->buffer = buffer_over(bench->bytes, ROOM);
    entry_encode(entry, &bench->buffer);
    bool overflow = bench->buffer.overflow;
    bench->buffer.overflow = false;
    buffer_bytes(&bench->buffer, leaf, sizeof leaf);
    bench->buffer.overflow = overflow;
    return buffer_as_text(&bench->buffer);
}

static bool decode(struct bench *bench, struct text bytes, struct entry *entry)
{
    bench->err = (struct error)ERROR_INIT;
    arena_reset(bench->arena);
    bool ok = entry_decode(bench->arena, bytes, entry, &bench->err);
    assert_int_equal(ok, bench->err.code == ERROR_NONE);
    return ok;
}

static void expect_refused(struct bench *bench, struct text bytes, const char *reason)
{
    struct entry entry;
    assert_false(decode(bench, bytes, &entry));
    assert_int_equal(bench->err.code, ERROR_LEDGER);
    if (!strstr(bench->err.text, reason))
        print_error("\"%s\" does not say \"%s\"\n", bench->err.text, reason);
    assert_non_null(strstr(bench->err.text, reason));
}

static void test_round_trip(void **state)
{
    struct bench *bench = *state;
    struct entry in = sample();
    struct entry out;
    struct text bytes = encoded(bench, &in);
    assert_false(bench->buffer.overflow);
    assert_true(decode(bench, bytes, &out));
    assert_int_equal(out.kind, in.kind);
    assert_int_equal(out.flags, in.flags);
    assert_true(out.seq == in.seq && out.wall.ms == in.wall.ms && out.boot == in.boot);
    assert_memory_equal(&out.case_id, &in.case_id, sizeof in.case_id);
    assert_memory_equal(out.message_key, in.message_key, sizeof in.message_key);
    assert_memory_equal(out.person_tag, in.person_tag, sizeof in.person_tag);
    assert_true(out.from_region == in.from_region && out.to_region == in.to_region);
    assert_true(money_equal(out.amount, in.amount));
    assert_true(out.flow == in.flow && out.action == in.action && out.revision == in.revision);
    assert_true(out.role == in.role && out.evidence == in.evidence);
    assert_true(out.state_from == in.state_from && out.state_to == in.state_to);
    assert_true(out.party == in.party && out.business_date == in.business_date);
    assert_true(out.plain_size == in.plain_size);
    assert_memory_equal(out.digest, in.digest, 32);
    assert_memory_equal(out.rules_digest, in.rules_digest, 32);
    assert_memory_equal(out.previous, in.previous, 32);
    assert_int_equal(out.leaf[0], 0x77);
    assert_int_equal(out.tlv_count, in.tlv_count);
    for (size_t i = 0; i < in.tlv_count; i++) {
        assert_int_equal(out.tlvs[i].type, in.tlvs[i].type);
        assert_true(text_equal(out.tlvs[i].bytes, in.tlvs[i].bytes));
    }
    /* Decoded and encoded again: the same bytes. */
    unsigned char again[4096];
    struct buffer buffer = buffer_over(again, sizeof again);
    entry_encode(&out, &buffer);
    assert_int_equal(buffer.size, bytes.size - LEAF);
    assert_memory_equal(again, bytes.at, buffer.size);
}

/* The offsets that docs/ledger-format.md prints. */
static void test_offsets(void **state)
{
    struct bench *bench = *state;
    struct entry entry = sample();
    entry.tlv_count = 0;
    struct text bytes = encoded(bench, &entry);
    const unsigned char *at = bench->bytes;
    assert_int_equal(bytes.size, ENTRY_FIXED_SIZE + LEAF);
    assert_memory_equal(at, "\0\1\0\5\0\0\0\3\1\2\3\4\5\6\7\10", 16);
    assert_memory_equal(at + 24, "\0\0\0\7", 4);
    assert_int_equal(at[28], 0xc1);
    assert_int_equal(at[44], 0xa2);
    assert_int_equal(at[76], 0x93);
    assert_memory_equal(at + 92, "\0\7\xef\x40", 4);
    assert_int_equal(at[100], 0xff); /* negative */
    assert_memory_equal(at + 108, "\0\1\0\7\0\0\0\3\1\1\3\5\0\0\0\11", 16);
    assert_memory_equal(at + 124, "\x01\x35\x25\xce", 4);
    assert_int_equal(at[127 + 1], 0xd4);
    assert_int_equal(at[163], 4711 & 0xff);
    assert_int_equal(at[164], 0xe5);
    assert_int_equal(at[196], 0xb6);
    assert_int_equal(at[227], 0xb6);
    assert_int_equal(at[228], 0x77);
}

/* Cut anywhere, it is refused, or (between two TLVs) it is another entry with fewer TLVs. */
static void test_truncation(void **state)
{
    struct bench *bench = *state;
    struct entry in = sample();
    struct text whole = encoded(bench, &in);
    size_t accepted = 0;
    for (size_t size = 0; size < whole.size; size++) {
        struct entry out;
        char *copy = malloc(size + 1); /* exact size, for the sanitizer */
        assert_non_null(copy);
        memcpy(copy, whole.at, size);
        if (decode(bench, (struct text){copy, size}, &out)) {
            assert_true(out.tlv_count < in.tlv_count);
            accepted++;
        } else {
            assert_int_equal(bench->err.code, ERROR_LEDGER);
        }
        free(copy);
    }
    /* after the fixed part and each TLV but the last, where what follows is taken as the leaf
     */
    assert_int_equal(accepted, COUNT_OF(some_tlvs));
}

static void test_hostile_sizes(void **state)
{
    struct bench *bench = *state;
    struct entry entry = sample();
    const unsigned char sizes[][4] = {
        {0xff, 0xff, 0xff, 0xff}, {0x80, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 0, 5}};
    struct tlv one = {TLV_TEXT, TEXT("abcd")};
    entry.tlvs = &one;
    entry.tlv_count = 1;
    struct text bytes = encoded(bench, &entry);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        memcpy(bench->bytes + ENTRY_FIXED_SIZE + 2, sizes[i], 4);
        expect_refused(bench, bytes, "cut short");
    }
    memcpy(bench->bytes + ENTRY_FIXED_SIZE + 2, "\0\0\0\3", 4); /* leaves one byte over */
    expect_refused(bench, bytes, "cut short");
    expect_refused(bench, TEXT(""), "cut short");
    expect_refused(bench, (struct text){(char *)bench->bytes, ENTRY_FIXED_SIZE + LEAF - 1},
                   "cut short");
}

static void test_bad_fields(void **state)
{
    struct bench *bench = *state;
    struct entry entry = sample();
    struct text bytes = encoded(bench, &entry);
    bench->bytes[1] = 2;
    expect_refused(bench, bytes, "version 2");
    encoded(bench, &entry);
    bench->bytes[2] = bench->bytes[3] = 0;
    expect_refused(bench, bytes, "no kind");
    encoded(bench, &entry);
    bench->bytes[16] = 0x80;
    expect_refused(bench, bytes, "time");
    encoded(bench, &entry);
    bench->bytes[100] = 0x7f;
    expect_refused(bench, bytes, "amount");
    entry.amount.fen = MONEY_MAX;
    struct entry out;
    assert_true(decode(bench, encoded(bench, &entry), &out));
    entry.amount.fen = -MONEY_MAX - 1;
    expect_refused(bench, encoded(bench, &entry), "amount");
}

static void test_order_of_tlvs(void **state)
{
    struct bench *bench = *state;
    struct entry entry = sample();
    struct tlv two[] = {{TLV_BODY, TEXT("a")}, {TLV_TEXT, TEXT("b")}};
    entry.tlvs = two;
    entry.tlv_count = 2;
    struct text bytes = encoded(bench, &entry);
    bench->bytes[ENTRY_FIXED_SIZE + 1] = TLV_TEXT + 1;
    expect_refused(bench, bytes, "follows");
    bench->bytes[ENTRY_FIXED_SIZE + 1] = 0;
    expect_refused(bench, bytes, "follows");
    bench->bytes[ENTRY_FIXED_SIZE + 1] = TLV_TEXT;
    struct entry out;
    assert_true(decode(bench, bytes, &out));
}

static void test_unknown_kept(void **state)
{
    struct bench *bench = *state;
    struct entry in = sample();
    struct entry out;
    in.kind = 4000; /* a kind of the future */
    assert_true(decode(bench, encoded(bench, &in), &out));
    assert_int_equal(out.kind, 4000);
    assert_int_equal(out.tlvs[4].type, 999);
    assert_true(text_is(out.tlvs[4].bytes, "of the future"));
    assert_string_equal(entry_kind_name(out.kind).english, "unknown");
}

static void test_bounds(void **state)
{
    struct bench *bench = *state;
    struct entry entry = sample();
    struct entry out;
    struct tlv *many = calloc(ENTRY_TLVS_MAX + 1, sizeof *many);
    char *large = calloc(1, ENTRY_SIZE_MAX);
    assert_non_null(many);
    assert_non_null(large);
    for (size_t i = 0; i <= ENTRY_TLVS_MAX; i++)
        many[i] = (struct tlv){TLV_WARNING, TEXT("w")};
    entry.tlvs = many;
    entry.tlv_count = ENTRY_TLVS_MAX;
    assert_true(decode(bench, encoded(bench, &entry), &out));
    assert_int_equal(out.tlv_count, ENTRY_TLVS_MAX);
    entry.tlv_count++;
    struct text bytes = encoded(bench, &entry);
    assert_true(bench->buffer.overflow);
    expect_refused(bench, bytes, "TLVs");

    entry.tlv_count = 1;
    many[0].bytes = (struct text){large, ENTRY_SIZE_MAX - LEAF - ENTRY_FIXED_SIZE - 6};
    bytes = encoded(bench, &entry);
    assert_false(bench->buffer.overflow);
    assert_int_equal(bytes.size, ENTRY_SIZE_MAX);
    assert_true(decode(bench, bytes, &out));
    many[0].bytes.size++;
    bytes = encoded(bench, &entry);
    assert_true(bench->buffer.overflow);
    expect_refused(bench, bytes, "too long");
    many[0].bytes.size = (size_t)ENTRY_SIZE_MAX + 1;
    bench->buffer = buffer_over(bench->bytes, ROOM);
    entry_encode(&entry, &bench->buffer);
    assert_true(bench->buffer.overflow);
    free(many);
    free(large);
}

static void test_no_memory(void **state)
{
    struct bench *bench = *state;
    struct entry entry = sample();
    struct tlv many[ENTRY_TLVS_MAX];
    for (size_t i = 0; i < ENTRY_TLVS_MAX; i++)
        many[i] = (struct tlv){TLV_WARNING, TEXT("w")};
    entry.tlvs = many;
    entry.tlv_count = ENTRY_TLVS_MAX;
    struct text bytes = encoded(bench, &entry);
    struct arena *small = arena_new(2048);
    struct entry out;
    assert_non_null(small);
    assert_false(entry_decode(small, bytes, &out, &bench->err));
    assert_int_equal(bench->err.code, ERROR_MEMORY);
    arena_free(small);
}

static void test_next_tlv(void **state)
{
    struct entry entry = sample();
    size_t at = 0;
    (void)state;
    assert_true(text_is(entry_next_tlv(&entry, TLV_BODY, &at)->bytes, "body"));
    assert_true(text_is(entry_next_tlv(&entry, TLV_BODY, &at)->bytes, "another body"));
    assert_null(entry_next_tlv(&entry, TLV_BODY, &at));
    assert_null(entry_next_tlv(&entry, TLV_BODY, &at));
    at = 0;
    assert_null(entry_next_tlv(&entry, TLV_ORIGIN, &at));
}

/* --- contents of TLVs --------------------------------------------------------------------- */

/* Every shorter and one longer form is refused. */
#define EXPECT_EXACT(decode_call)                                                              \
    for (size_t size_ = 0; size_ <= buffer.size + 1; size_++) {                                \
        char *copy_ = calloc(1, size_ + 1);                                                    \
        assert_non_null(copy_);                                                                \
        memcpy(copy_, bytes, size_ < buffer.size ? size_ : buffer.size);                       \
        struct text cut = {copy_, size_};                                                      \
        assert_int_equal(decode_call, size_ == buffer.size);                                   \
        free(copy_);                                                                           \
    }

static void test_letter(void **state)
{
    struct entry_letter in = {.out_id = 0x1122334455667788,
                              .party = 3,
                              .flow = 1,
                              .action = ACTION_LETTER,
                              .revision = 2,
                              .state = LETTER_NEW,
                              .to_core = true,
                              .created = {1000},
                              .due = {2000},
                              .content_month = 202603,
                              .content_size = 77};
    struct entry_letter out;
    unsigned char bytes[256] = {0};
    struct buffer buffer = buffer_over(bytes, sizeof bytes);
    (void)state;
    memset(&in.message_id, 1, sizeof in.message_id);
    memset(&in.case_id, 2, sizeof in.case_id);
    memset(&in.in_reply_to, 3, sizeof in.in_reply_to);
    memset(in.content_digest, 4, 32);
    entry_letter_encode(&in, &buffer);
    assert_int_equal(buffer.size, 126);
    EXPECT_EXACT(entry_letter_decode(cut, &out));
    assert_true(entry_letter_decode(buffer_as_text(&buffer), &out));
    assert_true(out.out_id == in.out_id && out.party == 3 && out.flow == 1 && out.to_core);
    assert_true(out.action == in.action && out.revision == 2 && out.state == LETTER_NEW);
    assert_true(uuid_equal(&out.message_id, &in.message_id));
    assert_true(uuid_equal(&out.case_id, &in.case_id));
    assert_true(uuid_equal(&out.in_reply_to, &in.in_reply_to));
    assert_true(out.created.ms == 1000 && out.due.ms == 2000);
    assert_true(out.content_month == 202603 && out.content_size == 77);
    assert_memory_equal(out.content_digest, in.content_digest, 32);
    const struct {
        size_t at;
        uint8_t byte;
    } bad[] = {{20, 0}, {20, LETTER_STATES}, {21, 2}, {70, 0x80}, {78, 0x80}};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        uint8_t good = bytes[bad[i].at];
        bytes[bad[i].at] = bad[i].byte;
        assert_false(entry_letter_decode(buffer_as_text(&buffer), &out));
        bytes[bad[i].at] = good;
    }
    assert_true(entry_letter_decode(buffer_as_text(&buffer), &out));
}

/* A letter that asks is 8 bytes longer; one that does not has no second spelling. */
static void test_letter_that_asks(void **state)
{
    struct entry_letter in = {.out_id = 16, .party = 2, .state = LETTER_NEW, .created = {1}};
    struct entry_letter out;
    unsigned char bytes[256] = {0};
    struct buffer buffer = buffer_over(bytes, sizeof bytes);
    (void)state;
    entry_letter_encode(&in, &buffer);
    assert_int_equal(buffer.size, 126);
    assert_true(entry_letter_decode(buffer_as_text(&buffer), &out));
    assert_int_equal(out.answer_by.ms, 0);
    buffer_u64(&buffer, 0);
    assert_false(entry_letter_decode(buffer_as_text(&buffer), &out));

    in.answer_by.ms = 1772413205000;
    buffer = buffer_over(bytes, sizeof bytes);
    entry_letter_encode(&in, &buffer);
    assert_int_equal(buffer.size, 134);
    for (size_t size = 127; size < 134; size++)
        assert_false(entry_letter_decode((struct text){(char *)bytes, size}, &out));
    assert_false(entry_letter_decode((struct text){(char *)bytes, 135}, &out));
    assert_true(entry_letter_decode(buffer_as_text(&buffer), &out));
    assert_int_equal(out.answer_by.ms, in.answer_by.ms);
    bytes[126] = 0x80; /* before 1970, or far too late */
    assert_false(entry_letter_decode(buffer_as_text(&buffer), &out));
}

static struct entry_posting good_posting(void)
{
    return (struct entry_posting){.debit = ACCOUNT_RECEIVABLE,
                                  .credit = ACCOUNT_HOSPITAL,
                                  .insurance = INSURANCE_INJURY,
                                  .party = 7,
                                  .period = 202612,
                                  .amount = {-1234}};
}

static void test_posting(void **state)
{
    struct entry_posting in = good_posting();
    struct entry_posting out;
    unsigned char bytes[64] = {0};
    struct buffer buffer = buffer_over(bytes, sizeof bytes);
    (void)state;
    entry_posting_encode(&in, &buffer);
    assert_int_equal(buffer.size, 19);
    assert_memory_equal(bytes, "\1\3\2\0\0\0\7\0\3\x17\x74\xff", 12);
    EXPECT_EXACT(entry_posting_decode(cut, &out));
    assert_true(entry_posting_decode(buffer_as_text(&buffer), &out));
    assert_true(out.debit == in.debit && out.credit == in.credit && out.party == 7 &&
                out.insurance == in.insurance && out.period == in.period &&
                out.amount.fen == -1234);
    struct entry_posting bad[13];
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        bad[i] = in;
    bad[0].debit = ACCOUNT_NONE;
    bad[1].debit = ACCOUNTS;
    bad[2].credit = ACCOUNT_NONE;
    bad[3].credit = ACCOUNTS;
    bad[4].credit = bad[4].debit;
    bad[5].insurance = INSURANCE_NONE;
    bad[6].insurance = INSURANCES;
    bad[7].party = 0;
    bad[8].period = 202600;
    bad[9].period = 202613;
    bad[10].period = 1000001;
    bad[11].amount.fen = MONEY_MAX + 1;
    bad[12].amount.fen = -MONEY_MAX - 1;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        buffer = buffer_over(bytes, sizeof bytes);
        entry_posting_encode(&bad[i], &buffer);
        assert_false(entry_posting_decode(buffer_as_text(&buffer), &out));
    }
}

static void test_answers(void **state)
{
    struct entry_answers in = {
        .action = ACTION_SETTLE, .asked = {1000}, .there = {2000}, .sent = {3000}};
    struct entry_answers out;
    unsigned char bytes[128] = {0};
    struct buffer buffer = buffer_over(bytes, sizeof bytes);
    (void)state;
    memset(in.key, 0x6b, sizeof in.key);
    entry_answers_encode(&in, &buffer);
    assert_int_equal(buffer.size, 57);
    EXPECT_EXACT(entry_answers_decode(cut, &out));
    assert_true(entry_answers_decode(buffer_as_text(&buffer), &out));
    assert_memory_equal(out.key, in.key, sizeof in.key);
    assert_true(out.action == ACTION_SETTLE && out.asked.ms == 1000 && out.there.ms == 2000 &&
                out.sent.ms == 3000);
    const struct {
        size_t at;
        uint8_t byte;
    } bad[] = {{32, 0}, {32, ACTIONS}, {33, 0x80}, {41, 0x80}, {49, 0xff}};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        uint8_t good = bytes[bad[i].at];
        bytes[bad[i].at] = bad[i].byte;
        assert_false(entry_answers_decode(buffer_as_text(&buffer), &out));
        bytes[bad[i].at] = good;
    }
    memset(bytes, 0, 32); /* INSURED: nobody waits, and some times are none */
    memset(bytes + 41, 0, 16);
    assert_true(entry_answers_decode(buffer_as_text(&buffer), &out));
}

/* Takes all of it, with nothing left over. */
static bool take_lines(struct text bytes, struct entry_lines *lines, struct entry_line line[2])
{
    if (!entry_lines_decode(&bytes, lines) || lines->count > 2)
        return false;
    for (size_t i = 0; i < lines->count; i++) {
        if (!entry_line_decode(&bytes, lines, &line[i]))
            return false;
    }
    return bytes.size == 0;
}

#define LONGEST "123456789012345678901234567890"

static void test_lines_added(void **state)
{
    struct entry_lines in = {ENTRY_LINES_ADD, 7, 2};
    struct entry_line rows[2] = {
        {.number = TEXT(LONGEST), .sums = {{5}, {1}, {1}, {1}, {2}}},
        {.number = TEXT("b"), .original = TEXT(LONGEST), .sums = {.total = {-5}}}};
    struct entry_lines lines;
    struct entry_line out[2];
    unsigned char bytes[512] = {0};
    struct buffer buffer = buffer_over(bytes, sizeof bytes);
    (void)state;
    memset(rows[0].digest, 1, 32);
    memset(rows[1].digest, 2, 32);
    entry_lines_encode(&in, &buffer);
    assert_int_equal(buffer.size, 7);
    entry_line_encode(&in, &rows[0], &buffer);
    entry_line_encode(&in, &rows[1], &buffer);
    assert_int_equal(buffer.size, 7 + (1 + 30 + 1 + 40 + 32) + (1 + 1 + 1 + 30 + 40 + 32));
    EXPECT_EXACT(take_lines(cut, &lines, out));
    assert_true(take_lines(buffer_as_text(&buffer), &lines, out));
    assert_true(lines.change == ENTRY_LINES_ADD && lines.batch == 7 && lines.count == 2);
    assert_true(text_is(out[0].number, LONGEST) && out[0].original.size == 0);
    assert_true(text_is(out[1].number, "b") && text_is(out[1].original, LONGEST));
    assert_true(out[0].sums.total.fen == 5 && out[0].sums.own_pay.fen == 1 &&
                out[0].sums.over_limit.fen == 1 && out[0].sums.pre_pay.fen == 1 &&
                out[0].sums.in_scope.fen == 2 && out[1].sums.total.fen == -5);
    assert_true(out[0].digest[31] == 1 && out[1].digest[0] == 2);
    const struct {
        size_t at;
        uint8_t byte;
    } bad[] = {{0, 0},
               {0, ENTRY_LINES_CANCEL},
               {0, ENTRY_LINES_CANCEL_ALL},
               {0, 5},
               {5, 1},
               {6, 0},
               {6, 1},
               {6, 3},
               {7, 0},
               {7, 31},
               {7, 29},
               {7, 255},
               {38, 31},
               {38, 1},
               {39, 0x7f},
               {47, 0x7f},
               {55, 0x80},
               {63, 0x7f},
               {71, 0x7f}};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        uint8_t good = bytes[bad[i].at];
        bytes[bad[i].at] = bad[i].byte;
        assert_false(take_lines(buffer_as_text(&buffer), &lines, out));
        bytes[bad[i].at] = good;
    }
    assert_true(take_lines(buffer_as_text(&buffer), &lines, out));
}

static void test_lines_cancelled(void **state)
{
    struct entry_lines in = {ENTRY_LINES_CANCEL, 0, 2};
    struct entry_line rows[2] = {{.number = TEXT("1")},
                                 {.number = TEXT("2"), .sums = {.total = {7}}}};
    struct entry_lines lines;
    struct entry_line out[2];
    unsigned char bytes[64] = {0};
    struct buffer buffer = buffer_over(bytes, sizeof bytes);
    (void)state;
    entry_lines_encode(&in, &buffer);
    entry_line_encode(&in, &rows[0], &buffer);
    entry_line_encode(&in, &rows[1], &buffer);
    assert_int_equal(buffer.size, 11);
    EXPECT_EXACT(take_lines(cut, &lines, out));
    assert_true(take_lines(buffer_as_text(&buffer), &lines, out));
    assert_true(text_is(out[1].number, "2") && out[1].sums.total.fen == 0);

    for (unsigned change = 0; change < 256; change++) {
        bool bare = change == ENTRY_LINES_CANCEL_ALL || change == ENTRY_LINES_DROP_BATCH ||
                    (change >= ENTRY_LINES_HOLD_ALL && change <= ENTRY_LINES_LET_GO);
        in = (struct entry_lines){(uint8_t)change, 9, 0};
        buffer = buffer_over(bytes, sizeof bytes);
        entry_lines_encode(&in, &buffer);
        assert_int_equal(take_lines(buffer_as_text(&buffer), &lines, out), bare);
        if (bare) {
            struct text none = TEXT_NONE;
            EXPECT_EXACT(take_lines(cut, &lines, out));
            assert_false(entry_line_decode(&none, &lines, &out[0]));
        }
        bytes[6] = 1;
        assert_false(take_lines(buffer_as_text(&buffer), &lines, out));
    }
}

static void test_letter_state(void **state)
{
    struct entry_letter_state in = {17, LETTER_READY, 4, {99}};
    struct entry_letter_state out;
    unsigned char bytes[64] = {0};
    struct buffer buffer = buffer_over(bytes, sizeof bytes);
    (void)state;
    entry_letter_state_encode(&in, &buffer);
    assert_int_equal(buffer.size, 19);
    EXPECT_EXACT(entry_letter_state_decode(cut, &out));
    assert_true(entry_letter_state_decode(buffer_as_text(&buffer), &out));
    assert_true(out.out_id == 17 && out.state == LETTER_READY && out.attempts == 4 &&
                out.due.ms == 99);
    for (unsigned other = 0; other <= LETTER_STATES; other++) {
        bytes[8] = (unsigned char)other;
        bool sends = other == LETTER_NEW || other == LETTER_READY;
        assert_int_equal(entry_letter_state_decode(buffer_as_text(&buffer), &out), sends);
    }
    memset(bytes + 11, 0, 8); /* no due time */
    bytes[8] = LETTER_DEAD;
    assert_true(entry_letter_state_decode(buffer_as_text(&buffer), &out));
}

static void test_body(void **state)
{
    struct entry_body in = {BODY_SEALED, RETENTION_100_YEARS, 202612, {5}, 1234};
    struct entry_body out;
    unsigned char bytes[64] = {0};
    struct buffer buffer = buffer_over(bytes, sizeof bytes);
    (void)state;
    entry_body_encode(&in, &buffer);
    assert_int_equal(buffer.size, 42);
    EXPECT_EXACT(entry_body_decode(cut, &out));
    assert_true(entry_body_decode(buffer_as_text(&buffer), &out));
    assert_true(out.use == in.use && out.retention == in.retention && out.month == 202612 &&
                out.size == 1234 && out.digest[0] == 5);
    const struct entry_body bad[] = {
        {0, RETENTION_DAYS, 202601, {0}, 0},
        {BODY_PIECE + 1, RETENTION_DAYS, 202601, {0}, 0},
        {BODY_TEXT, 0, 202601, {0}, 0},
        {BODY_TEXT, RETENTION_PERMANENT + 1, 202601, {0}, 0},
        {BODY_TEXT, RETENTION_DAYS, 202600, {0}, 0},
        {BODY_TEXT, RETENTION_DAYS, 202613, {0}, 0},
        {BODY_TEXT, RETENTION_DAYS, 0, {0}, 0},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        buffer = buffer_over(bytes, sizeof bytes);
        entry_body_encode(&bad[i], &buffer);
        assert_false(entry_body_decode(buffer_as_text(&buffer), &out));
    }
}

static void test_verdict(void **state)
{
    struct entry_verdict in = {.verdict = VERDICT_REFUSED,
                               .code = "PEN-R11",
                               .reason = "表未收到 form not received",
                               .received_at = {123456},
                               .log_id = {9, 8, 7},
                               .sequence = 55,
                               .out_id = 66,
                               .http_status = 422};
    struct entry_verdict out;
    unsigned char bytes[300] = {0};
    struct buffer buffer = buffer_over(bytes, sizeof bytes);
    (void)state;
    entry_verdict_encode(&in, &buffer);
    assert_int_equal(buffer.size, 60 + strlen(in.reason));
    EXPECT_EXACT(entry_verdict_decode(cut, &out));
    assert_true(entry_verdict_decode(buffer_as_text(&buffer), &out));
    assert_string_equal(out.code, in.code);
    assert_string_equal(out.reason, in.reason);
    assert_true(out.verdict == VERDICT_REFUSED && out.received_at.ms == 123456 &&
                out.sequence == 55 && out.out_id == 66 && out.http_status == 422);
    assert_memory_equal(out.log_id, in.log_id, 16);
    bytes[16] = 'x'; /* the code's last byte, behind its zero */
    assert_false(entry_verdict_decode(buffer_as_text(&buffer), &out));
    bytes[16] = 0;
    bytes[20] = 0; /* a zero in the reason */
    assert_false(entry_verdict_decode(buffer_as_text(&buffer), &out));
    bytes[17] = 160;
    assert_false(entry_verdict_decode((struct text){(char *)bytes, 60 + 160}, &out));
    in = (struct entry_verdict){.verdict = VERDICTS};
    buffer = buffer_over(bytes, sizeof bytes);
    entry_verdict_encode(&in, &buffer);
    assert_false(entry_verdict_decode(buffer_as_text(&buffer), &out));
    memset(in.reason, 'r', sizeof in.reason - 1);
    in.verdict = 0;
    buffer = buffer_over(bytes, sizeof bytes);
    entry_verdict_encode(&in, &buffer);
    assert_int_equal(buffer.size, 219);
    assert_true(entry_verdict_decode(buffer_as_text(&buffer), &out));
    assert_string_equal(out.reason, in.reason);
}

static void test_origin(void **state)
{
    struct entry_origin in = {.digest_kind = 2,
                              .test = true,
                              .log_id = {1, 2, 3},
                              .created = {1772413200000},
                              .party = "hrss.520000"};
    struct entry_origin out;
    unsigned char bytes[128] = {0};
    struct buffer buffer = buffer_over(bytes, sizeof bytes);
    (void)state;
    entry_origin_encode(&in, &buffer);
    assert_int_equal(buffer.size, 66);
    EXPECT_EXACT(entry_origin_decode(cut, &out));
    assert_true(entry_origin_decode(buffer_as_text(&buffer), &out));
    assert_true(out.digest_kind == 2 && out.test && out.created.ms == in.created.ms);
    assert_string_equal(out.party, in.party);
    const struct {
        size_t at;
        uint8_t byte;
    } bad[] = {{0, 0}, {0, 3}, {1, 2}, {18, 0x80}, {26, 'H'}, {26, 0}, {65, 'x'}};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        uint8_t good = bytes[bad[i].at];
        bytes[bad[i].at] = bad[i].byte;
        assert_false(entry_origin_decode(buffer_as_text(&buffer), &out));
        bytes[bad[i].at] = good;
    }
}

static void test_names_and_keys(void **state)
{
    struct uuid id;
    uint8_t key[MESSAGE_KEY_SIZE];
    (void)state;
    for (unsigned kind = 1; kind < ENTRY_KINDS; kind++) {
        assert_string_not_equal(entry_kind_name(kind).english, "unknown");
        assert_true(strlen(entry_kind_name(kind).chinese) > 0);
    }
    assert_string_equal(entry_kind_name(0).chinese, "未知");
    assert_string_equal(entry_kind_name(ENTRY_KINDS).english, "unknown");
    for (unsigned letter = 1; letter < LETTER_STATES; letter++)
        assert_string_not_equal(letter_state_name(letter).english, "unknown");
    assert_string_equal(letter_state_name(LETTER_STATES).english, "unknown");
    for (unsigned account = 1; account < ACCOUNTS; account++)
        assert_true(strlen(account_name(account).chinese) > 0);
    for (unsigned insurance = 1; insurance < INSURANCES; insurance++)
        assert_true(strlen(insurance_name(insurance).chinese) > 0);
    for (unsigned change = 1; change <= ENTRY_LINES_LET_GO; change++)
        assert_true(strlen(lines_change_name(change).chinese) > 0);
    const unsigned nothing[] = {0, 9, 255, 256, UINT32_MAX};
    for (size_t i = 0; i < COUNT_OF(nothing); i++) {
        assert_string_equal(account_name(nothing[i]).english, "unknown");
        assert_string_equal(insurance_name(nothing[i]).english, "unknown");
        assert_string_equal(lines_change_name(nothing[i]).english, "unknown");
    }
    memset(id.bytes, 5, sizeof id.bytes);
    memset(key, 9, sizeof key);
    message_key_of(&id, key);
    assert_int_equal(key[15], 5);
    assert_int_equal(key[16], 0);
    assert_int_equal(key[31], 0);
}

/* Random changes are refused or decode to an entry that encodes to the changed bytes. */
static void test_mutations(void **state)
{
    struct bench *bench = *state;
    struct entry in = sample();
    uint32_t random = 12345;
    for (int round = 0; round < 20000; round++) {
        unsigned char again[4096];
        struct entry out;
        struct text bytes = encoded(bench, &in);
        random = random * 1664525u + 1013904223u;
        bench->bytes[(random >> 8) % (bytes.size - LEAF)] ^= (unsigned char)(1u
                                                                             << (random >> 29));
        if (!decode(bench, bytes, &out))
            continue;
        struct buffer buffer = buffer_over(again, sizeof again);
        entry_encode(&out, &buffer);
        assert_int_equal(buffer.size, bytes.size - LEAF);
        assert_memory_equal(again, bytes.at, buffer.size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(test_offsets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_truncation, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hostile_sizes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_fields, setup, teardown),
        cmocka_unit_test_setup_teardown(test_order_of_tlvs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mutations, setup, teardown),
        cmocka_unit_test(test_next_tlv),
        cmocka_unit_test(test_letter),
        cmocka_unit_test(test_letter_that_asks),
        cmocka_unit_test(test_posting),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_lines_added),
        cmocka_unit_test(test_lines_cancelled),
        cmocka_unit_test(test_letter_state),
        cmocka_unit_test(test_body),
        cmocka_unit_test(test_verdict),
        cmocka_unit_test(test_origin),
        cmocka_unit_test(test_names_and_keys),
    };
    return cmocka_run_group_tests_name("core entry", tests, NULL, NULL);
}

/* core_entry_fuzz.c - journal entries and what lies in them: what decodes encodes to the same
 * bytes. The first byte chooses: a whole entry with its parts, or one part alone. */
#include "fuzz.h"

#include "core/attachment.h"
#include "core/entry.h"

enum { SHORT_RUNS = 150000 };
enum { LEAF_SIZE = 32, PART_MAX = 2 * ENTRY_SIZE_MAX, WHOLE = 0 };

/* Each decodes; then encodes into the buffer. */
static bool case_part(struct text bytes, struct buffer *out)
{
    struct flow_case part;
    struct error err = ERROR_INIT;

    if (!flow_case_decode(bytes, &part, &err))
        return false;
    flow_case_encode(&part, out);
    return true;
}

#define PART(name)                                                                             \
    static bool name##_part(struct text bytes, struct buffer *out)                             \
    {                                                                                          \
        struct entry_##name part;                                                              \
                                                                                               \
        if (!entry_##name##_decode(bytes, &part))                                              \
            return false;                                                                      \
        entry_##name##_encode(&part, out);                                                     \
        return true;                                                                           \
    }
PART(letter)
PART(letter_state)
PART(body)
PART(verdict)
PART(origin)
PART(posting)
PART(answers)

/* A head and its rows. */
static bool lines_part(struct text bytes, struct buffer *out)
{
    struct entry_lines lines;
    struct entry_line line;

    if (!entry_lines_decode(&bytes, &lines))
        return false;
    entry_lines_encode(&lines, out);
    for (unsigned i = 0; i < lines.count; i++) {
        if (!entry_line_decode(&bytes, &lines, &line))
            return false;
        entry_line_encode(&lines, &line, out);
    }
    return bytes.size == 0;
}

static bool attachment_part(struct text bytes, struct buffer *out)
{
    struct entry_attachment attachment;

    if (!entry_attachment_decode(bytes, &attachment))
        return false;
    entry_attachment_encode(&attachment, out);
    return true;
}

static bool (*const parts[])(struct text bytes, struct buffer *out) = {
    [TLV_CASE_AFTER] = case_part,           [TLV_LETTER] = letter_part,
    [TLV_LETTER_STATE] = letter_state_part, [TLV_BODY] = body_part,
    [TLV_VERDICT] = verdict_part,           [TLV_ORIGIN] = origin_part,
    [TLV_POSTING] = posting_part,           [TLV_LINES] = lines_part,
    [TLV_ANSWERS] = answers_part,           [TLV_ATTACHMENT] = attachment_part};

static void try_part(unsigned type, struct text bytes)
{
    static unsigned char memory[PART_MAX];
    struct buffer out = buffer_over(memory, sizeof(memory));

    if (type < COUNT_OF(parts) && parts[type] != NULL && parts[type](bytes, &out))
        fuzz_hold(!out.overflow && text_equal(buffer_as_text(&out), bytes),
                  "a part encodes to the bytes that it was decoded from");
}

static void try_entry(struct text bytes, struct arena *arena)
{
    struct entry entry;
    struct error err = ERROR_INIT;
    struct buffer out = buffer_over(arena_alloc(arena, bytes.size + LEAF_SIZE),
                                    bytes.size + LEAF_SIZE);

    if (!entry_decode(arena, bytes, &entry, &err)) {
        fuzz_hold(err.code == ERROR_LEDGER || err.code == ERROR_MEMORY,
                  "refused with its code");
        return;
    }
    entry_encode(&entry, &out);
    buffer_bytes(&out, entry.leaf, sizeof(entry.leaf));
    fuzz_hold(!out.overflow && text_equal(buffer_as_text(&out), bytes),
              "an entry encodes to the bytes that it was decoded from");
    for (size_t i = 0; i < entry.tlv_count; i++) {
        fuzz_hold(i == 0 || entry.tlvs[i - 1].type <= entry.tlvs[i].type, "types ascend");
        try_part(entry.tlvs[i].type, entry.tlvs[i].bytes);
    }
}

bool fuzz_open(struct error *err)
{
    (void)err;
    return true;
}

/* --- seeds -------------------------------------------------------------------------------- */

static const struct flow_case a_case = {
    .flow = FLOW_PENSION_EMPLOYEE,
    .role = 1,
    .state = 2,
    .version = 3,
    .party = 2,
    .core = 3,
    .in_region = 520000,
    .out_region = 440000,
    .form_total = {1234560},
    .opened_at = {1772413200000},
    .changed_at = {1772413200000},
    .trace = "GZ20260302000001",
    .clocks = {{.kind = CLOCK_D1,
                .state = CLOCK_STATE_RUNNING,
                .days = 15,
                .start = {46000},
                .region = 520000,
                .due = {1772413200000}}},
};
static const struct entry_letter a_letter = {.out_id = 33,
                                             .party = 2,
                                             .flow = FLOW_PENSION_EMPLOYEE,
                                             .action = ACTION_LETTER,
                                             .revision = 1,
                                             .state = LETTER_NEW,
                                             .message_id = {{1}},
                                             .case_id = {{2}},
                                             .created = {1772413200000},
                                             .due = {1772413200000},
                                             .content_month = 202603,
                                             .content_size = 100};
static const struct entry_verdict a_verdict = {.verdict = VERDICT_REFUSED,
                                               .code = "PEN-R11",
                                               .reason = "the amounts differ",
                                               .received_at = {1772413200000},
                                               .sequence = 7};
static const struct entry_body a_body = {BODY_ORIGINAL, RETENTION_50_YEARS, 202603, {3}, 77};
static const struct entry_origin an_origin = {1, true, {9}, {1772413200000}, "hrss.520000"};
static const struct entry_letter_state a_state = {33, LETTER_READY, 2, {1772413200000}};

static const struct entry_posting a_posting = {.debit = ACCOUNT_RECEIVABLE,
                                               .credit = ACCOUNT_HOSPITAL,
                                               .insurance = INSURANCE_MEDICAL,
                                               .party = 2,
                                               .period = 202603,
                                               .amount = {9100}};
static const struct entry_answers an_answer = {
    .key = {1}, .action = ACTION_SETTLE, .asked = {1}, .there = {2}, .sent = {3}};

static const struct entry_attachment an_attachment = {
    .change = ATTACHMENT_WHOLE, .digest = {4}, .size = 300, .media = MEDIA_PDF};

static void seed_lines(struct buffer *buffer)
{
    const struct entry_lines lines = {ENTRY_LINES_ADD, 1, 1};
    const struct entry_line line = {
        .number = TEXT("2"), .original = TEXT("1"), .sums = {.total = {-900}}};

    entry_lines_encode(&lines, buffer);
    entry_line_encode(&lines, &line, buffer);
}

static struct text seed_part(unsigned type, struct buffer *buffer)
{
    size_t before = buffer->size;

    switch (type) {
    case TLV_CASE_AFTER:
        flow_case_encode(&a_case, buffer);
        break;
    case TLV_LETTER:
        entry_letter_encode(&a_letter, buffer);
        break;
    case TLV_LETTER_STATE:
        entry_letter_state_encode(&a_state, buffer);
        break;
    case TLV_BODY:
        entry_body_encode(&a_body, buffer);
        break;
    case TLV_VERDICT:
        entry_verdict_encode(&a_verdict, buffer);
        break;
    case TLV_POSTING:
        entry_posting_encode(&a_posting, buffer);
        break;
    case TLV_LINES:
        seed_lines(buffer);
        break;
    case TLV_ANSWERS:
        entry_answers_encode(&an_answer, buffer);
        break;
    case TLV_ATTACHMENT:
        entry_attachment_encode(&an_attachment, buffer);
        break;
    default:
        entry_origin_encode(&an_origin, buffer);
        break;
    }
    return (struct text){(const char *)buffer->at + before, buffer->size - before};
}

void fuzz_seeds(void)
{
    static unsigned char memory[2 * PART_MAX], whole[2 * PART_MAX];
    struct buffer buffer = buffer_over(memory, sizeof(memory));
    struct buffer out = buffer_over(whole, sizeof(whole));
    struct tlv tlvs[COUNT_OF(parts) + 1];
    struct entry entry = {.kind = ENTRY_RECEIVED,
                          .seq = 5,
                          .wall = {1772413200000},
                          .boot = 1,
                          .flow = FLOW_PENSION_EMPLOYEE,
                          .action = ACTION_LETTER,
                          .revision = 1,
                          .role = 1,
                          .evidence = 1,
                          .party = 2,
                          .tlvs = tlvs};

    for (unsigned type = 0; type < COUNT_OF(parts); type++) {
        if (type == TLV_TEXT)
            tlvs[entry.tlv_count++] = (struct tlv){TLV_TEXT, TEXT("CODE_VALUE person/name")};
        if (parts[type] == NULL)
            continue;
        tlvs[entry.tlv_count] = (struct tlv){(uint16_t)type, seed_part(type, &buffer)};
        fuzz_seed((int)type, tlvs[entry.tlv_count++].bytes);
    }
    entry_encode(&entry, &out);
    buffer_bytes(&out, entry.leaf, sizeof(entry.leaf));
    fuzz_hold(!buffer.overflow && !out.overflow, "the seeds fit");
    fuzz_seed(WHOLE, buffer_as_text(&out));
}

void fuzz_input(struct text input, struct arena *arena)
{
    struct text rest = {input.at + 1, input.size - 1};

    if (input.size == 0)
        return;
    if ((unsigned char)input.at[0] == WHOLE)
        try_entry(rest, arena);
    else
        try_part((unsigned char)input.at[0] % COUNT_OF(parts), rest);
}

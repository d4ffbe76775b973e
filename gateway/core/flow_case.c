/*
 * flow_case.c - the exact bytes of a case: layout version 2, or 3 if its flow gives it a part;
 * version 1 is read for ever.
 *
 * Every number is big-endian. Texts are padded with zeros to their field and end with at least
 * one. Times are UTC milliseconds, day 1 is 1900-01-01, money is in fen.
 *
 *   offset size field
 *        0    1  layout version, 2 or 3
 *        1   16  case_id
 *       17   16  other                 zeros: none
 *       33    2  flow                  enum flow_number
 *       35    1  role                  1 in, 2 out, 3 treating, 4 insured
 *       36    1  state                 position in the flow's list, below 32
 *       37    4  version               events accepted
 *       41    4  flags                 enum case_flag
 *       45    4  party                 number of the far province
 *       49    4  core                  number of the own core, 0 none
 *       53    4  in_region
 *       57    4  out_region
 *       61    4  letter_revision
 *       65    4  form_revision
 *       69    8  form_total            signed
 *       77    8  money_total           signed
 *       85    8  opened_at             signed
 *       93    8  changed_at            signed
 *      101   24  trace                 AAZ341
 *      125   16  person_tag            zeros: not known
 *      141   16  last_code
 *      157    8  certificate_balance   signed; 0 unless flag 256 is set
 *      165    8  reverse_total         signed
 *      173    8  reversed_total        signed
 *      181    4  accepted_on           0: none
 *      185    1  clock_count           0 to 13
 *      186   26  each clock that ever ran:
 *        +0   1    kind                enum clock_kind, not 0; a kind appears once
 *        +1   1    state               enum clock_state
 *        +2   1    provisional         0 or 1
 *        +3   1    paused              0 or 1
 *        +4   2    days                working days
 *        +6   4    start               day 0
 *       +10   4    region              whose calendar counts
 *       +14   4    calendar_version
 *       +18   8    due                 signed
 *
 * Version 3 has a trace of 48 bytes, so that what follows lies 24 further, and after the clocks
 * the part of its flow (flow_part.c).
 *
 * Version 1 has, from offset 157, six clocks of 30 bytes: the 26 above and four zeros; a free
 * place is all zeros.
 */
#include "core/flow.h"

#include <string.h>

#include "core/flow_part.h"

enum {
    LAYOUT_PLAIN = 2,
    LAYOUT_PART = 3,
    HEAD_BYTES = 157,
    CLOCK_BYTES = 26,
    TAIL_BYTES = 29,
    CASE_BYTES_MIN = HEAD_BYTES + TAIL_BYTES,
    CASE_BYTES_MAX = CASE_BYTES_MIN + FLOW_CLOCKS_MAX * CLOCK_BYTES,
    FIRST_CLOCKS = 6, /* version 1 */
    FIRST_BYTES = HEAD_BYTES + FIRST_CLOCKS * (CLOCK_BYTES + 4)
};
_Static_assert((int)CASE_BYTES_MAX <= (int)CASE_ENCODED_MAX,
               "a case fits where callers keep one");

static void put_field(struct buffer *buffer, const char *field, size_t size)
{
    size_t used = strnlen(field, size);

    CHECK(used < size);
    buffer_bytes(buffer, field, used);
    for (; used < size; used++)
        buffer_u8(buffer, 0);
}

static void put_clock(struct buffer *buffer, const struct flow_clock *clock)
{
    buffer_u8(buffer, clock->kind);
    buffer_u8(buffer, clock->state);
    buffer_u8(buffer, clock->provisional);
    buffer_u8(buffer, clock->paused);
    buffer_u16(buffer, clock->days);
    buffer_u32(buffer, (uint32_t)clock->start.number);
    buffer_u32(buffer, clock->region);
    buffer_u32(buffer, clock->calendar_version);
    buffer_i64(buffer, clock->due.ms);
}

static void put_head(struct buffer *buffer, const struct flow_case *flow_case, uint8_t layout)
{
    buffer_u8(buffer, layout);
    buffer_bytes(buffer, flow_case->case_id.bytes, sizeof(flow_case->case_id.bytes));
    buffer_bytes(buffer, flow_case->other.bytes, sizeof(flow_case->other.bytes));
    buffer_u16(buffer, flow_case->flow);
    buffer_u8(buffer, flow_case->role);
    buffer_u8(buffer, flow_case->state);
    buffer_u32(buffer, flow_case->version);
    buffer_u32(buffer, flow_case->flags);
    buffer_u32(buffer, flow_case->party);
    buffer_u32(buffer, flow_case->core);
    buffer_u32(buffer, flow_case->in_region);
    buffer_u32(buffer, flow_case->out_region);
    buffer_u32(buffer, flow_case->letter_revision);
    buffer_u32(buffer, flow_case->form_revision);
    buffer_i64(buffer, flow_case->form_total.fen);
    buffer_i64(buffer, flow_case->money_total.fen);
    buffer_i64(buffer, flow_case->opened_at.ms);
    buffer_i64(buffer, flow_case->changed_at.ms);
    put_field(buffer, flow_case->trace, layout == LAYOUT_PART ? TRACE_SIZE : TRACE_PLAIN);
    buffer_bytes(buffer, flow_case->person_tag, sizeof(flow_case->person_tag));
    put_field(buffer, flow_case->last_code, CODE_SIZE);
}

void flow_case_encode(const struct flow_case *flow_case, struct buffer *buffer)
{
    bool part = flow_part_of(flow_case->flow) != FLOW_PART_NONE;
    uint8_t count = 0;

    put_head(buffer, flow_case, part ? LAYOUT_PART : LAYOUT_PLAIN);
    buffer_i64(buffer, flow_case->certificate_balance.fen);
    buffer_i64(buffer, flow_case->reverse_total.fen);
    buffer_i64(buffer, flow_case->reversed_total.fen);
    buffer_u32(buffer, (uint32_t)flow_case->accepted_on.number);
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        count = (uint8_t)(count + (flow_case->clocks[i].kind != CLOCK_NONE));
    buffer_u8(buffer, count);
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        if (flow_case->clocks[i].kind != CLOCK_NONE)
            put_clock(buffer, &flow_case->clocks[i]);
    flow_part_encode(flow_case, buffer);
}

/* As version 1 wrote it. */
static void encode_first(const struct flow_case *flow_case, struct buffer *buffer)
{
    static const struct flow_clock free_clock;

    put_head(buffer, flow_case, 1);
    for (size_t i = 0; i < FIRST_CLOCKS; i++) {
        bool used = flow_case->clocks[i].kind != CLOCK_NONE;

        put_clock(buffer, used ? &flow_case->clocks[i] : &free_clock);
        buffer_u32(buffer, 0);
    }
}

static void get_clock(struct reader *reader, struct flow_clock *clock)
{
    clock->kind = reader_u8(reader);
    clock->state = reader_u8(reader);
    clock->provisional = reader_u8(reader) == 1;
    clock->paused = reader_u8(reader) == 1;
    clock->days = reader_u16(reader);
    clock->start.number = (int32_t)reader_u32(reader);
    clock->region = reader_u32(reader);
    clock->calendar_version = reader_u32(reader);
    clock->due.ms = reader_i64(reader);
}

/* A text field without its last byte, which is ours to be zero. */
static void get_field(struct reader *reader, char *field, size_t size)
{
    reader_copy(reader, field, size);
    field[size - 1] = '\0';
}

static void get_head(struct reader *reader, struct flow_case *flow_case)
{
    bool part = reader_u8(reader) == LAYOUT_PART;

    reader_copy(reader, flow_case->case_id.bytes, sizeof(flow_case->case_id.bytes));
    reader_copy(reader, flow_case->other.bytes, sizeof(flow_case->other.bytes));
    flow_case->flow = reader_u16(reader);
    flow_case->role = reader_u8(reader);
    flow_case->state = reader_u8(reader);
    flow_case->version = reader_u32(reader);
    flow_case->flags = reader_u32(reader);
    flow_case->party = reader_u32(reader);
    flow_case->core = reader_u32(reader);
    flow_case->in_region = reader_u32(reader);
    flow_case->out_region = reader_u32(reader);
    flow_case->letter_revision = reader_u32(reader);
    flow_case->form_revision = reader_u32(reader);
    flow_case->form_total.fen = reader_i64(reader);
    flow_case->money_total.fen = reader_i64(reader);
    flow_case->opened_at.ms = reader_i64(reader);
    flow_case->changed_at.ms = reader_i64(reader);
    get_field(reader, flow_case->trace, part ? TRACE_SIZE : TRACE_PLAIN);
    reader_copy(reader, flow_case->person_tag, sizeof(flow_case->person_tag));
    get_field(reader, flow_case->last_code, CODE_SIZE);
}

static void get_tail(struct reader *reader, struct flow_case *flow_case)
{
    uint8_t count;

    flow_case->certificate_balance.fen = reader_i64(reader);
    flow_case->reverse_total.fen = reader_i64(reader);
    flow_case->reversed_total.fen = reader_i64(reader);
    flow_case->accepted_on.number = (int32_t)reader_u32(reader);
    count = reader_u8(reader);
    for (size_t i = 0; i < count && i < FLOW_CLOCKS_MAX; i++)
        get_clock(reader, &flow_case->clocks[i]);
    flow_part_decode(reader, flow_case);
}

static void get_first_clocks(struct reader *reader, struct flow_case *flow_case)
{
    for (size_t i = 0; i < FIRST_CLOCKS; i++) {
        get_clock(reader, &flow_case->clocks[i]);
        (void)reader_u32(reader);
    }
}

static bool money_sane(struct money money)
{
    return money.fen >= -MONEY_MAX && money.fen <= MONEY_MAX;
}

static bool clocks_sane(const struct flow_case *flow_case)
{
    unsigned seen = 0;

    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        const struct flow_clock *clock = &flow_case->clocks[i];

        if (clock->kind >= CLOCK_KINDS || clock->state > CLOCK_STATE_MET)
            return false;
        if (clock->kind == CLOCK_NONE)
            continue;
        if (seen & FLOW_CLOCK(clock->kind))
            return false;
        seen |= FLOW_CLOCK(clock->kind);
    }
    return true;
}

static bool role_sane(const struct flow_case *flow_case)
{
    const struct flow *flow = flow_find(flow_case->flow);

    return flow != NULL &&
           (flow_case->role == flow->roles[0] || flow_case->role == flow->roles[1]);
}

static bool case_sane(const struct flow_case *flow_case)
{
    return role_sane(flow_case) && flow_case->state < FLOW_STATES_MAX &&
           money_sane(flow_case->form_total) && money_sane(flow_case->money_total) &&
           money_sane(flow_case->certificate_balance) && money_sane(flow_case->reverse_total) &&
           money_sane(flow_case->reversed_total) && clocks_sane(flow_case) &&
           flow_part_sane(flow_case);
}

/* The layout follows from the flow; a longer trace would not fit the plain one. */
static bool layout_fits(uint8_t layout, const struct flow_case *flow_case)
{
    bool part = flow_part_of(flow_case->flow) != FLOW_PART_NONE;

    return (layout == LAYOUT_PART) == part;
}

bool flow_case_decode(struct text bytes, struct flow_case *flow_case, struct error *err)
{
    struct reader reader = reader_over(bytes.at, bytes.size);
    struct flow_case found = {.version = 0};
    unsigned char again[CASE_ENCODED_MAX];
    struct buffer buffer = buffer_over(again, sizeof(again));
    bool first = bytes.size == FIRST_BYTES && bytes.at[0] == 1;

    if (bytes.size < CASE_BYTES_MIN || bytes.size > CASE_ENCODED_MAX)
        return fail(err, ERROR_LEDGER, "case: %zu bytes, which no case has", bytes.size);
    if (!first && bytes.at[0] != LAYOUT_PLAIN && bytes.at[0] != LAYOUT_PART)
        return fail(err, ERROR_LEDGER, "case: layout version %d is not known", bytes.at[0]);
    get_head(&reader, &found);
    if (first)
        get_first_clocks(&reader, &found);
    else
        get_tail(&reader, &found);
    if (!case_sane(&found) || !layout_fits((uint8_t)bytes.at[0], &found))
        return fail(err, ERROR_LEDGER, "case: a field out of its bounds");
    /* One case has one spelling; this catches padding, booleans and counts too. */
    if (first)
        encode_first(&found, &buffer);
    else
        flow_case_encode(&found, &buffer);
    if (!text_equal(buffer_as_text(&buffer), bytes))
        return fail(err, ERROR_LEDGER, "case: bytes that no case has");
    *flow_case = found;
    return true;
}

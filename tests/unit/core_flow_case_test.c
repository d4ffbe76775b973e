/* core_flow_case_test.c - the exact bytes of a case, and what is refused as bytes of a case. */
#include "unit.h"

#include <string.h>

#include "core/flow.h"

/* Two clocks of 26 bytes behind 186; version 1 has six of 30 behind 157. */
enum { CLOCKS = 186, SIZE = CLOCKS + 2 * 26, FIRST_SIZE = 337 };

static struct flow_case sample(void)
{
    struct flow_case flow_case = {
        .flow = FLOW_PENSION_EMPLOYEE,
        .role = ROLE_OUT,
        .state = 14,
        .version = 0x01020304,
        .flags = CASE_OVERDUE | CASE_MERGED,
        .party = 2,
        .core = 3,
        .in_region = 520000,
        .out_region = 440000,
        .letter_revision = 5,
        .form_revision = 6,
        .form_total = {2902838},
        .money_total = {-1},
        .opened_at = {INT64_C(1772413200000)},
        .changed_at = {INT64_C(1772413200001)},
        .trace = "52000020260302000001",
        .last_code = "PEN-R22",
    };

    flow_case.case_id.bytes[0] = 1;
    flow_case.case_id.bytes[15] = 2;
    flow_case.other.bytes[0] = 4;
    flow_case.person_tag[0] = 7;
    flow_case.certificate_balance.fen = 0x0102;
    flow_case.reverse_total.fen = 3;
    flow_case.reversed_total.fen = -2;
    flow_case.accepted_on.number = 4;
    flow_case.clocks[1] = (struct flow_clock){.kind = CLOCK_D2,
                                              .state = CLOCK_STATE_PASSED,
                                              .provisional = true,
                                              .days = 15,
                                              .start = {20514},
                                              .region = 440000,
                                              .calendar_version = 3,
                                              .due = {INT64_C(1774000000000)}};
    flow_case.clocks[5] = (struct flow_clock){
        .kind = CLOCK_CORRECTION, .state = CLOCK_STATE_RUNNING, .paused = true, .days = 1};
    return flow_case;
}

static struct text encode(const struct flow_case *flow_case, unsigned char bytes[SIZE + 1])
{
    struct buffer buffer = buffer_over(bytes, SIZE);

    flow_case_encode(flow_case, &buffer);
    assert_false(buffer.overflow);
    assert_int_equal(buffer.size, SIZE);
    return buffer_as_text(&buffer);
}

static void there_and_back(void **unused)
{
    unsigned char bytes[SIZE + 1];
    unsigned char again[SIZE + 1];
    struct flow_case before = sample();
    struct flow_case after;
    struct error err = ERROR_INIT;

    (void)unused;
    assert_true(flow_case_decode(encode(&before, bytes), &after, &err));
    encode(&after, again);
    assert_memory_equal(bytes, again, SIZE);
    assert_int_equal(after.state, 14);
    assert_int_equal(after.money_total.fen, -1);
    assert_string_equal(after.trace, before.trace);
    assert_string_equal(after.last_code, "PEN-R22");
    /* Free places close up. */
    assert_int_equal(after.clocks[0].due.ms, before.clocks[1].due.ms);
    assert_true(after.clocks[0].provisional && !after.clocks[0].paused);
    assert_true(after.clocks[1].paused && !after.clocks[1].provisional);
    assert_int_equal(after.clocks[2].kind, CLOCK_NONE);
    assert_int_equal(after.certificate_balance.fen, 0x0102);
    assert_int_equal(after.reversed_total.fen, -2);
    assert_int_equal(after.accepted_on.number, 4);
}

static void bytes_lie_where_written(void **unused)
{
    unsigned char bytes[SIZE + 1];
    struct flow_case flow_case = sample();

    (void)unused;
    encode(&flow_case, bytes);
    assert_int_equal(bytes[0], 2);
    assert_int_equal(bytes[1], 1);   /* case_id */
    assert_int_equal(bytes[17], 4);  /* other */
    assert_int_equal(bytes[34], 1);  /* flow */
    assert_int_equal(bytes[35], 2);  /* role */
    assert_int_equal(bytes[36], 14); /* state */
    assert_memory_equal(bytes + 37, "\1\2\3\4", 4);
    assert_memory_equal(bytes + 53, "\0\7\357\100", 4); /* 520000 */
    assert_memory_equal(bytes + 77, "\377\377\377\377\377\377\377\377", 8);
    assert_memory_equal(bytes + 101, "52000020260302000001\0\0\0\0", 24);
    assert_int_equal(bytes[125], 7);
    assert_memory_equal(bytes + 141, "PEN-R22\0", 8);
    assert_memory_equal(bytes + 157, "\0\0\0\0\0\0\1\2", 8);
    assert_int_equal(bytes[172], 3);
    assert_int_equal(bytes[180], 254);
    assert_memory_equal(bytes + 181, "\0\0\0\4", 4);
    assert_int_equal(bytes[185], 2);
    assert_int_equal(bytes[CLOCKS], CLOCK_D2);
    assert_int_equal(bytes[CLOCKS + 1], CLOCK_STATE_PASSED);
    assert_int_equal(bytes[CLOCKS + 2], 1);
    assert_int_equal(bytes[CLOCKS + 5], 15);
    assert_int_equal(bytes[CLOCKS + 26], CLOCK_CORRECTION);
}

static void a_free_clock_leaves_nothing(void **unused)
{
    unsigned char bytes[SIZE + 1];
    unsigned char clean[SIZE + 1];
    struct flow_case flow_case = sample();

    (void)unused;
    encode(&flow_case, clean);
    flow_case.clocks[3] = (struct flow_clock){.kind = CLOCK_NONE, .days = 9, .region = 1};
    strcpy(flow_case.trace + 22, "x"); /* after its NUL */
    encode(&flow_case, bytes);
    assert_memory_equal(bytes, clean, SIZE);
}

static void refused(const unsigned char *bytes, size_t size)
{
    struct flow_case flow_case = {.version = 77};
    struct error err = ERROR_INIT;

    assert_false(flow_case_decode((struct text){(const char *)bytes, size}, &flow_case, &err));
    assert_int_equal(err.code, ERROR_LEDGER);
    assert_int_equal(flow_case.version, 77);
}

static void any_other_size(void **unused)
{
    unsigned char bytes[SIZE + 1] = {0};
    struct flow_case flow_case = sample();

    (void)unused;
    encode(&flow_case, bytes);
    for (size_t size = 0; size < SIZE; size++)
        refused(bytes, size);
    refused(bytes, SIZE + 1);
}

static void fields_out_of_bounds(void **unused)
{
    static const struct {
        size_t at;
        unsigned char value;
    } changes[] = {
        {0, 0}, /* layout */
        {0, 1},
        {0, 3},
        {33, 1}, /* flow */
        {34, 0},
        {35, 0}, /* role */
        {35, 3},
        {36, 32},  /* state */
        {69, 127}, /* money */
        {77, 128},
        {124, 'x'}, /* trace without its end */
        {123, 'x'}, /* trace after its end */
        {156, 'x'}, /* code without its end */
        {157, 127}, /* money */
        {185, 1},
        {185, 3}, /* not as many clocks as it says */
        {185, 255},
        {CLOCKS, 0},                /* a free clock is not written */
        {CLOCKS, CLOCK_KINDS},      /* clock kind */
        {CLOCKS, CLOCK_CORRECTION}, /* twice */
        {CLOCKS + 1, 4},            /* clock state */
        {CLOCKS + 2, 2},            /* neither yes nor no */
        {CLOCKS + 3, 255},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        unsigned char bytes[SIZE + 1];
        struct flow_case flow_case = sample();

        encode(&flow_case, bytes);
        bytes[changes[i].at] = changes[i].value;
        refused(bytes, SIZE);
    }
}

/* Layout 3 is that of flows with a part of their own: its trace is too long for the others. */
static void the_layout_follows_from_the_flow(void **unused)
{
    unsigned char bytes[CASE_ENCODED_MAX];
    struct buffer buffer = buffer_over(bytes, sizeof(bytes));
    struct flow_case flow_case = {.flow = FLOW_SETTLEMENT_STAY, .role = ROLE_TREATING};
    struct flow_case found;
    struct error err = ERROR_INIT;

    (void)unused;
    memset(flow_case.trace, 'x', TRACE_SIZE - 1);
    flow_case_encode(&flow_case, &buffer);
    assert_false(buffer.overflow);
    assert_true(flow_case_decode(buffer_as_text(&buffer), &found, &err));
    assert_string_equal(found.trace, flow_case.trace);
    bytes[34] = FLOW_PENSION_EMPLOYEE;
    bytes[35] = ROLE_IN;
    refused(bytes, buffer.size);
    refused(bytes, 187); /* and cut to the size of a plain case */
}

/* Every byte in every value: refused, or the very same bytes come out again. */
static void no_byte_is_ignored(void **unused)
{
    unsigned char bytes[SIZE + 1];
    struct flow_case flow_case = sample();

    (void)unused;
    encode(&flow_case, bytes);
    for (size_t at = 0; at < SIZE; at++) {
        for (unsigned value = 0; value < 256; value++) {
            unsigned char again[SIZE + 1];
            struct flow_case found;
            struct error err = ERROR_INIT;

            bytes[at]++;
            if (!flow_case_decode((struct text){(const char *)bytes, SIZE}, &found, &err))
                continue;
            encode(&found, again);
            assert_memory_equal(bytes, again, SIZE);
        }
    }
}

/* What version 1 wrote: six places for clocks, each with four zeros behind it. */
static void write_first(unsigned char bytes[FIRST_SIZE])
{
    unsigned char now[SIZE + 1];
    struct flow_case flow_case = sample();

    encode(&flow_case, now);
    memset(bytes, 0, FIRST_SIZE);
    memcpy(bytes, now, 157);
    bytes[0] = 1;
    memcpy(bytes + 187, now + CLOCKS, 26);
    memcpy(bytes + 307, now + CLOCKS + 26, 26);
}

static void version_1_is_read(void **unused)
{
    unsigned char bytes[FIRST_SIZE];
    struct flow_case found;
    struct error err = ERROR_INIT;

    (void)unused;
    write_first(bytes);
    assert_true(flow_case_decode((struct text){(const char *)bytes, FIRST_SIZE}, &found, &err));
    assert_int_equal(found.clocks[1].kind, CLOCK_D2);
    assert_int_equal(found.clocks[5].kind, CLOCK_CORRECTION);
    assert_int_equal(found.clocks[0].kind, CLOCK_NONE);
    assert_int_equal(found.certificate_balance.fen, 0);
    assert_string_equal(found.last_code, "PEN-R22");
    for (size_t size = 0; size < FIRST_SIZE; size++)
        refused(bytes, size);
}

static void version_1_has_one_spelling(void **unused)
{
    static const struct {
        size_t at;
        unsigned char value;
    } changes[] = {{157, CLOCK_KINDS}, {157, CLOCK_D2}, {158, 1}, {189, 2},
                   {213, 1},           {216, 1},        {336, 1}};

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        unsigned char bytes[FIRST_SIZE];

        write_first(bytes);
        bytes[changes[i].at] = changes[i].value;
        refused(bytes, FIRST_SIZE);
    }
}

static void the_next_clock(void **unused)
{
    struct flow_case flow_case = {.state = 0};

    (void)unused;
    assert_null(flow_case_due(&flow_case));
    for (unsigned i = 0; i < FLOW_CLOCKS_MAX; i++)
        flow_case.clocks[i] = (struct flow_clock){
            .kind = (uint8_t)(i + 1), .state = CLOCK_STATE_RUNNING, .due = {100 - (int)i}};
    assert_ptr_equal(flow_case_due(&flow_case), &flow_case.clocks[FLOW_CLOCKS_MAX - 1]);
    for (unsigned i = 5; i < FLOW_CLOCKS_MAX; i++)
        flow_case.clocks[i].paused = true;
    assert_ptr_equal(flow_case_due(&flow_case), &flow_case.clocks[4]);
    flow_case.clocks[4].state = CLOCK_STATE_PASSED;
    flow_case.clocks[3].state = CLOCK_STATE_MET;
    flow_case.clocks[2].state = CLOCK_STATE_OFF;
    flow_case.clocks[1].kind = CLOCK_NONE;
    assert_ptr_equal(flow_case_due(&flow_case), &flow_case.clocks[0]);
    assert_string_equal(clock_kind_name(CLOCK_D2P).english, "d2p");
    assert_string_equal(clock_kind_name(CLOCK_KINDS).english, "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(bytes_lie_where_written),
        cmocka_unit_test(a_free_clock_leaves_nothing),
        cmocka_unit_test(any_other_size),
        cmocka_unit_test(fields_out_of_bounds),
        cmocka_unit_test(the_layout_follows_from_the_flow),
        cmocka_unit_test(no_byte_is_ignored),
        cmocka_unit_test(version_1_is_read),
        cmocka_unit_test(version_1_has_one_spelling),
        cmocka_unit_test(the_next_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* gate_ferry_state_test.c - running numbers, gaps as ranges, and the file they lie in. */
#include "unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "gate/ferry_state.h"

static const struct instant now = {INT64_C(1772413200000)};

static void note_all(struct ferry_state *state, const uint64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ferry_note(state, numbers[i], now);
}

static void test_in_order(void **state)
{
    struct ferry_state ferry = {0};

    (void)state;
    for (uint64_t i = 1; i <= 1000; i++)
        assert_int_equal(ferry_note(&ferry, i, now), FERRY_NEXT);
    assert_int_equal(ferry.seen, 1000);
    assert_int_equal(ferry.gap_count, 0);
    assert_int_equal(ferry_note(&ferry, 1000, now), FERRY_AGAIN);
    assert_int_equal(ferry_note(&ferry, 1, now), FERRY_AGAIN);
    assert_int_equal(ferry_missing(&ferry), 0);
}

static void test_gap_and_filled(void **state)
{
    struct ferry_state ferry = {0};

    (void)state;
    assert_int_equal(ferry_note(&ferry, 3, now), FERRY_GAP); /* counting begins at 1 */
    assert_int_equal(ferry_missing(&ferry), 2);
    assert_int_equal(ferry_note(&ferry, 4, now), FERRY_NEXT);
    assert_int_equal(ferry_note(&ferry, 10, now), FERRY_GAP);
    assert_int_equal(ferry_missing(&ferry), 7);
    assert_int_equal(ferry_note(&ferry, 7, now), FERRY_FILLED); /* in the middle: two ranges */
    assert_int_equal(ferry.gap_count, 3);
    assert_int_equal(ferry_note(&ferry, 7, now), FERRY_AGAIN);
    assert_int_equal(ferry_note(&ferry, 5, now), FERRY_FILLED); /* at the beginning */
    assert_int_equal(ferry_note(&ferry, 9, now), FERRY_FILLED); /* at the end */
    assert_int_equal(ferry_note(&ferry, 8, now), FERRY_FILLED); /* the last of its range */
    assert_int_equal(ferry_note(&ferry, 6, now), FERRY_FILLED);
    assert_int_equal(ferry_note(&ferry, 2, now), FERRY_FILLED);
    assert_int_equal(ferry_note(&ferry, 1, now), FERRY_FILLED);
    assert_int_equal(ferry.gap_count, 0);
}

/* Any order of arrival ends without a gap, and in between the count is that of a plain set. */
static void test_any_order(void **state)
{
    enum { NUMBERS = 100 };
    uint64_t numbers[NUMBERS];

    (void)state;
    for (unsigned seed = 1; seed <= 50; seed++) {
        struct ferry_state ferry = {0};
        uint64_t random = seed;
        uint64_t highest = 0;

        for (size_t i = 0; i < NUMBERS; i++)
            numbers[i] = i + 1;
        for (size_t i = NUMBERS - 1; i > 0; i--) {
            size_t with;
            uint64_t kept = numbers[i];
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
            with = (size_t)((random >> 33) % (i + 1));
            numbers[i] = numbers[with];
            numbers[with] = kept;
        }
        for (size_t i = 0; i < NUMBERS; i++) {
            assert_int_not_equal(ferry_note(&ferry, numbers[i], now), FERRY_AGAIN);
            if (numbers[i] > highest)
                highest = numbers[i];
            assert_int_equal(ferry_missing(&ferry), highest - (i + 1));
        }
        assert_int_equal(ferry.gap_count, 0);
    }
}

static void test_wild_number(void **state)
{
    struct ferry_state ferry = {0};

    (void)state;
    assert_int_equal(ferry_note(&ferry, FERRY_NUMBER_MAX, now), FERRY_GAP);
    assert_int_equal(ferry.gap_count, 1);
    assert_int_equal(ferry_missing(&ferry), FERRY_NUMBER_MAX - 1);
    assert_int_equal(ferry_note(&ferry, 17, now), FERRY_FILLED);
    assert_int_equal(ferry.gap_count, 2);
}

/* With all ranges in use the oldest is given up, also while one is split. */
static void test_too_many_gaps(void **state)
{
    struct ferry_state ferry = {0};

    (void)state;
    for (uint64_t i = 1; i <= FERRY_GAPS_MAX + 5; i++)
        assert_int_equal(ferry_note(&ferry, i * 10, now), FERRY_GAP);
    assert_int_equal(ferry.gap_count, FERRY_GAPS_MAX);
    assert_int_equal(ferry.gaps[0].from, 51);
    assert_int_equal(ferry_note(&ferry, 105, now), FERRY_FILLED);
    assert_int_equal(ferry.gap_count, FERRY_GAPS_MAX);
    assert_int_equal(ferry_note(&ferry, 105, now), FERRY_AGAIN);
    assert_int_equal(ferry.gaps[0].from, 61);
    assert_int_equal(ferry_note(&ferry, 65, now), FERRY_FILLED); /* in the oldest itself */
    for (size_t i = 1; i < ferry.gap_count; i++)
        assert_true(ferry.gaps[i].from > ferry.gaps[i - 1].to);
}

static void test_give_up(void **state)
{
    struct ferry_state ferry = {0};
    struct instant later = {now.ms + 1000};

    (void)state;
    ferry_note(&ferry, 3, now);
    ferry_note(&ferry, 6, later);
    ferry_give_up(&ferry, now);
    assert_int_equal(ferry.gap_count, 2);
    ferry_give_up(&ferry, later);
    assert_int_equal(ferry.gap_count, 1);
    assert_int_equal(ferry.gaps[0].from, 4);
}

static void test_numbers_of_names(void **state)
{
    static const struct {
        const char *name;
        uint64_t number;
    } rows[] = {
        {"0000000012-019cac0f.xml", 12},
        {"1-", 1},
        {"999999999999999999-x", FERRY_NUMBER_MAX},
        {"1999999999999999999-x", 0}, /* 19 digits */
        {"0-x", 0},
        {"-x", 0},
        {"", 0},
        {"12", 0},
        {"12.xml", 0},
        {"+12-x", 0},
        {" 12-x", 0},
        {"copy-of-0000000012-x", 0},
        {"张12-x", 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(ferry_number_of_name(rows[i].name), rows[i].number);
}

/* --- the file ----------------------------------------------------------------------------- */

static char path[] = "/tmp/ferry_state_XXXXXX";

static void write_file(const char *bytes)
{
    struct error err = ERROR_INIT;

    assert_true(file_write_atomic(path, text_of(bytes), 0600, &err));
}

static void test_file_round_trip(void **state)
{
    static const uint64_t numbers[] = {2, 9, 4, 30, 1};
    struct ferry_state ferry = {.sent = 17};
    struct ferry_state back;
    struct error err = ERROR_INIT;

    (void)state;
    note_all(&ferry, numbers, COUNT_OF(numbers));
    assert_true(ferry_state_save(path, &ferry, &err));
    assert_true(ferry_state_load(path, &back, &err));
    assert_int_equal(back.sent, ferry.sent);
    assert_int_equal(back.seen, ferry.seen);
    assert_int_equal(back.gap_count, ferry.gap_count);
    assert_memory_equal(back.gaps, ferry.gaps, ferry.gap_count * sizeof(ferry.gaps[0]));
    ferry = (struct ferry_state){.sent = FERRY_NUMBER_MAX};
    for (uint64_t i = 1; i <= FERRY_GAPS_MAX; i++)
        ferry_note(&ferry, FERRY_NUMBER_MAX - 1000 + 2 * i, now);
    assert_true(ferry_state_save(path, &ferry, &err));
    assert_true(ferry_state_load(path, &back, &err));
    assert_int_equal(back.gap_count, FERRY_GAPS_MAX);
    assert_int_equal(back.sent, FERRY_NUMBER_MAX);
}

static void test_file_bad(void **state)
{
    static const char *const bad[] = {
        "",
        "qiantong-ferry 2\nsent 1\n",
        "qiantong-ferry 1\nsent\n",
        "qiantong-ferry 1\nsent -1\n",
        "qiantong-ferry 1\nsent 1 2\n",
        "qiantong-ferry 1\nsent 1000000000000000000\n",
        "qiantong-ferry 1\nlost 1\n",
        "qiantong-ferry 1\nseen 9\nmissing 3 2 1\n",
        "qiantong-ferry 1\nseen 9\nmissing 3 9 1\n",
        "qiantong-ferry 1\nseen 9\nmissing 0 2 1\n",
        "qiantong-ferry 1\nseen 9\nmissing 5 6 1\nmissing 2 3 1\n",
        "qiantong-ferry 1\nseen 9\nmissing 5 6\n",
    };
    struct ferry_state ferry;
    struct error err = ERROR_INIT;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        write_file(bad[i]);
        err = (struct error)ERROR_INIT;
        assert_false(ferry_state_load(path, &ferry, &err));
        assert_int_equal(err.code, ERROR_CONFIG);
    }
    assert_true(ferry_state_load("/tmp/ferry_state_absent", &ferry, &err));
    assert_int_equal(ferry.sent + ferry.seen + ferry.gap_count, 0);
}

static int make_file(void **state)
{
    int fd = mkstemp(path);

    (void)state;
    return fd < 0 ? -1 : close(fd);
}

static int remove_it(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_order),         cmocka_unit_test(test_gap_and_filled),
        cmocka_unit_test(test_any_order),        cmocka_unit_test(test_wild_number),
        cmocka_unit_test(test_too_many_gaps),    cmocka_unit_test(test_give_up),
        cmocka_unit_test(test_numbers_of_names), cmocka_unit_test(test_file_round_trip),
        cmocka_unit_test(test_file_bad),
    };

    return cmocka_run_group_tests(tests, make_file, remove_it);
}

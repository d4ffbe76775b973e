/* gate_metrics_test.c - the text format: written here, read back by a reader of its own that
 * accepts nothing else. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/metric_text.h"

enum { TEXT_MAX = 64 * 1024, SERIES_MAX = 512 };

static char memory[TEXT_MAX];
static struct buffer out;
static struct metric_text text;

static int setup(void **state)
{
    (void)state;
    out = buffer_over(memory, sizeof(memory) - 1);
    text = (struct metric_text){.out = &out};
    return 0;
}

static const char *written(void)
{
    assert_false(out.overflow);
    memory[out.size] = '\0';
    return memory;
}

/* --- a reader
 * ---------------------------------------------------------------------------------
 */

static size_t name_size(const char *at)
{
    return strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
}

/* Behind the closing brace; label values may hold \\ \" \n and no other backslash. */
static const char *labels_end(const char *at)
{
    if (*at != '{')
        return at;
    do {
        size_t size = name_size(++at);

        assert_true(size > 0 && at[size] == '=' && at[size + 1] == '"');
        for (at += size + 2; *at != '"'; at++) {
            assert_true(*at != '\n' && *at != '\0');
            if (*at == '\\') {
                at++;
                assert_true(*at == '\\' || *at == '"' || *at == 'n');
            }
        }
        at++;
    } while (*at == ',');
    assert_int_equal(*at, '}');
    return at + 1;
}

static void check_value(const char *value)
{
    size_t digits;

    value += *value == '-';
    digits = strspn(value, "0123456789");
    assert_true(digits > 0);
    if (value[digits] == '.')
        digits += 1 + strspn(value + digits + 1, "0123456789");
    assert_int_equal(value[digits], '\0');
}

/* Every line is HELP, TYPE or a sample; each family has one HELP and one TYPE before its
 * samples, which stand together; no series stands twice. */
static void check_format(const char *whole)
{
    static char copy[TEXT_MAX];
    static const char *series[SERIES_MAX];
    size_t series_count = 0;
    char family[128] = "";
    char seen[8192] = "\n";

    snprintf(copy, sizeof(copy), "%s", whole);
    assert_true(copy[0] == '\0' || copy[strlen(copy) - 1] == '\n');
    for (char *rest = copy, *line; (line = strsep(&rest, "\n")) != NULL && rest != NULL;) {
        char key[160];

        if (strncmp(line, "# HELP ", 7) == 0) {
            snprintf(family, sizeof(family), "%.*s", (int)name_size(line + 7), line + 7);
            assert_int_equal(line[7 + strlen(family)], ' ');
            snprintf(key, sizeof(key), "\n%s\n", family);
            assert_null(strstr(seen, key));
            strncat(seen, family, sizeof(seen) - strlen(seen) - 2);
            strncat(seen, "\n", sizeof(seen) - strlen(seen) - 1);
            assert_non_null(rest);
            assert_true(strncmp(rest, "# TYPE ", 7) == 0);
        } else if (strncmp(line, "# TYPE ", 7) == 0) {
            assert_true(strncmp(line + 7, family, strlen(family)) == 0);
            line += 7 + strlen(family);
            assert_true(strcmp(line, " counter") == 0 || strcmp(line, " gauge") == 0 ||
                        strcmp(line, " histogram") == 0);
        } else {
            char *end = (char *)(uintptr_t)labels_end(line + name_size(line));

            assert_true(name_size(line) >= strlen(family));
            assert_true(family[0] != '\0' && strncmp(line, family, strlen(family)) == 0);
            assert_int_equal(*end, ' ');
            *end = '\0';
            check_value(end + 1);
            for (size_t i = 0; i < series_count; i++)
                assert_string_not_equal(series[i], line);
            assert_true(series_count < SERIES_MAX);
            series[series_count++] = line;
        }
    }
}

/* --- tests
 * ------------------------------------------------------------------------------------
 */

static void test_numbers(void **state)
{
    struct metric_label labels[] = {{"party", "hrss.440000"}, {"state", "ready"}};

    (void)state;
    metric_family(&text, "qiantong_letters", METRIC_GAUGE, "Letters.");
    metric_number(&text, labels, 2, 3);
    labels[1].value = "dead";
    metric_number(&text, labels, 2, -1);
    metric_family(&text, "qiantong_age_seconds", METRIC_GAUGE, "Age.");
    metric_seconds(&text, labels, 1, 1007);
    assert_string_equal(written(),
                        "# HELP qiantong_letters Letters.\n# TYPE qiantong_letters gauge\n"
                        "qiantong_letters{party=\"hrss.440000\",state=\"ready\"} 3\n"
                        "qiantong_letters{party=\"hrss.440000\",state=\"dead\"} -1\n"
                        "# HELP qiantong_age_seconds Age.\n# TYPE qiantong_age_seconds gauge\n"
                        "qiantong_age_seconds{party=\"hrss.440000\"} 1.007\n");
    check_format(written());
}

static void test_escaping(void **state)
{
    struct metric_label label = {"party", "a\"b\\c\nd\xe5\x96\x86"};

    (void)state;
    metric_family(&text, "x", METRIC_COUNTER, "one\\two\nthree \"four\"");
    metric_number(&text, &label, 1, 0);
    assert_string_equal(written(), "# HELP x one\\\\two\\nthree \"four\"\n# TYPE x counter\n"
                                   "x{party=\"a\\\"b\\\\c\\nd\xe5\x96\x86\"} 0\n");
    check_format(written());
}

static void test_ends_of_seconds(void **state)
{
    static const struct {
        int64_t ms;
        const char *tail;
    } cases[] = {{0, " 0.000\n"},
                 {999, " 0.999\n"},
                 {-1, " -0.001\n"},
                 {-60001, " -60.001\n"},
                 {INT64_MAX, " 9223372036854775.807\n"},
                 {INT64_MIN, " -9223372036854775.808\n"}};

    (void)state;
    metric_family(&text, "x", METRIC_GAUGE, "x");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        metric_seconds(&text, NULL, 0, cases[i].ms);
        assert_string_equal(written() + out.size - strlen(cases[i].tail), cases[i].tail);
    }
}

static void test_histogram(void **state)
{
    static const uint32_t bounds[] = {1, 5, 1000};
    struct histogram histogram = {.bounds = bounds, .bound_count = 3, .milliseconds = true};

    (void)state;
    histogram_add(&histogram, -7);
    histogram_add(&histogram, 1);
    histogram_add(&histogram, 2);
    histogram_add(&histogram, 1000);
    histogram_add(&histogram, 1001);
    metric_family(&text, "h_seconds", METRIC_HISTOGRAM, "h");
    metric_histogram(&text, &histogram);
    assert_string_equal(written(), "# HELP h_seconds h\n# TYPE h_seconds histogram\n"
                                   "h_seconds_bucket{le=\"0.001\"} 2\n"
                                   "h_seconds_bucket{le=\"0.005\"} 3\n"
                                   "h_seconds_bucket{le=\"1.000\"} 4\n"
                                   "h_seconds_bucket{le=\"+Inf\"} 5\n"
                                   "h_seconds_sum 2.004\nh_seconds_count 5\n");
    check_format(written());
}

static void test_plain_histogram(void **state)
{
    static const uint32_t bounds[] = {1, 512};
    struct histogram histogram = {.bounds = bounds, .bound_count = 2};

    (void)state;
    histogram_add(&histogram, 0);
    histogram_add(&histogram, 600);
    metric_family(&text, "h", METRIC_HISTOGRAM, "h");
    metric_histogram(&text, &histogram);
    assert_string_equal(written(), "# HELP h h\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\n"
                                   "h_bucket{le=\"512\"} 1\nh_bucket{le=\"+Inf\"} 2\n"
                                   "h_sum 600\nh_count 2\n");
    check_format(written());
}

/* More than the buffer holds: told, and nothing is written past it. */
static void test_overflow(void **state)
{
    (void)state;
    out = buffer_over(memory, 20);
    memory[20] = 'X';
    metric_family(&text, "qiantong_letters", METRIC_GAUGE, "Letters.");
    metric_number(&text, NULL, 0, 1);
    assert_true(out.overflow);
    assert_true(out.size <= 20);
    assert_int_equal(memory[20], 'X');
}

static void test_counts(void **state)
{
    static struct gate_counts counts;

    (void)state;
    gate_counts_init(&counts);
    assert_ptr_equal(gate_counts_of(&counts, 7), &counts.parties[7]);
    assert_ptr_equal(gate_counts_of(&counts, ENGINE_PARTIES_MAX),
                     &counts.parties[ENGINE_PARTIES_MAX]);
    assert_ptr_equal(gate_counts_of(&counts, COUNTS_PARTIES), &counts.parties[0]);
    assert_ptr_equal(gate_counts_of(&counts, UINT32_MAX), &counts.parties[0]);
    for (size_t i = 1; i < counts.outcome.bound_count; i++)
        assert_true(counts.outcome.bounds[i - 1] < counts.outcome.bounds[i]);
    for (size_t i = 1; i < counts.answer.bound_count; i++)
        assert_true(counts.answer.bounds[i - 1] < counts.answer.bounds[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_numbers, setup),
        cmocka_unit_test_setup(test_escaping, setup),
        cmocka_unit_test_setup(test_ends_of_seconds, setup),
        cmocka_unit_test_setup(test_histogram, setup),
        cmocka_unit_test_setup(test_plain_histogram, setup),
        cmocka_unit_test_setup(test_overflow, setup),
        cmocka_unit_test(test_counts),
    };

    return cmocka_run_group_tests_name("gate metrics", tests, NULL, NULL);
}

/* base_log_test.c - one line of valid JSON per event, whatever the values hold. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/log.h"

static char captured[8192];
static int kept_stderr;
static int pipe_ends[2];

static void capture_begin(void)
{
    assert_int_equal(pipe(pipe_ends), 0);
    kept_stderr = dup(STDERR_FILENO);
    assert_true(kept_stderr >= 0);
    assert_true(dup2(pipe_ends[1], STDERR_FILENO) >= 0);
}

/* What was logged since capture_begin. */
static const char *capture_end(void)
{
    ssize_t size;

    assert_true(dup2(kept_stderr, STDERR_FILENO) >= 0);
    close(kept_stderr);
    close(pipe_ends[1]);
    size = read(pipe_ends[0], captured, sizeof(captured) - 1);
    close(pipe_ends[0]);
    assert_true(size >= 0);
    captured[size] = '\0';
    return captured;
}

/* Everything behind the time, whose form is checked here. */
static const char *behind_time(const char *line)
{
    struct instant at;

    assert_memory_equal(line, "{\"at\":\"", 7);
    assert_true(instant_parse((struct text){line + 7, 29}, &at));
    assert_memory_equal(line + 30, "+08:00", 6);
    return line + 36;
}

#define assert_logged(format_and_values, expected)                                             \
    do {                                                                                       \
        capture_begin();                                                                       \
        log_info format_and_values;                                                            \
        assert_string_equal(behind_time(capture_end()),                                        \
                            "\",\"level\":\"info\",\"event\":\"e\"" expected "}\n");           \
    } while (0)

static void test_pairs(void **state)
{
    (void)state;
    assert_logged(("e", "case=%s attempt=%u", "017f", 3u),
                  ",\"case\":\"017f\",\"attempt\":\"3\"");
    assert_logged(("e", "%s", ""), "");
    assert_logged(("e", "  a=1   b= c=\"\""), ",\"a\":\"1\",\"b\":\"\",\"c\":\"\"");
    assert_logged(("e", "reason=\"disk full\" n=1"), ",\"reason\":\"disk full\",\"n\":\"1\"");
    assert_logged(("e", "reason=\"say \"\"no\"\" now\" n=1"),
                  ",\"reason\":\"say \\\"no\\\" now\",\"n\":\"1\"");
    assert_logged(
        ("e", "reason=\"cannot open \"a b\"\" n=1"),
        ",\"reason\":\"cannot open \\\"a b\\\" n=1\""); /* not doubled: nothing is lost */
    assert_logged(("e", "reason=\"never closed"), ",\"reason\":\"never closed\"");
    assert_logged(("e", "lonely word=1"), ",\"note\":\"lonely\",\"word\":\"1\"");
    assert_logged(("e", "=x"), ",\"note\":\"=x\"");
    assert_logged(("e", "url=/a?b=c"), ",\"url\":\"/a?b=c\"");
}

static void test_foreign_bytes(void **state)
{
    (void)state;
    assert_logged(("e", "party=%s", "贵州𠮷"), ",\"party\":\"贵州𠮷\"");
    assert_logged(("e", "a=%s", "\xD5\xC5x"), ",\"a\":\"\xEF\xBF\xBD\xEF\xBF\xBDx\"");
    assert_logged(("e", "a=\"%s\"", "\x01\x1b[2J\n\t\\\x7f\xC2\x9B"),
                  ",\"a\":\"\\u0001\\u001b[2J\\n\\t\\\\\\u007f\\u009b\"");
    assert_logged(("e", "k\"e\ny=1"), ",\"k_e_y\":\"1\"");
    assert_logged(("e", "at=x level=y event=z program=p cut=no"),
                  ",\"at_\":\"x\",\"level_\":\"y\",\"event_\":\"z\",\"program_\":\"p\","
                  "\"cut_\":\"no\"");
}

static void test_levels_and_program(void **state)
{
    (void)state;
    capture_begin();
    log_debug("hidden", "a=1");
    log_set_level(LOG_LEVEL_ERROR);
    log_warn("hidden", "a=1");
    errno = ENOSPC;
    log_error("shown", "a=1");
    assert_int_equal(errno, ENOSPC);
    log_set_level(LOG_LEVEL_INFO);
    assert_string_equal(behind_time(capture_end()),
                        "\",\"level\":\"error\",\"event\":\"shown\",\"a\":\"1\"}\n");
    log_set_program("qiantongd");
    capture_begin();
    log_warn("w", "a=1");
    assert_string_equal(
        behind_time(capture_end()),
        "\",\"level\":\"warn\",\"program\":\"qiantongd\",\"event\":\"w\",\"a\":\"1\"}\n");
    log_set_program(NULL);
}

static void test_long_lines(void **state)
{
    static char big[4000];
    const char *line;
    const char *end;

    (void)state;
    memset(big, 'x', sizeof(big) - 1);
    capture_begin();
    log_info("e", "first=1 big=%s", big);
    line = capture_end();
    assert_true(strlen(line) <= 2048);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    assert_non_null(strstr(line, "\"first\":\"1\""));
    end = line + strlen(line) - strlen(",\"cut\":\"yes\"}\n");
    assert_string_equal(end, ",\"cut\":\"yes\"}\n");
    memset(big, '\x01', 500); /* six times as long once escaped */
    big[500] = '\0';
    capture_begin();
    log_info("e", "first=1 big=%s last=2", big);
    line = capture_end();
    assert_string_equal(behind_time(line), "\",\"level\":\"info\",\"event\":\"e\",\"first\":"
                                           "\"1\",\"cut\":\"yes\"}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_foreign_bytes),
        cmocka_unit_test(test_levels_and_program),
        cmocka_unit_test(test_long_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

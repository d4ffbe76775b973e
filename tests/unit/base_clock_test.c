/* base_clock_test.c - the offset file: read, read again, and never a jump from a bad one. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

static char path[] = "/tmp/clock_test_XXXXXX";

static void write_offset(const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int64_t system_ms(void)
{
    struct timespec now;

    assert_int_equal(clock_gettime(CLOCK_REALTIME, &now), 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The clock's offset against the system, as it stands after the 20 ms of not looking. */
static void assert_offset(int64_t expected)
{
    int64_t before;
    int64_t now;
    int64_t after;

    usleep(30 * 1000);
    before = system_ms();
    now = clock_now().ms;
    after = system_ms();
    assert_true(now >= before + expected && now <= after + expected);
}

static int make_file(void **state)
{
    int fd = mkstemp(path);

    (void)state;
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void test_without_file(void **state)
{
    struct error err = ERROR_INIT;
    int64_t before = clock_monotonic_ms();

    (void)state;
    assert_true(clock_use_offset_file(NULL, &err));
    assert_offset(0);
    assert_true(clock_monotonic_ms() >= before + 30);
}

static void test_moving(void **state)
{
    struct error err = ERROR_INIT;

    (void)state;
    write_offset("3600000\n");
    assert_true(clock_use_offset_file(path, &err));
    assert_offset(3600000);
    write_offset(" -86400000 \n");
    assert_offset(-86400000);
    write_offset("+1");
    assert_offset(1);
    write_offset("");
    assert_offset(1);
    write_offset("soon");
    assert_offset(1);
    assert_int_equal(unlink(path), 0);
    assert_offset(1);
    write_offset("0");
    assert_offset(0);
    assert_true(clock_use_offset_file(NULL, &err));
}

static void test_bad_files(void **state)
{
    static const char *const bad[] = {"",
                                      "x",
                                      "1 2",
                                      "1.5",
                                      "--1",
                                      "1h",
                                      "-",
                                      "+-1",
                                      "0x1",
                                      "1\n2",
                                      "99999999999999999999",
                                      "20000000000000"};
    struct error err = ERROR_INIT;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        write_offset(bad[i]);
        err.code = ERROR_NONE;
        assert_false(clock_use_offset_file(path, &err));
        assert_int_equal(err.code, ERROR_CONFIG);
    }
    err.code = ERROR_NONE;
    assert_false(clock_use_offset_file("/nonexistent/offset", &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_offset(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_file),
        cmocka_unit_test(test_moving),
        cmocka_unit_test(test_bad_files),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}

/* gate_alarm_hook_test.c - the program that is told: its words, its surroundings, its end. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/alarm_hook.h"

enum { TEXT_MAX = 8192 };

static char folder[] = "/tmp/qiantong-hook-XXXXXX";
static char program[64];
static char output[64];
static struct alarm_hook hook;
static struct error err;

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(program, sizeof(program), "%s/hook", folder);
    snprintf(output, sizeof(output), "%s/out", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(program);
    unlink(output);
    return rmdir(folder);
}

static void write_program(const char *body)
{
    FILE *file = fopen(program, "w");

    assert_non_null(file);
    fprintf(file, "#!/bin/sh\nout=%s\n%s\n", output, body);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(program, 0700), 0);
    unlink(output);
}

static int wait_end(int64_t monotonic_ms)
{
    int status = -2;

    while (!alarm_hook_poll(&hook, monotonic_ms, &status))
        usleep(2000);
    return status;
}

static const char *read_output(void)
{
    static char text[TEXT_MAX];
    FILE *file = fopen(output, "r");
    size_t size;

    assert_non_null(file);
    size = fread(text, 1, sizeof(text) - 1, file);
    text[size] = '\0';
    fclose(file);
    return text;
}

static void start(const struct alarm *alarm, int64_t until_ms)
{
    err = (struct error)ERROR_INIT;
    if (!alarm_hook_start(&hook, program, alarm, until_ms, &err))
        print_error("%s\n", err.text);
    assert_true(hook.pid > 0);
}

static void test_words(void **state)
{
    struct alarm alarm = {.code = ALARM_CERTIFICATE_ENDS,
                          .party = "hrss.440000",
                          .step = 7,
                          .number = -3,
                          .stands = true};

    (void)state;
    write_program("printf '[%s]' \"$@\" >$out; exit 7");
    start(&alarm, INT64_MAX);
    assert_int_equal(wait_end(0), 7);
    assert_string_equal(read_output(),
                        "[CERTIFICATE_ENDS][critical][raised][hrss.440000][7][-3]");
    alarm.party[0] = '\0';
    alarm.stands = false;
    start(&alarm, INT64_MAX);
    assert_int_equal(wait_end(0), 7);
    assert_string_equal(read_output(), "[CERTIFICATE_ENDS][critical][cleared][-][7][-3]");
}

/* Nothing of ours: no variables, no open files, no blocked signals, nowhere to write to. */
static void test_surroundings(void **state)
{
    struct alarm alarm = {.code = ALARM_DISK_LOW, .stands = true};
    int left_open = open("/etc/passwd", O_RDONLY); /* without O_CLOEXEC */
    sigset_t block;
    sigset_t before;

    (void)state;
    assert_true(left_open >= 3);
    sigfillset(&block);
    pthread_sigmask(SIG_BLOCK, &block, &before);
    assert_int_equal(setenv("QIANTONG_SECRET", "x", 1), 0);
    write_program("{ env | sort | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD=; "
                  "readlink /proc/self/fd/0; "
                  "grep -E '^SigBlk' /proc/self/status; } >$out; "
                  "readlink /proc/$$/fd/* | grep -vE '/null$|/hook$' >>$out");
    start(&alarm, INT64_MAX);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(left_open);
    wait_end(0);
    assert_null(strstr(read_output(), "SECRET"));
    assert_null(strstr(read_output(), "passwd"));
    assert_non_null(strstr(read_output(), "LC_ALL=C.UTF-8\nPATH=/usr/local/bin:/usr/bin:/bin\n"
                                          "/dev/null\nSigBlk:\t0000000000000000\n"));
}

/* Its time is over: it goes, with what it has started. */
static void test_too_long(void **state)
{
    struct alarm alarm = {.code = ALARM_DISK_LOW, .stands = true};
    pid_t child = 0;

    (void)state;
    write_program("sleep 300 & echo $! >$out.new; mv $out.new $out; wait");
    start(&alarm, 1000);
    while (access(output, R_OK) != 0)
        usleep(2000);
    assert_int_equal(sscanf(read_output(), "%d", &child), 1);
    assert_false(alarm_hook_poll(&hook, 999, &(int){0}));
    assert_int_equal(wait_end(1000), -1);
    assert_int_equal(hook.pid, 0);
    while (kill(child, 0) == 0) { /* whoever inherited it buries it */
        char path[64];
        char line[256] = "";
        FILE *file;

        snprintf(path, sizeof(path), "/proc/%d/stat", (int)child);
        file = fopen(path, "r");
        if (file == NULL)
            break;
        assert_non_null(fgets(line, sizeof(line), file));
        fclose(file);
        if (strstr(line, ") Z ") != NULL)
            break;
        usleep(2000);
    }
}

static void test_stop(void **state)
{
    struct alarm alarm = {.code = ALARM_DISK_LOW, .stands = true};

    (void)state;
    write_program("sleep 300");
    start(&alarm, INT64_MAX);
    alarm_hook_stop(&hook);
    assert_int_equal(hook.pid, 0);
    alarm_hook_stop(&hook);
}

static void test_cannot(void **state)
{
    struct alarm alarm = {.code = ALARM_DISK_LOW, .stands = true};

    (void)state;
    assert_false(alarm_hook_start(&hook, "/nonexistent/hook", &alarm, 0, &err));
    assert_int_equal(err.code, ERROR_SYSTEM);
    assert_int_equal(hook.pid, 0);
    assert_false(alarm_hook_poll(&hook, 0, &(int){0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),    cmocka_unit_test(test_surroundings),
        cmocka_unit_test(test_too_long), cmocka_unit_test(test_stop),
        cmocka_unit_test(test_cannot),
    };

    return cmocka_run_group_tests_name("gate alarm hook", tests, make_folder, remove_folder);
}

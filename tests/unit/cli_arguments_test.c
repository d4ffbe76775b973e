/* cli_arguments_test.c - every verb with words that make no sense. Each ends with a status of
 * its own and, unless that is 0, one line that says why, perhaps a second one that says what to
 * do. */
#include "cli_fixture.h"

#include "base/text.h"
#include "wire/start.h"

enum { WORDS_MAX = 24, HUGE = 70000, NOT_SUBMITTED = 2, STATUS_FIRST = 64, STATUS_LAST = 78 };

static char huge[HUGE + 1];
static char huge_option[HUGE + 16];

/* In a folder of its own, for some verbs write files. */
static int prepare(void **state)
{
    struct error err = ERROR_INIT;

    unsetenv("LANGUAGE");
    setenv("LC_ALL", "C", 1);
    if (!wire_start(&err) || fixture_make(state) != 0 || chdir(fixture_folder) != 0)
        return -1;
    fixture_reset();
    cli_ledger(1);
    memset(huge, 'A', HUGE);
    snprintf(huge_option, sizeof(huge_option), "--party=%s", huge);
    return 0;
}

static int drop(void **state)
{
    return chdir(fixture_top) == 0 ? fixture_drop(state) : -1;
}

/* `verb` may be two words. */
static void run(const char *verb, const char *const arguments[])
{
    static char config[FIXTURE_PATH_MAX], name[64];
    char *words[WORDS_MAX + 8] = {(char[]){"qiantong"}, (char[]){"--config"}, config};
    int count = 3, out, err;

    fixture_path("gateway.xml", config);
    snprintf(name, sizeof(name), "%s", verb);
    for (char *rest = name, *word; (word = strsep(&rest, " ")) != NULL;)
        words[count++] = word;
    for (int i = 0; arguments[i] != NULL; i++)
        words[count++] = (char *)(uintptr_t)arguments[i];
    fflush(NULL);
    out = cli_redirect(STDOUT_FILENO, "stdout");
    err = cli_redirect(STDERR_FILENO, "stderr");
    said.status = cli_main(count, words);
    fflush(NULL);
    said.out_size = cli_take(STDOUT_FILENO, out, "stdout", said.out, sizeof(said.out));
    cli_take(STDERR_FILENO, err, "stderr", said.err, sizeof(said.err));
}

static unsigned lines(const char *text)
{
    unsigned count = 0;

    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 && *text != '\n')
            return true;
    return false;
}

static bool judge(const char *verb, const char *const arguments[])
{
    const char *second = strchr(said.err, '\n');
    bool ok = said.status <= NOT_SUBMITTED ||
              (said.status >= STATUS_FIRST && said.status <= STATUS_LAST);

    if (said.status >= NOT_SUBMITTED)
        ok = ok && strncmp(said.err, "qiantong: ", 10) == 0 && second != NULL &&
             lines(said.err) <= 2 && !has_control(said.err) &&
             (second[1] == '\0' || strncmp(second + 1, "next: ", 6) == 0);
    if (!ok)
        print_error("%s %.60s %.60s: status %d: %.300s\n", verb,
                    arguments[0] == NULL ? "" : arguments[0],
                    arguments[0] == NULL || arguments[1] == NULL ? "" : arguments[1],
                    said.status, said.err);
    return ok;
}

static void test_every_verb(void **state)
{
    static const char *const rows[][WORDS_MAX] = {
        {NULL},
        {""},
        {" "},
        {"-"},
        {"--"},
        {"---"},
        {"--json=yes"},
        {"--json", "--json"},
        {"--no-such-option"},
        {"--no-such=\xff\xfe"},
        {"--party"},
        {"--party="},
        {"--party", "\xff\xfe\xfd"},
        {"--state", "\xe5\x96"},
        {"--state=%s%n%x"},
        {"--from", "-1"},
        {"--from=2026-99-99"},
        {"--rows", "18446744073709551616"},
        {"--reason", "a\nb\033[31m"},
        {"\n\033[31m"},
        {"--\n\033[31m"},
        {"99999999999999999999999999"},
        {"-1"},
        {"%s%s%s%n"},
        {"/nonexistent/\xe5\x96\x86"},
        {"/nonexistent/a", "/nonexistent/b", "/nonexistent/c"},
        {"019cac0f-0000-7000-8000-00000000000"},
        {huge},
        {huge_option},
        {"/nonexistent/a", huge},
        {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16",
         "17", "18"},
    };

    unsigned bad = 0;

    (void)state;
    for (size_t v = 0; v < cli_verb_count; v++)
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            run(cli_verbs[v].name, rows[i]);
            bad += !judge(cli_verbs[v].name, rows[i]);
        }
    assert_int_equal(bad, 0);
}

static void test_no_verb(void **state)
{
    static const char *const none[] = {NULL};
    static const char *const verbs[] = {"nothing", "ledger", "ledger nothing", "\xff", "-",
                                        "--",      "\n"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(verbs); i++) {
        run(verbs[i], none);
        assert_true(said.status >= STATUS_FIRST);
        assert_true(judge(verbs[i], none));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_verb),
        cmocka_unit_test(test_no_verb),
    };

    return cmocka_run_group_tests(tests, prepare, drop);
}

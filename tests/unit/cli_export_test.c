/* cli_export_test.c - the ledger as tables: what the files hold, that they follow the rules
 * that are promised to their readers, and that nothing is left behind by a failure. */
#include "cli_fixture.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "cli/export.h"

enum { CASES = 5, ENTRIES = STORY_FIRST - 1 + STORY_STEPS * CASES, FILE_MAX = 1024 * 1024 };

static char file_text[FILE_MAX];
static char place[FIXTURE_PATH_MAX];

static void remove_export(const char *name)
{
    char command[FIXTURE_PATH_MAX + 32];
    char path[FIXTURE_PATH_MAX];

    snprintf(command, sizeof(command), "rm -rf '%s'", fixture_path(name, path));
    assert_int_equal(system(command), 0);
}

static int setup(void **state)
{
    (void)state;
    fixture_reset();
    cli_clock_at(story_begin_ms + 3600000);
    remove_export("out");
    fixture_path("out", place);
    cli_ledger(CASES);
    return 0;
}

/* `qiantong ledger export <out> WORDS`. */
static void export_with(const char *words)
{
    char line[FIXTURE_PATH_MAX + 256];

    snprintf(line, sizeof(line), "ledger export %s%s%s", place, words[0] == '\0' ? "" : " ",
             words);
    cli_run(line);
    if (said.status != 0)
        print_error("%s: %d: %s", line, said.status, said.err);
    assert_int_equal(said.status, 0);
}

static void refuses(const char *words, int status, const char *text)
{
    char line[FIXTURE_PATH_MAX + 256];
    struct stat there;

    snprintf(line, sizeof(line), "ledger export %s %s", place, words);
    cli_refuses(line, status, text);
    assert_int_not_equal(stat(place, &there), 0);
}

static const char *file_of(const char *name)
{
    char path[FIXTURE_PATH_MAX + 64];
    FILE *file;
    size_t size;

    snprintf(path, sizeof(path), "%s/%s", place, name);
    file = fopen(path, "rb");
    if (file == NULL)
        print_error("no file %s\n", path);
    assert_non_null(file);
    size = fread(file_text, 1, sizeof(file_text) - 1, file);
    file_text[size] = '\0';
    fclose(file);
    return file_text;
}

static bool has_file(const char *name)
{
    char path[FIXTURE_PATH_MAX + 64];
    struct stat there;

    snprintf(path, sizeof(path), "%s/%s", place, name);
    return stat(path, &there) == 0;
}

static size_t rows_of(const char *name)
{
    size_t rows = 0;

    for (const char *at = file_of(name); (at = strstr(at, "\r\n")) != NULL; at += 2)
        rows++;
    return rows - 1;
}

/* Names beside `out` that begin like it: what a failure would have left. */
static size_t left_behind(void)
{
    char path[FIXTURE_PATH_MAX];
    DIR *folder = opendir(fixture_path(".", path));
    const struct dirent *entry;
    size_t count = 0;

    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL)
        count += strncmp(entry->d_name, "out", 3) == 0;
    closedir(folder);
    return count;
}

/* --- what is there
 * ----------------------------------------------------------------------------
 */

static void test_tables(void **state)
{
    (void)state;
    export_with("");
    assert_int_equal(rows_of("entries_001.csv"), ENTRIES);
    assert_int_equal(rows_of("cases_001.csv"), CASES);
    assert_true(rows_of("letters_001.csv") >= CASES);
    assert_int_equal(rows_of("parties_001.csv"), 3);
    assert_true(rows_of("clocks_001.csv") > 0);
    assert_true(has_file("warnings_001.csv"));
    assert_int_equal(rows_of("charge_lines_001.csv"), 4 * CASES);
    assert_int_equal(rows_of("postings_001.csv"), 2 * CASES);
    assert_int_equal(rows_of("answers_001.csv"), CASES);
    assert_true(rows_of("dictionary.csv") > 100);
    assert_non_null(strstr(file_of("codes.csv"), "\"entry_kind\",\"5\",\"received\",\""));
    assert_non_null(strstr(file_of("codes.csv"), "\"state\",\"1\",\""));
    assert_null(strstr(file_of("codes.csv"), "unknown"));
    assert_int_equal(left_behind(), 1);
}

/* What was posted, added, cancelled and answered, each in a row of its own. */
static void test_settlements(void **state)
{
    (void)state;
    export_with("--case C52000000000001");
    assert_int_equal(rows_of("charge_lines_001.csv"), 4);
    assert_int_equal(rows_of("postings_001.csv"), 2);
    assert_int_equal(rows_of("answers_001.csv"), 1);
    file_of("charge_lines_001.csv");
    assert_non_null(strstr(file_text, ",\"add\",1,\"1\",,99.00,"));
    assert_non_null(strstr(file_text, ",\"add\",1,\"3\",\"1\",-9.00,"));
    assert_non_null(strstr(file_text, ",\"cancel\",,\"2\",,,,,,,\r\n"));
    file_of("postings_001.csv");
    assert_non_null(strstr(file_text, ",0,\"receivable\",\"hospital\",\"medical\",\"hrss."));
    assert_non_null(strstr(file_text, ",202603,91.00\r\n"));
    assert_non_null(strstr(file_text, ",202604,-1.00\r\n"));
    assert_non_null(strstr(file_of("answers_001.csv"), ",\"settle\",2026-"));
    assert_non_null(strstr(file_of("codes.csv"), "\"lines_change\",\"4\",\"drop_batch\",\""));
    remove_export("out");
    export_with("--until 2026-03-01");
    assert_int_equal(rows_of("charge_lines_001.csv"), 0);
    assert_int_equal(rows_of("postings_001.csv"), 0);
    assert_int_equal(rows_of("answers_001.csv"), 0);
}

static void test_csv_rules(void **state)
{
    const char *text;

    (void)state;
    export_with("");
    text = file_of("cases_001.csv");
    assert_true(text_starts(text_of(text), "\xEF\xBB\xBF业务编号,系统跟踪流水号,"));
    for (size_t i = 0; text[i] != '\0'; i++)
        if (text[i] == '\n')
            assert_int_equal(text[i - 1], '\r');
    assert_non_null(strstr(text, "\r\n\"019cac0f-"));
    remove_export("out");
    export_with("--english");
    assert_memory_equal(file_of("cases_001.csv"),
                        "\xEF\xBB\xBF"
                        "case_id,trace,",
                        17);
}

static void test_manifest(void **state)
{
    char line[512];
    struct text rest;
    unsigned files = 0;

    (void)state;
    export_with("");
    assert_non_null(strstr(said.out, "manifest sha256 "));
    snprintf(line, sizeof(line), "%s", file_of("about.csv"));
    assert_non_null(strstr(file_text, "party,\"hrss.520000\"\r\n"));
    assert_non_null(strstr(file_text, "unmasked,\"0\"\r\n"));
    rest = text_of(file_of("manifest.csv"));
    for (text_cut(&rest, '\n'); rest.size > 0; files++) {
        struct text row = text_cut(&rest, '\n');
        struct text name = text_cut(&row, ',');
        char command[FIXTURE_PATH_MAX + 256];

        snprintf(command, sizeof(command),
                 "cd '%s' && sha256sum %.*s | cut -c1-64 | grep -qFf - manifest.csv", place,
                 (int)name.size - 2, name.at + 1);
        assert_int_equal(system(command), 0);
    }
    assert_true(files >= 12);
}

static void test_parts(void **state)
{
    (void)state;
    export_with("--rows 40");
    assert_int_equal(rows_of("entries_001.csv"), 40);
    assert_int_equal(rows_of("entries_002.csv"), 40);
    assert_int_equal(rows_of("entries_003.csv"), ENTRIES - 80);
    assert_false(has_file("entries_004.csv"));
    assert_non_null(strstr(file_of("load-sqlite.sql"), "entries_003.csv entries"));
    assert_non_null(strstr(file_of("load-mysql.sql"), "'entries_003.csv'"));
}

/* --- scope
 * ------------------------------------------------------------------------------------
 */

static void test_scope(void **state)
{
    (void)state;
    export_with("--until 2026-03-01");
    assert_int_equal(rows_of("entries_001.csv"), 0);
    assert_int_equal(rows_of("cases_001.csv"), 0);
    assert_int_equal(rows_of("letters_001.csv"), 0);
    remove_export("out");
    export_with("--from 2026-03-02 --until 2026-03-02");
    assert_int_equal(rows_of("entries_001.csv"), ENTRIES + 1); /* the export before it */
    assert_int_equal(rows_of("cases_001.csv"), CASES);
    remove_export("out");
    export_with("--from 2026-03-03");
    assert_int_equal(rows_of("entries_001.csv"), 0);
    assert_int_equal(rows_of("cases_001.csv"), 0);
    remove_export("out");
    export_with("--case C52000000000001");
    assert_int_equal(rows_of("entries_001.csv"), STORY_STEPS - 1); /* one belongs to none */
    assert_int_equal(rows_of("cases_001.csv"), 1);
    remove_export("out");
    export_with("--party hrss.440000");
    assert_int_equal(rows_of("cases_001.csv"), CASES);
    assert_true(rows_of("entries_001.csv") >= STORY_STEPS * CASES);
    assert_true(rows_of("entries_001.csv") < ENTRIES);
}

/* --- XML
 * --------------------------------------------------------------------------------------
 */

static void test_xml(void **state)
{
    char command[FIXTURE_PATH_MAX + 128];

    (void)state;
    export_with("--format xml");
    assert_non_null(strstr(said.out, "document sha256 "));
    snprintf(command, sizeof(command),
             "xmllint --noout --schema schemas/ledger-export.xsd '%s' 2>/dev/null", place);
    assert_int_equal(system(command), 0);
}

/* --- refusals
 * ---------------------------------------------------------------------------------
 */

static void test_refusals(void **state)
{
    (void)state;
    refuses("--format ods", 64, "--format is csv or xml");
    refuses("--from tomorrow", 64, "--from is a date");
    refuses("--from 2026-03-03 --until 2026-03-02", 64, "lies before");
    refuses("--rows 0", 64, "--rows is a number");
    refuses("--rows 1000001", 64, "--rows is a number");
    refuses("--party hrss.990000", 66, "no party hrss.990000");
    refuses("--case 00000000-0000", 66, "");
    assert_int_equal(left_behind(), 0);
    assert_int_equal(mkdir(place, 0700), 0);
    cli_run("ledger export /nowhere/at/all");
    assert_int_not_equal(said.status, 0);
}

/* A file may not grow beyond a limit: as on a full disk. */
static void test_full_disk(void **state)
{
    char line[FIXTURE_PATH_MAX + 64];
    pid_t child;
    int status = 0;

    (void)state;
    snprintf(line, sizeof(line), "ledger export %s", place);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit limit = {8192, 8192};

        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        cli_run(line);
        _exit(said.status);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 74);
    assert_int_equal(left_behind(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_tables, setup),
        cmocka_unit_test_setup(test_settlements, setup),
        cmocka_unit_test_setup(test_csv_rules, setup),
        cmocka_unit_test_setup(test_manifest, setup),
        cmocka_unit_test_setup(test_parts, setup),
        cmocka_unit_test_setup(test_scope, setup),
        cmocka_unit_test_setup(test_xml, setup),
        cmocka_unit_test_setup(test_refusals, setup),
        cmocka_unit_test_setup(test_full_disk, setup),
    };
    return cmocka_run_group_tests(tests, cli_prepare, fixture_drop);
}

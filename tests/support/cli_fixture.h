/*
 * cli_fixture.h - the administrator's program inside a test: its words in, what it printed and
 * its exit status out; on the configuration of config_fixture.h and the ledger of
 * ledger_story.h.
 */
#ifndef SUPPORT_CLI_FIXTURE_H
#define SUPPORT_CLI_FIXTURE_H

#include "config_fixture.h"
#include "ledger_story.h"

#include <fcntl.h>
#include <jansson.h>
#include <time.h>

#include "cli/cli.h"
#include "wire/start.h"

enum { CLI_OUTPUT_MAX = 1024 * 1024, CLI_WORDS_MAX = 16 };

struct said {
    char out[CLI_OUTPUT_MAX];
    size_t out_size;
    char err[8192];
    int status;
};

static struct said said;

/* A group's setup: English, the XML library, the fixture's folder. */
FIXTURE int cli_prepare(void **state)
{
    struct error err = ERROR_INIT;

    unsetenv("LANGUAGE");
    setenv("LC_ALL", "C", 1);
    return wire_start(&err) && fixture_make(state) == 0 ? 0 : -1;
}

/* The configuration's clock stands at this time, UTC milliseconds. */
FIXTURE void cli_clock_at(int64_t ms)
{
    char offset[32];

    snprintf(offset, sizeof(offset), "%lld\n", (long long)(ms - (int64_t)time(NULL) * 1000));
    fixture_write("clock", offset);
}

FIXTURE size_t cli_read_bytes(const char *name, unsigned char *bytes, size_t size_max)
{
    char path[FIXTURE_PATH_MAX];
    FILE *file = fopen(fixture_path(name, path), "rb");
    size_t size;

    assert_non_null(file);
    size = fread(bytes, 1, size_max, file);
    assert_true(size < size_max);
    fclose(file);
    return size;
}

FIXTURE void cli_write_bytes(const char *name, const unsigned char *bytes, size_t size)
{
    char path[FIXTURE_PATH_MAX];
    FILE *file = fopen(fixture_path(name, path), "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

FIXTURE int cli_redirect(int descriptor, const char *name)
{
    char path[FIXTURE_PATH_MAX];
    int kept = dup(descriptor);
    int file = open(fixture_path(name, path), O_RDWR | O_CREAT | O_TRUNC, 0600);

    CHECK(kept >= 0 && file >= 0 && dup2(file, descriptor) == descriptor);
    close(file);
    return kept;
}

FIXTURE size_t cli_take(int descriptor, int kept, const char *name, char *bytes,
                        size_t size_max)
{
    char path[FIXTURE_PATH_MAX];
    size_t size;
    FILE *file;

    CHECK(dup2(kept, descriptor) == descriptor);
    close(kept);
    file = fopen(fixture_path(name, path), "r");
    CHECK(file != NULL);
    size = fread(bytes, 1, size_max - 1, file);
    bytes[size] = '\0';
    fclose(file);
    return size;
}

/* Runs `qiantong --config <fixture> LINE`; words are parted by single blanks. */
FIXTURE const char *cli_run(const char *line)
{
    static char copy[2048];
    static char config[FIXTURE_PATH_MAX];
    char *words[CLI_WORDS_MAX + 4] = {(char[]){"qiantong"}, (char[]){"--config"}, config};
    int count = 3;
    int out;
    int err;

    fixture_path("gateway.xml", config);
    snprintf(copy, sizeof(copy), "%s", line);
    for (char *rest = copy, *word;
         (word = strsep(&rest, " ")) != NULL && count < CLI_WORDS_MAX;)
        words[count++] = word;
    fflush(stdout);
    fflush(stderr);
    out = cli_redirect(STDOUT_FILENO, "stdout");
    err = cli_redirect(STDERR_FILENO, "stderr");
    said.status = cli_main(count, words);
    fflush(stdout);
    fflush(stderr);
    said.out_size = cli_take(STDOUT_FILENO, out, "stdout", said.out, sizeof(said.out));
    cli_take(STDERR_FILENO, err, "stderr", said.err, sizeof(said.err));
    return said.out;
}

/* What it printed as JSON; the caller's to json_decref. */
FIXTURE json_t *cli_json(const char *line)
{
    json_t *root;

    cli_run(line);
    if (said.status != 0)
        print_error("%s: %d: %s\n", line, said.status, said.err);
    assert_int_equal(said.status, 0);
    root = json_loads(said.out, 0, NULL);
    assert_non_null(root);
    return root;
}

FIXTURE void cli_refuses(const char *line, int status, const char *text)
{
    cli_run(line);
    if (said.status != status || strstr(said.err, text) == NULL)
        print_error("%s: %d: %s", line, said.status, said.err);
    assert_int_equal(said.status, status);
    assert_non_null(strstr(said.err, text));
    assert_string_equal(said.out, "");
}

/* A ledger of `cases` told cases where the configuration expects it; the old one goes. */
FIXTURE void cli_ledger(unsigned cases)
{
    struct story story = {.store = NULL};
    char path[FIXTURE_PATH_MAX];

    story_remove(fixture_path("ledger", path));
    story_check(&story, story_open_store(&story, path));
    story_check(&story, story_open_ledger(&story, DIGEST_SHA256));
    story_tell(&story, STORY_FIRST - 1 + (uint64_t)STORY_STEPS * cases);
    story_close(&story);
}

#endif

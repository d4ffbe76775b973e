/* cli_restore_test.c - a backup with bodies, played into a new ledger that equals the old one;
 * parts in one file and in several; and every way to spoil a stream, each named. */
#include "cli_fixture.h"

#include <libgen.h>
#include <limits.h>
#include <sys/wait.h>

#include "core/entry_stream.h"

enum { CASES = 2, ENTRIES = STORY_FIRST - 1 + STORY_STEPS * CASES, STREAM_MAX = 512 * 1024 };

static char auditor[PATH_MAX];
static unsigned char good[STREAM_MAX];
static unsigned char bad[2 * STREAM_MAX];
static size_t good_size;

static int prepare(void **state)
{
    char self[PATH_MAX - 32] = "";

    if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
        return -1;
    snprintf(auditor, sizeof(auditor), "%s/../qiantong-audit", dirname(self));
    return cli_prepare(state);
}

static void clear(const char *name)
{
    char command[FIXTURE_PATH_MAX + 32];
    char path[FIXTURE_PATH_MAX];

    snprintf(command, sizeof(command), "rm -rf '%s'", fixture_path(name, path));
    assert_int_equal(system(command), 0);
}

static int setup(void **state)
{
    static const char *const names[] = {"stream", "second", "bad", "restored"};

    (void)state;
    fixture_reset();
    for (size_t i = 0; i < COUNT_OF(names); i++)
        clear(names[i]);
    cli_ledger(CASES);
    return 0;
}

/* A line with % for the fixture's folder; its status. */
static int run(const char *template)
{
    char line[2048];
    char folder[FIXTURE_PATH_MAX];
    size_t size = 0;

    fixture_path("", folder);
    for (const char *at = template; *at != '\0'; at++) {
        if (*at == '%')
            size += (size_t)snprintf(line + size, sizeof(line) - size, "%s", folder);
        else
            line[size++] = *at;
        assert_true(size < sizeof(line));
    }
    line[size] = '\0';
    cli_run(line);
    return said.status;
}

static void runs(const char *template)
{
    if (run(template) != 0)
        print_error("%s: %d: %s", template, said.status, said.err);
    assert_int_equal(said.status, 0);
}

static void fails(const char *template, const char *text)
{
    char path[FIXTURE_PATH_MAX];

    assert_int_not_equal(run(template), 0);
    if (strstr(said.err, text) == NULL)
        print_error("%s: %s", template, said.err);
    assert_non_null(strstr(said.err, text));
    assert_int_not_equal(access(fixture_path("restored", path), F_OK), 0);
}

static int audit(const char *name)
{
    char command[PATH_MAX + 3 * FIXTURE_PATH_MAX];
    char stream[FIXTURE_PATH_MAX];
    int status;

    if (access(auditor, X_OK) != 0)
        return -1;
    snprintf(command, sizeof(command), "'%s' entries '%s' >/dev/null 2>&1", auditor,
             fixture_path(name, stream));
    status = system(command);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* A story told further, in the ledger the configuration names. */
static void tell_more(unsigned cases)
{
    struct story story = {.store = NULL};
    char path[FIXTURE_PATH_MAX];

    story_check(&story, story_open_store(&story, fixture_path("ledger", path)));
    story_check(&story, story_open_ledger(&story, DIGEST_SHA256));
    story_tell(&story, STORY_FIRST - 1 + (uint64_t)STORY_STEPS * cases);
    story_close(&story);
}

/* The restored ledger in place of the old one: everything is found in order. */
static void check_restored(void)
{
    char from[FIXTURE_PATH_MAX];
    char to[FIXTURE_PATH_MAX];

    clear("ledger");
    assert_int_equal(rename(fixture_path("restored", from), fixture_path("ledger", to)), 0);
    runs("ledger verify");
    assert_non_null(strstr(said.out, "nothing wrong"));
    runs("ledger rebuild");
    assert_non_null(strstr(said.out, "nothing wrong"));
    tell_more(CASES + 2); /* it goes on where it stood */
    runs("ledger verify");
}

static void test_whole(void **state)
{
    char *cases;

    (void)state;
    runs("cases --json");
    cases = strdup(said.out);
    runs("ledger backup %stream");
    assert_non_null(strstr(said.out, "38 entries and "));
    assert_true(audit("stream") <= 0);
    runs("ledger restore %stream %restored");
    assert_non_null(strstr(said.out, "restored and verified"));
    check_restored();
    clear("ledger");
    runs("ledger restore %stream %ledger");
    runs("cases --json");
    assert_string_equal(said.out, cases);
    free(cases);
}

static void test_continue(void **state)
{
    (void)state;
    runs("ledger backup %stream");
    runs("ledger backup --continue %stream");
    assert_non_null(strstr(said.out, "0 entries and 0 bodies"));
    tell_more(CASES + 1);
    runs("ledger backup --continue %stream");
    assert_non_null(strstr(said.out, "17 entries and "));
    assert_true(audit("stream") <= 0);
    tell_more(CASES + 2);
    runs("ledger backup --from 56 %second");
    fails("ledger restore %second %restored", "entries 1 to 55 are not there");
    runs("ledger restore %stream %second %restored");
    assert_non_null(strstr(said.out, "entries 1 to 72"));
    check_restored();
}

/* A run that was killed at any byte: the next one goes on, and the stream is good. */
static void test_interrupted(void **state)
{
    size_t first_size;
    size_t size;

    (void)state;
    runs("ledger backup %stream");
    first_size = cli_read_bytes("stream", good, sizeof(good));
    tell_more(CASES + 1);
    runs("ledger backup --continue %stream");
    size = cli_read_bytes("stream", good, sizeof(good));
    for (size_t cut = first_size + 1; cut < size; cut += 997) {
        cli_write_bytes("bad", good, cut);
        fails("ledger restore %bad %restored", "the stream is cut off");
        assert_non_null(strstr(said.err, "--accept-cut restores up to entry 38"));
        runs("ledger backup --continue %bad");
        assert_non_null(strstr(said.out, "17 entries and "));
        assert_true(audit("bad") <= 0);
    }
    cli_write_bytes("bad", good, size - 1);
    runs("ledger restore --accept-cut %bad %restored");
    assert_non_null(strstr(said.out, "entries 1 to 38"));
    assert_non_null(strstr(said.out, "entries 39 to 55 were cut off"));
    clear("restored");
    cli_write_bytes("bad", good, first_size - 1);
    fails("ledger restore --accept-cut %bad %restored", "the stream is cut off");
}

/* --- spoiled
 * ----------------------------------------------------------------------------------
 */

static void spoiled(size_t size, const char *text)
{
    cli_write_bytes("bad", bad, size);
    assert_true(audit("bad") == 1 || audit("bad") == -1);
    fails("ledger restore %bad %restored", text);
}

static void test_every_byte_counts(void **state)
{
    (void)state;
    runs("ledger backup %stream");
    good_size = cli_read_bytes("stream", good, sizeof(good));
    for (size_t at = 0; at < good_size; at += 211) {
        memcpy(bad, good, good_size);
        bad[at] ^= 0x20;
        spoiled(good_size, "");
    }
    for (size_t size = 1; size < good_size; size += 1511) {
        memcpy(bad, good, size);
        spoiled(size, size < ENTRY_STREAM_MAGIC_SIZE ? "not an entry stream" : "");
    }
}

/* First frame of a type at or behind `at`, which moves to it; its whole size. */
static size_t frame_at(size_t *at, unsigned type)
{
    while (*at < good_size) {
        struct reader reader = reader_over(good + *at + 1, 4);
        size_t size = STREAM_PREFIX + reader_u32(&reader);

        if (good[*at] == type)
            return size;
        *at += size;
    }
    assert_true(*at < good_size);
    return 0;
}

static void without(size_t at, size_t size, const char *text)
{
    memcpy(bad, good, at);
    memcpy(bad + at, good + at + size, good_size - at - size);
    spoiled(good_size - size, text);
}

static void test_frames(void **state)
{
    size_t body = ENTRY_STREAM_MAGIC_SIZE;
    size_t body_size;
    size_t end = ENTRY_STREAM_MAGIC_SIZE;
    size_t end_size;

    (void)state;
    runs("ledger backup %stream");
    good_size = cli_read_bytes("stream", good, sizeof(good));
    body_size = frame_at(&body, STREAM_BODY);
    end_size = frame_at(&end, STREAM_END);
    without(body, body_size, "a body that it names is missing");
    without(end, end_size, "the stream is cut off");
    without(ENTRY_STREAM_MAGIC_SIZE, STREAM_PREFIX + STREAM_HEAD_SIZE, "outside of any part");
    memcpy(bad, good, good_size);
    bad[body + body_size - 1] ^= 1;
    spoiled(good_size, "the bytes of a body were changed");
    memcpy(bad, good, body + body_size);
    memcpy(bad + body + body_size, good + body, good_size - body);
    spoiled(good_size + body_size, "a body follows that it does not name");
    /* the same part twice, in one file and in two */
    memcpy(bad, good, good_size);
    memcpy(bad + good_size, good + ENTRY_STREAM_MAGIC_SIZE,
           good_size - ENTRY_STREAM_MAGIC_SIZE);
    spoiled(2 * good_size - ENTRY_STREAM_MAGIC_SIZE, "a part stands twice");
    fails("ledger restore %stream %stream %restored", "a part stands twice");
}

static void test_foreign(void **state)
{
    struct story story = {.store = NULL};
    struct entry_origin origin = story_origin(DIGEST_SHA256);
    char path[FIXTURE_PATH_MAX];

    (void)state;
    runs("ledger backup %stream");
    clear("ledger");
    origin.log_id[0] ^= 1;
    story_check(&story, story_open_store(&story, fixture_path("ledger", path)));
    story_check(&story, ledger_create(story.store, &origin, &story.err));
    story_check(&story, story_open_ledger(&story, DIGEST_SHA256));
    story_tell(&story, ENTRIES + STORY_STEPS);
    story_close(&story);
    fails("ledger backup --continue %stream", "of another ledger");
    runs("ledger backup --from 39 %second");
    fails("ledger restore %stream %second %restored", "a part of another ledger");
}

static void test_places(void **state)
{
    char path[FIXTURE_PATH_MAX];

    (void)state;
    runs("ledger backup %stream");
    assert_int_not_equal(run("ledger backup %stream"), 0);
    assert_non_null(strstr(said.err, "File exists"));
    assert_int_not_equal(run("ledger backup --from 39 %second"), 0);
    assert_non_null(strstr(said.err, "only 38 entries"));
    fails("ledger restore %stream", "");
    fails("ledger restore %nothing %restored", "");
    /* nothing is put over what is there */
    assert_int_not_equal(run("ledger restore %stream %ledger"), 0);
    runs("ledger verify");
    assert_int_equal(mkdir(fixture_path("restored", path), 0700), 0);
    runs("ledger restore %stream %restored");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_whole, setup),
        cmocka_unit_test_setup(test_continue, setup),
        cmocka_unit_test_setup(test_interrupted, setup),
        cmocka_unit_test_setup(test_every_byte_counts, setup),
        cmocka_unit_test_setup(test_frames, setup),
        cmocka_unit_test_setup(test_foreign, setup),
        cmocka_unit_test_setup(test_places, setup),
    };

    return cmocka_run_group_tests(tests, prepare, fixture_drop);
}

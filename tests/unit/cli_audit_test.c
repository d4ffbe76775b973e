/* cli_audit_test.c - the backup of a ledger, checked by qiantong-audit, which shares with the
 * gateway only the format; then every way to spoil it, and the first bad entry named. The
 * auditor is run as a program, from beside the folder this test lies in. */
#include "cli_fixture.h"

#include <libgen.h>
#include <limits.h>
#include <sys/wait.h>

#include "core/entry_stream.h"

enum { CASES = 2, ENTRIES = STORY_FIRST - 1 + STORY_STEPS * CASES, STREAM_MAX = 256 * 1024 };

static char auditor[PATH_MAX];
static unsigned char good[STREAM_MAX];
static size_t good_size;
static char said_text[16384];

static int prepare(void **state)
{
    char self[PATH_MAX - 32] = "";

    if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
        return -1;
    snprintf(auditor, sizeof(auditor), "%s/../qiantong-audit", dirname(self));
    if (cli_prepare(state) != 0)
        return -1;
    fixture_reset();
    cli_ledger(CASES);
    return 0;
}

/* Its exit status; what it printed, on both outputs, is in said_text. */
static int audit(const char *name)
{
    char command[PATH_MAX + 3 * FIXTURE_PATH_MAX];
    char stream[FIXTURE_PATH_MAX];
    char output[FIXTURE_PATH_MAX];
    size_t size;
    int status;

    snprintf(command, sizeof(command), "'%s' entries '%s' >'%s' 2>&1", auditor,
             fixture_path(name, stream), fixture_path("audited", output));
    status = system(command);
    assert_true(WIFEXITED(status));
    size = cli_read_bytes("audited", (unsigned char *)said_text, sizeof(said_text));
    said_text[size] = '\0';
    return WEXITSTATUS(status);
}

/* The entries of a stream as version 1 held them, without heads and bodies: old backups stay
 * readable. */
static size_t as_version_1(const unsigned char *stream, size_t size, unsigned char *out)
{
    size_t made = ENTRY_STREAM_MAGIC_SIZE;

    memcpy(out, ENTRY_STREAM_MAGIC_1, ENTRY_STREAM_MAGIC_SIZE);
    for (size_t at = ENTRY_STREAM_MAGIC_SIZE; at < size;) {
        struct reader reader = reader_over(stream + at + 1, 4);
        size_t frame = reader_u32(&reader);

        if (stream[at] == STREAM_ENTRY) {
            memcpy(out + made, stream + at + 1, 4 + frame);
            made += 4 + frame;
        }
        at += STREAM_PREFIX + frame;
    }
    return made;
}

/* Where entry `seq` begins (its size prefix). */
static size_t place_of(uint64_t seq)
{
    size_t at = ENTRY_STREAM_MAGIC_SIZE;

    for (uint64_t i = 1; i < seq; i++) {
        struct reader reader = reader_over(good + at, 4);

        at += ENTRY_STREAM_PREFIX_1 + reader_u32(&reader);
    }
    assert_true(at <= good_size);
    return at;
}

static void make_backup(void)
{
    static unsigned char stream[STREAM_MAX];
    char line[FIXTURE_PATH_MAX + 32];
    char path[FIXTURE_PATH_MAX];

    fixture_remove("backup");
    snprintf(line, sizeof(line), "ledger backup %s", fixture_path("backup", path));
    cli_run(line);
    if (said.status != 0)
        print_error("%s", said.err);
    assert_int_equal(said.status, 0);
    good_size = as_version_1(stream, cli_read_bytes("backup", stream, sizeof(stream)), good);
    cli_write_bytes("backup", good, good_size);
}

static int setup(void **state)
{
    (void)state;
    if (access(auditor, X_OK) != 0) {
        print_message("qiantong-audit is not built: nothing to check it with\n");
        skip();
    }
    make_backup();
    return 0;
}

static void test_good(void **state)
{
    json_t *verified = cli_json("ledger verify --json");

    (void)state;
    assert_int_equal(audit("backup"), 0);
    assert_non_null(strstr(said_text, "party    hrss.520000 (test ledger)"));
    assert_non_null(
        strstr(said_text, "entries  38, the last of 2026-03-02T09:00:38.000+08:00"));
    /* Both came to the same root, each by its own way. */
    assert_non_null(strstr(said_text, json_string_value(json_object_get(verified, "root"))));
    json_decref(verified);
}

/* One bit anywhere in an entry: that entry is named. */
static void test_every_bit_counts(void **state)
{
    static unsigned char bad[STREAM_MAX];
    static const uint64_t entries[] = {1, 2, 17, ENTRIES};
    char expected[32];

    (void)state;
    for (size_t e = 0; e < COUNT_OF(entries); e++) {
        size_t begin = place_of(entries[e]) + ENTRY_STREAM_PREFIX_1;
        size_t end = entries[e] == ENTRIES ? good_size : place_of(entries[e] + 1);

        snprintf(expected, sizeof(expected), "entry %u: ", (unsigned)entries[e]);
        for (size_t at = begin; at < end; at += 37) {
            memcpy(bad, good, good_size);
            bad[at] ^= 0x10;
            cli_write_bytes("bad", bad, good_size);
            assert_int_equal(audit("bad"), 1);
            if (strstr(said_text, expected) == NULL)
                print_error("byte %zu: %s", at - begin, said_text);
            assert_non_null(strstr(said_text, expected));
        }
    }
}

static void spoiled(const unsigned char *bytes, size_t size, const char *expected)
{
    cli_write_bytes("bad", bytes, size);
    assert_int_equal(audit("bad"), 1);
    if (strstr(said_text, expected) == NULL)
        print_error("%s", said_text);
    assert_non_null(strstr(said_text, expected));
}

static void test_structure(void **state)
{
    static unsigned char bad[2 * STREAM_MAX];
    size_t third = place_of(3);
    size_t fourth = place_of(4);
    size_t fifth = place_of(5);

    (void)state;
    /* an entry is missing, stands twice, two have changed places */
    memcpy(bad, good, third);
    memcpy(bad + third, good + fourth, good_size - fourth);
    spoiled(bad, good_size - (fourth - third), "entry 3: its sequence number is another");
    memcpy(bad, good, fourth);
    memcpy(bad + fourth, good + third, good_size - third);
    spoiled(bad, good_size + (fourth - third), "entry 4: its sequence number is another");
    memcpy(bad, good, third);
    memcpy(bad + third, good + fourth, fifth - fourth);
    memcpy(bad + third + (fifth - fourth), good + third, fourth - third);
    memcpy(bad + fifth, good + fifth, good_size - fifth);
    spoiled(bad, good_size, "entry 3: its sequence number is another");
    /* the beginning is missing; it begins anew */
    memcpy(bad, good, ENTRY_STREAM_MAGIC_SIZE);
    memcpy(bad + ENTRY_STREAM_MAGIC_SIZE, good + third, good_size - third);
    spoiled(bad, ENTRY_STREAM_MAGIC_SIZE + good_size - third, "entry 1: ");
    /* cut off: within an entry, within its size, behind the magic line */
    spoiled(good, good_size - 1, "entry 38: the stream is cut off");
    spoiled(good, third + 2, "entry 3: the stream is cut off");
    spoiled(good, ENTRY_STREAM_MAGIC_SIZE, "entry 1: missing");
    /* impossible sizes */
    memcpy(bad, good, good_size);
    memset(bad + third, 0xff, 4);
    spoiled(bad, good_size, "entry 3: impossible size");
    memset(bad + third, 0, 4);
    spoiled(bad, good_size, "entry 3: impossible size");
    /* something else altogether */
    memcpy(bad, good, good_size);
    bad[0] = 'Q';
    spoiled(bad, good_size, "not an entry stream");
    spoiled(bad, 0, "not an entry stream");
}

/* Cut between two entries it is a good, shorter ledger: only a checkpoint tells, so the size
 * and the root are printed. */
static void test_shorter(void **state)
{
    (void)state;
    cli_write_bytes("bad", good, place_of(ENTRIES));
    assert_int_equal(audit("bad"), 0);
    assert_non_null(strstr(said_text, "entries  37,"));
}

static void test_no_file(void **state)
{
    (void)state;
    fixture_remove("bad");
    assert_int_equal(audit("bad"), 66);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_good, setup),
        cmocka_unit_test_setup(test_every_bit_counts, setup),
        cmocka_unit_test_setup(test_structure, setup),
        cmocka_unit_test_setup(test_shorter, setup),
        cmocka_unit_test_setup(test_no_file, setup),
    };

    return cmocka_run_group_tests(tests, prepare, fixture_drop);
}

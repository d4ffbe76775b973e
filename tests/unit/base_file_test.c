/* base_file_test.c - whole files in and out, and what is refused. */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static char folder[] = "/tmp/file_test_XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    struct arena *arena = arena_new(1024 * 1024);

    *state = arena;
    if (arena == NULL || mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/file", folder);
    return 0;
}

static int remove_folder(void **state)
{
    arena_free(*state);
    unlink(path);
    return rmdir(folder); /* fails if a temporary file was left */
}

static void test_round_trip(void **state)
{
    const struct text bytes = {"a\0张\n", 6};
    struct error err = ERROR_INIT;
    struct text back;
    struct stat facts;

    umask(077);
    assert_true(file_write_atomic(path, bytes, 0640, &err));
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0640);
    assert_true(file_read(*state, path, bytes.size, &back, &err));
    assert_true(text_equal(back, bytes));
    assert_int_equal(back.at[back.size], '\0');
    assert_true(file_write_atomic(path, TEXT_NONE, 0600, &err));
    assert_true(file_read(*state, path, 0, &back, &err));
    assert_int_equal(back.size, 0);
    assert_int_equal(back.at[0], '\0');
}

static void assert_read_fails(struct arena *arena, const char *from, size_t size_max,
                              enum error_code code)
{
    struct error err = ERROR_INIT;
    struct text bytes;

    assert_false(file_read(arena, from, size_max, &bytes, &err));
    assert_int_equal(err.code, code);
}

static void test_read_refusals(void **state)
{
    struct error err = ERROR_INIT;

    assert_true(file_write_atomic(path, TEXT("12345"), 0600, &err));
    assert_read_fails(*state, path, 4, ERROR_SIZE);
    assert_read_fails(*state, "/tmp/file_test_absent", 4, ERROR_NOT_FOUND);
    assert_read_fails(*state, folder, 1024, ERROR_SYSTEM);
    assert_read_fails(*state, "/dev/zero", 4096, ERROR_SIZE); /* endless */
    assert_read_fails(*state, "/dev/null", 2 * 1024 * 1024, ERROR_MEMORY);
}

static void test_without_known_size(void **state)
{
    struct error err = ERROR_INIT;
    struct text bytes;
    int ends[2];
    char name[32];

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "piped", 5), 5);
    close(ends[1]);
    snprintf(name, sizeof(name), "/proc/self/fd/%d", ends[0]);
    assert_true(file_read(*state, name, 100, &bytes, &err));
    assert_true(text_is(bytes, "piped"));
    close(ends[0]);
    assert_true(file_read(*state, "/proc/self/status", 64 * 1024, &bytes, &err));
    assert_true(text_starts(bytes, "Name:"));
}

static void test_write_refusals(void **state)
{
    struct error err = ERROR_INIT;
    char folder_path[80];
    struct text bytes;

    assert_false(file_write_atomic("/nonexistent/folder/file", TEXT("x"), 0600, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    /* A folder stands where the file should: the rename fails and nothing stays behind. */
    snprintf(folder_path, sizeof(folder_path), "%s/taken", folder);
    assert_int_equal(mkdir(folder_path, 0700), 0);
    assert_false(file_write_atomic(folder_path, TEXT("x"), 0600, &err));
    assert_int_equal(err.code, ERROR_SYSTEM);
    assert_int_equal(rmdir(folder_path), 0);
    assert_false(file_write_atomic("/dev/full/x", TEXT("x"), 0600, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    /* A failure leaves the old content. */
    assert_true(file_write_atomic(path, TEXT("old"), 0600, &err));
    assert_true(file_read(*state, path, 10, &bytes, &err));
    assert_true(text_is(bytes, "old"));
}

static void test_beside_without_folder(void **state)
{
    struct error err = ERROR_INIT;
    struct text bytes;
    char before[512];

    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir(folder), 0);
    assert_true(file_write_atomic("file", TEXT("here"), 0600, &err));
    assert_true(file_read(*state, path, 10, &bytes, &err));
    assert_true(text_is(bytes, "here"));
    assert_int_equal(chdir(before), 0);
}

static void assert_not_plain(struct arena *arena, const char *at)
{
    struct error err = ERROR_INIT;
    struct text bytes;

    assert_false(file_read_plain(arena, at, 100, &bytes, &err));
    assert_int_equal(err.code, ERROR_VALUE);
    assert_int_equal(unlink(at) == 0 || rmdir(at) == 0, 1);
}

/* A folder that others write into may hold anything; nothing of it is followed or waited for.
 */
static void test_plain_files_only(void **state)
{
    struct error err = ERROR_INIT;
    struct text bytes;
    char other[80];

    assert_true(file_write_atomic(path, TEXT("plain"), 0600, &err));
    assert_true(file_read_plain(*state, path, 5, &bytes, &err));
    assert_true(text_is(bytes, "plain"));
    assert_false(file_read_plain(*state, path, 4, &bytes, &err));
    assert_int_equal(err.code, ERROR_SIZE);
    snprintf(other, sizeof(other), "%s/other", folder);
    assert_false(file_read_plain(*state, other, 100, &bytes, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_int_equal(symlink(path, other), 0);
    assert_not_plain(*state, other);
    assert_int_equal(mkfifo(other, 0600), 0);
    assert_not_plain(*state, other);
    assert_int_equal(mkdir(other, 0700), 0);
    assert_not_plain(*state, other);
    assert_false(file_read_plain(*state, "/dev/zero", 100, &bytes, &err));
    assert_int_equal(err.code, ERROR_VALUE);
}

static void test_write_then_rename(void **state)
{
    struct error err = ERROR_INIT;
    struct text bytes;
    char beside[80];

    snprintf(beside, sizeof(beside), "%s/beside", folder);
    assert_true(file_write_new(beside, TEXT("first"), 0600, &err));
    assert_true(file_write_new(beside, TEXT("new"), 0640, &err)); /* overwritten */
    assert_true(file_rename(beside, path, &err));
    assert_true(file_read(*state, path, 10, &bytes, &err));
    assert_true(text_is(bytes, "new"));
    assert_false(file_rename(beside, path, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_int_equal(symlink(path, beside), 0);
    assert_false(file_write_new(beside, TEXT("through a link"), 0600, &err));
    assert_true(file_remove(beside, &err)); /* the link, not what it leads to */
    assert_true(file_remove(beside, &err)); /* is not there */
    assert_false(file_write_new("/nonexistent/folder/file", TEXT("x"), 0600, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
}

static void test_list(void **state)
{
    static const char *const wanted[] = {".hidden", "1", "10", "2", "file"};
    struct error err = ERROR_INIT;
    const char **names;
    char at[80];
    size_t count;

    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        snprintf(at, sizeof(at), "%s/%s", folder, wanted[i]);
        assert_true(file_write_atomic(at, TEXT("x"), 0600, &err));
    }
    assert_true(file_list(*state, folder, 100, &names, &count, &err));
    assert_int_equal(count, COUNT_OF(wanted));
    for (size_t i = 0; i < count; i++)
        assert_string_equal(names[i], wanted[i]);
    assert_true(file_list(*state, folder, 2, &names, &count, &err));
    assert_int_equal(count, 2);
    for (size_t i = 0; i < COUNT_OF(wanted) - 1; i++) {
        snprintf(at, sizeof(at), "%s/%s", folder, wanted[i]);
        assert_true(file_remove(at, &err));
    }
    assert_false(file_list(*state, path, 100, &names, &count, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_read_refusals),
        cmocka_unit_test(test_without_known_size),
        cmocka_unit_test(test_write_refusals),
        cmocka_unit_test(test_beside_without_folder),
        cmocka_unit_test(test_plain_files_only),
        cmocka_unit_test(test_write_then_rename),
        cmocka_unit_test(test_list),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* crypt_random_test.c - bytes that nobody was given before: sizes, threads, a child process. */
#include "unit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypt/random.h"

enum { PIECE = 12, PIECES = 400, THREADS = 4 };

typedef unsigned char pieces[PIECES][PIECE];

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, PIECE);
}

static bool take(pieces taken)
{
    struct error err = ERROR_INIT;

    for (size_t i = 0; i < PIECES; i++)
        if (!random_bytes(taken[i], PIECE, &err))
            return false;
    return true;
}

static void assert_all_differ(unsigned char (*taken)[PIECE], size_t count)
{
    qsort(taken, count, PIECE, compare);
    for (size_t i = 1; i < count; i++)
        assert_memory_not_equal(taken[i - 1], taken[i], PIECE);
}

static void every_size_is_filled(void **state)
{
    struct error err = ERROR_INIT;

    (void)state;
    for (size_t size = 0; size <= 300; size++) {
        unsigned char bytes[304];
        size_t kept = 0;

        /* a byte that stays as it was three times over was not written */
        for (int round = 0; round < 3; round++) {
            memset(bytes, 0xA5, sizeof(bytes));
            assert_true(random_bytes(bytes, size, &err));
            for (size_t i = size; i < sizeof(bytes); i++)
                assert_int_equal(bytes[i], 0xA5);
            kept += size > 0 && bytes[size - 1] == 0xA5;
        }
        assert_true(kept < 3);
    }
}

static void *take_on_thread(void *self)
{
    return take(*(pieces *)self) ? self : NULL;
}

static void nobody_gets_the_same(void **state)
{
    static pieces taken[THREADS];
    pthread_t threads[THREADS];

    (void)state;
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_on_thread, &taken[i]), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *result = NULL;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_ptr_equal(result, &taken[i]);
    }
    assert_all_differ(&taken[0][0], (size_t)THREADS * PIECES);
}

static void a_child_takes_its_own(void **state)
{
    static pieces taken[2];
    struct error err = ERROR_INIT;
    unsigned char first[PIECE];
    int ends[2];
    int status = 0;
    pid_t child;

    (void)state;
    assert_true(random_bytes(first, sizeof(first), &err)); /* the rest lies ready now */
    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        bool ok = take(taken[1]) &&
                  write(ends[1], taken[1], sizeof(taken[1])) == (ssize_t)sizeof(taken[1]);
        _exit(ok ? 0 : 1);
    }
    assert_true(take(taken[0]));
    for (size_t got = 0; got < sizeof(taken[1]);) {
        ssize_t size = read(ends[0], (char *)taken[1] + got, sizeof(taken[1]) - got);
        assert_true(size > 0);
        got += (size_t)size;
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(ends[0]);
    close(ends[1]);
    assert_all_differ(&taken[0][0], (size_t)2 * PIECES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_is_filled),
        cmocka_unit_test(nobody_gets_the_same),
        cmocka_unit_test(a_child_takes_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* base_arena_test.c - memory of an arena is zero, wiped, bounded, and good for any thread. */
#include "unit.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { ARENAS = 300, ROUNDS = 3, THREADS = 4 };

static bool is_zero(const unsigned char *at, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (at[i] != 0)
            return false;
    return true;
}

/* Fills an arena of several blocks with letters; what it gets is zero, whoever had it before.
 */
static bool use(struct arena *arena, char letter)
{
    static const size_t sizes[] = {1, 100, 4000, 12000, 20000, 40000, 7, 70000};

    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        unsigned char *at = arena_alloc(arena, sizes[i]);
        if (at == NULL || !is_zero(at, sizes[i]))
            return false;
        memset(at, letter, sizes[i]);
    }
    return true;
}

static void blocks_come_back_as_zeros(void **state)
{
    struct arena *arenas[ARENAS];

    (void)state;
    for (int round = 0; round < ROUNDS; round++) { /* more at once than are kept */
        for (size_t i = 0; i < ARENAS; i++) {
            arenas[i] = arena_new(1024 * 1024);
            assert_non_null(arenas[i]);
            assert_true(use(arenas[i], 'x'));
        }
        for (size_t i = 0; i < ARENAS; i++)
            arena_free(arenas[i]);
    }
}

static void reset_forgets(void **state)
{
    struct arena *arena = arena_new(1024 * 1024);

    (void)state;
    assert_non_null(arena);
    for (int round = 0; round < ROUNDS; round++) {
        assert_true(use(arena, 'y'));
        arena_reset(arena);
        assert_int_equal(arena_used(arena), 0);
    }
    arena_free(arena);
    arena_free(NULL);
}

static void the_bound_holds(void **state)
{
    static const size_t bounds[] = {0, 100, 16 * 1024, 48 * 1024, 50 * 1024};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bounds); i++) {
        struct arena *arena = arena_new(bounds[i]);
        size_t taken = 0;

        assert_non_null(arena);
        assert_null(arena_alloc(arena, SIZE_MAX));
        assert_null(arena_alloc(arena, bounds[i] + 16));
        assert_null(arena_array(arena, SIZE_MAX / 2, 3));
        while (arena_alloc(arena, 64) != NULL)
            taken += 64;
        assert_true(taken <= bounds[i]);
        assert_int_equal(arena_used(arena), taken);
        arena_free(arena);
    }
}

static void copies_and_formats(void **state)
{
    struct arena *arena = arena_new(64 * 1024);
    struct text copy = arena_copy(arena, TEXT("张喆㛃𠮷"));

    (void)state;
    assert_true(text_is(copy, "张喆㛃𠮷"));
    assert_int_equal(copy.at[copy.size], 0);
    copy = arena_copy(arena, TEXT_NONE);
    assert_non_null(copy.at);
    assert_int_equal(copy.size, 0);
    assert_string_equal(arena_format(arena, "%s-%d", "a", 7), "a-7");
    assert_null(arena_format(arena, "%*s", 128 * 1024, ""));
    arena_free(arena);
}

static void *use_often(void *self)
{
    size_t *wrong = calloc(1, sizeof(*wrong));

    (void)self;
    for (int i = 0; wrong != NULL && i < 200; i++) {
        struct arena *arena = arena_new(1024 * 1024);
        *wrong += arena != NULL && use(arena, 'z') ? 0 : 1;
        arena_free(arena);
    }
    return wrong;
}

static void threads_share_what_is_kept(void **state)
{
    pthread_t threads[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_often, NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        size_t *wrong = NULL;
        assert_int_equal(pthread_join(threads[i], (void **)&wrong), 0);
        assert_non_null(wrong);
        assert_int_equal(*wrong, 0);
        free(wrong);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_come_back_as_zeros),
        cmocka_unit_test(reset_forgets),
        cmocka_unit_test(the_bound_holds),
        cmocka_unit_test(copies_and_formats),
        cmocka_unit_test(threads_share_what_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

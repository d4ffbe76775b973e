/* gate_parking_test.c - how a wait ends: the answer, the time, the client, the gateway. */
#include "unit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate/parking.h"

enum { ENDED_MAX = 1024 };

static _Atomic int64_t now_ms = 1000000;
static struct gate_counts counts;
static struct parking *parking;
static struct error err;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static size_t ended_count;
static size_t held_count;
static enum question_end ends[ENDED_MAX];
static uint64_t ids[ENDED_MAX];
static char said[ENDED_MAX][16]; /* the root's name of the answer */

static struct instant now(void)
{
    return (struct instant){atomic_load(&now_ms)};
}

static void hold(void *self, struct request *request, int64_t wait_ms)
{
    (void)self;
    (void)request;
    assert_true(wait_ms > 0);
    held_count++; /* within parking's lock */
}

static void ended(void *self, struct parked *first, struct parked_answer *answer,
                  enum question_end end)
{
    struct parked *next;
    (void)self;
    pthread_mutex_lock(&lock);
    for (struct parked *at = first; at != NULL; at = next) {
        next = at->next;
        if (ended_count < ENDED_MAX) {
            ends[ended_count] = end;
            ids[ended_count] = at->request->id;
            snprintf(said[ended_count], sizeof(said[0]), "%s",
                     answer != NULL ? answer->code : "");
            ended_count++;
        }
        free(at);
    }
    pthread_mutex_unlock(&lock);
    free(answer);
}

static size_t ended_so_far(void)
{
    pthread_mutex_lock(&lock);
    size_t count = ended_count;
    pthread_mutex_unlock(&lock);
    return count;
}

#define EVENTUALLY(condition)                                                                  \
    do {                                                                                       \
        for (int round = 0; round < 800 && !(condition); round++)                              \
            usleep(5000);                                                                      \
        assert_true(condition);                                                                \
    } while (0)

static int make(void **state)
{
    struct parking_given given = {
        .now = now, .hold = hold, .ended = ended, .counts = &counts.questions};
    (void)state;
    memset(&counts, 0, sizeof(counts));
    gate_counts_init(&counts);
    ended_count = 0;
    held_count = 0;
    if (!parking_start(&given, &parking, &err))
        return -1;
    parking_use_max(parking, 3);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    parking_free(parking);
    return 0;
}

/* Key and request bear the same number's first byte. */
static bool park(struct request *request, uint8_t key, int64_t wait_ms)
{
    struct parked *parked = calloc(1, sizeof(*parked));
    assert_non_null(parked);
    parked->request = request;
    memset(parked->key, key, sizeof(parked->key));
    parked->until = (struct instant){atomic_load(&now_ms) + wait_ms};
    err = (struct error)ERROR_INIT;
    if (parking_park(parking, parked, &err))
        return true;
    free(parked);
    return false;
}

static void answer(uint8_t key, enum verdict verdict, const char *code)
{
    struct engine_answer given = {.verdict = verdict};
    memset(given.key, key, sizeof(given.key));
    snprintf(given.code, sizeof(given.code), "%s", code);
    parking_answer(parking, &given);
}

static void an_answer_ends_all_that_wait_for_it(void **state)
{
    static struct request requests[3] = {{.id = 1}, {.id = 2}, {.id = 3}};
    (void)state;
    assert_true(park(&requests[0], 7, 50000));
    assert_true(park(&requests[1], 7, 40000)); /* a repetition */
    assert_true(park(&requests[2], 8, 60000));
    assert_int_equal(held_count, 3);
    assert_int_equal(atomic_load(&counts.questions.open), 3);
    answer(7, VERDICT_ACCEPTED, "A");
    assert_int_equal(ended_so_far(), 2);
    assert_int_equal(ends[0], QUESTION_ANSWERED);
    assert_int_equal(ids[0] + ids[1], 3);
    assert_string_equal(said[1], "A");
    answer(8, VERDICT_REFUSED, "STL-R01");
    assert_int_equal(ends[2], QUESTION_REFUSED);
    assert_null(requests[0].holder);
    assert_int_equal(atomic_load(&counts.questions.open), 0);
    assert_int_equal(atomic_load(&counts.questions.ended[QUESTION_ANSWERED]), 2);
}

static void an_answer_may_come_first(void **state)
{
    static struct request requests[3] = {{.id = 1}, {.id = 2}, {.id = 3}};
    (void)state;
    answer(7, VERDICT_NONE, "B");
    assert_true(park(&requests[0], 7, 50000));
    assert_true(park(&requests[1], 7, 50000));
    assert_true(park(&requests[2], 9, 50000)); /* another's */
    assert_int_equal(ended_so_far(), 2);
    assert_int_equal(ends[0], QUESTION_UNKNOWN);
    assert_string_equal(said[0], "B");
    assert_string_equal(said[1], "B");
    assert_int_equal(atomic_load(&counts.questions.open), 1);
}

static void more_early_answers_than_are_kept(void **state)
{
    static struct request requests[2] = {{.id = 1}, {.id = 2}};
    (void)state;
    for (unsigned i = 0; i < PARKING_EARLY_MAX + 1; i++)
        answer((uint8_t)(i == 0 ? 1 : 2), VERDICT_ACCEPTED, "");
    assert_true(park(&requests[0], 1, 50000)); /* forgotten: it waits */
    assert_true(park(&requests[1], 2, 50000));
    assert_int_equal(ended_so_far(), 1);
    assert_int_equal(ids[0], 2);
}

static void time_passes_in_its_order(void **state)
{
    static struct request requests[3] = {{.id = 1}, {.id = 2}, {.id = 3}};
    (void)state;
    assert_true(park(&requests[0], 1, 30000));
    assert_true(park(&requests[1], 2, 10000));
    assert_true(park(&requests[2], 3, 20000));
    atomic_fetch_add(&now_ms, 10000); /* not yet: the engine's clock speaks first */
    usleep(20000);
    assert_int_equal(ended_so_far(), 0);
    atomic_fetch_add(&now_ms, 10500);
    EVENTUALLY(ended_so_far() == 1);
    assert_int_equal(ids[0], 2);
    assert_int_equal(ends[0], QUESTION_UNKNOWN);
    atomic_fetch_add(&now_ms, 60000);
    EVENTUALLY(ended_so_far() == 3);
    answer(1, VERDICT_ACCEPTED, ""); /* too late for it */
    assert_int_equal(ended_so_far(), 3);
    assert_int_equal(atomic_load(&counts.questions.open), 0);
}

static void a_client_that_leaves_frees_its_place(void **state)
{
    static struct request requests[2] = {{.id = 1}, {.id = 2}};
    (void)state;
    assert_true(park(&requests[0], 1, 50000));
    assert_true(park(&requests[1], 1, 50000));
    parking_gone(parking, &requests[0]);
    assert_int_equal(ends[0], QUESTION_GONE);
    assert_int_equal(ids[0], 1);
    parking_gone(parking, &requests[0]); /* its answer is on the way already: nothing */
    assert_int_equal(ended_so_far(), 1);
    answer(1, VERDICT_ACCEPTED, "");
    assert_int_equal(ids[1], 2);
    assert_int_equal(atomic_load(&counts.questions.open), 0);
}

static void one_too_many(void **state)
{
    static struct request requests[5] = {{.id = 1}, {.id = 2}, {.id = 3}, {.id = 4}, {.id = 5}};
    (void)state;
    for (uint8_t i = 0; i < 3; i++)
        assert_true(park(&requests[i], i, 50000));
    assert_false(park(&requests[3], 3, 50000));
    assert_int_equal(err.code, ERROR_BUSY);
    assert_null(requests[3].holder);
    assert_int_equal(atomic_load(&counts.questions.too_many), 1);
    parking_gone(parking, &requests[1]);
    assert_true(park(&requests[3], 3, 50000));
}

static void the_gateway_stops(void **state)
{
    static struct request requests[3] = {{.id = 1}, {.id = 2}, {.id = 3}};
    (void)state;
    assert_true(park(&requests[0], 1, 50000));
    assert_true(park(&requests[1], 2, 50000));
    parking_stop(parking);
    assert_int_equal(ended_so_far(), 2);
    assert_int_equal(ends[0], QUESTION_STOPPED);
    assert_false(park(&requests[2], 3, 50000));
    answer(3, VERDICT_ACCEPTED, "");
    parking_stop(parking); /* once is enough */
    assert_int_equal(ended_so_far(), 2);
}

/* --- threads ------------------------------------------------------------------------------ */

enum { MANY = 300 };

static struct request many[MANY];

static void *leave(void *argument)
{
    (void)argument;
    for (size_t i = 0; i < MANY; i += 3)
        parking_gone(parking, &many[i]);
    return NULL;
}

static void *pass(void *argument)
{
    (void)argument;
    for (int i = 0; i < 20; i++) {
        atomic_fetch_add(&now_ms, 500);
        usleep(500);
    }
    return NULL;
}

/* Each ends exactly once, whoever comes first. */
static void all_at_once(void **state)
{
    pthread_t threads[2];
    (void)state;
    parking_use_max(parking, MANY);
    for (size_t i = 0; i < MANY; i++)
        many[i] = (struct request){.id = i};
    assert_int_equal(pthread_create(&threads[0], NULL, leave, NULL), 0);
    assert_int_equal(pthread_create(&threads[1], NULL, pass, NULL), 0);
    for (size_t i = 0; i < MANY; i++) {
        assert_true(park(&many[i], (uint8_t)i, 1 + (int64_t)(i % 7) * 1000));
        if (i % 2 == 0)
            answer((uint8_t)i, VERDICT_ACCEPTED, "");
    }
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    parking_stop(parking);
    assert_int_equal(ended_so_far(), MANY);
    assert_int_equal(atomic_load(&counts.questions.open), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_answer_ends_all_that_wait_for_it, make, drop),
        cmocka_unit_test_setup_teardown(an_answer_may_come_first, make, drop),
        cmocka_unit_test_setup_teardown(more_early_answers_than_are_kept, make, drop),
        cmocka_unit_test_setup_teardown(time_passes_in_its_order, make, drop),
        cmocka_unit_test_setup_teardown(a_client_that_leaves_frees_its_place, make, drop),
        cmocka_unit_test_setup_teardown(one_too_many, make, drop),
        cmocka_unit_test_setup_teardown(the_gateway_stops, make, drop),
        cmocka_unit_test_setup_teardown(all_at_once, make, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

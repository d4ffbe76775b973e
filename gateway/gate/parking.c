/* parking.c - a table by key, a list by time, a thread that looks at the list. */
#include "gate/parking.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

enum {
    BUCKETS = 4096,
    GRACE_MS = 1000,      /* the engine's own clock is to speak first */
    HOLD_MORE_MS = 10000, /* the listener's deadline is the last to pass */
    LOOK_AGAIN_MS = 1000  /* the given clock may jump */
};

struct parking {
    struct parking_given given;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping;
    bool stopped; /* joined */
    unsigned max;
    unsigned count;
    struct parked *buckets[BUCKETS];
    struct parked *first; /* by `until` */
    struct parked *last;
    struct parked_answer *early[PARKING_EARLY_MAX]; /* a ring */
    size_t early_next;
    size_t early_count;
};

/* A key is a digest: any of its bytes are as good as a hash. */
static struct parked **bucket_of(struct parking *parking, const uint8_t *key)
{
    return &parking->buckets[((unsigned)key[0] << 8 | key[1]) % BUCKETS];
}

/* --- in and out, within the lock ------------------------------------------------------------
 */

/* Times come nearly in order, so the place is found from behind. */
static void insert(struct parking *parking, struct parked *parked)
{
    struct parked **bucket = bucket_of(parking, parked->key);
    struct parked *before = parking->last;

    parked->next = *bucket;
    *bucket = parked;
    while (before != NULL && instant_before(parked->until, before->until))
        before = before->earlier;
    parked->earlier = before;
    parked->later = before != NULL ? before->later : parking->first;
    *(before != NULL ? &before->later : &parking->first) = parked;
    *(parked->later != NULL ? &parked->later->earlier : &parking->last) = parked;
    parked->request->holder = parked;
    parking->count++;
    atomic_fetch_add(&parking->given.counts->open, 1);
}

static void take_out(struct parking *parking, struct parked *parked)
{
    struct parked **place = bucket_of(parking, parked->key);

    while (*place != parked)
        place = &(*place)->next;
    *place = parked->next;
    *(parked->earlier != NULL ? &parked->earlier->later : &parking->first) = parked->later;
    *(parked->later != NULL ? &parked->later->earlier : &parking->last) = parked->earlier;
    parked->request->holder = NULL;
    parked->next = NULL;
    parking->count--;
    atomic_fetch_sub(&parking->given.counts->open, 1);
}

/* Everything under this key, as a list. */
static struct parked *take_key(struct parking *parking, const uint8_t *key)
{
    struct parked *taken = NULL;
    struct parked *next = NULL;

    for (struct parked *at = *bucket_of(parking, key); at != NULL; at = next) {
        next = at->next;
        if (memcmp(at->key, key, MESSAGE_KEY_SIZE) != 0)
            continue;
        take_out(parking, at);
        at->next = taken;
        taken = at;
    }
    return taken;
}

static struct parked *take_until(struct parking *parking, struct instant now)
{
    struct parked *taken = NULL;

    while (parking->first != NULL && !instant_before(now, parking->first->until)) {
        struct parked *due = parking->first;

        take_out(parking, due);
        due->next = taken;
        taken = due;
    }
    return taken;
}

/* --- outside the lock -----------------------------------------------------------------------
 */

static void give_back(struct parking *parking, struct parked *first,
                      struct parked_answer *answer, enum question_end end)
{
    struct question_counts *counts = parking->given.counts;

    for (struct parked *at = first; at != NULL; at = at->next) {
        atomic_fetch_add(&counts->ended[end], 1);
        histogram_add(&counts->waited, clock_monotonic_ms() - at->begun_ms);
    }
    if (first != NULL)
        parking->given.ended(parking->given.self, first, answer, end);
    else
        free(answer);
}

static enum question_end end_of(const struct parked_answer *answer)
{
    return answer->verdict == VERDICT_ACCEPTED  ? QUESTION_ANSWERED
           : answer->verdict == VERDICT_REFUSED ? QUESTION_REFUSED
                                                : QUESTION_UNKNOWN;
}

static struct parked_answer *keep(const struct engine_answer *answer)
{
    size_t size = answer->body != NULL ? record_encoded_size(answer->body) : 0;
    struct parked_answer *kept = malloc(sizeof(*kept) + size);
    struct buffer body;

    if (kept == NULL)
        return NULL;
    *kept = (struct parked_answer){.case_id = answer->case_id,
                                   .flow = answer->flow,
                                   .action = answer->action,
                                   .verdict = answer->verdict,
                                   .at = answer->at,
                                   .come_ms = clock_monotonic_ms(),
                                   .body_size = size};
    memcpy(kept->key, answer->key, MESSAGE_KEY_SIZE);
    memcpy(kept->code, answer->code, CODE_SIZE);
    memcpy(kept->reason, answer->reason, sizeof(kept->reason));
    if (size > 0) {
        body = buffer_over(kept->body, size);
        record_encode(answer->body, &body);
    }
    return kept;
}

/* --- answers that come first ----------------------------------------------------------------
 * A question and its answer may be in one commit; then the answer is told first. */

static void drop_early(struct parking *parking, size_t at)
{
    if (parking->early[at] == NULL)
        return;
    explicit_bzero(parking->early[at]->body, parking->early[at]->body_size);
    free(parking->early[at]);
    parking->early[at] = NULL;
    parking->early_count--;
}

static void keep_early(struct parking *parking, struct parked_answer *answer)
{
    size_t at = parking->early_next++ % PARKING_EARLY_MAX;

    drop_early(parking, at);
    parking->early[at] = answer;
    parking->early_count++;
}

static void age_early(struct parking *parking)
{
    int64_t oldest = clock_monotonic_ms() - PARKING_EARLY_MS;

    for (size_t i = 0; parking->early_count > 0 && i < PARKING_EARLY_MAX; i++)
        if (parking->early[i] != NULL && parking->early[i]->come_ms < oldest)
            drop_early(parking, i);
}

/* A copy: a repetition in the same commit may want it, too. NULL: none, or no memory. */
static struct parked_answer *find_early(const struct parking *parking, const uint8_t *key)
{
    struct parked_answer *copy = NULL;

    for (size_t i = 0; parking->early_count > 0 && i < PARKING_EARLY_MAX; i++) {
        const struct parked_answer *kept = parking->early[i];

        if (kept == NULL || memcmp(kept->key, key, MESSAGE_KEY_SIZE) != 0)
            continue;
        copy = malloc(sizeof(*copy) + kept->body_size);
        if (copy != NULL)
            memcpy(copy, kept, sizeof(*copy) + kept->body_size);
        break;
    }
    return copy;
}

/* --- the thread -----------------------------------------------------------------------------
 */

static void sleep_on(struct parking *parking)
{
    struct timespec until;
    int64_t wait_ms = LOOK_AGAIN_MS;

    if (parking->first == NULL && parking->early_count == 0) {
        pthread_cond_wait(&parking->changed, &parking->lock);
        return;
    }
    if (parking->first != NULL &&
        parking->first->until.ms - parking->given.now().ms < LOOK_AGAIN_MS)
        wait_ms = parking->first->until.ms - parking->given.now().ms;
    if (wait_ms < 1)
        wait_ms = 1;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += wait_ms % 1000 * 1000000L;
    until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&parking->changed, &parking->lock, &until);
}

static void *watch(void *argument)
{
    struct parking *parking = argument;

    pthread_mutex_lock(&parking->lock);
    while (!parking->stopping) {
        struct parked *due = take_until(parking, parking->given.now());

        age_early(parking);
        if (due == NULL) {
            sleep_on(parking);
            continue;
        }
        pthread_mutex_unlock(&parking->lock);
        give_back(parking, due, NULL, QUESTION_UNKNOWN);
        pthread_mutex_lock(&parking->lock);
    }
    pthread_mutex_unlock(&parking->lock);
    return NULL;
}

/* --- what others call -----------------------------------------------------------------------
 */

bool parking_start(const struct parking_given *given, struct parking **out, struct error *err)
{
    struct parking *parking = calloc(1, sizeof(*parking));
    pthread_condattr_t monotonic;

    *out = NULL;
    if (parking == NULL)
        return fail(err, ERROR_MEMORY, "no memory for questions");
    parking->given = *given;
    pthread_mutex_init(&parking->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&parking->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&parking->thread, NULL, watch, parking) != 0) {
        parking->stopped = true;
        parking_free(parking);
        return fail(err, ERROR_SYSTEM, "cannot start the thread of questions");
    }
    *out = parking;
    return true;
}

void parking_use_max(struct parking *parking, unsigned max)
{
    pthread_mutex_lock(&parking->lock);
    parking->max = max;
    pthread_mutex_unlock(&parking->lock);
}

bool parking_park(struct parking *parking, struct parked *parked, struct error *err)
{
    int64_t wait_ms = parked->until.ms - parking->given.now().ms;
    struct parked_answer *answer = NULL;
    bool ok;

    parked->until = instant_add_ms(parked->until, GRACE_MS);
    pthread_mutex_lock(&parking->lock);
    ok = !parking->stopping && parking->count < parking->max;
    if (ok) {
        answer = find_early(parking, parked->key);
        insert(parking, parked);
        parking->given.hold(parking->given.self, parked->request,
                            (wait_ms > 0 ? wait_ms : 0) + HOLD_MORE_MS);
        if (answer != NULL)
            take_out(parking, parked);
        pthread_cond_signal(&parking->changed);
    }
    pthread_mutex_unlock(&parking->lock);
    if (!ok) {
        atomic_fetch_add(&parking->given.counts->too_many, 1);
        return fail(err, ERROR_BUSY, "too many questions wait");
    }
    if (answer != NULL)
        give_back(parking, parked, answer, end_of(answer));
    return true;
}

void parking_answer(struct parking *parking, const struct engine_answer *answer)
{
    struct parked_answer *kept = keep(answer);
    struct parked *first;

    /* Without memory they wait until their time passes, and ask again. */
    if (kept == NULL)
        return;
    pthread_mutex_lock(&parking->lock);
    first = take_key(parking, answer->key);
    if (first == NULL && !parking->stopping) {
        keep_early(parking, kept);
        kept = NULL;
        pthread_cond_signal(&parking->changed);
    }
    pthread_mutex_unlock(&parking->lock);
    if (kept != NULL)
        give_back(parking, first, kept, end_of(kept));
}

void parking_gone(struct parking *parking, struct request *request)
{
    struct parked *parked;

    pthread_mutex_lock(&parking->lock);
    parked = request->holder;
    if (parked != NULL)
        take_out(parking, parked);
    pthread_mutex_unlock(&parking->lock);
    if (parked != NULL)
        give_back(parking, parked, NULL, QUESTION_GONE);
}

void parking_stop(struct parking *parking)
{
    struct parked *all;

    if (parking == NULL || parking->stopped)
        return;
    pthread_mutex_lock(&parking->lock);
    parking->stopping = true;
    all = take_until(parking, (struct instant){INT64_MAX});
    for (size_t i = 0; i < PARKING_EARLY_MAX; i++)
        drop_early(parking, i);
    pthread_cond_signal(&parking->changed);
    pthread_mutex_unlock(&parking->lock);
    give_back(parking, all, NULL, QUESTION_STOPPED);
    pthread_join(parking->thread, NULL);
    parking->stopped = true;
}

void parking_free(struct parking *parking)
{
    if (parking == NULL)
        return;
    parking_stop(parking);
    pthread_cond_destroy(&parking->changed);
    pthread_mutex_destroy(&parking->lock);
    free(parking);
}

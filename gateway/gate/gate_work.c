/* gate_work.c - clock, random bytes and sealing for the engine; work items and their owners. */
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "core/person_number.h"
#include "gate/gate.h"

struct instant gate_now(void *gate)
{
    (void)gate;
    return clock_now();
}

bool gate_random(void *gate, void *bytes, size_t size, struct error *err)
{
    (void)gate;
    return random_bytes(bytes, size, err);
}

struct config *gate_config(struct gate *gate)
{
    struct config *config;

    pthread_mutex_lock(&gate->config_lock);
    config = config_hold(gate->config);
    pthread_mutex_unlock(&gate->config_lock);
    return config;
}

/* Associated data: the log and the digest, so that sealed bytes fit no other place. */
static void bind_to(struct gate *gate, const uint8_t digest[32], struct text parts[2])
{
    parts[0] = (struct text){(const char *)ledger_origin(gate->ledger)->log_id, 16};
    parts[1] = (struct text){(const char *)digest, 32};
}

bool gate_seal(void *self, const uint8_t digest[32], struct text plain, struct arena *arena,
               struct text *sealed, struct error *err)
{
    struct gate *gate = self;
    struct text parts[2];

    bind_to(gate, digest, parts);
    return seal(gate->keys, NULL, parts, COUNT_OF(parts), plain, arena, sealed, err);
}

bool gate_unseal(void *self, const struct entry_body *body, struct text sealed,
                 struct arena *arena, struct text *plain, struct error *err)
{
    struct gate *gate = self;
    struct text parts[2];

    bind_to(gate, body->digest, parts);
    return unseal(gate->keys, parts, COUNT_OF(parts), sealed, arena, plain, err);
}

bool gate_open_body(struct gate *gate, const struct entry_body *body, struct arena *arena,
                    struct text *plain, struct error *err)
{
    struct ledger_txn *txn = NULL;
    struct text sealed;
    bool found = false;
    bool ok;

    ok = ledger_begin_read(gate->ledger, &txn, err) &&
         ledger_get_body(txn, body->month, body->digest, arena, &sealed, &found, err);
    ledger_abort(txn);
    if (!ok)
        return false;
    if (!found)
        return fail(err, ERROR_NOT_FOUND, "the bytes are no longer kept");
    return gate_unseal(gate, body, sealed, arena, plain, err);
}

/* Questions without effect, and their answers, are kept for some days only (decisions.md 21).
 */
static enum retention_class retention_of(const struct work *work)
{
    switch (work->message.action) {
    case ACTION_IDENTIFY:
    case ACTION_IDENTITY:
    case ACTION_PRESETTLE:
    case ACTION_PRESETTLED:
    case ACTION_QUERY:
    case ACTION_OUTCOME:
    case ACTION_INSURED_QUERY:
    case ACTION_INSURED_STATE:
        return RETENTION_DAYS;
    default:
        return RETENTION_100_YEARS;
    }
}

bool gate_add_digested(struct gate *gate, struct work *work, enum body_use use,
                       struct text plain, const struct digest *digest, struct error *err)
{
    struct work_body *body = &work->bodies[work->body_count];

    CHECK(work->body_count < WORK_BODIES_MAX);
    body->body = (struct entry_body){
        .use = (uint8_t)use,
        .retention = (uint8_t)retention_of(work),
        .month = day_yyyymmdd(instant_day(clock_now())) / 100,
        .size = (uint32_t)plain.size,
    };
    memcpy(body->body.digest, digest->bytes, 32);
    if (!gate_seal(gate, digest->bytes, plain, work->arena, &body->sealed, err))
        return false;
    work->body_count++;
    return true;
}

bool gate_add_body(struct gate *gate, struct work *work, enum body_use use, struct text plain,
                   struct error *err)
{
    enum digest_kind kind = (enum digest_kind)ledger_origin(gate->ledger)->digest_kind;
    struct digest digest;

    return digest_of(kind, plain.at, plain.size, &digest, err) &&
           gate_add_digested(gate, work, use, plain, &digest, err);
}

bool gate_tag_person(struct gate *gate, struct work *work, struct error *err)
{
    struct citizen_number number;
    struct text written;
    struct text one_form = person_number_of(work->message.body, instant_day(clock_now()),
                                            &number);
    bool ok = one_form.size == 0 || person_tag(gate->keys, one_form, work->person_tag, err);

    if (ok && record_text(work->message.body, "person/identityNumber", &written) &&
        !text_equal(written, one_form))
        ok = person_tag(gate->keys, written, work->written_tag, err);
    explicit_bzero(&number, sizeof(number));
    return ok;
}

struct work *gate_work_new(size_t size_max)
{
    struct arena *arena = arena_new(size_max);
    struct work *work = arena != NULL ? arena_alloc(arena, sizeof(*work)) : NULL;

    if (work == NULL) {
        arena_free(arena);
        return NULL;
    }
    work->arena = arena;
    return work;
}

void gate_work_free(struct work *work)
{
    if (work != NULL)
        arena_free(work->arena);
}

void gate_done(struct work *work, const struct error *err)
{
    struct work_owner *owner = work->owner;

    if (owner == NULL)
        gate_work_free(work);
    else
        owner->done(owner, work, err);
}

struct waiting {
    struct work_owner owner;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool done;
    bool ok;
    struct error err;
};

static void wake_waiting(struct work_owner *owner, struct work *work, const struct error *err)
{
    struct waiting *waiting = (struct waiting *)owner;

    (void)work;
    pthread_mutex_lock(&waiting->lock);
    waiting->ok = err == NULL;
    if (err != NULL)
        waiting->err = *err;
    waiting->done = true;
    pthread_cond_signal(&waiting->ended);
    pthread_mutex_unlock(&waiting->lock);
}

bool gate_wait(struct gate *gate, struct work *work, struct error *err)
{
    struct waiting waiting = {.owner.done = wake_waiting};
    bool ok;

    pthread_mutex_init(&waiting.lock, NULL);
    pthread_cond_init(&waiting.ended, NULL);
    /* The work ends here too, before `waiting` does. */
    /* cppcheck-suppress autoVariables */
    work->owner = &waiting.owner;
    ok = writer_submit(gate->writer, work, false, err);
    if (ok) {
        pthread_mutex_lock(&waiting.lock);
        while (!waiting.done)
            pthread_cond_wait(&waiting.ended, &waiting.lock);
        pthread_mutex_unlock(&waiting.lock);
        ok = waiting.ok;
        if (!ok)
            *err = waiting.err;
    }
    pthread_cond_destroy(&waiting.ended);
    pthread_mutex_destroy(&waiting.lock);
    return ok;
}

bool gate_write_and_wait(struct gate *gate, struct work *work, struct work_result *result,
                         struct error *err)
{
    bool ok = gate_wait(gate, work, err);

    *result = work->result;
    gate_work_free(work);
    return ok;
}

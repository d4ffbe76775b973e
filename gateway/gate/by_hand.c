/* by_hand.c - read all, queue all, wait for all. */
#include "gate/by_hand.h"

#include <pthread.h>

#include "gate/exchange.h"

struct submission {
    struct gate *gate;
    struct config *config; /* held */
    const struct config_party *core;
    struct by_hand *documents;
    size_t count; /* of those that were begun */
    pthread_mutex_t lock;
    pthread_cond_t ended;
    size_t waiting; /* queued and not yet committed */
    struct queued {
        struct work_owner owner;
        struct submission *submission;
        struct by_hand *document;
        struct work *work; /* NULL: could not be read */
    } queued[BY_HAND_MAX];
};

/* The sender's bytes are not at fault: the same may be taken later. */
static bool world_failed(const struct error *err)
{
    return err->code != ERROR_NONE && error_http(err->code) == 503;
}

static struct work *read_document(const struct submission *submission, struct by_hand *document)
{
    struct exchange exchange = {.gate = submission->gate,
                                .config = submission->config,
                                .party = submission->core,
                                .bytes = document->bytes,
                                .work = gate_work_new(EXCHANGE_MEMORY_MAX)};

    if (exchange.work == NULL) {
        fail(&document->err, ERROR_MEMORY, "no memory for a submission");
        return NULL;
    }
    if (exchange_read(&exchange, &document->err))
        return exchange.work;
    gate_work_free(exchange.work);
    return NULL;
}

/* On the writer's thread. The work's own memory ends with it. */
static void committed(struct work_owner *owner, struct work *work, const struct error *err)
{
    struct queued *queued = (struct queued *)owner;
    struct submission *submission = queued->submission;

    pthread_mutex_lock(&submission->lock);
    queued->document->decided = err == NULL && !work->result.later;
    queued->document->result = work->result;
    if (err != NULL)
        queued->document->err = *err;
    else if (work->result.later)
        fail(&queued->document->err, ERROR_BUSY, "no such case yet; try again");
    submission->waiting--;
    pthread_cond_signal(&submission->ended);
    pthread_mutex_unlock(&submission->lock);
}

static void read_all(struct submission *submission, size_t count)
{
    while (submission->count < count) {
        struct queued *queued = &submission->queued[submission->count];

        *queued = (struct queued){.owner.done = committed,
                                  .submission = submission,
                                  .document = &submission->documents[submission->count]};
        queued->work = read_document(submission, queued->document);
        if (world_failed(&queued->document->err))
            return;
        submission->count++;
        if (queued->work != NULL)
            queued->work->owner = &queued->owner;
    }
}

/* What finds the queue full ends it: nothing may overtake. */
static void queue_all(struct submission *submission)
{
    for (size_t i = 0; i < submission->count; i++) {
        struct queued *queued = &submission->queued[i];

        if (queued->work == NULL)
            continue;
        pthread_mutex_lock(&submission->lock);
        submission->waiting++;
        pthread_mutex_unlock(&submission->lock);
        if (writer_submit(submission->gate->writer, queued->work, false,
                          &queued->document->err))
            continue;
        pthread_mutex_lock(&submission->lock);
        submission->waiting--;
        pthread_mutex_unlock(&submission->lock);
        return;
    }
}

static void wait_for_all(struct submission *submission)
{
    pthread_mutex_lock(&submission->lock);
    while (submission->waiting > 0)
        pthread_cond_wait(&submission->ended, &submission->lock);
    pthread_mutex_unlock(&submission->lock);
    for (size_t i = 0; i < submission->count; i++)
        gate_work_free(submission->queued[i].work);
}

static size_t answered_of(const struct by_hand *documents, size_t count)
{
    size_t answered = 0;

    while (answered < count &&
           (documents[answered].decided || (documents[answered].err.code != ERROR_NONE &&
                                            !world_failed(&documents[answered].err))))
        answered++;
    return answered;
}

static bool begin(struct submission *submission, const char *core, struct error *err)
{
    if (!atomic_load(&submission->gate->opened))
        return fail(err, ERROR_BUSY, "the gateway is still opening");
    submission->core = config_party_by_id(submission->config, core);
    if (submission->core == NULL || submission->core->kind != PARTY_CORE)
        return fail(err, ERROR_USAGE, "party is not a core of this gateway");
    return true;
}

bool by_hand_submit(struct gate *gate, const char *core, struct by_hand *documents,
                    size_t count, size_t *answered, struct error *err)
{
    struct submission submission = {
        .gate = gate, .config = gate_config(gate), .documents = documents};
    bool ok;

    CHECK(count >= 1 && count <= BY_HAND_MAX);
    *answered = 0;
    pthread_mutex_init(&submission.lock, NULL);
    pthread_cond_init(&submission.ended, NULL);
    ok = begin(&submission, core, err);
    if (ok) {
        read_all(&submission, count);
        queue_all(&submission);
        wait_for_all(&submission);
        *answered = answered_of(documents, count);
        ok = *answered > 0;
        if (!ok)
            *err = documents[0].err;
    }
    config_free(submission.config);
    pthread_cond_destroy(&submission.ended);
    pthread_mutex_destroy(&submission.lock);
    return ok;
}

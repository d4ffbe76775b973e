/* workers.c - a list, a lock and some threads. */
#include "gate/workers.h"

#include <pthread.h>
#include <stdlib.h>

#include "wire/start.h"

enum { WORKERS_MAX = 64 };

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct job *first;
    struct job *last;
    size_t queued;
    bool stopping;
    unsigned count;
    pthread_t threads[WORKERS_MAX];
};

static struct job *take(struct workers *workers)
{
    struct job *job;

    pthread_mutex_lock(&workers->lock);
    while (workers->first == NULL && !workers->stopping)
        pthread_cond_wait(&workers->filled, &workers->lock);
    job = workers->first;
    if (job != NULL) {
        workers->first = job->next;
        workers->queued--;
        if (workers->first == NULL)
            workers->last = NULL;
    }
    pthread_mutex_unlock(&workers->lock);
    return job;
}

static void *run(void *argument)
{
    struct workers *workers = argument;
    struct job *job;

    wire_thread_start();
    while ((job = take(workers)) != NULL)
        job->run(job);
    return NULL;
}

bool workers_start(unsigned count, struct workers **out, struct error *err)
{
    struct workers *workers = calloc(1, sizeof(*workers));

    *out = NULL;
    if (workers == NULL)
        return fail(err, ERROR_MEMORY, "no memory for workers");
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->filled, NULL);
    if (count < 1)
        count = 1;
    if (count > WORKERS_MAX)
        count = WORKERS_MAX;
    while (workers->count < count) {
        if (pthread_create(&workers->threads[workers->count], NULL, run, workers) != 0) {
            workers_stop(workers);
            return fail(err, ERROR_SYSTEM, "cannot start a worker thread");
        }
        workers->count++;
    }
    *out = workers;
    return true;
}

void workers_run(struct workers *workers, struct job *job)
{
    job->next = NULL;
    pthread_mutex_lock(&workers->lock);
    if (workers->last != NULL)
        workers->last->next = job;
    else
        workers->first = job;
    workers->last = job;
    workers->queued++;
    pthread_mutex_unlock(&workers->lock);
    /* Outside: whoever wakes on another processor would only fall asleep again at the lock. */
    pthread_cond_signal(&workers->filled);
}

size_t workers_queued(struct workers *workers)
{
    size_t queued;

    pthread_mutex_lock(&workers->lock);
    queued = workers->queued;
    pthread_mutex_unlock(&workers->lock);
    return queued;
}

void workers_stop(struct workers *workers)
{
    if (workers == NULL)
        return;
    pthread_mutex_lock(&workers->lock);
    workers->stopping = true;
    pthread_cond_broadcast(&workers->filled);
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->count; i++)
        pthread_join(workers->threads[i], NULL);
    pthread_cond_destroy(&workers->filled);
    pthread_mutex_destroy(&workers->lock);
    free(workers);
}

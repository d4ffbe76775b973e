/*
 * flood.c - far more than a gateway agreed to: many posts over kept connections, no patience.
 *
 *     flood CLOCK URL CERTIFICATE KEY CA SERVER_CERTIFICATE COUNT CONNECTIONS FILE...
 *
 * Posts the files in turn, COUNT in all, as fast as answers come, and pays no heed to
 * Retry-After. Then one line for each HTTP status or reason of failure, "STATUS NUMBER", and
 * "unkind NUMBER": answers 429 or 503 that did not say when to come again. Bounded by COUNT;
 * exit status 0 if every post was answered.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "net/courier.h"

enum { FILE_MAX = 1024 * 1024, ARENA_MAX = 64 * 1024 * 1024, STATUS_MAX = 600, FILES_MAX = 32 };

struct flood {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    struct courier *courier;
    struct courier_route route;
    struct text files[FILES_MAX];
    size_t file_count;
    unsigned begun;
    unsigned done;
    unsigned count;
    unsigned statuses[STATUS_MAX];
    unsigned failed;
    unsigned unkind;
    const char *reason; /* of the last failure */
};

static bool post_next(struct flood *flood)
{
    struct error err = ERROR_INIT;
    unsigned number = flood->begun++;

    return courier_post(flood->courier, &flood->route, flood->files[number % flood->file_count],
                        "application/xml", number, &err);
}

static void on_result(void *self, const struct courier_result *result)
{
    struct flood *flood = self;
    bool busy = result->status == 429 || result->status == 503;

    pthread_mutex_lock(&flood->lock);
    flood->done++;
    if (result->kind == COURIER_ANSWER && result->status > 0 && result->status < STATUS_MAX) {
        flood->statuses[result->status]++;
        flood->unkind += busy && result->retry_after_s == 0;
    } else {
        flood->failed++;
        flood->reason = result->reason;
    }
    if (flood->begun < flood->count && !post_next(flood))
        flood->done++;
    if (flood->done >= flood->count)
        pthread_cond_signal(&flood->ended);
    pthread_mutex_unlock(&flood->lock);
}

static void run(struct flood *flood)
{
    pthread_mutex_lock(&flood->lock);
    for (unsigned i = 0; i < flood->route.max_connections && i < flood->count; i++)
        if (!post_next(flood))
            flood->done++;
    while (flood->done < flood->count)
        pthread_cond_wait(&flood->ended, &flood->lock);
    pthread_mutex_unlock(&flood->lock);
}

static int tell(const struct flood *flood)
{
    for (unsigned status = 0; status < STATUS_MAX; status++)
        if (flood->statuses[status] > 0)
            printf("%u %u\n", status, flood->statuses[status]);
    if (flood->failed > 0)
        printf("%s %u\n", flood->reason, flood->failed);
    printf("unkind %u\n", flood->unkind);
    return flood->failed == 0 ? 0 : 1;
}

static bool prepare(struct flood *flood, char **words, int file_count, struct arena *arena,
                    struct tls **tls, struct error *err)
{
    struct tls_files files = {
        .certificate_path = words[2], .key_path = words[3], .ca_path = words[4]};
    static uint8_t pins[1][TLS_FINGERPRINT_SIZE];
    struct tls_certificate server;

    for (int i = 0; i < file_count && i < FILES_MAX; i++)
        if (!file_read(arena, words[8 + i], FILE_MAX, &flood->files[flood->file_count++], err))
            return false;
    if (!clock_use_offset_file(words[0], err) ||
        !tls_certificate_read(words[5], &server, err) || !tls_new(&files, clock_now, tls, err))
        return false;
    memcpy(pins[0], server.fingerprint, TLS_FINGERPRINT_SIZE);
    flood->count = (unsigned)strtoul(words[6], NULL, 10);
    flood->route = (struct courier_route){
        .name = "gateway",
        .url = words[1],
        .pins = pins,
        .pin_count = 1,
        .max_connections = (unsigned)strtoul(words[7], NULL, 10)};
    return true;
}

int main(int argc, char **argv)
{
    struct flood flood = {.lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER};
    struct courier_options options = {.now = clock_now, .on_result = on_result, .self = &flood};
    struct arena *arena = arena_new(ARENA_MAX);
    struct error err = ERROR_INIT;
    struct tls *tls = NULL;
    int status = 2;

    if (argc < 10 || arena == NULL) {
        fprintf(stderr, "flood: see the head of flood.c\n");
        arena_free(arena);
        return status;
    }
    if (prepare(&flood, argv + 1, argc - 9, arena, &tls, &err)) {
        options.tls = tls;
        if (courier_start(&options, &flood.courier, &err)) {
            run(&flood);
            status = tell(&flood);
            courier_stop(flood.courier, 0);
        }
    }
    if (status == 2)
        fprintf(stderr, "flood: %s: %s\n", error_name(err.code), err.text);
    courier_free(flood.courier);
    tls_free(tls);
    arena_free(arena);
    return status;
}

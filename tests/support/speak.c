/*
 * speak.c - says anything to a running gateway, as whoever one has the keys of.
 *
 *     speak id CLOCK [SHIFT_MS]       a fresh MessageId and its time, moved by SHIFT_MS
 *     speak post CLOCK URL CERTIFICATE KEY CA SERVER_CERTIFICATE TYPE FILE ANSWER
 *                                     posts the file's bytes once; prints the HTTP status, or
 *                                     "no REASON" (net/courier.h); ANSWER gets what came back
 *     speak receipt SCHEMAS SUITE CERTIFICATE FILE
 *                                     a signed answer: VERDICT CODE SEQUENCE MESSAGE-ID DIGEST
 *     speak answer SCHEMAS ADAPTER FILE
 *                                     a core's answer: VERDICT CODE SEQUENCE
 *
 * CLOCK is the offset file of the gateway (base/clock.h). What is absent prints as "-". Exit
 * status: 0 done, 1 the other side did not answer or the answer does not verify, 2 not tried.
 * Signing is done by tests/interop/xmlsig.c, so that bytes can be spoilt before and after.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "crypt/digest.h"
#include "crypt/random.h"
#include "net/courier.h"
#include "wire/adapter.h"
#include "wire/envelope.h"
#include "wire/start.h"

enum { FILE_MAX = 64 * 1024 * 1024, ARENA_MAX = 256 * 1024 * 1024, POST_MS = 20 * 1000 };

static int give_up(const struct error *err)
{
    fprintf(stderr, "speak: %s: %s\n", error_name(err->code), err->text);
    return 2;
}

static const char *or_dash(const char *text)
{
    return text[0] == '\0' ? "-" : text;
}

/* --- id -------------------------------------------------------------------------------------
 */

static int say_id(char **words, int count, struct arena *arena, struct error *err)
{
    struct instant at;
    uint8_t random[10];
    char id[UUID_TEXT_SIZE];
    char time[INSTANT_TEXT_SIZE];
    struct uuid uuid;

    (void)arena;
    if (!clock_use_offset_file(words[0], err) || !random_bytes(random, sizeof(random), err))
        return give_up(err);
    at = instant_add_ms(clock_now(), count > 1 ? strtoll(words[1], NULL, 10) : 0);
    uuid = uuid_v7(at, random);
    printf("%s %s\n", uuid_format(&uuid, id), instant_format(at, time));
    return 0;
}

/* --- post -----------------------------------------------------------------------------------
 */

struct waiting {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    const char *answer_path;
    bool done;
    int status; /* 0: none, see reason */
    const char *reason;
};

static bool keep_answer(const char *path, struct text body)
{
    FILE *file = fopen(path, "wb");
    bool ok = file != NULL && fwrite(body.at, 1, body.size, file) == body.size;

    if (file != NULL && fclose(file) != 0)
        ok = false;
    return ok;
}

static void on_result(void *self, const struct courier_result *result)
{
    struct waiting *waiting = self;

    pthread_mutex_lock(&waiting->lock);
    waiting->reason = result->reason;
    if (result->kind == COURIER_ANSWER) {
        waiting->status = result->status;
        if (!keep_answer(waiting->answer_path, result->body))
            waiting->status = 0;
    }
    waiting->done = true;
    pthread_cond_signal(&waiting->ended);
    pthread_mutex_unlock(&waiting->lock);
}

static void wait_for(struct waiting *waiting)
{
    pthread_mutex_lock(&waiting->lock);
    while (!waiting->done)
        pthread_cond_wait(&waiting->ended, &waiting->lock);
    pthread_mutex_unlock(&waiting->lock);
}

static bool post(char **words, struct waiting *waiting, struct arena *arena, struct error *err)
{
    struct tls_files files = {
        .certificate_path = words[2], .key_path = words[3], .ca_path = words[4]};
    struct courier_options options = {
        .now = clock_now, .on_result = on_result, .self = waiting};
    uint8_t pins[1][TLS_FINGERPRINT_SIZE];
    struct courier_route route = {.name = "gateway",
                                  .url = words[1],
                                  .pins = pins,
                                  .pin_count = 1,
                                  .timeout_ms = POST_MS,
                                  .fresh_connect = true};
    struct tls_certificate server;
    struct courier *courier = NULL;
    struct tls *tls = NULL;
    struct text bytes;
    bool ok;

    ok = file_read(arena, words[7], FILE_MAX, &bytes, err) &&
         clock_use_offset_file(words[0], err) && tls_certificate_read(words[5], &server, err) &&
         tls_new(&files, clock_now, &tls, err);
    options.tls = tls;
    ok = ok && courier_start(&options, &courier, err);
    if (ok) {
        memcpy(pins[0], server.fingerprint, TLS_FINGERPRINT_SIZE);
        ok = courier_post(courier, &route, bytes, words[6], 1, err);
        if (ok)
            wait_for(waiting);
        courier_stop(courier, 0);
    }
    courier_free(courier);
    tls_free(tls);
    return ok;
}

static int say_post(char **words, int count, struct arena *arena, struct error *err)
{
    struct waiting waiting = {.lock = PTHREAD_MUTEX_INITIALIZER,
                              .ended = PTHREAD_COND_INITIALIZER,
                              .answer_path = words[8]};

    (void)count;
    if (!post(words, &waiting, arena, err))
        return give_up(err);
    if (waiting.status != 0)
        printf("%d\n", waiting.status);
    else
        printf("no %s\n", waiting.reason != NULL ? waiting.reason : "file");
    return waiting.status != 0 ? 0 : 1;
}

/* --- what came back
 * --------------------------------------------------------------------------- */

static int print_receipt(const struct receipt *receipt)
{
    char id[UUID_TEXT_SIZE] = "";
    char digest[65];

    if (!uuid_is_none(&receipt->message_id))
        uuid_format(&receipt->message_id, id);
    hex_encode(receipt->digest, sizeof(receipt->digest), digest);
    printf("%s %s %llu %s %s\n", verdict_name(receipt->verdict).english, or_dash(receipt->code),
           (unsigned long long)receipt->sequence, or_dash(id), digest);
    return 0;
}

static int say_receipt(char **words, int count, struct arena *arena, struct error *err)
{
    struct wire_schemas *schemas = NULL;
    struct verifier *pin = NULL;
    const struct verifier *used;
    enum envelope_stage stage;
    struct message message;
    struct receipt receipt = {0};
    struct text bytes;
    enum suite suite;
    int status = 1;

    (void)count;
    if (!suite_parse(text_of(words[1]), &suite) ||
        !wire_schemas_load(words[0], &schemas, err) ||
        !verifier_load(suite, words[2], NULL, NULL, &pin, err) ||
        !file_read(arena, words[3], FILE_MAX, &bytes, err))
        status = give_up(err);
    else if (!envelope_open(schemas, NULL, bytes, (const struct verifier *const[]){pin}, 1,
                            arena, &message, &used, &stage, err) ||
             !receipt_from_record(message.body, &receipt, err))
        printf("no %s\n", error_name(err->code));
    else
        status = print_receipt(&receipt);
    verifier_free(pin);
    wire_schemas_free(schemas);
    return status;
}

static void print_field(const struct record *body, const char *name)
{
    struct text value = TEXT("-");

    if (!record_text(body, name, &value))
        value = TEXT("-");
    printf("%.*s%s", TEXT_ARG(value), strcmp(name, "sequence") == 0 ? "\n" : " ");
}

static int say_answer(char **words, int count, struct arena *arena, struct error *err)
{
    struct wire_schemas *schemas = NULL;
    struct adapter *adapter = NULL;
    struct adapter_message message = {0};
    struct text bytes;
    int status = 0;

    (void)count;
    if (!wire_schemas_load(words[0], &schemas, err) ||
        !adapter_load(words[1], schemas, &adapter, err) ||
        !file_read(arena, words[2], FILE_MAX, &bytes, err)) {
        status = give_up(err);
    } else if (!adapter_read(adapter, TO_CORE, bytes, arena, &message, err)) {
        printf("no %s\n", error_name(err->code));
        status = 1;
    } else {
        print_field(message.body, "verdict");
        print_field(message.body, "code");
        print_field(message.body, "sequence");
    }
    adapter_free(adapter);
    wire_schemas_free(schemas);
    return status;
}

/* --- words
 * ------------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    int words_min;
    int words_max;
    int (*say)(char **words, int count, struct arena *arena, struct error *err);
} verbs[] = {
    {"id", 1, 2, say_id},
    {"post", 9, 9, say_post},
    {"receipt", 4, 4, say_receipt},
    {"answer", 3, 3, say_answer},
};

int main(int argc, char **argv)
{
    struct arena *arena = arena_new(ARENA_MAX);
    struct error err = ERROR_INIT;
    int status = 2;

    if (arena == NULL || !digest_setup(&err) || !wire_start(&err)) {
        arena_free(arena);
        return give_up(&err);
    }
    for (size_t i = 0; argc > 1 && i < COUNT_OF(verbs); i++)
        if (strcmp(argv[1], verbs[i].name) == 0 && argc - 2 >= verbs[i].words_min &&
            argc - 2 <= verbs[i].words_max) {
            status = verbs[i].say(argv + 2, argc - 2, arena, &err);
            arena_free(arena);
            return status;
        }
    fprintf(stderr, "speak: id, post, receipt or answer; see the head of speak.c\n");
    arena_free(arena);
    return status;
}

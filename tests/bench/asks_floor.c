/* asks_floor.c - a signature, a check of it, a durable commit, one way over TLS. */
#include <stdio.h>
#include <sys/stat.h>

#include <lmdb.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "asks.h"
#include "crypt/random.h"

enum { RUNS = 400, ENTRY_SIZE = 1100, BODY_SIZE = 2048 };

static EVP_PKEY *key_of(const struct asks *asks, const char *suite)
{
    char path[512];
    EVP_PKEY *key;
    FILE *file;

    snprintf(path, sizeof(path), "%s/certs/%s.%s.key", asks->pair,
             asks->config[TREATING]->party, suite);
    file = fopen(path, "r");
    bench_need(file != NULL, path, NULL);
    key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    fclose(file);
    bench_need(key != NULL, path, NULL);
    return key;
}

static void measure_keys(EVP_PKEY *key, struct floor *floor)
{
    struct samples signing = samples_new("sign", RUNS);
    struct samples verifying = samples_new("verify", RUNS);
    unsigned char hash[32] = {1, 2, 3};
    unsigned char signature[256];

    for (unsigned i = 0; i < RUNS; i++) {
        EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
        size_t size = sizeof(signature);
        uint64_t began = bench_now();

        hash[0] = (unsigned char)i;
        bench_need(context != NULL && EVP_PKEY_sign_init(context) > 0 &&
                       EVP_PKEY_sign(context, signature, &size, hash, sizeof(hash)) > 0,
                   "raw sign", NULL);
        samples_add(&signing, bench_now() - began);
        began = bench_now();
        bench_need(EVP_PKEY_verify_init(context) > 0 &&
                       EVP_PKEY_verify(context, signature, size, hash, sizeof(hash)) > 0,
                   "raw verify", NULL);
        samples_add(&verifying, bench_now() - began);
        EVP_PKEY_CTX_free(context);
    }
    floor->sign = samples_at(&signing, 500);
    floor->verify = samples_at(&verifying, 500);
    samples_free(&signing);
    samples_free(&verifying);
}

/* What a ledger cannot do without: an entry at the end, a body under its digest. */
static void commit_plain(MDB_env *env, MDB_dbi journal, MDB_dbi bodies, uint64_t number)
{
    static unsigned char bytes[BODY_SIZE];
    unsigned char digest[32];
    MDB_txn *txn = NULL;
    MDB_val entry_key = {sizeof(number), &number};
    MDB_val entry = {ENTRY_SIZE, bytes};
    MDB_val body_key = {sizeof(digest), digest};
    MDB_val body = {BODY_SIZE, bytes};
    struct error err = ERROR_INIT;

    bench_need(random_bytes(digest, sizeof(digest), &err) &&
                   mdb_txn_begin(env, NULL, 0, &txn) == 0 &&
                   mdb_put(txn, journal, &entry_key, &entry, MDB_APPEND) == 0 &&
                   mdb_put(txn, bodies, &body_key, &body, 0) == 0 && mdb_txn_commit(txn) == 0,
               "a plain commit", &err);
}

uint64_t floor_commit(const struct asks *asks)
{
    struct samples committing = samples_new("commit", RUNS);
    MDB_env *env = NULL;
    MDB_txn *txn = NULL;
    MDB_dbi journal;
    MDB_dbi bodies;
    uint64_t median;
    char path[512];

    snprintf(path, sizeof(path), "%s/plain-lmdb", asks->pair);
    mkdir(path, 0700);
    bench_need(mdb_env_create(&env) == 0 && mdb_env_set_maxdbs(env, 2) == 0 &&
                   mdb_env_set_mapsize(env, (size_t)1 << 30) == 0 &&
                   mdb_env_open(env, path, MDB_NORDAHEAD, 0600) == 0 &&
                   mdb_txn_begin(env, NULL, 0, &txn) == 0 &&
                   mdb_dbi_open(txn, "journal", MDB_CREATE | MDB_INTEGERKEY, &journal) == 0 &&
                   mdb_dbi_open(txn, "body", MDB_CREATE, &bodies) == 0 &&
                   mdb_txn_commit(txn) == 0,
               path, NULL);
    for (uint64_t i = 0; i < RUNS; i++) {
        uint64_t began = bench_now();

        commit_plain(env, journal, bodies, i);
        samples_add(&committing, bench_now() - began);
    }
    mdb_env_close(env);
    bench_remove_folder(path);
    median = samples_at(&committing, 500);
    samples_free(&committing);
    return median;
}

/* A question straight to the insured core: there and back, without the core's own time. */
static void measure_line(struct asks *asks, struct floor *floor)
{
    static const uint16_t steps[] = {ACTION_IDENTIFY};
    struct asking asking = asks_begin(asks, "D", steps, 1, RUNS / 2);
    struct samples carrying = samples_new("carry", RUNS / 2);

    for (unsigned i = 0; i < asking.stay_count; i++) {
        struct question *question = &asking.questions[i];

        asks_write(asks, &asking, question);
        question->due = bench_now();
        asks_post(asks, &asking, question, true);
        bench_need(asks_heard(&asking, i + 1, 10), "an answer of the core itself", NULL);
        samples_add(&carrying, question->heard - question->due -
                                   (question->core_ended - question->core_began));
    }
    floor->carry = samples_at(&carrying, 500);
    samples_free(&carrying);
    asks_end(&asking);
}

struct floor floor_measure(struct asks *asks, const char *suite)
{
    struct floor floor = {.sign = 0};
    EVP_PKEY *key = key_of(asks, suite);

    measure_keys(key, &floor);
    EVP_PKEY_free(key);
    floor.commit = floor_commit(asks);
    measure_line(asks, &floor);
    return floor;
}

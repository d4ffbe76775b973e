/*
 * commits.c - durable commits with 1, 8, 32 and 128 waiting, and what the disk alone allows.
 *
 *     commits FOLDER          everything
 *     commits FOLDER disk     the disk alone, two seconds
 *
 * P threads hand over one entry each and wait until it is durable; one thread takes what is
 * queued into one transaction, as gate/writer.c does. Entries are like RECEIVED: a case, a
 * verdict, and two sealed bodies of 4 KB beside them. The same with plain LMDB: the entry's
 * bytes appended and the two bodies put, nothing else. Both take turns in short rounds.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lmdb.h>

#include "base/clock.h"
#include "bench.h"
#include "core/flow.h"
#include "crypt/digest.h"
#include "crypt/random.h"
#include "ledger/ledger.h"

enum {
    PRODUCERS_MAX = 128,
    ROUNDS = 3,
    ROUND_MS = 700,
    BODY_SIZE = 4096,
    ENTRY_SIZE = 1100, /* of the plain store: about what the ledger writes */
    SAMPLES_MAX = 200 * 1000,
    DISK_MS = 1000
};

/* One entry on its way. */
struct item {
    struct item *next;
    uint8_t key[MESSAGE_KEY_SIZE];
    uint8_t digests[2][32];
    struct uuid case_id;
    bool durable;
};

/* One way to make a batch durable. */
struct way {
    const char *name;
    void (*write)(struct item *first);
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    pthread_cond_t durable;
    struct item *first;
    struct item *last;
    bool stop;
    struct samples *latency;
    size_t entries;
    size_t batches;
    const struct way *way;
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER,
           .filled = PTHREAD_COND_INITIALIZER,
           .durable = PTHREAD_COND_INITIALIZER};

static struct store *store;
static struct ledger *ledger;
static MDB_env *env;
static MDB_dbi journal;
static MDB_dbi bodies;
static uint64_t next_number;
static unsigned char sealed[BODY_SIZE + 48];

/* --- the ledger ----------------------------------------------------------------------------
 */

static void add_tlv(struct tlv *tlvs, size_t *count, uint16_t type, struct buffer *buffer,
                    size_t mark)
{
    tlvs[(*count)++] = (struct tlv){
        .type = type, .bytes = {(const char *)buffer->at + mark, buffer->size - mark}};
}

static void append_entry(struct ledger_txn *txn, const struct item *item)
{
    static unsigned char bytes[16 * 1024];
    struct buffer buffer = buffer_over(bytes, sizeof(bytes));
    struct tlv tlvs[8];
    struct error err = ERROR_INIT;
    bool back;
    struct instant now = ledger_stamp(txn, clock_now(), &back);
    struct entry entry = {.kind = ENTRY_RECEIVED,
                          .wall = now,
                          .boot = 1,
                          .case_id = item->case_id,
                          .flow = FLOW_PENSION_EMPLOYEE,
                          .action = ACTION_FORM,
                          .party = 2,
                          .evidence = EVIDENCE_E1,
                          .tlvs = tlvs};
    struct flow_case after = {.case_id = item->case_id,
                              .flow = FLOW_PENSION_EMPLOYEE,
                              .role = ROLE_IN,
                              .state = 1,
                              .version = 1,
                              .party = 2,
                              .in_region = 520000,
                              .out_region = 440000,
                              .opened_at = now,
                              .changed_at = now};
    struct entry_verdict verdict = {.verdict = VERDICT_ACCEPTED, .received_at = now};
    size_t mark = 0;

    memcpy(entry.message_key, item->key, sizeof(entry.message_key));
    memcpy(entry.person_tag, item->key, sizeof(entry.person_tag));
    memcpy(after.person_tag, item->key, sizeof(after.person_tag));
    hex_encode(item->key, 8, after.trace);
    flow_case_encode(&after, &buffer);
    add_tlv(tlvs, &entry.tlv_count, TLV_CASE_AFTER, &buffer, mark);
    for (unsigned i = 0; i < 2; i++) {
        struct entry_body body = {.use = (uint8_t)(BODY_ORIGINAL + i),
                                  .retention = RETENTION_100_YEARS,
                                  .month = 202603,
                                  .size = BODY_SIZE};
        memcpy(body.digest, item->digests[i], 32);
        mark = buffer.size;
        entry_body_encode(&body, &buffer);
        add_tlv(tlvs, &entry.tlv_count, TLV_BODY, &buffer, mark);
        bench_need(ledger_put_body(txn, &body,
                                   (struct text){(const char *)sealed, sizeof(sealed)}, &err),
                   "a body", &err);
    }
    mark = buffer.size;
    entry_verdict_encode(&verdict, &buffer);
    add_tlv(tlvs, &entry.tlv_count, TLV_VERDICT, &buffer, mark);
    bench_need(ledger_append(txn, &entry, &err), "an entry", &err);
}

static void write_ledger(struct item *first)
{
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;

    bench_need(ledger_begin(ledger, &txn, &err), "begin", &err);
    for (struct item *item = first; item != NULL; item = item->next)
        append_entry(txn, item);
    bench_need(ledger_commit(&txn, &err), "commit", &err);
}

/* --- plain LMDB -----------------------------------------------------------------------------
 */

static void write_plain(struct item *first)
{
    MDB_txn *txn = NULL;

    bench_need(mdb_txn_begin(env, NULL, 0, &txn) == 0, "begin", NULL);
    for (struct item *item = first; item != NULL; item = item->next) {
        uint8_t key[8];
        uint64_t number = ++next_number;
        MDB_val at = {sizeof(key), key};
        MDB_val value = {ENTRY_SIZE, sealed};

        for (int i = 7; i >= 0; i--, number >>= 8)
            key[i] = (uint8_t)number;
        bench_need(mdb_put(txn, journal, &at, &value, MDB_APPEND) == 0, "put", NULL);
        for (unsigned i = 0; i < 2; i++) {
            uint8_t place[36] = {0, 3, 23, 27};
            at = (MDB_val){sizeof(place), place};
            value = (MDB_val){sizeof(sealed), sealed};
            memcpy(place + 4, item->digests[i], 32);
            bench_need(mdb_put(txn, bodies, &at, &value, 0) == 0, "put", NULL);
        }
    }
    bench_need(mdb_txn_commit(txn) == 0, "commit", NULL);
}

/* --- the queue ------------------------------------------------------------------------------
 */

static void *produce(void *self)
{
    struct error err = ERROR_INIT;

    (void)self;
    for (;;) {
        struct item item = {.durable = false};
        uint64_t at = bench_now();

        bench_need(random_bytes(item.key, sizeof(item.key), &err) &&
                       random_bytes(item.digests, sizeof(item.digests), &err),
                   "random bytes", &err);
        item.case_id = uuid_v7(clock_now(), item.key);
        pthread_mutex_lock(&queue.lock);
        if (queue.stop) {
            pthread_mutex_unlock(&queue.lock);
            return NULL;
        }
        if (queue.last != NULL)
            queue.last->next = &item;
        else
            queue.first = &item;
        queue.last = &item;
        pthread_cond_signal(&queue.filled);
        while (!item.durable)
            pthread_cond_wait(&queue.durable, &queue.lock);
        samples_add(queue.latency, bench_now() - at);
        queue.entries++;
        pthread_mutex_unlock(&queue.lock);
    }
}

static struct item *take_all(void)
{
    struct item *first;

    pthread_mutex_lock(&queue.lock);
    while (queue.first == NULL && !queue.stop)
        pthread_cond_wait(&queue.filled, &queue.lock);
    first = queue.first;
    queue.first = queue.last = NULL;
    pthread_mutex_unlock(&queue.lock);
    return first;
}

static void *consume(void *self)
{
    struct item *first;

    (void)self;
    while ((first = take_all()) != NULL) {
        queue.way->write(first);
        pthread_mutex_lock(&queue.lock);
        queue.batches++;
        while (first != NULL) {
            struct item *next = first->next;
            first->durable = true;
            first = next;
        }
        pthread_cond_broadcast(&queue.durable);
        pthread_mutex_unlock(&queue.lock);
    }
    return NULL;
}

/* Entries a second. */
static uint64_t run_round(const struct way *way, unsigned producers, struct samples *latency)
{
    pthread_t threads[PRODUCERS_MAX];
    pthread_t writer;
    uint64_t since = bench_now();

    queue.way = way;
    queue.latency = latency;
    queue.entries = queue.batches = 0;
    queue.stop = false;
    bench_need(pthread_create(&writer, NULL, consume, NULL) == 0, "a thread", NULL);
    for (unsigned i = 0; i < producers; i++)
        bench_need(pthread_create(&threads[i], NULL, produce, NULL) == 0, "a thread", NULL);
    usleep(ROUND_MS * 1000);
    pthread_mutex_lock(&queue.lock);
    queue.stop = true;
    pthread_cond_signal(&queue.filled);
    pthread_mutex_unlock(&queue.lock);
    for (unsigned i = 0; i < producers; i++)
        pthread_join(threads[i], NULL);
    since = bench_now() - since;
    pthread_mutex_lock(&queue.lock);
    pthread_cond_signal(&queue.filled);
    pthread_mutex_unlock(&queue.lock);
    pthread_join(writer, NULL);
    return queue.entries * 1000000000U / since;
}

static void run_waiting(unsigned producers)
{
    static const struct way ways[2] = {{"ledger", write_ledger}, {"plain LMDB", write_plain}};
    struct samples latency[2] = {samples_new("ledger", SAMPLES_MAX),
                                 samples_new("plain", SAMPLES_MAX)};
    struct samples rate[2] = {samples_new("ledger", ROUNDS), samples_new("plain", ROUNDS)};
    char ratio[24];

    for (unsigned round = 0; round < ROUNDS; round++)
        for (unsigned i = 0; i < 2; i++)
            samples_add(&rate[i], run_round(&ways[i], producers, &latency[i]));
    bench_ratio(samples_at(&rate[0], 500), samples_at(&rate[1], 500), ratio);
    printf("  %8u", producers);
    for (unsigned i = 0; i < 2; i++)
        printf(" %10llu/s %8llu %8llu", (unsigned long long)samples_at(&rate[i], 500),
               (unsigned long long)samples_at(&latency[i], 500) / 1000,
               (unsigned long long)samples_at(&latency[i], 990) / 1000);
    printf("   %s\n", ratio);
    for (unsigned i = 0; i < 2; i++) {
        samples_free(&latency[i]);
        samples_free(&rate[i]);
    }
}

/* --- the disk
 * --------------------------------------------------------------------------------- */

static void run_flushes(const char *folder)
{
    struct samples flush = samples_new("4 KB appended and fdatasync", SAMPLES_MAX);
    struct samples commit = samples_new("LMDB, one put of 1 KB, one commit", SAMPLES_MAX);
    static unsigned char page[4096];
    char path[4096];
    uint64_t until;
    int fd;

    snprintf(path, sizeof(path), "%s/flush", folder);
    fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    bench_need(fd >= 0, path, NULL);
    for (until = bench_now() + DISK_MS * 1000000U; bench_now() < until;) {
        uint64_t at = bench_now();
        bench_need(write(fd, page, sizeof(page)) == sizeof(page) && fdatasync(fd) == 0, path,
                   NULL);
        samples_add(&flush, bench_now() - at);
    }
    close(fd);
    unlink(path);
    for (until = bench_now() + DISK_MS * 1000000U; bench_now() < until;) {
        uint64_t at = bench_now();
        MDB_txn *txn = NULL;
        uint8_t key[8];
        uint64_t number = ++next_number;
        MDB_val place = {sizeof(key), key};
        MDB_val value = {1024, page};
        for (int i = 7; i >= 0; i--, number >>= 8)
            key[i] = (uint8_t)number;
        bench_need(mdb_txn_begin(env, NULL, 0, &txn) == 0 &&
                       mdb_put(txn, journal, &place, &value, MDB_APPEND) == 0 &&
                       mdb_txn_commit(txn) == 0,
                   "a commit", NULL);
        samples_add(&commit, bench_now() - at);
    }
    samples_head("disk");
    samples_line(&flush);
    samples_line(&commit);
    printf("  flushes/s %zu, single commits/s %zu\n", flush.count * 1000 / DISK_MS,
           commit.count * 1000 / DISK_MS);
    samples_free(&flush);
    samples_free(&commit);
}

/* --- opening
 * ----------------------------------------------------------------------------------- */

static void open_ledger(const char *path)
{
    struct store_options options = {.path = path};
    struct entry_origin origin = {.digest_kind = DIGEST_SHA256,
                                  .test = true,
                                  .created = clock_now(),
                                  .party = "hrss.520000"};
    struct error err = ERROR_INIT;

    bench_remove_folder(path);
    bench_need(store_open_lmdb(&options, &store, &err) && ledger_create(store, &origin, &err) &&
                   ledger_open(store, false, &ledger, &err),
               "a ledger", &err);
}

static void open_plain(const char *path)
{
    MDB_txn *txn = NULL;

    bench_remove_folder(path);
    mkdir(path, 0700);
    bench_need(mdb_env_create(&env) == 0 && mdb_env_set_maxdbs(env, 4) == 0 &&
                   mdb_env_set_mapsize(env, (size_t)64 << 30) == 0 &&
                   mdb_env_open(env, path, MDB_NORDAHEAD, 0600) == 0 &&
                   mdb_txn_begin(env, NULL, 0, &txn) == 0 &&
                   mdb_dbi_open(txn, "journal", MDB_CREATE, &journal) == 0 &&
                   mdb_dbi_open(txn, "body", MDB_CREATE, &bodies) == 0 &&
                   mdb_txn_commit(txn) == 0,
               "a plain LMDB", NULL);
}

int main(int argc, char **argv)
{
    static const unsigned waiting[] = {1, 8, 32, 128};
    struct error err = ERROR_INIT;
    char path[2][4096];

    bool disk_only = argc == 3 && strcmp(argv[2], "disk") == 0;

    bench_need(argc == 2 || disk_only, "usage: commits FOLDER [disk]", NULL);
    bench_need(digest_setup(&err), "starting", &err);
    mkdir(argv[1], 0700);
    snprintf(path[0], sizeof(path[0]), "%s/ledger", argv[1]);
    snprintf(path[1], sizeof(path[1]), "%s/plain", argv[1]);
    open_ledger(path[0]);
    open_plain(path[1]);
    run_flushes(argv[1]);
    if (!disk_only)
        printf("\n  %8s %12s %8s %8s %12s %8s %8s   %s\n", "waiting", "ledger", "p50 us",
               "p99 us", "plain LMDB", "p50 us", "p99 us", "ratio");
    for (size_t i = 0; !disk_only && i < COUNT_OF(waiting); i++)
        run_waiting(waiting[i]);
    ledger_close(ledger);
    store_close(store);
    mdb_env_close(env);
    bench_remove_folder(path[0]);
    bench_remove_folder(path[1]);
    return 0;
}

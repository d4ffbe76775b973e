/*
 * stages.c - the receive path by stages, against the sum of its primitives, on one thread.
 *
 *     stages PAIR SUITE [processor]    in time, or in processor time
 *
 * The whole is the gateway's own code in its own order: exchange_read for 128 messages, one
 * transaction for them, exchange_write_answer for each, and one transaction for the replies.
 * The stages below exchange_read are measured once more beside it. A primitive is measured
 * right after the stage that needs it, so that a noisy neighbour hits both.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/tree.h>

#include "base/clock.h"
#include "base/log.h"
#include "bench.h"
#include "gate/exchange.h"
#include "primitives.h"
#include "stages_fixture.h"
#include "wire/codec_internal.h"
#include "wire/document_internal.h"
#include "wire/envelope.h"
#include "wire/start.h"

enum { BATCH = 128, BATCHES = 10, FORMS = BATCH * BATCHES, WARM = 64 };

enum stage {
    STAGE_PARSE,
    STAGE_VERIFY,
    STAGE_SCHEMA,
    STAGE_CODEC,
    STAGE_SEAL,
    STAGE_READ, /* the whole of exchange_read, with all the above */
    STAGE_APPLY,
    STAGE_COMMIT,
    STAGE_COMMIT_WHOLE,
    STAGE_ANSWER,
    STAGE_REPLY_SEAL,
    STAGE_REPLY_APPLY,
    STAGE_REPLY_COMMIT,
    STAGE_FREE,
    STAGE_WHOLE,
    STAGES
};

static const char *const stage_names[STAGES] = {
    [STAGE_PARSE] = "  parse",
    [STAGE_VERIFY] = "  signature verify",
    [STAGE_SCHEMA] = "  schema checks",
    [STAGE_CODEC] = "  codec to record",
    [STAGE_SEAL] = "  digest and seal 2 bodies, person tag",
    [STAGE_READ] = "bytes to prepared work (all of the above)",
    [STAGE_APPLY] = "engine and ledger puts",
    [STAGE_COMMIT] = "share of a commit of 128",
    [STAGE_COMMIT_WHOLE] = "  that commit alone",
    [STAGE_ANSWER] = "receipt: build, check, sign, serialise",
    [STAGE_REPLY_SEAL] = "reply: digest and seal",
    [STAGE_REPLY_APPLY] = "reply: engine and ledger puts",
    [STAGE_REPLY_COMMIT] = "reply: share of a commit of 128",
    [STAGE_FREE] = "memory wiped and returned",
    [STAGE_WHOLE] = "the whole, per message of a batch",
};

struct run {
    struct fixture fixture;
    struct samples stages[STAGES];
    struct samples primitives[PRIMITIVES];
    struct exchange exchanges[BATCH];
    struct work *replies[BATCH];
    struct text answers[BATCH];
    struct primitives *plain;
    size_t content_size;
};

/* Notes the time since *from, which moves on. */
static void note(struct run *run, enum stage stage, uint64_t *from)
{
    uint64_t now = bench_now();

    samples_add(&run->stages[stage], now - *from);
    *from = bench_now();
}

/* --- the stages below exchange_read ----------------------------------------------------------
 */

static void seal_bodies(struct run *run, struct work *work, struct text bytes,
                        const struct record *body)
{
    struct error err = ERROR_INIT;
    struct gate *gate = &run->fixture.gate;
    size_t size = record_encoded_size(body);
    struct buffer content = buffer_over(arena_alloc(work->arena, size), size);
    struct text number;

    record_encode(body, &content);
    bench_need(gate_add_body(gate, work, BODY_ORIGINAL, bytes, &err) &&
                   record_text(body, "person/identityNumber", &number) &&
                   person_tag(gate->keys, number, work->person_tag, &err) &&
                   gate_add_body(gate, work, BODY_CONTENT, buffer_as_text(&content), &err),
               "sealing", &err);
    run->content_size = size;
}

static void read_by_stages(struct run *run, struct text bytes)
{
    const struct wire_schemas *schemas = run->fixture.gate.config->schemas;
    const struct config_party *far = run->fixture.far;
    struct work *work = gate_work_new(EXCHANGE_MEMORY_MAX);
    const struct verifier *used;
    struct document *document;
    struct error err = ERROR_INIT;
    struct record *header;
    struct record *body;
    xmlNodePtr first;
    xmlNodePtr content;
    uint64_t at = bench_now();
    uint64_t parsed;

    bench_need(document_parse(bytes, NULL, &document, &err), "parse", &err);
    parsed = bench_now() - at;
    at = bench_now();
    bench_need(
        signature_verify(document, far->signing_pins, far->signing_pin_count, &used, &err),
        "verify", &err);
    note(run, STAGE_VERIFY, &at);
    first = xmlFirstElementChild(xmlDocGetRootElement(document_xml(document)));
    content = xmlFirstElementChild(xmlNextElementSibling(first));
    bench_need(schema_check(wire_schemas_envelope(schemas), document, &err) &&
                   schema_check_subtree(wire_schemas_national(schemas, FLOW_PENSION_EMPLOYEE),
                                        content, &err),
               "schema", &err);
    note(run, STAGE_SCHEMA, &at);
    bench_need(codec_read_element(first, work->arena, &header, &err) &&
                   codec_read_element(content, work->arena, &body, &err),
               "codec", &err);
    note(run, STAGE_CODEC, &at);
    document_free(document);
    samples_add(&run->stages[STAGE_PARSE], parsed + bench_now() - at);
    at = bench_now();
    seal_bodies(run, work, bytes, body);
    note(run, STAGE_SEAL, &at);
    gate_work_free(work);
}

/* --- the whole -----------------------------------------------------------------------------
 */

static void prepare(struct run *run, unsigned index, struct text bytes)
{
    struct exchange *exchange = &run->exchanges[index];
    struct error err = ERROR_INIT;
    uint64_t at = bench_now();

    *exchange = (struct exchange){.gate = &run->fixture.gate,
                                  .config = run->fixture.gate.config,
                                  .party = run->fixture.far,
                                  .work = gate_work_new(EXCHANGE_MEMORY_MAX),
                                  .bytes = bytes};
    bench_need(exchange->work != NULL && exchange_read(exchange, &err), "reading", &err);
    bench_need(exchange->work->refusal.code == ERROR_NONE, "a good form",
               &exchange->work->refusal);
    note(run, STAGE_READ, &at);
}

static void commit(struct run *run, struct ledger_txn **txn, enum stage share)
{
    struct error err = ERROR_INIT;
    uint64_t at = bench_now();

    bench_need(ledger_commit(txn, &err), "commit", &err);
    at = bench_now() - at;
    samples_add(&run->stages[share], at / BATCH);
    if (share == STAGE_COMMIT)
        samples_add(&run->stages[STAGE_COMMIT_WHOLE], at);
}

static void apply(struct run *run, struct work *(*work_of)(struct run *run, unsigned i),
                  enum stage stage, enum stage share)
{
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;
    uint64_t at;

    bench_need(ledger_begin(run->fixture.gate.ledger, &txn, &err), "begin", &err);
    at = bench_now();
    for (unsigned i = 0; i < BATCH; i++) {
        bench_need(engine_apply(&run->fixture.gate.engine, txn, work_of(run, i), &err),
                   "applying", &err);
        note(run, stage, &at);
    }
    commit(run, &txn, share);
}

static struct work *message_of(struct run *run, unsigned i)
{
    return run->exchanges[i].work;
}

static struct work *reply_of(struct run *run, unsigned i)
{
    return run->replies[i];
}

/* As receive.c journals its replies. */
static struct work *make_reply(struct run *run, const struct exchange *exchange,
                               struct text bytes)
{
    struct work *work = gate_work_new(4 * bytes.size + 256 * 1024);
    struct error err = ERROR_INIT;

    bench_need(work != NULL, "memory", NULL);
    work->kind = WORK_REPLY;
    work->party = exchange->party->number;
    memcpy(work->key, exchange->work->key, MESSAGE_KEY_SIZE);
    work->note_case = exchange->work->result.case_id;
    work->message.flow = exchange->work->message.flow;
    bench_need(gate_add_body(&run->fixture.gate, work, BODY_REPLY, bytes, &err), "sealing",
               &err);
    return work;
}

static void answer(struct run *run, unsigned i)
{
    struct exchange *exchange = &run->exchanges[i];
    struct error err = ERROR_INIT;
    uint64_t at = bench_now();
    const char *type;
    bool fresh;

    bench_need(exchange->work->result.verdict == VERDICT_ACCEPTED,
               exchange->work->result.reason, NULL);
    bench_need(exchange_write_answer(exchange, &run->answers[i], &type, &fresh, &err),
               "answering", &err);
    note(run, STAGE_ANSWER, &at);
    run->replies[i] = make_reply(run, exchange, run->answers[i]);
    note(run, STAGE_REPLY_SEAL, &at);
}

static void run_batch(struct run *run, unsigned number)
{
    uint64_t began = bench_now();
    uint64_t at;

    for (unsigned i = 0; i < BATCH; i++)
        prepare(run, i, run->fixture.forms[number * BATCH + i]);
    apply(run, message_of, STAGE_APPLY, STAGE_COMMIT);
    for (unsigned i = 0; i < BATCH; i++)
        answer(run, i);
    apply(run, reply_of, STAGE_REPLY_APPLY, STAGE_REPLY_COMMIT);
    if (number == 0) /* what the primitives are prepared from */
        run->answers[0] = arena_copy(run->fixture.arena, run->answers[0]);
    at = bench_now();
    for (unsigned i = 0; i < BATCH; i++) {
        gate_work_free(run->exchanges[i].work);
        gate_work_free(run->replies[i]);
        note(run, STAGE_FREE, &at);
    }
    samples_add(&run->stages[STAGE_WHOLE], (bench_now() - began) / BATCH);
}

/* --- primitives -----------------------------------------------------------------------------
 */

static void read_entry(struct run *run, uint64_t back, struct entry *entry)
{
    struct ledger *ledger = run->fixture.gate.ledger;
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;
    bool found = false;

    bench_need(ledger_begin_read(ledger, &txn, &err) &&
                   ledger_get_entry(txn, ledger_size(ledger) - back, run->fixture.arena, entry,
                                    &found, &err) &&
                   found,
               "an entry", &err);
    ledger_abort(txn);
}

static size_t entry_size(struct run *run, uint64_t back)
{
    static unsigned char bytes[ENTRY_SIZE_MAX];
    struct buffer buffer = buffer_over(bytes, sizeof(bytes));
    struct entry entry;

    read_entry(run, back, &entry);
    entry_encode(&entry, &buffer);
    return buffer.size + 32;
}

/* Of the bodies that the RECEIVED entry names: neither the original nor its content. */
static size_t letter_size(struct run *run)
{
    struct entry entry;
    struct entry_body body;
    const struct tlv *tlv;
    size_t at = 0;
    size_t size = 0;

    read_entry(run, BATCH, &entry);
    while ((tlv = entry_next_tlv(&entry, TLV_BODY, &at)) != NULL)
        if (entry_body_decode(tlv->bytes, &body) && body.use == BODY_CONTENT &&
            body.size != run->content_size)
            size += body.size;
    return size;
}

static void run_primitives(struct run *run)
{
    for (unsigned i = 0; i < BATCH; i++) {
        for (unsigned which = 0; which < PRIMITIVE_RUN; which++) {
            uint64_t at = bench_now();
            primitives_run(run->plain, which);
            samples_add(&run->primitives[which], bench_now() - at);
        }
    }
    uint64_t at = bench_now();
    primitives_store(run->plain, BATCH);
    samples_add(&run->primitives[PRIMITIVE_STORE], (bench_now() - at) / BATCH);
}

static void open_primitives(struct run *run, const char *pair, const char *suite)
{
    struct primitives_given given = {.fixture = &run->fixture,
                                     .pair = pair,
                                     .suite = suite,
                                     .message = run->fixture.forms[0],
                                     .receipt = run->answers[0],
                                     .content_size = run->content_size,
                                     .letter_size = letter_size(run),
                                     .entry_size = entry_size(run, BATCH),
                                     .reply_size = entry_size(run, 0)};

    run->plain = primitives_new(&given);
    printf("  message %zu bytes, receipt %zu, content %zu, letter %zu, entries %zu and %zu\n",
           given.message.size, given.receipt.size, given.content_size, given.letter_size,
           given.entry_size, given.reply_size);
}

/* --- printing --------------------------------------------------------------------------------
 */

/* Both at the same place of their distributions: medians, and the least of each, which
 * neighbours spoil least. */
static uint64_t print_ratio(struct run *run, const char *suite, const char *which,
                            unsigned permille)
{
    uint64_t limit = 0;
    uint64_t whole = samples_at(&run->stages[STAGE_WHOLE], permille);
    char ratio[24];

    for (unsigned i = 0; i < PRIMITIVES; i++)
        limit += samples_at(&run->primitives[i], permille);
    bench_ratio(limit, whole, ratio);
    printf("  %s, %s: limit %llu us / whole %llu us = %s (target 0.75)\n", suite, which,
           (unsigned long long)(limit / 1000), (unsigned long long)(whole / 1000), ratio);
    return whole;
}

static void print_run(struct run *run, const char *suite)
{
    uint64_t whole;

    samples_head("stage");
    for (unsigned i = 0; i < STAGES; i++)
        samples_line(&run->stages[i]);
    samples_head("primitive");
    for (unsigned i = 0; i < PRIMITIVES; i++)
        samples_line(&run->primitives[i]);
    print_ratio(run, suite, "least of each", 0);
    whole = print_ratio(run, suite, "medians", 500);
    printf("  %llu messages/s on one core\n", (unsigned long long)(1000000000U / whole));
}

int main(int argc, char **argv)
{
    static struct run run;
    struct error err = ERROR_INIT;

    bench_need(argc == 3 || argc == 4, "usage: stages PAIR SUITE [processor]", NULL);
    if (argc == 4)
        bench_use_processor_time();
    log_set_level(LOG_LEVEL_WARN);
    bench_need(digest_setup(&err) && wire_start(&err), "starting", &err);
    fixture_open(&run.fixture, argv[1], argv[2], FORMS);
    for (unsigned i = 0; i < STAGES; i++)
        run.stages[i] = samples_new(stage_names[i], FORMS);
    for (unsigned i = 0; i < PRIMITIVES; i++)
        run.primitives[i] = samples_new(primitive_name(i), FORMS);
    for (unsigned i = 0; i < WARM; i++)
        read_by_stages(&run, run.fixture.forms[i]);
    for (unsigned i = 0; i < STAGES; i++)
        run.stages[i].count = 0;
    for (unsigned number = 0; number < BATCHES; number++) {
        for (unsigned i = 0; i < BATCH; i++)
            read_by_stages(&run, run.fixture.forms[number * BATCH + i]);
        run_batch(&run, number);
        if (run.plain == NULL)
            open_primitives(&run, argv[1], argv[2]);
        run_primitives(&run);
    }
    print_run(&run, argv[2]);
    primitives_free(run.plain);
    for (unsigned i = 0; i < STAGES; i++)
        samples_free(&run.stages[i]);
    for (unsigned i = 0; i < PRIMITIVES; i++)
        samples_free(&run.primitives[i]);
    fixture_close(&run.fixture);
    return 0;
}

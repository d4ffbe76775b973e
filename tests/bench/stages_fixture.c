/* stages_fixture.c - a gateway to be called step by step. */
#include "stages_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "bench.h"
#include "documents.h"
#include "gate/start_entries.h"
#include "wire/envelope.h"

enum { WORK_MEMORY_MAX = 4 * 1024 * 1024, CASES_AT_ONCE = 128 };

static bool deliver_nothing(void *self, const struct letter_row *letter)
{
    (void)self;
    (void)letter;
    return false;
}

static void open_ledger(struct fixture *fixture)
{
    struct gate *gate = &fixture->gate;
    struct store_options options = {.path = fixture->ledger_path};
    struct engine_given given = {.self = gate,
                                 .now = gate_now,
                                 .random = gate_random,
                                 .seal = gate_seal,
                                 .deliver = deliver_nothing};
    struct entry_origin origin = {.digest_kind = (uint8_t)gate->config->ledger_hash,
                                  .test = true,
                                  .created = clock_now()};
    struct error err = ERROR_INIT;

    memcpy(origin.party, gate->config->party, PARTY_ID_SIZE);
    bench_remove_folder(fixture->ledger_path);
    bench_need(store_open_lmdb(&options, &gate->store, &err) &&
                   ledger_create(gate->store, &origin, &err) &&
                   ledger_open(gate->store, false, &gate->ledger, &err),
               "a ledger", &err);
    engine_init(&gate->engine, &given, gate->ledger, &gate->config->rules,
                gate->config->calendar);
    gate->engine.boot = 1;
    bench_need(start_entries_write(gate, &err), "first entries", &err);
}

/* What our own core would have submitted, without its dialect. */
static struct work *submission(struct fixture *fixture, const char *file, uint16_t action,
                               unsigned index)
{
    struct work *work = gate_work_new(WORK_MEMORY_MAX);
    struct error err = ERROR_INIT;
    struct text number;
    struct buffer content;
    size_t size;

    bench_need(work != NULL, "memory", NULL);
    work->kind = WORK_MESSAGE;
    work->local = true;
    work->party = config_core(fixture->gate.config)->number;
    work->message.flow = FLOW_PENSION_EMPLOYEE;
    work->message.action = action;
    work->message.revision = 1;
    work->message.sent_at = clock_now();
    work->message.body = document_of(work->arena, file, index);
    size = record_encoded_size(work->message.body);
    content = buffer_over(arena_alloc(work->arena, size), size);
    record_encode(work->message.body, &content);
    bench_need(
        random_bytes(work->key, sizeof(work->key), &err) &&
            gate_add_body(&fixture->gate, work, BODY_CONTENT, buffer_as_text(&content), &err) &&
            record_text(work->message.body, "person/identityNumber", &number) &&
            person_tag(fixture->gate.keys, number, work->person_tag, &err),
        file, &err);
    work->content = work->bodies[0].body;
    return work;
}

static void apply(struct fixture *fixture, struct ledger_txn *txn, struct work *work,
                  struct uuid *case_id)
{
    struct error err = ERROR_INIT;

    bench_need(engine_apply(&fixture->gate.engine, txn, work, &err), "applying", &err);
    bench_need(work->result.verdict == VERDICT_ACCEPTED, work->result.reason, NULL);
    *case_id = work->result.case_id;
    gate_work_free(work);
}

static struct text sign_form(struct fixture *fixture, const struct uuid *case_id,
                             unsigned index)
{
    struct arena *arena = arena_new(WORK_MEMORY_MAX);
    struct message message = {.case_id = *case_id,
                              .flow = FLOW_PENSION_EMPLOYEE,
                              .action = ACTION_FORM,
                              .revision = 1,
                              .sent_at = clock_now()};
    struct error err = ERROR_INIT;
    uint8_t random[10];
    struct text bytes;

    bench_need(arena != NULL, "memory", NULL);
    bench_need(random_bytes(random, sizeof(random), &err), "random bytes", &err);
    message.message_id = uuid_v7(message.sent_at, random);
    memcpy(message.from, fixture->far->id, PARTY_ID_SIZE);
    memcpy(message.to, fixture->gate.config->party, PARTY_ID_SIZE);
    message.body = document_of(arena, "gateway-killed/form.xml", index);
    bench_need(envelope_seal(fixture->gate.config->schemas, &message, fixture->far_signer,
                             arena, &bytes, &err),
               "signing a form", &err);
    bytes = arena_copy(fixture->arena, bytes);
    arena_free(arena);
    return bytes;
}

/* A case in which a letter has gone out takes a form. */
static void make_forms(struct fixture *fixture)
{
    struct error err = ERROR_INIT;

    for (unsigned i = 0; i < fixture->form_count;) {
        struct ledger_txn *txn = NULL;
        bench_need(ledger_begin(fixture->gate.ledger, &txn, &err), "begin", &err);
        for (unsigned n = 0; n < CASES_AT_ONCE && i < fixture->form_count; n++, i++) {
            struct uuid id;
            apply(fixture, txn,
                  submission(fixture, "gateway-killed/application.xml", ACTION_APPLICATION, i),
                  &id);
            apply(fixture, txn,
                  submission(fixture, "gateway-killed/letter.xml", ACTION_LETTER, i), &id);
            fixture->forms[i] = sign_form(fixture, &id, i);
        }
        bench_need(ledger_commit(&txn, &err), "commit", &err);
    }
}

void fixture_open(struct fixture *fixture, const char *pair, const char *suite,
                  unsigned form_count)
{
    struct gate *gate = &fixture->gate;
    struct error err = ERROR_INIT;
    enum suite number = SUITE_ECDSA;
    char path[3][512];

    memset(fixture, 0, sizeof(*fixture));
    fixture->arena = arena_new((size_t)256 * 1024 * 1024);
    snprintf(path[0], sizeof(path[0]), "%s/guizhou/gateway.xml", pair);
    bench_need(fixture->arena != NULL && config_load(path[0], CONFIG_FULL, &gate->config, &err),
               path[0], &err);
    bench_need(clock_use_offset_file(gate->config->clock_offset, &err) &&
                   key_ring_load(gate->config->seal_keys, &gate->keys, &err),
               "keys", &err);
    snprintf(fixture->ledger_path, sizeof(fixture->ledger_path), "%s/guizhou/stages", pair);
    open_ledger(fixture);
    for (size_t i = 0; i < gate->config->party_count; i++)
        if (gate->config->parties[i].kind == PARTY_PROVINCE)
            fixture->far = &gate->config->parties[i];
    bench_need(fixture->far != NULL && suite_parse(text_of(suite), &number), "a partner", NULL);
    snprintf(path[0], sizeof(path[0]), "%s/certs/%s.%s.key", pair, fixture->far->id, suite);
    snprintf(path[1], sizeof(path[1]), "%s/certs/%s.%s.crt", pair, fixture->far->id, suite);
    bench_need(signer_load(number, path[0], path[1], NULL, &fixture->far_signer, &err),
               "the partner's key", &err);
    fixture->form_count = form_count;
    fixture->forms = arena_array(fixture->arena, form_count, sizeof(*fixture->forms));
    bench_need(fixture->forms != NULL, "memory", NULL);
    make_forms(fixture);
}

void fixture_close(struct fixture *fixture)
{
    signer_free(fixture->far_signer);
    ledger_close(fixture->gate.ledger);
    store_close(fixture->gate.store);
    key_ring_free(fixture->gate.keys);
    config_free(fixture->gate.config);
    arena_free(fixture->arena);
    bench_remove_folder(fixture->ledger_path);
}

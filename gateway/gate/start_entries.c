/* start_entries.c - numbers for parties, and the entries of a start, in one transaction. */
#include "gate/start_entries.h"

#include <string.h>

#include "base/version.h"

enum { START_MEMORY_MAX = 8 * 1024 * 1024 };

struct numbering {
    struct gate *gate;
    struct ledger_txn *txn;
    struct arena *arena;
    struct tlv tlvs[CONFIG_PARTIES_MAX + 1];
    size_t tlv_count;
    uint32_t newest; /* highest number given out so far */
};

static bool find_newest(struct numbering *numbering, struct error *err)
{
    char id[PARTY_ID_SIZE];
    bool found = true;

    while (found) {
        if (!ledger_party_id(numbering->txn, numbering->newest + 1, id, &found, err))
            return false;
        numbering->newest += found;
    }
    return true;
}

/* A number once assigned is never reused, so it is looked up before it is given. */
static bool number_of(struct numbering *numbering, const char *id, uint32_t *number,
                      struct error *err)
{
    struct buffer bytes;
    void *memory;
    bool found;

    if (!ledger_party_number(numbering->txn, id, number, &found, err))
        return false;
    if (found)
        return true;
    memory = arena_alloc(numbering->arena, 4 + PARTY_ID_SIZE);
    if (memory == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the parties");
    *number = ++numbering->newest;
    bytes = buffer_over(memory, 4 + PARTY_ID_SIZE);
    buffer_u32(&bytes, *number);
    buffer_string(&bytes, id);
    numbering->tlvs[numbering->tlv_count++] = (struct tlv){.type = TLV_PARTY,
                                                           .bytes = buffer_as_text(&bytes)};
    return true;
}

static bool number_parties(struct numbering *numbering, struct error *err)
{
    struct gate *gate = numbering->gate;
    struct engine_party party = {.kind = PARTY_PROVINCE, .region = gate->config->region};

    if (!find_newest(numbering, err) ||
        !number_of(numbering, gate->config->party, &party.number, err))
        return false;
    if (party.number != 1)
        return fail(err, ERROR_LEDGER, "the home party does not have the number 1");
    memcpy(party.id, gate->config->party, PARTY_ID_SIZE);
    if (!engine_add_party(&gate->engine, &party, err))
        return false;
    for (size_t i = 0; i < gate->config->party_count; i++) {
        struct config_party *from = &gate->config->parties[i];
        if (!number_of(numbering, from->id, &from->number, err))
            return false;
        party = (struct engine_party){.number = from->number,
                                      .kind = from->kind,
                                      .region = from->region,
                                      .reachable_by_us = from->url != NULL};
        memcpy(party.id, from->id, PARTY_ID_SIZE);
        if (!engine_add_party(&gate->engine, &party, err))
            return false;
    }
    return true;
}

static bool apply_one(struct gate *gate, struct ledger_txn *txn, struct work *work,
                      struct error *err)
{
    bool ok = work != NULL ? engine_apply(&gate->engine, txn, work, err)
                           : fail(err, ERROR_MEMORY, "no memory for a start entry");

    gate_work_free(work);
    return ok;
}

static struct work *note_work(uint16_t kind, const struct tlv *tlvs, size_t count)
{
    struct work *work = gate_work_new(START_MEMORY_MAX);

    if (work == NULL)
        return NULL;
    work->kind = WORK_NOTE;
    work->note_kind = kind;
    work->note_tlvs = tlvs;
    work->note_tlv_count = count;
    return work;
}

static struct work *rules_work(struct gate *gate, struct error *err)
{
    struct work *work = note_work(ENTRY_RULES, NULL, 0);

    if (work == NULL)
        return NULL;
    memcpy(work->digest, gate->config->rules_digest, 32);
    if (!gate_add_body(gate, work, BODY_TEXT, gate->config->rules_text, err)) {
        gate_work_free(work);
        return NULL;
    }
    work->bodies[0].body.retention = RETENTION_PERMANENT;
    return work;
}

static bool write_entries(struct numbering *numbering, struct error *err)
{
    struct gate *gate = numbering->gate;
    struct tlv version = {.type = TLV_RELEASE, .bytes = text_of(QIANTONG_VERSION)};
    struct work *config;

    if (!apply_one(gate, numbering->txn, note_work(ENTRY_BOOT, &version, 1), err))
        return false;
    config = note_work(ENTRY_CONFIG, numbering->tlvs, numbering->tlv_count);
    if (config != NULL)
        memcpy(config->digest, gate->config->digest, 32);
    return apply_one(gate, numbering->txn, config, err) &&
           apply_one(gate, numbering->txn, rules_work(gate, err), err);
}

bool start_entries_write(struct gate *gate, struct error *err)
{
    struct numbering *numbering = NULL;
    struct arena *arena = arena_new(START_MEMORY_MAX);
    bool ok = false;

    numbering = arena != NULL ? arena_alloc(arena, sizeof(*numbering)) : NULL;
    if (numbering == NULL) {
        arena_free(arena);
        return fail(err, ERROR_MEMORY, "no memory for the parties");
    }
    numbering->gate = gate;
    numbering->arena = arena;
    ok = ledger_begin(gate->ledger, &numbering->txn, err) && number_parties(numbering, err) &&
         write_entries(numbering, err) && ledger_commit(&numbering->txn, err);
    ledger_abort(numbering->txn);
    arena_free(arena);
    return ok;
}

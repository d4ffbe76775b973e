/* start_entries.c - numbers for parties, and the entries of a start or a reload, in one
 * transaction. */
#include "gate/start_entries.h"

#include <string.h>

#include "base/version.h"

enum { START_MEMORY_MAX = 8 * 1024 * 1024 };

/* The engine's parties and the entries that a configuration asks for, in one transaction. */
struct numbering {
    struct gate *gate;
    struct config *config; /* its parties get their numbers */
    struct ledger_txn *txn;
    struct arena *arena;
    struct tlv tlvs[CONFIG_PARTIES_MAX + 1];
    size_t tlv_count;
    uint32_t newest;                                     /* highest number given out so far */
    struct engine_party parties[CONFIG_PARTIES_MAX + 1]; /* home first */
    size_t party_count;
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
    struct config *config = numbering->config;
    struct engine_party *home = &numbering->parties[numbering->party_count++];

    *home = (struct engine_party){.kind = PARTY_PROVINCE, .region = config->region};
    memcpy(home->id, config->party, PARTY_ID_SIZE);
    if (!find_newest(numbering, err) || !number_of(numbering, home->id, &home->number, err))
        return false;
    if (home->number != 1)
        return fail(err, ERROR_LEDGER, "the home party does not have the number 1");
    for (size_t i = 0; i < config->party_count; i++) {
        struct config_party *from = &config->parties[i];
        struct engine_party *party = &numbering->parties[numbering->party_count++];
        if (!number_of(numbering, from->id, &from->number, err))
            return false;
        *party = (struct engine_party){
            .number = from->number,
            .kind = from->kind,
            .region = from->region,
            .reachable_by_us = from->url != NULL || from->folder_out != NULL,
            .answer_ms = from->folder_resend_ms,
            .outages = from->outages,
            .two_phase = from->dialect != NULL &&
                         adapter_capabilities(from->dialect)->two_phase};
        memcpy(party->id, from->id, PARTY_ID_SIZE);
    }
    return engine_has_room(&numbering->gate->engine, numbering->parties, numbering->party_count,
                           err);
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

static bool write_boot(struct numbering *numbering, struct error *err)
{
    struct tlv version = {.type = TLV_RELEASE, .bytes = text_of(QIANTONG_VERSION)};

    return apply_one(numbering->gate, numbering->txn, note_work(ENTRY_BOOT, &version, 1), err);
}

static bool write_config(struct numbering *numbering, struct error *err)
{
    struct work *work = note_work(ENTRY_CONFIG, numbering->tlvs, numbering->tlv_count);

    if (work != NULL)
        memcpy(work->digest, numbering->config->digest, 32);
    return apply_one(numbering->gate, numbering->txn, work, err);
}

static bool write_rules(struct numbering *numbering, struct error *err)
{
    struct gate *gate = numbering->gate;
    struct work *work = note_work(ENTRY_RULES, NULL, 0);

    if (work == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a start entry");
    memcpy(work->digest, numbering->config->rules_digest, 32);
    if (!gate_add_body(gate, work, BODY_TEXT, numbering->config->rules_text, err)) {
        gate_work_free(work);
        return false;
    }
    work->bodies[0].body.retention = RETENTION_PERMANENT;
    return apply_one(gate, numbering->txn, work, err);
}

static struct numbering *numbering_new(struct gate *gate, struct config *config,
                                       struct error *err)
{
    struct arena *arena = arena_new(START_MEMORY_MAX);
    struct numbering *numbering = arena != NULL ? arena_alloc(arena, sizeof(*numbering)) : NULL;

    if (numbering == NULL) {
        arena_free(arena);
        fail(err, ERROR_MEMORY, "no memory for the parties");
        return NULL;
    }
    numbering->gate = gate;
    numbering->config = config;
    numbering->arena = arena;
    return numbering;
}

static void numbering_free(struct numbering *numbering)
{
    ledger_abort(numbering->txn);
    arena_free(numbering->arena);
}

bool start_entries_write(struct gate *gate, struct error *err)
{
    struct numbering *numbering = numbering_new(gate, gate->config, err);
    bool ok;

    if (numbering == NULL)
        return false;
    ok = ledger_begin(gate->ledger, &numbering->txn, err) && number_parties(numbering, err);
    if (ok)
        engine_set_parties(&gate->engine, numbering->parties, numbering->party_count);
    ok = ok && write_boot(numbering, err) && write_config(numbering, err) &&
         write_rules(numbering, err) && ledger_commit(&numbering->txn, err);
    numbering_free(numbering);
    return ok;
}

bool start_entries_reload(struct gate *gate, struct config *config, struct error *err)
{
    const struct config *before = gate->config;
    struct numbering *numbering = numbering_new(gate, config, err);
    bool ok;

    if (numbering == NULL)
        return false;
    /* An entry names the rules that it was decided by; its own, if it brings them. */
    engine_use_rules(&gate->engine, &config->rules, config->calendar);
    ok = ledger_begin(gate->ledger, &numbering->txn, err) && number_parties(numbering, err);
    if (ok && memcmp(before->digest, config->digest, sizeof(config->digest)) != 0)
        ok = write_config(numbering, err);
    if (ok && memcmp(before->rules_digest, config->rules_digest, sizeof(config->rules_digest)))
        ok = write_rules(numbering, err);
    ok = ok && writer_commit(&numbering->txn, err);
    if (ok)
        engine_set_parties(&gate->engine, numbering->parties, numbering->party_count);
    else
        engine_use_rules(&gate->engine, &before->rules, before->calendar);
    numbering_free(numbering);
    return ok;
}

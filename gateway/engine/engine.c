/* engine.c - the engine's own few fields, and which file does what. */
#include "engine/engine.h"

#include <string.h>

#include "engine/internal.h"

void engine_init(struct engine *engine, const struct engine_given *given, struct ledger *ledger,
                 const struct rules *rules, const struct calendar *calendar)
{
    memset(engine, 0, sizeof(*engine));
    engine->given = *given;
    engine->ledger = ledger;
    engine->rules = rules;
    engine->calendar = calendar;
    engine->retry = retry_default;
    engine->boot = ledger_boots(ledger);
    engine->own_checks = true;
}

void engine_use_rules(struct engine *engine, const struct rules *rules,
                      const struct calendar *calendar)
{
    engine->rules = rules;
    engine->calendar = calendar;
}

bool engine_add_party(struct engine *engine, const struct engine_party *party,
                      struct error *err)
{
    if (engine->party_count == ENGINE_PARTIES_MAX)
        return fail(err, ERROR_CONFIG, "more than %d parties", ENGINE_PARTIES_MAX);
    CHECK(party->number != 0 && engine_party(engine, party->number) == NULL);
    engine->parties[engine->party_count++] = *party;
    return true;
}

/* Its place may be another's: nothing of it is under way. */
static bool is_free(const struct engine_party *party)
{
    return party->gone && party->in_flight == 0;
}

static bool is_among(const struct engine_party *parties, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (parties[i].number == number)
            return true;
    }
    return false;
}

bool engine_has_room(const struct engine *engine, const struct engine_party *parties,
                     size_t count, struct error *err)
{
    size_t room = ENGINE_PARTIES_MAX - engine->party_count;
    size_t new = 0;

    for (size_t i = 0; i < count; i++)
        new += engine_party(engine, parties[i].number) == NULL;
    for (size_t i = 0; i < engine->party_count; i++) {
        const struct engine_party *party = &engine->parties[i];
        room += party->in_flight == 0 && !is_among(parties, count, party->number);
    }
    return new <= room || fail(err, ERROR_CONFIG, "more than %d parties, with those under way",
                               ENGINE_PARTIES_MAX);
}

/* Letters in flight point to places, so a party keeps the one it has. */
static struct engine_party *place_of(struct engine *engine, uint32_t number)
{
    struct engine_party *place = NULL;

    for (size_t i = 0; i < engine->party_count; i++) {
        if (engine->parties[i].number == number)
            return &engine->parties[i];
        if (is_free(&engine->parties[i]))
            place = &engine->parties[i];
    }
    if (place != NULL)
        return place;
    CHECK(engine->party_count < ENGINE_PARTIES_MAX); /* engine_has_room said so */
    return &engine->parties[engine->party_count++];
}

void engine_set_parties(struct engine *engine, const struct engine_party *parties, size_t count)
{
    for (size_t i = 0; i < engine->party_count; i++) {
        struct engine_party *party = &engine->parties[i];
        party->gone = !is_among(parties, count, party->number);
    }
    for (size_t i = 0; i < count; i++) {
        struct engine_party *place = place_of(engine, parties[i].number);
        struct engine_party next = parties[i];
        if (place->number == next.number) {
            next.in_flight = place->in_flight;
            next.breaker = place->breaker;
        }
        *place = next;
    }
}

const struct engine_party *engine_party(const struct engine *engine, uint32_t number)
{
    for (size_t i = 0; i < engine->party_count; i++) {
        if (engine->parties[i].number == number)
            return &engine->parties[i];
    }
    return NULL;
}

const struct engine_party *engine_party_by_id(const struct engine *engine, const char *id)
{
    for (size_t i = 0; i < engine->party_count; i++) {
        if (strcmp(engine->parties[i].id, id) == 0)
            return &engine->parties[i];
    }
    return NULL;
}

uint32_t province_of(const struct engine *engine, uint32_t region)
{
    const struct engine_party *home = engine_party(engine, 1);
    size_t authority = strcspn(home->id, ".") + 1;

    for (size_t i = 0; i < engine->party_count; i++) {
        const struct engine_party *party = &engine->parties[i];
        if (party->kind != PARTY_CORE && !party->gone && party->number != home->number &&
            party->region / 10000 == region / 10000 &&
            strncmp(party->id, home->id, authority) == 0)
            return party->number;
    }
    return 0;
}

uint8_t evidence_of(const struct engine *engine, uint32_t number)
{
    const struct engine_party *party = engine_party(engine, number);

    if (party == NULL || party->kind == PARTY_CORE)
        return EVIDENCE_E3;
    return party->kind == PARTY_HUB ? EVIDENCE_E2 : EVIDENCE_E1;
}

bool apply_reply(struct engine *engine, struct ledger_txn *txn, struct work *work,
                 struct error *err)
{
    struct draft *draft = draft_new(engine, txn, work->arena, ENTRY_REPLY);

    if (draft == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    CHECK(work->body_count == 1);
    memcpy(draft->entry.message_key, work->key, MESSAGE_KEY_SIZE);
    memcpy(draft->entry.digest, work->bodies[0].body.digest, 32);
    draft->entry.plain_size = work->bodies[0].body.size;
    draft->entry.party = work->party;
    draft->entry.case_id = work->note_case;
    draft->entry.flow = work->message.flow;
    draft->entry.action = ACTION_RECEIPT;
    draft_add_body(draft, &work->bodies[0].body);
    if (work->note.size > 0)
        draft_add_text(draft, TLV_TEXT, work->note);
    /* The answer to a conflict is not the answer to the message that stood first. */
    if (work->result.verdict == VERDICT_CONFLICT) {
        struct entry_verdict verdict = {.verdict = VERDICT_CONFLICT,
                                        .sequence = work->result.sequence};
        draft_add_verdict(draft, &verdict);
    }
    return ledger_put_body(txn, &work->bodies[0].body, work->bodies[0].sealed, err) &&
           draft_append(draft, txn, err);
}

bool apply_note(struct engine *engine, struct ledger_txn *txn, struct work *work,
                struct error *err)
{
    struct draft *draft = draft_new(engine, txn, work->arena, work->note_kind);

    if (draft == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    memcpy(draft->entry.message_key, work->key, MESSAGE_KEY_SIZE);
    memcpy(draft->entry.digest, work->digest, 32);
    memcpy(draft->entry.person_tag, work->person_tag, sizeof(work->person_tag));
    draft->entry.case_id = work->note_case;
    draft->entry.party = work->party;
    for (size_t i = 0; i < work->note_tlv_count; i++)
        draft_add_text(draft, work->note_tlvs[i].type, work->note_tlvs[i].bytes);
    for (size_t i = 0; i < work->body_count; i++) {
        draft_add_body(draft, &work->bodies[i].body);
        if (!ledger_put_body(txn, &work->bodies[i].body, work->bodies[i].sealed, err))
            return false;
    }
    work->result.sequence = ledger_next_seq(txn);
    work->result.received_at = draft->entry.wall;
    work->result.verdict = VERDICT_ACCEPTED;
    return draft_append(draft, txn, err);
}

bool engine_apply(struct engine *engine, struct ledger_txn *txn, struct work *work,
                  struct error *err)
{
    static bool (*const files[])(struct engine *, struct ledger_txn *, struct work *,
                                 struct error *) = {
        [WORK_MESSAGE] = apply_message,
        [WORK_SEALED] = apply_sealed,
        [WORK_UNTRANSLATED] = apply_untranslated,
        [WORK_ATTEMPT] = apply_attempt,
        [WORK_OUTCOME] = apply_outcome,
        [WORK_REPLY] = apply_reply,
        [WORK_LETTER_RETRY] = apply_retry,
        [WORK_LETTER_CLOSE] = apply_close,
        [WORK_BY_HAND] = apply_by_hand,
        [WORK_TAKE_OVER] = apply_take_over,
        [WORK_FILE] = apply_file,
        [WORK_NOTE] = apply_note,
    };

    CHECK(work->kind > 0 && (size_t)work->kind < COUNT_OF(files));
    return files[work->kind](engine, txn, work, err);
}

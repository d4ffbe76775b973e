/* control_person.c - disclosure first, then the data. */
#include "gate/control_person.h"

#include <string.h>

#include "base/clock.h"
#include "gate/control_approvals.h"
#include "gate/person.h"

enum { PERSON_MEMORY_MAX = 64 * 1024 * 1024, SCOPE_MAX = 240 };

static struct text text_at(json_t *request, const char *key)
{
    return text_of(json_string_value(json_object_get(request, key)));
}

static bool is_true(json_t *request, const char *key)
{
    return json_is_true(json_object_get(request, key));
}

/* --- whose case it is
 * -------------------------------------------------------------------------- */

static bool journal_person(struct gate *gate, struct work *work, const struct uuid *case_id,
                           const struct person *person, struct error *err)
{
    struct work_result result;

    work->kind = WORK_NOTE;
    work->note_kind = ENTRY_DISCLOSED;
    work->note_case = *case_id;
    memcpy(work->key, person->message_key, MESSAGE_KEY_SIZE);
    memcpy(work->person_tag, person->person_tag, sizeof(work->person_tag));
    memcpy(work->digest, person->body.digest, sizeof(work->digest));
    return gate_write_and_wait(gate, work, &result, err);
}

static json_t *say_masked(const struct person *person)
{
    char name[PERSONAL_MASK_SIZE];
    char number[PERSONAL_MASK_SIZE];

    return json_pack("{s:b, s:b, s:s, s:s}", "ok", 1, "found", 1, "name",
                     personal_masked(person->name, MASK_NAME, name), "number",
                     personal_masked(person->number, MASK_ID, number));
}

static json_t *say_clear(const struct person *person)
{
    return json_pack("{s:b, s:b, s:s%, s:s%}", "ok", 1, "found", 1, "name",
                     person->name.hidden.size > 0 ? person->name.hidden.at : "",
                     person->name.hidden.size, "number",
                     person->number.hidden.size > 0 ? person->number.hidden.at : "",
                     person->number.hidden.size);
}

static json_t *tell_person(struct gate *gate, json_t *request, struct work *work,
                           struct arena *arena, struct error *err)
{
    struct person person;
    struct uuid case_id;
    bool found = false;

    if (!uuid_parse(text_at(request, "case"), &case_id)) {
        gate_work_free(work);
        fail(err, ERROR_USAGE, "case is not an id");
        return NULL;
    }
    if (!person_of_case(gate->ledger, gate->keys, &case_id, arena, &person, &found, err)) {
        gate_work_free(work);
        return NULL;
    }
    if (!found || !is_true(request, "clear")) {
        gate_work_free(work);
        return found ? say_masked(&person) : json_pack("{s:b, s:b}", "ok", 1, "found", 0);
    }
    return journal_person(gate, work, &case_id, &person, err) ? say_clear(&person) : NULL;
}

json_t *control_case_person(struct gate *gate, uint32_t uid, json_t *request, struct work *work,
                            struct error *err)
{
    struct arena *arena = arena_new(PERSON_MEMORY_MAX);
    json_t *answer;

    (void)uid;
    if (arena == NULL) {
        gate_work_free(work);
        fail(err, ERROR_MEMORY, "no memory for the bytes");
        return NULL;
    }
    answer = tell_person(gate, request, work, arena, err);
    arena_free(arena); /* wipes what was opened */
    return answer;
}

/* --- a person's tags
 * --------------------------------------------------------------------------- */

static json_t *tags_json(uint8_t tags[][PERSON_TAG_SIZE], size_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; array != NULL && i < count; i++) {
        char hex[2 * PERSON_TAG_SIZE + 1];

        hex_encode(tags[i], PERSON_TAG_SIZE, hex);
        if (json_array_append_new(array, json_string(hex)) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return json_pack("{s:b, s:o}", "ok", 1, "tags", array);
}

json_t *control_person(struct gate *gate, uint32_t uid, json_t *request, struct work *work,
                       struct error *err)
{
    uint8_t tags[KEY_RING_KEYS_MAX][PERSON_TAG_SIZE];
    struct work_result result;
    size_t count = 0;

    (void)uid;
    if (!person_tags(gate->keys, text_at(request, "number"), instant_day(clock_now()), tags,
                     &count, err)) {
        gate_work_free(work);
        return NULL;
    }
    work->kind = WORK_NOTE;
    work->note_kind = ENTRY_DISCLOSED;
    memcpy(work->person_tag, tags[0], sizeof(work->person_tag));
    return gate_write_and_wait(gate, work, &result, err) ? tags_json(tags, count) : NULL;
}

/* --- an export
 * --------------------------------------------------------------------------------- */

/* Who shows persons in clear has a permit, if the configuration asks for one. */
static bool write_exported(struct gate *gate, uint32_t uid, json_t *request, struct work *work,
                           uint64_t *sequence, struct error *err)
{
    const char *permit = json_string_value(json_object_get(request, "permit"));
    struct work_result result;
    bool ok;

    if (work->note_kind != ENTRY_DISCLOSED || !control_second_needed(gate, "export")) {
        if (!gate_write_and_wait(gate, work, &result, err))
            return false;
        *sequence = result.sequence;
        return true;
    }
    ok = control_spend(gate, "export", permit != NULL ? permit : "", uid, work, err);
    *sequence = work->result.sequence;
    gate_work_free(work);
    return ok;
}

json_t *control_exported(struct gate *gate, uint32_t uid, json_t *request, struct work *work,
                         struct error *err)
{
    struct text scope = text_at(request, "scope");
    struct tlv *tlvs = arena_alloc(work->arena, 2 * sizeof(*tlvs));
    uint64_t sequence;

    if (tlvs == NULL || scope.size > SCOPE_MAX ||
        !hex_decode(text_at(request, "digest"), work->digest, sizeof(work->digest))) {
        gate_work_free(work);
        fail(err, ERROR_USAGE, "digest or scope of the export cannot be read");
        return NULL;
    }
    tlvs[0] = work->note_tlvs[0];
    tlvs[1] = (struct tlv){.type = TLV_TEXT, .bytes = scope};
    work->kind = WORK_NOTE;
    work->note_kind = is_true(request, "clear") ? ENTRY_DISCLOSED : ENTRY_OPERATOR;
    work->note_tlvs = tlvs;
    work->note_tlv_count = 2;
    if (!write_exported(gate, uid, request, work, &sequence, err))
        return NULL;
    return json_pack("{s:b, s:I}", "ok", 1, "sequence", (json_int_t)sequence);
}

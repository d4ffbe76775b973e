/* person.c - the newest content that names the person; tags of a number. */
#include "gate/person.h"

#include <string.h>

#include "base/identity.h"
#include "core/record.h"

/* A stay names its person at the beginning only, a transfer in almost every document. */
enum { FIRST_MAX = 4, NEWEST_MAX = 12, CANDIDATES_MAX = FIRST_MAX + NEWEST_MAX };

/* Bodies of national content: the first ones, and behind them the newest as a ring. */
struct candidates {
    struct entry_body bodies[CANDIDATES_MAX];
    uint8_t keys[CANDIDATES_MAX][MESSAGE_KEY_SIZE];
    size_t count; /* of all that were seen */
};

static size_t place_of(size_t number)
{
    return number < FIRST_MAX ? number : FIRST_MAX + (number - FIRST_MAX) % NEWEST_MAX;
}

static bool visit(void *self, const struct entry *entry)
{
    struct candidates *candidates = self;
    const struct tlv *tlv;
    size_t at = 0;

    while ((tlv = entry_next_tlv(entry, TLV_BODY, &at)) != NULL) {
        size_t place = place_of(candidates->count);
        struct entry_body body;

        if (!entry_body_decode(tlv->bytes, &body) || body.use != BODY_CONTENT)
            continue;
        candidates->bodies[place] = body;
        memcpy(candidates->keys[place], entry->message_key, MESSAGE_KEY_SIZE);
        candidates->count++;
    }
    return true;
}

/* Reads one content. *found false: it is no longer kept, or names nobody. */
static bool read_content(struct ledger *ledger, struct ledger_txn *txn,
                         const struct key_ring *keys, struct arena *arena,
                         struct person *person, bool *found, struct error *err)
{
    const struct entry_origin *origin = ledger_origin(ledger);
    const struct text parts[] = {
        {(const char *)origin->log_id, sizeof(origin->log_id)},
        {(const char *)person->body.digest, sizeof(person->body.digest)},
    };
    struct record *root = NULL;
    struct text sealed;
    struct text plain;
    struct text text;

    if (!ledger_get_body(txn, person->body.month, person->body.digest, arena, &sealed, found,
                         err))
        return false;
    if (!*found)
        return true;
    if (!unseal(keys, parts, COUNT_OF(parts), sealed, arena, &plain, err) ||
        !record_decode(arena, plain, &root, err))
        return false;
    *found = record_text(root, "person/identityNumber", &text);
    if (*found)
        person->number = personal_of(text);
    if (record_text(root, "person/name", &text)) {
        person->name = personal_of(text);
        *found = true;
    }
    return true;
}

static bool look(struct ledger *ledger, struct ledger_txn *txn, const struct key_ring *keys,
                 const struct candidates *candidates, struct arena *arena,
                 struct person *person, bool *found, struct error *err)
{
    for (size_t number = candidates->count; number > 0 && !*found; number--) {
        size_t place = place_of(number - 1);

        if (number > FIRST_MAX && candidates->count - number >= NEWEST_MAX)
            continue; /* the ring has a newer one in its place */
        person->body = candidates->bodies[place];
        memcpy(person->message_key, candidates->keys[place], MESSAGE_KEY_SIZE);
        if (!read_content(ledger, txn, keys, arena, person, found, err))
            return false;
    }
    return true;
}

bool person_of_case(struct ledger *ledger, const struct key_ring *keys,
                    const struct uuid *case_id, struct arena *arena, struct person *person,
                    bool *found, struct error *err)
{
    struct candidates candidates = {.count = 0};
    struct ledger_txn *txn = NULL;
    struct flow_case row;
    bool known = false;
    bool ok;

    *found = false;
    *person = (struct person){.body = {.use = 0}};
    ok = ledger_begin_read(ledger, &txn, err) &&
         ledger_get_case(txn, case_id, &row, &known, err) &&
         (known || fail(err, ERROR_NOT_FOUND, "no such case")) &&
         ledger_each_of_case(txn, case_id, visit, &candidates, err) &&
         look(ledger, txn, keys, &candidates, arena, person, found, err);
    ledger_abort(txn);
    if (ok)
        memcpy(person->person_tag, row.person_tag, sizeof(person->person_tag));
    return ok;
}

bool person_tags(const struct key_ring *keys, struct text typed, struct day today,
                 uint8_t tags[KEY_RING_KEYS_MAX][PERSON_TAG_SIZE], size_t *count,
                 struct error *err)
{
    struct citizen_number number;
    bool ok = true;

    *count = key_ring_tag_count(keys);
    if (*count == 0)
        return fail(err, ERROR_CONFIG, "the key file holds no tag key");
    if (!citizen_number_parse(typed, today, &number))
        return fail(err, ERROR_USAGE, "that is no valid identity number");
    for (size_t i = 0; ok && i < *count; i++)
        ok = person_tag_by(keys, *count - 1 - i, text_of(number.digits), tags[i], err);
    explicit_bzero(&number, sizeof(number));
    return ok;
}

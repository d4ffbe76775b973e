/* receipt.c - the body of a receipt as a record and back. */
#include "wire/envelope.h"

#include <inttypes.h>
#include <string.h>

enum { REASON_SIZE = sizeof(((struct receipt *)0)->reason) };

static bool add(struct arena *arena, struct record *receipt, const char *name,
                const char *value)
{
    struct text copy = arena_copy(arena, text_of(value));

    return copy.at != NULL && record_add(arena, receipt, name, copy) != NULL;
}

static bool add_optional(struct arena *arena, struct record *receipt, const char *name,
                         const char *value)
{
    return value[0] == '\0' || add(arena, receipt, name, value);
}

static bool add_hex(struct arena *arena, struct record *receipt, const char *name,
                    const uint8_t *bytes, size_t size)
{
    char hex[2 * 32 + 1];

    CHECK(size <= 32);
    hex_encode(bytes, size, hex);
    return add(arena, receipt, name, hex);
}

/* One line that XML can hold, whatever cut it before: half a character at the end goes, and
 * what cannot be said is left out. A receipt must never fail for its reason. */
static void tidy_reason(const char *reason, char tidy[REASON_SIZE])
{
    struct text text = {reason, strnlen(reason, REASON_SIZE - 1)};

    for (int i = 0; i < 3 && !text_is_utf8(text) && text.size > 0; i++)
        text.size--;
    text = text_is_utf8(text) ? text_trim(text) : TEXT_NONE;
    memcpy(tidy, text.size > 0 ? text.at : "", text.size);
    tidy[text.size] = '\0';
    for (char *at = tidy; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20)
            *at = ' ';
}

struct record *receipt_to_record(const struct receipt *receipt, struct arena *arena)
{
    struct record *record = record_new(arena, "receipt");
    char id[UUID_TEXT_SIZE] = "";
    char at[INSTANT_TEXT_SIZE];
    char reason[REASON_SIZE];
    const char *sequence = arena_format(arena, "%" PRIu64, receipt->sequence);

    if (record == NULL || sequence == NULL)
        return NULL;
    if (!uuid_is_none(&receipt->message_id))
        uuid_format(&receipt->message_id, id);
    tidy_reason(receipt->reason, reason);
    if (!add_optional(arena, record, "MessageId", id) ||
        !add(arena, record, "Verdict", verdict_name(receipt->verdict).english) ||
        !add_optional(arena, record, "Code", receipt->code) ||
        !add_optional(arena, record, "Reason", reason) ||
        !add(arena, record, "DigestKind", receipt->digest_kind) ||
        !add_hex(arena, record, "Digest", receipt->digest, sizeof(receipt->digest)) ||
        !add(arena, record, "ReceivedAt", instant_format(receipt->received_at, at)) ||
        !add_hex(arena, record, "LogId", receipt->log_id, sizeof(receipt->log_id)) ||
        !add(arena, record, "Sequence", sequence))
        return NULL;
    return record;
}

/* An absent field is empty, and fits. */
static bool field(const struct record *record, const char *name, char *to, size_t to_size)
{
    struct text value;

    to[0] = '\0';
    return !record_text(record, name, &value) || text_to_field(value, to, to_size);
}

static bool hex(const struct record *record, const char *name, uint8_t *to, size_t to_size)
{
    struct text value;

    return record_text(record, name, &value) && hex_decode(value, to, to_size);
}

static bool bad(struct error *err, const char *name)
{
    return fail(err, ERROR_VALUE, "receipt: %s does not fit", name);
}

static bool read_outcome(const struct record *record, struct receipt *receipt,
                         struct error *err)
{
    struct text value;

    if (record_find(record, "MessageId") != NULL &&
        (!record_text(record, "MessageId", &value) || !uuid_parse(value, &receipt->message_id)))
        return bad(err, "MessageId");
    if (record_text(record, "Verdict", &value))
        receipt->verdict = (enum verdict)verdict_by_name(value);
    if (receipt->verdict == VERDICT_NONE)
        return bad(err, "Verdict");
    if (!field(record, "Code", receipt->code, sizeof(receipt->code)))
        return bad(err, "Code");
    if (!field(record, "Reason", receipt->reason, sizeof(receipt->reason)))
        return bad(err, "Reason");
    return true;
}

static bool read_evidence(const struct record *record, struct receipt *receipt,
                          struct error *err)
{
    struct text value;

    if (!field(record, "DigestKind", receipt->digest_kind, sizeof(receipt->digest_kind)) ||
        (strcmp(receipt->digest_kind, "sha256") != 0 &&
         strcmp(receipt->digest_kind, "sm3") != 0))
        return bad(err, "DigestKind");
    if (!hex(record, "Digest", receipt->digest, sizeof(receipt->digest)))
        return bad(err, "Digest");
    if (!record_text(record, "ReceivedAt", &value) ||
        !instant_parse(value, &receipt->received_at))
        return bad(err, "ReceivedAt");
    if (!hex(record, "LogId", receipt->log_id, sizeof(receipt->log_id)))
        return bad(err, "LogId");
    if (!record_number(record, "Sequence", UINT64_MAX, &receipt->sequence))
        return bad(err, "Sequence");
    return true;
}

bool receipt_from_record(const struct record *record, struct receipt *receipt,
                         struct error *err)
{
    memset(receipt, 0, sizeof(*receipt));
    if (strcmp(record->name, "receipt") != 0)
        return fail(err, ERROR_VALUE, "not a receipt");
    return read_outcome(record, receipt, err) && read_evidence(record, receipt, err);
}

/* enclosures.c - which files go with a letter, and bringing them. On workers. */
#include "gate/enclosures.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "gate/attachments.h"

#define MESSAGES_PATH "/v1/messages"

enum { ENCLOSURE_MEMORY_MAX = 8 * 1024 * 1024 };

struct enclosing {
    uint8_t digests[ATTACHMENTS_NAMED_MAX][ATTACHMENT_DIGEST_SIZE];
    size_t count;
    size_t at;
    struct attachment_row row; /* of the one that is brought */
    bool begun;                /* `row` is filled, and the partner was asked */
    bool asked;                /* and has answered */
    uint32_t offset;           /* so much of it is there */
    bool under_way;
};

/* The entry that bore the letter names its files. */
static bool look(struct delivery *delivery, struct error *err)
{
    struct arena *arena = delivery->work->arena;
    struct enclosing *enclosing = arena_alloc(arena, sizeof(*enclosing));
    struct entry_attachment named;
    struct ledger_txn *txn = NULL;
    const struct tlv *tlv;
    struct entry entry;
    size_t at = 0;
    bool found = false;
    bool ok;

    if (enclosing == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a letter's files");
    ok = ledger_begin_read(delivery->gate->ledger, &txn, err) &&
         ledger_get_entry(txn, delivery->letter.letter.out_id / 16, arena, &entry, &found, err);
    ledger_abort(txn);
    if (!ok)
        return false;
    while (found && enclosing->count < ATTACHMENTS_NAMED_MAX &&
           (tlv = entry_next_tlv(&entry, TLV_ATTACHMENT, &at)) != NULL)
        if (entry_attachment_decode(tlv->bytes, &named) && named.change == ATTACHMENT_NAMED)
            memcpy(enclosing->digests[enclosing->count++], named.digest,
                   ATTACHMENT_DIGEST_SIZE);
    delivery->enclosing = enclosing;
    return true;
}

/* Moves to the next file that is here. *found false: no more. */
static bool next_file(struct delivery *delivery, bool *found, struct error *err)
{
    struct enclosing *enclosing = delivery->enclosing;
    struct ledger_txn *txn = NULL;
    bool ok;

    *found = enclosing->begun;
    if (*found || enclosing->at == enclosing->count)
        return true;
    ok = ledger_begin_read(delivery->gate->ledger, &txn, err);
    for (; ok && !*found && enclosing->at < enclosing->count; enclosing->at += !*found) {
        ok = ledger_get_attachment(txn, enclosing->digests[enclosing->at], &enclosing->row,
                                   found, err);
        *found = ok && *found && enclosing->row.seq != 0;
    }
    ledger_abort(txn);
    return ok;
}

static const char *address_of(struct delivery *delivery)
{
    const struct enclosing *enclosing = delivery->enclosing;
    const char *url = delivery->party->url;
    size_t size = strlen(url) - (sizeof(MESSAGES_PATH) - 1);
    char hex[ATTACHMENT_HEX_SIZE];

    hex_encode(enclosing->row.digest, ATTACHMENT_DIGEST_SIZE, hex);
    return arena_format(delivery->work->arena, "%.*s%s%s?offset=%" PRIu32 "&size=%" PRIu32,
                        (int)size, url, ATTACHMENTS_PATH, hex, enclosing->offset,
                        enclosing->row.size);
}

/* The first time it only asks how much is there. */
static bool put(struct delivery *delivery, const struct courier_route *route, struct error *err)
{
    struct enclosing *enclosing = delivery->enclosing;
    struct arena *arena = arena_new(ENCLOSURE_MEMORY_MAX);
    struct courier_route to = *route;
    struct text bytes = TEXT_NONE;
    bool ok = arena != NULL || fail(err, ERROR_MEMORY, "no memory for a piece");

    if (!enclosing->begun) {
        enclosing->offset = 0;
        enclosing->asked = false;
    } else {
        ok = ok && attachments_open(delivery->gate, &enclosing->row, enclosing->offset, arena,
                                    &bytes, err);
    }
    to.url = address_of(delivery);
    ok = ok && (to.url != NULL || fail(err, ERROR_MEMORY, "no memory for an address"));
    enclosing->begun = enclosing->under_way = true; /* before its result may come */
    ok = ok && courier_put(delivery->gate->courier, &to, bytes,
                           attachment_media_type(enclosing->row.media),
                           (uint64_t)(uintptr_t)delivery, err);
    arena_free(arena); /* the courier has its own copy */
    return ok;
}

static bool takes_files(const struct config_party *party)
{
    size_t size = strlen(party->url);
    size_t end = sizeof(MESSAGES_PATH) - 1;

    return party->kind == PARTY_PROVINCE && size > end &&
           strcmp(party->url + size - end, MESSAGES_PATH) == 0;
}

static void end_file(struct delivery *delivery, const char *event)
{
    struct enclosing *enclosing = delivery->enclosing;
    char hex[ATTACHMENT_HEX_SIZE];

    hex_encode(enclosing->row.digest, ATTACHMENT_DIGEST_SIZE, hex);
    log_info(event, "party=%s digest=%s bytes=%" PRIu32 " http=%d", delivery->party->id, hex,
             enclosing->row.size, delivery->http_status);
    enclosing->begun = false;
    enclosing->at++;
}

enum enclosures enclosures_bring(struct delivery *delivery, const struct courier_route *route,
                                 struct error *err)
{
    bool found;

    if (!takes_files(delivery->party))
        return ENCLOSURES_NONE;
    if ((delivery->enclosing == NULL && !look(delivery, err)) ||
        !next_file(delivery, &found, err))
        return ENCLOSURES_FAILED;
    while (found && !put(delivery, route, err)) {
        delivery->enclosing->under_way = false;
        if (err->code != ERROR_NOT_FOUND)
            return ENCLOSURES_FAILED;
        *err = (struct error)ERROR_INIT; /* its bytes have expired: it is named, no more */
        end_file(delivery, "enclosure.gone");
        if (!next_file(delivery, &found, err))
            return ENCLOSURES_FAILED;
    }
    return found ? ENCLOSURES_UNDER_WAY : ENCLOSURES_NONE;
}

bool enclosures_expected(const struct delivery *delivery)
{
    return delivery->enclosing != NULL && delivery->enclosing->under_way;
}

/* --- what the partner says ---------------------------------------------------------------- */

/* "partial RECEIVED TOTAL" or "whole TOTAL TOTAL". A partner that says less than it said
 * before, or what no piece begins with, is not followed. */
static bool read_told(struct delivery *delivery)
{
    struct enclosing *enclosing = delivery->enclosing;
    struct text rest = text_trim(delivery->answer);
    struct text word = text_cut(&rest, ' ');
    uint64_t received;

    if (text_is(word, "whole")) {
        end_file(delivery, "enclosure.brought");
        return true;
    }
    if (!text_is(word, "partial") || !text_to_u64(text_cut(&rest, ' '), &received) ||
        received > enclosing->row.size || received < enclosing->offset ||
        attachment_piece_size(enclosing->row.size, (uint32_t)received) == 0 ||
        (enclosing->asked && received == enclosing->offset))
        return false;
    enclosing->offset = (uint32_t)received;
    enclosing->asked = true;
    return true;
}

static bool is_refusal(int status)
{
    return status >= 400 && status < 500 && status != 429 && status != 408;
}

bool enclosures_heard(struct delivery *delivery)
{
    delivery->enclosing->under_way = false;
    if (delivery->failure != NULL)
        return false;
    if (is_refusal(delivery->http_status)) {
        end_file(delivery, "enclosure.refused");
        return true;
    }
    if (delivery->http_status == 200 && read_told(delivery))
        return true;
    if (delivery->http_status < 429)
        delivery->failure = "the answer to a file was not understood";
    delivery->retry_after_s = 0; /* it is the file that is to wait so long, not every letter */
    return false;
}

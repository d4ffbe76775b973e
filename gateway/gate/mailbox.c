/* mailbox.c - finding the letter that is fetched, and the one that is acknowledged. On workers.
 */
#include "gate/mailbox.h"

#include <string.h>

#include "base/log.h"
#include "gate/delivery.h"
#include "wire/adapter.h"
#include "wire/envelope.h"

/* A receipt that does not name its letter is looked for by digest among so many. */
enum { DIGEST_LOOKS_MAX = 100000 };

/* --- which letter ------------------------------------------------------------------------- */

struct sealed_search {
    uint32_t party;
    uint64_t out_id; /* 0: none */
};

static bool is_sealing(void *self, const struct entry *entry)
{
    struct sealed_search *search = self;
    struct entry_verdict verdict;
    const struct tlv *tlv;
    size_t at = 0;

    if (entry->kind != ENTRY_SEALED || entry->party != search->party)
        return true;
    tlv = entry_next_tlv(entry, TLV_VERDICT, &at);
    if (tlv != NULL && entry_verdict_decode(tlv->bytes, &verdict))
        search->out_id = verdict.out_id;
    return false;
}

/* Only what was sealed can have been seen by the party. */
static bool find_by_id(struct ledger_txn *txn, uint32_t party, const struct uuid *id,
                       struct letter_row *row, bool *found, struct error *err)
{
    struct sealed_search search = {.party = party};
    uint8_t key[MESSAGE_KEY_SIZE];

    *found = false;
    message_key_of(id, key);
    if (!ledger_each_of_message(txn, key, is_sealing, &search, err))
        return false;
    return search.out_id == 0 || ledger_get_letter(txn, search.out_id, row, found, err);
}

static bool find_by_digest(struct ledger_txn *txn, uint32_t party, const uint8_t digest[32],
                           struct letter_row *row, bool *found, struct error *err)
{
    struct outbox_position at = {{0}, 0};

    for (unsigned i = 0; i < DIGEST_LOOKS_MAX; i++) {
        if (!ledger_next_due(txn, party, (struct instant){INT64_MAX}, &at, row, found, err))
            return false;
        if (!*found ||
            (row->letter.state == LETTER_READY && memcmp(row->sealed.digest, digest, 32) == 0))
            return true;
    }
    *found = false;
    return true;
}

/* --- fetching ----------------------------------------------------------------------------- */

/* Where the outbox goes on behind a letter. One that is ready to be fetched stands there at its
 * end of life; one that has ended stood there. */
static bool position_of(struct exchange *exchange, struct ledger_txn *txn, struct text after,
                        struct outbox_position *position, struct error *err)
{
    struct letter_row row;
    struct uuid id;
    bool found;

    if (!uuid_parse(after, &id))
        return fail(err, ERROR_USAGE, "after is not a MessageId");
    if (!find_by_id(txn, exchange->party->number, &id, &row, &found, err))
        return false;
    if (!found)
        return fail(err, ERROR_NOT_FOUND, "after is no letter of yours");
    position->out_id = row.letter.out_id;
    position->due = row.letter.due.ms != 0
                        ? row.letter.due
                        : instant_add_ms(row.letter.created, exchange->config->lifetime_ms);
    return true;
}

static bool find_ready(struct exchange *exchange, struct text after, struct letter_row *row,
                       bool *found, struct error *err)
{
    struct outbox_position at = {{0}, 0};
    struct ledger_txn *txn = NULL;
    bool ok;

    ok = ledger_begin_read(exchange->gate->ledger, &txn, err) &&
         (after.size == 0 || position_of(exchange, txn, after, &at, err));
    do
        ok = ok && ledger_next_due(txn, exchange->party->number, (struct instant){INT64_MAX},
                                   &at, row, found, err);
    while (ok && *found && row->letter.state != LETTER_READY);
    ledger_abort(txn);
    return ok;
}

bool mailbox_next(struct exchange *exchange, struct text after, struct text *bytes,
                  const char **type, bool *found, struct error *err)
{
    char id[UUID_TEXT_SIZE];
    struct letter_row row;

    *found = false;
    if (exchange->party->url != NULL || exchange->party->folder_out != NULL)
        return fail(err, ERROR_NOT_FOUND, "no mailbox: what is for this party is brought");
    if (!find_ready(exchange, after, &row, found, err))
        return false;
    if (!*found)
        return true;
    *type = exchange->party->kind == PARTY_CORE ? adapter_content_type(exchange->party->dialect)
                                                : "application/xml";
    log_info("mailbox.fetched", "message=%s party=%s action=%s",
             uuid_format(&row.letter.message_id, id), exchange->party->id,
             action_name(row.letter.action).english);
    return gate_open_body(exchange->gate, &row.sealed, exchange->work->arena, bytes, err);
}

/* --- acknowledging ------------------------------------------------------------------------ */

/* What the acknowledgement says it is about. A province's receipt of bytes that it could not
 * read names no message, only their digest. */
static bool find_letter(struct exchange *exchange, const struct receipt *receipt,
                        struct letter_row *row, bool *found, struct error *err)
{
    uint32_t party = exchange->party->number;
    struct ledger_txn *txn = NULL;
    bool ok = ledger_begin_read(exchange->gate->ledger, &txn, err);

    if (ok && uuid_is_none(&receipt->message_id))
        ok = find_by_digest(txn, party, receipt->digest, row, found, err);
    else
        ok = ok && find_by_id(txn, party, &receipt->message_id, row, found, err);
    ledger_abort(txn);
    return ok;
}

static bool read_names(struct exchange *exchange, struct receipt *receipt, struct error *err)
{
    struct work *work = exchange->work;

    if (exchange->party->kind != PARTY_CORE)
        return receipt_from_record(work->message.body, receipt, err);
    return uuid_parse(work->local_key, &receipt->message_id) ||
           fail(err, ERROR_VALUE, "the answer does not name a document of ours");
}

bool mailbox_judge(struct exchange *exchange, bool *ended, struct error *err)
{
    struct work *work = exchange->work;
    struct receipt receipt = {0};
    struct delivery *delivery = arena_alloc(work->arena, sizeof(*delivery));
    bool found = false;

    *ended = false;
    if (delivery == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a receipt");
    *delivery = (struct delivery){.gate = exchange->gate,
                                  .config = exchange->config,
                                  .party = exchange->party,
                                  .work = work,
                                  .answer = exchange->bytes};
    if (!read_names(exchange, &receipt, err) ||
        !find_letter(exchange, &receipt, &delivery->letter, &found, err))
        return false;
    if (!found)
        return fail(err, ERROR_NOT_FOUND, "no letter of yours is meant");
    work->out_id = delivery->letter.letter.out_id;
    *ended = delivery->letter.letter.state == LETTER_DONE ||
             delivery->letter.letter.state == LETTER_REFUSED;
    return *ended || delivery_judge_alone(delivery, &receipt, err);
}

void mailbox_log(const struct exchange *exchange)
{
    const struct work *work = exchange->work;

    if (work->kind == WORK_OUTCOME)
        atomic_fetch_add(&exchange->gate->counts.outcomes, 1);
    log_info("mailbox.receipt", "letter=%llu party=%s verdict=%s note=\"%.*s\"",
             (unsigned long long)work->out_id, exchange->party->id,
             verdict_name(work->receipt.verdict).english, TEXT_ARG(work->note));
}

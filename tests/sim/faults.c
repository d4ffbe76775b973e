/* faults.c - planted mistakes that need more than a line: what they do to a gateway. */
#include "gateways.h"
#include "ledger/rows.h"

enum { LETTERS_PER_ENTRY = 16 }; /* places for their numbers, docs/ledger-format.md */

bool fault_never_due(const struct province *province, uint64_t out_id)
{
    return province->world->fault == FAULT_NO_RETRY &&
           out_id < province->boot_seq * LETTERS_PER_ENTRY;
}

void fault_lose_letters(struct province *province, uint64_t seq)
{
    struct row_key from = key_seq(seq * LETTERS_PER_ENTRY);
    struct store_txn *txn = NULL;
    struct store_cursor cursor = {.handle = NULL};
    struct error err = ERROR_INIT;
    struct letter_row row;
    bool found;

    CHECK(store_begin_write(province->store, &txn, &err));
    while (store_seek(txn, DATABASE_LETTERS, key_text(&from), &cursor, &found, &err) && found) {
        CHECK(letter_row_decode(cursor.value, &row));
        store_cursor_close(&cursor);
        struct row_key letter = key_seq(row.letter.out_id);
        struct row_key outbox = key_outbox(row.letter.party, row.letter.due, row.letter.out_id);
        struct row_key lane = key_lane(&row.letter.case_id, row.letter.party,
                                       row.letter.out_id);
        CHECK(store_delete(txn, DATABASE_LETTERS, key_text(&letter), &err) &&
              store_delete(txn, DATABASE_OUTBOX, key_text(&outbox), &err) &&
              store_delete(txn, DATABASE_LANES, key_text(&lane), &err));
    }
    store_cursor_close(&cursor);
    CHECK(store_commit(&txn, &err));
}

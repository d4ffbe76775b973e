/* apply_postings.c - double entry: each posting once on each of its two accounts, with their
 * balances. */
#include "ledger/step.h"

enum { POSTING_VALUE_MAX = 32 };

static bool add(struct money *sum, struct money amount)
{
    return money_add(*sum, amount, sum);
}

static bool move_balance(const struct step *step, const struct account_key *account,
                         const struct entry_posting *posting, bool debit)
{
    struct row_key key = key_balance(account, posting->period);
    struct balance_row row = {.count = 0};
    unsigned char bytes[ROW_BALANCE_MAX];
    struct buffer value = buffer_over(bytes, sizeof bytes);
    struct text before;
    bool found;
    if (!store_get(step->txn, DATABASE_BALANCE, key_text(&key), &before, &found, step->err))
        return false;
    if (found && !balance_row_decode(key_text(&key), before, &row))
        return step_contradiction(step, "a balance does not decode");
    if (row.count == UINT64_MAX || !add(debit ? &row.debit : &row.credit, posting->amount))
        return step_contradiction(step, "a balance is beyond all bounds");
    row.count++;
    balance_row_encode(&row, &value);
    return step_put(step, DATABASE_BALANCE, key, &value);
}

/* A debit is positive in `posting`, a credit negative: the rows of an entry sum to zero. */
static bool post(const struct step *step, const struct entry_posting *posting, uint16_t line,
                 bool debit)
{
    const struct account_key account = {debit ? posting->debit : posting->credit,
                                        posting->insurance, posting->party};
    const struct account_key contra = {debit ? posting->credit : posting->debit,
                                       posting->insurance, posting->party};
    struct money amount = {debit ? posting->amount.fen : -posting->amount.fen};
    unsigned char bytes[POSTING_VALUE_MAX];
    struct buffer value = buffer_over(bytes, sizeof bytes);
    posting_value_encode(&contra, amount, posting->period, &value);
    return step_put(step, DATABASE_POSTING, key_posting(&account, step->entry->seq, line),
                    &value) &&
           move_balance(step, &account, posting, debit);
}

bool apply_postings(const struct step *step)
{
    const struct tlv *tlv;
    size_t at = 0;
    for (uint16_t line = 0; (tlv = entry_next_tlv(step->entry, TLV_POSTING, &at)) != NULL;
         line++) {
        struct entry_posting posting;
        if (!entry_posting_decode(tlv->bytes, &posting))
            return step_contradiction(step, "a posting does not decode");
        if (!post(step, &posting, line, true) || !post(step, &posting, line, false))
            return false;
    }
    return true;
}

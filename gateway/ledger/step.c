/* step.c - what the consequences of one entry share. */
#include "ledger/step.h"

#include <inttypes.h>

bool step_contradiction(const struct step *step, const char *what)
{
    return fail(step->err, ERROR_LEDGER, "entry %" PRIu64 " (%s): %s", step->entry->seq,
                entry_kind_name(step->entry->kind).english, what);
}

bool step_put(const struct step *step, enum store_database database, struct row_key key,
              const struct buffer *value)
{
    CHECK(!value->overflow);
    return store_put(step->txn, database, key_text(&key), buffer_as_text(value), step->err);
}

bool step_mark(const struct step *step, enum store_database database, struct row_key key)
{
    const char layout = ROW_LAYOUT;
    return store_put(step->txn, database, key_text(&key), (struct text){&layout, 1}, step->err);
}

bool step_drop(const struct step *step, enum store_database database, struct row_key key)
{
    return store_delete(step->txn, database, key_text(&key), step->err);
}

/* open_work.c - walks over what is not finished, in portions: their cost follows the work that
 * is open, never the years that lie behind. */
#include <inttypes.h>
#include <string.h>

#include "ledger/internal.h"

_Static_assert(sizeof(((struct ledger_position *)0)->bytes) >= ROW_KEY_MAX,
               "a position holds any key");

enum { STATE_PREFIX = 4, STATE_KEY = STATE_PREFIX + 8 + 16, LANE_KEY = 16 + 4 + 8 };

static void remember(struct ledger_position *position, struct text key)
{
    CHECK(key.size <= sizeof(position->bytes));
    position->size = key.size;
    memcpy(position->bytes, key.at, key.size);
}

/* The first key behind the position. */
static bool resume(struct ledger_txn *txn, enum store_database database,
                   const struct ledger_position *position, struct store_cursor *cursor,
                   bool *found, struct error *err)
{
    struct text from = {(const char *)position->bytes, position->size};

    if (!store_seek(txn->store, database, from, cursor, found, err))
        return false;
    return !*found || position->size == 0 || !text_equal(cursor->key, from) ||
           store_next(cursor, found, err);
}

static bool visit_lane(struct ledger_txn *txn, struct text key, ledger_visit_letter *visit,
                       void *self, bool *go_on, struct error *err)
{
    struct reader reader = reader_over(key.at + LANE_KEY - 8, 8);
    uint64_t out_id = reader_u64(&reader);
    struct letter_row row;
    bool found;

    if (!rows_get_letter(txn->store, out_id, &row, &found, err))
        return false;
    if (!found)
        return fail(err, ERROR_LEDGER, "lanes name letter %" PRIu64 ", which is not there",
                    out_id);
    *go_on = visit(self, &row);
    return true;
}

bool ledger_open_letters(struct ledger_txn *txn, struct ledger_position *position, size_t max,
                         ledger_visit_letter *visit, void *self, bool *more, struct error *err)
{
    struct store_cursor cursor;
    bool go_on = true;
    bool ok = resume(txn, DATABASE_LANES, position, &cursor, more, err);

    while (ok && *more && go_on && max-- > 0) {
        remember(position, cursor.key);
        ok = (cursor.key.size == LANE_KEY || fail(err, ERROR_LEDGER, "lanes: a bad key")) &&
             visit_lane(txn, cursor.key, visit, self, &go_on, err) &&
             store_next(&cursor, more, err);
    }
    store_cursor_close(&cursor);
    return ok;
}

/* Whether keys of this flow, role and state are of ended cases. */
static bool ended(struct text key)
{
    struct reader reader = reader_over(key.at, key.size);
    const struct flow *flow = flow_find(reader_u16(&reader));
    uint8_t role = reader_u8(&reader);

    (void)role;
    return flow != NULL && flow_state_ends(flow, reader_u8(&reader));
}

/* Over all cases of this flow, role and state at once: to behind the last possible key. */
static bool leap(struct store_txn *txn, struct store_cursor *cursor,
                 struct ledger_position *position, bool *found, struct error *err)
{
    memcpy(position->bytes, cursor->key.at, STATE_PREFIX);
    memset(position->bytes + STATE_PREFIX, 0xff, STATE_KEY - STATE_PREFIX);
    position->size = STATE_KEY;
    store_cursor_close(cursor);
    return store_seek(txn, DATABASE_BY_STATE,
                      (struct text){(const char *)position->bytes, position->size}, cursor,
                      found, err);
}

static bool visit_state(struct ledger_txn *txn, struct text key, ledger_visit_case *visit,
                        void *self, bool *go_on, struct error *err)
{
    struct flow_case row;
    struct uuid id;
    bool found;

    memcpy(id.bytes, key.at + STATE_KEY - sizeof(id.bytes), sizeof(id.bytes));
    if (!rows_get_case(txn->store, &id, &row, &found, err))
        return false;
    if (!found)
        return fail(err, ERROR_LEDGER, "by_state names a case that is not there");
    *go_on = visit(self, &row);
    return true;
}

bool ledger_open_cases(struct ledger_txn *txn, struct ledger_position *position, size_t max,
                       ledger_visit_case *visit, void *self, bool *more, struct error *err)
{
    struct store_cursor cursor;
    bool go_on = true;
    bool ok = resume(txn, DATABASE_BY_STATE, position, &cursor, more, err);

    while (ok && *more && go_on && max > 0) {
        if (cursor.key.size != STATE_KEY) {
            ok = fail(err, ERROR_LEDGER, "by_state: a bad key");
        } else if (ended(cursor.key)) {
            ok = leap(txn->store, &cursor, position, more, err);
        } else {
            max--;
            remember(position, cursor.key);
            ok = visit_state(txn, cursor.key, visit, self, &go_on, err) &&
                 store_next(&cursor, more, err);
        }
    }
    store_cursor_close(&cursor);
    return ok;
}

bool ledger_each_in_state(struct ledger_txn *txn, uint16_t flow, uint8_t role, uint8_t state,
                          ledger_visit_case *visit, void *self, struct error *err)
{
    char memory[STATE_PREFIX];
    struct buffer buffer = buffer_over(memory, sizeof(memory));
    struct store_cursor cursor;
    bool go_on = true;
    bool found;
    bool ok;

    buffer_u16(&buffer, flow);
    buffer_u8(&buffer, role);
    buffer_u8(&buffer, state);
    ok = store_seek(txn->store, DATABASE_BY_STATE, buffer_as_text(&buffer), &cursor, &found,
                    err);
    while (ok && found && go_on && cursor.key.size == STATE_KEY &&
           memcmp(cursor.key.at, memory, sizeof(memory)) == 0)
        ok = visit_state(txn, cursor.key, visit, self, &go_on, err) &&
             store_next(&cursor, &found, err);
    store_cursor_close(&cursor);
    return ok;
}

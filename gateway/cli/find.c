/* find.c - ids by their beginning, straight from the store's ordered keys. */
#include "cli/find.h"

#include <string.h>

#include "cli/stay_view.h"

static int digit_of(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    if (character >= 'A' && character <= 'F')
        return character - 'A' + 10;
    return -1;
}

bool id_prefix_parse(struct text typed, size_t digits_max, struct id_prefix *prefix)
{
    CHECK(digits_max <= FIND_DIGITS_MAX);
    *prefix = (struct id_prefix){.digits = 0};
    for (size_t i = 0; i < typed.size; i++) {
        int digit = digit_of(typed.at[i]);

        if (typed.at[i] == '-')
            continue;
        if (digit < 0 || prefix->digits == digits_max)
            return false;
        prefix->bytes[prefix->digits / 2] |= (uint8_t)(prefix->digits % 2 == 0 ? digit << 4
                                                                               : digit);
        prefix->digits++;
    }
    return prefix->digits >= FIND_DIGITS_MIN;
}

bool id_prefix_fits(const struct id_prefix *prefix, struct text key)
{
    size_t whole = prefix->digits / 2;

    if (key.size < (prefix->digits + 1) / 2 || memcmp(key.at, prefix->bytes, whole) != 0)
        return false;
    return prefix->digits % 2 == 0 ||
           ((uint8_t)key.at[whole] & 0xF0) == (prefix->bytes[whole] & 0xF0);
}

static bool scan(struct store_cursor *cursor, bool found, const struct id_prefix *prefix,
                 size_t key_size, uint8_t *key, enum find_result *result, struct error *err)
{
    *result = FIND_NONE;
    while (found && id_prefix_fits(prefix, cursor->key) && cursor->key.size >= key_size) {
        if (*result == FIND_NONE) {
            memcpy(key, cursor->key.at, key_size);
            *result = FIND_ONE;
        } else if (memcmp(key, cursor->key.at, key_size) != 0) {
            *result = FIND_MANY;
            return true;
        }
        if (!store_next(cursor, &found, err))
            return false;
    }
    return true;
}

bool find_by_prefix(struct store *store, enum store_database database,
                    const struct id_prefix *prefix, size_t key_size, uint8_t *key,
                    enum find_result *result, struct error *err)
{
    struct text from = {(const char *)prefix->bytes, (prefix->digits + 1) / 2};
    struct store_cursor cursor = {.handle = NULL};
    struct store_txn *txn = NULL;
    bool found = false;
    bool ok;

    ok = store_begin_read(store, &txn, err) &&
         store_seek(txn, database, from, &cursor, &found, err) &&
         scan(&cursor, found, prefix, key_size, key, result, err);
    store_cursor_close(&cursor);
    store_abort(txn);
    return ok;
}

static bool one_case(struct cli *cli, const struct uuid *id, const char *typed,
                     struct flow_case *row, struct error *err)
{
    bool found = false;

    if (!ledger_get_case(cli->txn, id, row, &found, err))
        return false;
    return found || fail(err, ERROR_NOT_FOUND, _("no case %s"), typed);
}

struct trace_search {
    const char *typed;
    struct uuid id;
    size_t count;
};

static bool look_at_trace(void *self, const struct flow_case *row)
{
    struct trace_search *search = self;

    if (strcmp(row->trace, search->typed) == 0) {
        search->id = row->case_id;
        search->count++;
    }
    return search->count < 2;
}

/* A trace number is unique within the agency that the relation goes to, which is not typed: all
 * cases are looked at, and two with the same number are told apart by their ids. */
static bool by_trace(struct cli *cli, const char *typed, struct uuid *id,
                     enum find_result *result, struct error *err)
{
    struct trace_search search = {.typed = typed};

    if (!ledger_each_case(cli->txn, look_at_trace, &search, err))
        return false;
    *id = search.id;
    *result = search.count == 0 ? FIND_NONE : search.count == 1 ? FIND_ONE : FIND_MANY;
    return true;
}

static bool too_many(struct cli *cli, const char *typed, struct error *err)
{
    cli_hint(cli, _("type more of it"));
    return fail(err, ERROR_USAGE, _("%s fits more than one"), typed);
}

bool find_case(struct cli *cli, const char *typed, struct flow_case *row, struct error *err)
{
    enum find_result result = FIND_NONE;
    struct id_prefix prefix;
    struct uuid id = {{0}};

    if (id_prefix_parse(text_of(typed), 2 * sizeof(id.bytes), &prefix) &&
        !find_by_prefix(cli->store, DATABASE_CASES, &prefix, sizeof(id.bytes), id.bytes,
                        &result, err))
        return false;
    if (result == FIND_ONE)
        return one_case(cli, &id, typed, row, err);
    if (result == FIND_MANY)
        return too_many(cli, typed, err);
    if (!by_trace(cli, typed, &id, &result, err))
        return false;
    if (result == FIND_ONE)
        return one_case(cli, &id, typed, row, err);
    if (result == FIND_MANY)
        return too_many(cli, typed, err);
    cli_hint(cli, _("`qiantong cases` lists them; type at least %d digits of a number"),
             FIND_DIGITS_MIN);
    return fail(err, ERROR_NOT_FOUND, _("no case %s"), typed);
}

/* --- stays ---------------------------------------------------------------------------------
 */

struct stay_search {
    const char *typed;
    struct flow_case *row;
    size_t count;
};

static bool look_at_stay(void *self, const struct flow_case *row)
{
    struct stay_search *search = self;

    if (stay_is(row) &&
        (strcmp(row->trace, search->typed) == 0 || text_is(stay_number(row), search->typed))) {
        *search->row = *row;
        search->count++;
    }
    return search->count < 2;
}

bool find_stay(struct cli *cli, const char *typed, struct flow_case *row, struct error *err)
{
    struct stay_search search = {.typed = typed, .row = row};
    enum find_result result = FIND_NONE;
    struct id_prefix prefix;
    struct uuid id = {{0}};

    if (id_prefix_parse(text_of(typed), 2 * sizeof(id.bytes), &prefix) &&
        !find_by_prefix(cli->store, DATABASE_CASES, &prefix, sizeof(id.bytes), id.bytes,
                        &result, err))
        return false;
    if (result == FIND_MANY)
        return too_many(cli, typed, err);
    if (result == FIND_ONE) {
        if (!one_case(cli, &id, typed, row, err))
            return false;
        if (stay_is(row))
            return true;
        cli_hint(cli, _("`qiantong case %s` shows it"), typed);
        return fail(err, ERROR_NOT_FOUND, _("case %s is no stay of direct settlement"), typed);
    }
    if (!ledger_each_case(cli->txn, look_at_stay, &search, err))
        return false;
    if (search.count == 1)
        return true;
    if (search.count > 1) {
        cli_hint(cli, _("type the institution, too: INSTITUTION/%s"), typed);
        return fail(err, ERROR_USAGE, _("%s fits more than one"), typed);
    }
    cli_hint(cli, _("`qiantong stays` lists them"));
    return fail(err, ERROR_NOT_FOUND, _("no stay %s"), typed);
}

/* --- messages ------------------------------------------------------------------------------
 */

bool find_message(struct cli *cli, const char *typed, uint8_t key[MESSAGE_KEY_SIZE],
                  struct error *err)
{
    enum find_result result = FIND_NONE;
    struct id_prefix prefix;

    if (!id_prefix_parse(text_of(typed), 2 * MESSAGE_KEY_SIZE, &prefix)) {
        cli_hint(cli, _("a message's number has 32 hexadecimal digits; type at least %d"),
                 FIND_DIGITS_MIN);
        return fail(err, ERROR_USAGE, _("not a message's number: %s"), typed);
    }
    if (!find_by_prefix(cli->store, DATABASE_MESSAGES, &prefix, MESSAGE_KEY_SIZE, key, &result,
                        err))
        return false;
    if (result == FIND_MANY)
        return too_many(cli, typed, err);
    if (result == FIND_ONE)
        return true;
    cli_hint(cli, _("`qiantong case ID` lists the messages of a case"));
    return fail(err, ERROR_NOT_FOUND, _("no message %s in this ledger"), typed);
}

/* rate.c - `qiantong rate`: of the stays that were registered, how many were settled directly.
 */
#include "cli/rate.h"

#include <stdlib.h>
#include <string.h>

#include "cli/case_view.h"
#include "cli/entry_view.h"

enum { COUNTED_MAX = 4000000, FIRST_ROOM = 1024 };

/* One stay, as little of it as is counted. */
struct counted {
    struct rate_key key;
    uint8_t state;
    bool open;
    uint32_t flags;
    char code[CODE_SIZE];
};

/* Of these the row alone does not tell whether they ever were registered. */
struct candidate {
    struct candidate *next;
    struct uuid case_id;
    struct counted counted;
};

struct counting {
    struct cli *cli;
    struct month month; /* 0: all */
    struct counted *at;
    size_t count;
    size_t room;
    struct candidate *candidates;
    struct error *err;
    bool ok;
};

/* --- was it registered? --------------------------------------------------------------------
 */

static bool asks_for_registration(unsigned state)
{
    return state == STAY_REG_SENT || state == STAY_REG_UNCERTAIN;
}

/* States that only a registered stay has. */
static bool tells_registration(const struct flow_case *row)
{
    switch (row->state) {
    case STAY_REGISTERED:
    case STAY_DISCHARGED:
    case STAY_SETL_SENT:
    case STAY_SETL_UNCERTAIN:
    case STAY_SETTLED:
    case STAY_CANCEL_SENT:
    case STAY_CANCEL_UNCERTAIN:
    case STAY_REVERSING:
    case STAY_MISMATCHED:
    case STAY_VOID:
        return true;
    default:
        return false;
    }
}

struct seeking {
    const struct uuid *case_id;
    bool registered;
};

/* A question for registration that ended otherwise than with a refusal. */
static bool seek(void *self, const struct entry *entry)
{
    struct seeking *seeking = self;
    struct entry seen = entry_seen_from(entry, seeking->case_id);

    if (entry_moves_case(entry) && asks_for_registration(seen.state_from) &&
        !asks_for_registration(seen.state_to) && seen.state_to != STAY_REJECTED)
        seeking->registered = true;
    return !seeking->registered;
}

/* --- collecting ----------------------------------------------------------------------------
 */

static bool too_many(struct counting *counting)
{
    cli_hint(counting->cli, _("narrow it with --month"));
    return fail(counting->err, ERROR_MEMORY, _("too many stays for one listing"));
}

static bool add(struct counting *counting, const struct counted *counted)
{
    if (counting->count == counting->room) {
        size_t room = counting->room == 0 ? FIRST_ROOM : counting->room * 2;
        struct counted *larger = room <= COUNTED_MAX
                                     ? arena_array(counting->cli->arena, room, sizeof(*larger))
                                     : NULL;

        if (larger == NULL)
            return too_many(counting);
        if (counting->count > 0)
            memcpy(larger, counting->at, counting->count * sizeof(*larger));
        counting->at = larger;
        counting->room = room;
    }
    counting->at[counting->count++] = *counted;
    return true;
}

static bool add_candidate(struct counting *counting, const struct flow_case *row,
                          const struct counted *counted)
{
    struct candidate *candidate = arena_alloc(counting->cli->arena, sizeof(*candidate));

    if (candidate == NULL)
        return too_many(counting);
    *candidate = (struct candidate){
        .next = counting->candidates, .case_id = row->case_id, .counted = *counted};
    counting->candidates = candidate;
    return true;
}

static bool visit(void *self, const struct flow_case *row)
{
    struct counting *counting = self;
    struct counted counted;

    if (!stay_is(row) || uuid_is_none(&row->part.stay.register_id) ||
        (counting->month.number != 0 && stay_month(row).number != counting->month.number))
        return true;
    counted = (struct counted){
        .key = {.role = row->role,
                .month = stay_month(row),
                .party = row->party,
                .insurance = row->part.stay.insurance,
                .level = row->part.stay.level},
        .state = row->state,
        .open = stay_open(row),
        .flags = row->flags,
    };
    memcpy(counted.code, row->last_code, sizeof(counted.code));
    counting->ok = tells_registration(row) ? add(counting, &counted)
                                           : add_candidate(counting, row, &counted);
    return counting->ok;
}

static bool look_closer(struct counting *counting)
{
    for (const struct candidate *candidate = counting->candidates; candidate != NULL;
         candidate = candidate->next) {
        struct seeking seeking = {.case_id = &candidate->case_id};

        if (!ledger_each_of_case(counting->cli->txn, &candidate->case_id, seek, &seeking,
                                 counting->err) ||
            (seeking.registered && !add(counting, &candidate->counted)))
            return false;
    }
    return true;
}

/* --- counting ------------------------------------------------------------------------------
 */

static int order(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_keys(const void *left, const void *right)
{
    const struct rate_key *a = left; /* the first member of both */
    const struct rate_key *b = right;
    int by = order(a->role, b->role);

    if (by == 0)
        by = order(a->month.number, b->month.number);
    if (by == 0)
        by = order(a->party, b->party);
    if (by == 0)
        by = order(a->insurance, b->insurance);
    return by != 0 ? by : order(a->level, b->level);
}

_Static_assert(offsetof(struct counted, key) == 0, "sorted by its key");

static void count_in(struct rate_row *row, const struct counted *counted)
{
    bool settled = counted->state == STAY_SETTLED;
    bool manual = counted->state == STAY_MANUAL;

    row->registered++;
    row->settled += settled;
    row->uncertain += (counted->flags & CASE_WAS_UNCERTAIN) != 0;
    row->resolved += settled && (counted->flags & CASE_WAS_UNCERTAIN) != 0;
    row->reversed += (counted->flags & CASE_WAS_REVERSED) != 0;
    row->cancelled += (counted->flags & CASE_WAS_CANCELLED) != 0;
    row->manual += manual;
    row->open += !settled && counted->open;
    row->ended += !settled && !manual && !counted->open;
}

static bool make_rows(struct rate *rate, struct counting *counting, struct error *err)
{
    if (counting->count > 1)
        qsort(counting->at, counting->count, sizeof(*counting->at), compare_keys);
    rate->rows = arena_array(rate->cli->arena, counting->count, sizeof(*rate->rows));
    if (rate->rows == NULL)
        return too_many(counting);
    for (size_t i = 0; i < counting->count; i++) {
        const struct counted *counted = &counting->at[i];
        struct rate_row *row = rate->row_count > 0 ? &rate->rows[rate->row_count - 1] : NULL;

        if (row == NULL || compare_keys(&row->key, &counted->key) != 0) {
            row = &rate->rows[rate->row_count++];
            *row = (struct rate_row){.key = counted->key};
            if (!cli_party_id(rate->cli, counted->key.party, row->party, err))
                return false;
        }
        count_in(row, counted);
    }
    return true;
}

/* --- reasons -------------------------------------------------------------------------------
 */

static int compare_codes(const void *left, const void *right)
{
    const struct counted *a = left;
    const struct counted *b = right;
    int by = compare_keys(&a->key, &b->key);

    return by != 0 ? by : memcmp(a->code, b->code, sizeof(a->code));
}

static int compare_reasons(const void *left, const void *right)
{
    const struct rate_reason *a = left;
    const struct rate_reason *b = right;
    int by = compare_keys(&a->key, &b->key);

    if (by == 0)
        by = order((int64_t)b->count, (int64_t)a->count);
    return by != 0 ? by : strcmp(a->code, b->code);
}

static bool make_reasons(struct rate *rate, struct counting *counting, struct error *err)
{
    rate->reasons = arena_array(rate->cli->arena, counting->count, sizeof(*rate->reasons));
    if (rate->reasons == NULL)
        return too_many(counting);
    if (counting->count > 1)
        qsort(counting->at, counting->count, sizeof(*counting->at), compare_codes);
    for (size_t i = 0; i < counting->count; i++) {
        const struct counted *counted = &counting->at[i];
        struct rate_reason *reason = rate->reason_count > 0
                                         ? &rate->reasons[rate->reason_count - 1]
                                         : NULL;

        if (counted->state != STAY_MANUAL)
            continue;
        if (reason == NULL || compare_keys(&reason->key, &counted->key) != 0 ||
            strcmp(reason->code, counted->code) != 0) {
            reason = &rate->reasons[rate->reason_count++];
            *reason = (struct rate_reason){.key = counted->key};
            memcpy(reason->code, counted->code, sizeof(reason->code));
            if (!cli_party_id(rate->cli, counted->key.party, reason->party, err))
                return false;
        }
        reason->count++;
    }
    if (rate->reason_count > 1)
        qsort(rate->reasons, rate->reason_count, sizeof(*rate->reasons), compare_reasons);
    return true;
}

bool cli_rate(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct counting counting = {.cli = cli, .err = err, .ok = true};
    struct rate rate = {.cli = cli};
    const char *month = NULL;
    struct operands operands;
    bool json = false;
    const struct option_rule rules[] = {{"--month", NULL, &month}, {"--json", &json, NULL}};

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 0, &operands, err) ||
        !month_option(cli, month, &counting.month, err) || !cli_open_ledger(cli, err) ||
        !ledger_each_case(cli->txn, visit, &counting, err) || !counting.ok ||
        !look_closer(&counting) || !make_rows(&rate, &counting, err) ||
        !make_reasons(&rate, &counting, err))
        return false;
    cli_end_read(cli);
    return json ? rate_print_json(&rate, err) : rate_print_text(&rate, err);
}

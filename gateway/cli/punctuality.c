/* punctuality.c - `qiantong punctuality`: of the limits that ended, how many were kept. */
#include "cli/punctuality.h"

#include <stdlib.h>
#include <string.h>

#include "cli/case_view.h"
#include "cli/stay_view.h"
#include "core/flow_clock.h"

enum { ROWS_MAX = 100000, FIRST_ROOM = 256 };

struct counting {
    struct cli *cli;
    struct punctuality *all;
    size_t room;
    struct month month; /* 0: all */
    struct error *err;
    bool ok;
};

/* One case, told from its entries. */
struct following {
    struct counting *counting;
    const struct flow_case *row; /* as it stands today */
    uint32_t exact;              /* FLOW_CLOCK() bits that are not counted */
    struct flow_case seen;       /* as it stood after the entries so far */
    struct flow_case next;
};

static int order(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_keys(const void *left, const void *right)
{
    const struct punctual_key *a = left; /* the first member of both */
    const struct punctual_key *b = right;
    int by = order(a->month.number, b->month.number);

    if (by == 0)
        by = order(b->ours, a->ours);
    if (by == 0)
        by = order(a->party, b->party);
    if (by == 0)
        by = order(a->flow, b->flow);
    if (by == 0)
        by = order(a->kind, b->kind);
    return by != 0 ? by : order(a->step, b->step);
}

const struct flow_kind *punctual_kind(const struct punctual_key *key)
{
    const struct flow *flow = flow_find(key->flow);

    return flow == NULL || key->kind == 0 ? NULL : &flow->kinds[key->kind - 1];
}

static uint8_t kind_place(const struct flow_case *row)
{
    const struct flow_kind *kind = flow_case_kind(row);

    return kind == NULL ? 0 : (uint8_t)(kind - flow_find(row->flow)->kinds + 1);
}

_Static_assert(offsetof(struct punctual_row, key) == 0, "sorted by its key");

static bool too_many(struct counting *counting)
{
    cli_hint(counting->cli, _("narrow it with --month"));
    return fail(counting->err, ERROR_MEMORY, _("too many limits for one listing"));
}

/* There are few rows: a month has as many as steps that somebody waits for. */
static struct punctual_row *row_of(struct counting *counting, const struct punctual_key *key)
{
    struct punctuality *all = counting->all;

    for (size_t i = all->count; i > 0; i--)
        if (compare_keys(&all->rows[i - 1].key, key) == 0)
            return &all->rows[i - 1];
    if (all->count == counting->room) {
        size_t room = counting->room == 0 ? FIRST_ROOM : counting->room * 2;
        struct punctual_row *larger = room <= ROWS_MAX ? arena_array(counting->cli->arena, room,
                                                                     sizeof(*larger))
                                                       : NULL;

        if (larger == NULL)
            return NULL;
        if (all->count > 0)
            memcpy(larger, all->rows, all->count * sizeof(*larger));
        all->rows = larger;
        counting->room = room;
    }
    all->rows[all->count] = (struct punctual_row){.key = *key};
    return &all->rows[all->count++];
}

enum ending { ENDED_IN_TIME, ENDED_LATE, NOT_ENDED };

static bool count_clock(struct following *following, const struct flow_clock *clock,
                        struct instant at, enum ending ending)
{
    struct counting *counting = following->counting;
    struct punctual_key key = {
        .month = day_month(instant_day(at)),
        .ours = clock->region == counting->cli->config->region,
        .party = following->row->party,
        .flow = following->row->flow,
        .kind = kind_place(following->row),
        .step = clock->kind,
    };
    struct punctual_row *row;

    if (counting->month.number != 0 && counting->month.number != key.month.number)
        return true;
    row = row_of(counting, &key);
    if (row == NULL)
        return counting->ok = too_many(counting);
    row->in_time += ending == ENDED_IN_TIME;
    row->late += ending == ENDED_LATE;
    row->overdue += ending == NOT_ENDED;
    return true;
}

static bool counts(const struct following *following, const struct flow_clock *clock)
{
    return clock->kind != CLOCK_NONE && (following->exact & FLOW_CLOCK(clock->kind)) == 0;
}

static bool waits(const struct flow_clock *clock)
{
    return clock->state == CLOCK_STATE_RUNNING || clock->state == CLOCK_STATE_PASSED;
}

/* What the entry met of what ran before it. */
static bool compare_clocks(struct following *following, struct instant at)
{
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        const struct flow_clock *now = &following->next.clocks[i];
        const struct flow_clock *before = flow_clock_find(&following->seen, now->kind);

        if (!counts(following, now) || before == NULL || !waits(before) ||
            now->state != CLOCK_STATE_MET)
            continue;
        if (!count_clock(following, now, at,
                         before->paused || instant_before(at, before->due) ? ENDED_IN_TIME
                                                                           : ENDED_LATE))
            return false;
    }
    following->seen = following->next;
    return true;
}

static bool visit_entry(void *self, const struct entry *entry)
{
    struct following *following = self;
    struct counting *counting = following->counting;
    const struct tlv *tlv;
    size_t at = 0;

    while ((tlv = entry_next_tlv(entry, TLV_CASE_AFTER, &at)) != NULL) {
        if (!flow_case_decode(tlv->bytes, &following->next, counting->err))
            return counting->ok = false;
        if (uuid_equal(&following->next.case_id, &following->row->case_id) &&
            !compare_clocks(following, entry->wall))
            return false;
    }
    return true;
}

static bool count_overdue(struct following *following)
{
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        const struct flow_clock *clock = &following->row->clocks[i];

        /* 24:00 of the last day is the next day's 0:00. */
        if (counts(following, clock) && clock_late(clock, following->counting->cli->now) &&
            !count_clock(following, clock, instant_add_ms(clock->due, -1), NOT_ENDED))
            return false;
    }
    return true;
}

static bool has_limits(const struct following *following)
{
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        if (counts(following, &following->row->clocks[i]))
            return true;
    return false;
}

static bool visit_case(void *self, const struct flow_case *row)
{
    struct counting *counting = self;
    const struct flow *flow = flow_find(row->flow);
    struct following following = {
        .counting = counting, .row = row, .exact = flow != NULL ? flow->exact_clocks : 0};

    if (!has_limits(&following))
        return true;
    if (!ledger_each_of_case(counting->cli->txn, &row->case_id, visit_entry, &following,
                             counting->err))
        counting->ok = false;
    return counting->ok && count_overdue(&following);
}

static bool finish_rows(struct punctuality *all, struct error *err)
{
    if (all->count > 1)
        qsort(all->rows, all->count, sizeof(*all->rows), compare_keys);
    for (size_t i = 0; i < all->count; i++)
        if (!cli_party_id(all->cli, all->rows[i].key.party, all->rows[i].party, err) ||
            !cli_party_short(all->cli, all->rows[i].key.party, all->rows[i].party_short, err))
            return false;
    return true;
}

bool cli_punctuality(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct punctuality all = {.cli = cli};
    struct counting counting = {.cli = cli, .all = &all, .err = err, .ok = true};
    const char *month = NULL;
    struct operands operands;
    bool json = false;
    const struct option_rule rules[] = {{"--month", NULL, &month}, {"--json", &json, NULL}};

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 0, &operands, err) ||
        !month_option(cli, month, &counting.month, err) || !cli_open_ledger(cli, err) ||
        !ledger_each_case(cli->txn, visit_case, &counting, err) || !counting.ok ||
        !finish_rows(&all, err))
        return false;
    cli_end_read(cli);
    return json ? punctuality_print_json(&all, err) : punctuality_print_text(&all, err);
}

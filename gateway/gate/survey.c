/* survey.c - counting. */
#include "gate/survey.h"

#include <string.h>
#include <sys/statvfs.h>

#include "base/clock.h"

enum { PORTION = 1000, ENTRY_MEMORY = 256 * 1024 };

struct surveying {
    const struct survey_given *given;
    struct survey *survey;
};

static struct survey_party *party_of(struct surveying *surveying, uint32_t number)
{
    return &surveying->survey->parties[number < COUNTS_PARTIES ? number : 0];
}

static void earlier(struct instant *at, struct instant candidate)
{
    if (candidate.ms != 0 && (at->ms == 0 || instant_before(candidate, *at)))
        *at = candidate;
}

/* --- letters ---------------------------------------------------------------------------------
 */

static bool count_letter(void *self, const struct letter_row *row)
{
    struct survey_party *party = party_of(self, row->letter.party);

    if (row->letter.state >= LETTER_STATES)
        return true;
    party->letters[row->letter.state]++;
    if (row->letter.state == LETTER_DEAD)
        return true;
    earlier(&party->oldest, row->letter.created);
    if (row->letter.state != LETTER_WAITING)
        earlier(&party->due, row->letter.due);
    return true;
}

/* --- cases -----------------------------------------------------------------------------------
 */

static bool has_passed(const struct flow_clock *clock, struct instant now)
{
    return clock->state == CLOCK_STATE_PASSED ||
           (clock->state == CLOCK_STATE_RUNNING && !clock->paused &&
            !instant_before(now, clock->due));
}

static bool is_overdue(const struct flow_case *row, struct instant now)
{
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++)
        if (row->clocks[i].kind != CLOCK_NONE && has_passed(&row->clocks[i], now))
            return true;
    return false;
}

/* The step of the list that the days left fall into: the smallest number that holds them. */
static void count_step(struct surveying *surveying, const struct flow_clock *clock)
{
    const struct survey_given *given = surveying->given;
    struct day today = instant_day(given->now);
    struct day last = instant_day(instant_add_ms(clock->due, -1));
    int left = calendar_between(given->calendar, clock->region, today, last);

    for (size_t i = given->due_day_count; i-- > 0;) {
        if (left <= (int)given->due_days[i]) {
            surveying->survey->due_within[i]++;
            return;
        }
    }
}

static bool count_case(void *self, const struct flow_case *row)
{
    struct surveying *surveying = self;
    struct survey *survey = surveying->survey;
    struct survey_party *party = party_of(surveying, row->party);
    const struct flow_clock *clock = flow_case_due(row);
    bool overdue = is_overdue(row, surveying->given->now);

    survey->open++;
    party->cases++;
    survey->flagged += (row->flags & CASE_FLAGGED) != 0;
    survey->overdue += overdue;
    party->overdue += overdue;
    if (row->flow < FLOW_NUMBERS && row->role < ROLES && row->state < FLOW_STATES_MAX)
        survey->states[row->flow][row->role][row->state]++;
    if (clock == NULL || has_passed(clock, surveying->given->now))
        return true;
    earlier(&survey->next_due, clock->due);
    count_step(surveying, clock);
    return true;
}

/* --- all -------------------------------------------------------------------------------------
 */

static bool walk_letters(struct surveying *surveying, struct error *err)
{
    struct ledger_position position = {0};
    bool more = true;
    bool ok = true;

    while (ok && more) {
        struct ledger_txn *txn = NULL;

        ok = ledger_begin_read(surveying->given->ledger, &txn, err) &&
             ledger_open_letters(txn, &position, PORTION, count_letter, surveying, &more, err);
        ledger_abort(txn);
    }
    return ok;
}

static bool walk_cases(struct surveying *surveying, struct error *err)
{
    struct ledger_position position = {0};
    bool more = true;
    bool ok = true;

    while (ok && more) {
        struct ledger_txn *txn = NULL;

        ok = ledger_begin_read(surveying->given->ledger, &txn, err) &&
             ledger_open_cases(txn, &position, PORTION, count_case, surveying, &more, err);
        ledger_abort(txn);
    }
    return ok;
}

static bool name_parties(struct surveying *surveying, struct ledger_txn *txn, struct error *err)
{
    bool found = true;

    for (uint32_t number = 1; found && number < COUNTS_PARTIES; number++)
        if (!ledger_party_id(txn, number, surveying->survey->parties[number].id, &found, err))
            return false;
    return true;
}

static bool last_entry(struct surveying *surveying, struct ledger_txn *txn, struct error *err)
{
    struct survey *survey = surveying->survey;
    struct arena *arena = arena_new(ENTRY_MEMORY);
    struct entry entry;
    bool found;
    bool ok;

    if (arena == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    survey->entries = ledger_size(surveying->given->ledger);
    ok = ledger_get_entry(txn, survey->entries, arena, &entry, &found, err);
    if (ok && found)
        survey->last_entry = entry.wall;
    arena_free(arena);
    return ok;
}

static bool look_at_ledger(struct surveying *surveying, struct error *err)
{
    struct store_use use = {0};
    struct ledger_txn *txn = NULL;
    struct statvfs disk;
    bool ok = ledger_begin_read(surveying->given->ledger, &txn, err) &&
              name_parties(surveying, txn, err) && last_entry(surveying, txn, err);

    ledger_abort(txn);
    if (!ok || !store_usage(surveying->given->store, &use, err))
        return false;
    surveying->survey->map_bytes = use.map_bytes;
    surveying->survey->used_bytes = use.used_bytes;
    if (statvfs(surveying->given->ledger_path, &disk) == 0) {
        surveying->survey->disk_bytes = (uint64_t)disk.f_blocks * disk.f_frsize;
        surveying->survey->disk_free = (uint64_t)disk.f_bavail * disk.f_frsize;
    }
    return true;
}

bool survey_take(const struct survey_given *given, struct survey *survey, struct error *err)
{
    struct surveying surveying = {.given = given, .survey = survey};
    int64_t begun = clock_monotonic_ms();
    bool ok;

    CHECK(given->due_day_count <= SURVEY_STEPS_MAX);
    memset(survey, 0, sizeof(*survey));
    survey->at = given->now;
    ok = look_at_ledger(&surveying, err) && walk_letters(&surveying, err) &&
         walk_cases(&surveying, err);
    survey->took_ms = clock_monotonic_ms() - begun;
    return ok;
}

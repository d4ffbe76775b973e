/* gather.c - counting. */
#include "cli/gather.h"

#include <string.h>

#include "cli/case_view.h"
#include "cli/next_step.h"
#include "cli/stay_view.h"

struct walk {
    struct cli *cli;
    struct gathered *gathered;
    struct error *err;
    bool ok;
};

static bool add_configured(struct cli *cli, struct gathered *gathered, struct error *err)
{
    const struct config *config = cli->config;

    for (size_t i = 0; i < config->party_count; i++) {
        struct party_counts *counts = &gathered->parties[gathered->party_count++];
        bool found = false;

        memcpy(counts->id, config->parties[i].id, sizeof(counts->id));
        if (!ledger_party_number(cli->txn, counts->id, &counts->number, &found, err))
            return false;
        if (!found)
            counts->number = 0;
    }
    return true;
}

/* Parties that the configuration no longer has keep their letters and cases. NULL: no room,
 * which only means that they are counted nowhere. */
static struct party_counts *counts_of(struct walk *walk, uint32_t number)
{
    struct gathered *gathered = walk->gathered;
    struct party_counts *added;

    for (size_t i = 0; i < gathered->party_count; i++)
        if (gathered->parties[i].number == number)
            return &gathered->parties[i];
    if (number == 0 || gathered->party_count == GATHER_PARTIES_MAX)
        return NULL;
    added = &gathered->parties[gathered->party_count];
    walk->ok = cli_party_id(walk->cli, number, added->id, walk->err);
    if (!walk->ok)
        return NULL;
    added->number = number;
    gathered->party_count++;
    return added;
}

/* Keeps the list short and sorted by due time. */
static void note_late(struct gathered *gathered, const struct flow_case *row)
{
    struct instant due = case_clock(row)->due;
    size_t at = gathered->late_count;

    while (at > 0 && instant_before(due, case_clock(&gathered->late[at - 1].row)->due))
        at--;
    if (at == GATHER_SHOWN_MAX)
        return;
    if (gathered->late_count < GATHER_SHOWN_MAX)
        gathered->late_count++;
    for (size_t i = gathered->late_count - 1; i > at; i--)
        gathered->late[i] = gathered->late[i - 1];
    gathered->late[at].row = *row;
}

static bool name_them(struct cli *cli, struct gathered *gathered, struct error *err)
{
    for (size_t i = 0; i < gathered->late_count; i++) {
        struct late_case *late = &gathered->late[i];

        if (!next_actor_shown(cli, &late->row, next_step_of(&late->row).actor, late->actor,
                              err))
            return false;
    }
    for (size_t i = 0; i < gathered->dead_letter_count; i++) {
        struct dead_letter *dead = &gathered->dead_letters[i];

        if (!cli_party_id(cli, dead->row.letter.party, dead->party, err))
            return false;
    }
    return true;
}

static bool count_case(void *self, const struct flow_case *row)
{
    struct walk *walk = self;
    struct gathered *gathered = walk->gathered;
    const struct flow_clock *clock = flow_case_due(row);
    bool overdue = case_overdue(row, walk->cli->now);
    struct party_counts *counts;

    gathered->cases++;
    if (!case_open(row))
        return true;
    counts = counts_of(walk, row->party);
    gathered->open++;
    gathered->overdue += overdue;
    if (overdue)
        note_late(gathered, row);
    gathered->doubt += doubt_of(row, walk->cli->now) != DOUBT_NONE;
    gathered->questions += flow_case_question(row) != NULL;
    gathered->flagged += (row->flags & CASE_FLAGGED) != 0;
    if (counts != NULL) {
        counts->open_cases++;
        counts->overdue_cases += overdue;
    }
    if (clock != NULL &&
        (gathered->next_due.ms == 0 || instant_before(clock->due, gathered->next_due))) {
        gathered->next_due = clock->due;
        gathered->next_case = row->case_id;
    }
    return walk->ok;
}

static bool moves(unsigned state)
{
    return state == LETTER_WAITING || state == LETTER_NEW || state == LETTER_READY;
}

static bool count_letter(void *self, const struct letter_row *row)
{
    struct walk *walk = self;
    struct party_counts *counts = counts_of(walk, row->letter.party);

    walk->gathered->dead += row->letter.state == LETTER_DEAD;
    if (row->letter.state == LETTER_DEAD &&
        walk->gathered->dead_letter_count < GATHER_SHOWN_MAX)
        walk->gathered->dead_letters[walk->gathered->dead_letter_count++].row = *row;
    walk->gathered->under_way += moves(row->letter.state);
    if (counts == NULL)
        return walk->ok;
    if (row->letter.state < LETTER_STATES)
        counts->letters[row->letter.state]++;
    if (moves(row->letter.state) &&
        (counts->oldest.ms == 0 || instant_before(row->letter.created, counts->oldest)))
        counts->oldest = row->letter.created;
    return true;
}

bool gather(struct cli *cli, struct gathered *gathered, struct error *err)
{
    struct walk walk = {.cli = cli, .gathered = gathered, .err = err, .ok = true};

    memset(gathered, 0, sizeof(*gathered));
    return add_configured(cli, gathered, err) &&
           ledger_each_case(cli->txn, count_case, &walk, err) && walk.ok &&
           ledger_each_letter(cli->txn, count_letter, &walk, err) && walk.ok &&
           name_them(cli, gathered, err);
}

uint64_t party_under_way(const struct party_counts *counts)
{
    return counts->letters[LETTER_WAITING] + counts->letters[LETTER_NEW] +
           counts->letters[LETTER_READY];
}

const struct party_counts *gathered_party(const struct gathered *gathered, const char *id)
{
    for (size_t i = 0; i < gathered->party_count; i++)
        if (strcmp(gathered->parties[i].id, id) == 0)
            return &gathered->parties[i];
    return NULL;
}

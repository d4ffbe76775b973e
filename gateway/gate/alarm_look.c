/* alarm_look.c - one function for each group of alarms. */
#include "gate/alarm_look.h"

#include <string.h>

enum {
    MINUTE_MS = 60 * 1000,
    COMMIT_STANDS_MS = 10 * MINUTE_MS,
    COMMIT_STUCK_MS = 30 * 1000, /* work waits, and nothing is committed for so long */
    CONFLICT_STANDS_MS = 60 * MINUTE_MS,
    BURST = 20, /* unreadable messages of one party within the window */
    BURST_WINDOW_MS = MINUTE_MS,
    BURST_STANDS_MS = 10 * MINUTE_MS,
    BACK_MS = 2000, /* what a time service may correct at once */
    BACK_STANDS_MS = 60 * MINUTE_MS,
    CALENDAR_DAYS = 60,
    PARTNERS = 2 /* the first number that is not our own */
};

struct looking {
    const struct alarm_input *input;
    struct alarm_memory *memory;
    struct alarms *alarms;
};

static void see(struct looking *looking, enum alarm_code code, const char *party, int64_t step,
                int64_t number)
{
    alarms_see(looking->alarms, code, party, step, number, looking->input->now);
}

static void see_count(struct looking *looking, enum alarm_code code, const char *party,
                      uint64_t count)
{
    if (count > 0)
        see(looking, code, party, 0, (int64_t)count);
}

/* The last of `steps`, which rise in urgency, that `value` has reached; -1: none. */
static int64_t step_below(const int *steps, size_t count, int64_t value)
{
    int64_t step = -1;

    for (size_t i = 0; i < count; i++)
        if (value <= steps[i])
            step = steps[i];
    return step;
}

/* --- what the ledger says --------------------------------------------------------------------
 */

/* NULL: not configured, or its outages are not known. */
static const struct outage_plan *plan_of(const struct looking *looking, const char *party)
{
    const struct config_party *known = config_party_by_id(looking->input->config, party);

    return known != NULL ? &known->outages : NULL;
}

static bool is_out(const struct looking *looking, const char *party)
{
    const struct outage_plan *plan = plan_of(looking, party);

    return plan != NULL && outage_until(plan, looking->input->now).ms != 0;
}

/* For how long its oldest letter has waited while it could have answered. */
static int64_t silent_minutes(const struct looking *looking, const struct survey_party *party)
{
    const struct outage_plan *plan = plan_of(looking, party->id);
    struct instant now = looking->input->now;
    struct instant ended = plan != NULL ? outage_ended(plan, now) : (struct instant){0};
    struct instant since = instant_before(party->oldest, ended) ? ended : party->oldest;

    return (now.ms - since.ms) / MINUTE_MS;
}

static void look_at_parties(struct looking *looking)
{
    const struct survey *survey = looking->input->survey;
    int64_t silent = looking->input->config->alarm.silent_minutes;

    for (size_t i = PARTNERS; i < COUNTS_PARTIES; i++) {
        const struct survey_party *party = &survey->parties[i];
        int64_t minutes = party->oldest.ms == 0 ? 0 : silent_minutes(looking, party);

        if (party->oldest.ms != 0 && minutes >= silent && !is_out(looking, party->id))
            see(looking, ALARM_PARTNER_SILENT, party->id, 0, minutes);
        see_count(looking, ALARM_LETTER_DEAD, party->id, party->letters[LETTER_DEAD]);
    }
}

static void look_at_cases(struct looking *looking)
{
    const struct survey *survey = looking->input->survey;
    const struct config_alarm *settings = &looking->input->config->alarm;

    see_count(looking, ALARM_CASE_FLAGGED, "", survey->flagged);
    see_count(looking, ALARM_CLOCK_PASSED, "", survey->overdue);
    for (size_t i = 0; i < settings->due_day_count; i++)
        if (survey->due_within[i] > 0)
            see(looking, ALARM_CLOCK_DUE, "", (int64_t)settings->due_days[i],
                (int64_t)survey->due_within[i]);
}

static void look_at_room(struct looking *looking)
{
    static const int free_steps[] = {10, 5};
    const struct survey *survey = looking->input->survey;
    int64_t used = survey->map_bytes < 100
                       ? 0
                       : (int64_t)(survey->used_bytes / (survey->map_bytes / 100));
    int64_t left = survey->disk_bytes < 100
                       ? 100
                       : (int64_t)(survey->disk_free / (survey->disk_bytes / 100));
    int64_t step = step_below(free_steps, COUNT_OF(free_steps), left);

    if (used >= 80)
        see(looking, ALARM_MAP_FULL, "", used >= 90 ? 90 : 80, used);
    if (step >= 0)
        see(looking, ALARM_DISK_LOW, "", step, left);
}

/* --- what ends by itself ---------------------------------------------------------------------
 */

/* One alarm for each party: of its certificate that ends first. */
static void look_at_certificates(struct looking *looking)
{
    static const int steps[] = {90, 60, 30, 7, 1};
    struct config_certificate_end ends[CONFIG_CERTIFICATES_MAX];
    size_t count = config_certificate_ends(looking->input->config, ends);

    for (size_t i = 0; i < count; i++) {
        int64_t days = config_days_left(ends[i].valid_until, looking->input->now);
        int64_t step = step_below(steps, COUNT_OF(steps), days);
        bool first = true;

        for (size_t k = 0; k < count; k++)
            if (k != i && strcmp(ends[k].party, ends[i].party) == 0 &&
                (ends[k].valid_until.ms < ends[i].valid_until.ms ||
                 (ends[k].valid_until.ms == ends[i].valid_until.ms && k < i)))
                first = false;
        if (step >= 0 && first)
            see(looking, ALARM_CERTIFICATE_ENDS, ends[i].party, step, days);
    }
}

/* Of the list that was to be renewed first. Step 1: the grace is over, too. */
static void look_at_lists(struct looking *looking)
{
    const struct config *config = looking->input->config;
    const struct crl_set *sets[] = {config->tls_crls, config->signing_crls};

    for (size_t i = 0; i < COUNT_OF(sets); i++) {
        struct instant next = sets[i] != NULL ? crl_next_update(sets[i]) : (struct instant){0};
        int64_t old_ms = looking->input->now.ms - next.ms;

        if (next.ms != 0 && old_ms >= 0)
            see(looking, ALARM_CRL_OLD, "", old_ms > config->crl_grace_ms,
                old_ms / (60 * MINUTE_MS));
    }
}

static void look_at_calendar(struct looking *looking)
{
    int64_t days = (int64_t)calendar_last(looking->input->config->calendar).number -
                   instant_day(looking->input->now).number;

    if (days <= CALENDAR_DAYS)
        see(looking, ALARM_CALENDAR_ENDS, "", CALENDAR_DAYS, days);
}

/* --- what happens ----------------------------------------------------------------------------
 */

/* Stands for a while after its last time. */
static void look_at_event(struct looking *looking, struct alarm_event *event,
                          enum alarm_code code, const char *party, unsigned long count,
                          int64_t stands_ms)
{
    int64_t now = looking->input->monotonic_ms;

    if (event->until_ms != 0 && now >= event->until_ms)
        *event = (struct alarm_event){.counted = event->counted};
    if (count > event->counted) {
        event->number += count - event->counted;
        event->until_ms = now + stands_ms;
    }
    event->counted = count;
    if (event->until_ms != 0)
        see(looking, code, party, 0, (int64_t)event->number);
}

/* In bursts only: what comes now and then belongs to business. */
static unsigned long burst_of(struct looking *looking, size_t party, unsigned long count)
{
    struct alarm_memory *memory = looking->memory;

    return count - memory->burst_from[party] >= BURST
               ? count
               : memory->unreadable[party].counted; /* as if nothing had come */
}

static const char *party_name(struct looking *looking, size_t number)
{
    const struct config_party *party = config_party_by_number(looking->input->config,
                                                              (uint32_t)number);

    return party != NULL ? party->id : "";
}

static void look_at_messages(struct looking *looking)
{
    struct alarm_memory *memory = looking->memory;
    struct gate_counts *counts = looking->input->counts;
    bool window = looking->input->monotonic_ms - memory->window_ms >= BURST_WINDOW_MS;

    for (size_t i = 0; i < COUNTS_PARTIES; i++) {
        const char *name = party_name(looking, i);
        unsigned long unreadable = atomic_load(&counts->parties[i].unreadable);

        look_at_event(looking, &memory->conflicts[i], ALARM_CONFLICT_RECEIVED, name,
                      atomic_load(&counts->parties[i].conflicts), CONFLICT_STANDS_MS);
        look_at_event(looking, &memory->unreadable[i], ALARM_UNREADABLE_BURST, name,
                      burst_of(looking, i, unreadable), BURST_STANDS_MS);
        see_count(looking, ALARM_FERRY_GAP, name, looking->input->missing[i]);
        if (window) {
            memory->burst_from[i] = unreadable;
            memory->unreadable[i].counted = unreadable;
        }
    }
    if (window)
        memory->window_ms = looking->input->monotonic_ms;
}

static void look_at_writer(struct looking *looking)
{
    const struct writer_counts *writer = looking->input->writer;
    struct alarm_memory *memory = looking->memory;
    int64_t now = looking->input->monotonic_ms;

    if (writer->batches != memory->batches || writer->queued == 0 || memory->batches_ms == 0) {
        memory->batches = writer->batches;
        memory->batches_ms = now;
    }
    if (now - memory->batches_ms >= COMMIT_STUCK_MS)
        memory->commit.until_ms = now + 1; /* as long as it lasts */
    look_at_event(looking, &memory->commit, ALARM_GATEWAY_COMMIT, "", writer->failed,
                  COMMIT_STANDS_MS);
    for (size_t i = 0; i < writer->lane_count; i++) {
        const char *party = party_name(looking, writer->lanes[i].number);

        if (writer->lanes[i].breaker_open && !is_out(looking, party))
            see(looking, ALARM_BREAKER_OPEN, party, 0, 0);
    }
}

/* Wall time against the monotonic clock, which nothing moves; and against the last entry. */
static void look_at_clock(struct looking *looking)
{
    const struct alarm_input *input = looking->input;
    struct alarm_memory *memory = looking->memory;
    int64_t offset = input->now.ms - input->monotonic_ms;
    int64_t behind = 0;

    if (memory->offset_ms != 0 && offset < memory->offset_ms - BACK_MS) {
        memory->back_ms = memory->offset_ms - offset;
        memory->back_until_ms = input->monotonic_ms + BACK_STANDS_MS;
    }
    memory->offset_ms = offset;
    if (input->survey != NULL)
        behind = input->survey->last_entry.ms - input->now.ms;
    if (behind >= BACK_MS)
        see(looking, ALARM_CLOCK_BACK, "", 0, behind / 1000);
    else if (input->monotonic_ms < memory->back_until_ms)
        see(looking, ALARM_CLOCK_BACK, "", 0, memory->back_ms / 1000);
}

void alarm_look(const struct alarm_input *input, struct alarm_memory *memory,
                struct alarms *alarms)
{
    struct looking looking = {.input = input, .memory = memory, .alarms = alarms};

    alarms_begin(alarms);
    look_at_writer(&looking);
    look_at_messages(&looking);
    look_at_clock(&looking);
    look_at_certificates(&looking);
    look_at_lists(&looking);
    look_at_calendar(&looking);
    if (input->survey != NULL) {
        look_at_parties(&looking);
        look_at_cases(&looking);
        look_at_room(&looking);
    }
    if (input->blind)
        see(&looking, ALARM_LEDGER_UNREADABLE, "", 0, 1);
    alarms_end(alarms);
}

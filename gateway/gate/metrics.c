/* metrics.c - the families, one after the other. docs/operations.md lists them. */
#include "gate/metrics.h"

#include <string.h>

#include "gate/ferry.h"
#include "gate/metric_text.h"

enum { PARTNERS = 2 }; /* the first number that is not our own */

/* --- counters --------------------------------------------------------------------------------
 */

static void one(struct metric_text *text, const char *name, enum metric_type type,
                const char *help, int64_t value)
{
    metric_family(text, name, type, help);
    metric_number(text, NULL, 0, value);
}

static void put_counters(struct metric_text *text, struct gate *gate)
{
    struct gate_counts *counts = &gate->counts;
    struct metric_label verdict = {"verdict", "accepted"};

    one(text, "qiantong_requests_total", METRIC_COUNTER, "Requests on /v1/messages.",
        (int64_t)atomic_load(&counts->received));
    metric_family(text, "qiantong_verdicts_total", METRIC_COUNTER,
                  "Verdicts given; accepted holds pending, refused holds conflict.");
    metric_number(text, &verdict, 1, (int64_t)atomic_load(&counts->accepted));
    verdict.value = "refused";
    metric_number(text, &verdict, 1, (int64_t)atomic_load(&counts->refused));
    one(text, "qiantong_unreadable_total", METRIC_COUNTER,
        "Requests of known parties that never became a message.",
        (int64_t)atomic_load(&counts->unreadable));
    one(text, "qiantong_unavailable_total", METRIC_COUNTER, "Requests answered 503.",
        (int64_t)atomic_load(&counts->unavailable));
    one(text, "qiantong_over_limit_total", METRIC_COUNTER,
        "Messages answered 429: more than the party may send.",
        (int64_t)atomic_load(&counts->over_limit));
    one(text, "qiantong_unknown_party_total", METRIC_COUNTER,
        "Requests with a certificate of no configured party.",
        (int64_t)atomic_load(&counts->unknown));
    one(text, "qiantong_tries_total", METRIC_COUNTER, "Tries to deliver a letter.",
        (int64_t)atomic_load(&counts->sent));
    one(text, "qiantong_outcomes_total", METRIC_COUNTER, "Tries that brought an outcome.",
        (int64_t)atomic_load(&counts->outcomes));
    one(text, "qiantong_tries_failed_total", METRIC_COUNTER,
        "Tries without a verified outcome.", (int64_t)atomic_load(&counts->attempts_failed));
    metric_family(text, "qiantong_answer_seconds", METRIC_HISTOGRAM,
                  "From a request's admission to its answer.");
    metric_histogram(text, &counts->answer);
    metric_family(text, "qiantong_outcome_seconds", METRIC_HISTOGRAM,
                  "From the birth of a letter to its outcome.");
    metric_histogram(text, &counts->outcome);
}

static void put_questions(struct metric_text *text, struct gate *gate)
{
    static const char *const ends[QUESTION_ENDS] = {[QUESTION_ANSWERED] = "answered",
                                                    [QUESTION_REFUSED] = "refused",
                                                    [QUESTION_UNKNOWN] = "unknown",
                                                    [QUESTION_GONE] = "gone",
                                                    [QUESTION_STOPPED] = "stopped"};
    struct question_counts *counts = &gate->counts.questions;

    one(text, "qiantong_questions_open", METRIC_GAUGE,
        "Questions of our cores that wait for their answer.",
        (int64_t)atomic_load(&counts->open));
    metric_family(text, "qiantong_questions_total", METRIC_COUNTER,
                  "Questions that no longer wait, by how that ended.");
    for (size_t i = 0; i < QUESTION_ENDS; i++) {
        struct metric_label end = {"end", ends[i]};

        metric_number(text, &end, 1, (int64_t)atomic_load(&counts->ended[i]));
    }
    one(text, "qiantong_questions_too_many_total", METRIC_COUNTER,
        "Questions answered 503: too many waited.", (int64_t)atomic_load(&counts->too_many));
    metric_family(text, "qiantong_question_seconds", METRIC_HISTOGRAM,
                  "From a question's admission to the end of its wait.");
    metric_histogram(text, &counts->waited);
}

static void put_writer(struct metric_text *text, struct gate *gate,
                       const struct writer_counts *writer)
{
    one(text, "qiantong_commits_total", METRIC_COUNTER, "Commits.", (int64_t)writer->batches);
    one(text, "qiantong_items_total", METRIC_COUNTER, "Work items in all commits.",
        (int64_t)writer->items);
    one(text, "qiantong_items_failed_total", METRIC_COUNTER,
        "Work items that could not be written.", (int64_t)writer->failed);
    metric_family(text, "qiantong_commit_items", METRIC_HISTOGRAM, "Work items per commit.");
    metric_histogram(text, writer_batch_sizes(gate->writer));
}

static void put_queues(struct metric_text *text, struct gate *gate,
                       const struct writer_counts *writer)
{
    one(text, "qiantong_queue_writer", METRIC_GAUGE, "Work items waiting for the writer.",
        (int64_t)writer->queued);
    one(text, "qiantong_queue_workers", METRIC_GAUGE, "Jobs waiting for a worker.",
        (int64_t)workers_queued(gate->workers));
    one(text, "qiantong_queue_courier", METRIC_GAUGE, "Posts waiting or under way.",
        (int64_t)courier_pending(gate->courier));
    one(text, "qiantong_exchanges", METRIC_GAUGE, "Requests between admission and answer.",
        (int64_t)atomic_load(&gate->exchanges));
    one(text, "qiantong_deliveries", METRIC_GAUGE,
        "Letters in the hands of a worker or of the "
        "network.",
        (int64_t)atomic_load(&gate->deliveries));
}

/* --- by party --------------------------------------------------------------------------------
 */

enum { PARTY_COUNTERS = 7 };

static const struct {
    const char *name;
    const char *help;
    size_t offset;
} party_counters[PARTY_COUNTERS] = {
    {"qiantong_party_requests_total", "Requests of the party.",
     offsetof(struct gate_party_counts, received)},
    {"qiantong_party_refused_total", "Verdicts refused or conflict, given to the party.",
     offsetof(struct gate_party_counts, refused)},
    {"qiantong_party_conflicts_total", "Known ids that came with other bytes.",
     offsetof(struct gate_party_counts, conflicts)},
    {"qiantong_party_unreadable_total", "Requests that never became a message.",
     offsetof(struct gate_party_counts, unreadable)},
    {"qiantong_party_tries_total", "Tries to deliver a letter to the party.",
     offsetof(struct gate_party_counts, sent)},
    {"qiantong_party_outcomes_total", "Tries that brought an outcome.",
     offsetof(struct gate_party_counts, outcomes)},
    {"qiantong_party_tries_failed_total", "Tries without a verified outcome.",
     offsetof(struct gate_party_counts, attempts_failed)},
};

static void put_parties(struct metric_text *text, struct gate *gate,
                        const struct config *config)
{
    for (size_t i = 0; i < PARTY_COUNTERS; i++) {
        metric_family(text, party_counters[i].name, METRIC_COUNTER, party_counters[i].help);
        for (size_t k = 0; k < config->party_count; k++) {
            const struct config_party *party = &config->parties[k];
            struct metric_label label = {"party", party->id};
            const char *counts = (const char *)gate_counts_of(&gate->counts, party->number);

            metric_number(
                text, &label, 1,
                (int64_t)atomic_load(
                    (const atomic_ulong *)(const void *)(counts + party_counters[i].offset)));
        }
    }
}

static void put_breakers(struct metric_text *text, const struct config *config,
                         const struct writer_counts *writer)
{
    metric_family(text, "qiantong_breaker_open", METRIC_GAUGE,
                  "1: five tries in a row did not reach the party; one probe every 30 s.");
    for (size_t i = 0; i < writer->lane_count; i++) {
        const struct config_party *party = config_party_by_number(config,
                                                                  writer->lanes[i].number);
        struct metric_label label = {"party", party != NULL ? party->id : ""};

        if (party != NULL)
            metric_number(text, &label, 1, writer->lanes[i].breaker_open);
    }
}

static const struct {
    const char *name;
    enum metric_type type;
    const char *help;
    size_t offset;
} folder_numbers[] = {
    {"qiantong_folder_missing_files", METRIC_GAUGE, "Running numbers that have not come.",
     offsetof(struct ferry_counts, missing)},
    {"qiantong_folder_gaps_total", METRIC_COUNTER, "Times that a number was missing.",
     offsetof(struct ferry_counts, gaps)},
    {"qiantong_folder_taken_total", METRIC_COUNTER, "Files taken.",
     offsetof(struct ferry_counts, in)},
    {"qiantong_folder_bad_total", METRIC_COUNTER, "Files that could not be read.",
     offsetof(struct ferry_counts, bad)},
    {"qiantong_folder_written_total", METRIC_COUNTER, "Files written, again or not.",
     offsetof(struct ferry_counts, out)},
    {"qiantong_folder_failures_total", METRIC_COUNTER,
     "Files not written or taken for reasons of our own.",
     offsetof(struct ferry_counts, failures)},
};

/* Only of parties that are reached by files. */
static void put_folders(struct metric_text *text, struct gate *gate,
                        const struct config *config)
{
    for (size_t i = 0; i < COUNT_OF(folder_numbers); i++) {
        metric_family(text, folder_numbers[i].name, folder_numbers[i].type,
                      folder_numbers[i].help);
        for (size_t k = 0; k < config->party_count; k++) {
            const struct config_party *party = &config->parties[k];
            struct metric_label label = {"party", party->id};
            struct ferry_counts counts;
            uint64_t value;

            if (party->folder_in == NULL || !ferry_count(gate->ferry, party->number, &counts))
                continue;
            memcpy(&value, (const char *)&counts + folder_numbers[i].offset, sizeof(value));
            metric_number(text, &label, 1, (int64_t)value);
        }
    }
}

/* --- from the survey -------------------------------------------------------------------------
 */

static void put_letters(struct metric_text *text, const struct survey *survey)
{
    static const uint8_t states[] = {LETTER_WAITING, LETTER_NEW, LETTER_READY, LETTER_DEAD};

    metric_family(text, "qiantong_letters", METRIC_GAUGE, "Letters without a receipt.");
    for (size_t i = PARTNERS; i < COUNTS_PARTIES; i++)
        for (size_t k = 0; k < COUNT_OF(states) && survey->parties[i].id[0] != '\0'; k++) {
            struct metric_label labels[] = {{"party", survey->parties[i].id},
                                            {"state", letter_state_name(states[k]).english}};

            metric_number(text, labels, COUNT_OF(labels),
                          (int64_t)survey->parties[i].letters[states[k]]);
        }
}

static int64_t age(struct instant since, struct instant now)
{
    return since.ms == 0 || instant_before(now, since) ? 0 : now.ms - since.ms;
}

static void put_ages(struct metric_text *text, const struct survey *survey, struct instant now)
{
    metric_family(text, "qiantong_letter_oldest_seconds", METRIC_GAUGE,
                  "Age of the oldest letter under way; 0: none.");
    for (size_t i = PARTNERS; i < COUNTS_PARTIES; i++) {
        struct metric_label label = {"party", survey->parties[i].id};

        if (label.value[0] != '\0')
            metric_seconds(text, &label, 1, age(survey->parties[i].oldest, now));
    }
    metric_family(text, "qiantong_letter_due_seconds", METRIC_GAUGE,
                  "For how long the earliest due letter has been due; 0: none is.");
    for (size_t i = PARTNERS; i < COUNTS_PARTIES; i++) {
        struct metric_label label = {"party", survey->parties[i].id};

        if (label.value[0] != '\0')
            metric_seconds(text, &label, 1, age(survey->parties[i].due, now));
    }
}

static void put_state(struct metric_text *text, const struct flow *flow, unsigned role,
                      unsigned state, uint64_t count)
{
    struct metric_label labels[] = {{"flow", flow_name(flow->number).english},
                                    {"role", role_name(role).english},
                                    {"state", flow_state_name(flow, state).english}};

    if (count > 0)
        metric_number(text, labels, COUNT_OF(labels), (int64_t)count);
}

static void put_states(struct metric_text *text, const struct survey *survey)
{
    metric_family(text, "qiantong_cases_by_state", METRIC_GAUGE, "Open cases.");
    for (size_t i = 0; flows[i] != NULL; i++)
        for (unsigned role = 0; role < ROLES; role++)
            for (unsigned state = 0; state < flows[i]->state_count && state < FLOW_STATES_MAX;
                 state++)
                put_state(text, flows[i], role, state,
                          survey->states[flows[i]->number][role][state]);
}

static void put_cases(struct metric_text *text, const struct survey *survey)
{
    one(text, "qiantong_cases_open", METRIC_GAUGE, "Cases that have not ended.",
        (int64_t)survey->open);
    one(text, "qiantong_cases_overdue", METRIC_GAUGE, "Open cases of which a clock passed.",
        (int64_t)survey->overdue);
    one(text, "qiantong_cases_flagged", METRIC_GAUGE, "Open cases that a person must look at.",
        (int64_t)survey->flagged);
    metric_family(text, "qiantong_next_deadline_timestamp_seconds", METRIC_GAUGE,
                  "When the earliest running clock ends; 0: none runs.");
    metric_seconds(text, NULL, 0, survey->next_due.ms);
    put_states(text, survey);
}

static void put_ledger(struct metric_text *text, const struct survey *survey)
{
    one(text, "qiantong_ledger_entries", METRIC_GAUGE, "Entries in the journal.",
        (int64_t)survey->entries);
    one(text, "qiantong_ledger_used_bytes", METRIC_GAUGE, "Of the ledger's map.",
        (int64_t)survey->used_bytes);
    one(text, "qiantong_ledger_map_bytes", METRIC_GAUGE, "Size of the ledger's map.",
        (int64_t)survey->map_bytes);
    one(text, "qiantong_disk_free_bytes", METRIC_GAUGE,
        "Free where the ledger lies, for the gateway's user.", (int64_t)survey->disk_free);
    one(text, "qiantong_disk_bytes", METRIC_GAUGE, "Size of that file system.",
        (int64_t)survey->disk_bytes);
    metric_family(text, "qiantong_survey_timestamp_seconds", METRIC_GAUGE,
                  "When letters, cases, ledger and disk were last looked at.");
    metric_seconds(text, NULL, 0, survey->at.ms);
    metric_family(text, "qiantong_survey_seconds", METRIC_GAUGE, "How long that took.");
    metric_seconds(text, NULL, 0, survey->took_ms);
}

/* --- what ends by itself ---------------------------------------------------------------------
 */

static void put_ends(struct metric_text *text, const struct config *config, struct instant now)
{
    struct config_certificate_end ends[CONFIG_CERTIFICATES_MAX];
    size_t count = config_certificate_ends(config, ends);

    metric_family(text, "qiantong_certificate_days_left", METRIC_GAUGE,
                  "Whole days until the last certificate of this use ends; negative after.");
    for (size_t i = 0; i < count; i++) {
        struct metric_label labels[] = {{"party", ends[i].party},
                                        {"use", config_use_name(ends[i].use)}};

        metric_number(text, labels, COUNT_OF(labels),
                      config_days_left(ends[i].valid_until, now));
    }
    one(text, "qiantong_calendar_days_left", METRIC_GAUGE,
        "Days until the last date of the loaded calendar.",
        (int64_t)calendar_last(config->calendar).number - instant_day(now).number);
}

void metrics_write(struct gate *gate, const struct survey *survey, struct instant now,
                   struct buffer *out)
{
    struct metric_text text = {.out = out};
    struct config *config = gate_config(gate);
    struct writer_counts writer;

    writer_counts(gate->writer, &writer);
    metric_family(&text, "qiantong_start_timestamp_seconds", METRIC_GAUGE,
                  "When the gateway started.");
    metric_seconds(&text, NULL, 0, gate->started.ms);
    put_counters(&text, gate);
    put_questions(&text, gate);
    put_writer(&text, gate, &writer);
    put_queues(&text, gate, &writer);
    put_parties(&text, gate, config);
    put_breakers(&text, config, &writer);
    put_folders(&text, gate, config);
    put_ends(&text, config, now);
    config_free(config);
    if (survey == NULL)
        return;
    put_letters(&text, survey);
    put_ages(&text, survey, now);
    put_cases(&text, survey);
    put_ledger(&text, survey);
}

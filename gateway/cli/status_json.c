/* status_json.c - the status for programs. */
#include "cli/status.h"

#include "cli/certificate_view.h"
#include "cli/json.h"

static json_t *party_object(const struct party_counts *counts)
{
    json_t *object = json_new_object();

    json_text(object, "party", counts->id);
    json_number(object, "number", counts->number);
    json_number(object, "open_cases", (int64_t)counts->open_cases);
    json_number(object, "overdue_cases", (int64_t)counts->overdue_cases);
    json_number(object, "letters_under_way", (int64_t)party_under_way(counts));
    json_number(object, "letters_dead", (int64_t)counts->letters[LETTER_DEAD]);
    json_instant(object, "oldest", counts->oldest);
    return object;
}

static void put_ledger(json_t *object, const struct status *status)
{
    json_t *ledger = json_new_object();

    json_text(ledger, "path", status->cli->config->ledger_path);
    json_number(ledger, "entries", (int64_t)status->entries);
    json_number(ledger, "used_bytes", (int64_t)status->use.used_bytes);
    json_number(ledger, "map_bytes", (int64_t)status->use.map_bytes);
    json_bool(ledger, "test", status->test);
    json_put(object, "ledger", ledger);
}

static void put_cases(json_t *object, const struct gathered *gathered)
{
    json_t *cases = json_new_object();

    json_number(cases, "total", (int64_t)gathered->cases);
    json_number(cases, "open", (int64_t)gathered->open);
    json_number(cases, "overdue", (int64_t)gathered->overdue);
    json_number(cases, "flagged", (int64_t)gathered->flagged);
    json_number(cases, "in_doubt", (int64_t)gathered->doubt);
    json_number(cases, "questions", (int64_t)gathered->questions);
    json_instant(cases, "next_due", gathered->next_due);
    json_uuid(cases, "next_case", &gathered->next_case);
    json_put(object, "cases", cases);
    json_number(object, "letters_under_way", (int64_t)gathered->under_way);
    json_number(object, "letters_dead", (int64_t)gathered->dead);
}

bool status_print_json(struct status *status, struct error *err)
{
    const struct config *config = status->cli->config;
    json_t *object = json_new_object();
    json_t *parties = json_new_array();
    json_t *certificates = json_new_array();
    json_t *alarms = json_object_get(status->alarms, "alarms");

    json_text(object, "party", config->party);
    json_instant(object, "at", status->cli->now);
    json_bool(object, "running", status->gateway != NULL);
    if (status->gateway != NULL)
        json_put(object, "gateway", json_incref(status->gateway));
    if (alarms != NULL)
        json_put(object, "alarms", json_incref(alarms));
    put_ledger(object, status);
    put_cases(object, &status->gathered);
    json_number(object, "approvals_waiting", (int64_t)status->approvals);
    for (size_t i = 0; i < status->gathered.party_count; i++)
        json_append(parties, party_object(&status->gathered.parties[i]));
    for (size_t i = 0; i < config->certificate_count; i++)
        json_append(certificates, certificate_json(&config->certificates[i], status->cli->now));
    json_put(object, "parties", parties);
    json_put(object, "certificates", certificates);
    return json_print(status->cli, object, err);
}

/* deliver.c - the walk of a letter out.
 *
 *   writer thread  deliver_letter: a letter is due (NEW: to be written; READY: to be sent)
 *   worker         write: content to sealed bytes -> writer (SEALED), which may do it itself;
 * or send: sealed bytes -> courier courier thread deliver_result: an answer, or none worker
 * judge: verified receipt or not -> writer (OUTCOME or ATTEMPT) writer thread  ended
 *
 * The first POST follows a durable SEALED entry, because only READY letters are sent and a
 * letter becomes READY in that entry. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/delivery.h"
#include "gate/enclosures.h"
#include "gate/ferry.h"
#include "gate/inline_answer.h"

enum {
    CORE_ANSWER_MS = 50 * 1000,
    KEPT_MAX = 16 * 1024 /* a letter's content that the writer's thread puts into words */
};

static void write_letter(struct job *job);
static void send_letter(struct job *job);
static void lay_ready(struct job *job);
static void put_letter(struct job *job);
static void judge(struct job *job);
static void enclosed(struct job *job);
static void answer_ended(struct work_owner *owner, struct work *said, const struct error *err);

static void delivery_free(struct delivery *delivery)
{
    config_free(delivery->config);
    atomic_fetch_sub(&delivery->gate->deliveries, 1);
    gate_work_free(delivery->work);
}

/* What is durable of a try. */
static void count_end(struct delivery *delivery)
{
    struct gate_counts *counts = &delivery->gate->counts;
    struct gate_party_counts *party = gate_counts_of(counts, delivery->party->number);

    if (delivery->work->kind == WORK_ATTEMPT)
        atomic_fetch_add(&party->attempts_failed, 1);
    if (delivery->work->kind != WORK_OUTCOME)
        return;
    atomic_fetch_add(&party->outcomes, 1);
    histogram_add(&counts->outcome, clock_now().ms - delivery->letter.letter.created.ms);
}

static void ended(struct work_owner *owner, struct work *work, const struct error *err)
{
    struct delivery *delivery = (struct delivery *)((char *)owner -
                                                    offsetof(struct delivery, owner));
    char id[UUID_TEXT_SIZE];
    char case_id[UUID_TEXT_SIZE];
    static const char *const events[] = {
        [WORK_SEALED] = "deliver.sealed",   [WORK_UNTRANSLATED] = "deliver.untranslated",
        [WORK_ATTEMPT] = "deliver.attempt", [WORK_OUTCOME] = "deliver.outcome",
        [WORK_NOTE] = "deliver.none",
    };

    log_info(events[work->kind],
             "case=%s message=%s party=%s action=%s verdict=%s http=%d "
             "note=\"%.*s\"%s",
             uuid_format(&delivery->letter.letter.case_id, case_id),
             uuid_format(&delivery->letter.letter.message_id, id), delivery->party->id,
             action_name(delivery->letter.letter.action).english,
             verdict_name(work->receipt.verdict).english, work->http_status,
             TEXT_ARG(work->note), err != NULL ? " failed=1" : "");
    if (err == NULL)
        count_end(delivery);
    log_debug(work->kind == WORK_SEALED ? "walk.sealed" : "walk.ended", "letter=%llu",
              (unsigned long long)work->out_id);
    delivery_free(delivery);
}

static void (*job_for(const struct config_party *party,
                      const struct letter_row *letter))(struct job *)
{
    if (letter->letter.state == LETTER_NEW)
        return write_letter;
    if (party->folder_out != NULL)
        return put_letter;
    return party->url != NULL ? send_letter : lay_ready;
}

/* NULL: cannot be taken now. On the writer's thread, which is the one that swaps the
 * configuration. */
static struct delivery *delivery_new(struct gate *gate, const struct letter_row *letter)
{
    const struct config_party *party = config_party_by_number(gate->config,
                                                              letter->letter.party);
    struct work *work;
    struct delivery *delivery;

    if (party == NULL || atomic_load(&gate->stopping))
        return NULL;
    work = gate_work_new(DELIVERY_MEMORY_MAX);
    delivery = work != NULL ? arena_alloc(work->arena, sizeof(*delivery)) : NULL;
    if (delivery == NULL) {
        gate_work_free(work);
        return NULL;
    }
    *delivery = (struct delivery){
        .job.run = job_for(party, letter),
        .owner.done = ended,
        .gate = gate,
        .config = config_hold(gate->config),
        .letter = *letter,
        .party = party,
        .work = work,
    };
    work->owner = &delivery->owner;
    work->out_id = letter->letter.out_id;
    work->letter_id = letter->letter.message_id;
    atomic_fetch_add(&gate->deliveries, 1);
    return delivery;
}

bool deliver_letter(void *self, const struct letter_row *letter)
{
    struct gate *gate = self;
    struct delivery *delivery = delivery_new(gate, letter);

    if (delivery != NULL)
        workers_run(gate->workers, &delivery->job);
    return delivery != NULL;
}

/* The writer's thread waits for these letters: instead it writes the last of them itself, which
 * spares two changes of threads. A large one would hold it up longer than it would wait. */
static void give_or_keep(struct gate *gate, struct delivery *delivery)
{
    struct job *given = &delivery->job;

    if (delivery->content.size <= KEPT_MAX) {
        given = gate->kept;
        gate->kept = &delivery->job;
    }
    if (given != NULL)
        workers_run(gate->workers, given);
}

bool deliver_new_letter(void *self, struct ledger_txn *txn, const struct letter_row *row)
{
    struct gate *gate = self;
    struct delivery *delivery = delivery_new(gate, row);
    const struct entry_letter *letter = &row->letter;
    struct error err = ERROR_INIT;
    bool found = false;

    if (delivery == NULL)
        return false;
    if (!ledger_get_body(txn, letter->content_month, letter->content_digest,
                         delivery->work->arena, &delivery->content, &found, &err) ||
        !found) {
        delivery_free(delivery); /* after the commit whoever looks for it says what is wrong */
        return false;
    }
    give_or_keep(gate, delivery);
    return true;
}

void deliver_kept_letter(void *self)
{
    struct gate *gate = self;
    struct job *job = gate->kept;

    gate->kept = NULL;
    if (job != NULL)
        job->run(job);
}

/* Continuations were admitted when the letter was: the writer takes them always. */
static void submit(struct delivery *delivery)
{
    struct error err = ERROR_INIT;
    bool taken;

    delivery->work->unhurried = delivery->work->kind == WORK_OUTCOME;
    taken = writer_submit(delivery->gate->writer, delivery->work, true, &err);
    CHECK(taken);
}

static void submit_answer(struct delivery *delivery)
{
    struct error err = ERROR_INIT;
    bool taken;

    delivery->said_owner.done = answer_ended;
    delivery->said->owner = &delivery->said_owner;
    taken = writer_submit(delivery->gate->writer, delivery->said, true, &err);
    CHECK(taken);
}

static void write_letter(struct job *job)
{
    struct delivery *delivery = (struct delivery *)job;
    struct work *work = delivery->work;
    struct error err = ERROR_INIT;
    char *note;

    log_debug("walk.writing", "letter=%llu", (unsigned long long)work->out_id);
    work->kind = WORK_SEALED;
    if (!delivery_write(delivery, &err)) {
        log_error("deliver.cannot_write", "letter=%llu code=%s reason=\"%s\"",
                  (unsigned long long)work->out_id, error_name(err.code), err.text);
        note = arena_format(work->arena, "%s: %s", error_name(err.code), err.text);
        work->note = text_of(note);
        work->body_count = 0;
        work->kind = WORK_UNTRANSLATED;
        work->park = !error_again(err.code); /* our own trouble passes: the letter stays due */
    }
    log_debug("walk.written", "letter=%llu", (unsigned long long)work->out_id);
    submit(delivery);
}

static void describe_route(const struct delivery *delivery, struct courier_route *route)
{
    const struct config_party *party = delivery->party;

    *route = (struct courier_route){.name = party->id,
                                    .url = party->url,
                                    .pins = party->transport_pins,
                                    .pin_count = party->transport_pin_count,
                                    .max_connections = party->call_connections_max,
                                    .answer_max = party->message_max};
    if (inline_answer_expected(delivery)) /* the answer takes the core as long as it may */
        route->timeout_ms = (unsigned)rules_within(&delivery->config->rules, "STL-CORE",
                                                   instant_day(clock_now()), 1000, 600000,
                                                   CORE_ANSWER_MS);
}

/* The end of a try in which the letter did not leave the house. */
static void not_sent(struct delivery *delivery, const struct error *err)
{
    log_warn("deliver.not_sent", "letter=%llu code=%s reason=\"%s\"",
             (unsigned long long)delivery->work->out_id, error_name(err->code), err->text);
    delivery->failure = "could not be handed to the courier";
    delivery_judge(delivery);
    submit(delivery);
}

/* true: this try goes on with a file, or is over. */
static bool files_first(struct delivery *delivery, const struct courier_route *route)
{
    struct error err = ERROR_INIT;

    switch (enclosures_bring(delivery, route, &err)) {
    case ENCLOSURES_NONE:
        return false;
    case ENCLOSURES_UNDER_WAY:
        return true;
    default:
        not_sent(delivery, &err);
        return true;
    }
}

/* A file was brought, refused, or could not be. */
static void enclosed(struct job *job)
{
    struct delivery *delivery = (struct delivery *)job;

    if (enclosures_heard(delivery)) {
        delivery->http_status = 0;
        delivery->answer = TEXT_NONE;
        send_letter(job);
        return;
    }
    delivery_judge(delivery);
    submit(delivery);
}

static void send_letter(struct job *job)
{
    struct delivery *delivery = (struct delivery *)job;
    struct work *work = delivery->work;
    const char *type = delivery->party->kind == PARTY_CORE
                           ? adapter_content_type(delivery->party->dialect)
                           : "application/xml";
    struct courier_route route;
    struct error err = ERROR_INIT;
    struct text bytes;

    describe_route(delivery, &route);
    if (files_first(delivery, &route))
        return;
    atomic_fetch_add(&delivery->gate->counts.sent, 1);
    atomic_fetch_add(&gate_counts_of(&delivery->gate->counts, delivery->party->number)->sent,
                     1);
    log_debug("walk.sending", "letter=%llu", (unsigned long long)work->out_id);
    if (delivery_read(delivery, &bytes, &err) &&
        courier_post(delivery->gate->courier, &route, bytes, type,
                     (uint64_t)(uintptr_t)delivery, &err))
        return;
    not_sent(delivery, &err);
}

/* A party that fetches: its address went away, or the letter has come to its end. The engine
 * knows which. */
static void lay_ready(struct job *job)
{
    struct delivery *delivery = (struct delivery *)job;

    delivery->work->kind = WORK_ATTEMPT;
    delivery->work->note = TEXT("MAILBOX: not fetched and receipted yet");
    submit(delivery);
}

static bool put_file(struct delivery *delivery, uint64_t *number, struct error *err)
{
    const struct config_party *party = delivery->party;
    const struct uuid *id = &delivery->letter.letter.message_id;
    uint8_t key[MESSAGE_KEY_SIZE];
    char name[FERRY_NAME_SIZE];
    char text[UUID_TEXT_SIZE];
    bool xml = party->kind != PARTY_CORE ||
               strstr(adapter_content_type(party->dialect), "xml") != NULL;
    struct text bytes;

    message_key_of(id, key);
    snprintf(name, sizeof(name), "%s.%s", uuid_format(id, text), xml ? "xml" : "txt");
    return ferry_number_given(delivery->gate, key, party->number, ENTRY_ATTEMPT, number, err) &&
           delivery_read(delivery, &bytes, err) &&
           ferry_put(delivery->gate->ferry, party, number, name, bytes, err);
}

/* To a party with folders: brought when the file is durable; its receipt comes by itself. */
static void put_letter(struct job *job)
{
    struct delivery *delivery = (struct delivery *)job;
    struct work *work = delivery->work;
    struct error err = ERROR_INIT;
    uint64_t number = 0;

    atomic_fetch_add(&delivery->gate->counts.sent, 1);
    work->kind = WORK_ATTEMPT;
    work->reached = put_file(delivery, &number, &err);
    if (work->reached)
        work->note = ferry_note_text(work->arena, number);
    else
        work->note = text_of(arena_format(work->arena, "FOLDER: %s", error_name(err.code)));
    submit(delivery);
}

void deliver_result(void *self, const struct courier_result *result)
{
    struct delivery *delivery = (struct delivery *)(uintptr_t)result->token;
    struct gate *gate = self;

    log_debug("walk.result", "letter=%llu status=%d",
              (unsigned long long)delivery->work->out_id, result->status);
    delivery->http_status = result->status;
    delivery->retry_after_s = result->retry_after_s;
    if (result->kind == COURIER_FAILED) {
        delivery->failure = result->reason;
    } else {
        delivery->answer = arena_copy(delivery->work->arena, result->body);
        if (delivery->answer.at == NULL)
            delivery->failure = "no memory for the answer";
    }
    delivery->job.run = enclosures_expected(delivery) ? enclosed : judge;
    workers_run(gate->workers, &delivery->job);
}

/* The core's answer is durable, or was refused for good: now the letter may end. Otherwise it
 * is brought again, and the core answers again. */
static void answer_ended(struct work_owner *owner, struct work *said, const struct error *err)
{
    struct delivery *delivery = (struct delivery *)((char *)owner -
                                                    offsetof(struct delivery, said_owner));
    struct work *work = delivery->work;
    char case_id[UUID_TEXT_SIZE];

    log_info("deliver.answer", "case=%s action=%s verdict=%s code=%s seq=%llu again=%d%s",
             uuid_format(&delivery->letter.letter.case_id, case_id),
             action_name(said->message.action).english,
             verdict_name(said->result.verdict).english, said->result.code,
             (unsigned long long)said->result.sequence, said->result.duplicate,
             err != NULL ? " failed=1" : "");
    if (err != NULL || said->result.later) {
        work->kind = WORK_ATTEMPT;
        work->reached = true;
        work->body_count = 0;
        work->note = TEXT("CORE: its answer could not be kept");
    }
    delivery->said = NULL;
    gate_work_free(said);
    submit(delivery);
}

static void judge(struct job *job)
{
    struct delivery *delivery = (struct delivery *)job;

    delivery_judge(delivery);
    if (delivery->work->kind == WORK_OUTCOME)
        atomic_fetch_add(&delivery->gate->counts.outcomes, 1);
    log_debug("walk.judged", "letter=%llu", (unsigned long long)delivery->work->out_id);
    if (delivery->said == NULL)
        submit(delivery);
    else
        submit_answer(delivery);
}

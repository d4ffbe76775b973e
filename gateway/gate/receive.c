/* receive.c - the walk of a message in: from a request to a durable verdict and its answer.
 *
 *   loop thread    receive_request: who speaks (certificate), admitted, 429 or 503
 *   worker         prepare: bytes to a verified, validated message; sealed; handed to the
 * writer writer thread  committed: the verdict is durable worker         answer: signed receipt
 * (province) or the dialect's answer (core); then the answer's own bytes follow into the
 * journal, and nobody waits for them
 */
#include <sched.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/attachments.h"
#include "gate/ferry.h"
#include "gate/listing.h"
#include "gate/mailbox.h"
#include "gate/questions.h"

static void prepare(struct job *job);
static void fetch(struct job *job);
static void acknowledge(struct job *job);
static void answer(struct job *job);
static void committed(struct work_owner *owner, struct work *work, const struct error *err);

static void exchange_free(struct exchange *exchange)
{
    config_free(exchange->config);
    atomic_fetch_sub(&exchange->gate->exchanges, 1);
    load_end(exchange->load);
    gate_work_free(exchange->work); /* the exchange lives in the work's arena */
}

static struct gate_party_counts *counts_of(struct exchange *exchange)
{
    return gate_counts_of(&exchange->gate->counts, exchange->party->number);
}

static void reply(struct exchange *exchange, int status, const char *type, struct text body,
                  unsigned retry_after_s)
{
    struct gate *gate = exchange->gate;
    struct request *request = exchange->request;

    if (status == 503)
        atomic_fetch_add(&gate->counts.unavailable, 1);
    histogram_add(&gate->counts.answer, clock_monotonic_ms() - exchange->begun_ms);
    /* Before the answer: who waits for it to send the next must find its place free. */
    load_end(exchange->load);
    exchange->load = NULL;
    listener_reply(gate->listener, request, status, type, body, retry_after_s);
}

static void reply_busy(struct exchange *exchange, const struct error *err)
{
    log_warn("receive.unavailable", "party=%s code=%s reason=\"%s\"", exchange->party->id,
             error_name(err->code), err->text);
    reply(exchange, 503, "text/plain", TEXT("try again\n"), 5);
    exchange_free(exchange);
}

/* What a request asks for. Only messages are counted as received. */
static void choose_job(struct exchange *exchange)
{
    const struct request *request = exchange->request;

    if (text_is(request->path, ATTACHMENTS_PATH)) {
        exchange->job.run = request->method == REQUEST_GET ? attachments_fetch
                                                           : attachments_take;
    } else if (!text_is(request->path, MAILBOX_PATH)) {
        atomic_fetch_add(&exchange->gate->counts.received, 1);
        exchange->job.run = prepare;
    } else if (request->method == REQUEST_GET) {
        exchange->job.run = fetch;
    } else {
        exchange->takes_receipts = true;
        exchange->job.run = acknowledge;
    }
}

void receive_client(void *self, const uint8_t fingerprint[TLS_FINGERPRINT_SIZE],
                    struct listener_client *client)
{
    struct gate *gate = self;
    struct config *config = gate_config(gate);
    const struct config_party *party = config_party_by_fingerprint(config, fingerprint);

    if (party != NULL) {
        memset(client->who, 0, sizeof(client->who));
        memcpy(client->who, party->id, strnlen(party->id, sizeof(client->who)));
        client->connections_max = party->connections_max;
        client->over = &loads_get(&gate->loads, party->id)->over_connections;
    }
    config_free(config);
}

static void refuse_over_limit(struct gate *gate, struct request *request,
                              unsigned retry_after_s)
{
    atomic_fetch_add(&gate->counts.over_limit, 1);
    listener_reply(gate->listener, request, 429, "text/plain", TEXT("too many; try later\n"),
                   retry_after_s);
}

/* Takes `config`, which `party` belongs to. */
static void admit(struct gate *gate, struct request *request, struct config *config,
                  const struct config_party *party, struct load *load)
{
    struct work *work = gate_work_new(EXCHANGE_MEMORY_MAX);
    struct exchange *exchange = work != NULL ? arena_alloc(work->arena, sizeof(*exchange))
                                             : NULL;

    if (exchange == NULL) {
        gate_work_free(work);
        config_free(config);
        load_end(load);
        atomic_fetch_add(&gate->counts.unavailable, 1);
        listener_reply(gate->listener, request, 503, "text/plain", TEXT("try again\n"), 5);
        return;
    }
    *exchange = (struct exchange){.owner.done = committed,
                                  .gate = gate,
                                  .config = config,
                                  .request = request,
                                  .party = party,
                                  .load = load,
                                  .work = work,
                                  .bytes = request->body,
                                  .digest_known = false,
                                  .begun_ms = clock_monotonic_ms()};
    work->owner = &exchange->owner;
    choose_job(exchange);
    atomic_fetch_add(&gate->exchanges, 1);
    atomic_fetch_add(&gate_counts_of(&gate->counts, party->number)->received, 1);
    log_debug("walk.admitted", "party=%s bytes=%zu", party->id, request->body.size);
    workers_run(gate->workers, &exchange->job);
}

void receive_request(void *self, struct request *request)
{
    struct gate *gate = self;
    const struct config_party *party;
    struct config *config;
    struct load *load;
    unsigned retry_after_s;

    while (!atomic_load(&gate->opened)) /* for the moment between its start and our knowing */
        sched_yield();
    config = gate_config(gate);
    party = config_party_by_fingerprint(config, request->peer);
    if (party == NULL) {
        atomic_fetch_add(&gate->counts.unknown, 1);
        config_free(config);
        log_warn("receive.unknown_party", "bytes=%zu", request->body.size);
        listener_reply(gate->listener, request, 403, "text/plain",
                       TEXT("this certificate is not known here\n"), 0);
        return;
    }
    load = loads_get(&gate->loads, party->id);
    if (load_admit(load, party, clock_monotonic_ms(), &retry_after_s)) {
        admit(gate, request, config, party, load);
    } else {
        config_free(config);
        refuse_over_limit(gate, request, retry_after_s);
    }
}

static bool submit(struct exchange *exchange, struct error *err)
{
    log_debug("walk.prepared", "party=%s", exchange->party->id);
    return writer_submit(exchange->gate->writer, exchange->work, false, err);
}

/* A second begins anew with its first caller; a count too many at the edge does no harm. */
static bool within_limit(struct exchange *exchange)
{
    struct gate *gate = exchange->gate;
    struct unreadable_limit *limit =
        &gate->unreadable[exchange->party->number % COUNT_OF(gate->unreadable)];
    long long second = clock_monotonic_ms() / 1000;

    if (atomic_exchange(&limit->second, second) != second)
        atomic_store(&limit->answers, 0);
    return atomic_fetch_add(&limit->answers, 1) < UNREADABLE_PER_SECOND;
}

/* Bytes that never became a message: told to the sender, remembered nowhere (foundations 8). */
static void answer_unreadable(struct exchange *exchange, const struct error *err)
{
    struct error second = ERROR_INIT;
    struct text body;
    const char *type;

    atomic_fetch_add(&exchange->gate->counts.unreadable, 1);
    atomic_fetch_add(&counts_of(exchange)->unreadable, 1);
    log_warn("receive.unreadable", "party=%s code=%s reason=\"%s\" bytes=%zu",
             exchange->party->id, error_name(err->code), err->text, exchange->bytes.size);
    if (error_http(err->code) == 503) {
        reply_busy(exchange, err);
        return;
    }
    if (!within_limit(exchange)) {
        atomic_fetch_add(&exchange->gate->counts.over_limit, 1);
        reply(exchange, 429, "text/plain", TEXT("too many unreadable messages\n"), 1);
        exchange_free(exchange);
        return;
    }
    if (!exchange_write_unreadable(exchange, err, &body, &type, &second)) {
        reply_busy(exchange, &second);
        return;
    }
    reply(exchange, error_http(err->code), type, body, 0);
    exchange_free(exchange);
}

static void answer_listing(struct exchange *exchange)
{
    struct error err = ERROR_INIT;
    struct text body;
    const char *type;

    if (!listing_write(exchange, &body, &type, &err)) {
        if (error_http(err.code) == 503)
            reply_busy(exchange, &err);
        else
            answer_unreadable(exchange, &err);
        return;
    }
    atomic_fetch_add(&exchange->gate->counts.accepted, 1);
    reply(exchange, 200, type, body, 0);
    exchange_free(exchange);
}

static void prepare(struct job *job)
{
    struct exchange *exchange = (struct exchange *)job;
    struct error err = ERROR_INIT;

    if (!exchange_read(exchange, &err)) {
        answer_unreadable(exchange, &err);
        return;
    }
    log_debug("walk.verified", "party=%s", exchange->party->id);
    if (exchange->listing != NULL) {
        answer_listing(exchange);
        return;
    }
    if (!submit(exchange, &err))
        reply_busy(exchange, &err);
}

/* A question of our own core: its answer comes later, and then this is all gone. */
static bool waits_for_answer(const struct exchange *exchange)
{
    return !exchange->failed && !exchange->acknowledges && exchange->work->local &&
           exchange->work->result.asked == ASKED_OPEN && !exchange->work->result.later;
}

static void release(struct job *job)
{
    struct exchange *exchange = (struct exchange *)job;

    receive_count_verdict(exchange);
    exchange_free(exchange);
}

static void committed(struct work_owner *owner, struct work *work, const struct error *err)
{
    struct exchange *exchange = (struct exchange *)((char *)owner -
                                                    offsetof(struct exchange, owner));

    (void)work;
    exchange->failed = err != NULL;
    if (err != NULL)
        exchange->failure = *err;
    exchange->job.run = answer;
    if (waits_for_answer(exchange)) {
        exchange->failed = !questions_park(exchange, &exchange->failure);
        if (!exchange->failed)
            exchange->job.run = release; /* the request is no longer its own */
    }
    workers_run(exchange->gate->workers, &exchange->job);
}

/* --- the mailbox -------------------------------------------------------------------------- */

void receive_answer(struct exchange *exchange, int status, const char *type, struct text body)
{
    reply(exchange, status, type, body, 0);
    exchange_free(exchange);
}

/* A line without a signature: neither fetching nor a receipt gets a receipt. */
void receive_refuse(struct exchange *exchange, const char *event, const struct error *err)
{
    const char *line;

    if (error_http(err->code) == 503) {
        reply_busy(exchange, err);
        return;
    }
    log_warn(event, "party=%s code=%s reason=\"%s\"", exchange->party->id,
             error_name(err->code), err->text);
    line = arena_format(exchange->work->arena, "%s: %s\n", error_name(err->code), err->text);
    reply(exchange, error_http(err->code), "text/plain", text_of(line), 0);
    exchange_free(exchange);
}

void receive_over_limit(struct exchange *exchange, const char *event, const struct error *err,
                        unsigned retry_after_s)
{
    log_warn(event, "party=%s reason=\"%s\"", exchange->party->id, err->text);
    atomic_fetch_add(&exchange->gate->counts.over_limit, 1);
    reply(exchange, 429, "text/plain",
          text_of(arena_format(exchange->work->arena, "%s\n", err->text)), retry_after_s);
    exchange_free(exchange);
}

static void fetch(struct job *job)
{
    struct exchange *exchange = (struct exchange *)job;
    struct text query = exchange->request->query;
    struct text name = text_cut(&query, '=');
    struct error err = ERROR_INIT;
    struct text bytes = TEXT_NONE;
    const char *type = NULL;
    bool found = false;
    bool ok = name.size == 0 || text_is(name, "after") ||
              fail(&err, ERROR_USAGE, "only `after` is asked for here");

    if (!ok || !mailbox_next(exchange, query, &bytes, &type, &found, &err)) {
        receive_refuse(exchange, "mailbox.refused", &err);
        return;
    }
    receive_answer(exchange, found ? 200 : 204, type, bytes);
}

static void reply_taken(struct exchange *exchange)
{
    receive_answer(exchange, 200, "text/plain", TEXT("taken\n"));
}

static void acknowledge(struct job *job)
{
    struct exchange *exchange = (struct exchange *)job;
    struct error err = ERROR_INIT;
    bool ended = false;
    bool ok = exchange_read(exchange, &err);

    if (ok && !exchange->acknowledges)
        ok = fail(&err, ERROR_UNKNOWN_FLOW, "only receipts are taken here");
    if (!ok || !mailbox_judge(exchange, &ended, &err))
        receive_refuse(exchange, "mailbox.refused", &err);
    else if (ended)
        reply_taken(exchange);
    else if (!submit(exchange, &err))
        reply_busy(exchange, &err);
}

/* --- the answer --------------------------------------------------------------------------- */

static int status_of(const struct work_result *result)
{
    switch (result->verdict) {
    case VERDICT_CONFLICT:
        return 409;
    case VERDICT_REFUSED:
        return 422;
    default:
        return 200;
    }
}

static void log_verdict(const struct exchange *exchange)
{
    const struct work_result *result = &exchange->work->result;
    char case_id[UUID_TEXT_SIZE];

    log_info("receive.verdict",
             "party=%s case=%s action=%s verdict=%s code=%s seq=%llu again=%d",
             exchange->party->id, uuid_format(&result->case_id, case_id),
             action_name(exchange->work->message.action).english,
             verdict_name(result->verdict).english, result->code,
             (unsigned long long)result->sequence, result->duplicate);
}

void receive_journal_reply(struct exchange *exchange, struct text bytes, uint64_t number)
{
    struct gate *gate = exchange->gate;
    struct error err = ERROR_INIT;
    struct work *work;

    if (exchange->work->result.sequence == 0) /* no entry was made that it would answer */
        return;
    work = gate_work_new(4 * bytes.size + 256 * 1024);
    if (work == NULL)
        return;
    work->kind = WORK_REPLY;
    work->unhurried = true;
    work->party = exchange->party->number;
    memcpy(work->key, exchange->work->key, MESSAGE_KEY_SIZE);
    work->note_case = exchange->work->result.case_id;
    work->message.flow = exchange->work->message.flow;
    work->result.verdict = exchange->work->result.verdict;
    if (number != 0)
        work->note = ferry_note_text(work->arena, number);
    work->result.sequence = exchange->work->result.sequence;
    if (!gate_add_body(gate, work, BODY_REPLY, bytes, &err) ||
        !writer_submit(gate->writer, work, true, &err)) {
        log_warn("receive.reply_lost", "code=%s reason=\"%s\"", error_name(err.code), err.text);
        gate_work_free(work);
    }
}

void receive_count_verdict(struct exchange *exchange)
{
    bool good = exchange->work->result.verdict == VERDICT_ACCEPTED ||
                exchange->work->result.verdict == VERDICT_PENDING;

    atomic_fetch_add(good ? &exchange->gate->counts.accepted : &exchange->gate->counts.refused,
                     1);
    if (!good)
        atomic_fetch_add(&counts_of(exchange)->refused, 1);
    if (exchange->work->result.verdict == VERDICT_CONFLICT)
        atomic_fetch_add(&counts_of(exchange)->conflicts, 1);
    log_verdict(exchange);
}

static void answer(struct job *job)
{
    struct exchange *exchange = (struct exchange *)job;
    const struct work_result *result = &exchange->work->result;
    struct error err = ERROR_INIT;
    struct text body;
    const char *type;
    bool fresh;

    log_debug("walk.durable", "party=%s", exchange->party->id);
    if (exchange->failed) {
        reply_busy(exchange, &exchange->failure);
        return;
    }
    if (exchange->acknowledges) {
        mailbox_log(exchange);
        reply_taken(exchange);
        return;
    }
    if (result->later) {
        reply(exchange, 503, "text/plain", TEXT("no such case yet; try again\n"), 2);
        exchange_free(exchange);
        return;
    }
    receive_count_verdict(exchange);
    if (!exchange_write_answer(exchange, &body, &type, &fresh, &err)) {
        reply_busy(exchange, &err);
        return;
    }
    log_debug("walk.signed", "party=%s", exchange->party->id);
    if (fresh)
        receive_journal_reply(exchange, body, 0);
    reply(exchange, status_of(result), type, body, 0);
    log_debug("walk.answered", "party=%s", exchange->party->id);
    exchange_free(exchange);
}

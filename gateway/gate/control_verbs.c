/* control_verbs.c - what an operator may ask the running gateway, one JSON object each way.
 *
 *   {"verb":"ping"}                                     counters
 *   {"verb":"metrics"}                                  all numbers, as Prometheus reads them
 *   {"verb":"alarms"} and two more                      control_alarms.h
 *   {"verb":"submit","party":ID,"bytes":BASE64}         a core's document, by hand
 *   {"verb":"submit_batch","party":ID,"documents":[BASE64,...]}  several (control_submit.h)
 *   {"verb":"disclose","message":ID,"use":"original|sealed|reply|piece","piece":DIGEST,"reason":TEXT}
 *   {"verb":"retry","letter":OUT_ID,"reason":TEXT}      a dead letter once more
 *   {"verb":"close","letter":OUT_ID,"reason":TEXT}      a dead letter given up: as `propose`
 *   propose, approve, decline: control_approvals.h
 *   {"verb":"reload"}                                   the configuration anew (gate/reload.h)
 *   {"verb":"traffic"}                                  load and breakers, by party (traffic.h)
 *   {"verb":"stop"}
 *   case_person, person, exported: control_person.h
 *   take_over: control_take_over.h
 *
 * Answers have "ok"; a failed one "code" and "text". The user is the one the system names. */
#include <jansson.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/version.h"
#include "crypt/base64.h"
#include "gate/control_alarms.h"
#include "gate/control_approvals.h"
#include "gate/control_person.h"
#include "gate/control_submit.h"
#include "gate/control_take_over.h"
#include "gate/metrics.h"
#include "gate/reload.h"
#include "gate/traffic.h"

enum { OPERATOR_SIZE = 512, OPEN_MEMORY_MAX = 64 * 1024 * 1024 };

struct asking {
    struct gate *gate;
    const struct control_peer *peer;
    json_t *request;
};

static const char *string_of(const struct asking *asking, const char *key)
{
    const char *value = json_string_value(json_object_get(asking->request, key));

    return value != NULL ? value : "";
}

static json_t *failure(const struct error *err)
{
    return json_pack("{s:b, s:s, s:s}", "ok", 0, "code", error_name(err->code), "text",
                     err->text);
}

void control_user(const struct control_peer *peer, char name[APPROVAL_USER_SIZE])
{
    struct passwd entry;
    struct passwd *found = NULL;
    char memory[4096];

    if (getpwuid_r(peer->uid, &entry, memory, sizeof(memory), &found) == 0 && found != NULL)
        snprintf(name, APPROVAL_USER_SIZE, "%s", entry.pw_name);
    else
        snprintf(name, APPROVAL_USER_SIZE, "uid %u", (unsigned)peer->uid);
    text_one_line(name); /* whatever the system's list of users holds */
}

/* Who, what, why, as the journal keeps it. */
static bool operator_tlv(const struct asking *asking, const char *verb, struct arena *arena,
                         struct tlv *tlv)
{
    void *memory = arena_alloc(arena, OPERATOR_SIZE);
    struct buffer bytes = buffer_over(memory, OPERATOR_SIZE);
    char user[APPROVAL_USER_SIZE];

    if (memory == NULL)
        return false;
    control_user(asking->peer, user);
    buffer_bytes(&bytes, user, strlen(user) + 1);
    buffer_bytes(&bytes, verb, strlen(verb) + 1);
    buffer_bytes(&bytes, string_of(asking, "reason"),
                 strnlen(string_of(asking, "reason"), 255));
    buffer_u8(&bytes, 0);
    *tlv = (struct tlv){.type = TLV_OPERATOR, .bytes = buffer_as_text(&bytes)};
    return true;
}

static bool has_reason(const struct asking *asking, struct error *err)
{
    if (string_of(asking, "reason")[0] != '\0' || ledger_origin(asking->gate->ledger)->test)
        return true;
    return fail(err, ERROR_USAGE, "a reason is needed; it is journaled");
}

/* --- ping --------------------------------------------------------------------------------- */

static json_t *answer_ping(struct asking *asking)
{
    struct gate *gate = asking->gate;
    struct gate_counts *counts = &gate->counts;
    struct writer_counts writer;
    char started[INSTANT_TEXT_SIZE];

    if (!atomic_load(&gate->opened)) {
        struct error err = ERROR_INIT;
        fail(&err, ERROR_BUSY, "the gateway is still opening");
        return failure(&err);
    }
    writer_counts(gate->writer, &writer);
    return json_pack(
        "{s:b, s:s, s:s, s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
        "ok", 1, "version", QIANTONG_VERSION, "party", ledger_origin(gate->ledger)->party,
        "port", (json_int_t)listener_port(gate->listener), "started",
        instant_format(gate->started, started), "entries",
        (json_int_t)ledger_size(gate->ledger), "received",
        (json_int_t)atomic_load(&counts->received), "accepted",
        (json_int_t)atomic_load(&counts->accepted), "refused",
        (json_int_t)atomic_load(&counts->refused), "unreadable",
        (json_int_t)atomic_load(&counts->unreadable), "unavailable",
        (json_int_t)atomic_load(&counts->unavailable), "sent",
        (json_int_t)atomic_load(&counts->sent), "outcomes",
        (json_int_t)atomic_load(&counts->outcomes), "batches", (json_int_t)writer.batches,
        "items", (json_int_t)writer.items, "largest_batch", (json_int_t)writer.largest_batch,
        "questions", (json_int_t)atomic_load(&counts->questions.open));
}

/* --- metrics ------------------------------------------------------------------------------ */

static json_t *answer_metrics(struct asking *asking)
{
    struct arena *arena = arena_new(4 * METRICS_SIZE_MAX);
    struct survey *survey = arena != NULL ? arena_alloc(arena, sizeof(*survey)) : NULL;
    void *memory = survey != NULL ? arena_alloc(arena, METRICS_SIZE_MAX) : NULL;
    struct buffer text = buffer_over(memory, METRICS_SIZE_MAX);
    struct error err = ERROR_INIT;
    json_t *answer = NULL;
    bool seen;

    if (!atomic_load(&asking->gate->opened)) {
        fail(&err, ERROR_BUSY, "the gateway is still opening");
    } else if (memory == NULL) {
        fail(&err, ERROR_MEMORY, "no memory for the metrics");
    } else {
        seen = watch_survey(asking->gate->watch, survey);
        metrics_write(asking->gate, seen ? survey : NULL, clock_now(), &text);
        CHECK(!text.overflow); /* the parties are bounded, and so is their text */
        answer = json_pack("{s:b, s:s#}", "ok", 1, "metrics", (const char *)text.at, text.size);
    }
    arena_free(arena);
    return answer != NULL ? answer : failure(&err);
}

/* --- submit (control_submit.c) ------------------------------------------------------------ */

static json_t *answer_submit(struct asking *asking)
{
    struct error err = ERROR_INIT;
    json_t *said = control_submit(asking->gate, asking->request, &err);

    return said != NULL ? said : failure(&err);
}

static json_t *answer_submit_batch(struct asking *asking)
{
    struct error err = ERROR_INIT;
    json_t *said = control_submit_batch(asking->gate, asking->request, &err);

    return said != NULL ? said : failure(&err);
}

/* --- disclose ----------------------------------------------------------------------------- */

struct search {
    struct arena *arena;
    const uint8_t *key; /* of the message; what answers it is indexed under it, too */
    uint8_t use;
    uint8_t piece[32]; /* BODY_PIECE: which one, by its digest */
    bool found;
    struct entry_body body;
    struct uuid case_id;
};

/* The first body of the wanted use among the entries that carry the message. */
static bool look(void *self, const struct entry *entry)
{
    struct search *search = self;
    const struct tlv *tlv;
    size_t at = 0;

    if (memcmp(entry->message_key, search->key, MESSAGE_KEY_SIZE) != 0) {
        if (search->use == BODY_PIECE) /* its document names the file: whose it is */
            search->case_id = entry->case_id;
        return true;
    }
    while ((tlv = entry_next_tlv(entry, TLV_BODY, &at)) != NULL) {
        struct entry_body body;
        if (!entry_body_decode(tlv->bytes, &body) || body.use != search->use ||
            (body.use == BODY_PIECE && memcmp(body.digest, search->piece, 32) != 0))
            continue;
        search->body = body;
        search->found = true;
        if (body.use == BODY_PIECE)
            return true;
        search->case_id = entry->case_id;
        return false;
    }
    return true;
}

static uint8_t use_of(const char *name)
{
    if (strcmp(name, "sealed") == 0)
        return BODY_SEALED;
    if (strcmp(name, "reply") == 0)
        return BODY_REPLY;
    if (strcmp(name, "piece") == 0)
        return BODY_PIECE;
    return strcmp(name, "receipt") == 0 ? BODY_RECEIPT : BODY_ORIGINAL;
}

static bool find_body(struct asking *asking, const uint8_t key[MESSAGE_KEY_SIZE],
                      struct search *search, struct error *err)
{
    struct ledger_txn *txn = NULL;
    bool ok;

    search->key = key;
    ok = ledger_begin_read(asking->gate->ledger, &txn, err) &&
         ledger_each_of_message(txn, key, look, search, err);
    ledger_abort(txn);
    if (!ok)
        return false;
    return search->found || fail(err, ERROR_NOT_FOUND, "no such bytes for this message");
}

/* Seeing is an entry: it is durable before the bytes are shown. */
static bool journal_disclosure(struct asking *asking, const uint8_t key[MESSAGE_KEY_SIZE],
                               const struct search *search, struct error *err)
{
    struct work *work = gate_work_new(256 * 1024);
    struct tlv *tlv = work != NULL ? arena_alloc(work->arena, sizeof(*tlv)) : NULL;
    struct work_result result;

    if (tlv == NULL || !operator_tlv(asking, "disclose", work->arena, tlv)) {
        gate_work_free(work);
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    }
    work->kind = WORK_NOTE;
    work->note_kind = ENTRY_DISCLOSED;
    work->note_case = search->case_id;
    work->note_tlvs = tlv;
    work->note_tlv_count = 1;
    memcpy(work->key, key, MESSAGE_KEY_SIZE);
    memcpy(work->digest, search->body.digest, 32);
    return gate_write_and_wait(asking->gate, work, &result, err);
}

static json_t *bytes_json(struct text plain, struct arena *arena)
{
    char *encoded = arena_alloc(arena, BASE64_SIZE(plain.size) + 1);

    if (encoded == NULL)
        return NULL;
    base64_encode(plain.at, plain.size, encoded);
    return json_pack("{s:b, s:s}", "ok", 1, "bytes", encoded);
}

/* A MessageId, or the 64 digits of a core's own key. */
static bool parse_key(const char *typed, uint8_t key[MESSAGE_KEY_SIZE], struct error *err)
{
    struct uuid id;

    if (uuid_parse(text_of(typed), &id)) {
        message_key_of(&id, key);
        return true;
    }
    return hex_decode(text_of(typed), key, MESSAGE_KEY_SIZE) ||
           fail(err, ERROR_USAGE, "message is not an id");
}

static json_t *answer_disclose(struct asking *asking)
{
    struct arena *arena = arena_new(OPEN_MEMORY_MAX);
    struct search search = {.arena = arena, .use = use_of(string_of(asking, "use"))};
    uint8_t key[MESSAGE_KEY_SIZE];
    struct error err = ERROR_INIT;
    struct text plain;
    json_t *answer = NULL;
    bool ok;

    ok = arena != NULL || fail(&err, ERROR_MEMORY, "no memory for the bytes");
    ok = ok && has_reason(asking, &err);
    ok = ok && parse_key(string_of(asking, "message"), key, &err);
    ok = ok && (search.use != BODY_PIECE ||
                hex_decode(text_of(string_of(asking, "piece")), search.piece, 32) ||
                fail(&err, ERROR_USAGE, "piece is not a digest"));
    if (ok) {
        ok = find_body(asking, key, &search, &err) &&
             journal_disclosure(asking, key, &search, &err) &&
             gate_open_body(asking->gate, &search.body, arena, &plain, &err);
    }
    if (ok)
        answer = bytes_json(plain, arena);
    arena_free(arena);
    return ok ? answer : failure(&err);
}

/* --- alarms ------------------------------------------------------------------------------- */

static json_t *answer_alarms(struct asking *asking)
{
    struct error err = ERROR_INIT;

    if (atomic_load(&asking->gate->opened))
        return control_alarms(asking->gate);
    fail(&err, ERROR_BUSY, "the gateway is still opening");
    return failure(&err);
}

static bool journal_alarm(struct asking *asking, enum alarm_code code, struct error *err)
{
    struct work *work = gate_work_new(256 * 1024);
    struct tlv *tlvs = work != NULL ? arena_alloc(work->arena, 2 * sizeof(*tlvs)) : NULL;
    struct work_result result;

    if (tlvs == NULL ||
        !operator_tlv(asking, string_of(asking, "verb"), work->arena, &tlvs[0])) {
        gate_work_free(work);
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    }
    tlvs[1] = (struct tlv){.type = TLV_TEXT, .bytes = text_of(alarm_kinds[code].name)};
    work->kind = WORK_NOTE;
    work->note_kind = ENTRY_OPERATOR;
    work->note_tlvs = tlvs;
    work->note_tlv_count = 2;
    return gate_write_and_wait(asking->gate, work, &result, err);
}

static json_t *answer_alarm_change(struct asking *asking)
{
    struct error err = ERROR_INIT;
    enum alarm_code code = ALARM_CODES;

    bool opened = atomic_load(&asking->gate->opened) ||
                  fail(&err, ERROR_BUSY, "the gateway is still opening");

    if (opened && control_alarm_check(asking->request, &code, &err) &&
        has_reason(asking, &err) && journal_alarm(asking, code, &err))
        return control_alarm_change(asking->gate, asking->request, code);
    return failure(&err);
}

/* --- retry, close, stop ------------------------------------------------------------------- */

/* A dead letter once more: one entry that says who and why. */
static bool retry_work(struct asking *asking, struct work *work, struct error *err)
{
    struct tlv *tlv = arena_alloc(work->arena, sizeof(*tlv));

    if (tlv == NULL || !operator_tlv(asking, string_of(asking, "verb"), work->arena, tlv))
        return fail(err, ERROR_MEMORY, "no memory for an entry");
    work->kind = WORK_LETTER_RETRY;
    work->note_tlvs = tlv;
    work->note_tlv_count = 1;
    return text_to_u64(text_of(string_of(asking, "letter")), &work->out_id) ||
           fail(err, ERROR_USAGE, "letter is not a number");
}

static json_t *retry_letter(struct asking *asking)
{
    struct work *work = gate_work_new(256 * 1024);
    struct work_result result = {0};
    struct error err = ERROR_INIT;
    bool ok = work != NULL || fail(&err, ERROR_MEMORY, "no memory for an entry");

    if (!ok || !retry_work(asking, work, &err)) {
        gate_work_free(work);
        return failure(&err);
    }
    if (!gate_write_and_wait(asking->gate, work, &result, &err))
        return failure(&err);
    if (result.verdict != VERDICT_ACCEPTED) {
        fail(&err, ERROR_NOT_FOUND, "no dead letter has this number");
        return failure(&err);
    }
    return json_pack("{s:b, s:I}", "ok", 1, "sequence", (json_int_t)result.sequence);
}

static json_t *answer_retry(struct asking *asking)
{
    struct error err = ERROR_INIT;

    return has_reason(asking, &err) ? retry_letter(asking) : failure(&err);
}

/* An open case of another system. */
static json_t *answer_take_over(struct asking *asking)
{
    struct work *work = gate_work_new(256 * 1024);
    struct tlv *tlv = work != NULL ? arena_alloc(work->arena, sizeof(*tlv)) : NULL;
    struct error err = ERROR_INIT;
    json_t *said;

    if (tlv == NULL || !operator_tlv(asking, "take_over", work->arena, tlv)) {
        gate_work_free(work);
        fail(&err, ERROR_MEMORY, "no memory for an entry");
        return failure(&err);
    }
    if (!has_reason(asking, &err)) {
        gate_work_free(work);
        return failure(&err);
    }
    work->note_tlvs = tlv;
    work->note_tlv_count = 1;
    said = control_take_over(asking->gate, asking->request, work, &err);
    return said != NULL ? said : failure(&err);
}

static json_t *answer_approval(struct asking *asking, control_approval *answer)
{
    struct error err = ERROR_INIT;
    json_t *said = answer(asking->gate, asking->peer, asking->request, &err);

    return said != NULL ? said : failure(&err);
}

static json_t *answer_propose(struct asking *asking)
{
    return answer_approval(asking, control_propose);
}

static json_t *answer_approve(struct asking *asking)
{
    return answer_approval(asking, control_approve);
}

static json_t *answer_decline(struct asking *asking)
{
    return answer_approval(asking, control_decline);
}

/* What the other side never gets needs a reason, in a test ledger too. */
static json_t *answer_close(struct asking *asking)
{
    struct error err = ERROR_INIT;
    json_t *said = control_propose_act(asking->gate, asking->peer, "close",
                                       string_of(asking, "letter"), string_of(asking, "reason"),
                                       &err);

    return said != NULL ? said : failure(&err);
}

static json_t *answer_reload(struct asking *asking)
{
    struct reload_report report;
    struct error err = ERROR_INIT;

    if (!gate_reload(asking->gate, &report, &err))
        return failure(&err);
    return json_pack("{s:b, s:b, s:b, s:I, s:I, s:I}", "ok", 1, "changed", report.changed,
                     "rules", report.rules_changed, "parties", (json_int_t)report.party_count,
                     "new_parties", (json_int_t)report.new_count, "gone_parties",
                     (json_int_t)report.gone_count);
}

static json_t *answer_traffic(struct asking *asking)
{
    struct error err = ERROR_INIT;

    if (atomic_load(&asking->gate->opened))
        return traffic_json(asking->gate);
    fail(&err, ERROR_BUSY, "the gateway is still opening");
    return failure(&err);
}

/* --- persons and exports (control_person.c) ----------------------------------------------- */

/* Who asks and why goes with the work; in clear only for a reason. */
static json_t *answer_noted(struct asking *asking, const char *verb, bool reason_needed,
                            control_noted *answer)
{
    struct work *work = gate_work_new(256 * 1024);
    struct tlv *tlv = work != NULL ? arena_alloc(work->arena, sizeof(*tlv)) : NULL;
    struct error err = ERROR_INIT;
    json_t *said;

    if (tlv == NULL || !operator_tlv(asking, verb, work->arena, tlv)) {
        gate_work_free(work);
        fail(&err, ERROR_MEMORY, "no memory for an entry");
        return failure(&err);
    }
    if (reason_needed && !has_reason(asking, &err)) {
        gate_work_free(work);
        return failure(&err);
    }
    work->note_tlvs = tlv;
    work->note_tlv_count = 1;
    said = answer(asking->gate, asking->peer->uid, asking->request, work, &err);
    return said != NULL ? said : failure(&err);
}

static bool wants_clear(const struct asking *asking)
{
    return json_is_true(json_object_get(asking->request, "clear"));
}

static json_t *answer_case_person(struct asking *asking)
{
    return answer_noted(asking, "case_person", wants_clear(asking), control_case_person);
}

static json_t *answer_person(struct asking *asking)
{
    return answer_noted(asking, "person", true, control_person);
}

static json_t *answer_exported(struct asking *asking)
{
    return answer_noted(asking, "export", wants_clear(asking), control_exported);
}

static json_t *answer_stop(struct asking *asking)
{
    atomic_store(&asking->gate->stop_asked, true);
    return json_pack("{s:b}", "ok", 1);
}

/* clang-format off: one verb, one line */
static const struct {
    const char *verb;
    json_t *(*answer)(struct asking *asking);
} verbs[] = {
    {"ping", answer_ping},
    {"metrics", answer_metrics},
    {"alarms", answer_alarms},
    {"alarms_ack", answer_alarm_change},
    {"alarms_silence", answer_alarm_change},
    {"submit", answer_submit},
    {"submit_batch", answer_submit_batch},
    {"disclose", answer_disclose},
    {"retry", answer_retry},
    {"close", answer_close},
    {"propose", answer_propose},
    {"approve", answer_approve},
    {"decline", answer_decline},
    {"reload", answer_reload},
    {"take_over", answer_take_over},
    {"traffic", answer_traffic},
    {"stop", answer_stop},
    {"case_person", answer_case_person},
    {"person", answer_person},
    {"exported", answer_exported},
};
/* clang-format on */

static json_t *answer_request(struct asking *asking)
{
    struct error err = ERROR_INIT;
    const char *verb = string_of(asking, "verb");

    for (size_t i = 0; i < COUNT_OF(verbs); i++) {
        if (strcmp(verb, verbs[i].verb) == 0) {
            log_info("control.asked", "verb=%s uid=%u", verb, (unsigned)asking->peer->uid);
            return verbs[i].answer(asking);
        }
    }
    fail(&err, ERROR_USAGE, "no such verb");
    return failure(&err);
}

void control_request(void *self, const struct control_peer *peer, struct text request,
                     struct control_answer *answer)
{
    struct asking asking = {.gate = self, .peer = peer};
    struct error err = ERROR_INIT;
    json_t *said;
    char *text;

    asking.request = json_loadb(request.at, request.size, JSON_REJECT_DUPLICATES, NULL);
    fail(&err, ERROR_USAGE, "the request is not a JSON object");
    said = json_is_object(asking.request) ? answer_request(&asking) : failure(&err);
    text = said != NULL ? json_dumps(said, JSON_COMPACT) : NULL;
    control_answer_add(answer, text_of(text));
    free(text);
    json_decref(said);
    json_decref(asking.request);
}

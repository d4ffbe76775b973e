/* control_approvals.c - asks by the socket, done on the writer's thread: between looking
 * whether a proposal waits and writing what becomes of it nothing else is written. */
#include "gate/control_approvals.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"

enum { APPROVAL_MEMORY_MAX = 64 * 1024 * 1024 };

/* One question, there and back. */
struct asked {
    struct gate *gate;
    struct arena *arena;
    bool (*run)(struct asked *asked, struct ledger_txn *txn, struct error *err);
    /* propose */
    struct approval_request request;
    bool needed; /* a second person */
    /* approve, decline */
    uint64_t number;
    struct approval_person second;
    /* spend */
    struct work *work;
    /* what came of it */
    struct approval approval;
    uint64_t sequence;
    bool waits;
};

/* --- on the writer's thread ----------------------------------------------------------------
 */

static bool errand(void *self, struct error *err)
{
    struct asked *asked = self;
    struct ledger_txn *txn = NULL;
    bool ok = ledger_begin(asked->gate->ledger, &txn, err) && asked->run(asked, txn, err) &&
              writer_commit(&txn, err);

    ledger_abort(txn);
    return ok;
}

/* A permit that was given, or asked for, is not asked for again. */
static bool find_permit(struct asked *asked, struct ledger_txn *txn, bool *found,
                        struct error *err)
{
    const struct approval_request *request = &asked->request;
    const struct approval *permit = NULL;
    struct approval *list;
    size_t count;

    if (request->act->execute == NULL) {
        if (!approvals_list(txn, gate_now(asked->gate), asked->arena, &list, &count, err))
            return false;
        permit = approvals_permit(list, count, request->act, request->object, request->by.uid);
    }
    *found = permit != NULL;
    if (permit != NULL) {
        asked->approval = *permit;
        asked->waits = permit->state == APPROVAL_WAITING;
    }
    return true;
}

static bool run_propose(struct asked *asked, struct ledger_txn *txn, struct error *err)
{
    struct engine *engine = &asked->gate->engine;
    bool found = false;

    if (!asked->needed)
        return approvals_alone(engine, txn, &asked->request, asked->arena, &asked->sequence,
                               err);
    if (!find_permit(asked, txn, &found, err) || found)
        return found;
    asked->waits = true;
    return approvals_propose(engine, txn, &asked->request, asked->arena, &asked->approval, err);
}

static bool run_approve(struct asked *asked, struct ledger_txn *txn, struct error *err)
{
    return approvals_approve(&asked->gate->engine, txn, asked->number, &asked->second,
                             asked->arena, &asked->approval, &asked->sequence, err);
}

static bool run_decline(struct asked *asked, struct ledger_txn *txn, struct error *err)
{
    return approvals_decline(&asked->gate->engine, txn, asked->number, &asked->second,
                             asked->arena, &asked->approval, err);
}

static bool run_spend(struct asked *asked, struct ledger_txn *txn, struct error *err)
{
    const struct approval_request *request = &asked->request;

    return approvals_spend(&asked->gate->engine, txn, request->act, request->object,
                           request->by.uid, asked->work, err);
}

/* --- on the socket's -----------------------------------------------------------------------
 */

/* The lock of reloads, which are errands too: one at a time. */
static bool run(struct asked *asked, struct error *err)
{
    struct gate *gate = asked->gate;
    bool ok;

    if (!atomic_load(&gate->opened))
        return fail(err, ERROR_BUSY, "the gateway is still opening");
    asked->arena = arena_new(APPROVAL_MEMORY_MAX);
    if (asked->arena == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a proposal");
    pthread_mutex_lock(&gate->reload_lock);
    ok = writer_run(gate->writer, errand, asked, err);
    pthread_mutex_unlock(&gate->reload_lock);
    arena_free(asked->arena);
    return ok;
}

static bool take_person(const struct control_peer *peer, const char *reason,
                        struct approval_person *person, struct error *err)
{
    struct text text = text_of(reason);

    *person = (struct approval_person){.uid = peer->uid};
    control_user(peer, person->user);
    return approval_text_check(text, sizeof(person->reason) - 1, "reason", err) &&
           text_to_field(text, person->reason, sizeof(person->reason));
}

/* What the configuration in force says. */
static void read_rule(struct gate *gate, const struct approval_act *act, bool *needed,
                      int64_t *valid_ms)
{
    struct config *config = gate_config(gate);

    *needed = (config->second.acts & approval_act_bit(act)) != 0;
    *valid_ms = config->second.valid_ms;
    config_free(config);
}

bool control_second_needed(struct gate *gate, const char *act)
{
    const struct approval_act *row = approval_act_find(text_of(act));
    int64_t valid_ms;
    bool needed;

    CHECK(row != NULL);
    read_rule(gate, row, &needed, &valid_ms);
    return needed;
}

static json_t *propose_json(const struct asked *asked)
{
    char until[INSTANT_TEXT_SIZE];

    if (!asked->waits)
        return json_pack("{s:b, s:b, s:I}", "ok", 1, "done", 1, "sequence",
                         (json_int_t)asked->sequence);
    return json_pack("{s:b, s:b, s:I, s:s}", "ok", 1, "done", 0, "proposal",
                     (json_int_t)asked->approval.number, "until",
                     instant_format(asked->approval.until, until));
}

json_t *control_propose_act(struct gate *gate, const struct control_peer *peer, const char *act,
                            const char *object, const char *reason, struct error *err)
{
    struct asked asked = {.gate = gate, .run = run_propose};
    struct approval_request *request = &asked.request;

    request->act = approval_act_find(text_of(act));
    request->object = object;
    if (request->act == NULL) {
        fail(err, ERROR_USAGE, "there is no such act");
        return NULL;
    }
    if (!take_person(peer, reason, &request->by, err))
        return NULL;
    read_rule(gate, request->act, &asked.needed, &request->valid_ms);
    if (!run(&asked, err))
        return NULL;
    if (asked.waits)
        log_info("approval.proposed", "proposal=%" PRIu64 " act=%s uid=%u",
                 asked.approval.number, act, (unsigned)peer->uid);
    return propose_json(&asked);
}

static const char *string_of(json_t *request, const char *key)
{
    const char *value = json_string_value(json_object_get(request, key));

    return value != NULL ? value : "";
}

json_t *control_propose(struct gate *gate, const struct control_peer *peer, json_t *request,
                        struct error *err)
{
    return control_propose_act(gate, peer, string_of(request, "act"),
                               string_of(request, "object"), string_of(request, "reason"), err);
}

static json_t *decide(struct gate *gate, const struct control_peer *peer, json_t *request,
                      bool yes, struct error *err)
{
    struct asked asked = {.gate = gate, .run = yes ? run_approve : run_decline};
    const json_t *number = json_object_get(request, "proposal");

    if (!json_is_integer(number) || json_integer_value(number) <= 0) {
        fail(err, ERROR_USAGE, "proposal is not a number");
        return NULL;
    }
    asked.number = (uint64_t)json_integer_value(number);
    if (!take_person(peer, string_of(request, "reason"), &asked.second, err) ||
        !run(&asked, err))
        return NULL;
    log_info("approval.decided", "proposal=%" PRIu64 " act=%s uid=%u yes=%d", asked.number,
             asked.approval.act, (unsigned)peer->uid, yes);
    return json_pack("{s:b, s:s, s:s, s:s, s:I}", "ok", 1, "act", asked.approval.act, "object",
                     asked.approval.object, "by", asked.approval.by.user, "sequence",
                     (json_int_t)asked.sequence);
}

json_t *control_approve(struct gate *gate, const struct control_peer *peer, json_t *request,
                        struct error *err)
{
    return decide(gate, peer, request, true, err);
}

json_t *control_decline(struct gate *gate, const struct control_peer *peer, json_t *request,
                        struct error *err)
{
    return decide(gate, peer, request, false, err);
}

bool control_spend(struct gate *gate, const char *act, const char *object, uint32_t uid,
                   struct work *work, struct error *err)
{
    struct asked asked = {.gate = gate, .run = run_spend, .work = work};

    asked.request.act = approval_act_find(text_of(act));
    asked.request.object = object;
    asked.request.by.uid = uid;
    CHECK(asked.request.act != NULL);
    return run(&asked, err);
}

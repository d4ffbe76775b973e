/* stay_hops.c - one walk over a case's entries, question by question. */
#include "cli/stay_hops.h"

#include <string.h>

#include "cli/entry_view.h"
#include "cli/json.h"
#include "core/settlement_stay.h"

struct hop_walk {
    const struct uuid *case_id;
    struct uuid asked;    /* the question that is open */
    struct instant there; /* when they had it, by their receipt */
    visit_hop *visit;
    void *self;
    struct error *err;
    bool ok;
};

int64_t hop_whole_ms(const struct stay_hop *hop)
{
    return hop->ended.ms > hop->asked.ms ? hop->ended.ms - hop->asked.ms : 0;
}

bool hop_there_ms(const struct stay_hop *hop, int64_t *ms)
{
    if (hop->there.ms == 0 || hop->sent.ms < hop->there.ms)
        return false;
    *ms = hop->sent.ms - hop->there.ms;
    return true;
}

static bool broken(struct hop_walk *walk, const struct entry *entry)
{
    walk->ok = fail(walk->err, ERROR_LEDGER, _("entry %llu cannot be read"),
                    (unsigned long long)entry->seq);
    return false;
}

/* Not by what takes its place: a reversal of it, or a query what became of it. */
static bool is_answered(const struct entry *entry, unsigned question)
{
    return entry->kind == ENTRY_OUTCOME || entry->action == stay_answer_action(question);
}

/* false: the visitor has seen enough, or it does not decode. */
static bool tell_hop(struct hop_walk *walk, const struct entry *entry)
{
    struct entry_answers answers;
    struct stay_hop hop;
    size_t at = 0;
    const struct tlv *tlv = entry_next_tlv(entry, TLV_ANSWERS, &at);

    if (tlv == NULL)
        return true;
    if (!entry_answers_decode(tlv->bytes, &answers))
        return broken(walk, entry);
    if (answers.action == ACTION_NONE || answers.asked.ms == 0)
        return true;
    hop = (struct stay_hop){
        .action = answers.action,
        .answered = is_answered(entry, answers.action),
        .asked = answers.asked,
        .ended = entry->wall,
        .there = answers.there.ms != 0 ? answers.there : walk->there,
        .sent = answers.sent,
    };
    return walk->visit(walk->self, &hop);
}

/* Their receipt for the open question says when they had it. */
static void note_receipt(struct hop_walk *walk, const struct entry *entry)
{
    struct entry_verdict verdict;

    if (entry->kind == ENTRY_OUTCOME && !uuid_is_none(&walk->asked) &&
        memcmp(entry->message_key, walk->asked.bytes, sizeof(walk->asked.bytes)) == 0 &&
        entry_verdict_of(entry, &verdict))
        walk->there = verdict.received_at;
}

static bool note_question(struct hop_walk *walk, const struct entry *entry)
{
    const struct tlv *tlv;
    size_t at = 0;

    while ((tlv = entry_next_tlv(entry, TLV_CASE_AFTER, &at)) != NULL) {
        const struct flow_question *question;
        struct error ignored = ERROR_INIT;
        struct flow_case after;

        if (!flow_case_decode(tlv->bytes, &after, &ignored))
            return broken(walk, entry);
        if (!uuid_equal(&after.case_id, walk->case_id))
            continue;
        question = flow_case_question(&after);
        if (question != NULL && uuid_equal(&question->asked, &walk->asked))
            continue;
        walk->asked = question != NULL ? question->asked : (struct uuid){{0}};
        walk->there = (struct instant){0};
    }
    return true;
}

static bool visit_entry(void *self, const struct entry *entry)
{
    struct hop_walk *walk = self;

    note_receipt(walk, entry);
    return tell_hop(walk, entry) && note_question(walk, entry);
}

bool each_hop(struct ledger_txn *txn, const struct uuid *case_id, visit_hop *visit, void *self,
              struct error *err)
{
    struct hop_walk walk = {
        .case_id = case_id, .visit = visit, .self = self, .err = err, .ok = true};

    return ledger_each_of_case(txn, case_id, visit_entry, &walk, err) && walk.ok;
}

json_t *hop_json(const struct stay_hop *hop)
{
    json_t *object = json_new_object();
    int64_t there;

    json_text(object, "action", action_name(hop->action).english);
    json_bool(object, "answered", hop->answered);
    json_instant(object, "asked", hop->asked);
    json_instant(object, "ended", hop->ended);
    json_number(object, "whole_ms", hop_whole_ms(hop));
    if (hop_there_ms(hop, &there))
        json_number(object, "there_ms", there);
    else
        json_null_field(object, "there_ms");
    return object;
}

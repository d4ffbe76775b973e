/* stay_documents.c - the documents of a stay that the gateway itself makes. */
#include <string.h>

#include "core/stay_internal.h"

/* A document under construction; `full` once the arena could not hold it. */
struct paper {
    const struct flow_situation *situation;
    struct arena *arena;
    struct record *root;
    bool full;
};

static struct record *put(struct paper *paper, struct record *parent, const char *name,
                          struct text value)
{
    struct record *node = NULL;

    if (!paper->full && parent != NULL)
        node = record_add(paper->arena, parent, name, value);
    paper->full = paper->full || node == NULL;
    return node;
}

static void put_word(struct paper *paper, struct record *parent, const char *name,
                     const char *word)
{
    struct text copy = arena_copy(paper->arena, text_of(word));

    paper->full = paper->full || copy.at == NULL;
    put(paper, parent, name, copy);
}

static struct record *group(struct paper *paper, struct record *parent, const char *name)
{
    return put(paper, parent, name, (struct text){"", 0});
}

static void put_number(struct paper *paper, struct record *parent, const char *name,
                       unsigned number)
{
    char digits[16];
    struct buffer text = buffer_over(digits, sizeof(digits) - 1);

    buffer_format(&text, "%u", number);
    digits[text.size] = '\0';
    put_word(paper, parent, name, digits);
}

static void put_money(struct paper *paper, struct record *parent, const char *name,
                      struct money money)
{
    char yuan[MONEY_TEXT_SIZE];

    put_word(paper, parent, name, money_format(money, yuan));
}

static void put_uuid(struct paper *paper, struct record *parent, const char *name,
                     const struct uuid *id)
{
    char text[UUID_TEXT_SIZE];

    put_word(paper, parent, name, uuid_format(id, text));
}

static void put_copy(struct paper *paper, struct record *parent, const struct record *from)
{
    struct record *node = from != NULL ? put(paper, parent, from->name, from->value.hidden)
                                       : NULL;

    for (const struct record *child = from != NULL ? from->first : NULL; child != NULL;
         child = child->next)
        put_copy(paper, node, child);
}

/* Every row of this name. */
static void put_copies(struct paper *paper, const struct record *body, const char *name)
{
    for (const struct record *node = record_find(body, name); node != NULL;
         node = record_same(node))
        put_copy(paper, paper->root, node);
}

static void put_reference(struct paper *paper)
{
    const struct flow_case *before = paper->situation->before;
    struct record *reference = group(paper, paper->root, "reference");
    struct text number = text_of(before->trace);
    struct text institution = text_cut(&number, '/');

    put_number(paper, reference, "treatingRegion", before->in_region);
    put_number(paper, reference, "insuredRegion", before->out_region);
    put(paper, reference, "institution", institution);
    put(paper, reference, "stayNumber", number);
}

static void put_ok(struct paper *paper)
{
    put_word(paper, group(paper, paper->root, "result"), "verdict", "ok");
}

static void put_original(struct paper *paper, const struct stay_facts *said)
{
    struct record *original = group(paper, paper->root, "original");

    put_word(paper, original, "action", action_name(said->of_action).english);
    if (!uuid_is_none(&said->of))
        put_uuid(paper, original, "messageId", &said->of);
}

/* Nothing was there; or, to a core that did not ask for it, what the other side answered. */
static void make_reversed(struct paper *paper, const struct flow_send *send,
                          const struct stay_facts *said)
{
    static const char *const answered[] = {"result", "found", "settlementNumber", "handle"};
    const struct flow_event *event = paper->situation->event;
    bool answer = event->source == EVENT_RECEIVED && event->action == ACTION_REVERSED;

    for (size_t i = 0; answer && i < COUNT_OF(answered); i++)
        put_copies(paper, event->body, answered[i]);
    if (!answer) {
        put_ok(paper);
        put_word(paper, paper->root, "found", "false");
    }
    if (send->target == FLOW_TO_CORE && event->source != EVENT_SUBMITTED)
        put_word(paper, paper->root, "original", action_name(said->of_action).english);
}

/* --- what became of a question --------------------------------------------------- */

static const char *settle_status(const struct flow_case *before, const struct uuid *id)
{
    const struct stay *stay = &before->part.stay;

    if (!uuid_equal(id, &stay->settle_id))
        return "not_booked";
    if (before->flags & CASE_BOOKED)
        return "booked";
    return stay->cancellations > 0 && (before->flags & CASE_WAS_CANCELLED) &&
                   stay->settlements > 0 && stay->split.total.fen != 0
               ? "cancelled"
               : "not_booked";
}

static const char *status_of(const struct flow_case *before, const struct stay_facts *said)
{
    const struct stay *stay = &before->part.stay;
    bool uncertain = before->state == STAY_REG_UNCERTAIN ||
                     before->state == STAY_SETL_UNCERTAIN ||
                     before->state == STAY_CANCEL_UNCERTAIN;

    if (stay_was_reversed(stay, &said->of))
        return "reversed";
    if (uuid_is_none(&said->of))
        return "not_booked";
    if (stay->question.action == said->of_action &&
        uuid_equal(&stay->question.asked, &said->of))
        return "in_progress";
    if (uuid_equal(&stay->original, &said->of) && stay->original_action != ACTION_NONE)
        return uncertain ? "unknown" : "in_progress";
    switch (said->of_action) {
    case ACTION_REGISTER:
        return before->state >= STAY_REGISTERED && before->state < STAY_REJECTED ? "booked"
                                                                                 : "not_booked";
    case ACTION_SETTLE:
        return settle_status(before, &said->of);
    case ACTION_CANCEL:
        return uuid_equal(&said->of, &stay->cancel_id) && !(before->flags & CASE_BOOKED) &&
                       stay->cancellations > 0
                   ? "cancelled"
                   : "not_booked";
    default:
        return "not_booked";
    }
}

/* The split as the ledger keeps it: enough for the hospital's bill. */
static void put_amounts(struct paper *paper, const struct stay *stay)
{
    struct record *amounts = group(paper, paper->root, "amounts");
    const struct stay_split *split = &stay->split;

    put_money(paper, amounts, "total", split->total);
    put_money(paper, amounts, "ownPay", stay->sums.own_pay);
    put_money(paper, amounts, "overLimit", stay->sums.over_limit);
    put_money(paper, amounts, "prePay", stay->sums.pre_pay);
    put_money(paper, amounts, "inScope", stay->sums.in_scope);
    put_money(paper, amounts, "fund", split->fund);
    put_money(paper, amounts, "account", split->account);
    put_money(paper, amounts, "cash", split->cash);
    put_money(paper, amounts, "hospital", split->hospital);
    if (split->employer.fen != 0)
        put_money(paper, amounts, "employer", split->employer);
    if (split->third_party.fen != 0)
        put_money(paper, amounts, "thirdParty", split->third_party);
}

static void make_outcome(struct paper *paper, const struct stay_facts *said)
{
    const struct flow_case *before = paper->situation->before;
    const struct stay *stay = &before->part.stay;
    const char *status = paper->situation->opening ? "not_booked" : status_of(before, said);
    bool booked = strcmp(status, "booked") == 0;

    put_ok(paper);
    put_word(paper, paper->root, "status", status);
    if (stay->visit_number[0] != '\0')
        put_word(paper, paper->root, "visitNumber", stay->visit_number);
    if (!booked || said->of_action != ACTION_SETTLE)
        return;
    put_word(paper, paper->root, "settlementNumber", stay->settlement_number);
    put_amounts(paper, stay);
}

/* --- requests -------------------------------------------------------------------- */

static void put_hex(struct paper *paper, const char *name, const uint8_t digest[32])
{
    static const char digits[] = "0123456789abcdef";
    char text[65];

    for (size_t i = 0; i < 32; i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    text[64] = '\0';
    put_word(paper, paper->root, name, text);
}

/* presettle, settle: the hospital's, with what the lines say. In the order of the schema. */
static void make_request(struct paper *paper)
{
    static const char *const before[] = {"reference", "visitNumber", "total"};
    const struct record *body = paper->situation->event->body;
    const struct stay *stay = &paper->situation->before->part.stay;

    for (size_t i = 0; i < COUNT_OF(before); i++)
        put_copies(paper, body, before[i]);
    put_money(paper, paper->root, "ownPay", stay->sums.own_pay);
    put_money(paper, paper->root, "overLimit", stay->sums.over_limit);
    put_money(paper, paper->root, "prePay", stay->sums.pre_pay);
    put_money(paper, paper->root, "inScope", stay->sums.in_scope);
    put_copies(paper, body, "useAccount");
    put_copies(paper, body, "invoice");
    put_number(paper, paper->root, "lineCount", stay->line_count);
    put_hex(paper, "lineDigest", paper->situation->event->lines_digest);
    put_copies(paper, body, "handler");
}

static void make_cancel(struct paper *paper)
{
    const struct stay *stay = &paper->situation->before->part.stay;

    put_word(paper, paper->root, "settlementNumber", stay->settlement_number);
}

static void make_confirm(struct paper *paper)
{
    const struct record *body = paper->situation->event->body;

    put_word(paper, paper->root, "original", "settle");
    put_copies(paper, body, "handle");
}

/* What our own core waits for, from an outcome. */
static void make_from_outcome(struct paper *paper, unsigned action)
{
    static const char *const registered[] = {"visitNumber"};
    static const char *const settled[] = {"settlementNumber", "settledAt", "amounts", "fund"};
    const struct record *body = paper->situation->event->body;

    put_ok(paper);
    for (size_t i = 0; action == ACTION_REGISTERED && i < COUNT_OF(registered); i++)
        put_copies(paper, body, registered[i]);
    for (size_t i = 0; action == ACTION_SETTLED && i < COUNT_OF(settled); i++)
        put_copies(paper, body, settled[i]);
}

static void fill(struct paper *paper, const struct flow_send *send,
                 const struct stay_facts *said)
{
    switch (send->action) {
    case ACTION_REVERSE:
    case ACTION_QUERY:
        put_original(paper, said);
        break;
    case ACTION_REVERSED:
        make_reversed(paper, send, said);
        break;
    case ACTION_OUTCOME:
        make_outcome(paper, said);
        break;
    case ACTION_CANCEL:
        make_cancel(paper);
        break;
    case ACTION_CONFIRM:
        make_confirm(paper);
        break;
    case ACTION_REGISTERED:
    case ACTION_SETTLED:
    case ACTION_CANCELLED:
        make_from_outcome(paper, send->action);
        break;
    default: /* discharged, discharge_undone, register_undone: it is so already */
        put_ok(paper);
        break;
    }
}

bool stay_make(const struct flow_situation *situation, const struct flow_facts *facts,
               struct flow_send *send, struct error *err)
{
    struct paper paper = {.situation = situation, .arena = situation->arena};

    paper.root = record_new(situation->arena, action_name(send->action).english);
    paper.full = paper.root == NULL;
    send->revision = 1;
    if (send->action == ACTION_PRESETTLE || send->action == ACTION_SETTLE) {
        make_request(&paper);
    } else if (!paper.full) {
        if (situation->opening)
            put_copies(&paper, situation->event->body, "reference");
        else
            put_reference(&paper);
        fill(&paper, send, facts->details);
    }
    send->made = paper.root;
    return !paper.full || fail(err, ERROR_MEMORY, "no memory for a document");
}

/* pension_remittance.c - bank lines: tables, what their documents bring, and what they book. */
#include "core/pension_remittance.h"

#include <string.h>

#include "core/pension_documents.h"
#include "core/pension_event.h"
#include "core/pension_kind.h"

enum { OURS = EVENT_SUBMITTED, THEIRS = EVENT_RECEIVED, VERDICT = EVENT_RECEIPT };

enum {
    OPENING = FLOW_OPENING,
    ANY = FLOW_ANY,
    ACTIVE = FLOW_ACTIVE,
    SAME = FLOW_SAME,
    SUSPENSE = REMITTANCE_SUSPENSE,
    QUERIED = REMITTANCE_QUERIED,
    ANSWERED = REMITTANCE_ANSWERED,
    ALLOCATED = REMITTANCE_ALLOCATED,
    RETURNED = REMITTANCE_RETURNED
};

enum {
    LINE = ACTION_REMITTANCE,
    ALLOCATION = ACTION_ALLOCATION,
    ASK = ACTION_FUND_QUERY,
    REPLY = ACTION_FUND_ANSWER,
    BACK = ACTION_FUND_RETURN,
    COMPLETION = ACTION_COMPLETION,
    REMINDER = ACTION_REMINDER,
    QUERY = ACTION_STATUS_QUERY,
    STATUS = ACTION_STATUS_ANSWER
};

enum {
    ALWAYS = GUARD_NONE,
    REST = GUARD_REST,
    NOT_TAKEN = GUARD_REFUSED,
    NO_CASE_THERE = GUARD_NO_CASE_THERE
};

#define SUSP FLOW_CLOCK(CLOCK_SUSPENSE)
#define WAIT FLOW_CLOCK(CLOCK_QUERY)

#define STEP(from, source, action, guard, to, partner, core, start, met)                       \
    {                                                                                          \
        from, source, action, guard, to, NULL, partner, core, start, met                       \
    }
#define REFUSE(from, source, action, guard, code)                                              \
    {                                                                                          \
        from, source, action, guard, 0, code, 0, 0, 0, 0                                       \
    }
#define PASS(from, action) STEP(from, THEIRS, action, ALWAYS, SAME, 0, action, 0, 0)
/* What both roles say to each other at any time. */
#define TALK                                                                                   \
    PASS(ANY, REMINDER), STEP(ACTIVE, OURS, REMINDER, ALWAYS, SAME, REMINDER, 0, 0, 0),        \
        STEP(ANY, VERDICT, REMINDER, NO_CASE_THERE, SAME, 0, 0, 0, 0),                         \
        STEP(ANY, THEIRS, QUERY, ALWAYS, SAME, STATUS, 0, 0, 0),                               \
        STEP(ANY, OURS, QUERY, ALWAYS, SAME, QUERY, 0, 0, 0),                                  \
        STEP(ANY, VERDICT, QUERY, NO_CASE_THERE, SAME, 0, 0, 0, 0), PASS(ANY, STATUS)

static const struct name states[] = {
    {"suspense", "暂收"},    {"queried", "已查询"},  {"answered", "已答复"},
    {"allocated", "已认领"}, {"returned", "已退回"},
};
_Static_assert(COUNT_OF(states) == REMITTANCE_STATES, "every state has its names");

/* 转入地. The payer is told of the end if he was asked. */
static const struct flow_step steps_in[] = {
    REFUSE(SUSPENSE, OURS, REMINDER, ALWAYS, "FLW-01"), /* the payer knows nothing yet */
    REFUSE(SUSPENSE, OURS, QUERY, ALWAYS, "FLW-01"),

    STEP(OPENING, OURS, LINE, REST, SUSPENSE, 0, 0, SUSP, 0),
    STEP(OPENING, OURS, LINE, ALWAYS, ALLOCATED, 0, 0, 0, 0),

    STEP(SUSPENSE, OURS, ALLOCATION, REST, SUSPENSE, 0, 0, 0, 0),
    STEP(SUSPENSE, OURS, ALLOCATION, ALWAYS, ALLOCATED, 0, 0, 0, 0),
    STEP(QUERIED, OURS, ALLOCATION, REST, QUERIED, 0, 0, 0, 0),
    STEP(QUERIED, OURS, ALLOCATION, ALWAYS, ALLOCATED, COMPLETION, 0, 0, 0),
    STEP(ANSWERED, OURS, ALLOCATION, REST, ANSWERED, 0, 0, 0, 0),
    STEP(ANSWERED, OURS, ALLOCATION, ALWAYS, ALLOCATED, COMPLETION, 0, 0, 0),

    STEP(SUSPENSE, OURS, ASK, ALWAYS, QUERIED, ASK, 0, WAIT, SUSP),
    STEP(ANSWERED, OURS, ASK, ALWAYS, QUERIED, ASK, 0, WAIT, SUSP),
    STEP(QUERIED, VERDICT, ASK, NOT_TAKEN, SUSPENSE, 0, 0, SUSP, WAIT),
    STEP(QUERIED, THEIRS, REPLY, ALWAYS, ANSWERED, 0, REPLY, SUSP, WAIT),
    PASS(ALLOCATED, REPLY), /* crossing */

    STEP(ANSWERED, OURS, BACK, ALWAYS, RETURNED, BACK, 0, 0, 0),
    REFUSE(SUSPENSE, OURS, BACK, ALWAYS, "PEN-R24"),
    REFUSE(QUERIED, OURS, BACK, ALWAYS, "PEN-R24"),

    TALK,
};

/* 转出地 */
static const struct flow_step steps_out[] = {
    STEP(OPENING, THEIRS, ASK, ALWAYS, QUERIED, 0, ASK, WAIT, 0),
    STEP(ANSWERED, THEIRS, ASK, ALWAYS, QUERIED, 0, ASK, WAIT, 0),
    STEP(QUERIED, OURS, REPLY, ALWAYS, ANSWERED, REPLY, 0, 0, WAIT),
    STEP(QUERIED, THEIRS, COMPLETION, ALWAYS, ALLOCATED, 0, COMPLETION, 0, 0),
    STEP(ANSWERED, THEIRS, COMPLETION, ALWAYS, ALLOCATED, 0, COMPLETION, 0, 0),
    STEP(ANSWERED, THEIRS, BACK, ALWAYS, RETURNED, 0, BACK, 0, 0),

    TALK,
};

static const struct flow_pair pairs[] = {
    {QUERIED, QUERIED},
    {ANSWERED, ANSWERED},
    {ALLOCATED, ALLOCATED},
    {RETURNED, RETURNED},
};

/* --- what it would book on cases ---------------------------------------------------- */

static struct record *add(struct arena *arena, struct record *parent, const char *name,
                          struct text value)
{
    return parent == NULL ? NULL : record_add(arena, parent, name, value);
}

static struct text leaf(const struct record *body, const char *path)
{
    struct text text = TEXT("");

    return record_text(body, path, &text) ? text : TEXT("");
}

/* The fund receipt that the item stands for. */
static bool write_receipt(const struct flow_situation *situation, struct flow_posting *posting,
                          struct error *err)
{
    const struct record *line = situation->event->body;
    struct arena *arena = situation->arena;
    struct record *root = record_new(arena, "fund_receipt");
    struct record *reference = add(arena, root, "reference", TEXT(""));
    char amount[MONEY_TEXT_SIZE];

    money_format(posting->amount, amount);
    if (add(arena, reference, "traceNumber", arena_copy(arena, text_of(posting->trace))) ==
            NULL ||
        add(arena, reference, "inRegion", leaf(line, "reference/inRegion")) == NULL ||
        add(arena, reference, "outRegion", leaf(line, "reference/outRegion")) == NULL ||
        add(arena, reference, "insuranceKind", leaf(line, "reference/insuranceKind")) == NULL ||
        add(arena, root, "amount", arena_copy(arena, text_of(amount))) == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a fund receipt");
    posting->body = root;
    return true;
}

static bool stands_already(const struct flow_posting *postings, size_t count, const char *trace)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(postings[i].trace, trace) == 0)
            return true;
    return false;
}

static bool items_of(const struct flow_situation *situation, struct flow_posting *postings,
                     size_t *count, struct error *err)
{
    const struct record *item = record_find(situation->event->body, "items/item");
    uint16_t row = 0;

    for (; item != NULL && *count < FLOW_POSTINGS_MAX; item = record_same(item)) {
        struct flow_posting *posting = &postings[*count];
        struct text trace;

        *posting = (struct flow_posting){.row = ++row};
        /* The same case twice in one line: an officer looks; the first one counts. */
        if (!record_text(item, "traceNumber", &trace) ||
            !text_to_field(trace, posting->trace, TRACE_PLAIN) ||
            !record_money(item, "amount", &posting->amount) || posting->amount.fen <= 0 ||
            stands_already(postings, *count, posting->trace))
            continue;
        if (!write_receipt(situation, posting, err))
            return false;
        ++*count;
    }
    return true;
}

static bool word_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           c == '-' || c == '_';
}

/* Words of the remark that could be trace numbers, each for the whole amount. */
static bool words_of(const struct flow_situation *situation, struct text remark,
                     struct flow_posting *postings, size_t *count, struct error *err)
{
    struct money amount = {0};

    if (!record_money(situation->event->body, "amount", &amount))
        return true;
    for (size_t at = 0; at < remark.size && *count < FLOW_POSTINGS_MAX;) {
        struct flow_posting *posting = &postings[*count];
        size_t start = at;

        while (at < remark.size && word_byte(remark.at[at]))
            at++;
        if (at == start) {
            at++;
            continue;
        }
        *posting = (struct flow_posting){.amount = amount, .whole = true};
        if (at - start < 8 ||
            !text_to_field((struct text){remark.at + start, at - start}, posting->trace,
                           TRACE_PLAIN) ||
            stands_already(postings, *count, posting->trace))
            continue;
        if (!write_receipt(situation, posting, err))
            return false;
        ++*count;
    }
    return true;
}

static bool postings_of(const struct flow_situation *situation, struct flow_posting *postings,
                        size_t *count, struct error *err)
{
    const struct flow_event *event = situation->event;
    struct text remark;

    *count = 0;
    if (event->source != EVENT_SUBMITTED || event->body == NULL ||
        (event->action != LINE && event->action != ALLOCATION))
        return true;
    if (record_find(event->body, "items/item") != NULL)
        return items_of(situation, postings, count, err);
    if (event->action == LINE && record_text(event->body, "remark", &remark))
        return words_of(situation, remark, postings, count, err);
    return true;
}

/* --- what a document brings --------------------------------------------------------- */

static size_t items_count(const struct flow_event *event)
{
    return record_count(event->body, "items/item");
}

/* No more is booked than the line has. */
static void read_posted(const struct flow_situation *situation, struct flow_facts *facts,
                        struct flow_decision *decision)
{
    const struct flow_event *event = situation->event;
    size_t count = items_count(event);

    if (!money_add(facts->form_total, event->posted, &facts->form_total) ||
        facts->form_total.fen > facts->money_total.fen) {
        pension_unfit(facts, "PEN-C04", "the items are more than the bank line");
        return;
    }
    for (size_t i = 0; i < count && i < FLOW_POSTINGS_MAX; i++)
        if ((event->posted_rows >> i & 1) == 0)
            flow_warn(decision, "PEN-R24", (uint16_t)(i + 1));
    if (event->action == ALLOCATION && event->posted.fen == 0)
        pension_unfit(facts, "PEN-R24", "no case can take this money");
}

static void read_line(const struct flow_situation *situation, struct flow_facts *facts,
                      struct flow_decision *decision)
{
    if (!record_money(situation->event->body, "amount", &facts->money_total) ||
        facts->money_total.fen <= 0) {
        pension_unfit(facts, "PEN-C04", "the amount is not one that can be booked");
        return;
    }
    facts->money_seen = true;
    read_posted(situation, facts, decision);
}

/* Asked about, or sent back: the rest, no more and no less. */
static void read_rest(const struct flow_situation *situation, struct flow_facts *facts)
{
    struct money amount;
    struct money rest;

    CHECK(money_subtract(facts->money_total, facts->form_total, &rest));
    if (!record_money(situation->event->body, "amount", &amount) || amount.fen <= 0 ||
        (situation->before->role == ROLE_IN && !money_equal(amount, rest)))
        pension_unfit(facts, "PEN-C04", "the amount is not what is in suspense");
    else if (situation->before->role == ROLE_OUT)
        facts->money_total = amount;
}

static bool read_event(const struct flow_situation *situation, struct flow_facts *facts,
                       struct flow_decision *decision, struct error *err)
{
    const struct flow_event *event = situation->event;

    (void)err;
    if (event->source == EVENT_RECEIPT)
        return true;
    if (event->body == NULL) {
        pension_unfit(facts, "PEN-C19", "there is no document");
        return true;
    }
    pension_reference_read(situation, facts);
    if (facts->refusal != NULL)
        return true;
    if (event->action == LINE)
        read_line(situation, facts, decision);
    else if (event->action == ALLOCATION)
        read_posted(situation, facts, decision);
    else if (event->action == ASK || event->action == BACK)
        read_rest(situation, facts);
    return true;
}

static const struct flow_kind kinds[] = {
    {"EP", {"money of employees", "职工资金"}},
    {"RP", {"money of residents", "居民资金"}},
    {"GP", {"money of institutions", "机关资金"}},
};

static size_t kind_of(const struct flow_case *flow_case)
{
    if ((flow_case->flags & CASE_RESIDENT_MONEY) != 0)
        return 1;
    return (flow_case->flags & CASE_TO_INSTITUTION) != 0 ? 2 : 0;
}

const struct flow pension_remittance_flow = {
    .number = FLOW_PENSION_REMITTANCE,
    .roles = {ROLE_IN, ROLE_OUT},
    .states = states,
    .state_count = COUNT_OF(states),
    .ends = 1u << REMITTANCE_ALLOCATED | 1u << REMITTANCE_RETURNED,
    .steps = {[ROLE_IN] = steps_in, [ROLE_OUT] = steps_out},
    .step_count = {[ROLE_IN] = COUNT_OF(steps_in), [ROLE_OUT] = COUNT_OF(steps_out)},
    .pairs = pairs,
    .pair_count = COUNT_OF(pairs),
    .read = read_event,
    .make = pension_document_make,
    .insurance = pension_insurance_of,
    .postings = postings_of,
    .kinds = kinds,
    .kind_count = COUNT_OF(kinds),
    .kind = kind_of,
};

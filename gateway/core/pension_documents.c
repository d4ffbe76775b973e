/* pension_documents.c - returns, reminders and answers in the gateway's own words. */
#include "core/pension_documents.h"

#include <string.h>

#include "core/pension_checks.h"
#include "core/pension_kind.h"

/* A document being made. After the first failure nothing more is added. */
struct making {
    struct arena *arena;
    bool broken;
};

static struct record *add(struct making *making, struct record *parent, const char *name,
                          const char *value)
{
    struct record *node = NULL;
    struct text kept = arena_copy(making->arena, text_of(value));

    if (!making->broken && kept.at != NULL)
        node = record_add(making->arena, parent, name, kept);
    if (node == NULL)
        making->broken = true;
    return node;
}

static void add_number(struct making *making, struct record *parent, const char *name,
                       uint32_t number)
{
    const char *digits = arena_format(making->arena, "%u", (unsigned)number);

    if (digits == NULL)
        making->broken = true;
    else
        add(making, parent, name, digits);
}

static struct record *begin(const struct flow_situation *situation, struct making *making,
                            const char *name)
{
    const struct flow_case *before = situation->before;
    struct record *root = record_new(making->arena, name);
    struct record *reference = NULL;

    making->broken = root == NULL;
    if (!making->broken)
        reference = add(making, root, "reference", NULL);
    if (making->broken)
        return NULL;
    add(making, reference, "traceNumber", before->trace);
    add_number(making, reference, "inRegion", before->in_region);
    add_number(making, reference, "outRegion", before->out_region);
    add(making, reference, "insuranceKind",
        pension_kind_of(situation->flow->number, before->flags)->insurance);
    return root;
}

/* The reasons that each return knows, as in schemas/national/pension.xsd. */
static const char *const letter_reasons[] = {
    "PEN-R01", "PEN-R04", "PEN-R05", "PEN-R06", "PEN-R07", "PEN-R08", "PEN-R11",
    "PEN-R12", "PEN-R13", "PEN-R14", "PEN-R15", "PEN-R17", NULL};
static const char *const form_reasons[] = {"PEN-R07", "PEN-R21", "PEN-R22", "PEN-R23", NULL};

/* The reason as the document knows it. The other gateway may have refused with a code that is
 * no reason of an agency; that one stands in the text. */
static const char *reason_of(const char *code, const char *const *known, const char *otherwise)
{
    for (; *known != NULL; known++)
        if (strcmp(*known, code) == 0)
            return code;
    return strcmp(code, "PEN-C19") == 0 ? "PEN-R07" : otherwise;
}

static void add_refused_text(struct making *making, struct record *root, const char *what,
                             const char *code)
{
    const char *text = arena_format(making->arena, "对方网关拒收%s：%s", what, code);

    if (text == NULL)
        making->broken = true;
    else
        add(making, root, "text", text);
}

static void add_checks(struct making *making, struct record *root,
                       const struct pension_issues *issues)
{
    struct record *list = add(making, root, "checks", NULL);

    for (size_t i = 0; list != NULL && i < issues->count; i++) {
        const struct pension_issue *issue = &issues->list[i];
        struct record *check;

        if (!issue->hard)
            continue;
        check = add(making, list, "check", NULL);
        if (check == NULL)
            return;
        add(making, check, "code", issue->code);
        if (issue->row > 0)
            add_number(making, check, "row", issue->row);
    }
}

static bool sums_differ(const struct flow_facts *facts)
{
    return facts->form_held && facts->money_seen &&
           !money_equal(facts->form_total, facts->money_total);
}

static struct record *make_form_return(const struct flow_situation *situation,
                                       const struct flow_facts *facts, struct making *making,
                                       uint32_t revision)
{
    struct record *root = begin(situation, making, "form_return");

    if (root == NULL)
        return NULL;
    add_number(making, root, "formRevision", revision);
    add(making, root, "code",
        reason_of(facts->code, form_reasons, sums_differ(facts) ? "PEN-R22" : "PEN-R21"));
    if (facts->checks_fail)
        add_checks(making, root, facts->details);
    if (situation->event->source == EVENT_RECEIPT)
        add_refused_text(making, root, "信息表", facts->code);
    else
        add(making, root, "text",
            facts->checks_fail ? "信息表未通过校验" : "到账金额与信息表转移基金总额不一致");
    return root;
}

/* For our own core: the other gateway refused the letter, no agency has read it. A receipt does
 * not carry the letter, so its number may not be known here; the case and the trace number are.
 */
static struct record *make_letter_return(const struct flow_situation *situation,
                                         const struct flow_facts *facts, struct making *making)
{
    struct record *root = begin(situation, making, "letter_return");
    struct text number;
    struct record *handler;
    char date[DAY_TEXT_SIZE];

    if (root == NULL)
        return NULL;
    if (!record_text(situation->event->body, "letterNumber", &number))
        number = TEXT("-");
    if (record_add(making->arena, root, "letterNumber", number) == NULL)
        making->broken = true;
    add(making, root, "code", reason_of(facts->code, letter_reasons, "PEN-R06"));
    add_refused_text(making, root, "联系函", facts->code);
    handler = add(making, root, "handler", NULL);
    if (handler != NULL) {
        add(making, handler, "date", day_format(instant_day(situation->event->at), date));
        add(making, handler, "agencyName", "对方网关");
    }
    return root;
}

static void add_day(struct making *making, struct record *parent, const char *name,
                    struct day day)
{
    char text[DAY_TEXT_SIZE];

    if (day.number != 0)
        add(making, parent, name, day_format(day, text));
}

static void add_money(struct making *making, struct record *parent, const char *name,
                      struct money amount)
{
    char text[MONEY_TEXT_SIZE];

    money_format(amount, text);
    add(making, parent, name, text);
}

static struct record *make_reminder(const struct flow_situation *situation,
                                    struct making *making)
{
    const struct flow_event *event = situation->event;
    struct record *root = begin(situation, making, "reminder");
    struct name clock = clock_kind_name(event->clock_kind);
    const char *text = arena_format(making->arena, "%s已届满，请办理", clock.chinese);

    if (root == NULL)
        return NULL;
    add(making, root, "clock", clock.english);
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        const struct flow_clock *limit = &situation->before->clocks[i];

        if (limit->kind == event->clock_kind) /* ends at 24:00 of its last day */
            add_day(making, root, "dueOn", instant_day(instant_add_ms(limit->due, -1)));
    }
    if (text == NULL)
        making->broken = true;
    else
        add(making, root, "text", text);
    return root;
}

static const char *const clock_states[] = {"off", "running", "passed", "met"};

static void add_clocks(struct making *making, struct record *root,
                       const struct flow_case *flow_case)
{
    struct record *list = add(making, root, "clocks", NULL);

    for (size_t i = 0; list != NULL && i < FLOW_CLOCKS_MAX; i++) {
        const struct flow_clock *limit = &flow_case->clocks[i];
        struct record *clock;

        if (limit->kind == CLOCK_NONE)
            continue;
        clock = add(making, list, "clock", NULL);
        if (clock == NULL)
            return;
        add(making, clock, "kind", clock_kind_name(limit->kind).english);
        add(making, clock, "state", limit->paused ? "paused" : clock_states[limit->state]);
        add_day(making, clock, "dueOn", instant_day(instant_add_ms(limit->due, -1)));
    }
}

static struct record *make_status(const struct flow_situation *situation, struct making *making)
{
    const struct flow_case *before = situation->before;
    struct record *root = begin(situation, making, "status_answer");
    struct name state = flow_state_name(situation->flow, before->state);
    char changed[INSTANT_TEXT_SIZE];

    if (root == NULL)
        return NULL;
    add(making, root, "state", state.english);
    add(making, root, "stateName", state.chinese);
    add_day(making, root, "openedOn", instant_day(before->opened_at));
    add(making, root, "changedAt", instant_format(before->changed_at, changed));
    if (before->last_code[0] != '\0')
        add(making, root, "lastCode", before->last_code);
    if (before->flags & CASE_FORM_HELD)
        add_money(making, root, "formTotal", before->form_total);
    if (before->flags & CASE_MONEY_SEEN)
        add_money(making, root, "moneyTotal", before->money_total);
    add_clocks(making, root, before);
    return root;
}

static struct record *make_withdrawal_answer(const struct flow_situation *situation,
                                             struct making *making)
{
    bool agreed = !(situation->before->flags & CASE_MONEY_SEEN);
    struct record *root = begin(situation, making, "withdrawal_answer");

    if (root == NULL)
        return NULL;
    add(making, root, "agreed", agreed ? "true" : "false");
    if (!agreed)
        add(making, root, "code", "PEN-W01");
    add(making, root, "text", agreed ? "联系函已退回，未划转基金" : "基金已划转，不能撤销");
    return root;
}

/* Of a bank line: all of it has found its cases. */
static struct record *make_completion(const struct flow_situation *situation,
                                      struct making *making)
{
    struct record *root = begin(situation, making, "completion");
    struct record *handler;

    if (root == NULL)
        return NULL;
    add(making, root, "letterNumber", "-");
    add_day(making, root, "linkedOn", instant_day(situation->event->at));
    handler = add(making, root, "handler", NULL);
    if (handler != NULL) {
        add_day(making, handler, "date", instant_day(situation->event->at));
        add(making, handler, "agencyName", "转入地网关");
    }
    return root;
}

bool pension_document_make(const struct flow_situation *situation,
                           const struct flow_facts *facts, struct flow_send *send,
                           struct error *err)
{
    const struct flow_event *event = situation->event;
    struct making making = {.arena = situation->arena};

    send->revision = 1;
    switch (send->action) {
    case ACTION_LETTER_RETURN:
        send->revision = situation->before->letter_revision;
        send->made = make_letter_return(situation, facts, &making);
        break;
    case ACTION_REMINDER:
        send->made = make_reminder(situation, &making);
        break;
    case ACTION_STATUS_ANSWER:
        send->made = make_status(situation, &making);
        break;
    case ACTION_WITHDRAWAL_ANSWER:
        send->made = make_withdrawal_answer(situation, &making);
        break;
    case ACTION_COMPLETION:
        send->made = make_completion(situation, &making);
        break;
    default:
        CHECK(send->action == ACTION_FORM_RETURN);
        send->revision = event->action == ACTION_FORM ? event->revision
                                                      : situation->before->form_revision;
        send->made = make_form_return(situation, facts, &making, send->revision);
    }
    if (making.broken || send->made == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a document");
    return true;
}

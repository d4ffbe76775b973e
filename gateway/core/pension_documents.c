/* pension_documents.c - returns, reminders and answers in the gateway's own words. */
#include "core/pension_documents.h"

#include <string.h>

#include "core/making.h"
#include "core/pension_checks.h"
#include "core/pension_kind.h"

/* Every document of a pension names the insurance kind (AAE140). */
static struct record *begin(const struct flow_situation *situation, struct making *making,
                            const char *name)
{
    struct record *root = making_begin(situation, making, name);

    if (root != NULL && !situation->opening) /* an opening event brings the whole reference */
        making_add(
            making, root->first, "insuranceKind",
            pension_kind_of(situation->flow->number, situation->before->flags)->insurance);
    return making->broken ? NULL : root;
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
        making_add(making, root, "text", text);
}

static void add_checks(struct making *making, struct record *root,
                       const struct pension_issues *issues)
{
    struct record *list = making_add(making, root, "checks", NULL);

    for (size_t i = 0; list != NULL && i < issues->count; i++) {
        const struct pension_issue *issue = &issues->list[i];
        struct record *check;

        if (!issue->hard)
            continue;
        check = making_add(making, list, "check", NULL);
        making_add(making, check, "code", issue->code);
        if (issue->row > 0)
            making_number(making, check, "row", issue->row);
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
    making_number(making, root, "formRevision", revision);
    making_add(
        making, root, "code",
        reason_of(facts->code, form_reasons, sums_differ(facts) ? "PEN-R22" : "PEN-R21"));
    if (facts->checks_fail)
        add_checks(making, root, facts->details);
    if (situation->event->source == EVENT_RECEIPT)
        add_refused_text(making, root, "信息表", facts->code);
    else
        making_add(making, root, "text",
                   facts->checks_fail ? "信息表未通过校验"
                                      : "到账金额与信息表转移基金总额不一致");
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

    if (root == NULL)
        return NULL;
    if (!record_text(situation->event->body, "letterNumber", &number))
        number = TEXT("-");
    if (record_add(making->arena, root, "letterNumber", number) == NULL)
        making->broken = true;
    making_add(making, root, "code", reason_of(facts->code, letter_reasons, "PEN-R06"));
    add_refused_text(making, root, "联系函", facts->code);
    handler = making_add(making, root, "handler", NULL);
    making_day(making, handler, "date", instant_day(situation->event->at));
    making_add(making, handler, "agencyName", "对方网关");
    return root;
}

static struct record *make_reminder(const struct flow_situation *situation,
                                    struct making *making)
{
    struct record *root = begin(situation, making, "reminder");

    making_reminder(situation, making, root);
    return root;
}

static struct record *make_status(const struct flow_situation *situation, struct making *making)
{
    struct record *root = begin(situation, making, "status_answer");

    making_status(situation, making, root);
    return root;
}

static struct record *make_withdrawal_answer(const struct flow_situation *situation,
                                             struct making *making)
{
    bool agreed = !(situation->before->flags & CASE_MONEY_SEEN);
    struct record *root = begin(situation, making, "withdrawal_answer");

    if (root == NULL)
        return NULL;
    making_add(making, root, "agreed", agreed ? "true" : "false");
    if (!agreed)
        making_add(making, root, "code", "PEN-W01");
    making_add(making, root, "text",
               agreed ? "联系函已退回，未划转基金" : "基金已划转，不能撤销");
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
    making_add(making, root, "letterNumber", "-");
    making_day(making, root, "linkedOn", instant_day(situation->event->at));
    handler = making_add(making, root, "handler", NULL);
    making_day(making, handler, "date", instant_day(situation->event->at));
    making_add(making, handler, "agencyName", "转入地网关");
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

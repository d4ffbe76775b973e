/* medical_documents.c - the question, returns, reminders and answers in the gateway's words. */
#include "core/medical_documents.h"

#include <string.h>

#include "core/making.h"
#include "core/medical_checks.h"
#include "core/medical_event.h"
#include "core/medical_money.h"

/* MED-R01 to R15 and R99 are reasons of an agency (schemas/national/medical.xsd). */
static bool is_reason(const char *code)
{
    return strncmp(code, "MED-", 4) == 0 && code[4] == 'R';
}

/* A code that is no agency's reason stands in the text. */
static void add_reason(struct making *making, struct record *root, const char *code,
                       const char *what)
{
    const char *text = arena_format(making->arena, "对方网关拒收%s：%s", what, code);

    making_add(making, root, "code", is_reason(code) ? code : "MED-R99");
    if (text == NULL)
        making->broken = true;
    else
        making_add(making, root, "text", text);
}

static void add_handler(const struct flow_situation *situation, struct making *making,
                        struct record *root)
{
    struct record *handler = making_add(making, root, "handler", NULL);

    making_day(making, handler, "date", instant_day(situation->event->at));
    making_add(making, handler, "agencyName", "对方网关");
}

/* From the application: who it is, and from which insurance to which. */
static void fill_question(const struct flow_situation *situation, struct making *making,
                          struct record *root)
{
    static const char *const fields[] = {"applicationNumber", "person",    "outInsurance",
                                         "inInsurance",       "appliedAt", "handler"};
    const struct record *body = situation->event->body;

    for (size_t i = 0; i < COUNT_OF(fields); i++)
        making_adopt(making, root, record_find(body, fields[i]));
}

static void add_checks(struct making *making, struct record *root,
                       const struct medical_issues *issues)
{
    struct record *list = making_add(making, root, "checks", NULL);

    for (size_t i = 0; list != NULL && i < issues->count; i++) {
        struct record *check;

        if (!issues->list[i].hard)
            continue;
        check = making_add(making, list, "check", NULL);
        making_add(making, check, "code", issues->list[i].code);
        if (issues->list[i].row > 0)
            making_number(making, check, "row", issues->list[i].row);
    }
}

static void fill_sheet_return(const struct flow_situation *situation,
                              const struct flow_facts *facts, struct making *making,
                              struct record *root, uint32_t revision)
{
    const struct medical_details *details = facts->details;

    making_number(making, root, "formRevision", revision);
    if (situation->event->source == EVENT_RECEIPT) {
        add_reason(making, root, facts->code, "信息表");
        return;
    }
    making_add(making, root, "code", facts->code);
    add_checks(making, root, details->issues);
    making_add(making, root, "text", "信息表未通过校验");
}

static void fill_letter_return(const struct flow_situation *situation,
                               const struct flow_facts *facts, struct making *making,
                               struct record *root)
{
    making_add(making, root, "noticeNumber", "-"); /* a receipt does not carry the notice */
    add_reason(making, root, facts->code, "通知单");
    add_handler(situation, making, root);
}

static void fill_refusal(const struct flow_situation *situation, const struct flow_facts *facts,
                         struct making *making, struct record *root)
{
    add_reason(making, root, facts->code,
               situation->event->action == ACTION_REVERSAL ? "转回申请" : "核验请求");
    add_handler(situation, making, root);
}

/* OUT has no sheet out in the states in which a withdrawal is agreed to. */
static void fill_withdrawal_answer(const struct flow_situation *situation,
                                   struct making *making, struct record *root)
{
    unsigned state = situation->before->state;
    bool late = state == MEDICAL_SHEET_SENT || state == MEDICAL_SHEET_HELD ||
                state == MEDICAL_SHEET_BAD;

    making_add(making, root, "agreed", late ? "false" : "true");
    if (late)
        making_add(making, root, "code", "MED-W01");
    making_add(making, root, "text",
               late ? "信息表已出具，不能撤销，可办结后转回" : "尚未出具信息表");
}

static void fill_status(const struct flow_situation *situation, struct making *making,
                        struct record *root)
{
    struct name money = medical_money_name(situation->before->part.medical.money);

    making_status(situation, making, root);
    making_add(making, root, "moneyState", money.english);
    making_add(making, root, "moneyStateName", money.chinese);
}

bool medical_document_make(const struct flow_situation *situation,
                           const struct flow_facts *facts, struct flow_send *send,
                           struct error *err)
{
    const struct flow_event *event = situation->event;
    struct making making = {.arena = situation->arena};
    struct record *root = making_begin(situation, &making, action_name(send->action).english);

    send->made = root;
    send->revision = 1;
    switch (send->action) {
    case ACTION_INSURED_QUERY:
        fill_question(situation, &making, root);
        break;
    case ACTION_REFUSAL:
        fill_refusal(situation, facts, &making, root);
        break;
    case ACTION_LETTER_RETURN:
        send->revision = situation->before->letter_revision;
        fill_letter_return(situation, facts, &making, root);
        break;
    case ACTION_REMINDER:
        making_reminder(situation, &making, root);
        break;
    case ACTION_STATUS_ANSWER:
        fill_status(situation, &making, root);
        break;
    case ACTION_WITHDRAWAL_ANSWER:
        fill_withdrawal_answer(situation, &making, root);
        break;
    default:
        CHECK(send->action == ACTION_FORM_RETURN);
        send->revision = event->action == ACTION_FORM ? event->revision
                                                      : situation->before->form_revision;
        fill_sheet_return(situation, facts, &making, root, send->revision);
    }
    return !making.broken || fail(err, ERROR_MEMORY, "no memory for a document");
}

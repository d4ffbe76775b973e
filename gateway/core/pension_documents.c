/* pension_documents.c - form returns and letter returns in the gateway's own words. */
#include "core/pension_documents.h"

#include "core/pension_checks.h"

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
    add(making, reference, "insuranceKind", PENSION_INSURANCE_KIND);
    return root;
}

/* The reason as the documents know it. The other gateway may have refused with a code that is
 * no reason of an agency; that one stands in the text. */
static const char *reason_of(const char *code, const char *otherwise)
{
    struct text text = text_of(code);

    if (text_starts(text, "PEN-R") || text_starts(text, "PEN-W"))
        return code;
    return text_is(text, "PEN-C19") ? "PEN-R07" : otherwise;
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

static struct record *make_form_return(const struct flow_situation *situation,
                                       const struct flow_facts *facts, struct making *making,
                                       uint32_t revision)
{
    struct record *root = begin(situation, making, "form_return");

    if (root == NULL)
        return NULL;
    add_number(making, root, "formRevision", revision);
    add(making, root, "code", reason_of(facts->code, "PEN-R21"));
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
    add(making, root, "code", reason_of(facts->code, "PEN-R06"));
    add_refused_text(making, root, "联系函", facts->code);
    handler = add(making, root, "handler", NULL);
    if (handler != NULL) {
        add(making, handler, "date", day_format(instant_day(situation->event->at), date));
        add(making, handler, "agencyName", "对方网关");
    }
    return root;
}

bool pension_document_make(const struct flow_situation *situation,
                           const struct flow_facts *facts, struct flow_send *send,
                           struct error *err)
{
    const struct flow_event *event = situation->event;
    struct making making = {.arena = situation->arena};

    if (send->action == ACTION_LETTER_RETURN) {
        send->revision = situation->before->letter_revision;
        send->made = make_letter_return(situation, facts, &making);
    } else {
        CHECK(send->action == ACTION_FORM_RETURN);
        send->revision = event->action == ACTION_FORM ? event->revision
                                                      : situation->before->form_revision;
        send->made = make_form_return(situation, facts, &making, send->revision);
    }
    if (making.broken || send->made == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a document");
    return true;
}

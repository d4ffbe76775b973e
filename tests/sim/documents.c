/* documents.c - the national documents that simulated cores write; a form is in forms.c. */
#include <inttypes.h>
#include <stdio.h>

#include "core/pension_periods.h"
#include "world.h"

uint32_t province_region(uint32_t index)
{
    static const uint32_t regions[PROVINCES_MAX] = {520000, 440000, 330000, 510000, 350000};

    return regions[index];
}

uint32_t plan_out_region(const struct plan *plan)
{
    return plan->play->alone ? PENSION_SERVICE_REGION : province_region(plan->out);
}

struct record *document_add(struct arena *arena, struct record *parent, const char *name,
                            const char *value)
{
    struct record *field = record_add(arena, parent, name, arena_copy(arena, text_of(value)));

    CHECK(field != NULL);
    return field;
}

void document_add_money(struct arena *arena, struct record *parent, const char *name,
                        int64_t fen)
{
    char text[MONEY_TEXT_SIZE];

    document_add(arena, parent, name, money_format((struct money){fen}, text));
}

static void add_reference(struct arena *arena, struct record *root, const struct plan *plan,
                          enum business which)
{
    struct record *reference = document_add(arena, root, "reference", "");
    char region[12];

    document_add(arena, reference, "traceNumber", plan->traces[which]);
    snprintf(region, sizeof(region), "%06" PRIu32, province_region(plan->in));
    document_add(arena, reference, "inRegion", region);
    snprintf(region, sizeof(region), "%06" PRIu32, plan_out_region(plan));
    document_add(arena, reference, "outRegion", region);
    document_add(arena, reference, "insuranceKind", plan->play->insurance);
}

static bool names_person(const struct plan *plan, const struct paper *paper)
{
    switch (paper->action) {
    case ACTION_APPLICATION:
    case ACTION_LETTER:
    case ACTION_FORM:
    case ACTION_FUND_RECEIPT:
        return true;
    case ACTION_REVERSAL:
        return plan->play->flow == FLOW_MEDICAL_TRANSFER;
    default:
        return false;
    }
}

static void add_person(struct arena *arena, struct record *root, const struct plan *plan)
{
    struct record *person = document_add(arena, root, "person", "");
    char birth[12];

    document_add(arena, person, "name", "张喆");
    document_add(arena, person, "identityNumber", plan->person);
    document_add(arena, person, "sex", (plan->person[16] - '0') % 2 == 1 ? "1" : "2");
    snprintf(birth, sizeof(birth), "%.4s-%.2s-%.2s", plan->person + 6, plan->person + 10,
             plan->person + 12);
    document_add(arena, person, "birthDate", birth);
}

/* Part of the months, 94号. */
static void add_excluded(struct arena *arena, struct record *root)
{
    struct record *row = document_add(arena, document_add(arena, root, "excluded", ""), "row",
                                      "");

    document_add(arena, row, "code", "PEN-R16");
}

static void add_reversal(struct arena *arena, struct record *root, const struct plan *plan)
{
    document_add(arena, document_add(arena, root, "corrects", ""), "traceNumber",
                 plan->traces[TRANSFER]);
    document_add_money(arena, root, "amount", plan->moneyless ? 0 : plan->total.fen);
}

/* What the documents of every pension have. */
static void add_pension(struct arena *arena, struct record *root, const struct plan *plan,
                        const struct paper *paper)
{
    switch (paper->action) {
    case ACTION_ACCEPTANCE:
        if (plan->partial && plan->play->flow != FLOW_PENSION_TEMPORARY)
            add_excluded(arena, root);
        break;
    case ACTION_NOTICE:
        add_excluded(arena, root);
        break;
    case ACTION_FORM:
        form_write(arena, root, plan, paper->good);
        break;
    case ACTION_FUND_ADVICE:
    case ACTION_FUND_RECEIPT:
    case ACTION_FUND_RETURN:
        document_add_money(arena, root, "amount",
                           paper->amount.fen > 0 ? paper->amount.fen : plan->total.fen);
        break;
    case ACTION_CERTIFICATE:
        document_add_money(arena, root, "balance", plan->total.fen);
        break;
    case ACTION_LETTER_RETURN:
        document_add(arena, root, "code", "PEN-R11");
        break;
    case ACTION_REFUSAL:
        document_add(arena, root, "code", "PEN-R02");
        break;
    case ACTION_COMPLETION:
        if (plan->overlap && paper->which == TRANSFER)
            document_add(arena, root, "overlapMonths", "2");
        break;
    case ACTION_WITHDRAWAL_ANSWER:
        document_add(arena, root, "agreed", paper->good ? "true" : "false");
        break;
    case ACTION_REVERSAL:
        add_reversal(arena, root, plan);
        break;
    default:
        break;
    }
}

struct record *document_make(struct arena *arena, const struct plan *plan,
                             const struct paper *paper)
{
    struct record *root;

    if (plan->play->make != NULL)
        return plan->play->make(arena, plan, paper);
    root = record_new(arena, action_name(paper->action).english);
    CHECK(root != NULL);
    add_reference(arena, root, plan, paper->which);
    if (names_person(plan, paper))
        add_person(arena, root, plan);
    if (paper->which == BANK_LINE) {
        remittance_write(arena, root, plan, paper);
        return root;
    }
    if (plan->play->flow != FLOW_MEDICAL_TRANSFER)
        add_pension(arena, root, plan, paper);
    if (plan->play->write != NULL)
        plan->play->write(arena, root, plan, paper);
    return root;
}

/* documents.c - the few national documents that simulated cores write. */
#include <inttypes.h>
#include <stdio.h>

#include "world.h"

uint32_t province_region(uint32_t index)
{
    static const uint32_t regions[PROVINCES_MAX] = {520000, 440000, 330000, 510000, 350000};

    return regions[index];
}

static struct record *add(struct arena *arena, struct record *parent, const char *name,
                          const char *value)
{
    struct record *field = record_add(arena, parent, name, arena_copy(arena, text_of(value)));

    CHECK(field != NULL);
    return field;
}

static void add_money(struct arena *arena, struct record *parent, const char *name, int64_t fen)
{
    char text[MONEY_TEXT_SIZE];

    add(arena, parent, name, money_format((struct money){fen}, text));
}

static void add_reference(struct arena *arena, struct record *root, const struct plan *plan,
                          enum business which)
{
    struct record *reference = add(arena, root, "reference", "");
    char region[12];

    add(arena, reference, "traceNumber", plan->traces[which]);
    snprintf(region, sizeof(region), "%06" PRIu32, province_region(plan->in));
    add(arena, reference, "inRegion", region);
    snprintf(region, sizeof(region), "%06" PRIu32, province_region(plan->out));
    add(arena, reference, "outRegion", region);
    add(arena, reference, "insuranceKind", "110");
}

static void add_person(struct arena *arena, struct record *root, const struct plan *plan)
{
    struct record *person = add(arena, root, "person", "");
    char birth[12];

    add(arena, person, "name", "张喆");
    add(arena, person, "identityNumber", plan->person);
    add(arena, person, "sex", (plan->person[16] - '0') % 2 == 1 ? "1" : "2");
    snprintf(birth, sizeof(birth), "%.4s-%.2s-%.2s", plan->person + 6, plan->person + 10,
             plan->person + 12);
    add(arena, person, "birthDate", birth);
}

/* One region, one year: twelve months from 2025-01, all credited in that year. */
static void add_row(struct arena *arena, struct record *rows, const struct plan *plan,
                    int64_t base)
{
    struct record *row = add(arena, rows, "row", "");
    char region[12];

    snprintf(region, sizeof(region), "%06" PRIu32, province_region(plan->out));
    add(arena, row, "region", region);
    add(arena, row, "year", "2025");
    add(arena, row, "from", "2025-01");
    add(arena, row, "to", "2025-12");
    add(arena, row, "months", "12");
    add_money(arena, row, "base", base);
    add(arena, row, "employerRate", "0.1600");
    add(arena, row, "accountRate", "0.0000");
    add(arena, row, "personalRate", "0.0800");
    add_money(arena, row, "credited", base * 12 * 8 / 100);
    add_money(arena, row, "creditedPersonal", base * 12 * 8 / 100);
    add_money(arena, row, "interest", 0);
    add_money(arena, row, "interestPersonal", 0);
    add_money(arena, row, "balance", base * 12 * 8 / 100);
    add_money(arena, row, "balancePersonal", base * 12 * 8 / 100);
}

static void add_form(struct arena *arena, struct record *root, const struct plan *plan,
                     bool good)
{
    int64_t base = plan->total.fen * 5 / 12; /* account 8 %, pooled 12 % of twelve months */
    int64_t account = base * 12 * 8 / 100;
    struct record *amounts;

    add(arena, root, "employer", "某建设公司");
    add(arena, root, "startedWork", "2024-12-01");
    add(arena, root, "firstPlaceBegan", "1996-01");
    add(arena, root, "firstContribution", "2025-01");
    add(arena, root, "accountOpened", "2025-01");
    add(arena, root, "localFrom", "2025-01");
    add(arena, root, "localTo", "2025-12");
    add(arena, root, "localMonths", "12");
    add(arena, root, "transferDate", "2026-03-02");
    add(arena, root, "accountType", "0");
    amounts = add(arena, root, "amounts", "");
    add_money(arena, amounts, "before1998", 0);
    add_money(arena, amounts, "toLastYear", account);
    add_money(arena, amounts, "thisYear", 0);
    add_money(arena, amounts, "account", good ? account : account + 1); /* PEN-C02 */
    add_money(arena, amounts, "pooled", plan->total.fen - account);
    add_money(arena, amounts, "total", plan->total.fen);
    add_row(arena, add(arena, root, "rows", ""), plan, base);
}

/* Part of the months, 94号. */
static void add_excluded(struct arena *arena, struct record *root)
{
    add(arena, add(arena, add(arena, root, "excluded", ""), "row", ""), "code", "PEN-R16");
}

/* The line holds more than this plan's money: a part of it has no case at all. */
static void add_line(struct arena *arena, struct record *root, const struct plan *plan,
                     bool whole)
{
    struct record *items = add(arena, root, "items", "");
    struct record *item = add(arena, items, "item", "");

    add(arena, item, "traceNumber", plan->traces[TRANSFER]);
    add_money(arena, item, "amount", plan->total.fen);
    if (whole)
        add_money(arena, root, "amount", plan->total.fen);
}

static void add_ends(struct arena *arena, struct record *root, const struct plan *plan,
                     const struct paper *paper)
{
    switch (paper->action) {
    case ACTION_ACCEPTANCE:
        if (plan->partial)
            add_excluded(arena, root);
        break;
    case ACTION_NOTICE:
        add_excluded(arena, root);
        break;
    case ACTION_COMPLETION:
        if (plan->overlap && paper->which == TRANSFER)
            add(arena, root, "overlapMonths", "2");
        break;
    case ACTION_WITHDRAWAL_ANSWER:
        add(arena, root, "agreed", paper->good ? "true" : "false");
        break;
    case ACTION_REVERSAL:
        add(arena, add(arena, root, "corrects", ""), "traceNumber", plan->traces[TRANSFER]);
        add_money(arena, root, "amount", plan->moneyless ? 0 : plan->total.fen);
        break;
    case ACTION_REMITTANCE:
        add_line(arena, root, plan, true);
        break;
    case ACTION_ALLOCATION:
        add_line(arena, root, plan, false);
        break;
    default:
        break;
    }
}

struct record *document_make(struct arena *arena, const struct plan *plan,
                             const struct paper *paper)
{
    uint16_t action = paper->action;
    struct record *root = record_new(arena, action_name(action).english);

    CHECK(root != NULL);
    add_reference(arena, root, plan, paper->which);
    if (action == ACTION_APPLICATION || action == ACTION_LETTER || action == ACTION_FORM ||
        action == ACTION_FUND_RECEIPT)
        add_person(arena, root, plan);
    if (plan->medical) {
        if (action == ACTION_REVERSAL)
            add_person(arena, root, plan);
        medical_document(arena, root, plan, paper);
        if (action == ACTION_LETTER_RETURN || action == ACTION_REFUSAL)
            add(arena, root, "code", "MED-R08");
        return root;
    }
    if (action == ACTION_FORM)
        add_form(arena, root, plan, paper->good);
    if (action == ACTION_FUND_ADVICE || action == ACTION_FUND_RECEIPT ||
        action == ACTION_FUND_RETURN)
        add_money(arena, root, "amount", plan->total.fen);
    if (action == ACTION_LETTER_RETURN)
        add(arena, root, "code", "PEN-R11");
    if (action == ACTION_REFUSAL)
        add(arena, root, "code", "PEN-R02");
    add_ends(arena, root, plan, paper);
    return root;
}

/* forms.c - the information form of each kind: one region, one year, twelve months from
 * 2025-01, all credited in that year. A bad one has an account that is not the sum of its parts
 * (PEN-C02). */
#include <inttypes.h>
#include <stdio.h>

#include "world.h"

static struct record *add(struct arena *arena, struct record *parent, const char *name,
                          const char *value)
{
    return document_add(arena, parent, name, value);
}

/* Of the whole: 8 % of the wages and 12 % pooled, or the account alone. */
static int64_t account_of(const struct plan *plan)
{
    return plan->play->form == FORM_POOLED ? plan->total.fen * 2 / 5 : plan->total.fen;
}

static void add_head(struct arena *arena, struct record *root, const struct plan *plan)
{
    bool temporary = plan->play->flow == FLOW_PENSION_TEMPORARY;

    add(arena, root, "employer", "某建设公司");
    add(arena, root, "startedWork", "2024-12-01");
    add(arena, root, "firstPlaceBegan", "1996-01");
    add(arena, root, "firstContribution", "2025-01");
    add(arena, root, "accountOpened", "2025-01");
    add(arena, root, "localFrom", "2025-01");
    add(arena, root, "localTo", "2025-12");
    add(arena, root, "localMonths", "12");
    add(arena, root, "transferDate", "2026-03-02");
    add(arena, root, "accountType", temporary ? "1" : "0");
}

static void add_amounts(struct arena *arena, struct record *root, const struct plan *plan,
                        bool good)
{
    struct record *amounts = add(arena, root, "amounts", "");
    bool nothing = plan->moneyless && plan->play->form_says;
    int64_t account = nothing ? 0 : account_of(plan);
    int64_t total = nothing ? 0 : plan->total.fen;

    document_add_money(arena, amounts, "before1998", 0);
    document_add_money(arena, amounts, "toLastYear", account);
    document_add_money(arena, amounts, "thisYear", 0);
    document_add_money(arena, amounts, "account", good ? account : account + 1);
    document_add_money(arena, amounts, "pooled", total - account);
    document_add_money(arena, amounts, "total", total);
}

static void add_rates(struct arena *arena, struct record *row, const struct plan *plan)
{
    bool resident = plan->play->form == FORM_RESIDENT;

    document_add_money(arena, row, "base", resident ? 0 : account_of(plan) * 100 / (12 * 8));
    add(arena, row, "employerRate", resident ? "0.0000" : "0.1200");
    add(arena, row, "accountRate", "0.0000");
    add(arena, row, "personalRate", resident ? "0.0000" : "0.0800");
}

static void add_row(struct arena *arena, struct record *root, const struct plan *plan)
{
    struct record *row = add(arena, add(arena, root, "rows", ""), "row", "");
    int64_t account = account_of(plan);
    char region[12];

    snprintf(region, sizeof(region), "%06" PRIu32, plan_out_region(plan));
    add(arena, row, "region", region);
    add(arena, row, "year", "2025");
    add(arena, row, "from", "2025-01");
    add(arena, row, "to", "2025-12");
    add(arena, row, "months", "12");
    add_rates(arena, row, plan);
    document_add_money(arena, row, "credited", account);
    document_add_money(arena, row, "creditedPersonal", account);
    document_add_money(arena, row, "interest", 0);
    document_add_money(arena, row, "interestPersonal", 0);
    document_add_money(arena, row, "balance", account);
    document_add_money(arena, row, "balancePersonal", account);
}

/* Without money all of it is a book entry between units of one treasury. */
static void add_annuity(struct arena *arena, struct record *root, const struct plan *plan)
{
    struct record *annuity = add(arena, root, "annuity", "");
    int64_t whole = plan->total.fen;

    document_add_money(arena, annuity, "balance", whole);
    document_add_money(arena, annuity, "book", plan->moneyless ? whole : 0);
    document_add_money(arena, annuity, "real", plan->moneyless ? 0 : whole);
    document_add_money(arena, annuity, "madeUp", 0);
    document_add_money(arena, annuity, "beforeReform", 0);
    document_add_money(arena, annuity, "enterprise", 0);
    add(arena, annuity, "sameTreasury", plan->moneyless ? "true" : "false");
    add(arena, annuity, "kept", "false");
}

void form_write(struct arena *arena, struct record *root, const struct plan *plan, bool good)
{
    add_head(arena, root, plan);
    add_amounts(arena, root, plan, good);
    if (plan->play->form == FORM_ANNUITY)
        add_annuity(arena, root, plan);
    else
        add_row(arena, root, plan);
}

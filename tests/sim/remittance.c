/*
 * remittance.c - money that comes as a bank line: what the officer of IN does with it, by what
 * he sees of it, and what the payer answers.
 *
 * What is a case's goes there as long as the case is open; about the rest the payer is asked,
 * and then it goes back.
 */
#include "core/pension_remittance.h"

#include "world.h"

enum { STRAY_FEN = 123400 };

static struct money line_amount(const struct plan *plan)
{
    return (struct money){plan->total.fen + (plan->line == LINE_STRAY ? STRAY_FEN : 0)};
}

void remittance_comes(struct world *world, uint32_t index)
{
    struct plan *plan = &world->plans[index];

    if (plan->line == LINE_NONE)
        plan->line = LINE_NAMED;
    cores_paper(world, plan->in, index, ACTION_REMITTANCE, 1, BANK_LINE);
}

/* Open, or not heard of yet. */
static bool still_open(struct world *world, const struct plan *plan)
{
    struct flow_case seen;
    bool found = false;

    CHECK(case_seen(world, plan->in, plan, TRANSFER, &seen, &found));
    return !found || !flow_state_ends(flow_find(seen.flow), seen.state);
}

/* The next act for a line that is not all booked. */
static uint16_t next_act(struct world *world, const struct plan *plan,
                         const struct flow_case *line)
{
    bool its_own = line->form_total.fen == 0 && still_open(world, plan);

    if (line->state == REMITTANCE_SUSPENSE)
        return its_own && plan->line != LINE_BLANK ? ACTION_ALLOCATION : ACTION_FUND_QUERY;
    if (line->state == REMITTANCE_ANSWERED)
        return its_own ? ACTION_ALLOCATION : ACTION_FUND_RETURN;
    return ACTION_NONE; /* the payer's answer is awaited, or it is over */
}

static void look(struct world *world, uint32_t index, unsigned looks)
{
    struct plan *plan = &world->plans[index];
    struct flow_case line;
    struct paper *paper;
    uint16_t act;
    bool found = false;

    CHECK(case_seen(world, plan->in, plan, BANK_LINE, &line, &found));
    if (!found)
        return; /* a planted mistake has lost it */
    if (line.form_total.fen > 0)
        transfer_booked(world, index);
    act = next_act(world, plan, &line);
    if (act == ACTION_NONE || cores_patience_ms(looks) == 0)
        return;
    paper = cores_paper(world, plan->in, index, act, 1, BANK_LINE);
    paper->tries = looks;
    CHECK(money_subtract(line.money_total, line.form_total, &paper->amount));
    if (looks > 0)
        paper->at = instant_add_ms(paper->at, cores_patience_ms(looks));
}

void remittance_told(struct world *world, const struct news *news)
{
    uint32_t index = news->case_index;

    if (news->action == ACTION_FUND_QUERY)
        cores_paper(world, world->plans[index].out, index, ACTION_FUND_ANSWER, 1, BANK_LINE);
    if (news->action == ACTION_FUND_ANSWER)
        look(world, index, 0);
}

void remittance_accepted(struct world *world, const struct paper *paper)
{
    if (paper->action != ACTION_FUND_ANSWER)
        look(world, paper->case_index, 0);
}

void remittance_refused(struct world *world, const struct paper *paper)
{
    if (paper->action != ACTION_FUND_ANSWER && paper->action != ACTION_REMITTANCE)
        look(world, paper->case_index, paper->tries + 1);
}

static void write_items(struct arena *arena, struct record *root, const struct plan *plan)
{
    struct record *item = document_add(arena, document_add(arena, root, "items", ""), "item",
                                       "");

    document_add(arena, item, "traceNumber", plan->traces[TRANSFER]);
    document_add_money(arena, item, "amount", plan->total.fen);
}

void remittance_write(struct arena *arena, struct record *root, const struct plan *plan,
                      const struct paper *paper)
{
    char remark[TRACE_SIZE + 32];
    struct buffer text = buffer_over(remark, sizeof(remark) - 1);

    switch (paper->action) {
    case ACTION_REMITTANCE:
        document_add_money(arena, root, "amount", line_amount(plan).fen);
        if (plan->line == LINE_NAMED || plan->line == LINE_STRAY)
            write_items(arena, root, plan);
        if (plan->line == LINE_REMARK) {
            buffer_format(&text, "转移%s", plan->traces[TRANSFER]);
            remark[text.size] = '\0';
            document_add(arena, root, "remark", remark);
        }
        break;
    case ACTION_ALLOCATION:
        write_items(arena, root, plan);
        break;
    case ACTION_FUND_QUERY:
    case ACTION_FUND_RETURN:
        document_add_money(arena, root, "amount", paper->amount.fen);
        break;
    default:
        break;
    }
}

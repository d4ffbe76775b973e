/* insured_books.c - what each question does to a stay, and what is said of it. */
#include "sim/insured_books.h"

#include <string.h>

enum { MONEY_SANE = 1000000000 }; /* fen: no stay of a script costs more */

/* --- charge lines --------------------------------------------------------------------------
 */

static void sums_add(struct stay_sums *to, const struct stay_sums *row, int sign)
{
    to->total.fen += sign * row->total.fen;
    to->own_pay.fen += sign * row->own_pay.fen;
    to->over_limit.fen += sign * row->over_limit.fen;
    to->pre_pay.fen += sign * row->pre_pay.fen;
    to->in_scope.fen += sign * row->in_scope.fen;
}

static bool read_sums(const struct record *row, struct stay_sums *sums)
{
    return record_money(row, "amount", &sums->total) &&
           record_money(row, "ownPay", &sums->own_pay) &&
           record_money(row, "overLimit", &sums->over_limit) &&
           record_money(row, "prePay", &sums->pre_pay) &&
           record_money(row, "inScope", &sums->in_scope) && sums->total.fen <= MONEY_SANE &&
           sums->total.fen >= -MONEY_SANE;
}

static struct book_line *find_line(struct book_stay *stay, struct text number)
{
    for (struct book_line *line = stay->lines; line != NULL; line = line->next)
        if (text_is(number, line->number))
            return line;
    return NULL;
}

static bool add_line(struct book_stay *stay, const struct record *row, struct arena *arena)
{
    struct book_line *line = arena_alloc(arena, sizeof(*line));
    struct text number = TEXT("");

    if (line == NULL || !record_text(row, "number", &number) || !read_sums(row, &line->sums))
        return false;
    line->number = arena_copy(arena, number).at;
    if (line->number == NULL)
        return false;
    line->in_force = true;
    line->next = stay->lines;
    stay->lines = line;
    stay->line_count++;
    sums_add(&stay->sums, &line->sums, +1);
    return true;
}

static void drop_line(struct book_stay *stay, struct book_line *line)
{
    if (!line->in_force)
        return;
    line->in_force = false;
    stay->line_count--;
    sums_add(&stay->sums, &line->sums, -1);
}

static void drop_lines(struct book_stay *stay)
{
    for (struct book_line *line = stay->lines; line != NULL; line = line->next)
        drop_line(stay, line);
}

/* A line that is known comes again with a batch that was lost on the way. */
static const char *book_lines(struct book_stay *stay, const struct record *asked,
                              struct arena *arena)
{
    if (!stay->registered || stay->settled)
        return "SIM-STATE";
    for (const struct record *row = record_find(asked, "line"); row != NULL;
         row = record_same(row)) {
        struct text number = TEXT("");

        if (record_text(row, "number", &number) && find_line(stay, number) != NULL)
            continue;
        if (!add_line(stay, row, arena))
            return "SIM-LINE";
    }
    return NULL;
}

static const char *undo_lines(struct book_stay *stay, const struct record *asked)
{
    struct text all;

    if (stay->settled)
        return "SIM-STATE";
    if (record_text(asked, "all", &all) && text_is(all, "true"))
        drop_lines(stay);
    for (const struct record *row = record_find(asked, "number"); row != NULL;
         row = record_same(row)) {
        struct book_line *line = find_line(stay, row->value.hidden);

        if (line == NULL)
            return "SIM-LINE";
        drop_line(stay, line);
    }
    return NULL;
}

/* --- money ---------------------------------------------------------------------------------
 */

/* Medical: in scope, less the deductible, times the percentage; of an injury all that is in
 * scope. */
static void split(struct book_stay *stay, const struct insured_script *script)
{
    int64_t scope = stay->sums.in_scope.fen > 0 ? stay->sums.in_scope.fen : 0;
    int64_t deductible = script->deductible.fen < scope ? script->deductible.fen : scope;

    if (stay->injury)
        deductible = 0;
    stay->split = (struct book_split){
        .total = stay->sums.total.fen,
        .deductible = deductible,
        .fund = stay->injury ? scope : (scope - deductible) * script->percent / 100,
    };
    stay->split.cash = stay->split.total - stay->split.fund;
}

void book_falsify(struct book_split *split, int64_t fen, bool moved)
{
    split->cash += fen;
    if (moved)
        split->fund -= fen;
}

static const char *settle(struct book_stay *stay, const struct record *asked,
                          const struct insured_script *script, bool trial)
{
    struct money total;

    if (!stay->registered || stay->settled)
        return "SIM-STATE";
    if (!record_money(asked, "total", &total) || !money_equal(total, stay->sums.total))
        return "SIM-SUM";
    split(stay, script);
    if (trial)
        return NULL;
    stay->settled = true;
    stay->settlements++;
    return NULL;
}

/* --- questions ------------------------------------------------------------------------------
 */

static const char *enroll(struct book_stay *stay, const struct record *asked)
{
    struct text insurance;

    stay->injury = record_text(asked, "insurance", &insurance) && text_is(insurance, "injury");
    stay->registrations += !stay->registered;
    stay->registered = true;
    return NULL;
}

static unsigned original_of(const struct record *asked)
{
    struct text name;

    return record_text(asked, "original/action", &name) ? action_by_name(name) : ACTION_NONE;
}

static const char *reverse(struct book_stay *stay, const struct record *asked)
{
    switch (original_of(asked)) {
    case ACTION_REGISTER:
        stay->found = stay->registered;
        stay->registered = false;
        drop_lines(stay);
        return NULL;
    case ACTION_SETTLE:
        stay->found = stay->settled;
        stay->settled = false;
        return NULL;
    case ACTION_CANCEL:
        stay->found = stay->registered && !stay->settled && stay->settlements > 0;
        stay->settled = stay->settled || stay->found;
        return NULL;
    default:
        return "SIM-ACTION";
    }
}

static const char *leave(struct book_stay *stay, bool leaves)
{
    if (!stay->registered || stay->settled)
        return "SIM-STATE";
    stay->discharged = leaves;
    return NULL;
}

static const char *withdraw(struct book_stay *stay)
{
    if (!stay->registered || stay->settled || stay->line_count > 0)
        return "SIM-STATE";
    stay->registered = false;
    return NULL;
}

static const char *cancel(struct book_stay *stay)
{
    if (!stay->settled)
        return "SIM-STATE";
    stay->settled = false;
    return NULL;
}

const char *book_question(struct book_stay *stay, unsigned action, const struct record *asked,
                          const struct insured_script *script, struct arena *arena)
{
    switch (action) {
    case ACTION_IDENTIFY:
    case ACTION_QUERY:
        return NULL;
    case ACTION_REGISTER:
        return enroll(stay, asked);
    case ACTION_REGISTER_UNDO:
        return withdraw(stay);
    case ACTION_LINES:
        return book_lines(stay, asked, arena);
    case ACTION_LINES_UNDO:
        return undo_lines(stay, asked);
    case ACTION_DISCHARGE:
    case ACTION_DISCHARGE_UNDO:
        return leave(stay, action == ACTION_DISCHARGE);
    case ACTION_PRESETTLE:
    case ACTION_SETTLE:
        return settle(stay, asked, script, action == ACTION_PRESETTLE);
    case ACTION_CANCEL:
        return cancel(stay);
    case ACTION_REVERSE:
        return reverse(stay, asked);
    default:
        return "SIM-ACTION";
    }
}

/* --- saying it ------------------------------------------------------------------------------
 */

static void say_amounts(const struct book_stay *stay, int sign, struct paper *paper)
{
    struct record *amounts = paper_group(paper, paper->root, "amounts");
    const struct stay_sums *sums = &stay->sums;
    const struct book_split *split = &stay->split;

    paper_money(paper, amounts, "total", sign * split->total);
    paper_money(paper, amounts, "ownPay", sign * sums->own_pay.fen);
    paper_money(paper, amounts, "overLimit", sign * sums->over_limit.fen);
    paper_money(paper, amounts, "prePay", sign * sums->pre_pay.fen);
    paper_money(paper, amounts, "inScope", sign * sums->in_scope.fen);
    if (!stay->injury) {
        paper_money(paper, amounts, "deductible", sign * split->deductible);
        paper_money(paper, amounts, "basicPool", sign * split->fund);
    }
    paper_money(paper, amounts, "fund", sign * split->fund);
    paper_money(paper, amounts, "cash", sign * split->cash);
}

static void say_number(const struct book_stay *stay, const char *name, const char *form,
                       uint32_t number, struct paper *paper)
{
    char *text = arena_format(paper->arena, "%s%s.%u", form, stay->number, number);

    paper_word(paper, paper->root, name, text != NULL ? text : "");
}

static void say_settled(const struct book_stay *stay, struct paper *paper)
{
    struct record *row;

    say_amounts(stay, +1, paper);
    if (stay->injury || stay->split.fund == 0)
        return;
    row = paper_group(paper, paper->root, "fund");
    paper_word(paper, row, "kind", "310100");
    paper_money(paper, row, "amount", stay->split.fund);
}

static void say_outcome(const struct book_stay *stay, const struct record *asked,
                        struct paper *paper)
{
    unsigned of = original_of(asked);
    bool booked = of == ACTION_REGISTER ? stay->registered : stay->settled;

    paper_word(paper, paper->root, "status", booked ? "booked" : "not_booked");
}

void book_say(const struct book_stay *stay, unsigned action, const struct record *asked,
              struct paper *paper)
{
    switch (action) {
    case ACTION_IDENTIFY:
        paper_copy(paper, paper->root, asked, "person");
        paper_word(paper, paper->root, "insuredState", "normal");
        break;
    case ACTION_REGISTER:
        say_number(stay, "visitNumber", "V", stay->registrations, paper);
        break;
    case ACTION_LINES:
    case ACTION_LINES_UNDO:
        paper_copy(paper, paper->root, asked, "batch");
        paper_number(paper, paper->root, "count", stay->line_count);
        paper_money(paper, paper->root, "total", stay->sums.total.fen);
        break;
    case ACTION_SETTLE:
        say_number(stay, "settlementNumber", "S", stay->settlements, paper);
        say_settled(stay, paper);
        break;
    case ACTION_PRESETTLE:
        say_settled(stay, paper);
        break;
    case ACTION_CANCEL:
        say_number(stay, "settlementNumber", "C", stay->settlements, paper);
        say_amounts(stay, -1, paper);
        break;
    case ACTION_REVERSE:
        paper_word(paper, paper->root, "found", stay->found ? "true" : "false");
        break;
    case ACTION_QUERY:
        say_outcome(stay, asked, paper);
        break;
    default: /* done is all there is to say */
        break;
    }
}

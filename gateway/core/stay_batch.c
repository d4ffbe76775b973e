/* stay_batch.c - a batch of charge lines against what the ledger knows of the stay. */
#include "core/stay_internal.h"

static bool sums_add(struct stay_sums *sums, const struct stay_sums *more)
{
    return money_add(sums->total, more->total, &sums->total) &&
           money_add(sums->own_pay, more->own_pay, &sums->own_pay) &&
           money_add(sums->over_limit, more->over_limit, &sums->over_limit) &&
           money_add(sums->pre_pay, more->pre_pay, &sums->pre_pay) &&
           money_add(sums->in_scope, more->in_scope, &sums->in_scope);
}

/* One line against what the ledger knows; *added: it is new. */
static const char *line_fault(const struct flow_line *line, bool *added)
{
    *added = !line->known;
    if (line->known)
        return line->in_force && line->same ? NULL : "STL-K02";
    if (line->original.size == 0)
        return NULL;
    if (!line->original_in_force)
        return "STL-K03";
    return line->sums.total.fen < 0 && -line->sums.total.fen <= line->original_rest.fen
               ? NULL
               : "STL-L04";
}

/* The number under which new lines of this event are kept: the document's if it is higher than
 * all before it. The newest batch goes on if some of its lines are among these, whatever number
 * they come with. */
static uint32_t kept_as(const struct stay *stay, uint32_t batch, const struct flow_event *event)
{
    for (size_t i = 0; i < event->line_count; i++)
        if (event->lines[i].known && event->lines[i].batch == stay->batch)
            return stay->batch;
    return batch > stay->batch ? batch : stay->batch + 1;
}

bool stay_read_lines(const struct flow_situation *situation, struct flow_facts *facts,
                     struct stay_facts *stay, struct flow_decision *decision, struct error *err)
{
    const struct flow_event *event = situation->event;
    const struct stay *before = &situation->before->part.stay;
    struct flow_line *lines;
    uint64_t batch = 0;
    size_t count;

    if (situation->before->flags & CASE_LINES_HELD)
        return stay_refuse(facts, "STL-B02", "it is not known yet which lines are cancelled");

    if (!stay_lines_read(event->body, before->insurance, &stay->profile, situation->arena,
                         &lines, &count, &stay->issues, err))
        return false;
    if (!stay_refuse_hard(facts, &stay->issues, "a line cannot be taken") ||
        facts->refusal != NULL)
        return true;
    stay_tell(&stay->issues, decision);
    if (!record_number(event->body, "batch", 999999999, &batch))
        return stay_refuse(facts, "STL-C01", "no batch is named");
    stay->batch_number = kept_as(before, (uint32_t)batch, event);
    for (size_t i = 0; i < event->line_count; i++) {
        bool added;
        const char *code = line_fault(&event->lines[i], &added);

        if (code != NULL)
            return stay_refuse(facts, code, "a line does not fit what is known");
        if (!added)
            continue;
        stay->batch_count++;
        if (!sums_add(&stay->batch, &event->lines[i].sums))
            return stay_refuse(facts, "STL-S01", "a sum is out of its bounds");
    }
    return true;
}

bool stay_read_lines_undo(const struct flow_situation *situation, struct flow_facts *facts,
                          struct stay_facts *stay)
{
    const struct flow_event *event = situation->event;

    stay->all_lines = stay_says(event->body, "all", "true");
    if (stay->all_lines) {
        stay->batch_count = situation->before->part.stay.line_count;
        stay->batch = situation->before->part.stay.sums;
    }
    if (!stay->all_lines && event->line_count == 0)
        return stay_refuse(facts, "STL-K03", "no line is named");
    for (size_t i = 0; i < event->line_count && !stay->all_lines; i++) {
        const struct flow_line *line = &event->lines[i];

        if (!line->known)
            return stay_refuse(facts, "STL-K03", "a line that is not known");
        if (!line->in_force)
            continue; /* cancelled before: so it is already */
        stay->batch_count++;
        if (!sums_add(&stay->batch, &line->before))
            return stay_refuse(facts, "STL-S01", "a sum is out of its bounds");
    }
    return true;
}

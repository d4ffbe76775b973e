/* making.c - nodes of a document, and the documents that every transfer has. */
#include "core/making.h"

struct record *making_add(struct making *making, struct record *parent, const char *name,
                          const char *value)
{
    struct record *node = NULL;
    struct text kept = arena_copy(making->arena, text_of(value));

    if (!making->broken && parent != NULL && kept.at != NULL)
        node = record_add(making->arena, parent, name, kept);
    if (node == NULL)
        making->broken = true;
    return node;
}

void making_number(struct making *making, struct record *parent, const char *name,
                   uint32_t number)
{
    const char *digits = arena_format(making->arena, "%u", (unsigned)number);

    if (digits == NULL)
        making->broken = true;
    else
        making_add(making, parent, name, digits);
}

void making_day(struct making *making, struct record *parent, const char *name, struct day day)
{
    char text[DAY_TEXT_SIZE];

    if (day.number != 0)
        making_add(making, parent, name, day_format(day, text));
}

void making_money(struct making *making, struct record *parent, const char *name,
                  struct money amount)
{
    char text[MONEY_TEXT_SIZE];

    making_add(making, parent, name, money_format(amount, text));
}

void making_adopt(struct making *making, struct record *parent, const struct record *node)
{
    struct record *copy;

    if (node == NULL)
        return;
    copy = making_add(making, parent, node->name, NULL);
    if (copy == NULL)
        return;
    copy->value = node->value;
    copy->first = node->first; /* shared: nobody changes a document any more */
    copy->last = node->last;
}

struct record *making_begin(const struct flow_situation *situation, struct making *making,
                            const char *name)
{
    const struct flow_case *before = situation->before;
    struct record *root = record_new(making->arena, name);
    struct record *reference;

    making->broken = root == NULL;
    if (situation->opening) {
        making_adopt(making, root, record_find(situation->event->body, "reference"));
        return making->broken ? NULL : root;
    }
    reference = making_add(making, root, "reference", NULL);
    making_add(making, reference, "traceNumber", before->trace);
    making_number(making, reference, "inRegion", before->in_region);
    making_number(making, reference, "outRegion", before->out_region);
    return making->broken ? NULL : root;
}

void making_reminder(const struct flow_situation *situation, struct making *making,
                     struct record *root)
{
    const struct flow_event *event = situation->event;
    struct name clock = clock_kind_name(event->clock_kind);
    const char *text = arena_format(making->arena, "%s已届满，请办理", clock.chinese);

    making_add(making, root, "clock", clock.english);
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        const struct flow_clock *limit = &situation->before->clocks[i];

        if (limit->kind == event->clock_kind) /* ends at 24:00 of its last day */
            making_day(making, root, "dueOn", instant_day(instant_add_ms(limit->due, -1)));
    }
    if (text == NULL)
        making->broken = true;
    else
        making_add(making, root, "text", text);
}

static const char *const clock_states[] = {"off", "running", "passed", "met"};

static void add_clocks(struct making *making, struct record *root,
                       const struct flow_case *flow_case)
{
    struct record *list = making_add(making, root, "clocks", NULL);

    for (size_t i = 0; list != NULL && i < FLOW_CLOCKS_MAX; i++) {
        const struct flow_clock *limit = &flow_case->clocks[i];
        struct record *clock;

        if (limit->kind == CLOCK_NONE)
            continue;
        clock = making_add(making, list, "clock", NULL);
        making_add(making, clock, "kind", clock_kind_name(limit->kind).english);
        making_add(making, clock, "state",
                   limit->paused ? "paused" : clock_states[limit->state]);
        making_day(making, clock, "dueOn", instant_day(instant_add_ms(limit->due, -1)));
    }
}

void making_status(const struct flow_situation *situation, struct making *making,
                   struct record *root)
{
    const struct flow_case *before = situation->before;
    struct name state = flow_state_name(situation->flow, before->state);
    char changed[INSTANT_TEXT_SIZE];

    making_add(making, root, "state", state.english);
    making_add(making, root, "stateName", state.chinese);
    making_day(making, root, "openedOn", instant_day(before->opened_at));
    making_add(making, root, "changedAt", instant_format(before->changed_at, changed));
    if (before->last_code[0] != '\0')
        making_add(making, root, "lastCode", before->last_code);
    if (before->flags & CASE_FORM_HELD)
        making_money(making, root, "formTotal", before->form_total);
    if (before->flags & CASE_MONEY_SEEN)
        making_money(making, root, "moneyTotal", before->money_total);
    add_clocks(making, root, before);
}

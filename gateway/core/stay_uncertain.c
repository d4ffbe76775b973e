/* stay_uncertain.c - which calls of the hospital's core are in doubt, for a core that asks
 * (不确定 交易查询): what is under way, what nobody knows, and what is settled and not
 * confirmed. */
#include "core/flow_listing.h"
#include "core/stay_internal.h"

enum { ITEMS_MAX = 400 };

/* --- what is in doubt ------------------------------------------------------------ */

/* Asks without effect: nothing of it can be in doubt. */
static bool has_effect(unsigned action)
{
    return action != ACTION_IDENTIFY && action != ACTION_PRESETTLE;
}

/* What the core called, the gateway's own queries and reversals aside. */
static bool find_doubt(const struct flow_case *row, struct flow_doubt *doubt)
{
    const struct stay *stay = &row->part.stay;

    if (stay->original_action != ACTION_NONE) {
        *doubt = (struct flow_doubt){stay->original_action, "unknown",
                                     uuid_time(&stay->original)};
        return true;
    }
    if (stay->question.action != ACTION_NONE) {
        *doubt = (struct flow_doubt){stay->question.action, "in_progress", stay->question.at};
        return true;
    }
    if ((row->flags & CASE_UNCONFIRMED) != 0) {
        *doubt = (struct flow_doubt){ACTION_SETTLE, "booked", stay->settled_at};
        return true;
    }
    return false;
}

static bool in_doubt(const struct flow_case *row, const struct record *question,
                     struct flow_doubt *doubt)
{
    struct text region;
    uint64_t wanted;

    if (!find_doubt(row, doubt) || !has_effect(doubt->action))
        return false;
    if (record_text(question, "insuredRegion", &region) &&
        (!text_to_u64(region, &wanted) || wanted != row->out_region))
        return false;
    return record_find(question, "action") == NULL ||
           stay_says(question, "action", action_name(doubt->action).english);
}

/* --- the list -------------------------------------------------------------------- */

static bool put(struct arena *arena, struct record *parent, const char *name, struct text value)
{
    struct text kept = arena_copy(arena, value);

    return kept.at != NULL && record_add(arena, parent, name, kept) != NULL;
}

static bool put_region(struct arena *arena, struct record *parent, const char *name,
                       uint32_t region)
{
    const char *digits = arena_format(arena, "%u", (unsigned)region);

    return digits != NULL && put(arena, parent, name, text_of(digits));
}

static bool put_reference(struct arena *arena, struct record *item,
                          const struct flow_listed *listed)
{
    struct record *reference = record_add(arena, item, "reference", TEXT_NONE);
    struct text number = text_of(listed->trace);
    struct text institution = text_cut(&number, '/');

    return reference != NULL &&
           put_region(arena, reference, "treatingRegion", listed->in_region) &&
           put_region(arena, reference, "insuredRegion", listed->out_region) &&
           put(arena, reference, "institution", institution) &&
           put(arena, reference, "stayNumber", number);
}

static bool put_item(struct arena *arena, struct record *root, const struct flow_listed *listed)
{
    struct record *item = record_add(arena, root, "item", TEXT_NONE);
    char since[INSTANT_TEXT_SIZE];

    return item != NULL && put_reference(arena, item, listed) &&
           put(arena, item, "action", text_of(action_name(listed->doubt.action).english)) &&
           put(arena, item, "since", text_of(instant_format(listed->doubt.since, since))) &&
           put(arena, item, "status", text_of(listed->doubt.status));
}

static bool put_result(struct arena *arena, struct record *root, size_t count, size_t all)
{
    struct record *result = record_add(arena, root, "result", TEXT_NONE);
    const char *words;

    if (result == NULL || !put(arena, result, "verdict", TEXT("ok")))
        return false;
    if (count == all)
        return true;
    words = arena_format(arena, "%zu / %zu", count, all);
    return words != NULL && put(arena, result, "text", text_of(words));
}

static bool make_list(const struct flow_listed *items, size_t count, size_t all,
                      struct arena *arena, struct record **root, struct error *err)
{
    bool ok;

    *root = record_new(arena, action_name(ACTION_UNCERTAIN_LIST).english);
    ok = *root != NULL && put_result(arena, *root, count, all);
    for (size_t i = 0; ok && i < count; i++)
        ok = put_item(arena, *root, &items[i]);
    return ok || fail(err, ERROR_MEMORY, "no memory for a list");
}

/* A batch of lines or a discharge that was given up waits in REGISTERED and DISCHARGED; what is
 * not confirmed has a clock. */
const struct flow_listing stay_uncertain_listing = {
    .question = ACTION_UNCERTAIN_QUERY,
    .answer = ACTION_UNCERTAIN_LIST,
    .role = ROLE_TREATING,
    .states = 1u << STAY_REG_SENT | 1u << STAY_REG_UNCERTAIN | 1u << STAY_REGISTERED |
              1u << STAY_DISCHARGED | 1u << STAY_SETL_SENT | 1u << STAY_SETL_UNCERTAIN |
              1u << STAY_REVERSING | 1u << STAY_CANCEL_SENT | 1u << STAY_CANCEL_UNCERTAIN |
              1u << STAY_MISMATCHED,
    .items_max = ITEMS_MAX,
    .doubt = in_doubt,
    .make = make_list,
};

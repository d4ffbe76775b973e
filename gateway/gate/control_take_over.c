/* control_take_over.c - from one line of another system's list to a case. */
#include "gate/control_take_over.h"

#include <string.h>

#include "base/clock.h"
#include "base/identity.h"
#include "gate/person.h"

static struct text field(const json_t *request, const char *name)
{
    const char *value = json_string_value(json_object_get(request, name));

    return text_of(value != NULL ? value : "");
}

static bool wrong(const char *name, struct error *err)
{
    return fail(err, ERROR_USAGE, "%s is missing or wrong", name);
}

static bool read_region(const json_t *request, const char *name, uint32_t *region,
                        struct error *err)
{
    uint64_t number;

    if (!text_to_u64(field(request, name), &number) || number < 110000 || number > 999999)
        return wrong(name, err);
    *region = (uint32_t)number;
    return true;
}

static bool read_day(const json_t *request, const char *name, struct day *day,
                     struct error *err)
{
    if (!day_parse(field(request, name), day) || day->number > instant_day(clock_now()).number)
        return wrong(name, err);
    return true;
}

static bool read_money(const json_t *request, const char *name, struct money *money,
                       struct error *err)
{
    struct text text = field(request, name);

    if (text.size == 0)
        return true;
    if (!money_parse(text, money) || money->fen < 0)
        return wrong(name, err);
    return true;
}

static bool read_revision(const json_t *request, const char *name, uint32_t *revision,
                          struct error *err)
{
    struct text text = field(request, name);
    uint64_t number;

    if (text.size == 0)
        return true;
    if (!text_to_u64(text, &number) || number > 99)
        return wrong(name, err);
    *revision = (uint32_t)number;
    return true;
}

/* Only transfers between provinces: what another flow keeps besides a case cannot be told in
 * one line. */
static bool read_flow(const json_t *request, struct takeover *from, struct error *err)
{
    const struct flow *flow = flow_find(flow_by_name(field(request, "flow")));
    struct text state = field(request, "state");

    if (flow == NULL || flow_part_of(flow->number) != FLOW_PART_NONE ||
        flow->number == FLOW_PENSION_REMITTANCE)
        return wrong("flow", err);
    from->flow = flow->number;
    from->role = (uint8_t)role_by_name(field(request, "role"));
    if (from->role != flow->roles[0] && from->role != flow->roles[1])
        return wrong("role", err);
    for (unsigned i = 0; i < flow->state_count; i++) {
        struct name name = flow->states[i];

        if ((text_is(state, name.english) || text_is(state, name.chinese)) &&
            !flow_state_ends(flow, i)) {
            from->state = (uint8_t)i;
            return true;
        }
    }
    return wrong("state", err);
}

static bool read_limit(const json_t *request, struct takeover *from, struct error *err)
{
    struct text name = field(request, "limit");

    if (name.size == 0)
        return field(request, "limit_from").size == 0 || wrong("limit", err);
    from->limit = (uint8_t)clock_kind_by_name(name);
    if (from->limit == CLOCK_NONE ||
        (flow_find(from->flow)->exact_clocks & (UINT32_C(1) << from->limit)) != 0)
        return wrong("limit", err);
    return read_day(request, "limit_from", &from->limit_from, err);
}

static bool read_person(struct gate *gate, const json_t *request, struct work *work,
                        struct error *err)
{
    uint8_t tags[KEY_RING_KEYS_MAX][PERSON_TAG_SIZE];
    size_t count = 0;

    if (!person_tags(gate->keys, field(request, "person"), instant_day(clock_now()), tags,
                     &count, err))
        return err->code == ERROR_USAGE ? wrong("person", err) : false;
    memcpy(work->person_tag, tags[0], sizeof(work->person_tag));
    return true;
}

static bool read_all(struct gate *gate, const json_t *request, struct work *work,
                     struct takeover *from, struct error *err)
{
    struct text trace = field(request, "trace");

    if (!read_flow(request, from, err) ||
        !read_region(request, "in_region", &from->in_region, err) ||
        !read_region(request, "out_region", &from->out_region, err))
        return false;
    if (trace.size == 0 || !text_to_field(trace, from->trace, TRACE_PLAIN))
        return wrong("trace", err);
    return read_day(request, "opened_on", &from->opened_on, err) &&
           read_money(request, "form_total", &from->form_total, err) &&
           read_money(request, "money_total", &from->money_total, err) &&
           read_revision(request, "letter_revision", &from->letter_revision, err) &&
           read_revision(request, "form_revision", &from->form_revision, err) &&
           read_limit(request, from, err) && read_person(gate, request, work, err);
}

json_t *control_take_over(struct gate *gate, const json_t *request, struct work *work,
                          struct error *err)
{
    struct takeover *from = arena_alloc(work->arena, sizeof(*from));
    struct work_result result = {0};
    char id[UUID_TEXT_SIZE];

    if (from == NULL)
        fail(err, ERROR_MEMORY, "no memory for a case");
    if (from == NULL || !read_all(gate, request, work, from, err)) {
        gate_work_free(work);
        return NULL;
    }
    work->kind = WORK_TAKE_OVER;
    work->takeover = from;
    if (!gate_write_and_wait(gate, work, &result, err))
        return NULL;
    if (result.verdict != VERDICT_ACCEPTED) {
        fail(err, ERROR_CONFLICT, "%s (%s)", result.reason, result.code);
        return NULL;
    }
    return json_pack("{s:b, s:s, s:I, s:b}", "ok", 1, "case_id",
                     uuid_format(&result.case_id, id), "sequence", (json_int_t)result.sequence,
                     "again", result.duplicate);
}

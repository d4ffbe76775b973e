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

static bool past_day(struct text text, struct day *day)
{
    return day_parse(text, day) && day->number <= instant_day(clock_now()).number;
}

static bool read_day(const json_t *request, const char *name, struct day *day,
                     struct error *err)
{
    return past_day(field(request, name), day) || wrong(name, err);
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

/* Whether its cases can be taken over, the flow says itself. */
static bool read_flow(const json_t *request, struct takeover *from, struct error *err)
{
    const struct flow *flow = flow_find(flow_by_name(field(request, "flow")));
    struct text state = field(request, "state");

    if (flow == NULL)
        return wrong("flow", err);
    from->flow = flow->number;
    from->role = (uint8_t)role_by_name(field(request, "role"));
    if (from->role != flow->roles[0] && from->role != flow->roles[1])
        return wrong("role", err);
    for (unsigned i = 0; i < flow->state_count; i++) {
        struct name name = flow->states[i];

        if (text_is(state, name.english) || text_is(state, name.chinese)) {
            from->state = (uint8_t)i;
            return true;
        }
    }
    return wrong("state", err);
}

static bool read_opener(const json_t *request, struct takeover *from, struct error *err)
{
    struct text role = field(request, "opened_by");

    from->opened_by = (uint8_t)role_by_name(role);
    return role.size == 0 || from->opened_by == ROLE_IN || from->opened_by == ROLE_OUT ||
           wrong("opened_by", err);
}

static bool read_answer(const json_t *request, const char *name, enum takeover_answer *answer,
                        struct error *err)
{
    struct text text = field(request, name);

    if (text_is(text, "yes") || text_is(text, "是"))
        *answer = TAKEOVER_YES;
    else if (text_is(text, "no") || text_is(text, "否"))
        *answer = TAKEOVER_NO;
    else
        return text.size == 0 || wrong(name, err);
    return true;
}

static bool is_named(const struct takeover *from, unsigned kind)
{
    for (size_t i = 0; i < from->limit_count; i++)
        if (from->limits[i].kind == kind)
            return true;
    return false;
}

/* As many days as limits, in their order. */
static bool read_limits(const json_t *request, struct takeover *from, struct error *err)
{
    struct text names = field(request, "limit");
    struct text days = field(request, "limit_from");

    while (names.size > 0) {
        struct takeover_limit limit = {
            .kind = (uint8_t)clock_kind_by_name(text_cut(&names, ' '))};

        if (limit.kind == CLOCK_NONE || is_named(from, limit.kind) ||
            from->limit_count == TAKEOVER_LIMITS_MAX)
            return wrong("limit", err);
        if (!past_day(text_cut(&days, ' '), &limit.from))
            return wrong("limit_from", err);
        from->limits[from->limit_count++] = limit;
    }
    return days.size == 0 || wrong("limit_from", err);
}

static bool read_person(struct gate *gate, const json_t *request, struct work *work,
                        struct takeover *from, struct error *err)
{
    uint8_t(*tags)[PERSON_TAG_SIZE] = arena_alloc(work->arena,
                                                  KEY_RING_KEYS_MAX * PERSON_TAG_SIZE);

    if (tags == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a person");
    if (!person_tags(gate->keys, field(request, "person"), instant_day(clock_now()), tags,
                     &from->tag_count, err))
        return err->code == ERROR_USAGE ? wrong("person", err) : false;
    from->tags = (const uint8_t(*)[PERSON_TAG_SIZE])tags;
    return true;
}

/* Our own core goes on with the case. */
static bool find_core(struct gate *gate, struct takeover *from, struct error *err)
{
    struct config *config = gate_config(gate);
    const struct config_party *core = config_core(config);
    bool takes_part = core == NULL || (core->flows & UINT32_C(1) << from->flow) != 0;

    from->core = core != NULL ? core->number : 0;
    config_free(config);
    return takes_part || fail(err, ERROR_USAGE, "flow: our core takes no part in it");
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
    from->form_held = field(request, "form_total").size > 0;
    from->insurance = field(request, "insurance");
    from->insurance_old = field(request, "insurance_old");
    from->money = field(request, "money");
    from->pay_way = field(request, "pay_way");
    return read_day(request, "opened_on", &from->opened_on, err) &&
           read_opener(request, from, err) &&
           read_money(request, "form_total", &from->form_total, err) &&
           read_money(request, "money_total", &from->money_total, err) &&
           read_answer(request, "money_moves", &from->money_moves, err) &&
           read_revision(request, "letter_revision", &from->letter_revision, err) &&
           read_revision(request, "form_revision", &from->form_revision, err) &&
           read_limits(request, from, err) && find_core(gate, from, err) &&
           read_person(gate, request, work, from, err);
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
    if (result.verdict != VERDICT_ACCEPTED && result.code[0] == '\0')
        fail(err, ERROR_USAGE, "%s", result.reason);
    else if (result.verdict != VERDICT_ACCEPTED)
        fail(err, ERROR_CONFLICT, "%s (%s)", result.reason, result.code);
    if (result.verdict != VERDICT_ACCEPTED)
        return NULL;
    return json_pack("{s:b, s:s, s:I, s:b}", "ok", 1, "case_id",
                     uuid_format(&result.case_id, id), "sequence", (json_int_t)result.sequence,
                     "again", result.duplicate);
}

/* flow_part.c - the fields of each part, in the order of their bytes. */
#include "core/flow_part.h"

#include <string.h>

#include "core/injury_cover.h"
#include "core/medical_transfer.h"

/* Writes to `out`, or reads from `in`. */
struct cursor {
    struct buffer *out;
    struct reader *in;
    bool sane; /* a text ends with a zero, money is within its bounds */
};

static void byte(struct cursor *at, uint8_t *value)
{
    if (at->out != NULL)
        buffer_u8(at->out, *value);
    else
        *value = reader_u8(at->in);
}

static void half(struct cursor *at, uint16_t *value)
{
    if (at->out != NULL)
        buffer_u16(at->out, *value);
    else
        *value = reader_u16(at->in);
}

static void word(struct cursor *at, uint32_t *value)
{
    if (at->out != NULL)
        buffer_u32(at->out, *value);
    else
        *value = reader_u32(at->in);
}

static void number(struct cursor *at, int64_t *value)
{
    if (at->out != NULL)
        buffer_i64(at->out, *value);
    else
        *value = reader_i64(at->in);
}

static void raw(struct cursor *at, void *bytes, size_t size)
{
    if (at->out != NULL)
        buffer_bytes(at->out, bytes, size);
    else
        reader_copy(at->in, bytes, size);
}

static void field(struct cursor *at, char *value, size_t size)
{
    raw(at, value, size);
    at->sane = at->sane && value[size - 1] == '\0';
    value[size - 1] = '\0';
}

static void day(struct cursor *at, struct day *value)
{
    uint32_t stored = (uint32_t)value->number;

    word(at, &stored);
    value->number = (int32_t)stored;
}

static void money(struct cursor *at, struct money *value)
{
    number(at, &value->fen);
    at->sane = at->sane && value->fen >= -MONEY_MAX && value->fen <= MONEY_MAX;
}

static void uuid(struct cursor *at, struct uuid *value)
{
    raw(at, value->bytes, sizeof(value->bytes));
}

static void question(struct cursor *at, struct flow_question *value)
{
    byte(at, &value->action);
    byte(at, &value->rounds);
    uuid(at, &value->asked);
    uuid(at, &value->to_core);
    raw(at, value->key, sizeof(value->key));
    number(at, &value->at.ms);
    number(at, &value->answer_by.ms);
    at->sane = at->sane && value->action < ACTIONS;
}

static void sums(struct cursor *at, struct stay_sums *value)
{
    money(at, &value->total);
    money(at, &value->own_pay);
    money(at, &value->over_limit);
    money(at, &value->pre_pay);
    money(at, &value->in_scope);
}

static void split(struct cursor *at, struct stay_split *value)
{
    money(at, &value->total);
    money(at, &value->fund);
    money(at, &value->account);
    money(at, &value->cash);
    money(at, &value->hospital);
    money(at, &value->employer);
    money(at, &value->third_party);
}

static void stay_head(struct cursor *at, struct stay *value)
{
    question(at, &value->question);
    byte(at, &value->original_action);
    uuid(at, &value->original);
    byte(at, &value->insurance);
    byte(at, &value->visit);
    byte(at, &value->level);
    byte(at, &value->service);
    half(at, &value->insurance_kind);
    field(at, value->visit_number, sizeof(value->visit_number));
    field(at, value->settlement_number, sizeof(value->settlement_number));
    field(at, value->recognition, sizeof(value->recognition));
    uuid(at, &value->filing);
    word(at, &value->filing_version);
    day(at, &value->admitted);
    day(at, &value->discharged);
}

static void stay_money(struct cursor *at, struct stay *value)
{
    word(at, &value->line_count);
    word(at, &value->batch);
    word(at, &value->batch_count);
    sums(at, &value->sums);
    sums(at, &value->batch_sums);
    raw(at, value->quote_digest, sizeof(value->quote_digest));
    split(at, &value->quote);
    split(at, &value->split);
}

static void stay_tail(struct cursor *at, struct stay *value)
{
    uuid(at, &value->register_id);
    uuid(at, &value->settle_id);
    uuid(at, &value->cancel_id);
    number(at, &value->settled_at.ms);
    half(at, &value->settlements);
    half(at, &value->reversals);
    half(at, &value->cancellations);
    for (size_t i = 0; i < STAY_REVERSED_MAX; i++)
        uuid(at, &value->reversed[i]);
    at->sane = at->sane && value->insurance < INSURANCES && value->original_action < ACTIONS;
}

static void filing(struct cursor *at, struct filing *value)
{
    byte(at, &value->insurance);
    field(at, value->kind, sizeof(value->kind));
    byte(at, &value->services);
    byte(at, &value->scopes);
    word(at, &value->area);
    day(at, &value->from);
    day(at, &value->to);
    field(at, value->recognition, sizeof(value->recognition));
    at->sane = at->sane && value->insurance < INSURANCES;
}

static void injury(struct cursor *at, struct injury_record *value)
{
    question(at, &value->question);
    byte(at, &value->action);
    byte(at, &value->finding);
    byte(at, &value->project);
    field(at, value->recognition, sizeof(value->recognition));
    number(at, &value->about.ms);
    uuid(at, &value->asked);
    for (size_t i = 0; i < INJURY_KEPT_MAX; i++)
        raw(at, value->kept[i], sizeof(value->kept[i]));
    at->sane = at->sane && value->action < ACTIONS && value->finding <= COVER_FINDINGS &&
               value->project < PROJECT_STATES;
}

static void medical(struct cursor *at, struct medical *value)
{
    byte(at, &value->kind);
    byte(at, &value->pay_way);
    byte(at, &value->money);
    byte(at, &value->asked);
    at->sane = at->sane && value->kind < MEDICAL_KINDS && value->pay_way < PAY_WAYS &&
               value->money < MEDICAL_MONEYS && value->asked <= 1;
}

static void walk(struct cursor *at, struct flow_case *flow_case)
{
    switch (flow_part_of(flow_case->flow)) {
    case FLOW_PART_STAY:
        stay_head(at, &flow_case->part.stay);
        stay_money(at, &flow_case->part.stay);
        stay_tail(at, &flow_case->part.stay);
        break;
    case FLOW_PART_FILING:
        filing(at, &flow_case->part.filing);
        break;
    case FLOW_PART_INJURY:
        injury(at, &flow_case->part.injury);
        break;
    case FLOW_PART_MEDICAL:
        medical(at, &flow_case->part.medical);
        break;
    default:
        break;
    }
}

void flow_part_encode(const struct flow_case *flow_case, struct buffer *buffer)
{
    struct flow_case copy = *flow_case;
    struct cursor at = {.out = buffer, .sane = true};

    walk(&at, &copy);
    CHECK(at.sane);
}

void flow_part_decode(struct reader *reader, struct flow_case *flow_case)
{
    struct cursor at = {.in = reader, .sane = true};

    walk(&at, flow_case);
}

bool flow_part_sane(const struct flow_case *flow_case)
{
    unsigned char bytes[CASE_ENCODED_MAX];
    struct buffer buffer = buffer_over(bytes, sizeof(bytes));
    struct flow_case copy = *flow_case;
    struct cursor at = {.out = &buffer, .sane = true};

    walk(&at, &copy);
    return at.sane && !buffer.overflow;
}

unsigned flow_part_of(unsigned flow)
{
    switch (flow) {
    case FLOW_SETTLEMENT_FILING:
        return FLOW_PART_FILING;
    case FLOW_SETTLEMENT_STAY:
        return FLOW_PART_STAY;
    case FLOW_INJURY_RECORD:
        return FLOW_PART_INJURY;
    case FLOW_MEDICAL_TRANSFER:
        return FLOW_PART_MEDICAL;
    default:
        return FLOW_PART_NONE;
    }
}

const struct flow_question *flow_case_question(const struct flow_case *flow_case)
{
    const struct flow_question *question = NULL;

    if (flow_part_of(flow_case->flow) == FLOW_PART_STAY)
        question = &flow_case->part.stay.question;
    else if (flow_part_of(flow_case->flow) == FLOW_PART_INJURY)
        question = &flow_case->part.injury.question;
    return question != NULL && question->action != ACTION_NONE ? question : NULL;
}

const uint8_t *flow_case_kept(const struct flow_case *flow_case, size_t index)
{
    static const uint8_t none[32];

    if (flow_part_of(flow_case->flow) != FLOW_PART_INJURY || index >= INJURY_KEPT_MAX ||
        memcmp(flow_case->part.injury.kept[index], none, sizeof(none)) == 0)
        return NULL;
    return flow_case->part.injury.kept[index];
}

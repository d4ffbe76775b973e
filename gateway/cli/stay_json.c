/* stay_json.c - one stay for programs. */
#include "cli/json.h"
#include "cli/stay.h"

static void put_day(json_t *object, const char *name, struct day day)
{
    char text[DAY_TEXT_SIZE];

    json_text(object, name, day.number == 0 ? NULL : day_format(day, text));
}

static void put_filled(json_t *object, const char *name, const char *text)
{
    json_text(object, name, text[0] == '\0' ? NULL : text);
}

static void put_sums(json_t *object, const struct stay_sums *sums)
{
    json_number(object, "total_fen", sums->total.fen);
    json_number(object, "own_pay_fen", sums->own_pay.fen);
    json_number(object, "over_limit_fen", sums->over_limit.fen);
    json_number(object, "pre_pay_fen", sums->pre_pay.fen);
    json_number(object, "in_scope_fen", sums->in_scope.fen);
}

static void put_filing(json_t *object, const struct stay *stay)
{
    json_t *filing;

    if (uuid_is_none(&stay->filing)) {
        json_null_field(object, "filing");
        return;
    }
    filing = json_new_object();
    json_uuid(filing, "case_id", &stay->filing);
    json_number(filing, "version", stay->filing_version);
    json_put(object, "filing", filing);
}

static void put_question(json_t *object, const struct flow_question *question)
{
    json_t *open;

    if (question == NULL) {
        json_null_field(object, "question");
        return;
    }
    open = json_new_object();
    json_text(open, "action", action_name(question->action).english);
    json_uuid(open, "message_id", &question->asked);
    json_instant(open, "since", question->at);
    json_instant(open, "until", question->answer_by);
    json_number(open, "rounds", question->rounds);
    json_put(object, "question", open);
}

/* What an answer was not known of, or what is being reversed. */
static void put_original(json_t *object, const struct stay *stay)
{
    json_t *original;

    if (stay->original_action == ACTION_NONE) {
        json_null_field(object, "original");
        return;
    }
    original = json_new_object();
    json_text(original, "action", action_name(stay->original_action).english);
    json_uuid(original, "message_id", &stay->original);
    json_put(object, "original", original);
}

static void put_reversed(json_t *object, const struct stay *stay)
{
    json_t *array = json_new_array();
    char id[UUID_TEXT_SIZE];

    for (size_t i = 0; i < STAY_REVERSED_MAX; i++)
        if (!uuid_is_none(&stay->reversed[i]))
            json_append(array, json_string(uuid_format(&stay->reversed[i], id)));
    json_put(object, "reversed", array);
}

static void put_shares(json_t *object, const struct stay_seen *seen)
{
    json_t *array = json_new_array();

    for (size_t i = 0; i < seen->share_count; i++) {
        const struct stay_share *share = &seen->shares[i];
        json_t *row = json_new_object();

        json_text(row, "share", share->name.english);
        json_number(row, "fen", share->amount.fen);
        json_text(row, "by", share->by_code);
        json_text(row, "to", share->to_code);
        json_append(array, row);
    }
    json_bool(object, "trial", seen->trial);
    json_put(object, "shares", array);
}

static void put_lines(json_t *object, const struct stay_seen *seen)
{
    const struct stay *stay = &seen->row.part.stay;
    json_t *sums = json_new_object();
    json_t *array;

    json_number(sums, "count", stay->line_count);
    put_sums(sums, &stay->sums);
    json_put(object, "lines", sums);
    if (!seen->with_lines)
        return;
    array = json_new_array();
    for (const struct stay_charge *charge = seen->first; charge != NULL;
         charge = charge->next) {
        json_t *row = json_new_object();

        json_view(row, "number", charge->row.number);
        json_view(row, "original", charge->row.original);
        json_bool(row, "in_force", charge->row.in_force);
        json_bool(row, "held", charge->row.held);
        json_number(row, "batch", charge->row.batch);
        put_sums(row, &charge->row.sums);
        json_number(row, "returned_fen", charge->row.returned.fen);
        json_append(array, row);
    }
    json_put(object, "charge_lines", array);
}

static void put_next(json_t *object, const struct flow_case *row)
{
    struct next_step next = next_step_of(row);
    struct next_act act = next_act_of(row);

    json_text(object, "next_actor", next_actor_text(next.actor));
    json_text(object, "next_step", next.actor == NEXT_NOBODY ? NULL : next.what.english);
    json_put(object, "gateway_next", next_act_json(&act));
    json_bool(object, "reversible", stay_reversible(row));
}

bool stay_print_json(struct stay_seen *seen, struct error *err)
{
    const struct flow_case *row = &seen->row;
    const struct stay *stay = &row->part.stay;
    json_t *object = stay_json(row, seen->party, seen->cli->now);
    json_t *hops = json_new_array();

    json_number(object, "treating_region", row->in_region);
    json_number(object, "insured_region", row->out_region);
    json_number(object, "level", stay->level);
    json_text(object, "visit", stay_visit_name(stay->visit).english);
    json_number(object, "insurance_kind", stay->insurance_kind);
    put_filled(object, "visit_number", stay->visit_number);
    put_filled(object, "settlement_number", stay->settlement_number);
    put_filing(object, stay);
    json_bool(object, "emergency", (row->flags & CASE_EMERGENCY) != 0);
    json_bool(object, "overlaps", (row->flags & CASE_OVERLAPS) != 0);
    json_bool(object, "unconfirmed", (row->flags & CASE_UNCONFIRMED) != 0);
    json_bool(object, "was_uncertain", (row->flags & CASE_WAS_UNCERTAIN) != 0);
    put_filled(object, "recognition", stay->recognition);
    put_day(object, "admitted", stay->admitted);
    put_day(object, "discharged", stay->discharged);
    json_instant(object, "settled_at", stay->settled_at);
    json_number(object, "settlements", stay->settlements);
    json_number(object, "reversals", stay->reversals);
    json_number(object, "cancellations", stay->cancellations);
    put_filled(object, "code", row->last_code);
    put_question(object, flow_case_question(row));
    put_original(object, stay);
    put_reversed(object, stay);
    put_next(object, row);
    put_shares(object, seen);
    put_lines(object, seen);
    for (size_t i = 0; i < seen->hop_count; i++)
        json_append(hops, hop_json(&seen->hops[i]));
    json_put(object, "hops", hops);
    json_number(object, "hops_before", (int64_t)seen->hops_before);
    return json_print(seen->cli, object, err);
}

/* traffic.c - counters of admission and breakers, as one answer. */
#include "gate/traffic.h"

#include "base/clock.h"

static json_t *in_json(const struct loads *loads, const char *id)
{
    static const struct load never;
    const struct load *load = loads_find(loads, id);

    if (load == NULL)
        load = &never;
    return json_pack("{s:I, s:I, s:I, s:I, s:I}", "in_flight",
                     (json_int_t)atomic_load(&load->in_flight), "admitted",
                     (json_int_t)atomic_load(&load->admitted), "over_rate",
                     (json_int_t)atomic_load(&load->over_rate), "over_in_flight",
                     (json_int_t)atomic_load(&load->over_in_flight), "over_connections",
                     (json_int_t)atomic_load(&load->over_connections));
}

static json_t *out_json(const struct writer_lane *lane)
{
    struct instant until = breaker_until(&lane->breaker, clock_now());
    char text[INSTANT_TEXT_SIZE];
    json_t *out = json_pack("{s:I, s:I}", "in_flight", (json_int_t)lane->in_flight, "failures",
                            (json_int_t)lane->breaker.failures);

    if (until.ms != 0)
        json_object_set_new(out, "open_until", json_string(instant_format(until, text)));
    return out;
}

json_t *traffic_json(struct gate *gate)
{
    struct writer_counts writer;
    struct config *config = gate_config(gate);
    json_t *parties = json_array();

    writer_counts(gate->writer, &writer);
    for (size_t i = 0; i < writer.lane_count; i++) {
        const struct config_party *party = config_party_by_number(config,
                                                                  writer.lanes[i].number);
        if (party != NULL)
            json_array_append_new(parties, json_pack("{s:s, s:o, s:o}", "party", party->id,
                                                     "in", in_json(&gate->loads, party->id),
                                                     "out", out_json(&writer.lanes[i])));
    }
    config_free(config);
    return json_pack("{s:b, s:o}", "ok", 1, "parties", parties);
}

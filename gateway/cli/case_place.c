/* case_place.c - the place of claim, from warnings to words. */
#include "cli/case_place.h"

#include <string.h>

#include "cli/json.h"

enum { PLACES_OF_PROVINCE = 10000, LINE_SIZE = 256 };

static bool reason_of(const char *code, enum place_reason *reason)
{
    for (unsigned i = 0; i < REASONS; i++) {
        if (strcmp(place_code((enum place_reason)i), code) != 0)
            continue;
        *reason = (enum place_reason)i;
        return true;
    }
    return false;
}

bool case_place_note(struct case_place *place, uint64_t seq, const char *code, unsigned row)
{
    enum place_reason reason;

    if (strcmp(code, "PEN-R04") == 0 && place->seq == seq)
        place->elsewhere = true;
    if (!reason_of(code, &reason))
        return false;
    if (place->seq != seq)
        *place = (struct case_place){.seq = seq};
    if (place->count == COUNT_OF(place->reasons))
        return true;
    place->reasons[place->count].reason = reason;
    place->reasons[place->count].province = row * PLACES_OF_PROVINCE;
    place->count++;
    return true;
}

void case_place_print(const struct cli *cli, const struct case_place *place,
                      size_t label_columns)
{
    char line[LINE_SIZE];

    if (place->count == 0)
        return;
    snprintf(line, sizeof(line),
             place->elsewhere ? _("%06u; not this agency's (PEN-R04), which decides")
                              : _("%06u; advice, the agency decides"),
             place->reasons[0].province);
    screen_field(&cli->screen, _("Claim place"), label_columns,
                 place->elsewhere ? PAINT_WARN : PAINT_PLAIN, line);
    for (size_t i = 0; i < place->count; i++) {
        enum place_reason reason = place->reasons[i].reason;

        snprintf(line, sizeof(line), "%*s%s %06u: %s", (int)label_columns, "",
                 place_code(reason), place->reasons[i].province,
                 language_name(place_text(reason)));
        screen_wrap(&cli->screen, PAINT_FAINT, line);
    }
}

void case_place_json(json_t *object, const struct case_place *place)
{
    json_t *told;
    json_t *reasons;

    if (place->count == 0) {
        json_null_field(object, "claim_place");
        return;
    }
    told = json_new_object();
    reasons = json_new_array();
    json_number(told, "province", place->reasons[0].province);
    json_bool(told, "elsewhere", place->elsewhere);
    for (size_t i = 0; i < place->count; i++) {
        json_t *reason = json_new_object();

        json_text(reason, "code", place_code(place->reasons[i].reason));
        json_number(reason, "province", place->reasons[i].province);
        json_text(reason, "english", place_text(place->reasons[i].reason).english);
        json_text(reason, "chinese", place_text(place->reasons[i].reason).chinese);
        json_append(reasons, reason);
    }
    json_put(told, "reasons", reasons);
    json_put(object, "claim_place", told);
}

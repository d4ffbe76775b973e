/* pension_advice.c - from a document to both questions. */
#include "core/pension_advice.h"

#include <string.h>

#include "base/identity.h"

struct pension_person pension_person_read(const struct record *document, struct day today)
{
    struct pension_person person = {.sex = 0};
    struct citizen_number number;
    struct text written;
    struct text type;
    struct day birth = {0};
    uint64_t sex = 0;
    bool citizen = (!record_text(document, "person/identityType", &type) ||
                    text_is(type, "01")) &&
                   record_text(document, "person/identityNumber", &written) &&
                   citizen_number_parse(written, today, &number);

    if (!record_day(document, "person/birthDate", &birth) && citizen)
        birth = citizen_number_birth(&number);
    if (!record_number(document, "person/sex", 9, &sex) && citizen)
        sex = (uint64_t)citizen_number_sex(&number);
    if (birth.number != 0)
        person.birth = day_month(birth);
    person.sex = (unsigned)sex;
    return person;
}

/* Room for the form's rows and IN's own periods, and both of them in it. */
static bool gather(const struct advice_question *question, struct arena *arena,
                   struct advice *advice, struct pension_period **periods, struct error *err)
{
    struct pension_period *rows;
    struct pension_form form;
    size_t row_count;

    if (!pension_form_read(question->form, question->out_region, question->today,
                           question->rules, arena, &form, err) ||
        !pension_periods_of_form(&form, arena, &rows, &row_count, &advice->left_out, err))
        return false;
    advice->count = row_count + question->own_count;
    *periods = arena_array(arena, advice->count, sizeof(**periods));
    if (*periods == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the periods of insurance");
    memcpy(*periods, rows, row_count * sizeof(*rows));
    if (question->own_count > 0)
        memcpy(*periods + row_count, question->own,
               question->own_count * sizeof(*question->own));
    return true;
}

static void find_place(const struct advice_question *question,
                       const struct pension_period *periods, struct advice *advice)
{
    struct pension_person person = pension_person_read(question->form, question->today);
    struct place_question asked = {
        .rules = question->rules,
        .today = question->today,
        .periods = periods,
        .count = advice->count,
        .household = question->household,
        .current = question->in_region != 0 ? question->in_region : question->out_region,
        .birth = person.birth,
        .sex = person.sex,
    };

    place_advise(&asked, &advice->place);
}

bool pension_advise(const struct advice_question *question, struct arena *arena,
                    struct advice *advice, struct error *err)
{
    struct overlap_question asked = {
        .rules = question->rules,
        .today = question->today,
        .in_region = question->in_region,
        .agreed_region = question->agreed_region,
    };
    struct pension_period *periods;
    struct pension_period *cleared;
    struct overlap_share *shares;

    memset(advice, 0, sizeof(*advice));
    if (!gather(question, arena, advice, &periods, err))
        return false;
    cleared = arena_array(arena, advice->count, sizeof(*cleared));
    shares = arena_array(arena, advice->count, sizeof(*shares));
    if (cleared == NULL || shares == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the periods of insurance");
    memcpy(cleared, periods, advice->count * sizeof(*cleared));
    asked.periods = advice->periods = periods;
    asked.count = advice->count;
    advice->shares = shares;
    overlap_find(&asked, shares, &advice->overlap);
    if (advice->overlap.input == INPUT_GOOD)
        overlap_clear(cleared, shares, advice->count);
    find_place(question, cleared, advice);
    return true;
}

enum { PLACES_OF_PROVINCE = 10000 };

void pension_tell_place(const struct place *place, struct flow_decision *decision)
{
    for (size_t i = 0; i < place->reason_count; i++)
        flow_warn(decision, place_code(place->reasons[i].reason),
                  (uint16_t)(place->reasons[i].province / PLACES_OF_PROVINCE));
}

/* person_number.c - the one form of a person's number. */
#include "core/person_number.h"

struct text person_number_of(const struct record *body, struct day today,
                             struct citizen_number *number)
{
    struct text written;
    struct text type;

    if (!record_text(body, "person/identityNumber", &written))
        return TEXT_NONE;
    if ((record_text(body, "person/identityType", &type) && !text_is(type, "01")) ||
        !citizen_number_parse(written, today, number))
        return written;
    return text_of(number->digits);
}

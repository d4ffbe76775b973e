/* mapping_decimal.c - a decimal in another notation. */
#include "wire/mapping_decimal.h"

bool decimal_format(struct text format, unsigned *least, unsigned *most)
{
    struct text places = format;
    struct text whole = text_cut(&places, '.');
    size_t zeros = 0;

    if (!text_is(whole, "0") || places.size > DECIMAL_PLACES_MAX ||
        (places.at != NULL && places.size == 0))
        return false;
    while (zeros < places.size && places.at[zeros] == '0')
        zeros++;
    for (size_t i = zeros; i < places.size; i++)
        if (places.at[i] != '#')
            return false;
    *least = (unsigned)zeros;
    *most = (unsigned)places.size;
    return true;
}

static bool all_digits(struct text text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return true;
}

/* Takes a '-' away. */
static bool take_sign(struct text *text)
{
    if (!text_starts(*text, "-"))
        return false;
    *text = (struct text){text->at + 1, text->size - 1};
    return true;
}

bool decimal_rewrite(struct text from, unsigned least, unsigned most, struct buffer *out)
{
    bool negative = take_sign(&from);
    struct text places = from;
    struct text whole = text_cut(&places, '.');

    if (from.size > DECIMAL_SIZE_MAX || !all_digits(whole) || !all_digits(places) ||
        (places.at != NULL ? places.size == 0 : whole.size == 0))
        return false;
    while (whole.size > 0 && whole.at[0] == '0')
        whole = (struct text){whole.at + 1, whole.size - 1};
    while (places.size > 0 && places.at[places.size - 1] == '0')
        places.size--;
    if (places.size > most)
        return false;
    if (negative && whole.size + places.size > 0)
        buffer_string(out, "-");
    if (whole.size == 0)
        whole = TEXT("0");
    buffer_text(out, whole);
    if (places.size > 0 || least > 0)
        buffer_string(out, ".");
    if (places.size > 0)
        buffer_text(out, places);
    for (size_t i = places.size; i < least; i++)
        buffer_string(out, "0");
    return true;
}

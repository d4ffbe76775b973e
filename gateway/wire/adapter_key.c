/* adapter_key.c - message keys that name their maker and their time. */
#include <string.h>

#include "base/uuid.h"
#include "wire/adapter_internal.h"
#include "wire/mapping_pattern.h"

#define TIME "yyyyMMddHHmmss"

enum { TIME_SIZE = sizeof(TIME) - 1 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Where the time stands; SIZE_MAX: nowhere. */
static size_t time_at(struct text form)
{
    const char *at = form.size == 0 ? NULL : memmem(form.at, form.size, TIME, TIME_SIZE);

    return at == NULL ? SIZE_MAX : (size_t)(at - form.at);
}

static size_t count_of(struct text form, char sign)
{
    size_t count = 0;

    for (size_t i = 0; i < form.size; i++)
        count += form.at[i] == sign;
    return count;
}

const char *adapter_key_fault(const struct adapter_key *key, size_t size_max)
{
    if (key->form.size == 0)
        return key->own.size == 0 ? NULL : "own: without a form";
    if (key->form.size > size_max)
        return "form: longer than the key may be";
    if (time_at(key->form) == SIZE_MAX || count_of(key->form, '9') < 4)
        return "form: a time and four digits at least tell one key from another";
    if (count_of(key->form, 'X') != key->own.size)
        return "own: not as many letters and digits as the form has X";
    for (size_t i = 0; i < key->own.size; i++)
        if (!is_letter(key->own.at[i]) && !is_digit(key->own.at[i]))
            return "own: only letters and digits";
    return NULL;
}

bool adapter_forms_keys(const struct adapter *adapter)
{
    return adapter->key.form.size > 0;
}

static bool has_form(struct text form, struct text key, struct instant *time)
{
    size_t at = time_at(form);

    if (key.size != form.size ||
        !pattern_read_time(TEXT(TIME), (struct text){key.at + at, TIME_SIZE}, time))
        return false;
    for (size_t i = 0; i < form.size; i++) {
        char sign = form.at[i];
        char c = key.at[i];
        if (i >= at && i < at + TIME_SIZE)
            continue;
        if (sign == 'X'   ? !is_letter(c) && !is_digit(c)
            : sign == '9' ? !is_digit(c)
                          : sign != c)
            return false;
    }
    return true;
}

bool adapter_key_read(const struct adapter *adapter, struct text key, struct instant *time,
                      struct error *err)
{
    struct uuid id;

    *time = (struct instant){0};
    if (adapter->key.form.size > 0)
        return has_form(adapter->key.form, key, time) ||
               fail(err, ERROR_VALUE, "%s: not a key of the agreed form", adapter->key_path);
    if (uuid_parse(key, &id) && uuid_is_v7(&id))
        *time = uuid_time(&id);
    return true;
}

/* The random end of a MessageId, as decimal digits from the right. */
static uint64_t digits_of(const struct uuid *id)
{
    uint64_t number = 0;

    for (size_t i = 9; i < sizeof(id->bytes); i++)
        number = number << 8 | id->bytes[i];
    return number;
}

static void make_key(const struct adapter_key *key, const struct uuid *id, struct instant time,
                     char *out)
{
    char stamp[PATTERN_SIZE_MAX];
    struct buffer buffer = buffer_over(stamp, sizeof(stamp));
    size_t at = time_at(key->form);
    size_t own = key->own.size;
    uint64_t digits = digits_of(id);

    pattern_write_time(TEXT(TIME), time, &buffer);
    for (size_t i = key->form.size; i-- > 0;) {
        char sign = key->form.at[i];
        if (i >= at && i < at + TIME_SIZE) {
            out[i] = stamp[i - at];
        } else if (sign == '9') {
            out[i] = (char)('0' + digits % 10);
            digits /= 10;
        } else {
            out[i] = sign == 'X' ? key->own.at[--own] : sign;
        }
    }
}

bool adapter_key_write(const struct adapter *adapter, struct text key, struct arena *arena,
                       struct text *theirs, struct instant *time, struct error *err)
{
    const struct adapter_key *shape = &adapter->key;
    struct error ignored;
    struct uuid id;
    char *made;

    *theirs = key;
    if (adapter_key_read(adapter, key, time, &ignored))
        return true;
    if (!uuid_parse(key, &id) || !uuid_is_v7(&id))
        return fail(err, ERROR_VALUE, "%s: not a key of the agreed form", adapter->key_path);
    made = arena_alloc(arena, shape->form.size + 1);
    if (made == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a key");
    *time = uuid_time(&id);
    make_key(shape, &id, *time, made);
    *theirs = (struct text){made, shape->form.size};
    return true;
}

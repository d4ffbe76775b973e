/* json.c - jansson with one memory of failure. */
#include "cli/json.h"

static bool failed;

static json_t *made(json_t *value)
{
    if (value == NULL)
        failed = true;
    return value;
}

json_t *json_new_object(void)
{
    return made(json_object());
}

json_t *json_new_array(void)
{
    return made(json_array());
}

void json_append(json_t *array, json_t *value)
{
    if (made(value) == NULL || array == NULL)
        json_decref(value);
    else if (json_array_append_new(array, value) != 0)
        failed = true;
}

void json_put(json_t *object, const char *name, json_t *value)
{
    if (made(value) == NULL || object == NULL)
        json_decref(value);
    else if (json_object_set_new(object, name, value) != 0)
        failed = true;
}

void json_text(json_t *object, const char *name, const char *value)
{
    json_put(object, name, value == NULL ? json_null() : json_string(value));
}

void json_view(json_t *object, const char *name, struct text value)
{
    json_put(object, name, json_stringn(value.size == 0 ? "" : value.at, value.size));
}

void json_number(json_t *object, const char *name, int64_t value)
{
    json_put(object, name, json_integer(value));
}

void json_bool(json_t *object, const char *name, bool value)
{
    json_put(object, name, json_boolean(value));
}

void json_null_field(json_t *object, const char *name)
{
    json_put(object, name, json_null());
}

void json_instant(json_t *object, const char *name, struct instant at)
{
    char text[INSTANT_TEXT_SIZE];

    json_text(object, name, at.ms == 0 ? NULL : instant_format(at, text));
}

void json_uuid(json_t *object, const char *name, const struct uuid *id)
{
    char text[UUID_TEXT_SIZE];

    json_text(object, name, uuid_is_none(id) ? NULL : uuid_format(id, text));
}

void json_hex(json_t *object, const char *name, const void *bytes, size_t size)
{
    char text[129];

    CHECK(2 * size < sizeof(text));
    hex_encode(bytes, size, text);
    json_text(object, name, text);
}

bool json_print(struct cli *cli, json_t *value, struct error *err)
{
    bool ok = !failed && value != NULL &&
              json_dumpf(value, cli->screen.bytes, JSON_INDENT(2)) == 0 &&
              fputc('\n', cli->screen.bytes) != EOF;

    json_decref(value);
    if (failed)
        return fail(err, ERROR_MEMORY, _("no memory for the answer"));
    if (!ok)
        return fail(err, ERROR_SYSTEM, _("the output could not be written"));
    return true;
}

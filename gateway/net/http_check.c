#include "net/http_check.h"

#include <string.h>
#include <strings.h>

static const char *const flaw_names[] = {
    [HTTP_FINE] = "fine",
    [HTTP_FLAW_LINE_END] = "line_end",
    [HTTP_FLAW_CONTROL] = "control",
    [HTTP_FLAW_FOLDED] = "folded",
    [HTTP_FLAW_HEAD_SIZE] = "head_size",
    [HTTP_FLAW_METHOD] = "method",
    [HTTP_FLAW_TARGET] = "target",
    [HTTP_FLAW_VERSION] = "version",
    [HTTP_FLAW_NAME] = "name",
    [HTTP_FLAW_VALUE] = "value",
    [HTTP_FLAW_LENGTH] = "length",
    [HTTP_FLAW_LENGTH_BOTH] = "length_both",
    [HTTP_FLAW_NO_LENGTH] = "no_length",
    [HTTP_FLAW_ENCODING] = "encoding",
    [HTTP_FLAW_HOST] = "host",
    [HTTP_FLAW_BODY_ON_GET] = "body_on_get",
    [HTTP_FLAW_FIELD] = "field",
    [HTTP_FLAW_TWICE] = "twice",
};
_Static_assert(COUNT_OF(flaw_names) == HTTP_FLAWS, "every flaw has a name, in order");

/* How often each field that has a rule of its own occurred, and its (last) value. */
enum watched { LENGTH, ENCODING, HOST, EXPECT, CONTENT_TYPE, CONNECTION, FORBIDDEN, WATCHED };

static const struct {
    const char *name;
    enum watched kind;
} watched_names[] = {
    {"content-length", LENGTH},
    {"transfer-encoding", ENCODING},
    {"host", HOST},
    {"expect", EXPECT},
    {"content-type", CONTENT_TYPE},
    {"connection", CONNECTION},
    {"content-encoding", FORBIDDEN},
    {"upgrade", FORBIDDEN},
    {"trailer", FORBIDDEN},
    {"proxy-connection", FORBIDDEN},
    {"http2-settings", FORBIDDEN},
};

struct seen {
    unsigned count[WATCHED];
    struct text value[WATCHED];
};

const char *http_flaw_name(enum http_flaw flaw)
{
    return (size_t)flaw < COUNT_OF(flaw_names) ? flaw_names[flaw] : "unknown";
}

/* RFC 9110 section 5.6.2 */
static bool is_token_character(char c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
        return true;
    return c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

static bool is_token(struct text name)
{
    for (size_t i = 0; i < name.size; i++)
        if (!is_token_character(name.at[i]))
            return false;
    return name.size > 0;
}

static bool is_control(unsigned char c)
{
    return (c < 0x20 && c != '\t') || c == 0x7f;
}

static bool is_field_value(struct text value)
{
    for (size_t i = 0; i < value.size; i++)
        if (is_control((unsigned char)value.at[i]))
            return false;
    return true;
}

/* Our paths are plain: no percent, no dot segments, no fragment, so there is nothing to decode
 * and nothing that two readers can decode differently. A query may follow. */
static bool is_plain_target(struct text target)
{
    if (target.size == 0 || target.size > HTTP_TARGET_MAX || target.at[0] != '/')
        return false;
    for (size_t i = 0; i < target.size; i++) {
        char c = target.at[i];
        if (c <= ' ' || c >= 0x7f || strchr("%#\\\"<>^`{|}", c) != NULL)
            return false;
        if (c == '/' && i + 1 < target.size && target.at[i + 1] == '/')
            return false;
    }
    return true;
}

static bool is_name(struct text name, const char *lower)
{
    return strlen(lower) == name.size && strncasecmp(name.at, lower, name.size) == 0;
}

static enum http_flaw look_at_fields(const struct http_head *head, struct seen *seen)
{
    for (size_t i = 0; i < head->field_count; i++) {
        const struct http_field *field = &head->fields[i];
        if (!is_token(field->name))
            return HTTP_FLAW_NAME;
        if (!is_field_value(field->value))
            return HTTP_FLAW_VALUE;
        for (size_t k = 0; k < COUNT_OF(watched_names); k++) {
            if (!is_name(field->name, watched_names[k].name))
                continue;
            seen->count[watched_names[k].kind]++;
            seen->value[watched_names[k].kind] = field->value;
        }
    }
    return HTTP_FINE;
}

static bool is_length(struct text value)
{
    uint64_t number = 0;
    return value.size >= 1 && value.size <= HTTP_LENGTH_DIGITS_MAX &&
           text_to_u64(value, &number);
}

static bool is_host(struct text value)
{
    if (value.size == 0)
        return false;
    for (size_t i = 0; i < value.size; i++)
        if (value.at[i] <= ' ' || strchr(",;/@\\?#", value.at[i]) != NULL)
            return false;
    return true;
}

/* Where does the body end? Exactly one answer, or none at all. */
static enum http_flaw check_length(const struct http_head *head, const struct seen *seen)
{
    if (seen->count[LENGTH] > 0 && seen->count[ENCODING] > 0)
        return HTTP_FLAW_LENGTH_BOTH;
    if (seen->count[LENGTH] > 1 ||
        (seen->count[LENGTH] == 1 && !is_length(seen->value[LENGTH])))
        return HTTP_FLAW_LENGTH;
    if (seen->count[ENCODING] > 1)
        return HTTP_FLAW_ENCODING;
    if (seen->count[ENCODING] == 1 &&
        (head->minor == 0 || !is_name(seen->value[ENCODING], "chunked")))
        return HTTP_FLAW_ENCODING;
    bool has_length = seen->count[LENGTH] + seen->count[ENCODING] > 0;
    if (head->method != HTTP_METHOD_GET && !has_length)
        return HTTP_FLAW_NO_LENGTH;
    if (head->method == HTTP_METHOD_GET && has_length &&
        !(seen->count[LENGTH] == 1 && text_is(seen->value[LENGTH], "0")))
        return HTTP_FLAW_BODY_ON_GET;
    return HTTP_FINE;
}

enum http_flaw http_check(const struct http_head *head)
{
    struct seen seen = {.count = {0}};

    if (head->method == HTTP_METHOD_OTHER)
        return HTTP_FLAW_METHOD;
    if (head->major != 1 || (head->minor != 0 && head->minor != 1))
        return HTTP_FLAW_VERSION;
    if (!is_plain_target(head->target))
        return HTTP_FLAW_TARGET;
    if (head->field_count > HTTP_FIELDS_MAX)
        return HTTP_FLAW_HEAD_SIZE;
    enum http_flaw flaw = look_at_fields(head, &seen);
    if (flaw == HTTP_FINE)
        flaw = check_length(head, &seen);
    if (flaw != HTTP_FINE)
        return flaw;
    if (seen.count[HOST] > 1 || (seen.count[HOST] == 0 && head->minor == 1))
        return HTTP_FLAW_HOST;
    if (seen.count[HOST] == 1 && !is_host(seen.value[HOST]))
        return HTTP_FLAW_HOST;
    if (seen.count[FORBIDDEN] > 0)
        return HTTP_FLAW_FIELD;
    if (seen.count[EXPECT] > 1 ||
        (seen.count[EXPECT] == 1 && !is_name(seen.value[EXPECT], "100-continue")))
        return HTTP_FLAW_FIELD;
    if (seen.count[CONTENT_TYPE] > 1 || seen.count[CONNECTION] > 1)
        return HTTP_FLAW_TWICE;
    return HTTP_FINE;
}

static void note(struct head_watch *watch, enum http_flaw flaw)
{
    if (watch->flaw == HTTP_FINE)
        watch->flaw = flaw;
}

static void end_line(struct head_watch *watch)
{
    if (!watch->after_cr)
        note(watch, HTTP_FLAW_LINE_END);
    watch->complete = watch->line_size == 0;
    watch->lines++;
    if (watch->lines > HTTP_FIELDS_MAX + 2) /* request line and empty line */
        note(watch, HTTP_FLAW_HEAD_SIZE);
    watch->line_size = 0;
    watch->after_cr = false;
}

static void watch_byte(struct head_watch *watch, unsigned char c)
{
    if (c == '\n') {
        end_line(watch);
        return;
    }
    if (watch->after_cr) {
        watch->after_cr = false;
        watch->line_size++;
        note(watch, HTTP_FLAW_LINE_END);
    }
    if (c == '\r') {
        watch->after_cr = true;
        return;
    }
    if (watch->line_size == 0 && (c == ' ' || c == '\t'))
        note(watch, HTTP_FLAW_FOLDED);
    if (is_control(c))
        note(watch, HTTP_FLAW_CONTROL);
    watch->line_size++;
}

void head_watch_feed(struct head_watch *watch, const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size && !watch->complete; i++) {
        if (watch->size < UINT32_MAX)
            watch->size++;
        watch_byte(watch, bytes[i]);
    }
    if (watch->size > HTTP_HEAD_MAX)
        note(watch, HTTP_FLAW_HEAD_SIZE);
}

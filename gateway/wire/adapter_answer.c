/* adapter_answer.c - what a core's HTTP answer means, and the business answer in it. */
#include <string.h>

#include "base/utf8.h"
#include "wire/adapter_internal.h"

enum { NUMBER_MIN = 15 }; /* digits that may be a person's number */

bool adapter_glob(const char *pattern, struct text text)
{
    const char *star = NULL; /* after the last '*' */
    size_t retry = 0;        /* where its match would begin if it took one byte more */
    size_t at = 0;

    while (at < text.size) {
        if (*pattern == '*') {
            star = ++pattern;
            retry = at;
        } else if (*pattern == '?' || (*pattern != '\0' && *pattern == text.at[at])) {
            pattern++;
            at++;
        } else if (star != NULL) {
            pattern = star;
            at = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

/* --- rules ---------------------------------------------------------------------------------
 */

/* An answer that cannot be read is only an answer: no root. */
static void read_answer(const struct adapter *adapter, struct text bytes, struct arena *arena,
                        struct carrier_content *content)
{
    struct error ignored;

    *content = (struct carrier_content){.root = NULL};
    if (bytes.size > 0 &&
        !carrier_read(&adapter->carrier, NULL, bytes, arena, content, &ignored))
        *content = (struct carrier_content){.root = NULL};
}

/* A Fault says nothing of the document: only rules about faults look at it. */
static bool rule_fits(const struct adapter_rule *rule, struct text http,
                      const struct carrier_content *content)
{
    struct text value = TEXT_NONE;

    if ((rule->fault != NULL) != (content->fault.size > 0))
        return false;
    if (rule->fault != NULL && !adapter_glob(rule->fault, content->fault))
        return false;
    if (rule->http != NULL && !adapter_glob(rule->http, http))
        return false;
    if (rule->path == NULL)
        return true;
    return content->root != NULL && record_text(content->root, rule->path, &value) &&
           adapter_glob(rule->pattern, value);
}

static const struct adapter_rule *rule_for(const struct adapter *adapter, int http_status,
                                           const struct carrier_content *content)
{
    char http[16];
    struct buffer buffer = buffer_over(http, sizeof(http));

    buffer_format(&buffer, "%d", http_status);
    for (size_t i = 0; i < adapter->rule_count; i++)
        if (rule_fits(&adapter->rules[i], buffer_as_text(&buffer), content))
            return &adapter->rules[i];
    return NULL;
}

/* An answer without fields is judged by its HTTP status alone, which nobody signs. */
static bool is_signed(const struct adapter *adapter, const struct carrier_content *content,
                      struct arena *arena, struct error *err)
{
    return content->root == NULL || adapter_verify(adapter, content->root, arena, err);
}

static void take_code(const struct adapter_rule *rule, const struct record *root,
                      char code[CODE_SIZE])
{
    struct text said = text_of(rule->code == NULL ? "" : rule->code);

    if (rule->code_path != NULL && root != NULL && record_text(root, rule->code_path, &said) &&
        rule->list != NULL && !code_find(rule->list->to_ours, said, &said))
        said = text_of(rule->code == NULL ? "" : rule->code);
    if (!text_to_field(said, code, CODE_SIZE))
        code[0] = '\0';
}

enum adapter_result adapter_classify(const struct adapter *adapter, int http_status,
                                     struct text bytes, struct arena *arena,
                                     char code[CODE_SIZE])
{
    struct carrier_content content;
    const struct adapter_rule *rule;
    struct error ignored;

    read_answer(adapter, bytes, arena, &content);
    rule = rule_for(adapter, http_status, &content);
    code[0] = '\0';
    if (rule == NULL || !is_signed(adapter, &content, arena, &ignored))
        return ADAPTER_UNKNOWN;
    take_code(rule, content.root, code);
    return rule->result;
}

/* --- words of a rejection ------------------------------------------------------------------
 */

/* Whatever the adapter promises: a long number may be a person's. */
static bool has_number(struct text words)
{
    size_t run = 0;

    for (size_t i = 0; i < words.size; i++) {
        run = words.at[i] >= '0' && words.at[i] <= '9' ? run + 1 : 0;
        if (run == NUMBER_MIN)
            return true;
    }
    return false;
}

/* Whole characters, one line. */
static bool take_reason(const struct adapter_rule *rule, const struct record *root,
                        struct arena *arena, struct text *reason, struct error *err)
{
    struct text words = TEXT_NONE;
    struct text rest;
    size_t size = 0;
    uint32_t code;
    char *copy;

    if (rule->text_path == NULL || root == NULL ||
        !record_text(root, rule->text_path, &words) || has_number(words))
        return true;
    rest = words;
    while (utf8_take(&rest, &code) && words.size - rest.size <= ADAPTER_REASON_MAX)
        size = words.size - rest.size;
    copy = arena_alloc(arena, size + 1);
    if (copy == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an answer");
    memcpy(copy, words.at, size);
    text_one_line(copy);
    *reason = text_of(copy);
    return true;
}

/* --- the business answer -------------------------------------------------------------------
 */

static bool read_body(const struct adapter *adapter, const struct adapter_asked *asked,
                      const struct carrier_content *content, struct arena *arena,
                      struct adapter_message *answer, struct error *err)
{
    if (content->root == NULL)
        return fail(err, ERROR_PARSE, "the answer cannot be read");
    if (adapter_take_reply(adapter, asked, content, arena, answer, err))
        return adapter_check_dialect(adapter, content->root, err);
    *answer = (struct adapter_message){.flow = FLOW_NONE};
    if (err->code != ERROR_NOT_FOUND)
        return false;
    *err = (struct error)ERROR_INIT; /* nothing more is expected than yes */
    return true;
}

bool adapter_read_answer(const struct adapter *adapter, unsigned flow, unsigned asked_action,
                         int http_status, struct text bytes, const struct record *question,
                         struct arena *arena, enum adapter_result *result,
                         struct adapter_message *answer, char code[CODE_SIZE],
                         struct error *err)
{
    const struct adapter_asked asked = {FROM_CORE, flow, asked_action, question};
    struct carrier_content content;
    const struct adapter_rule *rule;
    bool ok = true;

    *answer = (struct adapter_message){.flow = FLOW_NONE};
    *result = ADAPTER_UNKNOWN;
    code[0] = '\0';
    read_answer(adapter, bytes, arena, &content);
    rule = rule_for(adapter, http_status, &content);
    if (rule == NULL)
        return true;
    if (!is_signed(adapter, &content, arena, err))
        return false;
    take_code(rule, content.root, code);
    if (rule->result == ADAPTER_OK || rule->result == ADAPTER_OK_DUPLICATE)
        ok = read_body(adapter, &asked, &content, arena, answer, err);
    else if (rule->result == ADAPTER_REJECTED)
        ok = take_reason(rule, content.root, arena, &answer->reason, err);
    if (ok)
        *result = rule->result;
    return ok;
}

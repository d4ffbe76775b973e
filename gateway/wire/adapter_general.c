/* adapter_general.c - the part of adapter.xml that holds for every message. */
#include "wire/adapter_internal.h"

#include <string.h>

#include "wire/encoding.h"

static const struct adapter_allowed adapter_elements[] = {
    {"name", 1, 1},        {"title", 1, 1},        {"version", 1, 1},  {"carrier", 1, 1},
    {"contentType", 1, 1}, {"capabilities", 1, 1}, {"localKey", 0, 1}, {"revision", 0, 1},
    {"limits", 0, 1},      {"answers", 0, 1},      {"messages", 1, 1}, {"signature", 0, 1}};
static const struct adapter_allowed title_elements[] = {{"en", 1, 1}, {"zh", 1, 1}};
static const struct adapter_allowed carrier_elements[] = {
    {"kind", 1, 1},   {"encoding", 1, 1},   {"label", 0, 1}, {"standalone", 0, 1},
    {"layout", 0, 1}, {"attributes", 0, 1}, {"soap", 0, 1}};
static const struct adapter_allowed soap_elements[] = {
    {"version", 1, 1}, {"namespace", 0, 1}, {"qualified", 0, 1}};
static const struct adapter_allowed capability_elements[] = {{"twoPhase", 1, 1},
                                                             {"statusQuery", 1, 1},
                                                             {"reversal", 1, 1},
                                                             {"answersInResponse", 1, 1},
                                                             {"batchMax", 1, 1}};
static const struct adapter_allowed key_elements[] = {
    {"path", 1, 1}, {"max", 0, 1}, {"form", 0, 1}, {"own", 0, 1}};
static const struct adapter_allowed revision_elements[] = {{"path", 1, 1}};
static const struct adapter_allowed limit_elements[] = {{"sizeMax", 0, 1}, {"rowsMax", 0, 1}};
static const struct adapter_allowed answer_elements[] = {{"rule", 0, ADAPTER_RULES_MAX}};
static const struct adapter_allowed rule_elements[] = {
    {"http", 0, 1},   {"path", 0, 1},     {"value", 0, 1},    {"pattern", 0, 1},
    {"result", 1, 1}, {"code", 0, 1},     {"codePath", 0, 1}, {"list", 0, 1},
    {"fault", 0, 1},  {"textPath", 0, 1}, {"textSafe", 0, 1}};

struct general {
    struct adapter *adapter;
    const struct adapter_file *file;
    struct error *err;
};

static bool fault(struct general *general, const struct adapter_node *node, const char *what)
{
    return adapter_fault(general->file, node, general->err, "%s: %s", node->name, what);
}

/* The child's text, or NULL if there is no such child. */
static const char *text_or_null(const struct adapter_node *node, const char *name)
{
    const struct adapter_node *child = adapter_child(node, name);

    return child == NULL ? NULL : child->value.at;
}

static bool read_label(struct general *general, const struct adapter_node *node)
{
    struct carrier *carrier = &general->adapter->carrier;
    const struct adapter_node *label = adapter_child(node, "label");
    enum encoding meant;

    if (label == NULL)
        return true;
    if (!encoding_of_label(label->value, &meant) || meant != carrier->encoding)
        return fault(general, label, "does not name the encoding");
    return text_to_field(label->value, carrier->label, sizeof(carrier->label)) ||
           fault(general, label, "too long");
}

static bool read_kind(struct general *general, const struct adapter_node *node)
{
    static const char *const kinds[] = {
        [CARRIER_XML] = "xml", [CARRIER_SOAP_BASE64] = "soap-base64", [CARRIER_JSON] = "json"};
    struct text kind = adapter_child_text(node, "kind");

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (!text_is(kind, kinds[i]))
            continue;
        general->adapter->carrier.kind = (enum carrier_kind)i;
        return true;
    }
    return fault(general, node, "kind: none of xml, soap-base64, json");
}

/* The envelope's own words; they stand in an attribute. */
static bool read_soap(struct general *general, const struct adapter_node *node)
{
    struct carrier_soap *soap = &general->adapter->carrier.soap;
    const struct adapter_node *at = adapter_child(node, "soap");
    struct text version;

    if ((at != NULL) != (general->adapter->carrier.kind == CARRIER_SOAP_BASE64))
        return fault(general, node, "soap stands there for soap-base64, and only then");
    if (at == NULL)
        return true;
    if (!adapter_children(general->file, at, soap_elements, COUNT_OF(soap_elements),
                          general->err) ||
        !adapter_child_bool(general->file, at, "qualified", false, &soap->qualified,
                            general->err))
        return false;
    version = adapter_child_text(at, "version");
    soap->version_12 = text_is(version, "1.2");
    soap->space = text_or_null(at, "namespace");
    if (!soap->version_12 && !text_is(version, "1.1"))
        return fault(general, at, "version: neither 1.1 nor 1.2");
    return soap->space == NULL ||
           (soap->space[0] != '\0' && strpbrk(soap->space, "<>&\"' ") == NULL) ||
           fault(general, at, "namespace: not a name of a namespace");
}

/* JSON is UTF-8 and has neither a declaration nor attributes. */
static bool check_json(struct general *general, const struct adapter_node *node)
{
    const struct carrier *carrier = &general->adapter->carrier;

    return carrier->kind != CARRIER_JSON ||
           (carrier->encoding == ENCODING_UTF8 && carrier->label[0] == '\0' &&
            carrier->standalone == STANDALONE_UNSAID && !carrier->attributes) ||
           fault(general, node, "JSON is UTF-8, without label, standalone and attributes");
}

static bool read_carrier(struct general *general, const struct adapter_node *node)
{
    struct carrier *carrier = &general->adapter->carrier;
    struct text layout = adapter_child_text(node, "layout");
    struct text standalone = adapter_child_text(node, "standalone");

    if (!adapter_children(general->file, node, carrier_elements, COUNT_OF(carrier_elements),
                          general->err))
        return false;
    if (!read_kind(general, node) ||
        !adapter_child_bool(general->file, node, "attributes", false, &carrier->attributes,
                            general->err))
        return false;
    if (!encoding_of_label(adapter_child_text(node, "encoding"), &carrier->encoding))
        return fault(general, node, "encoding: neither UTF-8 nor GB18030");
    if (standalone.size > 0 && !text_is(standalone, "yes") && !text_is(standalone, "no"))
        return fault(general, node, "standalone: neither yes nor no");
    if (layout.size > 0 && !text_is(layout, "compact") && !text_is(layout, "indented"))
        return fault(general, node, "layout: neither compact nor indented");
    carrier->indented = text_is(layout, "indented");
    carrier->standalone = standalone.size == 0         ? STANDALONE_UNSAID
                          : text_is(standalone, "yes") ? STANDALONE_YES
                                                       : STANDALONE_NO;
    return read_label(general, node) && read_soap(general, node) && check_json(general, node);
}

static bool read_capabilities(struct general *general, const struct adapter_node *node)
{
    struct adapter_capabilities *can = &general->adapter->capabilities;
    uint64_t batch_max;

    if (!adapter_children(general->file, node, capability_elements,
                          COUNT_OF(capability_elements), general->err))
        return false;
    if (!adapter_child_bool(general->file, node, "twoPhase", false, &can->two_phase,
                            general->err) ||
        !adapter_child_bool(general->file, node, "statusQuery", false, &can->status_query,
                            general->err) ||
        !adapter_child_bool(general->file, node, "reversal", false, &can->reversal,
                            general->err) ||
        !adapter_child_bool(general->file, node, "answersInResponse", false,
                            &can->answers_in_response, general->err) ||
        !adapter_child_number(general->file, node, "batchMax", 1, 1, 1000, &batch_max,
                              general->err))
        return false;
    can->batch_max = (uint32_t)batch_max;
    return true;
}

/* Without a key of its own a core cannot send anything twice safely (foundations 24). */
static bool read_key(struct general *general, const struct adapter_node *root)
{
    const struct adapter_node *key = adapter_child(root, "localKey");
    const struct adapter_node *revision = adapter_child(root, "revision");
    const char *wrong;
    uint64_t max;

    if (key == NULL)
        return fault(general, root,
                     "no localKey: a dialect without a message key of its own "
                     "is not loaded");
    if (!adapter_children(general->file, key, key_elements, COUNT_OF(key_elements),
                          general->err) ||
        !adapter_child_number(general->file, key, "max", ADAPTER_KEY_MAX, 1, ADAPTER_KEY_MAX,
                              &max, general->err))
        return false;
    general->adapter->key_path = text_or_null(key, "path");
    general->adapter->key_max = (uint32_t)max;
    if (general->adapter->key_path[0] == '\0')
        return fault(general, key, "path: empty");
    general->adapter->key.form = adapter_child_text(key, "form");
    general->adapter->key.own = adapter_child_text(key, "own");
    wrong = adapter_key_fault(&general->adapter->key, (size_t)max);
    if (wrong != NULL)
        return fault(general, key, wrong);
    if (revision == NULL)
        return true;
    general->adapter->revision_path = text_or_null(revision, "path");
    return adapter_children(general->file, revision, revision_elements,
                            COUNT_OF(revision_elements), general->err);
}

static bool read_limits(struct general *general, const struct adapter_node *root)
{
    static const struct adapter_node nothing = {.name = "limits"};
    const struct adapter_node *node = adapter_child(root, "limits");
    uint64_t size_max;
    uint64_t rows_max;

    if (node == NULL)
        node = &nothing;
    if (!adapter_children(general->file, node, limit_elements, COUNT_OF(limit_elements),
                          general->err) ||
        !adapter_child_number(general->file, node, "sizeMax", DOCUMENT_SIZE_DEFAULT, 1024,
                              DOCUMENT_SIZE_LIMIT, &size_max, general->err) ||
        !adapter_child_number(general->file, node, "rowsMax", ROWS_MAX_DEFAULT, 1,
                              ADAPTER_ROWS_MAX, &rows_max, general->err))
        return false;
    if (general->adapter->carrier.kind == CARRIER_SOAP_BASE64 &&
        size_max > CARRIER_SOAP_SIZE_MAX)
        return fault(general, node, "sizeMax: soap-base64 carries 10000000 bytes at most");
    general->adapter->carrier.size_max = (size_t)size_max;
    general->adapter->rows_max = (uint32_t)rows_max;
    return true;
}

/* --- rules for answers
 * --------------------------------------------------------------------------- */

static bool read_result(struct general *general, const struct adapter_node *node,
                        struct adapter_rule *rule)
{
    static const char *const results[] = {[ADAPTER_OK] = "ok",
                                          [ADAPTER_OK_DUPLICATE] = "duplicate",
                                          [ADAPTER_REJECTED] = "rejected",
                                          [ADAPTER_RETRYABLE] = "retryable",
                                          [ADAPTER_UNKNOWN] = "unknown"};
    struct text result = adapter_child_text(node, "result");

    for (size_t i = 0; i < COUNT_OF(results); i++) {
        if (!text_is(result, results[i]))
            continue;
        rule->result = (enum adapter_result)i;
        return true;
    }
    return fault(general, node, "result: none of ok, duplicate, rejected, retryable, unknown");
}

static bool read_rule_list(struct general *general, const struct adapter_node *node,
                           struct adapter_rule *rule)
{
    const char *name = text_or_null(node, "list");

    for (size_t i = 0; name != NULL && i < general->adapter->lists.count; i++)
        if (strcmp(general->adapter->lists.lists[i].name, name) == 0)
            rule->list = &general->adapter->lists.lists[i];
    return name == NULL || rule->list != NULL ||
           fault(general, node, "codes.xml has no such list");
}

static bool read_rule(struct general *general, const struct adapter_node *node,
                      struct adapter_rule *rule)
{
    const char *value = text_or_null(node, "value");
    bool safe;

    if (!adapter_children(general->file, node, rule_elements, COUNT_OF(rule_elements),
                          general->err) ||
        !adapter_child_bool(general->file, node, "textSafe", false, &safe, general->err) ||
        !read_result(general, node, rule))
        return false;
    rule->http = text_or_null(node, "http");
    rule->path = text_or_null(node, "path");
    rule->pattern = value != NULL ? value : text_or_null(node, "pattern");
    rule->code = text_or_null(node, "code");
    rule->code_path = text_or_null(node, "codePath");
    rule->fault = text_or_null(node, "fault");
    rule->text_path = safe ? text_or_null(node, "textPath") : NULL;
    if (value != NULL && strpbrk(value, "*?") != NULL)
        return fault(general, node, "value: * and ? belong into a pattern");
    if ((rule->path == NULL) != (rule->pattern == NULL))
        return fault(general, node, "path and value (or pattern) belong together");
    if (rule->http == NULL && rule->path == NULL && rule->fault == NULL)
        return fault(general, node, "neither http nor path nor fault");
    if (rule->fault != NULL &&
        (rule->path != NULL || rule->code_path != NULL || rule->result == ADAPTER_OK ||
         rule->result == ADAPTER_OK_DUPLICATE))
        return fault(general, node, "a Fault has no paths and is no success");
    if (rule->code != NULL && strlen(rule->code) >= CODE_SIZE)
        return fault(general, node, "code: too long");
    return read_rule_list(general, node, rule);
}

static bool read_rules(struct general *general, const struct adapter_node *root)
{
    struct adapter *adapter = general->adapter;
    const struct adapter_node *answers = adapter_child(root, "answers");

    if (answers == NULL)
        return true;
    if (!adapter_children(general->file, answers, answer_elements, COUNT_OF(answer_elements),
                          general->err))
        return false;
    adapter->rules = arena_array(adapter->arena, ADAPTER_RULES_MAX, sizeof(*adapter->rules));
    if (adapter->rules == NULL)
        return fail(general->err, ERROR_MEMORY, "%s: no memory", general->file->name);
    for (const struct adapter_node *node = answers->first; node != NULL; node = node->next)
        if (!read_rule(general, node, &adapter->rules[adapter->rule_count++]))
            return false;
    return true;
}

static bool name_is_sound(struct text name)
{
    for (size_t i = 0; i < name.size; i++)
        if ((name.at[i] < 'a' || name.at[i] > 'z') && (name.at[i] < '0' || name.at[i] > '9') &&
            name.at[i] != '-')
            return false;
    return name.size > 0 && name.size <= 40;
}

bool adapter_read_general(struct adapter *adapter, const struct adapter_file *file,
                          struct error *err)
{
    struct general general = {adapter, file, err};
    const struct adapter_node *root = file->root;

    if (!adapter_children(file, root, adapter_elements, COUNT_OF(adapter_elements), err) ||
        !adapter_children(file, adapter_child(root, "title"), title_elements,
                          COUNT_OF(title_elements), err))
        return false;
    if (!name_is_sound(adapter_child_text(root, "name")))
        return fault(&general, adapter_child(root, "name"),
                     "only small letters, digits and '-', at most 40");
    adapter->name = text_or_null(root, "name");
    adapter->content_type = text_or_null(root, "contentType");
    return read_carrier(&general, adapter_child(root, "carrier")) &&
           read_capabilities(&general, adapter_child(root, "capabilities")) &&
           read_key(&general, root) && read_limits(&general, root) &&
           read_rules(&general, root) && adapter_read_signature(adapter, file, root, err);
}

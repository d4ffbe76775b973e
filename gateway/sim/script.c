/* script.c - reading a script and its documents. */
#include "sim/script.h"

#include <string.h>

#include "base/file.h"
#include "wire/document.h"
#include "wire/settings.h"

enum { DOCUMENT_MAX = 1024 * 1024 };

struct loading {
    const char *path;
    const struct wire_schemas *schemas;
    struct arena *arena;
};

/* Documents that only bank lines have. */
static bool is_of_bank_line(unsigned action)
{
    return action == ACTION_REMITTANCE || action == ACTION_ALLOCATION ||
           action == ACTION_FUND_QUERY || action == ACTION_FUND_ANSWER;
}

bool script_read_document(const char *path, unsigned flow, const struct wire_schemas *schemas,
                          struct arena *arena, struct script_step *step, struct error *err)
{
    struct document_limits limits = {.size_max = DOCUMENT_MAX, .allow_comments = true};
    struct document *document = NULL;
    struct record *record;
    struct text bytes;
    bool ok = file_read(arena, path, DOCUMENT_MAX, &bytes, err) &&
              document_parse(bytes, &limits, &document, err) &&
              codec_read(document, arena, &record, err);

    document_free(document);
    if (!ok)
        return fail_prefix(err, "%s", path);
    step->sends = (uint16_t)action_by_name(text_of(record->name));
    step->document = record;
    if (step->sends == 0)
        return fail(err, ERROR_CONFIG, "%s: no action has this root element", path);
    if (flow == FLOW_NONE)
        flow = is_of_bank_line(step->sends) ? FLOW_PENSION_REMITTANCE : FLOW_PENSION_EMPLOYEE;
    step->flow = (uint16_t)flow;
    return codec_check_national(schemas, step->flow, record, err) ||
           fail_prefix(err, "%s", path);
}

static bool read_document(const struct loading *loading, struct text name, unsigned flow,
                          struct script_step *step, struct error *err)
{
    const char *slash = strrchr(loading->path, '/');
    int folder = slash != NULL ? (int)(slash - loading->path + 1) : 0;
    char *path = arena_format(loading->arena, "%.*s%.*s", folder, loading->path,
                              TEXT_ARG(name));

    if (path == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a script");
    return script_read_document(path, flow, loading->schemas, loading->arena, step, err);
}

static bool read_when(struct text when, struct script_step *step, struct error *err)
{
    struct text rest = when;
    struct text word = text_cut(&rest, ':');

    step->when = WHEN_PUSHED;
    if (text_is(when, "start")) {
        step->when = WHEN_START;
        return true;
    }
    if (rest.at != NULL) {
        step->when = text_is(word, "accepted") ? WHEN_ACCEPTED : WHEN_REFUSED;
        word = rest;
    }
    step->action = (uint16_t)action_by_name(word);
    return step->action != 0 || fail(err, ERROR_CONFIG, "%.*s: no such action", TEXT_ARG(word));
}

static bool read_step(const struct loading *loading, const struct record *node,
                      struct script_step *step, struct error *err)
{
    struct text when = TEXT_NONE;
    struct text name = TEXT_NONE;
    struct text flow = TEXT_NONE;
    uint64_t number;

    *step = (struct script_step){.nth = 1, .revision = 1};
    CHECK(record_text(node, "when", &when) && record_text(node, "send", &name));
    if (record_number(node, "nth", 1000, &number))
        step->nth = (uint32_t)number;
    if (record_number(node, "delayMs", 3600 * 1000, &number))
        step->delay_ms = (uint32_t)number;
    if (record_number(node, "revision", 9999, &number))
        step->revision = (uint32_t)number;
    if (record_text(node, "flow", &flow) && flow_by_name(flow) == FLOW_NONE)
        return fail(err, ERROR_CONFIG, "%.*s: no such flow", TEXT_ARG(flow));
    return read_when(when, step, err) &&
           read_document(loading, name, flow_by_name(flow), step, err);
}

static bool read_case(const struct loading *loading, const struct record *node,
                      struct script_case *at, struct error *err)
{
    struct text trace = TEXT_NONE;
    struct text flag;

    CHECK(record_text(node, "trace", &trace));
    at->trace = arena_copy(loading->arena, trace).at;
    if (at->trace == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a script");
    at->autostart = record_text(node, "autostart", &flag) &&
                    (text_is(flag, "true") || text_is(flag, "1"));
    for (const struct record *step = record_find(node, "step"); step != NULL;
         step = record_same(step)) {
        if (at->step_count == SCRIPT_STEPS_MAX)
            return fail(err, ERROR_CONFIG, "more than %d steps", SCRIPT_STEPS_MAX);
        if (!read_step(loading, step, &at->steps[at->step_count++], err))
            return false;
    }
    return true;
}

bool script_load(const char *path, const char *schema_path, const struct wire_schemas *schemas,
                 struct arena *arena, struct script *script, struct error *err)
{
    struct loading loading = {path, schemas, arena};
    struct record *root;

    if (!settings_read_record(path, schema_path, arena, &root, err))
        return false;
    if (!stay_script_read(root, arena, &script->settlement, err))
        return fail_prefix(err, "%s", path);
    script->count = 0;
    script->cases = arena_array(arena, record_count(root, "case") + 1, sizeof(*script->cases));
    if (script->cases == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a script");
    for (const struct record *node = record_find(root, "case"); node != NULL;
         node = record_same(node)) {
        if (!read_case(&loading, node, &script->cases[script->count++], err))
            return fail_prefix(err, "%s", path);
    }
    return true;
}

struct script_case *script_case(struct script *script, struct text trace)
{
    for (size_t i = 0; i < script->count; i++) {
        if (text_is(trace, script->cases[i].trace))
            return &script->cases[i];
    }
    return NULL;
}

void script_happened(struct script_case *at, enum script_when when, unsigned action,
                     void (*fire)(void *self, struct script_case *at, struct script_step *step),
                     void *self)
{
    uint32_t nth;

    CHECK(action < ACTIONS);
    nth = ++at->seen[when][action];
    for (size_t i = 0; i < at->step_count; i++) {
        struct script_step *step = &at->steps[i];
        if (!step->fired && step->when == when && step->action == action && step->nth == nth) {
            step->fired = true;
            fire(self, at, step);
        }
    }
}

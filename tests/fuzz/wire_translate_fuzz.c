/* wire_translate_fuzz.c - the national form into the dialects: what a partner can make us
 * write. A document that the schema accepts is written for the core, or refused with the
 * field's name; what was written is read and says the same, but for what is listed as lost. */
#include "fuzz.h"

#include "adapters.h"

enum { SHORT_RUNS = 3000 };
enum { ADAPTERS = 2 };

static const char *const names[ADAPTERS] = {"guizhou-core", "guangdong-core"};
static struct adapter *adapters[ADAPTERS];

bool fuzz_open(struct error *err)
{
    return open_adapters(names, ADAPTERS, adapters, err);
}

void fuzz_seeds(void)
{
    fuzz_seed_files(-1, "tests/data/national/*.xml");
    fuzz_seed_files(-1, "adapters/*/examples/*.ours.xml");
}

static bool has_empty_group(const struct record *root)
{
    if (root->first == NULL)
        return root->value.hidden.size == 0;
    for (const struct record *child = root->first; child != NULL; child = child->next)
        if (has_empty_group(child))
            return true;
    return false;
}

static void translate(const struct adapter *adapter, struct text input, struct record *body,
                      struct arena *arena)
{
    struct adapter_message first = {.flow = FLOW_PENSION_EMPLOYEE,
                                    .action = (uint16_t)action_by_name(text_of(body->name)),
                                    .revision = 1,
                                    .local_key = TEXT("GZ20260302000001"),
                                    .body = body};
    struct adapter_message second = {0};
    struct error err = ERROR_INIT;
    struct text bytes, again;

    if (first.action == ACTION_NONE)
        return;
    if (!adapter_write(adapter, TO_CORE, &first, arena, &bytes, &err)) {
        fuzz_hold_private(input, &err);
        return;
    }
    /* A form without a single year, an answer without a clock: the national form has an empty
     * group for it, no dialect. */
    if (has_empty_group(body))
        return;
    fuzz_hold(adapter_read(adapter, TO_CORE, bytes, arena, &second, &err), err.text);
    fuzz_hold(first.flow == second.flow && first.action == second.action, "as what it was");
    second.local_key = first.local_key;
    fuzz_hold(adapter_write(adapter, TO_CORE, &second, arena, &again, &err) &&
                  text_equal(bytes, again),
              "and written again to the same bytes");
}

void fuzz_input(struct text input, struct arena *arena)
{
    struct document *document = NULL;
    struct record *root = NULL;
    struct error err = ERROR_INIT;

    if (document_parse(input, NULL, &document, &err) &&
        schema_check(wire_schemas_national(schemas, FLOW_PENSION_EMPLOYEE), document, &err) &&
        codec_read(document, arena, &root, &err))
        for (size_t i = 0; i < ADAPTERS; i++)
            translate(adapters[i], input, root, arena);
    document_free(document);
}

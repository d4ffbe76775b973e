/* wire_adapter_fuzz.c - a dialect's bytes to the national form and back. The first byte chooses
 * adapter and way. What is read passes the national schema, can be written in the dialect
 * again, and then says the same. */
#include "fuzz.h"

#include "adapters.h"
#include "wire/encoding.h"

enum { SHORT_RUNS = 3000 };
enum { ADAPTERS = 3, WAYS = 2 };

static const char *const names[ADAPTERS] = {"guizhou-core", "guangdong-core", "template"};
static struct adapter *adapters[ADAPTERS];

bool fuzz_open(struct error *err)
{
    return open_adapters(names, ADAPTERS, adapters, err);
}

void fuzz_seeds(void)
{
    char pattern[128];

    for (int i = 0; i < ADAPTERS * WAYS; i++) {
        snprintf(pattern, sizeof(pattern), "adapters/%s/examples/*.theirs.xml",
                 names[i / WAYS]);
        fuzz_seed_files(i, pattern);
        snprintf(pattern, sizeof(pattern), "adapters/%s/examples/bad-*.xml", names[i / WAYS]);
        fuzz_seed_files(i, pattern);
    }
}

/* Errors name fields and places; what the document says, in either encoding, they do not. */
static void hold_private(struct text bytes, struct arena *arena, const struct error *err)
{
    size_t room = encoding_room(bytes.size);
    struct buffer utf8 = buffer_over(arena_alloc(arena, room), room);
    struct error second = ERROR_INIT;

    if (text_is_utf8(bytes))
        fuzz_hold_private(bytes, err);
    else if (encoding_gb_to_utf8(bytes, &utf8, &second))
        fuzz_hold_private(buffer_as_text(&utf8), err);
}

static void hold_round_trip(const struct adapter *adapter, enum adapter_way way,
                            struct adapter_message *first, struct arena *arena)
{
    struct adapter_message second = {0};
    struct error err = ERROR_INIT;
    struct text bytes;

    fuzz_hold(codec_check_national(schemas, first->flow, first->body, &err),
              "what was read passes the national schema");
    fuzz_hold(adapter_write(adapter, way, first, arena, &bytes, &err),
              "what was read can be written");
    fuzz_hold(adapter_read(adapter, way, bytes, arena, &second, &err), "and read again");
    fuzz_hold(first->flow == second.flow && first->action == second.action &&
                  first->revision == second.revision &&
                  text_equal(first->local_key, second.local_key) &&
                  record_equal(first->body, second.body),
              "with the same meaning");
    fuzz_hold(second.lost.size == 0, "and nothing is lost a second time");
}

void fuzz_input(struct text input, struct arena *arena)
{
    struct text bytes = {input.at + 1, input.size - 1};
    unsigned choice = input.size == 0 ? 0 : (unsigned char)input.at[0] % (ADAPTERS * WAYS);
    const struct adapter *adapter = adapters[choice / WAYS];
    enum adapter_way way = choice % WAYS == 0 ? FROM_CORE : TO_CORE;
    struct adapter_message message = {0};
    struct error err = ERROR_INIT;
    char code[CODE_SIZE];

    if (input.size == 0)
        return;
    if (adapter_read(adapter, way, bytes, arena, &message, &err))
        hold_round_trip(adapter, way, &message, arena);
    else
        hold_private(bytes, arena, &err);
    adapter_classify(adapter, 200, bytes, arena, code);
    fuzz_hold(memchr(code, '\0', CODE_SIZE) != NULL, "a code ends");
}

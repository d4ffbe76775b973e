/* wire_carrier_fuzz.c - JSON, base64 in SOAP and attributes to the national form and back, and
 * as answers in a response. The first byte chooses the dialect and what is done with the rest;
 * for SOAP the rest may also be what lies inside, so that more than the envelope is tried. */
#include "fuzz.h"

#include "crypt/base64.h"
#include "crypt/digest.h"
#include "wire/adapter.h"
#include "wire/start.h"

enum { SHORT_RUNS = 3000 };
enum { JSON, SOAP, ATTRIBUTE, INSIDE, DIALECTS, USES = 2 };

static const char *const folders[DIALECTS] = {"tests/data/json-core", "tests/data/soap-core",
                                              "tests/data/attribute-core",
                                              "tests/data/soap-core"};
static struct adapter *adapters[DIALECTS];
static struct wire_schemas *schemas;

bool fuzz_open(struct error *err)
{
    if (!digest_setup(err) || !wire_start(err) || !wire_schemas_load("schemas", &schemas, err))
        return false;
    for (size_t i = 0; i < DIALECTS; i++)
        if (!adapter_load(folders[i], schemas, &adapters[i], err))
            return false;
    return true;
}

void fuzz_seeds(void)
{
    char pattern[128];

    for (int i = 0; i < DIALECTS * USES; i++) {
        snprintf(pattern, sizeof(pattern), "%s/examples/*.theirs.*", folders[i / USES]);
        fuzz_seed_files(i, pattern);
    }
    fuzz_seed_files(INSIDE * USES, "tests/data/attribute-core/examples/*.theirs.xml");
}

/* The input in an envelope of that operation. */
static struct text wrapped(struct text inner, const char *operation, struct arena *arena)
{
    char *base64 = arena_alloc(arena, BASE64_SIZE(inner.size) + 1);

    fuzz_hold(base64 != NULL, "there is memory");
    base64_encode(inner.at, inner.size, base64);
    return text_of(arena_format(
        arena,
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>"
        "<o:%s xmlns:o=\"urn:o\"><a>%s</a></o:%s></e:Body></e:Envelope>",
        operation, base64, operation));
}

static void hold_round_trip(const struct adapter *adapter, struct adapter_message *first,
                            struct arena *arena)
{
    struct adapter_message second = {0};
    struct error err = ERROR_INIT;
    struct text bytes;

    fuzz_hold(codec_check_national(schemas, first->flow, first->body, &err),
              "what was read passes the national schema");
    fuzz_hold(adapter_write(adapter, FROM_CORE, first, arena, &bytes, &err),
              "what was read can be written");
    fuzz_hold(adapter_read(adapter, FROM_CORE, bytes, arena, &second, &err), "and read again");
    fuzz_hold(first->action == second.action &&
                  text_equal(first->local_key, second.local_key) &&
                  record_equal(first->body, second.body),
              "with the same meaning");
    fuzz_hold(second.lost.size == 0, "and nothing is lost a second time");
}

static void try_answer(const struct adapter *adapter, struct text bytes, struct arena *arena)
{
    enum adapter_result result;
    struct adapter_message answer;
    struct error err = ERROR_INIT;
    char code[CODE_SIZE];
    bool read = adapter_read_answer(adapter, FLOW_PENSION_EMPLOYEE, ACTION_FUND_QUERY, 200,
                                    bytes, NULL, arena, &result, &answer, code, &err);

    fuzz_hold(memchr(code, '\0', CODE_SIZE) != NULL, "a code ends");
    fuzz_hold(read || result == ADAPTER_UNKNOWN, "what cannot be read is unknown");
    fuzz_hold(answer.body == NULL, "without its question there is no answer");
    fuzz_hold(answer.reason.size <= 150 && text_is_utf8(answer.reason), "words are short");
}

void fuzz_input(struct text input, struct arena *arena)
{
    struct text bytes = {input.at + 1, input.size - 1};
    unsigned choice = input.size == 0 ? 0 : (unsigned char)input.at[0] % (DIALECTS * USES);
    const struct adapter *adapter = adapters[choice / USES];
    struct adapter_message message = {0};
    struct error err = ERROR_INIT;

    if (input.size == 0)
        return;
    if (choice / USES == INSIDE)
        bytes = wrapped(bytes, choice % USES == 0 ? "book" : "askResponse", arena);
    if (choice % USES == 1)
        try_answer(adapter, bytes, arena);
    else if (adapter_read(adapter, FROM_CORE, bytes, arena, &message, &err))
        hold_round_trip(adapter, &message, arena);
    else if (choice / USES == ATTRIBUTE)
        fuzz_hold_private(bytes, &err);
}

/* gate_control_fuzz.c - requests on the local socket, to a gateway that runs: real socket, real
 * ledger. Every request gets one JSON object in one line; a refused one has code and text, and
 * the text repeats nothing of the request. The gateway stays whole. */
#include "config_fixture.h"

#include "fuzz.h"

#include <jansson.h>

#include "gate/gate.h"
#include "wire/start.h"

enum { SHORT_RUNS = 3000 };
enum { ANSWER_MS = 20000 };

static struct gate *gate;
static char control_path[FIXTURE_PATH_MAX];

static void drop(void)
{
    gate_close(gate);
    fixture_drop(NULL);
}

bool fuzz_open(struct error *err)
{
    char path[FIXTURE_PATH_MAX];

    if (!digest_setup(err) || !wire_start(err))
        return false;
    if (fixture_make(NULL) != 0)
        return fail(err, ERROR_SYSTEM, "no folder for a configuration");
    fixture_reset();
    fixture_write_with("gateway.xml", fixture_gateway, "<port>8443</port>", "<port>0</port>");
    if (!gate_open(fixture_path("gateway.xml", path), &gate, err))
        return false;
    fixture_path("control", control_path);
    atexit(drop);
    return true;
}

void fuzz_seeds(void)
{
    static const char disclose[] =
        "{\"verb\":\"disclose\",\"message\":\"019caaf8-6900-7000-8000-000000000001\","
        "\"use\":\"original\",\"reason\":\"why\"}";
    static const char *const seeds[] = {
        "{\"verb\":\"ping\"}",
        "{\"verb\":\"submit\",\"party\":\"hrss.520000.core\",\"bytes\":\"PGEvPg==\"}",
        disclose,
        "{\"verb\":\"retry\",\"letter\":\"33\",\"reason\":\"喆㛃𠮷\"}",
        "{\"verb\":\"propose\",\"act\":\"close\",\"object\":\"33\",\"reason\":\"喆㛃𠮷\"}",
        "{\"verb\":\"propose\",\"act\":\"export\",\"object\":\"format=csv\",\"reason\":"
        "\"why\"}",
        "{\"verb\":\"approve\",\"proposal\":5,\"reason\":\"seen\"}",
        "{\"verb\":\"decline\",\"proposal\":5}",
        "{\"verb\":\"stop\",\"verb\":\"ping\"}",
        "{\"verb\":\"stop\"}",
        "[1,2,{}]"};

    for (size_t i = 0; i < COUNT_OF(seeds); i++)
        fuzz_seed(-1, text_of(seeds[i]));
}

static void hold_answer(struct text request, struct text answer)
{
    json_t *said = json_loadb(answer.at, answer.size, 0, NULL);
    const json_t *ok = json_object_get(said, "ok");
    struct error err = ERROR_INIT;

    fuzz_hold(json_is_object(said) && json_is_boolean(ok), "one object that says ok or not");
    fuzz_hold(memchr(answer.at, '\n', answer.size) == NULL, "in one line");
    if (json_is_false(ok)) {
        const char *text = json_string_value(json_object_get(said, "text"));

        fuzz_hold(text != NULL && json_is_string(json_object_get(said, "code")),
                  "refused with code and text");
        snprintf(err.text, sizeof(err.text), "%s", text);
        fuzz_hold_private(request, &err);
    }
    json_decref(said);
}

void fuzz_input(struct text input, struct arena *arena)
{
    struct error err = ERROR_INIT;
    struct text answer;

    if (memchr(input.at, '\n', input.size) != NULL || input.size == 0)
        return;
    fuzz_hold(control_call(control_path, input, ANSWER_MS, arena, &answer, &err), err.text);
    hold_answer(input, answer);
}

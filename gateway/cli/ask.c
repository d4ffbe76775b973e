/* ask.c - one question on the control socket. */
#include "cli/ask.h"

#include <stdlib.h>
#include <string.h>

#include "cli/json.h"
#include "net/control.h"

const char *answer_text(const json_t *answer, const char *name)
{
    const char *value = json_string_value(json_object_get(answer, name));

    return value == NULL ? "" : value;
}

/* The gateway's name for an error back to its code; what is not known is its own trouble. */
enum error_code answer_code(const json_t *answer)
{
    const char *name = answer_text(answer, "code");

    for (int code = ERROR_NONE + 1; code < ERROR_CODES; code++)
        if (strcmp(error_name((enum error_code)code), name) == 0)
            return (enum error_code)code;
    return ERROR_SYSTEM;
}

static bool call(struct cli *cli, struct arena *arena, const char *line, int timeout_ms,
                 struct text *answer, struct error *err)
{
    const char *path = cli->config->control_path;

    cli->gateway_absent = false;
    if (control_call(path, text_of(line), (unsigned)timeout_ms, arena, answer, err))
        return true;
    if (err->code != ERROR_NOT_FOUND)
        return false;
    cli->gateway_absent = true;
    cli_hint(cli, _("start it: systemctl start qiantong (or qiantongd --config %s)"),
             cli->config->path);
    return fail(err, ERROR_NETWORK, _("the gateway is not running: nobody listens on %s"),
                path);
}

static bool read_answer(struct text text, json_t **answer, struct error *err)
{
    json_t *root = json_loadb(text.at, text.size, JSON_REJECT_DUPLICATES, NULL);

    if (!json_is_object(root)) {
        json_decref(root);
        return fail(err, ERROR_NETWORK, _("the gateway's answer cannot be read"));
    }
    if (!json_is_true(json_object_get(root, "ok"))) {
        const char *said = answer_text(root, "text");

        fail(err, answer_code(root), "%s", said[0] != '\0' ? said : _("the gateway said no"));
        json_decref(root);
        return false;
    }
    *answer = root;
    return true;
}

bool ask_gateway_within(struct cli *cli, struct arena *arena, json_t *request, int timeout_ms,
                        json_t **answer, struct error *err)
{
    struct text text = TEXT_NONE;
    char *line;
    bool ok;

    *answer = NULL;
    if (!cli_load_config(cli, CONFIG_SHALLOW, err)) {
        json_decref(request);
        return false;
    }
    line = request == NULL ? NULL : json_dumps(request, JSON_COMPACT);
    json_decref(request);
    if (line == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    ok = call(cli, arena, line, timeout_ms, &text, err) && read_answer(text, answer, err);
    free(line);
    return ok;
}

bool ask_gateway(struct cli *cli, json_t *request, int timeout_ms, json_t **answer,
                 struct error *err)
{
    return ask_gateway_within(cli, cli->arena, request, timeout_ms, answer, err);
}

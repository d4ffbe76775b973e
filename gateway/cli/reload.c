/* reload.c - `qiantong reload`: the configuration anew, while the gateway runs. */
#include "cli/ask.h"
#include "cli/json.h"

static void print_report(const struct cli *cli, const json_t *answer)
{
    bool changed = json_is_true(json_object_get(answer, "changed"));
    bool rules = json_is_true(json_object_get(answer, "rules"));

    fprintf(cli->screen.out, _("in force: %lld parties (%lld new, %lld gone)\n"),
            json_integer_value(json_object_get(answer, "parties")),
            json_integer_value(json_object_get(answer, "new_parties")),
            json_integer_value(json_object_get(answer, "gone_parties")));
    if (!changed)
        fprintf(cli->screen.out, "%s\n",
                _("nothing differs from before; certificates and keys were opened anew"));
    else if (rules)
        fprintf(cli->screen.out, "%s\n",
                _("rules or calendar differ; running clocks are computed anew"));
}

bool cli_reload(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    bool json = false;
    const struct option_rule rules[] = {{"--json", &json, NULL}};
    struct operands operands;
    json_t *request;
    json_t *answer = NULL;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 0, &operands, err))
        return false;
    /* Where the gateway listens stands in what is to be loaded: broken, it is told here. */
    cli_hint(cli, _("mend it and say it again; the configuration before stays in force"));
    if (!cli_load_config(cli, CONFIG_SHALLOW, err))
        return false;
    request = json_new_object();
    json_text(request, "verb", "reload");
    if (!ask_gateway(cli, request, ASK_LONG_MS, &answer, err))
        return false;
    if (json)
        return json_print(cli, answer, err);
    print_report(cli, answer);
    json_decref(answer);
    return true;
}

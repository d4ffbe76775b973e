/* metrics.c - `qiantong metrics`: the running gateway's numbers, for a monitoring system. */
#include "cli/ask.h"
#include "cli/json.h"

bool cli_metrics(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    json_t *request = json_new_object();
    struct operands operands;
    json_t *answer;

    if (!options_parse(word_count, words, NULL, 0, 0, 0, &operands, err)) {
        json_decref(request);
        return false;
    }
    json_text(request, "verb", "metrics");
    if (!ask_gateway(cli, request, ASK_SHORT_MS, &answer, err))
        return false;
    fputs(answer_text(answer, "metrics"), cli->screen.out);
    json_decref(answer);
    return true;
}

/* help.c - the list of verbs, from the table they are found in. */
#include "cli/cli.h"

#include <string.h>

enum { HELP_COLUMN = 18 };

static void print_verb(const struct cli *cli, const struct verb *verb)
{
    fprintf(cli->screen.out, "qiantong %s %s\n\n  %s\n", verb->name, verb->usage,
            gettext(verb->help));
}

static void print_all(const struct cli *cli)
{
    FILE *out = cli->screen.out;

    fprintf(out, "%s\n\n", _("usage: qiantong [--config FILE] [--encoding NAME] VERB ..."));
    for (size_t i = 0; i < cli_verb_count; i++) {
        fputs("  ", out);
        screen_field(&cli->screen, cli_verbs[i].name, HELP_COLUMN, PAINT_PLAIN,
                     gettext(cli_verbs[i].help));
    }
    fprintf(out, "\n%s\n%s\n",
            _("The configuration is FILE, else $QIANTONG_CONFIG, else\n"
              "/etc/qiantong/gateway.xml. `qiantong help VERB` shows a verb's words."),
            _("Exit status: 0 done, 1 refused or something found, else an error (the manual\n"
              "lists them)."));
}

bool cli_help(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct operands operands;
    char name[64];
    bool found = false;

    if (!options_parse(word_count, words, NULL, 0, 0, 2, &operands, err))
        return false;
    if (operands.count == 0) {
        print_all(cli);
        return true;
    }
    snprintf(name, sizeof(name), "%s%s%s", operands.at[0], operands.count > 1 ? " " : "",
             operands.count > 1 ? operands.at[1] : "");
    for (size_t i = 0; i < cli_verb_count; i++) {
        size_t size = strlen(name);

        /* "help ledger" shows all of them. */
        if (strncmp(cli_verbs[i].name, name, size) != 0 ||
            (cli_verbs[i].name[size] != '\0' && cli_verbs[i].name[size] != ' '))
            continue;
        if (found)
            fputc('\n', cli->screen.out);
        print_verb(cli, &cli_verbs[i]);
        found = true;
    }
    return found ? true : fail(err, ERROR_USAGE, _("unknown verb: %s"), name);
}

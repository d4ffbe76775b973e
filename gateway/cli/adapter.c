/* adapter.c - `qiantong adapter check DIR` and `qiantong adapter explain DIR FIELD`: for
 * whoever writes an adapter; no gateway is needed, only the schemas. */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "wire/adapter.h"
#include "wire/start.h"

enum { WRONG = 1 };

static void print_line(void *self, bool good, const char *text)
{
    struct cli *cli = self;

    screen_wrap(&cli->screen, good ? PAINT_PLAIN : PAINT_BAD, text);
}

/* The catalogue knows the sentences of wire/adapter_check.c by their English. */
static const char *in_language(const char *english)
{
    return english[0] == '\0' ? english : gettext(english);
}

/* --schemas DIR, else those of the configuration. */
static bool load_schemas(struct cli *cli, const char *folder, struct wire_schemas **schemas,
                         struct error *err)
{
    if (folder == NULL) {
        if (!cli_load_config(cli, CONFIG_SHALLOW, err)) {
            cli_hint(cli, _("or name the folder of the schemas: --schemas DIR"));
            return false;
        }
        folder = cli->config->schemas_path;
    }
    return digest_setup(err) && wire_start(err) && wire_schemas_load(folder, schemas, err);
}

static bool is_adapter(struct cli *cli, const char *folder, struct error *err)
{
    const char *path = arena_format(cli->arena, "%s/adapter.xml", folder);

    if (path == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    if (access(path, R_OK) == 0)
        return true;
    cli_hint(cli, _("name an adapter's folder, the one with adapter.xml in it"));
    return fail(err, ERROR_NOT_FOUND, "%s: %s", path, strerror(errno));
}

bool cli_adapter_check(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    const struct adapter_reader reader = {print_line, in_language, cli};
    struct wire_schemas *schemas = NULL;
    const char *folder = NULL;
    const struct option_rule rules[] = {{"--schemas", NULL, &folder}};
    struct operands operands;
    size_t failures = 0;
    bool ok;

    ok = options_parse(word_count, words, rules, COUNT_OF(rules), 1, 1, &operands, err) &&
         is_adapter(cli, operands.at[0], err) && load_schemas(cli, folder, &schemas, err) &&
         adapter_check(operands.at[0], schemas, &reader, &failures, err);
    wire_schemas_free(schemas);
    if (!ok)
        return false;
    cli->status = failures > 0 ? WRONG : 0;
    if (failures > 0)
        fprintf(cli->screen.out, ngettext("%zu finding\n", "%zu findings\n", failures),
                failures);
    else
        fprintf(cli->screen.out, "%s\n", _("nothing wrong"));
    return true;
}

bool cli_adapter_explain(struct cli *cli, int word_count, char *const words[],
                         struct error *err)
{
    const struct adapter_reader reader = {print_line, in_language, cli};
    struct wire_schemas *schemas = NULL;
    const char *folder = NULL;
    const struct option_rule rules[] = {{"--schemas", NULL, &folder}};
    struct operands operands;
    bool ok;

    ok = options_parse(word_count, words, rules, COUNT_OF(rules), 2, 2, &operands, err) &&
         is_adapter(cli, operands.at[0], err) && load_schemas(cli, folder, &schemas, err) &&
         adapter_explain(operands.at[0], schemas, operands.at[1], &reader, err);
    wire_schemas_free(schemas);
    if (!ok && err->code == ERROR_NOT_FOUND && cli->hint[0] == '\0')
        cli_hint(cli, _("write it as it stands in the mapping, theirs or national"));
    return ok;
}

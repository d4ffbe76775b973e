/* config_check.c - `qiantong config check`: everything that the gateway opens at its start,
 * without starting it. */
#include <inttypes.h>

#include "base/clock.h"
#include "cli/certificate_view.h"
#include "crypt/seal.h"
#include "net/tls.h"

static bool check_tls(const struct config *config, struct error *err)
{
    struct tls *tls = NULL;
    bool ok = config_open_tls(config, &tls, err);

    tls_free(tls);
    return ok;
}

static bool check_keys(const struct config *config, struct error *err)
{
    struct key_ring *keys = NULL;
    bool ok = key_ring_load(config->seal_keys, &keys, err);

    if (ok && key_ring_tag_current(keys) == 0)
        ok = fail(err, ERROR_CONFIG, "%s: no `tag` line", config->seal_keys);
    key_ring_free(keys);
    return ok;
}

static void good(const struct cli *cli, const char *text)
{
    screen_paint(&cli->screen, PAINT_GOOD, "ok");
    fprintf(cli->screen.out, "  %s\n", text);
}

bool cli_config_check(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct operands operands;
    const struct config *config;

    if (!options_parse(word_count, words, NULL, 0, 0, 0, &operands, err) ||
        !cli_load_config(cli, CONFIG_FULL, err))
        return false;
    config = cli->config;
    good(cli, config->path);
    if (!clock_use_offset_file(config->clock_offset, err) || !check_tls(config, err))
        return false;
    good(cli, config->tls_certificate);
    if (!check_keys(config, err))
        return false;
    good(cli, config->seal_keys);
    cli->now = clock_now();
    if (!certificate_print(cli, NULL, err) || !config_check_validity(config, cli->now, err))
        return false;
    fprintf(cli->screen.out, _("%zu parties, %zu rules, calendar %u\n"), config->party_count,
            config->rules.count, config->rules.calendar_version);
    return true;
}

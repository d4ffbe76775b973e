/* open.c - configuration and ledger, opened when a verb first needs them. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "wire/start.h"

bool cli_load_config(struct cli *cli, enum config_depth depth, struct error *err)
{
    if (cli->config != NULL)
        return true;
    if (!wire_start(err))
        return false;
    if (config_load(cli->config_path, depth, &cli->config, err))
        return true;
    if (err->code == ERROR_NOT_FOUND)
        cli_hint(cli, _("name the configuration: --config FILE or $QIANTONG_CONFIG"));
    return false;
}

bool cli_begin_read(struct cli *cli, struct error *err)
{
    CHECK(cli->txn == NULL);
    return ledger_begin_read(cli->ledger, &cli->txn, err);
}

void cli_end_read(struct cli *cli)
{
    ledger_abort(cli->txn);
    cli->txn = NULL;
}

bool cli_open_ledger(struct cli *cli, struct error *err)
{
    struct store_options options = {.read_only = true};

    if (!cli_load_config(cli, CONFIG_SHALLOW, err))
        return false;
    if (!clock_use_offset_file(cli->config->clock_offset, err))
        return false;
    options.path = cli->config->ledger_path;
    options.map_bytes = cli->config->ledger_map;
    if (!store_open_lmdb(&options, &cli->store, err)) {
        if (err->code == ERROR_NOT_FOUND)
            cli_hint(cli, _("the gateway makes the ledger when it first starts: %s"),
                     cli->config->ledger_path);
        return false;
    }
    cli->now = clock_now();
    return ledger_open(cli->store, true, &cli->ledger, err) && cli_begin_read(cli, err);
}

void cli_close_ledger(struct cli *cli)
{
    cli_end_read(cli);
    ledger_close(cli->ledger);
    cli->ledger = NULL;
    store_close(cli->store);
    cli->store = NULL;
}

bool cli_party_id(struct cli *cli, uint32_t number, char id[PARTY_ID_SIZE], struct error *err)
{
    bool found = false;

    if (number == 0) {
        snprintf(id, PARTY_ID_SIZE, "-");
        return true;
    }
    if (!ledger_party_id(cli->txn, number, id, &found, err))
        return false;
    if (!found)
        snprintf(id, PARTY_ID_SIZE, "#%u", number);
    return true;
}

bool cli_party_short(struct cli *cli, uint32_t number, char id[PARTY_ID_SIZE],
                     struct error *err)
{
    size_t authority = strcspn(cli->config->party, ".") + 1;

    if (!cli_party_id(cli, number, id, err))
        return false;
    if (strncmp(id, cli->config->party, authority) == 0)
        memmove(id, id + authority, strlen(id + authority) + 1);
    return true;
}

/* A party that is in the ledger alone was known once. */
bool cli_known_party(struct cli *cli, const char *party, struct error *err)
{
    uint32_t number;
    bool found = false;

    if (party == NULL || config_party_by_id(cli->config, party) != NULL)
        return true;
    if (!ledger_party_number(cli->txn, party, &number, &found, err))
        return false;
    if (found)
        return true;
    cli_hint(cli, _("`qiantong party` lists them"));
    return fail(err, ERROR_NOT_FOUND, _("no party %s in %s"), party, cli->config->path);
}

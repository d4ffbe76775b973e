/* gate_config_fuzz.c - the files of a configuration. The first byte chooses which of them is
 * replaced; the others are good. What loads is inside its limits, and loads again as the same
 * configuration; what does not says which file. */
#include "config_fixture.h"

#include "fuzz.h"
#include "gate/config.h"
#include "wire/start.h"

enum { SHORT_RUNS = 150 };

static const struct {
    const char *name;
    const char *good;
} files[] = {{"gateway.xml", fixture_gateway},
             {"parties/hrss.440000.xml", fixture_province},
             {"parties/hrss.520000.core.xml", fixture_core},
             {"rules.xml", fixture_rules},
             {"calendar.xml", fixture_calendar}};

static char gateway_path[FIXTURE_PATH_MAX];

static void drop(void)
{
    fixture_drop(NULL);
}

bool fuzz_open(struct error *err)
{
    if (!digest_setup(err) || !wire_start(err))
        return false;
    if (fixture_make(NULL) != 0)
        return fail(err, ERROR_SYSTEM, "no folder for a configuration");
    atexit(drop);
    fixture_reset();
    fixture_path("gateway.xml", gateway_path);
    return true;
}

void fuzz_seeds(void)
{
    for (size_t i = 0; i < COUNT_OF(files); i++)
        fuzz_seed((int)i, text_of(files[i].good));
    fuzz_seed_files(0, "conf/gateway.xml");
    fuzz_seed_files(1, "conf/parties/*.xml");
    fuzz_seed_files(3, "conf/rules.xml");
    fuzz_seed_files(4, "conf/calendar.xml");
}

static void put(const char *name, struct text bytes)
{
    char path[FIXTURE_PATH_MAX];
    FILE *file = fopen(fixture_path(name, path), "w");

    fuzz_hold(file != NULL && fwrite(bytes.at, 1, bytes.size, file) == bytes.size &&
                  fclose(file) == 0,
              "a file is written");
}

static void hold_limits(const struct config *config)
{
    fuzz_hold(config->workers >= 1 && config->connections_max >= 1 &&
                  config->in_flight_max >= 1 && config->lifetime_ms > 0 &&
                  config->message_max >= 1024 && config->message_max <= (16 << 20) &&
                  config->ledger_map > 0,
              "limits that a gateway can live with");
    fuzz_hold(config->party_count <= CONFIG_PARTIES_MAX && config->region >= 100000 &&
                  config->region <= 999999,
              "a home and not too many parties");
    for (size_t i = 0; i < config->party_count; i++)
        fuzz_hold(config_party_by_id(config, config->parties[i].id) == &config->parties[i],
                  "a party is found by its id");
}

static void load(struct text input)
{
    struct config *config = NULL, *again = NULL;
    struct error err = ERROR_INIT;

    if (!config_load(gateway_path, CONFIG_SHALLOW, &config, &err)) {
        fuzz_hold(config == NULL && (err.code == ERROR_CONFIG || err.code == ERROR_MEMORY),
                  "refused with its code");
        fuzz_hold(strchr(err.text, '\n') == NULL, "in one line");
        fuzz_hold(input.size == 0 || text_is_utf8(text_of(err.text)) || !text_is_utf8(input),
                  "that can be read");
        return;
    }
    hold_limits(config);
    fuzz_hold(config_load(gateway_path, CONFIG_SHALLOW, &again, &err) &&
                  memcmp(config->digest, again->digest, sizeof(config->digest)) == 0,
              "loaded again it is the same");
    config_free(again);
    config_free(config);
}

void fuzz_input(struct text input, struct arena *arena)
{
    struct text bytes = {input.at + 1, input.size - 1};
    size_t choice;

    (void)arena;
    if (input.size == 0)
        return;
    choice = (unsigned char)input.at[0] % COUNT_OF(files);
    put(files[choice].name, bytes);
    load(bytes);
    fixture_write_with(files[choice].name, files[choice].good, NULL, NULL);
}

/*
 * qiantong-sim - a province's core system that plays its part from a script.
 *
 *     qiantong-sim --config FILE run            serve and play until told to stop
 *     qiantong-sim --config FILE start TRACE    begin a case of the script
 *     qiantong-sim --config FILE status|stop
 *
 * For demonstrations, tests, and partners who want to try before going live. The schemas are
 * looked for in ./schemas, or where QIANTONG_SCHEMAS says.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/version.h"
#include "crypt/digest.h"
#include "net/control.h"
#include "sim/player.h"
#include "wire/settings.h"
#include "wire/start.h"

enum { TICK_US = 5000, CALL_MS = 5000, ARENA_BYTES = 4 * 1024 * 1024 };

static volatile sig_atomic_t ended;

static void end(int number)
{
    (void)number;
    ended = 1;
}

static int run(const char *config)
{
    struct player_options options = {.config = config};
    struct player *player = NULL;
    struct error err = ERROR_INIT;

    signal(SIGTERM, end);
    signal(SIGINT, end);
    signal(SIGPIPE, SIG_IGN);
    if (!player_open(&options, &player, &err)) {
        fprintf(stderr, "qiantong-sim: %s\n", err.text);
        return error_exit(err.code);
    }
    while (!ended && !player_stop_asked(player)) {
        player_tick(player);
        usleep(TICK_US);
    }
    player_close(player);
    return 0;
}

/* The control socket's path stands in the configuration, beside which it lies. */
static char *control_path(struct arena *arena, const char *config, struct error *err)
{
    const char *schemas = getenv("QIANTONG_SCHEMAS");
    const char *slash = strrchr(config, '/');
    struct record *root;
    struct text name = TEXT_NONE;
    char *schema = arena_format(arena, "%s/sim.xsd", schemas != NULL ? schemas : "schemas");

    if (schema == NULL || !settings_read_record(config, schema, arena, &root, err) ||
        !record_text(root, "control", &name))
        return NULL;
    if (name.at[0] == '/' || slash == NULL)
        return arena_format(arena, "%.*s", TEXT_ARG(name));
    return arena_format(arena, "%.*s/%.*s", (int)(slash - config), config, TEXT_ARG(name));
}

static int call(const char *config, const char *verb, const char *trace)
{
    struct arena *arena = arena_new(ARENA_BYTES);
    struct error err = ERROR_INIT;
    struct text answer = TEXT_NONE;
    char *path = arena != NULL ? control_path(arena, config, &err) : NULL;
    char *request = path != NULL
                        ? arena_format(arena, "{\"verb\":\"%s\",\"trace\":\"%s\"}", verb, trace)
                        : NULL;
    bool ok = request != NULL &&
              control_call(path, text_of(request), CALL_MS, arena, &answer, &err);

    if (ok)
        printf("%.*s\n", TEXT_ARG(answer));
    else
        fprintf(stderr, "qiantong-sim: %s\n", err.text);
    ok = ok && strstr(answer.at, "\"ok\":true") != NULL;
    arena_free(arena);
    return ok ? 0 : 1;
}

static int usage(void)
{
    fprintf(stderr, "usage: qiantong-sim --config FILE run | start TRACE | status | stop\n");
    return error_exit(ERROR_USAGE);
}

int main(int argc, char **argv)
{
    static const struct option known[] = {{"config", required_argument, NULL, 'c'},
                                          {"version", no_argument, NULL, 'V'},
                                          {NULL, 0, NULL, 0}};
    const char *config = NULL;
    struct error err = ERROR_INIT;
    int option;

    while ((option = getopt_long(argc, argv, "c:V", known, NULL)) != -1) {
        if (option == 'c') {
            config = optarg;
        } else if (option == 'V') {
            printf("qiantong-sim %s\n", QIANTONG_VERSION);
            return 0;
        } else {
            return usage();
        }
    }
    if (config == NULL || optind >= argc)
        return usage();
    log_set_program("qiantong-sim");
    if (!digest_setup(&err) || !wire_start(&err)) {
        fprintf(stderr, "qiantong-sim: %s\n", err.text);
        return error_exit(err.code);
    }
    if (strcmp(argv[optind], "run") == 0)
        return run(config);
    return call(config, argv[optind], optind + 1 < argc ? argv[optind + 1] : "");
}

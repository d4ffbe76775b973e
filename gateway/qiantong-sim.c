/*
 * qiantong-sim - a province's core system that plays its part from a script.
 *
 *     qiantong-sim --config FILE run            serve and play until told to stop
 *     qiantong-sim --config FILE start TRACE    begin a case of the script, or stays by their
 *                                               name; let those that wait go on
 *     qiantong-sim --config FILE send PAPER [REVISION [FLOW]]
 *                                               bring one national document now; prints what
 *                                               the gateway answers: accepted, or refused and a
 *                                               code
 *     qiantong-sim --config FILE status|stop
 *     qiantong-sim --config FILE books          what an insured core has booked
 *
 * For demonstrations, tests, and partners who want to try before going live. The schemas are
 * looked for in ./schemas, or where QIANTONG_SCHEMAS says.
 */
#include <getopt.h>
#include <jansson.h>
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

enum {
    TICK_US = 5000,
    CALL_MS = 5000,
    ARENA_BYTES = 16 * 1024 * 1024,
    ANSWER_TRIES =
        1000, /* so often, and so long between two, a document's answer is asked for */
    ANSWER_PAUSE_US = 20 * 1000
};

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

/* Asks the running simulator; *answer is its JSON, in the arena. */
static bool ask(const char *config, const char *request, struct arena *arena,
                struct text *answer)
{
    struct error err = ERROR_INIT;
    char *path = control_path(arena, config, &err);

    if (path != NULL && control_call(path, text_of(request), CALL_MS, arena, answer, &err))
        return true;
    fprintf(stderr, "qiantong-sim: %s\n", err.text);
    return false;
}

static int call(const char *config, const char *verb, const char *trace)
{
    struct arena *arena = arena_new(ARENA_BYTES);
    struct text answer = TEXT_NONE;
    char *request = arena != NULL
                        ? arena_format(arena, "{\"verb\":\"%s\",\"trace\":\"%s\"}", verb, trace)
                        : NULL;
    bool ok = request != NULL && ask(config, request, arena, &answer);

    if (ok)
        printf("%.*s\n", TEXT_ARG(answer));
    ok = ok && strstr(answer.at, "\"ok\":true") != NULL;
    arena_free(arena);
    return ok ? 0 : 1;
}

/* 0 accepted, 1 refused, 2 no answer in time or the document is wrong. */
static int await_answer(const char *config, json_int_t number, struct arena *arena)
{
    char *request = arena_format(
        arena, "{\"verb\":\"answer\",\"number\":%" JSON_INTEGER_FORMAT "}", number);

    for (unsigned tries = 0; request != NULL && tries < ANSWER_TRIES; tries++) {
        struct text answer = TEXT_NONE;
        json_t *said;
        const char *state;
        const char *code;

        if (!ask(config, request, arena, &answer))
            return 2;
        said = json_loadb(answer.at, answer.size, 0, NULL);
        state = json_string_value(json_object_get(said, "state"));
        code = json_string_value(json_object_get(said, "code"));
        if (state != NULL && code != NULL && strcmp(state, "waiting") != 0) {
            bool accepted = strcmp(state, "accepted") == 0;

            printf("%s%s%s\n", state, accepted ? "" : " ", accepted ? "" : code);
            json_decref(said);
            return accepted ? 0 : 1;
        }
        json_decref(said);
        usleep(ANSWER_PAUSE_US);
    }
    fprintf(stderr, "qiantong-sim: the gateway has not answered yet\n");
    return 2;
}

static int send_paper(const char *config, int word_count, char *const words[])
{
    struct arena *arena = arena_new(ARENA_BYTES);
    struct text answer = TEXT_NONE;
    long revision = word_count > 1 ? strtol(words[1], NULL, 10) : 1;
    json_t *asked = json_pack("{s:s, s:s, s:I, s:s}", "verb", "send", "path", words[0],
                              "revision", (json_int_t)revision, "flow",
                              word_count > 2 ? words[2] : "");
    char *request = asked != NULL ? json_dumps(asked, JSON_COMPACT) : NULL;
    json_t *said = NULL;
    int status = 2;

    if (arena != NULL && request != NULL && ask(config, request, arena, &answer))
        said = json_loadb(answer.at, answer.size, 0, NULL);
    if (json_is_true(json_object_get(said, "ok")))
        status = await_answer(config, json_integer_value(json_object_get(said, "number")),
                              arena);
    else if (said != NULL)
        fprintf(stderr, "qiantong-sim: %s\n",
                json_string_value(json_object_get(said, "reason")));
    json_decref(said);
    json_decref(asked);
    free(request);
    arena_free(arena);
    return status;
}

static int usage(void)
{
    fprintf(stderr, "usage: qiantong-sim --config FILE run | start TRACE |\n"
                    "       send PAPER [REVISION [FLOW]] | status | books | stop\n");
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
    if (strcmp(argv[optind], "send") == 0 && optind + 1 < argc)
        return send_paper(config, argc - optind - 1, argv + optind + 1);
    return call(config, argv[optind], optind + 1 < argc ? argv[optind + 1] : "");
}

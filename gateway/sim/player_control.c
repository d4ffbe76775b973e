/* player_control.c - {"verb":"start","trace":T}, T also a name of stays,
 * {"verb":"send","path":F,"revision":N,"flow":W},
 * {"verb":"answer","number":N}, {"verb":"status"}, {"verb":"books"}, {"verb":"stop"}. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/flow.h"
#include "sim/player_internal.h"

static json_t *start(struct player *player, const char *trace)
{
    struct script_case *at;
    bool begun = true;

    pthread_mutex_lock(&player->lock);
    at = script_case(&player->script, text_of(trace));
    if (at != NULL)
        player_happened(player, at, WHEN_START, 0);
    else
        begun = hospital_begin(player->hospital, trace);
    pthread_mutex_unlock(&player->lock);
    return json_pack("{s:b}", "ok", begun);
}

/* One document by hand: from a file in the national form. */
static bool bring(struct player *player, const char *path, unsigned revision, const char *flow,
                  size_t *number, struct error *err)
{
    struct script_step step = {.revision = revision};
    struct flow_reference reference;
    struct text kept;

    if (!script_read_document(path, flow_by_name(text_of(flow)), player->schemas, player->arena,
                              &step, err))
        return false;
    flow_reference_of(flow_find(step.flow), step.document, &reference);
    if (reference.trace[0] == '\0')
        return fail(err, ERROR_SCHEMA, "%s: it names no case", path);
    kept = arena_copy(player->arena, text_of(reference.trace));
    if (kept.at == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a document");
    return player_bring(player, NULL, kept.at, &step, number, err);
}

static json_t *send_paper(struct player *player, json_t *asked)
{
    const char *path = json_string_value(json_object_get(asked, "path"));
    const char *flow = json_string_value(json_object_get(asked, "flow"));
    json_int_t revision = json_integer_value(json_object_get(asked, "revision"));
    struct error err = ERROR_INIT;
    size_t number = 0;
    bool ok;

    if (path == NULL)
        return json_pack("{s:b}", "ok", 0);
    pthread_mutex_lock(&player->lock);
    ok = bring(player, path, revision > 0 ? (unsigned)revision : 1, flow != NULL ? flow : "",
               &number, &err);
    pthread_mutex_unlock(&player->lock);
    return ok ? json_pack("{s:b, s:I}", "ok", 1, "number", (json_int_t)number)
              : json_pack("{s:b, s:s}", "ok", 0, "reason", err.text);
}

/* What the gateway said to a document that was sent by hand. */
static json_t *answer_to(struct player *player, json_int_t number)
{
    static const char *const states[] = {"waiting", "waiting", "accepted", "refused"};
    json_t *said;

    pthread_mutex_lock(&player->lock);
    if (number < 0 || (size_t)number >= player->errand_count)
        said = json_pack("{s:b}", "ok", 0);
    else
        said = json_pack("{s:b, s:s, s:s}", "ok", 1, "state",
                         states[player->errands[number].state], "code",
                         player->errands[number].code);
    pthread_mutex_unlock(&player->lock);
    return said;
}

/* How many documents are still to be brought, and how it went with the others. */
static json_t *status(struct player *player)
{
    json_int_t counts[4] = {0};
    struct hospital_counts stays;

    pthread_mutex_lock(&player->lock);
    for (size_t i = 0; i < player->errand_count; i++)
        counts[player->errands[i].state]++;
    hospital_count(player->hospital, &stays);
    pthread_mutex_unlock(&player->lock);
    return json_pack("{s:b, s:I, s:I, s:I, s:I, s:{s:I, s:I, s:I}}", "ok", 1, "waiting",
                     counts[ERRAND_WAITING], "under_way", counts[ERRAND_UNDER_WAY], "accepted",
                     counts[ERRAND_ACCEPTED], "refused", counts[ERRAND_REFUSED], "stays",
                     "open", (json_int_t)stays.open, "ended", (json_int_t)stays.ended, "failed",
                     (json_int_t)stays.failed);
}

static void add_stay(void *self, const struct book_stay *stay)
{
    json_array_append_new(self,
                          json_pack("{s:s, s:b, s:b, s:I}", "stay", stay->name, "registered",
                                    stay->registered, "settled", stay->settled, "fund_fen",
                                    (json_int_t)(stay->settled ? stay->split.fund : 0)));
}

/* What an insured core has booked. */
static json_t *books(struct player *player)
{
    json_t *stays = json_array();

    pthread_mutex_lock(&player->lock);
    if (player->insured != NULL)
        insured_each(player->insured, add_stay, stays);
    pthread_mutex_unlock(&player->lock);
    return json_pack("{s:b, s:o}", "ok", 1, "stays", stays);
}

void player_control(void *self, const struct control_peer *peer, struct text request,
                    struct control_answer *answer)
{
    struct player *player = self;
    json_t *asked = json_loadb(request.at, request.size, 0, NULL);
    const char *verb = json_string_value(json_object_get(asked, "verb"));
    const char *trace = json_string_value(json_object_get(asked, "trace"));
    json_t *said = NULL;
    char *text;

    (void)peer;
    if (verb != NULL && strcmp(verb, "start") == 0 && trace != NULL)
        said = start(player, trace);
    else if (verb != NULL && strcmp(verb, "send") == 0)
        said = send_paper(player, asked);
    else if (verb != NULL && strcmp(verb, "answer") == 0)
        said = answer_to(player, json_integer_value(json_object_get(asked, "number")));
    else if (verb != NULL && strcmp(verb, "status") == 0)
        said = status(player);
    else if (verb != NULL && strcmp(verb, "books") == 0)
        said = books(player);
    else if (verb != NULL && strcmp(verb, "stop") == 0)
        atomic_store(&player->stop_asked, true);
    if (said == NULL)
        said = json_pack("{s:b}", "ok", player_stop_asked(player));
    text = json_dumps(said, JSON_COMPACT);
    control_answer_add(answer, text_of(text));
    free(text);
    json_decref(said);
    json_decref(asked);
}

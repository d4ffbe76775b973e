/* player_control.c - {"verb":"start","trace":T}, {"verb":"status"}, {"verb":"stop"}. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "sim/player_internal.h"

static json_t *start(struct player *player, const char *trace)
{
    struct script_case *at;

    pthread_mutex_lock(&player->lock);
    at = script_case(&player->script, text_of(trace));
    if (at != NULL)
        player_happened(player, at, WHEN_START, 0);
    pthread_mutex_unlock(&player->lock);
    return json_pack("{s:b}", "ok", at != NULL);
}

/* How many documents are still to be brought, and how it went with the others. */
static json_t *status(struct player *player)
{
    json_int_t counts[4] = {0};

    pthread_mutex_lock(&player->lock);
    for (size_t i = 0; i < player->errand_count; i++)
        counts[player->errands[i].state]++;
    pthread_mutex_unlock(&player->lock);
    return json_pack("{s:b, s:I, s:I, s:I, s:I}", "ok", 1, "waiting", counts[ERRAND_WAITING],
                     "under_way", counts[ERRAND_UNDER_WAY], "accepted", counts[ERRAND_ACCEPTED],
                     "refused", counts[ERRAND_REFUSED]);
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
    else if (verb != NULL && strcmp(verb, "status") == 0)
        said = status(player);
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

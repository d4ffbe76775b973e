/* network.c - what is sent, and what becomes of it on the way. */
#include <stdlib.h>
#include <string.h>

#include "stays.h"

enum { HELD_MS = 100 * 1000, NEAR_MS = 300, FAR_MS = 150 * 1000, ASK_MS = 60 * 1000 };

struct bytes bytes_copy(struct text from)
{
    struct bytes copy = {.at = malloc(from.size + 1), .size = from.size};

    CHECK(copy.at != NULL);
    memcpy(copy.at, from.at, from.size);
    return copy;
}

struct bytes bytes_of(const struct record *body)
{
    size_t size = record_encoded_size(body);
    struct bytes bytes = {.at = malloc(size), .size = size};
    struct buffer buffer = buffer_over(bytes.at, size);

    CHECK(bytes.at != NULL);
    record_encode(body, &buffer);
    return bytes;
}

const struct record *bytes_read(const struct bytes *bytes, struct arena *arena)
{
    struct error err = ERROR_INIT;
    struct record *body;

    CHECK(
        record_decode(arena, (struct text){(const char *)bytes->at, bytes->size}, &body, &err));
    return body;
}

/* Of a question, or of its answer. */
static bool is_of(unsigned question, unsigned action)
{
    return action == question || action == stay_answer_action(question);
}

static bool scripted(const struct world *world, enum hop hop, unsigned action)
{
    const struct script *script = &world->script;

    return script->on && script->hop == hop && is_of(script->action, action);
}

static enum mishap draw(struct world *world)
{
    if (!world->storm)
        return NO_MISHAP;
    if (world_chance(world, world->loss))
        return REQUEST_LOST;
    if (world_chance(world, world->loss))
        return ANSWER_LOST;
    if (world_chance(world, world->late))
        return LATE;
    if (world_chance(world, world->again))
        return TWICE;
    if (world_chance(world, world->crash))
        return CRASH_BEFORE;
    return world_chance(world, world->crash) ? CRASH_AFTER : NO_MISHAP;
}

enum mishap network_mishap(struct world *world, enum hop hop, unsigned action)
{
    enum mishap mishap = NO_MISHAP;

    if (!world->script.on)
        mishap = draw(world);
    else if (scripted(world, hop, action) && !world->script.struck)
        mishap = world->script.mishap;
    if (mishap == NO_MISHAP)
        return mishap;
    world->script.struck = true;
    world->counts->mishaps[mishap]++;
    if (world->script.on && mishap == LATE)
        world->script.until = instant_add_ms(world->now, HELD_MS);
    world_trace(world, "mishap %u at hop %u, %s", mishap, hop, action_name(action).english);
    return mishap;
}

/* How long it is under way. What the script holds back, it holds back however often it is sent.
 */
static int64_t way_of(struct world *world, enum hop hop, unsigned action, enum mishap mishap)
{
    int64_t near = 1 + (int64_t)world_random(world, NEAR_MS);

    if (scripted(world, hop, action) && instant_before(world->now, world->script.until))
        return world->script.until.ms - world->now.ms + near;
    /* A request of the hospital comes before it gives up waiting, or not at all. */
    if (mishap == LATE)
        near += (int64_t)world_random(world, hop == HOP_ASK ? ASK_MS : FAR_MS);
    return near;
}

void network_send(struct world *world, enum hop hop, struct happening *happening)
{
    unsigned action = happening->head.action;
    enum mishap mishap = network_mishap(world, hop, action);
    int64_t way = way_of(world, hop, action, mishap);

    if (mishap == REQUEST_LOST) {
        free(happening->content.at);
        return;
    }
    happening->mishap = mishap == LATE || (mishap == TWICE && hop != HOP_TELL) ? NO_MISHAP
                                                                               : mishap;
    if (mishap == TWICE && hop != HOP_TELL) {
        struct happening copy = *happening;

        copy.content = bytes_copy(
            (struct text){(const char *)happening->content.at, happening->content.size});
        world_add(world, &copy, way + 1 + (int64_t)world_random(world, 20 * 1000));
    }
    world_add(world, happening, way);
}

bool network_returns(struct world *world, const struct happening *happening)
{
    (void)world;
    return happening->mishap != ANSWER_LOST;
}

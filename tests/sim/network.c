/* network.c - packets that are lost, repeated, delayed and cut off while the storm lasts. */
#include <stdlib.h>
#include <string.h>

#include "gateways.h"

enum { TIMEOUT_MS = 20 * 1000 };

static void keep(struct world *world, const struct packet *packet)
{
    struct packet *kept;

    CHECK(world->packet_count < PACKETS_MAX);
    kept = &world->packets[world->packet_count++];
    *kept = *packet;
    if (packet->size > 0) {
        kept->bytes = malloc(packet->size);
        CHECK(kept->bytes != NULL);
        memcpy(kept->bytes, packet->bytes, packet->size);
    }
}

void network_timeout(struct world *world, uint32_t to, uint64_t out_id, uint32_t boot)
{
    struct packet packet = {.at = instant_add_ms(world->now, TIMEOUT_MS),
                            .to = to,
                            .from = to,
                            .receipt = true,
                            .unavailable = true,
                            .out_id = out_id,
                            .boot = boot};

    keep(world, &packet);
}

static bool cut(const struct world *world)
{
    return world->storm && world->partition && world->now.ms / 60000 % 3 == 0;
}

void network_send(struct world *world, const struct packet *from)
{
    struct packet packet = *from;
    unsigned copies = 1;

    packet.at = instant_add_ms(world->now, 1 + (int64_t)world_random(world, 400));
    if (world->storm && (world_random(world, 100) < world->loss || cut(world))) {
        world->lost++;
        network_timeout(world, packet.receipt ? packet.to : packet.from, packet.out_id,
                        packet.boot);
        return;
    }
    if (world->storm && world_random(world, 100) < world->again)
        copies = 2 + (unsigned)world_random(world, 2);
    for (unsigned i = 0; i < copies; i++) {
        keep(world, &packet);
        packet.at = instant_add_ms(packet.at, (int64_t)world_random(world, 30 * 1000));
        world->repeated += i > 0;
    }
}

bool packet_pack(const struct message *message, struct arena *arena, struct text *bytes)
{
    size_t size = 256 + record_encoded_size(message->body);
    void *memory = arena_alloc(arena, size);
    struct buffer buffer = buffer_over(memory, size);

    if (memory == NULL)
        return false;
    buffer_bytes(&buffer, message->message_id.bytes, 16);
    buffer_bytes(&buffer, message->case_id.bytes, 16);
    buffer_bytes(&buffer, message->in_reply_to.bytes, 16);
    buffer_bytes(&buffer, message->from, PARTY_ID_SIZE);
    buffer_bytes(&buffer, message->to, PARTY_ID_SIZE);
    buffer_u16(&buffer, message->flow);
    buffer_u16(&buffer, message->action);
    buffer_u32(&buffer, message->revision);
    buffer_i64(&buffer, message->sent_at.ms);
    buffer_i64(&buffer, message->answer_by.ms);
    record_encode(message->body, &buffer);
    *bytes = buffer_as_text(&buffer);
    return !buffer.overflow;
}

bool packet_unpack(struct text bytes, struct arena *arena, struct message *message)
{
    struct reader reader = reader_over(bytes.at, bytes.size);
    struct error err = ERROR_INIT;
    struct record *body;

    memset(message, 0, sizeof(*message));
    reader_copy(&reader, message->message_id.bytes, 16);
    reader_copy(&reader, message->case_id.bytes, 16);
    reader_copy(&reader, message->in_reply_to.bytes, 16);
    reader_copy(&reader, message->from, PARTY_ID_SIZE);
    reader_copy(&reader, message->to, PARTY_ID_SIZE);
    message->flow = reader_u16(&reader);
    message->action = reader_u16(&reader);
    message->revision = reader_u32(&reader);
    message->sent_at.ms = reader_i64(&reader);
    message->answer_by.ms = reader_i64(&reader);
    if (reader.broken || !record_decode(arena, reader_view(&reader, reader.left), &body, &err))
        return false;
    message->body = body;
    return true;
}

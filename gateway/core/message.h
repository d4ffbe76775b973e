/*
 * message.h - one message as plain C: the header fields of schemas/envelope.xsd and the body.
 *
 * Made by wire from verified bytes or by the engine for sending; read by flows. Memory: the
 * arena of the work it belongs to.
 */
#ifndef CORE_MESSAGE_H
#define CORE_MESSAGE_H

#include "base/instant.h"
#include "base/uuid.h"
#include "core/names.h"
#include "core/record.h"

struct message {
    struct uuid message_id;  /* version 7 */
    struct uuid case_id;     /* version 7, shared by both sides */
    struct uuid in_reply_to; /* none unless it answers a message */
    char from[PARTY_ID_SIZE];
    char to[PARTY_ID_SIZE];
    uint16_t flow;     /* enum flow_number */
    uint16_t action;   /* enum action */
    uint32_t revision; /* 1 for the first */
    struct instant sent_at;
    struct instant answer_by; /* none unless a question */
    struct text checkpoint;   /* the sender's newest checkpoint note; usually empty */
    const struct record *body;
};

/* The body of a receipt (Action `receipt`), foundations 7. */
struct receipt {
    struct uuid message_id; /* of the message it answers */
    enum verdict verdict;
    char code[CODE_SIZE];       /* of a refusal or conflict, else "" */
    char reason[160];           /* for a person; no personal data; may be empty */
    uint8_t digest[32];         /* of the bytes as received */
    char digest_kind[12];       /* "sha256" or "sm3" */
    struct instant received_at; /* durable commit: the legal time of receipt */
    uint8_t log_id[16];
    uint64_t sequence; /* journal entry */
};

#endif

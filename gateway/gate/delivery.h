/*
 * delivery.h - one letter on its way out: content to sealed bytes, or sealed bytes to an
 * answer.
 */
#ifndef GATE_DELIVERY_H
#define GATE_DELIVERY_H

#include "gate/gate.h"

enum { DELIVERY_MEMORY_MAX = 32 * 1024 * 1024 };

struct delivery {
    struct job job;
    struct work_owner owner;
    struct gate *gate;
    struct config *config; /* held; `party` lies in it */
    struct letter_row letter;
    struct text content; /* sealed, of a letter that is being born; empty: in the ledger */
    const struct config_party *party;
    struct work *work; /* the delivery lives in its arena */
    struct work *said; /* the core's answer to the question that the letter is; NULL: none */
    struct work_owner said_owner;
    struct enclosing *enclosing; /* files to be brought first; NULL: not looked for yet */
    struct text answer;          /* what the other side said, copied */
    int http_status;             /* 0: none was seen */
    unsigned retry_after_s;
    const char *failure; /* constant reason; NULL: there was an answer */
};

/* Typed content to the exact bytes that will be sent: translated, checked, signed, sealed into
 * work->bodies. An error that the letter itself causes becomes WORK_UNTRANSLATED by the caller.
 */
MUST_USE bool delivery_write(struct delivery *delivery, struct error *err);
/* The letter's content in the national form. */
MUST_USE bool delivery_content(struct delivery *delivery, struct record **content,
                               struct error *err);
/* The sealed bytes again, for one try. */
MUST_USE bool delivery_read(struct delivery *delivery, struct text *bytes, struct error *err);
/* What the answer means: fills work as WORK_OUTCOME or WORK_ATTEMPT. If delivery->said is set,
 * that is to be durable first. */
void delivery_judge(struct delivery *delivery);
/* The same for an acknowledgement that came by itself and was read already (delivery->answer;
 * work->message and *receipt of a province, a core's has only an id): WORK_OUTCOME, or
 * WORK_ATTEMPT that parks the letter. ERROR_HEADER, ERROR_VALUE: it is none for this letter,
 * and nothing is to be written. */
MUST_USE bool delivery_judge_alone(struct delivery *delivery, const struct receipt *receipt,
                                   struct error *err);

#endif

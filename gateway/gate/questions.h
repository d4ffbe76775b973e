/*
 * questions.h - from a core's question that waits (gate/parking.h) to the answer in its
 * dialect.
 *
 * Answered: the far province's document, 200. Refused: the dialect's `answer`, verdict refused
 * with the code. In doubt: `answer`, verdict "unknown", STL-U01; the same message may be sent
 * again under the same key and is then told how it stands.
 */
#ifndef GATE_QUESTIONS_H
#define GATE_QUESTIONS_H

#include "gate/exchange.h"
#include "gate/parking.h"

MUST_USE bool questions_start(struct gate *gate, struct error *err);
/* On the writer, when the question is durable (ASKED_OPEN): its request waits from now on and
 * is the exchange's no longer. ERROR_BUSY, ERROR_MEMORY: answer 503, the core asks again. */
MUST_USE bool questions_park(struct exchange *exchange, struct error *err);
/* The answer to a repetition: ASKED_ANSWERED or ASKED_UNKNOWN. On a worker. */
MUST_USE bool questions_write_repeat(struct exchange *exchange, struct text *body,
                                     const char **type, struct error *err);

void questions_answered(void *gate, const struct engine_answer *answer); /* engine's callback */
void questions_gone(void *gate, struct request *request);                /* listener's */

#endif

/*
 * inline_answer.h - a core that answers a question in its HTTP response (adapter.xml,
 * answersInResponse).
 *
 * Its answer is a submission like any other, under a key made of the question's MessageId, and
 * is durable before the letter's end is: a crash between the two sends the letter again, and
 * the core's second answer is the same message.
 */
#ifndef GATE_INLINE_ANSWER_H
#define GATE_INLINE_ANSWER_H

#include "gate/delivery.h"
#include "wire/adapter.h"

/* The action that answers a question; ACTION_NONE: it is none. */
unsigned inline_answer_to(unsigned asked);
/* Does this core answer this letter in its response? */
bool inline_answer_expected(const struct delivery *delivery);
/* What the response means. OK or REJECTED: delivery->said is the answer as a work item, unless
 * the adapter names none; its owner is the caller's to set. UNKNOWN: also what could not be
 * read or kept, which is logged. */
enum adapter_result inline_answer_read(struct delivery *delivery, char code[CODE_SIZE]);

#endif

/*
 * approvals_journal.h - the entries of proposals, for the files of gate/approvals alone.
 */
#ifndef GATE_APPROVALS_JOURNAL_H
#define GATE_APPROVALS_JOURNAL_H

#include "gate/approvals.h"

enum approval_step { APPROVAL_PROPOSED = 1, APPROVAL_YES, APPROVAL_NO, APPROVAL_USED };

/* TLV APPROVAL. The object stands in the proposal's TEXT, the persons in OPERATOR. */
struct approval_note {
    enum approval_step step;
    uint64_t number; /* 0 in the proposal itself, which is its number */
    uint32_t uid;    /* of whoever took the step */
    struct instant until;
    char act[APPROVAL_ACT_SIZE];
};

enum { APPROVAL_NOTE_SIZE = 1 + 8 + 4 + 8 + APPROVAL_ACT_SIZE };

void approval_note_encode(const struct approval_note *note, struct buffer *buffer);
MUST_USE bool approval_note_decode(struct text bytes, struct approval_note *note);

/* The key by which the entries of a proposal made at `at` are found. */
void approval_key(struct instant at, uint8_t key[MESSAGE_KEY_SIZE]);

/* TLV OPERATOR with the verb `step` `act`, "approve close". false: no memory. */
MUST_USE bool approval_operator_tlv(const struct approval_person *person, const char *step,
                                    const char *act, struct arena *arena, struct tlv *tlv);

#endif

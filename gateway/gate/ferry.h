/*
 * ferry.h - parties that are reached by files alone (文件摆渡): one folder out, one folder in.
 *
 * Between two networks joined by a one-way gate (网闸) or by a person with a disc, something
 * that is not ours moves files. Ours is: a file appears whole or not at all, with a running
 * number in its name; what came is taken whole, once, and leaves the folder only when it is
 * durable here; a number that is missing is noticed. Nothing is believed because of its name: a
 * province's file counts by its signature, a core's because nobody else may write into its
 * folder.
 *
 * Out, a letter's or an answer's exact bytes under NUMBER-ID.xml:
 *   .new-NUMBER-ID.xml.tmp written and synced; the number durable; renamed; the folder synced.
 * A crash before the number is durable removes the .tmp at the next start, one behind it
 * completes the rename: no number is used twice or left out. A letter that is not receipted in
 * time goes out again under the number that it had; so does an answer that is asked for again.
 *
 * In, in the order of names: a message or submission walks the path of a request, an
 * acknowledgement that of the mailbox. Its answer is durable in the folder out before the file
 * is removed, so a crash between the two repeats the answer and nothing else. What cannot be
 * read goes to the folder `bad` within, with a .why beside it. What cannot be decided yet
 * stays.
 *
 * One thread looks at the folders in; workers write into the folders out.
 */
#ifndef GATE_FERRY_H
#define GATE_FERRY_H

#include "gate/ferry_state.h"
#include "gate/gate.h"

enum { FERRY_NAME_SIZE = 96, FERRY_BAD_MAX = 1000, FERRY_LIST_MAX = 16384 };

/* Since the start, of one party. */
struct ferry_counts {
    uint64_t in;       /* files taken */
    uint64_t again;    /* of these, numbers that had come before */
    uint64_t bad;      /* files that could not be read */
    uint64_t gaps;     /* times that a number was missing */
    uint64_t missing;  /* numbers that are missing now */
    uint64_t out;      /* files written, again or not */
    uint64_t failures; /* that one could not be written or taken for reasons of our own */
};

struct ferry;

/* ERROR_MEMORY, ERROR_SYSTEM. The gateway is opened otherwise. */
MUST_USE bool ferry_start(struct gate *gate, struct ferry **ferry, struct error *err);
/* Takes no further file; waits for the one in hand. The folders out can still be written. */
void ferry_stop(struct ferry *ferry);
void ferry_free(struct ferry *ferry); /* takes NULL */

/* A file with these bytes lies in the party's folder out, durable, under NUMBER-`name`. *number
 * 0: the next one, told in *number. Otherwise under that one, and if it still lies there it is
 * left as it is. Any thread but the loop's. ERROR_DISK_FULL, ERROR_NOT_FOUND (no such folder),
 * ERROR_DENIED, ERROR_SYSTEM: as if nothing had happened, or, at worst, done at the next try.
 */
MUST_USE bool ferry_put(struct ferry *ferry, const struct config_party *party, uint64_t *number,
                        const char *name, struct text bytes, struct error *err);

/* The number under which a letter (ENTRY_ATTEMPT) or an answer (ENTRY_REPLY) went out, as the
 * journal has it by ferry_note_text; 0: it did not. */
MUST_USE bool ferry_number_given(struct gate *gate, const uint8_t key[MESSAGE_KEY_SIZE],
                                 uint32_t party, enum entry_kind kind, uint64_t *number,
                                 struct error *err);
/* "FOLDER: file 17", for the entry; empty without memory. */
struct text ferry_note_text(struct arena *arena, uint64_t number);

/* Of a party with folders. false: more parties than a configuration can have had. */
bool ferry_count(struct ferry *ferry, uint32_t party, struct ferry_counts *counts);

#endif

/*
 * stream.h - reads entry streams (core/entry_stream.h) and checks every byte of them, with
 * hashes alone: no ledger, no keys. For backup, restore and qiantong-audit.
 *
 * A chain goes on over several files: what one ends with, the next must continue. Sealed bytes
 * are compared with the check that was written beside them; that they open and are what the
 * entry's digest names, only the keys show (qiantong ledger verify --keys).
 *
 * One thread.
 */
#ifndef WIRE_STREAM_H
#define WIRE_STREAM_H

#include "base/arena.h"
#include "core/entry.h"
#include "crypt/tree.h"

/* What was read so far, over all files. Begins as zeros. */
struct stream_chain {
    struct entry_origin origin;
    struct tree tree;
    uint64_t seq; /* of the last entry; 0: none */
    struct instant wall;
    struct digest leaf;
    uint64_t bodies;
    uint64_t gone;
    uint64_t parts; /* whole ones */
    uint64_t kinds[ENTRY_KINDS];
    bool without_bodies; /* a stream of version 1 */
    /* where the last whole part ended */
    uint64_t whole_seq;
    struct digest whole_leaf;
    struct digest whole_root;
};

enum stream_what { STREAM_SAW_ENTRY, STREAM_SAW_BODY, STREAM_SAW_OTHER, STREAM_SAW_ALL };

struct stream_item {
    enum stream_what what;
    struct entry entry;     /* of STREAM_SAW_ENTRY; both live until the next call */
    struct text value;      /* record || leaf; of a BODY the sealed bytes */
    struct entry_body body; /* of STREAM_SAW_BODY, as its entry names it */
};

struct stream;

/* ERROR_NOT_FOUND, ERROR_SYSTEM; ERROR_LEDGER: not an entry stream. `chain` is the caller's and
 * outlives the stream. */
MUST_USE bool stream_open(const char *path, struct stream_chain *chain, struct stream **stream,
                          struct error *err);
/* The next good thing. STREAM_SAW_ALL: the file ended where it may. ERROR_LEDGER names the
 * first entry or part that is wrong. */
MUST_USE bool stream_next(struct stream *stream, struct stream_item *item, struct error *err);
/* After a failure: did the file just end too early, as that of a backup that was interrupted?
 */
bool stream_cut(const struct stream *stream);
/* Bytes up to the end of the last whole part. */
uint64_t stream_whole_size(const struct stream *stream);
void stream_close(struct stream *stream); /* takes NULL */

#endif

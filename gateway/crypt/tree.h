/*
 * tree.h - the hash tree over a journal (RFC 9162 section 2.1).
 *
 *     leaf  = H(0x00 || record)      node = H(0x01 || left || right)      empty root = H("")
 *
 * A growing tree is kept as its frontier: the roots of its full subtrees, largest first, one
 * for each bit set in the size. Appending and the root cost at most 64 digests, whatever the
 * size. Proofs are made from the array of all leaf hashes and checked without it.
 *
 * Values only; nothing here owns memory. digest_setup must have run. Every function may also
 * fail with digest.h's errors.
 */
#ifndef CRYPT_TREE_H
#define CRYPT_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "crypt/digest.h"

enum {
    TREE_NODES_MAX = 64,
    TREE_PROOF_MAX = 65,
    TREE_ENCODED_MAX = 1 + 8 + TREE_NODES_MAX * DIGEST_SIZE
};

struct tree {
    enum digest_kind kind;
    uint64_t size;                       /* leaves so far */
    uint8_t node_count;                  /* bits set in size */
    struct digest nodes[TREE_NODES_MAX]; /* largest subtree first */
};

void tree_init(struct tree *tree, enum digest_kind kind);
MUST_USE bool tree_leaf_hash(enum digest_kind kind, const void *record, size_t size,
                             struct digest *leaf, struct error *err);
/* On failure the tree is as it was. */
MUST_USE bool tree_append(struct tree *tree, const struct digest *leaf, struct error *err);
MUST_USE bool tree_root(const struct tree *tree, struct digest *root, struct error *err);
/* The root over an array. */
MUST_USE bool tree_root_of(enum digest_kind kind, const struct digest *leaves, size_t count,
                           struct digest *root, struct error *err);

/* kind u8, size u64, then the nodes: TREE_ENCODED_MAX bytes at most. */
void tree_encode(const struct tree *tree, struct buffer *out);
/* Exactly one tree; ERROR_LEDGER for anything else. */
MUST_USE bool tree_decode(struct text bytes, struct tree *tree, struct error *err);

/* Hashes from the leaf upwards, as RFC 9162 orders them. */
struct tree_proof {
    size_t count;
    struct digest hashes[TREE_PROOF_MAX];
};

/* That leaf `index` is in the tree of `count` leaves; index < count. Costs about `count`
 * digests, without recursion. */
MUST_USE bool tree_inclusion_proof(enum digest_kind kind, const struct digest *leaves,
                                   size_t count, size_t index, struct tree_proof *proof,
                                   struct error *err);
/* That the tree of the first `old_count` leaves is a prefix; 0 <= old_count <= count. */
MUST_USE bool tree_consistency_proof(enum digest_kind kind, const struct digest *leaves,
                                     size_t count, size_t old_count, struct tree_proof *proof,
                                     struct error *err);

/* true: proven. ERROR_LEDGER: the proof does not show it. Proofs may come from anyone. */
MUST_USE bool tree_verify_inclusion(enum digest_kind kind, const struct digest *leaf,
                                    uint64_t index, uint64_t size,
                                    const struct tree_proof *proof, const struct digest *root,
                                    struct error *err);
/* Everything is consistent with the empty tree, by an empty proof and H("") as its root. */
MUST_USE bool tree_verify_consistency(enum digest_kind kind, uint64_t old_size,
                                      const struct digest *old_root, uint64_t size,
                                      const struct digest *root, const struct tree_proof *proof,
                                      struct error *err);

#endif

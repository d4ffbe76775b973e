/* proof.c - inclusion and consistency proofs of tree.h (RFC 9162 sections 2.1.3 and 2.1.4). */
#include "crypt/node.h"
#include "crypt/tree.h"

/* The largest power of two below `count`, which is at least 2. */
static size_t split_of(size_t count)
{
    size_t split = 1;

    while (split < count - split)
        split *= 2;
    return split;
}

static bool push_root(enum digest_kind kind, const struct digest *leaves, size_t count,
                      struct tree_proof *proof, struct error *err)
{
    CHECK(proof->count < TREE_PROOF_MAX);
    return tree_root_of(kind, leaves, count, &proof->hashes[proof->count++], err);
}

/* We walk from the root down, the proof is read from the leaf up. */
static void turn_round(struct tree_proof *proof)
{
    for (size_t i = 0; i < proof->count / 2; i++) {
        struct digest kept = proof->hashes[i];
        proof->hashes[i] = proof->hashes[proof->count - 1 - i];
        proof->hashes[proof->count - 1 - i] = kept;
    }
}

bool tree_inclusion_proof(enum digest_kind kind, const struct digest *leaves, size_t count,
                          size_t index, struct tree_proof *proof, struct error *err)
{
    CHECK(index < count);
    proof->count = 0;
    while (count > 1) {
        size_t split = split_of(count);
        bool in_left = index < split;
        if (!push_root(kind, in_left ? leaves + split : leaves, in_left ? count - split : split,
                       proof, err))
            return false;
        leaves += in_left ? 0 : split;
        index -= in_left ? 0 : split;
        count = in_left ? split : count - split;
    }
    turn_round(proof);
    return true;
}

bool tree_consistency_proof(enum digest_kind kind, const struct digest *leaves, size_t count,
                            size_t old_count, struct tree_proof *proof, struct error *err)
{
    bool is_known = true; /* the subtree reached is the whole old tree */

    CHECK(old_count <= count);
    proof->count = 0;
    if (old_count == 0)
        return true;
    while (old_count != count) {
        size_t split = split_of(count);
        bool in_left = old_count <= split;
        if (!push_root(kind, in_left ? leaves + split : leaves, in_left ? count - split : split,
                       proof, err))
            return false;
        is_known = is_known && in_left;
        leaves += in_left ? 0 : split;
        old_count -= in_left ? 0 : split;
        count = in_left ? split : count - split;
    }
    if (!is_known && !push_root(kind, leaves, count, proof, err))
        return false;
    turn_round(proof);
    return true;
}

static bool unproven(struct error *err)
{
    return fail(err, ERROR_LEDGER, "the proof does not fit the tree's root");
}

bool tree_verify_inclusion(enum digest_kind kind, const struct digest *leaf, uint64_t index,
                           uint64_t size, const struct tree_proof *proof,
                           const struct digest *root, struct error *err)
{
    struct digest sum = *leaf;
    uint64_t last;

    if (index >= size || proof->count > TREE_PROOF_MAX)
        return unproven(err);
    last = size - 1;
    for (size_t i = 0; i < proof->count; i++) {
        const struct digest *other = &proof->hashes[i];
        bool is_right = (index & 1) != 0 || index == last;

        if (last == 0)
            return unproven(err);
        if (!tree_node_hash(kind, is_right ? other : &sum, is_right ? &sum : other, &sum, err))
            return false;
        /* A last node without a sibling rises until it is somebody's right child. */
        while (is_right && (index & 1) == 0 && index != 0) {
            index >>= 1;
            last >>= 1;
        }
        index >>= 1;
        last >>= 1;
    }
    return last == 0 && digest_equal(&sum, root) ? true : unproven(err);
}

/* The proof's hashes once up: both roots, old and new, must come out. */
static bool climb(enum digest_kind kind, uint64_t index, uint64_t last,
                  const struct digest *hashes, size_t count, struct digest *old_sum,
                  struct digest *sum, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (last == 0)
            return unproven(err);
        if ((index & 1) != 0 || index == last) {
            if (!tree_node_hash(kind, &hashes[i], old_sum, old_sum, err) ||
                !tree_node_hash(kind, &hashes[i], sum, sum, err))
                return false;
            while ((index & 1) == 0 && index != 0) {
                index >>= 1;
                last >>= 1;
            }
        } else if (!tree_node_hash(kind, sum, &hashes[i], sum, err)) {
            return false;
        }
        index >>= 1;
        last >>= 1;
    }
    return last == 0 ? true : unproven(err);
}

/* Nothing to climb: the old tree is empty or is the whole tree. */
static bool verify_trivial(enum digest_kind kind, uint64_t old_size,
                           const struct digest *old_root, uint64_t size,
                           const struct digest *root, const struct tree_proof *proof,
                           struct error *err)
{
    struct digest empty;

    if (proof->count != 0 || (old_size == size && !digest_equal(old_root, root)))
        return unproven(err);
    if (old_size != 0)
        return true;
    if (!digest_of(kind, "", 0, &empty, err))
        return false;
    return digest_equal(old_root, &empty) ? true : unproven(err);
}

bool tree_verify_consistency(enum digest_kind kind, uint64_t old_size,
                             const struct digest *old_root, uint64_t size,
                             const struct digest *root, const struct tree_proof *proof,
                             struct error *err)
{
    const struct digest *hashes = proof->hashes;
    size_t count = proof->count;
    uint64_t index = old_size - 1;
    uint64_t last = size - 1;
    struct digest old_sum;
    struct digest sum;

    if (old_size > size || count > TREE_PROOF_MAX)
        return unproven(err);
    if (old_size == 0 || old_size == size)
        return verify_trivial(kind, old_size, old_root, size, root, proof, err);
    if (count == 0)
        return unproven(err);
    for (; (index & 1) != 0; index >>= 1)
        last >>= 1;
    /* The old tree is one full subtree: then its root is where we start and is not in the
     * proof. */
    if (index == 0) {
        old_sum = *old_root;
    } else {
        old_sum = *hashes++;
        count--;
    }
    sum = old_sum;
    if (!climb(kind, index, last, hashes, count, &old_sum, &sum, err))
        return false;
    return digest_equal(&old_sum, old_root) && digest_equal(&sum, root) ? true : unproven(err);
}

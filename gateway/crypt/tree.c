/* tree.c - the frontier: append, root, bytes. Proofs are in proof.c. */
#include "crypt/tree.h"

#include <string.h>

#include "crypt/node.h"

bool tree_node_hash(enum digest_kind kind, const struct digest *left,
                    const struct digest *right, struct digest *node, struct error *err)
{
    unsigned char both[1 + 2 * DIGEST_SIZE];

    both[0] = 0x01;
    memcpy(both + 1, left->bytes, DIGEST_SIZE);
    memcpy(both + 1 + DIGEST_SIZE, right->bytes, DIGEST_SIZE);
    return digest_of(kind, both, sizeof(both), node, err);
}

bool tree_leaf_hash(enum digest_kind kind, const void *record, size_t size, struct digest *leaf,
                    struct error *err)
{
    const struct text parts[] = {{"\0", 1}, {record, size}};

    return digest_of_parts(kind, parts, COUNT_OF(parts), leaf, err);
}

void tree_init(struct tree *tree, enum digest_kind kind)
{
    memset(tree, 0, sizeof(*tree));
    tree->kind = kind;
}

bool tree_append(struct tree *tree, const struct digest *leaf, struct error *err)
{
    struct digest merged = *leaf;
    uint8_t kept = tree->node_count;

    CHECK(tree->size < UINT64_MAX);
    CHECK(tree->node_count == __builtin_popcountll(tree->size));
    /* As in adding 1 to a binary number: each trailing full subtree is carried upwards. */
    for (uint64_t carry = tree->size; carry & 1; carry >>= 1)
        if (!tree_node_hash(tree->kind, &tree->nodes[--kept], &merged, &merged, err))
            return false;
    tree->nodes[kept] = merged;
    tree->node_count = (uint8_t)(kept + 1);
    tree->size++;
    return true;
}

bool tree_root(const struct tree *tree, struct digest *root, struct error *err)
{
    struct digest sum;

    if (tree->size == 0)
        return digest_of(tree->kind, "", 0, root, err);
    sum = tree->nodes[tree->node_count - 1];
    for (size_t i = tree->node_count - 1u; i > 0; i--)
        if (!tree_node_hash(tree->kind, &tree->nodes[i - 1], &sum, &sum, err))
            return false;
    *root = sum;
    return true;
}

bool tree_root_of(enum digest_kind kind, const struct digest *leaves, size_t count,
                  struct digest *root, struct error *err)
{
    struct tree tree;

    tree_init(&tree, kind);
    for (size_t i = 0; i < count; i++)
        if (!tree_append(&tree, &leaves[i], err))
            return false;
    return tree_root(&tree, root, err);
}

void tree_encode(const struct tree *tree, struct buffer *out)
{
    buffer_u8(out, (uint8_t)tree->kind);
    buffer_u64(out, tree->size);
    for (size_t i = 0; i < tree->node_count; i++)
        buffer_bytes(out, tree->nodes[i].bytes, DIGEST_SIZE);
}

bool tree_decode(struct text bytes, struct tree *tree, struct error *err)
{
    struct reader reader = reader_over(bytes.at, bytes.size);
    enum digest_kind kind = (enum digest_kind)reader_u8(&reader);
    struct tree made;

    tree_init(&made, kind);
    made.size = reader_u64(&reader);
    made.node_count = (uint8_t)__builtin_popcountll(made.size);
    for (size_t i = 0; i < made.node_count; i++)
        reader_copy(&reader, made.nodes[i].bytes, DIGEST_SIZE);
    if (reader.broken || reader.left != 0)
        return fail(err, ERROR_LEDGER, "a hash tree's frontier has the wrong length");
    if (made.size > INT64_MAX)
        return fail(err, ERROR_LEDGER, "a hash tree of more leaves than can be");
    if (digest_name(kind) == NULL)
        return fail(err, ERROR_LEDGER, "a hash tree names the unknown hash %d", (int)kind);
    *tree = made;
    return true;
}

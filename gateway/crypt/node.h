/* node.h - the inner node of the hash tree, for tree.c and proof.c alone. */
#ifndef CRYPT_NODE_H
#define CRYPT_NODE_H

#include "crypt/digest.h"

/* H(0x01 || left || right); `node` may be one of the two. */
MUST_USE bool tree_node_hash(enum digest_kind kind, const struct digest *left,
                             const struct digest *right, struct digest *node,
                             struct error *err);

#endif

/* crypt_tree_test.c - the eight leaves of certificate transparency, and every small tree
 * against the recursive definition of RFC 9162. */
#include "unit.h"

#include <string.h>

#include "crypt/tree.h"

enum { LEAVES = 70 };

static struct digest leaves[LEAVES];

static void assert_hex(const struct digest *digest, const char *expected)
{
    char text[2 * DIGEST_SIZE + 1];

    hex_encode(digest->bytes, DIGEST_SIZE, text);
    assert_string_equal(text, expected);
}

static int setup(void **state)
{
    struct error err = ERROR_INIT;

    (void)state;
    if (!digest_setup(&err))
        return -1;
    for (size_t i = 0; i < LEAVES; i++) {
        unsigned char record[2] = {(unsigned char)i, 0xA5};
        if (!tree_leaf_hash(DIGEST_SHA256, record, sizeof(record), &leaves[i], &err))
            return -1;
    }
    return 0;
}

/* MTH of RFC 9162 2.1.1, as it is written there. */
static struct digest naive_root(enum digest_kind kind, const struct digest *from, size_t count)
{
    struct error err = ERROR_INIT;
    struct digest root;
    size_t split = 1;

    if (count == 1)
        return from[0];
    if (count == 0) {
        assert_true(digest_of(kind, "", 0, &root, &err));
        return root;
    }
    while (split * 2 < count)
        split *= 2;
    struct digest left = naive_root(kind, from, split);
    struct digest right = naive_root(kind, from + split, count - split);
    const struct text parts[] = {{"\1", 1},
                                 {(const char *)left.bytes, DIGEST_SIZE},
                                 {(const char *)right.bytes, DIGEST_SIZE}};
    assert_true(digest_of_parts(kind, parts, 3, &root, &err));
    return root;
}

static void test_known_roots(void **state)
{
    static const struct {
        const char *record;
        const char *root; /* of the tree that ends with this record */
    } rows[] = {
        {"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
        {"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
        {"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
        {"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
        {"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
        {"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
        {"5051525354555657",
         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
        {"606162636465666768696a6b6c6d6e6f",
         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
    };
    struct error err = ERROR_INIT;
    struct digest digest;
    struct tree tree;

    (void)state;
    tree_init(&tree, DIGEST_SHA256);
    assert_true(tree_root(&tree, &digest, &err));
    assert_hex(&digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        unsigned char record[16];
        size_t size = strlen(rows[i].record) / 2;
        assert_true(hex_decode(text_of(rows[i].record), record, size));
        assert_true(tree_leaf_hash(DIGEST_SHA256, record, size, &digest, &err));
        assert_true(tree_append(&tree, &digest, &err));
        assert_true(tree_root(&tree, &digest, &err));
        assert_hex(&digest, rows[i].root);
        assert_int_equal(tree.size, i + 1);
    }
}

static void test_roots(void **state)
{
    static const enum digest_kind kinds[] = {DIGEST_SHA256, DIGEST_SM3};
    struct error err = ERROR_INIT;

    (void)state;
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        struct tree tree;
        tree_init(&tree, kinds[k]);
        for (size_t count = 0; count <= LEAVES; count++) {
            struct digest expected = naive_root(kinds[k], leaves, count);
            struct digest root;
            assert_true(tree_root(&tree, &root, &err));
            assert_true(digest_equal(&root, &expected));
            assert_true(tree_root_of(kinds[k], leaves, count, &root, &err));
            assert_true(digest_equal(&root, &expected));
            assert_int_equal(tree.node_count, __builtin_popcountll(count));
            if (count < LEAVES)
                assert_true(tree_append(&tree, &leaves[count], &err));
        }
    }
}

static void test_bytes(void **state)
{
    unsigned char memory[TREE_ENCODED_MAX];
    struct error err = ERROR_INIT;
    struct tree tree;
    struct tree back;

    (void)state;
    tree_init(&tree, DIGEST_SM3);
    for (size_t count = 0; count < LEAVES; count++) {
        struct buffer out = buffer_over(memory, sizeof(memory));
        struct digest root;
        struct digest root_back;

        tree_encode(&tree, &out);
        assert_false(out.overflow);
        assert_int_equal(out.size, 9 + 32 * __builtin_popcountll(count));
        assert_true(tree_decode(buffer_as_text(&out), &back, &err));
        assert_int_equal(back.size, count);
        assert_true(tree_root(&tree, &root, &err) && tree_root(&back, &root_back, &err));
        assert_true(digest_equal(&root, &root_back));
        assert_true(tree_append(&back, &leaves[count], &err));
        tree = back;
        for (size_t size = 0; size < out.size; size++) {
            err.code = ERROR_NONE;
            assert_false(tree_decode((struct text){(char *)memory, size}, &back, &err));
            assert_int_equal(err.code, ERROR_LEDGER);
        }
    }
}

static void test_bad_bytes(void **state)
{
    unsigned char memory[TREE_ENCODED_MAX + 1] = {DIGEST_SHA256};
    struct error err = ERROR_INIT;
    struct tree tree;

    (void)state;
    assert_true(tree_decode((struct text){(char *)memory, 9}, &tree, &err));
    assert_false(tree_decode((struct text){(char *)memory, 10}, &tree, &err));
    assert_int_equal(err.code, ERROR_LEDGER);
    err.code = ERROR_NONE;
    memory[0] = 3;
    assert_false(tree_decode((struct text){(char *)memory, 9}, &tree, &err));
    assert_int_equal(err.code, ERROR_LEDGER);
    err.code = ERROR_NONE;
    memset(memory, 0xFF, sizeof(memory));
    memory[0] = DIGEST_SM3;
    assert_false(tree_decode((struct text){(char *)memory, TREE_ENCODED_MAX}, &tree, &err));
    assert_int_equal(err.code, ERROR_LEDGER);
}

static void test_largest_frontier(void **state)
{
    unsigned char memory[TREE_ENCODED_MAX];
    struct buffer out = buffer_over(memory, sizeof(memory));
    struct error err = ERROR_INIT;
    struct digest root;
    struct tree tree;
    struct tree back;

    (void)state;
    tree_init(&tree, DIGEST_SHA256);
    tree.size = INT64_MAX;
    tree.node_count = 63;
    tree_encode(&tree, &out);
    assert_false(out.overflow);
    assert_true(tree_decode(buffer_as_text(&out), &back, &err));
    assert_true(tree_root(&back, &root, &err));
    assert_true(tree_append(&back, &leaves[0], &err));
    assert_int_equal(back.node_count, 1);
}

static void assert_unproven(bool verified, struct error *err)
{
    assert_false(verified);
    assert_int_equal(err->code, ERROR_LEDGER);
    err->code = ERROR_NONE;
}

static void test_inclusion(void **state)
{
    const enum digest_kind kind = DIGEST_SHA256;
    struct error err = ERROR_INIT;

    (void)state;
    for (size_t count = 1; count <= LEAVES; count++) {
        struct digest root = naive_root(kind, leaves, count);
        for (size_t i = 0; i < count; i++) {
            struct tree_proof proof;
            assert_true(tree_inclusion_proof(kind, leaves, count, i, &proof, &err));
            assert_true(tree_verify_inclusion(kind, &leaves[i], i, count, &proof, &root, &err));
            assert_unproven(tree_verify_inclusion(kind, &leaves[(i + 1) % LEAVES], i, count,
                                                  &proof, &root, &err),
                            &err);
            assert_unproven(
                tree_verify_inclusion(kind, &leaves[i], count, count, &proof, &root, &err),
                &err);
            if (proof.count == 0)
                continue;
            for (size_t j = 0; j < count; j++) /* the same proof at another place */
                if (j != i)
                    assert_unproven(
                        tree_verify_inclusion(kind, &leaves[i], j, count, &proof, &root, &err),
                        &err);
            proof.hashes[proof.count - 1].bytes[0] ^= 1;
            assert_unproven(
                tree_verify_inclusion(kind, &leaves[i], i, count, &proof, &root, &err), &err);
            proof.hashes[proof.count - 1].bytes[0] ^= 1;
            proof.count--;
            assert_unproven(
                tree_verify_inclusion(kind, &leaves[i], i, count, &proof, &root, &err), &err);
            proof.count += 2;
            assert_unproven(
                tree_verify_inclusion(kind, &leaves[i], i, count, &proof, &root, &err), &err);
            proof.count = TREE_PROOF_MAX + 1;
            assert_unproven(
                tree_verify_inclusion(kind, &leaves[i], i, count, &proof, &root, &err), &err);
        }
    }
}

/* The path that RFC 9162 2.1.5 draws for a tree of seven leaves. */
static void test_proof_of_the_standard(void **state)
{
    const enum digest_kind kind = DIGEST_SHA256;
    struct digest h = naive_root(kind, leaves + 2, 2);
    struct digest g = naive_root(kind, leaves, 2);
    struct digest l = naive_root(kind, leaves + 4, 3);
    struct error err = ERROR_INIT;
    struct tree_proof proof;

    (void)state;
    assert_true(tree_inclusion_proof(kind, leaves, 7, 0, &proof, &err)); /* [b, h, l] */
    assert_int_equal(proof.count, 3);
    assert_true(digest_equal(&proof.hashes[0], &leaves[1]));
    assert_true(digest_equal(&proof.hashes[1], &h));
    assert_true(digest_equal(&proof.hashes[2], &l));
    assert_true(tree_consistency_proof(kind, leaves, 7, 3, &proof, &err)); /* [c, d, g, l] */
    assert_int_equal(proof.count, 4);
    assert_true(digest_equal(&proof.hashes[0], &leaves[2]));
    assert_true(digest_equal(&proof.hashes[1], &leaves[3]));
    assert_true(digest_equal(&proof.hashes[2], &g));
    assert_true(digest_equal(&proof.hashes[3], &l));
    assert_true(tree_consistency_proof(kind, leaves, 7, 4, &proof, &err)); /* [l] */
    assert_int_equal(proof.count, 1);
    assert_true(digest_equal(&proof.hashes[0], &l));
}

static void tamper_with(struct tree_proof *proof, size_t old_count, size_t count,
                        const struct digest *old_root, const struct digest *root,
                        struct error *err)
{
    const enum digest_kind kind = DIGEST_SHA256;

    for (size_t i = 0; i < proof->count; i++) {
        proof->hashes[i].bytes[31] ^= 0x80;
        assert_unproven(
            tree_verify_consistency(kind, old_count, old_root, count, root, proof, err), err);
        proof->hashes[i].bytes[31] ^= 0x80;
    }
    proof->count++;
    assert_unproven(tree_verify_consistency(kind, old_count, old_root, count, root, proof, err),
                    err);
    proof->count--;
    if (proof->count > 0) {
        proof->count--;
        assert_unproven(
            tree_verify_consistency(kind, old_count, old_root, count, root, proof, err), err);
        proof->count++;
    }
}

static void test_consistency(void **state)
{
    const enum digest_kind kind = DIGEST_SHA256;
    struct digest other = {{0x55}};
    struct error err = ERROR_INIT;

    (void)state;
    for (size_t count = 0; count <= LEAVES; count++) {
        struct digest root = naive_root(kind, leaves, count);
        for (size_t old = 0; old <= count; old++) {
            struct digest old_root = naive_root(kind, leaves, old);
            struct tree_proof proof = {0};

            assert_true(tree_consistency_proof(kind, leaves, count, old, &proof, &err));
            assert_true(
                tree_verify_consistency(kind, old, &old_root, count, &root, &proof, &err));
            assert_unproven(
                tree_verify_consistency(kind, old, &other, count, &root, &proof, &err), &err);
            if (old > 0)
                assert_unproven(
                    tree_verify_consistency(kind, old, &old_root, count, &other, &proof, &err),
                    &err);
            tamper_with(&proof, old, count, &old_root, &root, &err);
            if (old != count)
                assert_unproven(
                    tree_verify_consistency(kind, count, &root, old, &old_root, &proof, &err),
                    &err);
        }
    }
}

/* A journal that was rewritten in one place is no longer consistent with its old root. */
static void test_rewritten(void **state)
{
    const enum digest_kind kind = DIGEST_SHA256;
    struct digest changed[LEAVES];
    struct error err = ERROR_INIT;

    (void)state;
    for (size_t old = 1; old < LEAVES; old += 7) {
        struct digest old_root = naive_root(kind, leaves, old);
        struct tree_proof proof;
        struct digest root;

        memcpy(changed, leaves, sizeof(changed));
        changed[old / 2].bytes[0] ^= 1;
        root = naive_root(kind, changed, LEAVES);
        assert_true(tree_consistency_proof(kind, changed, LEAVES, old, &proof, &err));
        assert_unproven(
            tree_verify_consistency(kind, old, &old_root, LEAVES, &root, &proof, &err), &err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_roots),
        cmocka_unit_test(test_roots),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_bad_bytes),
        cmocka_unit_test(test_largest_frontier),
        cmocka_unit_test(test_inclusion),
        cmocka_unit_test(test_proof_of_the_standard),
        cmocka_unit_test(test_consistency),
        cmocka_unit_test(test_rewritten),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}

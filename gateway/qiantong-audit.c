/* qiantong-audit.c - the offline verifier: an entry stream, without LMDB and without network.
 *
 *     qiantong-audit entries FILE
 *
 * Checks every entry: sequence without a gap, that it decodes, that it names the leaf before
 * it, that its own leaf is the hash of its bytes, that time does not go back; and makes the
 * root of the tree. Prints the first entry that is wrong. Compare the root with a signed
 * checkpoint: a chain alone does not show that all of it was rewritten. Exit status 0 good, 1
 * something is wrong, else an error.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/version.h"
#include "core/entry.h"
#include "core/entry_stream.h"
#include "crypt/tree.h"

enum { ARENA_MAX = 4 * 1024 * 1024, WRONG = 1, LEAF_SIZE = DIGEST_SIZE };

struct audit {
    FILE *file;
    struct arena *arena;
    unsigned char *bytes; /* ENTRY_SIZE_MAX */
    struct entry_origin origin;
    struct tree tree;
    uint64_t seq; /* of the last good entry */
    struct instant wall;
    struct digest leaf;
    uint64_t kinds[ENTRY_KINDS];
};

static bool wrong(const struct audit *audit, struct error *err, const char *what)
{
    return fail(err, ERROR_LEDGER, "entry %" PRIu64 ": %s", audit->seq + 1, what);
}

/* *end: the stream ends here, where an entry could begin. */
static bool read_bytes(struct audit *audit, size_t *size, bool *end, struct error *err)
{
    unsigned char prefix[ENTRY_STREAM_PREFIX];
    size_t got = fread(prefix, 1, sizeof(prefix), audit->file);
    struct reader reader = reader_over(prefix, sizeof(prefix));

    *end = got == 0 && feof(audit->file);
    if (*end)
        return true;
    if (ferror(audit->file))
        return fail(err, ERROR_SYSTEM, "the file cannot be read: %s", strerror(errno));
    if (got != sizeof(prefix))
        return wrong(audit, err, "the stream is cut off");
    *size = reader_u32(&reader);
    if (*size < ENTRY_FIXED_SIZE + LEAF_SIZE || *size > ENTRY_SIZE_MAX)
        return wrong(audit, err, "impossible size");
    if (fread(audit->bytes, 1, *size, audit->file) != *size)
        return wrong(audit, err, "the stream is cut off");
    return true;
}

/* The first entry says by which hash everything is checked. */
static bool take_origin(struct audit *audit, const struct entry *entry, struct error *err)
{
    size_t at = 0;
    const struct tlv *tlv = entry_next_tlv(entry, TLV_ORIGIN, &at);

    if (entry->kind != ENTRY_ORIGIN || tlv == NULL ||
        !entry_origin_decode(tlv->bytes, &audit->origin))
        return wrong(audit, err, "not the origin of a ledger");
    if (digest_name(audit->origin.digest_kind) == NULL)
        return wrong(audit, err, "names an unknown hash");
    tree_init(&audit->tree, audit->origin.digest_kind);
    return true;
}

static bool check_place(const struct audit *audit, const struct entry *entry, struct error *err)
{
    if (entry->seq != audit->seq + 1)
        return wrong(audit, err, "its sequence number is another: entries are missing");
    if (memcmp(entry->previous, audit->leaf.bytes, LEAF_SIZE) != 0)
        return wrong(audit, err, "does not follow from the entry before it");
    if (instant_before(entry->wall, audit->wall))
        return wrong(audit, err, "is older than the entry before it");
    if (entry->kind == ENTRY_ORIGIN && entry->seq != 1)
        return wrong(audit, err, "a second origin");
    return true;
}

static bool check_leaf(struct audit *audit, size_t size, const struct entry *entry,
                       struct error *err)
{
    struct digest leaf;

    if (!tree_leaf_hash(audit->tree.kind, audit->bytes, size - LEAF_SIZE, &leaf, err))
        return false;
    if (memcmp(leaf.bytes, entry->leaf, LEAF_SIZE) != 0)
        return wrong(audit, err, "its bytes were changed: the leaf does not match");
    audit->leaf = leaf;
    return tree_append(&audit->tree, &leaf, err);
}

static bool check_entry(struct audit *audit, size_t size, struct error *err)
{
    struct text bytes = {(const char *)audit->bytes, size};
    struct entry entry;

    arena_reset(audit->arena);
    if (!entry_decode(audit->arena, bytes, &entry, err)) {
        fail_prefix(err, "entry %" PRIu64, audit->seq + 1);
        return false;
    }
    if ((audit->seq == 0 && !take_origin(audit, &entry, err)) ||
        !check_place(audit, &entry, err) || !check_leaf(audit, size, &entry, err))
        return false;
    audit->seq++;
    audit->wall = entry.wall;
    if (entry.kind < ENTRY_KINDS)
        audit->kinds[entry.kind]++;
    return true;
}

static bool check_stream(struct audit *audit, struct error *err)
{
    char magic[ENTRY_STREAM_MAGIC_SIZE];
    size_t size = 0;
    bool end = false;

    if (fread(magic, 1, sizeof(magic), audit->file) != sizeof(magic) ||
        memcmp(magic, ENTRY_STREAM_MAGIC, sizeof(magic)) != 0)
        return fail(err, ERROR_LEDGER, "not an entry stream");
    for (;;) {
        if (!read_bytes(audit, &size, &end, err))
            return false;
        if (end)
            return audit->seq > 0 || wrong(audit, err, "missing: the stream is empty");
        if (!check_entry(audit, size, err))
            return false;
    }
}

static bool print_good(const struct audit *audit, struct error *err)
{
    char log_id[2 * sizeof(audit->origin.log_id) + 1];
    char hex[2 * DIGEST_SIZE + 1];
    char at[INSTANT_TEXT_SIZE];
    struct digest root;

    if (!tree_root(&audit->tree, &root, err))
        return false;
    hex_encode(audit->origin.log_id, sizeof(audit->origin.log_id), log_id);
    printf("party    %s%s\n", audit->origin.party, audit->origin.test ? " (test ledger)" : "");
    printf("log      %s, %s\n", log_id, digest_name(audit->origin.digest_kind));
    printf("entries  %" PRIu64 ", the last of %s\n", audit->seq,
           instant_format(audit->wall, at));
    for (unsigned kind = 1; kind < ENTRY_KINDS; kind++)
        if (audit->kinds[kind] > 0)
            printf("         %8" PRIu64 "  %s\n", audit->kinds[kind],
                   entry_kind_name(kind).english);
    hex_encode(audit->leaf.bytes, DIGEST_SIZE, hex);
    printf("leaf     %s\n", hex);
    hex_encode(root.bytes, DIGEST_SIZE, hex);
    printf("root     %s\n", hex);
    printf("good     every entry; bodies are not part of this stream\n");
    return true;
}

static bool audit_entries(const char *path, struct error *err)
{
    struct audit audit = {.file = fopen(path, "rb")};
    bool ok;

    if (audit.file == NULL)
        return fail(err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_SYSTEM, "%s: %s", path,
                    strerror(errno));
    audit.arena = arena_new(ARENA_MAX);
    audit.bytes = malloc(ENTRY_SIZE_MAX);
    if (audit.arena == NULL || audit.bytes == NULL)
        ok = fail(err, ERROR_MEMORY, "no memory");
    else
        ok = digest_setup(err) && ((check_stream(&audit, err) && print_good(&audit, err)) ||
                                   fail_prefix(err, "%s", path));
    free(audit.bytes);
    arena_free(audit.arena);
    fclose(audit.file);
    return ok;
}

static int usage(void)
{
    fprintf(stderr, "usage: qiantong-audit entries FILE\n"
                    "       qiantong-audit --version\n");
    return error_exit(ERROR_USAGE);
}

int main(int word_count, char *words[])
{
    struct error err = ERROR_INIT;

    if (word_count == 2 && strcmp(words[1], "--version") == 0) {
        printf("qiantong-audit " QIANTONG_VERSION "\n");
        return 0;
    }
    if (word_count != 3 || strcmp(words[1], "entries") != 0)
        return usage();
    if (audit_entries(words[2], &err))
        return fflush(stdout) == 0 ? 0 : error_exit(ERROR_SYSTEM);
    fflush(stdout);
    fprintf(stderr, "qiantong-audit: %s (%s)\n", err.text, error_name(err.code));
    return err.code == ERROR_LEDGER ? WRONG : error_exit(err.code);
}

/* qiantong-audit.c - the offline verifier: entry streams, without LMDB and without network.
 *
 *     qiantong-audit entries FILE...
 *
 * Checks every entry: sequence without a gap, that it decodes, that it names the leaf before
 * it, that its own leaf is the hash of its bytes, that time does not go back; the check of
 * every part and every sealed body; and makes the root of the tree. Several files are parts of
 * one backup, in order. Prints the first thing that is wrong. Compare the root with a signed
 * checkpoint: a chain alone does not show that all of it was rewritten. Exit status 0 good, 1
 * something is wrong, else an error.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/version.h"
#include "wire/stream.h"

enum { WRONG = 1 };

static bool check_file(const char *path, struct stream_chain *chain, struct error *err)
{
    struct stream *stream = NULL;
    struct stream_item item = {.what = STREAM_SAW_OTHER};
    bool ok = stream_open(path, chain, &stream, err);

    while (ok && item.what != STREAM_SAW_ALL)
        ok = stream_next(stream, &item, err);
    stream_close(stream);
    return ok || fail_prefix(err, "%s", path);
}

static void print_good(const struct stream_chain *chain)
{
    char log_id[2 * sizeof(chain->origin.log_id) + 1];
    char hex[2 * DIGEST_SIZE + 1];
    char at[INSTANT_TEXT_SIZE];

    hex_encode(chain->origin.log_id, sizeof(chain->origin.log_id), log_id);
    printf("party    %s%s\n", chain->origin.party, chain->origin.test ? " (test ledger)" : "");
    printf("log      %s, %s\n", log_id, digest_name(chain->origin.digest_kind));
    printf("entries  %" PRIu64 ", the last of %s\n", chain->seq,
           instant_format(chain->wall, at));
    for (unsigned kind = 1; kind < ENTRY_KINDS; kind++)
        if (chain->kinds[kind] > 0)
            printf("         %8" PRIu64 "  %s\n", chain->kinds[kind],
                   entry_kind_name(kind).english);
    if (!chain->without_bodies)
        printf("bodies   %" PRIu64 ", %" PRIu64 " no longer kept; %" PRIu64 " parts\n",
               chain->bodies, chain->gone, chain->parts);
    hex_encode(chain->leaf.bytes, DIGEST_SIZE, hex);
    printf("leaf     %s\n", hex);
    hex_encode(chain->whole_root.bytes, DIGEST_SIZE, hex);
    printf("root     %s\n", hex);
    if (chain->without_bodies)
        printf("good     every entry; bodies are not part of this stream\n");
    else
        printf("good     every entry and every sealed body, as it was written\n");
}

static bool audit_entries(int file_count, char *files[], struct error *err)
{
    static struct stream_chain chain;

    for (int i = 0; i < file_count; i++)
        if (!check_file(files[i], &chain, err))
            return false;
    print_good(&chain);
    return true;
}

static int usage(void)
{
    fprintf(stderr, "usage: qiantong-audit entries FILE...\n"
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
    if (word_count < 3 || strcmp(words[1], "entries") != 0)
        return usage();
    if (audit_entries(word_count - 2, words + 2, &err))
        return fflush(stdout) == 0 ? 0 : error_exit(ERROR_SYSTEM);
    fflush(stdout);
    fprintf(stderr, "qiantong-audit: %s (%s)\n", err.text, error_name(err.code));
    return err.code == ERROR_LEDGER ? WRONG : error_exit(err.code);
}

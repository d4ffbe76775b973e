/* wire_document_fuzz.c - foreign bytes to a tree to a record and back. The first byte chooses
 * the limits: a partner's message, a dialect in GB18030, a file of ours. */
#include "fuzz.h"

#include "wire/codec.h"
#include "wire/document_internal.h"
#include "wire/start.h"

enum { SHORT_RUNS = 8000 };

static const struct document_limits kinds[] = {
    {.size_max = 0},
    {.allow_gb = true},
    {.allow_gb = true, .assume_gb = true},
    {.allow_comments = true},
    {.size_max = 4096, .depth_max = 4, .nodes_max = 20},
};

bool fuzz_open(struct error *err)
{
    return wire_start(err);
}

void fuzz_seeds(void)
{
    fuzz_seed_files(0, "tests/data/national/*.xml");
    fuzz_seed_files(0, "tests/data/envelope/*.xml");
    fuzz_seed_files(1, "adapters/*/examples/application*.theirs.xml");
    fuzz_seed_files(2, "adapters/*/examples/bad-*.xml");
    fuzz_seed_files(3, "conf/*.xml");
}

/* What a record holds is written, in UTF-8, and read as the same record. */
static void try_record(const struct document *document, struct arena *arena)
{
    struct record *first = NULL, *second = NULL;
    struct document *written = NULL;
    struct error err = ERROR_INIT;

    if (!codec_read(document, arena, &first, &err)) {
        fuzz_hold(err.code == ERROR_SHAPE || err.code == ERROR_DEPTH ||
                      err.code == ERROR_MEMORY,
                  "no record: refused with its code");
        return;
    }
    /* Names beyond ASCII are read by XML's newest rule and written by its older one; no schema
     * of ours has such a name. */
    if (!codec_write(first, NULL, &written, &err)) {
        fuzz_hold(err.code == ERROR_VALUE && strstr(err.text, "not an XML name") != NULL,
                  "what was read can be written");
        return;
    }
    fuzz_hold(codec_read(written, arena, &second, &err) && record_equal(first, second),
              "the record that was written is read");
    document_free(written);
}

void fuzz_input(struct text input, struct arena *arena)
{
    struct text bytes = {input.at + 1, input.size - 1}, first, second;
    struct document *document = NULL, *again = NULL;
    const struct document_limits ours = {.size_max = DOCUMENT_SIZE_LIMIT,
                                         .allow_comments = true};
    struct error err = ERROR_INIT;

    if (input.size == 0)
        return;
    if (!document_parse(bytes, &kinds[(unsigned char)input.at[0] % COUNT_OF(kinds)], &document,
                        &err)) {
        fuzz_hold_private(bytes, &err);
        return;
    }
    fuzz_hold(document_write(document, arena, &first, &err), "a document can be written");
    fuzz_hold(text_is_utf8(first), "and is UTF-8");
    fuzz_hold(document_parse(first, &ours, &again, &err), "what was written is read");
    fuzz_hold(document_write(again, arena, &second, &err) && text_equal(first, second),
              "and written again to the same bytes");
    try_record(document, arena);
    document_free(again);
    document_free(document);
}

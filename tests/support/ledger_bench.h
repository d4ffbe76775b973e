/* ledger_bench.h - a ledger in memory or in LMDB to test on; after unit.h. */
#ifndef SUPPORT_LEDGER_BENCH_H
#define SUPPORT_LEDGER_BENCH_H

#include "ledger_findings.h"

struct bench {
    struct story story;
    const char *folder;
    enum digest_kind kind;
    struct arena *arena;
};

STORY int setup_as(void **state, bool lmdb, enum digest_kind kind)
{
    static char folder[64];
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    bench->kind = kind;
    bench->arena = arena_new(8 << 20);
    if (lmdb) {
        snprintf(folder, sizeof folder, "/tmp/qiantong-journal-%d", (int)getpid());
        story_remove(folder);
        bench->folder = folder;
    }
    story_check(&bench->story, story_open_store(&bench->story, bench->folder));
    *state = bench;
    return 0;
}

STORY int setup_empty(void **state)
{
    return setup_as(state, false, DIGEST_SHA256);
}

STORY int setup_memory(void **state)
{
    setup_as(state, false, DIGEST_SM3);
    struct bench *bench = *state;
    story_check(&bench->story, story_open_ledger(&bench->story, bench->kind));
    return 0;
}

STORY int setup_lmdb(void **state)
{
    setup_as(state, true, DIGEST_SHA256);
    struct bench *bench = *state;
    story_check(&bench->story, story_open_ledger(&bench->story, bench->kind));
    return 0;
}

STORY int teardown(void **state)
{
    struct bench *bench = *state;
    story_close(&bench->story);
    if (bench->folder)
        story_remove(bench->folder);
    arena_free(bench->arena);
    free(bench);
    return 0;
}

STORY void begin(struct story *story)
{
    story_check(story, ledger_begin(story->ledger, &story->txn, &story->err));
}

STORY void begin_read(struct story *story)
{
    story_check(story, ledger_begin_read(story->ledger, &story->txn, &story->err));
}

STORY void commit(struct story *story)
{
    story_check(story, ledger_commit(&story->txn, &story->err));
}

STORY void abandon(struct story *story)
{
    ledger_abort(story->txn);
    story->txn = NULL;
    story->err = (struct error)ERROR_INIT;
}

STORY void expect_sound(struct story *story)
{
    struct story_findings findings;
    bool sound = story_is_sound(story, &findings);
    if (!sound)
        story_print(&findings);
    assert_true(sound);
}

struct seen {
    uint64_t seq[64];
    size_t count;
    size_t count_max;
    uint8_t leaf[32];
    bool chained;
};

STORY bool see_entry(void *self, const struct entry *entry)
{
    struct seen *seen = self;
    assert_true(seen->count < COUNT_OF(seen->seq));
    if (seen->count > 0 && memcmp(entry->previous, seen->leaf, 32) != 0)
        seen->chained = false;
    memcpy(seen->leaf, entry->leaf, 32);
    seen->seq[seen->count++] = entry->seq;
    return seen->count < seen->count_max;
}

STORY const struct instant for_ever = {INT64_MAX};

#endif

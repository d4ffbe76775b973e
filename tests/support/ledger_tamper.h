/*
 * ledger_tamper.h - changing rows behind the ledger's back, and putting them back.
 */
#ifndef SUPPORT_LEDGER_TAMPER_H
#define SUPPORT_LEDGER_TAMPER_H

#include "ledger_findings.h"

enum { TAMPER_ROWS_MAX = 4096 };

struct tamper_row {
    struct text key; /* copies */
    struct text value;
};

struct tamper_rows {
    size_t count;
    struct tamper_row row[TAMPER_ROWS_MAX];
};

STORY struct text tamper_copy(struct text text)
{
    char *copy = malloc(text.size + 1);
    CHECK(copy != NULL);
    if (text.size > 0)
        memcpy(copy, text.at, text.size);
    return (struct text){copy, text.size};
}

STORY void tamper_free(struct text text)
{
    union {
        const char *in;
        char *out;
    } at = {.in = text.at};
    free(at.out);
}

/* Every row of a database. */
STORY struct tamper_rows *tamper_read(struct story *story, enum store_database database)
{
    struct tamper_rows *rows = calloc(1, sizeof *rows);
    struct store_txn *txn = NULL;
    struct store_cursor cursor;
    bool found;
    CHECK(rows != NULL);
    story_check(story, store_begin_read(story->store, &txn, &story->err));
    story_check(story, store_seek(txn, database, TEXT_NONE, &cursor, &found, &story->err));
    while (found) {
        CHECK(rows->count < TAMPER_ROWS_MAX);
        rows->row[rows->count++] = (struct tamper_row){tamper_copy(cursor.key),
                                                       tamper_copy(cursor.value)};
        story_check(story, store_next(&cursor, &found, &story->err));
    }
    store_abort(txn);
    return rows;
}

STORY void tamper_rows_free(struct tamper_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        tamper_free(rows->row[i].key);
        tamper_free(rows->row[i].value);
    }
    free(rows);
}

STORY void tamper_put(struct story *story, enum store_database database, struct text key,
                      struct text value)
{
    struct store_txn *txn = NULL;
    story_check(story, store_begin_write(story->store, &txn, &story->err));
    story_check(story, store_put(txn, database, key, value, &story->err));
    story_check(story, store_commit(&txn, &story->err));
}

STORY void tamper_delete(struct story *story, enum store_database database, struct text key)
{
    struct store_txn *txn = NULL;
    story_check(story, store_begin_write(story->store, &txn, &story->err));
    story_check(story, store_delete(txn, database, key, &story->err));
    story_check(story, store_commit(&txn, &story->err));
}

/* A database back to what it was. */
STORY void tamper_restore(struct story *story, enum store_database database,
                          const struct tamper_rows *rows)
{
    struct store_txn *txn = NULL;
    struct store_cursor cursor;
    bool found;
    story_check(story, store_begin_write(story->store, &txn, &story->err));
    story_check(story, store_seek(txn, database, TEXT_NONE, &cursor, &found, &story->err));
    while (found) {
        story_check(story, store_delete(txn, database, cursor.key, &story->err));
        story_check(story, store_next(&cursor, &found, &story->err));
    }
    for (size_t i = 0; i < rows->count; i++)
        story_check(
            story, store_put(txn, database, rows->row[i].key, rows->row[i].value, &story->err));
    story_check(story, store_commit(&txn, &story->err));
}

/* A copy with one byte changed. */
STORY struct text tamper_flip(struct text text, size_t at, unsigned char mask)
{
    char *copy = malloc(text.size + 1);
    CHECK(copy != NULL && at < text.size);
    memcpy(copy, text.at, text.size);
    copy[at] = (char)((unsigned char)copy[at] ^ mask);
    return (struct text){copy, text.size};
}

/* A folder for LMDB where flushing costs little: these tests commit tens of thousands of times.
 */
STORY const char *tamper_folder(const char *name)
{
    static char folder[128];
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(folder, sizeof folder, "%s/qiantong-%s-%d", base, name, (int)getpid());
    story_remove(folder);
    return folder;
}

#endif

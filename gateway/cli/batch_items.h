/*
 * batch_items.h - the documents of a batch, by name and in order, a bounded number at a time.
 *
 * A folder: every name in it, bytewise ascending, without hidden ones and those ending in
 * ".tmp". A list: a file with one path a line, in its order; paths that are not absolute begin
 * at the list's folder. Lines end in LF or CR LF, the last one too.
 *
 * Memory does not grow with the batch: a window of names is read, and the folder or the list
 * again for the next. What is put into a folder meanwhile is found if its name still lies
 * ahead.
 */
#ifndef CLI_BATCH_ITEMS_H
#define CLI_BATCH_ITEMS_H

#include "base/arena.h"
#include "base/error.h"

enum { BATCH_WINDOW_MAX = 1024 };

/* What the result file says of an item; its verdict's word, and how often it counts. */
enum batch_verdict {
    BATCH_NONE, /* nothing */
    BATCH_ACCEPTED,
    BATCH_PENDING,
    BATCH_REFUSED,
    BATCH_CONFLICT,
    BATCH_UNREADABLE, /* the gateway keeps nothing of it: tried again */
    BATCH_VERDICTS
};

struct batch_item {
    const char *name; /* without tabs, line ends or other control characters */
    enum batch_verdict known;
};

struct batch_window {
    struct batch_item items[BATCH_WINDOW_MAX];
    size_t count; /* 0: the end */
};

struct batch_items;

/* Looks at every name before anything is done. ERROR_VALUE: a name with a control character; a
 * line of a list that is empty, too long, begins with a byte order mark or has no end.
 * ERROR_NOT_FOUND, ERROR_DENIED, ERROR_SYSTEM, ERROR_MEMORY. `path` is kept. */
MUST_USE bool batch_items_open(const char *path, struct batch_items **items, struct error *err);
/* Takes NULL. */
void batch_items_close(struct batch_items *items);
uint64_t batch_items_count(const struct batch_items *items);
/* Paths of items begin here, if they are not absolute. */
const char *batch_items_folder(const struct batch_items *items);
/* The next names; the last window's are gone with it. Errors as above. */
MUST_USE bool batch_items_next(struct batch_items *items, struct batch_window **window,
                               struct error *err);

#endif

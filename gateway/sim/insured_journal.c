/* insured_journal.c - rows of u32 size, u16 flow, u16 action, u16 key size, key, body. */
#include "sim/insured_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/file.h"
#include "base/text.h"

enum { FILE_MAX = 64 * 1024 * 1024, HEAD_SIZE = 4, ROW_MIN = 6 };

struct insured_journal {
    struct arena *arena;
    struct text rows; /* of the file as it was opened */
    size_t at;        /* what comes next, or the end of what is whole */
    int file;
};

bool insured_journal_open(const char *path, struct arena *arena,
                          struct insured_journal **journal, struct error *err)
{
    struct insured_journal *opened = arena_alloc(arena, sizeof(*opened));

    if (opened == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the books");
    *opened = (struct insured_journal){.arena = arena, .rows = TEXT("")};
    opened->file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (opened->file < 0)
        return fail(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    /* An empty file would be given as much room as the largest. */
    if (lseek(opened->file, 0, SEEK_END) > 0 &&
        !file_read(arena, path, FILE_MAX, &opened->rows, err)) {
        close(opened->file);
        return false;
    }
    *journal = opened;
    return true;
}

void insured_journal_close(struct insured_journal *journal)
{
    if (journal != NULL)
        close(journal->file);
}

/* *size 0: nothing whole follows. */
static void whole_row(const struct insured_journal *journal, size_t *size)
{
    size_t left = journal->rows.size - journal->at;
    struct reader head = reader_over(journal->rows.at + journal->at, left);
    uint32_t row = reader_u32(&head);

    *size = left >= HEAD_SIZE + ROW_MIN && row >= ROW_MIN && row <= left - HEAD_SIZE ? row : 0;
}

bool insured_journal_next(struct insured_journal *journal, struct adapter_message *asked,
                          bool *end, struct error *err)
{
    struct reader reader;
    struct record *body = NULL;
    size_t size;
    uint16_t key;

    whole_row(journal, &size);
    *end = size == 0;
    if (*end)
        return ftruncate(journal->file, (off_t)journal->at) == 0 ||
               fail(err, ERROR_SYSTEM, "the books: %s", strerror(errno));
    reader = reader_over(journal->rows.at + journal->at + HEAD_SIZE, size);
    *asked = (struct adapter_message){
        .flow = reader_u16(&reader), .action = reader_u16(&reader), .revision = 1};
    key = reader_u16(&reader);
    if (key > size - ROW_MIN)
        return fail(err, ERROR_PARSE, "the books: no row at %zu", journal->at);
    asked->local_key = (struct text){journal->rows.at + journal->at + HEAD_SIZE + ROW_MIN, key};
    if (!record_decode(journal->arena,
                       (struct text){asked->local_key.at + key, size - ROW_MIN - key}, &body,
                       err))
        return false;
    asked->body = body;
    journal->at += HEAD_SIZE + size;
    return true;
}

static bool put(struct insured_journal *journal, struct text bytes, struct error *err)
{
    ssize_t written = pwrite(journal->file, bytes.at, bytes.size, (off_t)journal->at);

    if (written != (ssize_t)bytes.size || fdatasync(journal->file) != 0)
        return fail(err, ERROR_SYSTEM, "the books: %s", strerror(errno));
    journal->at += bytes.size;
    return true;
}

bool insured_journal_add(struct insured_journal *journal, const struct adapter_message *asked,
                         struct error *err)
{
    size_t size = ROW_MIN + asked->local_key.size + record_encoded_size(asked->body);
    char *bytes = arena_alloc(journal->arena, HEAD_SIZE + size);
    struct buffer row = buffer_over(bytes, HEAD_SIZE + size);

    if (bytes == NULL || asked->local_key.size > UINT16_MAX)
        return fail(err, ERROR_MEMORY, "no memory for the books");
    buffer_u32(&row, (uint32_t)size);
    buffer_u16(&row, asked->flow);
    buffer_u16(&row, asked->action);
    buffer_u16(&row, (uint16_t)asked->local_key.size);
    buffer_bytes(&row, asked->local_key.at, asked->local_key.size);
    record_encode(asked->body, &row);
    CHECK(!row.overflow && row.size == HEAD_SIZE + size);
    return put(journal, buffer_as_text(&row), err);
}

/* batch_results.c - lines appended, synced in groups, and found again. */
#include "cli/batch_results.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/batch_line.h"
#include "cli/export_file.h"
#include "cli/language.h"

enum { LINE_MAX_SIZE = PATH_MAX + 256, COLUMNS = 6 };

static const char header[] = "item\tverdict\tcode\tcase\tsequence\ttime";

struct batch_results {
    const char *path;
    FILE *reader;
    FILE *writer; /* appends */
    long before;  /* bytes of whole lines that were there */
    uint64_t line;
    struct batch_item *sorted[BATCH_WINDOW_MAX];
};

static const char *const verdict_names[BATCH_VERDICTS] = {
    [BATCH_NONE] = "-",
    [BATCH_ACCEPTED] = "accepted",
    [BATCH_PENDING] = "pending",
    [BATCH_REFUSED] = "refused",
    [BATCH_CONFLICT] = "conflict",
    [BATCH_UNREADABLE] = "unreadable",
};

const char *batch_verdict_name(enum batch_verdict verdict)
{
    return verdict_names[verdict];
}

enum batch_verdict batch_verdict_by_name(const char *name)
{
    for (int verdict = BATCH_NONE + 1; verdict < BATCH_VERDICTS; verdict++)
        if (strcmp(name, verdict_names[verdict]) == 0)
            return (enum batch_verdict)verdict;
    return BATCH_NONE;
}

static bool fail_system(const struct batch_results *results, struct error *err)
{
    enum error_code code = ERROR_SYSTEM;

    if (errno == ENOENT || errno == ENOTDIR)
        code = ERROR_NOT_FOUND;
    else if (errno == EACCES || errno == EPERM || errno == EISDIR || errno == ELOOP)
        code = ERROR_DENIED;
    else if (errno == ENOSPC || errno == EDQUOT)
        code = ERROR_DISK_FULL;
    return fail(err, code, "%s: %s", results->path, strerror(errno));
}

/* --- reading ------------------------------------------------------------------------------ */

/* Cuts the line in place. */
static bool read_line(char *line, const char **name, enum batch_verdict *verdict)
{
    struct text rest = text_of(line);
    struct text columns[COLUMNS];

    for (int i = 0; i < COLUMNS; i++) {
        columns[i] = text_cut(&rest, '\t');
        if (columns[i].size == 0)
            return false;
        line[columns[i].at + columns[i].size - line] = '\0';
    }
    *name = columns[0].at;
    *verdict = batch_verdict_by_name(columns[1].at);
    return rest.at == NULL && *verdict != BATCH_NONE;
}

static bool not_a_result(const struct batch_results *results, struct error *err)
{
    return fail(err, ERROR_VALUE, _("%s, line %" PRIu64 ": not a line of a batch's results"),
                results->path, results->line);
}

/* The next of the lines up to `before`; *ended: there is none. */
static bool next_line(struct batch_results *results, const char **name,
                      enum batch_verdict *verdict, char line[LINE_MAX_SIZE], bool *ended,
                      struct error *err)
{
    size_t size;

    *ended = ftell(results->reader) >= results->before;
    if (*ended)
        return true;
    results->line++;
    switch (line_read(results->reader, line, LINE_MAX_SIZE, &size)) {
    case LINE_WHOLE:
        return read_line(line, name, verdict) || not_a_result(results, err);
    case LINE_FAILED:
        return fail_system(results, err);
    default:
        return not_a_result(results, err);
    }
}

static bool skip_header(struct batch_results *results, struct error *err)
{
    char line[sizeof(header)];
    size_t size;

    rewind(results->reader);
    results->line = 1;
    if (line_read(results->reader, line, sizeof(line), &size) == LINE_WHOLE &&
        strcmp(line, header) == 0)
        return true;
    return not_a_result(results, err);
}

static int by_name(const void *left, const void *right)
{
    return strcmp((*(struct batch_item *const *)left)->name,
                  (*(struct batch_item *const *)right)->name);
}

/* A list may name a file more than once. */
static void mark(struct batch_results *results, size_t count, const char *name,
                 enum batch_verdict verdict)
{
    size_t low = 0;
    size_t high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(results->sorted[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < count && strcmp(results->sorted[low]->name, name) == 0; low++)
        results->sorted[low]->known = verdict;
}

bool batch_results_mark(struct batch_results *results, struct batch_window *window,
                        struct error *err)
{
    char line[LINE_MAX_SIZE];
    enum batch_verdict verdict = BATCH_NONE;
    const char *name = "";
    bool ended = false;

    if (results->before <= (long)sizeof(header))
        return true;
    for (size_t i = 0; i < window->count; i++)
        results->sorted[i] = &window->items[i];
    qsort(results->sorted, window->count, sizeof(results->sorted[0]), by_name);
    if (!skip_header(results, err))
        return false;
    while (next_line(results, &name, &verdict, line, &ended, err)) {
        if (ended)
            return true;
        mark(results, window->count, name, verdict);
    }
    return false;
}

/* --- opening ------------------------------------------------------------------------------ */

/* How far the file holds whole lines. One that is torn, or of which a loss of power left
 * nothing but zeros, ends it: it was never synced, and nobody was told. */
static bool measure(struct batch_results *results, struct error *err)
{
    char line[LINE_MAX_SIZE];
    enum line_kind kind;
    size_t size;

    results->before = 0;
    while ((kind = line_read(results->reader, line, sizeof(line), &size)) != LINE_NONE) {
        bool first = results->before == 0;

        if (kind == LINE_FAILED)
            return fail_system(results, err);
        if (first &&
            (kind == LINE_WHOLE ? strcmp(line, header) : strncmp(line, header, size)) != 0) {
            results->line = 1;
            return not_a_result(results, err);
        }
        if (kind != LINE_WHOLE || strlen(line) != size)
            return true;
        results->before = ftell(results->reader);
        if (results->before < 0)
            return fail_system(results, err);
    }
    return true;
}

static bool begin(struct batch_results *results, struct error *err)
{
    if (ftruncate(fileno(results->writer), results->before) != 0)
        return fail_system(results, err);
    if (results->before > 0)
        return true;
    fprintf(results->writer, "%s\n", header);
    results->before = (long)sizeof(header); /* its NUL counts for the line end */
    return batch_results_sync(results, err);
}

static bool open_both(struct batch_results *results, struct error *err)
{
    int fd = open(results->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);

    results->writer = fd < 0 ? NULL : fdopen(fd, "a");
    if (results->writer == NULL) {
        fail_system(results, err);
        if (fd >= 0)
            close(fd);
        return false;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return fail(err, ERROR_BUSY, _("%s: another batch writes it now"), results->path);
    results->reader = fopen(results->path, "re");
    return results->reader != NULL || fail_system(results, err);
}

static bool sync_folder(const char *path, struct error *err)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX] = ".";

    if (slash == path)
        memcpy(folder, "/", 2);
    else if (slash != NULL)
        snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
    return export_folder_sync(folder, err);
}

bool batch_results_open(const char *path, struct batch_results **out, struct error *err)
{
    struct batch_results *results = calloc(1, sizeof(*results));

    *out = NULL;
    if (results == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    results->path = path;
    if (!open_both(results, err) || !measure(results, err) || !begin(results, err) ||
        !sync_folder(path, err)) {
        batch_results_close(results);
        return false;
    }
    *out = results;
    return true;
}

void batch_results_close(struct batch_results *results)
{
    if (results == NULL)
        return;
    if (results->reader != NULL)
        fclose(results->reader);
    if (results->writer != NULL)
        fclose(results->writer);
    free(results);
}

/* --- writing ------------------------------------------------------------------------------ */

static const char *or_none(const char *text)
{
    return text[0] != '\0' ? text : "-";
}

void batch_results_put(struct batch_results *results, const struct batch_line *line)
{
    FILE *out = results->writer;

    fprintf(out, "%s\t%s\t%s\t%s\t", line->name, batch_verdict_name(line->verdict),
            or_none(line->code), or_none(line->case_id));
    if (line->sequence > 0)
        fprintf(out, "%" PRId64, line->sequence);
    else
        putc('-', out);
    fprintf(out, "\t%s\n", or_none(line->time));
}

bool batch_results_sync(struct batch_results *results, struct error *err)
{
    if (fflush(results->writer) != 0 || ferror(results->writer) ||
        fdatasync(fileno(results->writer)) != 0)
        return fail_system(results, err);
    return true;
}

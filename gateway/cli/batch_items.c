/* batch_items.c - a folder in sorted windows, a list in windows of lines. */
#include "cli/batch_items.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/batch_line.h"
#include "cli/language.h"

enum {
    SLOT_COUNT = 2 * BATCH_WINDOW_MAX, /* what a folder's window is chosen from */
    NAMES_SIZE = 256 * 1024            /* of a list's window */
};

typedef char slot_name[NAME_MAX + 1];

struct batch_items {
    const char *path;
    char folder[PATH_MAX];
    uint64_t count;
    DIR *dir;   /* a folder */
    FILE *list; /* a list */
    uint64_t line;
    struct batch_window window;
    slot_name after;  /* a folder: the last name of the last window; "" none yet */
    slot_name *slots; /* a folder: SLOT_COUNT of them */
    char *names;      /* a list: NAMES_SIZE bytes and room for one more line */
};

static bool fail_system(struct error *err, const char *path)
{
    enum error_code code = ERROR_SYSTEM;

    if (errno == ENOENT || errno == ENOTDIR)
        code = ERROR_NOT_FOUND;
    else if (errno == EACCES || errno == EPERM)
        code = ERROR_DENIED;
    return fail(err, code, "%s: %s", path, strerror(errno));
}

/* Such a name would break its line in the result file. */
static bool has_control(const char *name)
{
    for (; *name != '\0'; name++)
        if ((unsigned char)*name < 0x20 || *name == 0x7F)
            return true;
    return false;
}

/* --- a folder ----------------------------------------------------------------------------- */

static bool is_left_alone(const char *name)
{
    size_t size = strlen(name);

    return name[0] == '.' || (size >= 4 && strcmp(name + size - 4, ".tmp") == 0);
}

/* NULL: the end, or err says why not. */
static const char *next_name(struct batch_items *items, struct error *err)
{
    const struct dirent *entry;

    do {
        errno = 0;
        entry = readdir(items->dir);
    } while (entry != NULL && is_left_alone(entry->d_name));
    if (entry == NULL && errno != 0)
        fail_system(err, items->path);
    if (entry == NULL)
        return NULL;
    if (has_control(entry->d_name)) {
        fail(err, ERROR_VALUE, _("%s: a name in it has a control character; rename that file"),
             items->path);
        return NULL;
    }
    return entry->d_name;
}

static int by_bytes(const void *left, const void *right)
{
    return strcmp(left, right);
}

/* The least BATCH_WINDOW_MAX of the names behind `after`: collected until there are twice as
 * many, of which the lesser half stays, and from then on only what lies below its greatest. */
static bool choose_names(struct batch_items *items, size_t *count, struct error *err)
{
    const char *name;
    bool bounded = false;

    *count = 0;
    rewinddir(items->dir);
    while ((name = next_name(items, err)) != NULL) {
        if (strcmp(name, items->after) <= 0 ||
            (bounded && strcmp(name, items->slots[BATCH_WINDOW_MAX - 1]) >= 0))
            continue;
        snprintf(items->slots[(*count)++], sizeof(slot_name), "%s", name);
        if (*count < SLOT_COUNT)
            continue;
        qsort(items->slots, *count, sizeof(slot_name), by_bytes);
        *count = BATCH_WINDOW_MAX;
        bounded = true;
    }
    if (err->code != ERROR_NONE)
        return false;
    qsort(items->slots, *count, sizeof(slot_name), by_bytes);
    *count = *count > BATCH_WINDOW_MAX ? BATCH_WINDOW_MAX : *count;
    return true;
}

static bool next_of_folder(struct batch_items *items, struct error *err)
{
    struct batch_window *window = &items->window;

    if (!choose_names(items, &window->count, err))
        return false;
    for (size_t i = 0; i < window->count; i++)
        window->items[i] = (struct batch_item){.name = items->slots[i]};
    if (window->count > 0)
        memcpy(items->after, items->slots[window->count - 1], sizeof(items->after));
    return true;
}

static bool check_folder(struct batch_items *items, struct error *err)
{
    snprintf(items->folder, sizeof(items->folder), "%s", items->path);
    items->slots = calloc(SLOT_COUNT, sizeof(slot_name));
    if (items->slots == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    items->dir = opendir(items->path);
    if (items->dir == NULL)
        return fail_system(err, items->path);
    while (next_name(items, err) != NULL)
        items->count++;
    return err->code == ERROR_NONE;
}

/* --- a list ------------------------------------------------------------------------------- */

static bool bad_line(const struct batch_items *items, const char *what, struct error *err)
{
    return fail(err, ERROR_VALUE, _("%s, line %llu: %s"), items->path,
                (unsigned long long)items->line, what);
}

/* A path from the next line; *ended: there is none. */
static bool next_path(struct batch_items *items, char path[PATH_MAX], bool *ended,
                      struct error *err)
{
    size_t size;
    enum line_kind kind = line_read(items->list, path, PATH_MAX, &size);

    *ended = kind == LINE_NONE;
    if (*ended)
        return true;
    items->line++;
    if (kind == LINE_FAILED)
        return fail_system(err, items->path);
    if (kind == LINE_TORN)
        return bad_line(items, _("it has no end; the list is not whole"), err);
    if (kind == LINE_LONG)
        return bad_line(items, _("longer than a path may be"), err);
    if (size > 0 && path[size - 1] == '\r')
        path[--size] = '\0';
    if (size == 0)
        return bad_line(items, _("it is empty"), err);
    if (items->line == 1 && strncmp(path, "\xEF\xBB\xBF", 3) == 0)
        return bad_line(items, _("a byte order mark; save the list without it"), err);
    if (strlen(path) != size || has_control(path))
        return bad_line(items, _("a control character in a path"), err);
    return true;
}

static bool next_of_list(struct batch_items *items, struct error *err)
{
    struct batch_window *window = &items->window;
    size_t used = 0;
    bool ended = false;

    window->count = 0;
    while (window->count < BATCH_WINDOW_MAX && used < NAMES_SIZE) {
        char *name = items->names + used;

        if (!next_path(items, name, &ended, err))
            return false;
        if (ended)
            return true;
        window->items[window->count++] = (struct batch_item){.name = name};
        used += strlen(name) + 1;
    }
    return true;
}

static bool check_list(struct batch_items *items, struct error *err)
{
    const char *slash = strrchr(items->path, '/');
    bool ended = false;

    if (slash == NULL)
        snprintf(items->folder, sizeof(items->folder), ".");
    else
        snprintf(items->folder, sizeof(items->folder), "%.*s",
                 slash == items->path ? 1 : (int)(slash - items->path), items->path);
    items->names = malloc(NAMES_SIZE + PATH_MAX);
    if (items->names == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    items->list = fopen(items->path, "re");
    if (items->list == NULL)
        return fail_system(err, items->path);
    while (next_path(items, items->names, &ended, err) && !ended)
        items->count++;
    rewind(items->list);
    items->line = 0;
    return err->code == ERROR_NONE;
}

/* --- both --------------------------------------------------------------------------------- */

static bool check(struct batch_items *items, struct error *err)
{
    struct stat facts;

    if (strlen(items->path) >= sizeof(items->folder))
        return fail(err, ERROR_VALUE, _("longer than a path may be"));
    if (stat(items->path, &facts) != 0)
        return fail_system(err, items->path);
    if (S_ISDIR(facts.st_mode))
        return check_folder(items, err);
    if (S_ISREG(facts.st_mode))
        return check_list(items, err);
    return fail(err, ERROR_VALUE, _("%s is neither a folder nor a plain file"), items->path);
}

bool batch_items_open(const char *path, struct batch_items **out, struct error *err)
{
    struct batch_items *items = calloc(1, sizeof(*items));

    *out = NULL;
    if (items == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    items->path = path;
    if (!check(items, err)) {
        batch_items_close(items);
        return false;
    }
    *out = items;
    return true;
}

void batch_items_close(struct batch_items *items)
{
    if (items == NULL)
        return;
    if (items->dir != NULL)
        closedir(items->dir);
    if (items->list != NULL)
        fclose(items->list);
    free(items->slots);
    free(items->names);
    free(items);
}

uint64_t batch_items_count(const struct batch_items *items)
{
    return items->count;
}

const char *batch_items_folder(const struct batch_items *items)
{
    return items->folder;
}

bool batch_items_next(struct batch_items *items, struct batch_window **window,
                      struct error *err)
{
    *window = &items->window;
    return items->dir != NULL ? next_of_folder(items, err) : next_of_list(items, err);
}

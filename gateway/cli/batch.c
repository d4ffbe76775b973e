/* batch.c - group after group until the end, a signal, or a gateway that is gone. */
#include "cli/batch.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/ask.h"
#include "cli/batch_results.h"
#include "cli/json.h"
#include "crypt/base64.h"
#include "net/control.h"

enum {
    INTERRUPTED = 130,
    REFUSED = 1,
    /* What a request holds beside its documents, and beside each. */
    REQUEST_ROOM = CONTROL_REQUEST_MAX - 4096,
    DOCUMENT_MORE = 4,
    DOCUMENT_MAX = (REQUEST_ROOM - DOCUMENT_MORE) / 4 * 3,
    GROUP_MEMORY_MAX = 64 * 1024 * 1024,
    PAUSE_FIRST_MS = 100,
    PAUSE_MAX_MS = 8 * 1000,
    PAUSES_MAX = 14 /* a minute in all */
};

struct batch {
    struct cli *cli;
    const struct batch_options *options;
    struct batch_items *items;
    struct batch_results *results;
    struct batch_window *window;
    struct arena *arena; /* of one group */
    struct batch_summary summary;
    struct progress progress;
    int64_t began_ms;
    sigset_t signals;
    sigset_t signals_before;
    unsigned pauses; /* since the gateway last took something */
};

/* One stretch of a window: what is sent, what need not be and what cannot be. */
struct group {
    json_t *documents;
    size_t size; /* of their base64 */
    size_t first;
    size_t end; /* of the stretch */
    struct member {
        size_t item;
        enum error_code unreadable; /* NONE: was sent */
    } members[BATCH_JOBS_MAX];
    size_t count;
};

/* --- signals ------------------------------------------------------------------------------ */

/* SIGINT and SIGTERM wait until they are asked for: what is under way is never cut off. */
static void hold_signals(struct batch *batch)
{
    sigemptyset(&batch->signals);
    sigaddset(&batch->signals, SIGINT);
    sigaddset(&batch->signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &batch->signals, &batch->signals_before);
}

/* Waits so long for one. */
static bool interrupted(struct batch *batch, unsigned wait_ms)
{
    struct timespec wait = {.tv_sec = wait_ms / 1000,
                            .tv_nsec = (long)(wait_ms % 1000) * 1000000};

    if (batch->summary.end != BATCH_INTERRUPTED &&
        sigtimedwait(&batch->signals, NULL, &wait) > 0)
        batch->summary.end = BATCH_INTERRUPTED;
    return batch->summary.end == BATCH_INTERRUPTED;
}

/* --- a group ------------------------------------------------------------------------------ */

static const char *path_of(struct batch *batch, const char *name)
{
    if (name[0] == '/')
        return name;
    return arena_format(batch->arena, "%s/%s", batch_items_folder(batch->items), name);
}

/* Not the document's fault: the batch cannot go on. */
static bool is_ours(enum error_code code)
{
    return code == ERROR_MEMORY || code == ERROR_SYSTEM;
}

/* *fits false: for the next group. */
static bool add_document(struct batch *batch, struct group *group, size_t index, bool *fits,
                         struct error *err)
{
    struct member *member = &group->members[group->count];
    const char *path = path_of(batch, batch->window->items[index].name);
    struct error why = ERROR_INIT;
    struct text bytes = TEXT_NONE;
    char *encoded;

    *fits = true;
    *member = (struct member){.item = index};
    if (path == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    if (!file_read_plain(batch->arena, path, DOCUMENT_MAX, &bytes, &why)) {
        member->unreadable = why.code;
        group->count++;
        if (is_ours(why.code))
            *err = why;
        return !is_ours(why.code);
    }
    *fits = group->size + BASE64_SIZE(bytes.size) + DOCUMENT_MORE <= REQUEST_ROOM;
    if (!*fits)
        return true;
    encoded = arena_alloc(batch->arena, BASE64_SIZE(bytes.size) + 1);
    if (encoded == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    base64_encode(bytes.at, bytes.size, encoded);
    json_append(group->documents, json_string(encoded));
    group->size += BASE64_SIZE(bytes.size) + DOCUMENT_MORE;
    group->count++;
    return true;
}

static bool is_final(enum batch_verdict known)
{
    return known != BATCH_NONE && known != BATCH_UNREADABLE;
}

static bool gather(struct batch *batch, struct group *group, struct error *err)
{
    bool fits = true;

    group->documents = json_new_array();
    while (group->end < batch->window->count && group->count < batch->options->jobs && fits) {
        if (!is_final(batch->window->items[group->end].known) &&
            !add_document(batch, group, group->end, &fits, err))
            return false;
        if (fits)
            group->end++;
    }
    return true;
}

/* --- its answers -------------------------------------------------------------------------- */

static void put_answer(struct batch *batch, const char *name, const json_t *answer)
{
    struct batch_line line = {
        .name = name,
        .verdict = batch_verdict_by_name(answer_text(answer, "verdict")),
        .code = answer_text(answer, "code"),
        .case_id = answer_text(answer, "case_id"),
        .sequence = json_integer_value(json_object_get(answer, "sequence")),
        .time = answer_text(answer, "received_at")};
    char now[INSTANT_TEXT_SIZE];
    struct uuid id;

    if (!uuid_parse(text_of(line.case_id), &id) || uuid_is_none(&id))
        line.case_id = "";
    if (!json_is_true(json_object_get(answer, "ok"))) {
        line.verdict = BATCH_UNREADABLE;
        line.code = error_name(answer_code(answer));
        line.time = instant_format(clock_now(), now);
    }
    if (json_is_true(json_object_get(answer, "again")))
        batch->summary.again++;
    batch_count(&batch->summary, line.verdict, line.code);
    batch_results_put(batch->results, &line);
}

static void put_unreadable(struct batch *batch, const char *name, enum error_code code)
{
    char now[INSTANT_TEXT_SIZE];
    struct batch_line line = {.name = name,
                              .verdict = BATCH_UNREADABLE,
                              .code = error_name(code),
                              .case_id = "",
                              .time = instant_format(clock_now(), now)};

    batch_count(&batch->summary, line.verdict, line.code);
    batch_results_put(batch->results, &line);
}

static void count_skipped(struct batch *batch, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        enum batch_verdict known = batch->window->items[i].known;

        if (!is_final(known))
            continue;
        batch->summary.skipped++;
        if (known == BATCH_REFUSED || known == BATCH_CONFLICT)
            batch->summary.skipped_refused++;
    }
}

/* A document's own "no" among the answers, or a verdict. */
static bool is_answer(const json_t *answer)
{
    return !json_is_true(json_object_get(answer, "ok")) ||
           batch_verdict_by_name(answer_text(answer, "verdict")) != BATCH_NONE;
}

/* Lines for all members up to the first without an answer; *position: where to go on. */
static bool settle(struct batch *batch, const struct group *group, const json_t *answers,
                   size_t *position, struct error *err)
{
    size_t sent = 0;
    size_t end = group->end;

    for (size_t i = 0; i < group->count; i++) {
        const struct member *member = &group->members[i];
        const char *name = batch->window->items[member->item].name;
        const json_t *answer;

        if (member->unreadable != ERROR_NONE) {
            put_unreadable(batch, name, member->unreadable);
            continue;
        }
        answer = json_array_get(answers, sent++);
        if (answer == NULL) {
            end = member->item;
            break;
        }
        if (!is_answer(answer))
            return fail(err, ERROR_NETWORK, _("the gateway's answer cannot be read"));
        put_answer(batch, name, answer);
    }
    if (!batch_results_sync(batch->results, err))
        return false;
    count_skipped(batch, group->first, end);
    *position = end;
    return true;
}

/* --- the gateway -------------------------------------------------------------------------- */

static bool send_group(struct batch *batch, const struct group *group, json_t **answer,
                       struct error *err)
{
    json_t *request = json_new_object();

    json_text(request, "verb", "submit_batch");
    json_text(request, "party", batch->options->party);
    json_put(request, "documents", json_incref(group->documents));
    return ask_gateway_within(batch->cli, batch->arena, request, ASK_LONG_MS, answer, err);
}

/* Busy, short of memory, its disk full: it may take the same a little later. */
static bool pause_for(struct batch *batch, struct error *err)
{
    unsigned wait_ms = (unsigned)PAUSE_FIRST_MS << (batch->pauses < 7 ? batch->pauses : 7);

    if (err->code == ERROR_NETWORK || !error_again(err->code) || batch->pauses >= PAUSES_MAX)
        return false;
    batch->pauses++;
    *err = (struct error)ERROR_INIT;
    batch->cli->hint[0] = '\0';
    interrupted(batch, wait_ms < PAUSE_MAX_MS ? wait_ms : PAUSE_MAX_MS);
    return true;
}

static bool run_group(struct batch *batch, struct group *group, size_t *position,
                      struct error *err)
{
    json_t *answer = NULL;
    const json_t *answers;
    bool ok;

    if (!gather(batch, group, err))
        return false;
    if (json_array_size(group->documents) == 0)
        return settle(batch, group, NULL, position, err);
    if (!send_group(batch, group, &answer, err))
        return pause_for(batch, err); /* the same again */
    answers = json_object_get(answer, "results");
    ok = json_array_size(answers) >= 1
             ? settle(batch, group, answers, position, err)
             : fail(err, ERROR_NETWORK, _("the gateway's answer cannot be read"));
    batch->pauses = 0;
    json_decref(answer);
    return ok;
}

/* --- the whole ---------------------------------------------------------------------------- */

/* A group begins with something to do. */
static void pass_over_final(struct batch *batch, size_t *position)
{
    size_t first = *position;

    while (*position < batch->window->count && is_final(batch->window->items[*position].known))
        ++*position;
    count_skipped(batch, first, *position);
}

static bool run_window(struct batch *batch, struct error *err)
{
    size_t position = 0;

    pass_over_final(batch, &position);
    while (position < batch->window->count && !interrupted(batch, 0)) {
        struct group group = {.first = position, .end = position};
        bool ok = run_group(batch, &group, &position, err);

        json_decref(group.documents);
        arena_reset(batch->arena);
        if (!ok)
            return false;
        pass_over_final(batch, &position);
        batch->progress.before = batch->summary.skipped;
        progress_bar(&batch->progress, batch_done(&batch->summary) + batch->summary.skipped,
                     batch->summary.items);
    }
    return true;
}

/* A signal that comes with the last group comes too late to leave anything. */
static bool run_windows(struct batch *batch, struct error *err)
{
    do {
        if (!batch_items_next(batch->items, &batch->window, err))
            return false;
        if (batch->window->count == 0)
            return true;
        if (!batch_results_mark(batch->results, batch->window, err) || !run_window(batch, err))
            return false;
    } while (batch->summary.end != BATCH_INTERRUPTED);
    return true;
}

/* "DIR.results", beside it and not in it. */
static const char *results_beside(struct cli *cli, const char *path, struct error *err)
{
    size_t size = strlen(path);
    const char *name;
    char *beside;

    while (size > 1 && path[size - 1] == '/')
        size--;
    beside = arena_format(cli->arena, "%.*s.results", (int)size, path);
    if (beside == NULL) {
        fail(err, ERROR_MEMORY, _("no memory"));
        return NULL;
    }
    name = strrchr(beside, '/') != NULL ? strrchr(beside, '/') + 1 : beside;
    if (name[0] == '.') {
        fail(err, ERROR_USAGE, _("%s has no name to put the results beside; give --results"),
             path);
        return NULL;
    }
    return beside;
}

/* There it would be taken for a document. */
static bool outside(struct cli *cli, const char *results, const char *path, struct error *err)
{
    const char *slash = strrchr(results, '/');
    char *above = slash == NULL
                      ? arena_format(cli->arena, ".")
                      : arena_format(cli->arena, "%.*s", (int)(slash - results) + 1, results);
    struct stat folder;
    struct stat batch;

    if (above == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    if (stat(above, &folder) == 0 && stat(path, &batch) == 0 && folder.st_dev == batch.st_dev &&
        folder.st_ino == batch.st_ino)
        return fail(err, ERROR_USAGE, _("the results cannot lie among the documents"));
    return true;
}

static bool begin(struct batch *batch, struct error *err)
{
    const struct batch_options *options = batch->options;
    struct batch_summary *summary = &batch->summary;

    summary->path = options->path;
    summary->results = options->results != NULL
                           ? options->results
                           : results_beside(batch->cli, options->path, err);
    if (summary->results == NULL)
        return false;
    batch->arena = arena_new(GROUP_MEMORY_MAX);
    if (batch->arena == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    if (!batch_items_open(options->path, &batch->items, err) ||
        !outside(batch->cli, summary->results, options->path, err) ||
        !batch_results_open(summary->results, &batch->results, err))
        return false;
    summary->items = batch_items_count(batch->items);
    batch->progress = progress_start(_("submitting"));
    batch->began_ms = clock_monotonic_ms();
    return true;
}

/* The summary tells how far it came; the error behind it why no further. */
static bool stopped(struct batch *batch, struct error *err)
{
    struct error second = ERROR_INIT;

    batch->summary.end = BATCH_STOPPED;
    cli_hint(batch->cli, _("see `qiantong doctor`; then the same command again goes on where "
                           "this one stopped"));
    if (!batch_print(batch->cli, &batch->summary, batch->options->json, &second))
        *err = second;
    return false;
}

static bool finish(struct batch *batch, bool ok, struct error *err)
{
    struct batch_summary *summary = &batch->summary;

    progress_end(&batch->progress);
    summary->passed_ms = clock_monotonic_ms() - batch->began_ms;
    if (!ok)
        return stopped(batch, err);
    if (summary->end == BATCH_INTERRUPTED)
        batch->cli->status = INTERRUPTED;
    else if (summary->counts[BATCH_REFUSED] + summary->counts[BATCH_CONFLICT] +
                 summary->counts[BATCH_UNREADABLE] + summary->skipped_refused >
             0)
        batch->cli->status = REFUSED;
    return batch_print(batch->cli, summary, batch->options->json, err);
}

bool batch_run(struct cli *cli, const struct batch_options *options, struct error *err)
{
    struct batch batch = {.cli = cli, .options = options};
    bool ok;

    CHECK(options->jobs >= 1 && options->jobs <= BATCH_JOBS_MAX);
    hold_signals(&batch);
    ok = begin(&batch, err);
    if (ok)
        ok = finish(&batch, run_windows(&batch, err), err);
    else
        cli_hint(cli, _("nothing was submitted; mend it, then give the same command again"));
    batch_results_close(batch.results);
    batch_items_close(batch.items);
    arena_free(batch.arena);
    pthread_sigmask(SIG_SETMASK, &batch.signals_before, NULL);
    return ok;
}

/*
 * restore.c - `qiantong ledger restore FILE... DIR`: a ledger from the stream that a backup
 * made. Needs no configuration and no keys: bodies go back sealed as they were.
 *
 * First all files are read and checked, then they are played into a store beside the place,
 * that one is verified, and renamed into place. A failure leaves nothing.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/export_file.h"
#include "ledger/restore.h"
#include "wire/stream.h"

struct restoring {
    struct cli *cli;
    const struct operands *operands; /* streams, then the folder */
    struct progress progress;
    struct stream_chain chain; /* of the first reading */
    struct stream_chain again; /* of the second */
    struct ledger_restore *into;
    struct error wrong; /* the first finding of the last check */
    bool accept_cut;
};

/* A stream that ends too early may be taken as far as its parts are whole. */
static bool may_be_cut(const struct restoring *restoring, const struct stream *stream)
{
    if (!stream_cut(stream) || restoring->chain.whole_seq == 0)
        return false;
    if (!restoring->accept_cut)
        cli_hint(
            restoring->cli,
            _("--accept-cut restores up to entry %" PRIu64 ", where the last whole part ends"),
            restoring->chain.whole_seq);
    return restoring->accept_cut;
}

/* --- reading
 * ----------------------------------------------------------------------------------- */

static bool check_file(struct restoring *restoring, const char *path, bool last,
                       struct error *err)
{
    struct stream *stream = NULL;
    struct stream_item item;
    bool ok;

    if (!stream_open(path, &restoring->chain, &stream, err))
        return fail_prefix(err, "%s", path);
    do {
        ok = stream_next(stream, &item, err);
        progress_show(&restoring->progress, restoring->chain.seq, 0);
    } while (ok && item.what != STREAM_SAW_ALL);
    if (!ok && last)
        ok = may_be_cut(restoring, stream);
    stream_close(stream);
    return ok || fail_prefix(err, "%s", path);
}

static bool play_item(struct restoring *restoring, const struct stream_item *item,
                      struct error *err)
{
    if (item->what == STREAM_SAW_ENTRY)
        return ledger_restore_entry(restoring->into, item->value, err);
    return item->what != STREAM_SAW_BODY ||
           ledger_restore_body(restoring->into, &item->body, item->value, err);
}

/* Up to the end of the last whole part and no further. */
static bool play_file(struct restoring *restoring, const char *path, struct error *err)
{
    uint64_t last = restoring->chain.whole_seq;
    struct stream *stream = NULL;
    struct stream_item item = {.what = STREAM_SAW_OTHER};
    bool ok = stream_open(path, &restoring->again, &stream, err);

    while (ok && item.what != STREAM_SAW_ALL && restoring->again.whole_seq < last) {
        ok = stream_next(stream, &item, err) && play_item(restoring, &item, err);
        progress_show(&restoring->progress, restoring->again.seq, last);
    }
    stream_close(stream);
    return ok || fail_prefix(err, "%s", path);
}

static bool read_streams(struct restoring *restoring, struct error *err)
{
    size_t count = restoring->operands->count - 1;

    restoring->progress = progress_start(_("reading the stream"));
    for (size_t i = 0; i < count; i++)
        if (!check_file(restoring, restoring->operands->at[i], i + 1 == count, err))
            return false;
    progress_end(&restoring->progress);
    return true;
}

/* --- the new ledger
 * ---------------------------------------------------------------------------- */

/* The first thing that is wrong. A stream without bodies cannot give them back. */
static void finding(void *self, const char *row, const char *what)
{
    struct restoring *restoring = self;

    if (restoring->wrong.code == ERROR_NONE &&
        !(restoring->chain.without_bodies && strstr(what, "body") != NULL))
        fail(&restoring->wrong, ERROR_LEDGER, "%s: %s", row, what);
}

/* As the gateway opens it, then every entry and body. */
static bool verify(struct restoring *restoring, struct store *store, struct error *err)
{
    struct ledger *ledger = NULL;
    struct ledger_report report = {.entries = 0};
    bool ok = ledger_open(store, false, &ledger, err) &&
              ledger_verify(ledger, NULL, finding, restoring, &report, err);

    ledger_close(ledger);
    if (!ok)
        return false;
    if (restoring->wrong.code != ERROR_NONE) {
        *err = restoring->wrong;
        return false;
    }
    return digest_equal(&report.root, &restoring->chain.whole_root) ||
           fail(err, ERROR_LEDGER, _("the restored ledger has another root than the stream"));
}

static bool play_streams(struct restoring *restoring, struct store *store, struct error *err)
{
    struct digest root;
    bool ok = ledger_restore_begin(store, &restoring->into, err);

    restoring->progress = progress_start(_("writing the ledger"));
    for (size_t i = 0; ok && i + 1 < restoring->operands->count; i++)
        ok = play_file(restoring, restoring->operands->at[i], err);
    ok = ok && ledger_restore_end(&restoring->into, &root, err);
    ledger_restore_drop(restoring->into);
    restoring->into = NULL;
    progress_end(&restoring->progress);
    return ok;
}

static bool make_ledger(struct restoring *restoring, const char *made, struct error *err)
{
    struct store_options options = {.path = made};
    struct store *store = NULL;
    bool ok = store_open_lmdb(&options, &store, err) && play_streams(restoring, store, err) &&
              verify(restoring, store, err);

    store_close(store);
    return ok;
}

static void remove_made(const char *made)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "new/data.mdb", "new/lock.mdb",
                                        "new"};
    char path[4096];

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", made, names[i]);
        remove(path);
    }
    rmdir(made);
}

/* A folder that is there and empty may be filled; anything else is not touched. */
static bool check_place(struct cli *cli, const char *place, struct error *err)
{
    struct stat there;

    if (lstat(place, &there) != 0 && errno == ENOENT)
        return true;
    if (rmdir(place) == 0)
        return true;
    cli_hint(cli, "%s", _("name a folder that does not exist yet, or an empty one"));
    return fail(err, ERROR_SYSTEM, "%s: %s", place, strerror(errno));
}

static bool run(struct restoring *restoring, struct error *err)
{
    struct cli *cli = restoring->cli;
    const char *place = restoring->operands->at[restoring->operands->count - 1];
    char *made = arena_format(cli->arena, "%s.partial.%u", place, (unsigned)getpid());
    bool ok;

    if (made == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    if (!digest_setup(err) || !read_streams(restoring, err) || !check_place(cli, place, err))
        return false;
    ok = make_ledger(restoring, made, err) && export_file_rename(made, place, err);
    if (!ok)
        remove_made(made);
    return ok;
}

static void print_done(const struct restoring *restoring)
{
    const struct stream_chain *chain = &restoring->chain;
    FILE *out = restoring->cli->screen.out;
    char hex[2 * DIGEST_SIZE + 1];

    hex_encode(chain->whole_root.bytes, DIGEST_SIZE, hex);
    fprintf(out, _("entries 1 to %" PRIu64 ", root %s\n"), chain->whole_seq, hex);
    if (chain->without_bodies)
        fprintf(out, "%s\n", _("the stream has no bodies: the messages themselves are lost"));
    if (chain->whole_seq < chain->seq)
        fprintf(out,
                _("entries %" PRIu64 " to %" PRIu64 " were cut off and are not restored\n"),
                chain->whole_seq + 1, chain->seq);
    screen_paint(&restoring->cli->screen, PAINT_GOOD, _("restored and verified"));
    fputc('\n', out);
}

bool cli_ledger_restore(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct restoring *restoring = calloc(1, sizeof(*restoring));
    struct operands operands;
    bool ok;

    if (restoring == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    restoring->cli = cli;
    restoring->operands = &operands;
    const struct option_rule rules[] = {{"--accept-cut", &restoring->accept_cut, NULL}};
    ok = options_parse(word_count, words, rules, COUNT_OF(rules), 2, OPERANDS_MAX, &operands,
                       err) &&
         run(restoring, err);
    progress_end(&restoring->progress);
    if (ok)
        print_done(restoring);
    free(restoring);
    return ok;
}

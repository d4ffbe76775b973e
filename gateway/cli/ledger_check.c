/* ledger_check.c - `qiantong ledger verify` and `qiantong ledger rebuild`. Exit status 1 when
 * anything is found. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/json.h"
#include "crypt/seal.h"

enum { FOUND = 1, FINDINGS_SHOWN = 1000 };

struct checking {
    struct cli *cli;
    struct key_ring *keys; /* NULL: bodies are not opened */
    struct progress progress;
    uint64_t opened;
    uint64_t found;
    json_t *findings; /* NULL: lines */
};

static void finding(void *self, const char *row, const char *what)
{
    struct checking *checking = self;

    if (checking->found++ >= FINDINGS_SHOWN)
        return;
    if (checking->findings != NULL) {
        json_t *object = json_new_object();

        json_text(object, "row", row);
        json_text(object, "what", what);
        json_append(checking->findings, object);
        return;
    }
    progress_end(&checking->progress);
    screen_paint(&checking->cli->screen, PAINT_BAD, row);
    fprintf(checking->cli->screen.out, ": %s\n", what);
}

static bool open_body(void *self, const struct entry_body *body, struct text sealed,
                      struct arena *arena, struct text *plain, struct error *err)
{
    struct checking *checking = self;
    const struct entry_origin *origin = ledger_origin(checking->cli->ledger);
    const struct text parts[] = {
        {(const char *)origin->log_id, sizeof(origin->log_id)},
        {(const char *)body->digest, sizeof(body->digest)},
    };

    progress_show(&checking->progress, ++checking->opened, 0);
    return unseal(checking->keys, parts, COUNT_OF(parts), sealed, arena, plain, err);
}

static void print_lines(const struct checking *checking, const struct ledger_report *report,
                        const char *root)
{
    FILE *out = checking->cli->screen.out;

    if (checking->found > FINDINGS_SHOWN)
        fprintf(out, _("... and %" PRIu64 " more\n"), checking->found - FINDINGS_SHOWN);
    fprintf(out, _("%" PRIu64 " entries"), report->entries);
    if (report->bodies > 0)
        fprintf(out, _(", %" PRIu64 " bodies"), report->bodies);
    if (report->rows > 0)
        fprintf(out, _(", %" PRIu64 " rows"), report->rows);
    fputc('\n', out);
    fprintf(out, "%s %s\n", _("root"), root);
    if (checking->found == 0)
        screen_paint(&checking->cli->screen, PAINT_GOOD, _("nothing wrong"));
    else
        screen_paint(&checking->cli->screen, PAINT_BAD, _("the ledger is not as it should be"));
    fputc('\n', out);
    if (checking->found > 0)
        fprintf(out, _("next: %s\n"),
                _("stop the gateway, copy the files as they are, compare with the backup"));
}

static bool print_report(struct checking *checking, const struct ledger_report *report,
                         struct error *err)
{
    struct cli *cli = checking->cli;
    json_t *object;
    char root[65];

    progress_end(&checking->progress);
    cli->status = checking->found > 0 ? FOUND : 0;
    hex_encode(report->root.bytes, sizeof(report->root.bytes), root);
    if (checking->findings == NULL) {
        print_lines(checking, report, root);
        return true;
    }
    object = json_new_object();
    json_bool(object, "good", checking->found == 0);
    json_number(object, "entries", (int64_t)report->entries);
    json_number(object, "bodies", (int64_t)report->bodies);
    json_number(object, "rows", (int64_t)report->rows);
    json_number(object, "found", (int64_t)checking->found);
    json_text(object, "root", root);
    json_put(object, "findings", checking->findings);
    checking->findings = NULL;
    return json_print(cli, object, err);
}

/* The walks read in transactions of their own. */
static bool begin(struct checking *checking, bool json, struct error *err)
{
    if (!cli_open_ledger(checking->cli, err))
        return false;
    cli_end_read(checking->cli);
    if (json)
        checking->findings = json_new_array();
    progress_show(&checking->progress, ledger_size(checking->cli->ledger), 0);
    return true;
}

bool cli_ledger_verify(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct checking checking = {.cli = cli, .progress = progress_start(_("checking"))};
    struct body_opener opener = {.open = open_body, .self = &checking};
    struct ledger_report report = {.entries = 0};
    struct operands operands;
    bool json = false;
    bool keys = false;
    const struct option_rule rules[] = {{"--json", &json, NULL}, {"--keys", &keys, NULL}};
    bool ok;

    ok = options_parse(word_count, words, rules, COUNT_OF(rules), 0, 0, &operands, err) &&
         begin(&checking, json, err) &&
         (!keys || key_ring_load(cli->config->seal_keys, &checking.keys, err)) &&
         ledger_verify(cli->ledger, keys ? &opener : NULL, finding, &checking, &report, err) &&
         print_report(&checking, &report, err);
    progress_end(&checking.progress);
    json_decref(checking.findings);
    key_ring_free(checking.keys);
    return ok;
}

/* --- rebuild ---------------------------------------------------------------------------------
 */

/* Removes what LMDB made: plain files, at most one folder deep. */
static void remove_folder(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    char name[4096];

    if (folder == NULL)
        return;
    while ((entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        if (unlink(name) != 0 && errno == EISDIR)
            rmdir(name);
    }
    closedir(folder);
    rmdir(path);
}

static bool rebuild_beside(struct checking *checking, const char *place,
                           struct ledger_report *report, struct error *err)
{
    struct cli *cli = checking->cli;
    char *path = arena_format(cli->arena, "%s/ledger", place);
    struct store_options options = {.path = path, .map_bytes = cli->config->ledger_map};
    struct store *fresh = NULL;
    bool ok;

    if (path == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    ok = store_open_lmdb(&options, &fresh, err) &&
         ledger_rebuild(cli->ledger, fresh, finding, checking, report, err);
    store_close(fresh);
    remove_folder(path);
    return ok;
}

bool cli_ledger_rebuild(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct checking checking = {.cli = cli, .progress = progress_start(_("rebuilding"))};
    struct ledger_report report = {.entries = 0};
    struct operands operands;
    bool json = false;
    const struct option_rule rules[] = {{"--json", &json, NULL}};
    char *place;
    bool ok;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 0, &operands, err) ||
        !begin(&checking, json, err)) {
        progress_end(&checking.progress);
        json_decref(checking.findings);
        return false;
    }
    place = arena_format(cli->arena, "%s.rebuild.XXXXXX", cli->config->ledger_path);
    if (place == NULL || mkdtemp(place) == NULL) {
        json_decref(checking.findings);
        cli_hint(cli, _("the folder above the ledger must be writable, with room for a copy"));
        return fail(err, ERROR_DENIED, "%s: %s", cli->config->ledger_path, strerror(errno));
    }
    ok = rebuild_beside(&checking, place, &report, err);
    rmdir(place);
    ok = ok && print_report(&checking, &report, err);
    progress_end(&checking.progress);
    json_decref(checking.findings);
    return ok;
}

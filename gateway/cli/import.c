/* import.c - `qiantong import --open-cases FILE`: open cases of another system are taken over,
 * line by line, each once. What is refused is named by its line, never by what is in it. */
#include <inttypes.h>
#include <string.h>

#include "base/file.h"
#include "cli/ask.h"
#include "cli/csv_read.h"
#include "cli/json.h"

enum { FILE_BYTES_MAX = 64 * 1024 * 1024, REFUSED = 1, LINE_ARENA = 256 * 1024 };

/* The columns, in any order; the first eight must be there. */
static const char *const columns[] = {
    "flow",       "role",          "state",           "trace",         "in_region",
    "out_region", "person",        "opened_on",       "form_total",    "money_total",
    "limit",      "limit_from",    "letter_revision", "form_revision", "opened_by",
    "insurance",  "insurance_old", "money_moves",     "pay_way",       "money",
};
enum { COLUMNS = COUNT_OF(columns), NEEDED = 8 };

struct importing {
    struct cli *cli;
    const char *reason;
    struct csv csv;
    size_t column_of[CSV_FIELDS_MAX]; /* by position in the file */
    size_t column_count;
    struct arena *arena; /* of one line */
    json_t *refused;     /* lines that were not taken */
    uint64_t taken;
    uint64_t again;
};

static size_t column_named(struct text name)
{
    for (size_t i = 0; i < COLUMNS; i++)
        if (text_is(name, columns[i]))
            return i;
    return COLUMNS;
}

/* The first line says which column is which. */
static bool read_head(struct importing *importing, struct error *err)
{
    struct csv *csv = &importing->csv;
    unsigned seen = 0;
    bool end;

    if (!csv_next(csv, importing->arena, &end, err))
        return false;
    if (end)
        return fail(err, ERROR_USAGE, _("the file is empty"));
    for (size_t i = 0; i < csv->count; i++) {
        size_t column = column_named(csv->fields[i]);

        if (column == COLUMNS || (seen & 1u << column) != 0)
            return fail(err, ERROR_USAGE, _("line 1: column %zu is unknown or stands twice"),
                        i + 1);
        seen |= 1u << column;
        importing->column_of[i] = column;
    }
    importing->column_count = csv->count;
    for (size_t i = 0; i < NEEDED; i++)
        if ((seen & 1u << i) == 0)
            return fail(err, ERROR_USAGE, _("line 1: the column %s is missing"), columns[i]);
    return true;
}

static json_t *request_of(const struct importing *importing)
{
    const struct csv *csv = &importing->csv;
    json_t *request = json_new_object();

    json_text(request, "verb", "take_over");
    json_text(request, "reason", importing->reason);
    for (size_t i = 0; i < csv->count; i++)
        json_view(request, columns[importing->column_of[i]], csv->fields[i]);
    return request;
}

static void note_refused(struct importing *importing, const char *text)
{
    json_t *object = json_new_object();

    json_number(object, "line", (int64_t)importing->csv.line);
    json_text(object, "reason", text);
    json_append(importing->refused, object);
}

/* false: the gateway cannot be asked, or cannot write; nothing more is tried. */
static bool take_line(struct importing *importing, struct error *err)
{
    struct error said = ERROR_INIT;
    json_t *answer = NULL;

    if (importing->csv.count != importing->column_count) {
        note_refused(importing, _("not as many fields as the first line"));
        return true;
    }
    if (ask_gateway(importing->cli, request_of(importing), ASK_LONG_MS, &answer, &said)) {
        if (json_is_true(json_object_get(answer, "again")))
            importing->again++;
        else
            importing->taken++;
        json_decref(answer);
        return true;
    }
    if (said.code != ERROR_USAGE && said.code != ERROR_CONFLICT) {
        *err = said;
        return false;
    }
    note_refused(importing, said.text);
    return true;
}

static bool take_lines(struct importing *importing, struct error *err)
{
    for (;;) {
        bool end;

        arena_reset(importing->arena);
        if (!csv_next(&importing->csv, importing->arena, &end, err))
            return false;
        if (end)
            return true;
        if (!take_line(importing, err))
            return false;
    }
}

static bool print_json(struct importing *importing, struct error *err)
{
    json_t *object = json_new_object();

    json_number(object, "taken", (int64_t)importing->taken);
    json_number(object, "again", (int64_t)importing->again);
    json_put(object, "refused", importing->refused);
    importing->refused = NULL;
    return json_print(importing->cli, object, err);
}

static bool print_text(const struct importing *importing, struct error *err)
{
    const struct table_column heads[] = {{_("File line"), true, false},
                                         {_("Why"), false, true}};
    const struct screen *screen = &importing->cli->screen;
    size_t refused = json_array_size(importing->refused);
    struct table *table = table_new(importing->cli->arena, heads, COUNT_OF(heads));

    if (table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    for (size_t i = 0; i < refused; i++) {
        const json_t *row = json_array_get(importing->refused, i);
        char line[24];

        snprintf(line, sizeof(line), "%lld",
                 (long long)json_integer_value(json_object_get(row, "line")));
        if (!table_cell(table, PAINT_PLAIN, line, err) ||
            !table_cell(table, PAINT_BAD, answer_text(row, "reason"), err))
            return false;
    }
    if (refused > 0) {
        table_print(table, screen);
        fputc('\n', screen->out);
    }
    fprintf(screen->out,
            _("%" PRIu64 " taken over, %" PRIu64 " were here already, %zu refused\n"),
            importing->taken, importing->again, refused);
    return true;
}

static bool import(struct importing *importing, const char *path, bool json, struct error *err)
{
    struct text text;

    if (!file_read(importing->cli->arena, path, FILE_BYTES_MAX, &text, err))
        return false;
    csv_open(&importing->csv, text);
    if (!read_head(importing, err) || !take_lines(importing, err)) {
        fprintf(importing->cli->screen.out,
                _("stopped: %" PRIu64 " taken over so far; begin again, nothing comes twice\n"),
                importing->taken);
        return false;
    }
    if (json_array_size(importing->refused) > 0)
        importing->cli->status = REFUSED;
    return json ? print_json(importing, err) : print_text(importing, err);
}

bool cli_import(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct importing importing = {.cli = cli, .reason = NULL};
    struct operands operands;
    const char *path = NULL;
    bool json = false;
    bool ok;
    const struct option_rule rules[] = {{"--open-cases", NULL, &path},
                                        {"--reason", NULL, &importing.reason},
                                        {"--json", &json, NULL}};

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 0, &operands, err))
        return false;
    if (path == NULL || importing.reason == NULL || importing.reason[0] == '\0') {
        cli_hint(cli, _("qiantong import --open-cases FILE --reason \"...\""));
        return fail(err, ERROR_USAGE, _("which open cases, and why"));
    }
    importing.arena = arena_new(LINE_ARENA);
    importing.refused = json_new_array();
    ok = importing.arena != NULL || fail(err, ERROR_MEMORY, _("no memory"));
    ok = ok && cli_load_config(cli, CONFIG_SHALLOW, err) && import(&importing, path, json, err);
    arena_free(importing.arena);
    json_decref(importing.refused);
    return ok;
}

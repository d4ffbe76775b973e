/* case.c - `qiantong case ID`: the story of one case, from its entries. */
#include <inttypes.h>
#include <string.h>

#include "cli/case_view.h"
#include "cli/entry_view.h"
#include "cli/find.h"
#include "cli/json.h"
#include "cli/letter_view.h"

enum { LABEL = 18, VALUE_SIZE = 256, WARNING_BYTES = 18 };

/* What the walk over a case's entries collects: tables for a person, arrays for a program. */
struct story {
    struct cli *cli;
    bool json;
    struct flow_case row;
    char party[PARTY_ID_SIZE];
    struct table *entries;
    struct table *letters;
    json_t *entry_array;
    json_t *letter_array;
    json_t *warning_array;
    struct buffer warnings; /* "PEN-C05/3 PEN-C07" */
    size_t lost;
    struct error *err;
    bool ok;
};

static bool add_letter(struct story *story, const struct tlv *tlv)
{
    struct entry_letter born;
    struct letter_row row;
    json_t *object = NULL;
    bool found = false;

    if (!entry_letter_decode(tlv->bytes, &born))
        return fail(story->err, ERROR_LEDGER, _("a letter of this case cannot be read"));
    if (!ledger_get_letter(story->cli->txn, born.out_id, &row, &found, story->err))
        return false;
    if (!found)
        return fail(story->err, ERROR_LEDGER, _("letter %" PRIu64 " is missing"), born.out_id);
    if (!story->json)
        return letter_table_add(story->cli, story->letters, false, &row, story->err);
    if (!letter_json(story->cli, &row, &object, story->err))
        return false;
    json_append(story->letter_array, object);
    return true;
}

static void add_warning(struct story *story, const struct tlv *tlv)
{
    struct reader reader = reader_over(tlv->bytes.at, tlv->bytes.size);
    char code[CODE_SIZE + 1] = "";
    unsigned row;

    reader_copy(&reader, code, CODE_SIZE);
    row = reader_u16(&reader);
    if (reader.broken)
        return;
    if (story->json) {
        json_t *object = json_new_object();

        json_text(object, "code", code);
        json_number(object, "row", row);
        json_append(story->warning_array, object);
    } else if (row > 0) {
        buffer_format(&story->warnings, "%s/%u ", code, row);
    } else {
        buffer_format(&story->warnings, "%s ", code);
    }
}

static bool add_entry(struct story *story, const struct entry *entry)
{
    json_t *object = NULL;

    if (!story->json)
        return entry_table_add(story->cli, story->entries, entry, story->err);
    if (!entry_json(story->cli, entry, &object, story->err))
        return false;
    json_append(story->entry_array, object);
    return true;
}

static bool visit(void *self, const struct entry *entry)
{
    struct story *story = self;
    const struct tlv *tlv;
    size_t at = 0;

    story->ok = add_entry(story, entry);
    while (story->ok && (tlv = entry_next_tlv(entry, TLV_LETTER, &at)) != NULL)
        story->ok = add_letter(story, tlv);
    at = 0;
    while ((tlv = entry_next_tlv(entry, TLV_WARNING, &at)) != NULL)
        add_warning(story, tlv);
    story->lost += entry_lost_count(entry);
    return story->ok;
}

/* --- for programs ----------------------------------------------------------------------------
 */

static const char *clock_state_text(unsigned state)
{
    static const char *const names[] = {"off", "running", "passed", "met"};

    return state < COUNT_OF(names) ? names[state] : "unknown";
}

static json_t *clocks_json(const struct flow_case *row)
{
    json_t *array = json_new_array();

    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        const struct flow_clock *clock = &row->clocks[i];
        char start[DAY_TEXT_SIZE];
        json_t *object;

        if (clock->kind == CLOCK_NONE)
            continue;
        object = json_new_object();
        json_text(object, "kind", clock_kind_name(clock->kind).english);
        json_text(object, "state", clock_state_text(clock->state));
        json_text(object, "start", day_format(clock->start, start));
        json_number(object, "days", clock->days);
        json_number(object, "region", clock->region);
        json_instant(object, "due", clock->due);
        json_bool(object, "provisional", clock->provisional);
        json_bool(object, "paused", clock->paused);
        json_append(array, object);
    }
    return array;
}

static bool print_json(struct story *story, struct error *err)
{
    json_t *object = case_json(&story->row, story->party, story->cli->now);

    json_number(object, "letter_revision", story->row.letter_revision);
    json_number(object, "form_revision", story->row.form_revision);
    json_uuid(object, "other_case", &story->row.other);
    json_put(object, "clocks", clocks_json(&story->row));
    json_put(object, "letters", story->letter_array);
    json_put(object, "entries", story->entry_array);
    json_put(object, "warnings", story->warning_array);
    json_number(object, "lost", (int64_t)story->lost);
    return json_print(story->cli, object, err);
}

/* --- for people ------------------------------------------------------------------------------
 */

static void field(const struct story *story, const char *label, enum paint paint,
                  const char *format, ...) PRINTF_LIKE(4, 5);

static void field(const struct story *story, const char *label, enum paint paint,
                  const char *format, ...)
{
    char value[VALUE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(value, sizeof(value), format, arguments);
    va_end(arguments);
    screen_field(&story->cli->screen, label, LABEL, paint, value);
}

static void print_head(const struct story *story)
{
    const struct flow_case *row = &story->row;
    bool late = case_overdue(row, story->cli->now);
    char id[UUID_TEXT_SIZE];
    char opened[INSTANT_TEXT_SIZE];
    char changed[INSTANT_TEXT_SIZE];

    field(story, _("Case"), PAINT_TITLE, "%s", uuid_format(&row->case_id, id));
    field(story, _("Flow"), PAINT_PLAIN, "%s, %s", language_name(flow_name(row->flow)),
          language_name(role_name(row->role)));
    field(story, _("State"), late ? PAINT_BAD : PAINT_GOOD, "%s%s%s",
          language_name(case_state_name(row)), late ? ", " : "", late ? _("overdue") : "");
    field(story, _("Party"), PAINT_PLAIN, "%s", story->party);
    field(story, _("Route"), PAINT_PLAIN, "%06u -> %06u", row->out_region, row->in_region);
    field(story, _("Trace number"), PAINT_PLAIN, "%s", row->trace);
    field(story, _("Opened"), PAINT_PLAIN, "%s", instant_format_short(row->opened_at, opened));
    field(story, _("Changed"), PAINT_PLAIN, "%s",
          instant_format_short(row->changed_at, changed));
    if (!uuid_is_none(&row->other))
        field(story, _("Other case"), PAINT_PLAIN, "%s", uuid_format(&row->other, id));
    if (row->flags & CASE_FLAGGED)
        field(story, _("Look at"), PAINT_WARN, "%s", _("a letter that needs a person, below"));
}

static void print_amounts(const struct story *story)
{
    const struct flow_case *row = &story->row;
    char form[MONEY_TEXT_SIZE + 8];
    char money[MONEY_TEXT_SIZE + 8];

    if (row->form_revision > 0)
        field(story, _("Form"), PAINT_PLAIN, _("%s yuan, revision %u"),
              money_format_grouped(row->form_total, form), row->form_revision);
    if (row->flags & CASE_MONEY_SEEN)
        field(story, _("Money"),
              row->form_revision > 0 && !money_equal(row->money_total, row->form_total)
                  ? PAINT_BAD
                  : PAINT_PLAIN,
              _("%s yuan"), money_format_grouped(row->money_total, money));
    if (row->last_code[0] != '\0')
        field(story, _("Last code"), PAINT_WARN, "%s", row->last_code);
}

static const char *clock_state_shown(const struct flow_clock *clock)
{
    if (clock->paused)
        return _("paused");
    switch (clock->state) {
    case CLOCK_STATE_RUNNING:
        return _("running");
    case CLOCK_STATE_PASSED:
        return _("passed");
    case CLOCK_STATE_MET:
        return _("met");
    default:
        return _("off");
    }
}

static void print_clocks(const struct story *story)
{
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        const struct flow_clock *clock = &story->row.clocks[i];
        char start[DAY_TEXT_SIZE];
        char due[DAY_TEXT_SIZE];

        if (clock->kind == CLOCK_NONE || clock->state == CLOCK_STATE_OFF)
            continue;
        day_format(clock->start, start);
        day_format(instant_day(instant_add_ms(clock->due, -1)), due);
        field(story, language_name(clock_kind_name(clock->kind)),
              clock->state == CLOCK_STATE_PASSED ? PAINT_BAD : PAINT_PLAIN,
              _("until %s 24:00, %u working days from %s, %s%s"), due, clock->days, start,
              clock_state_shown(clock), clock->provisional ? _(", provisional") : "");
    }
}

static void print_tables(const struct story *story)
{
    const struct screen *screen = &story->cli->screen;
    struct text warnings = text_trim(buffer_as_text(&story->warnings));

    if (warnings.size > 0)
        field(story, _("Warnings"), PAINT_WARN, "%.*s", TEXT_ARG(warnings));
    if (story->lost > 0)
        field(story, _("Lost fields"), PAINT_WARN, _("%zu that the other side could not carry"),
              story->lost);
    if (table_rows(story->letters) > 0) {
        fputc('\n', screen->out);
        table_print(story->letters, screen);
    }
    fputc('\n', screen->out);
    table_print(story->entries, screen);
}

static bool collect(struct story *story, const char *typed, struct error *err)
{
    struct cli *cli = story->cli;

    story->warnings = buffer_over(arena_alloc(cli->arena, VALUE_SIZE), VALUE_SIZE);
    story->entries = entry_table_new(cli->arena);
    story->letters = letter_table_new(cli->arena, false);
    if (story->warnings.at == NULL || story->entries == NULL || story->letters == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    if (!find_case(cli, typed, &story->row, err) ||
        !cli_party_id(cli, story->row.party, story->party, err))
        return false;
    if (story->json) {
        story->entry_array = json_new_array();
        story->letter_array = json_new_array();
        story->warning_array = json_new_array();
    }
    return ledger_each_of_case(cli->txn, &story->row.case_id, visit, story, err) && story->ok;
}

bool cli_case(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct story story = {.cli = cli, .err = err, .ok = true};
    const struct option_rule rules[] = {
        {"--json", &story.json, NULL}
    };
    struct operands operands;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 1, 1, &operands, err) ||
        !cli_open_ledger(cli, err) || !collect(&story, operands.at[0], err))
        return false;
    cli_end_read(cli);
    if (story.json)
        return print_json(&story, err);
    print_head(&story);
    print_amounts(&story);
    print_clocks(&story);
    print_tables(&story);
    return true;
}

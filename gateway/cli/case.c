/* case.c - `qiantong case ID`: the story of one case, from its entries. */
#include <inttypes.h>
#include <string.h>

#include "cli/case_kin.h"
#include "cli/case_place.h"
#include "cli/case_view.h"
#include "cli/disclose.h"
#include "cli/entry_view.h"
#include "cli/find.h"
#include "cli/json.h"
#include "cli/letter_view.h"
#include "cli/next_step.h"
#include "core/injury_cover.h"
#include "core/medical_transfer.h"

enum { LABEL = 18, VALUE_SIZE = 256, WARNING_BYTES = 18 };

/* What the walk over a case's entries collects: tables for a person, arrays for a program. */
struct story {
    struct cli *cli;
    bool json;
    bool unmask;
    const char *reason;
    struct disclosed_person person; /* with --unmask, behind its entry */
    struct flow_case row;
    struct case_kin kin;
    struct case_place place;
    char party[PARTY_ID_SIZE];
    char actor[PARTY_ID_SIZE]; /* of the next step, as shown */
    struct letter_row waiting; /* the dead one, else the first under way; out_id 0: none */
    char waiting_party[PARTY_ID_SIZE];
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

static void note_waiting(struct story *story, const struct letter_row *row)
{
    bool dead = row->letter.state == LETTER_DEAD;

    if (letter_open(row) && (story->waiting.letter.out_id == 0 ||
                             (dead && story->waiting.letter.state != LETTER_DEAD)))
        story->waiting = *row;
}

static bool add_letter(struct story *story, const struct tlv *tlv)
{
    struct entry_letter born;
    struct letter_row row;
    json_t *object = NULL;
    bool found = false;

    if (!entry_letter_decode(tlv->bytes, &born))
        return fail(story->err, ERROR_LEDGER, _("a letter of this case cannot be read"));
    if (!uuid_equal(&born.case_id, &story->row.case_id))
        return true; /* the entry moved other cases too */
    if (!ledger_get_letter(story->cli->txn, born.out_id, &row, &found, story->err))
        return false;
    if (!found)
        return fail(story->err, ERROR_LEDGER, _("letter %" PRIu64 " is missing"), born.out_id);
    note_waiting(story, &row);
    if (!story->json)
        return letter_table_add(story->cli, story->letters, false, &row, story->err);
    if (!letter_json(story->cli, &row, &object, story->err))
        return false;
    json_append(story->letter_array, object);
    return true;
}

static void add_warning(struct story *story, uint64_t seq, const struct tlv *tlv)
{
    struct reader reader = reader_over(tlv->bytes.at, tlv->bytes.size);
    char code[CODE_SIZE + 1] = "";
    unsigned row;
    bool told;

    reader_copy(&reader, code, CODE_SIZE);
    row = reader_u16(&reader);
    if (reader.broken)
        return;
    told = case_place_note(&story->place, seq, code, row);
    if (story->json) {
        json_t *object = json_new_object();

        json_text(object, "code", code);
        json_number(object, "row", row);
        json_append(story->warning_array, object);
    } else if (!told && row > 0) {
        buffer_format(&story->warnings, "%s/%u ", code, row);
    } else if (!told) {
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
    struct entry seen = entry_seen_from(entry, &story->row.case_id);
    const struct tlv *tlv;
    size_t at = 0;

    story->ok = add_entry(story, &seen);
    while (story->ok && (tlv = entry_next_tlv(entry, TLV_LETTER, &at)) != NULL)
        story->ok = add_letter(story, tlv);
    at = 0;
    while (uuid_equal(&entry->case_id, &story->row.case_id) &&
           (tlv = entry_next_tlv(entry, TLV_WARNING, &at)) != NULL)
        add_warning(story, entry->seq, tlv);
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

/* Of a medical transfer: what becomes of the account, and the state of its money. */
static void json_medical(json_t *object, const struct medical *medical)
{
    json_number(object, "pay_way", medical->pay_way);
    json_text(object, "money", medical_money_name(medical->money).english);
    json_bool(object, "asked", medical->asked != 0);
}

/* NULL: nothing was said of cover. */
static const char *injury_cover_code(const struct injury_record *injury)
{
    return injury->finding != 0 ? injury_finding_code(injury->finding - 1) : NULL;
}

/* Of a record of injury: its recognition, how the accident lies in the cover of a project; of a
 * project its state. */
static void json_injury(json_t *object, const struct flow_case *row)
{
    const struct injury_record *injury = &row->part.injury;

    json_text(object, "recognition",
              injury->recognition[0] != '\0' ? injury->recognition : NULL);
    json_text(object, "cover", injury_cover_code(injury));
    json_bool(object, "late_added", (row->flags & CASE_LATE_ADDED) != 0);
    json_text(object, "project",
              injury->project != 0 ? injury_project_state_name(injury->project) : NULL);
}

static bool print_json(struct story *story, struct error *err)
{
    json_t *object = case_json(&story->row, story->party, story->cli->now);

    json_number(object, "letter_revision", story->row.letter_revision);
    json_number(object, "form_revision", story->row.form_revision);
    json_uuid(object, "other_case", &story->row.other);
    case_kin_json(object, &story->kin);
    case_place_json(object, &story->place);
    if (flow_part_of(story->row.flow) == FLOW_PART_MEDICAL)
        json_medical(object, &story->row.part.medical);
    if (flow_part_of(story->row.flow) == FLOW_PART_INJURY)
        json_injury(object, &story->row);
    if (story->unmask) {
        json_view(object, "person_name", story->person.name.hidden);
        json_view(object, "person_number", story->person.number.hidden);
    }
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

static const char *other_title(const struct flow_case *row)
{
    if (row->flags & CASE_MERGED)
        return _("Merged into");
    return row->flags & CASE_CORRECTED ? _("Corrected by") : _("Corrects");
}

/* What is special about it; NULL: nothing. */
static const char *nature_of(const struct flow_case *row)
{
    if (row->flags & CASE_PARTIAL)
        return _("part cannot move; the person is told");
    if (row->flags & CASE_NO_MONEY)
        return _("no money on this route");
    if (row->flags & CASE_OVERLAP)
        return _("months paid in two places");
    if (row->flags & CASE_TAKEN_OVER)
        return _("taken over from another system, unsigned (E3)");
    return NULL;
}

static void print_head(const struct story *story)
{
    const struct flow_case *row = &story->row;
    const struct flow *flow = flow_find(row->flow);
    bool outward = flow != NULL && flow->outward;
    const struct flow_kind *kind = flow_case_kind(row);
    bool late = case_overdue(row, story->cli->now);
    char id[UUID_TEXT_SIZE];
    char opened[INSTANT_TEXT_SIZE];
    char changed[INSTANT_TEXT_SIZE];

    field(story, _("Case"), PAINT_TITLE, "%s", uuid_format(&row->case_id, id));
    field(story, _("Flow"), PAINT_PLAIN, _("%s, %s"), language_name(flow_name(row->flow)),
          language_name(role_name(row->role)));
    if (kind != NULL)
        field(story, _("Kind"), PAINT_PLAIN, _("%s, %s"), kind->code,
              language_name(kind->name));
    field(story, _("State"), late ? PAINT_BAD : PAINT_GOOD, "%s%s",
          language_name(case_state_name(row)), late ? _(", overdue") : "");
    field(story, _("Party"), PAINT_PLAIN, "%s", story->party);
    field(story, _("Route"), PAINT_PLAIN, _("from %06u to %06u"),
          outward ? row->in_region : row->out_region,
          outward ? row->out_region : row->in_region);
    field(story, _("Trace number"), PAINT_PLAIN, "%s", row->trace);
    field(story, _("Opened"), PAINT_PLAIN, "%s", instant_format_short(row->opened_at, opened));
    field(story, _("Changed"), PAINT_PLAIN, "%s",
          instant_format_short(row->changed_at, changed));
    if (!uuid_is_none(&row->other))
        field(story, other_title(row), PAINT_PLAIN, "%s", uuid_format(&row->other, id));
    case_kin_print(story->cli, &story->kin, LABEL);
    if (row->accepted_on.number != 0)
        field(story, _("Accepted on"), PAINT_PLAIN, "%s",
              day_format(row->accepted_on, changed));
    if (nature_of(row) != NULL)
        field(story, _("Nature"), PAINT_PLAIN, "%s", nature_of(row));
    if (row->flags & CASE_FLAGGED)
        field(story, _("Look at"), PAINT_WARN, "%s", _("a letter that needs a person, below"));
}

/* In clear: the entry that says so is durable. */
static void print_person(const struct story *story)
{
    const struct disclosed_person *person = &story->person;

    if (!story->unmask)
        return;
    if (!person->found) {
        field(story, _("Person"), PAINT_WARN, "%s",
              _("no document is kept that names anybody"));
        return;
    }
    field(story, _("Name"), PAINT_PLAIN, "%.*s", TEXT_ARG(person->name.hidden));
    field(story, _("Identity number"), PAINT_PLAIN, "%.*s", TEXT_ARG(person->number.hidden));
}

static void print_injury(const struct story *story)
{
    const struct injury_record *injury = &story->row.part.injury;

    if (injury->recognition[0] != '\0')
        field(story, _("Recognition"), PAINT_PLAIN, "%s", injury->recognition);
    if (injury->finding != 0)
        field(story, _("Cover"), PAINT_PLAIN, "%s", injury_cover_code(injury));
    if (injury->project != 0)
        field(story, _("Project"), PAINT_PLAIN, "%s",
              injury_project_state_name(injury->project));
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
    if (row->flow == FLOW_PENSION_REMITTANCE)
        field(story, _("Allocated"), PAINT_PLAIN, _("%s yuan"),
              money_format_grouped(row->form_total, form));
    if (flow_part_of(row->flow) == FLOW_PART_MEDICAL)
        field(story, _("Account money"), PAINT_PLAIN, "%s",
              language_name(medical_money_name(row->part.medical.money)));
    if (flow_part_of(row->flow) == FLOW_PART_INJURY)
        print_injury(story);
    if (row->reverse_total.fen != 0)
        field(story, _("To go back"), PAINT_PLAIN, _("%s yuan, done %s"),
              money_format_grouped(row->reverse_total, form),
              money_format_grouped(row->reversed_total, money));
    if (row->last_code[0] != '\0')
        field(story, _("Last code"), PAINT_WARN, "%s", row->last_code);
}

/* A letter first: while one is under way or dead, nothing else can go on. */
static void print_next(const struct story *story)
{
    const struct letter_row *row = &story->waiting;
    const char *document = language_name(action_name(row->letter.action));
    struct next_step next = next_step_of(&story->row);
    char due[INSTANT_TEXT_SIZE];

    if (row->letter.out_id != 0 && row->letter.state == LETTER_DEAD)
        field(story, _("Next step"), PAINT_BAD, _("%s is dead: qiantong retry %" PRIu64),
              document, row->letter.out_id);
    else if (row->letter.out_id != 0 && row->attempts > 0)
        field(story, _("Next step"), PAINT_WARN, _("deliver %s to %s; %u tries, next %s"),
              document, story->waiting_party, row->attempts,
              instant_format_short(row->letter.due, due) + strlen("2026-"));
    else if (row->letter.out_id != 0)
        field(story, _("Next step"), PAINT_PLAIN, _("deliver %s to %s"), document,
              story->waiting_party);
    else if (next.actor != NEXT_NOBODY)
        field(story, _("Next step"), next.actor == NEXT_OPERATOR ? PAINT_WARN : PAINT_TITLE,
              _("%s: %s"), story->actor, language_name(next.what));
}

static bool add_clock(const struct story *story, struct table *table,
                      const struct flow_clock *clock, struct error *err)
{
    struct instant now = story->cli->now;
    enum paint paint = clock_late(clock, now) ? PAINT_BAD : PAINT_PLAIN;
    char tell[CLOCK_TELL_SIZE];
    char start[DAY_TEXT_SIZE];
    char due[DAY_TEXT_SIZE];
    char until[DAY_TEXT_SIZE + 8];
    char days[16];
    char left[CLOCK_TELL_SIZE + 32];

    day_format(instant_day(instant_add_ms(clock->due, -1)), due);
    snprintf(until, sizeof(until), "%s 24:00", due);
    snprintf(days, sizeof(days), "%u", clock->days);
    snprintf(left, sizeof(left), "%s%s", clock_tell(clock, now, tell),
             clock->provisional && clock->state != CLOCK_STATE_MET ? _(", provisional") : "");
    return table_cell(table, PAINT_PLAIN, language_name(clock_title(clock->kind)), err) &&
           table_cell(table, paint, until, err) && table_cell(table, paint, left, err) &&
           table_cell(table, PAINT_PLAIN, days, err) &&
           table_cell(table, PAINT_PLAIN, day_format(clock->start, start), err);
}

static bool print_clocks(const struct story *story, struct error *err)
{
    const struct table_column columns[] = {
        {_("Time limit"), false, false},  {_("Due"), false, false},   {_("State"), false, true},
        {_("Working days"), true, false}, {_("Since"), false, false},
    };
    struct table *table = table_new(story->cli->arena, columns, COUNT_OF(columns));

    if (table == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
        const struct flow_clock *clock = &story->row.clocks[i];

        if (clock->kind != CLOCK_NONE && clock->state != CLOCK_STATE_OFF &&
            !add_clock(story, table, clock, err))
            return false;
    }
    if (table_rows(table) == 0)
        return true;
    fputc('\n', story->cli->screen.out);
    table_print(table, &story->cli->screen);
    return true;
}

static void print_notes(const struct story *story)
{
    struct text warnings = text_trim(buffer_as_text(&story->warnings));

    case_place_print(story->cli, &story->place, LABEL);
    if (warnings.size > 0)
        field(story, _("Warnings"), PAINT_WARN, "%.*s", TEXT_ARG(warnings));
    if (story->lost > 0)
        field(story, _("Lost fields"), PAINT_WARN, _("%zu that the other side could not carry"),
              story->lost);
}

static void print_tables(const struct story *story)
{
    const struct screen *screen = &story->cli->screen;

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
        !case_kin_find(cli, &story->row, &story->kin, err) ||
        !cli_party_id(cli, story->row.party, story->party, err))
        return false;
    if (story->json) {
        story->entry_array = json_new_array();
        story->letter_array = json_new_array();
        story->warning_array = json_new_array();
    }
    if (!next_actor_shown(cli, &story->row, next_step_of(&story->row).actor, story->actor, err))
        return false;
    return ledger_each_of_case(cli->txn, &story->row.case_id, visit, story, err) && story->ok &&
           cli_party_short(cli, story->waiting.letter.party, story->waiting_party, err);
}

/* Name and number of the person; leaves an entry of who asked and why. */
static bool unmask(struct story *story, struct error *err)
{
    struct disclosing *disclosing = NULL;
    bool ok = disclose_reason(story->cli, story->reason, err) &&
              disclosing_begin(story->cli, &disclosing, err) &&
              disclosing_person(disclosing, &story->row.case_id, true, story->reason,
                                story->cli->arena, &story->person, err);

    disclosing_end(disclosing);
    return ok;
}

bool cli_case(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct story story = {.cli = cli, .err = err, .ok = true};
    const struct option_rule rules[] = {{"--json", &story.json, NULL},
                                        {"--unmask", &story.unmask, NULL},
                                        {"--reason", NULL, &story.reason}};
    struct operands operands;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 1, 1, &operands, err))
        return false;
    if (story.reason != NULL && !story.unmask)
        return fail(err, ERROR_USAGE, _("%s stands with %s"), "--reason", "--unmask");
    if (!cli_open_ledger(cli, err) || !collect(&story, operands.at[0], err))
        return false;
    cli_end_read(cli);
    if (story.unmask && !unmask(&story, err))
        return false;
    if (story.json)
        return print_json(&story, err);
    print_head(&story);
    print_person(&story);
    print_next(&story);
    print_amounts(&story);
    print_notes(&story);
    if (!print_clocks(&story, err))
        return false;
    print_tables(&story);
    return true;
}

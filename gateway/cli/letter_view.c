/* letter_view.c - one letter as cells, and as a JSON object. */
#include "cli/letter_view.h"

#include <inttypes.h>
#include <string.h>

#include "cli/json.h"

/* Of the ids: enough to find them by; a message's shows its random part too. */
enum { CASE_SHOWN = 13, MESSAGE_SHOWN = 18, STATE_SIZE = 64 };

bool letter_open(const struct letter_row *row)
{
    return row->letter.state != LETTER_DONE && row->letter.state != LETTER_REFUSED &&
           row->letter.state != LETTER_CLOSED;
}

struct table *letter_table_new(struct arena *arena, bool with_case)
{
    static struct table_column columns[6];

    columns[0] = (struct table_column){_("Letter"), true, false};
    columns[1] = (struct table_column){_("Document"), false, true};
    columns[2] = (struct table_column){_("To"), false, true};
    columns[3] = (struct table_column){_("State"), false, false};
    columns[4] = (struct table_column){_("Tries"), true, false};
    columns[5] = (struct table_column){with_case ? _("Case") : _("Message"), false, false};
    return table_new(arena, columns, COUNT_OF(columns));
}

static enum paint paint_of(unsigned state)
{
    if (state == LETTER_DEAD || state == LETTER_REFUSED)
        return PAINT_BAD;
    if (state == LETTER_CLOSED)
        return PAINT_WARN;
    return state == LETTER_DONE ? PAINT_GOOD : PAINT_PLAIN;
}

/* Of a letter under way also when it is due: "ready 03-02 09:05", without the year. */
static void tell_state(const struct entry_letter *letter, char out[STATE_SIZE])
{
    const char *name = language_name(letter_state_name(letter->state));
    char due[INSTANT_TEXT_SIZE];

    if (letter->due.ms == 0 || letter->state == LETTER_DEAD) {
        snprintf(out, STATE_SIZE, "%s", name);
        return;
    }
    instant_format_short(letter->due, due);
    snprintf(out, STATE_SIZE, "%s %.11s", name, due + strlen("2026-"));
}

bool letter_table_add(struct cli *cli, struct table *table, bool with_case,
                      const struct letter_row *row, struct error *err)
{
    const struct entry_letter *letter = &row->letter;
    char number[24];
    char tries[16];
    char party[PARTY_ID_SIZE];
    char state[STATE_SIZE];
    char id[UUID_TEXT_SIZE];

    if (!cli_party_short(cli, letter->party, party, err))
        return false;
    snprintf(number, sizeof(number), "%" PRIu64, letter->out_id);
    snprintf(tries, sizeof(tries), "%u", row->attempts);
    tell_state(letter, state);
    uuid_format(with_case ? &letter->case_id : &letter->message_id, id);
    id[with_case ? CASE_SHOWN : MESSAGE_SHOWN] = '\0';
    return table_cell(table, PAINT_PLAIN, number, err) &&
           table_cell(table, PAINT_PLAIN, language_name(action_name(letter->action)), err) &&
           table_cell(table, PAINT_PLAIN, party, err) &&
           table_cell(table, paint_of(letter->state), state, err) &&
           table_cell(table, PAINT_PLAIN, tries, err) &&
           table_cell(table, PAINT_PLAIN, id, err);
}

bool letter_json(struct cli *cli, const struct letter_row *row, json_t **object,
                 struct error *err)
{
    const struct entry_letter *letter = &row->letter;
    char party[PARTY_ID_SIZE];

    *object = NULL;
    if (!cli_party_id(cli, letter->party, party, err))
        return false;
    *object = json_new_object();
    json_number(*object, "letter", (int64_t)letter->out_id);
    json_uuid(*object, "message", &letter->message_id);
    json_uuid(*object, "case_id", &letter->case_id);
    json_text(*object, "party", party);
    json_bool(*object, "to_core", letter->to_core);
    json_text(*object, "flow", flow_name(letter->flow).english);
    json_text(*object, "action", action_name(letter->action).english);
    json_number(*object, "revision", letter->revision);
    json_text(*object, "state", letter_state_name(letter->state).english);
    json_number(*object, "attempts", row->attempts);
    json_instant(*object, "created", letter->created);
    json_instant(*object, "due", letter->due);
    json_text(*object, "verdict", verdict_name(row->verdict).english);
    return true;
}

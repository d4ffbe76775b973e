/* entry_view.c - one entry as cells, and as a JSON object. */
#include "cli/entry_view.h"

#include <string.h>

#include "cli/case_view.h"
#include "cli/json.h"
#include "core/flow.h"

enum { CELL_SIZE = 128 };

bool entry_verdict_of(const struct entry *entry, struct entry_verdict *verdict)
{
    size_t at = 0;
    const struct tlv *tlv = entry_next_tlv(entry, TLV_VERDICT, &at);

    return tlv != NULL && entry_verdict_decode(tlv->bytes, verdict);
}

bool entry_body_of(const struct entry *entry, unsigned use, struct entry_body *body)
{
    const struct tlv *tlv;
    size_t at = 0;

    while ((tlv = entry_next_tlv(entry, TLV_BODY, &at)) != NULL)
        if (entry_body_decode(tlv->bytes, body) && body->use == use)
            return true;
    return false;
}

bool entry_moves_case(const struct entry *entry)
{
    size_t at = 0;

    return entry_next_tlv(entry, TLV_CASE_AFTER, &at) != NULL;
}

struct entry entry_seen_from(const struct entry *entry, const struct uuid *case_id)
{
    struct entry seen = *entry;
    const struct tlv *tlv;
    size_t at = 0;

    while (!uuid_equal(&entry->case_id, case_id) &&
           (tlv = entry_next_tlv(entry, TLV_CASE_AFTER, &at)) != NULL) {
        struct error err = ERROR_INIT;
        struct flow_case after;

        if (!flow_case_decode(tlv->bytes, &after, &err) || !uuid_equal(&after.case_id, case_id))
            continue;
        seen.flow = after.flow;
        seen.role = after.role;
        seen.state_from = seen.state_to = after.state;
    }
    return seen;
}

size_t entry_lost_count(const struct entry *entry)
{
    const struct tlv *tlv;
    size_t count = 0;
    size_t at = 0;

    while ((tlv = entry_next_tlv(entry, TLV_LOST, &at)) != NULL) {
        struct text rest = tlv->bytes;

        while (rest.size > 0)
            if (text_cut(&rest, '\n').size > 0)
                count++;
    }
    return count;
}

struct name body_use_name(unsigned use)
{
    static const struct name names[] = {
        [0] = {"none", "无"},
        [BODY_ORIGINAL] = {"original", "收到原文"},
        [BODY_CONTENT] = {"content", "国家标准内容"},
        [BODY_SEALED] = {"sealed", "发出原文"},
        [BODY_REPLY] = {"reply", "我方应答"},
        [BODY_RECEIPT] = {"receipt", "对方回执"},
        [BODY_TEXT] = {"text", "规则文本"},
        [BODY_PIECE] = {"piece", "附件分片"},
    };

    return use < COUNT_OF(names) ? names[use] : (struct name){"unknown", "未知"};
}

struct table *entry_table_new(struct arena *arena)
{
    static struct table_column columns[6];

    columns[0] = (struct table_column){_("Time"), false, false};
    columns[1] = (struct table_column){_("What"), false, false};
    columns[2] = (struct table_column){_("Document"), false, true};
    columns[3] = (struct table_column){_("Said"), false, true};
    columns[4] = (struct table_column){_("Party"), false, true};
    columns[5] = (struct table_column){_("State"), false, true};
    return table_new(arena, columns, COUNT_OF(columns));
}

static struct name state_of(const struct entry *entry, unsigned state)
{
    const struct flow *flow = flow_find(entry->flow);

    return flow == NULL ? flow_name(UINT32_MAX) : flow_state_name(flow, state);
}

/* A refusal's code, else the verdict; "HTTP 503"; a clock's name: what was said or seen. */
static void say(const struct entry *entry, char out[CELL_SIZE])
{
    struct entry_verdict verdict;
    const struct tlv *clock;
    size_t at = 0;

    out[0] = '\0';
    if (entry_verdict_of(entry, &verdict)) {
        if (verdict.verdict != VERDICT_NONE)
            snprintf(out, CELL_SIZE, "%s",
                     verdict.code[0] != '\0' ? verdict.code
                                             : language_name(verdict_name(verdict.verdict)));
        else if (verdict.http_status != 0)
            snprintf(out, CELL_SIZE, "HTTP %u", verdict.http_status);
        else if (entry->kind == ENTRY_ATTEMPT)
            snprintf(out, CELL_SIZE, "%s", _("no answer"));
    }
    clock = entry_next_tlv(entry, TLV_CLOCK, &at);
    if (clock != NULL && clock->bytes.size >= 1)
        snprintf(out, CELL_SIZE, "%s",
                 language_name(clock_title((unsigned char)clock->bytes.at[0])));
}

static enum paint paint_of(const struct entry *entry)
{
    struct entry_verdict verdict;

    if (entry->kind == ENTRY_TIMER || entry->kind == ENTRY_CONFLICT)
        return PAINT_BAD;
    if (entry->kind == ENTRY_ATTEMPT)
        return PAINT_WARN;
    if (!entry_verdict_of(entry, &verdict))
        return PAINT_PLAIN;
    return verdict.verdict == VERDICT_REFUSED || verdict.verdict == VERDICT_CONFLICT
               ? PAINT_BAD
               : PAINT_PLAIN;
}

bool entry_table_add(struct cli *cli, struct table *table, const struct entry *entry,
                     struct error *err)
{
    char at[INSTANT_TEXT_SIZE];
    char party[PARTY_ID_SIZE];
    char said[CELL_SIZE];
    char action[CELL_SIZE] = "";
    const char *state = "";

    if (!cli_party_short(cli, entry->party, party, err))
        return false;
    say(entry, said);
    if (entry->action != ACTION_NONE && entry->revision > 1)
        snprintf(action, sizeof(action), "%s/%u", language_name(action_name(entry->action)),
                 entry->revision);
    else if (entry->action != ACTION_NONE)
        snprintf(action, sizeof(action), "%s", language_name(action_name(entry->action)));
    if (entry_moves_case(entry))
        state = language_name(state_of(entry, entry->state_to));
    /* Without the year: the head of the listing has it, and the line is short. */
    instant_format_short(entry->wall, at);
    return table_cell(table, PAINT_FAINT, at + strlen("2026-"), err) &&
           table_cell(table, PAINT_PLAIN, language_name(entry_kind_name(entry->kind)), err) &&
           table_cell(table, PAINT_PLAIN, action, err) &&
           table_cell(table, paint_of(entry), said, err) &&
           table_cell(table, PAINT_PLAIN, party, err) &&
           table_cell(table, PAINT_PLAIN, state, err);
}

static void put_verdict(json_t *object, const struct entry *entry)
{
    struct entry_verdict verdict;

    if (!entry_verdict_of(entry, &verdict))
        return;
    json_text(object, "verdict", verdict_name(verdict.verdict).english);
    json_text(object, "code", verdict.code);
    json_text(object, "reason", verdict.reason);
    json_instant(object, "received_at", verdict.received_at);
    json_number(object, "sequence_there", (int64_t)verdict.sequence);
    if (verdict.http_status != 0)
        json_number(object, "http_status", verdict.http_status);
    if (verdict.out_id != 0)
        json_number(object, "letter", (int64_t)verdict.out_id);
}

static json_t *bodies_json(const struct entry *entry)
{
    json_t *array = json_new_array();
    const struct tlv *tlv;
    struct entry_body body;
    size_t at = 0;

    while ((tlv = entry_next_tlv(entry, TLV_BODY, &at)) != NULL) {
        json_t *object;

        if (!entry_body_decode(tlv->bytes, &body))
            continue;
        object = json_new_object();
        json_text(object, "use", body_use_name(body.use).english);
        json_number(object, "size", body.size);
        json_hex(object, "digest", body.digest, sizeof(body.digest));
        json_append(array, object);
    }
    return array;
}

static void put_numbers(json_t *object, const struct entry *entry)
{
    static const uint8_t no_key[MESSAGE_KEY_SIZE / 2];
    struct uuid id;

    memcpy(id.bytes, entry->message_key, sizeof(id.bytes));
    json_number(object, "sequence", (int64_t)entry->seq);
    json_instant(object, "at", entry->wall);
    json_text(object, "kind", entry_kind_name(entry->kind).english);
    json_uuid(object, "case_id", &entry->case_id);
    if (memcmp(entry->message_key + 16, no_key, sizeof(no_key)) == 0)
        json_uuid(object, "message", &id);
    else
        json_hex(object, "message", entry->message_key, MESSAGE_KEY_SIZE);
    json_text(object, "action", action_name(entry->action).english);
    json_text(object, "kind_chinese", entry_kind_name(entry->kind).chinese);
    json_text(object, "action_chinese", action_name(entry->action).chinese);
    json_number(object, "revision", entry->revision);
    json_text(object, "evidence", evidence_name(entry->evidence).english);
    json_number(object, "size", entry->plain_size);
    json_hex(object, "digest", entry->digest, sizeof(entry->digest));
}

bool entry_json(struct cli *cli, const struct entry *entry, json_t **object, struct error *err)
{
    char party[PARTY_ID_SIZE];

    *object = NULL;
    if (!cli_party_id(cli, entry->party, party, err))
        return false;
    *object = json_new_object();
    put_numbers(*object, entry);
    json_text(*object, "party", entry->party == 0 ? NULL : party);
    put_verdict(*object, entry);
    if (entry_moves_case(entry)) {
        json_text(*object, "state_from", state_of(entry, entry->state_from).english);
        json_text(*object, "state_to", state_of(entry, entry->state_to).english);
        json_text(*object, "state_to_chinese", state_of(entry, entry->state_to).chinese);
    }
    json_number(*object, "lost", (int64_t)entry_lost_count(entry));
    json_put(*object, "bodies", bodies_json(entry));
    return true;
}

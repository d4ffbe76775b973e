/* message.c - `qiantong message ID`: what the journal knows of one message; --raw its bytes. */
#include <inttypes.h>
#include <string.h>

#include "cli/disclose.h"
#include "cli/entry_view.h"
#include "cli/find.h"
#include "cli/json.h"

enum { LABEL = 14, LINE_SIZE = 256 };

/* What the walk over a message's entries finds. */
struct trail {
    struct cli *cli;
    bool json;
    bool raw;
    bool reply;
    const char *reason;
    uint8_t key[MESSAGE_KEY_SIZE];
    struct table *entries;
    json_t *entry_array;
    struct entry birth; /* the entry that says what it is: received, submitted or sealed */
    bool received;
    bool sent;
    unsigned attempts;
    struct entry_verdict verdict; /* what we said, or the other side */
    bool has_verdict;
    struct disclosure disclosure;
    bool has_body;
    char party[PARTY_ID_SIZE];
    struct error *err;
    bool ok;
};

/* Which bytes --raw means: as received, or as sealed and sent; --reply the answer that we gave
 * to a received message, or the receipt that we got for a sent one. */
static void note_body(struct trail *trail, const struct entry *entry)
{
    static const unsigned own[] = {BODY_ORIGINAL, BODY_SEALED};
    static const unsigned replies[] = {BODY_REPLY, BODY_RECEIPT};
    const unsigned *uses = trail->reply ? replies : own;
    struct entry_body body;

    for (size_t i = 0; i < COUNT_OF(own) && !trail->has_body; i++) {
        /* A conflict keeps the bytes that came second; the message is the first. */
        if (entry->kind == ENTRY_CONFLICT || !entry_body_of(entry, uses[i], &body))
            continue;
        trail->has_body = true;
        trail->disclosure.use = uses[i];
        trail->disclosure.body = body;
    }
}

static void note_kind(struct trail *trail, const struct entry *entry)
{
    struct entry_verdict verdict;
    bool in = entry->kind == ENTRY_RECEIVED || entry->kind == ENTRY_SUBMITTED;

    if (in || entry->kind == ENTRY_SEALED) {
        trail->birth = *entry;
        trail->birth.tlvs = NULL;
        trail->birth.tlv_count = 0;
        trail->received = in;
        trail->sent = !in;
    }
    if (entry->kind == ENTRY_ATTEMPT || entry->kind == ENTRY_OUTCOME)
        trail->attempts++;
    if ((in || entry->kind == ENTRY_OUTCOME) && entry_verdict_of(entry, &verdict)) {
        trail->verdict = verdict;
        trail->has_verdict = true;
    }
}

static bool visit(void *self, const struct entry *entry)
{
    struct trail *trail = self;
    json_t *object = NULL;

    /* What answers a submission is found under its key, too; it is listed, and has its own. */
    if (memcmp(entry->message_key, trail->key, MESSAGE_KEY_SIZE) == 0) {
        note_kind(trail, entry);
        note_body(trail, entry);
    }
    if (!uuid_is_none(&entry->case_id))
        trail->disclosure.case_id = entry->case_id;
    if (trail->raw)
        return true;
    if (!trail->json) {
        trail->ok = entry_table_add(trail->cli, trail->entries, entry, trail->err);
    } else {
        trail->ok = entry_json(trail->cli, entry, &object, trail->err);
        if (trail->ok)
            json_append(trail->entry_array, object);
    }
    return trail->ok;
}

/* A UUID if the second half is zero, else the digest of a dialect's own key. */
static const char *key_text(const uint8_t key[MESSAGE_KEY_SIZE],
                            char out[2 * MESSAGE_KEY_SIZE + 1])
{
    static const uint8_t zeros[MESSAGE_KEY_SIZE / 2];
    struct uuid id;

    if (memcmp(key + sizeof(id.bytes), zeros, sizeof(zeros)) != 0) {
        hex_encode(key, MESSAGE_KEY_SIZE, out);
        return out;
    }
    memcpy(id.bytes, key, sizeof(id.bytes));
    return uuid_format(&id, out);
}

/* --- its bytes -------------------------------------------------------------------------------
 */

static bool print_raw(struct trail *trail, struct error *err)
{
    struct cli *cli = trail->cli;
    struct disclosure *disclosure = &trail->disclosure;
    struct text plain = TEXT_NONE;

    if (!trail->has_body) {
        cli_hint(cli, _("`qiantong message ID` shows what there is"));
        return fail(err, ERROR_NOT_FOUND, _("no such bytes of message %s"), disclosure->id);
    }
    if (trail->reason == NULL && !ledger_origin(cli->ledger)->test) {
        cli_hint(cli, _("--reason \"...\"; it is journaled with your name"));
        return fail(err, ERROR_DENIED, _("opening a message needs a reason"));
    }
    if (trail->reason != NULL &&
        (strlen(trail->reason) > REASON_MAX || !text_is_utf8(text_of(trail->reason))))
        return fail(err, ERROR_USAGE, _("the reason is UTF-8, at most %d bytes"), REASON_MAX);
    disclosure->reason = trail->reason;
    memcpy(disclosure->key, trail->key, MESSAGE_KEY_SIZE);
    if (!disclose(cli, disclosure, &plain, err))
        return false;
    if (fwrite(plain.at, 1, plain.size, cli->screen.bytes) != plain.size)
        return fail(err, ERROR_SYSTEM, _("the output could not be written"));
    return true;
}

/* --- what is known of it ---------------------------------------------------------------------
 */

static void field(const struct trail *trail, const char *label, const char *format, ...)
    PRINTF_LIKE(3, 4);

static void field(const struct trail *trail, const char *label, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    screen_field(&trail->cli->screen, label, LABEL, PAINT_PLAIN, line);
}

static void print_text(const struct trail *trail)
{
    const struct entry *birth = &trail->birth;
    char case_id[UUID_TEXT_SIZE];
    char digest[65];
    char at[INSTANT_TEXT_SIZE];

    field(trail, _("Message"), "%s", trail->disclosure.id);
    if (!uuid_is_none(&trail->disclosure.case_id))
        field(trail, _("Case"), "%s", uuid_format(&trail->disclosure.case_id, case_id));
    if (trail->received || trail->sent) {
        hex_encode(birth->digest, sizeof(birth->digest), digest);
        field(trail, trail->received ? _("Received") : _("Sealed"), "%s",
              instant_format_short(birth->wall, at));
        field(trail, trail->received ? _("From") : _("To"), "%s", trail->party);
        field(trail, _("Document"), _("%s, revision %u"),
              language_name(action_name(birth->action)), birth->revision);
        field(trail, _("Bytes"), "%u", birth->plain_size);
        field(trail, _("Digest"), "%s", digest);
    }
    if (trail->has_verdict) {
        field(trail, _("Verdict"), "%s%s%s",
              language_name(verdict_name(trail->verdict.verdict)),
              trail->verdict.code[0] == '\0' ? "" : " ", trail->verdict.code);
        field(trail, _("Received at"), "%s",
              instant_format_short(trail->verdict.received_at, at));
    }
    if (trail->sent)
        field(trail, _("Tries"), "%u", trail->attempts);
    fputc('\n', trail->cli->screen.out);
    table_print(trail->entries, &trail->cli->screen);
}

static bool print_json(struct trail *trail, struct error *err)
{
    json_t *object = json_new_object();

    json_text(object, "message", trail->disclosure.id);
    json_uuid(object, "case_id", &trail->disclosure.case_id);
    json_bool(object, "received", trail->received);
    json_bool(object, "sent", trail->sent);
    json_text(object, "party", trail->party);
    json_text(object, "action", action_name(trail->birth.action).english);
    json_number(object, "revision", trail->birth.revision);
    json_hex(object, "digest", trail->birth.digest, sizeof(trail->birth.digest));
    json_number(object, "size", trail->birth.plain_size);
    json_text(object, "verdict",
              trail->has_verdict ? verdict_name(trail->verdict.verdict).english : NULL);
    json_text(object, "code", trail->has_verdict ? trail->verdict.code : NULL);
    json_number(object, "attempts", trail->attempts);
    json_put(object, "entries", trail->entry_array);
    return json_print(trail->cli, object, err);
}

static bool collect(struct trail *trail, const char *typed, struct error *err)
{
    struct cli *cli = trail->cli;

    trail->entries = entry_table_new(cli->arena);
    if (trail->entries == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    if (!find_message(cli, typed, trail->key, err))
        return false;
    if (trail->json)
        trail->entry_array = json_new_array();
    if (!ledger_each_of_message(cli->txn, trail->key, visit, trail, err) || !trail->ok)
        return false;
    key_text(trail->key, trail->disclosure.id);
    return cli_party_id(cli, trail->birth.party, trail->party, err);
}

bool cli_message(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct trail trail = {.cli = cli, .err = err, .ok = true};
    const struct option_rule rules[] = {
        {"--json", &trail.json, NULL},
        {"--raw", &trail.raw, NULL},
        {"--reply", &trail.reply, NULL},
        {"--reason", NULL, &trail.reason},
    };
    struct operands operands;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 1, 1, &operands, err))
        return false;
    if (trail.json && trail.raw)
        return fail(err, ERROR_USAGE, _("%s and %s exclude each other"), "--json", "--raw");
    if ((trail.reply || trail.reason != NULL) && !trail.raw)
        return fail(err, ERROR_USAGE, _("--reply and --reason stand with --raw"));
    if (!cli_open_ledger(cli, err) || !collect(&trail, operands.at[0], err))
        return false;
    cli_end_read(cli);
    if (trail.raw)
        return print_raw(&trail, err);
    if (trail.json)
        return print_json(&trail, err);
    print_text(&trail);
    return true;
}

/* disclose.c - the gateway first; its lock and our own transaction only if it is stopped. */
#include "cli/disclose.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "cli/entry_view.h"
#include "cli/json.h"
#include "crypt/base64.h"
#include "crypt/seal.h"
#include "gate/person.h"

enum { USER_MAX = 64, TLV_BYTES = 512, LEDGER_GROUP_BITS = 0640 };

static void user_name(char user[USER_MAX])
{
    const struct passwd *entry = getpwuid(getuid());

    if (entry != NULL)
        snprintf(user, USER_MAX, "%s", entry->pw_name);
    else
        snprintf(user, USER_MAX, "uid %u", (unsigned)getuid());
}

/* --- through the gateway
 * ----------------------------------------------------------------------- */

static bool take_bytes(struct cli *cli, const json_t *answer, struct text *plain,
                       struct error *err)
{
    struct text encoded = text_of(answer_text(answer, "bytes"));
    size_t size = 0;
    char *bytes = arena_alloc(cli->arena, encoded.size + 1);

    if (bytes == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    if (encoded.size == 0 ||
        !base64_decode(encoded, BASE64_STRICT, bytes, encoded.size, &size, err))
        return fail(err, ERROR_NETWORK, _("the gateway's answer cannot be read"));
    *plain = (struct text){bytes, size};
    return true;
}

static bool through_gateway(struct cli *cli, const struct disclosure *disclosure,
                            struct text *plain, struct error *err)
{
    json_t *request = json_new_object();
    json_t *answer = NULL;
    char user[USER_MAX];
    bool ok;

    user_name(user);
    json_text(request, "verb", "disclose");
    json_text(request, "message", disclosure->id);
    json_text(request, "use", body_use_name(disclosure->use).english);
    if (disclosure->use == BODY_PIECE)
        json_hex(request, "piece", disclosure->body.digest, sizeof(disclosure->body.digest));
    json_text(request, "reason", disclosure->reason == NULL ? "" : disclosure->reason);
    json_text(request, "user", user);
    if (!ask_gateway(cli, request, ASK_LONG_MS, &answer, err))
        return false;
    ok = take_bytes(cli, answer, plain, err);
    json_decref(answer);
    return ok;
}

/* --- beside a stopped gateway
 * ------------------------------------------------------------------ */

static bool take_lock(struct cli *cli, int *lock, struct error *err)
{
    char *path = arena_format(cli->arena, "%s/daemon.lock", cli->config->ledger_path);

    if (path == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    *lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, LEDGER_GROUP_BITS);
    if (*lock < 0)
        return fail(err, errno == EACCES ? ERROR_DENIED : ERROR_SYSTEM, "%s: %s", path,
                    strerror(errno));
    if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    cli_hint(cli, _("the gateway runs but does not answer on %s"), cli->config->control_path);
    return fail(err, ERROR_BUSY, _("%s is held by the gateway"), path);
}

static bool open_for_writing(struct cli *cli, struct error *err)
{
    struct store_options options = {.path = cli->config->ledger_path,
                                    .map_bytes = cli->config->ledger_map};

    return store_open_lmdb(&options, &cli->store, err) &&
           ledger_open(cli->store, false, &cli->ledger, err);
}

static bool unseal_body(struct cli *cli, struct ledger_txn *txn, const struct key_ring *keys,
                        const struct disclosure *disclosure, struct text *plain,
                        struct error *err)
{
    const struct entry_origin *origin = ledger_origin(cli->ledger);
    const struct text parts[] = {
        {(const char *)origin->log_id, sizeof(origin->log_id)},
        {(const char *)disclosure->body.digest, sizeof(disclosure->body.digest)},
    };
    struct text sealed;
    bool found = false;

    if (!ledger_get_body(txn, disclosure->body.month, disclosure->body.digest, cli->arena,
                         &sealed, &found, err))
        return false;
    if (!found)
        return fail(err, ERROR_NOT_FOUND, _("the bytes are no longer kept"));
    return unseal(keys, parts, COUNT_OF(parts), sealed, cli->arena, plain, err);
}

/* What is journaled beside who and when. */
struct note {
    uint16_t kind;
    const char *verb;
    const char *reason; /* may be NULL, as scope */
    const char *scope;
    struct uuid case_id;
    uint8_t key[MESSAGE_KEY_SIZE];
    uint8_t person_tag[PERSON_TAG_SIZE];
    uint8_t digest[32];
};

static bool append_note(struct cli *cli, struct ledger_txn *txn, const struct note *note,
                        struct error *err)
{
    const char *texts[] = {NULL, note->verb, note->reason};
    unsigned char memory[TLV_BYTES];
    struct buffer bytes = buffer_over(memory, sizeof(memory));
    struct tlv tlvs[] = {{.type = TLV_OPERATOR}, {.type = TLV_TEXT}};
    struct entry entry = {.kind = note->kind,
                          .case_id = note->case_id,
                          .boot = ledger_boots(cli->ledger),
                          .tlvs = tlvs,
                          .tlv_count = note->scope == NULL ? 1 : 2};
    char user[USER_MAX];
    bool back = false;

    user_name(user);
    texts[0] = user;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        buffer_string(&bytes, texts[i] == NULL ? "" : texts[i]);
        buffer_u8(&bytes, 0);
    }
    if (bytes.overflow)
        return fail(err, ERROR_USAGE, _("the reason is too long"));
    tlvs[0].bytes = buffer_as_text(&bytes);
    tlvs[1].bytes = text_of(note->scope);
    memcpy(entry.message_key, note->key, MESSAGE_KEY_SIZE);
    memcpy(entry.person_tag, note->person_tag, sizeof(entry.person_tag));
    memcpy(entry.digest, note->digest, sizeof(entry.digest));
    entry.wall = ledger_stamp(txn, clock_now(), &back);
    entry.flags = back ? ENTRY_FLAG_CLOCK_BACK : 0;
    return ledger_append(txn, &entry, err);
}

static bool append_disclosed(struct cli *cli, struct ledger_txn *txn,
                             const struct disclosure *disclosure, struct error *err)
{
    struct note note = {.kind = ENTRY_DISCLOSED,
                        .verb = "disclose",
                        .reason = disclosure->reason,
                        .case_id = disclosure->case_id};

    memcpy(note.key, disclosure->key, sizeof(note.key));
    memcpy(note.digest, disclosure->body.digest, sizeof(note.digest));
    return append_note(cli, txn, &note, err);
}

static bool by_ourselves(struct cli *cli, const struct disclosure *disclosure,
                         struct text *plain, struct error *err)
{
    struct key_ring *keys = NULL;
    struct ledger_txn *txn = NULL;
    int lock = -1;
    bool ok;

    ok = take_lock(cli, &lock, err) && key_ring_load(cli->config->seal_keys, &keys, err) &&
         open_for_writing(cli, err) && ledger_begin(cli->ledger, &txn, err) &&
         unseal_body(cli, txn, keys, disclosure, plain, err) &&
         append_disclosed(cli, txn, disclosure, err) && ledger_commit(&txn, err);
    ledger_abort(txn);
    cli_close_ledger(cli);
    key_ring_free(keys);
    if (lock >= 0)
        close(lock);
    return ok;
}

bool disclose(struct cli *cli, const struct disclosure *disclosure, struct text *plain,
              struct error *err)
{
    cli_close_ledger(cli);
    if (through_gateway(cli, disclosure, plain, err))
        return true;
    if (!cli->gateway_absent)
        return false;
    cli_hint(cli, "%s", ""); /* the gateway is not needed for it */
    return by_ourselves(cli, disclosure, plain, err);
}

/* --- more than one
 * ----------------------------------------------------------------------------
 */

struct disclosing {
    struct cli *cli;
    struct key_ring *keys; /* NULL: the gateway runs and has them */
    int lock;
};

bool disclose_reason(struct cli *cli, const char *reason, struct error *err)
{
    if (reason == NULL && !ledger_origin(cli->ledger)->test) {
        cli_hint(cli, _("--reason \"...\"; it is journaled with your name"));
        return fail(err, ERROR_DENIED, _("personal data is shown for a reason only"));
    }
    if (reason != NULL && (strlen(reason) > REASON_MAX || !text_is_utf8(text_of(reason))))
        return fail(err, ERROR_USAGE, _("the reason is UTF-8, at most %d bytes"), REASON_MAX);
    return true;
}

static bool gateway_answers(struct cli *cli, struct error *err)
{
    json_t *request = json_new_object();
    json_t *answer = NULL;
    bool ok;

    json_text(request, "verb", "ping");
    ok = ask_gateway(cli, request, ASK_SHORT_MS, &answer, err);
    json_decref(answer);
    return ok;
}

static bool begin_alone(struct disclosing *disclosing, struct error *err)
{
    struct cli *cli = disclosing->cli;

    cli_hint(cli, "%s", ""); /* the gateway is not needed for it */
    return clock_use_offset_file(cli->config->clock_offset, err) &&
           take_lock(cli, &disclosing->lock, err) &&
           key_ring_load(cli->config->seal_keys, &disclosing->keys, err) &&
           open_for_writing(cli, err);
}

bool disclosing_begin(struct cli *cli, struct disclosing **out, struct error *err)
{
    struct disclosing *disclosing = calloc(1, sizeof(*disclosing));
    bool ok;

    *out = NULL;
    if (disclosing == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    disclosing->cli = cli;
    disclosing->lock = -1;
    cli_close_ledger(cli);
    ok = gateway_answers(cli, err);
    if (ok) {
        ok = cli_open_ledger(cli, err);
        cli_end_read(cli);
    } else if (cli->gateway_absent) {
        ok = begin_alone(disclosing, err);
    }
    if (ok)
        *out = disclosing;
    else
        disclosing_end(disclosing);
    return ok;
}

bool disclosing_alone(const struct disclosing *disclosing)
{
    return disclosing->keys != NULL;
}

void disclosing_end(struct disclosing *disclosing)
{
    if (disclosing == NULL)
        return;
    if (disclosing->keys != NULL)
        cli_close_ledger(disclosing->cli); /* before the lock goes */
    key_ring_free(disclosing->keys);
    if (disclosing->lock >= 0)
        close(disclosing->lock);
    free(disclosing);
}

static bool write_note(struct disclosing *disclosing, const struct note *note,
                       struct error *err)
{
    struct ledger_txn *txn = NULL;
    bool ok = ledger_begin(disclosing->cli->ledger, &txn, err) &&
              append_note(disclosing->cli, txn, note, err) && ledger_commit(&txn, err);

    ledger_abort(txn);
    return ok;
}

static json_t *request_of(const char *verb, const char *reason)
{
    json_t *request = json_new_object();

    json_text(request, "verb", verb);
    json_text(request, "reason", reason == NULL ? "" : reason);
    return request;
}

/* A copy in the arena: the answer is freed. */
static bool keep(struct arena *arena, const json_t *answer, const char *name,
                 struct personal *kept, struct error *err)
{
    const char *said = answer_text(answer, name);
    char *copy = arena_format(arena, "%s", said);

    if (copy == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    *kept = personal_of(text_of(copy));
    return true;
}

static bool ask_person(struct disclosing *disclosing, const struct uuid *case_id, bool clear,
                       const char *reason, struct arena *arena, struct disclosed_person *person,
                       struct error *err)
{
    json_t *request = request_of("case_person", reason);
    json_t *answer = NULL;
    bool ok;

    json_uuid(request, "case", case_id);
    json_bool(request, "clear", clear);
    if (!ask_gateway(disclosing->cli, request, ASK_LONG_MS, &answer, err))
        return false;
    person->found = json_is_true(json_object_get(answer, "found"));
    ok = keep(arena, answer, "name", &person->name, err) &&
         keep(arena, answer, "number", &person->number, err);
    json_decref(answer);
    return ok;
}

static bool mask(struct arena *arena, enum mask_kind kind, struct personal *value,
                 struct error *err)
{
    char *masked = arena_alloc(arena, PERSONAL_MASK_SIZE);

    if (masked == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    *value = personal_of(text_of(personal_masked(*value, kind, masked)));
    return true;
}

static bool open_person(struct disclosing *disclosing, const struct uuid *case_id, bool clear,
                        const char *reason, struct arena *arena, struct disclosed_person *out,
                        struct error *err)
{
    struct note note = {
        .kind = ENTRY_DISCLOSED, .verb = "case_person", .reason = reason, .case_id = *case_id};
    struct person person;

    if (!person_of_case(disclosing->cli->ledger, disclosing->keys, case_id, arena, &person,
                        &out->found, err))
        return false;
    if (!out->found)
        return true;
    out->name = person.name;
    out->number = person.number;
    if (!clear)
        return mask(arena, MASK_NAME, &out->name, err) &&
               mask(arena, MASK_ID, &out->number, err);
    memcpy(note.key, person.message_key, sizeof(note.key));
    memcpy(note.person_tag, person.person_tag, sizeof(note.person_tag));
    memcpy(note.digest, person.body.digest, sizeof(note.digest));
    return write_note(disclosing, &note, err);
}

bool disclosing_person(struct disclosing *disclosing, const struct uuid *case_id, bool clear,
                       const char *reason, struct arena *arena, struct disclosed_person *person,
                       struct error *err)
{
    *person = (struct disclosed_person){.found = false};
    return disclosing->keys == NULL
               ? ask_person(disclosing, case_id, clear, reason, arena, person, err)
               : open_person(disclosing, case_id, clear, reason, arena, person, err);
}

static bool take_tags(const json_t *answer, uint8_t tags[][PERSON_TAG_SIZE], size_t *count,
                      struct error *err)
{
    const json_t *array = json_object_get(answer, "tags");

    *count = json_array_size(array);
    for (size_t i = 0; i < *count && i < KEY_RING_KEYS_MAX; i++)
        if (!hex_decode(text_of(json_string_value(json_array_get(array, i))), tags[i],
                        PERSON_TAG_SIZE))
            *count = 0;
    return (*count > 0 && *count <= KEY_RING_KEYS_MAX) ||
           fail(err, ERROR_NETWORK, _("the gateway's answer cannot be read"));
}

static bool ask_tags(struct disclosing *disclosing, struct text number, const char *reason,
                     uint8_t tags[][PERSON_TAG_SIZE], size_t *count, struct error *err)
{
    json_t *request = request_of("person", reason);
    json_t *answer = NULL;
    bool ok;

    json_view(request, "number", number);
    if (!ask_gateway(disclosing->cli, request, ASK_LONG_MS, &answer, err))
        return false;
    ok = take_tags(answer, tags, count, err);
    json_decref(answer);
    return ok;
}

bool disclosing_search(struct disclosing *disclosing, struct text number, const char *reason,
                       uint8_t tags[KEY_RING_KEYS_MAX][PERSON_TAG_SIZE], size_t *count,
                       struct error *err)
{
    struct note note = {.kind = ENTRY_DISCLOSED, .verb = "person", .reason = reason};

    if (disclosing->keys == NULL)
        return ask_tags(disclosing, number, reason, tags, count, err);
    if (!person_tags(disclosing->keys, number, instant_day(clock_now()), tags, count, err))
        return false;
    memcpy(note.person_tag, tags[0], sizeof(note.person_tag));
    return write_note(disclosing, &note, err);
}

bool disclosing_export(struct disclosing *disclosing, const uint8_t digest[32],
                       const char *scope, const char *permit, const char *reason,
                       struct error *err)
{
    struct note note = {.kind = permit != NULL ? ENTRY_DISCLOSED : ENTRY_OPERATOR,
                        .verb = "export",
                        .reason = reason,
                        .scope = scope};
    json_t *request;
    json_t *answer = NULL;

    memcpy(note.digest, digest, sizeof(note.digest));
    if (disclosing->keys != NULL)
        return write_note(disclosing, &note, err);
    request = request_of("exported", reason);
    json_hex(request, "digest", digest, sizeof(note.digest));
    json_text(request, "scope", scope);
    json_bool(request, "clear", permit != NULL);
    json_text(request, "permit", permit == NULL ? "" : permit);
    if (!ask_gateway(disclosing->cli, request, ASK_LONG_MS, &answer, err))
        return false;
    json_decref(answer);
    return true;
}

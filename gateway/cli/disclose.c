/* disclose.c - the gateway first; its lock and our own transaction only if it is stopped. */
#include "cli/disclose.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "cli/entry_view.h"
#include "cli/json.h"
#include "crypt/base64.h"
#include "crypt/seal.h"

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

static bool append_disclosed(struct cli *cli, struct ledger_txn *txn,
                             const struct disclosure *disclosure, struct error *err)
{
    const char *texts[] = {NULL, "disclose", disclosure->reason};
    unsigned char memory[TLV_BYTES];
    struct buffer bytes = buffer_over(memory, sizeof(memory));
    struct tlv tlv = {.type = TLV_OPERATOR};
    struct entry entry = {.kind = ENTRY_DISCLOSED,
                          .case_id = disclosure->case_id,
                          .boot = ledger_boots(cli->ledger),
                          .tlvs = &tlv,
                          .tlv_count = 1};
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
    tlv.bytes = buffer_as_text(&bytes);
    memcpy(entry.message_key, disclosure->key, MESSAGE_KEY_SIZE);
    memcpy(entry.digest, disclosure->body.digest, sizeof(entry.digest));
    entry.wall = ledger_stamp(txn, clock_now(), &back);
    entry.flags = back ? ENTRY_FLAG_CLOCK_BACK : 0;
    return ledger_append(txn, &entry, err);
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

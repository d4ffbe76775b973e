/* ferry_out.c - writing into a folder so that every number is used exactly once. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "gate/ferry_internal.h"

#define NEW_PREFIX   ".new-"
#define AGAIN_PREFIX ".again-"
#define TMP_SUFFIX   ".tmp"

enum { OUT_MODE = 0660, RECOVER_MEMORY_MAX = 4 * 1024 * 1024 };

static bool path_in(char path[FERRY_PATH_SIZE], struct error *err, const char *format, ...)
    PRINTF_LIKE(3, 4);

static bool path_in(char path[FERRY_PATH_SIZE], struct error *err, const char *format, ...)
{
    va_list arguments;
    int size;

    va_start(arguments, format);
    size = vsnprintf(path, FERRY_PATH_SIZE, format, arguments);
    va_end(arguments);
    return (size > 0 && size < FERRY_PATH_SIZE) ||
           fail(err, ERROR_CONFIG, "a folder's path is too long");
}

/* --- after a crash ------------------------------------------------------------------------ */

/* ".new-NUMBER-name.tmp": complete, and its number is used up, if the number is durable. */
static bool finish(const char *folder, const char *name, uint64_t sent, struct error *err)
{
    const char *rest = name + strlen(NEW_PREFIX);
    int size = (int)(strlen(rest) - strlen(TMP_SUFFIX));
    uint64_t number = ferry_number_of_name(rest);
    char from[FERRY_PATH_SIZE];
    char to[FERRY_PATH_SIZE];

    if (!path_in(from, err, "%s/%s", folder, name) ||
        !path_in(to, err, "%s/%.*s", folder, size, rest))
        return false;
    if (number == 0 || number > sent)
        return file_remove(from, err);
    log_info("ferry.finished", "number=%" PRIu64, number);
    return file_rename(from, to, err);
}

static bool has_ends(const char *name, const char *prefix)
{
    size_t size = strlen(name);

    return strncmp(name, prefix, strlen(prefix)) == 0 &&
           size >= strlen(prefix) + strlen(TMP_SUFFIX) &&
           strcmp(name + size - strlen(TMP_SUFFIX), TMP_SUFFIX) == 0;
}

static bool recover(const char *folder, uint64_t sent, struct error *err)
{
    struct arena *arena = arena_new(RECOVER_MEMORY_MAX);
    char path[FERRY_PATH_SIZE];
    const char **names;
    size_t count = 0;
    bool ok;

    ok = arena != NULL || fail(err, ERROR_MEMORY, "no memory to look into a folder");
    /* Ours begin with a dot: they come first. */
    ok = ok && file_list(arena, folder, FERRY_LIST_MAX, &names, &count, err);
    for (size_t i = 0; ok && i < count; i++) {
        if (has_ends(names[i], NEW_PREFIX))
            ok = finish(folder, names[i], sent, err);
        else if (has_ends(names[i], AGAIN_PREFIX))
            ok = path_in(path, err, "%s/%s", folder, names[i]) && file_remove(path, err);
    }
    arena_free(arena);
    return ok;
}

bool ferry_make_ready(struct ferry *ferry, struct ferry_lane *lane,
                      const struct config_party *party, struct error *err)
{
    char folder[FERRY_PATH_SIZE];

    if (lane->ready)
        return true;
    if (!ferry_state_path(ferry->ledger_path, party->id, lane->state_path))
        return fail(err, ERROR_CONFIG, "the ledger's path is too long");
    snprintf(folder, sizeof(folder), "%s/ferry", ferry->ledger_path); /* shorter than that */
    if (mkdir(folder, 0750) != 0 && errno != EEXIST)
        return fail(err, ERROR_SYSTEM, "%s: cannot be created: %s", folder, strerror(errno));
    lane->ready = ferry_state_load(lane->state_path, &lane->state, err) &&
                  recover(party->folder_out, lane->state.sent, err);
    return lane->ready;
}

/* --- one file ----------------------------------------------------------------------------- */

static bool put_new(struct ferry_lane *lane, const char *folder, uint64_t number,
                    const char *name, struct text bytes, struct error *err)
{
    char beside[FERRY_PATH_SIZE];
    char path[FERRY_PATH_SIZE];

    if (!path_in(beside, err, "%s/" NEW_PREFIX "%010" PRIu64 "-%s" TMP_SUFFIX, folder, number,
                 name) ||
        !path_in(path, err, "%s/%010" PRIu64 "-%s", folder, number, name) ||
        !file_write_new(beside, bytes, OUT_MODE, err))
        return false;
    log_debug("walk.ferry_written", "number=%" PRIu64, number);
    lane->state.sent = number;
    if (!ferry_state_save(lane->state_path, &lane->state, err)) {
        /* Perhaps durable all the same: what the file says is looked at again. */
        lane->ready = false;
        return false;
    }
    log_debug("walk.ferry_numbered", "number=%" PRIu64, number);
    if (!file_rename(beside, path, err)) {
        lane->ready = false;
        return false;
    }
    log_debug("walk.ferry_out", "number=%" PRIu64, number);
    return true;
}

static bool put_again(const char *folder, uint64_t number, const char *name, struct text bytes,
                      struct error *err)
{
    char beside[FERRY_PATH_SIZE];
    char path[FERRY_PATH_SIZE];

    if (!path_in(path, err, "%s/%010" PRIu64 "-%s", folder, number, name) ||
        !path_in(beside, err, "%s/" AGAIN_PREFIX "%010" PRIu64 "-%s" TMP_SUFFIX, folder, number,
                 name))
        return false;
    if (access(path, F_OK) == 0)
        return true;
    return file_write_new(beside, bytes, OUT_MODE, err) && file_rename(beside, path, err);
}

bool ferry_put(struct ferry *ferry, const struct config_party *party, uint64_t *number,
               const char *name, struct text bytes, struct error *err)
{
    struct ferry_lane *lane = ferry_lane_of(ferry, party->number);
    bool ok;

    if (lane == NULL)
        return fail(err, ERROR_CONFIG, "too many parties with folders since the start");
    pthread_mutex_lock(&lane->lock);
    ok = ferry_make_ready(ferry, lane, party, err);
    if (ok && *number == 0) {
        *number = lane->state.sent + 1;
        ok = put_new(lane, party->folder_out, *number, name, bytes, err);
    } else {
        ok = ok && put_again(party->folder_out, *number, name, bytes, err);
    }
    if (ok)
        lane->counts.out++;
    else
        lane->counts.failures++;
    pthread_mutex_unlock(&lane->lock);
    if (ok)
        log_info("ferry.out", "party=%s number=%" PRIu64 " bytes=%zu", party->id, *number,
                 bytes.size);
    return ok;
}

/* --- what the journal knows of numbers ------------------------------------------------------
 */

#define NOTE "FOLDER: file "

struct text ferry_note_text(struct arena *arena, uint64_t number)
{
    return text_of(arena_format(arena, NOTE "%" PRIu64, number));
}

struct number_search {
    uint32_t party;
    enum entry_kind kind;
    uint64_t number;
};

static bool look_for_number(void *self, const struct entry *entry)
{
    struct number_search *search = self;
    const struct tlv *tlv;
    struct text note;
    size_t at = 0;

    if (entry->kind != search->kind || entry->party != search->party)
        return true;
    tlv = entry_next_tlv(entry, TLV_TEXT, &at);
    if (tlv == NULL || !text_starts(tlv->bytes, NOTE))
        return true;
    note = (struct text){tlv->bytes.at + strlen(NOTE), tlv->bytes.size - strlen(NOTE)};
    return !text_to_u64(note, &search->number);
}

bool ferry_number_given(struct gate *gate, const uint8_t key[MESSAGE_KEY_SIZE], uint32_t party,
                        enum entry_kind kind, uint64_t *number, struct error *err)
{
    struct number_search search = {.party = party, .kind = kind};
    struct ledger_txn *txn = NULL;
    bool ok = ledger_begin_read(gate->ledger, &txn, err) &&
              ledger_each_of_message(txn, key, look_for_number, &search, err);

    ledger_abort(txn);
    *number = search.number;
    return ok;
}

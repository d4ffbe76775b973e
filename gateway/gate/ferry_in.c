/* ferry_in.c - taking files from a party's folder: each once, each answered, none lost.
 *
 *   read whole -> verified, committed, answered as a request would be (or acknowledged)
 *   -> the answer durable in the folder out -> its number durable -> the file removed
 *
 * Names are foreign and may hold anything: no log line and no name of ours repeats them. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "gate/ferry_internal.h"
#include "gate/mailbox.h"

enum {
    LOOK_MEMORY_MAX = 16 * 1024 * 1024,
    DIGEST_SHOWN = 16, /* bytes */
    WHY_SIZE = 512,
    SILENT_MS = 60 * 1000
};

enum fate {
    TAKEN, /* durable here, and answered */
    LATER, /* not decidable now: it stays, others may go on */
    STOP,  /* our own trouble: it stays, and so does what follows */
    BAD    /* it will never be a message */
};

struct incoming {
    struct ferry *ferry;
    struct ferry_lane *lane;
    const struct config_party *party;
    char path[FERRY_PATH_SIZE];
    uint64_t number; /* by its name; 0: none */
    bool whole;      /* the sender meant these bytes, so its number has come */
    struct exchange *exchange;
    struct error err; /* of anything but TAKEN */
};

/* Of trouble that comes again with each look, one line a minute. */
static void tell_trouble(struct ferry_lane *lane, const struct config_party *party,
                         const char *doing, const struct error *err)
{
    pthread_mutex_lock(&lane->lock);
    lane->counts.failures++;
    pthread_mutex_unlock(&lane->lock);
    if (clock_monotonic_ms() < lane->silent_ms)
        return;
    lane->silent_ms = clock_monotonic_ms() + SILENT_MS;
    log_warn("ferry.trouble", "party=%s doing=\"%s\" code=%s", party->id, doing,
             error_name(err->code));
}

/* --- what becomes of the bytes ------------------------------------------------------------ */

static enum fate ours_or_bad(const struct error *err)
{
    return error_http(err->code) == 503 ? STOP : BAD;
}

/* Bytes that were damaged on the way are answered by nobody: the sender sends them again. These
 * errors say that they were not. */
static bool meant_so(const struct exchange *exchange, const struct error *err)
{
    switch (err->code) {
    case ERROR_HEADER:
    case ERROR_UNKNOWN_FLOW:
    case ERROR_DENIED:
    case ERROR_SCHEMA:
        return true;
    case ERROR_MAPPING:
    case ERROR_VALUE:
    case ERROR_CODE_VALUE:
    case ERROR_LENGTH:
        return exchange->party->kind == PARTY_CORE;
    default:
        return false;
    }
}

/* "019c….receipt.xml"; what has no id of a province's is named by the digest of its bytes. */
static void name_answer(const struct exchange *exchange, bool readable, const char *type,
                        char name[FERRY_NAME_SIZE])
{
    const char *extension = strstr(type, "xml") != NULL ? "xml" : "txt";
    char id[2 * DIGEST_SHOWN + 1];
    char uuid[UUID_TEXT_SIZE];

    hex_encode(exchange->digest.bytes, DIGEST_SHOWN, id);
    uuid_format(&exchange->work->message.message_id, uuid);
    if (exchange->party->kind == PARTY_CORE)
        snprintf(name, FERRY_NAME_SIZE, "%s.answer.%s", id, extension);
    else
        snprintf(name, FERRY_NAME_SIZE, "%s.receipt.%s", readable ? uuid : id, extension);
}

static void answer_unreadable(struct incoming *in)
{
    char name[FERRY_NAME_SIZE];
    struct error err = ERROR_INIT;
    uint64_t number = 0;
    struct text body;
    const char *type;
    bool ok;

    ok = exchange_write_unreadable(in->exchange, &in->err, &body, &type, &err);
    if (ok) {
        name_answer(in->exchange, false, type, name);
        ok = ferry_put(in->ferry, in->party, &number, name, body, &err);
    }
    if (!ok)
        tell_trouble(in->lane, in->party, "answering what cannot be read", &err);
}

/* The same answer goes out under the same number, so that a lost one fills its gap. */
static bool put_answer(struct incoming *in, struct error *err)
{
    struct exchange *exchange = in->exchange;
    struct gate *gate = exchange->gate;
    char name[FERRY_NAME_SIZE];
    uint64_t number = 0;
    struct text body;
    const char *type;
    bool fresh;

    if (!exchange_write_answer(exchange, &body, &type, &fresh, err) ||
        (!fresh && !ferry_number_given(gate, exchange->work->key, in->party->number,
                                       ENTRY_REPLY, &number, err)))
        return false;
    name_answer(exchange, true, type, name);
    if (!ferry_put(in->ferry, in->party, &number, name, body, err))
        return false;
    if (fresh)
        receive_journal_reply(exchange, body, number);
    return true;
}

static enum fate take_message(struct incoming *in)
{
    struct exchange *exchange = in->exchange;

    if (!gate_wait(exchange->gate, exchange->work, &in->err))
        return STOP;
    if (exchange->work->result.later) {
        fail(&in->err, ERROR_BUSY, "no such case yet");
        return LATER;
    }
    receive_count_verdict(exchange);
    return put_answer(in, &in->err) ? TAKEN : STOP;
}

static enum fate take_acknowledgement(struct incoming *in)
{
    struct exchange *exchange = in->exchange;
    bool ended;

    if (!mailbox_judge(exchange, &ended, &in->err))
        return ours_or_bad(&in->err);
    if (ended)
        return TAKEN;
    if (!gate_wait(exchange->gate, exchange->work, &in->err))
        return STOP;
    mailbox_log(exchange);
    return TAKEN;
}

static enum fate read_file(struct incoming *in)
{
    struct exchange *exchange = in->exchange;

    if (file_read_plain(exchange->work->arena, in->path, in->party->message_max,
                        &exchange->bytes, &in->err))
        return TAKEN;
    if (in->err.code == ERROR_NOT_FOUND || in->err.code == ERROR_DENIED)
        return LATER; /* taken away again; or somebody must give us the right */
    return ours_or_bad(&in->err);
}

static enum fate take_bytes(struct incoming *in)
{
    struct exchange *exchange = in->exchange;
    enum fate fate = read_file(in);

    if (fate != TAKEN)
        return fate;
    if (!exchange_read(exchange, &in->err)) {
        in->whole = meant_so(exchange, &in->err);
        if (ours_or_bad(&in->err) == BAD)
            atomic_fetch_add(&exchange->gate->counts.unreadable, 1);
        return ours_or_bad(&in->err);
    }
    in->whole = true;
    if (exchange->acknowledges)
        return take_acknowledgement(in);
    atomic_fetch_add(&exchange->gate->counts.received, 1);
    return take_message(in);
}

/* --- what becomes of the file ------------------------------------------------------------- */

static void tell_arrival(struct incoming *in, enum ferry_arrival arrival)
{
    struct ferry_lane *lane = in->lane;

    if (arrival == FERRY_AGAIN)
        lane->counts.again++;
    if (arrival == FERRY_GAP) {
        const struct ferry_gap *gap = &lane->state.gaps[lane->state.gap_count - 1];
        lane->counts.gaps++;
        log_warn("ferry.gap", "party=%s from=%" PRIu64 " to=%" PRIu64 " missing=%" PRIu64,
                 in->party->id, gap->from, gap->to, ferry_missing(&lane->state));
    }
    if (arrival == FERRY_FILLED)
        log_info("ferry.gap_filled", "party=%s number=%" PRIu64 " missing=%" PRIu64,
                 in->party->id, in->number, ferry_missing(&lane->state));
}

static bool note_number(struct incoming *in, struct error *err)
{
    struct ferry_lane *lane = in->lane;
    enum ferry_arrival arrival;
    bool ok = true;

    if (in->number == 0 || !in->whole)
        return true;
    pthread_mutex_lock(&lane->lock);
    arrival = ferry_note(&lane->state, in->number, clock_now());
    if (arrival != FERRY_AGAIN)
        ok = ferry_state_save(lane->state_path, &lane->state, err);
    /* Not durable: with the number in memory alone the next look would take it for known. */
    lane->ready = lane->ready && ok;
    tell_arrival(in, arrival);
    pthread_mutex_unlock(&lane->lock);
    return ok;
}

/* Code and digest, no personal data. */
static struct text write_why(const struct incoming *in, const char *digest, char why[WHY_SIZE])
{
    int size = snprintf(
        why, WHY_SIZE, "code=%s\nnumber=%" PRIu64 "\ndigest=%s\nbytes=%zu\nat=%" PRId64 "\n",
        error_name(in->err.code), in->number, digest, in->exchange->bytes.size, clock_now().ms);

    return (struct text){why, (size_t)size};
}

/* Makes the place in `bad` and says there why. Under a name of ours, so that equal bytes lie
 * there once; *to NULL: the folder is full, and the file only goes. It was never anybody's
 * message. */
static bool prepare_aside(struct incoming *in, const char **to, struct error *err)
{
    struct exchange *exchange = in->exchange;
    struct arena *arena = exchange->work->arena;
    char digest[2 * 32 + 1] = "-";
    char id[2 * DIGEST_SHOWN + 1];
    char why[WHY_SIZE];
    const char *bad = arena_format(arena, "%s/bad", in->party->folder_in);
    const char *why_path;
    const char **names;
    size_t count;

    *to = NULL;
    snprintf(id, sizeof(id), "unread-%" PRId64, clock_now().ms);
    if (exchange->digest_known) {
        hex_encode(exchange->digest.bytes, 32, digest);
        hex_encode(exchange->digest.bytes, DIGEST_SHOWN, id);
    }
    log_warn("ferry.bad", "party=%s number=%" PRIu64 " code=%s digest=%s bytes=%zu",
             in->party->id, in->number, error_name(in->err.code), digest, exchange->bytes.size);
    if (bad == NULL)
        return fail(err, ERROR_MEMORY, "no memory to set a file aside");
    if (mkdir(bad, 0770) != 0 && errno != EEXIST)
        return fail(err, ERROR_SYSTEM, "%s: cannot be created: %s", bad, strerror(errno));
    if (!file_list(arena, bad, 2 * FERRY_BAD_MAX, &names, &count, err))
        return false;
    if (count == 2 * FERRY_BAD_MAX)
        return true;
    *to = arena_format(arena, "%s/%010" PRIu64 "-%s", bad, in->number, id);
    why_path = *to != NULL ? arena_format(arena, "%s.why", *to) : NULL;
    if (why_path == NULL)
        return fail(err, ERROR_MEMORY, "no memory to set a file aside");
    return file_write_atomic(why_path, write_why(in, digest, why), 0660, err);
}

/* Answered only once there is a place for it: what stays is looked at again and again, and
 * each answer to bytes without an id takes a new number. */
static bool settle_bad(struct incoming *in, struct error *err)
{
    const char *to;

    if (!prepare_aside(in, &to, err))
        return false;
    if (in->whole && !in->exchange->acknowledges)
        answer_unreadable(in);
    return note_number(in, err) &&
           (to != NULL ? file_rename(in->path, to, err) : file_remove(in->path, err));
}

static bool settle_taken(struct incoming *in, struct error *err)
{
    return note_number(in, err) && file_remove(in->path, err);
}

static bool settle(struct incoming *in, enum fate fate, struct error *err)
{
    if (fate == BAD ? !settle_bad(in, err) : !settle_taken(in, err))
        return false;
    pthread_mutex_lock(&in->lane->lock);
    if (fate == BAD)
        in->lane->counts.bad++;
    else
        in->lane->counts.in++;
    pthread_mutex_unlock(&in->lane->lock);
    log_debug("walk.ferry_in", "party=%s number=%" PRIu64, in->party->id, in->number);
    return true;
}

/* false: look again later, at this and what follows. */
static bool take_file(struct ferry *ferry, struct ferry_lane *lane, struct config *config,
                      const struct config_party *party, const char *name)
{
    struct work *work = gate_work_new(EXCHANGE_MEMORY_MAX);
    struct exchange *exchange = work != NULL ? arena_alloc(work->arena, sizeof(*exchange))
                                             : NULL;
    struct incoming *in = work != NULL ? arena_alloc(work->arena, sizeof(*in)) : NULL;
    struct error err = ERROR_INIT;
    bool goes_on = false;
    enum fate fate;

    if (exchange == NULL || in == NULL) {
        gate_work_free(work);
        return false;
    }
    *exchange = (struct exchange){.gate = ferry->gate,
                                  .config = config,
                                  .party = party,
                                  .work = work,
                                  .takes_receipts = true};
    *in = (struct incoming){.ferry = ferry,
                            .lane = lane,
                            .party = party,
                            .number = ferry_number_of_name(name),
                            .exchange = exchange};
    if (snprintf(in->path, sizeof(in->path), "%s/%s", party->folder_in, name) <
        (int)sizeof(in->path)) {
        fate = take_bytes(in);
        if (fate == LATER || fate == STOP) {
            tell_trouble(lane, party, "taking a file", &in->err);
            goes_on = fate == LATER;
        } else {
            goes_on = settle(in, fate, &err);
            if (!goes_on)
                tell_trouble(lane, party, "putting a file away", &err);
        }
    }
    gate_work_free(work);
    return goes_on;
}

/* --- one look ----------------------------------------------------------------------------- */

static bool is_ours_to_take(const char *folder, const char *name)
{
    char path[FERRY_PATH_SIZE];
    size_t size = strlen(name);
    struct stat facts;

    if (name[0] == '.' || (size >= 4 && strcmp(name + size - 4, ".tmp") == 0))
        return false;
    /* Folders, ours among them, stay where they are. */
    return snprintf(path, sizeof(path), "%s/%s", folder, name) < (int)sizeof(path) &&
           lstat(path, &facts) == 0 && !S_ISDIR(facts.st_mode);
}

static bool begin_look(struct ferry *ferry, struct ferry_lane *lane,
                       const struct config_party *party, int64_t lifetime_ms, struct error *err)
{
    bool ok;

    pthread_mutex_lock(&lane->lock);
    ok = ferry_make_ready(ferry, lane, party, err);
    ferry_give_up(&lane->state, instant_add_ms(clock_now(), -lifetime_ms));
    pthread_mutex_unlock(&lane->lock);
    return ok;
}

void ferry_look(struct ferry *ferry, struct ferry_lane *lane, struct config *config,
                const struct config_party *party)
{
    struct arena *arena = arena_new(LOOK_MEMORY_MAX);
    struct error err = ERROR_INIT;
    const char **names;
    size_t count = 0;

    if (arena == NULL)
        return;
    if (!begin_look(ferry, lane, party, config->lifetime_ms, &err) ||
        !file_list(arena, party->folder_in, FERRY_LIST_MAX, &names, &count, &err))
        tell_trouble(lane, party, "looking into the folders", &err);
    for (size_t i = 0; i < count && !ferry_ends(ferry); i++) {
        if (is_ours_to_take(party->folder_in, names[i]) &&
            !take_file(ferry, lane, config, party, names[i]))
            break;
    }
    arena_free(arena);
}

/*
 * crash_states.c - does the ledger keep what it acknowledged, wherever the machine stops?
 *
 *   crash_states tell FOLDER ENTRIES      tells a story into a ledger; last line "acknowledged
 * N" crash_states replay LOG FOLDER COUNT [lying] From the writes and flushes that fault.c
 * recorded: COUNT moments at which the machine could have stopped. Everything before the last
 * flush is on the disk; of each 512-byte sector written behind it nobody knows. Each state is
 * opened in a child: the acknowledged entries are there, as they were written, and nothing that
 * was never written; verify and rebuild find nothing. "lying": the disk lied about every flush,
 * so most states must be found bad, which shows that the checker sees something. crash_states
 * faults FAULT.SO FOLDER ENTRIES Fails the first, second, third … write or flush with EIO, then
 * with ENOSPC, until a run passes without meeting the fault. After each: the same checks, and
 * the story goes on.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "fault.h"
#include "ledger_findings.h"

enum {
    BATCH_MAX = 4,
    IMAGE_MAX = 64 << 20,
    ENTRIES_MAX = 4096,
    SECTOR = 512,
    EXIT_STOPPED = 3, /* the disk failed and the program stopped, as it should */
};

/* Why a state is bad; exit status of the child that looked. */
enum badness {
    GOOD = 0,
    BAD_STORE = 10,
    BAD_LEDGER,
    BAD_LOST,
    BAD_INVENTED,
    BAD_OTHER_BYTES,
    BAD_NOT_SOUND,
    BAD_DIED,
    BADNESSES
};

static const char *const badness_names[] = {
    [BAD_STORE] = "the store does not open",
    [BAD_LEDGER] = "the ledger does not open",
    [BAD_LOST] = "an acknowledged entry is lost",
    [BAD_INVENTED] = "an entry that nobody wrote",
    [BAD_OTHER_BYTES] = "an entry with other bytes",
    [BAD_NOT_SOUND] = "verify or rebuild finds something",
    [BAD_DIED] = "the process that opened it died",
};

/* --- telling --------------------------------------------------------------------------------
 */

static void acknowledge(uint64_t size)
{
    void (*say)(uint64_t) = NULL;
    void *found = dlsym(RTLD_DEFAULT, "fault_acknowledge");
    memcpy(&say, &found, sizeof say);
    if (say)
        say(size);
}

static bool fired(void)
{
    bool (*ask)(void) = NULL;
    void *found = dlsym(RTLD_DEFAULT, "fault_fired");
    memcpy(&ask, &found, sizeof ask);
    return ask && ask();
}

/* One transaction of 1 to BATCH_MAX entries. */
static bool tell_batch(struct story *story)
{
    uint64_t count = ledger_size(story->ledger) * 7 % BATCH_MAX + 1;
    if (!ledger_begin(story->ledger, &story->txn, &story->err))
        return false;
    for (uint64_t i = 0; i < count; i++) {
        if (!story_next(story)) {
            ledger_abort(story->txn);
            story->txn = NULL;
            return false;
        }
    }
    return ledger_commit(&story->txn, &story->err);
}

/* After a full disk the same process tries again; any other failure ends it
 * (docs/foundations.md). */
static int tell(const char *folder, uint64_t entries)
{
    struct story story = {.store = NULL};
    uint64_t acknowledged = 0;
    int status = EXIT_STOPPED;
    int full = 0;
    if (!story_open_store(&story, folder) || !story_open_ledger(&story, DIGEST_SHA256))
        goto out;
    acknowledged = ledger_size(story.ledger);
    acknowledge(acknowledged);
    while (ledger_size(story.ledger) < entries) {
        uint64_t before = ledger_size(story.ledger);
        if (tell_batch(&story)) {
            acknowledged = ledger_size(story.ledger);
            acknowledge(acknowledged);
            continue;
        }
        if (ledger_size(story.ledger) != before) {
            fprintf(stderr, "a failed commit moved the head\n");
            status = 1;
            goto out;
        }
        if (story.err.code != ERROR_DISK_FULL || ++full > 3)
            goto out;
        story.err = (struct error)ERROR_INIT;
    }
    status = 0;
out:
    if (status == EXIT_STOPPED)
        fprintf(stderr, "stopped: %s: %s\n", error_name(story.err.code), story.err.text);
    if (status == EXIT_STOPPED && story.err.code != ERROR_SYSTEM &&
        story.err.code != ERROR_STORE && story.err.code != ERROR_DISK_FULL)
        status = 1;
    story_close(&story);
    printf("fired %d\nacknowledged %llu\n", fired(), (unsigned long long)acknowledged);
    return status;
}

/* --- looking at a state ---------------------------------------------------------------------
 */

struct reference {
    size_t count;
    uint8_t leaf[ENTRIES_MAX][32];
};

static bool take_leaf(void *self, const struct entry *entry)
{
    struct reference *reference = self;
    CHECK(reference->count < ENTRIES_MAX);
    memcpy(reference->leaf[reference->count++], entry->leaf, 32);
    return true;
}

static void read_leaves(struct story *story, struct reference *reference)
{
    struct ledger_txn *txn = NULL;
    story_check(story, ledger_begin_read(story->ledger, &txn, &story->err));
    story_check(story, ledger_each_entry(txn, 1, take_leaf, reference, &story->err));
    ledger_abort(txn);
}

static int look(const char *folder, uint64_t acknowledged, uint64_t newest,
                const struct reference *reference)
{
    struct story story = {.store = NULL};
    struct reference *found = calloc(1, sizeof *found);
    struct story_findings findings;
    bool exists = false;
    CHECK(found != NULL);
    if (!story_open_store(&story, folder))
        return BAD_STORE;
    if (!ledger_exists(story.store, &exists, &story.err))
        return BAD_LEDGER;
    if (!exists && acknowledged == 0) /* stopped before the first entry */
        return GOOD;
    if (!exists || !ledger_open(story.store, false, &story.ledger, &story.err))
        return BAD_LEDGER;
    uint64_t size = ledger_size(story.ledger);
    if (size < acknowledged)
        return BAD_LOST;
    if (size > newest)
        return BAD_INVENTED;
    if (!story_is_sound(&story, &findings))
        return BAD_NOT_SOUND;
    read_leaves(&story, found);
    for (size_t i = 0; reference && i < found->count; i++) {
        if (i >= reference->count || memcmp(found->leaf[i], reference->leaf[i], 32) != 0)
            return BAD_OTHER_BYTES;
    }
    story_close(&story);
    free(found);
    return GOOD;
}

/* In a child: LMDB does not survive a fork, and a bad state may kill whoever opens it. */
static enum badness look_in_child(const char *folder, uint64_t acknowledged, uint64_t newest,
                                  const struct reference *reference, bool quiet)
{
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        if (quiet && !freopen("/dev/null", "w", stderr)) /* LMDB tells at length how it dies */
            _exit(127);
        _exit(look(folder, acknowledged, newest, reference));
    }
    CHECK(waitpid(child, &status, 0) == child);
    if (!WIFEXITED(status))
        return BAD_DIED;
    int exit_status = WEXITSTATUS(status);
    return exit_status == GOOD || (exit_status >= BAD_STORE && exit_status < BADNESSES)
               ? (enum badness)exit_status
               : BAD_DIED;
}

/* --- replay ---------------------------------------------------------------------------------
 */

struct image {
    unsigned char *bytes;
    size_t size;
};

struct replay {
    const unsigned char *log;
    const struct fault_record **records;
    size_t count;
    size_t first;       /* behind the first acknowledgement: the ledger exists */
    struct image disk;  /* what is durable, up to `done` */
    struct image state; /* one crash state */
    size_t done;
    uint64_t acknowledged; /* up to `done` */
    bool lying;
};

static uint64_t next_random(void)
{
    static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static const unsigned char *bytes_of(const struct fault_record *record)
{
    return (const unsigned char *)(record + 1);
}

static bool is_write(const struct fault_record *record)
{
    return record->kind == FAULT_WRITE || record->kind == FAULT_DURABLE_WRITE;
}

static void write_part(struct image *image, const struct fault_record *record, uint64_t from,
                       uint64_t size)
{
    uint64_t end = record->offset + from + size;
    CHECK(end <= IMAGE_MAX);
    memcpy(image->bytes + record->offset + from, bytes_of(record) + from, size);
    if (end > image->size)
        image->size = end;
}

/* Nothing, half or most of the sectors reach the disk. */
static void write_torn(struct image *image, const struct fault_record *record, unsigned mode)
{
    for (uint64_t from = 0; from < record->size;) {
        uint64_t size = SECTOR - (record->offset + from) % SECTOR;
        uint64_t dice = next_random();
        if (size > record->size - from)
            size = record->size - from;
        if ((mode == 1 && dice % 2 == 0) || (mode == 2 && dice % 8 != 0))
            write_part(image, record, from, size);
        from += size;
    }
}

static void load(struct replay *replay, const char *path)
{
    struct stat found;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    CHECK(file >= 0 && fstat(file, &found) == 0 && found.st_size > 0);
    size_t size = (size_t)found.st_size;
    replay->log = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
    CHECK(replay->log != MAP_FAILED);
    close(file);
    replay->records = calloc(size / sizeof(struct fault_record) + 1, sizeof *replay->records);
    CHECK(replay->records != NULL);
    for (size_t at = 0; at < size;) {
        struct fault_record *record = malloc(sizeof *record);
        CHECK(record != NULL && at + sizeof *record <= size);
        memcpy(record, replay->log + at, sizeof *record);
        CHECK(record->size <= size - at - sizeof *record);
        /* Aligned copies: records follow each other without padding. */
        record = realloc(record, sizeof *record + record->size);
        CHECK(record != NULL);
        memcpy(record + 1, replay->log + at + sizeof *record, record->size);
        at += sizeof *record + record->size;
        replay->records[replay->count++] = record;
        if (record->kind == FAULT_ACKNOWLEDGED && replay->first == 0)
            replay->first = replay->count;
    }
    CHECK(replay->first > 0 && replay->first < replay->count);
    replay->disk.bytes = calloc(1, IMAGE_MAX);
    replay->state.bytes = calloc(1, IMAGE_MAX);
    CHECK(replay->disk.bytes != NULL && replay->state.bytes != NULL);
}

/* Moves the durable image up to the last flush before `moment`. */
static void advance(struct replay *replay, size_t moment)
{
    size_t flushed = replay->done;
    size_t honest = replay->lying ? replay->first : moment;
    for (size_t i = replay->done; i < moment && i < honest; i++) {
        if (replay->records[i]->kind == FAULT_FLUSH)
            flushed = i + 1;
    }
    for (; replay->done < flushed; replay->done++) {
        const struct fault_record *record = replay->records[replay->done];
        if (is_write(record))
            write_part(&replay->disk, record, 0, record->size);
        if (record->kind == FAULT_ACKNOWLEDGED)
            replay->acknowledged = record->offset;
    }
}

/* The machine stops while record `moment` is under way. */
static uint64_t make_state(struct replay *replay, size_t moment, unsigned mode)
{
    uint64_t acknowledged;
    advance(replay, moment);
    acknowledged = replay->acknowledged;
    memcpy(replay->state.bytes, replay->disk.bytes, replay->disk.size);
    replay->state.size = replay->disk.size;
    for (size_t i = replay->done; i <= moment; i++) {
        const struct fault_record *record = replay->records[i];
        bool durable = record->kind == FAULT_DURABLE_WRITE && !replay->lying;
        if (record->kind == FAULT_ACKNOWLEDGED && i < moment)
            acknowledged = record->offset;
        else if (durable && i < moment)
            write_part(&replay->state, record, 0, record->size);
        else if (is_write(record))
            write_torn(&replay->state, record, mode);
    }
    return acknowledged;
}

static void save(const struct image *image, const char *folder)
{
    char path[512];
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(file >= 0 && write(file, image->bytes, image->size) == (ssize_t)image->size);
    close(file);
}

/* The leaves that the recorded run really wrote: the image with everything in it. */
static void read_reference(struct replay *replay, const char *folder,
                           struct reference *reference)
{
    struct story story = {.store = NULL};
    for (size_t i = 0; i < replay->count; i++) {
        if (is_write(replay->records[i]))
            write_part(&replay->state, replay->records[i], 0, replay->records[i]->size);
    }
    save(&replay->state, folder);
    story_check(&story, story_open_store(&story, folder));
    story_check(&story, story_open_ledger(&story, DIGEST_SHA256));
    read_leaves(&story, reference);
    story_close(&story);
    memset(replay->state.bytes, 0, replay->state.size);
    replay->state.size = 0;
}

static int replay_states(const char *log, const char *folder, size_t count, bool lying)
{
    struct replay replay = {.lying = lying};
    struct reference *reference = calloc(1, sizeof *reference);
    size_t seen[BADNESSES] = {0};
    CHECK(reference != NULL);
    load(&replay, log);
    story_remove(folder);
    CHECK(mkdir(folder, 0700) == 0);
    read_reference(&replay, folder, reference);
    for (size_t i = 0; i < count; i++) {
        size_t moment = replay.first + i * (replay.count - replay.first) / count;
        uint64_t acknowledged = make_state(&replay, moment, (unsigned)(i % 3));
        story_remove(folder);
        CHECK(mkdir(folder, 0700) == 0);
        save(&replay.state, folder);
        enum badness bad = look_in_child(folder, acknowledged, acknowledged + BATCH_MAX,
                                         reference, lying);
        seen[bad]++;
        if (bad != GOOD && !lying)
            printf("state %zu, record %zu of %zu: %s\n", i, moment, replay.count,
                   badness_names[bad]);
    }
    story_remove(folder);
    size_t bad = count - seen[GOOD];
    if (lying) {
        bool teeth = bad * 2 > count;
        printf("%s - %zu of %zu states are bad when the disk lies about flushing\n",
               teeth ? "ok" : "FAIL", bad, count);
        return teeth ? 0 : 1;
    }
    printf("%s - %zu crash states of %zu writes and flushes, %zu bad\n",
           bad == 0 ? "ok" : "FAIL", count, replay.count - replay.first, bad);
    return bad == 0 ? 0 : 1;
}

/* --- faults ---------------------------------------------------------------------------------
 */

struct told {
    int status;
    bool fired;
    uint64_t acknowledged;
};

/* This program again, under fault.c. */
static struct told tell_with_fault(const char *library, const char *folder, const char *entries,
                                   unsigned long at, const char *with)
{
    struct told told = {.status = -1};
    char number[24];
    char line[256];
    int ends[2];
    snprintf(number, sizeof number, "%lu", at);
    CHECK(pipe(ends) == 0);
    fflush(NULL);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        if (!freopen("/dev/null", "w", stderr))
            _exit(127);
        setenv("LD_PRELOAD", library, 1);
        setenv("FAULT_FILE", "data.mdb", 1);
        setenv("FAULT_AT", number, 1);
        setenv("FAULT_ERROR", with, 1);
        execl("/proc/self/exe", "crash_states", "tell", folder, entries, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    FILE *output = fdopen(ends[0], "r");
    CHECK(output != NULL);
    while (fgets(line, sizeof line, output)) {
        unsigned long long size;
        if (sscanf(line, "acknowledged %llu", &size) == 1)
            told.acknowledged = size;
        if (strcmp(line, "fired 1\n") == 0)
            told.fired = true;
    }
    fclose(output);
    CHECK(waitpid(child, &told.status, 0) == child);
    told.status = WIFEXITED(told.status) ? WEXITSTATUS(told.status) : -1;
    return told;
}

static int fail_each(const char *library, const char *folder, const char *entries,
                     const char *with)
{
    uint64_t wanted = strtoull(entries, NULL, 10);
    size_t bad = 0;
    size_t stopped = 0;
    unsigned long at = 1;
    for (;; at++) {
        story_remove(folder);
        struct told told = tell_with_fault(library, folder, entries, at, with);
        bool right = told.status == 0 || (told.status == EXIT_STOPPED && told.fired);
        enum badness state = look_in_child(folder, told.acknowledged,
                                           told.acknowledged + BATCH_MAX, NULL, false);
        if (!right || state != GOOD) {
            printf("call %lu, %s: exit %d, %s\n", at, with, told.status,
                   state == GOOD ? "the ledger is good" : badness_names[state]);
            bad++;
        }
        stopped += told.status == EXIT_STOPPED ? 1 : 0;
        /* Restarted without the fault, the story goes on to its end. */
        struct told again = tell_with_fault(library, folder, entries, 0, with);
        state = look_in_child(folder, wanted, wanted + BATCH_MAX, NULL, false);
        if (again.status != 0 || state != GOOD) {
            printf("call %lu, %s, after a restart: exit %d, %s\n", at, with, again.status,
                   state == GOOD ? "the ledger is good" : badness_names[state]);
            bad++;
        }
        if (!told.fired)
            break;
    }
    story_remove(folder);
    bool ok = bad == 0 && at > 20 && stopped > 0;
    printf("%s - %s at each of %lu writes and flushes: %zu stops, %zu bad\n",
           ok ? "ok" : "FAIL", with, at - 1, stopped, bad);
    return ok ? 0 : 1;
}

int main(int count, char **words)
{
    if (count == 4 && strcmp(words[1], "tell") == 0)
        return tell(words[2], strtoull(words[3], NULL, 10));
    if (count >= 5 && strcmp(words[1], "replay") == 0)
        return replay_states(words[2], words[3], strtoul(words[4], NULL, 10),
                             count == 6 && strcmp(words[5], "lying") == 0);
    if (count == 5 && strcmp(words[1], "faults") == 0)
        return fail_each(words[2], words[3], words[4], "EIO") |
               fail_each(words[2], words[3], words[4], "ENOSPC");
    fprintf(stderr, "tell FOLDER ENTRIES | replay LOG FOLDER COUNT [lying] | "
                    "faults LIBRARY FOLDER ENTRIES\n");
    return 64;
}

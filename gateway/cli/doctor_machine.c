/* doctor_machine.c - how fast the disk is flushed, what the clock is worth, the process's
 * limits. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/doctor.h"
#include "gate/writer.h"

enum {
    FLUSHES = 100,
    FLUSH_BYTES = 4096,
    FLUSHES_PER_COMMIT = 2, /* docs/foundations.md, files and disks */
    SLOW_US = 50 * 1000,
    TOO_SLOW_US = 500 * 1000,
    AHEAD_MS = 2000,
    FILES_NEEDED = 4096
};

/* --- disk ------------------------------------------------------------------------------------
 */

static int64_t monotonic_us(void)
{
    struct timespec now;

    CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* A file without a name: whatever happens, nothing stays behind. */
static bool measure(const char *folder, int64_t times[FLUSHES], struct error *err)
{
    static const unsigned char bytes[FLUSH_BYTES] = {1};
    int file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    bool ok = file >= 0;

    for (size_t i = 0; ok && i < FLUSHES; i++) {
        int64_t begun = monotonic_us();

        ok = pwrite(file, bytes, sizeof(bytes), (off_t)(i * sizeof(bytes))) ==
                 (ssize_t)sizeof(bytes) &&
             fdatasync(file) == 0;
        times[i] = monotonic_us() - begun;
    }
    if (!ok)
        fail(err,
             errno == ENOENT                     ? ERROR_NOT_FOUND
             : errno == EACCES || errno == EPERM ? ERROR_DENIED
                                                 : ERROR_SYSTEM,
             "%s: %s", folder, strerror(errno));
    if (file >= 0)
        close(file);
    return ok;
}

static int by_size(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;

    return a < b ? -1 : a > b;
}

static void tell_times(struct doctor *doctor, const int64_t times[FLUSHES])
{
    int64_t median = times[FLUSHES / 2] > 0 ? times[FLUSHES / 2] : 1;
    int64_t worst = times[FLUSHES * 99 / 100];
    int64_t commits = INT64_C(1000000) / (FLUSHES_PER_COMMIT * median);
    enum doctor_level level = worst > TOO_SLOW_US ? DOCTOR_BAD
                              : worst > SLOW_US   ? DOCTOR_WARN
                                                  : DOCTOR_OK;

    doctor_say(doctor, level, _("another disk for the ledger, or find what else writes there"),
               _("flush %" PRId64 " us, median %" PRId64 ", 99 %% below %" PRId64), times[0],
               median, worst);
    doctor_say(doctor, DOCTOR_OK, "",
               _("about %" PRId64 " commits a second, of up to %d messages"), commits,
               WRITER_BATCH_MAX);
}

void doctor_disk(struct doctor *doctor)
{
    struct error err = ERROR_INIT;
    int64_t times[FLUSHES];

    doctor_area(doctor, "disk", _("Disk"));
    if (measure(doctor->cli->config->ledger_path, times, &err)) {
        qsort(times, FLUSHES, sizeof(times[0]), by_size);
        tell_times(doctor, times);
    } else if (err.code == ERROR_DENIED) {
        doctor_say(doctor, DOCTOR_WARN, _("run it as the gateway's user"),
                   _("flushing was not measured: no right to write there"));
    } else if (err.code == ERROR_NOT_FOUND) {
        doctor_say(doctor, DOCTOR_WARN, "systemctl start qiantong",
                   _("flushing was not measured: there is no ledger yet"));
    } else {
        doctor_say(doctor, DOCTOR_BAD, _("look at the disk, and at the kernel's log"), "%s",
                   err.text);
    }
}

/* --- clock -----------------------------------------------------------------------------------
 */

static void tell_service(struct doctor *doctor)
{
    struct timex state = {.modes = 0};
    int code = adjtimex(&state);

    if (code < 0)
        doctor_say(doctor, DOCTOR_WARN, "timedatectl", _("time service: not known: %s"),
                   strerror(errno));
    else if (code == TIME_ERROR || (state.status & STA_UNSYNC) != 0)
        doctor_say(doctor, DOCTOR_WARN, "timedatectl; chronyc tracking",
                   _("no time service keeps the system's clock right"));
    else
        doctor_say(doctor, DOCTOR_OK, "", _("a time service keeps it within %ld ms"),
                   state.maxerror / 1000);
}

void doctor_clock(struct doctor *doctor, struct instant last_entry)
{
    int64_t ahead = last_entry.ms - clock_now().ms;

    doctor_area(doctor, "clock", _("Clock"));
    if (ahead > AHEAD_MS)
        doctor_say(doctor, DOCTOR_BAD, "timedatectl; chronyc tracking",
                   _("%" PRId64 " seconds behind the last entry of the ledger"), ahead / 1000);
    else if (last_entry.ms != 0)
        doctor_say(doctor, DOCTOR_OK, "", _("not behind the ledger's last entry"));
    if (doctor->cli->config->clock_offset != NULL)
        doctor_say(doctor, DOCTOR_WARN,
                   _("only for tests: remove clockOffset from gateway.xml"),
                   _("moved by a file (clockOffset)"));
    tell_service(doctor);
}

/* --- limits ----------------------------------------------------------------------------------
 */

void doctor_limits(struct doctor *doctor)
{
    struct rlimit files = {0, 0};
    struct rlimit space = {0, 0};

    doctor_area(doctor, "limits", _("Limits"));
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < FILES_NEEDED)
        doctor_say(doctor, DOCTOR_WARN, "LimitNOFILE=65536",
                   _("%llu open files, as seen from this shell"),
                   (unsigned long long)files.rlim_cur);
    else
        doctor_say(doctor, DOCTOR_OK, "", _("enough open files, as seen from this shell"));
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
        doctor_say(doctor, DOCTOR_BAD, "ulimit -v unlimited",
                   _("address space is limited: the ledger's map may not fit"));
}

/* doctor_ledger.c - how full the ledger and its disk are, and when they will be full. */
#include <inttypes.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "cli/doctor.h"

enum {
    ENTRY_MEMORY = 256 * 1024,
    GROWTH_DAYS = 7,
    FAR_DAYS = 3650,
    FULL_WARN = 80,
    FULL_BAD = 90,
    FREE_WARN = 10,
    FREE_BAD = 5,
    SOON_DAYS = 60
};

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

struct forecast {
    uint64_t entries;
    uint64_t new_entries; /* in the last days */
    struct instant last;
    struct store_use use;
};

static bool entry_time(struct cli *cli, uint64_t seq, struct instant *at, struct error *err)
{
    struct arena *arena = arena_new(ENTRY_MEMORY);
    struct entry entry;
    bool found = false;
    bool ok = arena != NULL ? ledger_get_entry(cli->txn, seq, arena, &entry, &found, err)
                            : fail(err, ERROR_MEMORY, _("no memory"));

    if (ok && !found)
        ok = fail(err, ERROR_LEDGER, _("entry %" PRIu64 " is missing"), seq);
    if (ok)
        *at = entry.wall;
    arena_free(arena);
    return ok;
}

/* Entry times never go back, so the first one since `from` is found by halving. */
static bool first_since(struct cli *cli, uint64_t entries, struct instant from, uint64_t *first,
                        struct error *err)
{
    uint64_t low = 1;
    uint64_t high = entries + 1;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        struct instant at;

        if (!entry_time(cli, middle, &at, err))
            return false;
        if (instant_before(at, from))
            low = middle + 1;
        else
            high = middle;
    }
    *first = low;
    return true;
}

static bool look(struct cli *cli, struct forecast *forecast, struct error *err)
{
    uint64_t first;

    if (!cli_open_ledger(cli, err))
        return false;
    forecast->entries = ledger_size(cli->ledger);
    if (!entry_time(cli, forecast->entries, &forecast->last, err) ||
        !first_since(cli, forecast->entries, instant_add_ms(cli->now, -GROWTH_DAYS * DAY_MS),
                     &first, err))
        return false;
    forecast->new_entries = forecast->entries + 1 - first;
    cli_end_read(cli);
    return store_usage(cli->store, &forecast->use, err);
}

/* At the growth of the last days; INT64_MAX: it does not grow. */
static int64_t days_until(const struct forecast *forecast, uint64_t left)
{
    uint64_t entry_bytes = forecast->use.used_bytes / forecast->entries + 1;
    uint64_t daily = forecast->new_entries / GROWTH_DAYS * entry_bytes;

    return daily == 0 || left / daily > INT32_MAX ? INT64_MAX : (int64_t)(left / daily);
}

static void tell_days(struct doctor *doctor, int64_t days, const char *todo)
{
    if (days > FAR_DAYS) {
        doctor_say(doctor, DOCTOR_OK, "",
                   _("not full within ten years, as it grew in the last %d days"), GROWTH_DAYS);
        return;
    }
    doctor_say(doctor, days < SOON_DAYS ? DOCTOR_WARN : DOCTOR_OK, todo,
               _("full in about %" PRId64 " days, as it grew in the last %d"), days,
               GROWTH_DAYS);
}

static void tell_map(struct doctor *doctor, const struct forecast *forecast)
{
    const struct store_use *use = &forecast->use;
    uint64_t percent = use->used_bytes / (use->map_bytes / 100 + 1);
    enum doctor_level level = percent >= FULL_BAD    ? DOCTOR_BAD
                              : percent >= FULL_WARN ? DOCTOR_WARN
                                                     : DOCTOR_OK;
    const char *todo = _("raise ledger/mapBytes in gateway.xml and restart");

    doctor_area(doctor, "map", _("Map"));
    doctor_say(doctor, level, todo, _("%" PRIu64 " %% of the ledger's map is used"), percent);
    tell_days(doctor, days_until(forecast, use->map_bytes - use->used_bytes), todo);
}

static void tell_room(struct doctor *doctor, const struct forecast *forecast)
{
    const char *path = doctor->cli->config->ledger_path;
    struct statvfs disk;
    uint64_t percent;

    doctor_area(doctor, "room", _("Room"));
    if (statvfs(path, &disk) != 0 || disk.f_blocks < 100)
        return;
    percent = disk.f_bavail / (disk.f_blocks / 100);
    doctor_say(doctor,
               percent < FREE_BAD    ? DOCTOR_BAD
               : percent < FREE_WARN ? DOCTOR_WARN
                                     : DOCTOR_OK,
               _("make room where the ledger lies"), _("%" PRIu64 " %% of its disk is free"),
               percent);
    tell_days(doctor, days_until(forecast, (uint64_t)disk.f_bavail * disk.f_frsize),
              _("make room where the ledger lies"));
}

void doctor_ledger(struct doctor *doctor, struct instant *last_entry)
{
    struct forecast forecast = {.entries = 0};
    struct error err = ERROR_INIT;

    doctor_area(doctor, "ledger", _("Ledger"));
    if (!look(doctor->cli, &forecast, &err)) {
        cli_close_ledger(doctor->cli);
        if (err.code == ERROR_NOT_FOUND)
            doctor_say(doctor, DOCTOR_WARN, "systemctl start qiantong",
                       _("there is none yet: the first start makes it"));
        else
            doctor_say(doctor, DOCTOR_BAD,
                       err.code == ERROR_LEDGER ? "qiantong ledger verify"
                                                : _("run it as a member of the ledger's group"),
                       "%s", err.text);
        return;
    }
    *last_entry = forecast.last;
    doctor_say(doctor, DOCTOR_OK, "",
               _("%" PRIu64 " entries, %" PRIu64 " of them in the last %d days"),
               forecast.entries, forecast.new_entries, GROWTH_DAYS);
    tell_map(doctor, &forecast);
    tell_room(doctor, &forecast);
}

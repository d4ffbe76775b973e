/* config_alarm.c - the group `alarm` of gateway.xml. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate/config_read.h"

enum {
    MINUTES_MAX = 7 * 24 * 60,
    SECONDS_MAX = 3600,
    COMMAND_SECONDS_MAX = 60,
    DUE_DAYS_MOST = 60
};

static bool seconds(const struct config_file *file, const char *element, uint64_t least,
                    uint64_t most, uint64_t otherwise, unsigned *out, struct error *err)
{
    uint64_t value;

    if (!config_number(file, element, least, most, otherwise, &value, err))
        return false;
    *out = (unsigned)value;
    return true;
}

/* "5 2 0": numbers of working days, each smaller than the one before. */
static bool read_due_days(const struct config_file *file, struct config_alarm *alarm,
                          struct error *err)
{
    const char *list = NULL;
    struct text rest;

    if (!config_text_if(file, "alarm/dueDays", &list, err))
        return false;
    rest = text_of(list != NULL ? list : "5 2 0");
    while (rest.size > 0) {
        struct text word = text_cut(&rest, ' ');
        uint64_t days;

        if (alarm->due_day_count == CONFIG_DUE_DAYS_MAX || !text_to_u64(word, &days) ||
            days > DUE_DAYS_MOST ||
            (alarm->due_day_count > 0 && days >= alarm->due_days[alarm->due_day_count - 1]))
            return config_wrong(
                file, "alarm/dueDays", err,
                "up to %d numbers from %d to 0, each smaller than the one before",
                CONFIG_DUE_DAYS_MAX, DUE_DAYS_MOST);
        alarm->due_days[alarm->due_day_count++] = (unsigned)days;
    }
    return true;
}

static bool read_command(const struct config_file *file, struct config_alarm *alarm,
                         enum config_depth depth, struct error *err)
{
    if (record_find(file->root, "alarm/command") == NULL)
        return true;
    if (!config_path(file, "alarm/command", &alarm->command, err))
        return false;
    return depth == CONFIG_SHALLOW || access(alarm->command, X_OK) == 0 ||
           config_wrong(file, "alarm/command", err, "%s cannot be executed", alarm->command);
}

bool config_read_alarm(struct config_parts *parts, const struct config_file *file,
                       struct error *err)
{
    struct config_alarm *alarm = &parts->config.alarm;

    return seconds(file, "alarm/everySeconds", 1, SECONDS_MAX, 5, &alarm->every_s, err) &&
           read_command(file, alarm, parts->depth, err) &&
           seconds(file, "alarm/commandSeconds", 1, COMMAND_SECONDS_MAX, 10, &alarm->command_s,
                   err) &&
           seconds(file, "alarm/repeatMinutes", 0, MINUTES_MAX, 60, &alarm->repeat_minutes,
                   err) &&
           seconds(file, "alarm/silentMinutes", 1, MINUTES_MAX, 60, &alarm->silent_minutes,
                   err) &&
           read_due_days(file, alarm, err);
}

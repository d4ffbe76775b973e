/*
 * alarm_view.h - the running gateway's alarms on a screen. Shared by alarms and status.
 */
#ifndef CLI_ALARM_VIEW_H
#define CLI_ALARM_VIEW_H

#include "cli/ask.h"
#include "gate/alarms.h"

enum { ALARM_TELL_SIZE = 128 };

/* One alarm of the gateway's answer. */
struct alarm_seen {
    enum alarm_code code; /* ALARM_CODES: of a newer gateway */
    const char *name;
    const char *party; /* "" none */
    const char *severity;
    int64_t step;
    int64_t number;
    struct instant since;
    bool acknowledged;
    bool silenced;
};

void alarm_read(const json_t *object, struct alarm_seen *seen);
enum paint alarm_paint(const struct alarm_seen *seen);
/* "3 letters", "61 minutes", "2 cases within 5 working days", "12 days". */
const char *alarm_amount(const struct alarm_seen *seen, char out[ALARM_TELL_SIZE]);
/* "letters are dead: 3 letters, hrss.440000" */
const char *alarm_tell(const struct alarm_seen *seen, char out[ALARM_TELL_SIZE]);
/* What to type, "" if not known. */
const char *alarm_todo(const struct alarm_seen *seen);

#endif

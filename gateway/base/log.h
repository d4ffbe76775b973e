/*
 * log.h - one JSON line per event on stderr.
 *
 * {"at":"...","level":"info","event":"deliver.retry","case":"...","attempt":"3"}: a stable
 * event name, then key=value pairs, so that one grep tells the story of a case. Each line is
 * one write(2), so that lines of several threads never mix. Values are codes, ids and counts;
 * names, identity numbers and texts of partners never (use personal_masked where one must).
 *
 *     log_info("deliver.retry", "case=%s attempt=%u", id, attempt);
 *
 * A value that holds a blank is put in double quotes: reason="disk full". A '"' inside is
 * doubled by the writer of the format, which in practice means: do not.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/check.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

/* Lines below `level` are dropped. Set once at start; default info. */
void log_set_level(enum log_level level);
/* The program's name, put into each line as "program"; a literal. */
void log_set_program(const char *name);

void log_event(enum log_level level, const char *event, const char *format, ...)
    PRINTF_LIKE(3, 4);
#define log_debug(event, ...) log_event(LOG_LEVEL_DEBUG, event, __VA_ARGS__)
#define log_info(event, ...)  log_event(LOG_LEVEL_INFO, event, __VA_ARGS__)
#define log_warn(event, ...)  log_event(LOG_LEVEL_WARN, event, __VA_ARGS__)
#define log_error(event, ...) log_event(LOG_LEVEL_ERROR, event, __VA_ARGS__)

#endif

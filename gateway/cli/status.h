/*
 * status.h - the parts of `qiantong status`: collected by status.c, shown by status_text.c
 * (people) or status_json.c (programs); status_actions.c says what needs a person.
 */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include <jansson.h>

#include "cli/gather.h"

enum { STATUS_LINE_SIZE = 256, STATUS_LINES_MAX = 64, STATUS_SCREEN_LINES = 24 };

/* Something to be done, or (`detail`) what it is about. */
struct status_line {
    bool detail;
    enum paint paint;
    char text[STATUS_LINE_SIZE];
};

struct status {
    struct cli *cli;
    struct gathered gathered;
    struct store_use use;
    uint64_t entries;
    bool test;
    json_t *gateway;  /* what the running gateway says; NULL: it does not answer */
    json_t *alarms;   /* its answer about alarms; NULL: none */
    size_t approvals; /* that wait for a second person */
    struct status_line lines[STATUS_LINES_MAX];
    size_t line_count;
};

unsigned status_map_percent(const struct store_use *use);

/* Fills status->lines, most urgent first. */
void status_actions(struct status *status);
MUST_USE bool status_print_text(struct status *status, struct error *err);
MUST_USE bool status_print_json(struct status *status, struct error *err);

#endif

/*
 * stays.h - what `qiantong stays` lists: collected by stays.c, their times by stays_times.c.
 */
#ifndef CLI_STAYS_H
#define CLI_STAYS_H

#include "cli/cli.h"
#include "cli/stay_view.h"

/* One stay: what the listing shows of it, without the rest of the case. */
struct stay_line {
    struct uuid case_id;
    char trace[TRACE_SIZE];
    size_t institution_size; /* of the trace */
    char party[PARTY_ID_SIZE];
    uint32_t far_region;
    uint8_t insurance;
    uint16_t flow;
    uint8_t state;
    bool open;
    bool doubt;
    struct stay_amounts amounts;
    struct instant since;
    const struct flow_case *row; /* with --json; else NULL */
};

struct stay_list {
    struct cli *cli;
    struct stay_line **at; /* by institution, party, case */
    size_t count;
};

/* The times of the hops by institution and party. Inside the read transaction, which it ends.
 */
MUST_USE bool stays_times(struct stay_list *list, bool json, struct error *err);

#endif

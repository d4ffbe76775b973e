/*
 * doctor.h - `qiantong doctor`: one finding after another, each with what is wrong and what to
 * type. Works beside a running gateway and without one.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "cli/cli.h"

enum doctor_level { DOCTOR_OK, DOCTOR_WARN, DOCTOR_BAD, DOCTOR_LEVELS };

enum { DOCTOR_FINDINGS_MAX = 256, DOCTOR_TEXT_SIZE = 256 };

struct doctor_finding {
    enum doctor_level level;
    const char *area;  /* stable English: "disk" */
    const char *title; /* on the screen */
    char text[DOCTOR_TEXT_SIZE];
    const char *todo; /* what to type; "" nothing */
};

struct doctor {
    struct cli *cli;
    struct doctor_finding findings[DOCTOR_FINDINGS_MAX];
    size_t count;
    const char *area; /* of what is said next */
    const char *title;
    bool running; /* the gateway answers */
};

/* What is found next belongs to this area. */
void doctor_area(struct doctor *doctor, const char *area, const char *title);
void doctor_say(struct doctor *doctor, enum doctor_level level, const char *todo,
                const char *format, ...) PRINTF_LIKE(4, 5);

/* doctor_machine.c */
void doctor_disk(struct doctor *doctor);
void doctor_clock(struct doctor *doctor, struct instant last_entry);
void doctor_limits(struct doctor *doctor);
/* doctor_ledger.c: opens the ledger. *last_entry is the time of its newest entry. */
void doctor_ledger(struct doctor *doctor, struct instant *last_entry);
/* doctor_setup.c */
void doctor_configuration(struct doctor *doctor);
void doctor_files(struct doctor *doctor);
void doctor_certificates(struct doctor *doctor);
void doctor_calendar(struct doctor *doctor);
void doctor_gateway(struct doctor *doctor);
/* doctor_partners.c: a handshake with each party that may be called. */
void doctor_partners(struct doctor *doctor);

#endif

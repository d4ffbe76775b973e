/*
 * injury_cover.h - is an accident covered by the insurance of a construction project
 * (按项目参保)?
 *
 * It is if its time lies in one of the worker's roster intervals and in the project's cover.
 * Entry and exit count to the millisecond, the entry belongs to the interval, the exit does
 * not: one minute before the entry is outside. Cover runs from 00:00 of the first day to 24:00
 * of the last one: of the actual end, or of the registered one (extended, else planned) if that
 * comes first. What happens afterwards changes nothing: a project that has ended before
 * recognition or appraisal goes on covering what happened in its time.
 *
 * A worker who was put on the roster only after the accident is covered if that was done
 * within INJ-LATE hours (INJ-LATE-440000 for one province; 48). Pure; nothing is allocated.
 */
#ifndef CORE_INJURY_COVER_H
#define CORE_INJURY_COVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/identity.h"
#include "base/instant.h"
#include "base/money.h"
#include "core/record.h"
#include "core/rules.h"

enum { INJURY_PAUSES_MAX = 16, INJURY_INTERVALS_MAX = 64 };

enum injury_project_state {
    PROJECT_UNKNOWN, /* a word that is none of these */
    PROJECT_REGISTERED,
    PROJECT_PAID,
    PROJECT_ACTIVE,
    PROJECT_EXTENDED,
    PROJECT_SUSPENDED,
    PROJECT_COMPLETED,
    PROJECT_CLOSED,
    PROJECT_CANCELLED,
    PROJECT_STATES
};

/* From the word of a document ("active"), and back; "unknown" for no state. */
enum injury_project_state injury_project_state_of(struct text word);
const char *injury_project_state_name(enum injury_project_state state);
/* May a revision of a project in state `from` be in state `to`? A state may stay. */
bool injury_project_may_become(enum injury_project_state from, enum injury_project_state to);

struct injury_pause {
    struct day from;
    struct day to; /* none: still suspended */
};

struct injury_project {
    enum injury_project_state state;
    struct day paid_on; /* days that are absent are none */
    struct day starts_on;
    struct day planned_end;
    struct day extended_to;
    struct day ended_on;
    struct injury_pause pauses[INJURY_PAUSES_MAX];
    size_t pause_count;
    bool broken; /* something cannot be read, or there are too many pauses */
};

struct injury_interval {
    struct instant from; /* entry */
    struct instant to;   /* exit; none: still there */
    bool late;           /* added after the entry */
    struct instant added_at;
    uint32_t version;
    const struct record *row; /* of the document that it was read from */
};

struct injury_intervals {
    struct injury_interval list[INJURY_INTERVALS_MAX];
    size_t count;
    bool broken; /* a row cannot be read, or there are too many */
};

/* The project of a `project` document, or the group `project` of a cover_proof or cover_notice.
 */
void injury_project_read(const struct record *at, struct injury_project *project);
/* The rows `interval` of the group `intervals` of a cover_proof or cover_notice; NULL: none. */
void injury_intervals_read(const struct record *intervals, struct injury_intervals *list);
/* The rows of one worker in a `roster` document: of rows with the same entry the one of the
 * highest version counts; cancelled ones do not. A citizen number in its old form of 15 digits
 * or with a small x is the same person; other papers are compared as they are written. */
void injury_roster_find(const struct record *roster, struct text identity, struct day today,
                        struct injury_intervals *list);

/* Codes INJ-P00 … in this order (docs/rules.md). */
enum injury_finding {
    COVER_INSURED,          /* in time and in an interval */
    COVER_INSURED_LATE,     /* added to the roster after the accident, in time */
    COVER_NOT_ON_ROSTER,    /* no interval at all */
    COVER_BEFORE_ENTRY,     /* before the first entry */
    COVER_AFTER_EXIT,       /* after an exit, in no later interval */
    COVER_ADDED_TOO_LATE,   /* added after the accident, past the limit */
    COVER_BEFORE_START,     /* before the first day of cover */
    COVER_AFTER_END,        /* after the last day of cover */
    COVER_NOT_PAID,         /* the premium was not paid by that day */
    COVER_CANCELLED,        /* the insurance was cancelled */
    COVER_SUSPENDED,        /* work was suspended on that day */
    COVER_NOT_EXTENDED,     /* works went on past the registered end */
    COVER_DATA_CONTRADICTS, /* the data cannot be read, or contradicts itself */
    COVER_FINDINGS
};

enum injury_answer {
    COVER_NO,
    COVER_YES,
    COVER_UNDECIDED /* an officer decides */
};

struct injury_cover {
    enum injury_finding finding;
    enum injury_answer answer;
    size_t interval;  /* 1-based, the one that counted; 0: none */
    bool ended_since; /* covered, and the project has ended since: benefits continue */
};

/* `region` is the insured place (six digits), for its own limit; `now` the time of the
 * question, for ended_since alone. */
void injury_cover_decide(const struct injury_project *project,
                         const struct injury_intervals *intervals, struct instant accident,
                         struct instant now, uint32_t region, const struct rules *rules,
                         struct injury_cover *cover);
const char *injury_finding_code(enum injury_finding finding); /* "INJ-P00" */

/* Premium = base x rate, rounded half up to the fen. `rate` is a decimal "0.0006" of one to
 * eight decimals, below 1. false: the rate is not of this form, or the base is negative. */
MUST_USE bool injury_premium(struct money base, struct text rate, struct money *premium);

#endif

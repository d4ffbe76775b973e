/*
 * stay_checks.h - the money of direct settlement (直接结算): what must add up on charge lines,
 * on the request, on its answer and on a cancellation.
 *
 * Pure arithmetic in fen on one document and what the case holds. The identities are STL-A1 to
 * STL-A17, of work injury also INJ-S1 and INJ-S2 (docs/rules.md 18); which of them count for a
 * far party, and how it writes its sums, is its profile: rules, by region and day. A hard issue
 * on a request refuses it. On an answer it must not: the peer has booked what it says, so the
 * settlement is in doubt and is reversed. A soft one is a warning for an officer.
 *
 * Not switched by any profile, always hard: an amount that is missing or cannot be read
 * (STL-S01), and the form of lines (STL-L01 to STL-L05, INJ-L01).
 */
#ifndef CORE_STAY_CHECKS_H
#define CORE_STAY_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "core/flow.h"
#include "core/flow_types.h"
#include "core/record.h"
#include "core/rules.h"

enum {
    STAY_ISSUES_MAX = FLOW_WARNINGS_MAX,
    STAY_ROWS_NAMED = 8 /* of one check */
};

struct stay_issue {
    char code[CODE_SIZE];
    bool hard;
    uint16_t row; /* 1-based line or fund row, 0: none */
};

/* At most one issue per check and row, STAY_ROWS_NAMED per check. When full, hard issues push
 * out soft ones. Begins as {.count = 0}; checks add to it. */
struct stay_issues {
    struct stay_issue list[STAY_ISSUES_MAX];
    size_t count;
    bool hard; /* at least one hard issue, listed or not */
};

enum stay_identity {
    STAY_A1 = 1, /* total = who pays, all of them */
    STAY_A2,     /* what the person bears = account + cash */
    STAY_A3,     /* total = fund + person + hospital */
    STAY_A4,     /* fund = its kinds */
    STAY_A5,     /* fund = its rows */
    STAY_A6,     /* total = own + over the limit + first share + in scope */
    STAY_A7,     /* the same of each line */
    STAY_A8,     /* lines = settlement, each part */
    STAY_A9,     /* total asked = total answered */
    STAY_A10,    /* nothing negative; a cancellation is the settlement with the other sign */
    STAY_A11,    /* account: not used unasked; balances */
    STAY_A12,    /* fund within scope less deductible */
    STAY_A13,    /* fund row within its limit */
    STAY_A14,    /* no fund of another kind of insurance */
    STAY_A15,    /* line = quantity x price */
    STAY_A16,    /* settlement = trial */
    STAY_A17,    /* totals told = their rows */
    STAY_S1,     /* work injury: total = fund + person + employer + third party + hospital */
    STAY_S2,     /* work injury: the fund bears all that is in scope */
    STAY_IDENTITIES
};

enum stay_level { STAY_OFF, STAY_WARNING, STAY_HARD };

/* How a far party adds up, and what is made of it when it does not. */
struct stay_profile {
    bool account_in_fund;  /* STL-P-ACCOUNT: its fund total has the personal account in it */
    bool hospital_in_fund; /* STL-P-HOSPITAL: and what the hospital bears */
    bool family_apart; /* STL-P-FAMILY: the family's account is beside `account`, not in it */
    bool account_row;  /* STL-P-310200: the account has a fund row of its own */
    bool refund_positive; /* STL-P-SIGN: a cancellation repeats the amounts without a minus */
    uint8_t levels[STAY_IDENTITIES]; /* enum stay_level */
};

/* What holds for the far party's province on that day. An identity that the insurance does not
 * know is off. A value that a rule cannot have counts as none. false: no such insurance. */
MUST_USE bool stay_profile_read(const struct rules *rules, uint32_t region, unsigned insurance,
                                struct day day, struct stay_profile *profile);

/* The rows of a `lines` document, in its order; `digest` and what the ledger knows are left
 * zero. With a hard issue the document is to be refused, and the lines are not to be used.
 * Only memory can fail (ERROR_MEMORY). */
MUST_USE bool stay_lines_read(const struct record *document, unsigned insurance,
                              const struct stay_profile *profile, struct arena *arena,
                              struct flow_line **lines, size_t *count,
                              struct stay_issues *issues, struct error *err);

/* Who pays, from a group `amounts` (NULL: absent). false, *split untouched: an amount is
 * missing or cannot be read, or the sum of all leaves MONEY_MAX. */
MUST_USE bool stay_split_read(const struct record *amounts, const struct stay_profile *profile,
                              struct stay_split *split);

/* A presettle or settle against the lines in force (stay->sums). */
void stay_request_check(const struct record *settle, const struct stay *stay,
                        const struct stay_profile *profile, struct stay_issues *issues);
/* A presettled (`trial`) or settled whose verdict is ok, against the lines in force and, of the
 * same total, the trial that was made (stay->quote). */
void stay_answer_check(const struct record *settled, const struct stay *stay,
                       unsigned insurance, const struct stay_profile *profile, bool trial,
                       struct stay_issues *issues);
/* Of a settlement that was asked for without use of the account: none was used. */
void stay_account_check(const struct record *settled, const struct stay_profile *profile,
                        struct stay_issues *issues);
/* Number and sum of rows, where the other side tells them, are those of the rows here: of a
 * stay's lines in force. */
void stay_totals_check(const struct record *told, const struct stay *stay,
                       const struct stay_profile *profile, struct stay_issues *issues);
/* A cancelled whose verdict is ok, against the settlement that stood. Without amounts: a
 * warning, for the settlement is named by its number. */
void stay_cancel_check(const struct record *cancelled, const struct stay_split *settled,
                       const struct stay_profile *profile, struct stay_issues *issues);

/* What INSURED owes TREATING for a settlement: from the fund, and from personal accounts. */
struct money stay_owed_fund(const struct stay_split *split);
struct money stay_owed_account(const struct stay_split *split);

/* For the checks themselves. */
void stay_issue_add(struct stay_issues *issues, const char *code, bool hard, size_t row);
/* Notes that an identity does not hold, as the profile has it. */
void stay_identity_broken(const struct stay_profile *profile, enum stay_identity identity,
                          size_t row, struct stay_issues *issues);

#endif

/*
 * pension_place.h - in which province somebody will draw the pension (待遇领取地), and whether
 * a newcomer gets a temporary account (临时缴费账户).
 *
 * Source: 国办发〔2009〕66号 art. 5 and 6, as restated by 人社部规〔2016〕5号. In this order:
 *   1. the relation is in the province of the household register (户籍): there;
 *   2. ten years or more in the province where the relation is now: there;
 *   3. ten years or more in an earlier one: in the last such province, and the relation goes
 * back;
 *   4. else the relation and the funds are gathered in the province of the household register.
 * Months of a temporary account make no place; deemed months count; months of service in the
 * army count for the place of the first insurance after it. All places are provinces.
 *
 * Advice: the agency decides. Pure; needs no memory of its own. Rules (docs/rules.md 12):
 * PEN-PLACE-MONTHS, PEN-PLACE-SERVICE, PEN-PLACE-LATE, PEN-TEMP-START, PEN-TEMP-MAN,
 * PEN-TEMP-WOMAN.
 */
#ifndef CORE_PENSION_PLACE_H
#define CORE_PENSION_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/pension_periods.h"

enum place_branch {
    PLACE_NONE,      /* no answer: `input` says why */
    PLACE_HUKOU = 1, /* the relation is at home already */
    PLACE_CURRENT = 2,
    PLACE_EARLIER = 3,
    PLACE_GATHER = 4
};

/* Why, and what an officer should look at. */
enum place_reason {
    REASON_HUKOU,     /* branch 1 */
    REASON_CURRENT,   /* branch 2 */
    REASON_EARLIER,   /* branch 3 */
    REASON_GATHER,    /* branch 4 */
    REASON_TEMPORARY, /* months of a temporary account in this province do not count */
    REASON_LATE,      /* first insured here over the age limit, and the account is ordinary */
    REASON_AGE,       /* whether somebody was over it is not known: sex or birth is missing */
    REASON_SERVICE,   /* months of service count for this province */
    REASON_UNPLACED,  /* months of service belong to no province */
    REASON_OVERLAP,   /* months here that are also another province's: clear them first */
    REASONS
};

/* "PEN-PL-HUKOU" and its meaning; never NULL. */
const char *place_code(enum place_reason reason);
struct name place_text(enum place_reason reason);

enum { PLACE_REASONS_MAX = 64 };

struct place_question {
    const struct rules *rules;
    struct day today;
    const struct pension_period *periods; /* those of residents are passed over */
    size_t count;
    uint32_t household; /* 户籍: any place of the province */
    uint32_t current;   /* where the relation is; 0: where the last ordinary period is */
    struct month birth; /* none: not known */
    unsigned sex;       /* SEX_MALE, SEX_FEMALE; anything else: not known */
};

struct place {
    enum pension_input input; /* unless INPUT_GOOD there is no answer */
    size_t wrong;             /* the period that is wrong, from 1; 0: none by itself */
    enum place_branch branch;
    uint32_t province; /* 520000 */
    int32_t months;    /* that count for it */
    size_t reason_count;
    struct {
        enum place_reason reason;
        uint32_t province;        /* of which it speaks; 0: of none */
    } reasons[PLACE_REASONS_MAX]; /* the branch first; more than that are left out */
};

void place_advise(const struct place_question *question, struct place *place);

bool place_has(const struct place *place, enum place_reason reason);

enum account_kind {
    ACCOUNT_UNKNOWN, /* it hangs on the age, and sex or birth is missing or cannot be */
    ACCOUNT_ORDINARY,
    ACCOUNT_TEMPORARY
};

/* Which account somebody gets who is insured in `province` for the first time in `first` (66号
 * art. 5): temporary from 50 (man) or 40 (woman) on, in whole months, unless registered there,
 * moved officially, or insured there before 2010. */
enum account_kind place_account(const struct rules *rules, uint32_t household, uint32_t region,
                                struct month first, struct month birth, unsigned sex,
                                bool official_move);

#endif

/* stay_profile.c - which identities count for a far party, and how a broken one is noted. */
#include "core/stay_checks.h"

#include "core/flow_clock.h"

enum { MEDICAL = 1 << INSURANCE_MEDICAL, INJURY = 1 << INSURANCE_INJURY };

/* The rule that holds the level of an identity is its code. */
static const struct identity {
    const char *code;
    uint8_t level; /* without a rule */
    uint8_t insurances;
} identities[] = {
    [STAY_A1] = {"STL-A1", STAY_HARD, MEDICAL},
    [STAY_A2] = {"STL-A2", STAY_HARD, MEDICAL},
    [STAY_A3] = {"STL-A3", STAY_HARD, MEDICAL},
    [STAY_A4] = {"STL-A4", STAY_HARD, MEDICAL},
    [STAY_A5] = {"STL-A5", STAY_HARD, MEDICAL},
    [STAY_A6] = {"STL-A6", STAY_HARD, MEDICAL | INJURY},
    [STAY_A7] = {"STL-A7", STAY_HARD, MEDICAL | INJURY},
    [STAY_A8] = {"STL-A8", STAY_HARD, MEDICAL | INJURY},
    [STAY_A9] = {"STL-A9", STAY_HARD, MEDICAL | INJURY},
    [STAY_A10] = {"STL-A10", STAY_HARD, MEDICAL | INJURY},
    [STAY_A11] = {"STL-A11", STAY_HARD, MEDICAL},
    [STAY_A12] = {"STL-A12", STAY_WARNING, MEDICAL},
    [STAY_A13] = {"STL-A13", STAY_WARNING, MEDICAL},
    [STAY_A14] = {"STL-A14", STAY_WARNING, MEDICAL},
    [STAY_A15] = {"STL-A15", STAY_WARNING, MEDICAL | INJURY},
    [STAY_A16] = {"STL-A16", STAY_WARNING, MEDICAL | INJURY},
    [STAY_A17] = {"STL-A17", STAY_HARD, MEDICAL | INJURY},
    [STAY_S1] = {"INJ-S1", STAY_HARD, INJURY},
    [STAY_S2] = {"INJ-S2", STAY_WARNING, INJURY},
};
_Static_assert(COUNT_OF(identities) == STAY_IDENTITIES, "every identity has its rule");

struct source {
    const struct rules *rules;
    uint32_t region;
    struct day day;
};

static int64_t rule(const struct source *from, const char *id, int64_t max, int64_t otherwise)
{
    int64_t value = flow_rule(from->rules, id, from->region, from->day, otherwise);

    return value < 0 || value > max ? otherwise : value;
}

static bool is_on(const struct source *from, const char *id)
{
    return rule(from, id, 1, 0) == 1;
}

bool stay_profile_read(const struct rules *rules, uint32_t region, unsigned insurance,
                       struct day day, struct stay_profile *profile)
{
    struct source from = {rules, region, day};
    bool medical = insurance == INSURANCE_MEDICAL;
    bool proven = rule(&from, "STL-PROVEN", 1, 1) == 1;

    if (insurance == INSURANCE_NONE || insurance >= INSURANCES)
        return false;
    *profile = (struct stay_profile){
        .account_in_fund = medical && is_on(&from, "STL-P-ACCOUNT"),
        .hospital_in_fund = is_on(&from, "STL-P-HOSPITAL"),
        .family_apart = medical && is_on(&from, "STL-P-FAMILY"),
        .account_row = medical && is_on(&from, "STL-P-310200"),
        .refund_positive = is_on(&from, "STL-P-SIGN"),
    };
    for (size_t i = 1; i < STAY_IDENTITIES; i++) {
        const struct identity *identity = &identities[i];
        int64_t level = rule(&from, identity->code, STAY_HARD, identity->level);

        if ((identity->insurances >> insurance & 1) == 0)
            level = STAY_OFF;
        if (!proven && level == STAY_HARD)
            level = STAY_WARNING;
        profile->levels[i] = (uint8_t)level;
    }
    return true;
}

/* --- issues ------------------------------------------------------------------------ */

static bool noted(const struct stay_issues *issues, const char *code, size_t row, size_t *count)
{
    bool same = false;

    *count = 0;
    for (size_t i = 0; i < issues->count; i++) {
        if (!text_is(text_of(issues->list[i].code), code))
            continue;
        ++*count;
        same = same || issues->list[i].row == row;
    }
    return same;
}

/* Where the issue goes: at the end, or when the list is full, over the last soft one. */
static struct stay_issue *place_of(struct stay_issues *issues, bool hard)
{
    if (issues->count < STAY_ISSUES_MAX)
        return &issues->list[issues->count++];
    for (size_t i = issues->count; hard && i > 0; i--)
        if (!issues->list[i - 1].hard)
            return &issues->list[i - 1];
    return NULL;
}

void stay_issue_add(struct stay_issues *issues, const char *code, bool hard, size_t row)
{
    struct stay_issue *place;
    size_t count;

    issues->hard = issues->hard || hard;
    if (row > UINT16_MAX || noted(issues, code, row, &count) || count >= STAY_ROWS_NAMED)
        return;
    place = place_of(issues, hard);
    if (place == NULL)
        return;
    *place = (struct stay_issue){.hard = hard, .row = (uint16_t)row};
    CHECK(text_to_field(text_of(code), place->code, CODE_SIZE));
}

void stay_identity_broken(const struct stay_profile *profile, enum stay_identity identity,
                          size_t row, struct stay_issues *issues)
{
    if (profile->levels[identity] != STAY_OFF)
        stay_issue_add(issues, identities[identity].code,
                       profile->levels[identity] == STAY_HARD, row);
}

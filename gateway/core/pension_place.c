/* pension_place.c - months by province, then the four branches. */
#include "core/pension_place.h"

#include <string.h>

enum {
    PROVINCES = 100, /* by the first two digits */
    PLACES_OF_PROVINCE = 10000,
    MONTH_FIRST = PENSION_YEAR_MIN * 12,
    MONTHS_DEFAULT = 120, /* without a row in the rules */
    MONTHS_LIMIT = 1200,
    MAN_DEFAULT = 50 * 12,
    WOMAN_DEFAULT = 40 * 12,
    START_DEFAULT = 201001
};

static const struct {
    const char *code;
    struct name text;
} reasons[] = {
    {"PEN-PL-HUKOU",
     {"the relation is in the province of the household register", "关系在户籍所在地"}},
    {"PEN-PL-CURRENT", {"ten years or more where the relation is now", "关系所在地缴费满十年"}},
    {"PEN-PL-EARLIER",
     {"ten years or more in an earlier place; the relation goes back there",
      "关系所在地不满十年，转回上一个缴费满十年的原参保地"}},
    {"PEN-PL-GATHER",
     {"ten years nowhere; gathered in the province of the household register",
      "各地均不满十年，归集到户籍所在地"}},
    {"PEN-PL-TEMP",
     {"months of a temporary account do not make a place",
      "临时缴费账户的年限不作为确定待遇领取地的依据"}},
    {"PEN-PL-LATE",
     {"first insured here over the age limit, yet the account is ordinary: look into it",
      "在当地首次参保时已超龄，却建立一般账户，请核实"}},
    {"PEN-PL-AGE",
     {"sex or birth is missing; the age at the first insurance was not looked at",
      "性别或出生年月缺失，未核对首次参保年龄"}},
    {"PEN-PL-SERVICE",
     {"months of military service count for the first place after it",
      "军队服现役年限计入退役后首次参保地"}},
    {"PEN-PL-UNPLACED",
     {"months of military service count for no place", "军队服现役年限未计入任何地区"}},
    {"PEN-PL-OVERLAP",
     {"months here are also another province's; clear them first and ask again",
      "与他省有重复缴费，清理后应重新确定"}},
};
_Static_assert(COUNT_OF(reasons) == REASONS, "every reason has its code and texts");

/* What is known of one province. */
struct tally {
    int32_t months;    /* that make it a place */
    int32_t temporary; /* that do not */
    int32_t first;     /* months, by number; 0: none */
    int32_t last;      /* of an ordinary period */
    bool official_move;
    bool overlaps;
};

struct counting {
    const struct place_question *question;
    struct place *place;
    struct tally tallies[PROVINCES];
    uint8_t owners[PENSION_MONTHS]; /* the first province that has the month; 0: none */
    uint8_t seen[PENSION_MONTHS];   /* the last province that has it counted */
};

const char *place_code(enum place_reason reason)
{
    return (unsigned)reason < COUNT_OF(reasons) ? reasons[reason].code : "unknown";
}

struct name place_text(enum place_reason reason)
{
    static const struct name unknown = {"unknown", "未知"};

    return (unsigned)reason < COUNT_OF(reasons) ? reasons[reason].text : unknown;
}

bool place_has(const struct place *place, enum place_reason reason)
{
    for (size_t i = 0; i < place->reason_count; i++)
        if (place->reasons[i].reason == reason)
            return true;
    return false;
}

static void add_reason(struct place *place, enum place_reason reason, uint32_t province)
{
    if (place->reason_count == PLACE_REASONS_MAX)
        return;
    place->reasons[place->reason_count].reason = reason;
    place->reasons[place->reason_count++].province = province * PLACES_OF_PROVINCE;
}

static int64_t rule(const struct place_question *question, const char *id, int64_t max,
                    int64_t otherwise)
{
    return rules_within(question->rules, id, question->today, 0, max, otherwise);
}

/* --- the account of a newcomer ------------------------------------------------------------ */

enum account_kind place_account(const struct rules *rules, uint32_t household, uint32_t region,
                                struct month first, struct month birth, unsigned sex,
                                bool official_move)
{
    const char *id = sex == SEX_MALE ? "PEN-TEMP-MAN" : "PEN-TEMP-WOMAN";
    int64_t otherwise = sex == SEX_MALE ? MAN_DEFAULT : WOMAN_DEFAULT;
    int64_t written = (int64_t)month_year(first) * 100 + month_of_year(first);
    struct day day;

    if (!day_from(month_year(first), month_of_year(first), 1, &day))
        return ACCOUNT_UNKNOWN;
    if (pension_province(household) == pension_province(region) || official_move ||
        written < rules_within(rules, "PEN-TEMP-START", day, 0, 219912, START_DEFAULT))
        return ACCOUNT_ORDINARY;
    if ((sex != SEX_MALE && sex != SEX_FEMALE) || birth.number <= 0 ||
        birth.number > first.number)
        return ACCOUNT_UNKNOWN;
    return first.number - birth.number <
                   rules_within(rules, id, day, 0, MONTHS_LIMIT, otherwise)
               ? ACCOUNT_ORDINARY
               : ACCOUNT_TEMPORARY;
}

/* --- months by province ------------------------------------------------------------------- */

static bool is_insurance(const struct pension_period *period)
{
    return period->scheme == SCHEME_EMPLOYEE && period->region != PENSION_SERVICE_REGION;
}

static struct tally *tally_of(struct counting *counting, const struct pension_period *period)
{
    return &counting->tallies[period->region / PLACES_OF_PROVINCE];
}

/* Marks the period's months as its province's; how many of them were not yet. */
static int32_t fresh_months(struct counting *counting, const struct pension_period *period)
{
    uint8_t province = (uint8_t)(period->region / PLACES_OF_PROVINCE);
    int32_t fresh = 0;

    for (int32_t at = period->from.number; at <= period->to.number; at++) {
        uint8_t *owner = &counting->owners[at - MONTH_FIRST];
        uint8_t *seen = &counting->seen[at - MONTH_FIRST];

        fresh += *seen != province;
        *seen = province;
        if (*owner == 0)
            *owner = province;
        if (*owner == province)
            continue;
        counting->tallies[*owner].overlaps = true;
        counting->tallies[province].overlaps = true;
    }
    return fresh;
}

/* A month twice in one province counts once. */
static void count_period(struct counting *counting, const struct pension_period *period)
{
    struct tally *tally = tally_of(counting, period);
    int32_t months;

    if (tally->first == 0 || period->from.number < tally->first)
        tally->first = period->from.number;
    tally->official_move = tally->official_move || period->official_move;
    if (period->temporary) {
        tally->temporary += period->months;
        return;
    }
    if (period->months == 0)
        return;
    months = period->cleared ? period->months : fresh_months(counting, period);
    tally->months += months < period->months ? months : period->months;
    if (period->to.number > tally->last)
        tally->last = period->to.number;
}

static void count_insurance(struct counting *counting)
{
    const struct place_question *question = counting->question;

    for (size_t province = 0; province < PROVINCES; province++)
        for (size_t i = 0; i < question->count; i++)
            if (is_insurance(&question->periods[i]) &&
                question->periods[i].region / PLACES_OF_PROVINCE == province)
                count_period(counting, &question->periods[i]);
}

/* The first insurance after the months of service, from the last of them on; NULL if there is
 * none. */
static const struct pension_period *after_service(const struct place_question *question,
                                                  const struct pension_period *service)
{
    const struct pension_period *best = NULL;

    for (size_t i = 0; i < question->count; i++) {
        const struct pension_period *period = &question->periods[i];

        if (is_insurance(period) && !period->temporary &&
            period->from.number >= service->to.number &&
            (best == NULL || period->from.number < best->from.number))
            best = period;
    }
    return best;
}

static void count_service(struct counting *counting)
{
    const struct place_question *question = counting->question;
    bool counts = rule(question, "PEN-PLACE-SERVICE", 1, 1) == 1;

    for (size_t i = 0; i < question->count; i++) {
        const struct pension_period *period = &question->periods[i];
        const struct pension_period *next;

        if (period->region != PENSION_SERVICE_REGION || period->months == 0)
            continue;
        next = counts ? after_service(question, period) : NULL;
        if (next != NULL)
            tally_of(counting, next)->months += period->months;
        if (next == NULL && !place_has(counting->place, REASON_UNPLACED))
            add_reason(counting->place, REASON_UNPLACED, 0);
        else if (next != NULL && !place_has(counting->place, REASON_SERVICE))
            add_reason(counting->place, REASON_SERVICE, next->region / PLACES_OF_PROVINCE);
    }
}

/* --- what an officer should look at ------------------------------------------------------- */

/* Over the age at the first insurance, but ordinary: the agency may have had a reason that is
 * not in the list, so it counts unless a rule says otherwise. */
static void look_at_age(struct counting *counting, uint32_t province)
{
    const struct place_question *question = counting->question;
    struct tally *tally = &counting->tallies[province];
    enum account_kind kind = place_account(
        question->rules, question->household, province * PLACES_OF_PROVINCE,
        (struct month){tally->first}, question->birth, question->sex, tally->official_move);

    if (tally->months == 0)
        return;
    if (kind == ACCOUNT_UNKNOWN && !place_has(counting->place, REASON_AGE))
        add_reason(counting->place, REASON_AGE, province);
    if (kind != ACCOUNT_TEMPORARY)
        return;
    add_reason(counting->place, REASON_LATE, province);
    if (rule(question, "PEN-PLACE-LATE", 1, 0) == 1)
        tally->months = 0;
}

static void look(struct counting *counting)
{
    for (uint32_t province = 0; province < PROVINCES; province++) {
        struct tally *tally = &counting->tallies[province];

        if (tally->first == 0)
            continue;
        look_at_age(counting, province);
        if (tally->temporary > 0)
            add_reason(counting->place, REASON_TEMPORARY, province);
        if (tally->overlaps)
            add_reason(counting->place, REASON_OVERLAP, province);
    }
}

/* --- the branches ------------------------------------------------------------------------- */

/* The province of the last ordinary period, of two the one with more months; 0: there is none.
 */
static uint32_t last_province(const struct counting *counting, int32_t months_min,
                              uint32_t without)
{
    const struct tally *best = NULL;

    for (uint32_t i = 0; i < PROVINCES; i++) {
        const struct tally *tally = &counting->tallies[i];

        if (i == without || tally->last == 0 || tally->months < months_min)
            continue;
        if (best == NULL || tally->last > best->last ||
            (tally->last == best->last && tally->months > best->months))
            best = tally;
    }
    return best == NULL ? 0 : (uint32_t)(best - counting->tallies);
}

static uint32_t choose(const struct counting *counting, enum place_branch *branch)
{
    const struct place_question *question = counting->question;
    int32_t enough = (int32_t)rule(question, "PEN-PLACE-MONTHS", MONTHS_LIMIT, MONTHS_DEFAULT);
    uint32_t household = question->household / PLACES_OF_PROVINCE;
    uint32_t current = question->current != 0 ? question->current / PLACES_OF_PROVINCE
                                              : last_province(counting, 0, 0);
    uint32_t earlier;

    *branch = PLACE_HUKOU;
    if (current == household)
        return household;
    *branch = PLACE_CURRENT;
    if (current != 0 && counting->tallies[current].months >= enough)
        return current;
    *branch = PLACE_EARLIER;
    earlier = last_province(counting, enough, current);
    if (earlier != 0)
        return earlier;
    *branch = PLACE_GATHER;
    return household;
}

static enum pension_input check(const struct place_question *question, size_t *wrong)
{
    enum pension_input input = pension_periods_check(question->periods, question->count,
                                                     question->today, wrong);

    if (input != INPUT_GOOD)
        return input;
    if (!pension_region_valid(question->household) ||
        (question->current != 0 && !pension_region_valid(question->current)))
        return INPUT_REGION;
    if (question->birth.number < 0 ||
        question->birth.number > day_month(question->today).number)
        return INPUT_BIRTH;
    return INPUT_GOOD;
}

void place_advise(const struct place_question *question, struct place *place)
{
    struct counting counting = {.question = question, .place = place};
    uint32_t province;

    memset(place, 0, sizeof(*place));
    place->input = check(question, &place->wrong);
    if (place->input != INPUT_GOOD)
        return;
    place->reason_count = 1; /* the branch's, which is known last */
    count_insurance(&counting);
    count_service(&counting);
    look(&counting);
    province = choose(&counting, &place->branch);
    place->province = province * PLACES_OF_PROVINCE;
    place->months = counting.tallies[province].months;
    place->reasons[0].reason = (enum place_reason)(place->branch - PLACE_HUKOU + REASON_HUKOU);
    place->reasons[0].province = place->province;
}

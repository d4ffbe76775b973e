/* injury_checks.c - the checks of work-injury documents as tables: the order of dates, what
 * belongs together, periods, words and numbers. What no table says is in injury_lists.c. */
#include "core/injury_document.h"

#include <string.h>

enum { DAYS_RULE_MAX = 36500, WORDS_MAX = 4 };

/* --- issues ---------------------------------------------------------------------------- */

static bool noted(const struct injury_issues *issues, const char *code, size_t row,
                  size_t *count)
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
static struct injury_issue *place_of(struct injury_issues *issues, bool hard)
{
    if (issues->count < INJURY_ISSUES_MAX)
        return &issues->list[issues->count++];
    for (size_t i = issues->count; hard && i > 0; i--)
        if (!issues->list[i - 1].hard)
            return &issues->list[i - 1];
    return NULL;
}

void injury_issue_add(struct injury_issues *issues, const char *code, bool hard, size_t row)
{
    struct injury_issue *place;
    size_t count;

    issues->hard = issues->hard || hard;
    if (row > UINT16_MAX || noted(issues, code, row, &count) || count >= INJURY_ROWS_NAMED)
        return;
    place = place_of(issues, hard);
    if (place == NULL)
        return;
    *place = (struct injury_issue){.hard = hard, .row = (uint16_t)row};
    CHECK(text_to_field(text_of(code), place->code, CODE_SIZE));
}

/* --- readers --------------------------------------------------------------------------- */

struct text injury_text(const struct record *at, const char *path)
{
    struct text value;

    return record_text(at, path, &value) ? value : TEXT_NONE;
}

bool injury_is(const struct record *at, const char *path, const char *value)
{
    return text_is(injury_text(at, path), value);
}

bool injury_has(const struct record *at, const char *path)
{
    return record_find(at, path) != NULL;
}

bool injury_instant(const struct record *at, const char *path, struct instant *instant)
{
    return instant_parse(injury_text(at, path), instant);
}

bool injury_day(const struct record *at, const char *path, struct day *day)
{
    struct instant instant;
    struct month month;

    if (record_day(at, path, day))
        return true;
    if (injury_instant(at, path, &instant)) {
        *day = instant_day(instant);
        return true;
    }
    return record_month(at, path, &month) &&
           day_from(month_year(month), month_of_year(month), 1, day);
}

struct day injury_months_later(struct day day, int64_t months)
{
    int year, month, day_of_month;
    struct day later = {DAY_NUMBER_MAX};
    int64_t number;

    day_parts(day, &year, &month, &day_of_month);
    number = (int64_t)year * 12 + month - 1 + months;
    while (day_of_month > 28 &&
           !day_from((int)(number / 12), (int)(number % 12) + 1, day_of_month, &later))
        day_of_month--;
    if (!day_from((int)(number / 12), (int)(number % 12) + 1, day_of_month, &later))
        return (struct day){DAY_NUMBER_MAX};
    return later;
}

/* --- the order of dates ---------------------------------------------------------------- */

struct order {
    const char *document;
    const char *rows; /* "": the document itself */
    const char *earlier;
    const char *later;
    bool strict; /* they may not be equal */
    const char *code;
};

static const struct order orders[] = {
    {"recognition", "", "accidentAt", "reportedOn", false, "INJ-C01"},
    {"recognition", "", "diagnosedOn", "reportedOn", false, "INJ-C01"},
    {"recognition", "", "reportedOn", "acceptedOn", false, "INJ-C02"},
    {"recognition", "", "acceptedOn", "decidedOn", false, "INJ-C03"},
    {"recognition", "", "accidentAt", "deathDate", false, "INJ-C04"},
    {"recognition", "", "accidentAt", "paidLeaveFrom", false, "INJ-C06"},
    {"recognition", "", "paidLeaveFrom", "paidLeaveTo", false, "INJ-C06"},
    {"recognition", "", "decidedOn", "withdrawal/withdrawnOn", false, "INJ-C08"},
    {"appraisal", "", "concludedOn", "withdrawal/withdrawnOn", false, "INJ-C08"},
    {"confirmation", "", "confirmedOn", "withdrawal/withdrawnOn", false, "INJ-C08"},
    {"appraisal", "", "accidentAt", "concludedOn", true, "INJ-C09"},
    {"appraisal", "", "accidentAt", "appliedOn", false, "INJ-C09"},
    {"appraisal", "", "appliedOn", "concludedOn", false, "INJ-C09"},
    {"entrusted_appraisal", "", "accidentAt", "appliedOn", false, "INJ-C09"},
    {"appraisal", "", "previousOn", "concludedOn", true, "INJ-C12"},
    {"insured_state", "insured", "since", "endedOn", false, "INJ-C22"},
    {"insured_state", "filings/filing", "from", "to", false, "INJ-C24"},
    {"project", "", "startsOn", "plannedEnd", false, "INJ-C26"},
    {"project", "", "startsOn", "endedOn", false, "INJ-C26"},
    {"project", "", "plannedEnd", "extendedTo", true, "INJ-C26"},
    {"project", "suspensions/suspension", "from", "to", false, "INJ-C26"},
    {"project", "subcontractors/subcontractor", "from", "to", false, "INJ-C26"},
    {"cover_proof", "project", "startsOn", "plannedEnd", false, "INJ-C26"},
    {"cover_proof", "project", "startsOn", "endedOn", false, "INJ-C26"},
    {"cover_proof", "project", "plannedEnd", "extendedTo", true, "INJ-C26"},
    {"cover_proof", "project/suspensions/suspension", "from", "to", false, "INJ-C26"},
    {"cover_notice", "project", "startsOn", "plannedEnd", false, "INJ-C26"},
    {"cover_notice", "project", "startsOn", "endedOn", false, "INJ-C26"},
    {"cover_notice", "project", "plannedEnd", "extendedTo", true, "INJ-C26"},
    {"cover_notice", "project/suspensions/suspension", "from", "to", false, "INJ-C26"},
    {"confirmation", "", "accidentAt", "confirmedOn", false, "INJ-C29"},
    {"confirmation", "", "validFrom", "validTo", false, "INJ-C29"},
    {"confirmation", "", "confirmedOn", "validTo", false, "INJ-C29"},
    {"assistance_reply", "bills/bill", "from", "to", false, "INJ-C30"},
    {"eligibility_check", "benefits/benefit", "from", "to", false, "INJ-C30"},
    {"duplicate_check", "benefits/benefit", "from", "to", false, "INJ-C30"},
    {"duplicate_result", "benefits/benefit", "from", "to", false, "INJ-C30"},
    {"stop_notice", "benefits/benefit", "from", "to", false, "INJ-C30"},
    {"eligibility_result", "", "deathDate", "checkedOn", false, "INJ-C31"},
    {"stop_notice", "", "happenedOn", "knownOn", false, "INJ-C33"},
};

/* Two dates of which one is absent are in order; one that cannot be read is not. */
static bool in_order(const struct order *order, const struct record *at)
{
    struct day earlier;
    struct day later;

    if (!injury_has(at, order->earlier) || !injury_has(at, order->later))
        return true;
    if (!injury_day(at, order->earlier, &earlier) || !injury_day(at, order->later, &later))
        return false;
    return order->strict ? earlier.number < later.number : earlier.number <= later.number;
}

static void check_orders(const struct injury_document *document)
{
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        const struct order *order = &orders[i];
        const struct record *at = record_find(document->root, order->rows);
        bool list = strchr(order->rows, '/') != NULL;

        if (!text_is(text_of(document->root->name), order->document))
            continue;
        for (size_t row = 1; at != NULL; at = record_same(at), row++)
            if (!in_order(order, at))
                injury_issue_add(document->issues, order->code, true, list ? row : 0);
    }
}

/* --- what belongs together ------------------------------------------------------------- */

enum bond_kind {
    EXACTLY_IF,     /* `other` is there exactly if `path` has the value */
    EXACTLY_UNLESS, /* exactly if it has another value */
    ONLY_UNLESS     /* not there if it has the value */
};

struct bond {
    const char *document;
    const char *rows;
    const char *path;
    const char *value;
    enum bond_kind kind;
    const char *other;
    const char *code;
};

static const struct bond bonds[] = {
    {"recognition", "", "degree", "injury", EXACTLY_UNLESS, "deathDate", "INJ-C04"},
    {"recognition", "", "change", "withdrawn", EXACTLY_IF, "withdrawal", "INJ-C08"},
    {"appraisal", "", "change", "withdrawn", EXACTLY_IF, "withdrawal", "INJ-C08"},
    {"confirmation", "", "change", "withdrawn", EXACTLY_IF, "withdrawal", "INJ-C08"},
    {"recognition", "", "conclusion", "not_injury", ONLY_UNLESS, "paidLeaveFrom", "INJ-C11"},
    {"recognition", "", "conclusion", "not_injury", ONLY_UNLESS, "paidLeaveTo", "INJ-C11"},
    {"appraisal", "", "appraisalKind", "first", EXACTLY_UNLESS, "previousNumber", "INJ-C12"},
    {"appraisal", "", "appraisalKind", "first", EXACTLY_UNLESS, "previousOn", "INJ-C12"},
    {"insured_state", "", "result/verdict", "rejected", EXACTLY_IF, "result/code", "INJ-C21"},
    {"insured_state", "", "result/verdict", "ok", EXACTLY_IF, "insured", "INJ-C21"},
    {"cover_proof", "", "result/verdict", "rejected", EXACTLY_IF, "result/code", "INJ-C21"},
    {"cover_proof", "", "result/verdict", "ok", EXACTLY_IF, "project", "INJ-C21"},
    {"cover_proof", "", "result/verdict", "rejected", ONLY_UNLESS, "intervals", "INJ-C21"},
    {"cover_proof", "", "result/verdict", "rejected", ONLY_UNLESS, "finding", "INJ-C21"},
    {"assistance_reply", "", "result/verdict", "rejected", EXACTLY_IF, "result/code",
     "INJ-C21"},
    {"assistance_reply", "", "result/verdict", "ok", EXACTLY_IF, "findings", "INJ-C21"},
    {"entrusted_result", "", "result/verdict", "rejected", EXACTLY_IF, "result/code",
     "INJ-C21"},
    {"entrusted_result", "", "result/verdict", "ok", EXACTLY_IF, "examinedOn", "INJ-C21"},
    {"entrusted_result", "", "result/verdict", "ok", EXACTLY_IF, "findings", "INJ-C21"},
    {"eligibility_result", "", "result/verdict", "rejected", EXACTLY_IF, "result/code",
     "INJ-C21"},
    {"eligibility_result", "", "result/verdict", "ok", EXACTLY_IF, "checkedOn", "INJ-C21"},
    {"eligibility_result", "", "result/verdict", "ok", EXACTLY_IF, "alive", "INJ-C21"},
    {"eligibility_result", "", "result/verdict", "ok", EXACTLY_IF, "eligible", "INJ-C21"},
    {"duplicate_result", "", "result/verdict", "rejected", EXACTLY_IF, "result/code",
     "INJ-C21"},
    {"duplicate_result", "", "result/verdict", "ok", EXACTLY_IF, "found", "INJ-C21"},
    {"insured_state", "insured", "state", "ended", EXACTLY_IF, "endedOn", "INJ-C22"},
    {"insured_state", "insured", "state", "ended", EXACTLY_IF, "endReason", "INJ-C22"},
    {"insured_state", "insured", "state", "never", ONLY_UNLESS, "since", "INJ-C22"},
    {"cover_proof", "intervals/interval", "lateAdded", "true", EXACTLY_IF, "addedAt",
     "INJ-C25"},
    {"cover_notice", "intervals/interval", "lateAdded", "true", EXACTLY_IF, "addedAt",
     "INJ-C25"},
    {"roster", "workers/worker", "lateAdded", "true", EXACTLY_IF, "addedAt", "INJ-C25"},
    {"confirmation", "", "confirmationKind", "device", EXACTLY_IF, "devices", "INJ-C29"},
    {"eligibility_result", "", "alive", "false", EXACTLY_IF, "deathDate", "INJ-C31"},
    {"duplicate_result", "", "found", "true", EXACTLY_IF, "benefits", "INJ-C32"},
};

static bool bound(const struct bond *bond, const struct record *at)
{
    bool has = injury_has(at, bond->other);
    bool equal = injury_is(at, bond->path, bond->value);

    if (!injury_has(at, bond->path))
        return true;
    switch (bond->kind) {
    case EXACTLY_IF:
        return has == equal;
    case EXACTLY_UNLESS:
        return has != equal;
    case ONLY_UNLESS:
        return !(has && equal);
    }
    return false;
}

static void check_bonds(const struct injury_document *document)
{
    for (size_t i = 0; i < COUNT_OF(bonds); i++) {
        const struct bond *bond = &bonds[i];
        const struct record *at = record_find(document->root, bond->rows);
        bool list = strchr(bond->rows, '/') != NULL;

        if (!text_is(text_of(document->root->name), bond->document))
            continue;
        for (size_t row = 1; at != NULL; at = record_same(at), row++)
            if (!bound(bond, at))
                injury_issue_add(document->issues, bond->code, true, list ? row : 0);
    }
}

/* --- periods --------------------------------------------------------------------------- */

enum period_unit { DAYS, MONTHS };

/* From `from` to `to` not longer than the rule says, or, `at_least`, not shorter. Soft: the law
 * knows exceptions that no document names. */
struct period {
    const char *document;
    const char *path; /* regarded if this has the value; NULL: always */
    const char *value;
    const char *from;
    const char *to;
    const char *rule;
    int64_t otherwise;
    enum period_unit unit;
    bool at_least;
    const char *code;
};

static const struct period periods[] = {
    {"recognition", NULL, NULL, "paidLeaveFrom", "paidLeaveTo", "INJ-LEAVE", 24, MONTHS, false,
     "INJ-C07"},
    {"appraisal", "appraisalKind", "review", "previousOn", "appliedOn", "INJ-REVIEW", 12,
     MONTHS, true, "INJ-C13"},
    {"appraisal", "appraisalKind", "again", "previousOn", "appliedOn", "INJ-AGAIN", 15, DAYS,
     false, "INJ-C14"},
    {"recognition", NULL, NULL, "accidentAt", "reportedOn", "INJ-REPORT", 30, DAYS, false,
     "INJ-C15"},
    {"recognition", NULL, NULL, "diagnosedOn", "reportedOn", "INJ-REPORT", 30, DAYS, false,
     "INJ-C15"},
    {"recognition", NULL, NULL, "accidentAt", "reportedOn", "INJ-REPORT-LAST", 12, MONTHS,
     false, "INJ-C16"},
    {"recognition", NULL, NULL, "diagnosedOn", "reportedOn", "INJ-REPORT-LAST", 12, MONTHS,
     false, "INJ-C16"},
    {"recognition", NULL, NULL, "acceptedOn", "decidedOn", "INJ-DECIDE", 60, DAYS, false,
     "INJ-C17"},
};

static struct day last_day(const struct injury_document *document, const struct period *period,
                           struct day from)
{
    int64_t count = rules_value(document->rules, period->rule, document->today,
                                period->otherwise);

    if (count < 0 || count > DAYS_RULE_MAX)
        count = period->otherwise;
    if (period->unit == MONTHS)
        return injury_months_later(from, count);
    return (struct day){from.number + (int32_t)count};
}

static void check_periods(const struct injury_document *document)
{
    const struct record *root = document->root;

    for (size_t i = 0; i < COUNT_OF(periods); i++) {
        const struct period *period = &periods[i];
        struct day from;
        struct day to;
        struct day last;

        if (!text_is(text_of(root->name), period->document) ||
            (period->path != NULL && !injury_is(root, period->path, period->value)) ||
            !injury_day(root, period->from, &from) || !injury_day(root, period->to, &to))
            continue;
        last = last_day(document, period, from);
        if (period->at_least ? to.number < last.number : to.number > last.number)
            injury_issue_add(document->issues, period->code, false, 0);
    }
}

/* --- nothing lies in the future -------------------------------------------------------- */

struct fact {
    const char *document;
    const char *path;
    const char *code;
};

static const struct fact facts[] = {
    {"recognition", "accidentAt", "INJ-C34"},
    {"recognition", "diagnosedOn", "INJ-C34"},
    {"recognition", "deathDate", "INJ-C34"},
    {"recognition", "reportedOn", "INJ-C34"},
    {"recognition", "decidedOn", "INJ-C34"},
    {"recognition", "withdrawal/withdrawnOn", "INJ-C34"},
    {"appraisal", "concludedOn", "INJ-C34"},
    {"appraisal", "withdrawal/withdrawnOn", "INJ-C34"},
    {"confirmation", "confirmedOn", "INJ-C34"},
    {"confirmation", "withdrawal/withdrawnOn", "INJ-C34"},
    {"cover_query", "accidentAt", "INJ-C34"},
    {"cover_proof", "accidentAt", "INJ-C34"},
    {"cover_notice", "accidentAt", "INJ-C34"},
    {"assistance_request", "accidentAt", "INJ-C34"},
    {"entrusted_result", "examinedOn", "INJ-C34"},
    {"eligibility_result", "checkedOn", "INJ-C34"},
    {"third_party", "foundOn", "INJ-C34"},
    {"stop_notice", "happenedOn", "INJ-C34"},
    {"stop_notice", "knownOn", "INJ-C34"},
    {"project", "paidOn", "INJ-C34"},
    {"project", "endedOn", "INJ-C34"},
};

static void check_facts(const struct injury_document *document)
{
    struct day day;

    for (size_t i = 0; i < COUNT_OF(facts); i++)
        if (text_is(text_of(document->root->name), facts[i].document) &&
            injury_day(document->root, facts[i].path, &day) &&
            day.number > document->today.number)
            injury_issue_add(document->issues, facts[i].code, true, 0);
}

/* --- numbers and words ----------------------------------------------------------------- */

struct range {
    const char *rows;
    const char *path;
    uint64_t least;
    uint64_t most;
};

/* Of whatever document has them. */
static const struct range ranges[] = {
    {"", "grade", 1, 10},
    {"", "nursing", 0, 3},
    {"recognitions/recognition", "grade", 1, 10},
    {"recognitions/recognition", "nursing", 0, 3},
};

static void check_ranges(const struct injury_document *document)
{
    for (size_t i = 0; i < COUNT_OF(ranges); i++) {
        const struct range *range = &ranges[i];
        const struct record *at = record_find(document->root, range->rows);
        bool list = range->rows[0] != '\0';
        uint64_t number;

        for (size_t row = 1; at != NULL; at = record_same(at), row++)
            if (injury_has(at, range->path) &&
                (!record_number(at, range->path, range->most, &number) ||
                 number < range->least))
                injury_issue_add(document->issues, "INJ-C10", true, list ? row : 0);
    }
}

struct word {
    const char *document;
    const char *rows;
    const char *path;
    const char *words[WORDS_MAX];
};

static const struct word words[] = {
    {"recognition", "", "conclusion", {"injury", "deemed", "not_injury"}},
    {"recognition", "", "degree", {"injury", "death", "missing"}},
    {"insured_state",
     "recognitions/recognition",
     "conclusion",
     {"injury", "deemed", "not_injury"}},
    {"appraisal", "", "appraisalKind", {"first", "again", "review"}},
    {"confirmation", "", "confirmationKind", {"relapse", "rehabilitation", "device"}},
};

static bool one_of(struct text value, const char *const *list)
{
    for (size_t i = 0; i < WORDS_MAX && list[i] != NULL; i++)
        if (text_is(value, list[i]))
            return true;
    return false;
}

static void check_words(const struct injury_document *document)
{
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        const struct word *word = &words[i];
        const struct record *at = record_find(document->root, word->rows);
        bool list = word->rows[0] != '\0';

        if (!text_is(text_of(document->root->name), word->document))
            continue;
        for (size_t row = 1; at != NULL; at = record_same(at), row++)
            if (!one_of(injury_text(at, word->path), word->words))
                injury_issue_add(document->issues, "INJ-C11", true, list ? row : 0);
    }
}

/* An accident has a time; an occupational disease has a name and the day of its diagnosis. */
static void check_event(const struct injury_document *document)
{
    const struct record *root = document->root;
    struct instant accident;
    struct day diagnosed;
    bool disease = injury_has(root, "occupationalDisease");

    if (!text_is(text_of(root->name), "recognition"))
        return;
    if (injury_has(root, "accidentAt") ? !injury_instant(root, "accidentAt", &accident)
                                       : !disease)
        injury_issue_add(document->issues, "INJ-C05", true, 0);
    if (disease && !injury_day(root, "diagnosedOn", &diagnosed))
        injury_issue_add(document->issues, "INJ-C05", true, 0);
}

static void check_survival(const struct injury_document *document)
{
    if (text_is(text_of(document->root->name), "eligibility_result") &&
        injury_is(document->root, "alive", "false") &&
        injury_is(document->root, "eligible", "true"))
        injury_issue_add(document->issues, "INJ-C31", true, 0);
}

bool injury_checks_run(const struct record *root, struct day today, const struct rules *rules,
                       struct arena *arena, struct injury_issues *issues, struct error *err)
{
    const struct injury_document document = {root, rules, today, issues};

    memset(issues, 0, sizeof(*issues));
    check_orders(&document);
    check_bonds(&document);
    check_periods(&document);
    check_facts(&document);
    check_ranges(&document);
    check_words(&document);
    check_event(&document);
    check_survival(&document);
    injury_check_revision(&document);
    injury_check_people(&document);
    injury_check_codes(&document);
    injury_check_regions(&document);
    injury_check_recognitions(&document);
    injury_check_filings(&document);
    injury_check_ended(&document);
    injury_check_project(&document);
    injury_check_finding(&document);
    return injury_check_intervals(&document, arena, err);
}

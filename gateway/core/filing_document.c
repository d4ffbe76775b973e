/* filing_document.c - a filing's fields, its checks, and the end that a temporary one gets. */
#include "core/filing_document.h"

#include <string.h>

#include "core/flow_clock.h"
#include "core/injury_document.h"

enum { VALID_MONTHS = 6, VALID_MONTHS_MAX = 120, WAIT_DAYS_MAX = 3660 };

/* --- words ----------------------------------------------------------------------------- */

struct filing_kind {
    const char *word;
    uint8_t insurance;
    bool temporary; /* 临时外出就医; the others last until cancelled */
};

static const struct filing_kind kinds[] = {
    {"11", INSURANCE_MEDICAL, false}, {"12", INSURANCE_MEDICAL, false},
    {"13", INSURANCE_MEDICAL, false}, {"21", INSURANCE_MEDICAL, true},
    {"22", INSURANCE_MEDICAL, true},  {"29", INSURANCE_MEDICAL, true},
    {"LR", INSURANCE_INJURY, false},  {"LW", INSURANCE_INJURY, false},
    {"TR", INSURANCE_INJURY, true},
};

struct word_bit {
    const char *word;
    uint8_t bit;
};

static const struct word_bit services[] = {
    {"MED", SERVICE_MED}, {"REH", SERVICE_REH}, {"AST", SERVICE_AST}, {NULL, 0}};
static const struct word_bit scopes[] = {{"inpatient", FILING_INPATIENT},
                                         {"outpatient", FILING_OUTPATIENT},
                                         {"chronic", FILING_CHRONIC},
                                         {NULL, 0}};

static const struct filing_kind *kind_of(struct text word)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (text_is(word, kinds[i].word))
            return &kinds[i];
    return NULL;
}

/* false: a word that is none of these, or stands twice. */
static bool read_bits(const struct record *body, const char *path, const struct word_bit *words,
                      uint8_t *bits)
{
    const struct record *row = record_find(body, path);

    *bits = 0;
    for (; row != NULL; row = record_same(row)) {
        const struct word_bit *at = words;

        while (at->word != NULL && !text_is(row->value.hidden, at->word))
            at++;
        if (at->word == NULL || (*bits & at->bit) != 0)
            return false;
        *bits |= at->bit;
    }
    return true;
}

bool filing_area_holds(uint32_t area, uint32_t region)
{
    if (area >= 100000)
        return area == region;
    if (area >= 1000)
        return area == region / 100;
    return area >= 10 && area <= 99 && area == region / 10000;
}

/* --- does it belong to the case? --------------------------------------------------------- */

static void unfit(struct flow_facts *facts, const char *code, const char *reason)
{
    facts->refusal = code;
    facts->reason = reason;
}

/* Region 0 of an opening event: the engine leaves it to the document. */
static bool same_province(uint32_t written, uint32_t known)
{
    return known == 0 || written / 10000 == known / 10000;
}

static bool regions_fit(const struct flow_situation *situation, const struct flow_facts *facts)
{
    const struct flow_case *before = situation->before;
    const struct flow_event *event = situation->event;

    if (situation->opening)
        return same_province(facts->in_region, event->in_region) &&
               same_province(facts->out_region, event->out_region);
    return facts->in_region == before->in_region && facts->out_region == before->out_region;
}

static bool persons_differ(const uint8_t a[16], const uint8_t b[16])
{
    static const uint8_t none[16];

    return memcmp(a, none, 16) != 0 && memcmp(b, none, 16) != 0 && memcmp(a, b, 16) != 0;
}

static void read_reference(const struct flow_situation *situation, struct flow_facts *facts)
{
    const struct flow_event *event = situation->event;
    const struct flow_case *before = situation->before;
    struct flow_reference reference;

    flow_reference_of(situation->flow, event->body, &reference);
    facts->in_region = reference.in_region;
    facts->out_region = reference.out_region;
    memcpy(facts->trace, reference.trace, sizeof(facts->trace));
    if (facts->trace[0] == '\0' || facts->in_region == 0)
        unfit(facts, "STL-N01", "filing number or regions are missing");
    else if (!regions_fit(situation, facts))
        unfit(facts, "STL-N01", "the regions are not those of the filing");
    else if (!situation->opening && strcmp(facts->trace, before->trace) != 0)
        unfit(facts, "STL-N01", "the filing number is not that of the case");
    else if (persons_differ(before->person_tag, event->person_tag))
        unfit(facts, "STL-N02", "the person is not that of the filing");
}

/* --- a filing, or its new version -------------------------------------------------------- */

static bool read_kind(const struct record *body, struct flow_facts *facts,
                      struct filing *filing, const struct filing_kind **kind)
{
    struct text word = injury_text(body, "kind");

    *kind = kind_of(word);
    if (injury_is(body, "insurance", "medical"))
        filing->insurance = INSURANCE_MEDICAL;
    else if (injury_is(body, "insurance", "injury"))
        filing->insurance = INSURANCE_INJURY;
    if (*kind == NULL || (*kind)->insurance != filing->insurance ||
        !text_to_field(word, filing->kind, sizeof(filing->kind)))
        unfit(facts, "STL-N03", "the kind of filing does not fit the insurance");
    return facts->refusal == NULL;
}

static bool read_what_for(const struct record *body, struct flow_facts *facts,
                          struct filing *filing)
{
    bool injury = filing->insurance == INSURANCE_INJURY;
    struct text number;

    if (record_text(body, "recognitionNumber", &number) &&
        !text_to_field(number, filing->recognition, sizeof(filing->recognition)))
        unfit(facts, "STL-N04", "the recognition number is too long");
    else if (injury != (filing->recognition[0] != '\0'))
        unfit(facts, "STL-N04", "a recognition belongs to an injury, and to nothing else");
    else if (!read_bits(body, "service", services, &filing->services) ||
             injury != (filing->services != 0))
        unfit(facts, "STL-N05", "services belong to an injury, at least one, each once");
    else if (!read_bits(body, "scope", scopes, &filing->scopes) ||
             (injury && filing->scopes != 0))
        unfit(facts, "STL-N06", "scopes belong to a medical filing, each once");
    return facts->refusal == NULL;
}

/* The part of a region that says something: 520000 is 52, 520300 is 5203. */
static uint32_t narrow(uint32_t region)
{
    while (region % 100 == 0 && region > 99)
        region /= 100;
    return region;
}

/* An area lies in the treating region if it says the same, and perhaps more. */
static bool read_area(const struct record *body, struct flow_facts *facts,
                      struct filing *filing)
{
    uint32_t treating = narrow(facts->in_region);
    uint64_t area = 0;
    uint32_t wide;

    if (record_number(body, "area", 999999, &area))
        filing->area = (uint32_t)area;
    wide = filing->area;
    while (wide > treating)
        wide /= 100;
    if (wide != treating)
        unfit(facts, "STL-N08", "the area does not lie in the treating region");
    return facts->refusal == NULL;
}

static int64_t months_by_rule(const struct flow_situation *situation, uint32_t insured,
                              const struct filing *filing, const char *service)
{
    char id[RULE_ID_SIZE];
    struct buffer text = buffer_over(id, sizeof(id) - 1);
    int64_t months;

    buffer_format(&text, "STL-VALID-%s%s%s", filing->kind, service[0] != '\0' ? "-" : "",
                  service);
    id[text.size] = '\0';
    months = flow_rule(situation->rules, id, insured, filing->from, VALID_MONTHS);
    return months < 1 || months > VALID_MONTHS_MAX ? VALID_MONTHS : months;
}

/* Months that a temporary filing lasts; of several services, the longest. */
static int64_t valid_months(const struct flow_situation *situation, uint32_t insured,
                            const struct filing *filing)
{
    int64_t most = 0;

    for (const struct word_bit *at = services; at->word != NULL; at++) {
        int64_t months = (filing->services & at->bit) != 0
                             ? months_by_rule(situation, insured, filing, at->word)
                             : 0;

        most = months > most ? months : most;
    }
    return most > 0 ? most : months_by_rule(situation, insured, filing, "");
}

static bool read_days(const struct flow_situation *situation, struct flow_facts *facts,
                      bool temporary, struct filing_facts *details)
{
    const struct record *body = situation->event->body;
    struct filing *filing = &details->filing;
    bool ours = situation->event->source == EVENT_SUBMITTED;

    if (!record_day(body, "from", &filing->from) ||
        (injury_has(body, "to") && !record_day(body, "to", &filing->to))) {
        unfit(facts, "STL-N07", "a day of the filing is missing or cannot be read");
        return false;
    }
    if (temporary && filing->to.number == 0 && !ours) {
        unfit(facts, "STL-N09", "a temporary filing has an end");
        return false;
    }
    if (temporary && filing->to.number == 0) {
        filing->to = injury_months_later(filing->from,
                                         valid_months(situation, facts->out_region, filing));
        filing->to.number--;
        details->end_added = true;
    }
    if (filing->to.number != 0 && filing->to.number < filing->from.number)
        unfit(facts, "STL-N07", "the filing ends before it begins");
    else if (ours && filing->to.number != 0 &&
             filing->to.number < instant_day(situation->event->at).number)
        unfit(facts, "STL-N12", "the filing's last day is over");
    return facts->refusal == NULL;
}

/* The insured place may let a long-term filing rest for a while; it alone knows its rule. */
static bool waited(const struct flow_situation *situation, struct flow_facts *facts)
{
    const struct filing *filing = &situation->before->part.filing;
    const struct filing_kind *kind = kind_of(text_of(filing->kind));
    int64_t days;

    if (situation->event->source != EVENT_SUBMITTED || kind == NULL || kind->temporary)
        return true;
    days = flow_rule(situation->rules, "STL-WAIT", situation->before->out_region, filing->from,
                     0);
    if (days < 0 || days > WAIT_DAYS_MAX)
        days = 0;
    if (instant_day(situation->event->at).number - filing->from.number >= days)
        return true;
    unfit(facts, "STL-N11", "a long-term filing is changed or cancelled only after a while");
    return false;
}

static void read_filing(const struct flow_situation *situation, struct flow_facts *facts,
                        struct filing_facts *details)
{
    const struct flow_case *before = situation->before;
    const struct record *body = situation->event->body;
    bool change = situation->event->action == ACTION_FILING_CHANGE;
    const struct filing_kind *kind = NULL;
    uint64_t version = 0;

    if (!record_number(body, "version", 9999, &version) ||
        version != before->letter_revision + 1) {
        unfit(facts, "STL-N10", "not the version that is due");
        return;
    }
    details->version = (uint32_t)version;
    if (!read_kind(body, facts, &details->filing, &kind) ||
        !read_what_for(body, facts, &details->filing) ||
        !read_area(body, facts, &details->filing) ||
        !read_days(situation, facts, kind->temporary, details) || !change)
        return;
    if (details->filing.insurance != before->part.filing.insurance)
        unfit(facts, "STL-N17", "a change is of the same insurance");
    else
        (void)waited(situation, facts);
}

/* --- cancelled, suspended, restored ------------------------------------------------------ */

static void read_end(const struct flow_situation *situation, struct flow_facts *facts,
                     struct filing_facts *details)
{
    const struct flow_event *event = situation->event;
    const struct record *body = event->body;
    const struct filing *filing = &situation->before->part.filing;
    bool cancel = event->action == ACTION_FILING_CANCEL;
    struct text number = injury_text(body, "recognitionNumber");
    uint64_t version = 0;
    struct day on;

    details->by_agency = injury_is(body, "kind", "revoke");
    /* A filing that was not taken over there has no version any more. */
    if (!record_number(body, "version", 9999, &version) ||
        (situation->before->letter_revision != 0 &&
         version != situation->before->letter_revision))
        unfit(facts, "STL-N14", "it speaks of another version than the newest");
    else if (!record_day(body, "effectiveOn", &on) || on.number > instant_day(event->at).number)
        unfit(facts, "STL-N13", "the day from which it holds is missing, or yet to come");
    else if (cancel != injury_has(body, "kind"))
        unfit(facts, "STL-N16", "a cancellation says whose it is, nothing else does");
    else if (!cancel && filing->insurance != INSURANCE_INJURY)
        unfit(facts, "STL-N15", "only a filing of an injury is suspended");
    else if (number.size > 0 && !text_is(number, filing->recognition))
        unfit(facts, "STL-N15", "the recognition is not that of the filing");
    else if (cancel && !details->by_agency)
        (void)waited(situation, facts);
}

void filing_read(const struct flow_situation *situation, struct flow_facts *facts,
                 struct filing_facts *details)
{
    const struct flow_event *event = situation->event;

    if (event->body == NULL) {
        unfit(facts, "STL-N01", "there is no document");
        return;
    }
    read_reference(situation, facts);
    if (facts->refusal != NULL)
        return;
    if (event->action == ACTION_FILING || event->action == ACTION_FILING_CHANGE)
        read_filing(situation, facts, details);
    else
        read_end(situation, facts, details);
}

/* --- the document with its end ----------------------------------------------------------- */

const struct record *filing_with_end(const struct record *body,
                                     const struct filing_facts *details, struct arena *arena)
{
    struct record *copy = record_new(arena, body->name);
    char day[DAY_TEXT_SIZE];

    for (const struct record *at = body->first; copy != NULL && at != NULL; at = at->next) {
        struct record *node = record_add(arena, copy, at->name, at->value.hidden);

        if (node == NULL)
            return NULL;
        node->first = at->first; /* groups are shared: nobody changes them */
        node->last = at->last;
        if (strcmp(at->name, "from") == 0 &&
            record_add(arena, copy, "to",
                       arena_copy(arena, text_of(day_format(details->filing.to, day)))) == NULL)
            return NULL;
    }
    return copy;
}

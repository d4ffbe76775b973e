/* injury_papers.c - the documents of a record that the gateway itself makes: a proof of cover
 * from what is kept, reminder, status; and the suspension of filings that hang on a recognition
 * which is withdrawn. */
#include <string.h>

#include "core/injury_document.h"
#include "core/injury_record.h"
#include "core/making.h"
#include "core/settlement_filing.h"

/* A document under construction; `full` once the arena could not hold it. */
struct paper {
    const struct flow_situation *situation;
    struct arena *arena;
    struct record *root;
    bool full;
};

static struct record *put(struct paper *paper, struct record *parent, const char *name,
                          struct text value)
{
    struct record *node = NULL;

    if (!paper->full && parent != NULL)
        node = record_add(paper->arena, parent, name, value);
    paper->full = paper->full || node == NULL;
    return node;
}

static struct record *group(struct paper *paper, struct record *parent, const char *name)
{
    return put(paper, parent, name, TEXT_NONE);
}

static void put_word(struct paper *paper, struct record *parent, const char *name,
                     const char *word)
{
    struct text copy = arena_copy(paper->arena, text_of(word));

    paper->full = paper->full || copy.at == NULL;
    put(paper, parent, name, copy);
}

static void put_number(struct paper *paper, struct record *parent, const char *name,
                       unsigned number)
{
    char digits[16];
    struct buffer text = buffer_over(digits, sizeof(digits) - 1);

    buffer_format(&text, "%u", number);
    digits[text.size] = '\0';
    put_word(paper, parent, name, digits);
}

static void put_day(struct paper *paper, struct record *parent, const char *name,
                    struct day day)
{
    char text[DAY_TEXT_SIZE];

    put_word(paper, parent, name, day_format(day, text));
}

/* What is absent there is left out here. */
static void copy_as(struct paper *paper, struct record *parent, const char *name,
                    const struct record *from, const char *path)
{
    struct text value = injury_text(from, path);

    if (value.size > 0)
        put(paper, parent, name, value);
}

static void copy_leaves(struct paper *paper, struct record *parent, const struct record *from,
                        const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        copy_as(paper, parent, names[i], from, names[i]);
}

/* A whole group; it is shared: nobody changes it. */
static void share(struct paper *paper, struct record *parent, const struct record *from)
{
    struct record *node = from != NULL ? group(paper, parent, from->name) : NULL;

    if (node == NULL)
        return;
    node->first = from->first;
    node->last = from->last;
}

/* As the document that opened it said; of a case, as it is named. */
static void put_reference(struct paper *paper)
{
    const struct flow_case *before = paper->situation->before;
    const struct flow_event *event = paper->situation->event;
    struct text number = text_of(before->trace);
    struct record *reference;

    if (event->body != NULL && record_find(event->body, "reference") != NULL) {
        share(paper, paper->root, record_find(event->body, "reference"));
        return;
    }
    (void)text_cut(&number, '/');
    reference = group(paper, paper->root, "reference");
    put(paper, reference, "recordNumber", number);
    put_number(paper, reference, "fromRegion", before->in_region);
    put_number(paper, reference, "toRegion", before->out_region);
}

/* --- a proof of cover -----------------------------------------------------------------------
 */

static void put_project(struct paper *paper, const struct record *from)
{
    static const char *const head[] = {"projectNumber", "revision", "name", "permitNumber"};
    static const char *const tail[] = {"state",      "paidOn",     "startsOn",
                                       "plannedEnd", "extendedTo", "endedOn"};
    struct record *project = group(paper, paper->root, "project");

    copy_leaves(paper, project, from, head, COUNT_OF(head));
    copy_as(paper, project, "region", from, "site/region");
    copy_as(paper, project, "contractorName", from, "contractor/name");
    copy_as(paper, project, "contractorCode", from, "contractor/code");
    copy_leaves(paper, project, from, tail, COUNT_OF(tail));
    if (record_find(from, "suspensions") != NULL)
        share(paper, project, record_find(from, "suspensions"));
    copy_as(paper, project, "agencyName", from, "agencyName");
}

/* Of the roster's rows, those of this person that count; what does not belong to cover stays
 * here. */
static void put_intervals(struct paper *paper, const struct injury_intervals *intervals)
{
    static const char *const leaves[] = {"version", "companyName", "companyCode",
                                         "team",    "trade",       "from",
                                         "to",      "lateAdded",   "addedAt"};
    struct record *list = intervals->count > 0 ? group(paper, paper->root, "intervals") : NULL;

    for (size_t i = 0; i < intervals->count; i++)
        copy_leaves(paper, group(paper, list, "interval"), intervals->list[i].row, leaves,
                    COUNT_OF(leaves));
}

static void make_cover(struct paper *paper, const struct injury_facts *said)
{
    const struct flow_event *event = paper->situation->event;
    const struct record *body = event->body;
    struct injury_intervals intervals;

    injury_roster_find(event->kept[1], injury_text(body, "person/identityNumber"),
                       instant_day(event->at), &intervals);
    share(paper, paper->root, record_find(body, "person"));
    put_word(paper, group(paper, paper->root, "result"), "verdict", "ok");
    copy_as(paper, paper->root, "accidentAt", body, "accidentAt");
    put_word(paper, paper->root, "finding", injury_finding_code(said->cover.finding));
    put_project(paper, event->kept[0]);
    put_intervals(paper, &intervals);
}

/* --- all -------------------------------------------------------------------------------------
 */

bool injury_record_make(const struct flow_situation *situation, const struct flow_facts *facts,
                        struct flow_send *send, struct error *err)
{
    struct paper paper = {.situation = situation, .arena = situation->arena};
    struct making making = {.arena = situation->arena};

    paper.root = record_new(situation->arena, action_name(send->action).english);
    paper.full = paper.root == NULL;
    send->revision = 1;
    put_reference(&paper);
    switch (send->action) {
    case ACTION_COVER_PROOF:
        make_cover(&paper, facts->details);
        break;
    case ACTION_REMINDER:
        making_reminder(situation, &making, paper.root);
        break;
    default:
        CHECK(send->action == ACTION_STATUS_ANSWER);
        making_status(situation, &making, paper.root);
        break;
    }
    send->made = paper.root;
    return (!paper.full && !making.broken) ||
           fail(err, ERROR_MEMORY, "no memory for a document");
}

/* --- filings that hang on a recognition ------------------------------------------------------
 */

static bool is_bound(const struct flow_case *filing, struct text recognition)
{
    return filing->flow == FLOW_SETTLEMENT_FILING && filing->role == ROLE_INSURED &&
           filing->state == FILING_EFFECTIVE &&
           filing->part.filing.insurance == INSURANCE_INJURY && recognition.size > 0 &&
           text_is(recognition, filing->part.filing.recognition);
}

static const struct record *suspension(struct paper *paper, const struct flow_case *filing)
{
    struct text number = text_of(filing->trace);
    struct record *reference;

    paper->root = record_new(paper->arena, "filing_suspend");
    paper->full = paper->full || paper->root == NULL;
    (void)text_cut(&number, '/');
    reference = group(paper, paper->root, "reference");
    put_number(paper, reference, "treatingRegion", filing->in_region);
    put_number(paper, reference, "insuredRegion", filing->out_region);
    put(paper, reference, "filingNumber", arena_copy(paper->arena, number));
    put_number(paper, paper->root, "version", filing->letter_revision);
    put_day(paper, paper->root, "effectiveOn", instant_day(paper->situation->event->at));
    put_word(paper, paper->root, "recognitionNumber", filing->part.filing.recognition);
    return paper->root;
}

bool injury_record_postings(const struct flow_situation *situation,
                            struct flow_posting *postings, size_t *count, struct error *err)
{
    const struct flow_event *event = situation->event;
    struct paper paper = {.situation = situation, .arena = situation->arena};

    *count = 0;
    if (event->source != EVENT_SUBMITTED || event->action != ACTION_RECOGNITION ||
        !injury_is(event->body, "change", "withdrawn"))
        return true;
    for (size_t i = 0; i < event->related_count && *count < FLOW_POSTINGS_MAX; i++) {
        const struct flow_case *filing = event->related[i];
        struct flow_posting *posting = &postings[*count];

        if (!is_bound(filing, injury_text(event->body, "recognitionNumber")))
            continue;
        *posting = (struct flow_posting){.in_region = filing->in_region,
                                         .action = ACTION_FILING_SUSPEND,
                                         .row = (uint16_t)(*count + 1),
                                         .body = suspension(&paper, filing)};
        memcpy(posting->trace, filing->trace, sizeof(posting->trace));
        ++*count;
    }
    return !paper.full || fail(err, ERROR_MEMORY, "no memory for a suspension");
}

/* injury_lists.c - the checks of work-injury documents that no table says: people and codes,
 * recognitions and filings of one answer, intervals, the premium of a project. */
#include "core/injury_document.h"

#include <string.h>

#include "base/identity.h"
#include "core/injury_cover.h"

enum { WORKERS_MAX = 1000 /* as in the national schema */ };

static bool is_document(const struct injury_document *document, const char *name)
{
    return text_is(text_of(document->root->name), name);
}

/* --- revision -------------------------------------------------------------------------- */

/* What is new is the first revision, and nothing else is. */
void injury_check_revision(const struct injury_document *document)
{
    const struct record *root = document->root;

    if (injury_has(root, "change") &&
        injury_is(root, "change", "new") != injury_is(root, "revision", "1"))
        injury_issue_add(document->issues, "INJ-C08", true, 0);
}

/* --- people ---------------------------------------------------------------------------- */

/* Only the citizen number has a check digit; other papers are taken as written. Birth and sex
 * are compared where they are stated; 0 and 9 state no sex. */
static bool person_right(const struct record *person, struct day today)
{
    struct citizen_number number;
    struct day birth;
    uint64_t sex;

    if (injury_has(person, "identityType") && !injury_is(person, "identityType", "01"))
        return true;
    if (!citizen_number_parse(injury_text(person, "identityNumber"), today, &number))
        return false;
    if (injury_has(person, "sex")) {
        if (!record_number(person, "sex", 9, &sex))
            return false;
        if (sex != 0 && sex != 9 && (int)sex != citizen_number_sex(&number))
            return false;
    }
    return !injury_has(person, "birthDate") ||
           (record_day(person, "birthDate", &birth) &&
            birth.number == citizen_number_birth(&number).number);
}

static void check_people(const struct injury_document *document, const char *path)
{
    const struct record *at = record_find(document->root, path);
    bool list = strchr(path, '/') != NULL;

    for (size_t row = 1; at != NULL; at = record_same(at), row++)
        if (!person_right(at, document->today))
            injury_issue_add(document->issues, "INJ-C18", true, list ? row : 0);
}

void injury_check_people(const struct injury_document *document)
{
    check_people(document, "person");
    check_people(document, "dependants/dependant");
    check_people(document, "workers/worker");
}

/* --- unified social credit codes --------------------------------------------------------- */

struct credit_code {
    const char *rows;
    const char *path;
    bool list;
};

static const struct credit_code credit_codes[] = {
    {"person", "employerCode", false},
    {"employer", "code", false},
    {"insured/employer", "code", false},
    {"recognitions/recognition", "employerCode", true},
    {"project", "contractorCode", false},
    {"intervals/interval", "companyCode", true},
    {"owner", "code", false},
    {"contractor", "code", false},
    {"subcontractors/subcontractor", "code", true},
    {"workers/worker", "companyCode", true},
};

void injury_check_codes(const struct injury_document *document)
{
    for (size_t i = 0; i < COUNT_OF(credit_codes); i++) {
        const struct credit_code *code = &credit_codes[i];
        const struct record *at = record_find(document->root, code->rows);

        for (size_t row = 1; at != NULL; at = record_same(at), row++)
            if (injury_has(at, code->path) && !credit_code_valid(injury_text(at, code->path)))
                injury_issue_add(document->issues, "INJ-C19", true, code->list ? row : 0);
    }
}

/* --- regions --------------------------------------------------------------------------- */

static bool province_of(const struct record *root, const char *path, uint64_t *province)
{
    uint64_t region;

    if (!record_number(root, path, 999999, &region) || region < 100000)
        return false;
    *province = region / 10000;
    return true;
}

/* What is about a person goes between two provinces; a project or a roster stays in its own;
 * what is said about either (answer, status, reminder) has its regions. */
void injury_check_regions(const struct injury_document *document)
{
    const struct record *root = document->root;
    bool own = is_document(document, "project") || is_document(document, "roster");
    bool abroad = injury_has(root, "person");
    uint64_t from;
    uint64_t to;

    if (!injury_has(root, "reference"))
        return;
    if (!province_of(root, "reference/fromRegion", &from) ||
        !province_of(root, "reference/toRegion", &to) || (own && from != to) ||
        (abroad && from == to))
        injury_issue_add(document->issues, "INJ-C20", true, 0);
}

/* --- recognitions and filings of one answer ---------------------------------------------- */

static bool same_accident(const struct record *a, const struct record *b)
{
    struct instant at;
    struct instant other;

    return injury_instant(a, "accidentAt", &at) && injury_instant(b, "accidentAt", &other) &&
           at.ms == other.ms && injury_is(a, "state", "valid") &&
           injury_is(b, "state", "valid");
}

/* The same number twice is an error of the list; two valid recognitions of one accident are a
 * matter for an officer, because a stay is billed to one of them alone. */
void injury_check_recognitions(const struct injury_document *document)
{
    const struct record *first = record_find(document->root, "recognitions/recognition");
    size_t row = 1;

    for (const struct record *at = first; at != NULL; at = record_same(at), row++) {
        for (const struct record *before = first; before != at; before = record_same(before)) {
            if (text_equal(injury_text(before, "recognitionNumber"),
                           injury_text(at, "recognitionNumber")))
                injury_issue_add(document->issues, "INJ-C23", true, row);
            else if (same_accident(before, at))
                injury_issue_add(document->issues, "INJ-C23", false, row);
        }
    }
}

static const struct record *find_recognition(const struct record *root, struct text number)
{
    const struct record *at = record_find(root, "recognitions/recognition");

    while (at != NULL && !text_equal(injury_text(at, "recognitionNumber"), number))
        at = record_same(at);
    return at;
}

/* A filing names a recognition of the same answer; an effective one, one that was not
 * withdrawn. */
void injury_check_filings(const struct injury_document *document)
{
    const struct record *at = record_find(document->root, "filings/filing");

    for (size_t row = 1; at != NULL; at = record_same(at), row++) {
        const struct record *recognition = find_recognition(
            document->root, injury_text(at, "recognitionNumber"));

        if (recognition == NULL || (injury_is(at, "state", "effective") &&
                                    injury_is(recognition, "state", "withdrawn")))
            injury_issue_add(document->issues, "INJ-C24", true, row);
    }
}

/* A relation that has ended, and a filing that is still effective: one of the two is wrong, or
 * the filing is to be cancelled. */
void injury_check_ended(const struct injury_document *document)
{
    const struct record *at = record_find(document->root, "filings/filing");

    if (!injury_is(document->root, "insured/state", "ended"))
        return;
    for (size_t row = 1; at != NULL; at = record_same(at), row++)
        if (injury_is(at, "state", "effective"))
            injury_issue_add(document->issues, "INJ-C37", false, row);
}

/* --- project --------------------------------------------------------------------------- */

/* What a state says must be there: paid from `paid` on, an extension, an end. */
static bool state_fits(const struct injury_project *project)
{
    bool extended = project->extended_to.number != 0;
    bool ended = project->ended_on.number != 0;

    switch (project->state) {
    case PROJECT_REGISTERED:
        return project->paid_on.number == 0 && !ended;
    case PROJECT_PAID:
    case PROJECT_ACTIVE:
    case PROJECT_SUSPENDED:
        return project->paid_on.number != 0 && !ended;
    case PROJECT_EXTENDED:
        return project->paid_on.number != 0 && extended && !ended;
    case PROJECT_COMPLETED:
    case PROJECT_CLOSED:
        return project->paid_on.number != 0 && ended;
    case PROJECT_CANCELLED:
        return true;
    default:
        return false;
    }
}

void injury_check_project(const struct injury_document *document)
{
    const struct record *root = document->root;
    bool whole = is_document(document, "project");
    const struct record *at = whole ? root : record_find(root, "project");
    struct injury_project project;
    struct money base;
    struct money stated;
    struct money premium;

    if (at == NULL)
        return;
    injury_project_read(at, &project);
    if (project.broken || !state_fits(&project))
        injury_issue_add(document->issues, "INJ-C26", true, 0);
    if (!whole)
        return;
    if (!record_money(root, "base/amount", &base) || !record_money(root, "premium", &stated) ||
        !injury_premium(base, injury_text(root, "base/rate"), &premium) ||
        !money_equal(stated, premium))
        injury_issue_add(document->issues, "INJ-C27", true, 0);
}

/* --- the finding of a proof --------------------------------------------------------------- */

/* A proof or notice that says how the accident lies: what its own data say is compared. */
void injury_check_finding(const struct injury_document *document)
{
    const struct record *root = document->root;
    const struct record *at = record_find(root, "project");
    struct injury_project project;
    struct injury_intervals intervals;
    struct injury_cover cover;
    struct instant accident;
    uint64_t region;

    if (at == NULL || !injury_has(root, "finding") ||
        !injury_instant(root, "accidentAt", &accident) ||
        !record_number(at, "region", 999999, &region))
        return;
    injury_project_read(at, &project);
    injury_intervals_read(record_find(root, "intervals"), &intervals);
    injury_cover_decide(&project, &intervals, accident, day_start(document->today),
                        (uint32_t)region, document->rules, &cover);
    if (!injury_is(root, "finding", injury_finding_code(cover.finding)))
        injury_issue_add(document->issues, "INJ-C36", false, cover.interval);
}

/* --- intervals ------------------------------------------------------------------------- */

struct worker {
    struct text identity; /* in its one form, if it is a citizen number */
    struct instant from;
    struct instant to; /* none: still there */
    uint64_t version;
    bool read;
    bool cancelled;
    bool newest; /* the row that counts of its person and entry */
};

/* An entry, an exit after it, and a late addition not before the entry. */
static bool read_worker(const struct record *row, struct worker *worker)
{
    struct instant added;

    if (!injury_instant(row, "from", &worker->from) ||
        !record_number(row, "version", UINT32_MAX, &worker->version))
        return false;
    if (injury_has(row, "to") &&
        (!injury_instant(row, "to", &worker->to) || !instant_before(worker->from, worker->to)))
        return false;
    return !injury_has(row, "addedAt") ||
           (injury_instant(row, "addedAt", &added) && !instant_before(added, worker->from));
}

static bool read_identity(const struct record *row, struct day today, struct arena *arena,
                          struct text *identity)
{
    struct citizen_number number;

    *identity = injury_text(row, "identityNumber");
    if (!citizen_number_parse(*identity, today, &number))
        return true;
    *identity = arena_copy(arena, text_of(number.digits));
    return identity->at != NULL;
}

static bool overlap(const struct worker *a, const struct worker *b)
{
    return (a->to.ms == 0 || instant_before(b->from, a->to)) &&
           (b->to.ms == 0 || instant_before(a->from, b->to));
}

static bool same_entry(const struct worker *a, const struct worker *b)
{
    return a->read && b->read && a->from.ms == b->from.ms &&
           text_equal(a->identity, b->identity);
}

static void find_newest(struct worker *workers, size_t count)
{
    for (size_t row = 0; row < count; row++) {
        struct worker *at = &workers[row];

        at->newest = at->read && !at->cancelled;
        for (size_t i = 0; i < count && at->newest; i++)
            at->newest = !same_entry(&workers[i], at) || workers[i].version <= at->version;
    }
}

/* Two rows of one person: with one entry and version they contradict each other; with two
 * entries and a time in common an exit was forgotten, perhaps. Rows of one entry and several
 * versions are the history of one interval, of which the newest counts. */
static void compare_workers(const struct injury_document *document,
                            const struct worker *workers, size_t count)
{
    for (size_t row = 1; row < count; row++) {
        const struct worker *at = &workers[row];

        for (size_t i = 0; i < row; i++) {
            const struct worker *before = &workers[i];

            if (same_entry(before, at)) {
                if (before->version == at->version)
                    injury_issue_add(document->issues, "INJ-C28", true, row + 1);
            } else if (at->newest && before->newest && overlap(before, at) &&
                       text_equal(before->identity, at->identity)) {
                injury_issue_add(document->issues, "INJ-C35", false, row + 1);
            }
        }
    }
}

static bool check_workers(const struct injury_document *document, const char *path,
                          struct arena *arena, struct error *err)
{
    const struct record *at = record_find(document->root, path);
    size_t count = record_count(document->root, path);
    struct worker *workers;

    if (count == 0)
        return true;
    if (count > WORKERS_MAX) {
        injury_issue_add(document->issues, "INJ-C25", true, 0);
        count = WORKERS_MAX;
    }
    workers = arena_array(arena, count, sizeof(*workers));
    if (workers == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the checks of a roster");
    memset(workers, 0, count * sizeof(*workers));
    for (size_t row = 0; row < count; at = record_same(at), row++) {
        struct worker *worker = &workers[row];

        worker->read = read_worker(at, worker);
        worker->cancelled = injury_is(at, "cancelled", "true");
        if (!worker->read)
            injury_issue_add(document->issues, "INJ-C25", true, row + 1);
        if (!read_identity(at, document->today, arena, &worker->identity))
            return fail(err, ERROR_MEMORY, "no memory for the checks of a roster");
    }
    find_newest(workers, count);
    compare_workers(document, workers, count);
    return true;
}

/* The intervals of a proof are one person's: none has an identity, so all are compared. */
bool injury_check_intervals(const struct injury_document *document, struct arena *arena,
                            struct error *err)
{
    return check_workers(document, "workers/worker", arena, err) &&
           check_workers(document, "intervals/interval", arena, err);
}

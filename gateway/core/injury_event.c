/* injury_event.c - what an event brings to a record: does it fit, what does it say, which
 * guards hold. */
#include <string.h>

#include "core/injury_document.h"
#include "core/injury_record.h"

/* Keeps records apart from projects, and both from the names of other flows' cases. */
#define RECORD_TRACE  "INJ/"
#define PROJECT_TRACE "PRJ/"

static bool refuse(struct flow_facts *facts, const char *code, const char *reason)
{
    facts->refusal = code;
    facts->reason = reason;
    return true;
}

static uint32_t province(uint32_t region)
{
    return region / 10000 * 10000;
}

static bool is_own(const struct record *body)
{
    return strcmp(body->name, "project") == 0 || strcmp(body->name, "roster") == 0;
}

static void write_trace(const char *prefix, struct text number, char trace[TRACE_SIZE])
{
    struct buffer buffer = buffer_over(trace, TRACE_SIZE - 1);

    memset(trace, 0, TRACE_SIZE);
    if (number.size == 0)
        return;
    buffer_string(&buffer, prefix);
    buffer_text(&buffer, number);
    if (buffer.overflow)
        memset(trace, 0, TRACE_SIZE);
}

/* A record has its number in the region that opened it, a project its own in its province. */
void injury_record_reference(const struct record *body, struct flow_reference *reference)
{
    bool own = is_own(body);

    *reference = (struct flow_reference){
        .in_region = record_region(body, "reference/fromRegion"),
        .out_region = record_region(body, "reference/toRegion"),
    };
    if (own)
        reference->in_region = province(reference->in_region);
    write_trace(own ? PROJECT_TRACE : RECORD_TRACE,
                injury_text(body, own ? "projectNumber" : "reference/recordNumber"),
                reference->trace);
}

bool injury_record_recall(unsigned action, const struct record *body,
                          struct flow_recall *recall)
{
    if (action != ACTION_COVER_QUERY)
        return false;
    recall->in_region = province(record_region(body, "reference/toRegion"));
    write_trace(PROJECT_TRACE, injury_text(body, "projectNumber"), recall->trace);
    return recall->in_region != 0 && recall->trace[0] != '\0';
}

/* --- does it belong to the record? -------------------------------------------------------- */

static bool ours(const struct flow_situation *situation)
{
    return situation->event->source == EVENT_SUBMITTED;
}

static bool persons_differ(const uint8_t a[16], const uint8_t b[16])
{
    static const uint8_t none[16];

    return memcmp(a, none, 16) != 0 && memcmp(b, none, 16) != 0 && memcmp(a, b, 16) != 0;
}

/* Of an answer, what it answers. */
static bool of_this_kind(const struct flow_case *before, unsigned action)
{
    unsigned opened = before->part.injury.action;

    switch (injury_kind_of(action)) {
    case KIND_NOTHING:
        return true;
    case KIND_ANSWER:
        return injury_answer_action(opened) == action;
    case KIND_OWN:
        return injury_kind_of(opened) == KIND_OWN;
    default:
        return opened == action;
    }
}

static void read_reference(const struct flow_situation *situation, struct flow_facts *facts)
{
    const struct flow_event *event = situation->event;
    const struct flow_case *before = situation->before;
    struct flow_reference reference;

    injury_record_reference(event->body, &reference);
    facts->in_region = reference.in_region;
    facts->out_region = reference.out_region;
    memcpy(facts->trace, reference.trace, sizeof(facts->trace));
    if (facts->trace[0] == '\0' || facts->in_region == 0 || facts->out_region == 0)
        refuse(facts, "INJ-T01", "number or regions are missing");
    else if (is_own(event->body) != (province(facts->in_region) == province(facts->out_region)))
        refuse(facts, "INJ-T01", "projects stay in their province, records leave it");
    else if (!situation->opening && (facts->in_region != before->in_region ||
                                     facts->out_region != before->out_region ||
                                     strcmp(facts->trace, before->trace) != 0))
        refuse(facts, "INJ-T01", "number or regions are not those of the record");
    else if (!situation->opening && !of_this_kind(before, event->action))
        refuse(facts, "INJ-T01", "the record is of another kind");
    else if (persons_differ(before->person_tag, event->person_tag))
        refuse(facts, "INJ-T02", "the person is not that of the record");
}

/* --- its checks ----------------------------------------------------------------------------
 */

/* What the receiver would refuse is a warning for our own core; but what is kept here is
 * decided from here. */
static bool run_checks(const struct flow_situation *situation, struct flow_facts *facts,
                       struct injury_facts *said, struct flow_decision *decision,
                       struct error *err)
{
    const struct flow_event *event = situation->event;
    bool hard = !ours(situation) || injury_kind_of(event->action) == KIND_OWN;

    if (!injury_checks_run(event->body, instant_day(event->at), situation->rules,
                           situation->arena, &said->issues, err))
        return false;
    for (size_t i = 0; i < said->issues.count; i++) {
        const struct injury_issue *issue = &said->issues.list[i];

        if (hard && issue->hard && facts->refusal == NULL) {
            memcpy(facts->code, issue->code, sizeof(facts->code));
            refuse(facts, facts->code, "a check of the document fails");
        }
        flow_warn(decision, issue->code, issue->row);
    }
    return true;
}

/* --- what it is about ----------------------------------------------------------------------
 */

static struct instant about_of(const struct record *body)
{
    struct instant at = {0};
    struct day day;
    uint64_t year;

    if (injury_instant(body, "accidentAt", &at))
        return at;
    if (record_number(body, "year", 9999, &year) && day_from((int)year, 1, 1, &day))
        return day_start(day);
    if (injury_day(body, "month", &day) || injury_day(body, "diagnosedOn", &day))
        return day_start(day);
    return (struct instant){0};
}

static void describe(const struct record *body, struct injury_facts *said)
{
    struct text number = injury_text(body, "recognitionNumber");

    if (!text_to_field(number, said->recognition, sizeof(said->recognition)))
        memset(said->recognition, 0, sizeof(said->recognition));
    said->about = about_of(body);
}

/* How the accident lies in what a proof or notice says itself. */
static void look_at_cover(const struct flow_situation *situation, struct injury_facts *said)
{
    const struct record *body = situation->event->body;
    const struct record *at = record_find(body, "project");
    struct injury_project project;
    struct injury_intervals intervals;
    struct instant accident;

    if (at == NULL || !injury_instant(body, "accidentAt", &accident))
        return;
    injury_project_read(at, &project);
    injury_intervals_read(record_find(body, "intervals"), &intervals);
    injury_cover_decide(&project, &intervals, accident, situation->event->at,
                        record_region(at, "region"), situation->rules, &said->cover);
    said->covered = true;
}

/* The name that stands beside this person in the roster. */
static bool name_fits(const struct injury_intervals *intervals, struct text name)
{
    for (size_t i = 0; i < intervals->count; i++)
        if (!text_equal(injury_text(intervals->list[i].row, "name"), name))
            return false;
    return true;
}

/* Project and roster are kept: they answer what no officer has to decide. */
static void look_at_kept(const struct flow_situation *situation, struct injury_facts *said)
{
    const struct flow_event *event = situation->event;
    const struct record *project_at = event->kept[0];
    const struct record *roster = event->kept[1];
    struct text permit = injury_text(event->body, "permitNumber");
    struct injury_project project;
    struct injury_intervals intervals;
    struct instant accident;

    if (project_at == NULL || roster == NULL ||
        !injury_instant(event->body, "accidentAt", &accident) ||
        (permit.size > 0 && !text_equal(permit, injury_text(project_at, "permitNumber"))))
        return;
    injury_project_read(project_at, &project);
    injury_roster_find(roster, injury_text(event->body, "person/identityNumber"),
                       instant_day(event->at), &intervals);
    if (!name_fits(&intervals, injury_text(event->body, "person/name")))
        return;
    injury_cover_decide(&project, &intervals, accident, event->at, event->recalled->out_region,
                        situation->rules, &said->cover);
    said->known = said->covered = said->cover.answer != COVER_UNDECIDED;
}

/* --- kind by kind --------------------------------------------------------------------------
 */

static bool read_question(const struct flow_situation *situation, struct flow_facts *facts,
                          struct injury_facts *said)
{
    const struct flow_event *event = situation->event;

    if (ours(situation))
        return true;
    if (!instant_before(event->at, event->answer_by))
        return refuse(facts, "INJ-T08", "it came after the time for its answer");
    if (event->action == ACTION_COVER_QUERY && event->recalled != NULL)
        look_at_kept(situation, said);
    return true;
}

static bool differs(const struct flow_case *before, const struct injury_facts *said)
{
    const struct injury_record *part = &before->part.injury;

    return (said->about.ms != 0 && part->about.ms != 0 && said->about.ms != part->about.ms) ||
           (said->recognition[0] != '\0' && part->recognition[0] != '\0' &&
            strcmp(said->recognition, part->recognition) != 0);
}

static bool is_request(const struct flow_case *before)
{
    return injury_kind_of(before->part.injury.action) == KIND_REQUEST;
}

/* Between provinces the envelope says which question is answered; our own core says it by
 * answering in its response, or not at all. */
static bool is_mine(const struct flow_situation *situation)
{
    const struct flow_event *event = situation->event;
    const struct injury_record *part = &situation->before->part.injury;
    const struct flow_question *question = &part->question;

    if (is_request(situation->before))
        return ours(situation) || uuid_equal(&event->in_reply_to, &part->asked);
    if (injury_answer_action(question->action) != event->action)
        return false;
    if (!ours(situation))
        return uuid_equal(&event->in_reply_to, &question->asked);
    return uuid_is_none(&event->in_reply_to) ||
           uuid_equal(&event->in_reply_to, &question->to_core);
}

static bool is_late(const struct flow_situation *situation)
{
    const struct injury_record *part = &situation->before->part.injury;

    return situation->event->source == EVENT_RECEIVED && !uuid_is_none(&part->asked) &&
           uuid_equal(&situation->event->in_reply_to, &part->asked);
}

static bool read_answer(const struct flow_situation *situation, struct flow_facts *facts,
                        struct injury_facts *said)
{
    const struct record *body = situation->event->body;

    said->answer_ok = injury_is(body, "result/verdict", "ok");
    if (ours(situation) && !is_mine(situation))
        return refuse(facts, "INJ-T07", "no open question has this answer");
    if ((is_mine(situation) || is_late(situation)) && differs(situation->before, said))
        return refuse(facts, "INJ-T04", "the answer is about something else");
    if (!said->answer_ok &&
        !text_to_field(injury_text(body, "result/code"), facts->code, sizeof(facts->code)))
        memset(facts->code, 0, sizeof(facts->code));
    if (situation->event->action == ACTION_COVER_PROOF)
        look_at_cover(situation, said);
    return true;
}

static bool in_force(const struct flow_case *other)
{
    return other->flow == FLOW_INJURY_RECORD && other->state == INJURY_HELD &&
           other->part.injury.action == ACTION_RECOGNITION;
}

/* A stay is billed to one recognition: of one accident there is one, in one record. */
static bool look_at_others(const struct flow_situation *situation, struct flow_facts *facts,
                           const struct injury_facts *said)
{
    const struct flow_event *event = situation->event;

    for (size_t i = 0; i < event->related_count; i++) {
        const struct flow_case *other = event->related[i];

        if (!in_force(other) || other->role != situation->before->role ||
            other->party != event->party ||
            uuid_equal(&other->case_id, &situation->before->case_id))
            continue;
        if (strcmp(other->part.injury.recognition, said->recognition) == 0)
            return refuse(facts, "INJ-T05", "this recognition is held under another number");
        if (said->about.ms != 0 && other->part.injury.about.ms == said->about.ms)
            return refuse(facts, "INJ-T06", "another recognition of this accident is held");
    }
    return true;
}

static bool read_decision(const struct flow_situation *situation, struct flow_facts *facts,
                          struct injury_facts *said)
{
    const struct flow_event *event = situation->event;
    const struct flow_case *before = situation->before;
    uint64_t revision = 0;
    bool first;

    if (!record_number(event->body, "revision", 9999, &revision) ||
        revision != before->letter_revision + 1 ||
        (!ours(situation) && event->revision != revision))
        return refuse(facts, "INJ-T03", "not the revision that is due");
    first = before->letter_revision == 0;
    if (injury_is(event->body, "change", "new") != first)
        return refuse(facts, "INJ-T03", "the first revision is new, and no other");
    said->revision = (uint32_t)revision;
    said->withdraws = injury_is(event->body, "change", "withdrawn");
    if (!first && strcmp(before->part.injury.recognition, said->recognition) != 0)
        return refuse(facts, "INJ-T04", "the decision is about another recognition");
    if (event->action != ACTION_RECOGNITION || said->withdraws)
        return true;
    return look_at_others(situation, facts, said);
}

static bool ends(enum injury_project_state state)
{
    return state == PROJECT_CLOSED || state == PROJECT_CANCELLED;
}

static bool read_own(const struct flow_situation *situation, struct flow_facts *facts,
                     struct injury_facts *said)
{
    const struct flow_event *event = situation->event;
    const struct flow_case *before = situation->before;
    uint64_t revision = 0;

    if (event->action == ACTION_ROSTER)
        return true;
    if (!record_number(event->body, "revision", 9999, &revision) ||
        (!situation->opening && revision != before->letter_revision + 1))
        return refuse(facts, "INJ-T03", "not the revision that is due");
    said->revision = (uint32_t)revision;
    said->project = injury_project_state_of(injury_text(event->body, "state"));
    if (!situation->opening &&
        !injury_project_may_become((enum injury_project_state)before->part.injury.project,
                                   said->project))
        return refuse(facts, "INJ-T09", "the project cannot be in this state after its last");
    return true;
}

/* --- the whole -----------------------------------------------------------------------------
 */

static bool read_document(const struct flow_situation *situation, struct flow_facts *facts,
                          struct injury_facts *said)
{
    switch (injury_kind_of(situation->event->action)) {
    case KIND_QUESTION:
        return read_question(situation, facts, said);
    case KIND_ANSWER:
        return read_answer(situation, facts, said);
    case KIND_DECISION:
        return read_decision(situation, facts, said);
    case KIND_OWN:
        return read_own(situation, facts, said);
    case KIND_NOTICE:
        if (situation->event->action == ACTION_COVER_NOTICE)
            look_at_cover(situation, said);
        return true;
    default:
        return true;
    }
}

/* A revision that is not taken is due again: until it is sent anew the two sides differ. */
static void read_receipt(const struct flow_situation *situation, struct flow_facts *facts)
{
    const struct flow_event *event = situation->event;
    bool no_case = event->verdict == VERDICT_REFUSED && strcmp(event->code, FLOW_NO_CASE) == 0;

    if ((event->verdict != VERDICT_REFUSED && event->verdict != VERDICT_CONFLICT) || no_case)
        return;
    memcpy(facts->code, event->code, sizeof(facts->code));
    if (situation->before->state == INJURY_HELD && event->revision > 1 &&
        injury_kind_of(event->action) == KIND_DECISION)
        facts->flags |= CASE_FLAGGED;
}

bool injury_record_read(const struct flow_situation *situation, struct flow_facts *facts,
                        struct flow_decision *decision, struct error *err)
{
    const struct flow_event *event = situation->event;
    struct injury_facts *said = arena_alloc(situation->arena, sizeof(*said));

    if (said == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a record");
    memset(said, 0, sizeof(*said));
    facts->details = said;
    if (event->source == EVENT_RECEIPT)
        read_receipt(situation, facts);
    if (event->source != EVENT_SUBMITTED && event->source != EVENT_RECEIVED)
        return true;
    read_reference(situation, facts);
    if (facts->refusal != NULL || injury_kind_of(event->action) == KIND_NOTHING)
        return true;
    describe(event->body, said);
    return read_document(situation, facts, said) &&
           (facts->refusal != NULL || run_checks(situation, facts, said, decision, err));
}

/* --- guards --------------------------------------------------------------------------------
 */

static unsigned guard_if(bool holds, enum injury_record_guard guard)
{
    return holds ? (unsigned)guard : 0;
}

static unsigned receipt_guards(const struct flow_situation *situation)
{
    const struct flow_event *event = situation->event;
    const struct injury_record *part = &situation->before->part.injury;
    bool refused = event->verdict == VERDICT_REFUSED || event->verdict == VERDICT_CONFLICT;
    bool taken = event->verdict == VERDICT_ACCEPTED || event->verdict == VERDICT_PENDING;
    /* A question that was given up and asked again: the receipt may be the first one's. */
    bool newest = injury_answer_action(event->action) == ACTION_NONE ||
                  uuid_equal(&event->message_id, &part->asked);

    return guard_if(refused && newest, INJURY_IF_REFUSED) | guard_if(taken, INJURY_IF_TAKEN) |
           guard_if(event->revision == 1, INJURY_IF_FIRST) |
           guard_if(event->verdict == VERDICT_REFUSED && strcmp(event->code, FLOW_NO_CASE) == 0,
                    INJURY_IF_NO_CASE);
}

unsigned injury_record_guards(const struct flow_situation *situation,
                              const struct flow_facts *facts)
{
    const struct flow_event *event = situation->event;
    const struct injury_facts *said = facts->details;
    unsigned guards;

    if (said == NULL)
        return 0;
    if (event->source == EVENT_RECEIPT)
        return receipt_guards(situation);
    guards = guard_if(said->known, INJURY_IF_KNOWN) |
             guard_if(said->withdraws, INJURY_IF_WITHDRAWS) |
             guard_if(ends(said->project), INJURY_IF_ENDS);
    if (injury_kind_of(event->action) != KIND_ANSWER || event->body == NULL)
        return guards;
    return guards | guard_if(said->answer_ok, INJURY_IF_OK) |
           guard_if(!said->answer_ok, INJURY_IF_NO) |
           guard_if(is_mine(situation), INJURY_IF_MINE) |
           guard_if(is_late(situation), INJURY_IF_LATE);
}

/* wire_enquiry_documents_test.c - schemas/national/enquiry.xsd: what it takes and what not; and
 * what the gateway writes, of cases of every flow in every state, follows it and holds nothing
 * of the person. */
#include "codec_fixture.h"

#include "core/transfer_enquiry.h"
#include "enquiry_documents.h"

static const int64_t now_ms = INT64_C(1772413200000); /* 2026-03-02 09:00 +08:00 */
static const struct rules rules;

/* --- what came ---------------------------------------------------------------------------- */

#define HEAD(name)                                                                             \
    "<" name " xmlns='urn:qiantong:enquiry:1'><reference><enquiryNumber>CX1</enquiryNumber>"   \
    "<fromRegion>520100</fromRegion><toRegion>440100</toRegion></reference>"
#define ASK(text)   HEAD("status_query") text "</status_query>"
#define REPLY(text) HEAD("status_answer") text "</status_answer>"
#define QUERY(text)                                                                            \
    "<status_query xmlns='urn:qiantong:enquiry:1'>" text PERSON "</status_query>"
#define REFERENCE(number)                                                                      \
    "<reference><enquiryNumber>" number "</enquiryNumber><fromRegion>520100</fromRegion>"      \
    "<toRegion>440100</toRegion></reference>"
#define ANSWER(text) "<answer xmlns='urn:qiantong:enquiry:1'>" text "</answer>"
#define PERSON       "<person><identityNumber>529901198001151233</identityNumber></person>"
#define ID           "<caseId>019cabf1-4a10-7c00-8000-000000000001</caseId>"
#define AT           "<answeredAt>2026-03-02T09:00:00.000+08:00</answeredAt>"
#define NOTHING      AT "<count>0</count><more>false</more>"
#define ROUTE                                                                                  \
    "<traceNumber>QT1</traceNumber><inRegion>520100</inRegion><outRegion>440100</outRegion>"
#define FLOW                                                                                   \
    "<flow>pension.employee</flow><flowName>企业职工</flowName><state>new</state>"         \
    "<stateName>已受理申请</stateName>"
#define SINCE                                                                                  \
    "<openedOn>2026-03-01</openedOn><changedAt>2026-03-01T10:00:00.000+08:00</changedAt>"
#define ONE "<case>" ID ROUTE FLOW SINCE "</case>"
#define LIMIT(state)                                                                           \
    "<limits><limit>" ID "<kind>d1</kind><kindName>发函时限</kindName><state>" state           \
    "</state><dueOn>2026-03-18</dueOn></limit></limits>"
#define CASES(list) AT "<count>1</count><more>false</more><cases>" list "</cases>"

static const char *const good[] = {
    ASK(PERSON),
    ASK(ID),
    ASK(PERSON "<flow>medical.transfer</flow><insuranceKind>310</insuranceKind>"
               "<text>参保人询问进度</text>"
               "<handler><name>𠮷野</name><date>2026-03-02</date>"
               "<agencyName>测试中心</agencyName></handler>"),
    ASK("<person><identityType>08</identityType><identityNumber>G1(2)</identityNumber>"
        "</person>"),
    REPLY(NOTHING),
    REPLY(CASES(ONE)),
    REPLY(CASES(ONE) LIMIT("running")),
    REPLY(CASES(ONE) LIMIT("paused")),
    REPLY(CASES(ONE) LIMIT("passed")),
    REPLY(AT "<refusedWith>UNKNOWN_FLOW</refusedWith>"),
    HEAD("reminder") "<text>请办理</text></reminder>",
    HEAD("reminder") "<clock>reply</clock><dueOn>2026-03-05</dueOn><text>请</text></reminder>",
    ANSWER("<verdict>accepted</verdict>"
           "<receivedAt>2026-03-02T09:00:00.000+08:00</receivedAt>"),
};

static const char *const bad[] = {
    ASK("<person><name>张喆</name><identityNumber>529901198001151233</identityNumber>"
        "</person>"), /* a name is not needed */
    ASK("<person><identityNumber>５２９９０１</identityNumber></person>"),
    ASK("<person><identityNumber></identityNumber></person>"),
    ASK("<person/>"),
    ASK("<caseId>019CABF1-4A10-7C00-8000-000000000001</caseId>"),
    ASK("<caseId>019cabf1-4a10-4c00-8000-000000000001</caseId>"), /* version 4 */
    ASK(PERSON "<flow>pension</flow>"),
    ASK(PERSON "<flow>Pension.Employee</flow>"),
    ASK(PERSON "<insuranceKind>1100</insuranceKind>"),
    ASK(PERSON "<insuranceKind>110</insuranceKind><flow>pension.employee</flow>"), /* order */
    ASK(PERSON PERSON),
    ASK(PERSON "<sex>1</sex>"),
    REPLY(PERSON NOTHING), /* nothing of the person is repeated */
    REPLY(""),
    REPLY(AT "<count>33</count><more>false</more>"),
    REPLY(AT "<count>00</count><more>false</more>"),
    REPLY(AT "<count>0</count><more>no</more>"),
    REPLY("<answeredAt>2026-13-02T09:00:00.000+08:00</answeredAt>"),
    REPLY(CASES("")),
    REPLY(CASES("<case>" ID ROUTE FLOW "</case>")),
    REPLY(CASES("<case>" ROUTE FLOW SINCE "</case>")),
    REPLY(CASES(ONE) LIMIT("met")),
    REPLY(CASES(ONE) LIMIT("")),
    HEAD("status_question") PERSON "</status_question>",
    QUERY(""),
    QUERY(REFERENCE("123456789012345678901")),
    QUERY(REFERENCE("CX/1")),
    QUERY(REFERENCE("")),
};

static bool taken(struct fixture *fixture, const char *text)
{
    struct record *root = NULL;

    return read_text(fixture, text_of(text), &root) &&
           codec_check_national(schemas, FLOW_TRANSFER_ENQUIRY, root, &fixture->err);
}

static void what_is_taken_and_what_not(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT_OF(good); i++)
        if (!taken(fixture, good[i]))
            stop(good[i], fixture->err.text);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        fixture->err.code = ERROR_NONE;
        if (taken(fixture, bad[i]))
            stop("taken", bad[i]);
    }
}

/* --- what is made ---------------------------------------------------------------------------
 */

static struct flow_case case_of(const struct flow *flow, unsigned state)
{
    struct flow_case at = {
        .case_id = {{1, 156, 171, 241, 74, 16, 0x7c, 0, 0x80, 0, 0, 0, 0, 0, 0,
                     (uint8_t)state}},
        .flow = flow->number,
        .role = flow->roles[0],
        .state = (uint8_t)state,
        .party = 2,
        .in_region = 520000,
        .out_region = 440000,
        .opened_at = {now_ms - 1},
        .changed_at = {now_ms},
        .trace = "H52010000001/ZY20260302000000000001",
        .last_code = "UNKNOWN_FLOW_15",
    };

    memset(at.person_tag, 'Q', sizeof(at.person_tag));
    for (unsigned i = 0; i < FLOW_CLOCKS_MAX; i++)
        at.clocks[i] = (struct flow_clock){
            .kind = (uint8_t)(1 + (i + state * FLOW_CLOCKS_MAX) % (CLOCK_KINDS - 1)),
            .state = (uint8_t)(1 + i % 3),
            .paused = i % 2 == 0,
            .start = {1},
            .due = {now_ms}};
    return at;
}

static void look_at(struct fixture *fixture, const struct flow_send *send)
{
    static const char *const personal[] = {DOCUMENT_PERSON, "5299", "QQQQ"};
    size_t size = record_encoded_size(send->made);
    struct buffer bytes = buffer_over(arena_alloc(fixture->arena, size), size);

    assert_string_equal(send->made->name, action_name(send->action).english);
    if (!codec_check_national(schemas, FLOW_TRANSFER_ENQUIRY, send->made, &fixture->err))
        stop(send->made->name, fixture->err.text);
    record_encode(send->made, &bytes);
    for (size_t i = 0; i < COUNT_OF(personal); i++)
        assert_null(memmem(bytes.at, bytes.size, personal[i], strlen(personal[i])));
}

static void decide(struct fixture *fixture, const struct flow_case *before,
                   const struct flow_event *event)
{
    struct calendar *calendar = calendar_new();
    struct flow_decision *decision = arena_alloc(fixture->arena, sizeof(*decision));

    assert_non_null(calendar);
    assert_true(flow_decide(&transfer_enquiry_flow, &rules, calendar, before, event,
                            fixture->arena, decision, &fixture->err));
    assert_int_equal(decision->kind, DECISION_ACCEPTED);
    for (size_t i = 0; i < decision->send_count; i++)
        look_at(fixture, &decision->sends[i]);
    calendar_free(calendar);
}

static void cases_of_every_flow_in_every_state(void **state)
{
    static struct flow_case cases[FLOW_STATES_MAX];
    static const struct flow_case *related[FLOW_STATES_MAX];
    struct fixture *fixture = *state;

    for (size_t f = 0; flows[f] != NULL; f++) {
        struct flow_event event = {
            .source = EVENT_RECEIVED,
            .action = ACTION_STATUS_QUERY,
            .revision = 1,
            .at = {now_ms},
            .party = 2,
            .body = enquiry_document(fixture->arena, ACTION_STATUS_QUERY),
            .related = related,
            .related_count = flows[f]->state_count,
        };

        for (unsigned at = 0; at < flows[f]->state_count; at++) {
            cases[at] = case_of(flows[f], at);
            related[at] = &cases[at];
        }
        decide(fixture, NULL, &event);
    }
}

static void a_reminder_and_a_refusal(void **state)
{
    struct flow_case asked = case_of(&transfer_enquiry_flow, ENQUIRY_ASKED);
    struct flow_event timer = {
        .source = EVENT_TIMER, .clock_kind = CLOCK_REPLY, .at = {now_ms}};
    struct flow_event refused = {.source = EVENT_RECEIPT,
                                 .action = ACTION_STATUS_QUERY,
                                 .revision = 1,
                                 .at = {now_ms},
                                 .verdict = VERDICT_REFUSED,
                                 .code = "UNKNOWN_FLOW"};

    strcpy(asked.trace, "ENQ/" ENQUIRY_NUMBER);
    memset(asked.clocks, 0, sizeof(asked.clocks));
    asked.clocks[0] = (struct flow_clock){
        .kind = CLOCK_REPLY, .state = CLOCK_STATE_RUNNING, .start = {1}, .due = {now_ms}};
    decide(*state, &asked, &timer);
    decide(*state, &asked, &refused);
    refused.code[0] = '\0';
    decide(*state, &asked, &refused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_taken_and_what_not, setup, teardown),
        cmocka_unit_test_setup_teardown(cases_of_every_flow_in_every_state, setup, teardown),
        cmocka_unit_test_setup_teardown(a_reminder_and_a_refusal, setup, teardown),
    };

    return cmocka_run_group_tests(tests, open_schemas, close_schemas);
}

/* core_stay_refusals_test.c - what a stay refuses, and what it only flags: one good document at
 * a time, spoiled in one place. */
#include "unit.h"

#include "core/settlement_filing.h"
#include "stay_walk.h"

static struct arena *arena;
static struct calendar *calendar;
static struct rules rules;
static struct flow_decision decision;
static struct flow_case before;
static struct flow_event event;

/* A case and a good event at `role`. */
static void begin(unsigned role, unsigned from, unsigned source, unsigned action)
{
    struct point point = {.role = role,
                          .from = from,
                          .source = source,
                          .action = action,
                          .of = ACTION_SETTLE,
                          .ok = true};

    arena_reset(arena);
    before = walk_case(&point);
    event = walk_event(&point, &before, arena);
}

static struct record *leaf(const char *path)
{
    struct record *node = (struct record *)(uintptr_t)record_find(event.body, path);

    assert_non_null(node);
    return node;
}

static void set(const char *path, const char *value)
{
    leaf(path)->value.hidden = text_of(value);
}

static void put(const char *name, const char *value)
{
    walk_add(arena, (struct record *)(uintptr_t)event.body, name, value);
}

static void decide(void)
{
    struct error err = ERROR_INIT;

    assert_true(flow_decide(&settlement_stay_flow, &rules, calendar,
                            before.state == FLOW_OPENING ? NULL : &before, &event, arena,
                            &decision, &err));
}

static void refused(const char *code)
{
    decide();
    if (decision.kind == DECISION_ACCEPTED)
        print_error("accepted where %s is due\n", code);
    expected_refusal(before.state == FLOW_OPENING ? NULL : &before, &decision, code);
}

static void accepted(unsigned state)
{
    decide();
    if (decision.kind != DECISION_ACCEPTED)
        print_error("%s: %s\n", decision.code, decision.reason);
    assert_int_equal(decision.kind, DECISION_ACCEPTED);
    assert_int_equal(decision.after.state, state);
}

static bool warned(const char *code)
{
    for (size_t i = 0; i < decision.warning_count; i++)
        if (strcmp(decision.warnings[i].code, code) == 0)
            return true;
    return false;
}

/* --- which stay --------------------------------------------------------------------------- */

static void a_document_names_its_stay(void **unused)
{
    static const char *const others[][2] = {{"reference/stayNumber", "ZY2026-000732"},
                                            {"reference/institution", "H44990000002"},
                                            {"reference/treatingRegion", "440300"},
                                            {"reference/insuredRegion", "520300"}};

    (void)unused;
    begin(ROLE_TREATING, FLOW_OPENING, EVENT_SUBMITTED, ACTION_REGISTER);
    set("reference/stayNumber", "");
    leaf("reference/stayNumber")->name = "number";
    refused("STL-C01");
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        begin(ROLE_TREATING, STAY_DISCHARGED, EVENT_SUBMITTED, ACTION_SETTLE);
        set(others[i][0], others[i][1]);
        refused("STL-C01");
        begin(ROLE_INSURED, STAY_DISCHARGED, EVENT_RECEIVED, ACTION_SETTLE);
        set(others[i][0], others[i][1]);
        refused("STL-C01");
    }
}

static void the_provinces_differ(void **unused)
{
    (void)unused;
    begin(ROLE_TREATING, FLOW_OPENING, EVENT_SUBMITTED, ACTION_REGISTER);
    set("reference/insuredRegion", "440300"); /* another city of the same province */
    refused("STL-X01");
    begin(ROLE_TREATING, FLOW_OPENING, EVENT_SUBMITTED, ACTION_IDENTIFY);
    set("reference/insuredRegion", "440100");
    refused("STL-X01");
    set("reference/insuredRegion", "520300");
    accepted(STAY_ASKED);
}

/* --- registration --------------------------------------------------------------------------
 */

static void begin_injury(unsigned role)
{
    begin(role, STAY_IDENTIFIED, role == ROLE_TREATING ? EVENT_SUBMITTED : EVENT_RECEIVED,
          ACTION_REGISTER);
    set("insurance", "injury");
    put("recognitionNumber", "2026-0731");
    put("service", "MED");
}

static void an_injury_has_its_recognition(void **unused)
{
    (void)unused;
    for (unsigned role = ROLE_TREATING; role <= ROLE_INSURED; role++) {
        begin_injury(role);
        accepted(STAY_REG_SENT);
        assert_string_equal(decision.after.part.stay.recognition, "2026-0731");
        leaf("recognitionNumber")->name = "remark";
        refused("STL-C02");
    }
}

static void who_else_is_liable_pays(void **unused)
{
    (void)unused;
    begin_injury(ROLE_TREATING);
    put("thirdParty", "false");
    accepted(STAY_REG_SENT);
    set("thirdParty", "true");
    refused("STL-X03");
    begin(ROLE_INSURED, STAY_IDENTIFIED, EVENT_RECEIVED, ACTION_REGISTER);
    put("thirdParty", "true");
    refused("STL-X03");
}

static void an_outpatient_injury_is_not_settled_directly(void **unused)
{
    (void)unused;
    begin_injury(ROLE_TREATING);
    set("visitKind", "outpatient");
    refused("STL-X02");
    set("service", "AST"); /* but for devices */
    accepted(STAY_REG_SENT);
    set("service", "MED");
    rules.count = 1;
    rules.rows[0] = (struct rule){.id = "STL-INJURY-OUTPATIENT", .from = {1}, .value = 1};
    accepted(STAY_REG_SENT);
    rules.count = 0;
}

/* --- other stays of the person -------------------------------------------------------------
 */

static struct flow_case other_stay(unsigned state, const char *admitted, const char *discharged)
{
    struct point point = {.role = ROLE_INSURED, .from = state};
    struct flow_case other = walk_case(&point);

    other.case_id.bytes[0] = 0x70;
    assert_true(day_parse(text_of(admitted), &other.part.stay.admitted));
    if (discharged != NULL)
        assert_true(day_parse(text_of(discharged), &other.part.stay.discharged));
    return other;
}

static void relate(const struct flow_case *const *others)
{
    event.related = others;
    event.related_count = 1;
}

static void two_stays_at_one_time(void **unused)
{
    static const struct {
        unsigned state;
        const char *admitted;
        const char *discharged;
        bool overlaps;
    } stays[] = {
        {STAY_REGISTERED, "2026-02-20", NULL, true},
        {STAY_REGISTERED, "2026-02-20", "2026-02-28", true}, /* a discharge that was refused */
        {STAY_DISCHARGED, "2026-02-20", "2026-03-03", true},
        {STAY_DISCHARGED, "2026-02-20", "2026-03-02", false}, /* on that day: free */
        {STAY_SETTLED, "2026-02-20", "2026-03-03", true},
        {STAY_REGISTERED, "2026-03-03", NULL, false}, /* later */
        {STAY_VOID, "2026-02-20", NULL, false},
        {STAY_REJECTED, "2026-02-20", NULL, false},
        {STAY_MANUAL, "2026-02-20", NULL, false},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(stays); i++) {
        struct flow_case other = other_stay(stays[i].state, stays[i].admitted,
                                            stays[i].discharged);
        const struct flow_case *const others[] = {&other};

        begin(ROLE_INSURED, STAY_IDENTIFIED, EVENT_RECEIVED, ACTION_REGISTER);
        relate(others);
        if (stays[i].overlaps)
            refused("STL-D01");
        else
            accepted(STAY_REG_SENT);
        begin_injury(ROLE_INSURED); /* of an injury an officer looks */
        relate(others);
        accepted(STAY_REG_SENT);
        assert_int_equal(warned("STL-D02"), stays[i].overlaps);
        assert_int_equal((decision.after.flags & CASE_OVERLAPS) != 0, stays[i].overlaps);
    }
}

/* One stay, one recognition: again under another number it is found, of another recognition it
 * is flagged. */
static void the_same_stay_of_an_injury(void **unused)
{
    struct flow_case other = other_stay(STAY_SETTLED, "2026-03-02", "2026-03-06");
    const struct flow_case *const others[] = {&other};

    (void)unused;
    memcpy(other.part.stay.recognition, "2026-0731", 10);
    other.part.stay.insurance = INSURANCE_INJURY;
    begin_injury(ROLE_INSURED);
    relate(others);
    refused("STL-D03");
    set("recognitionNumber", "2026-0800");
    accepted(STAY_REG_SENT);
    assert_true(warned("STL-D02"));
}

/* --- filings -------------------------------------------------------------------------------
 */

static struct flow_case filing(void)
{
    struct flow_case row = {
        .flow = FLOW_SETTLEMENT_FILING,
        .case_id = {{0x71}},
        .role = ROLE_INSURED,
        .state = FILING_EFFECTIVE,
        .party = 2,
        .letter_revision = 3,
        .part.filing = {
            .insurance = INSURANCE_INJURY, .kind = "LR", .services = SERVICE_MED, .area = 44}};

    memcpy(row.part.filing.recognition, "2026-0731", 10);
    assert_true(day_parse(text_of("2026-02-01"), &row.part.filing.from));
    assert_true(day_parse(text_of("2026-03-31"), &row.part.filing.to));
    return row;
}

static void a_stay_has_a_filing_that_fits(void **unused)
{
    struct flow_case row = filing();
    const struct flow_case *const rows[] = {&row};

    (void)unused;
    begin_injury(ROLE_INSURED);
    set("emergency", "false");
    refused("STL-N20");
    relate(rows);
    accepted(STAY_REG_SENT);
    set("admittedOn", "2026-04-01");
    refused("STL-N21");
    set("admittedOn", "2026-03-02");
    row.part.filing.area = 4403;
    refused("STL-N22");
    row.part.filing.area = 4401;
    set("service", "REH");
    refused("STL-N23");
    set("service", "MED");
    set("recognitionNumber", "2026-0800"); /* two recognitions: the filing is for the other */
    refused("STL-N24");
    set("emergency", "true");
    accepted(STAY_REG_SENT);
}

/* A stay keeps the version it began with; its end, or a newer version, does not touch it. */
static void a_filing_that_ends_meanwhile_still_settles(void **unused)
{
    struct flow_case row = filing();
    const struct flow_case *const rows[] = {&row};
    struct flow_case registered;

    (void)unused;
    begin_injury(ROLE_INSURED);
    set("emergency", "false");
    relate(rows);
    accepted(STAY_REG_SENT);
    registered = decision.after;
    assert_true(uuid_equal(&registered.part.stay.filing, &row.case_id));
    assert_int_equal(registered.part.stay.filing_version, 3);
    row.letter_revision = 4;
    row.state = FILING_EXPIRED;
    begin(ROLE_INSURED, STAY_DISCHARGED, EVENT_RECEIVED, ACTION_SETTLE);
    before.part.stay.filing = registered.part.stay.filing;
    before.part.stay.filing_version = 3;
    relate(rows);
    event.at.ms += INT64_C(60) * 86400000; /* the end of April */
    event.answer_by.ms += INT64_C(60) * 86400000;
    accepted(STAY_SETL_SENT);
    assert_int_equal(decision.after.part.stay.filing_version, 3);
    row.state = FILING_REVOKED;
    accepted(STAY_SETL_SENT);
}

/* --- lines ---------------------------------------------------------------------------------
 */

static void begin_lines(struct flow_line *line)
{
    begin(ROLE_TREATING, STAY_REGISTERED, EVENT_SUBMITTED, ACTION_LINES);
    *line = (struct flow_line){.number = TEXT("M1"),
                               .sums = {.total = {900}, .in_scope = {900}}};
    event.lines = line;
    event.line_count = 1;
}

static void lines_are_spoiled(void **unused)
{
    static const struct {
        const char *path;
        const char *value;
        const char *code;
    } spoiled[] = {
        {"line/ownPay", "0.01", "STL-A7"},    {"line/amount", "8.99", "STL-A7"},
        {"line/amount", "9.001", "STL-L02"},  {"line/quantity", "one", "STL-L02"},
        {"line/inScope", "-9.00", "STL-L04"}, {"line/price", "9e0", "STL-L02"},
        {"line/amount", "９.00", "STL-L02"},
    };
    struct flow_line line;

    (void)unused;
    begin_lines(&line);
    accepted(STAY_REGISTERED);
    for (size_t i = 0; i < COUNT_OF(spoiled); i++) {
        begin_lines(&line);
        set(spoiled[i].path, spoiled[i].value);
        refused(spoiled[i].code);
    }
    begin_lines(&line);
    walk_line(arena, (struct record *)(uintptr_t)event.body); /* the same number twice */
    refused("STL-L01");
    begin_lines(&line);
    leaf("batch")->name = "chrg";
    refused("STL-C01");
}

static void give_back(const char *original)
{
    static const char *const parts[] = {"line/amount", "line/inScope", "line/quantity"};

    for (size_t i = 0; i < COUNT_OF(parts); i++)
        set(parts[i], i < 2 ? "-9.00" : "-1");
    if (original != NULL)
        walk_add(arena, leaf("line"), "original", original);
}

static void what_is_given_back_was_there(void **unused)
{
    struct flow_line line;

    (void)unused;
    begin_lines(&line);
    give_back(NULL); /* negative, of nothing */
    refused("STL-L03");
    begin_lines(&line);
    give_back("M0");
    line.original = TEXT("M0");
    line.sums.total.fen = line.sums.in_scope.fen = -900;
    refused("STL-K03"); /* of a line that is not there */
    line.original_in_force = true;
    line.original_rest.fen = 899;
    refused("STL-L04"); /* more than is left of it */
    line.original_rest.fen = 900;
    accepted(STAY_REGISTERED);
}

static void a_number_is_used_once(void **unused)
{
    struct flow_line line;

    (void)unused;
    begin_lines(&line);
    line.known = line.in_force = line.same = true;
    accepted(STAY_REGISTERED); /* the same line again changes nothing */
    assert_int_equal(decision.lines, LINES_STAY);
    line.same = false;
    refused("STL-K02"); /* another line under its number */
    line.same = true;
    line.in_force = false;
    refused("STL-K02"); /* it was cancelled */
}

static void what_is_cancelled_was_there(void **unused)
{
    struct flow_line line = {.number = TEXT("M1")};

    (void)unused;
    begin(ROLE_TREATING, STAY_REGISTERED, EVENT_SUBMITTED, ACTION_LINES_UNDO);
    set("all", "false");
    event.lines = &line;
    event.line_count = 0;
    refused("STL-K03");
    event.line_count = 1;
    refused("STL-K03");
    line.known = line.in_force = true;
    line.before.total.fen = 900;
    before.part.stay.line_count = 1;
    before.part.stay.sums.total.fen = 900;
    accepted(STAY_REGISTERED);
    assert_int_equal(decision.lines, LINES_HOLD);
    assert_int_equal(decision.after.part.stay.sums.total.fen, 0);
}

static void no_line_that_has_nothing_to_do_with_the_injury(void **unused)
{
    struct flow_line line;

    (void)unused;
    begin_lines(&line);
    before.part.stay.insurance = INSURANCE_INJURY;
    walk_add(arena, leaf("line"), "related", "true");
    accepted(STAY_REGISTERED);
    set("line/related", "false");
    refused("INJ-L01");
}

static void with_lines_no_registration_is_undone(void **unused)
{
    (void)unused;
    for (unsigned role = ROLE_TREATING; role <= ROLE_INSURED; role++) {
        begin(role, STAY_REGISTERED, role == ROLE_TREATING ? EVENT_SUBMITTED : EVENT_RECEIVED,
              ACTION_REGISTER_UNDO);
        before.part.stay.line_count = 1;
        refused("STL-K04");
        before.part.stay.line_count = 0;
        accepted(STAY_REGISTERED);
    }
}

/* --- settlement ----------------------------------------------------------------------------
 */

static void the_lines_of_both_are_the_same(void **unused)
{
    static const unsigned actions[] = {ACTION_SETTLE, ACTION_PRESETTLE};

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(actions); i++) {
        begin(ROLE_INSURED, STAY_DISCHARGED, EVENT_RECEIVED, actions[i]);
        event.lines_digest[31] = 1;
        refused("STL-K01");
        set("lineDigest", "0000000000000000000000000000000000000000000000000000000000000001");
        decide();
        assert_int_equal(decision.kind, DECISION_ACCEPTED);
        set("lineDigest", "01");
        refused("STL-K01");
        leaf("lineDigest")->name = "digest";
        refused("STL-K01");
    }
}

static void lines_that_do_not_sum_are_not_settled(void **unused)
{
    (void)unused;
    for (unsigned role = ROLE_TREATING; role <= ROLE_INSURED; role++) {
        begin(role, STAY_DISCHARGED, role == ROLE_TREATING ? EVENT_SUBMITTED : EVENT_RECEIVED,
              ACTION_SETTLE);
        before.part.stay.sums.total.fen = before.part.stay.sums.in_scope.fen = 900;
        set("total", "9.01");
        refused("STL-A8");
        set("total", "8.99");
        refused("STL-A8");
        set("total", "9.0");
        accepted(STAY_SETL_SENT);
        set("total", "-9.00");
        refused("STL-A8");
        set("total", "9,00");
        refused("STL-S01");
    }
}

static void a_cancellation_names_the_settlement_that_stands(void **unused)
{
    (void)unused;
    for (unsigned role = ROLE_TREATING; role <= ROLE_INSURED; role++) {
        begin(role, STAY_SETTLED, role == ROLE_TREATING ? EVENT_SUBMITTED : EVENT_RECEIVED,
              ACTION_CANCEL);
        accepted(STAY_CANCEL_SENT);
        set("settlementNumber", "JS-2");
        refused("STL-C03");
        leaf("settlementNumber")->name = "number";
        refused("STL-C03");
    }
}

static void an_answer_has_its_question(void **unused)
{
    (void)unused;
    begin(ROLE_INSURED, STAY_SETL_SENT, EVENT_SUBMITTED, ACTION_SETTLED);
    event.in_reply_to = (struct uuid){{0x99}}; /* to another letter */
    refused("STL-Q01");
    event.in_reply_to = before.part.stay.question.to_core;
    accepted(STAY_SETTLED);
    event.in_reply_to = (struct uuid){{0}};
    walk_add(arena, leaf("reference"), "question", "00000000-0000-7000-8000-000000000001");
    refused("STL-Q01");
    begin(ROLE_INSURED, STAY_DISCHARGED, EVENT_SUBMITTED, ACTION_PRESETTLED);
    refused("STL-Q01"); /* nothing was asked */
    /* between provinces it is kept, and ends no question */
    begin(ROLE_TREATING, STAY_SETL_SENT, EVENT_RECEIVED, ACTION_SETTLED);
    event.in_reply_to = (struct uuid){{0x99}};
    accepted(STAY_SETL_SENT);
    assert_false(decision.after.flags & CASE_BOOKED);
}

static int setup(void **unused)
{
    (void)unused;
    arena = arena_new(1 << 20);
    calendar = calendar_new();
    return arena == NULL || calendar == NULL;
}

static int teardown(void **unused)
{
    (void)unused;
    arena_free(arena);
    calendar_free(calendar);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_names_its_stay),
        cmocka_unit_test(the_provinces_differ),
        cmocka_unit_test(an_injury_has_its_recognition),
        cmocka_unit_test(who_else_is_liable_pays),
        cmocka_unit_test(an_outpatient_injury_is_not_settled_directly),
        cmocka_unit_test(two_stays_at_one_time),
        cmocka_unit_test(the_same_stay_of_an_injury),
        cmocka_unit_test(a_stay_has_a_filing_that_fits),
        cmocka_unit_test(a_filing_that_ends_meanwhile_still_settles),
        cmocka_unit_test(lines_are_spoiled),
        cmocka_unit_test(what_is_given_back_was_there),
        cmocka_unit_test(a_number_is_used_once),
        cmocka_unit_test(what_is_cancelled_was_there),
        cmocka_unit_test(no_line_that_has_nothing_to_do_with_the_injury),
        cmocka_unit_test(with_lines_no_registration_is_undone),
        cmocka_unit_test(the_lines_of_both_are_the_same),
        cmocka_unit_test(lines_that_do_not_sum_are_not_settled),
        cmocka_unit_test(a_cancellation_names_the_settlement_that_stands),
        cmocka_unit_test(an_answer_has_its_question),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

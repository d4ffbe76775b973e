/* sim_stay_script_test.c - scripts of direct settlement: what is read, and what is refused. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypt/digest.h"
#include "sim/script.h"
#include "wire/start.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<script xmlns=\"urn:qiantong:sim:1\">"
#define STAYS(name, rest)                                                                      \
    "<stays><name>" name "</name><treatingRegion>440100</treatingRegion>"                      \
    "<insuredRegion>520100</insuredRegion>" rest "</stays>"
#define STEP "<step>identify</step>"

static struct arena *arena;
static struct wire_schemas *schemas;
static struct error err;

static bool load(const char *inside, struct script *script)
{
    char path[] = "/tmp/qiantong-script.XXXXXX";
    int file = mkstemp(path);
    FILE *out = file >= 0 ? fdopen(file, "w") : NULL;
    bool ok;

    assert_non_null(out);
    fprintf(out, HEAD "%s</script>\n", inside);
    assert_int_equal(fclose(out), 0);
    err = (struct error)ERROR_INIT;
    ok = script_load(path, "schemas/sim.xsd", schemas, arena, script, &err);
    unlink(path);
    return ok;
}

static int prepare(void **state)
{
    (void)state;
    arena = arena_new(64 << 20);
    return arena == NULL || !digest_setup(&err) || !wire_start(&err) ||
           !wire_schemas_load("schemas", &schemas, &err);
}

static int drop(void **state)
{
    (void)state;
    wire_schemas_free(schemas);
    arena_free(arena);
    return 0;
}

static void what_is_not_said_has_its_default(void **state)
{
    struct script script;
    (void)state;
    assert_true(
        load("<insured/>" STAYS("A", STEP "<step>again</step><step>wait</step>"), &script));
    assert_true(script.settlement.insured.plays);
    assert_int_equal(script.settlement.insured.deductible.fen, 80000);
    assert_int_equal(script.settlement.insured.percent, 70);
    assert_int_equal(script.settlement.insured.fault_count, 0);
    assert_int_equal(script.settlement.group_count, 1);
    const struct stay_group *group = &script.settlement.groups[0];
    assert_string_equal(group->institution, "H52990000001");
    assert_false(group->autostart || group->go_on);
    assert_false(group->injury || group->outpatient);
    assert_null(group->institution_name);
    assert_null(group->level);
    assert_null(group->recognition);
    assert_null(group->person_name);
    assert_null(group->identity_number);
    assert_int_equal(group->count, 1);
    assert_int_equal(group->at_once, 1);
    assert_int_equal(group->batches, 1);
    assert_int_equal(group->lines_per_batch, 3);
    assert_int_equal(group->pause_ms, 500);
    assert_int_equal(group->step_count, 3);
    assert_int_equal(group->steps[0].action, ACTION_IDENTIFY);
    assert_true(group->steps[1].again && !group->steps[1].waits);
    assert_true(group->steps[2].waits && !group->steps[2].again);
}

static void everything_that_is_said_is_read(void **state)
{
    struct script script;
    (void)state;
    assert_true(load("<insured><deductibleFen>1</deductibleFen><percent>100</percent>"
                     "<fault><kind>wrong_sum</kind><action>settle</action><stay>A-12</stay>"
                     "<nth>3</nth><times>4</times><delayMs>25000</delayMs><code>SIM-5</code>"
                     "</fault></insured>" STAYS("A", "<institution>H1234567</institution>"
                                                     "<count>5000</count><atOnce>200</atOnce>"
                                                     "<batches>100</batches>"
                                                     "<linesPerBatch>100</linesPerBatch>"
                                                     "<pauseMs>0</pauseMs><goOn>1</goOn>" STEP),
                     &script));
    const struct insured_fault *fault = &script.settlement.insured.faults[0];
    assert_int_equal(fault->kind, FAULT_WRONG_SUM);
    assert_int_equal(fault->action, ACTION_SETTLE);
    assert_string_equal(fault->stay, "A-12");
    assert_int_equal(fault->nth, 3);
    assert_int_equal(fault->times, 4);
    assert_int_equal(fault->delay_ms, 25000);
    assert_string_equal(fault->code, "SIM-5");
    assert_int_equal(script.settlement.groups[0].count, 5000);
    assert_int_equal(script.settlement.groups[0].at_once, 200);
    assert_true(script.settlement.groups[0].go_on);
}

static void a_person_and_a_hospital_may_be_named(void **state)
{
    struct script script;
    const struct stay_group *group = &script.settlement.groups[0];
    (void)state;

    assert_true(
        load(STAYS("A", "<institutionName>广州测试医院</institutionName><level>3</level>"
                        "<insurance>injury</insurance><visit>outpatient</visit>"
                        "<recognition>黔人社工认[2026]001号</recognition>"
                        "<personName>𠮷㛃</personName>"
                        "<identityNumber>529900198801010018</identityNumber>" STEP),
             &script));
    assert_string_equal(group->institution_name, "广州测试医院");
    assert_string_equal(group->level, "3");
    assert_true(group->injury && group->outpatient);
    assert_string_equal(group->recognition, "黔人社工认[2026]001号");
    assert_string_equal(group->person_name, "𠮷㛃");
    assert_string_equal(group->identity_number, "529900198801010018");
    assert_true(load(STAYS("A", "<insurance>medical</insurance><visit>inpatient</visit>" STEP),
                     &script));
    assert_false(group->injury || group->outpatient);
}

static void what_is_wrong_is_refused(void **state)
{
    static const char *const wrong[] = {
        STAYS("A", ""),                     /* no step */
        STAYS("A", "<step>again</step>"),   /* of what? */
        STAYS("A", "<step>settled</step>"), /* an answer */
        STAYS("A", "<step>filing</step>"),  /* of another flow */
        STAYS("a", STEP),                   /* a stay number of no institution */
        STAYS("ABCDEFGHIJKLM", STEP),       /* too long for a key */
        STAYS("A", "<count>0</count>" STEP),
        STAYS("A", "<count>5001</count>" STEP),
        STAYS("A", "<count>-1</count>" STEP),
        STAYS("A", "<atOnce>201</atOnce>" STEP),
        STAYS("A", "<linesPerBatch>101</linesPerBatch>" STEP),
        STAYS("A", "<pauseMs>25001</pauseMs>" STEP),
        STAYS("A", "<institution>h1</institution>" STEP),
        STAYS("A", "<level>4</level>" STEP),
        STAYS("A", "<insurance>pension</insurance>" STEP),
        STAYS("A", "<visit>pharmacy</visit>" STEP),
        STAYS("A", "<recognition></recognition>" STEP),
        STAYS("A", "<identityNumber>52990019880101</identityNumber>" STEP),
        STAYS("A", "<count>4001</count>" STEP) STAYS("B", "<count>5000</count>" STEP)
            STAYS("C", "<count>5000</count>" STEP) STAYS("D", "<count>5000</count>" STEP)
                STAYS("E", "<count>1000</count>" STEP),
        "<insured><percent>101</percent></insured>",
        "<insured><deductibleFen>-5</deductibleFen></insured>",
        "<insured><fault><kind>late</kind><action>settle</action></fault></insured>",
        "<insured><fault><kind>lose</kind><action>again</action></fault></insured>",
        "<insured><fault><kind>lose</kind><action>settle</action><nth>0</nth></fault></"
        "insured>",
        "<insured><fault><kind>slow</kind><action>settle</action><delayMs>25001</delayMs></"
        "fault>"
        "</insured>",
        "<insured><fault><kind>lose</kind><action>settle</action><stay>A</stay></fault></"
        "insured>",
        "<insured/><insured/>",
        "<stays><name>A</name>" STEP "</stays>",
    };
    struct script script;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        if (load(wrong[i], &script))
            print_error("accepted: %s\n", wrong[i]);
        assert_int_equal(err.code, ERROR_CONFIG);
    }
}

static void too_many_are_refused(void **state)
{
    static char text[65536];
    struct script script;
    size_t size = 0;
    (void)state;
    for (unsigned i = 0; i <= STAY_GROUPS_MAX; i++)
        size += (size_t)snprintf(text + size, sizeof(text) - size, "%s", STAYS("A", STEP));
    assert_false(load(text, &script));
    size = (size_t)snprintf(text, sizeof(text), "<insured>");
    for (unsigned i = 0; i <= INSURED_FAULTS_MAX; i++)
        size += (size_t)snprintf(text + size, sizeof(text) - size,
                                 "<fault><kind>lose</kind><action>settle</action></fault>");
    snprintf(text + size, sizeof(text) - size, "</insured>");
    assert_false(load(text, &script));
    size = 0;
    for (unsigned i = 0; i <= STAY_STEPS_MAX; i++)
        size += (size_t)snprintf(text + size, sizeof(text) - size, STEP);
    char *whole = arena_format(arena, STAYS("A", "%s"), text);
    assert_non_null(whole);
    assert_false(load(whole, &script));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_said_has_its_default),
        cmocka_unit_test(everything_that_is_said_is_read),
        cmocka_unit_test(a_person_and_a_hospital_may_be_named),
        cmocka_unit_test(what_is_wrong_is_refused),
        cmocka_unit_test(too_many_are_refused),
    };
    return cmocka_run_group_tests(tests, prepare, drop);
}

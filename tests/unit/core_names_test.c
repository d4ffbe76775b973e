/* core_names_test.c - numbers, names, who may say what, regions of parties. */
#include "unit.h"

#include <string.h>

#include "core/names.h"

static void names_go_both_ways(void **unused)
{
    (void)unused;
    for (unsigned i = 1; i < ACTIONS; i++)
        assert_int_equal(action_by_name(text_of(action_name(i).english)), i);
    for (unsigned i = 1; i < FLOW_NUMBERS; i++)
        assert_int_equal(flow_by_name(text_of(flow_name(i).english)), i);
    for (unsigned i = 1; i < ROLES; i++)
        assert_int_equal(role_by_name(text_of(role_name(i).english)), i);
    for (unsigned i = 1; i < VERDICTS; i++)
        assert_int_equal(verdict_by_name(text_of(verdict_name(i).english)), i);
    assert_string_equal(flow_name(FLOW_PENSION_EMPLOYEE).english, "pension.employee");
    assert_string_equal(action_name(ACTION_FUND_RECEIPT).english, "fund_receipt");
    assert_string_equal(action_name(ACTION_LETTER).chinese, "联系函");
    assert_string_equal(role_name(ROLE_OUT).chinese, "转出地");
    assert_string_equal(evidence_name(EVIDENCE_E2).english, "E2");
}

static void unknown_is_unknown(void **unused)
{
    const struct name names[] = {action_name(ACTIONS), flow_name(FLOW_NUMBERS),
                                 role_name(ROLES),     verdict_name(VERDICTS),
                                 evidence_name(4),     action_name(1u << 31)};

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_string_equal(names[i].english, "unknown");
        assert_string_equal(names[i].chinese, "未知");
    }
    assert_int_equal(action_by_name(TEXT("")), 0);
    assert_int_equal(action_by_name(TEXT("none")), 0);
    assert_int_equal(action_by_name(TEXT("Letter")), 0);
    assert_int_equal(action_by_name(TEXT("letter ")), 0);
    assert_int_equal(action_by_name(TEXT("lette")), 0);
    assert_int_equal(flow_by_name(TEXT("pension")), 0);
    assert_int_equal(role_by_name(TEXT_NONE), 0);
    assert_null(flow_namespace(FLOW_NONE));
    assert_null(flow_namespace(FLOW_NUMBERS));
    assert_string_equal(flow_namespace(FLOW_PENSION_EMPLOYEE), "urn:qiantong:pension:1");
}

static void travel(void **unused)
{
    static const unsigned at_home[] = {ACTION_APPLICATION, ACTION_FUND_RECEIPT,
                                       ACTION_REMITTANCE, ACTION_ALLOCATION};
    static const unsigned never[] = {ACTION_NONE, ACTION_RECEIPT, ACTION_ANSWER, ACTIONS, 9999};

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(at_home); i++) {
        assert_false(action_between_provinces(at_home[i]));
        assert_true(action_from_core(at_home[i]));
    }
    for (size_t i = 0; i < COUNT_OF(never); i++) {
        assert_false(action_between_provinces(never[i]));
        assert_false(action_from_core(never[i]));
    }
    assert_true(action_between_provinces(ACTION_LETTER));
    assert_true(action_between_provinces(ACTION_COMPLETION));
    assert_true(action_from_core(ACTION_FORM_RETURN));
}

static void regions_of_parties(void **unused)
{
    static const struct {
        const char *id;
        uint32_t region;
    } cases[] = {
        {"hrss.520000", 520000},
        {"nhsa.440000", 440000},
        {"hrss.520000.core", 520000},
        {"hrss.520000.abcdefghijkl", 520000},
        {"hrss.910000.x", 910000},
        {"hrss.520000.abcdefghijklm", 0},
        {"hrss.520000.", 0},
        {"hrss.520000.Core", 0},
        {"hrss.520000.core.more", 0},
        {"hrss.52000", 0},
        {"hrss.5200000", 0},
        {"hrss.52000a", 0},
        {"hrss.520000core", 0},
        {"hrss.+20000", 0},
        {"hrss520000", 0},
        {"HRSS.520000", 0},
        {"hrsss.520000", 0},
        {".520000", 0},
        {"hrss.", 0},
        {"hrss", 0},
        {"hrss..520000", 0},
        {" hrss.520000", 0},
        {"hrss.520000 ", 0},
        {"", 0},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(party_region(text_of(cases[i].id)), cases[i].region);
    assert_int_equal(party_region(TEXT("hrss.520000\0.core")), 0);
    assert_int_equal(party_region(TEXT_NONE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_go_both_ways),
        cmocka_unit_test(unknown_is_unknown),
        cmocka_unit_test(travel),
        cmocka_unit_test(regions_of_parties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

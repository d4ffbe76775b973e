/* core_kinds_test.c - of which kind a case is: told from what its documents left in it, each
 * kind by its code and its two names, as in the glossary. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "core/flow.h"
#include "core/medical_transfer.h"

enum { GLOSSARY_BYTES = 128 * 1024, NAME_COLUMNS_MAX = 16 };

static struct flow_case plain(unsigned flow, uint32_t flags)
{
    return (struct flow_case){.flow = (uint16_t)flow, .flags = flags, .letter_revision = 1};
}

static void expect(const struct flow_case *flow_case, const char *code, const char *chinese)
{
    const struct flow_kind *kind = flow_case_kind(flow_case);

    if (code == NULL) {
        assert_null(kind);
        return;
    }
    assert_non_null(kind);
    assert_string_equal(kind->code, code);
    assert_string_equal(kind->name.chinese, chinese);
}

/* By the flags that the insurance kinds of the documents set. */
static const struct {
    unsigned flow;
    uint32_t flags;
    const char *code;
    const char *chinese;
} pensions[] = {
    {FLOW_PENSION_EMPLOYEE, 0, "EP-EP", "职工转职工"},
    {FLOW_PENSION_EMPLOYEE, CASE_NO_MONEY | CASE_OVERDUE, "EP-EP", "职工转职工"},
    {FLOW_PENSION_TEMPORARY, 0, "EP-TMP", "临时归集"},
    {FLOW_PENSION_RESIDENT, 0, "RP-RP", "居民转居民"},
    {FLOW_PENSION_SWITCH, 0, "RP-EP", "居民转职工"},
    {FLOW_PENSION_SWITCH, CASE_RESIDENT_MONEY, "EP-RP", "职工转居民"},
    {FLOW_PENSION_INSTITUTION, CASE_TO_INSTITUTION, "GP-GP", "机关转机关"},
    {FLOW_PENSION_INSTITUTION, CASE_TO_INSTITUTION | CASE_FROM_EMPLOYEES, "EP-GP",
     "职工转机关"},
    {FLOW_PENSION_INSTITUTION, 0, "GP-EP", "机关转职工"},
    {FLOW_PENSION_INSTITUTION, CASE_DISMISSED, "GP-EP-X", "辞退转职工"},
    {FLOW_PENSION_ANNUITY, 0, "OA-EP", "年金转企业"},
    {FLOW_PENSION_ANNUITY, CASE_TO_INSTITUTION, "OA-GP", "年金转机关"},
    {FLOW_PENSION_MILITARY, 0, "MIL-EP", "退役转职工"},
    {FLOW_PENSION_MILITARY, CASE_TO_INSTITUTION, "MIL-GP", "退役转机关"},
    {FLOW_PENSION_REMITTANCE, 0, "EP", "职工资金"},
    {FLOW_PENSION_REMITTANCE, CASE_RESIDENT_MONEY, "RP", "居民资金"},
    {FLOW_PENSION_REMITTANCE, CASE_TO_INSTITUTION, "GP", "机关资金"},
};

static void pensions_by_their_schemes(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT_OF(pensions); i++) {
        struct flow_case flow_case = plain(pensions[i].flow, pensions[i].flags);

        expect(&flow_case, pensions[i].code, pensions[i].chinese);
    }
}

/* From which scheme somebody joins an institution the letter says; of who leaves, or was
 * dismissed, it is known before. */
static void not_known_before_the_letter(void **unused)
{
    struct flow_case flow_case = plain(FLOW_PENSION_INSTITUTION, CASE_TO_INSTITUTION);

    (void)unused;
    flow_case.letter_revision = 0;
    expect(&flow_case, NULL, NULL);
    flow_case.flags = 0;
    expect(&flow_case, "GP-EP", "机关转职工");
    flow_case.flags = CASE_DISMISSED;
    expect(&flow_case, "GP-EP-X", "辞退转职工");
}

static void medical_by_the_two_insurances(void **unused)
{
    static const char *const codes[] = {NULL, "A", "B", "C", "D"};
    static const char *const chinese[] = {NULL, "职工转职工", "职工转居民", "居民转职工",
                                          "居民转居民"};
    struct flow_case flow_case = plain(FLOW_MEDICAL_TRANSFER, 0);

    (void)unused;
    for (unsigned kind = 0; kind < COUNT_OF(codes); kind++) {
        flow_case.part.medical.kind = (uint8_t)kind;
        expect(&flow_case, codes[kind], chinese[kind]);
    }
    flow_case.part.medical.kind = UINT8_MAX;
    expect(&flow_case, NULL, NULL);
}

/* A record of injury is called after the document that opened it, as the table of actions
 * does. */
static void injuries_by_the_document(void **unused)
{
    static const uint16_t opening[] = {
        ACTION_INSURED_QUERY,    ACTION_COVER_QUERY, ACTION_COVER_NOTICE,
        ACTION_RECOGNITION,      ACTION_APPRAISAL,   ACTION_CONFIRMATION,
        ACTION_THIRD_PARTY,      ACTION_STOP_NOTICE, ACTION_ASSISTANCE_REQUEST,
        ACTION_DUPLICATE_CHECK,  ACTION_PROJECT,     ACTION_ENTRUSTED_APPRAISAL,
        ACTION_ELIGIBILITY_CHECK};
    struct flow_case flow_case = plain(FLOW_INJURY_RECORD, 0);

    (void)unused;
    assert_int_equal(flow_find(FLOW_INJURY_RECORD)->kind_count, COUNT_OF(opening));
    for (size_t i = 0; i < COUNT_OF(opening); i++) {
        struct name name = action_name(opening[i]);

        flow_case.part.injury.action = (uint8_t)opening[i];
        expect(&flow_case, name.english, name.chinese);
    }
    flow_case.part.injury.action = ACTION_COVER_PROOF;
    expect(&flow_case, NULL, NULL);
}

static void stays_and_filings(void **unused)
{
    struct flow_case stay = plain(FLOW_SETTLEMENT_STAY, 0);
    struct flow_case filing = plain(FLOW_SETTLEMENT_FILING, 0);

    (void)unused;
    expect(&stay, NULL, NULL);
    stay.part.stay.visit = VISIT_INPATIENT;
    expect(&stay, "inpatient", "住院");
    stay.part.stay.visit = VISIT_PHARMACY;
    expect(&stay, "pharmacy", "药店购药");
    stay.part.stay.visit = VISIT_PHARMACY + 1;
    expect(&stay, NULL, NULL);
    expect(&filing, NULL, NULL);
    memcpy(filing.part.filing.kind, "12", 3);
    expect(&filing, "12", "异地长居");
    memcpy(filing.part.filing.kind, "LR", 3);
    expect(&filing, "LR", "工伤长居");
    memcpy(filing.part.filing.kind, "1", 2);
    expect(&filing, NULL, NULL);
}

static void no_flow_no_kind(void **unused)
{
    struct flow_case flow_case = plain(FLOW_NONE, 0);

    (void)unused;
    expect(&flow_case, NULL, NULL);
    flow_case.flow = FLOW_NUMBERS;
    expect(&flow_case, NULL, NULL);
}

/* A code or a name means one kind of its flow, fits its column and stands
 * in the glossary. */
static void every_kind_by_code_and_name(void **unused)
{
    static char glossary[GLOSSARY_BYTES];
    FILE *file = fopen("docs/glossary.md", "r");
    char row[256];

    (void)unused;
    assert_non_null(file);
    assert_in_range(fread(glossary, 1, sizeof(glossary) - 1, file), 1, sizeof(glossary) - 2);
    fclose(file);
    for (size_t f = 0; flows[f] != NULL; f++) {
        const struct flow *flow = flows[f];

        assert_true(flow->kind_count <= 1 || flow->kind != NULL);
        for (size_t i = 0; i < flow->kind_count; i++) {
            const struct flow_kind *kind = &flow->kinds[i];

            for (size_t j = 0; j < i; j++) {
                assert_string_not_equal(kind->code, flow->kinds[j].code);
                assert_string_not_equal(kind->name.english, flow->kinds[j].name.english);
                assert_string_not_equal(kind->name.chinese, flow->kinds[j].name.chinese);
            }
            assert_in_range(text_columns(text_of(kind->name.chinese)), 1, NAME_COLUMNS_MAX);
            snprintf(row, sizeof(row), "| `%s` | %s | %s |", kind->code, kind->name.chinese,
                     kind->name.english);
            if (strstr(glossary, row) == NULL)
                print_error("not in docs/glossary.md: %s\n", row);
            assert_non_null(strstr(glossary, row));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pensions_by_their_schemes),
        cmocka_unit_test(not_known_before_the_letter),
        cmocka_unit_test(medical_by_the_two_insurances),
        cmocka_unit_test(injuries_by_the_document),
        cmocka_unit_test(stays_and_filings),
        cmocka_unit_test(no_flow_no_kind),
        cmocka_unit_test(every_kind_by_code_and_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * injury_documents.h - invented national documents of work injury, one of each kind.
 *
 * A worker of 520000 is hurt on a site in 440000, where the project is insured. Every document
 * is good: it follows schemas/national/injury.xsd and passes every check without a warning.
 * Tests change one thing and look what happens.
 */
#ifndef SUPPORT_INJURY_DOCUMENTS_H
#define SUPPORT_INJURY_DOCUMENTS_H

#include "base/arena.h"
#include "core/record.h"

#define INJURY_NAMESPACE  "urn:qiantong:injury:1"
#define INJURY_PERSON     "529901198203071215"
#define INJURY_WITH_X     "52990119850101020X"
#define INJURY_ACCIDENT   "2026-01-12T14:35:00+08:00"
#define INJURY_PROJECT    "440600XM2025000123"
#define INJURY_DECISION   "粤人社工认字〔2026〕第00123号"
#define INJURY_CONTRACTOR "91449900MA00TE5135"
#define INJURY_LABOUR     "91529900MA00TE5T2A"
#define INJURY_SHA256     "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

/* One leaf. A part of the path that begins with '+' is a new row; any other part is the newest
 * of its name, or new. */
struct injury_line {
    const char *path;
    const char *value;
};

struct injury_sample {
    const char *name; /* of the root, that is, of the action */
    const struct injury_line *lines;
    size_t count;
};

/* --- pieces ---------------------------------------------------------------------------- */

#define INJURY_REFERENCE(number)                                                               \
    {"reference/recordNumber", number}, {"reference/fromRegion", "440000"},                    \
    {                                                                                          \
        "reference/toRegion", "520000"                                                         \
    }
#define INJURY_REFERENCE_BACK(number)                                                          \
    {"reference/recordNumber", number}, {"reference/fromRegion", "520000"},                    \
    {                                                                                          \
        "reference/toRegion", "440000"                                                         \
    }
#define INJURY_WORKER                                                                          \
    {"person/name", "张喆"}, {"person/identityType", "01"},                                    \
        {"person/identityNumber", INJURY_PERSON}, {"person/sex", "1"},                         \
    {                                                                                          \
        "person/birthDate", "1982-03-07"                                                       \
    }
#define INJURY_HANDLER                                                                         \
    {"handler/name", "㛃𠮷"}, {"handler/date", "2026-03-02"},                                  \
    {                                                                                          \
        "handler/agencyName", "广东省社会保险基金管理局"                           \
    }
#define INJURY_OK                                                                              \
    {                                                                                          \
        "result/verdict", "ok"                                                                 \
    }
#define INJURY_NEW                                                                             \
    {"change", "new"},                                                                         \
    {                                                                                          \
        "revision", "1"                                                                        \
    }
#define INJURY_BODY_OF_COVER                                                                   \
    {"accidentAt", INJURY_ACCIDENT}, {"finding", "INJ-P00"},                                   \
        {"project/projectNumber", INJURY_PROJECT}, {"project/revision", "3"},                  \
        {"project/name", "佛山虚构大桥工程"}, {"project/permitNumber", "440601202508010101"},  \
        {"project/region", "440600"}, {"project/contractorName", "广东虚构建设有限公司"},      \
        {"project/contractorCode", INJURY_CONTRACTOR}, {"project/state", "extended"},          \
        {"project/paidOn", "2025-07-28"}, {"project/startsOn", "2025-08-01"},                  \
        {"project/plannedEnd", "2025-12-31"}, {"project/extendedTo", "2026-06-30"},            \
        {"project/suspensions/+suspension/from", "2025-10-01"},                                \
        {"project/suspensions/suspension/to", "2025-10-07"},                                   \
        {"project/agencyName", "佛山市社会保险基金管理局"},                                    \
        {"intervals/+interval/version", "1"},                                                  \
        {"intervals/interval/companyName", "贵州虚构劳务有限公司"},                            \
        {"intervals/interval/companyCode", INJURY_LABOUR},                                     \
        {"intervals/interval/team", "钢筋一班"}, {"intervals/interval/trade", "钢筋工"},       \
        {"intervals/interval/from", "2025-08-03T07:30:00+08:00"},                              \
        {"intervals/interval/to", "2025-12-20T18:00:00+08:00"},                                \
        {"intervals/interval/lateAdded", "false"}, {"intervals/+interval/version", "2"},       \
        {"intervals/interval/companyName", "贵州虚构劳务有限公司"},                            \
        {"intervals/interval/from", "2026-01-12T07:30:00+08:00"},                              \
    {                                                                                          \
        "intervals/interval/lateAdded", "false"                                                \
    }

/* --- documents ------------------------------------------------------------------------- */

static const struct injury_line injury_insured_query[] = {
    INJURY_REFERENCE_BACK("GZ20260302000001"),
    {"person/name", "𠮷野㛃"},
    {"person/identityNumber", INJURY_WITH_X},
    {"person/phone", "13900000000"},
    {"person/employerName", "贵州虚构劳务有限公司"},
    {"person/employerCode", INJURY_LABOUR},
    {"person/cardNumber", "A00000001"},
    {"person/issuingRegion", "522200"},
    {"purpose", "admission"},
    {"asOf", "2026-03-02"},
    INJURY_HANDLER,
};

static const struct injury_line injury_insured_state[] = {
    INJURY_REFERENCE_BACK("GZ20260302000001"),
    INJURY_WORKER,
    INJURY_OK,
    {"insured/state", "ended"},
    {"insured/manner", "employer"},
    {"insured/employer/name", "广东虚构建设有限公司"},
    {"insured/employer/code", INJURY_CONTRACTOR},
    {"insured/since", "2024-03-01"},
    {"insured/endedOn", "2026-02-28"},
    {"insured/endReason", "medical_grant"},
    {"insured/agencyName", "佛山市社会保险基金管理局"},
    {"insured/region", "440600"},
    {"recognitions/+recognition/recognitionNumber", "RD2026000123"},
    {"recognitions/recognition/decisionNumber", INJURY_DECISION},
    {"recognitions/recognition/revision", "1"},
    {"recognitions/recognition/state", "valid"},
    {"recognitions/recognition/accidentAt", INJURY_ACCIDENT},
    {"recognitions/recognition/injuredPart", "左侧胫骨"},
    {"recognitions/recognition/diagnoses/+diagnosis/code", "S82.200"},
    {"recognitions/recognition/diagnoses/diagnosis/name", "胫骨骨折"},
    {"recognitions/recognition/conclusion", "injury"},
    {"recognitions/recognition/grade", "9"},
    {"recognitions/recognition/nursing", "0"},
    {"recognitions/recognition/employerName", "广东虚构建设有限公司"},
    {"recognitions/recognition/employerCode", INJURY_CONTRACTOR},
    {"recognitions/recognition/confirmations/+confirmation/confirmationNumber",
     "康复〔2026〕7号"},
    {"recognitions/recognition/confirmations/confirmation/confirmationKind", "rehabilitation"},
    {"recognitions/recognition/confirmations/confirmation/validTo", "2026-12-31"},
    {"recognitions/+recognition/recognitionNumber", "RD2019000456"},
    {"recognitions/recognition/revision", "2"},
    {"recognitions/recognition/state", "valid"},
    {"recognitions/recognition/diagnosedOn", "2019-05-05"},
    {"recognitions/recognition/occupationalDisease", "矽肺一期"},
    {"recognitions/recognition/injuredPart", "肺"},
    {"recognitions/recognition/conclusion", "injury"},
    {"recognitions/recognition/employerName", "黔州虚构矿业有限公司"},
    {"filings/+filing/filingNumber", "BA2026000009"},
    {"filings/filing/version", "1"},
    {"filings/filing/filingKind", "LR"},
    {"filings/filing/services/+service", "MED"},
    {"filings/filing/services/+service", "REH"},
    {"filings/filing/recognitionNumber", "RD2026000123"},
    {"filings/filing/treatingRegion", "522200"},
    {"filings/filing/from", "2026-02-01"},
    {"filings/filing/state", "cancelled"},
    {"answeredAt", "2026-03-02T09:00:05.120+08:00"},
};

static const struct injury_line injury_cover_query[] = {
    INJURY_REFERENCE_BACK("GZ20260302000002"),
    INJURY_WORKER,
    {"purpose", "recognition"},
    {"accidentAt", INJURY_ACCIDENT},
    {"projectName", "佛山虚构大桥工程"},
    {"answerBy", "2026-03-09"},
    INJURY_HANDLER,
};

static const struct injury_line injury_cover_proof[] = {
    INJURY_REFERENCE_BACK("GZ20260302000002"),
    INJURY_WORKER,
    INJURY_OK,
    INJURY_BODY_OF_COVER,
    INJURY_HANDLER,
};

static const struct injury_line injury_cover_notice[] = {
    INJURY_REFERENCE("GD20260302000007"),
    INJURY_WORKER,
    INJURY_BODY_OF_COVER,
    INJURY_HANDLER,
};

static const struct injury_line injury_recognition[] = {
    INJURY_REFERENCE("GD20260302000001"),
    INJURY_WORKER,
    INJURY_NEW,
    {"recognitionNumber", "RD2026000123"},
    {"reportNumber", "SB2026000200"},
    {"decisionNumber", INJURY_DECISION},
    {"employer/name", "广东虚构建设有限公司"},
    {"employer/code", INJURY_CONTRACTOR},
    {"employer/projectNumber", INJURY_PROJECT},
    {"occupation", "钢筋工"},
    {"accidentAt", INJURY_ACCIDENT},
    {"accidentPlace", "佛山市虚构大桥三号墩"},
    {"injuredPart", "左侧胫骨"},
    {"diagnoses/+diagnosis/code", "S82.200"},
    {"diagnoses/diagnosis/name", "胫骨骨折"},
    {"diagnosingInstitution", "佛山市虚构医院"},
    {"diagnosis", "左侧胫骨骨折"},
    {"degree", "injury"},
    {"course", "2026年1月12日14时35分，该职工在绑扎钢筋时从两米高处坠落。"},
    {"reportedOn", "2026-01-14"},
    {"acceptedOn", "2026-01-16"},
    {"decidedOn", "2026-02-20"},
    {"decidingBody", "佛山市人力资源和社会保障局"},
    {"conclusion", "injury"},
    {"basis", "《工伤保险条例》第十四条第（一）项"},
    {"remedy", "可在六十日内申请行政复议，或六个月内提起行政诉讼。"},
    {"paidLeaveFrom", "2026-01-12"},
    {"paidLeaveTo", "2026-07-11"},
    {"applicant/name", "广东虚构建设有限公司"},
    {"applicant/phone", "0757-00000000"},
    {"attachments/+attachment/type", "工伤认定决定书"},
    {"attachments/attachment/sha256", INJURY_SHA256},
    INJURY_HANDLER,
};

static const struct injury_line injury_appraisal[] = {
    INJURY_REFERENCE("GD20260302000002"),
    INJURY_WORKER,
    INJURY_NEW,
    {"recognitionNumber", "RD2026000123"},
    {"accidentAt", INJURY_ACCIDENT},
    {"conclusionNumber", "粤劳鉴〔2026〕00088号"},
    {"appraisalKind", "first"},
    {"askedBy", "worker"},
    {"applicantName", "张喆"},
    {"appliedOn", "2026-02-23"},
    {"concludedOn", "2026-03-01"},
    {"body", "佛山市劳动能力鉴定委员会"},
    {"grade", "9"},
    {"nursing", "0"},
    INJURY_HANDLER,
};

static const struct injury_line injury_confirmation[] = {
    INJURY_REFERENCE("GD20260302000003"),
    INJURY_WORKER,
    INJURY_NEW,
    {"confirmationNumber", "辅具〔2026〕00011号"},
    {"confirmationKind", "device"},
    {"recognitionNumber", "RD2026000123"},
    {"accidentAt", INJURY_ACCIDENT},
    {"devices/+device/code", "FJ0301"},
    {"devices/device/name", "小腿矫形器"},
    {"devices/device/count", "1"},
    {"devices/device/cap", "3200.00"},
    {"devices/device/years", "2"},
    {"confirmedOn", "2026-03-01"},
    {"validTo", "2026-08-31"},
    {"body", "佛山市劳动能力鉴定委员会"},
    INJURY_HANDLER,
};

static const struct injury_line injury_assistance_request[] = {
    INJURY_REFERENCE("GD20260302000004"),
    INJURY_WORKER,
    {"purpose", "claim"},
    {"recognitionNumber", "RD2026000123"},
    {"accidentAt", INJURY_ACCIDENT},
    {"questions/+question/topic", "bills"},
    {"questions/question/text", "请核实铜仁市虚构医院2026年2月住院票据是否真实。"},
    {"questions/+question/topic", "kinship"},
    {"questions/question/text", "请核实供养亲属关系。"},
    {"answerBy", "2026-03-23"},
    {"contact/name", "㛃𠮷"},
    {"contact/phone", "0757-00000001"},
    INJURY_HANDLER,
};

static const struct injury_line injury_assistance_reply[] = {
    INJURY_REFERENCE("GD20260302000004"),
    INJURY_WORKER,
    INJURY_OK,
    {"findings/+finding/topic", "bills"},
    {"findings/finding/outcome", "confirmed"},
    {"findings/finding/text", "票据属实。"},
    {"wages/+wage/month", "2025-12"},
    {"wages/wage/amount", "5600.00"},
    {"bills/+bill/number", "5200000001"},
    {"bills/bill/institution", "铜仁市虚构医院"},
    {"bills/bill/from", "2026-02-01"},
    {"bills/bill/to", "2026-02-09"},
    {"bills/bill/amount", "8431.07"},
    {"repliedOn", "2026-03-02"},
    INJURY_HANDLER,
};

static const struct injury_line injury_entrusted_appraisal[] = {
    INJURY_REFERENCE("GD20260302000005"), INJURY_WORKER,
    {"entrustedKind", "appraisal"},       {"recognitionNumber", "RD2026000123"},
    {"accidentAt", INJURY_ACCIDENT},      {"injuredPart", "左侧胫骨"},
    {"appraisalKind", "first"},           {"askedBy", "worker"},
    {"appliedOn", "2026-02-23"},          {"reason", "本人在铜仁卧床，不能前往佛山。"},
    {"answerBy", "2026-04-01"},           INJURY_HANDLER,
};

static const struct injury_line injury_entrusted_result[] = {
    INJURY_REFERENCE("GD20260302000005"),
    INJURY_WORKER,
    INJURY_OK,
    {"recognitionNumber", "RD2026000123"},
    {"examinedOn", "2026-03-01"},
    {"institution", "铜仁市虚构医院"},
    {"findings", "左侧胫骨骨折愈合，膝关节活动受限。"},
    {"grade", "9"},
    {"nursing", "0"},
    {"cost", "320.00"},
    INJURY_HANDLER,
};

static const struct injury_line injury_eligibility_check[] = {
    INJURY_REFERENCE("GD20260302000006"),
    INJURY_WORKER,
    {"year", "2026"},
    {"grade", "3"},
    {"benefits/+benefit/kind", "disability_allowance"},
    {"benefits/benefit/from", "2020-05"},
    {"benefits/benefit/amount", "4210.50"},
    {"dependants/+dependant/name", "张㛃"},
    {"dependants/dependant/identityNumber", "529901195409012321"},
    {"dependants/dependant/relation", "母亲"},
    INJURY_HANDLER,
};

static const struct injury_line injury_eligibility_result[] = {
    INJURY_REFERENCE("GD20260302000006"),
    INJURY_WORKER,
    INJURY_OK,
    {"year", "2026"},
    {"checkedOn", "2026-03-01"},
    {"manner", "face"},
    {"alive", "true"},
    {"reEmployed", "false"},
    {"imprisoned", "false"},
    {"eligible", "true"},
    {"dependants/+dependant/name", "张㛃"},
    {"dependants/dependant/identityNumber", "529901195409012321"},
    {"dependants/dependant/alive", "true"},
    {"dependants/dependant/eligible", "true"},
    INJURY_HANDLER,
};

static const struct injury_line injury_duplicate_check[] = {
    INJURY_REFERENCE("GD20260302000008"),
    INJURY_WORKER,
    {"month", "2026-02"},
    {"benefits/+benefit/kind", "disability_allowance"},
    {"benefits/benefit/from", "2020-05"},
    INJURY_HANDLER,
};

static const struct injury_line injury_duplicate_result[] = {
    INJURY_REFERENCE("GD20260302000008"),
    INJURY_WORKER,
    INJURY_OK,
    {"month", "2026-02"},
    {"found", "true"},
    {"benefits/+benefit/kind", "pension"},
    {"benefits/benefit/from", "2025-11"},
    {"benefits/benefit/amount", "1873.20"},
    {"benefits/benefit/payer", "铜仁市社会保险事业局"},
    INJURY_HANDLER,
};

static const struct injury_line injury_third_party[] = {
    INJURY_REFERENCE_BACK("GZ20260302000003"),
    INJURY_WORKER,
    {"recognitionNumber", "RD2026000123"},
    {"accidentAt", INJURY_ACCIDENT},
    {"stayNumber", "ZY0001"},
    {"institution", "铜仁市虚构医院"},
    {"liability", "established"},
    {"liable/name", "虚构财产保险公司"},
    {"liable/kind", "insurer"},
    {"amountPaid", "12000.00"},
    {"amountRecovered", "0.00"},
    {"foundOn", "2026-02-27"},
    {"text", "事故认定书载明对方负全部责任。"},
    INJURY_HANDLER,
};

static const struct injury_line injury_stop_notice[] = {
    INJURY_REFERENCE_BACK("GZ20260302000004"),
    INJURY_WORKER,
    {"reason", "death"},
    {"happenedOn", "2026-02-26"},
    {"knownOn", "2026-03-01"},
    {"toldBy", "kin"},
    {"stopFrom", "2026-03"},
    {"benefits/+benefit/kind", "nursing_fee"},
    INJURY_HANDLER,
};

static const struct injury_line injury_project[] = {
    {"reference/recordNumber", "GD20260302000009"},
    {"reference/fromRegion", "440000"},
    {"reference/toRegion", "440000"},
    {"revision", "3"},
    {"projectNumber", INJURY_PROJECT},
    {"name", "佛山虚构大桥工程"},
    {"permitNumber", "440601202508010101"},
    {"nationalCode", "2025-440600-48-01-000001"},
    {"projectKind", "municipal"},
    {"site/address", "佛山市虚构路1号"},
    {"site/region", "440604"},
    {"site/longitude", "113.12"},
    {"site/latitude", "23.02"},
    {"owner/name", "佛山虚构投资有限公司"},
    {"contractor/name", "广东虚构建设有限公司"},
    {"contractor/code", INJURY_CONTRACTOR},
    {"bidSection", "一标段"},
    {"subcontractors/+subcontractor/name", "贵州虚构劳务有限公司"},
    {"subcontractors/subcontractor/code", INJURY_LABOUR},
    {"subcontractors/subcontractor/kind", "labour"},
    {"subcontractors/subcontractor/from", "2025-08-01"},
    {"contractNumber", "HT-2025-77"},
    {"totalCost", "81234567.89"},
    {"base/kind", "total_cost"},
    {"base/amount", "81234567.89"},
    {"base/rate", "0.0006"},
    {"base/formula", "工程总造价×0.06%"},
    {"premium", "48740.74"},
    {"paidOn", "2025-07-28"},
    {"voucher", "P20250728001"},
    {"startsOn", "2025-08-01"},
    {"plannedEnd", "2025-12-31"},
    {"extendedTo", "2026-06-30"},
    {"suspensions/+suspension/from", "2025-10-01"},
    {"suspensions/suspension/to", "2025-10-07"},
    {"state", "extended"},
    {"agencyName", "佛山市社会保险基金管理局"},
    INJURY_HANDLER,
};

static const struct injury_line injury_roster[] = {
    {"reference/recordNumber", "GD20260302000010"},
    {"reference/fromRegion", "440000"},
    {"reference/toRegion", "440000"},
    {"projectNumber", INJURY_PROJECT},
    {"workers/+worker/version", "1"},
    {"workers/worker/name", "张喆"},
    {"workers/worker/identityNumber", INJURY_PERSON},
    {"workers/worker/sex", "1"},
    {"workers/worker/birthDate", "1982-03-07"},
    {"workers/worker/homeRegion", "522200"},
    {"workers/worker/homeAddress", "贵州省铜仁市虚构村"},
    {"workers/worker/companyName", "贵州虚构劳务有限公司"},
    {"workers/worker/companyCode", INJURY_LABOUR},
    {"workers/worker/team", "钢筋一班"},
    {"workers/worker/trade", "钢筋工"},
    {"workers/worker/from", "2025-08-03T07:30:00+08:00"},
    {"workers/worker/to", "2025-12-20T18:00:00+08:00"},
    {"workers/worker/trained", "true"},
    {"workers/worker/wageAccount", "***************0001"},
    {"workers/worker/photoDigest", INJURY_SHA256},
    {"workers/worker/lateAdded", "false"},
    {"workers/+worker/version", "1"},
    {"workers/worker/name", "𠮷野㛃"},
    {"workers/worker/identityNumber", INJURY_WITH_X},
    {"workers/worker/companyName", "贵州虚构劳务有限公司"},
    {"workers/worker/from", "2026-01-12T07:30:00+08:00"},
    {"workers/worker/lateAdded", "true"},
    {"workers/worker/addedAt", "2026-01-13T09:00:00+08:00"},
    INJURY_HANDLER,
};

static const struct injury_line injury_reminder[] = {
    INJURY_REFERENCE("GD20260302000004"),
    {"clock", "assistance"},
    {"dueOn", "2026-03-23"},
    {"text", "请尽快复函。"},
    INJURY_HANDLER,
};

static const struct injury_line injury_status_query[] = {
    INJURY_REFERENCE("GD20260302000004"),
    {"text", "请告知协查进度。"},
};

static const struct injury_line injury_status_answer[] = {
    INJURY_REFERENCE("GD20260302000004"),
    {"state", "asked"},
    {"stateName", "待答复"},
    {"openedOn", "2026-03-02"},
    {"changedAt", "2026-03-02T09:00:00+08:00"},
    {"clocks/+clock/kind", "assistance"},
    {"clocks/clock/state", "running"},
    {"clocks/clock/dueOn", "2026-03-23"},
};

static const struct injury_line injury_answer[] = {
    INJURY_REFERENCE("GD20260302000001"),
    {"verdict", "refused"},
    {"code", "INJ-C01"},
    {"text", "事故时间晚于申报日期"},
    {"caseId", "019cac5a-2a00-7000-8000-000000000001"},
    {"sequence", "42"},
    {"receivedAt", "2026-03-02T09:00:00.000+08:00"},
};

#define INJURY_SAMPLE(word)                                                                    \
    {                                                                                          \
#word, injury_##word, COUNT_OF(injury_##word)                                          \
    }

static const struct injury_sample injury_samples[] = {
    INJURY_SAMPLE(insured_query),
    INJURY_SAMPLE(insured_state),
    INJURY_SAMPLE(cover_query),
    INJURY_SAMPLE(cover_proof),
    INJURY_SAMPLE(cover_notice),
    INJURY_SAMPLE(recognition),
    INJURY_SAMPLE(appraisal),
    INJURY_SAMPLE(confirmation),
    INJURY_SAMPLE(assistance_request),
    INJURY_SAMPLE(assistance_reply),
    INJURY_SAMPLE(entrusted_appraisal),
    INJURY_SAMPLE(entrusted_result),
    INJURY_SAMPLE(eligibility_check),
    INJURY_SAMPLE(eligibility_result),
    INJURY_SAMPLE(duplicate_check),
    INJURY_SAMPLE(duplicate_result),
    INJURY_SAMPLE(third_party),
    INJURY_SAMPLE(stop_notice),
    INJURY_SAMPLE(project),
    INJURY_SAMPLE(roster),
    INJURY_SAMPLE(reminder),
    INJURY_SAMPLE(status_query),
    INJURY_SAMPLE(status_answer),
    INJURY_SAMPLE(answer),
};

/* --- making and changing them ---------------------------------------------------------- */

/* The newest child of this name, NULL if there is none. */
static inline struct record *injury_newest(struct record *parent, struct text name)
{
    struct record *found = NULL;

    for (struct record *at = parent->first; at != NULL; at = at->next)
        if (text_is(name, at->name))
            found = at;
    return found;
}

static inline struct record *injury_step(struct arena *arena, struct record *parent,
                                         struct text name)
{
    bool fresh = text_starts(name, "+");
    struct record *node;

    if (fresh)
        name = (struct text){name.at + 1, name.size - 1};
    node = fresh ? NULL : injury_newest(parent, name);
    if (node == NULL) {
        const char *kept = arena_format(arena, "%.*s", TEXT_ARG(name));

        CHECK(kept != NULL);
        node = record_add(arena, parent, kept, TEXT_NONE);
    }
    CHECK(node != NULL);
    return node;
}

/* Sets one leaf, made at the end of its group if it is not there. */
static inline void injury_put(struct arena *arena, struct record *root, const char *path,
                              const char *value)
{
    struct text rest = text_of(path);
    struct record *node = root;

    while (rest.size > 0)
        node = injury_step(arena, node, text_cut(&rest, '/'));
    node->value = personal_of(text_of(value));
}

/* Sets the first leaf at the path; what is missing of the path is made. */
static inline void injury_set(struct arena *arena, struct record *root, const char *path,
                              const char *value)
{
    struct text rest = text_of(path);
    struct record *node = root;

    while (rest.size > 0) {
        struct text name = text_cut(&rest, '/');
        struct record *child = node->first;

        while (child != NULL && !text_is(name, child->name))
            child = child->next;
        node = child != NULL ? child : injury_step(arena, node, name);
    }
    node->value = personal_of(text_of(value));
}

/* Takes away the first node at the path; everything below it goes too. */
static inline void injury_drop(struct record *root, const char *path)
{
    struct text rest = text_of(path);
    struct record *before = NULL;
    struct record *parent = root;
    struct record *node = root;

    while (rest.size > 0) {
        struct text name = text_cut(&rest, '/');

        parent = node;
        before = NULL;
        for (node = parent->first; node != NULL && !text_is(name, node->name);
             node = node->next)
            before = node;
        CHECK(node != NULL);
    }
    if (before == NULL)
        parent->first = node->next;
    else
        before->next = node->next;
    if (parent->last == node)
        parent->last = before;
}

/* A fresh copy of the sample of this name. */
static inline struct record *injury_document(struct arena *arena, const char *name)
{
    const struct injury_sample *sample = NULL;
    struct record *root;

    for (size_t i = 0; i < COUNT_OF(injury_samples); i++)
        if (text_is(text_of(name), injury_samples[i].name))
            sample = &injury_samples[i];
    CHECK(sample != NULL);
    root = record_new(arena, sample->name);
    CHECK(root != NULL);
    for (size_t i = 0; i < sample->count; i++)
        injury_put(arena, root, sample->lines[i].path, sample->lines[i].value);
    return root;
}

#endif

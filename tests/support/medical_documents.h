/*
 * medical_documents.h - invented national documents of medical.transfer for tests.
 *
 * From 440000 (OUT) to 520000 (IN), kind A. The good sheet passes every check without a
 * warning: 82 months in two periods, 3471.26 yuan that move.
 */
#ifndef SUPPORT_MEDICAL_DOCUMENTS_H
#define SUPPORT_MEDICAL_DOCUMENTS_H

#include "pension_documents.h"

#define MEDICAL_TRACE  "YB520000202603020001"
#define MEDICAL_AMOUNT "3471.26"
#define MEDICAL_WORDS  "叁仟肆佰柒拾壹元贰角陆分"
#define MEDICAL_FEN    INT64_C(347126)
#define MEDICAL_NOW    INT64_C(1772413200000) /* 2026-03-02 09:00 +08:00, a Monday */

static inline struct record *medical_new(struct arena *arena, unsigned action)
{
    struct record *root = record_new(arena, action_name(action).english);
    struct record *reference;

    CHECK(root != NULL);
    reference = document_put(arena, root, "reference", NULL);
    document_put(arena, reference, "traceNumber", MEDICAL_TRACE);
    document_put(arena, reference, "inRegion", "520000");
    document_put(arena, reference, "outRegion", "440000");
    return root;
}

static inline void medical_person(struct arena *arena, struct record *root)
{
    struct record *person = document_put(arena, root, "person", NULL);

    document_put(arena, person, "name", "张喆");
    document_put(arena, person, "identityType", "01");
    document_put(arena, person, "identityNumber", DOCUMENT_PERSON);
    document_put(arena, person, "sex", "1");
    document_put(arena, person, "birthDate", "1980-01-15");
}

static inline void medical_handler(struct arena *arena, struct record *root)
{
    struct record *handler = document_put(arena, root, "handler", NULL);

    document_put(arena, handler, "date", "2026-03-02");
    document_put(arena, handler, "agencyName", "虚构市医疗保障事务中心");
}

/* application, or insured_query */
static inline struct record *medical_application(struct arena *arena, unsigned action,
                                                 const char *out, const char *in)
{
    struct record *root = medical_new(arena, action);

    document_put(arena, root, "applicationNumber", "SQ20260302001");
    medical_person(arena, root);
    document_put(arena, root, "outInsurance", out);
    document_put(arena, root, "inInsurance", in);
    document_put(arena, root, "appliedAt", "2026-03-02T08:55:00+08:00");
    medical_handler(arena, root);
    return root;
}

static inline void medical_period(struct arena *arena, struct record *periods, const char *from,
                                  const char *to, const char *insurance, const char *months)
{
    struct record *row = document_put(arena, periods, "period", NULL);

    document_put(arena, row, "from", from);
    document_put(arena, row, "to", to);
    document_put(arena, row, "insurance", insurance);
    document_put(arena, row, "months", months);
}

static inline struct record *medical_sheet(struct arena *arena)
{
    struct record *root = medical_new(arena, ACTION_FORM);
    struct record *periods;

    document_put(arena, root, "noticeNumber", "TZ20260302001");
    medical_person(arena, root);
    document_put(arena, root, "personNumber", "44000000000000812345");
    document_put(arena, root, "insurance", "310");
    periods = document_put(arena, root, "periods", NULL);
    medical_period(arena, periods, "2019-01", "2022-12", "310", "48");
    medical_period(arena, periods, "2023-03", "2025-12", "310", "34");
    document_put(arena, root, "actualMonths", "82");
    document_put(arena, root, "deemedMonths", "0");
    document_put(arena, root, "lastMonth", "2025-12");
    document_put(arena, root, "stopMonth", "2026-01");
    document_put(arena, root, "payWay", "1");
    document_put(arena, root, "balance", MEDICAL_AMOUNT);
    document_put(arena, root, "amount", MEDICAL_AMOUNT);
    document_put(arena, root, "amountInWords", MEDICAL_WORDS);
    medical_handler(arena, root);
    return root;
}

/* The same with nothing to be paid. */
static inline struct record *medical_sheet_moneyless(struct arena *arena)
{
    struct record *root = medical_sheet(arena);

    document_set(root, "payWay", "0");
    document_set(root, "amount", "0.00");
    document_set(root, "amountInWords", "零元整");
    return root;
}

/* fund_advice, fund_receipt, fund_credited, fund_return */
static inline struct record *medical_money(struct arena *arena, unsigned action,
                                           const char *amount)
{
    struct record *root = medical_new(arena, action);

    document_put(arena, root, "paymentNumber", "HB20260316007");
    if (action == ACTION_FUND_ADVICE)
        document_put(arena, root, "payee", "agency");
    document_put(arena, root, "amount", amount);
    document_put(arena, root, "on", "2026-03-02");
    medical_handler(arena, root);
    return root;
}

#endif

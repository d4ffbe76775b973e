/*
 * pension_documents.h - invented national pension documents for tests of core.
 *
 * From 440000 (OUT) to 520000 (IN). The good form passes every check without a warning: its
 * boxes are A1 0.00, A2 10788.38, A3 960.00, A4 11748.38, A5 17280.00, A6 29028.38.
 */
#ifndef SUPPORT_PENSION_DOCUMENTS_H
#define SUPPORT_PENSION_DOCUMENTS_H

#include "base/arena.h"
#include "core/names.h"
#include "core/record.h"

#define DOCUMENT_TRACE     "52000020260302000001"
#define DOCUMENT_IN        "520000"
#define DOCUMENT_OUT       "440000"
#define DOCUMENT_PERSON    "529901198001151233"
#define DOCUMENT_TOTAL     "29028.38"
#define DOCUMENT_TOTAL_FEN INT64_C(2902838)

static inline struct record *document_put(struct arena *arena, struct record *parent,
                                          const char *name, const char *value)
{
    struct record *node = record_add(arena, parent, name, text_of(value));

    CHECK(node != NULL);
    return node;
}

/* The node at a path, to be changed. */
static inline struct record *document_at(struct record *root, const char *path)
{
    struct text rest = text_of(path);
    struct record *node = root;

    while (rest.size > 0) {
        struct text name = text_cut(&rest, '/');

        for (node = node->first; node != NULL && !text_is(name, node->name);)
            node = node->next;
        CHECK(node != NULL);
    }
    return node;
}

static inline void document_set(struct record *root, const char *path, const char *value)
{
    document_at(root, path)->value = personal_of(text_of(value));
}

/* The n-th yearly row, 1-based. */
static inline struct record *document_row(struct record *form, unsigned number)
{
    struct record *row = document_at(form, "rows/row");

    while (--number > 0)
        row = row->next;
    CHECK(row != NULL);
    return row;
}

static inline struct record *document_new(struct arena *arena, unsigned action)
{
    struct record *root = record_new(arena, action_name(action).english);
    struct record *reference;

    CHECK(root != NULL);
    reference = document_put(arena, root, "reference", NULL);
    document_put(arena, reference, "traceNumber", DOCUMENT_TRACE);
    document_put(arena, reference, "inRegion", DOCUMENT_IN);
    document_put(arena, reference, "outRegion", DOCUMENT_OUT);
    document_put(arena, reference, "insuranceKind", "110");
    return root;
}

static inline void document_person(struct arena *arena, struct record *root)
{
    struct record *person = document_put(arena, root, "person", NULL);

    document_put(arena, person, "name", "张喆");
    document_put(arena, person, "identityType", "01");
    document_put(arena, person, "identityNumber", DOCUMENT_PERSON);
    document_put(arena, person, "sex", "1");
    document_put(arena, person, "birthDate", "1980-01-15");
}

enum { DOCUMENT_ROW_FIELDS = 15 };

static inline struct record *document_add_row(struct arena *arena, struct record *rows,
                                              const char *const values[DOCUMENT_ROW_FIELDS])
{
    static const char *const names[DOCUMENT_ROW_FIELDS] = {
        "region",
        "year",
        "from",
        "to",
        "months",
        "base",
        "employerRate",
        "accountRate",
        "personalRate",
        "credited",
        "creditedPersonal",
        "interest",
        "interestPersonal",
        "balance",
        "balancePersonal",
    };
    struct record *row = document_put(arena, rows, "row", NULL);

    for (size_t i = 0; i < DOCUMENT_ROW_FIELDS; i++)
        document_put(arena, row, names[i], values[i]);
    return row;
}

static inline void document_rows(struct arena *arena, struct record *form)
{
    static const char *const values[][DOCUMENT_ROW_FIELDS] = {
        {"440000", "2024", "2024-01", "2024-12", "12", "5000.00", "0.1600", "0.0000", "0.0800",
         "4800.00", "4800.00", "100.00", "100.00", "4900.00", "4900.00"},
        {"440000", "2025", "2025-01", "2025-12", "12", "6000.00", "0.1600", "0.0000", "0.0800",
         "5760.00", "5760.00", "128.38", "128.38", "10788.38", "10788.38"},
        {"440000", "2026", "2026-01", "2026-02", "2", "6000.00", "0.1600", "0.0000", "0.0800",
         "960.00", "960.00", "0.00", "0.00", "11748.38", "11748.38"},
    };
    struct record *rows = document_put(arena, form, "rows", NULL);

    for (size_t i = 0; i < COUNT_OF(values); i++)
        document_add_row(arena, rows, values[i]);
}

static inline struct record *document_form(struct arena *arena)
{
    struct record *form = document_new(arena, ACTION_FORM);
    struct record *amounts;

    document_person(arena, form);
    document_put(arena, form, "employer", "黔州虚构纺织厂");
    document_put(arena, form, "startedWork", "2023-12-01");
    document_put(arena, form, "firstPlaceBegan", "1992-01");
    document_put(arena, form, "firstContribution", "2024-01");
    document_put(arena, form, "accountOpened", "2024-01");
    document_put(arena, form, "localFrom", "2024-01");
    document_put(arena, form, "localTo", "2026-02");
    document_put(arena, form, "localMonths", "26");
    document_put(arena, form, "transferDate", "2026-03-02");
    document_put(arena, form, "accountType", "0");
    amounts = document_put(arena, form, "amounts", NULL);
    document_put(arena, amounts, "before1998", "0.00");
    document_put(arena, amounts, "toLastYear", "10788.38");
    document_put(arena, amounts, "thisYear", "960.00");
    document_put(arena, amounts, "account", "11748.38");
    document_put(arena, amounts, "pooled", "17280.00");
    document_put(arena, amounts, "total", DOCUMENT_TOTAL);
    document_rows(arena, form);
    return form;
}

/* A good form of a resident: the account of document_form's total, nothing pooled. */
static inline struct record *document_resident_form(struct arena *arena)
{
    static const char *const values[][DOCUMENT_ROW_FIELDS] = {
        {"440000", "2024", "2024-01", "2024-12", "12", "0.00", "0.0000", "0.0000", "0.0000",
         "12000.00", "6000.00", "0.00", "0.00", "12000.00", "6000.00"},
        {"440000", "2025", "2025-01", "2025-12", "12", "0.00", "0.0000", "0.0000", "0.0000",
         "16000.00", "8000.00", "68.38", "34.19", "28068.38", "14034.19"},
        {"440000", "2026", "2026-01", "2026-02", "2", "0.00", "0.0000", "0.0000", "0.0000",
         "960.00", "960.00", "0.00", "0.00", "29028.38", "14994.19"},
    };
    struct record *form = document_form(arena);
    struct record *rows = document_at(form, "rows");

    document_set(form, "reference/insuranceKind", "150");
    document_set(form, "amounts/toLastYear", "28068.38");
    document_set(form, "amounts/account", DOCUMENT_TOTAL);
    document_set(form, "amounts/pooled", "0.00");
    rows->first = rows->last = NULL;
    for (size_t i = 0; i < COUNT_OF(values); i++)
        document_add_row(arena, rows, values[i]);
    document_put(arena, document_row(form, 1), "collective", "2000.00");
    document_put(arena, document_row(form, 1), "subsidy", "4000.00");
    document_put(arena, document_row(form, 2), "subsidy", "8000.00");
    return form;
}

#define DOCUMENT_SERVICE_TOTAL "28800.00"

/* A good form of a soldier: 26 months of service, 8 % and 12 % of each wage, no interest. */
static inline struct record *document_service_form(struct arena *arena)
{
    static const char *const values[][DOCUMENT_ROW_FIELDS] = {
        {"910000", "2024", "2024-01", "2024-12", "12", "5000.00", "0.1200", "0.0000", "0.0800",
         "4800.00", "4800.00", "0.00", "0.00", "4800.00", "4800.00"},
        {"910000", "2025", "2025-01", "2025-12", "12", "6000.00", "0.1200", "0.0000", "0.0800",
         "5760.00", "5760.00", "0.00", "0.00", "10560.00", "10560.00"},
        {"910000", "2026", "2026-01", "2026-02", "2", "6000.00", "0.1200", "0.0000", "0.0800",
         "960.00", "960.00", "0.00", "0.00", "11520.00", "11520.00"},
    };
    struct record *form = document_form(arena);
    struct record *rows = document_at(form, "rows");

    document_set(form, "reference/outRegion", "910000");
    document_set(form, "employer", "虚构部队");
    document_set(form, "amounts/toLastYear", "10560.00");
    document_set(form, "amounts/account", "11520.00");
    document_set(form, "amounts/total", DOCUMENT_SERVICE_TOTAL);
    rows->first = rows->last = NULL;
    for (size_t i = 0; i < COUNT_OF(values); i++)
        document_add_row(arena, rows, values[i]);
    return form;
}

/* What a change of scheme hangs on: months as an employee; nothing is drawn. */
static inline void document_put_change(struct arena *arena, struct record *document,
                                       const char *months)
{
    struct record *change = document_put(arena, document, "change", NULL);

    document_put(arena, change, "employeeMonths", months);
    document_put(arena, change, "drawing", "false");
}

/* Of a temporary account. */
static inline struct record *document_temporary_form(struct arena *arena)
{
    struct record *form = document_form(arena);

    document_set(form, "accountType", "1");
    for (unsigned row = 1; row <= 3; row++)
        document_set(document_row(form, row), "employerRate", "0.1200");
    return form;
}

/* The consent to take it over (回执). */
static inline struct record *document_consent(struct arena *arena)
{
    struct record *consent = document_new(arena, ACTION_ACCEPTANCE);

    document_put(arena, document_put(arena, consent, "bank", NULL), "account",
                 "5299000000000000033");
    return consent;
}

/* Why the former unit applies: application or form of pension.institution. */
static inline void document_dismissal(struct arena *arena, struct record *root)
{
    struct record *dismissal = document_put(arena, root, "dismissal", NULL);

    document_put(arena, dismissal, "unit", "黔州虚构学校");
    document_put(arena, dismissal, "ground", "resigned");
    document_put(arena, dismissal, "on", "2026-02-20");
    document_put(arena, dismissal, "hukouRegion", "520000");
}

/* A good form of who leaves an institution: its boxes are those of document_form. */
static inline struct record *document_institution_form(struct arena *arena)
{
    struct record *form = document_form(arena);

    document_set(form, "reference/insuranceKind", "120");
    document_set(form, "employer", "黔州虚构学校");
    return form;
}

/* A good form of an occupational annuity: all of the balance is real money. */
static inline struct record *document_annuity_form(struct arena *arena)
{
    struct record *form = document_institution_form(arena);
    struct record *annuity = document_put(arena, form, "annuity", NULL);

    document_set(form, "amounts/toLastYear", "28068.38");
    document_set(form, "amounts/account", DOCUMENT_TOTAL);
    document_set(form, "amounts/pooled", "0.00");
    document_put(arena, annuity, "balance", DOCUMENT_TOTAL);
    document_put(arena, annuity, "book", "0.00");
    document_put(arena, annuity, "real", "26000.00");
    document_put(arena, annuity, "madeUp", "2000.00");
    document_put(arena, annuity, "beforeReform", "1000.00");
    document_put(arena, annuity, "enterprise", "28.38");
    document_put(arena, annuity, "sameTreasury", "false");
    document_put(arena, annuity, "kept", "false");
    return form;
}

/* fund_advice or fund_receipt. */
static inline struct record *document_money(struct arena *arena, unsigned action,
                                            const char *amount)
{
    struct record *root = document_new(arena, action);

    document_put(arena, root, "amount", amount);
    return root;
}

/* letter_return, refusal or form_return. */
static inline struct record *document_return(struct arena *arena, unsigned action,
                                             const char *form_revision, const char *code)
{
    struct record *root = document_new(arena, action);

    if (action == ACTION_FORM_RETURN)
        document_put(arena, root, "formRevision", form_revision);
    document_put(arena, root, "code", code);
    return root;
}

#endif

/* wire_injury_documents_test.c - schemas/national/injury.xsd: every document once good, every
 * kind of mistake once. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "injury_documents.h"
#include "wire/codec.h"
#include "wire/start.h"

enum { ARENA_MAX = 16 * 1024 * 1024, WORKERS_MAX = 1000 };

static struct schema *schema;
static struct arena *arena;

static void stop(const char *what, const char *why)
{
    print_error("%s: %s\n", what, why);
    _fail(__FILE__, __LINE__);
}

static bool follows(const struct record *root, struct error *err)
{
    struct document *document = NULL;
    bool ok = codec_write(root, INJURY_NAMESPACE, &document, err) &&
              schema_check(schema, document, err);

    document_free(document);
    return ok;
}

/* --- good ------------------------------------------------------------------------------ */

static void each_document_follows_the_schema(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(injury_samples); i++) {
        struct error err = ERROR_INIT;

        arena_reset(arena);
        if (!follows(injury_document(arena, injury_samples[i].name), &err))
            stop(injury_samples[i].name, err.text);
    }
}

/* Written, parsed and read again it is the same document, names beyond the basic plane too. */
static void nothing_is_lost_on_the_way(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(injury_samples); i++) {
        struct error err = ERROR_INIT;
        struct document *document = NULL;
        struct record *again = NULL;
        struct record *root;
        struct text bytes;

        arena_reset(arena);
        root = injury_document(arena, injury_samples[i].name);
        assert_true(codec_write(root, INJURY_NAMESPACE, &document, &err));
        assert_true(document_write(document, arena, &bytes, &err));
        document_free(document);
        assert_true(document_parse(bytes, NULL, &document, &err));
        assert_true(schema_check(schema, document, &err));
        assert_true(codec_read(document, arena, &again, &err));
        document_free(document);
        assert_true(record_equal(root, again));
    }
}

struct change {
    const char *document;
    const char *path;
    const char *value; /* NULL: the element is taken away */
};

/* What may be written, beside the samples. */
static const struct change allowed[] = {
    {"insured_query", "person/identityNumber", "529901791108223"}, /* an old number */
    {"insured_query", "person/identityNumber", "52990119850101020x"},
    {"insured_query", "person/identityNumber", "H12345678"},
    {"insured_query", "asOf", "2028-02-29"},
    {"insured_query", "person/cardNumber", NULL},
    {"cover_query", "accidentAt", "1998-06-01T00:00:00+08:00"},
    {"recognition", "accidentAt", NULL}, /* an occupational disease; a check looks at it */
    {"recognition", "change", "withdrawn"},
    {"appraisal", "grade", "10"},
    {"appraisal", "grade", NULL},
    {"project", "base/rate", "0.00066"},
    {"project", "site/longitude", "-0.5"},
    {"status_answer", "clocks/clock", NULL},
    {"answer", "reference", NULL},
};

static const struct change forbidden[] = {
    {"insured_query", "asOf", "2026-13-01"},
    {"insured_query", "asOf", "2026-02-29"},
    {"insured_query", "asOf", "20260302"},
    {"insured_query", "reference", NULL},
    {"insured_query", "reference/recordNumber", ""},
    {"insured_query", "reference/recordNumber", "GZ2026030200000000012"},
    {"insured_query", "reference/recordNumber", "GZ_1"},
    {"insured_query", "reference/fromRegion", "52000"},
    {"insured_query", "reference/toRegion", "020000"},
    {"insured_query", "person", NULL},
    {"insured_query", "person/name", " 张喆"},
    {"insured_query", "person/name", ""},
    {"insured_query", "person/identityNumber", NULL},
    {"insured_query", "person/identityNumber", "５２９９０１１９８２０３０７１２１５"},
    {"insured_query", "person/employerCode", "9152990MA00TE5T2A"},
    {"insured_query", "person/employerCode", "91529900MA00TESTIO"},
    {"insured_query", "purpose", "curiosity"},
    {"insured_query", "unknown", "1"},
    {"insured_state", "result", NULL},
    {"insured_state", "result/verdict", "yes"},
    {"insured_state", "result/code", "INJ-R99"},
    {"insured_state", "result/code", "PEN-R01"},
    {"insured_state", "insured/state", "maybe"},
    {"insured_state", "insured/endReason", "bored"},
    {"insured_state", "answeredAt", "2026-03-02T09:00:05"},
    {"insured_state", "answeredAt", "2026-03-02T01:00:05Z"},
    {"insured_state", "answeredAt", "2026-02-30T09:00:05+08:00"},
    {"insured_state", "answeredAt", "2026-03-02T24:00:00+08:00"},
    {"insured_state", "filings/filing/filingKind", "XX"},
    {"insured_state", "filings/filing/services/service", "DRG"},
    {"insured_state", "recognitions/recognition/diagnoses/diagnosis/code", "82.2"},
    {"cover_query", "accidentAt", NULL},
    {"cover_query", "accidentAt", "2026-01-12T14:35+08:00"},
    {"cover_proof", "finding", "INJ-P99"},
    {"cover_proof", "project/state", "ACTIVE"},
    {"cover_proof", "intervals/interval/lateAdded", "0"},
    {"cover_notice", "project", NULL},
    {"recognition", "change", "deleted"},
    {"recognition", "revision", "0"},
    {"recognition", "revision", "10000"},
    {"recognition", "conclusion", "perhaps"},
    {"recognition", "degree", "light"},
    {"recognition", "decidedOn", "2026-13-20"},
    {"recognition", "paidLeaveTo", "2026-06-31"},
    {"recognition", "decisionNumber", NULL},
    {"recognition", "attachments/attachment/sha256", "9F86"},
    {"appraisal", "grade", "0"},
    {"appraisal", "grade", "11"},
    {"appraisal", "grade", "一"},
    {"appraisal", "nursing", "4"},
    {"appraisal", "nursing", NULL},
    {"appraisal", "appraisalKind", "second"},
    {"confirmation", "confirmationKind", "any"},
    {"confirmation", "devices/device/cap", "3200"},
    {"confirmation", "devices/device/cap", "-1.00"},
    {"assistance_request", "questions", NULL},
    {"assistance_request", "questions/question/topic", "gossip"},
    {"assistance_reply", "wages/wage/month", "2025-13"},
    {"assistance_reply", "findings/finding/outcome", "true"},
    {"entrusted_result", "cost", "320.0"},
    {"eligibility_check", "year", "26"},
    {"eligibility_check", "benefits/benefit/kind", "bonus"},
    {"eligibility_result", "alive", "yes"},
    {"duplicate_check", "month", "2026-00"},
    {"duplicate_result", "month", "2026-2"},
    {"third_party", "liability", "unclear"},
    {"third_party", "text", ""},
    {"stop_notice", "reason", "resigned"},
    {"stop_notice", "knownOn", NULL},
    {"project", "premium", "48,740.74"},
    {"project", "base/rate", "0.06%"},
    {"project", "base/rate", "6e-4"},
    {"project", "base/rate", ".0006"},
    {"project", "projectKind", "bridge"},
    {"project", "projectNumber", "佛山1"},
    {"roster", "workers/worker/wageAccount", "6222000000000000001"},
    {"roster", "workers/worker/from", "2025-08-03"},
    {"roster", "workers/worker/photoDigest", "00"},
    {"roster", "workers", NULL},
    {"answer", "caseId", "019cac5a-2a00-4000-8000-000000000001"},
};

static bool changed_follows(const struct change *change, struct error *err)
{
    struct record *root;

    arena_reset(arena);
    root = injury_document(arena, change->document);
    if (change->value == NULL)
        injury_drop(root, change->path);
    else
        injury_put(arena, root, change->path, change->value);
    return follows(root, err);
}

static void what_may_be_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(allowed); i++) {
        struct error err = ERROR_INIT;

        if (!changed_follows(&allowed[i], &err))
            stop(allowed[i].path, err.text);
    }
}

static void each_mistake_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(forbidden); i++) {
        struct error err = ERROR_INIT;

        if (changed_follows(&forbidden[i], &err))
            stop(forbidden[i].document, forbidden[i].path);
        assert_int_equal(err.code, ERROR_SCHEMA);
    }
}

/* docs/rules.md lists them all. */
static void each_reason_may_be_stated(void **state)
{
    static const char *const codes[] = {"INJ-R01", "INJ-R02", "INJ-R03", "INJ-R04",
                                        "INJ-R05", "INJ-R06", "INJ-R07", "INJ-R08",
                                        "INJ-R09", "INJ-R10", "INJ-R00", "INJ-R11"};
    enum { KNOWN = 10 }; /* the others are none */

    (void)state;
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        struct error err = ERROR_INIT;
        struct record *root;

        arena_reset(arena);
        root = injury_document(arena, "duplicate_result");
        injury_set(arena, root, "result/verdict", "rejected");
        injury_put(arena, root, "result/code", codes[i]);
        assert_int_equal(follows(root, &err), i < KNOWN);
    }
}

static void each_finding_may_be_stated(void **state)
{
    (void)state;
    for (unsigned i = 0; i <= 13; i++) {
        struct error err = ERROR_INIT;
        struct record *root;
        char code[16];

        arena_reset(arena);
        root = injury_document(arena, "cover_notice");
        snprintf(code, sizeof(code), "INJ-P%02u", i);
        injury_set(arena, root, "finding", code);
        assert_int_equal(follows(root, &err), i <= 12);
    }
}

/* No field that the samples have may stand twice, unless it is a row. */
static void no_field_stands_twice(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(injury_samples); i++) {
        struct error err = ERROR_INIT;
        struct record *root;

        arena_reset(arena);
        root = injury_document(arena, injury_samples[i].name);
        injury_put(arena, root, "+reference/recordNumber", "GD1");
        assert_false(follows(root, &err));
        assert_int_equal(err.code, ERROR_SCHEMA);
    }
}

/* --- how long a list may be ------------------------------------------------------------ */

static void add_workers(struct record *root, size_t count)
{
    while (count-- > 0) {
        injury_put(arena, root, "workers/+worker/version", "1");
        injury_put(arena, root, "workers/worker/name", "喆");
        injury_put(arena, root, "workers/worker/identityNumber", INJURY_PERSON);
        injury_put(arena, root, "workers/worker/companyName", "黔");
        injury_put(arena, root, "workers/worker/from", "2026-01-12T07:30:00+08:00");
        injury_put(arena, root, "workers/worker/lateAdded", "false");
    }
}

static void a_roster_has_an_end(void **state)
{
    struct record *root;
    struct error err = ERROR_INIT;

    (void)state;
    arena_reset(arena);
    root = injury_document(arena, "roster");
    injury_drop(root, "handler");
    add_workers(root, WORKERS_MAX - 2);
    injury_put(arena, root, "handler/date", "2026-03-02");
    injury_put(arena, root, "handler/agencyName", "佛山");
    if (!follows(root, &err))
        stop("roster of a thousand", err.text);
    add_workers(root, 1);
    assert_false(follows(root, &err));
    assert_int_equal(err.code, ERROR_SCHEMA);
}

/* --- all ------------------------------------------------------------------------------- */

static int setup_all(void **state)
{
    struct error err = ERROR_INIT;

    (void)state;
    arena = arena_new(ARENA_MAX);
    return arena != NULL && wire_start(&err) &&
                   schema_load("schemas/national/injury.xsd", &schema, &err)
               ? 0
               : -1;
}

static int teardown_all(void **state)
{
    (void)state;
    schema_free(schema);
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_document_follows_the_schema),
        cmocka_unit_test(nothing_is_lost_on_the_way),
        cmocka_unit_test(what_may_be_written),
        cmocka_unit_test(each_mistake_is_found),
        cmocka_unit_test(each_reason_may_be_stated),
        cmocka_unit_test(each_finding_may_be_stated),
        cmocka_unit_test(no_field_stands_twice),
        cmocka_unit_test(a_roster_has_an_end),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}

/* wire_settings_test.c - configuration files: the ones we ship, and every kind of mistake. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/calendar.h"
#include "base/file.h"
#include "core/names.h"
#include "wire/settings.h"
#include "wire/start.h"

enum { ARENA_MAX = 64 * 1024 * 1024 };

struct fixture {
    struct arena *arena;
    struct error err;
    char path[256];
};

/* cmocka's fail_msg does not go together with base/error.h. */
static void stop(const char *what, const char *why)
{
    print_error("%s: %s\n", what, why);
    _fail(__FILE__, __LINE__);
}

static int start(void **state)
{
    struct error err = ERROR_INIT;

    (void)state;
    return wire_start(&err) ? 0 : -1;
}

static int setup(void **state)
{
    const char *temporary = getenv("TMPDIR");
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    int fd;

    if (fixture == NULL)
        return -1;
    snprintf(fixture->path, sizeof(fixture->path), "%s/wire_settings_XXXXXX",
             temporary == NULL ? "/tmp" : temporary);
    fd = mkstemp(fixture->path);
    fixture->arena = arena_new(ARENA_MAX);
    *state = fixture;
    return fd < 0 || close(fd) != 0 || fixture->arena == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    unlink(fixture->path);
    arena_free(fixture->arena);
    free(fixture);
    return 0;
}

static struct record *read_good(struct fixture *fixture, const char *path, const char *schema)
{
    struct record *root = NULL;

    if (!settings_read_record(path, schema, fixture->arena, &root, &fixture->err))
        stop(path, fixture->err.text);
    return root;
}

static bool read_text(struct fixture *fixture, struct text bytes, const char *schema,
                      struct record **root)
{
    fixture->err.code = ERROR_NONE;
    if (!file_write_atomic(fixture->path, bytes, 0600, &fixture->err))
        stop("write", fixture->err.text);
    return settings_read_record(fixture->path, schema, fixture->arena, root, &fixture->err);
}

/* `from` with the first `old` replaced by `new`. */
static struct text replaced(struct fixture *fixture, struct text from, const char *old,
                            const char *new)
{
    const char *at = memmem(from.at, from.size, old, strlen(old));
    size_t size = from.size - strlen(old) + strlen(new);
    struct buffer buffer = buffer_over(arena_alloc(fixture->arena, size), size);

    if (at == NULL)
        stop("not in the file", old);
    buffer_bytes(&buffer, from.at, (size_t)(at - from.at));
    buffer_string(&buffer, new);
    buffer_bytes(&buffer, at + strlen(old), from.size - (size_t)(at - from.at) - strlen(old));
    assert_false(buffer.overflow);
    return buffer_as_text(&buffer);
}

static void assert_value(const struct record *root, const char *path, const char *value)
{
    struct text text = TEXT_NONE;

    if (!record_text(root, path, &text) || !text_is(text, value))
        stop(path, "has another value");
}

/* --- the files we ship -------------------------------------------------------------------- */

static void test_gateway(void **state)
{
    struct record *root = read_good(*state, "conf/gateway.xml", "schemas/gateway.xsd");

    assert_string_equal(root->name, "gateway");
    assert_value(root, "party", "hrss.520000");
    assert_value(root, "ledger/hash", "sha256");
    assert_value(root, "ledger/test", "true");
    assert_value(root, "listen/port", "8443");
    assert_value(root, "signing/suite", "ecdsa");
    assert_value(root, "limits/messageBytes", "1048576");
    assert_null(record_find(root, "clockOffset"));
}

static void test_party(void **state)
{
    struct record *root = read_good(*state, "conf/parties/hrss.440000.xml",
                                    "schemas/party.xsd");

    assert_value(root, "id", "hrss.440000");
    assert_value(root, "title/chinese", "广东省人社");
    assert_value(root, "signingPins/pin/graceHours", "48");
    assert_value(root, "flows/flow/name", "pension.employee");
    assert_int_equal(record_count(root, "transportPins/pin"), 1);
}

static const struct {
    const char *id;
    uint32_t from;
} rule_rows[] = {
    {"PEN-D1", 20100101},
    {"PEN-D2", 20100101},
    {"PEN-D2P", 20100101},
    {"PEN-D3", 20100101},
    {"PEN-D1-RP", 20140201},
    {"PEN-D2-RP", 20140201},
    {"PEN-D3-RP", 20140201},
    {"PEN-D3-MIL", 20150101},
    {"PEN-MONEY-GP", 20141001},
    {"PEN-GP-REFORM", 20141001},
    {"PEN-MONEY-RP", 20140201},
    {"PEN-CONSENT", 20100101},
    {"PEN-D1-TMP", 20100101},
    {"PEN-D2-TMP", 20100101},
    {"PEN-D3-TMP", 20100101},
    {"PEN-MONEY-TMP", 20100101},
    {"PEN-D1-SW", 20140701},
    {"PEN-D2-SW", 20140701},
    {"PEN-D3-SW", 20140701},
    {"PEN-CLEAR-SW", 20140701},
    {"PEN-GATHER", 20140701},
    {"PEN-MONEY-SW", 20140701},
    {"PEN-FUND", 20100101},
    {"PEN-CORR", 20100101},
    {"PEN-C05-TOL", 20100101},
    {"PEN-C05-ROW", 20100101},
    {"PEN-C05-HARD", 20100101},
    {"PEN-C20", 20100101},
    {"PEN-C21", 20100101},
    {"PEN-LETTER", 20100101},
    {"PEN-CLEAR", 20100101},
    {"PEN-WD", 20100101},
    {"PEN-REV", 20100101},
    {"PEN-RESTORE", 20100101},
    {"PEN-SUSP", 20100101},
    {"PEN-QUERY", 20100101},
    {"PEN-D2-START", 20100101},
    {"PEN-DAY-ONE", 20100101},
    {"PEN-MONEY", 20100101},
    {"PEN-R23", 20100101},
    {"INJ-REPORT", 20100101},
    {"INJ-REPORT-LAST", 20100101},
    {"INJ-DECIDE", 20100101},
    {"INJ-AGAIN", 20100101},
    {"INJ-REVIEW", 20100101},
    {"INJ-LEAVE", 20100101},
    {"INJ-LATE", 20100101},
    {"INJ-REPLY", 20100101},
    {"PEN-AGE-MAN", 19780602},
    {"PEN-AGE-WOMAN", 19780602},
    {"PEN-AGE-WORKER", 19780602},
    {"PEN-RAISE-START", 20250101},
    {"PEN-RAISE-STEP-MAN", 20250101},
    {"PEN-RAISE-STEP-WOMAN", 20250101},
    {"PEN-RAISE-STEP-WORKER", 20250101},
    {"PEN-RAISE-MOST-MAN", 20250101},
    {"PEN-RAISE-MOST-WOMAN", 20250101},
    {"PEN-RAISE-MOST-WORKER", 20250101},
    {"PEN-FLEX-EARLY", 20250101},
    {"PEN-FLEX-LATE", 20250101},
    {"PEN-MINIMUM", 19980101},
    {"PEN-MINIMUM", 20300101},
    {"PEN-MINIMUM", 20310101},
    {"PEN-MINIMUM", 20320101},
    {"PEN-MINIMUM", 20330101},
    {"PEN-MINIMUM", 20340101},
    {"PEN-MINIMUM", 20350101},
    {"PEN-MINIMUM", 20360101},
    {"PEN-MINIMUM", 20370101},
    {"PEN-MINIMUM", 20380101},
    {"PEN-MINIMUM", 20390101},
    {"PEN-PLACE-MONTHS", 20100101},
    {"PEN-PLACE-SERVICE", 20100101},
    {"PEN-PLACE-LATE", 20100101},
    {"PEN-TEMP-START", 20100101},
    {"PEN-TEMP-MAN", 20100101},
    {"PEN-TEMP-WOMAN", 20100101},
    {"PEN-OVERLAP-KEEP", 20100101},
    {"PEN-OVERLAP-INTEREST", 20100101},
    {"PEN-OVERLAP-RESIDENT", 20100101},
    {"STL-A1", 20100101},
    {"STL-A2", 20100101},
    {"STL-A3", 20100101},
    {"STL-A4", 20100101},
    {"STL-A5", 20100101},
    {"STL-A6", 20100101},
    {"STL-A7", 20100101},
    {"STL-A8", 20100101},
    {"STL-A9", 20100101},
    {"STL-A10", 20100101},
    {"STL-A11", 20100101},
    {"STL-A12", 20100101},
    {"STL-A13", 20100101},
    {"STL-A14", 20100101},
    {"STL-A15", 20100101},
    {"STL-A16", 20100101},
    {"STL-A17", 20100101},
    {"INJ-S1", 20100101},
    {"INJ-S2", 20100101},
    {"STL-PROVEN", 20100101},
    {"STL-P-ACCOUNT", 20100101},
    {"STL-P-HOSPITAL", 20100101},
    {"STL-P-FAMILY", 20100101},
    {"STL-P-310200", 20100101},
    {"STL-P-SIGN", 20100101},
    {"STL-HOSPITAL", 20100101},
    {"STL-TREATING", 20100101},
    {"STL-CORE", 20100101},
    {"STL-RETRY", 20100101},
    {"STL-RETRY-MAX", 20100101},
    {"STL-LAPSE", 20100101},
    {"STL-CONFIRM", 20100101},
    {"STL-FILING-MEDICAL", 20100101},
    {"STL-FILING-INJURY", 20100101},
    {"STL-INJURY-OUTPATIENT", 20100101},
    {"MED-CHECK", 20211201},
    {"MED-D1", 20211201},
    {"MED-D2", 20211201},
    {"MED-D3", 20211201},
    {"MED-FUND", 20211201},
    {"MED-CORR", 20211201},
    {"MED-LETTER", 20211201},
    {"MED-WD", 20211201},
    {"MED-REV", 20211201},
    {"MED-SUSP", 20211201},
    {"MED-RESTORE", 20211201},
    {"MED-MONEY-A", 20211201},
    {"MED-MONEY-B", 20211201},
    {"MED-MONEY-C", 20211201},
    {"MED-MONEY-D", 20211201},
    {"MED-FIRST", 20211201},
    {"ENQ-REPLY", 20240101},
    {"ENQ-CASES", 20240101},
    {"ATT-FILE", 20100101},
};

static void test_rules(void **state)
{
    struct record *root = read_good(*state, "conf/rules.xml", "schemas/rules.xsd");
    const struct record *rule = record_find(root, "rule");

    assert_int_equal(record_count(root, "rule"), COUNT_OF(rule_rows));
    for (size_t i = 0; i < COUNT_OF(rule_rows); i++) {
        struct day from;

        assert_value(rule, "id", rule_rows[i].id);
        assert_true(record_day(rule, "from", &from));
        assert_int_equal(day_yyyymmdd(from), rule_rows[i].from);
        rule = record_same(rule);
    }
    assert_null(rule);
}

/* The data against the totals that were counted by hand: 248 working days in each year. */
static void test_calendar(void **state)
{
    struct fixture *fixture = *state;
    struct record *root = read_good(fixture, "conf/calendar.xml", "schemas/calendar.xsd");
    struct calendar *calendar = calendar_new();
    struct day first, last, before;

    assert_non_null(calendar);
    assert_value(root, "version", "20261");
    assert_true(record_day(root, "range/first", &first));
    assert_true(record_day(root, "range/last", &last));
    calendar_set_range(calendar, first, last);
    for (const struct record *off = record_find(root, "off"); off != NULL;
         off = record_same(off)) {
        struct day from, to;

        assert_true(record_day(off, "from", &from));
        if (!record_day(off, "to", &to))
            to = from;
        for (; from.number <= to.number; from.number++)
            assert_true(calendar_add_off(calendar, 0, from, &fixture->err));
    }
    for (const struct record *made = record_find(root, "makeup"); made != NULL;
         made = record_same(made)) {
        struct day day;

        assert_true(record_day(made, "day", &day));
        assert_true(calendar_add_makeup(calendar, 0, day, &fixture->err));
        assert_true(day_weekday(day) >= 5);
    }
    before = (struct day){first.number - 1};
    assert_true(day_from(2025, 12, 31, &last));
    assert_int_equal(calendar_between(calendar, 0, before, last), 248);
    before = last;
    assert_true(day_from(2026, 12, 31, &last));
    assert_int_equal(calendar_between(calendar, 0, before, last), 248);
    calendar_free(calendar);
}

static void test_regions(void **state)
{
    struct record *root = read_good(*state, "conf/regions.xml", "schemas/regions.xsd");
    uint64_t before = 0;

    assert_int_equal(record_count(root, "region"), 32);
    for (const struct record *region = record_find(root, "region"); region != NULL;
         region = record_same(region)) {
        uint64_t code;

        assert_true(record_number(region, "code", 999999, &code));
        assert_true(code > before);
        assert_int_equal(code % 10000, 0);
        before = code;
    }
    assert_int_equal(before, 660000);
}

/* --- mistakes ----------------------------------------------------------------------------- */

struct mistake {
    const char *old;
    const char *new;
    const char *told; /* part of the error's text */
};

static const struct mistake gateway_mistakes[] = {
    {"<party>hrss.520000", "<party>hrss.52", "element party, line 16"},
    {"<party>hrss.520000</party>", "", "out of place"},
    {"<workers>2</workers> default", "x", NULL}, /* inside a comment: no mistake */
    {"</gateway>", "<speed>9</speed></gateway>", "element speed, line 75"},
    {"<hash>sha256", "<hash>sha1", "element hash, line 22"},
    {"<hash>sha256", "<hash kind='x'>sha256", "element hash"},
    {"<test>true", "<test>yes", "element test"},
    {"<port>8443", "<port>65536", "element port"},
    {"<port>8443", "<port>-1", "element port"},
    {"<port>8443", "<port>0x20fb", "element port"},
    {"<port>8443", "<port>08443", "element port"},
    {"<suite>ecdsa", "<suite>hmac", "element suite"},
    {"<messageBytes>1048576", "<messageBytes>1", "element messageBytes"},
    {"<inFlight>256", "<inFlight>0", "element inFlight"},
    {"<ownChecks>true", "<ownChecks>", "element ownChecks"},
    {"<ledger>", "<ledger>text", "element ledger"},
    {"xmlns=\"urn:qiantong:config:1\"", "", "element gateway"},
    {"<control>../var/control</control>", "<control>a</control><control>b</control>",
     "element control"},
    {"</gateway>", "", "line 76"},
    {"<gateway", "<!DOCTYPE gateway><gateway", "document type"},
    {"<gateway", "<?php x?><gateway", "instruction"},
};

static void check_mistake(struct fixture *fixture, struct text good,
                          const struct mistake *mistake, const char *schema)
{
    struct record *root = NULL;
    bool ok = read_text(fixture, replaced(fixture, good, mistake->old, mistake->new), schema,
                        &root);

    if (mistake->told == NULL) {
        assert_true(ok);
        return;
    }
    if (ok || strstr(fixture->err.text, mistake->told) == NULL ||
        strncmp(fixture->err.text, fixture->path, strlen(fixture->path)) != 0)
        stop(mistake->new, fixture->err.text);
    assert_int_equal(fixture->err.code, ERROR_CONFIG);
}

static struct text load(struct fixture *fixture, const char *path)
{
    struct text bytes;

    if (!file_read(fixture->arena, path, SETTINGS_FILE_MAX, &bytes, &fixture->err))
        stop(path, fixture->err.text);
    return bytes;
}

static void test_gateway_mistakes(void **state)
{
    struct text good = load(*state, "conf/gateway.xml");

    for (size_t i = 0; i < COUNT_OF(gateway_mistakes); i++)
        check_mistake(*state, good, &gateway_mistakes[i], "schemas/gateway.xsd");
}

static const struct mistake party_mistakes[] = {
    {"<url>https:", "<url>http:", "element url"},
    {"<kind>province", "<kind>partner", "element kind"},
    {"<certificate>hrss.440000/tls.pem</certificate>", "<sha256>abcd</sha256>",
     "element sha256"},
    {"<certificate>hrss.440000/tls.pem</certificate>", "", "element pin"},
    {"<pin><certificate>hrss.440000/tls.pem</certificate></pin>", "", "element transportPins"},
    {"<from>2026-01-01T00:00:00+08:00", "<from>2026-01-01", "element from"},
    {"<from>2026-01-01T00:00:00+08:00", "<from>2026-01-01T00:00:00Z", "element from"},
    {"<graceHours>48", "<graceHours>-1", "element graceHours"},
    {"<name>pension.employee", "<name>Pension", "element name"},
    {"<flow>\n      <name>pension.employee</name>", "<flow>", "element flow"},
    {"<url>https://gateway.hrss.gd.example:8443/v1/messages</url>", "", NULL},
};

static void test_party_mistakes(void **state)
{
    struct text good = load(*state, "conf/parties/hrss.440000.xml");

    for (size_t i = 0; i < COUNT_OF(party_mistakes); i++)
        check_mistake(*state, good, &party_mistakes[i], "schemas/party.xsd");
}

static const struct mistake rules_mistakes[] = {
    {"<id>PEN-D1", "<id>D1", "element id"},
    {"<from>2010-01-01", "<from>2010-02-30", "element from"},
    {"<from>2010-01-01", "<from>2010-01-01+08:00", "element from"},
    {"<value>15", "<value>15.5", "element value"},
    {"<value>15", "<value>1e3", "element value"},
    {"<value>15", "<value>1234567890123456", "element value"},
    {"<unit>workingDays", "<unit>weeks", "element unit"},
    {"<confirmed>yes", "<confirmed>maybe", "element confirmed"},
    {"<value>15", "<value>-15", NULL},
};

static const struct mistake calendar_mistakes[] = {
    {"<version>20261", "<version>2026", "element version"},
    {"<first>2025-01-01", "<first>2025-13-01", "element first"},
    {"<off><from>2025-01-01</from>", "<off>", "element name"},
    {"<day>2025-01-26", "<day>26", "element day"},
    {"<off><from>2025-01-01</from>", "<off><from>2025-01-01</from><region>520000</region>",
     NULL},
};

static const struct mistake region_mistakes[] = {
    {"<code>110000", "<code>11", "element code"},
    {"<code>110000</code>", "", "element english"},
    {"<chinese>北京市", "<chinese>", "element chinese"},
};

static void test_data_mistakes(void **state)
{
    struct text rules = load(*state, "conf/rules.xml");
    struct text calendar = load(*state, "conf/calendar.xml");
    struct text regions = load(*state, "conf/regions.xml");

    for (size_t i = 0; i < COUNT_OF(rules_mistakes); i++)
        check_mistake(*state, rules, &rules_mistakes[i], "schemas/rules.xsd");
    for (size_t i = 0; i < COUNT_OF(calendar_mistakes); i++)
        check_mistake(*state, calendar, &calendar_mistakes[i], "schemas/calendar.xsd");
    for (size_t i = 0; i < COUNT_OF(region_mistakes); i++)
        check_mistake(*state, regions, &region_mistakes[i], "schemas/regions.xsd");
}

/* A secret that was put in the wrong place does not reach a log. */
static void test_value_not_told(void **state)
{
    struct fixture *fixture = *state;
    struct text good = load(fixture, "conf/gateway.xml");
    struct record *root = NULL;

    assert_false(read_text(fixture, replaced(fixture, good, "<port>8443", "<port>s3cret"),
                           "schemas/gateway.xsd", &root));
    assert_null(strstr(fixture->err.text, "s3cret"));
}

/* --- comments and white space ------------------------------------------------------------- */

#define REGION(code, name)                                                                     \
    "<regions xmlns='urn:qiantong:config:1'>" code "<english>A</english>" name                 \
    "</region></regions>"

static const struct {
    const char *xml;
    bool good;
} spellings[] = {
    {REGION("<region><code> 110000\n</code>", "<chinese>\t京 </chinese>"), true},
    {REGION("<region><code><!-- c -->110000</code>", "<chinese>京</chinese>"), true},
    {REGION("<region><code> <!-- c --> 110000</code>", "<chinese>京</chinese>"), true},
    {REGION("<region><code>110000<!-- c --> </code>", "<chinese>京<!--x--></chinese>"), true},
    {REGION("<region><!--a--> <!--b--><code>110000</code>", "<chinese>京</chinese>"), true},
    {REGION("<region><code>110000<!--a--> <!--b--> <!--c--></code>", "<chinese>京</chinese>"),
     true},
    {"<!-- before -->" REGION("<region><code>110000</code>",
                              "<chinese>京</chinese>") "<!-- after -->",
     true},
    {REGION("<region><code>110<!-- c -->000</code>", "<chinese>京</chinese>"), false},
    {REGION("<region><code><!-- 110000 --></code>", "<chinese>京</chinese>"), false},
    {REGION("<region><code>110 000</code>", "<chinese>京</chinese>"), false},
    {REGION("<region><code>110000</code>", "<chinese> </chinese>"), false},
};

static void test_spellings(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT_OF(spellings); i++) {
        struct record *root = NULL;
        bool ok = read_text(fixture, text_of(spellings[i].xml), "schemas/regions.xsd", &root);

        if (ok != spellings[i].good)
            stop(spellings[i].xml, fixture->err.text);
        if (!ok) {
            assert_int_equal(fixture->err.code, ERROR_CONFIG);
            continue;
        }
        assert_value(root, "region/code", "110000");
        assert_value(root, "region/chinese", "京");
    }
}

static void test_no_file(void **state)
{
    struct fixture *fixture = *state;
    struct record *root = NULL;
    struct text large = {arena_alloc(fixture->arena, SETTINGS_FILE_MAX + 1),
                         SETTINGS_FILE_MAX + 1};

    assert_false(settings_read_record("conf/nothing.xml", "schemas/regions.xsd", fixture->arena,
                                      &root, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_CONFIG);
    assert_non_null(strstr(fixture->err.text, "conf/nothing.xml"));
    assert_false(settings_read_record("conf/regions.xml", "schemas/nothing.xsd", fixture->arena,
                                      &root, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_CONFIG);
    assert_false(settings_read_record("conf/regions.xml", "schemas/rules.xsd", fixture->arena,
                                      &root, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_CONFIG);
    assert_non_null(large.at);
    assert_false(read_text(fixture, large, "schemas/regions.xsd", &root));
    assert_int_equal(fixture->err.code, ERROR_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_gateway, setup, teardown),
        cmocka_unit_test_setup_teardown(test_party, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rules, setup, teardown),
        cmocka_unit_test_setup_teardown(test_calendar, setup, teardown),
        cmocka_unit_test_setup_teardown(test_regions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gateway_mistakes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_party_mistakes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_data_mistakes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_value_not_told, setup, teardown),
        cmocka_unit_test_setup_teardown(test_spellings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_file, setup, teardown),
    };

    return cmocka_run_group_tests_name("wire_settings", tests, start, NULL);
}

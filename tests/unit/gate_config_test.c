/* gate_config_test.c - one good configuration, and every way in which it may be wrong. */
#include "config_fixture.h"

#include "gate/config.h"
#include "wire/start.h"

static int prepare(void **state)
{
    struct error err = ERROR_INIT;

    return wire_start(&err) && fixture_make(state) == 0 ? 0 : -1;
}

static bool load_file(enum config_depth depth, struct config **config, struct error *err)
{
    char path[FIXTURE_PATH_MAX];

    return config_load(fixture_path("gateway.xml", path), depth, config, err);
}

static struct config *must_load(enum config_depth depth)
{
    struct error err = ERROR_INIT;
    struct config *config = NULL;

    if (!load_file(depth, &config, &err))
        print_error("%s\n", err.text);
    assert_non_null(config);
    return config;
}

/* The configuration as it lies there is refused with this in the message. */
static void refused(enum error_code code, const char *said)
{
    struct error err = ERROR_INIT;
    struct config *config = NULL;

    assert_false(load_file(CONFIG_FULL, &config, &err));
    assert_null(config);
    if (err.code != code || strstr(err.text, said) == NULL)
        print_error("%s: %s\n  expected: %s\n", error_name(err.code), err.text, said);
    assert_int_equal(err.code, code);
    assert_non_null(strstr(err.text, said));
}

static struct instant at(const char *text)
{
    struct instant instant;

    assert_true(instant_parse(text_of(text), &instant));
    return instant;
}

/* --- good ------------------------------------------------------------------------------------
 */

static void test_good_full(void **state)
{
    struct config *config;
    const struct config_party *province;
    const struct config_party *core;
    char path[FIXTURE_PATH_MAX];

    (void)state;
    fixture_reset();
    config = must_load(CONFIG_FULL);
    assert_string_equal(config->party, "hrss.520000");
    assert_int_equal(config->region, 520000);
    assert_string_equal(config->ledger_path, fixture_path("ledger", path));
    assert_string_equal(config->control_path, fixture_path("control", path));
    assert_string_equal(config->clock_offset, fixture_path("clock", path));
    assert_int_equal(config->ledger_hash, DIGEST_SHA256);
    assert_true(config->ledger_test);
    assert_true(config->ledger_map == UINT64_C(274877906944));
    assert_int_equal(config->listen_port, 8443);
    assert_int_equal(config->workers, 3);
    assert_int_equal(config->message_max, 8192);
    assert_int_equal(config->attachment_max, 8388608);
    assert_true(config->attachment_day_max == 1073741824);
    assert_int_equal(config->connections_max, 1000);
    assert_int_equal(config->in_flight_max, 256);
    assert_true(config->lifetime_ms == INT64_C(30) * 86400000);
    assert_true(config->own_checks);
    assert_non_null(config->signer);
    assert_non_null(config->schemas);
    assert_int_equal(config->party_count, 2);
    province = config_party_by_id(config, "hrss.440000");
    core = config_core(config);
    assert_non_null(province);
    assert_non_null(core);
    assert_string_equal(core->id, "hrss.520000.core");
    assert_non_null(core->dialect);
    assert_null(core->url);
    assert_int_equal(core->message_max, 65536);
    assert_int_equal(core->signing_pin_count, 0);
    assert_string_equal(core->title, "");
    assert_int_equal(province->message_max, 8192);
    assert_int_equal(province->region, 440000);
    assert_string_equal(province->title_chinese, "广东省人社");
    assert_int_equal(province->signing_pin_count, 1);
    assert_true(province->flows == UINT32_C(1) << FLOW_PENSION_EMPLOYEE);
    for (unsigned action = ACTION_NONE + 1; action < ACTIONS; action++)
        assert_true(action_set_has(&province->actions[FLOW_PENSION_EMPLOYEE], action));
    config_free(config);
}

static void test_good_shallow(void **state)
{
    struct config *config;

    (void)state;
    fixture_reset();
    /* The tools of an operator who may not read keys, beside a party's lost certificate. */
    fixture_write_with("gateway.xml", fixture_gateway, "keys/hrss.520000.ecdsa.key",
                       "keys/not-there");
    fixture_write_with("parties/hrss.440000.xml", fixture_province, "hrss.440000.tls.crt",
                       "not-there");
    config = must_load(CONFIG_SHALLOW);
    assert_null(config->signer);
    assert_null(config->schemas);
    assert_int_equal(config->party_count, 2);
    assert_int_equal(config->certificate_count, 5);
    assert_string_equal(config->certificates[2].party, "hrss.440000");
    assert_int_equal(config->certificates[2].use, CONFIG_TRANSPORT_PIN);
    assert_false(config->certificates[2].readable);
    assert_int_equal(config->parties[0].transport_pin_count, 0);
    assert_true(config->certificates[3].readable);
    config_free(config);
    refused(ERROR_CONFIG, "not-there");
}

/* Absent limits have their defaults, also half of a rate. */
static void test_party_limits(void **state)
{
    const struct config_party *province;
    struct config *config;

    (void)state;
    fixture_reset();
    config = must_load(CONFIG_FULL);
    province = config_party_by_id(config, "hrss.440000");
    assert_int_equal(province->rate.per_second, 2000);
    assert_int_equal(province->rate.burst, 4000);
    assert_int_equal(province->in_flight_max, 128);
    assert_int_equal(province->connections_max, 64);
    assert_int_equal(province->call_connections_max, 32);
    config_free(config);
    fixture_write_with("parties/hrss.440000.xml", fixture_province, "</suite>",
                       "</suite><rate><perSecond>60000</perSecond></rate><inFlight>7</inFlight>"
                       "<connections>9</connections><callConnections>64</callConnections>");
    config = must_load(CONFIG_FULL);
    province = config_party_by_id(config, "hrss.440000");
    assert_int_equal(province->rate.per_second, 60000);
    assert_int_equal(province->rate.burst, 100000);
    assert_int_equal(province->in_flight_max, 7);
    assert_int_equal(province->connections_max, 9);
    assert_int_equal(province->call_connections_max, 64);
    config_free(config);
    fixture_write_with("parties/hrss.440000.xml", fixture_province, "</suite>",
                       "</suite><rate><perSecond>5</perSecond><burst>1</burst></rate>");
    fixture_write_with("gateway.xml", fixture_gateway, "<lifetimeDays>",
                       "<attachmentBytes>67108864</attachmentBytes>"
                       "<attachmentDayBytes>1099511627776</attachmentDayBytes>"
                       "<inFlight>1</inFlight><lifetimeDays>");
    config = must_load(CONFIG_FULL);
    assert_int_equal(config->attachment_max, 67108864);
    assert_true(config->attachment_day_max == UINT64_C(1) << 40);
    province = config_party_by_id(config, "hrss.440000");
    assert_int_equal(province->rate.per_second, 5);
    assert_int_equal(province->rate.burst, 1);
    assert_int_equal(province->in_flight_max, 1);
    config_free(config);
}

static void test_finders(void **state)
{
    static const uint8_t nobody[32];
    struct config *config;

    (void)state;
    fixture_reset();
    config = must_load(CONFIG_FULL);
    config->parties[0].number = 7;
    assert_ptr_equal(config_party_by_number(config, 7), &config->parties[0]);
    assert_null(config_party_by_number(config, 0));
    assert_null(config_party_by_number(config, 8));
    assert_null(config_party_by_id(config, "hrss.430000"));
    assert_null(config_party_by_fingerprint(config, nobody));
    assert_ptr_equal(config_party_by_fingerprint(config, config->parties[1].transport_pins[0]),
                     &config->parties[1]);
    config_free(config);
    config_free(NULL);
}

static void test_pin_by_fingerprint(void **state)
{
    char pin[] = "<sha256>00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
                 "</sha256>";
    uint8_t fingerprint[32];
    struct config *config;

    (void)state;
    fixture_reset();
    fixture_write_with("parties/hrss.440000.xml", fixture_province,
                       "<certificate>../keys/hrss.440000.tls.crt</certificate>", pin);
    config = must_load(CONFIG_FULL);
    for (size_t i = 0; i < sizeof(fingerprint); i++)
        fingerprint[i] = (uint8_t)(0x11 * (i % 16));
    assert_non_null(config_party_by_fingerprint(config, fingerprint));
    config_free(config);
}

static void test_rules(void **state)
{
    struct config *config;
    struct day day;
    bool provisional = false;

    (void)state;
    fixture_reset();
    config = must_load(CONFIG_SHALLOW);
    assert_int_equal(config->rules.count, 3);
    assert_int_equal(config->rules.calendar_version, 20261);
    assert_true(day_from(2026, 6, 30, &day));
    assert_int_equal(rules_value(&config->rules, "PEN-D1", day, 0), 15);
    assert_true(day_from(2026, 7, 1, &day));
    assert_int_equal(rules_value(&config->rules, "PEN-D1", day, 0), 12);
    assert_true(day_from(2026, 2, 28, &day));
    assert_true(calendar_works(config->calendar, 520000, day, &provisional));
    assert_true(day_from(2026, 4, 20, &day));
    assert_true(calendar_works(config->calendar, 520000, day, &provisional));
    assert_false(calendar_works(config->calendar, 450000, day, &provisional));
    assert_false(provisional);
    assert_memory_equal(config->rules.digest, config->rules_digest, 32);
    assert_true(text_starts(config->rules_text,
                            "qiantong rules 1\ncalendar 20261 2026-01-01 2026-12-31\n"
                            "day 2026-02-15 000000 off\n"));
    assert_non_null(strstr(config->rules_text.at, "day 2026-04-20 450000 off\n"
                                                  "rule PEN-D1 2010-01-01 15 workingDays\n"
                                                  "rule PEN-D1 2026-07-01 12 workingDays\n"
                                                  "rule PEN-D2 2010-01-01 15 workingDays\n"));
    config_free(config);
}

/* What decides is digested, how it is written is not. */
static void test_digests(void **state)
{
    struct config *first;
    struct config *second;

    (void)state;
    fixture_reset();
    first = must_load(CONFIG_FULL);
    fixture_write_with("gateway.xml", fixture_gateway, "<party>", "<!-- ours -->\n\n<party>");
    fixture_write_with("rules.xml", fixture_rules, "a notice", "the same notice");
    second = must_load(CONFIG_FULL);
    assert_memory_equal(first->rules_digest, second->rules_digest, 32);
    assert_memory_equal(first->digest, second->digest, 32);
    config_free(second);
    fixture_write_with("rules.xml", fixture_rules, "<value>12", "<value>11");
    second = must_load(CONFIG_FULL);
    assert_memory_not_equal(first->rules_digest, second->rules_digest, 32);
    assert_memory_not_equal(first->digest, second->digest, 32);
    config_free(second);
    fixture_reset();
    fixture_write_with("parties/hrss.440000.xml", fixture_province, ">48<", ">24<");
    second = must_load(CONFIG_FULL);
    assert_memory_equal(first->rules_digest, second->rules_digest, 32);
    assert_memory_not_equal(first->digest, second->digest, 32);
    config_free(second);
    config_free(first);
}

static void test_actions_narrowed(void **state)
{
    struct config *config;
    struct action_set actions;

    (void)state;
    fixture_reset();
    fixture_write_with("parties/hrss.440000.xml", fixture_province,
                       "<name>pension.employee</name>",
                       "<name>pension.employee</name><actions><action>letter</action>"
                       "<action>form</action></actions>");
    config = must_load(CONFIG_FULL);
    actions = config_party_by_id(config, "hrss.440000")->actions[FLOW_PENSION_EMPLOYEE];
    for (unsigned action = ACTION_NONE; action <= ACTIONS; action++)
        assert_int_equal(action_set_has(&actions, action),
                         action == ACTION_LETTER || action == ACTION_FORM);
    config_free(config);
}

/* --- one row, one thing wrong ----------------------------------------------------------------
 */

struct spoiled {
    const char *file;
    const char *text; /* of the good file */
    const char *from;
    const char *to;
    const char *said;
};

#define GATEWAY  "gateway.xml", fixture_gateway
#define PROVINCE "parties/hrss.440000.xml", fixture_province
#define CORE     "parties/hrss.520000.core.xml", fixture_core
#define RULES    "rules.xml", fixture_rules
#define CALENDAR "calendar.xml", fixture_calendar

#define DAY_1 "2026-12-31T00:00:00+08:00"
#define OUTAGE(from, until)                                                                    \
    "<outages><outage><from>" from "</from><until>" until                                      \
    "</until><reason>年终结息</reason></outage></outages><flows>"

static const struct spoiled spoiled[] = {
    /* the file itself */
    {GATEWAY, "</gateway>", "", "gateway.xml"},
    {GATEWAY, "<gateway xmlns", "<!DOCTYPE gateway [<!ENTITY a \"b\">]>\n<gateway xmlns",
     "gateway.xml"},
    {GATEWAY, "  <ledger>", "  <leger/>\n  <ledger>", "leger, line 5"},
    {GATEWAY, "urn:qiantong:config:1", "urn:qiantong:config:9", "gateway.xml"},
    {GATEWAY, "<party>hrss.520000</party>", "", "gateway.xml"},
    {GATEWAY, "<schemas>TOP/schemas</schemas>", "", "schemas: missing"},
    {GATEWAY, "TOP/schemas", "no-schemas", "schemas: "},
    {GATEWAY, "TOP/schemas", "parties", "gateway.xsd"},
    /* values */
    {GATEWAY, "<port>8443", "<port>65536", "port"},
    {GATEWAY, "<port>8443", "<port>08443", "port"},
    {GATEWAY, "<workers>3", "<workers>0", "workers"},
    {GATEWAY, "<workers>3", "<workers>three", "workers"},
    {GATEWAY, ">8192<", ">8191.5<", "messageBytes"},
    {GATEWAY, "<lifetimeDays>", "<attachmentBytes>4095</attachmentBytes><lifetimeDays>",
     "attachmentBytes"},
    {GATEWAY, "<lifetimeDays>", "<attachmentBytes>67108865</attachmentBytes><lifetimeDays>",
     "attachmentBytes"},
    {GATEWAY, "<lifetimeDays>",
     "<attachmentDayBytes>1048575</attachmentDayBytes><lifetimeDays>", "attachmentDayBytes"},
    {GATEWAY, ">sha256<", ">md5<", "hash"},
    {GATEWAY, "hrss.520000<", "mof.520000<", "party"},
    {GATEWAY, "hrss.520000<", "hrss.520000.core<", "no role"},
    {GATEWAY, "<suite>ecdsa", "<suite>gm", "signing"},
    /* what it names */
    {GATEWAY, "rules.xml", "rule.xml", "rules: "},
    {GATEWAY, "calendar.xml", "calender.xml", "calendar: "},
    {GATEWAY, "<parties>parties", "<parties>partys", "parties: "},
    {GATEWAY, "<path>ledger", "<path>nowhere/ledger", "ledger/path: "},
    {GATEWAY, "<control>control", "<control>nowhere/control", "control: "},
    {GATEWAY, "keys/ca.crt", "keys/ca.pem", "tls/ca: "},
    {GATEWAY, "hrss.520000.tls.crt", "hrss.520000.tls.pem", "tls/certificate: "},
    {GATEWAY, "hrss.520000.tls.key", "hrss.520000.tls.pem", "tls/key: "},
    {GATEWAY, "hrss.520000.ecdsa.crt", "hrss.520000.seal", "signing/certificate: "},
    {GATEWAY, "hrss.520000.ecdsa.key", "hrss.520000.tls.key", "signing: "},
    {GATEWAY, "hrss.520000.seal", "seal", "sealKeys: "},
    {GATEWAY, "TOP/adapters", "nowhere", "adapters: "},
    {GATEWAY, "<test>true", "<test>false", "clockOffset: only with a test ledger"},
    {GATEWAY, ">clock<", ">no-clock<", "clockOffset: "},
    /* parties */
    {PROVINCE, "</party>", "", "hrss.440000.xml"},
    {PROVINCE, "<kind>province", "<kind>state", "kind"},
    {PROVINCE, "hrss.440000<", "hrss.430000<", "the file's name is not hrss.430000.xml"},
    {PROVINCE, "hrss.440000<", "hrss.520000<", "this gateway itself"},
    {PROVINCE, "hrss.440000<", "hrss.520000.sub<", "not of kind core"},
    {PROVINCE, "hrss.440000<", "nhsa.440000<", "another authority"},
    {PROVINCE, "https:", "http:", "url"},
    {PROVINCE, "<suite>ecdsa</suite>", "", "suite: missing"},
    {PROVINCE, "<suite>", "<folder><in>/tmp</in><out>/var</out></folder><suite>",
     "folder: not beside url"},
    {PROVINCE, "<suite>ecdsa", "<suite>gm", "signingPins/pin"},
    {PROVINCE, "</suite>", "</suite><sigUri>urn:a</sigUri>", "sigUri: stands together"},
    {PROVINCE, "</suite>", "</suite><sigUri>urn:a</sigUri><digestUri>urn:b</digestUri>",
     "sigUri: only for suite gm"},
    {PROVINCE, "<suite>", "<adapter>guizhou-core</adapter><suite>", "only a core"},
    {PROVINCE, "440000.tls.crt", "440000.tls.pem", "transportPins/pin"},
    {PROVINCE, "440000.tls.crt", "520000.seal", "transportPins/pin"},
    {PROVINCE, "440000.ecdsa.crt", "440000.ecdsa.pem", "signingPins/pin"},
    {PROVINCE, "440000.ecdsa.crt", "520000.ecdsa.crt", "same certificate"},
    {PROVINCE, "440000.tls.crt", "520000.tls.crt", "same certificate"},
    {PROVINCE, "440000.tls.crt", "520000.core.tls.crt", "same certificate"},
    {PROVINCE, ">2027-01-01T", ">2026-01-01T", "not after `from`"},
    {PROVINCE, "<until>2027-01-01T00:00:00+08:00", "<until>2027-01-01", "until"},
    {PROVINCE, "<name>pension.employee", "<name>pension.employer", "unknown flow"},
    {PROVINCE, "<flow>", "<flow><name>pension.employee</name></flow><flow>", "twice"},
    {PROVINCE, "</name></flow>", "</name><actions><action>fly</action></actions></flow>",
     "unknown: fly"},
    {CORE, "<adapter>guizhou-core</adapter>", "", "adapter: missing"},
    {CORE, "<adapter>guizhou-core", "<adapter>no-core", "no-core"},
    {CORE, "hrss.520000.core<", "hrss.430000.core<", "begins with hrss.520000."},
    {CORE, "<flows>",
     "<signingPins><pin><certificate>../keys/hrss.450000.ecdsa.crt</certificate></pin>"
     "</signingPins><flows>",
     "by its connection only"},
    {CORE, ">65536<", ">1024<", "messageBytes"},
    /* limits of a party */
    {PROVINCE, "</suite>", "</suite><rate/>", "rate"},
    {PROVINCE, "</suite>", "</suite><rate><burst>5</burst></rate>", "burst"},
    {PROVINCE, "</suite>", "</suite><rate><perSecond>0</perSecond></rate>", "perSecond"},
    {PROVINCE, "</suite>", "</suite><rate><perSecond>1.5</perSecond></rate>", "perSecond"},
    {PROVINCE, "</suite>", "</suite><rate><perSecond>100001</perSecond></rate>", "perSecond"},
    {PROVINCE, "</suite>", "</suite><rate><perSecond>5</perSecond><burst>-1</burst></rate>",
     "burst"},
    {PROVINCE, "</suite>", "</suite><inFlight>0</inFlight>", "inFlight"},
    {PROVINCE, "</suite>", "</suite><connections>many</connections>", "connections"},
    {PROVINCE, "</suite>", "</suite><connections>4</connections><inFlight>4</inFlight>",
     "inFlight"},
    {PROVINCE, "</suite>", "</suite><callConnections>0</callConnections>", "callConnections"},
    {PROVINCE, "</suite>", "</suite><callConnections>65</callConnections>", "callConnections"},
    {PROVINCE, "</suite>", "</suite><callConnections>1.5</callConnections>", "callConnections"},
    {PROVINCE, "</suite>",
     "</suite><callConnections>8</callConnections><connections>8</connections>", "connections"},
    {CORE, "</messageBytes>", "</messageBytes><callConnections>8</callConnections>",
     "only with url"},
    /* planned outages */
    {PROVINCE, "<flows>", OUTAGE("", ""), "from"},
    {PROVINCE, "<flows>", OUTAGE(DAY_1, "2026-12-31"), "until"},
    {PROVINCE, "<flows>", OUTAGE(DAY_1, DAY_1), "not after `from`"},
    {PROVINCE, "<flows>", OUTAGE(DAY_1, "2026-12-01T00:00:00+08:00"), "not after `from`"},
    {PROVINCE, "<flows>", OUTAGE(DAY_1, "2027-03-31T00:00:00+08:00"), "more than 60 days"},
    {PROVINCE, "<flows>", "<outages/><flows>", "outage"},
    /* rules and calendar */
    {RULES, "<value>12", "<value>1.2", "value"},
    {RULES, "2026-07-01", "2010-01-01", "PEN-D1: said twice from 2010-01-01"},
    {RULES, "<value>12</value><unit>workingDays", "<value>12</value><unit>days",
     "PEN-D1: changes its unit"},
    {RULES, "2026-07-01", "2026-02-30", "rules.xml"},
    {RULES, "<id>PEN-D2</id>", "<id>STL-HOSPITAL</id>",
     "STL-TREATING: on 2010-01-01 not below STL-HOSPITAL"},
    {RULES, "<id>PEN-D2</id><from>2010-01-01</from><value>15",
     "<id>STL-CORE</id><from>2010-01-01</from><value>60000",
     "STL-CORE: on 2010-01-01 not below STL-TREATING"},
    {RULES, "<id>PEN-D2</id><from>2010-01-01</from><value>15",
     "<id>STL-TREATING-440000</id><from>2010-01-01</from><value>75000",
     "STL-TREATING: on 2010-01-01 not below STL-HOSPITAL"},
    {RULES, "<id>PEN-D2</id><from>2010-01-01</from><value>15",
     "<id>STL-TREATING-440000</id><from>2010-01-01</from><value>50000",
     "STL-CORE: on 2010-01-01 not below STL-TREATING"},
    {RULES, "<id>PEN-D2</id><from>2010-01-01</from><value>15",
     "<id>STL-CORE</id><from>2010-01-01</from><value>0", "STL-CORE: on 2010-01-01"},
    {CALENDAR, "<last>2026-12-31", "<last>2025-12-31", "before `first`"},
    {CALENDAR, "<to>2026-02-23", "<to>2026-02-14", "off/to"},
    {CALENDAR, "<to>2026-02-23", "<to>2027-02-23", "off/to"},
    {CALENDAR, "<day>2026-02-28", "<day>2026-02-20", "makeup"},
    {CALENDAR, "20261", "2026", "version"},
};

static void test_spoiled(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(spoiled); i++) {
        const struct spoiled *row = &spoiled[i];

        fixture_reset();
        fixture_write_with(row->file, row->text, row->from, row->to);
        refused(ERROR_CONFIG, row->said);
    }
}

/* The name of the wrong file stands in front, so that a person knows where to look. */
static void test_error_names_file(void **state)
{
    (void)state;
    fixture_reset();
    fixture_write_with(PROVINCE, "<kind>province", "<kind>state");
    refused(ERROR_CONFIG, "parties/hrss.440000.xml: ");
    fixture_reset();
    fixture_write_with(GATEWAY, "<port>8443", "<port>999999");
    refused(ERROR_CONFIG, "gateway.xml: ");
}

static void test_no_such_file(void **state)
{
    struct error err = ERROR_INIT;
    struct config *config = NULL;

    (void)state;
    assert_false(config_load("/nonexistent/gateway.xml", CONFIG_FULL, &config, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_null(config);
}

static void test_open_secrets(void **state)
{
    static const struct {
        const char *file;
        const char *said;
    } rows[] = {
        {"keys/hrss.520000.seal", "sealKeys: "},
        {"keys/hrss.520000.tls.key", "tls/key: "},
        {"keys/hrss.520000.ecdsa.key", "signing/key: "},
    };
    char path[FIXTURE_PATH_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        fixture_reset();
        assert_int_equal(chmod(fixture_path(rows[i].file, path), 0644), 0);
        refused(ERROR_CONFIG, rows[i].said);
        assert_int_equal(chmod(path, 0640), 0);
        refused(ERROR_CONFIG, "chmod 600");
        assert_int_equal(chmod(path, 0600), 0);
    }
}

static const char *const with_folder[][2] = {
    {"<in>../in</in><out>../out</out>", NULL},
    {"<in>../in</in><out>../out</out><resendMinutes>43200</resendMinutes>", NULL},
    {"<in>../in</in><out>../out</out><resendMinutes>0</resendMinutes>", "resendMinutes"},
    {"<in>../in</in><out>../out</out><pollSeconds>3601</pollSeconds>", "pollSeconds"},
    {"<in>../in</in>", "folder"},
    {"<in>../in</in><out>../in</out>", "folder/out: the same as folder/in"},
    {"<in>../absent</in><out>../out</out>", "folder/in: "},
    {"<in>../in</in><out>../open</out>", "everybody may write there"},
};

static void test_folders(void **state)
{
    char path[FIXTURE_PATH_MAX];
    char bytes[8192];
    const char *url = strstr(fixture_province, "<url>");
    const char *behind = strstr(url, "</url>") + strlen("</url>");
    const char *pins = strstr(behind, "<transportPins>");
    const char *rest = strstr(pins, "</transportPins>") + strlen("</transportPins>");

    (void)state;
    fixture_reset();
    assert_int_equal(mkdir(fixture_path("in", path), 0770), 0);
    assert_int_equal(mkdir(fixture_path("out", path), 0770), 0);
    assert_int_equal(mkdir(fixture_path("open", path), 0777), 0);
    assert_int_equal(chmod(path, 0777), 0);
    for (size_t i = 0; i < COUNT_OF(with_folder); i++) {
        struct config *config = NULL;
        struct error err = ERROR_INIT;

        snprintf(bytes, sizeof(bytes), "%.*s<folder>%s</folder>%.*s%s",
                 (int)(url - fixture_province), fixture_province, with_folder[i][0],
                 (int)(pins - behind), behind, rest); /* no transport pins either */
        fixture_write("parties/hrss.440000.xml", bytes);
        if (with_folder[i][1] != NULL) {
            refused(ERROR_CONFIG, with_folder[i][1]);
            continue;
        }
        assert_true(config_load(fixture_path("gateway.xml", path), CONFIG_FULL, &config, &err));
        assert_null(config_party_by_id(config, "hrss.440000")->url);
        assert_non_null(config_party_by_id(config, "hrss.440000")->folder_in);
        config_free(config);
    }
}

/* Without folders a party without transport pins could speak to us in no way at all. */
static void test_no_transport_pins(void **state)
{
    const char *pins = strstr(fixture_province, "<transportPins>");
    char bytes[8192];

    (void)state;
    fixture_reset();
    snprintf(bytes, sizeof(bytes), "%.*s%s", (int)(pins - fixture_province), fixture_province,
             strstr(pins, "</transportPins>") + strlen("</transportPins>"));
    fixture_write("parties/hrss.440000.xml", bytes);
    refused(ERROR_CONFIG, "transportPins: missing");
}

static void test_outages(void **state)
{
    const struct config_party *province;
    struct config *config;

    (void)state;
    fixture_reset();
    fixture_write_with("parties/hrss.440000.xml", fixture_province, "<flows>",
                       OUTAGE(DAY_1, "2027-01-02T00:00:00+08:00"));
    config = must_load(CONFIG_FULL);
    province = config_party_by_id(config, "hrss.440000");
    assert_int_equal(province->outages.count, 1);
    assert_int_equal(province->outages.at[0].until.ms - province->outages.at[0].from.ms,
                     INT64_C(2) * 24 * 3600 * 1000);
    assert_string_equal(province->outage_reasons[0], "年终结息");
    config_free(config);
    fixture_reset();
}

static void test_duplicate_party(void **state)
{
    (void)state;
    fixture_reset();
    fixture_write("parties/second.xml", fixture_province);
    refused(ERROR_CONFIG, "second.xml: id: hrss.440000 has a file already");
}

static void test_two_cores(void **state)
{
    (void)state;
    fixture_reset();
    fixture_write_with("parties/hrss.520000.other.xml", fixture_core, "hrss.520000.core<",
                       "hrss.520000.other<");
    refused(ERROR_CONFIG, "a second core beside hrss.520000.core");
}

#define KEYS(certificate, key, pin)                                                            \
    "<headerSignature><certificate>../keys/" certificate "</certificate><key>../keys/" key     \
    "</key><pin><certificate>../keys/" pin "</certificate></pin></headerSignature>"
#define GOOD_KEYS KEYS("hrss.520000.gm.crt", "hrss.520000.gm.key", "hrss.520000.core.gm.crt")

/* A core's file with this adapter, and these keys before its flows. */
static void write_signing_core(const char *adapter, const char *keys)
{
    static char text[FIXTURE_TEXT_MAX];
    const char *at = strstr(fixture_core, "  <flows>");

    fixture_reset();
    fixture_write_with(GATEWAY, "TOP/adapters", "TOP/tests/data");
    snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - fixture_core), fixture_core, keys, at);
    fixture_write_with("parties/hrss.520000.core.xml", text, "guizhou-core", adapter);
}

static void test_header_signature(void **state)
{
    static const struct {
        const char *adapter;
        const char *keys;
        const char *said;
    } rows[] = {
        {"json-core", "", "headerSignature: missing; the adapter json-core signs its header"},
        {"soap-core", GOOD_KEYS, "headerSignature: the adapter soap-core signs nothing"},
        {"json-core",
         KEYS("hrss.520000.ecdsa.crt", "hrss.520000.ecdsa.key", "hrss.520000.core.gm.crt"),
         "headerSignature"},
        {"json-core",
         KEYS("hrss.520000.gm.crt", "hrss.440000.gm.key", "hrss.520000.core.gm.crt"),
         "headerSignature"},
        {"json-core",
         KEYS("hrss.520000.gm.crt", "hrss.520000.gm.key", "hrss.520000.core.ecdsa.crt"),
         "headerSignature/pin"},
        {"json-core", KEYS("hrss.520000.gm.crt", "hrss.520000.gm.key", "nobody.gm.crt"),
         "headerSignature/pin"},
        {"json-core", KEYS("hrss.520000.gm.crt", "nobody.gm.key", "hrss.520000.core.gm.crt"),
         "headerSignature/key"},
        {"json-core", "<headerSignature/>", "headerSignature"},
    };
    struct config *config = NULL;
    char path[FIXTURE_PATH_MAX];
    struct error err = ERROR_INIT;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        write_signing_core(rows[i].adapter, rows[i].keys);
        refused(ERROR_CONFIG, rows[i].said);
    }
    write_signing_core("json-core", GOOD_KEYS);
    assert_true(config_load(fixture_path("gateway.xml", path), CONFIG_FULL, &config, &err));
    assert_true(adapter_needs_keys(config_core(config)->dialect));
    assert_int_equal(config_core(config)->signing_pin_count, 1);
    config_free(config);
    assert_true(config_load(path, CONFIG_SHALLOW, &config, &err));
    config_free(config);
    fixture_reset();
    fixture_write_with(PROVINCE, "  <flows>", GOOD_KEYS "  <flows>");
    refused(ERROR_CONFIG, "headerSignature: only a core has one");
}

static void test_shared_certificate(void **state)
{
    (void)state;
    fixture_reset();
    fixture_write_with("parties/hrss.450000.xml", fixture_province, "<id>hrss.440000",
                       "<id>hrss.450000");
    refused(ERROR_CONFIG, "hrss.450000.xml: transportPins/pin: the same certificate as one of "
                          "hrss.440000");
}

static void test_schemas_twice(void **state)
{
    (void)state;
    fixture_reset();
    fixture_write_with(GATEWAY, "<schemas>TOP/schemas</schemas>",
                       "<c:schemas xmlns:c=\"urn:qiantong:config:1\">TOP/schemas</c:schemas>");
    refused(ERROR_CONFIG, "with a prefix");
}

static void test_long_control(void **state)
{
    char name[140];

    (void)state;
    fixture_reset();
    memset(name, 'c', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    memcpy(name, "<control>", 9);
    fixture_write_with(GATEWAY, "<control>control", name);
    refused(ERROR_CONFIG, "control: longer than 100 bytes");
}

/* --- time ------------------------------------------------------------------------------------
 */

static void valid_at(const struct config *config, const char *when, const char *said)
{
    struct error err = ERROR_INIT;
    bool ok = config_check_validity(config, at(when), &err);

    assert_int_equal(ok, said == NULL);
    if (!ok)
        assert_int_equal(err.code, ERROR_CONFIG);
    if (!ok && strstr(err.text, said) == NULL)
        print_error("%s\n", err.text);
    assert_true(ok || strstr(err.text, said) != NULL);
}

static void test_validity(void **state)
{
    struct config *config;

    (void)state;
    fixture_reset();
    config = must_load(CONFIG_FULL);
    valid_at(config, "2026-03-02T09:00:00+08:00", NULL);
    valid_at(config, "2026-12-31T23:59:59.999+08:00", NULL);
    valid_at(config, "2027-01-01T00:00:00+08:00", "hrss.440000: no usable signing");
    valid_at(config, "2026-01-31T23:59:59+08:00", "hrss.440000: no usable signing");
    valid_at(config, "2040-01-01T00:00:00+08:00", "expired on");
    valid_at(config, "2020-01-01T00:00:00+08:00", "not valid before");
    config_free(config);
    fixture_write_with(PROVINCE, "</graceHours>", "</graceHours><revoked>true</revoked>");
    config = must_load(CONFIG_FULL);
    valid_at(config, "2026-03-02T09:00:00+08:00", "no usable signing");
    config_free(config);
}

static void test_window_narrows(void **state)
{
    struct config *config;
    const struct config_certificate *pin;

    (void)state;
    fixture_reset();
    config = must_load(CONFIG_SHALLOW);
    pin = &config->certificates[3];
    assert_int_equal(pin->use, CONFIG_SIGNING_PIN);
    assert_true(pin->valid_from.ms == at("2026-02-01T00:00:00+08:00").ms);
    assert_true(pin->valid_until.ms == at("2026-12-31T23:59:59.999+08:00").ms);
    assert_true(config->certificates[0].valid_until.ms > pin->valid_until.ms);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_full),
        cmocka_unit_test(test_good_shallow),
        cmocka_unit_test(test_party_limits),
        cmocka_unit_test(test_finders),
        cmocka_unit_test(test_pin_by_fingerprint),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_digests),
        cmocka_unit_test(test_actions_narrowed),
        cmocka_unit_test(test_spoiled),
        cmocka_unit_test(test_error_names_file),
        cmocka_unit_test(test_no_such_file),
        cmocka_unit_test(test_open_secrets),
        cmocka_unit_test(test_folders),
        cmocka_unit_test(test_no_transport_pins),
        cmocka_unit_test(test_outages),
        cmocka_unit_test(test_duplicate_party),
        cmocka_unit_test(test_two_cores),
        cmocka_unit_test(test_header_signature),
        cmocka_unit_test(test_shared_certificate),
        cmocka_unit_test(test_schemas_twice),
        cmocka_unit_test(test_long_control),
        cmocka_unit_test(test_validity),
        cmocka_unit_test(test_window_narrows),
    };

    return cmocka_run_group_tests(tests, prepare, fixture_drop);
}

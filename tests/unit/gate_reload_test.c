/* gate_reload_test.c - a running gateway takes another configuration, or keeps the one it has.
 */
#include "config_fixture.h"

#include "crypt/digest.h"
#include "gate/reload.h"
#include "wire/start.h"

static struct gate *gate;

static void write_gateway(const char *from, const char *to)
{
    fixture_write_with("gateway.xml", fixture_gateway, from, to);
}

static int begin(void **state)
{
    struct error err = ERROR_INIT;
    char path[FIXTURE_PATH_MAX];

    if (!digest_setup(&err) || !wire_start(&err) || fixture_make(state) != 0)
        return -1;
    fixture_reset();
    write_gateway("<port>8443</port>", "<port>0</port>");
    if (gate_open(fixture_path("gateway.xml", path), &gate, &err))
        return 0;
    print_error("%s\n", err.text);
    return -1;
}

static int end(void **state)
{
    gate_close(gate);
    return fixture_drop(state);
}

static void must_reload(struct reload_report *report)
{
    struct error err = ERROR_INIT;
    bool ok = gate_reload(gate, report, &err);

    if (!ok)
        print_error("%s\n", err.text);
    assert_true(ok);
}

/* The gateway keeps what it has, to the byte and the entry. */
static void refused(const char *said)
{
    const struct config *before = gate->config;
    const struct rules *rules = gate->engine.rules;
    uint64_t entries = ledger_size(gate->ledger);
    struct reload_report report;
    struct error err = ERROR_INIT;

    assert_false(gate_reload(gate, &report, &err));
    if (strstr(err.text, said) == NULL)
        print_error("%s\n  expected: %s\n", err.text, said);
    assert_non_null(strstr(err.text, said));
    assert_ptr_equal(gate->config, before);
    assert_ptr_equal(gate->engine.rules, rules);
    assert_int_equal(ledger_size(gate->ledger), entries);
}

static bool count_kind(void *self, const struct entry *entry)
{
    size_t *counts = self;

    counts[entry->kind]++;
    return true;
}

/* How many entries of this kind came at or after `from`. */
static size_t entries_of(uint64_t from, enum entry_kind kind)
{
    size_t counts[ENTRY_KINDS] = {0};
    struct ledger_txn *txn = NULL;
    struct error err = ERROR_INIT;

    assert_true(ledger_begin_read(gate->ledger, &txn, &err));
    assert_true(ledger_each_entry(txn, from, count_kind, counts, &err));
    ledger_abort(txn);
    return counts[kind];
}

static void test_the_same_again(void **state)
{
    uint64_t entries = ledger_size(gate->ledger);
    const struct config *before = gate->config;
    struct reload_report report;

    (void)state;
    must_reload(&report);
    assert_false(report.changed);
    assert_int_equal(report.party_count, 2);
    assert_ptr_not_equal(gate->config, before); /* files were opened anew */
    assert_ptr_equal(gate->engine.rules, &gate->config->rules);
    assert_int_equal(ledger_size(gate->ledger), entries);
    assert_int_equal(config_party_by_id(gate->config, "hrss.440000")->number, 2);
}

static void test_limits(void **state)
{
    uint64_t next = ledger_size(gate->ledger) + 1;
    struct reload_report report;

    (void)state;
    write_gateway("<lifetimeDays>30</lifetimeDays>", "<lifetimeDays>31</lifetimeDays>");
    refused("listen/port"); /* that of the fixture */
    write_gateway("<port>8443</port>", "<port>0</port>");
    must_reload(&report);
    assert_false(report.changed);
    fixture_write_with("parties/hrss.440000.xml", fixture_province, "<graceHours>48",
                       "<graceHours>72");
    must_reload(&report);
    assert_true(report.changed);
    assert_false(report.rules_changed);
    assert_int_equal(ledger_size(gate->ledger), next);
    assert_int_equal(entries_of(next, ENTRY_CONFIG), 1);
    fixture_write_with("parties/hrss.440000.xml", fixture_province, NULL, NULL);
}

static void test_rules(void **state)
{
    uint64_t next = ledger_size(gate->ledger) + 1;
    uint8_t digest[32];
    struct reload_report report;

    (void)state;
    memcpy(digest, gate->config->rules_digest, sizeof(digest));
    fixture_write_with("rules.xml", fixture_rules, "<value>12</value>", "<value>11</value>");
    must_reload(&report);
    assert_true(report.rules_changed);
    assert_int_equal(entries_of(next, ENTRY_CONFIG), 1);
    assert_int_equal(entries_of(next, ENTRY_RULES), 1);
    assert_memory_not_equal(digest, gate->engine.rules->digest, sizeof(digest));
    fixture_write_with("rules.xml", fixture_rules, NULL, NULL);
    must_reload(&report);
    assert_memory_equal(digest, gate->engine.rules->digest, sizeof(digest));
}

/* What is under way keeps its configuration until it has ended. */
static void test_old_one_lives_with_its_users(void **state)
{
    struct config *held = gate_config(gate);
    const struct config_party *party = config_party_by_id(held, "hrss.440000");
    struct reload_report report;

    (void)state;
    must_reload(&report);
    must_reload(&report);
    assert_ptr_not_equal(held, gate->config);
    assert_string_equal(party->url, "https://gateway.example:8443/v1/messages");
    assert_int_equal(verifier_suite(party->signing_pins[0]), SUITE_ECDSA);
    assert_non_null(signer_certificate(held->signer).at);
    config_free(held);
}

static void test_parties_come_and_go(void **state)
{
    uint8_t fingerprint[32];
    char path[FIXTURE_PATH_MAX];
    struct reload_report report;
    const struct config_party *party = config_party_by_id(gate->config, "hrss.440000");

    (void)state;
    memcpy(fingerprint, party->transport_pins[0], sizeof(fingerprint));
    assert_int_equal(unlink(fixture_path("parties/hrss.440000.xml", path)), 0);
    must_reload(&report);
    assert_int_equal(report.gone_count, 1);
    assert_null(config_party_by_fingerprint(gate->config, fingerprint));
    assert_true(engine_party(&gate->engine, 2)->gone);
    fixture_write_with("parties/hrss.440000.xml", fixture_province, NULL, NULL);
    must_reload(&report);
    assert_int_equal(report.new_count, 1);
    assert_int_equal(config_party_by_id(gate->config, "hrss.440000")->number, 2);
    assert_false(engine_party(&gate->engine, 2)->gone);
    assert_true(engine_party(&gate->engine, 2)->reachable_by_us);
}

static void test_bad_ones(void **state)
{
    static const struct {
        const char *file;
        const char *text;
        const char *from;
        const char *to;
        const char *said;
    } cases[] = {
        {"rules.xml", fixture_rules, "<value>12</value>", "<value>twelve</value>", "rules.xml"},
        {"calendar.xml", fixture_calendar, "</calendar>", "", "calendar.xml"},
        {"calendar.xml", fixture_calendar, "<makeup><day>2026-02-28", "<makeup><day>2026-02-16",
         "both off and working"},
        {"parties/hrss.440000.xml", fixture_province, "<suite>ecdsa", "<suite>gm", "suite gm"},
        {"parties/hrss.440000.xml", fixture_province, "440000.tls.crt", "520000.core.tls.crt",
         "the same certificate"},
        {"parties/hrss.440000.xml", fixture_province, "<id>hrss.440000", "<id>hrss.450000",
         "the file's name"},
        {"parties/hrss.440000.xml", fixture_province, "<from>2026", "<from>2036", "not after"},
        {"parties/hrss.520000.core.xml", fixture_core, "guizhou-core", "nowhere-core",
         "nowhere-core"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        fixture_write_with(cases[i].file, cases[i].text, cases[i].from, cases[i].to);
        refused(cases[i].said);
        fixture_write_with(cases[i].file, cases[i].text, NULL, NULL);
    }
}

/* Element by element: what is bound to the ledger, and what a start opens. */
static void test_what_may_not_change(void **state)
{
    struct config *before = gate_config(gate);
    struct config *after = calloc(1, sizeof(*after));
    struct error err = ERROR_INIT;

    (void)state;
    assert_non_null(after);
#define CHANGED(member, value, said)                                                           \
    *after = *before;                                                                          \
    after->member = (value);                                                                   \
    assert_false(reload_allowed(before, after, &err));                                         \
    assert_int_equal(err.code, ERROR_CONFIG);                                                  \
    assert_non_null(strstr(err.text, ": " said ": "));
    CHANGED(party[5], '9', "party")
    CHANGED(ledger_path, "/elsewhere", "ledger/path")
    CHANGED(ledger_hash, DIGEST_SM3, "ledger/hash")
    CHANGED(ledger_test, false, "ledger/test")
    CHANGED(ledger_map, 1, "ledger/mapBytes")
    CHANGED(seal_keys, "/elsewhere", "sealKeys")
    CHANGED(clock_offset, NULL, "clockOffset")
    CHANGED(listen_address, "127.0.0.2", "listen/address")
    CHANGED(listen_port, 1, "listen/port")
    CHANGED(control_path, "/elsewhere", "control")
    CHANGED(workers, 250, "workers")
#undef CHANGED
    *after = *before;
    after->own_checks = !before->own_checks;
    after->tls_key = "/elsewhere";
    after->party_count = 0;
    assert_true(reload_allowed(before, after, &err));
    free(after);
    config_free(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_again),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_old_one_lives_with_its_users),
        cmocka_unit_test(test_parties_come_and_go),
        cmocka_unit_test(test_bad_ones),
        cmocka_unit_test(test_what_may_not_change),
    };

    return cmocka_run_group_tests(tests, begin, end);
}

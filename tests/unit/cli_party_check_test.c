/* cli_party_check_test.c - `qiantong party check --offline`: what the configuration alone
 * tells. */
#include "cli_fixture.h"

static void clock_at(const char *when)
{
    struct instant at;

    assert_true(instant_parse(text_of(when), &at));
    cli_clock_at(at.ms);
}

static int setup(void **state)
{
    (void)state;
    fixture_reset();
    clock_at("2026-03-02T10:00:00+08:00");
    return 0;
}

/* The line of this check, of the province. */
static void expect(int status, const char *state_word, const char *topic, const char *text)
{
    json_t *root;
    bool found = false;

    cli_run("party check hrss.440000 --offline --json");
    assert_int_equal(said.status, status);
    root = json_loads(said.out, 0, NULL);
    assert_true(json_is_array(root));
    const json_t *checks = json_object_get(json_array_get(root, 0), "checks");
    for (size_t i = 0; i < json_array_size(checks); i++) {
        const json_t *check = json_array_get(checks, i);
        const char *said_text = json_string_value(json_object_get(check, "text"));

        found = found ||
                (strcmp(json_string_value(json_object_get(check, "check")), topic) == 0 &&
                 strcmp(json_string_value(json_object_get(check, "state")), state_word) == 0 &&
                 strstr(said_text, text) != NULL);
    }
    if (!found)
        print_error("no %s %s %s in\n%s\n", state_word, topic, text, said.out);
    assert_true(found);
    json_decref(root);
}

static void test_fine(void **state)
{
    (void)state;
    expect(0, "ok", "transport", "days left");
    expect(0, "ok", "signing", "304 days left");
    expect(0, "ok", "suite", "ecdsa");
    expect(0, "ok", "tls/crl", "no list is loaded");
    expect(0, "ok", "region", "440000");
    expect(0, "ok", "address", "https://gateway.example:8443/v1/messages");
    cli_run("party check --offline");
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "hrss.520000.core\n"));
    cli_refuses("party check hrss.450000 --offline", 66, "no party hrss.450000");
}

/* The signing pin's window ends on 2027-01-01. */
static void test_steps(void **state)
{
    static const struct {
        const char *now;
        int status;
        const char *state_word;
        const char *text;
    } rows[] = {
        {"2026-10-02T00:00:00+08:00", 0, "ok", "90 days left"},
        {"2026-10-04T00:00:00+08:00", 0, "look", "(step 90)"},
        {"2026-11-05T00:00:00+08:00", 0, "look", "(step 60)"},
        {"2026-12-05T00:00:00+08:00", 1, "bad", "(step 30)"},
        {"2026-12-27T00:00:00+08:00", 1, "bad", "(step 7)"},
        {"2026-12-31T12:00:00+08:00", 1, "bad", "(step 1)"},
        {"2027-01-01T00:00:01+08:00", 1, "bad", "no pinned certificate serves now"},
        {"2026-01-31T00:00:00+08:00", 1, "bad", "no pinned certificate serves now"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        clock_at(rows[i].now);
        expect(rows[i].status, rows[i].state_word, "signing", rows[i].text);
    }
}

/* A successor is pinned: the old one may end. */
static void test_successor(void **state)
{
    (void)state;
    fixture_write_with("parties/hrss.440000.xml", fixture_province, "</signingPins>",
                       "<pin><certificate>../keys/hrss.450000.ecdsa.crt</certificate></pin>"
                       "</signingPins>");
    clock_at("2026-12-31T12:00:00+08:00");
    expect(0, "ok", "signing", "days left");
    clock_at("2027-01-02T00:00:00+08:00");
    expect(0, "look", "pin", "expired");
}

static void test_revoked(void **state)
{
    (void)state;
    fixture_write_with("parties/hrss.440000.xml", fixture_province,
                       "<graceHours>48</graceHours>",
                       "<graceHours>48</graceHours><revoked>true</revoked>");
    expect(1, "bad", "signing", "no pinned certificate serves now");
}

static void test_wrong_places(void **state)
{
    (void)state;
    fixture_write_with("parties/hrss.440000.xml", fixture_province, "<suite>ecdsa",
                       "<suite>gm");
    expect(1, "bad", "suite", "not an SM2 key");
    fixture_write_with("parties/hrss.440000.xml", fixture_province, "/v1/messages",
                       "/v1/message");
    expect(0, "look", "address", "does not end in /v1/messages");
    fixture_write_with("parties/hrss.440000.xml", fixture_province,
                       "  <url>https://gateway.example:8443/v1/messages</url>\n", "");
    expect(0, "ok", "address", "none: it fetches");
}

static void test_lists(void **state)
{
    char command[FIXTURE_PATH_MAX * 4];

    (void)state;
    snprintf(command, sizeof(command),
             "sh certs/make-crl.sh %s/keys ca 20260301000000Z 20260401000000Z %s/keys/list.crl "
             "%s/keys/hrss.450000.tls.crt",
             fixture_folder, fixture_folder, fixture_folder);
    assert_int_equal(system(command), 0);
    fixture_write_with("gateway.xml", fixture_gateway, "</tls>",
                       "<crl>keys/list.crl</crl></tls>");
    expect(0, "ok", "tls/crl", "the list holds until");
    clock_at("2026-04-02T00:00:00+08:00");
    expect(0, "look", "tls/crl", "in its grace since");
    clock_at("2026-04-05T00:00:00+08:00");
    expect(1, "bad", "tls/crl", "out of date since");
    cli_run("config check");
    assert_int_equal(said.status,
                     0); /* it can be loaded; whether it still counts is told above */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_fine, setup),
        cmocka_unit_test_setup(test_steps, setup),
        cmocka_unit_test_setup(test_successor, setup),
        cmocka_unit_test_setup(test_revoked, setup),
        cmocka_unit_test_setup(test_wrong_places, setup),
        cmocka_unit_test_setup(test_lists, setup),
    };

    return cmocka_run_group_tests(tests, cli_prepare, fixture_drop);
}

/* cli_outbox_test.c - `qiantong outbox`: letters by party, with and without a gateway to ask.
 */
#include "cli_fixture.h"

#include "cli/screen.h"
#include "net/control.h"

enum { CASES = 5 };

static int setup(void **state)
{
    (void)state;
    fixture_reset();
    cli_clock_at(story_begin_ms + 3600000);
    cli_ledger(CASES);
    return 0;
}

/* --- a gateway that answers ------------------------------------------------------------------
 */

static char asked[CONTROL_REQUEST_MAX];
static const char *answer;

static void answer_request(void *self, const struct control_peer *peer, struct text request,
                           struct control_answer *said_by_it)
{
    (void)self;
    (void)peer;
    memcpy(asked, request.at, request.size);
    asked[request.size] = '\0';
    control_answer_add(said_by_it, text_of(answer));
}

static struct control *start(const char *says)
{
    char path[FIXTURE_PATH_MAX];
    struct control_options options = {.path = fixture_path("control", path),
                                      .on_request = answer_request};
    struct control *control = NULL;
    struct error err = ERROR_INIT;

    answer = says;
    assert_true(control_start(&options, &control, &err));
    return control;
}

/* --- checks ---------------------------------------------------------------------------------
 */

/* No line is wider than a terminal, Chinese characters counted as two. */
static void expect_narrow(const char *text)
{
    char line[1024];

    while (*text != '\0') {
        size_t size = strcspn(text, "\n");
        assert_true(size < sizeof(line));
        memcpy(line, text, size);
        line[size] = '\0';
        if (screen_width(line) > SCREEN_COLUMNS)
            print_error("%zu: %s\n", screen_width(line), line);
        assert_true(screen_width(line) <= SCREEN_COLUMNS);
        text += size + (text[size] == '\n');
    }
}

static json_t *party_in(json_t *root, const char *id)
{
    json_t *party;
    size_t i;

    json_array_foreach(json_object_get(root, "parties"), i, party)
    {
        if (strcmp(json_string_value(json_object_get(party, "party")), id) == 0)
            return party;
    }
    return NULL;
}

static json_int_t number(const json_t *object, const char *name)
{
    assert_true(json_is_integer(json_object_get(object, name)));
    return json_integer_value(json_object_get(object, name));
}

/* --- tests ----------------------------------------------------------------------------------
 */

static void test_json_agrees_with_letters(void **state)
{
    json_t *letters = cli_json("letters --json");
    json_t *root = cli_json("outbox --json");
    json_t *party;
    json_int_t total = 0;
    size_t i;

    (void)state;
    assert_false(json_is_true(json_object_get(root, "gateway_running")));
    assert_int_equal(number(root, "letters"), json_array_size(letters));
    assert_true(json_array_size(letters) > 0);
    json_array_foreach(json_object_get(root, "parties"), i, party)
    {
        json_int_t states = number(party, "waiting") + number(party, "new") +
                            number(party, "ready") + number(party, "dead");
        assert_int_equal(states, json_array_size(json_object_get(party, "letters")));
        assert_true(states == 0 || json_is_string(json_object_get(party, "oldest")));
        assert_null(json_object_get(party, "out"));
        total += states;
    }
    assert_int_equal(total, json_array_size(letters));
    assert_non_null(party_in(root, "hrss.440000"));
    assert_non_null(party_in(root, "hrss.520000.core"));
    json_decref(root);
    json_decref(letters);
}

static void test_one_party(void **state)
{
    json_t *all = cli_json("outbox --json");
    json_t *one = cli_json("outbox hrss.440000 --json");

    (void)state;
    assert_int_equal(json_array_size(json_object_get(one, "parties")), 1);
    assert_true(json_equal(party_in(all, "hrss.440000"), party_in(one, "hrss.440000")));
    json_decref(all);
    json_decref(one);
    cli_refuses("outbox hrss.990000", 66, "no party hrss.990000");
    cli_refuses("outbox hrss.440000 hrss.330000", 64, "");
}

static void test_for_people(void **state)
{
    (void)state;
    cli_run("outbox");
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "hrss.440000: "));
    assert_non_null(strstr(said.out, "Letter  Document"));
    assert_non_null(strstr(said.out, "letters under way to"));
    assert_non_null(strstr(said.out, "the gateway is not running"));
    expect_narrow(said.out);
    setenv("LANGUAGE", "zh_CN", 1);
    cli_run("outbox");
    expect_narrow(said.out);
    unsetenv("LANGUAGE");
    cli_ledger(0);
    cli_run("outbox");
    assert_non_null(strstr(said.out, "nothing waits"));
}

static void test_with_a_gateway(void **state)
{
    struct control *control = start(
        "{\"ok\":true,\"parties\":[{\"party\":\"hrss.440000\",\"in\":{\"over_rate\":7},"
        "\"out\":{\"in_flight\":1,\"failures\":6,"
        "\"open_until\":\"2026-03-02T10:00:30.000+08:00\"}}]}");
    json_t *root = cli_json("outbox --json");
    json_t *party = party_in(root, "hrss.440000");

    (void)state;
    assert_non_null(strstr(asked, "\"traffic\""));
    assert_true(json_is_true(json_object_get(root, "gateway_running")));
    assert_int_equal(number(json_object_get(party, "in"), "over_rate"), 7);
    assert_int_equal(number(json_object_get(party, "out"), "failures"), 6);
    assert_null(json_object_get(party_in(root, "hrss.520000.core"), "out"));
    json_decref(root);
    cli_run("outbox");
    assert_non_null(strstr(said.out, "after 6 failures; next probe 2026-03-02 10:00:30"));
    assert_null(strstr(said.out, "not running"));
    expect_narrow(said.out);
    answer = "{\"ok\":true,\"parties\":[{\"party\":\"hrss.440000\",\"out\":{\"failures\":0,"
             "\"open_until\":\"2026-03-02T10:00:30.000+08:00\"}}]}";
    cli_run("outbox");
    assert_non_null(strstr(said.out, "it asked us to wait until 2026-03-02 10:00:30"));
    answer = "{\"ok\":true,\"parties\":[{\"party\":\"hrss.440000\",\"out\":{\"failures\":2}}]}";
    cli_run("outbox");
    assert_non_null(strstr(said.out, "no answer 2 times in a row"));
    control_stop(control);
}

/* A gateway that answers nonsense takes nothing from what the ledger says. */
static void test_odd_gateway(void **state)
{
    static const char *const odd[] = {
        "not json",
        "[]",
        "{\"ok\":true}",
        "{\"ok\":true,\"parties\":7}",
        "{\"ok\":true,\"parties\":[7,null,{},{\"party\":9}]}",
        "{\"ok\":true,\"parties\":[{\"party\":\"hrss.440000\",\"out\":[]}]}",
        ("{\"ok\":true,\"parties\":[{\"party\":\"hrss.440000\",\"out\":{\"failures\":\"x\","
         "\"open_until\":\"soon\"}}]}"),
        "{\"ok\":false,\"code\":\"USAGE\",\"text\":\"no such verb\"}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        struct control *control = start(odd[i]);
        cli_run("outbox");
        control_stop(control);
        assert_int_equal(said.status, 0);
        assert_non_null(strstr(said.out, "letters under way to"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_json_agrees_with_letters, setup),
        cmocka_unit_test_setup(test_one_party, setup),
        cmocka_unit_test_setup(test_for_people, setup),
        cmocka_unit_test_setup(test_with_a_gateway, setup),
        cmocka_unit_test_setup(test_odd_gateway, setup),
    };

    return cmocka_run_group_tests(tests, cli_prepare, fixture_drop);
}

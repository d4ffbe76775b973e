/* gate_second_config_test.c - the group `secondPerson` of gateway.xml. */
#include "config_fixture.h"

#include "gate/approvals.h"
#include "gate/config.h"
#include "wire/start.h"

static const int64_t hour_ms = 60 * 60 * 1000;

static int prepare(void **state)
{
    struct error err = ERROR_INIT;

    return wire_start(&err) && fixture_make(state) == 0 ? 0 : -1;
}

/* Without the first `part`, in place. */
static void cut(char *text, const char *part)
{
    char *at = strstr(text, part);

    assert_non_null(at);
    memmove(at, at + strlen(part), strlen(at + strlen(part)) + 1);
}

/* The good configuration with this group; `real`: the ledger is no test. */
static bool load_with(const char *group, bool real, struct config **config, struct error *err)
{
    char text[sizeof(fixture_gateway)];
    char ledger[sizeof(text) + 32];
    char with[2048];
    char path[FIXTURE_PATH_MAX];
    char *end;

    fixture_reset();
    memcpy(text, fixture_gateway, sizeof(text));
    if (real) {
        cut(text, "  <clockOffset>clock</clockOffset>\n"); /* a test's alone */
        cut(text, "true</test>");
    }
    end = strstr(text, "<test>") + strlen("<test>");
    snprintf(ledger, sizeof(ledger), "%.*s%s%s", (int)(end - text), text,
             real ? "false</test>" : "", end);
    snprintf(with, sizeof(with), "</limits>\n%s", group);
    fixture_write_with("gateway.xml", ledger, "</limits>", with);
    return config_load(fixture_path("gateway.xml", path), CONFIG_SHALLOW, config, err);
}

static struct config *must_load(const char *group, bool real)
{
    struct error err = ERROR_INIT;
    struct config *config = NULL;

    if (!load_with(group, real, &config, &err))
        print_error("%s\n", err.text);
    assert_non_null(config);
    return config;
}

static uint32_t bit(const char *name)
{
    return approval_act_bit(approval_act_find(text_of(name)));
}

static void test_usual(void **state)
{
    (void)state;
    for (int real = 0; real <= 1; real++) {
        struct config *config = must_load("", real != 0);

        assert_int_equal(config->second.acts, approval_acts_usual());
        assert_int_equal(config->second.valid_ms, 24 * hour_ms);
        config_free(config);
    }
}

static void test_values(void **state)
{
    struct config *config = must_load("<secondPerson><acts>none</acts></secondPerson>", false);

    (void)state;
    assert_int_equal(config->second.acts, 0);
    config_free(config);
    config = must_load("<secondPerson><acts>export</acts><hours>168</hours></secondPerson>",
                       false);
    assert_int_equal(config->second.acts, bit("export"));
    assert_int_equal(config->second.valid_ms, 168 * hour_ms);
    config_free(config);
    config = must_load("<secondPerson><hours>1</hours></secondPerson>", false);
    assert_int_equal(config->second.acts, approval_acts_usual());
    assert_int_equal(config->second.valid_ms, hour_ms);
    config_free(config);
}

static void test_mistakes(void **state)
{
    static const struct {
        const char *group;
        const char *said;
    } mistakes[] = {
        {"<secondPerson><acts>open</acts></secondPerson>", "there is no act open"},
        {"<secondPerson><acts>close close</acts></secondPerson>", "close stands there twice"},
        {"<secondPerson><acts>close none</acts></secondPerson>", "there is no act none"},
        {"<secondPerson><acts>close,export</acts></secondPerson>", "acts"},
        {"<secondPerson><acts>CLOSE</acts></secondPerson>", "acts"},
        {"<secondPerson><acts></acts></secondPerson>", "acts"},
        {"<secondPerson><hours>0</hours></secondPerson>", "hours"},
        {"<secondPerson><hours>169</hours></secondPerson>", "hours"},
        {"<secondPerson><hours>24h</hours></secondPerson>", "hours"},
        {"<secondPerson><hours>2</hours><acts>none</acts></secondPerson>", "acts"},
        {"<secondPerson/><secondPerson/>", "secondPerson"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        struct error err = ERROR_INIT;
        struct config *config = NULL;

        assert_false(load_with(mistakes[i].group, false, &config, &err));
        if (strstr(err.text, mistakes[i].said) == NULL)
            print_error("%s: %s\n", mistakes[i].group, err.text);
        assert_non_null(strstr(err.text, mistakes[i].said));
        assert_int_equal(err.code, ERROR_CONFIG);
    }
}

/* One person may play with invented data, not with what is real. */
static void test_real_ledger(void **state)
{
    struct error err = ERROR_INIT;
    struct config *config = NULL;

    (void)state;
    assert_false(
        load_with("<secondPerson><acts>none</acts></secondPerson>", true, &config, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_non_null(strstr(err.text, "always needs a second person"));
    err = (struct error)ERROR_INIT;
    assert_false(
        load_with("<secondPerson><acts>export</acts></secondPerson>", true, &config, &err));
    assert_non_null(strstr(err.text, "always needs a second person"));
    err = (struct error)ERROR_INIT;
    assert_false(load_with("<secondPerson><acts>close export</acts></secondPerson>", true,
                           &config, &err));
    assert_non_null(strstr(err.text, "reverse always needs a second person"));
    config = must_load("<secondPerson><acts>close reverse</acts></secondPerson>", true);
    assert_int_equal(config->second.acts, bit("close") | bit("reverse"));
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_real_ledger),
    };

    return cmocka_run_group_tests_name("gate second person configuration", tests, prepare,
                                       fixture_drop);
}

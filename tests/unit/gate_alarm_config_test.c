/* gate_alarm_config_test.c - the group `alarm` of gateway.xml: defaults, values, mistakes; and
 * until when each use of a certificate is served. */
#include "config_fixture.h"

#include "gate/config.h"
#include "wire/start.h"

static int prepare(void **state)
{
    struct error err = ERROR_INIT;

    return wire_start(&err) && fixture_make(state) == 0 ? 0 : -1;
}

/* The good configuration with this group. */
static bool load_with(const char *group, enum config_depth depth, struct config **config,
                      struct error *err)
{
    char with[2048];
    char path[FIXTURE_PATH_MAX];

    fixture_reset();
    snprintf(with, sizeof(with), "</limits>\n%s", group);
    fixture_write_with("gateway.xml", fixture_gateway, "</limits>", with);
    return config_load(fixture_path("gateway.xml", path), depth, config, err);
}

static struct config *must_load(const char *group, enum config_depth depth)
{
    struct error err = ERROR_INIT;
    struct config *config = NULL;

    if (!load_with(group, depth, &config, &err))
        print_error("%s\n", err.text);
    assert_non_null(config);
    return config;
}

static void test_defaults(void **state)
{
    struct config *config = must_load("", CONFIG_FULL);
    const struct config_alarm *alarm = &config->alarm;

    (void)state;
    assert_int_equal(alarm->every_s, 5);
    assert_null(alarm->command);
    assert_int_equal(alarm->command_s, 10);
    assert_int_equal(alarm->repeat_minutes, 60);
    assert_int_equal(alarm->silent_minutes, 60);
    assert_int_equal(alarm->due_day_count, 3);
    assert_int_equal(alarm->due_days[0], 5);
    assert_int_equal(alarm->due_days[1], 2);
    assert_int_equal(alarm->due_days[2], 0);
    config_free(config);
}

static void test_values(void **state)
{
    struct config *config = must_load(
        "<alarm><everySeconds>1</everySeconds><command>/bin/true</command>"
        "<commandSeconds>60</commandSeconds><repeatMinutes>0</repeatMinutes>"
        "<silentMinutes>10080</silentMinutes><dueDays>60 9 8 7 6 5 2 0</dueDays></alarm>",
        CONFIG_FULL);
    const struct config_alarm *alarm = &config->alarm;

    (void)state;
    assert_int_equal(alarm->every_s, 1);
    assert_string_equal(alarm->command, "/bin/true");
    assert_int_equal(alarm->command_s, 60);
    assert_int_equal(alarm->repeat_minutes, 0);
    assert_int_equal(alarm->silent_minutes, 10080);
    assert_int_equal(alarm->due_day_count, 8);
    assert_int_equal(alarm->due_days[7], 0);
    config_free(config);
}

static void test_mistakes(void **state)
{
    static const struct {
        const char *group;
        const char *said;
    } mistakes[] = {
        {"<alarm><everySeconds>0</everySeconds></alarm>", "everySeconds"},
        {"<alarm><everySeconds>3601</everySeconds></alarm>", "everySeconds"},
        {"<alarm><everySeconds>5.0</everySeconds></alarm>", "everySeconds"},
        {"<alarm><command>not-there</command></alarm>", "cannot be executed"},
        {"<alarm><command>gateway.xml</command></alarm>", "cannot be executed"},
        {"<alarm><command></command></alarm>", "command"},
        {"<alarm><commandSeconds>61</commandSeconds></alarm>", "commandSeconds"},
        {"<alarm><repeatMinutes>-1</repeatMinutes></alarm>", "repeatMinutes"},
        {"<alarm><silentMinutes>0</silentMinutes></alarm>", "silentMinutes"},
        {"<alarm><dueDays></dueDays></alarm>", "dueDays"},
        {"<alarm><dueDays>2 5</dueDays></alarm>", "dueDays"},
        {"<alarm><dueDays>5 5</dueDays></alarm>", "dueDays"},
        {"<alarm><dueDays>61</dueDays></alarm>", "dueDays"},
        {"<alarm><dueDays>9 8 7 6 5 4 3 2 1</dueDays></alarm>", "dueDays"},
        {"<alarm><dueDays>5,2</dueDays></alarm>", "dueDays"},
        {"<alarm><silentMinutes>1</silentMinutes><everySeconds>1</everySeconds></alarm>",
         "everySeconds"},
        {"<alarm><shell>/bin/sh</shell></alarm>", "shell"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        struct error err = ERROR_INIT;
        struct config *config = NULL;

        assert_false(load_with(mistakes[i].group, CONFIG_FULL, &config, &err));
        if (strstr(err.text, mistakes[i].said) == NULL)
            print_error("%s: %s\n", mistakes[i].group, err.text);
        assert_non_null(strstr(err.text, mistakes[i].said));
        assert_int_equal(err.code, ERROR_CONFIG);
    }
}

/* The tools of an operator need not be able to run it. */
static void test_shallow(void **state)
{
    struct config *config = must_load("<alarm><command>not-there</command></alarm>",
                                      CONFIG_SHALLOW);

    (void)state;
    config_free(config);
}

static void test_ends(void **state)
{
    static struct config config;
    static const struct config_certificate certificates[] = {
        {.use = CONFIG_OWN_TLS,
         .party = "a",
         .path = "p",
         .readable = true,
         .valid_until = {5}},
        {.use = CONFIG_SIGNING_PIN,
         .party = "b",
         .path = "p",
         .readable = true,
         .valid_until = {7}},
        {.use = CONFIG_SIGNING_PIN,
         .party = "b",
         .path = "p",
         .readable = true,
         .valid_until = {9}},
        {.use = CONFIG_SIGNING_PIN,
         .party = "b",
         .path = "p",
         .readable = true,
         .revoked = true,
         .valid_until = {99}},
        {.use = CONFIG_TRANSPORT_PIN,
         .party = "b",
         .path = "p",
         .readable = true,
         .valid_until = {3}},
        {.use = CONFIG_TRANSPORT_PIN, .party = "b"}, /* a fingerprint: nobody knows */
        {.use = CONFIG_TRANSPORT_PIN, .party = "c", .path = "p", .readable = false},
    };
    struct config_certificate_end ends[CONFIG_CERTIFICATES_MAX];

    (void)state;
    memcpy(config.certificates, certificates, sizeof(certificates));
    config.certificate_count = COUNT_OF(certificates);
    assert_int_equal(config_certificate_ends(&config, ends), 2);
    assert_string_equal(ends[0].party, "a");
    assert_int_equal(ends[0].valid_until.ms, 5);
    assert_string_equal(ends[1].party, "b");
    assert_int_equal(ends[1].use, CONFIG_SIGNING_PIN);
    assert_int_equal(ends[1].valid_until.ms, 9);
    assert_int_equal(config_days_left((struct instant){86400000}, (struct instant){1}), 0);
    assert_int_equal(config_days_left((struct instant){1}, (struct instant){2}), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_values),
        cmocka_unit_test(test_mistakes), cmocka_unit_test(test_shallow),
        cmocka_unit_test(test_ends),
    };

    return cmocka_run_group_tests_name("gate alarm configuration", tests, prepare,
                                       fixture_drop);
}

/* cli_mailbox_test.c - `qiantong mailbox`: parties without an address, their letters and gaps.
 */
#include "cli_fixture.h"

#include <sys/stat.h>

#include "gate/ferry_state.h"

enum { CASES = 5 };

/* The partner's file with something else in the place of its url. */
static void partner_with(const char *way)
{
    const char *url = strstr(fixture_province, "<url>");
    const char *behind = strstr(url, "</url>") + strlen("</url>");
    char bytes[8192];

    snprintf(bytes, sizeof(bytes), "%.*s%s%s", (int)(url - fixture_province), fixture_province,
             way, behind);
    fixture_write("parties/hrss.440000.xml", bytes);
}

static int setup(void **state)
{
    (void)state;
    fixture_reset();
    cli_ledger(CASES);
    return 0;
}

static uint64_t open_letters_of(const char *party)
{
    json_t *letters = cli_json("letters --json");
    uint64_t count = 0;
    json_t *row;
    size_t i;

    json_array_foreach(letters, i, row)
    {
        count += strcmp(json_string_value(json_object_get(row, "party")), party) == 0;
    }
    json_decref(letters);
    return count;
}

static json_t *only_box(json_t *boxes, const char *party)
{
    json_t *row;
    size_t i;

    json_array_foreach(boxes, i, row)
    {
        if (strcmp(json_string_value(json_object_get(row, "party")), party) == 0)
            return row;
    }
    return NULL;
}

static int64_t number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static void test_party_that_fetches(void **state)
{
    json_t *boxes;
    json_t *box;

    (void)state;
    partner_with("");
    boxes = cli_json("mailbox hrss.440000 --json");
    assert_int_equal(json_array_size(boxes), 1);
    box = only_box(boxes, "hrss.440000");
    assert_string_equal(json_string_value(json_object_get(box, "way")), "mailbox");
    assert_int_equal(number(box, "ready") + number(box, "coming") + number(box, "dead"),
                     open_letters_of("hrss.440000"));
    assert_int_equal(json_array_size(json_object_get(box, "letters")),
                     open_letters_of("hrss.440000"));
    json_decref(boxes);
    cli_run("mailbox");
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "it fetches"));
    cli_run("mailbox hrss.440000");
    assert_int_equal(said.status, 0);
}

static void test_folders_and_gaps(void **state)
{
    struct ferry_state ferry = {.sent = 7};
    struct instant since = {INT64_C(1772413200000)};
    char path[FIXTURE_PATH_MAX];
    struct error err = ERROR_INIT;
    json_t *boxes;
    json_t *box;

    (void)state;
    partner_with("<folder><in>../in</in><out>../out</out></folder>");
    boxes = cli_json("mailbox --json"); /* nothing has come yet */
    box = only_box(boxes, "hrss.440000");
    assert_int_equal(number(box, "missing_files"), 0);
    json_decref(boxes);

    mkdir(fixture_path("ledger/ferry", path), 0750);
    ferry_note(&ferry, 3, since);
    ferry_note(&ferry, 9, since);
    fixture_path("ledger/ferry/hrss.440000", path);
    assert_true(ferry_state_save(path, &ferry, &err));
    boxes = cli_json("mailbox --json");
    box = only_box(boxes, "hrss.440000");
    assert_string_equal(json_string_value(json_object_get(box, "way")), "folder");
    assert_int_equal(number(box, "sent_number"), 7);
    assert_int_equal(number(box, "seen_number"), 9);
    assert_int_equal(number(box, "missing_files"), 7);
    assert_int_equal(json_array_size(json_object_get(box, "missing")), 2);
    json_decref(boxes);
    cli_run("mailbox");
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "hrss.440000: files 4 to 8 are missing since 2026-03-02"));
    fixture_write("ledger/ferry/hrss.440000", "nonsense\n");
    cli_refuses("mailbox", 78, "is not a file of running numbers");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(fixture_path("ledger/ferry", path)), 0);
}

static void test_nobody(void **state)
{
    (void)state;
    cli_refuses("mailbox hrss.440000", 66, "no party without an address");
    cli_refuses("mailbox hrss.110000", 66, "no party without an address");
    cli_refuses("mailbox a b", 64, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_party_that_fetches, setup),
        cmocka_unit_test_setup(test_folders_and_gaps, setup),
        cmocka_unit_test_setup(test_nobody, setup),
    };

    return cmocka_run_group_tests(tests, cli_prepare, fixture_drop);
}

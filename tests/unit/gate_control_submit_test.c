/* Requests to submit several documents that are none: refused whole, before a gate is needed.
 */
#include "unit.h"

#include <jansson.h>
#include <string.h>

#include "gate/by_hand.h"
#include "gate/control_submit.h"

static void refuses(json_t *documents, enum error_code code, const char *text)
{
    json_t *request = json_object();
    struct error err = ERROR_INIT;

    json_object_set_new(request, "party", json_string("hrss.520000.core"));
    if (documents != NULL)
        json_object_set_new(request, "documents", documents);
    assert_null(control_submit_batch(NULL, request, &err));
    assert_int_equal(err.code, code);
    assert_non_null(strstr(err.text, text));
    json_decref(request);
}

static json_t *list_of(size_t count, const char *text)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(text));
    return list;
}

static void test_how_many(void **state)
{
    (void)state;
    refuses(NULL, ERROR_USAGE, "1 to 64");
    refuses(json_string("YQ=="), ERROR_USAGE, "1 to 64");
    refuses(list_of(0, ""), ERROR_USAGE, "1 to 64");
    refuses(list_of(BY_HAND_MAX + 1, "YQ=="), ERROR_USAGE, "1 to 64");
}

/* One that is no base64 spoils them all: the asker is broken. */
static void test_what(void **state)
{
    static const char *const bad[] = {"YQ", "YQ==\n", "YR==", "*", "YQ==YQ=="};
    json_t *list;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        list = list_of(BY_HAND_MAX - 1, "YQ==");
        json_array_append_new(list, json_string(bad[i]));
        refuses(list, ERROR_VALUE, "base64");
    }
    list = list_of(2, "YQ==");
    json_array_append_new(list, json_integer(7));
    refuses(list, ERROR_USAGE, "not a list of texts");
    list = list_of(2, "YQ==");
    json_array_append_new(list, json_null());
    refuses(list, ERROR_USAGE, "not a list of texts");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_how_many),
        cmocka_unit_test(test_what),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* gate_control_approvals_test.c - the second person at the socket of a running gateway. Who
 * asks is given by the test, so that one user can be several. */
#include "config_fixture.h"

#include <jansson.h>
#include <pthread.h>

#include "crypt/digest.h"
#include "gate/control_approvals.h"
#include "gate/control_person.h"
#include "gate/reload.h"
#include "wire/start.h"

/* Numbers that no list of users names. */
static const uint32_t ALICE = 3000000001;
static const uint32_t BOB = 3000000002;
static const uint32_t CAROL = 3000000003;
enum { ROUNDS = 20, HUGE_REASON = 1024 * 1024 };

static struct gate *gate;
static struct error err;

static void write_gateway(const char *second)
{
    char with[512];

    fixture_write_with("gateway.xml", fixture_gateway, "<port>8443</port>", "<port>0</port>");
    if (second != NULL) {
        char path[FIXTURE_PATH_MAX];
        char text[FIXTURE_TEXT_MAX];
        FILE *file = fopen(fixture_path("gateway.xml", path), "rb");
        size_t size;

        assert_non_null(file);
        size = fread(text, 1, sizeof(text) - 1, file);
        fclose(file);
        text[size] = '\0';
        snprintf(with, sizeof(with), "</limits>%s", second);
        fixture_write_with("gateway.xml", text, "</limits>", with);
    }
}

static int begin(void **state)
{
    char path[FIXTURE_PATH_MAX];

    if (!digest_setup(&err) || !wire_start(&err) || fixture_make(state) != 0)
        return -1;
    fixture_reset();
    write_gateway(NULL);
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

/* --- asking ----------------------------------------------------------------------------------
 */

typedef json_t *verb(struct gate *gate, const struct control_peer *peer, json_t *request,
                     struct error *err);

/* The answer's number called `name`; -1: refused, err says why. Takes the request. */
static json_int_t ask_for(verb *answer, uint32_t uid, json_t *request, const char *name,
                          struct error *why)
{
    const struct control_peer peer = {.uid = uid};
    json_t *said;
    json_int_t number;

    assert_non_null(request);
    *why = (struct error)ERROR_INIT;
    said = answer(gate, &peer, request, why);
    number = said == NULL ? -1 : json_integer_value(json_object_get(said, name));
    json_decref(said);
    json_decref(request);
    return number;
}

static json_int_t propose(uint32_t uid, const char *object, const char *reason)
{
    return ask_for(
        control_propose, uid,
        json_pack("{s:s, s:s, s:s}", "act", "export", "object", object, "reason", reason),
        "proposal", &err);
}

static json_int_t approve(uint32_t uid, json_int_t number, const char *reason,
                          struct error *why)
{
    return ask_for(control_approve, uid,
                   json_pack("{s:I, s:s}", "proposal", number, "reason", reason), "sequence",
                   why);
}

static bool exported(uint32_t uid, const char *permit)
{
    static const char zeros[] =
        "0000000000000000000000000000000000000000000000000000000000000000";
    struct work *work = gate_work_new(256 * 1024);
    struct tlv who = {.type = TLV_OPERATOR, .bytes = TEXT("who\0export\0why")};
    json_t *request = json_pack("{s:s, s:s, s:b}", "digest", zeros, "scope",
                                "format=csv rows=1", "clear", 1);
    json_t *said;
    bool ok;

    assert_non_null(work);
    assert_non_null(request);
    if (permit != NULL)
        assert_int_equal(json_object_set_new(request, "permit", json_string(permit)), 0);
    work->note_tlvs = &who;
    work->note_tlv_count = 1;
    err = (struct error)ERROR_INIT;
    said = control_exported(gate, uid, request, work, &err);
    ok = said != NULL;
    json_decref(said);
    json_decref(request);
    return ok;
}

#define expect_error(wanted, words)                                                            \
    do {                                                                                       \
        assert_int_equal(err.code, wanted);                                                    \
        if (strstr(err.text, words) == NULL)                                                   \
            print_error("%s\n", err.text);                                                     \
        assert_non_null(strstr(err.text, words));                                              \
    } while (0)

/* --- tests -----------------------------------------------------------------------------------
 */

static void test_permit(void **state)
{
    json_int_t number = propose(ALICE, "format=csv a", "audit 7");

    (void)state;
    assert_true(number > 0);
    assert_int_equal(propose(ALICE, "format=csv a", "audit 7"), number); /* the same waits */
    assert_false(exported(ALICE, "format=csv a"));
    expect_error(ERROR_DENIED, "no second person");
    assert_int_equal(approve(ALICE, number, "I am sure", &err), -1);
    expect_error(ERROR_DENIED, "uid 3000000001");
    assert_true(approve(BOB, number, "order 9", &err) > number);
    assert_int_equal(propose(ALICE, "format=csv a", "audit 7"), 0); /* granted */
    assert_false(exported(BOB, "format=csv a"));
    assert_false(exported(ALICE, "format=csv b"));
    assert_false(exported(ALICE, NULL));
    expect_error(ERROR_DENIED, "no second person");
    assert_true(exported(ALICE, "format=csv a"));
    assert_false(exported(ALICE, "format=csv a"));
}

static void test_hostile(void **state)
{
    uint64_t entries = ledger_size(gate->ledger);
    char *huge = calloc(1, HUGE_REASON + 1);

    (void)state;
    assert_non_null(huge);
    memset(huge, 'a', HUGE_REASON);
    assert_int_equal(propose(ALICE, "format=csv c", huge), -1);
    expect_error(ERROR_USAGE, "longer than 255");
    assert_int_equal(propose(ALICE, huge, "why"), -1);
    expect_error(ERROR_USAGE, "longer than 159");
    assert_int_equal(approve(BOB, 5, huge, &err), -1);
    expect_error(ERROR_USAGE, "longer than 255");
    free(huge);
    assert_int_equal(propose(ALICE, "format=csv\033[2J", "why"), -1);
    expect_error(ERROR_USAGE, "control characters");
    assert_int_equal(propose(ALICE, "format=csv c", "a\nb"), -1);
    expect_error(ERROR_USAGE, "control characters");
    assert_int_equal(propose(ALICE, "format=csv c", ""), -1);
    expect_error(ERROR_USAGE, "a reason is needed");
    assert_int_equal(ask_for(control_propose, ALICE, json_object(), "proposal", &err), -1);
    expect_error(ERROR_USAGE, "no such act");
    assert_int_equal(ask_for(control_propose, ALICE,
                             json_pack("{s:i, s:[], s:{}}", "act", 1, "object", "reason"),
                             "proposal", &err),
                     -1);
    assert_int_equal(ask_for(control_approve, BOB, json_object(), "sequence", &err), -1);
    expect_error(ERROR_USAGE, "proposal is not a number");
    assert_int_equal(approve(BOB, -5, "seen", &err), -1);
    expect_error(ERROR_USAGE, "proposal is not a number");
    assert_int_equal(approve(BOB, INT64_MAX, "seen", &err), -1);
    expect_error(ERROR_NOT_FOUND, "no proposal");
    assert_int_equal(ledger_size(gate->ledger), entries);
}

/* Another configuration holds for what is asked from then on; what waits goes on waiting. */
static void test_reload(void **state)
{
    json_int_t number = propose(ALICE, "format=csv d", "audit 7");
    struct reload_report report;

    (void)state;
    assert_true(number > 0);
    write_gateway("<secondPerson><acts>none</acts></secondPerson>");
    assert_true(gate_reload(gate, &report, &err));
    assert_int_equal(propose(ALICE, "format=csv e", ""), 0);
    assert_true(exported(ALICE, NULL));
    assert_true(approve(BOB, number, "seen", &err) > 0);
    write_gateway(NULL);
    assert_true(gate_reload(gate, &report, &err));
    assert_false(exported(ALICE, "format=csv e"));
}

struct approver {
    pthread_t thread;
    uint32_t uid;
    json_int_t number;
    json_int_t sequence;
    struct error err;
};

static void *approve_thread(void *argument)
{
    struct approver *approver = argument;

    approver->sequence = approve(approver->uid, approver->number, "seen", &approver->err);
    return NULL;
}

/* Two approve at once, beside a reload: one of them did it. */
static void test_two_at_once(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct approver both[] = {{.uid = BOB}, {.uid = CAROL}};
        struct reload_report report;
        char object[64];
        json_int_t number;
        int winner;

        snprintf(object, sizeof(object), "format=csv round %d", i);
        number = propose(ALICE, object, "audit 7");
        assert_true(number > 0);
        for (size_t k = 0; k < COUNT_OF(both); k++) {
            both[k].number = number;
            assert_int_equal(pthread_create(&both[k].thread, NULL, approve_thread, &both[k]),
                             0);
        }
        assert_true(gate_reload(gate, &report, &err));
        for (size_t k = 0; k < COUNT_OF(both); k++)
            assert_int_equal(pthread_join(both[k].thread, NULL), 0);
        winner = both[0].sequence > 0 ? 0 : 1;
        assert_true(both[winner].sequence > number);
        assert_int_equal(both[1 - winner].sequence, -1);
        assert_int_equal(both[1 - winner].err.code, ERROR_CONFLICT);
        assert_true(exported(ALICE, object));
        assert_false(exported(ALICE, object));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_permit),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_two_at_once),
    };

    return cmocka_run_group_tests(tests, begin, end);
}

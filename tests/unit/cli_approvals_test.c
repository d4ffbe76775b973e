/* cli_approvals_test.c - `qiantong approvals`, `propose`, `approve`, `decline`: what a person
 * sees, and what the gateway is asked. The rules: gate_approvals_test.c. */
#include "cli_fixture.h"

#include "gate/approvals_journal.h"
#include "net/control.h"

enum { CASES = 2, ALICE = 1001, BOB = 1002 };

static uint64_t first; /* number of the first proposal */

/* --- a ledger with proposals ----------------------------------------------------------------
 */

static void add(struct story *story, enum approval_step step, uint64_t number, const char *user,
                uint32_t uid, const char *reason)
{
    struct approval_note note = {.step = step,
                                 .number = number,
                                 .uid = uid,
                                 .until = {story_begin_ms + INT64_C(24) * 3600000},
                                 .act = "close"};
    size_t mark;

    story_start(story, ENTRY_OPERATOR);
    approval_key(story->entry.wall, story->entry.message_key);
    mark = story->buffer.size;
    buffer_bytes(&story->buffer, user, strlen(user) + 1);
    buffer_string(&story->buffer,
                  step == APPROVAL_PROPOSED ? "propose close" : "decline close");
    buffer_u8(&story->buffer, 0);
    buffer_bytes(&story->buffer, reason, strlen(reason) + 1);
    story_tlv(story, TLV_OPERATOR, mark);
    story_add_text(story, TLV_TEXT, TEXT("1488"));
    mark = story->buffer.size;
    approval_note_encode(&note, &story->buffer);
    story_tlv(story, TLV_APPROVAL, mark);
    story_check(story, story_append(story));
}

/* Three: the first waits, the second was declined, the third waits with a long story. */
static int setup(void **state)
{
    struct story story = {.store = NULL};
    char path[FIXTURE_PATH_MAX];

    (void)state;
    fixture_reset();
    cli_clock_at(story_begin_ms + 3600000);
    cli_ledger(CASES);
    story_check(&story, story_open_store(&story, fixture_path("ledger", path)));
    story_check(&story, story_open_ledger(&story, DIGEST_SHA256));
    story_check(&story, ledger_begin(story.ledger, &story.txn, &story.err));
    first = ledger_next_seq(story.txn);
    add(&story, APPROVAL_PROPOSED, 0, "alice", ALICE, "sent on paper, 㛃 knows");
    add(&story, APPROVAL_PROPOSED, 0, "bob", BOB, "no");
    add(&story, APPROVAL_NO, first + 1, "alice", ALICE, "call 𠮷 first");
    add(&story, APPROVAL_PROPOSED, 0, "杨喆杨喆杨喆杨喆杨喆杨喆", BOB,
        "a reason that is much too long for one line of a table of eighty columns "
        "业务业务业务");
    /* A step of a proposal that is not there, and one that no program of ours wrote. */
    add(&story, APPROVAL_YES, 1, "mallory", 1, "");
    story_check(&story, ledger_commit(&story.txn, &story.err));
    story_close(&story);
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

/* --- looking ---------------------------------------------------------------------------------
 */

static void test_list(void **state)
{
    char line[1024];
    const char *text;
    size_t lines = 0;

    (void)state;
    cli_run("approvals");
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "alice"));
    assert_null(strstr(said.out, "bob"));
    assert_null(strstr(said.out, "mallory"));
    for (text = said.out; *text != '\0'; text += strcspn(text, "\n") + 1, lines++) {
        snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\n"), text);
        assert_true(text_columns(text_of(line)) <= SCREEN_COLUMNS);
    }
    assert_int_equal(lines, 6);
    cli_run("approvals --all");
    assert_non_null(strstr(said.out, "declined"));
    cli_clock_at(story_begin_ms + INT64_C(25) * 3600000);
    cli_run("approvals");
    assert_string_equal(said.out, "nothing waits for a second person\n");
    cli_run("approvals --all");
    assert_non_null(strstr(said.out, "expired"));
}

static void test_one(void **state)
{
    char line[64];

    (void)state;
    snprintf(line, sizeof(line), "approvals %llu", (unsigned long long)first + 1);
    cli_run(line);
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "bob (uid 1002)"));
    assert_non_null(strstr(said.out, "alice (uid 1001)"));
    assert_non_null(strstr(said.out, "declined"));
    cli_refuses("approvals 1", 66, "no proposal has the number 1");
    cli_refuses("approvals 0", 64, "not a proposal's number");
    cli_refuses("approvals x", 64, "not a proposal's number");
    cli_refuses("approvals 99999999999999999999", 64, "not a proposal's number");
    cli_refuses("approvals 1 2", 64, "2");
}

static void test_json(void **state)
{
    json_t *root = cli_json("approvals --json");
    const json_t *one = json_array_get(root, 0);

    (void)state;
    assert_int_equal(json_array_size(root), 2);
    assert_int_equal(json_integer_value(json_object_get(one, "proposal")), first);
    assert_string_equal(json_string_value(json_object_get(one, "state")), "waiting");
    assert_string_equal(json_string_value(json_object_get(one, "act")), "close");
    assert_string_equal(json_string_value(json_object_get(one, "object")), "1488");
    assert_true(json_is_null(json_object_get(one, "second")));
    one = json_object_get(one, "by");
    assert_string_equal(json_string_value(json_object_get(one, "user")), "alice");
    assert_int_equal(json_integer_value(json_object_get(one, "uid")), ALICE);
    assert_string_equal(json_string_value(json_object_get(one, "reason")),
                        "sent on paper, 㛃 knows");
    json_decref(root);
    root = cli_json("approvals --all --json");
    assert_int_equal(json_array_size(root), 3);
    one = json_object_get(json_array_get(root, 1), "second");
    assert_string_equal(json_string_value(json_object_get(one, "reason")), "call 𠮷 first");
    json_decref(root);
    root = cli_json("status --json");
    assert_int_equal(json_integer_value(json_object_get(root, "approvals_waiting")), 2);
    json_decref(root);
    cli_run("status");
    assert_non_null(strstr(said.out, "2 acts wait for a second person"));
}

/* --- asking ----------------------------------------------------------------------------------
 */

static void test_close_waits(void **state)
{
    struct control *control = start("{\"ok\":true,\"done\":false,\"proposal\":271,"
                                    "\"until\":\"2026-03-03T09:00:00.000+08:00\"}");

    (void)state;
    cli_run("close 160 --reason posted");
    assert_int_equal(said.status, 1);
    assert_non_null(
        strstr(said.out, "proposal 271 waits for a second person until 2026-03-03"));
    assert_non_null(strstr(said.out, "qiantong approve 271"));
    assert_null(strstr(said.out, "is closed"));
    cli_run("propose close 160 --reason posted");
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(asked, "\"verb\":\"propose\""));
    assert_non_null(strstr(asked, "\"object\":\"160\""));
    cli_refuses("propose open 160 --reason posted", 64, "there is no act open");
    cli_refuses("propose close", 64, "");
    control_stop(control);
}

static void test_decide(void **state)
{
    struct control *control = start("{\"ok\":true,\"act\":\"close\",\"object\":\"160\","
                                    "\"by\":\"alice\",\"sequence\":9}");

    (void)state;
    cli_run("approve 271 --reason seen");
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "proposal 271 is approved and done: close 160"));
    assert_non_null(strstr(asked, "\"verb\":\"approve\""));
    assert_non_null(strstr(asked, "\"proposal\":271"));
    cli_run("decline 271");
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "is declined"));
    assert_non_null(strstr(asked, "\"verb\":\"decline\""));
    answer = "{\"ok\":true,\"act\":\"export\",\"object\":\"format=csv\",\"by\":\"alice\"}";
    cli_run("approve 272 --reason seen");
    assert_non_null(strstr(said.out, "alice may do it once"));
    answer = "{\"ok\":false,\"code\":\"DENIED\",\"text\":\"another user must approve it\"}";
    cli_refuses("approve 271 --reason seen", 77, "another user must approve it");
    answer = "{\"ok\":false,\"code\":\"USAGE\",\"text\":\"a reason is needed\"}";
    cli_refuses("approve 271", 64, "next: --reason");
    answer = "{\"ok\":false,\"code\":\"CONFLICT\",\"text\":\"it was declined\"}";
    cli_refuses("approve 271 --reason seen", 65, "next: `qiantong approvals`");
    answer = "{\"ok\":true}";
    cli_run("approve 271 --reason seen"); /* says less than it should: no crash */
    cli_refuses("approve -1 --reason seen", 64, "");
    cli_refuses("approve --reason seen", 64, "");
    control_stop(control);
    cli_refuses("approve 271 --reason seen", 69, "not running");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_list, setup),
        cmocka_unit_test_setup(test_one, setup),
        cmocka_unit_test_setup(test_json, setup),
        cmocka_unit_test_setup(test_close_waits, setup),
        cmocka_unit_test_setup(test_decide, setup),
    };

    return cmocka_run_group_tests(tests, cli_prepare, fixture_drop);
}

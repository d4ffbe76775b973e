/* cli_program_test.c - the administrator's program on a told ledger: what it lists, finds,
 * opens, and what it says when it cannot. */
#include "cli_fixture.h"

#include <sys/file.h>

#include "crypt/base64.h"
#include "crypt/seal.h"
#include "net/control.h"

enum { CASES = 5 };

/* A good configuration at 2026-03-02 10:00, and a told ledger. */
static int setup(void **state)
{
    (void)state;
    fixture_reset();
    cli_clock_at(story_begin_ms + 3600000);
    cli_ledger(CASES);
    return 0;
}

static const char *text_at(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));

    return value == NULL ? "(none)" : value;
}

static json_int_t number_at(const json_t *object, const char *name)
{
    assert_true(json_is_integer(json_object_get(object, name)));
    return json_integer_value(json_object_get(object, name));
}

/* --- cases -----------------------------------------------------------------------------------
 */

static void test_cases_json(void **state)
{
    static const char *const names[] = {
        "kind",      "kind_english", "kind_chinese", "flow_chinese", "case_id",    "flow",
        "role",      "state",        "revision",     "form_fen",     "money_fen",  "party",
        "due",       "overdue",      "trace",        "in_region",    "out_region", "code",
        "opened_at", "changed_at",   "version",
    };
    json_t *root = cli_json("cases --json");
    const json_t *row = json_array_get(root, 1);

    (void)state;
    assert_int_equal(json_array_size(root), CASES);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_non_null(json_object_get(row, names[i]));
    assert_string_equal(text_at(row, "flow"), "pension.employee");
    assert_string_equal(text_at(row, "flow_chinese"), "企业职工基本养老保险关系转移接续");
    assert_string_equal(text_at(row, "kind"), "EP-EP");
    assert_string_equal(text_at(row, "kind_english"), "employees to employees");
    assert_string_equal(text_at(row, "kind_chinese"), "职工转职工");
    assert_string_equal(text_at(row, "role"), "in");
    assert_string_equal(text_at(row, "state"), "both");
    assert_string_equal(text_at(row, "party"), "hrss.440000");
    assert_string_equal(text_at(row, "trace"), "C52000000000001");
    assert_string_equal(text_at(row, "opened_at"), "2026-03-02T09:00:22.000+08:00");
    assert_string_equal(text_at(row, "due"), "2026-03-02T09:05:22.000+08:00");
    assert_true(json_is_true(json_object_get(row, "overdue")));
    assert_int_equal(number_at(row, "in_region"), 520000);
    assert_int_equal(number_at(row, "version"), 6);
    row = json_array_get(root, 0);
    assert_true(json_is_null(json_object_get(row, "due")));
    assert_true(json_is_false(json_object_get(row, "overdue")));
    json_decref(root);
}

static size_t listed(const char *line)
{
    json_t *root = cli_json(line);
    size_t count = json_array_size(root);

    json_decref(root);
    return count;
}

static void test_cases_filters(void **state)
{
    (void)state;
    assert_int_equal(listed("cases --json --open"), 2);
    assert_int_equal(listed("cases --json --overdue"), 2);
    assert_int_equal(listed("cases --json --state closed"), 3);
    assert_int_equal(listed("cases --json --state 办结"), 3);
    assert_int_equal(listed("cases --json --state closed --open"), 0);
    assert_int_equal(listed("cases --json --party hrss.440000"), CASES);
    assert_int_equal(listed("cases --json --state refused"), 0);
    assert_int_equal(listed("cases --json --kind EP-EP"), CASES);
    assert_int_equal(listed("cases --json --kind 职工转职工 --state closed"), 3);
    assert_int_equal(listed("cases --json --kind EP-RP"), 0);
    cli_run("cases --state refused");
    assert_int_equal(said.status, 0);
    assert_string_equal(said.out, "no case fits\n");
    /* A misspelt name is not good news. */
    cli_refuses("cases --state nothing", 64, "no state is called nothing");
    assert_non_null(strstr(said.err, "next: one of: new refused letter_sent"));
    cli_refuses("cases --kind ep-ep", 64, "no kind is called ep-ep");
    assert_non_null(strstr(said.err, "next: one of: EP-EP EP RP GP "));
    cli_refuses("cases --party hrss.450000", 66, "no party hrss.450000");
    cli_ledger(0);
    cli_run("cases");
    assert_string_equal(said.out, "no case yet\n");
}

static void test_cases_table(void **state)
{
    struct text rest;

    (void)state;
    cli_run("cases");
    assert_int_equal(said.status, 0);
    rest = text_of(said.out);
    assert_true(
        text_starts(rest, "Case           Role  State   Party        Due          Yuan\n"));
    for (unsigned i = 0; rest.size > 0; i++) {
        struct text line = text_cut(&rest, '\n');

        assert_true(text_columns(line) <= SCREEN_COLUMNS);
        assert_true(line.size == 0 || line.at[line.size - 1] != ' ');
    }
    assert_non_null(
        strstr(said.out, "019cac0f-7c70  in    both    hrss.440000  2026-03-02!\n"));
}

/* --- one case --------------------------------------------------------------------------------
 */

static void test_case_found(void **state)
{
    static const char *const typed[] = {
        "case 019cac0f-7c70-7a00-965a-000000000000 --json",
        "case 019CAC0F7C70 --json",
        "case 019cac0f-7c --json",
        "case C52000000000001 --json",
        "case --json -- C52000000000001",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(typed); i++) {
        json_t *root = cli_json(typed[i]);

        assert_string_equal(text_at(root, "case_id"), "019cac0f-7c70-7a00-965a-000000000000");
        json_decref(root);
    }
    cli_refuses("case 019cac0f", 64, "fits more than one");
    assert_non_null(strstr(said.err, "next: type more of it"));
    cli_refuses("case 019cac0e", 66, "no case 019cac0e");
    cli_refuses("case C52000000000009", 66, "no case C52000000000009");
    cli_refuses("case 019cac0", 66, "no case 019cac0");
    cli_refuses("case", 64, "a word is missing");
    cli_refuses("case a b", 64, "one word too many: b");
}

static void test_case_story(void **state)
{
    json_t *root = cli_json("case C52000000000001 --json");
    json_t *entries = json_object_get(root, "entries");
    const json_t *entry;

    (void)state;
    assert_int_equal(json_array_size(entries), 16); /* the conflict names no case */
    assert_int_equal(json_array_size(json_object_get(root, "letters")), 4);
    assert_int_equal(json_array_size(json_object_get(root, "clocks")), 4);
    entry = json_array_get(entries, 0);
    assert_string_equal(text_at(entry, "kind"), "submitted");
    assert_string_equal(text_at(entry, "verdict"), "accepted");
    assert_string_equal(text_at(entry, "party"), "hrss.520000.core");
    assert_string_equal(text_at(entry, "state_to"), "letter_sent");
    assert_string_equal(text_at(entry, "at"), "2026-03-02T09:00:22.000+08:00");
    entry = json_array_get(entries, 10);
    assert_string_equal(text_at(entry, "code"), "PEN-R04");
    assert_null(json_object_get(entry, "state_to"));
    entry = json_array_get(json_object_get(root, "letters"), 2);
    assert_string_equal(text_at(entry, "state"), "refused");
    json_decref(root);
    cli_run("case C52000000000001");
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "overdue"));
    assert_non_null(strstr(said.out, "03-02 09:00:22  submitted"));
    assert_null(strstr(said.out, "5299-0001")); /* a core's own key is not shown */
    assert_non_null(strstr(said.out, "\nTime limit "));
    assert_non_null(strstr(said.out, "\nNext step "));
    for (struct text rest = text_of(said.out); rest.size > 0;) {
        struct text line = text_cut(&rest, '\n');

        assert_true(text_columns(line) <= SCREEN_COLUMNS);
        assert_true(line.size == 0 || line.at[line.size - 1] != ' ');
    }
}

/* --- status, parties, letters
 * ------------------------------------------------------------------ */

static void test_status(void **state)
{
    json_t *root = cli_json("status --json");
    const json_t *cases = json_object_get(root, "cases");

    (void)state;
    assert_string_equal(text_at(root, "party"), "hrss.520000");
    assert_true(json_is_false(json_object_get(root, "running")));
    assert_int_equal(number_at(cases, "open"), 2);
    assert_int_equal(number_at(cases, "overdue"), 2);
    assert_int_equal(number_at(json_object_get(root, "ledger"), "entries"),
                     STORY_FIRST - 1 + STORY_STEPS * CASES);
    assert_int_equal(number_at(root, "letters_under_way"), 2 * CASES);
    assert_int_equal(json_array_size(json_object_get(root, "parties")), 2);
    assert_int_equal(json_array_size(json_object_get(root, "certificates")), 5);
    json_decref(root);
    cli_run("status");
    assert_int_equal(said.status, 0);
    assert_true(text_starts(text_of(said.out), "hrss.520000  2026-03-02 10:00:"));
    assert_non_null(strstr(said.out, "To do:\n  ! the gateway is not running"));
    assert_non_null(strstr(said.out, "  ! 2 cases are overdue: "
                                     "qiantong cases --overdue\n"
                                     "      019cac0f-7c70 late; "));
    assert_non_null(strstr(said.out, "hrss.520000.core: link the records, complete\n"));
}

static void test_status_certificates(void **state)
{
    (void)state;
    fixture_write_with("parties/hrss.440000.xml", fixture_province, "<until>2027-01-01",
                       "<until>2026-03-12");
    cli_run("status");
    assert_non_null(strstr(said.out, "certificate of hrss.440000 (signing): 9 days left"));
    fixture_write_with("parties/hrss.440000.xml", fixture_province, "<until>2027-01-01",
                       "<until>2026-03-02");
    cli_run("status");
    assert_non_null(strstr(said.out, "certificate of hrss.440000 (signing): expired"));
}

static void test_party(void **state)
{
    json_t *root = cli_json("party hrss.440000 --json");

    (void)state;
    assert_int_equal(number_at(root, "number"), STORY_PARTNER);
    assert_string_equal(text_at(root, "kind"), "province");
    assert_int_equal(number_at(json_object_get(root, "letters"), "new"), CASES);
    assert_int_equal(json_array_size(json_object_get(root, "pins")), 2);
    assert_int_equal(number_at(json_array_get(json_object_get(root, "pins"), 1), "days_left"),
                     304);
    json_decref(root);
    assert_int_equal(listed("party --json"), 2);
    cli_run("party hrss.440000");
    assert_non_null(strstr(said.out, "hrss.440000  Guangdong\n"));
    cli_refuses("party hrss.450000", 66, "no party hrss.450000");
}

static void test_letters(void **state)
{
    (void)state;
    assert_int_equal(listed("letters --json"), 2 * CASES);
    assert_int_equal(listed("letters --json --all"), 4 * CASES);
    assert_int_equal(listed("letters --json --dead"), 0);
    cli_run("letters --dead");
    assert_string_equal(said.out, "no letter is dead\n");
    cli_run("letters");
    assert_true(text_starts(text_of(said.out), "Letter  Document"));
    cli_ledger(0);
    cli_run("letters");
    assert_string_equal(said.out, "nothing waits: no letter is under way or dead\n");
    cli_run("letters --all");
    assert_string_equal(said.out, "no letter was ever written\n");
    cli_refuses("retry abc", 64, "not a letter's number: abc");
    cli_refuses("retry 160", 69, "the gateway is not running");
    assert_non_null(strstr(said.err, "next: start it"));
}

/* --- the ledger ------------------------------------------------------------------------------
 */

static void test_verify_and_rebuild(void **state)
{
    json_t *verified = cli_json("ledger verify --json");
    json_t *rebuilt = cli_json("ledger rebuild --json");
    char path[FIXTURE_PATH_MAX];
    char pattern[2 * FIXTURE_PATH_MAX + 64];

    (void)state;
    assert_true(json_is_true(json_object_get(verified, "good")));
    assert_int_equal(number_at(verified, "entries"), STORY_FIRST - 1 + STORY_STEPS * CASES);
    assert_string_equal(text_at(verified, "root"), text_at(rebuilt, "root"));
    json_decref(verified);
    json_decref(rebuilt);
    /* Nothing of it is left beside the ledger. */
    snprintf(pattern, sizeof(pattern), "test \"$(ls -d '%s'*)\" = '%s'",
             fixture_path("ledger", path), path);
    assert_int_equal(system(pattern), 0);
}

/* One row of an implied database is changed behind the journal's back. */
static void test_rebuild_names_row(void **state)
{
    struct store_options options = {.map_bytes = STORY_MAP};
    char path[FIXTURE_PATH_MAX];
    struct error err = ERROR_INIT;
    struct store *store = NULL;
    struct store_txn *txn = NULL;
    struct uuid id = story_case_id(1);

    (void)state;
    options.path = fixture_path("ledger", path);
    assert_true(store_open_lmdb(&options, &store, &err));
    assert_true(store_begin_write(store, &txn, &err));
    assert_true(store_delete(txn, DATABASE_CASES,
                             (struct text){(const char *)id.bytes, sizeof(id.bytes)}, &err));
    assert_true(store_commit(&txn, &err));
    store_close(store);
    cli_run("ledger rebuild");
    assert_int_equal(said.status, 1);
    assert_non_null(strstr(said.out, "cases 019cac0f"));
    assert_non_null(strstr(said.out, "the ledger is not as it should be"));
    cli_run("ledger rebuild --json");
    assert_int_equal(said.status, 1);
    cli_run("ledger verify");
    assert_int_equal(said.status, 0);
}

/* --- configuration and adapters
 * ------------------------------------------------------------------ */

static void test_config_check(void **state)
{
    (void)state;
    cli_run("config check");
    if (said.status != 0)
        print_error("%s", said.err);
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "2 parties, 3 rules, calendar 20261"));
    fixture_write_with("gateway.xml", fixture_gateway, "hrss.520000.tls.key",
                       "hrss.440000.tls.key");
    cli_run("config check");
    assert_int_equal(said.status, 78);
    fixture_write_with("gateway.xml", fixture_gateway, "<port>8443", "<port>99999");
    cli_refuses("config check", 78, "gateway.xml: ");
    assert_non_null(strstr(said.err, "next: mend it"));
}

static void test_adapter(void **state)
{
    (void)state;
    cli_run("adapter check adapters/guizhou-core --schemas schemas");
    if (said.status != 0)
        print_error("%s%s", said.out, said.err);
    assert_int_equal(said.status, 0);
    cli_refuses("adapter check /nonexistent", 66, "/nonexistent/adapter.xml");
    assert_non_null(strstr(said.err, "next: name an adapter's folder"));
    cli_run("adapter explain adapters/guizhou-core traceNumber");
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "prm_yaaz341 <-> corrects/traceNumber\n"
                                     "    text, optional, at most 20 bytes; mapping.xml:"));
    assert_non_null(strstr(said.out, "\n    application, refusal, letter, acceptance, "
                                     "letter_return, form, form_return,\n    fund_advice"));
    cli_run("adapter check tests/data/county-core --schemas schemas");
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "ok letter: 35 of 35 leaves, 11 lost\n"));
    assert_non_null(strstr(said.out, "\nproxy is lost: ours, not theirs\n"));
    cli_refuses("adapter explain adapters/guizhou-core nothing", 66, "nothing");
}

/* --- words -----------------------------------------------------------------------------------
 */

static void test_usage(void **state)
{
    static const struct {
        const char *line;
        const char *said;
    } rows[] = {
        {"casse", "unknown verb: casse"},
        {"ledger", "unknown verb: ledger"},
        {"ledger vary", "unknown verb: ledger"},
        {"cases --jsn", "unknown option --jsn"},
        {"cases x", "one word too many: x"},
        {"message 019cac0f --raw --json", "exclude each other"},
        {"message 019cac0f --reason x", "stand with --raw"},
        {"message xyz", "not a message's number"},
        {"help nothing", "unknown verb: nothing"},
        {"--config", "--config"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        cli_refuses(rows[i].line, 64, rows[i].said);
        assert_non_null(strstr(said.err, "next: "));
    }
    cli_run("help");
    assert_int_equal(said.status, 0);
    for (size_t i = 0; i < cli_verb_count; i++)
        assert_non_null(strstr(said.out, cli_verbs[i].name));
    cli_refuses("ledger vary", 64, "unknown verb: ledger");
    assert_non_null(strstr(said.err, "next: `qiantong help ledger`"));
    cli_run("help ledger");
    assert_non_null(strstr(said.out, "qiantong ledger verify"));
    cli_run("--version");
    assert_true(text_starts(text_of(said.out), "qiantong "));
}

static void test_no_ledger(void **state)
{
    (void)state;
    fixture_write_with("gateway.xml", fixture_gateway, "<path>ledger", "<path>no-ledger");
    cli_run("cases");
    assert_int_equal(said.status, 66);
    assert_non_null(strstr(said.err, "next: the gateway makes the ledger"));
}

/* --- messages --------------------------------------------------------------------------------
 */

static const char binary[] = "<a>\r\n\0\xd6\xd0 exact\n\n";

/* What answers it is a message of its own, found under its key as well. */
static void add_answer(struct story *story, const struct uuid *id)
{
    struct uuid own = story_uuid(1001, 0x77);
    uint8_t answered[MESSAGE_KEY_SIZE];

    message_key_of(id, answered);
    story_start(story, ENTRY_RECEIVED);
    message_key_of(&own, story->entry.message_key);
    story->entry.party = STORY_PARTNER;
    story->entry.action = ACTION_SETTLED;
    story->entry.revision = 1;
    story_add_verdict(story, VERDICT_ACCEPTED, 0);
    story_add_answers(story, answered);
    story_check(story, story_append(story));
}

/* A received message whose bytes are sealed with the fixture's keys; perhaps its answer. */
static struct uuid add_sealed_message(bool test, bool answered)
{
    struct story story = {.store = NULL};
    struct entry_body body = {.use = BODY_ORIGINAL,
                              .retention = RETENTION_100_YEARS,
                              .month = 202603,
                              .size = sizeof(binary)};
    struct key_ring *keys = NULL;
    struct arena *arena = arena_new(65536);
    struct digest digest;
    struct entry_origin origin = story_origin(DIGEST_SHA256);
    struct text plain = {binary, sizeof(binary)};
    struct text parts[2];
    struct text sealed;
    char path[FIXTURE_PATH_MAX];
    struct uuid id = story_uuid(1000, 0x77);
    size_t mark;

    story_remove(fixture_path("ledger", path));
    story_check(&story, story_open_store(&story, path));
    origin.test = test;
    story_check(&story, ledger_create(story.store, &origin, &story.err));
    story_check(&story, ledger_open(story.store, false, &story.ledger, &story.err));
    story_tell(&story, STORY_FIRST - 1);
    story_check(&story,
                key_ring_load(fixture_path("keys/hrss.520000.seal", path), &keys, &story.err));
    story_check(&story, digest_of(DIGEST_SHA256, binary, sizeof(binary), &digest, &story.err));
    memcpy(body.digest, digest.bytes, 32);
    parts[0] = (struct text){(const char *)origin.log_id, 16};
    parts[1] = (struct text){(const char *)body.digest, 32};
    story_check(&story, seal(keys, NULL, parts, 2, plain, arena, &sealed, &story.err));
    story_check(&story, ledger_begin(story.ledger, &story.txn, &story.err));
    story_start(&story, ENTRY_RECEIVED);
    message_key_of(&id, story.entry.message_key);
    story.entry.party = STORY_PARTNER;
    story.entry.action = ACTION_LETTER;
    story.entry.revision = 1;
    story_check(&story, ledger_put_body(story.txn, &body, sealed, &story.err));
    mark = story.buffer.size;
    entry_body_encode(&body, &story.buffer);
    story_tlv(&story, TLV_BODY, mark);
    story_add_verdict(&story, VERDICT_REFUSED, 0);
    story_check(&story, story_append(&story));
    if (answered)
        add_answer(&story, &id);
    story_check(&story, ledger_commit(&story.txn, &story.err));
    story_close(&story);
    key_ring_free(keys);
    arena_free(arena);
    return id;
}

static const char *message_line(const struct uuid *id, const char *rest)
{
    static char line[256];
    char text[UUID_TEXT_SIZE];

    snprintf(line, sizeof(line), "message %s%s", uuid_format(id, text), rest);
    return line;
}

static void test_message_known(void **state)
{
    struct uuid id = add_sealed_message(true, true);
    json_t *root = cli_json(message_line(&id, " --json"));

    (void)state;
    assert_true(json_is_true(json_object_get(root, "received")));
    assert_string_equal(text_at(root, "verdict"), "refused");
    assert_string_equal(text_at(root, "code"), "PEN-R04");
    assert_string_equal(text_at(root, "action"), "letter");
    assert_string_equal(text_at(root, "party"), "hrss.440000");
    json_decref(root);
    cli_run(message_line(&id, ""));
    assert_int_equal(said.status, 0);
    assert_null(strstr(said.out, "exact")); /* never the bytes unasked */
    cli_refuses("message 019cac0f00000000", 66, "no message");
}

/* The gateway is stopped: the program takes its lock and writes the entry itself. */
static void test_message_raw(void **state)
{
    struct uuid id = add_sealed_message(true, false);
    json_t *root;

    (void)state;
    cli_run(message_line(&id, " --raw --reason yearly-audit"));
    if (said.status != 0)
        print_error("%s", said.err);
    assert_int_equal(said.status, 0);
    assert_int_equal(said.out_size, sizeof(binary));
    assert_memory_equal(said.out, binary, sizeof(binary));
    root = cli_json(message_line(&id, " --json"));
    assert_int_equal(json_array_size(json_object_get(root, "entries")), 2);
    assert_string_equal(text_at(json_array_get(json_object_get(root, "entries"), 1), "kind"),
                        "disclosed");
    json_decref(root);
    cli_run(message_line(&id, " --raw"));
    assert_int_equal(said.status, 0);
    cli_refuses(message_line(&id, " --raw --reply"), 66, "no such bytes");
    cli_run("ledger verify --keys");
    assert_non_null(strstr(said.out, "7 entries"));
}

static void test_message_reason(void **state)
{
    struct uuid id = add_sealed_message(false, false);

    (void)state;
    fixture_write_with("gateway.xml", fixture_gateway, "<test>true</test>",
                       "<test>false</test>");
    fixture_write_with("gateway.xml", fixture_gateway, "<clockOffset>clock</clockOffset>", "");
    cli_refuses(message_line(&id, " --raw"), 77, "needs a reason");
    assert_non_null(strstr(said.err, "journaled with your name"));
    cli_run(message_line(&id, " --raw --reason why"));
    assert_int_equal(said.status, 0);
    assert_memory_equal(said.out, binary, sizeof(binary));
}

/* A gateway holds the lock but does not answer: nothing is opened behind its back. */
static void test_message_locked(void **state)
{
    struct uuid id = add_sealed_message(true, false);
    char path[FIXTURE_PATH_MAX];
    int lock = open(fixture_path("ledger/daemon.lock", path), O_RDWR | O_CREAT, 0600);

    (void)state;
    assert_true(lock >= 0);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    cli_refuses(message_line(&id, " --raw"), 75, "held by the gateway");
    close(lock);
    unlink(path);
}

/* Another key file: the bytes stay closed and nothing is journaled. */
static void test_message_other_keys(void **state)
{
    struct uuid id = add_sealed_message(true, false);
    json_t *root;

    (void)state;
    fixture_write_with("gateway.xml", fixture_gateway, "hrss.520000.seal", "hrss.440000.seal");
    cli_run(message_line(&id, " --raw"));
    assert_int_equal(said.status, 70);
    assert_string_equal(said.out, "");
    root = cli_json(message_line(&id, " --json"));
    assert_int_equal(json_array_size(json_object_get(root, "entries")), 1);
    json_decref(root);
}

/* --- a gateway that answers ------------------------------------------------------------------
 */

struct gateway {
    struct control *control;
    char request[CONTROL_REQUEST_MAX];
    const char *answer;
};

static void answer_request(void *self, const struct control_peer *peer, struct text request,
                           struct control_answer *answer)
{
    struct gateway *gateway = self;

    (void)peer;
    memcpy(gateway->request, request.at, request.size);
    gateway->request[request.size] = '\0';
    control_answer_add(answer, text_of(gateway->answer));
}

static void start(struct gateway *gateway, const char *answer)
{
    char path[FIXTURE_PATH_MAX];
    struct control_options options = {
        .path = fixture_path("control", path), .on_request = answer_request, .self = gateway};
    struct error err = ERROR_INIT;

    gateway->answer = answer;
    assert_true(control_start(&options, &gateway->control, &err));
}

static json_t *asked(struct gateway *gateway)
{
    json_t *root;

    control_stop(gateway->control);
    root = json_loads(gateway->request, 0, NULL);
    assert_non_null(root);
    return root;
}

static void test_submit(void **state)
{
    static struct gateway gateway;
    char line[FIXTURE_PATH_MAX + 64];
    char path[FIXTURE_PATH_MAX];
    json_t *request;

    (void)state;
    fixture_write("document.xml", "<doc/>\n");
    snprintf(line, sizeof(line), "submit %s", fixture_path("document.xml", path));
    cli_refuses(line, 2, "the gateway is not running");
    start(&gateway, "{\"ok\":true,\"verdict\":\"accepted\",\"code\":\"\",\"case_id\":"
                    "\"019cac0f-7c70-7a00-965a-000000000000\","
                    "\"sequence\":17}");
    cli_run(line);
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "accepted"));
    assert_non_null(strstr(said.out, "17"));
    assert_non_null(strstr(said.out, "019cac0f-7c70-7a00-965a-000000000000"));
    request = asked(&gateway);
    assert_string_equal(text_at(request, "verb"), "submit");
    assert_string_equal(text_at(request, "party"), "hrss.520000.core");
    assert_string_equal(text_at(request, "bytes"), "PGRvYy8+Cg==");
    json_decref(request);
    start(&gateway,
          "{\"ok\":true,\"verdict\":\"refused\",\"code\":\"PEN-R04\",\"sequence\":18}");
    cli_run(line);
    assert_int_equal(said.status, 1);
    assert_non_null(strstr(said.out, "PEN-R04"));
    assert_non_null(strstr(said.out, "correct the document, then submit it again"));
    json_decref(asked(&gateway));
    start(&gateway, "{\"ok\":false,\"code\":\"DENIED\",\"text\":\"not you\"}");
    cli_refuses(line, 2, "not you (DENIED)");
    json_decref(asked(&gateway));
    start(&gateway, "{\"ok\":false,\"code\":\"SCHEMA\",\"text\":\"no such element\"}");
    cli_refuses(line, 2, "document.xml: no such element (SCHEMA)");
    assert_non_null(strstr(said.err, "next: correct the document"));
    json_decref(asked(&gateway));
    start(&gateway, "not json");
    cli_refuses(line, 2, "cannot be read");
    control_stop(gateway.control);
    cli_refuses("submit /nonexistent", 2, "/nonexistent");
    snprintf(line, sizeof(line), "submit %s --party hrss.440000", path);
    cli_refuses(line, 2, "not of kind core");
}

static void test_retry(void **state)
{
    static struct gateway gateway;
    json_t *request;

    (void)state;
    start(&gateway, "{\"ok\":true}");
    cli_run("retry 160 --reason mended");
    assert_int_equal(said.status, 0);
    request = asked(&gateway);
    assert_string_equal(text_at(request, "verb"), "retry");
    assert_string_equal(text_at(request, "letter"), "160");
    assert_string_equal(text_at(request, "reason"), "mended");
    json_decref(request);
    start(&gateway, "{\"ok\":false,\"code\":\"USAGE\",\"text\":\"a reason is needed\"}");
    cli_refuses("retry 160", 64, "next: --reason");
    json_decref(asked(&gateway));
    start(&gateway, "{\"ok\":false,\"code\":\"NOT_FOUND\",\"text\":\"no such letter\"}");
    cli_refuses("retry 161", 66, "no such letter");
    assert_non_null(strstr(said.err, "next: `qiantong letters --dead`"));
    control_stop(gateway.control);
}

static void test_close(void **state)
{
    static struct gateway gateway;
    json_t *request;

    (void)state;
    start(&gateway, "{\"ok\":true}");
    cli_run("close 160 --reason posted");
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "letter 160 is closed"));
    request = asked(&gateway);
    assert_string_equal(text_at(request, "verb"), "close");
    assert_string_equal(text_at(request, "letter"), "160");
    assert_string_equal(text_at(request, "reason"), "posted");
    json_decref(request);
    cli_refuses("close 160", 64, "next: --reason"); /* not even asked */
    cli_refuses("close 160x --reason posted", 64, "not a letter's number: 160x");
    start(&gateway, "{\"ok\":false,\"code\":\"NOT_FOUND\",\"text\":\"no dead letter\"}");
    cli_refuses("close 161 --reason posted", 66, "no dead letter");
    assert_non_null(strstr(said.err, "next: `qiantong letters --dead`"));
    control_stop(gateway.control);
}

static void test_disclose_through_gateway(void **state)
{
    static struct gateway gateway;
    struct uuid id = add_sealed_message(true, false);
    json_t *request;
    json_t *root;

    (void)state;
    start(&gateway, "{\"ok\":true,\"bytes\":\"AAEK\"}");
    cli_run(message_line(&id, " --raw --reason audit"));
    assert_int_equal(said.status, 0);
    assert_int_equal(said.out_size, 3);
    assert_memory_equal(said.out, "\0\1\n", 3);
    request = asked(&gateway);
    assert_string_equal(text_at(request, "verb"), "disclose");
    assert_string_equal(text_at(request, "use"), "original");
    assert_string_equal(text_at(request, "reason"), "audit");
    json_decref(request);
    /* Then it is the gateway that journals, not we. */
    root = cli_json(message_line(&id, " --json"));
    assert_int_equal(json_array_size(json_object_get(root, "entries")), 1);
    json_decref(root);
    start(&gateway, "{\"ok\":true,\"bytes\":\"!\"}");
    cli_refuses(message_line(&id, " --raw"), 69, "cannot be read");
    control_stop(gateway.control);
}

static void test_status_running(void **state)
{
    static struct gateway gateway;
    json_t *root;

    (void)state;
    start(&gateway, "{\"ok\":true,\"received\":3,"
                    "\"started\":\"2026-03-02T09:00:00.000+08:00\"}");
    cli_run("status");
    assert_non_null(strstr(said.out, "Gateway     up since 2026-03-02 09:00:00\n"));
    assert_null(strstr(said.out, "not running"));
    root = cli_json("status --json");
    assert_true(json_is_true(json_object_get(root, "running")));
    assert_int_equal(number_at(json_object_get(root, "gateway"), "received"), 3);
    json_decref(root);
    json_decref(asked(&gateway));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_cases_json, setup),
        cmocka_unit_test_setup(test_cases_filters, setup),
        cmocka_unit_test_setup(test_cases_table, setup),
        cmocka_unit_test_setup(test_case_found, setup),
        cmocka_unit_test_setup(test_case_story, setup),
        cmocka_unit_test_setup(test_status, setup),
        cmocka_unit_test_setup(test_status_certificates, setup),
        cmocka_unit_test_setup(test_party, setup),
        cmocka_unit_test_setup(test_letters, setup),
        cmocka_unit_test_setup(test_verify_and_rebuild, setup),
        cmocka_unit_test_setup(test_rebuild_names_row, setup),
        cmocka_unit_test_setup(test_config_check, setup),
        cmocka_unit_test_setup(test_adapter, setup),
        cmocka_unit_test_setup(test_usage, setup),
        cmocka_unit_test_setup(test_no_ledger, setup),
        cmocka_unit_test_setup(test_message_known, setup),
        cmocka_unit_test_setup(test_message_raw, setup),
        cmocka_unit_test_setup(test_message_reason, setup),
        cmocka_unit_test_setup(test_message_locked, setup),
        cmocka_unit_test_setup(test_message_other_keys, setup),
        cmocka_unit_test_setup(test_submit, setup),
        cmocka_unit_test_setup(test_retry, setup),
        cmocka_unit_test_setup(test_close, setup),
        cmocka_unit_test_setup(test_disclose_through_gateway, setup),
        cmocka_unit_test_setup(test_status_running, setup),
    };

    return cmocka_run_group_tests(tests, cli_prepare, fixture_drop);
}

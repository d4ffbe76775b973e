/* cli_person_test.c - persons beside a stopped gateway: what is shown, what is journaled first,
 * and what is refused; and that the number is never repeated. */
#include "cli_fixture.h"

#include <sys/file.h>
#include <sys/stat.h>

#include "core/record.h"
#include "crypt/seal.h"
#include "gate/person.h"

#define NUMBER      "529901198506010014"
#define NUMBER_WIDE "５２９９０１１９８５０６０１００１４"
#define NAME        "张喆"

enum { CASES = 3 };

/* The number that `person` reads. */
static void type(const char *number)
{
    char path[FIXTURE_PATH_MAX];

    fixture_write("typed", number);
    assert_non_null(freopen(fixture_path("typed", path), "r", stdin));
}

static void seal_content(struct story *story, struct arena *arena, struct entry_body *body,
                         struct text *sealed, uint8_t tag[PERSON_TAG_SIZE])
{
    struct record *root = record_new(arena, "letter");
    struct record *person = record_add(arena, root, "person", TEXT_NONE);
    struct key_ring *keys = NULL;
    struct entry_origin origin = story_origin(DIGEST_SHA256);
    unsigned char bytes[1024];
    struct buffer plain = buffer_over(bytes, sizeof(bytes));
    struct text parts[2];
    struct digest digest;
    char path[FIXTURE_PATH_MAX];

    CHECK(record_add(arena, person, "name", TEXT(NAME)) != NULL);
    CHECK(record_add(arena, person, "identityNumber", TEXT(NUMBER)) != NULL);
    record_encode(root, &plain);
    story_check(story, digest_of(DIGEST_SHA256, plain.at, plain.size, &digest, &story->err) &&
                           key_ring_load(fixture_path("keys/hrss.520000.seal", path), &keys,
                                         &story->err));
    *body = (struct entry_body){.use = BODY_CONTENT,
                                .retention = RETENTION_100_YEARS,
                                .month = 202603,
                                .size = (uint32_t)plain.size};
    memcpy(body->digest, digest.bytes, 32);
    parts[0] = (struct text){(const char *)origin.log_id, 16};
    parts[1] = (struct text){(const char *)body->digest, 32};
    story_check(
        story, seal(keys, NULL, parts, 2, buffer_as_text(&plain), arena, sealed, &story->err) &&
                   person_tag(keys, TEXT(NUMBER), tag, &story->err));
    key_ring_free(keys);
}

/* A told ledger, and one more message of case 1 whose content opens. */
static int setup(void **state)
{
    struct story story = {.store = NULL};
    struct arena *arena = arena_new(1024 * 1024);
    struct entry_body body;
    struct text sealed;
    struct uuid id = story_uuid(1000, 0x77);
    char path[FIXTURE_PATH_MAX];
    size_t mark;

    (void)state;
    fixture_reset();
    cli_clock_at(story_begin_ms + 3600000);
    cli_ledger(CASES);
    story_check(&story, story_open_store(&story, fixture_path("ledger", path)));
    story_check(&story, story_open_ledger(&story, DIGEST_SHA256));
    story_check(&story, ledger_begin(story.ledger, &story.txn, &story.err));
    story_start(&story, ENTRY_RECEIVED);
    seal_content(&story, arena, &body, &sealed, story.entry.person_tag);
    message_key_of(&id, story.entry.message_key);
    story.entry.case_id = story_case_id(1);
    story.entry.party = STORY_PARTNER;
    story.entry.action = ACTION_LETTER;
    story_check(&story, ledger_put_body(story.txn, &body, sealed, &story.err));
    mark = story.buffer.size;
    entry_body_encode(&body, &story.buffer);
    story_tlv(&story, TLV_BODY, mark);
    story_add_verdict(&story, VERDICT_REFUSED, 0);
    story_check(&story, story_append(&story) && ledger_commit(&story.txn, &story.err));
    story_close(&story);
    arena_free(arena);
    return 0;
}

static size_t disclosed(void)
{
    size_t count = 0;
    char path[FIXTURE_PATH_MAX];
    struct story story = {.store = NULL};
    struct arena *arena = arena_new(1024 * 1024);
    bool found = true;

    story_check(&story, story_open_store(&story, fixture_path("ledger", path)));
    story_check(&story, story_open_ledger(&story, DIGEST_SHA256));
    story_check(&story, ledger_begin_read(story.ledger, &story.txn, &story.err));
    for (uint64_t seq = 1; found; seq++) {
        struct entry entry = {.kind = 0};

        arena_reset(arena);
        story_check(&story,
                    ledger_get_entry(story.txn, seq, arena, &entry, &found, &story.err));
        count += found && entry.kind == ENTRY_DISCLOSED;
    }
    story_close(&story);
    arena_free(arena);
    return count;
}

static const char *case_line(const char *rest)
{
    static char line[256];
    struct uuid id = story_case_id(1);
    char text[UUID_TEXT_SIZE];

    snprintf(line, sizeof(line), "case %s%s", uuid_format(&id, text), rest);
    return line;
}

static void nothing_shown(void)
{
    assert_null(strstr(said.out, NUMBER));
    assert_null(strstr(said.out, NAME));
    assert_null(strstr(said.err, NUMBER));
    assert_null(strstr(said.err, NAME));
}

static void test_case(void **state)
{
    size_t before = disclosed();
    json_t *root;

    (void)state;
    cli_run(case_line(""));
    assert_int_equal(said.status, 0);
    nothing_shown();
    assert_int_equal(disclosed(), before);
    cli_run(case_line(" --unmask --reason asked"));
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, NUMBER));
    assert_non_null(strstr(said.out, NAME));
    assert_int_equal(disclosed(), before + 1);
    root = cli_json(case_line(" --unmask --json"));
    assert_string_equal(json_string_value(json_object_get(root, "person_number")), NUMBER);
    json_decref(root);
    assert_int_equal(disclosed(), before + 2);
    cli_refuses(case_line(" --reason asked"), 64, "--unmask");
}

static void test_search(void **state)
{
    static const char *const typed[] = {NUMBER "\n", "  " NUMBER "  \n", NUMBER_WIDE "\n",
                                        NUMBER};
    struct uuid id = story_case_id(1);
    char text[UUID_TEXT_SIZE];
    size_t before = disclosed();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(typed); i++) {
        type(typed[i]);
        cli_run("person --reason asked");
        if (said.status != 0)
            print_error("%s", said.err);
        assert_int_equal(said.status, 0);
        assert_non_null(strstr(said.out, uuid_format(&id, text)));
        nothing_shown();
    }
    assert_int_equal(disclosed(), before + COUNT_OF(typed));
    type("529902199912310027\n");
    cli_run("person --json");
    if (said.status == 0) /* a good number of nobody here */
        assert_null(strstr(said.out, uuid_format(&id, text)));
}

static void test_search_refused(void **state)
{
    static const char *const typed[] = {"529901198506010015\n", "12\n", "\n", "",
                                        "529901198506010014 529901198506010014\n"};
    size_t before = disclosed();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(typed); i++) {
        type(typed[i]);
        cli_run("person");
        assert_int_equal(said.status, 64);
        assert_null(strstr(said.err, "5299"));
        assert_string_equal(said.out, "");
    }
    cli_refuses("person " NUMBER, 64, "standard input");
    nothing_shown();
    assert_int_equal(disclosed(), before);
}

/* Without the lock nothing is opened, searched or shown. */
static void test_locked(void **state)
{
    char path[FIXTURE_PATH_MAX];
    int lock = open(fixture_path("ledger/daemon.lock", path), O_RDWR | O_CREAT, 0600);

    (void)state;
    assert_true(lock >= 0);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    cli_refuses(case_line(" --unmask"), 75, "held by the gateway");
    type(NUMBER "\n");
    cli_refuses("person", 75, "held by the gateway");
    close(lock);
    unlink(path);
}

static void test_export(void **state)
{
    char line[FIXTURE_PATH_MAX + 128];
    char path[FIXTURE_PATH_MAX];
    char command[FIXTURE_PATH_MAX + 128];
    size_t before = disclosed();

    (void)state;
    snprintf(line, sizeof(line), "rm -rf '%s'", fixture_path("out", path));
    assert_int_equal(system(line), 0);
    snprintf(line, sizeof(line), "ledger export %s", path);
    cli_run(line);
    assert_int_equal(said.status, 0);
    snprintf(command, sizeof(command),
             "grep -q '\"张\\*\",\"529\\*\\{13\\}14\"' '%s'/cases_001.csv", path);
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof(command), "! grep -rqE '%s|%s' '%s'", NUMBER, NAME, path);
    assert_int_equal(system(command), 0);
    assert_int_equal(disclosed(), before);
    snprintf(line, sizeof(line), "rm -rf '%s'", path);
    assert_int_equal(system(line), 0);
    snprintf(line, sizeof(line), "ledger export %s --unmask --reason audit", path);
    cli_refuses(line, 77, "needs a second person");
    assert_int_equal(disclosed(), before);
    fixture_write_with("gateway.xml", fixture_gateway, "</limits>",
                       "</limits><secondPerson><acts>none</acts></secondPerson>");
    cli_run(line);
    assert_int_equal(said.status, 0);
    snprintf(command, sizeof(command), "grep -q '\"%s\",\"%s\"' '%s'/cases_001.csv", NAME,
             NUMBER, path);
    assert_int_equal(system(command), 0);
    assert_int_equal(disclosed(), before + 2); /* the person, and the export */
    cli_run("ledger verify");
    assert_non_null(strstr(said.out, "nothing wrong"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_case, setup),
        cmocka_unit_test_setup(test_search, setup),
        cmocka_unit_test_setup(test_search_refused, setup),
        cmocka_unit_test_setup(test_locked, setup),
        cmocka_unit_test_setup(test_export, setup),
    };

    return cmocka_run_group_tests(tests, cli_prepare, fixture_drop);
}

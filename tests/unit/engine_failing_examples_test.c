/*
 * engine_failing_examples_test.c - each document of tests/data/failing is answered as
 * expected.txt beside it says, on the way that a received message goes: parsed, checked against
 * the national schema, read, and decided by the engine on a case that earlier documents brought
 * to its state, by the delivered rules of the day.
 *
 * That each code of docs/rules.md stands in that list is a rule of the lint. Run in the top
 * folder.
 */
#include "unit.h"

#include "base/file.h"
#include "engine_fixture.h"
#include "rules_file.h"
#include "wire/codec.h"
#include "wire/start.h"

#define FOLDER "tests/data/failing"
#define LIST   FOLDER "/expected.txt"
#define BEFORE FOLDER "/before"

enum { FILE_MAX = 64 * 1024, FILES_MAX = 1024, SCENES_MAX = 96, SAID_MAX = 512 };

static struct wire_schemas *schemas;
static struct arena *lists; /* of the whole run */

/* --- the list -------------------------------------------------------------------------- */

/* How a case came to where the example finds it: "core:application core:letter ...", in this
 * order; of this flow, but where a step names another. */
struct scene {
    struct text name;
    struct text flow;
    struct text steps;
};

struct example {
    struct text document; /* its file, and perhaps @revision */
    struct text scene;
    struct text sender;
    struct text date;
    char expected[SAID_MAX]; /* as describe() says it */
};

static struct scene scenes[SCENES_MAX];
static size_t scene_count;
static struct example examples[FILES_MAX];
static size_t example_count;

static struct text next_word(struct text *line)
{
    while (line->size > 0 && line->at[0] == ' ')
        *line = (struct text){line->at + 1, line->size - 1};
    return text_cut(line, ' ');
}

static void read_example(struct text document, struct text line)
{
    struct example *example = &examples[example_count++];
    struct buffer expected = buffer_over(example->expected, SAID_MAX - 1);

    assert_true(example_count <= FILES_MAX);
    example->document = document;
    example->scene = next_word(&line);
    example->sender = next_word(&line);
    example->date = next_word(&line);
    for (struct text word = next_word(&line); word.size > 0; word = next_word(&line)) {
        if (expected.size > 0)
            buffer_string(&expected, " ");
        buffer_text(&expected, word);
    }
    assert_false(expected.overflow);
}

static void read_line(struct text line)
{
    struct text first;

    line = text_cut(&line, '#');
    first = next_word(&line);
    if (first.size == 0 || text_is(first, "elsewhere")) /* that is for the lint */
        return;
    if (!text_is(first, "scene")) {
        read_example(first, line);
        return;
    }
    assert_true(scene_count < SCENES_MAX);
    scenes[scene_count].name = next_word(&line);
    scenes[scene_count].flow = next_word(&line);
    scenes[scene_count++].steps = line;
}

/* "-": nothing comes before. */
static struct scene scene_of(struct text name)
{
    for (size_t i = 0; i < scene_count; i++)
        if (text_equal(scenes[i].name, name))
            return scenes[i];
    assert_true(text_is(name, "-"));
    return (struct scene){TEXT_NONE, TEXT_NONE, TEXT_NONE};
}

/* --- documents ------------------------------------------------------------------------- */

/* What the name of a file says: flow, action and the rest of it. */
struct named {
    struct text file; /* without its ending */
    unsigned flow;
    unsigned action;
    struct text code;
    uint32_t revision; /* 0: not said */
};

/* flow.action, in a scene with -variant; flow.action.CODE or .CODE.detail, an example. */
static struct named name_of(struct text word)
{
    struct named named = {.file = text_cut(&word, '@')};
    struct text rest = named.file;
    struct text family = text_cut(&rest, '.');
    struct text kind = text_cut(&rest, '.');
    struct text action = text_cut(&rest, '.');
    uint64_t revision = 0;

    if (word.size > 0)
        assert_true(text_to_u64(word, &revision));
    named.revision = (uint32_t)revision;
    named.flow = flow_by_name(
        (struct text){family.at, (size_t)(kind.at + kind.size - family.at)});
    named.action = action_by_name(text_cut(&action, '-'));
    named.code = text_cut(&rest, '.');
    if (named.flow == FLOW_NONE || named.action == ACTION_NONE)
        print_error("%.*s\n", TEXT_ARG(named.file));
    assert_int_not_equal(named.flow, FLOW_NONE);
    assert_int_not_equal(named.action, ACTION_NONE);
    return named;
}

/* As in wire/envelope.c, of the document alone. */
static bool read_national(struct text bytes, unsigned flow, struct record **body,
                          struct error *err)
{
    struct document *document = NULL;
    bool ok = document_parse(bytes, NULL, &document, err) &&
              schema_check(wire_schemas_national(schemas, flow), document, err) &&
              codec_read(document, bench.arena, body, err);

    document_free(document);
    return ok;
}

static struct text bytes_of(const char *folder, struct text file)
{
    const char *path = arena_format(bench.arena, "%s/%.*s.xml", folder, TEXT_ARG(file));
    struct text bytes;

    assert_non_null(path);
    must(file_read(bench.arena, path, FILE_MAX, &bytes, &bench.err));
    return bytes;
}

/* --- messages -------------------------------------------------------------------------- */

static struct uuid the_one;  /* the case of this example, once there is one */
static struct work *last;    /* what the partner sent */
static struct uuid question; /* the newest letter to the partner, which an answer names */

static uint32_t revision_in(const struct named *named, const struct record *body)
{
    uint64_t revision = 1;

    if (named->revision > 0)
        return named->revision;
    return record_number(body, "revision", 9999, &revision) ? (uint32_t)revision : 1;
}

static struct work *from_province(struct text sender, const struct named *named,
                                  struct record *body)
{
    bool opens = text_is(sender, "partner/new") || uuid_is_none(&the_one);
    struct uuid case_id = opens ? new_id() : the_one;
    struct work *work = message_from(text_is(sender, "other") ? OTHER : PARTNER, &case_id,
                                     (uint16_t)named->action, revision_in(named, body), body);

    work->message.in_reply_to = question;
    if (named->flow == FLOW_INJURY_RECORD)
        work->message.answer_by.ms = bench.now.ms + minute_ms;
    if (text_is(sender, "partner/again")) {
        work->message.message_id = last->message.message_id;
        memcpy(work->key, last->key, sizeof(work->key));
    }
    last = work;
    return work;
}

/* What follows no schema is refused under its MessageId, like gate/exchange.c does. */
static struct work *message_of(struct text sender, const struct named *named, struct text bytes)
{
    struct record *body = record_new(bench.arena, "unread");
    struct error why = ERROR_INIT;
    bool good = read_national(bytes, named->flow, &body, &why);
    struct work *work = text_is(sender, "core") ? submission((uint16_t)named->action,
                                                             revision_in(named, body), body)
                                                : from_province(sender, named, body);

    work->message.flow = (uint16_t)named->flow;
    if (!good && work->local)
        print_error("%.*s: %s\n", TEXT_ARG(named->file), why.text);
    assert_true(good || !work->local); /* an adapter writes none that is bad */
    if (!good) {
        work->message.body = NULL;
        work->body_count = 0;
        work->refusal = why;
    }
    return work;
}

/* All that is to go out is taken by whom it is for. */
static void deliver_all(void)
{
    for (dispatch(); bench.handed_count > 0; dispatch()) {
        struct letter_row letters[HANDED_MAX];
        size_t count = bench.handed_count;

        memcpy(letters, bench.handed, count * sizeof(letters[0]));
        for (size_t i = 0; i < count; i++) {
            if (letters[i].letter.party == PARTNER)
                question = letters[i].letter.message_id;
            carry(letters[i].letter.out_id, VERDICT_ACCEPTED, "");
        }
    }
}

/* A step of a scene is taken, and nobody is warned of anything but where "!" says so. */
static void take(struct text flow, struct text word)
{
    struct text rest = word;
    struct text step = text_cut(&rest, '!');
    bool warns = step.size < word.size;
    struct text sender = text_cut(&step, ':');
    bool of_flow = memchr(step.at, '.', step.size) == NULL;
    const char *file = arena_format(bench.arena, "%.*s%s%.*s",
                                    TEXT_ARG(of_flow ? flow : TEXT_NONE), of_flow ? "." : "",
                                    TEXT_ARG(step));
    struct named named = name_of(text_of(file));
    struct work *work = message_of(sender, &named, bytes_of(BEFORE, named.file));
    struct entry entry;
    size_t at = 0;
    bool good;

    apply(work);
    entry = last_entry();
    good = (work->result.verdict == VERDICT_ACCEPTED ||
            work->result.verdict == VERDICT_PENDING) &&
           (entry_next_tlv(&entry, TLV_WARNING, &at) != NULL) == warns;
    if (!good)
        print_error("%.*s: %s %s\n", TEXT_ARG(word), work->result.code, work->result.reason);
    assert_true(good);
    the_one = work->result.case_id;
    deliver_all();
}

/* --- what was answered ----------------------------------------------------------------- */

static const struct record *content_of(const struct entry_letter *letter)
{
    struct ledger_txn *txn = NULL;
    struct record *content = NULL;
    struct text bytes;
    bool found;

    must(ledger_begin_read(bench.ledger, &txn, &bench.err));
    must(ledger_get_body(txn, letter->content_month, letter->content_digest, bench.arena,
                         &bytes, &found, &bench.err));
    ledger_abort(txn);
    assert_true(found);
    must(record_decode(bench.arena, bytes, &content, &bench.err));
    return content;
}

/* The document with a reason that the gateway itself wrote, NULL if it wrote none. */
static const struct record *answer_in(const struct entry *entry, const struct work *work)
{
    const struct tlv *tlv;
    size_t at = 0;

    while ((tlv = entry_next_tlv(entry, TLV_LETTER, &at)) != NULL) {
        struct entry_letter letter;
        const struct record *content;

        assert_true(entry_letter_decode(tlv->bytes, &letter));
        content = content_of(&letter);
        if (memcmp(letter.content_digest, work->content.digest, 32) != 0 &&
            record_find(content, "code") != NULL)
            return content;
    }
    return NULL;
}

/* A hard check is one that the form comes back for. */
static bool is_hard(const struct record *answer, const char *code, unsigned row)
{
    const struct record *check = answer != NULL ? record_find(answer, "checks/check") : NULL;

    for (; check != NULL; check = record_same(check)) {
        struct text name;
        uint64_t number = 0;

        if (record_find(check, "row") != NULL)
            assert_true(record_number(check, "row", 999, &number));
        assert_true(record_text(check, "code", &name));
        if (text_is(name, code) && number == row)
            return true;
    }
    return false;
}

static void describe_findings(const struct entry *entry, const struct record *answer,
                              struct buffer *said)
{
    const struct tlv *tlv;
    size_t at = 0;

    while ((tlv = entry_next_tlv(entry, TLV_WARNING, &at)) != NULL) {
        const unsigned char *row = (const unsigned char *)tlv->bytes.at + CODE_SIZE;
        unsigned number = (unsigned)row[0] << 8 | row[1];
        char code[CODE_SIZE];

        memcpy(code, tlv->bytes.at, CODE_SIZE);
        buffer_format(said, " %s:%s", is_hard(answer, code, number) ? "hard" : "soft", code);
        if (number > 0)
            buffer_format(said, "/%u", number);
    }
}

/* "refused PEN-C19", "taken soft:PEN-C14", "form_return PEN-R21 hard:PEN-C07/2" */
static void describe(const struct work *work, struct buffer *said)
{
    const struct work_result *result = &work->result;
    const struct record *answer;
    struct entry entry;
    struct text code;

    if (result->later ||
        (result->verdict != VERDICT_ACCEPTED && result->verdict != VERDICT_PENDING)) {
        buffer_format(said, "%s %s",
                      result->later ? "later" : verdict_name(result->verdict).english,
                      result->code);
        return;
    }
    entry = last_entry();
    answer = answer_in(&entry, work);
    if (answer != NULL && record_text(answer, "code", &code))
        buffer_format(said, "%s %.*s", answer->name, TEXT_ARG(code));
    else
        buffer_string(said, "taken");
    describe_findings(&entry, answer, said);
}

/* --- one example after the other ------------------------------------------------------- */

static void begin_on(struct text date)
{
    struct day day;

    bench_create();
    assert_true(day_parse(date, &day));
    bench.now.ms = day_start(day).ms + 9 * 60 * minute_ms;
    rules_file_read(bench.rules);
    bench_open_engine();
    bench.engine->own_checks = true;
    the_one = question = (struct uuid){{0}};
    last = NULL;
}

static bool as_expected(const struct example *example)
{
    struct named named = name_of(example->document);
    char said[SAID_MAX] = "";
    struct buffer buffer = buffer_over(said, SAID_MAX - 1);
    struct scene scene = scene_of(example->scene);
    struct work *work;
    bool right;

    begin_on(example->date);
    for (struct text step = next_word(&scene.steps); step.size > 0;
         step = next_word(&scene.steps))
        take(scene.flow, step);
    work = message_of(example->sender, &named, bytes_of(FOLDER, named.file));
    apply(work);
    describe(work, &buffer);
    assert_false(buffer.overflow);
    right = strcmp(said, example->expected) == 0;
    if (!right)
        print_error("%.*s\n  expected: %s\n  answered: %s (%s)\n", TEXT_ARG(example->document),
                    example->expected, said, work->result.reason);
    bench_verify();
    bench_destroy();
    return right;
}

static void each_is_answered_as_expected(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < example_count; i++)
        wrong += !as_expected(&examples[i]);
    assert_true(example_count > 0);
    assert_int_equal(wrong, 0);
}

/* A file is there for one code, which its name tells; "pass": for none. */
static void each_is_there_for_its_code(void **state)
{
    (void)state;
    for (size_t i = 0; i < example_count; i++) {
        struct text code = name_of(examples[i].document).code;
        const char *word = arena_format(lists, "%.*s", TEXT_ARG(code));
        bool right = text_is(code, "pass") ? strcmp(examples[i].expected, "taken") == 0
                                           : strstr(examples[i].expected, word) != NULL;

        if (!right)
            print_error("%.*s: %s\n", TEXT_ARG(examples[i].document), examples[i].expected);
        assert_true(right);
    }
}

static bool is_listed(const char *file)
{
    for (size_t i = 0; i < example_count; i++) {
        struct text document = examples[i].document;

        if (text_is(text_cut(&document, '@'), file))
            return true;
    }
    return false;
}

static void no_file_is_forgotten(void **state)
{
    const char **names;
    size_t count;
    struct error err = ERROR_INIT;
    unsigned forgotten = 0;

    (void)state;
    assert_true(file_list(lists, FOLDER, FILES_MAX, &names, &count, &err));
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(names[i]);

        if (size < 4 || strcmp(names[i] + size - 4, ".xml") != 0 ||
            is_listed(arena_format(lists, "%.*s", (int)(size - 4), names[i])))
            continue;
        print_error("%s is not in the list\n", names[i]);
        forgotten++;
    }
    assert_int_equal(forgotten, 0);
}

static int setup_all(void **state)
{
    struct error err = ERROR_INIT;
    struct text list;

    (void)state;
    lists = arena_new(4 * 1024 * 1024);
    if (lists == NULL || !digest_setup(&err) || !wire_start(&err) ||
        !wire_schemas_load("schemas", &schemas, &err) ||
        !file_read(lists, LIST, 1024 * 1024, &list, &err))
        return -1;
    while (list.size > 0)
        read_line(text_cut(&list, '\n'));
    return 0;
}

static int teardown_all(void **state)
{
    (void)state;
    wire_schemas_free(schemas);
    arena_free(lists);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_answered_as_expected),
        cmocka_unit_test(each_is_there_for_its_code),
        cmocka_unit_test(no_file_is_forgotten),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}

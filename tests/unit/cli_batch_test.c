/* A batch without its gateway: names in windows, lists, result files, the bar; and with one
 * that answers as it likes. */
#include "unit.h"

#include "cli_fixture.h"

#include <sys/stat.h>
#include <unistd.h>

#include "cli/batch_items.h"
#include "cli/batch_results.h"
#include "net/control.h"

enum { MANY = 2500, PAIRS_MAX = 8 };

#define HEADER "item\tverdict\tcode\tcase\tsequence\ttime\n"

static void write_bytes(const char *name, const char *bytes, size_t size)
{
    cli_write_bytes(name, (const unsigned char *)bytes, size);
}

static void make_folder(const char *name)
{
    char command[2 * FIXTURE_PATH_MAX + 32];
    char path[FIXTURE_PATH_MAX];

    fixture_path(name, path);
    snprintf(command, sizeof(command), "rm -rf '%s' && mkdir '%s'", path, path);
    assert_int_equal(system(command), 0);
}

/* --- items -------------------------------------------------------------------------------- */

static struct batch_items *open_items(const char *name)
{
    static char path[FIXTURE_PATH_MAX];
    struct batch_items *items;
    struct error err = ERROR_INIT;

    if (!batch_items_open(fixture_path(name, path), &items, &err))
        print_error("%s\n", err.text);
    assert_non_null(items);
    return items;
}

static void refuses_items(const char *name, enum error_code code, const char *text)
{
    char path[FIXTURE_PATH_MAX];
    struct batch_items *items;
    struct error err = ERROR_INIT;

    assert_false(batch_items_open(fixture_path(name, path), &items, &err));
    assert_null(items);
    assert_int_equal(err.code, code);
    assert_non_null(strstr(err.text, text));
}

/* Every name once, ascending, over three windows, whatever order the folder gives them in. */
static void test_windows_of_a_folder(void **state)
{
    struct batch_items *items;
    struct batch_window *window;
    struct error err = ERROR_INIT;
    unsigned seen = 0;
    char name[64];

    (void)state;
    make_folder("many");
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(name, sizeof(name), "many/%05u", (i * 7919U) % MANY);
        write_bytes(name, "x", 1);
    }
    write_bytes("many/.hidden", "x", 1);
    write_bytes("many/00000.tmp", "x", 1);
    items = open_items("many");
    assert_int_equal(batch_items_count(items), MANY);
    for (;;) {
        assert_true(batch_items_next(items, &window, &err));
        if (window->count == 0)
            break;
        assert_true(window->count <= BATCH_WINDOW_MAX);
        for (size_t i = 0; i < window->count; i++, seen++) {
            snprintf(name, sizeof(name), "%05u", seen);
            assert_string_equal(window->items[i].name, name);
            assert_int_equal(window->items[i].known, BATCH_NONE);
        }
    }
    assert_int_equal(seen, MANY);
    batch_items_close(items);
}

/* What comes meanwhile is found if it lies ahead; what goes is no loss. */
static void test_a_folder_that_changes(void **state)
{
    char path[FIXTURE_PATH_MAX];
    struct batch_items *items;
    struct batch_window *window;
    struct error err = ERROR_INIT;

    (void)state;
    items = open_items("many");
    assert_true(batch_items_next(items, &window, &err));
    assert_string_equal(window->items[window->count - 1].name, "01023");
    write_bytes("many/00500a", "x", 1);
    write_bytes("many/01023a", "x", 1);
    assert_int_equal(unlink(fixture_path("many/01024", path)), 0);
    assert_true(batch_items_next(items, &window, &err));
    assert_string_equal(window->items[0].name, "01023a");
    assert_string_equal(window->items[1].name, "01025");
    batch_items_close(items);
}

static void test_bad_folders(void **state)
{
    (void)state;
    refuses_items("nowhere", ERROR_NOT_FOUND, "nowhere");
    make_folder("odd");
    write_bytes("odd/a\tb", "x", 1);
    refuses_items("odd", ERROR_VALUE, "control character");
    make_folder("odd");
    write_bytes("odd/a\nb", "x", 1);
    refuses_items("odd", ERROR_VALUE, "control character");
    make_folder("odd");
    write_bytes("odd/喆 \xD6\xD0", "x", 1); /* GB18030 is a name, too */
    batch_items_close(open_items("odd"));
    make_folder("odd");
}

static void test_a_list(void **state)
{
    static const char text[] = "b\r\na\n/abs/\xE5\x96\x86\n a b \n";
    static const char *const names[] = {"b", "a", "/abs/喆", " a b "};
    struct batch_items *items;
    struct batch_window *window;
    struct error err = ERROR_INIT;

    (void)state;
    write_bytes("list", text, sizeof(text) - 1);
    items = open_items("list");
    assert_int_equal(batch_items_count(items), 4);
    assert_true(batch_items_next(items, &window, &err));
    assert_int_equal(window->count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(window->items[i].name, names[i]);
    assert_true(batch_items_next(items, &window, &err));
    assert_int_equal(window->count, 0);
    batch_items_close(items);
    write_bytes("list", "", 0);
    items = open_items("list");
    assert_int_equal(batch_items_count(items), 0);
    batch_items_close(items);
}

static void test_windows_of_a_list(void **state)
{
    static char text[MANY * 210];
    struct batch_items *items;
    struct batch_window *window;
    struct error err = ERROR_INIT;
    size_t size = 0;
    unsigned seen = 0;
    char name[256];

    (void)state;
    for (unsigned i = 0; i < MANY; i++)
        size += (size_t)snprintf(text + size, sizeof(text) - size, "%0200u\n", MANY - i);
    write_bytes("list", text, size);
    items = open_items("list");
    for (;;) {
        assert_true(batch_items_next(items, &window, &err));
        if (window->count == 0)
            break;
        for (size_t i = 0; i < window->count; i++, seen++) {
            snprintf(name, sizeof(name), "%0200u", MANY - seen);
            assert_string_equal(window->items[i].name, name);
        }
    }
    assert_int_equal(seen, MANY);
    batch_items_close(items);
}

static void test_bad_lists(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *text;
    } bad[] = {
        {"a", 1, "line 1: it has no end"},
        {"a\n\n", 3, "line 2: it is empty"},
        {"a\n\r\n", 4, "line 2: it is empty"},
        {"\xEF\xBB\xBF"
         "a\n",
         5, "byte order mark"},
        {"a\0b\n", 4, "line 1: a control"},
        {"a\nb\x7F\n", 5, "line 2: a control"},
        {"a\rb\n", 4, "line 1: a control"},
        {"a\n\xFF\xFE", 4, "line 2: it has no end"},
    };
    static char longest[5000];
    char path[FIXTURE_PATH_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        write_bytes("list", bad[i].bytes, bad[i].size);
        refuses_items("list", ERROR_VALUE, bad[i].text);
    }
    memset(longest, 'a', sizeof(longest));
    longest[sizeof(longest) - 1] = '\n';
    write_bytes("list", longest, sizeof(longest));
    refuses_items("list", ERROR_VALUE, "line 1: longer");
    assert_int_equal(mkfifo(fixture_path("pipe", path), 0600), 0);
    refuses_items("pipe", ERROR_VALUE, "neither a folder nor");
    unlink(path);
}

/* --- results ------------------------------------------------------------------------------ */

static struct batch_results *open_results(void)
{
    static char path[FIXTURE_PATH_MAX];
    struct batch_results *results;
    struct error err = ERROR_INIT;

    if (!batch_results_open(fixture_path("results", path), &results, &err))
        print_error("%s\n", err.text);
    assert_non_null(results);
    return results;
}

static void refuses_results(const char *bytes, size_t size, const char *text)
{
    unsigned char after[256];
    char path[FIXTURE_PATH_MAX];
    struct batch_results *results;
    struct error err = ERROR_INIT;

    write_bytes("results", bytes, size);
    assert_false(batch_results_open(fixture_path("results", path), &results, &err));
    assert_null(results);
    assert_non_null(strstr(err.text, text));
    assert_int_equal(cli_read_bytes("results", after, sizeof(after)), size);
    assert_memory_equal(after, bytes, size);
}

static void holds(const char *text)
{
    static unsigned char bytes[4096];
    size_t size = cli_read_bytes("results", bytes, sizeof(bytes) - 1);

    bytes[size] = '\0';
    assert_string_equal((const char *)bytes, text);
}

static void put(struct batch_results *results, const char *name, enum batch_verdict verdict)
{
    struct error err = ERROR_INIT;
    const struct batch_line line = {
        .name = name, .verdict = verdict, .code = "", .case_id = "", .time = "t"};

    batch_results_put(results, &line);
    assert_true(batch_results_sync(results, &err));
}

static void test_results_once_more(void **state)
{
    static const char *const names[] = {"b", "x", "a", "b", "喆"};
    static struct batch_window window;
    struct error err = ERROR_INIT;
    struct batch_results *results;
    char path[FIXTURE_PATH_MAX];

    (void)state;
    unlink(fixture_path("results", path));
    results = open_results();
    put(results, "a", BATCH_UNREADABLE);
    put(results, "b", BATCH_REFUSED);
    put(results, "a", BATCH_ACCEPTED);
    put(results, "喆", BATCH_UNREADABLE);
    batch_results_close(results);
    holds(HEADER "a\tunreadable\t-\t-\t-\tt\nb\trefused\t-\t-\t-\tt\n"
                 "a\taccepted\t-\t-\t-\tt\n喆\tunreadable\t-\t-\t-\tt\n");
    results = open_results();
    put(results, "x", BATCH_ACCEPTED); /* of this run: not marked */
    window.count = COUNT_OF(names);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        window.items[i] = (struct batch_item){.name = names[i]};
    assert_true(batch_results_mark(results, &window, &err));
    assert_int_equal(window.items[0].known, BATCH_REFUSED);
    assert_int_equal(window.items[1].known, BATCH_NONE);
    assert_int_equal(window.items[2].known, BATCH_ACCEPTED);
    assert_int_equal(window.items[3].known, BATCH_REFUSED);
    assert_int_equal(window.items[4].known, BATCH_UNREADABLE);
    batch_results_close(results);
}

/* What a crash left behind the last whole line goes; so do zeros of a loss of power. */
static void test_torn_results(void **state)
{
    static const char whole[] = HEADER "a\taccepted\t-\t-\t-\tt\n";
    static const char zeros[] = HEADER "a\taccepted\t-\t-\t-\tt\n\0\0\0\0\0\nb\taccepted\t-\n";
    char bytes[256];
    size_t size = (size_t)snprintf(bytes, sizeof(bytes), "%sb\trefused\tPEN-R04\t-\t5\tt\n",
                                   whole);

    (void)state;
    for (size_t cut = 0; cut < size; cut++) {
        write_bytes("results", bytes, cut);
        batch_results_close(open_results());
        holds(cut < sizeof(whole) - 1 ? HEADER : whole);
    }
    write_bytes("results", bytes, size);
    batch_results_close(open_results());
    holds(bytes);
    write_bytes("results", zeros, sizeof(zeros) - 1);
    batch_results_close(open_results());
    holds(whole);
}

static void test_no_results(void **state)
{
    static const char *const bad[] = {
        "b\taccepted\n",
        "b\twonderful\t-\t-\t-\tt\n",
        "b\taccepted\t-\t-\t-\tt\tmore\n",
        "\taccepted\t-\t-\t-\tt\n",
        "\n",
    };
    static struct batch_window window = {.count = 1, .items = {{.name = "b"}}};
    struct batch_results *results;
    struct batch_results *second;
    struct error err = ERROR_INIT;
    char path[FIXTURE_PATH_MAX];
    char bytes[256];

    (void)state;
    refuses_results("a\n", 2, "line 1");
    refuses_results("\n", 1, "line 1");
    refuses_results("item\n", 5, "line 1");
    refuses_results("some notes", 10, "line 1");
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        int size = snprintf(bytes, sizeof(bytes), HEADER "%s", bad[i]);

        write_bytes("results", bytes, (size_t)size);
        results = open_results();
        assert_false(batch_results_mark(results, &window, &err));
        assert_non_null(strstr(err.text, "line 2: not a line"));
        batch_results_close(results);
    }
    write_bytes("results", "", 0);
    results = open_results();
    assert_false(batch_results_open(fixture_path("results", path), &second, &err));
    assert_int_equal(err.code, ERROR_BUSY);
    batch_results_close(results);
    unlink(path);
    assert_int_equal(symlink("elsewhere", path), 0);
    assert_false(batch_results_open(path, &second, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    unlink(path);
}

/* --- against a gateway that answers what it is told to -------------------------------------
 */

struct gateway {
    struct control *control;
    const char *answers[PAIRS_MAX]; /* the last one again and again */
    unsigned asked;
    size_t documents[PAIRS_MAX]; /* of each question */
};

static void answer_request(void *self, const struct control_peer *peer, struct text request,
                           struct control_answer *answer)
{
    struct gateway *gateway = self;
    unsigned number = gateway->asked < PAIRS_MAX ? gateway->asked : PAIRS_MAX - 1;
    json_t *root = json_loadb(request.at, request.size, 0, NULL);

    (void)peer;
    gateway->documents[number] = json_array_size(json_object_get(root, "documents"));
    json_decref(root);
    while (number > 0 && gateway->answers[number] == NULL)
        number--;
    gateway->asked++;
    control_answer_add(answer, text_of(gateway->answers[number]));
}

static void start(struct gateway *gateway)
{
    char path[FIXTURE_PATH_MAX];
    struct control_options options = {
        .path = fixture_path("control", path), .on_request = answer_request, .self = gateway};
    struct error err = ERROR_INIT;

    assert_true(control_start(&options, &gateway->control, &err));
}

#define GOOD                                                                                   \
    "{\"ok\":true,\"verdict\":\"accepted\",\"code\":\"\",\"text\":\"\","                       \
    "\"case_id\":\"019cac0f-7c70-7a00-965a-000000000000\",\"sequence\":17,"                    \
    "\"received_at\":\"T\",\"again\":false}"
#define REFUSED                                                                                \
    "{\"ok\":true,\"verdict\":\"refused\",\"code\":\"PEN-R04\",\"text\":\"a person's name\","  \
    "\"case_id\":\"00000000-0000-0000-0000-000000000000\",\"sequence\":18,"                    \
    "\"received_at\":\"T\",\"again\":true}"
#define BROKEN    "{\"ok\":false,\"code\":\"SCHEMA\",\"text\":\"line 3\"}"
#define OK(list)  "{\"ok\":true,\"results\":[" list "]}"
#define BUSY      "{\"ok\":false,\"code\":\"BUSY\",\"text\":\"the writer's queue is full\"}"
#define GOOD_LINE "accepted\t-\t019cac0f-7c70-7a00-965a-000000000000\t17\tT\n"

static const char *batch_line(const char *more)
{
    static char line[3 * FIXTURE_PATH_MAX];
    char folder[FIXTURE_PATH_MAX];
    char results[FIXTURE_PATH_MAX];

    snprintf(line, sizeof(line), "submit --batch %s --results %s%s",
             fixture_path("batch", folder), fixture_path("results", results), more);
    return line;
}

static void make_batch(const char *names)
{
    char path[FIXTURE_PATH_MAX];
    char name[32] = "batch/?";

    make_folder("batch");
    for (; *names != '\0'; names++) {
        name[6] = *names;
        write_bytes(name, "<doc/>\n", 7);
    }
    unlink(fixture_path("results", path));
}

/* Busy, then only a part, then the rest: in order, each once. */
static void test_a_busy_gateway(void **state)
{
    static struct gateway gateway = {
        .answers = {BUSY, OK(GOOD), BUSY, OK(REFUSED "," BROKEN), OK(GOOD)}};
    unsigned char bytes[1024];
    size_t size;

    (void)state;
    make_batch("abcd");
    start(&gateway);
    cli_run(batch_line(" --jobs 3"));
    control_stop(gateway.control);
    assert_int_equal(said.status, 1);
    assert_int_equal(gateway.asked, 5);
    assert_int_equal(gateway.documents[0], 3);
    assert_int_equal(gateway.documents[1], 3);
    assert_int_equal(gateway.documents[2], 3);
    assert_int_equal(gateway.documents[4], 1);
    size = cli_read_bytes("results", bytes, sizeof(bytes) - 1);
    bytes[size] = '\0';
    assert_non_null(strstr((char *)bytes, HEADER
                           "a\t" GOOD_LINE "b\trefused\tPEN-R04\t-\t18\tT\nc\tunreadable\t"
                           "SCHEMA\t-\t-\t"));
    assert_non_null(strstr((char *)bytes, "\nd\t" GOOD_LINE));
    assert_null(strstr((char *)bytes, "person"));
    assert_non_null(strstr(said.out, "PEN-R04      1"));
    assert_non_null(strstr(said.out, "SCHEMA       1"));
    assert_string_equal(said.err, "");
}

static void test_the_rest(void **state)
{
    static struct gateway gateway = {.answers = {OK(GOOD)}};
    json_t *root;

    (void)state;
    start(&gateway);
    cli_run(batch_line(" --json"));
    control_stop(gateway.control);
    assert_int_equal(said.status, 1); /* one stands refused */
    assert_int_equal(gateway.asked, 1);
    assert_int_equal(gateway.documents[0], 1);
    root = json_loads(said.out, 0, NULL);
    assert_int_equal(json_integer_value(json_object_get(root, "skipped")), 3);
    assert_int_equal(json_integer_value(json_object_get(root, "skipped_refused")), 1);
    assert_int_equal(json_integer_value(json_object_get(root, "left")), 0);
    json_decref(root);
}

/* Whatever a gateway says that is no answer: it stops, and tells how to go on. */
static void test_bad_answers(void **state)
{
    static const char *const bad[] = {
        "not json",
        "{\"ok\":true}",
        OK(""),
        OK("{\"ok\":true,\"verdict\":\"wonderful\"}"),
        "{\"ok\":false,\"code\":\"USAGE\",\"text\":\"no such verb\"}",
        "{\"ok\":false,\"code\":\"LEDGER\",\"text\":\"it contradicts itself\"}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct gateway gateway = {.answers = {bad[i]}};

        make_batch("ab");
        start(&gateway);
        cli_run(batch_line(""));
        control_stop(gateway.control);
        assert_int_equal(said.status, 2);
        assert_int_equal(gateway.asked, 1);
        assert_non_null(strstr(said.err, "the same command again goes on"));
        assert_non_null(strstr(said.out, "Left          2\n"));
        holds(HEADER);
    }
}

static void test_words(void **state)
{
    (void)state;
    make_batch("a");
    cli_refuses("submit", 2, "either one FILE or --batch");
    cli_refuses(batch_line(" --jobs 0"), 2, "1 to 64");
    cli_refuses(batch_line(" --jobs 65"), 2, "1 to 64");
    cli_refuses(batch_line(" --jobs x"), 2, "1 to 64");
    cli_refuses("submit document.xml --jobs 3", 2, "belong to --batch");
    cli_refuses("submit --batch .", 2, "give --results");
    cli_refuses("submit --batch ..", 2, "give --results");
    cli_run(batch_line(""));
    assert_int_equal(said.status, 2);
    assert_non_null(strstr(said.err, "the gateway is not running"));
}

/* --- the bar ------------------------------------------------------------------------------ */

static void test_progress(void **state)
{
    struct progress progress = {.what = "submitting"};
    char line[256];

    (void)state;
    assert_string_equal(progress_text(&progress, 0, 10000, 0, line, sizeof(line)),
                        "submitting [..............................] 0 / 10000");
    assert_string_equal(progress_text(&progress, 5000, 10000, 2000, line, sizeof(line)),
                        "submitting [###############...............] 5000 / 10000  2500/s  2 s "
                        "left");
    progress.before = 4000;
    assert_string_equal(progress_text(&progress, 5000, 10000, 1000000, line, sizeof(line)),
                        "submitting [###############...............] 5000 / 10000  1/s  83 min "
                        "left");
    assert_string_equal(
        progress_text(&progress, 10000, 10000, 1, line, sizeof(line)),
        "submitting [##############################] 10000 / 10000  6000000/s  0 "
        "s left");
    progress.before = 0;
    assert_string_equal(progress_text(&progress, 0, 0, 5, line, sizeof(line)),
                        "submitting [..............................] 0 / 0");
    for (uint64_t total = 1; total < UINT64_C(1) << 40; total *= 10) {
        progress.what = "正在提交";
        assert_true(screen_width(progress_text(&progress, total / 2, total, 7000, line,
                                               sizeof(line))) < SCREEN_COLUMNS);
    }
}

static int prepare(void **state)
{
    if (cli_prepare(state) != 0)
        return -1;
    fixture_reset();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows_of_a_folder),
        cmocka_unit_test(test_a_folder_that_changes),
        cmocka_unit_test(test_bad_folders),
        cmocka_unit_test(test_a_list),
        cmocka_unit_test(test_windows_of_a_list),
        cmocka_unit_test(test_bad_lists),
        cmocka_unit_test(test_results_once_more),
        cmocka_unit_test(test_torn_results),
        cmocka_unit_test(test_no_results),
        cmocka_unit_test(test_a_busy_gateway),
        cmocka_unit_test(test_the_rest),
        cmocka_unit_test(test_bad_answers),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_progress),
    };

    return cmocka_run_group_tests(tests, prepare, fixture_drop);
}

/* cli_options_test.c - words to options and operands; which language. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "cli/language.h"
#include "cli/options.h"

struct read {
    bool json;
    bool open;
    const char *party;
    struct operands operands;
    struct error err;
};

/* Reads "a b c" with --json, --open, --party VALUE and 1 to 2 operands. */
static bool parse(struct read *read, const char *line)
{
    static char copy[256];
    char *words[16];
    int count = 0;
    const struct option_rule rules[] = {{"--json", &read->json, NULL},
                                        {"--open", &read->open, NULL},
                                        {"--party", NULL, &read->party}};

    snprintf(copy, sizeof(copy), "%s", line);
    for (char *rest = copy, *word; (word = strsep(&rest, " ")) != NULL && count < 16;)
        if (word[0] != '\0')
            words[count++] = word;
    return options_parse(count, words, rules, COUNT_OF(rules), 1, 2, &read->operands,
                         &read->err);
}

static void test_good(void **state)
{
    struct read read = {.json = false};

    (void)state;
    assert_true(parse(&read, "--json a --party hrss.440000 b"));
    assert_true(read.json);
    assert_false(read.open);
    assert_string_equal(read.party, "hrss.440000");
    assert_int_equal(read.operands.count, 2);
    assert_string_equal(read.operands.at[0], "a");
    assert_string_equal(read.operands.at[1], "b");
    read = (struct read){.json = false};
    assert_true(parse(&read, "--party=x=y a"));
    assert_string_equal(read.party, "x=y");
    read = (struct read){.json = false};
    assert_true(parse(&read, "-- --json -"));
    assert_false(read.json);
    assert_string_equal(read.operands.at[0], "--json");
    assert_string_equal(read.operands.at[1], "-");
}

static void test_bad(void **state)
{
    static const struct {
        const char *line;
        const char *said;
    } rows[] = {
        {"", "a word is missing"},          {"--json", "a word is missing"},
        {"a b c", "one word too many: c"},  {"a --jsn", "unknown option --jsn"},
        {"a --json=1", "--json takes no"},  {"a --json --json", "--json stands twice"},
        {"a --party", "--party needs"},     {"a --party=", "--party needs"},
        {"a --party x --party y", "twice"}, {"a -j", "unknown option -j"},
        {"a --jsonx", "unknown option"},    {"a -- --json --open", "one word too many"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct read read = {.json = false};

        assert_false(parse(&read, rows[i].line));
        assert_int_equal(read.err.code, ERROR_USAGE);
        if (strstr(read.err.text, rows[i].said) == NULL)
            print_error("%s: %s\n", rows[i].line, read.err.text);
        assert_non_null(strstr(read.err.text, rows[i].said));
    }
}

static void test_language(void **state)
{
    static const struct {
        const char *lc_all, *lc_messages, *lang, *language;
        bool chinese;
    } rows[] = {
        {NULL, NULL, NULL, NULL, false},
        {NULL, NULL, "zh_CN.UTF-8", NULL, true},
        {NULL, NULL, "zh_CN.GB18030", "", true},
        {NULL, NULL, "en_US.UTF-8", NULL, false},
        {NULL, NULL, "C", "zh_CN", true},
        {NULL, NULL, NULL, "zh_CN:en", true},
        {NULL, NULL, "zh_CN.UTF-8", "en", false},
        {NULL, "zh_CN.UTF-8", "en_US.UTF-8", NULL, true},
        {"en_US.UTF-8", "zh_CN.UTF-8", "zh_CN.UTF-8", NULL, false},
        {"zh_CN.UTF-8", NULL, "C", NULL, true},
        {"C", NULL, "zh_CN.UTF-8", "zh_CN", false},
        {"POSIX", NULL, "zh_CN.UTF-8", "zh_CN", false},
        {"", "", "zh", "", true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(language_wants_chinese(rows[i].lc_all, rows[i].lc_messages,
                                                rows[i].lang, rows[i].language),
                         rows[i].chinese);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_language),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

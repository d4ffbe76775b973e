/* gate_config_values_test.c - every element of every file of a configuration with values that
 * make no sense: each is taken or refused in one line that names the file. */
#include "config_fixture.h"

#include "gate/config.h"
#include "wire/start.h"

enum { LONG_MAX = 5000, NAME_MAX_SIZE = 64 };

static const struct {
    const char *name;
    const char *good;
} files[] = {{"gateway.xml", fixture_gateway},
             {"parties/hrss.440000.xml", fixture_province},
             {"parties/hrss.520000.core.xml", fixture_core},
             {"rules.xml", fixture_rules},
             {"calendar.xml", fixture_calendar}};

static char long_value[LONG_MAX + 1];

/* Not every value at every place: a load reads five files and their schemas. */
#ifdef __SANITIZE_ADDRESS__
enum { STRIDE = 5 };
#else
enum { STRIDE = 2 };
#endif

static int prepare(void **state)
{
    struct error err = ERROR_INIT;

    memset(long_value, '9', LONG_MAX);
    return wire_start(&err) && fixture_make(state) == 0 ? 0 : -1;
}

/* One of the files is spoilt. true: it loads nevertheless. */
static bool judge(const char *name, const char *element, const char *value)
{
    struct error err = ERROR_INIT;
    struct config *config = NULL;
    char path[FIXTURE_PATH_MAX];
    const char *slash = strrchr(name, '/');
    bool ok = config_load(fixture_path("gateway.xml", path), CONFIG_SHALLOW, &config, &err);
    bool fine = ok ? config != NULL
                   : config == NULL && err.code == ERROR_CONFIG && err.text[0] != '\0' &&
                         strchr(err.text, '\n') == NULL &&
                         strstr(err.text, slash == NULL ? name : slash + 1) != NULL;

    if (!fine)
        print_error("%s, %s as %.40s: %s %s\n", name, element, value,
                    ok ? "loads" : error_name(err.code), err.text);
    assert_true(fine);
    config_free(config);
    return ok;
}

/* The next element without children: *from its start tag, *value and *end around its text. */
static bool next_leaf(const char **from, const char **value, const char **end,
                      char name[NAME_MAX_SIZE])
{
    for (const char *at = *from; (at = strchr(at, '<')) != NULL; at++) {
        const char *close;
        size_t size;

        if (strncmp(at, "<!--", 4) == 0)
            at = strstr(at, "-->");
        close = strchr(at, '>');
        size = (size_t)(close - at - 1);
        if (at[0] != '<' || at[1] == '/' || at[1] == '?' || at[1] == '!' ||
            memchr(at, ' ', size) != NULL)
            continue;
        *value = close + 1;
        *end = strchr(*value, '<');
        if ((*end)[1] != '/')
            continue;
        snprintf(name, NAME_MAX_SIZE, "%.*s", (int)size, at + 1);
        *from = at;
        return true;
    }
    return false;
}

/* `good` with what stands between two places replaced. */
static void spoil(const char *name, const char *good, const char *from, const char *to,
                  const char *value)
{
    static char text[FIXTURE_TEXT_MAX];

    snprintf(text, sizeof(text), "%.*s%s%s", (int)(from - good), good, value, to);
    fixture_write_with(name, text, NULL, NULL);
}

static void test_values(void **state)
{
    static const char *const values[] = {"",
                                         "  ",
                                         "-1",
                                         "0",
                                         "99999999999999999999999",
                                         "1e9",
                                         "0x10",
                                         "abc",
                                         "+1",
                                         "1.5",
                                         "&#10;",
                                         "\xff\xfe",
                                         "\xe5\x96",
                                         "&#0;",
                                         "&nothing;",
                                         "<more/>",
                                         "<![CDATA[1]]>",
                                         "\xe2\x80\xae喆㛃𠮷",
                                         "../../../../etc/passwd",
                                         "/dev/null",
                                         "true ",
                                         "TRUE",
                                         "2026-02-30",
                                         "2026-13-01T00:00:00Z",
                                         "hrss.5200000",
                                         "hrss.440000",
                                         "%s%n",
                                         long_value};
    unsigned refused = 0, taken = 0, number = 0;
    char element[NAME_MAX_SIZE];

    (void)state;
    for (size_t f = 0; f < COUNT_OF(files); f++) {
        const char *at = files[f].good, *value, *end;

        for (; next_leaf(&at, &value, &end, element); at = end)
            for (size_t v = number++ % STRIDE; v < COUNT_OF(values); v += STRIDE) {
                spoil(files[f].name, files[f].good, value, end, values[v]);
                judge(files[f].name, element, values[v]) ? taken++ : refused++;
            }
        fixture_reset();
    }
    assert_true(refused > 3 * taken);
}

/* Every element twice, and not at all. */
static void test_counts(void **state)
{
    static char twice[2 * LONG_MAX];
    char element[NAME_MAX_SIZE];

    (void)state;
    for (size_t f = 0; f < COUNT_OF(files); f++) {
        const char *at = files[f].good, *value, *end;

        for (; next_leaf(&at, &value, &end, element); at = end) {
            const char *behind = strchr(end, '>') + 1;

            snprintf(twice, sizeof(twice), "%.*s%.*s", (int)(behind - at), at,
                     (int)(behind - at), at);
            spoil(files[f].name, files[f].good, at, behind, twice);
            /* Of sources there may be several. */
            assert_true(!judge(files[f].name, element, "twice") ||
                        strcmp(element, "source") == 0);
            spoil(files[f].name, files[f].good, at, behind, "");
            judge(files[f].name, element, "nothing");
            spoil(files[f].name, files[f].good, at, behind, "<unknown>1</unknown>");
            assert_false(judge(files[f].name, element, "unknown"));
        }
        fixture_reset();
    }
}

/* The whole file in another encoding, cut, empty, or not XML at all. */
static void test_files(void **state)
{
    static char text[FIXTURE_TEXT_MAX];

    (void)state;
    for (size_t f = 0; f < COUNT_OF(files); f++) {
        size_t size = strlen(files[f].good);

        for (size_t cut = 0; cut < size; cut += 1 + size / 8) {
            snprintf(text, sizeof(text), "%.*s", (int)cut, files[f].good);
            fixture_write_with(files[f].name, text, NULL, NULL);
            assert_false(judge(files[f].name, "cut", ""));
        }
        fixture_write_with(files[f].name, files[f].good, "UTF-8", "UTF-16");
        assert_false(judge(files[f].name, "label", "UTF-16"));
        fixture_write_with(files[f].name, files[f].good, "?>",
                           "?><!DOCTYPE a [<!ENTITY b SYSTEM \"/etc/passwd\">]>");
        assert_false(judge(files[f].name, "DOCTYPE", ""));
        fixture_write_with(files[f].name, files[f].good, "config:1", "config:2");
        assert_false(judge(files[f].name, "namespace", "config:2"));
        fixture_reset();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_files),
    };

    return cmocka_run_group_tests(tests, prepare, fixture_drop);
}

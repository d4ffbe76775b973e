/* wire_schema_test.c - schemas: what is loaded, from where; what an error says and what not. */
#include "unit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libxml/xmlIO.h>

#include "wire/document.h"
#include "wire/document_internal.h"
#include "wire/loader.h"
#include "wire/schema.h"
#include "wire/start.h"

enum { PATH_SIZE = 512, THREADS = 4, ROUNDS = 200 };

static char folder[PATH_SIZE];
static size_t opened;

static int count_open(const char *name)
{
    (void)name;
    opened++;
    return 0;
}

static const char *path_of(const char *name, char path[PATH_SIZE])
{
    assert_true(snprintf(path, PATH_SIZE, "%s/%s", folder, name) < PATH_SIZE);
    return path;
}

static void write_file(const char *name, const char *text)
{
    char path[PATH_SIZE];
    FILE *file = fopen(path_of(name, path), "w");

    assert_non_null(file);
    assert_int_equal(fputs(text, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
}

#define XS_OPEN(space)                                                                         \
    "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"" space        \
    "\" xmlns=\"" space "\" elementFormDefault=\"qualified\">"
#define XS_CLOSE "</xs:schema>"

static const char types[] = XS_OPEN(
    "urn:test:1") "<xs:simpleType name=\"money\"><xs:restriction base=\"xs:string\">"
                  "<xs:pattern "
                  "value=\"-?[0-9]{1,14}\\.[0-9]{2}\"/></xs:restriction></"
                  "xs:simpleType>" XS_CLOSE;

static const char form[] = XS_OPEN(
    "urn:test:1") "<xs:include schemaLocation=\"sub/types.xsd\"/>"
                  "<xs:element name=\"form\"><xs:complexType><xs:sequence>"
                  "<xs:element name=\"name\"><xs:simpleType><xs:restriction base=\"xs:string\">"
                  "<xs:minLength value=\"1\"/><xs:maxLength "
                  "value=\"4\"/></xs:restriction></xs:simpleType></xs:element>"
                  "<xs:element name=\"amount\" type=\"money\"/>"
                  "<xs:element name=\"day\" type=\"xs:date\" minOccurs=\"0\"/>"
                  "<xs:element name=\"sex\" minOccurs=\"0\"><xs:simpleType><xs:restriction "
                  "base=\"xs:string\">"
                  "<xs:enumeration value=\"1\"/><xs:enumeration "
                  "value=\"2\"/></xs:restriction></xs:simpleType></xs:element>"
                  "<xs:element name=\"months\" minOccurs=\"0\"><xs:simpleType><xs:restriction "
                  "base=\"xs:integer\">"
                  "<xs:minInclusive value=\"0\"/><xs:maxInclusive "
                  "value=\"720\"/></xs:restriction></xs:simpleType></xs:element>"
                  "</xs:sequence><xs:attribute name=\"kind\"><xs:simpleType><xs:restriction "
                  "base=\"xs:string\">"
                  "<xs:enumeration "
                  "value=\"a\"/></xs:restriction></xs:simpleType></xs:attribute></"
                  "xs:complexType>"
                  "</xs:element>" XS_CLOSE;

static int setup(void **state)
{
    struct error err = ERROR_INIT;
    const char *base = getenv("TMPDIR");
    char path[PATH_SIZE];

    (void)state;
    snprintf(folder, sizeof(folder), "%s/wire 模式.XXXXXX", base == NULL ? "/tmp" : base);
    if (mkdtemp(folder) == NULL || mkdir(path_of("sub", path), 0700) != 0 ||
        !wire_start(&err)) {
        fprintf(stderr, "setup: %s\n", err.text);
        return -1;
    }
    write_file("sub/types.xsd", types);
    write_file("form.xsd", form);
    return xmlRegisterInputCallbacks(count_open, NULL, NULL, NULL) < 0 ? -1 : 0;
}

static int teardown(void **state)
{
    static const char *const names[] = {"sub/types.xsd",   "sub/up.xsd", "form.xsd", "bad.xsd",
                                        "sub/outside.xsd", "link.xsd",   "sub",      ""};
    char path[PATH_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (unlink(path_of(names[i], path)) != 0)
            rmdir(path);
    return 0;
}

static struct schema *load_form(void)
{
    struct schema *schema = NULL;
    struct error err = ERROR_INIT;
    char path[PATH_SIZE];

    if (!schema_load(path_of("form.xsd", path), &schema, &err))
        print_error("%s\n", err.text);
    assert_non_null(schema);
    return schema;
}

/* rows written as calls stay within the page when they are formatted */
#define CASE(text, wanted)                                                                     \
    {                                                                                          \
        text, wanted                                                                           \
    }
#define FORM(inside) "<form xmlns='urn:test:1'>" inside "</form>"

static bool check_text(const struct schema *schema, const char *text, struct error *err)
{
    struct document *document = NULL;
    bool ok;

    *err = (struct error)ERROR_INIT;
    assert_true(document_parse(text_of(text), NULL, &document, err));
    ok = schema_check(schema, document, err);
    document_free(document);
    return ok;
}

static void good_documents_pass(void **state)
{
    static const char *const good[] = {
        FORM("<name>张喆</name><amount>12.50</amount>"),
        FORM("\n <name>田㛃</name>\n <amount>-0.01</amount><day>2026-03-02</day>"
             "<sex>2</sex><months>720</months>"),
        ("<f:form kind='a' xmlns:f='urn:test:1'><f:name>𠮷野</f:name>"
         "<f:amount>1.00</f:amount></f:form>"),
    };
    struct schema *schema = load_form();
    struct error err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        if (!check_text(schema, good[i], &err))
            print_error("case %zu: %s\n", i, err.text);
        assert_int_equal(err.code, ERROR_NONE);
    }
    schema_free(schema);
}

#define N "<name>张喆</name>"
#define A "<amount>1.00</amount>"

static void bad_documents_are_named(void **state)
{
    static const struct {
        const char *document;
        const char *wanted;
    } cases[] = {
        CASE("<other/>", "element other, line 1: no such element"),
        CASE("<form/>", "element form, line 1: no such element"),
        CASE(FORM(""), "element form, line 1: element missing"),
        CASE(FORM(N), "element form, line 1: element missing"),
        CASE(FORM(A N), "element amount, line 1: element missing, repeated or out of place"),
        CASE(FORM(N A A), "element amount, line 1: element missing, repeated or out of place"),
        CASE(FORM(N A "<x/>"), "element x, line 1"),
        CASE(FORM(N "张喆" A), "element form, line 1: must not hold text"),
        CASE(FORM("<name><b/></name>" A), "element name, line 1: must hold text only"),
        CASE(FORM("<name/>" A), "element name, line 1: value is too short"),
        CASE(FORM("<name>阿依古丽买买提</name>" A), "element name, line 1: value is too long"),
        CASE(FORM(N "\n<amount>529900197001010034</amount>"),
             "element amount, line 2: value does not"),
        CASE(FORM(N "<amount>1.5</amount>"),
             "element amount, line 1: value does not fit its pattern"),
        CASE(FORM(N A "<day>2026-02-30</day>"),
             "element day, line 1: value is not of its type"),
        CASE(FORM(N A "<sex>男</sex>"), "element sex, line 1: value is not in its list"),
        CASE(FORM(N A "<months>721</months>"), "element months, line 1: value is too large"),
        CASE(FORM(N A "<months>-1</months>"), "element months, line 1: value is too small"),
        CASE("<form xmlns='urn:test:1' kind='529900197001010034'>" N A "</form>",
             "element form, line 1: value is not in its list"),
        CASE("<form xmlns='urn:test:1' other='529900197001010034'>" N A "</form>",
             "line 1: attribute not allowed"),
    };
    struct schema *schema = load_form();
    struct error err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_false(check_text(schema, cases[i].document, &err));
        assert_int_equal(err.code, ERROR_SCHEMA);
        if (strstr(err.text, cases[i].wanted) == NULL)
            print_error("case %zu: wanted '%s', got '%s'\n", i, cases[i].wanted, err.text);
        assert_non_null(strstr(err.text, cases[i].wanted));
        assert_null(strstr(err.text, "张"));
        assert_null(strstr(err.text, "男"));
        assert_null(strstr(err.text, "5299"));
    }
    schema_free(schema);
}

static void names_are_cut_at_a_character(void **state)
{
    struct schema *schema = load_form();
    struct error err;
    char text[512] = "<";

    (void)state;
    for (int i = 0; i < 30; i++)
        strcat(text, "名称");
    strcat(text, "/>");
    assert_false(check_text(schema, text, &err));
    assert_true(text_is_utf8(text_of(err.text)));
    assert_true(strlen(err.text) < 160);
    schema_free(schema);
}

static void one_element_is_checked_alone(void **state)
{
    struct schema *schema = load_form();
    struct document *document = NULL;
    struct error err = ERROR_INIT;
    xmlNodePtr element;

    (void)state;
    assert_true(document_parse(TEXT("<outer xmlns='urn:other'>" FORM(N A) FORM(N) "</outer>"),
                               NULL, &document, &err));
    element = document_xml(document)->children->children;
    assert_true(schema_check_subtree(schema, element, &err));
    assert_false(schema_check_subtree(schema, element->next, &err));
    assert_int_equal(err.code, ERROR_SCHEMA);
    assert_false(schema_check(schema, document, &err));
    assert_int_equal(err.code, ERROR_SCHEMA);
    document_free(document);
    schema_free(schema);
}

/* --- loading ------------------------------------------------------------------------------ */

static void expect_refused(const char *name, const char *path, const char *reason)
{
    struct schema *schema = NULL;
    struct error err = ERROR_INIT;
    bool loaded = schema_load(path, &schema, &err);

    if (loaded || strstr(err.text, reason) == NULL)
        print_error("%s: '%s' lacks '%s'\n", name, err.text, reason);
    assert_false(loaded);
    assert_null(schema);
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_non_null(strstr(err.text, reason));
}

static void bad_schemas_are_refused(void **state)
{
    static const struct {
        const char *text;
        const char *reason;
    } cases[] = {
        CASE("", "bad.xsd"),
        CASE("not xml", "bad.xsd, line 1"),
        CASE("<a/>", "bad.xsd"),
        CASE(XS_OPEN("urn:a") "\n<xs:element name='a' type='missing'/>" XS_CLOSE, "line 2"),
        CASE("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>" XS_OPEN("urn:a") XS_CLOSE,
             "bad.xsd"),
        CASE(XS_OPEN("urn:a") "<xs:include schemaLocation='/etc/passwd'/>" XS_CLOSE, "bad.xsd"),
        CASE(
            XS_OPEN("urn:a") "<xs:include schemaLocation='http://localhost:1/a.xsd'/>" XS_CLOSE,
            "bad.xsd"),
        CASE(XS_OPEN("urn:a") "<xs:include schemaLocation='missing.xsd'/>" XS_CLOSE, "bad.xsd"),
        CASE(
            XS_OPEN(
                "urn:a") "<xs:import namespace='urn:b' schemaLocation='missing.xsd'/>" XS_CLOSE,
            "bad.xsd"),
        CASE(XS_OPEN("urn:a") "<xs:import namespace='urn:b' "
                              "schemaLocation='file:///etc/passwd'/>" XS_CLOSE,
             "bad.xsd"),
    };
    char path[PATH_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        write_file("bad.xsd", cases[i].text);
        expect_refused(cases[i].text, path_of("bad.xsd", path), cases[i].reason);
    }
    expect_refused("missing", path_of("none.xsd", path), "none.xsd");
    expect_refused("folder", path_of("sub", path), "sub");
    expect_refused("empty name", "", "cannot be read");
}

static void only_the_own_folder_is_read(void **state)
{
    char path[PATH_SIZE];
    char target[PATH_SIZE];

    (void)state;
    /* a file of ours one folder up, by name and through a link */
    write_file("sub/up.xsd",
               XS_OPEN("urn:test:1") "<xs:include schemaLocation='../form.xsd'/>" XS_CLOSE);
    expect_refused("up", path_of("sub/up.xsd", path), "up.xsd");
    assert_int_equal(symlink("../form.xsd", path_of("sub/outside.xsd", path)), 0);
    write_file("sub/up.xsd",
               XS_OPEN("urn:test:1") "<xs:include schemaLocation='outside.xsd'/>" XS_CLOSE);
    expect_refused("link", path_of("sub/up.xsd", path), "up.xsd");
    /* a link to the schema itself is fine: its own folder counts */
    assert_int_equal(symlink(path_of("form.xsd", target), path_of("link.xsd", path)), 0);
    {
        struct schema *schema = NULL;
        struct error err = ERROR_INIT;
        assert_true(schema_load(path, &schema, &err));
        schema_free(schema);
    }
    schema_free(NULL);
}

/* --- threads ------------------------------------------------------------------------------ */

static void *check_often(void *self)
{
    const struct schema *schema = self;
    struct error err;
    size_t *wrong = calloc(1, sizeof(*wrong));

    wire_thread_start();
    if (wrong == NULL)
        return NULL;
    for (int i = 0; i < ROUNDS; i++) {
        *wrong += check_text(schema, FORM(N A "<months>720</months>"), &err) ? 0 : 1;
        *wrong += check_text(schema, FORM(N A "<months>721</months>"), &err) ? 1 : 0;
        *wrong += strstr(err.text, "too large") != NULL ? 0 : 1;
    }
    return wrong;
}

static void threads_share_a_schema(void **state)
{
    struct schema *schema = load_form();
    pthread_t threads[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, check_often, schema), 0);
    for (int i = 0; i < THREADS; i++) {
        size_t *wrong = NULL;
        assert_int_equal(pthread_join(threads[i], (void **)&wrong), 0);
        assert_non_null(wrong);
        assert_int_equal(*wrong, 0);
        free(wrong);
    }
    schema_free(schema);
}

static void nothing_else_was_opened(void **state)
{
    (void)state;
    assert_int_equal(opened, 0);
    assert_true(loader_refused_count() > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_documents_pass),
        cmocka_unit_test(bad_documents_are_named),
        cmocka_unit_test(names_are_cut_at_a_character),
        cmocka_unit_test(one_element_is_checked_alone),
        cmocka_unit_test(bad_schemas_are_refused),
        cmocka_unit_test(only_the_own_folder_is_read),
        cmocka_unit_test(threads_share_a_schema),
        cmocka_unit_test(nothing_else_was_opened),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

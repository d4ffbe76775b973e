/* wire_codec_test.c - any document to a record, any record to a document. */
#include "codec_fixture.h"

/* --- reading any document ----------------------------------------------------------------- */

#define NAME_64 "n234567890123456789012345678901234567890123456789012345678901234"

static const struct {
    const char *xml;
    enum error_code code;
} readings[] = {
    {"<a><b>1</b><b>2</b><c/></a>", ERROR_NONE},
    {"<a>\n  <b>1</b>\n</a>", ERROR_NONE},
    {"<a><b><![CDATA[<1>]]></b></a>", ERROR_NONE},
    {"<a><b>&#x5F20;&amp;&#13;x</b></a>", ERROR_NONE},
    {"<a xmlns='urn:x'><b/></a>", ERROR_NONE},
    {"<p:a xmlns:p='urn:x'><p:b/></p:a>", ERROR_NONE},
    {"<a xmlns='urn:x' xmlns:p='urn:x'><p:b/></a>", ERROR_NONE},
    {"<a>text</a>", ERROR_NONE},
    {"<a/>", ERROR_NONE},
    {"<" NAME_64 "/>", ERROR_NONE},
    {"<a><数量>1</数量></a>", ERROR_NONE},
    {"<" NAME_64 "5/>", ERROR_SHAPE},
    {"<a b='1'/>", ERROR_SHAPE},
    {"<a><b c='1'>1</b></a>", ERROR_SHAPE},
    {"<a xmlns:x='urn:x' x:b='1'/>", ERROR_SHAPE},
    {"<a xml:space='preserve'/>", ERROR_SHAPE},
    {"<a>1<b/></a>", ERROR_SHAPE},
    {"<a><b/>1</a>", ERROR_SHAPE},
    {"<a><b/><![CDATA[ ]]></a>", ERROR_SHAPE},
    {"<a><b>1<![CDATA[2]]></b></a>", ERROR_SHAPE},
    {"<a><b><![CDATA[1]]>2</b></a>", ERROR_SHAPE},
    {"<a xmlns='urn:x'><b xmlns='urn:y'/></a>", ERROR_SHAPE},
    {"<a xmlns='urn:x'><b xmlns=''/></a>", ERROR_SHAPE},
    {"<a><b xmlns='urn:x'/></a>", ERROR_SHAPE},
    {"<a xmlns:p='urn:x'><p:b/></a>", ERROR_SHAPE},
};

static void test_readings(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT_OF(readings); i++) {
        struct record *root = NULL;

        fixture->err.code = ERROR_NONE;
        if (read_text(fixture, text_of(readings[i].xml), &root) !=
                (readings[i].code == ERROR_NONE) ||
            fixture->err.code != readings[i].code)
            stop(readings[i].xml, fixture->err.text);
    }
}

static void test_values(void **state)
{
    struct fixture *fixture = *state;
    struct record *root = NULL;
    struct text value;

    assert_true(read_text(fixture, TEXT("<a><b> 1 </b><c><![CDATA[<&>]]></c><d/></a>"), &root));
    assert_true(record_text(root, "b", &value));
    assert_true(text_is(value, " 1 "));
    assert_true(record_text(root, "c", &value));
    assert_true(text_is(value, "<&>"));
    assert_non_null(record_find(root, "d"));
    assert_int_equal(record_find(root, "d")->value.hidden.size, 0);
}

/* <a><a>...</a></a>, `levels` of them */
static struct text nested(struct fixture *fixture, size_t levels)
{
    struct buffer buffer = buffer_over(arena_alloc(fixture->arena, levels * 7), levels * 7);

    for (size_t i = 0; i < levels; i++)
        buffer_string(&buffer, "<a>");
    for (size_t i = 0; i < levels; i++)
        buffer_string(&buffer, "</a>");
    assert_false(buffer.overflow);
    return buffer_as_text(&buffer);
}

static void test_read_depth(void **state)
{
    struct fixture *fixture = *state;
    struct record *root = NULL;

    assert_true(read_text(fixture, nested(fixture, RECORD_DEPTH_MAX), &root));
    check_round_trip(fixture, root);
    assert_false(read_text(fixture, nested(fixture, RECORD_DEPTH_MAX + 1), &root));
    assert_int_equal(fixture->err.code, ERROR_DEPTH);
}

static struct text flat(struct fixture *fixture, size_t fields)
{
    struct buffer buffer = buffer_over(arena_alloc(fixture->arena, fields * 4 + 7),
                                       fields * 4 + 7);

    buffer_string(&buffer, "<a>");
    for (size_t i = 1; i < fields; i++)
        buffer_string(&buffer, "<b/>");
    buffer_string(&buffer, "</a>");
    return buffer_as_text(&buffer);
}

static void test_read_fields(void **state)
{
    struct fixture *fixture = *state;
    struct record *root = NULL;

    assert_true(read_text(fixture, flat(fixture, RECORD_FIELDS_MAX), &root));
    assert_int_equal(record_count(root, "b"), RECORD_FIELDS_MAX - 1);
    assert_false(read_text(fixture, flat(fixture, RECORD_FIELDS_MAX + 1), &root));
    assert_int_equal(fixture->err.code, ERROR_DEPTH);
}

static void test_read_memory(void **state)
{
    struct fixture *fixture = *state;
    struct arena *small = arena_new(4096);
    struct document *document = parse(fixture, flat(fixture, 1000));
    struct record *root = NULL;

    assert_non_null(small);
    assert_false(codec_read(document, small, &root, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_MEMORY);
    document_free(document);
    arena_free(small);
}

/* --- writing any record ------------------------------------------------------------------- */

static const struct {
    const char *name;
    const char *value;
    enum error_code code;
} writings[] = {
    {"b", "", ERROR_NONE},
    {"b", "a\tb\nc\rd", ERROR_NONE},
    {"b", "<&>\"']]>", ERROR_NONE},
    {"b", "𠮷野 田㛃 张喆", ERROR_NONE},
    {"b", "\x7f\xc2\x80", ERROR_NONE},
    {"b", "\xef\xbf\xbd", ERROR_NONE}, /* U+FFFD is a character */
    {"数量", "1", ERROR_NONE},
    {NAME_64, "1", ERROR_NONE},
    {"b", "a\x01", ERROR_VALUE},
    {"b", "\x1f", ERROR_VALUE},
    {"b", "\x0b", ERROR_VALUE},
    {"b", "\xef\xbf\xbe", ERROR_VALUE}, /* U+FFFE */
    {"b", "\xef\xbf\xbf", ERROR_VALUE},
    {"b", "\xed\xa0\x80", ERROR_VALUE}, /* a surrogate */
    {"b", "\xc0\x80", ERROR_VALUE},     /* overlong */
    {"b", "\xe5\xbc", ERROR_VALUE},     /* cut */
    {"b", "\xd5\xc5", ERROR_VALUE},     /* GBK */
    {"", "1", ERROR_VALUE},
    {"1b", "1", ERROR_VALUE},
    {"b c", "1", ERROR_VALUE},
    {"p:b", "1", ERROR_VALUE},
    {"b>", "1", ERROR_VALUE},
    {NAME_64 "5", "1", ERROR_VALUE},
};

/* record_add has bounds of its own; a name is put in afterwards. */
static void test_writings(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT_OF(writings); i++) {
        struct record *root = record_new(fixture->arena, "a");
        struct record *leaf = record_add(fixture->arena, root, "b", text_of(writings[i].value));
        struct document *document = NULL;

        assert_non_null(leaf);
        leaf->name = writings[i].name;
        if (writings[i].code == ERROR_NONE) {
            check_round_trip(fixture, root);
            continue;
        }
        assert_false(codec_write(root, NULL, &document, &fixture->err));
        assert_int_equal(fixture->err.code, writings[i].code);
        assert_null(document);
    }
}

static void test_write_space(void **state)
{
    struct fixture *fixture = *state;
    struct record *root = record_new(fixture->arena, "a");
    struct document *document = NULL;
    struct text bytes;

    assert_non_null(root);
    assert_non_null(record_add(fixture->arena, root, "b", TEXT("1")));
    assert_true(codec_write(root, NULL, &document, &fixture->err));
    assert_int_equal(document_root_namespace(document).size, 0);
    assert_true(document_write(document, fixture->arena, &bytes, &fixture->err));
    assert_true(text_is(text_trim(bytes),
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a><b>1</b></a>"));
    document_free(document);
    assert_true(codec_write(root, "urn:x", &document, &fixture->err));
    assert_true(document_write(document, fixture->arena, &bytes, &fixture->err));
    assert_true(text_is(text_trim(bytes), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                          "<a xmlns=\"urn:x\"><b>1</b></a>"));
    document_free(document);
}

static void test_write_group_with_text(void **state)
{
    struct fixture *fixture = *state;
    struct record *root = record_new(fixture->arena, "a");
    struct document *document = NULL;

    assert_non_null(root);
    assert_non_null(record_add(fixture->arena, root, "b", TEXT("1")));
    root->value = personal_of(TEXT("x"));
    assert_false(codec_write(root, NULL, &document, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_VALUE);
}

static void test_write_depth(void **state)
{
    struct fixture *fixture = *state;
    struct record *root = record_new(fixture->arena, "a"), *at = root;
    struct document *document = NULL;

    for (int level = 2; level <= RECORD_DEPTH_MAX; level++) {
        assert_non_null(at);
        at = record_add(fixture->arena, at, "a", TEXT_NONE);
    }
    assert_true(codec_write(root, NULL, &document, &fixture->err));
    document_free(document);
    document = NULL;
    assert_non_null(record_add(fixture->arena, at, "a", TEXT_NONE));
    assert_false(codec_write(root, NULL, &document, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_DEPTH);
    assert_null(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_readings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_values, setup, teardown),
        cmocka_unit_test_setup_teardown(test_read_depth, setup, teardown),
        cmocka_unit_test_setup_teardown(test_read_fields, setup, teardown),
        cmocka_unit_test_setup_teardown(test_read_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_writings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_write_space, setup, teardown),
        cmocka_unit_test_setup_teardown(test_write_group_with_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_write_depth, setup, teardown),
    };

    return cmocka_run_group_tests_name("wire_codec", tests, open_schemas, close_schemas);
}

/* wire_document_test.c - what the parser lets in, what it refuses, and with which code. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlIO.h>

#include "wire/document.h"
#include "wire/document_internal.h"
#include "wire/loader.h"
#include "wire/start.h"

enum { BIG = 4 * 1024 * 1024 };

static size_t opened; /* what any library tried to open */

static int count_open(const char *name)
{
    (void)name;
    opened++;
    return 0;
}

static int setup(void **state)
{
    struct error err = ERROR_INIT;

    (void)state;
    if (!wire_start(&err)) {
        fprintf(stderr, "wire_start: %s\n", err.text);
        return -1;
    }
    return xmlRegisterInputCallbacks(count_open, NULL, NULL, NULL) < 0 ? -1 : 0;
}

static enum error_code code_of(struct text bytes, const struct document_limits *limits,
                               struct error *err)
{
    struct document *document = NULL;

    *err = (struct error)ERROR_INIT;
    if (document_parse(bytes, limits, &document, err)) {
        assert_non_null(document);
        document_free(document);
        return ERROR_NONE;
    }
    assert_null(document);
    assert_int_not_equal(err->code, ERROR_NONE);
    return err->code;
}

static void expect(const char *name, enum error_code wanted, struct text bytes,
                   const struct document_limits *limits)
{
    struct error err;
    enum error_code got = code_of(bytes, limits, &err);

    if (got != wanted)
        print_error("%s: wanted %s, got %s (%s)\n", name, error_name(wanted), error_name(got),
                    err.text);
    assert_int_equal(got, wanted);
}

/* rows written as calls stay within the page when they are formatted */
#define CASE(name, bytes, limits)                                                              \
    {                                                                                          \
        name, bytes, limits                                                                    \
    }
#define REFUSED(name, code, bytes, limits)                                                     \
    {                                                                                          \
        name, ERROR_##code, bytes, limits                                                      \
    }

/* --- good documents ----------------------------------------------------------------------- */

#define ZHANG_GB        "\xD5\xC5\x86\xB4"         /* 张喆 */
#define TIAN_GB         "\xCC\xEF\x82\x30\xB7\x31" /* 田㛃 */
#define JI_GB           "\x95\x34\xB2\x35"         /* 𠮷 */
#define GB(label, text) TEXT("<?xml version=\"1.0\" encoding=\"" label "\"?><a>" text "</a>")

static const struct document_limits gb = {.allow_gb = true};
static const struct document_limits assumed = {.allow_gb = true, .assume_gb = true};

static void good_documents_parse(void **state)
{
    static const struct document_limits comments = {.allow_comments = true};
    const struct {
        const char *name;
        struct text bytes;
        const struct document_limits *limits;
    } cases[] = {
        CASE("smallest", TEXT("<a/>"), NULL),
        CASE("declaration", TEXT("<?xml version=\"1.0\"?><a/>"), NULL),
        CASE("utf-8", TEXT("<?xml version='1.0' encoding='utf-8'?>\n<a>张喆</a>\n"), NULL),
        CASE("UTF8", TEXT("<?xml version='1.0'  encoding = \"UTF8\" standalone='yes' ?><a/>"),
             NULL),
        CASE("mark", TEXT("\xEF\xBB\xBF<?xml version='1.0' encoding='UTF-8'?><a>田㛃</a>"),
             NULL),
        CASE("mark only", TEXT("\xEF\xBB\xBF<a>𠮷野</a>"), NULL),
        CASE("four bytes", TEXT("<a>𠮷野</a>"), NULL),
        CASE("chinese names", TEXT("<工伤结算 期号='202510'><姓名>张喆</姓名></工伤结算>"),
             NULL),
        CASE("relative namespace", TEXT("<a xmlns='relative' xmlns:b='../b'/>"), NULL),
        CASE("cdata", TEXT("<a><![CDATA[<b> & ]]></a>"), NULL),
        CASE("lines", TEXT("<a>\r\n<b/>\r\n</a>\r\n"), NULL),
        CASE("predefined", TEXT("<a>&lt;&gt;&amp;&quot;&apos;&#x4E2D;&#13;</a>"), NULL),
        CASE("comment", TEXT("<!-- c --><a><!-- 张 --></a>"), &comments),
        CASE("xsi:type",
             TEXT("<a xmlns:x='http://www.w3.org/2001/XMLSchema-instance' x:nil='true'/>"),
             NULL),
        CASE("other schemaLocation", TEXT("<a schemaLocation='b'/>"), NULL),
        CASE("GBK ascii", GB("GBK", "abc"), &gb),
        CASE("GBK", GB("GBK", ZHANG_GB), &gb),
        CASE("gb2312", GB("gb2312", ZHANG_GB), &gb),
        CASE("GB_2312-80", GB("GB_2312-80", ZHANG_GB), &gb),
        CASE("gb18030-2022", GB("gb18030-2022", TIAN_GB JI_GB), &gb),
        CASE("Gb18030", GB("Gb18030", JI_GB), &gb),
        CASE("cp936", GB("cp936", ZHANG_GB), &gb),
        CASE("gbk with four bytes", GB("gbk", TIAN_GB), &gb),
        CASE("utf-8 where gb is allowed", TEXT("<a>张喆</a>"), &gb),
        CASE("no label, gb", TEXT("<a>" ZHANG_GB "</a>"), &assumed),
        CASE("no label, ascii", TEXT("<a>x</a>"), &assumed),
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        expect(cases[i].name, ERROR_NONE, cases[i].bytes, cases[i].limits);
}

static void gb_is_decoded_to_utf8(void **state)
{
    struct text bytes = GB("GB2312", "" ZHANG_GB TIAN_GB JI_GB);
    struct document *document = NULL;
    struct arena *arena = arena_new(1 << 20);
    struct error err = ERROR_INIT;
    struct text written;

    (void)state;
    assert_non_null(arena);
    assert_true(document_parse(bytes, &gb, &document, &err));
    assert_int_equal(document_encoding(document), ENCODING_GB18030);
    assert_string_equal((const char *)document_xml(document)->children->children->content,
                        "张喆田㛃𠮷");
    assert_true(document_write(document, arena, &written, &err));
    assert_non_null(memmem(written.at, written.size, "张喆田㛃𠮷", 16));
    assert_non_null(memmem(written.at, written.size, "encoding=\"UTF-8\"", 16));
    document_free(document);
    assert_true(document_parse(written, NULL, &document, &err));
    assert_int_equal(document_encoding(document), ENCODING_UTF8);
    document_free(document);
    arena_free(arena);
}

static void root_is_named(void **state)
{
    struct document *document = NULL;
    struct error err = ERROR_INIT;

    (void)state;
    assert_true(document_parse(TEXT("<x:form xmlns:x='urn:test:1'/>"), NULL, &document, &err));
    assert_true(text_is(document_root_name(document), "form"));
    assert_true(text_is(document_root_namespace(document), "urn:test:1"));
    document_free(document);
    assert_true(document_parse(TEXT("<form/>"), NULL, &document, &err));
    assert_int_equal(document_root_namespace(document).size, 0);
    document_free(document);
}

static void writing_needs_memory(void **state)
{
    struct document *document = NULL;
    struct error err = ERROR_INIT;
    struct arena *arena = arena_new(16);
    struct text written;

    (void)state;
    assert_true(document_parse(TEXT("<form>some text</form>"), NULL, &document, &err));
    assert_false(document_write(document, arena, &written, &err));
    assert_int_equal(err.code, ERROR_MEMORY);
    document_free(document);
    document_free(NULL);
    arena_free(arena);
}

/* --- bad documents ------------------------------------------------------------------------ */

#define XSI "xmlns:x='http://www.w3.org/2001/XMLSchema-instance' "

static const struct document_limits comments = {.allow_comments = true};
static const struct document_limits small = {.size_max = 10};

static const struct bad_document {
    const char *name;
    enum error_code code;
    struct text bytes;
    const struct document_limits *limits;
} bad_documents[] = {
    REFUSED("nothing", PARSE, TEXT_NONE, NULL),
    REFUSED("blank", PARSE, TEXT(" \n "), NULL),
    REFUSED("mark without document", PARSE, TEXT("\xEF\xBB\xBF"), NULL),
    REFUSED("two marks", PARSE, TEXT("\xEF\xBB\xBF\xEF\xBB\xBF<a/>"), NULL),
    REFUSED("text", PARSE, TEXT("hello"), NULL),
    REFUSED("json", PARSE, TEXT("{\"a\":1}"), NULL),
    REFUSED("declaration only", PARSE, TEXT("<?xml version='1.0'?>"), NULL),
    REFUSED("blank before declaration", PARSE, TEXT(" <?xml version='1.0'?><a/>"), NULL),
    REFUSED("two roots", PARSE, TEXT("<a/><b/>"), NULL),
    REFUSED("text after root", PARSE, TEXT("<a/>x"), NULL),
    REFUSED("crossed", PARSE, TEXT("<a><b></a></b>"), NULL),
    REFUSED("open", PARSE, TEXT("<a><b></b>"), NULL),
    REFUSED("no blank between attributes", PARSE, TEXT("<a b='1'c='2'/>"), NULL),
    REFUSED("attribute twice", PARSE, TEXT("<a b='1' b='2'/>"), NULL),
    REFUSED("bare ampersand", PARSE, TEXT("<a>a & b</a>"), NULL),
    REFUSED("control character", PARSE, TEXT("<a>\x01</a>"), NULL),
    REFUSED("control reference", PARSE, TEXT("<a>&#1;</a>"), NULL),
    REFUSED("unknown entity", PARSE, TEXT("<a>&name;</a>"), NULL),
    REFUSED("entity in attribute", PARSE, TEXT("<a b='&name;'/>"), NULL),
    REFUSED("unbound prefix", PARSE, TEXT("<x:a/>"), NULL),
    REFUSED("unbound attribute", PARSE, TEXT("<a x:b='1'/>"), NULL),
    REFUSED("attribute twice by namespace", PARSE,
            TEXT("<a xmlns:x='urn:a' xmlns:y='urn:a' x:b='1' y:b='2'/>"), NULL),
    REFUSED("empty prefix", PARSE, TEXT("<a xmlns:x=''/>"), NULL),
    REFUSED("namespace that is no address", PARSE, TEXT("<a xmlns='not one'/>"), NULL),
    REFUSED("colons", PARSE, TEXT("<a:b:c xmlns:a='urn:a'/>"), NULL),
    REFUSED("xml 1.1", PARSE, TEXT("<?xml version='1.1'?><a/>"), NULL),
    REFUSED("encoding before version", PARSE, TEXT("<?xml encoding='UTF-8'?><a/>"), NULL),
    REFUSED("odd declaration", PARSE, TEXT("<?xml version='1.0' encoding=UTF-8?><a/>"), NULL),
    REFUSED("size", SIZE, TEXT("<a>12345</a>"), &small),
    REFUSED("doctype", DOCTYPE, TEXT("<!DOCTYPE a><a/>"), NULL),
    REFUSED("doctype with comments", DOCTYPE, TEXT("<!DOCTYPE a><a/>"), &comments),
    REFUSED("entity", DOCTYPE, TEXT("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), NULL),
    REFUSED("external entity", DOCTYPE,
            TEXT("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"), NULL),
    REFUSED("external subset", DOCTYPE,
            TEXT("<!DOCTYPE a SYSTEM 'http://localhost/a.dtd'><a/>"), NULL),
    REFUSED("parameter entity", DOCTYPE,
            TEXT("<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://localhost/'>%p;]><a/>"), NULL),
    REFUSED("default attribute", DOCTYPE, TEXT("<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]><a/>"),
            NULL),
    REFUSED("comment", SHAPE, TEXT("<a>1<!-- -->2</a>"), NULL),
    REFUSED("comment before root", SHAPE, TEXT("<!-- --><a/>"), NULL),
    REFUSED("comment after root", SHAPE, TEXT("<a/><!-- -->"), NULL),
    REFUSED("instruction", SHAPE, TEXT("<a><?b c?></a>"), NULL),
    REFUSED("instruction before root", SHAPE,
            TEXT("<?xml-stylesheet href='file:///etc/passwd'?><a/>"), &comments),
    REFUSED("schemaLocation", SHAPE, TEXT("<a " XSI "x:schemaLocation='urn:a file:///a'/>"),
            NULL),
    REFUSED("noNamespaceSchemaLocation", SHAPE,
            TEXT("<a><b " XSI "x:noNamespaceSchemaLocation='a.xsd'/></a>"), &comments),
    REFUSED("utf-16 mark", ENCODING, TEXT("\xFF\xFE<\0a\0/\0>\0"), NULL),
    REFUSED("utf-16 big", ENCODING, TEXT("\xFE\xFF\0<\0a\0/\0>"), NULL),
    REFUSED("utf-16 without mark", ENCODING, TEXT("<\0a\0/\0>\0"), NULL),
    REFUSED("utf-16 big without mark", ENCODING, TEXT("\0<\0a\0/\0>"), NULL),
    REFUSED("utf-32", ENCODING, TEXT("\0\0\0<"), NULL),
    REFUSED("ebcdic", ENCODING, TEXT("\x4C\x6F\xA7\x94\x93"), NULL),
    REFUSED("zero byte", ENCODING, TEXT("<a>\0</a>"), NULL),
    REFUSED("latin 1 label", ENCODING, TEXT("<?xml version='1.0' encoding='ISO-8859-1'?><a/>"),
            NULL),
    REFUSED("utf-16 label", ENCODING, TEXT("<?xml version='1.0' encoding='UTF-16'?><a/>"),
            NULL),
    REFUSED("big5 label", ENCODING, TEXT("<?xml version='1.0' encoding='Big5'?><a/>"), &gb),
    REFUSED("hz label", ENCODING, TEXT("<?xml version='1.0' encoding='HZ-GB-2312'?><a/>"), &gb),
    REFUSED("label far away", ENCODING,
            TEXT("<?xml version='1.0'                                                        "
                 "                                                    encoding='Big5'?><a/>"),
            NULL),
    REFUSED("latin 1", ENCODING, TEXT("<a>\xE9</a>"), NULL),
    REFUSED("overlong", ENCODING, TEXT("<a>\xC0\xBC</a>"), NULL),
    REFUSED("surrogate", ENCODING, TEXT("<a>\xED\xA0\x80</a>"), NULL),
    REFUSED("gb without label", ENCODING, TEXT("<a>" ZHANG_GB "</a>"), &gb),
    REFUSED("gb labelled utf-8", ENCODING,
            TEXT("<?xml version='1.0' encoding='UTF-8'?><a>" ZHANG_GB "</a>"), &gb),
    REFUSED("gb not agreed", ENCODING, GB("GBK", ZHANG_GB), NULL),
    REFUSED("gb label alone not agreed", ENCODING, GB("GB18030", "x"), NULL),
    REFUSED("half a character", ENCODING, GB("GBK", "\xD5\xC5\x86"), &gb),
    REFUSED("quarter of a character", ENCODING, GB("GBK", "\x82\x30\xB7"), &gb),
    REFUSED("byte 80", ENCODING, GB("GBK", "\x80"), &gb),
    REFUSED("byte ff", ENCODING, GB("GBK", "\xFF\xFF"), &gb),
    REFUSED("utf-8 labelled GBK", ENC_LABEL, GB("GBK", "姓名"), &gb),
    REFUSED("utf-8 labelled gb18030", ENC_LABEL, GB("gb18030", "𠮷"), &gb),
    REFUSED("utf-8 assumed gb", ENC_LABEL, TEXT("<a>张喆</a>"), &assumed),
    REFUSED("mark and GBK", ENC_LABEL,
            TEXT("\xEF\xBB\xBF<?xml version='1.0' encoding='GBK'?><a/>"), &gb),
    REFUSED("entity in gb", DOCTYPE,
            TEXT("<?xml version='1.0' encoding='GBK'?><!DOCTYPE a><a>" ZHANG_GB "</a>"), &gb),
};

static void bad_documents_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad_documents); i++)
        expect(bad_documents[i].name, bad_documents[i].code, bad_documents[i].bytes,
               bad_documents[i].limits);
}

static void errors_quote_nothing(void **state)
{
    static const char *const bad[] = {
        "<a>张喆</b>",
        "<a 张喆='529900197001010034'>张喆</a",
        "<张喆><!-- --></张喆>",
        "<a>&张喆529900197001010034;</a>",
        "<a><张喆 529900197001010034/></a>",
    };
    struct error err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_not_equal(code_of(text_of(bad[i]), NULL, &err), ERROR_NONE);
        assert_null(strstr(err.text, "张"));
        assert_null(strstr(err.text, "5299"));
    }
    assert_int_equal(code_of(TEXT("<a>\n\n<b>\n</a>"), NULL, &err), ERROR_PARSE);
    assert_non_null(strstr(err.text, "line 4"));
    assert_int_equal(code_of(GB("GBK", "abc\xFF"), &gb, &err), ERROR_ENCODING);
    assert_non_null(strstr(err.text, "byte 43"));
}

/* --- limits ------------------------------------------------------------------------------- */

static struct text nested(char *room, unsigned depth)
{
    struct buffer out = buffer_over(room, BIG);

    for (unsigned i = 0; i < depth; i++)
        buffer_string(&out, "<a>");
    buffer_string(&out, "t");
    for (unsigned i = 0; i < depth; i++)
        buffer_string(&out, "</a>");
    assert_false(out.overflow);
    return buffer_as_text(&out);
}

static void depth_is_limited(void **state)
{
    static const unsigned too_deep[] = {65,  66,  128, 254,  255,   256,
                                        257, 258, 300, 1000, 100000};
    struct document_limits limits = {.depth_max = 3};
    char *room = malloc(BIG);

    (void)state;
    assert_non_null(room);
    expect("64", ERROR_NONE, nested(room, 64), NULL);
    for (size_t i = 0; i < COUNT_OF(too_deep); i++)
        expect("too deep", ERROR_DEPTH, nested(room, too_deep[i]), NULL);
    expect("3 of 3", ERROR_NONE, nested(room, 3), &limits);
    expect("4 of 3", ERROR_DEPTH, nested(room, 4), &limits);
    free(room);
}

static void nodes_are_limited(void **state)
{
    struct document_limits limits = {.nodes_max = 10, .size_max = BIG};
    char *room = malloc(BIG);
    struct buffer out = buffer_over(room, BIG);

    (void)state;
    assert_non_null(room);
    expect("ten", ERROR_NONE, TEXT("<a b='1' c='2'><d/>t<e/>t<f/><g/><h/></a>"), &limits);
    expect("eleven", ERROR_DEPTH, TEXT("<a b='1' c='2'><d/>t<e/>t<f/><g/><h/><i/></a>"),
           &limits);
    expect("attributes", ERROR_DEPTH,
           TEXT("<a b='' c='' d='' e='' f='' g='' h='' i='' j='' k=''/>"), &limits);
    expect("declarations", ERROR_DEPTH,
           TEXT("<a xmlns='u:1' xmlns:b='u:1' xmlns:c='u:1' xmlns:d='u:1' xmlns:e='u:1' "
                "xmlns:f='u:1' xmlns:g='u:1' xmlns:h='u:1' xmlns:i='u:1' xmlns:j='u:1'/>"),
           &limits);
    buffer_string(&out, "<a>");
    for (size_t i = 0; i < DOCUMENT_NODES_DEFAULT; i++)
        buffer_string(&out, "<b/>");
    buffer_string(&out, "</a>");
    limits.nodes_max = 0;
    expect("default", ERROR_DEPTH, buffer_as_text(&out), &limits);
    limits.nodes_max = DOCUMENT_NODES_DEFAULT + 1;
    expect("one more", ERROR_NONE, buffer_as_text(&out), &limits);
    limits.size_max = 0;
    expect("size by default", ERROR_SIZE, buffer_as_text(&out), &limits);
    free(room);
}

/* A document that ends early is never accepted and never hurts. */
static void truncated_is_refused(void **state)
{
    static const struct text whole[] = {
        {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a "
         "b=\"1\"><c>张&amp;喆</c><![CDATA[x]]></a>",
         0},
        {"<?xml version=\"1.0\" encoding=\"GBK\"?><a>" ZHANG_GB TIAN_GB JI_GB "</a>", 0},
        {"\xEF\xBB\xBF<x:a xmlns:x='urn:a'><x:b/></x:a>", 0},
        {"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", 0},
    };
    struct error err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(whole); i++) {
        size_t size = strlen(whole[i].at);
        for (size_t cut = 0; cut < size; cut++) {
            char *copy = malloc(cut + 1); /* so that reading past the end is seen */
            assert_non_null(copy);
            memcpy(copy, whole[i].at, cut);
            assert_int_not_equal(code_of((struct text){copy, cut}, &gb, &err), ERROR_NONE);
            free(copy);
        }
    }
}

/* Every single byte replaced by others: any answer will do, as long as it is one. */
static void mutations_do_no_harm(void **state)
{
    static const char whole[] = "<?xml version='1.0' encoding='GBK'?><a b='1'><c>\xD5\xC5&lt;"
                                "<![CDATA[x]]></c></a>";
    static const unsigned char others[] = {0, '<', '>', '&', '\'', '!', 0x80, 0xC0, 0xFF};
    char *copy = malloc(sizeof(whole) - 1);
    struct error err;

    (void)state;
    assert_non_null(copy);
    for (size_t at = 0; at < sizeof(whole) - 1; at++) {
        for (size_t i = 0; i < COUNT_OF(others); i++) {
            memcpy(copy, whole, sizeof(whole) - 1);
            copy[at] = (char)others[i];
            code_of((struct text){copy, sizeof(whole) - 1}, &gb, &err);
        }
    }
    free(copy);
}

/* --- encodings ---------------------------------------------------------------------------- */

static void labels_are_known(void **state)
{
    static const struct {
        const char *label;
        int encoding; /* 0: none */
    } cases[] = {
        {"UTF-8", ENCODING_UTF8},
        {"utf8", ENCODING_UTF8},
        {"GBK", ENCODING_GB18030},
        {"gbk", ENCODING_GB18030},
        {"GB2312", ENCODING_GB18030},
        {"GB_2312-80", ENCODING_GB18030},
        {"gb-2312", ENCODING_GB18030},
        {"gb18030", ENCODING_GB18030},
        {"GB18030-2022", ENCODING_GB18030},
        {"gb18030_2005", ENCODING_GB18030},
        {"CP936", ENCODING_GB18030},
        {"windows-936", ENCODING_GB18030},
        {"", 0},
        {"GB", 0},
        {"GB12345", 0},
        {"GBKX", 0},
        {"UTF-7", 0},
        {"UTF-16", 0},
        {"US-ASCII", 0},
        {"HZ", 0},
        {"gb18030-2022-and-something-long-after-it", 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        enum encoding encoding = 0;
        bool known = encoding_of_label(text_of(cases[i].label), &encoding);
        assert_int_equal(known ? (int)encoding : 0, cases[i].encoding);
    }
    assert_false(encoding_of_label(TEXT("GBK\0 and more"), &(enum encoding){0}));
}

static void conversion_goes_both_ways(void **state)
{
    unsigned char room[256];
    struct error err = ERROR_INIT;
    struct buffer out = buffer_over(room, sizeof(room));
    struct text names = TEXT("张喆 田㛃 𠮷野 ©é");

    (void)state;
    assert_true(encoding_utf8_to_gb(names, &out, &err));
    assert_memory_equal(room, ZHANG_GB " " TIAN_GB " " JI_GB, 15);
    {
        unsigned char back_room[256];
        struct buffer back = buffer_over(back_room, sizeof(back_room));
        assert_true(encoding_gb_to_utf8(buffer_as_text(&out), &back, &err));
        assert_true(text_equal(buffer_as_text(&back), names));
    }
    out = buffer_over(room, sizeof(room));
    assert_false(encoding_utf8_to_gb(TEXT("a\xEF\xBF\xBD"), &out, &err));
    assert_int_equal(err.code, ERROR_ENCODING);
    assert_false(encoding_utf8_to_gb(TEXT("abc\xFF"), &out, &err));
    assert_int_equal(err.code, ERROR_ENCODING);
    assert_non_null(strstr(err.text, "byte 4"));
    out = buffer_over(room, 3);
    assert_false(encoding_gb_to_utf8(TEXT(ZHANG_GB), &out, &err));
    assert_int_equal(err.code, ERROR_MEMORY);
    out = buffer_over(room, sizeof(room));
    assert_true(encoding_gb_to_utf8(TEXT(""), &out, &err));
    assert_int_equal(out.size, 0);
}

static void nothing_was_opened(void **state)
{
    (void)state;
    assert_int_equal(opened, 0);
    assert_int_equal(loader_refused_count(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_documents_parse),
        cmocka_unit_test(gb_is_decoded_to_utf8),
        cmocka_unit_test(root_is_named),
        cmocka_unit_test(writing_needs_memory),
        cmocka_unit_test(bad_documents_are_refused),
        cmocka_unit_test(errors_quote_nothing),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(nodes_are_limited),
        cmocka_unit_test(truncated_is_refused),
        cmocka_unit_test(mutations_do_no_harm),
        cmocka_unit_test(labels_are_known),
        cmocka_unit_test(conversion_goes_both_ways),
        cmocka_unit_test(nothing_was_opened),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}

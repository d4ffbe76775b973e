/* wire_carriers_test.c - JSON, base64 in SOAP and XML attributes through three invented
 * dialects (tests/data): what is read, what is refused with which code, and that what is
 * written comes back. */
#include "adapter_fixture.h"

#include "crypt/base64.h"

#define JSON      "tests/data/json-core"
#define SOAP      "tests/data/soap-core"
#define ATTRIBUTE "tests/data/attribute-core"

#define QUERY_JSON "examples/query.theirs.json"
#define QUERY_XML  "examples/query.theirs.xml"

/* A dialect that a test uses, with its query as bytes. */
struct dialect {
    struct fixture *fixture;
    struct adapter *adapter;
    struct text good;
    struct adapter_message message;
};

static struct dialect open_dialect(struct fixture *fixture, const char *folder,
                                   const char *example)
{
    struct dialect dialect = {.fixture = fixture, .adapter = load_adapter(fixture, folder)};

    dialect.good = read_path(fixture, folder, example);
    return dialect;
}

static bool reads(struct dialect *dialect, struct text bytes)
{
    dialect->fixture->err = (struct error)ERROR_INIT;
    return adapter_read(dialect->adapter, FROM_CORE, bytes, dialect->fixture->arena,
                        &dialect->message, &dialect->fixture->err);
}

static void refuses(struct dialect *dialect, struct text bytes, enum error_code code,
                    const char *says)
{
    struct error *err = &dialect->fixture->err;

    if (reads(dialect, bytes))
        stop("read, but should be refused", says);
    if (err->code != code || strstr(err->text, says) == NULL) {
        print_error("%s, expected %s: ", error_name(err->code), error_name(code));
        stop(says, err->text);
    }
}

/* A dialect to be changed; without its schema, so that our own refusals are seen. */
static struct folder copy_of(const char *dialect)
{
    struct folder folder = {"/tmp/qiantong-adapter-XXXXXX"};
    char command[256];

    assert_non_null(mkdtemp(folder.path));
    snprintf(command, sizeof(command), "cp -r %s/. %s && rm -rf %s/schema", dialect,
             folder.path, folder.path);
    run(command);
    return folder;
}

/* One change of the good document. */
struct change {
    const char *from;
    const char *to;
    enum error_code code; /* NONE: it is read */
    const char *says;     /* part of the error; of the value at `path` */
    const char *path;
};

static void hold_changes(struct dialect *dialect, const struct change changes[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct text bytes = replaced(dialect->fixture, dialect->good, changes[i].from,
                                     changes[i].to);
        struct text value;
        if (changes[i].code != ERROR_NONE) {
            refuses(dialect, bytes, changes[i].code, changes[i].says);
            continue;
        }
        if (!reads(dialect, bytes))
            stop(changes[i].to, dialect->fixture->err.text);
        if (changes[i].path == NULL)
            continue;
        if (!record_text(dialect->message.body, changes[i].path, &value) ||
            !text_is(value, changes[i].says))
            stop(changes[i].path, changes[i].to);
    }
}

/* What was read is written in the same bytes, both ways. */
static void holds_its_bytes(struct dialect *dialect, struct text bytes)
{
    struct text again;

    assert_true(reads(dialect, bytes));
    assert_true(adapter_write(dialect->adapter, TO_CORE, &dialect->message,
                              dialect->fixture->arena, &again, &dialect->fixture->err));
    assert_true(text_equal(again, bytes));
}

/* --- examples ------------------------------------------------------------------------------
 */

static void take_line(void *self, bool good, const char *text)
{
    const char **says = self;

    if (!good)
        print_message("    %s\n", text);
    if (*says != NULL && strstr(text, *says) != NULL)
        *says = NULL;
}

static size_t findings(struct fixture *fixture, const char *folder, const char *says)
{
    const struct adapter_reader reader = {.line = take_line, .self = &says};
    const char *wanted = says;
    size_t failures = 0;

    if (!adapter_check(folder, schemas, &reader, &failures, &fixture->err))
        stop("error", fixture->err.text);
    if (says != NULL)
        stop("no line says", wanted);
    return failures;
}

static void test_examples(void **state)
{
    static const char *const folders[] = {JSON, SOAP, ATTRIBUTE};
    static const char *const files[] = {"adapter", "mapping", "codes"};
    const struct document_limits limits = {.size_max = FILE_MAX, .allow_comments = true};
    struct fixture *fixture = *state;
    char path[128];

    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        assert_int_equal(findings(fixture, folders[i], "pairs of examples"), 0);
        assert_int_equal(findings(fixture, folders[i], "finding, from-core: theirs <-> ours"),
                         0);
        assert_int_equal(findings(fixture, folders[i], "finding, to-core: theirs <-> ours"), 0);
        for (size_t file = 0; file < COUNT_OF(files); file++) {
            struct document *document = NULL;
            struct schema *schema = NULL;
            snprintf(path, sizeof(path), "schemas/%s.xsd", files[file]);
            assert_true(schema_load(path, &schema, &fixture->err));
            snprintf(path, sizeof(path), "%s.xml", files[file]);
            if (!document_parse(read_path(fixture, folders[i], path), &limits, &document,
                                &fixture->err) ||
                !schema_check(schema, document, &fixture->err))
                stop(folders[i], fixture->err.text);
            document_free(document);
            schema_free(schema);
        }
    }
}

/* An answer that is not what the question's file says; and one without its question. */
static void test_check_needs_the_question(void **state)
{
    struct fixture *fixture = *state;
    struct folder folder = copy_of(JSON);
    char command[256];

    change(fixture, &folder, "examples/finding.question.xml", "520100", "520300");
    assert_int_equal(findings(fixture, folder.path, "finding, from-core: theirs -> ours"), 2);
    snprintf(command, sizeof(command), "rm %s/examples/finding.question.xml", folder.path);
    run(command);
    assert_int_equal(findings(fixture, folder.path, "finding, from-core: "), 2);
    drop_folder(&folder);
}

static void test_explain(void **state)
{
    static const struct {
        const char *folder;
        const char *field;
        const char *says;
    } rows[] = {
        {JSON, "inf_time", "    the time in the message's key, yyyy-MM-dd HH:mm:ss; mapping"},
        {JSON, "cainfo", "    the signature of the header"},
        {JSON, "amt", "    money yuan, without quotes; mapping.xml:"},
        {JSON, "inRegion", "- <-> reference/inRegion"},
        {JSON, "inRegion", "    as in the question; mapping.xml, fromQuestion"},
        {JSON, "inf_refmsgid", "    the message's own key"},
        {ATTRIBUTE, "@SERIAL", "ROWSET/ROW/@SERIAL <-> items/item/traceNumber"},
        {ATTRIBUTE, "@VERB", "    always \"ASKFUND\""},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *says = rows[i].says;
        const struct adapter_reader reader = {.line = take_line, .self = &says};
        if (!adapter_explain(rows[i].folder, schemas, rows[i].field, &reader, &fixture->err))
            stop(rows[i].field, fixture->err.text);
        if (says != NULL)
            stop(rows[i].field, rows[i].says);
    }
}

/* --- JSON ----------------------------------------------------------------------------------
 */

static void test_json_values(void **state)
{
    static const struct change changes[] = {
        {"3477.33", "\"3477.33\"", ERROR_NONE, "3477.33", "amount"},
        {"3477.33", "3477.3", ERROR_NONE, "3477.30", "amount"},
        {"3477.33", "0.10", ERROR_NONE, "0.10", "amount"},
        {"3477.33", "-5.00", ERROR_NONE, "-5.00", "amount"},
        {"3477.33", "9007199254740993.01", ERROR_VALUE, "amt", NULL},
        {"3477.33", "1e3", ERROR_VALUE, "amt: a number with an exponent", NULL},
        {"3477.33", "1E+3", ERROR_VALUE, "amt: a number with an exponent", NULL},
        {"3477.33", "\"1e3\"", ERROR_VALUE, "amt", NULL},
        {"3477.33", "3477.333", ERROR_VALUE, "amt", NULL},
        {"3477.33", "\"3,477.33\"", ERROR_VALUE, "amt", NULL},
        {"3477.33", "true", ERROR_VALUE, "amt", NULL},
        {"3477.33", "null", ERROR_MAPPING, "amt (amount): is missing", NULL},
        {"3477.33", "\"\"", ERROR_MAPPING, "is missing", NULL},
        {"3477.33", "NaN", ERROR_PARSE, "not a value", NULL},
        {"3477.33", "Infinity", ERROR_PARSE, "not a value", NULL},
        {"3477.33", "-", ERROR_PARSE, "not a number", NULL},
        {"3477.33", ".5", ERROR_PARSE, "not a value", NULL},
        {"3477.33", "5.", ERROR_PARSE, "not a number", NULL},
        {"3477.33", "007", ERROR_PARSE, "not a number", NULL},
        {"3477.33", "+7", ERROR_PARSE, "not a value", NULL},
        {"3477.33", "0x10", ERROR_PARSE, "neither a comma nor the end", NULL},
        {"3477.33", "{}", ERROR_MAPPING, "is missing", NULL},
        {"3477.33", "{\"a\": 1}", ERROR_MAPPING, "a group where a value is expected", NULL},
        {"3477.33", "[1, 2]", ERROR_MAPPING, "stands there twice", NULL},
        {"3477.33", "[[1]]", ERROR_SHAPE, "an array in an array", NULL},
        {"3477.33", "[]", ERROR_MAPPING, "is missing", NULL},
        {"\"payer\": \"广州市社会保险基金测试支出户\"", "\"payer\": null", ERROR_NONE, NULL,
         NULL},
        {"\"data\": {", "\"data\": \"x\", \"other\": {", ERROR_MAPPING, "text where a group",
         NULL},
    };
    struct fixture *fixture = *state;
    struct dialect dialect = open_dialect(fixture, JSON, QUERY_JSON);

    hold_changes(&dialect, changes, COUNT_OF(changes));
    adapter_free(dialect.adapter);
}

static void test_json_texts(void **state)
{
    static const struct change changes[] = {
        {"张喆", "\\u5f20\\u5586", ERROR_NONE, "张喆", "handler/name"},
        {"张喆", "\\ud842\\udfb7\\u91CE", ERROR_NONE, "𠮷野", "handler/name"},
        {"张喆", "\\\"a\\\\b\\/\\\"", ERROR_NONE, "\"a\\b/\"", "handler/name"},
        {"张喆", "张喆  ", ERROR_NONE, "张喆", "handler/name"},
        {"张喆", "一二三四五六七", ERROR_LENGTH, "opter_name", NULL},
        {"张喆", "\\ud842", ERROR_ENCODING, "half a surrogate pair", NULL},
        {"张喆", "\\ud842x", ERROR_ENCODING, "half a surrogate pair", NULL},
        {"张喆", "\\ud842\\u0041", ERROR_ENCODING, "half a surrogate pair", NULL},
        {"张喆", "\\ud842\\ud842", ERROR_ENCODING, "half a surrogate pair", NULL},
        {"张喆", "\\udfb7", ERROR_ENCODING, "half a surrogate pair", NULL},
        {"张喆", "\\ud8", ERROR_PARSE, "four hexadecimal digits", NULL},
        {"张喆", "\\u00g0", ERROR_PARSE, "four hexadecimal digits", NULL},
        {"张喆", "a\\u0000b", ERROR_VALUE, "a NUL", NULL},
        {"张喆", "a\\u0001b", ERROR_VALUE, "opter_name", NULL},
        {"张喆", "a\\bb", ERROR_VALUE, "opter_name", NULL},
        {"张喆", "\\uFFFE", ERROR_VALUE, "opter_name", NULL},
        {"张喆", "\\uFFFD", ERROR_ENCODING, "opter_name", NULL},
        {"张喆", "a\\x41", ERROR_PARSE, "an escape that JSON", NULL},
        {"张喆", "a\tb", ERROR_PARSE, "a control character", NULL},
        {"张喆", "a\nb", ERROR_PARSE, "a control character", NULL},
        {"张喆", "\xD5\xC5\x86\xB4", ERROR_ENCODING, "not UTF-8", NULL},
        {"张喆", "\xD5\xC5\x86", ERROR_ENCODING, "not UTF-8", NULL},
        {"张喆", "\xED\xA1\x82\xED\xBE\xB7", ERROR_ENCODING, "not UTF-8", NULL},
        {"张喆\",", "张喆", ERROR_PARSE, "JSON", NULL},
        {"\"张喆\"", "'张喆'", ERROR_PARSE, "not a value", NULL},
    };
    struct fixture *fixture = *state;
    struct dialect dialect = open_dialect(fixture, JSON, QUERY_JSON);

    hold_changes(&dialect, changes, COUNT_OF(changes));
    adapter_free(dialect.adapter);
}

static void test_json_shapes(void **state)
{
    static const struct change changes[] = {
        {"{", "\xEF\xBB\xBF{", ERROR_ENCODING, "byte order mark", NULL},
        {"{", "[{", ERROR_SHAPE, "not an object", NULL},
        {"{", "\"x\"", ERROR_PARSE, "not an object", NULL},
        {"{", "// x\n{", ERROR_PARSE, "not an object", NULL},
        {"{", "{,", ERROR_PARSE, "not a string", NULL},
        {"\"infno\"", "infno", ERROR_PARSE, "not a string", NULL},
        {"\"infno\":", "\"infno\"", ERROR_PARSE, "not a colon", NULL},
        {"\"infno\"", "\"infno\": \"8101\", \"infno\"", ERROR_SHAPE, "stands there twice",
         NULL},
        {"\"infno\"", "\"inf\\u006eo\": 1, \"infno\"", ERROR_SHAPE, "stands there twice", NULL},
        {"\"infno\"", "\"payload\": [], \"payload\": 1, \"infno\"", ERROR_SHAPE, "twice", NULL},
        {"\"infno\"", "\"\": 1, \"infno\"", ERROR_SHAPE, "not a member's name", NULL},
        {"\"infno\"", "\"a/b\": 1, \"infno\"", ERROR_SHAPE, "not a member's name", NULL},
        {"\"infno\"", "\"a b\": 1, \"infno\"", ERROR_SHAPE, "not a member's name", NULL},
        {"\"infno\"", "\"529900198506010018\": 1, \"infno\"", ERROR_SHAPE, "member's name",
         NULL},
        {"8101", "8109", ERROR_MAPPING, "no message matches", NULL},
        {"\"msgid\": \"H52990000001202603300930110001\",", "", ERROR_MAPPING, "msgid", NULL},
        {"202603300930110001", "202613300930110001", ERROR_VALUE, "msgid", NULL},
        {"202603300930110001", "20260330093011000A", ERROR_VALUE, "msgid", NULL},
        {"202603300930110001", "20260330093011001", ERROR_VALUE, "msgid", NULL},
        {"\"SM2\"", "\"RSA\"", ERROR_CODE_VALUE, "signtype", NULL},
        {"2026-03-30 09:30:11", "2026-03-32 09:30:11", ERROR_VALUE, "inf_time", NULL},
        {"    }\n  }\n}\n", "    }\n  }\n}\n{}", ERROR_PARSE, "something after the end", NULL},
        {"    }\n  }\n}\n", "    }\n  }\n", ERROR_PARSE, "neither a comma nor the end", NULL},
        {"    }\n  }\n}\n", "    }\n  ]\n}", ERROR_PARSE, "neither a comma nor the end", NULL},
        {"    }\n  }\n}\n", "   , }\n  }\n}\n", ERROR_PARSE, "not a string", NULL},
    };
    struct fixture *fixture = *state;
    struct dialect dialect = open_dialect(fixture, JSON, QUERY_JSON);

    hold_changes(&dialect, changes, COUNT_OF(changes));
    refuses(&dialect, TEXT(""), ERROR_PARSE, "not an object");
    refuses(&dialect, TEXT("  \n"), ERROR_PARSE, "not an object");
    refuses(&dialect, TEXT("null"), ERROR_PARSE, "not an object");
    refuses(&dialect, TEXT("<?xml version=\"1.0\"?><a/>"), ERROR_PARSE, "not an object");
    for (size_t size = 1; size < dialect.good.size - 1; size++)
        assert_false(reads(&dialect, (struct text){dialect.good.at, size}));
    holds_its_bytes(&dialect, dialect.good);
    adapter_free(dialect.adapter);
}

/* Unknown members are lost by name, whatever they hold; known ones in any order. */
static void test_json_unknown(void **state)
{
    struct fixture *fixture = *state;
    struct dialect dialect = open_dialect(fixture, JSON, QUERY_JSON);
    struct text bytes = replaced(fixture, dialect.good, "\"infno\"",
                                 "\"dev_no\": \"7\", \"more\": {\"a\": [{\"b\": 1}, {}]}, "
                                 "\"nothing\": null, \"infno\"");

    assert_true(reads(&dialect, bytes));
    assert_true(text_is(dialect.message.lost, "dev_no\nmore\n"));
    adapter_free(dialect.adapter);
}

static void test_json_bounds(void **state)
{
    enum { MANY = 70000 };
    struct fixture *fixture = *state;
    struct dialect dialect = open_dialect(fixture, JSON, QUERY_JSON);
    size_t room = (size_t)MANY * 16;
    struct buffer buffer = buffer_over(arena_alloc(fixture->arena, room), room);
    struct text huge = {arena_alloc(fixture->arena, (size_t)40 << 20), (size_t)40 << 20};

    buffer_string(&buffer, "{\"a\":");
    for (int i = 0; i < 40; i++)
        buffer_string(&buffer, "{\"a\":");
    refuses(&dialect, buffer_as_text(&buffer), ERROR_DEPTH, "nested too deeply");
    buffer.size = 0;
    for (int i = 0; i < 1000; i++)
        buffer_format(&buffer, "%s\"m%d\":1", i == 0 ? "{" : ",", i);
    refuses(&dialect, buffer_as_text(&buffer), ERROR_DEPTH, "too many members");
    buffer.size = 0;
    buffer_string(&buffer, "{\"a\":[0");
    for (int i = 0; i < MANY; i++)
        buffer_string(&buffer, ",0");
    buffer_string(&buffer, "]}");
    refuses(&dialect, buffer_as_text(&buffer), ERROR_DEPTH, "too many members");
    refuses(&dialect, huge, ERROR_SIZE, "41943040 bytes, the limit is 1048576");
    adapter_free(dialect.adapter);
}

/* What JSON must escape comes back; a row alone is an array; a number keeps its digits. */
static void test_json_written(void **state)
{
    struct fixture *fixture = *state;
    struct dialect dialect = open_dialect(fixture, JSON, QUERY_JSON);
    struct text bytes = replaced(fixture, dialect.good, "附言", "\\\"\\\\\\n\\t/<&𠮷");

    holds_its_bytes(&dialect, bytes);
    adapter_free(dialect.adapter);
}

/* A value that is no number cannot stand without quotes. */
static void test_json_bare(void **state)
{
    struct fixture *fixture = *state;
    struct folder folder = copy_of(JSON);
    struct dialect dialect;
    struct text bytes;

    change(fixture, &folder, "mapping.xml", "<ours>payer</ours><type>text</type>",
           "<ours>payer</ours><type>text</type><bare>true</bare>");
    dialect = open_dialect(fixture, folder.path, QUERY_JSON);
    assert_true(reads(&dialect, dialect.good));
    assert_false(adapter_write(dialect.adapter, TO_CORE, &dialect.message, fixture->arena,
                               &bytes, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_VALUE);
    assert_non_null(strstr(fixture->err.text, "payer"));
    adapter_free(dialect.adapter);
    drop_folder(&folder);
}

/* --- base64 in SOAP ------------------------------------------------------------------------
 */

/* What lies in the envelope. */
static struct text inner_of(struct fixture *fixture, struct text envelope)
{
    const char *from = memmem(envelope.at, envelope.size, "<arg0>", 6);
    const char *to = memmem(envelope.at, envelope.size, "</arg0>", 7);
    char *bytes = arena_alloc(fixture->arena, envelope.size);
    size_t size;

    assert_non_null(from);
    assert_non_null(to);
    assert_true(base64_decode((struct text){from + 6, (size_t)(to - from) - 6}, BASE64_STRICT,
                              bytes, envelope.size, &size, &fixture->err));
    return (struct text){bytes, size};
}

static struct text envelope_of(struct fixture *fixture, struct text inner)
{
    char *base64 = arena_alloc(fixture->arena, BASE64_SIZE(inner.size) + 1);

    base64_encode(inner.at, inner.size, base64);
    return text_of(arena_format(
        fixture->arena,
        "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\"><e:Header/><e:Body>"
        "<x:ask xmlns:x=\"urn:x\" e:encodingStyle=\"urn:y\"><x:in>%s</x:in></x:ask></e:Body>"
        "</e:Envelope>",
        base64));
}

static void test_soap_envelope(void **state)
{
    static const struct change changes[] = {
        {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "", ERROR_NONE, NULL, NULL},
        {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
         "<?xml version=\"1.0\" encoding=\"GBK\"?>", ERROR_ENCODING, "was not agreed", NULL},
        {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
         "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>", ERROR_DOCTYPE, "type", NULL},
        {"<s:Body>", "<s:Header><t xmlns=\"urn:t\"/></s:Header><s:Body>", ERROR_NONE, NULL,
         NULL},
        {"<s:Body>", "<s:Header><t xmlns=\"urn:t\" s:mustUnderstand=\"1\"/></s:Header><s:Body>",
         ERROR_SHAPE, "must be understood", NULL},
        {"<s:Body>", "<s:Body><o:more xmlns:o=\"urn:o\"/>", ERROR_SHAPE, "one element in Body",
         NULL},
        {"<s:Body>", "<s:Body>text", ERROR_SHAPE, "one element in Body", NULL},
        {"<s:Body>", "<s:Body/><s:Body>", ERROR_SHAPE, "not one Body", NULL},
        {"<arg0>", "<arg0/><arg0>", ERROR_SHAPE, "ask: not exactly one argument", NULL},
        {"<arg0>", "<arg0><x/>", ERROR_SHAPE, "arg0: elements where base64", NULL},
        {"<arg0>", "<arg0>*", ERROR_VALUE, "arg0: not base64 at character 1", NULL},
        {"<arg0>", "<arg0>A", ERROR_VALUE, "arg0: base64 with a wrong end", NULL},
        {"<arg0>", "<arg0>=", ERROR_VALUE, "arg0: not base64", NULL},
        {"<arg0>PD94", "<arg0>\n PD\r\n94\t", ERROR_NONE, NULL, NULL},
        {"<arg0>PD94", "<arg0><![CDATA[PD]]>94", ERROR_NONE, NULL, NULL},
        {"<arg0>PD94", "<arg0>&#80;D94", ERROR_NONE, NULL, NULL},
        {"<arg0>PD94", "<arg0>AAAA", ERROR_ENCODING, "UTF-16", NULL},
        {"<o:ask ", "<o:asks ", ERROR_PARSE, "not well-formed", NULL},
        {"http://schemas.xmlsoap.org/soap/envelope/", "urn:other", ERROR_SHAPE,
         "not a SOAP envelope", NULL},
        {"</s:Envelope>", "</s:Envelope><s:Envelope/>", ERROR_PARSE, "not well-formed", NULL},
    };
    struct fixture *fixture = *state;
    struct dialect dialect = open_dialect(fixture, SOAP, QUERY_XML);
    struct text bytes;

    hold_changes(&dialect, changes, COUNT_OF(changes));
    assert_true(reads(&dialect, envelope_of(fixture, inner_of(fixture, dialect.good))));
    bytes = replaced(fixture, dialect.good, "<o:ask ", "<o:tell ");
    refuses(&dialect, replaced(fixture, bytes, "</o:ask>", "</o:tell>"), ERROR_MAPPING,
            "no message matches");
    refuses(&dialect, envelope_of(fixture, TEXT("")), ERROR_PARSE, "in: empty");
    refuses(&dialect, TEXT(""), ERROR_PARSE, "empty");
    refuses(&dialect,
            TEXT("<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
                 "<s:Fault><faultcode>s:Server</faultcode></s:Fault></s:Body></s:Envelope>"),
            ERROR_SHAPE, "a SOAP Fault");
    holds_its_bytes(&dialect, dialect.good);
    adapter_free(dialect.adapter);
}

/* The rules of encodings hold for what lies inside (and for plain XML alike). */
static const struct change inner_changes[] = {
    {"\xD5\xC5\x86\xB4", "\xCC\xEF\x82\x30\xB7\x31", ERROR_NONE, "田㛃", "handler/name"},
    {"\xD5\xC5\x86\xB4", "\x95\x34\xB2\x35", ERROR_NONE, "𠮷", "handler/name"},
    {"\xD5\xC5\x86\xB4", "\xD5\xC5\x86", ERROR_ENCODING, "is not GB18030", NULL},
    {"\xD5\xC5\x86\xB4", "\xD5\xC5\x82\x30\xB7", ERROR_ENCODING, "is not GB18030", NULL},
    {"\xD5\xC5\x86\xB4", "\x84\x31\xA4\x37", ERROR_ENCODING, "was lost before", NULL},
    {"\xD5\xC5\x86\xB4", "a\x01", ERROR_PARSE, "not well-formed", NULL},
    {"\xD5\xC5\x86\xB4", "a&b", ERROR_PARSE, "not well-formed", NULL},
    {"\xD5\xC5\x86\xB4", "&amp;&lt;&#34;", ERROR_NONE, "&<\"", "handler/name"},
    {"3477.33", "1e3", ERROR_VALUE, "amount", NULL},
    {"3477.33", "3,477.33", ERROR_VALUE, "amount", NULL},
    {"3477.33", "NaN", ERROR_VALUE, "amount", NULL},
    {"3477.33", "", ERROR_MAPPING, "is missing", NULL},
};

static const char *const labels[] = {"GBK",          "GB2312",     "gb2312", "GB18030",
                                     "gb18030-2022", "GB_2312-80", "CP936"};

static void test_soap_inner(void **state)
{
    struct fixture *fixture = *state;
    struct dialect dialect = open_dialect(fixture, SOAP, QUERY_XML);
    struct text inner = inner_of(fixture, dialect.good);
    struct text utf8 = {arena_alloc(fixture->arena, encoding_room(inner.size)), 0};
    struct buffer buffer = buffer_over((void *)(uintptr_t)utf8.at, encoding_room(inner.size));

    for (size_t i = 0; i < COUNT_OF(inner_changes); i++) {
        const struct change *change = &inner_changes[i];
        struct text bytes = replaced(fixture, inner, change->from, change->to);
        struct text value;
        bytes = envelope_of(fixture, bytes);
        if (change->code != ERROR_NONE) {
            refuses(&dialect, bytes, change->code, change->says);
            continue;
        }
        assert_true(reads(&dialect, bytes));
        assert_true(record_text(dialect.message.body, change->path, &value));
        assert_true(text_is(value, change->says));
    }
    for (size_t i = 0; i < COUNT_OF(labels); i++)
        assert_true(
            reads(&dialect, envelope_of(fixture, replaced(fixture, inner, "GBK", labels[i]))));
    assert_true(encoding_gb_to_utf8(inner, &buffer, &fixture->err));
    utf8 = buffer_as_text(&buffer);
    refuses(&dialect, envelope_of(fixture, utf8), ERROR_ENC_LABEL, "the bytes are UTF-8");
    assert_true(reads(&dialect, envelope_of(fixture, replaced(fixture, utf8, "GBK", "UTF-8"))));
    refuses(&dialect, envelope_of(fixture, replaced(fixture, inner, "GBK", "UTF-8")),
            ERROR_ENCODING, "not valid UTF-8");
    refuses(&dialect, envelope_of(fixture, replaced(fixture, inner, "GBK", "Big5")),
            ERROR_ENCODING, "label");
    adapter_free(dialect.adapter);
}

/* --- attributes ----------------------------------------------------------------------------
 */

static void test_attributes(void **state)
{
    static const struct change changes[] = {
        {"VERB=\"ASKFUND\" NO=\"7\"", "NO='7' VERB='ASKFUND'", ERROR_NONE, NULL, NULL},
        {"NO=\"7\"", "NO=\"\"", ERROR_MAPPING, "@NO", NULL},
        {"NO=\"7\"", "NO=\"7\" NO=\"8\"", ERROR_PARSE, "not well-formed", NULL},
        {"VERB=\"ASKFUND\" NO", "VERB=\"ASKFUND\"NO", ERROR_PARSE, "not well-formed", NULL},
        {"VERB=\"ASKFUND\"", "VERB=\"OTHER\"", ERROR_MAPPING, "no message matches", NULL},
        {"NO=\"7\"", "NO=\"7\" xmlns:x=\"urn:x\" x:no=\"1\"", ERROR_SHAPE,
         "an attribute of a namespace", NULL},
        {"<OPERATOR>", "<OPERATOR code=\"1\">", ERROR_MAPPING, "a group where a value", NULL},
        {"<SERIAL>", "<TAIL a=\"1\">x</TAIL><SERIAL>", ERROR_NONE, NULL, NULL},
        {"NO=\"7\"", "NO=\"&foo;\"", ERROR_PARSE, "not well-formed", NULL},
        {"\xD5\xC5\x86\xB4", "\xCC\xEF\x82\x30\xB7\x31", ERROR_NONE, "田㛃", "handler/name"},
        {"\xD5\xC5\x86\xB4", "\xD5\xC5\x86", ERROR_ENCODING, "is not GB18030", NULL},
    };
    struct fixture *fixture = *state;
    struct folder folder = copy_of(ATTRIBUTE);
    struct dialect dialect = open_dialect(fixture, folder.path, QUERY_XML);
    struct adapter *plain;

    hold_changes(&dialect, changes, COUNT_OF(changes));
    assert_true(reads(&dialect, replaced(fixture, dialect.good, "<SERIAL>",
                                         "<TAIL a=\"1\">x</TAIL><SERIAL>")));
    assert_true(text_is(dialect.message.lost, "TAIL\n"));
    holds_its_bytes(&dialect, dialect.good);
    holds_its_bytes(&dialect, replaced(fixture, dialect.good, "NO=\"7\"",
                                       "NO=\"&quot;&lt;&amp;&#10;'&#9;7\""));
    adapter_free(dialect.adapter);
    plain = load_adapter(fixture, "tests/data/county-core");
    assert_false(adapter_read(plain, FROM_CORE, TEXT("<message a=\"1\"/>"), fixture->arena,
                              &dialect.message, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_SHAPE);
    adapter_free(plain);
    drop_folder(&folder);
}

/* The dialect's schema speaks of attributes, too, of what is read and of what is written. */
static void test_attributes_under_a_schema(void **state)
{
    static const struct change changes[] = {
        {"NO=\"7\"", "NO=\"7\" LATE=\"1\"", ERROR_SCHEMA, "element DATA", NULL},
        {"3477.33", "3477.3", ERROR_SCHEMA, "element AMOUNT", NULL},
        {"<SERIAL>", "<ROWSET><ROW SERIAL=\"1\"/></ROWSET><SERIAL>", ERROR_SCHEMA,
         "element ROW", NULL},
    };
    struct fixture *fixture = *state;
    struct dialect dialect = open_dialect(fixture, ATTRIBUTE, QUERY_XML);
    struct text bytes;

    hold_changes(&dialect, changes, COUNT_OF(changes));
    holds_its_bytes(&dialect, dialect.good);
    dialect.message.local_key = TEXT("a\"b<c>&d");
    assert_true(adapter_write(dialect.adapter, TO_CORE, &dialect.message, fixture->arena,
                              &bytes, &fixture->err));
    assert_true(reads(&dialect, bytes));
    assert_true(text_is(dialect.message.local_key, "a\"b<c>&d"));
    adapter_free(dialect.adapter);
}

/* Text beside an attribute is a field of its own, and written in its place. */
static void test_text_beside_attributes(void **state)
{
    struct fixture *fixture = *state;
    struct folder folder = copy_of(ATTRIBUTE);
    struct dialect dialect;

    change(fixture, &folder, "mapping.xml", "<theirs>OPERATOR</theirs>",
           "<theirs>OPERATOR/.</theirs>");
    change(fixture, &folder, "mapping.xml", "<fragment> <!-- 经办 -->\n    <name>office</name>",
           "<fragment><name>office</name><constant><theirs>OPERATOR/@KIND</theirs>"
           "<value>A</value></constant>");
    change(fixture, &folder, "adapter.xml", "<attributes>",
           "<layout>indented</layout><attributes>");
    dialect = open_dialect(fixture, folder.path, QUERY_XML);
    dialect.good = replaced(fixture, dialect.good, "<OPERATOR>", "<OPERATOR KIND=\"A\">");
    assert_true(reads(&dialect, dialect.good));
    assert_true(adapter_write(dialect.adapter, TO_CORE, &dialect.message, fixture->arena,
                              &dialect.good, &fixture->err));
    assert_non_null(memmem(dialect.good.at, dialect.good.size,
                           "\n  <OPERATOR KIND=\"A\">\xD5\xC5\x86\xB4</OPERATOR>\n", 38));
    holds_its_bytes(&dialect, dialect.good);
    adapter_free(dialect.adapter);
    drop_folder(&folder);
}

/* Two roots, text after the root, nothing; and one text of forty megabytes, with limits of the
 * adapter's own and of the parser's. */
static void test_roots_and_sizes(void **state)
{
    struct fixture *fixture = *state;
    struct folder folder = copy_of(ATTRIBUTE);
    struct dialect dialect = open_dialect(fixture, ATTRIBUTE, QUERY_XML);
    char *at = calloc(40, 1 << 20);
    struct text huge = {at, (size_t)40 << 20};

    refuses(&dialect, replaced(fixture, dialect.good, "</DATA>", "</DATA><DATA/>"), ERROR_PARSE,
            "not well-formed");
    refuses(&dialect, replaced(fixture, dialect.good, "</DATA>", "</DATA>x"), ERROR_PARSE,
            "not well-formed");
    assert_true(reads(&dialect, replaced(fixture, dialect.good, "</DATA>", "</DATA >\n\n")));
    refuses(&dialect, TEXT(""), ERROR_PARSE, "empty");
    assert_non_null(at);
    memset(at, '\xD6', huge.size);
    memcpy(at, "<DATA>x", 7);
    memcpy(at + huge.size - 7, "</DATA>", 7);
    refuses(&dialect, huge, ERROR_SIZE, "41943040 bytes, the limit is 1048576");
    adapter_free(dialect.adapter);
    change(fixture, &folder, "adapter.xml", "  <answers>",
           "  <limits><sizeMax>100000000</sizeMax></limits>\n  <answers>");
    dialect = open_dialect(fixture, folder.path, QUERY_XML);
    refuses(&dialect, huge, ERROR_SIZE, "a text of more than 10000000 bytes");
    free(at);
    adapter_free(dialect.adapter);
    drop_folder(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_examples, setup, teardown),
        cmocka_unit_test_setup_teardown(test_check_needs_the_question, setup, teardown),
        cmocka_unit_test_setup_teardown(test_explain, setup, teardown),
        cmocka_unit_test_setup_teardown(test_json_values, setup, teardown),
        cmocka_unit_test_setup_teardown(test_json_texts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_json_shapes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_json_unknown, setup, teardown),
        cmocka_unit_test_setup_teardown(test_json_bounds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_json_written, setup, teardown),
        cmocka_unit_test_setup_teardown(test_json_bare, setup, teardown),
        cmocka_unit_test_setup_teardown(test_soap_envelope, setup, teardown),
        cmocka_unit_test_setup_teardown(test_soap_inner, setup, teardown),
        cmocka_unit_test_setup_teardown(test_attributes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_attributes_under_a_schema, setup, teardown),
        cmocka_unit_test_setup_teardown(test_text_beside_attributes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_roots_and_sizes, setup, teardown),
    };

    return cmocka_run_group_tests_name("wire_carriers", tests, open_adapters, close_schemas);
}

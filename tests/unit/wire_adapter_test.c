/* wire_adapter_test.c - the adapters that come with the gateway, what they refuse and what they
 * lose, what a core's answers mean, and adapters changed without a compiler. */
#include "adapter_fixture.h"

#include "wire/mapping_load.h"

static const char *const shipped[] = {"guizhou-core", "guangdong-core", "template",
                                      "guizhou-medical", "guangdong-medical"};

/* --- proof of the shipped adapters
 * ------------------------------------------------------------------- */

struct lines {
    size_t good;
    size_t bad;
    char text[200]; /* part of a line that is looked for */
    bool found;
};

static void take_line(void *self, bool good, const char *text)
{
    struct lines *lines = self;

    lines->good += good;
    lines->bad += !good;
    if (!good)
        print_message("    %s\n", text);
    if (lines->text[0] != '\0' && strstr(text, lines->text) != NULL)
        lines->found = true;
}

/* How many findings there are, and that one of the lines says `says`. */
static size_t findings(struct fixture *fixture, const char *folder, const char *says)
{
    struct lines lines = {0};
    const struct adapter_reader reader = {.line = take_line, .self = &lines};
    size_t failures = 0;

    snprintf(lines.text, sizeof(lines.text), "%s", says);
    if (!adapter_check(folder, schemas, &reader, &failures, &fixture->err))
        stop("error", fixture->err.text);
    assert_int_equal(failures, lines.bad);
    if (!lines.found)
        stop("no line says", says);
    return failures;
}

static void test_shipped(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(
        findings(fixture, "adapters/guizhou-core", "form: 78 of 78 leaves, 1 lost"), 0);
    assert_int_equal(findings(fixture, "adapters/guizhou-core", "189 pairs of examples"), 0);
    assert_int_equal(
        findings(fixture, "adapters/guangdong-core", "voucher is lost: ours, not theirs"), 0);
    assert_int_equal(findings(fixture, "adapters/guangdong-core",
                              "    fund_advice, fund_receipt, fund_return, remittance, "
                              "fund_query, "),
                     0);
    assert_int_equal(findings(fixture, "adapters/guangdong-core", "letter: 35 of 35 leaves, 0"),
                     0);
    assert_int_equal(findings(fixture, "adapters/template", "acceptance: 21 of 21 leaves, 1"),
                     0);
    assert_int_equal(
        findings(fixture, "adapters/guizhou-settlement", "filing: 29 of 29 leaves, 0 lost"), 0);
    assert_int_equal(
        findings(fixture, "adapters/guizhou-medical", "form: 36 of 36 leaves, 0 lost"), 0);
    assert_int_equal(
        findings(fixture, "adapters/guangdong-medical", "form: 36 of 36 leaves, 0 lost"), 0);
    assert_int_equal(findings(fixture, "tests/data/soap-core", "no answer of pension.employee"),
                     0);
    assert_int_equal(findings(fixture, "tests/data/county-core", "letter: 35 of 35 leaves, 11"),
                     0);
}

static void test_shipped_files_follow_their_schemas(void **state)
{
    static const char *const files[] = {"adapter", "mapping", "codes"};
    const struct document_limits limits = {.size_max = FILE_MAX, .allow_comments = true};
    struct fixture *fixture = *state;
    char path[256];

    for (size_t i = 0; i < COUNT_OF(files) * COUNT_OF(shipped); i++) {
        const char *file = files[i % COUNT_OF(files)];
        struct document *document = NULL;
        struct schema *schema = NULL;
        struct text bytes;
        snprintf(path, sizeof(path), "schemas/%s.xsd", file);
        if (!schema_load(path, &schema, &fixture->err))
            stop(path, fixture->err.text);
        snprintf(path, sizeof(path), "adapters/%s/%s.xml", shipped[i / COUNT_OF(files)], file);
        assert_true(file_read(fixture->arena, path, FILE_MAX, &bytes, &fixture->err));
        if (!document_parse(bytes, &limits, &document, &fixture->err) ||
            !schema_check(schema, document, &fixture->err))
            stop(path, fixture->err.text);
        document_free(document);
        schema_free(schema);
    }
}

/* Each change makes the check find something. */
static void test_check_finds(void **state)
{
    static const struct {
        const char *file;
        const char *from;
        const char *to;
        const char *says;
    } changes[] = {
        {"mapping.xml", "<lost><ours>handler/agencyCode</ours><reason>",
         "<lost><theirs>x</theirs><reason>", "handler/agencyCode is neither mapped nor"},
        {"schema/dialect.xsd", "name=\"desk\"", "name=\"table\"",
         "schema/dialect.xsd: table is neither mapped"},
        {"mapping.xml", "<lost><theirs>desk</theirs><reason>",
         "<lost><theirs>x</theirs><reason>", "acceptance-desk: desk is neither mapped"},
        {"mapping.xml", "<optional>true</optional>", "",
         "optional in the national form, but mandatory"},
        {"mapping.xml", "<ours>letterNumber</ours><type>text</type>",
         "<ours>letterNumber</ours><type>text</type><optional>true</optional>",
         "mandatory in the national form, but optional"},
        {"examples/acceptance.theirs.xml", "张喆", "田㛃", "theirs -> ours differs"},
        {"examples/acceptance.theirs.xml", "<kind>", " <kind>", "ours -> theirs differs"},
        {"examples/acceptance.ours.xml", "<name>", "<nick>", "acceptance: "},
        {"examples/acceptance-desk.theirs.xml", "desk>12</desk", "table>12</table",
         "acceptance-desk: table is neither mapped nor listed"},
        {"examples/bad-code.xml", "XX", "EP", "was read, but should be refused"},
        {"examples/bad.txt", "CODE_VALUE insurance", "VALUE insurance",
         "refused with CODE_VALUE"},
        {"examples/bad.txt", "CODE_VALUE insurance", "CODE_VALUE trace",
         "without the name trace"},
        {"examples/bad.txt", "bad-date.xml", "bad-day.xml", "bad-date.xml: not listed"},
        {"adapter.xml", "<value>accepted<", "<value>other<", "no message matches"},
        {"adapter.xml", "<localKey>", "<localkey>", "adapter.xml:"},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        struct folder folder = copy_adapter("template");
        change(fixture, &folder, changes[i].file, changes[i].from, changes[i].to);
        assert_int_not_equal(findings(fixture, folder.path, changes[i].says), 0);
        drop_folder(&folder);
    }
}

static void test_check_misses_examples(void **state)
{
    struct fixture *fixture = *state;
    struct folder folder = copy_adapter("template");
    char command[256];

    snprintf(command, sizeof(command), "rm %s/examples/acceptance.ours.xml", folder.path);
    run(command);
    assert_int_equal(findings(fixture, folder.path, "its other half is missing"), 1);
    snprintf(command, sizeof(command), "rm -r %s/examples", folder.path);
    run(command);
    assert_int_equal(findings(fixture, folder.path, "acceptance: no pair of examples shows it"),
                     32); /* no folder, and each of the messages */
    drop_folder(&folder);
}

static bool explains(struct fixture *fixture, const char *adapter, const char *field,
                     const char *says)
{
    struct lines lines = {0};
    const struct adapter_reader reader = {.line = take_line, .self = &lines};
    char folder[64];

    snprintf(lines.text, sizeof(lines.text), "%s", says);
    snprintf(folder, sizeof(folder), "adapters/%s", adapter);
    if (!adapter_explain(folder, schemas, field, &reader, &fixture->err))
        stop(field, fixture->err.text);
    return lines.found;
}

static const char *loudly(const char *english)
{
    return strcmp(english, ", optional") == 0 ? ", OPTIONAL" : english;
}

static void test_explain(void **state)
{
    static const struct {
        const char *adapter;
        const char *field;
        const char *says;
    } rows[] = {
        {"guizhou-core", "sex", "prm_aac004 <-> person/sex"},
        {"guizhou-core", "sex", "    code, through list sex; mapping.xml:"},
        {"guizhou-core", "sex", "    application, letter, form, fund_receipt, certificate"},
        {"guizhou-core", "clock", "prm_sxzl <-> clock"},
        {"guizhou-core", "clock", "    reminder, remittance_reminder, resident_reminder"},
        {"guizhou-core", "state", "sxdataset/row/sxzt <-> clocks/clock/state"},
        {"guizhou-core", "agreed", "    bool 1/0; mapping.xml:"},
        {"guizhou-core", "prm_jybh", "    always \"8120\""},
        {"guizhou-core", "prm_jylsh", "    the message's own key; adapter.xml"},
        {"guizhou-core", "prm_bbh", "    letter, form"},
        {"guangdong-core", "BATNO", "MSGDATA/BATNO is lost: theirs, not ours"},
        {"guangdong-core", "voucher", "voucher is lost: ours, not theirs"},
        {"guangdong-core", "amount", "    money fen; mapping.xml:"},
        {"guangdong-core", "AAE044", "    text, at most 384 bytes; mapping.xml:"},
    };
    struct fixture *fixture = *state;
    struct lines lines = {.text = ", OPTIONAL, at most 1000 bytes"};
    const struct adapter_reader reader = {take_line, loudly, &lines};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (!explains(fixture, rows[i].adapter, rows[i].field, rows[i].says))
            stop(rows[i].field, rows[i].says);
    assert_true(
        adapter_explain("adapters/guizhou-core", schemas, "text", &reader, &fixture->err));
    assert_true(lines.found);
    assert_false(adapter_explain("adapters/template", schemas, "ex", &reader, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_NOT_FOUND);
}

/* --- documents in
 * ------------------------------------------------------------------------------------- */

static bool read_as(struct fixture *fixture, const struct adapter *adapter,
                    enum adapter_way way, struct text bytes, struct adapter_message *message)
{
    return adapter_read(adapter, way, bytes, fixture->arena, message, &fixture->err);
}

static void refused(struct fixture *fixture, const struct adapter *adapter, struct text bytes,
                    enum error_code code, const char *says)
{
    struct adapter_message message;

    if (read_as(fixture, adapter, FROM_CORE, bytes, &message))
        stop("was read", says);
    if (fixture->err.code != code || strstr(fixture->err.text, says) == NULL)
        stop(error_name(fixture->err.code), fixture->err.text);
}

static void test_heads(void **state)
{
    struct fixture *fixture = *state;
    struct adapter *adapter = load_adapter(fixture, "adapters/guizhou-core");
    struct text bytes = read_path(fixture, "adapters/guizhou-core",
                                  "examples/form-revised.theirs.xml");
    struct adapter_message message;
    struct text value;
    struct money total;

    assert_string_equal(adapter_name(adapter), "guizhou-core");
    assert_string_equal(adapter_content_type(adapter), "application/xml; charset=GBK");
    assert_true(adapter_capabilities(adapter)->two_phase);
    assert_true(read_as(fixture, adapter, FROM_CORE, bytes, &message));
    assert_int_equal(message.flow, FLOW_PENSION_EMPLOYEE);
    assert_int_equal(message.action, ACTION_FORM);
    assert_int_equal(message.revision, 2);
    assert_true(text_is(message.local_key, "GZ20260302000010"));
    assert_int_equal(message.lost.size, 0);
    assert_true(record_text(message.body, "person/name", &value));
    assert_true(text_is(value, "田㛃"));
    assert_true(record_money(message.body, "amounts/total", &total));
    assert_int_equal(record_count(message.body, "rows/row"), 16);
    /* Without a revision it is the first; revision 0 is none. */
    assert_true(read_as(fixture, adapter, FROM_CORE,
                        replaced(fixture, bytes, "<prm_bbh>2</prm_bbh>", ""), &message));
    assert_int_equal(message.revision, 1);
    refused(fixture, adapter,
            replaced(fixture, bytes, "<prm_bbh>2</prm_bbh>", "<prm_bbh>0</prm_bbh>"),
            ERROR_VALUE, "prm_bbh");
    refused(fixture, adapter,
            replaced(fixture, bytes, "<prm_bbh>2</prm_bbh>", "<prm_bbh>10000</prm_bbh>"),
            ERROR_LENGTH, "prm_bbh");
    adapter_free(adapter);
}

static void test_unknown_is_lost(void **state)
{
    struct fixture *fixture = *state;
    struct adapter *adapter = load_adapter(fixture, "adapters/guizhou-core");
    struct text bytes = read_path(fixture, "adapters/guizhou-core", "examples/form.theirs.xml");
    struct adapter_message message;

    bytes = replaced(fixture, bytes, "<proxy>",
                     "<new_a>1</new_a><new_b><x>2</x></new_b><new_a>3</new_a><new_c/>"
                     "<prm_aae014>4</prm_aae014><proxy>");
    bytes = replaced(fixture, bytes, "<aae001>", "<new_d>5</new_d><aae001>");
    bytes = replaced(fixture, bytes, "</row><row>", "</row><row><new_d>6</new_d>");
    assert_true(read_as(fixture, adapter, FROM_CORE, bytes, &message));
    assert_true(text_is(message.lost, "dataset/row/new_d\nnew_a\nnew_b\nprm_aae014\n"));
    adapter_free(adapter);
}

static void test_many_unknown_names(void **state)
{
    struct fixture *fixture = *state;
    struct adapter *adapter = load_adapter(fixture, "adapters/template");
    struct text bytes = read_path(fixture, "adapters/template",
                                  "examples/acceptance.theirs.xml");
    struct adapter_message message;
    size_t room = 64 * 1024;
    struct buffer more = buffer_over(arena_alloc(fixture->arena, room), room);

    for (int i = 0; i < 200; i++)
        buffer_format(&more, "<n%d>1</n%d>", i, i);
    buffer_string(&more, "<office>");
    buffer_bytes(&more, "", 1);
    assert_true(read_as(fixture, adapter, FROM_CORE,
                        replaced(fixture, bytes, "<office>", (const char *)more.at), &message));
    assert_non_null(memmem(message.lost.at, message.lost.size, "n63\n...\n", 8));
    assert_null(memmem(message.lost.at, message.lost.size, "n64\n", 4));
    adapter_free(adapter);
}

static void test_refusals(void **state)
{
    struct fixture *fixture = *state;
    struct adapter *adapter = load_adapter(fixture, "adapters/template");
    struct text good = read_path(fixture, "adapters/template",
                                 "examples/acceptance.theirs.xml");

    refused(fixture, adapter, replaced(fixture, good, "accepted</kind>", "other</kind>"),
            ERROR_MAPPING, "no message matches");
    refused(fixture, adapter, replaced(fixture, good, "<kind>accepted</kind>", ""),
            ERROR_MAPPING, "no message matches");
    refused(fixture, adapter, replaced(fixture, good, "<to>440100</to>", ""), ERROR_MAPPING,
            "to (reference/inRegion): is missing");
    refused(fixture, adapter, replaced(fixture, good, "<to>440100</to>", "<to> </to>"),
            ERROR_MAPPING, "is missing");
    refused(fixture, adapter, replaced(fixture, good, "<to>440100</to>", "<to/>"),
            ERROR_MAPPING, "is missing");
    refused(fixture, adapter,
            replaced(fixture, good, "<to>440100</to>", "<to>440100</to><to>440100</to>"),
            ERROR_MAPPING, "stands there twice");
    refused(fixture, adapter, replaced(fixture, good, "<to>440100</to>", "<to>44010</to>"),
            ERROR_SCHEMA, "inRegion");
    refused(fixture, adapter, replaced(fixture, good, "<to>440100</to>", "<to>4401001</to>"),
            ERROR_LENGTH, "to (reference/inRegion)");
    refused(fixture, adapter,
            replaced(fixture, good, "<to>440100</to>", "<to a=\"1\">440100</to>"), ERROR_SCHEMA,
            "to");
    adapter_free(adapter);
}

static void test_two_match(void **state)
{
    struct fixture *fixture = *state;
    struct folder folder = copy_adapter("template");
    struct adapter *adapter;
    struct text good = read_path(fixture, "adapters/template",
                                 "examples/acceptance.theirs.xml");

    change(fixture, &folder, "adapter.xml", "<value>notice<", "<value>accepted<");
    adapter = load_adapter(fixture, folder.path);
    refused(fixture, adapter, good, ERROR_MAPPING, "both acceptance and notice match");
    adapter_free(adapter);
    drop_folder(&folder);
}

/* A document may hold as many rows as the mapping says, and never more nodes than a record. */
static struct text with_rows(struct fixture *fixture, size_t count, const char *row)
{
    size_t room = count * strlen(row) + 64 * 1024;
    struct text good = read_path(fixture, "adapters/guizhou-core", "examples/form.theirs.xml");
    const char *from = memmem(good.at, good.size, "<dataset>", 9);
    const char *to = memmem(good.at, good.size, "</dataset>", 10);
    struct buffer buffer = buffer_over(arena_alloc(fixture->arena, room), room);

    buffer_bytes(&buffer, good.at, (size_t)(from - good.at) + 9);
    for (size_t i = 0; i < count; i++)
        buffer_string(&buffer, row);
    buffer_bytes(&buffer, to, good.size - (size_t)(to - good.at));
    return buffer_as_text(&buffer);
}

static void test_rows_are_bounded(void **state)
{
    struct fixture *fixture = *state;
    struct folder folder = copy_adapter("guizhou-core");
    struct adapter_message message;
    struct adapter *adapter;

    change(fixture, &folder, "adapter.xml", "<sizeMax>1048576<", "<sizeMax>16777216<");
    adapter = load_adapter(fixture, folder.path);
    refused(fixture, adapter, with_rows(fixture, 601, "<row><aae001>2001</aae001></row>"),
            ERROR_DEPTH, "more than 600 rows");
    refused(fixture, adapter, with_rows(fixture, 65000, "<row><aae001>2001</aae001></row>"),
            ERROR_DEPTH, "elements");
    /* Empty is absent, however often. */
    assert_true(
        read_as(fixture, adapter, FROM_CORE, with_rows(fixture, 65000, "<row/>"), &message));
    assert_int_equal(record_count(message.body, "rows/row"), 0);
    adapter_free(adapter);
    adapter = load_adapter(fixture, "adapters/guizhou-core");
    refused(fixture, adapter, with_rows(fixture, 65000, "<row><aae001>2001</aae001></row>"),
            ERROR_SIZE, "");
    adapter_free(adapter);
    drop_folder(&folder);
}

/* A form without yearly rows is a form: the group that the national one must have is there. */
static void test_no_rows(void **state)
{
    struct fixture *fixture = *state;
    struct adapter *adapter = load_adapter(fixture, "adapters/guizhou-core");
    struct adapter_message message;
    struct text bytes;

    assert_true(read_as(fixture, adapter, FROM_CORE, with_rows(fixture, 0, ""), &message));
    assert_int_equal(record_count(message.body, "rows"), 1);
    assert_int_equal(record_count(message.body, "rows/row"), 0);
    assert_int_equal(record_count(message.body, "attachments"), 1); /* it has two */
    assert_true(
        adapter_write(adapter, TO_CORE, &message, fixture->arena, &bytes, &fixture->err));
    assert_null(memmem(bytes.at, bytes.size, "<dataset", 8));
    assert_non_null(memmem(bytes.at, bytes.size, "<fjdataset><row>", 16));
    adapter_free(adapter);
}

/* GB labels in every spelling, and none, are GB18030 for a core that speaks it. */
static void test_labels(void **state)
{
    static const char *const labels[] = {"encoding=\"gb2312\"", "encoding=\"GB_2312-80\"",
                                         "encoding=\"gb18030-2022\"", "encoding=\"cp936\"", ""};
    struct fixture *fixture = *state;
    struct adapter *adapter = load_adapter(fixture, "adapters/guizhou-core");
    struct text good = read_path(fixture, "adapters/guizhou-core",
                                 "examples/letter.theirs.xml");
    struct adapter_message message;
    struct text name;

    for (size_t i = 0; i < COUNT_OF(labels); i++) {
        struct text bytes = replaced(fixture, good, "encoding=\"GBK\"", labels[i]);
        if (!read_as(fixture, adapter, FROM_CORE, bytes, &message))
            stop(labels[i], fixture->err.text);
        assert_true(record_text(message.body, "person/name", &name));
        assert_true(text_is(name, "田㛃"));
    }
    refused(fixture, adapter, replaced(fixture, good, "encoding=\"GBK\"", "encoding=\"UTF-8\""),
            ERROR_ENCODING, "");
    refused(fixture, adapter, replaced(fixture, good, "encoding=\"GBK\"", "encoding=\"Big5\""),
            ERROR_ENCODING, "");
    adapter_free(adapter);
}

/* --- documents out
 * -------------------------------------------------------------------------------------- */

static struct adapter_message message_of(struct fixture *fixture, const struct adapter *adapter,
                                         const char *folder, const char *example)
{
    struct adapter_message message;

    if (!read_as(fixture, adapter, FROM_CORE, read_path(fixture, folder, example), &message))
        stop("error", fixture->err.text);
    return message;
}

static void set_value(struct adapter_message *message, const char *group, const char *name,
                      struct text value)
{
    const struct record *parent = record_find(message->body, group);

    for (struct record *node = parent->first; node != NULL; node = node->next)
        if (strcmp(node->name, name) == 0)
            node->value = personal_of(value);
}

static void not_written(struct fixture *fixture, const struct adapter *adapter,
                        enum adapter_way way, struct adapter_message *message,
                        enum error_code code, const char *says)
{
    struct text bytes;

    if (adapter_write(adapter, way, message, fixture->arena, &bytes, &fixture->err))
        stop("was written", says);
    if (fixture->err.code != code || strstr(fixture->err.text, says) == NULL)
        stop(error_name(fixture->err.code), fixture->err.text);
}

static void test_writing_refused(void **state)
{
    struct fixture *fixture = *state;
    struct adapter *adapter = load_adapter(fixture, "adapters/guizhou-core");
    struct adapter_message message = message_of(fixture, adapter, "adapters/guizhou-core",
                                                "examples/letter.theirs.xml");
    struct adapter_message other = message;

    other.action = ACTION_FUND_RECEIPT;
    not_written(fixture, adapter, TO_CORE, &other, ERROR_MAPPING,
                "no message carries action fund_receipt");
    other = message;
    other.flow = FLOW_PENSION_REMITTANCE; /* bank lines have no letters */
    not_written(fixture, adapter, TO_CORE, &other, ERROR_MAPPING,
                "no message carries action letter");
    other = message;
    other.action = ACTION_APPLICATION;
    not_written(fixture, adapter, TO_CORE, &other, ERROR_MAPPING, "application");
    other.action = ACTION_FORM;
    not_written(fixture, adapter, TO_CORE, &other, ERROR_MAPPING, "not a document form");
    other = message;
    other.local_key = TEXT_NONE;
    not_written(fixture, adapter, FROM_CORE, &other, ERROR_MAPPING, "prm_jylsh");
    other.local_key = TEXT("0123456789012345678901234567890123456789X");
    not_written(fixture, adapter, TO_CORE, &other, ERROR_LENGTH, "prm_jylsh");
    set_value(&message, "person", "name", TEXT("张\xEF\xBF\xBD"));
    not_written(fixture, adapter, TO_CORE, &message, ERROR_ENCODING,
                "prm_aac003 (person/name)");
    set_value(&message, "person", "name", TEXT("张\x02"));
    not_written(fixture, adapter, TO_CORE, &message, ERROR_VALUE, "prm_aac003 (person/name)");
    set_value(&message, "person", "name", TEXT("㛃㛃㛃㛃㛃㛃㛃㛃㛃㛃㛃㛃㛃㛃㛃㛃x"));
    not_written(fixture, adapter, TO_CORE, &message, ERROR_LENGTH, "prm_aac003 (person/name)");
    set_value(&message, "person", "name", TEXT_NONE);
    not_written(fixture, adapter, TO_CORE, &message, ERROR_MAPPING, "prm_aac003 (person/name)");
    set_value(&message, "person", "name", TEXT("张喆"));
    set_value(&message, "person", "sex", TEXT("3"));
    not_written(fixture, adapter, TO_CORE, &message, ERROR_CODE_VALUE,
                "prm_aac004 (person/sex)");
    adapter_free(adapter);
}

/* Characters of their own, four-byte ones and signs that XML escapes come back as they went. */
static void test_characters_return(void **state)
{
    static const char *const names[] = {
        "\xEE\x80\x80\xEE\x97\xA5", "䶮镕堃", "𠮷野", "a<b>&\"c'", "é ē ñ",
        "第一行\n第二行\r\n第三行"};
    struct fixture *fixture = *state;

    for (size_t i = 0; i < 2 * COUNT_OF(names); i++) {
        const char *folder = i % 2 == 0 ? "adapters/guizhou-core" : "adapters/guangdong-core";
        struct adapter *adapter = load_adapter(fixture, folder);
        struct adapter_message message = message_of(fixture, adapter, folder,
                                                    "examples/refusal.theirs.xml");
        struct adapter_message again;
        struct text bytes;
        struct text text;

        for (struct record *node = message.body->first; node != NULL; node = node->next)
            if (strcmp(node->name, "text") == 0)
                node->value = personal_of(text_of(names[i / 2]));
        if (!adapter_write(adapter, FROM_CORE, &message, fixture->arena, &bytes,
                           &fixture->err) ||
            !read_as(fixture, adapter, FROM_CORE, bytes, &again))
            stop(names[i / 2], fixture->err.text);
        assert_true(record_text(again.body, "text", &text));
        assert_true(text_is(text, names[i / 2]));
        adapter_free(adapter);
    }
}

static void test_ours_lost(void **state)
{
    struct fixture *fixture = *state;
    struct adapter *guizhou = load_adapter(fixture, "adapters/guizhou-core");
    struct adapter *guangdong = load_adapter(fixture, "adapters/guangdong-core");
    struct adapter_message message = message_of(fixture, guangdong, "adapters/guangdong-core",
                                                "examples/form.theirs.xml");
    struct text bytes;

    assert_true(
        adapter_write(guizhou, TO_CORE, &message, fixture->arena, &bytes, &fixture->err));
    assert_true(text_is(message.lost, "rows/row/regionName\n"));
    assert_null(memmem(bytes.at, bytes.size, "aab300", 6));
    message = message_of(fixture, guangdong, "adapters/guangdong-core",
                         "examples/letter.theirs.xml");
    assert_true(
        adapter_write(guizhou, TO_CORE, &message, fixture->arena, &bytes, &fixture->err));
    assert_true(text_is(message.lost, "insuranceKindOld\n"));
    message = message_of(fixture, guizhou, "adapters/guizhou-core",
                         "examples/fund_advice.theirs.xml");
    message.lost = TEXT("something");
    assert_true(
        adapter_write(guangdong, TO_CORE, &message, fixture->arena, &bytes, &fixture->err));
    assert_true(text_is(message.lost, "voucher\n"));
    adapter_free(guizhou);
    adapter_free(guangdong);
}

/* What one core says in its words, the other is told in its own: every document that travels
 * between provinces, both ways. Only what the reader's dialect lists as lost is missing. */
static void test_dialects_meet(void **state)
{
    static const char *const names[] = {
        "refusal",
        "letter",
        "acceptance",
        "letter_return",
        "form",
        "form_return",
        "fund_advice",
        "completion",
        "certificate",
        "notice",
        "clearing_done",
        "withdrawal",
        "withdrawal_answer",
        "reversal",
        "fund_return",
        "reminder",
        "status_query",
        "fund_query",
        "fund_answer",
        "remittance_fund_return",
        "remittance_reminder",
        "acceptance-excluded",
        "completion-overlap",
        "reversal-identity",
        "reversal-short",
        "withdrawal_answer-short",
        "remittance_status_query",
        "resident_letter",
        "resident_form",
        "resident_form_return",
        "resident_completion",
        "switch_letter-residents",
        "switch_form-residents",
        "switch_clearing_done",
        "temporary_letter",
        "temporary_acceptance",
        "temporary_form",
    };
    struct fixture *fixture = *state;
    struct adapter *adapters[2] = {load_adapter(fixture, "adapters/guizhou-core"),
                                   load_adapter(fixture, "adapters/guangdong-core")};

    for (size_t i = 0; i < 2 * COUNT_OF(names); i++) {
        const struct adapter *from = adapters[i % 2], *to = adapters[1 - i % 2];
        char folder[64], example[64];
        struct adapter_message message, again;
        struct text bytes;

        snprintf(folder, sizeof(folder), "adapters/%s", adapter_name(from));
        snprintf(example, sizeof(example), "examples/%s.theirs.xml", names[i / 2]);
        message = message_of(fixture, from, folder, example);
        assert_true(action_between_provinces(message.action));
        if (message.action == ACTION_STATUS_QUERY) {
            not_written(fixture, to, TO_CORE, &message, ERROR_MAPPING, "status_query");
            continue; /* the other gateway answers it, its core never sees it */
        }
        if (!adapter_write(to, TO_CORE, &message, fixture->arena, &bytes, &fixture->err) ||
            !read_as(fixture, to, TO_CORE, bytes, &again))
            stop(names[i / 2], fixture->err.text);
        assert_int_equal(again.flow, message.flow);
        assert_int_equal(again.action, message.action);
        assert_int_equal(again.revision, message.revision);
        if (record_equal(again.body, message.body) == (message.lost.size > 0))
            stop(names[i / 2], "differs, but not by what is lost");
    }
    adapter_free(adapters[0]);
    adapter_free(adapters[1]);
}

/* --- answers
 * -----------------------------------------------------------------------------------------------
 */

static void test_answers(void **state)
{
#define GZ(verdict, code) "<output><prm_cljg>" verdict "</prm_cljg>" code "</output>"
#define GD(verdict)       "<YLDATA><MSGDATA><APPCODE>" verdict "</APPCODE><INPUT/></MSGDATA></YLDATA>"
    static const struct {
        const char *adapter;
        int http;
        const char *body;
        enum adapter_result result;
        const char *code;
    } cases[] = {
        {"guizhou-core", 200, GZ("1", ""), ADAPTER_OK, ""},
        {"guizhou-core", 200, GZ("2", ""), ADAPTER_OK_DUPLICATE, ""},
        {"guizhou-core", 200, GZ("-1", "<prm_fhdm>PEN-C03</prm_fhdm>"), ADAPTER_REJECTED,
         "PEN-C03"},
        {"guizhou-core", 200, GZ("-1", ""), ADAPTER_REJECTED, "CORE-REJECTED"},
        {"guizhou-core", 200, GZ("-1", "<prm_fhdm>longer-than-a-code-may-be</prm_fhdm>"),
         ADAPTER_REJECTED, ""},
        {"guizhou-core", 200, GZ("-98", ""), ADAPTER_UNKNOWN, ""},
        {"guizhou-core", 200, GZ("-99", ""), ADAPTER_RETRYABLE, ""},
        {"guizhou-core", 200, GZ("7", ""), ADAPTER_UNKNOWN, ""},
        {"guizhou-core", 500, GZ("1", ""), ADAPTER_OK, ""}, /* HTTP is a hint */
        {"guizhou-core", 200, "", ADAPTER_UNKNOWN, ""},
        {"guizhou-core", 200, "<output><prm_cljg>1</prm_cljg>", ADAPTER_UNKNOWN, ""},
        {"guizhou-core", 200, "<!DOCTYPE a><output><prm_cljg>1</prm_cljg></output>",
         ADAPTER_UNKNOWN, ""},
        {"guizhou-core", 503, "busy", ADAPTER_RETRYABLE, ""},
        {"guizhou-core", 404, "", ADAPTER_REJECTED, "HTTP"},
        {"guizhou-core", 500, "", ADAPTER_UNKNOWN, ""},
        {"guangdong-core", 200, GD("0000"), ADAPTER_OK, ""},
        {"guangdong-core", 200, GD("0008"), ADAPTER_OK_DUPLICATE, ""},
        {"guangdong-core", 200, GD("8001"), ADAPTER_RETRYABLE, ""},
        {"guangdong-core", 200, GD("8201"), ADAPTER_UNKNOWN, ""},
        {"guangdong-core", 200, GD("9001"), ADAPTER_REJECTED, "CORE-REJECTED"},
        {"guangdong-core", 429, "", ADAPTER_RETRYABLE, ""},
        {"template", 200, "<message><result>taken</result></message>", ADAPTER_OK, ""},
        {"template", 200, "<message><result>known</result></message>", ADAPTER_OK_DUPLICATE,
         ""},
        {"template", 200, "<message><result>no</result><reason>E7</reason></message>",
         ADAPTER_REJECTED, "E7"},
    };
    struct fixture *fixture = *state;
    char code[CODE_SIZE];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char path[64];
        struct adapter *adapter;
        snprintf(path, sizeof(path), "adapters/%s", cases[i].adapter);
        adapter = load_adapter(fixture, path);
        assert_int_equal(adapter_classify(adapter, cases[i].http, text_of(cases[i].body),
                                          fixture->arena, code),
                         cases[i].result);
        assert_string_equal(code, cases[i].code);
        adapter_free(adapter);
    }
}

/* What one side's simulated core says to a push is what the other side's rules read. */
static void test_own_answers_are_understood(void **state)
{
    struct fixture *fixture = *state;
    char code[CODE_SIZE];

    for (size_t i = 0; i < 2; i++) {
        char path[64];
        struct adapter *adapter;
        snprintf(path, sizeof(path), "adapters/%s", shipped[i]);
        adapter = load_adapter(fixture, path);
        assert_int_equal(
            adapter_classify(adapter, 200,
                             read_path(fixture, path, "examples/answer.theirs.xml"),
                             fixture->arena, code),
            ADAPTER_OK);
        assert_int_equal(
            adapter_classify(adapter, 200,
                             read_path(fixture, path, "examples/answer-refused.theirs.xml"),
                             fixture->arena, code),
            ADAPTER_REJECTED);
        assert_string_equal(code, "PEN-C03");
        adapter_free(adapter);
    }
}

/* --- without a compiler
 * -------------------------------------------------------------------------------------- */

static void test_new_field(void **state)
{
    struct fixture *fixture = *state;
    struct folder folder = copy_adapter("template");
    struct text good = read_path(fixture, "adapters/template",
                                 "examples/acceptance.theirs.xml");
    struct adapter_message message;
    struct adapter *adapter;
    struct text code;
    struct text bytes;

    change(fixture, &folder, "mapping.xml",
           "<lost><ours>handler/agencyCode</ours><reason>the core knows its own code "
           "对方自有机构代码"
           "</reason></lost>",
           "<field><theirs>officeCode</theirs><ours>handler/agencyCode</ours><type>code</type>"
           "<optional>true</optional></field>");
    change(fixture, &folder, "schema/dialect.xsd", "<xs:simpleType name=\"word\">",
           "<xs:element name=\"officeCode\" type=\"word\"/><xs:simpleType name=\"word\">");
    assert_int_equal(findings(fixture, folder.path, "acceptance: 21 of 21 leaves, 0 lost"), 0);
    adapter = load_adapter(fixture, folder.path);
    good = replaced(fixture, good, "<office>", "<officeCode>44019901</officeCode><office>");
    assert_true(read_as(fixture, adapter, FROM_CORE, good, &message));
    assert_true(record_text(message.body, "handler/agencyCode", &code));
    assert_true(text_is(code, "44019901"));
    assert_true(
        adapter_write(adapter, TO_CORE, &message, fixture->arena, &bytes, &fixture->err));
    assert_non_null(memmem(bytes.at, bytes.size, "<officeCode>44019901</officeCode>", 33));
    adapter_free(adapter);
    drop_folder(&folder);
}

static void test_new_document_and_new_carrier(void **state)
{
    struct fixture *fixture = *state;
    struct folder folder = copy_adapter("template");
    struct text ours = read_path(fixture, "adapters/guizhou-core",
                                 "examples/completion.ours.xml");
    struct adapter_message message = {.flow = FLOW_PENSION_EMPLOYEE,
                                      .action = ACTION_COMPLETION,
                                      .revision = 1,
                                      .local_key = TEXT("N-1")};
    struct adapter_message again;
    struct adapter *adapter;
    struct text bytes;
    char command[256];

    snprintf(command, sizeof(command), "rm %s/schema/dialect.xsd", folder.path);
    run(command);
    change(fixture, &folder, "adapter.xml", "<encoding>UTF-8<", "<encoding>GB18030<");
    change(fixture, &folder, "adapter.xml", "<label>UTF-8<", "<label>GB2312<");
    change(
        fixture, &folder, "adapter.xml",
        "<name>completion</name><way>both</way>\n"
        "      <flow>pension.employee</flow><action>completion</action><version>1</version>\n"
        "      <root>message</root>\n"
        "      <match><path>kind</path><value>completed</value></match>\n"
        "      <match><path>subject</path><value>transfer</value></match>\n",
        "<name>finished</name><way>to-core</way><flow>pension.employee</flow>"
        "<action>completion</action><version>1</version><root>办结</root>");
    change(fixture, &folder, "mapping.xml", "</mapping>",
           "<document><name>finished</name><under>正文</under><include>reference</include>"
           "<field><theirs>函号</theirs><ours>letterNumber</ours><type>text</type></field>"
           "<field><theirs>日期</theirs><ours>linkedOn</ours><type>date</type>"
           "<format>yyyy年MM月dd日</format></field>"
           "<field><theirs>月数</theirs><ours>months</ours><type>number</type>"
           "<optional>true</optional></field>"
           "<field><theirs>经办/人</theirs><ours>handler/name</ours><type>text</type>"
           "<optional>true</optional></field>"
           "<field><theirs>经办/日</theirs><ours>handler/date</ours><type>date</type></field>"
           "<field><theirs>经办/机构</theirs><ours>handler/agencyName</ours><type>text</type></"
           "field>"
           "<lost><ours>handler/agencyCode</ours><reason>none</reason></lost>"
           "<lost><ours>overlapMonths</ours><reason>none</reason></lost>"
           "</document></mapping>");
    adapter = load_adapter(fixture, folder.path);
    assert_true(read_text(fixture, ours, &message.body));
    if (!adapter_write(adapter, TO_CORE, &message, fixture->arena, &bytes, &fixture->err))
        stop("error", fixture->err.text);
    assert_true(text_is(message.lost, "handler/agencyCode\n"));
    assert_true(text_starts(bytes, "<?xml version=\"1.0\" encoding=\"GB2312\"?>\n"));
    assert_false(text_is_utf8(bytes));
    if (!read_as(fixture, adapter, TO_CORE, bytes, &again))
        stop("error", fixture->err.text);
    assert_int_equal(record_count(again.body, "months"), 1);
    adapter_free(adapter);
    drop_folder(&folder);
}

/* Conditions, constants of ours, defaults and values that mean "absent". */
static void test_special_lines(void **state)
{
    struct fixture *fixture = *state;
    struct folder folder = copy_adapter("template");
    struct text good = read_path(fixture, "adapters/template",
                                 "examples/acceptance.theirs.xml");
    struct adapter_message message;
    struct adapter *adapter;
    struct text value;
    struct lines lines = {.text = "text, 田㛃 where absent, only where "
                                  "reference/outRegion is 520100; mapping.xml:"};
    const struct adapter_reader reader = {.line = take_line, .self = &lines};
    struct text bytes;

    change(fixture, &folder, "mapping.xml", "<lost><ours>handler/agencyCode</ours>",
           "<constant><ours>handler/agencyCode</ours><value>44019901</value></constant>"
           "<constant><theirs>system</theirs><value/></constant><lost><theirs>x</theirs>");
    change(fixture, &folder, "mapping.xml", "<optional>true</optional><max>64</max>",
           "<default>田㛃</default><nothing>无</nothing>"
           "<when><ours>reference/outRegion</ours><is>520100</is></when>");
    assert_true(adapter_explain(folder.path, schemas, "clerk", &reader, &fixture->err));
    assert_true(lines.found);
    adapter = load_adapter(fixture, folder.path);
    assert_true(
        read_as(fixture, adapter, FROM_CORE, replaced(fixture, good, "张喆", "无"), &message));
    assert_true(record_text(message.body, "handler/name", &value));
    assert_true(text_is(value, "田㛃"));
    assert_true(record_text(message.body, "handler/agencyCode", &value));
    assert_true(text_is(value, "44019901"));
    assert_true(
        adapter_write(adapter, FROM_CORE, &message, fixture->arena, &bytes, &fixture->err));
    assert_non_null(memmem(bytes.at, bytes.size, "  <system/>\n", 12));
    set_value(&message, "handler", "agencyCode", TEXT("52010101"));
    not_written(fixture, adapter, FROM_CORE, &message, ERROR_CODE_VALUE, "handler/agencyCode");
    assert_true(read_as(fixture, adapter, FROM_CORE,
                        replaced(fixture, good, "<from>520100", "<from>520300"), &message));
    assert_false(record_text(message.body, "handler/name", &value));
    assert_true(text_is(message.lost, "clerk\n"));
    refused(fixture, adapter, replaced(fixture, good, "<office>", "<system>1</system><office>"),
            ERROR_CODE_VALUE, "system");
    adapter_free(adapter);
    drop_folder(&folder);
}

static void test_digest(void **state)
{
    struct fixture *fixture = *state;
    struct folder folder = copy_adapter("template");
    struct adapter *first = load_adapter(fixture, "adapters/template");
    struct adapter *copy = load_adapter(fixture, folder.path);
    struct adapter *changed;

    assert_memory_equal(adapter_digest(first), adapter_digest(copy), DIGEST_SIZE);
    change(fixture, &folder, "codes.xml", "<meaning>", "<meaning>x");
    changed = load_adapter(fixture, folder.path);
    assert_memory_not_equal(adapter_digest(first), adapter_digest(changed), DIGEST_SIZE);
    adapter_free(first);
    adapter_free(copy);
    adapter_free(changed);
    drop_folder(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_shipped, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shipped_files_follow_their_schemas, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_check_finds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_check_misses_examples, setup, teardown),
        cmocka_unit_test_setup_teardown(test_explain, setup, teardown),
        cmocka_unit_test_setup_teardown(test_heads, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown_is_lost, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_unknown_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_match, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rows_are_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_labels, setup, teardown),
        cmocka_unit_test_setup_teardown(test_writing_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_characters_return, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ours_lost, setup, teardown),
        cmocka_unit_test_setup_teardown(test_dialects_meet, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_own_answers_are_understood, setup, teardown),
        cmocka_unit_test_setup_teardown(test_new_field, setup, teardown),
        cmocka_unit_test_setup_teardown(test_new_document_and_new_carrier, setup, teardown),
        cmocka_unit_test_setup_teardown(test_special_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(test_digest, setup, teardown),
    };

    return cmocka_run_group_tests_name("wire_adapter", tests, open_adapters, close_schemas);
}

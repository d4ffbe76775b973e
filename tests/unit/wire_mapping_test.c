/* wire_mapping_test.c - values both ways, patterns, code lists, and the mistakes that stop an
 * adapter from being loaded. */
#include "adapter_fixture.h"

#include "wire/mapping_pattern.h"
#include "wire/mapping_value.h"

/* --- values
 * ------------------------------------------------------------------------------------- */

struct value_case {
    const char *type;
    const char *format;
    const char *theirs;
    const char *ours;
    const char *again; /* what is written back, if not `theirs` */
};

static const struct value_case good_values[] = {
    {"text", "", "张喆", "张喆", NULL},
    {"text", "", "田㛃", "田㛃", NULL},
    {"text", "", "𠮷野", "𠮷野", NULL},
    {"text", "", "two\nlines\tand a tab", "two\nlines\tand a tab", NULL},
    {"text", "", " blanks before stay", " blanks before stay", NULL},
    {"text", "", "\xEE\x80\x80", "\xEE\x80\x80", NULL}, /* U+E000, a character of their own */
    {"code", "", "PEN-R11", "PEN-R11", NULL},
    {"digits", "", "000123", "000123", NULL},
    {"identity", "", "44990019780923003X", "44990019780923003X", NULL},
    {"identity", "", "44990019780923003x", "44990019780923003X", "44990019780923003X"},
    {"identity", "", "H123456(7)", "H123456(7)", NULL},
    {"date", "", "20260302", "2026-03-02", NULL},
    {"date", "yyyy-MM-dd", "2024-02-29", "2024-02-29", NULL},
    {"date", "yyyy.MM.dd", "2026.03.02", "2026-03-02", NULL},
    {"date", "yyyy年MM月dd日", "2026年03月02日", "2026-03-02", NULL},
    {"date", "yyyyMMdd000000", "20260302091544", "2026-03-02", "20260302000000"},
    {"date", "yyyy-MM-dd 00:00:00", "2025-10-08 00:00:00", "2025-10-08", NULL},
    {"date", "dd/MM/yyyy", "02/03/2026", "2026-03-02", NULL},
    {"month", "", "202603", "2026-03", NULL},
    {"month", "yyyy-MM", "2026-03", "2026-03", NULL},
    {"time", "", "20260302091544", "2026-03-02T09:15:44.000+08:00", NULL},
    {"time", "yyyy-MM-dd HH:mm:ss.SSS", "2026-03-02 00:00:00.125",
     "2026-03-02T00:00:00.125+08:00", NULL},
    {"money", "", "12873.40", "12873.40", NULL},
    {"money", "", "12.5", "12.50", "12.50"},
    {"money", "yuan", "-5", "-5.00", "-5.00"},
    {"money", "fen", "1287340", "12873.40", NULL},
    {"money", "fen", "-5", "-0.05", NULL},
    {"money", "fen", "0", "0.00", NULL},
    {"rate", "", "0.0800", "0.0800", NULL},
    {"rate", "", "0.08", "0.0800", "0.0800"},
    {"rate", "fraction", "1", "1.0000", "1.0000"},
    {"rate", "percent", "8.00", "0.0800", NULL},
    {"rate", "percent", "16", "0.1600", "16.00"},
    {"rate", "percent", "0.25", "0.0025", NULL},
    {"number", "", "12", "12", NULL},
    {"number", "", "007", "7", "7"},
    {"number", "", "0", "0", NULL},
    {"decimal", "", "2", "2", NULL},
    {"decimal", "", "12.50", "12.5", "12.5"},
    {"decimal", "", "2.00", "2", "2"},
    {"decimal", "", "-1", "-1", NULL},
    {"decimal", "", "-0.00", "0", "0"},
    {"decimal", "", ".5", "0.5", "0.5"},
    {"decimal", "", "007.250", "7.25", "7.25"},
    {"decimal", "", "0.000001", "0.000001", NULL},
    {"decimal", "", "1.1000000000", "1.1", "1.1"},
    {"decimal", "0.00", "12.50", "12.5", NULL},
    {"decimal", "0.00", "0.00", "0", NULL},
    {"decimal", "0.00##", "40.125", "40.125", NULL},
    {"decimal", "0.00##", "3200.00", "3200", NULL},
    {"decimal", "0", "-12", "-12", NULL},
    {"decimal", "0", "12.000", "12", "12"},
    {"decimal", "0.0#", "12345678901234567890.5", "12345678901234567890.5", NULL},
    {"bool", "", "1", "true", NULL},
    {"bool", "", "0", "false", NULL},
    {"bool", "是/否", "否", "false", NULL},
    {"bool", "Y/N", "Y", "true", NULL},
};

static struct value_rule rule_of(const char *type, const char *format)
{
    struct value_rule rule = {.field = "theirs (ours)"};

    rule.type = value_type_by_name(text_of(type));
    assert_int_not_equal(rule.type, VALUE_TYPES);
    assert_string_equal(value_type_name(rule.type), type);
    assert_true(value_rule_format(&rule, text_of(format)));
    return rule;
}

static void test_good_values(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT_OF(good_values); i++) {
        const struct value_case *at = &good_values[i];
        struct value_rule rule = rule_of(at->type, at->format);
        struct text out;

        if (!value_to_ours(&rule, text_of(at->theirs), fixture->arena, &out, &fixture->err) ||
            !text_is(out, at->ours))
            stop("to ours", at->theirs);
        if (!value_to_theirs(&rule, text_of(at->ours), fixture->arena, &out, &fixture->err) ||
            !text_is(out, at->again == NULL ? at->theirs : at->again))
            stop("to theirs", at->ours);
    }
}

struct bad_value {
    const char *type;
    const char *format;
    const char *value;
    enum error_code code;
};

static const struct bad_value bad_theirs[] = {
    {"text", "",
     "a\x01"
     "b",
     ERROR_VALUE},
    {"text", "", "\x1b", ERROR_VALUE},
    {"text", "", "\xEF\xBF\xBE", ERROR_VALUE},     /* U+FFFE */
    {"text", "", "a\xEF\xBF\xBD", ERROR_ENCODING}, /* U+FFFD */
    {"text", "", "\xD5\xC5", ERROR_ENCODING},      /* GBK bytes */
    {"text", "", "\xE5\xBC", ERROR_ENCODING},      /* cut */
    {"code", "", "a b", ERROR_VALUE},
    {"code", "", "１", ERROR_VALUE},
    {"digits", "", "12a", ERROR_VALUE},
    {"digits", "", "-12", ERROR_VALUE},
    {"digits", "", "１２", ERROR_VALUE},
    {"identity", "", "5299x0198506010018", ERROR_VALUE},
    {"identity", "", "529900 198506010018", ERROR_VALUE},
    {"date", "", "2026-03-02", ERROR_VALUE},
    {"date", "", "20260230", ERROR_VALUE},
    {"date", "", "20250229", ERROR_VALUE},
    {"date", "", "20261301", ERROR_VALUE},
    {"date", "", "18991231", ERROR_VALUE},
    {"date", "", "2026030", ERROR_VALUE},
    {"date", "", "202603021", ERROR_VALUE},
    {"date", "", "2026 302", ERROR_VALUE},
    {"date", "yyyy年MM月dd日", "2026年3月2日", ERROR_VALUE},
    {"date", "yyyyMMdd000000", "2026030209154x", ERROR_VALUE},
    {"month", "", "202600", ERROR_VALUE},
    {"month", "", "202613", ERROR_VALUE},
    {"month", "", "2026-3", ERROR_VALUE},
    {"time", "", "20260302241544", ERROR_VALUE},
    {"time", "", "20260302236044", ERROR_VALUE},
    {"time", "", "2026-03-02 09:15:44", ERROR_VALUE},
    {"money", "", "1,234.50", ERROR_VALUE},
    {"money", "", "1.5e3", ERROR_VALUE},
    {"money", "", "１２.００", ERROR_VALUE},
    {"money", "", "12.345", ERROR_VALUE},
    {"money", "", "+12.50", ERROR_VALUE},
    {"money", "", ".50", ERROR_VALUE},
    {"money", "", "12.", ERROR_VALUE},
    {"money", "", "1.2873万", ERROR_VALUE},
    {"money", "", "123456789012345.00", ERROR_VALUE},
    {"money", "fen", "12.50", ERROR_VALUE},
    {"money", "fen", "9000000000000001", ERROR_VALUE},
    {"money", "fen", "--1", ERROR_VALUE},
    {"rate", "", "0.08000", ERROR_VALUE},
    {"rate", "", "8%", ERROR_VALUE},
    {"rate", "", "-0.08", ERROR_VALUE},
    {"rate", "", "0.", ERROR_VALUE},
    {"rate", "", "0.0.8", ERROR_VALUE},
    {"rate", "percent", "8.001", ERROR_VALUE},
    {"number", "", "-1", ERROR_VALUE},
    {"number", "", "1.0", ERROR_VALUE},
    {"number", "", "99999999999999999999", ERROR_VALUE},
    {"decimal", "", "1,250.00", ERROR_VALUE},
    {"decimal", "", "12.", ERROR_VALUE},
    {"decimal", "", ".", ERROR_VALUE},
    {"decimal", "", "-", ERROR_VALUE},
    {"decimal", "", "-.", ERROR_VALUE},
    {"decimal", "", "+1", ERROR_VALUE},
    {"decimal", "", "--1", ERROR_VALUE},
    {"decimal", "", "1.2.3", ERROR_VALUE},
    {"decimal", "", "1e3", ERROR_VALUE},
    {"decimal", "", "0x10", ERROR_VALUE},
    {"decimal", "", "NaN", ERROR_VALUE},
    {"decimal", "", " 2", ERROR_VALUE},
    {"decimal", "", "１２", ERROR_VALUE},
    {"decimal", "", "1.2873万", ERROR_VALUE},
    {"decimal", "", "0.0000001", ERROR_VALUE},
    {"decimal", "0.00", "12.505", ERROR_VALUE},
    {"decimal", "0", "12.5", ERROR_VALUE},
    {"decimal", "", "12345678901234567890123456789012345678901", ERROR_VALUE},
    {"decimal", "", "1.00000000000000000000000000000000000000000", ERROR_VALUE},
    {"bool", "", "2", ERROR_CODE_VALUE},
    {"bool", "", "true", ERROR_CODE_VALUE},
    {"bool", "是/否", "1", ERROR_CODE_VALUE},
};

static const struct bad_value bad_ours[] = {
    {"text", "", "a\x07", ERROR_VALUE},
    {"text", "", "\xEF\xBF\xBD", ERROR_ENCODING},
    {"code", "", "<", ERROR_VALUE},
    {"date", "", "20260302", ERROR_VALUE},
    {"date", "", "2026-02-30", ERROR_VALUE},
    {"month", "", "202603", ERROR_VALUE},
    {"time", "", "2026-03-02 09:15:44", ERROR_VALUE},
    {"money", "", "1,234.50", ERROR_VALUE},
    {"money", "fen", "1.5e3", ERROR_VALUE},
    {"rate", "percent", "0.08001", ERROR_VALUE},
    {"number", "", "one", ERROR_VALUE},
    {"bool", "", "1", ERROR_VALUE},
};

static void test_bad_values(void **state)
{
    struct fixture *fixture = *state;
    struct text out;

    for (size_t i = 0; i < COUNT_OF(bad_theirs); i++) {
        struct value_rule rule = rule_of(bad_theirs[i].type, bad_theirs[i].format);
        if (value_to_ours(&rule, text_of(bad_theirs[i].value), fixture->arena, &out,
                          &fixture->err))
            stop("accepted", bad_theirs[i].value);
        assert_int_equal(fixture->err.code, bad_theirs[i].code);
        assert_non_null(strstr(fixture->err.text, "theirs (ours)"));
        assert_null(strstr(fixture->err.text, bad_theirs[i].value)); /* never the value */
    }
    for (size_t i = 0; i < COUNT_OF(bad_ours); i++) {
        struct value_rule rule = rule_of(bad_ours[i].type, bad_ours[i].format);
        if (value_to_theirs(&rule, text_of(bad_ours[i].value), fixture->arena, &out,
                            &fixture->err))
            stop("accepted", bad_ours[i].value);
        assert_int_equal(fixture->err.code, bad_ours[i].code);
    }
}

/* Bytes of the dialect's encoding count: 田㛃 takes 2 + 4 in GB18030, 3 + 3 in UTF-8, 𠮷 4 and
 * 4, é (in the two-byte area) 2 and 2, ē likewise, ñ 4 and 2. */
static void test_lengths(void **state)
{
    static const struct {
        const char *text;
        unsigned gb;
        unsigned utf8;
    } sizes[] = {{"田㛃", 6, 6}, {"张喆", 4, 6}, {"𠮷野", 6, 7},   {"abc", 3, 3},
                 {"éē", 4, 4},   {"ññ", 8, 4},   {"a喆b㛃c", 9, 9}};
    struct fixture *fixture = *state;
    struct text out;

    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        for (int gb = 0; gb < 2; gb++) {
            struct value_rule rule = rule_of("text", "");
            struct text text = text_of(sizes[i].text);
            rule.gb18030 = gb == 1;
            rule.bytes_max = gb == 1 ? sizes[i].gb : sizes[i].utf8;
            assert_true(value_to_theirs(&rule, text, fixture->arena, &out, &fixture->err));
            assert_true(value_to_ours(&rule, text, fixture->arena, &out, &fixture->err));
            rule.bytes_max--;
            assert_false(value_to_theirs(&rule, text, fixture->arena, &out, &fixture->err));
            assert_int_equal(fixture->err.code, ERROR_LENGTH);
            assert_false(value_to_ours(&rule, text, fixture->arena, &out, &fixture->err));
            assert_int_equal(fixture->err.code, ERROR_LENGTH);
        }
    }
}

static void test_padding_and_nothing(void **state)
{
    struct value_rule rule = rule_of("date", "");

    (void)state;
    rule.nothing_count = 2;
    rule.nothings[0] = TEXT("00000000");
    rule.nothings[1] = TEXT("00010101");
    assert_true(text_is(value_of_theirs(&rule, TEXT("20260302  ")), "20260302"));
    assert_true(text_is(value_of_theirs(&rule, TEXT(" 20260302")), " 20260302"));
    assert_true(text_is(value_of_theirs(&rule, TEXT("20260302\t")), "20260302\t"));
    assert_int_equal(value_of_theirs(&rule, TEXT("   ")).size, 0);
    assert_int_equal(value_of_theirs(&rule, TEXT("00000000 ")).size, 0);
    assert_int_equal(value_of_theirs(&rule, TEXT("00010101")).size, 0);
    assert_int_equal(value_of_theirs(&rule, TEXT_NONE).size, 0);
}

static void test_patterns(void **state)
{
    static const char *const bad[] = {"",
                                      "yyyy",
                                      "yyMMdd",
                                      "yyyyMMddMM",
                                      "yyyyMMd",
                                      "yyyyMMddd",
                                      "yyyyMMddHH",
                                      "MMdd",
                                      "yyyyMMyyyydd",
                                      "yyyyMMddyyyyMMddyyyyMMddyyyyMMddyyyyMMdd"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(pattern_for_day(text_of(bad[i])));
    assert_true(pattern_for_day(TEXT("dd.MM.yyyy")));
    assert_true(pattern_for_month(TEXT("yyyy/MM")));
    assert_false(pattern_for_month(TEXT("yyyyMMdd")));
    assert_false(pattern_for_month(TEXT("yyyy")));
    assert_true(pattern_for_time(TEXT("yyyyMMddHHmmssSSS")));
    assert_true(pattern_for_time(TEXT("yyyyMMddHHmmss")));
    assert_false(pattern_for_time(TEXT("yyyyMMddHHmm")));
    assert_false(pattern_for_time(TEXT("yyyyMMddHHmmssSS")));
}

static void test_formats(void **state)
{
    static const char *const bad[][2] = {
        {"money", "dollar"}, {"rate", "permille"},      {"bool", "1"},       {"bool", "1/1"},
        {"bool", "/0"},      {"text", "any"},           {"number", "int"},   {"date", "ddMM"},
        {"decimal", "0."},   {"decimal", "#.00"},       {"decimal", "0.#0"}, {"decimal", "00"},
        {"decimal", "0,00"}, {"decimal", "0.000000000"}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct value_rule rule = {.field = "f"};
        rule.type = value_type_by_name(text_of(bad[i][0]));
        assert_false(value_rule_format(&rule, text_of(bad[i][1])));
    }
    assert_int_equal(value_type_by_name(TEXT("float")), VALUE_TYPES);
    assert_int_equal(value_type_by_name(TEXT_NONE), VALUE_TYPES);
}

static void test_code_lists(void **state)
{
    static const struct code_pair reading[] = {{{"0", 1}, {"2", 1}}, {{"1", 1}, {"1", 1}}};
    static const struct code_pair writing[] = {{{"1", 1}, {"1", 1}}, {{"2", 1}, {"0", 1}}};
    const struct code_list list = {"sex", {reading, 2}, {writing, 2}};
    struct fixture *fixture = *state;
    struct value_rule rule = rule_of("code", "");
    struct text out;

    rule.list = &list;
    assert_true(value_to_ours(&rule, TEXT("0"), fixture->arena, &out, &fixture->err));
    assert_true(text_is(out, "2"));
    assert_true(value_to_theirs(&rule, TEXT("2"), fixture->arena, &out, &fixture->err));
    assert_true(text_is(out, "0"));
    assert_false(value_to_ours(&rule, TEXT("2"), fixture->arena, &out, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_CODE_VALUE);
    assert_non_null(strstr(fixture->err.text, "sex"));
    assert_false(value_to_theirs(&rule, TEXT("9"), fixture->arena, &out, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_CODE_VALUE);
}

/* --- mistakes in the three files
 * -------------------------------------------------------------------- */

struct mistake {
    const char *file;
    const char *from;
    const char *to;
    const char *says; /* part of the error's text */
};

#define CLERK "<field><theirs>clerk</theirs>"
#define FIELD(theirs, ours)                                                                    \
    "<field><theirs>" theirs "</theirs><ours>" ours "</ours><type>text</type></field>"

static const struct mistake mistakes[] = {
    {"mapping.xml", CLERK, FIELD("desk", "handler/agencyCode") CLERK, "desk: is mapped twice"},
    {"mapping.xml", CLERK, FIELD("letter", "handler/agencyCode") CLERK,
     "letter: is mapped twice"},
    {"mapping.xml", CLERK, FIELD("extra", "handler/name") CLERK,
     "handler/name: is mapped twice"},
    {"mapping.xml", "<ours>handler/name<", "<ours>handler/nick<",
     "the national form has no such"},
    {"mapping.xml", "<ours>handler/name<", "<ours>handler<", "the national form has no such"},
    {"mapping.xml", "<ours>handler/agencyCode<", "<ours>handler<", "is a group and a value"},
    {"mapping.xml", CLERK, FIELD("letter/part", "handler/agencyCode") CLERK, "lies below"},
    {"mapping.xml", "<type>digits</type>", "<type>float</type>", "not a known type"},
    {"mapping.xml", "<list>insuranceKind<", "<list>kind<", "codes.xml has no such list"},
    {"mapping.xml", "<type>code</type><list>", "<type>text</type><list>", "only a code goes"},
    {"mapping.xml", "yyyy-MM-dd", "yyyy-mm-dd", "not a format of this type"},
    {"mapping.xml", "<max>20</max>", "<max>0</max>", "not a number from 1"},
    {"mapping.xml", "<max>20</max>", "<max>20</max><max>2</max>", "max stands there 2 times"},
    {"mapping.xml", "<max>20</max>", "<maximum>20</maximum>", "maximum: not known in field"},
    {"mapping.xml", "<max>20</max>", "<max unit=\"b\">20</max>", "attributes are not used"},
    {"mapping.xml", "<optional>true<", "<optional>yes<", "neither true nor false"},
    {"mapping.xml", "<include>reference<", "<include>nobody<", "no such fragment"},
    {"mapping.xml", "<name>reference</name>",
     "<name>reference</name><include>reference</include>", "too deeply"},
    {"mapping.xml", "<theirs>trace<", "<theirs>tra ce<", "not a path of names"},
    {"mapping.xml", "<theirs>trace<", "<theirs>a//b<", "not a path of names"},
    {"mapping.xml", "<theirs>trace<", "<theirs><", "not a path of names"},
    {"mapping.xml", "<name>acceptance<", "<name>reception<", "there is no document acceptance"},
    {"mapping.xml", "<lost><ours>", "<lost><theirs>x</theirs><ours>", "either theirs or ours"},
    {"mapping.xml", "<reason>", "<why>", "mapping.xml"},
    {"mapping.xml", "urn:qiantong:adapter:1", "urn:qiantong:adapter:2", "not in namespace"},
    {"mapping.xml", CLERK, "<rows><theirs>list/item</theirs><ours>rows/row</ours></rows>" CLERK,
     "the national form has no such"},
    {"mapping.xml", CLERK, "<constant><ours>handler/agencyCode</ours><value/></constant>" CLERK,
     "no empty values"},
    {"mapping.xml", "<optional>true</optional><max>64</max>",
     "<optional>true</optional><when><ours>nowhere</ours><is>1</is></when>", "a condition on"},
    {"mapping.xml", "<mapping ", "<!DOCTYPE mapping><mapping ", "mapping.xml"},
    {"mapping.xml", "</mapping>", "", "mapping.xml"},
    {"codes.xml", "<pair>", "<pair><theirs>EP</theirs><ours>120</ours></pair><pair>",
     "their code EP stands there twice"},
    {"codes.xml", "<pair>", "<pair><theirs>XP</theirs><ours>110</ours></pair><pair>",
     "our code 110 stands there twice"},
    {"codes.xml", "<theirs>EP<", "<theirs><", "may not be empty"},
    {"codes.xml", "<meaning>", "<only>both</only><meaning>", "neither reading nor writing"},
    {"codes.xml", "<list>",
     "<list><name>insuranceKind</name><pair><theirs>1</theirs>"
     "<ours>1</ours></pair></list><list>",
     "stands there twice"},
    {"adapter.xml", "<localKey>\n    <path>serial</path>\n    <max>40</max>\n  </localKey>", "",
     "no localKey"},
    {"adapter.xml", "<path>serial</path>", "<path/>", "empty"},
    {"adapter.xml", "<path>serial</path>", "<path>trace</path>", "trace: is mapped twice"},
    {"adapter.xml", "<max>40</max>", "<max>400</max>", "not a number from 1 to 64"},
    {"adapter.xml", "<name>template<", "<name>Template<", "only small letters"},
    {"adapter.xml", "<kind>xml<", "<kind>csv<", "none of xml, soap-base64, json"},
    {"adapter.xml", "<kind>xml<", "<kind>json<", "JSON is UTF-8, without label"},
    {"adapter.xml", "<kind>xml<", "<kind>soap-base64<", "soap stands there for soap-base64"},
    {"adapter.xml", "</carrier>", "<soap><version>1.1</version></soap></carrier>",
     "soap stands there for soap-base64"},
    {"adapter.xml", "</carrier>", "<attributes>yes</attributes></carrier>", "neither true nor"},
    {"adapter.xml", "<encoding>UTF-8<", "<encoding>Big5<", "neither UTF-8 nor GB18030"},
    {"adapter.xml", "<label>UTF-8<", "<label>GBK<", "does not name the encoding"},
    {"adapter.xml", "<layout>indented<", "<layout>pretty<", "neither compact nor indented"},
    {"adapter.xml", "<twoPhase>false<", "<twoPhase>no<", "neither true nor false"},
    {"adapter.xml", "<batchMax>1<", "<batchMax>0<", "not a number"},
    {"adapter.xml", "<way>both<", "<way>any<", "way: none of"},
    {"adapter.xml", "<flow>pension.employee<", "<flow>pension.unknown<", "flow: there is none"},
    {"adapter.xml", "<action>acceptance<", "<action>accept<", "action: there is none"},
    {"adapter.xml", "<action>acceptance<", "<action>receipt<", "no national document"},
    {"adapter.xml", "<value>accepted</value>", "<value/>", "value: empty"},
    {"adapter.xml", "<revision>\n    <path>revision</path>\n  </revision>", "",
     "names no path of the revision"},
    {"adapter.xml", "<result>ok<", "<result>fine<", "result: none of"},
    {"adapter.xml", "<value>taken</value>", "<value>taken*</value>", "belong into a pattern"},
    {"adapter.xml", "<value>taken</value>", "", "belong together"},
    {"adapter.xml", "<http>503</http>", "", "neither http nor path nor fault"},
    {"adapter.xml", "<http>503</http>",
     "<http>503</http><fault>*</fault><codePath>x</codePath>", "a Fault has no paths"},
    {"adapter.xml", "<http>503</http><result>retryable<", "<fault>*</fault><result>ok<",
     "is no success"},
    {"adapter.xml", "<max>40</max>", "<max>40</max><form>yyyyMMddHHmmss</form>",
     "four digits at least"},
    {"adapter.xml", "<max>40</max>", "<max>10</max><form>yyyyMMddHHmmss9999</form>",
     "longer than the key"},
    {"adapter.xml", "<max>40</max>", "<max>40</max><form>XXyyyyMMddHHmmss9999</form>",
     "as the form has X"},
    {"adapter.xml", "<max>40</max>", "<max>40</max><own>H1</own>", "without a form"},
    {"adapter.xml", "<revised>true</revised>", "<answerTo>nobody</answerTo>",
     "no message of this name"},
    {"adapter.xml", "<name>refusal</name><way>both</way>",
     "<name>refusal</name><way>from-core</way><answerTo>application</answerTo>",
     "goes the same way"},
    {"adapter.xml", "<name>refusal</name><way>both</way>",
     "<name>refusal</name><way>from-core</way><answerTo>letter</answerTo>",
     "answersInResponse is false"},
    {"adapter.xml", "<root>message</root>", "", "root: JSON has none"},
    {"adapter.xml", "<root>message</root>", "<root>message</root><operation>take</operation>",
     "operation and argument"},
    {"mapping.xml", "<theirs>trace<", "<theirs>@trace<", "not a path of names"},
    {"mapping.xml", "<theirs>trace<", "<theirs>tr@ace<", "not a path of names"},
    {"mapping.xml", CLERK, "<fromQuestion>handler/name</fromQuestion>" CLERK,
     "answers no other"},
    {"mapping.xml", "<max>20</max>", "<bare>true</bare>", "only JSON has values without"},
    {"mapping.xml", CLERK, "<keyTime><theirs>at</theirs><format>yyyy</format></keyTime>" CLERK,
     "format: not one of a time"},
    {"adapter.xml", "</messages>",
     "<message><name>again</name><way>to-core</way><flow>pension.employee</flow>"
     "<action>acceptance</action><version>1</version><root>other</root>"
     "<mapping>acceptance</mapping></message></messages>",
     "already carries this action"},
    {"schema/dialect.xsd", "xs:schema ", "xs:scheme ", "dialect.xsd"},
};

static void test_mistakes(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        struct folder folder = copy_adapter("template");
        struct adapter *adapter = NULL;

        change(fixture, &folder, mistakes[i].file, mistakes[i].from, mistakes[i].to);
        if (adapter_load(folder.path, schemas, &adapter, &fixture->err))
            stop("loaded", mistakes[i].to);
        if (fixture->err.code != ERROR_CONFIG)
            stop("wrong code", fixture->err.text);
        if (strstr(fixture->err.text, mistakes[i].says) == NULL)
            stop(mistakes[i].says, fixture->err.text);
        assert_null(adapter);
        drop_folder(&folder);
    }
}

static void test_place_of_a_mistake(void **state)
{
    struct fixture *fixture = *state;
    struct folder folder = copy_adapter("template");
    struct adapter *adapter = NULL;

    change(fixture, &folder, "mapping.xml", "<ours>handler/name<", "<ours>handler/nick<");
    assert_false(adapter_load(folder.path, schemas, &adapter, &fixture->err));
    assert_non_null(strstr(fixture->err.text, "mapping.xml:25: "));
    assert_non_null(strstr(fixture->err.text, folder.path));
    drop_folder(&folder);
    assert_false(adapter_load(folder.path, schemas, &adapter, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_CONFIG);
    adapter_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_good_values, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_values, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lengths, setup, teardown),
        cmocka_unit_test_setup_teardown(test_padding_and_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_patterns, setup, teardown),
        cmocka_unit_test_setup_teardown(test_formats, setup, teardown),
        cmocka_unit_test_setup_teardown(test_code_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mistakes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_place_of_a_mistake, setup, teardown),
    };

    return cmocka_run_group_tests_name("wire_mapping", tests, open_adapters, close_schemas);
}

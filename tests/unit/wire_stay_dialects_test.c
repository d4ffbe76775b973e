/* wire_stay_dialects_test.c - direct settlement in every dialect that tells stays: the adapters
 * are proven, one stay gives the same national bytes whoever tells it, and what real clients of
 * a city's interface get wrong. */
#include "adapter_fixture.h"

#define CITY "adapters/guiyang-city"

struct dialect {
    const char *folder;
    const char *end; /* of examples */
};

static const struct dialect dialects[] = {{"adapters/guizhou-settlement", "xml"},
                                          {CITY, "xml"},
                                          {"adapters/hebei-injury", "xml"},
                                          {"adapters/nhsa-platform", "json"}};

/* Which example tells which part of tests/data/stay-story. */
static const char *const story[][2] = {{"identify", "identify-story"},
                                       {"register", "register-story"},
                                       {"lines-1", "lines-story-1"},
                                       {"lines-2", "lines-story-2"},
                                       {"discharge", "discharge-story"},
                                       {"presettle", "presettle-story"},
                                       {"settle", "settle-story"},
                                       {"cancel", "cancel-story"},
                                       {"settle-again", "settle-story-again"}};

/* --- the adapters --------------------------------------------------------------------------
 */

static void take_line(void *self, bool good, const char *text)
{
    (void)self;
    if (!good)
        print_message("    %s\n", text);
}

static void test_proven(void **state)
{
    const struct adapter_reader reader = {.line = take_line};
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT_OF(dialects); i++) {
        size_t failures = 1;
        if (!adapter_check(dialects[i].folder, schemas, &reader, &failures, &fixture->err))
            stop(dialects[i].folder, fixture->err.text);
        assert_int_equal(failures, 0);
    }
}

/* --- one stay ------------------------------------------------------------------------------
 */

static struct text example(struct fixture *fixture, const struct dialect *dialect,
                           const char *name)
{
    return read_path(fixture, dialect->folder,
                     arena_format(fixture->arena, "examples/%s.theirs.%s", name, dialect->end));
}

static struct text national_bytes(struct fixture *fixture, const struct record *record)
{
    struct document *document = NULL;
    struct text bytes = {NULL, 0};

    if (!codec_write(record, flow_namespace(FLOW_SETTLEMENT_STAY), &document, &fixture->err) ||
        !document_write(document, fixture->arena, &bytes, &fixture->err))
        stop("error", fixture->err.text);
    document_free(document);
    return bytes;
}

/* A core's document as its gateway sends it on. */
static struct text sent_on(struct fixture *fixture, const struct adapter *adapter,
                           struct text bytes)
{
    struct adapter_message message;

    if (!adapter_read(adapter, FROM_CORE, bytes, fixture->arena, &message, &fixture->err))
        stop(adapter_name(adapter), fixture->err.text);
    assert_int_equal(message.flow, FLOW_SETTLEMENT_STAY);
    return national_bytes(fixture, message.body);
}

static void test_one_stay(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT_OF(dialects); i++) {
        struct adapter *adapter = load_adapter(fixture, dialects[i].folder);
        for (size_t at = 0; at < COUNT_OF(story); at++) {
            struct text told = sent_on(fixture, adapter,
                                       example(fixture, &dialects[i], story[at][1]));
            struct text bytes = read_path(fixture, "tests/data/stay-story",
                                          arena_format(fixture->arena, "%s.xml", story[at][0]));
            struct record *root = NULL;
            assert_true(read_text(fixture, bytes, &root));
            if (!text_equal(told, national_bytes(fixture, root)))
                stop(dialects[i].folder, story[at][0]);
        }
        adapter_free(adapter);
    }
}

/* Told by one core, it reaches every other in that one's own bytes, but for the key. */
static void test_told_on(void **state)
{
    struct fixture *fixture = *state;
    struct adapter *adapters[COUNT_OF(dialects)];

    for (size_t i = 0; i < COUNT_OF(dialects); i++)
        adapters[i] = load_adapter(fixture, dialects[i].folder);
    for (size_t from = 0; from < COUNT_OF(dialects); from++)
        for (size_t to = 0; to < COUNT_OF(dialects); to++)
            for (size_t at = 0; at < COUNT_OF(story); at++) {
                struct adapter_message message;
                struct adapter_message known;
                struct text bytes = example(fixture, &dialects[to], story[at][1]);
                struct text again;
                assert_true(adapter_read(adapters[from], FROM_CORE,
                                         example(fixture, &dialects[from], story[at][1]),
                                         fixture->arena, &message, &fixture->err));
                assert_true(adapter_read(adapters[to], FROM_CORE, bytes, fixture->arena, &known,
                                         &fixture->err));
                message.local_key = known.local_key;
                if (!adapter_write(adapters[to], TO_CORE, &message, fixture->arena, &again,
                                   &fixture->err))
                    stop(dialects[to].folder, fixture->err.text);
                if (!text_equal(again, bytes))
                    stop(dialects[to].folder, story[at][1]);
            }
    for (size_t i = 0; i < COUNT_OF(dialects); i++)
        adapter_free(adapters[i]);
}

/* A core is told what could not be read in words that its dialect has. */
static void test_flow_of_answers(void **state)
{
    static const struct {
        const char *folder;
        unsigned flow;
        unsigned told;
    } rows[] = {
        {CITY, FLOW_NONE, FLOW_SETTLEMENT_STAY},
        {CITY, FLOW_PENSION_EMPLOYEE, FLOW_SETTLEMENT_STAY},
        {CITY, FLOW_SETTLEMENT_STAY, FLOW_SETTLEMENT_STAY},
        {"adapters/guizhou-settlement", FLOW_NONE, FLOW_SETTLEMENT_STAY},
        {"adapters/guizhou-settlement", FLOW_SETTLEMENT_FILING, FLOW_SETTLEMENT_FILING},
        {"adapters/guizhou-core", FLOW_NONE, FLOW_PENSION_EMPLOYEE},
        {"tests/data/attribute-core", FLOW_NONE, FLOW_NONE},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct adapter *adapter = load_adapter(fixture, rows[i].folder);
        assert_int_equal(adapter_answer_flow(adapter, rows[i].flow), rows[i].told);
        adapter_free(adapter);
    }
}

/* --- the city's interface ------------------------------------------------------------------
 */

static const struct dialect city = {CITY, "xml"};

/* GB2312 has none of these; what calls itself GB2312 is GB18030 all the same. */
static void test_names_beyond_the_label(void **state)
{
    static const struct {
        const char *label;
        const char *bytes; /* of the name */
        const char *name;
    } rows[] = {
        {"GB2312", "\xD5\xC5\x86\xB4", "张喆"},
        {"GB2312", "\xCC\xEF\x82\x30\xB7\x31", "田㛃"},
        {"GB2312", "\x95\x34\xB2\x35\xD2\xB0", "𠮷野"},
        {"gb2312", "\xD5\xC5\x86\xB4", "张喆"},
        {"GBK", "\xCC\xEF\x82\x30\xB7\x31", "田㛃"},
        {"GB18030", "\x95\x34\xB2\x35\xD2\xB0", "𠮷野"},
    };
    struct fixture *fixture = *state;
    struct adapter *adapter = load_adapter(fixture, CITY);
    struct text good = example(fixture, &city, "register-story");

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text bytes = replaced(fixture, good, "\xCC\xEF\x82\x30\xB7\x31", rows[i].bytes);
        struct adapter_message message;
        struct text again;
        struct text value;
        bytes = replaced(fixture, bytes, "GB2312", rows[i].label);
        if (!adapter_read(adapter, FROM_CORE, bytes, fixture->arena, &message, &fixture->err))
            stop(rows[i].name, fixture->err.text);
        assert_true(record_text(message.body, "person/name", &value));
        assert_true(text_is(value, rows[i].name));
        assert_true(
            adapter_write(adapter, TO_CORE, &message, fixture->arena, &again, &fixture->err));
        assert_non_null(memmem(again.at, again.size, rows[i].bytes, strlen(rows[i].bytes)));
        assert_non_null(memmem(again.at, again.size, "\"GB2312\"", 8));
    }
    adapter_free(adapter);
}

struct reading {
    enum adapter_result result;
    struct adapter_message answer;
    char code[CODE_SIZE];
};

static bool settled(struct fixture *fixture, const struct adapter *adapter, int status,
                    struct text bytes, struct reading *reading)
{
    struct record *question = NULL;

    assert_true(read_text(fixture, read_path(fixture, CITY, "examples/settle-story.ours.xml"),
                          &question));
    fixture->err = (struct error)ERROR_INIT;
    return adapter_read_answer(adapter, FLOW_SETTLEMENT_STAY, ACTION_SETTLE, status, bytes,
                               question, fixture->arena, &reading->result, &reading->answer,
                               reading->code, &fixture->err);
}

#define ANSWER(body)                                                                           \
    "<?xml version=\"1.0\" encoding=\"GB2312\" standalone=\"yes\"?><DATA>" body "</DATA>"

static void test_return_codes(void **state)
{
    static const struct {
        int status;
        const char *bytes;
        enum adapter_result result;
        const char *code;
    } rows[] = {
        {200, ANSWER("<RETCODE>-1</RETCODE><INFO>text</INFO>"), ADAPTER_REJECTED,
         "CORE-REJECTED"},
        {200, ANSWER("<RETCODE>-1</RETCODE><ERRCODE>A2</ERRCODE>"), ADAPTER_REJECTED, "A2"},
        {200, ANSWER("<RETCODE>-1</RETCODE><INFO/>"), ADAPTER_REJECTED, "CORE-REJECTED"},
        /* not listed: nobody knows whether it was booked */
        {200, ANSWER("<RETCODE>7</RETCODE>"), ADAPTER_UNKNOWN, ""},
        {200, ANSWER("<RETCODE>-2</RETCODE>"), ADAPTER_UNKNOWN, ""},
        {200, ANSWER("<RETCODE>-100</RETCODE>"), ADAPTER_UNKNOWN, ""},
        {200, ANSWER("<RETCODE>00</RETCODE>"), ADAPTER_UNKNOWN, ""},
        {200, ANSWER("<RETCODE>0.0</RETCODE>"), ADAPTER_UNKNOWN, ""},
        {200, ANSWER("<RETCODE>OK</RETCODE>"), ADAPTER_UNKNOWN, ""},
        {200, ANSWER("<RETCODE/>"), ADAPTER_UNKNOWN, ""},
        {200, ANSWER("<INFO>成功</INFO>"), ADAPTER_UNKNOWN, ""},
        {200, "<DATA RETCODE=\"0\"/>", ADAPTER_UNKNOWN, ""},
        /* empty, cut, twice, a page of somebody else */
        {200, "", ADAPTER_UNKNOWN, ""},
        {200, " ", ADAPTER_UNKNOWN, ""},
        {200, "<DATA><RETCODE>0</RETCODE>", ADAPTER_UNKNOWN, ""},
        {200, "<DATA><RETCODE>0</RETCODE></DATA><DATA/>", ADAPTER_UNKNOWN, ""},
        {200, "<html><RETCODE>-1", ADAPTER_UNKNOWN, ""},
        {500, "", ADAPTER_UNKNOWN, ""},
        {503, "", ADAPTER_RETRYABLE, ""},
        {403, "", ADAPTER_REJECTED, "HTTP"},
    };
    struct fixture *fixture = *state;
    struct adapter *adapter = load_adapter(fixture, CITY);
    struct reading reading;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_true(
            settled(fixture, adapter, rows[i].status, text_of(rows[i].bytes), &reading));
        if (reading.result != rows[i].result || strcmp(reading.code, rows[i].code) != 0)
            stop(rows[i].bytes, reading.code);
        assert_null(reading.answer.body);
    }
    adapter_free(adapter);
}

/* It says yes, and cannot be believed: the settlement is in doubt. */
static void test_answers_in_doubt(void **state)
{
    static const struct {
        const char *from;
        const char *to;
        enum error_code code;
        const char *says;
    } rows[] = {
        {"<HOSPNO>ZY2026-000731", "<HOSPNO>ZY2026-000732", ERROR_MAPPING,
         "reference/stayNumber: the answer is about another one"},
        {"<HOSPNO>ZY2026-000731</HOSPNO>", "", ERROR_MAPPING, "HOSPNO"},
        {"<FEEALL>3410.50", "<FEEALL>3,410.50", ERROR_VALUE, "FEEALL"},
        {"<FEEALL>3410.50", "<FEEALL>3410.505", ERROR_VALUE, "FEEALL"},
        {"<FEEALL>3410.50",
         "<FEEALL>\xA3\xB3"
         "410.50",
         ERROR_VALUE, "FEEALL"},
        {"<FUND1PAY>3210.50</FUND1PAY>", "", ERROR_SCHEMA, "personal"},
        {"PAY=\"3210.50\"", "", ERROR_MAPPING, "@PAY"},
    };
    struct fixture *fixture = *state;
    struct adapter *adapter = load_adapter(fixture, CITY);
    struct text good = example(fixture, &city, "settled");
    struct reading reading;
    struct text value;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text bytes = replaced(fixture, good, "CLRKIND>21<", "CLRKIND>2<");
        if (settled(fixture, adapter, 200, replaced(fixture, bytes, rows[i].from, rows[i].to),
                    &reading))
            stop("read", rows[i].to);
        if (fixture->err.code != rows[i].code ||
            strstr(fixture->err.text, rows[i].says) == NULL)
            stop(rows[i].to, fixture->err.text);
        assert_int_equal(reading.result, ADAPTER_UNKNOWN);
        assert_null(reading.answer.body);
    }
    /* Other decimals are the same amount, and what nobody asked for is lost. */
    assert_true(settled(
        fixture, adapter, 200,
        replaced(fixture, good, "<FEEALL>3410.50", "<INFO/><EXTRA>1</EXTRA><FEEALL>3410.5"),
        &reading));
    assert_int_equal(reading.result, ADAPTER_OK);
    assert_true(record_text(reading.answer.body, "amounts/total", &value));
    assert_true(text_is(value, "3410.50"));
    assert_true(text_is(reading.answer.lost, "EXTRA\n"));
    adapter_free(adapter);
}

/* --- what the mapping says -----------------------------------------------------------------
 */

static const char *loaded_not(struct fixture *fixture, const char *name, const char *file,
                              const char *from, const char *to)
{
    struct folder folder = copy_adapter(name);
    struct adapter *adapter = NULL;

    change(fixture, &folder, file, from, to);
    if (adapter_load(folder.path, schemas, &adapter, &fixture->err))
        stop("loaded", to);
    assert_int_equal(fixture->err.code, ERROR_CONFIG);
    drop_folder(&folder);
    return fixture->err.text;
}

#define PAY_TYPE                                                                               \
    "<listWhen><ours>insurance</ours><is>injury</is><list>payInjury</list></listWhen>"
#define LINE "<field><theirs>@LINENO</theirs><ours>.</ours>"

static void test_mistakes(void **state)
{
    static const struct {
        const char *from;
        const char *to;
        const char *says;
    } rows[] = {
        {PAY_TYPE, "<listWhen><ours>insurance</ours><is>injury</is></listWhen>",
         "list is missing"},
        {PAY_TYPE, "<listWhen><ours>insurance</ours><is>injury</is><list>pay</list></listWhen>",
         "codes.xml has no such list"},
        {PAY_TYPE,
         "<listWhen><ours>nowhere</ours><is>injury</is><list>payInjury</list></listWhen>",
         "a condition on a field that is not here"},
        {PAY_TYPE,
         "<listWhen><ours>treatmentKind</ours><is>21</is><list>payInjury</list></listWhen>",
         "depends on a condition itself"},
        {"<type>code</type>" PAY_TYPE, "<type>text</type>" PAY_TYPE, "only a code goes"},
        {"<theirs>BATCHNO</theirs><ours>batch", "<theirs>BATCHNO</theirs><ours>.",
         "the national form has no such field"},
        {LINE, "<field><theirs>@LINENO</theirs><ours>number</ours>",
         "the national form has no such field"},
        {LINE, "<field><theirs>@NO2</theirs><ours>.</ours><type>text</type></field>" LINE,
         "is mapped twice"},
        {LINE, "<constant><ours>more</ours><value>1</value></constant>" LINE,
         "the national form has no such field"},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *said = loaded_not(fixture, "guiyang-city", "mapping.xml", rows[i].from,
                                      rows[i].to);
        if (strstr(said, rows[i].says) == NULL)
            stop(rows[i].to, said);
    }
    /* A plain value of theirs has nothing in it. */
    assert_non_null(
        strstr(loaded_not(fixture, "nhsa-platform", "mapping.xml",
                          "<field><theirs>.</theirs><ours>.</ours>",
                          "<constant><theirs>kind</theirs><value>1</value></constant>"
                          "<field><theirs>.</theirs><ours>.</ours>"),
               "is a group and a value"));
    assert_non_null(
        strstr(loaded_not(fixture, "nhsa-platform", "mapping.xml",
                          "<ours>.</ours><type>text</type><max>30</max></field>",
                          "<ours>.</ours><type>text</type><max>30</max></field>"
                          "<constant><theirs>kind</theirs><value>1</value></constant>"),
               "lies below a path that is mapped itself"));
}

/* The list is chosen in both directions; where no choice fits there is none, or the other. */
static void test_chosen_lists(void **state)
{
    struct fixture *fixture = *state;
    struct folder folder = copy_adapter("guiyang-city");
    struct adapter *adapter = load_adapter(fixture, folder.path);
    struct adapter_message message = {.flow = FLOW_SETTLEMENT_STAY,
                                      .action = ACTION_IDENTIFY,
                                      .revision = 1,
                                      .local_key = TEXT("GY1")};
    struct text again;

    /* Of a medical stay the national 21 is a 31. */
    assert_true(read_text(fixture,
                          replaced(fixture,
                                   read_path(fixture, CITY, "examples/identify-story.ours.xml"),
                                   "injury", "medical"),
                          &message.body));
    assert_true(
        adapter_write(adapter, TO_CORE, &message, fixture->arena, &again, &fixture->err));
    assert_non_null(memmem(again.at, again.size, "<PAYTYPE>31<", 12));
    adapter_free(adapter);

    /* No list for medical. */
    change(fixture, &folder, "mapping.xml",
           "<listWhen><ours>insurance</ours><is>medical</is><list>payMedical</list></listWhen>",
           "");
    adapter = load_adapter(fixture, folder.path);
    assert_false(
        adapter_write(adapter, TO_CORE, &message, fixture->arena, &again, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_CODE_VALUE);
    assert_non_null(strstr(fixture->err.text, "PAYTYPE"));
    assert_non_null(strstr(fixture->err.text, "insurance"));
    adapter_free(adapter);

    /* A list for all others. */
    change(fixture, &folder, "mapping.xml", "<type>code</type>" PAY_TYPE,
           "<type>code</type><list>payMedical</list>" PAY_TYPE);
    adapter = load_adapter(fixture, folder.path);
    assert_true(
        adapter_write(adapter, TO_CORE, &message, fixture->arena, &again, &fixture->err));
    assert_non_null(memmem(again.at, again.size, "<PAYTYPE>31<", 12));
    adapter_free(adapter);
    drop_folder(&folder);
}

static void look_for_choice(void *self, bool good, const char *text)
{
    bool *found = self;

    (void)good;
    if (strstr(text, "code, through list payInjury where insurance is injury, through list "
                     "payMedical where insurance is medical, optional") != NULL)
        *found = true;
}

static void test_explained(void **state)
{
    struct fixture *fixture = *state;
    bool found = false;
    const struct adapter_reader reader = {.line = look_for_choice, .self = &found};

    assert_true(adapter_explain(CITY, schemas, "PAYTYPE", &reader, &fixture->err));
    assert_true(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_proven, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_stay, setup, teardown),
        cmocka_unit_test_setup_teardown(test_told_on, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flow_of_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_names_beyond_the_label, setup, teardown),
        cmocka_unit_test_setup_teardown(test_return_codes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answers_in_doubt, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mistakes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_chosen_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(test_explained, setup, teardown),
    };

    return cmocka_run_group_tests_name("wire_stay_dialects", tests, open_adapters,
                                       close_schemas);
}

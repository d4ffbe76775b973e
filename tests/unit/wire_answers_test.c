/* wire_answers_test.c - what a core's HTTP answer means and the business answer in it; keys
 * that name their time; signed headers. Through the invented dialects of tests/data. */
#include "adapter_fixture.h"

#include "base/uuid.h"
#include "crypt/base64.h"
#include "wire/keys.h"

#define JSON      "tests/data/json-core"
#define SOAP      "tests/data/soap-core"
#define ATTRIBUTE "tests/data/attribute-core"

static struct record *national(struct fixture *fixture, const char *folder, const char *name)
{
    struct record *record = NULL;

    if (!read_text(fixture, read_path(fixture, folder, name), &record))
        stop(name, fixture->err.text);
    return record;
}

static struct record *question_of(struct fixture *fixture)
{
    return national(fixture, JSON, "examples/finding.question.xml");
}

/* One reading of an answer. */
struct reading {
    enum adapter_result result;
    struct adapter_message answer;
    char code[CODE_SIZE];
};

static bool answers(struct fixture *fixture, const struct adapter *adapter, unsigned asked,
                    int status, struct text bytes, const struct record *question,
                    struct reading *reading)
{
    fixture->err = (struct error)ERROR_INIT;
    return adapter_read_answer(adapter, FLOW_PENSION_EMPLOYEE, asked, status, bytes, question,
                               fixture->arena, &reading->result, &reading->answer,
                               reading->code, &fixture->err);
}

/* --- the business answer -------------------------------------------------------------------
 */

static void test_answer_is_read(void **state)
{
    static const struct {
        const char *folder;
        const char *theirs;
    } rows[] = {{JSON, "examples/finding.theirs.json"},
                {SOAP, "examples/finding.theirs.xml"},
                {ATTRIBUTE, "examples/finding.theirs.xml"}};
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct adapter *adapter = load_adapter(fixture, rows[i].folder);
        struct text bytes = read_path(fixture, rows[i].folder, rows[i].theirs);
        struct reading reading;
        struct text again;
        if (!answers(fixture, adapter, ACTION_FUND_QUERY, 200, bytes, question_of(fixture),
                     &reading))
            stop(rows[i].folder, fixture->err.text);
        assert_int_equal(reading.result, ADAPTER_OK);
        assert_int_equal(reading.answer.action, ACTION_FUND_ANSWER);
        assert_true(record_equal(reading.answer.body,
                                 national(fixture, JSON, "examples/finding.ours.xml")));
        assert_int_equal(reading.answer.lost.size, 0);
        /* A simulated core writes it, and so do we as a server. */
        reading.answer.answers = ACTION_FUND_QUERY;
        assert_true(adapter_write(adapter, FROM_CORE, &reading.answer, fixture->arena, &again,
                                  &fixture->err));
        assert_true(text_equal(again, bytes));
        assert_true(adapter_write(adapter, TO_CORE, &reading.answer, fixture->arena, &again,
                                  &fixture->err));
        assert_true(text_equal(again, bytes));
        /* Asked nothing that it answers, it is no message. */
        assert_false(adapter_read(adapter, FROM_CORE, bytes, fixture->arena, &reading.answer,
                                  &fixture->err));
        assert_int_equal(fixture->err.code, ERROR_MAPPING);
        adapter_free(adapter);
    }
}

static void test_answer_cannot_be_read(void **state)
{
    static const struct {
        const char *from;
        const char *to;
        enum error_code code;
        const char *says;
    } rows[] = {
        {"\"find_type\": \"1\"", "\"find_type\": \"7\"", ERROR_CODE_VALUE, "find_type"},
        {"\"find_type\": \"1\",", "", ERROR_MAPPING, "find_type"},
        {"3477.33", "1e3", ERROR_NONE, ""}, /* cannot be parsed: unknown */
        {"3477.33", "\"1e3\"", ERROR_VALUE, "amt"},
        {"\"output\"", "\"input\"", ERROR_MAPPING, "is missing"},
        {"202603300930110001", "2026033009301100", ERROR_VALUE, "msgid"},
    };
    struct fixture *fixture = *state;
    struct adapter *adapter = load_adapter(fixture, JSON);
    struct text good = read_path(fixture, JSON, "examples/finding.theirs.json");
    struct reading reading;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool read = answers(fixture, adapter, ACTION_FUND_QUERY, 200,
                            replaced(fixture, good, rows[i].from, rows[i].to),
                            question_of(fixture), &reading);
        if (read != (rows[i].code == ERROR_NONE) || fixture->err.code != rows[i].code ||
            strstr(fixture->err.text, rows[i].says) == NULL)
            stop(rows[i].to, fixture->err.text);
        assert_int_equal(reading.result, ADAPTER_UNKNOWN);
        assert_null(reading.answer.body);
    }
    /* Without the question its reference is missing. */
    assert_false(answers(fixture, adapter, ACTION_FUND_QUERY, 200, good, NULL, &reading));
    assert_int_equal(fixture->err.code, ERROR_SCHEMA);
    adapter_free(adapter);
}

/* What nobody answers with a document is only taken. */
static void test_plain_yes(void **state)
{
    struct fixture *fixture = *state;
    struct adapter *adapter = load_adapter(fixture, JSON);
    struct reading reading;

    assert_true(
        answers(fixture, adapter, ACTION_LETTER, 200, TEXT("{\"infcode\":0}"), NULL, &reading));
    assert_int_equal(reading.result, ADAPTER_OK);
    assert_int_equal(reading.answer.action, ACTION_NONE);
    assert_null(reading.answer.body);
    assert_int_equal(fixture->err.code, ERROR_NONE);
    assert_true(answers(fixture, adapter, ACTION_LETTER, 200, TEXT("{\"infcode\":\"9001\"}"),
                        NULL, &reading));
    assert_int_equal(reading.result, ADAPTER_OK_DUPLICATE);
    adapter_free(adapter);
}

/* --- what it means -------------------------------------------------------------------------
 */

#define FAULT(code)                                                                            \
    "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault>"      \
    "<faultcode>s:" code "</faultcode><faultstring>x</faultstring></s:Fault></s:Body>"         \
    "</s:Envelope>"
#define FAULT_12                                                                               \
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><s:Fault>"        \
    "<s:Code><s:Value>s:Client</s:Value></s:Code></s:Fault></s:Body></s:Envelope>"

static void test_results(void **state)
{
    static const struct {
        const char *folder;
        int status;
        const char *bytes;
        enum adapter_result result;
        const char *code;
        const char *reason;
    } rows[] = {
        {JSON, 200, "", ADAPTER_UNKNOWN, "", ""},
        {JSON, 503, "", ADAPTER_RETRYABLE, "", ""},
        {JSON, 500, "", ADAPTER_UNKNOWN, "", ""},
        {JSON, 200, "{}", ADAPTER_UNKNOWN, "", ""},
        {JSON, 200, "<html/>", ADAPTER_UNKNOWN, "", ""},
        {JSON, 503, "<html/>", ADAPTER_RETRYABLE, "", ""},
        {JSON, 200, "{\"infcode\":0", ADAPTER_UNKNOWN, "", ""},
        {JSON, 200, "{\"infcode\":0,\"infcode\":0}", ADAPTER_UNKNOWN, "", ""},
        {JSON, 200, "{\"infcode\":-1001,\"err_msg\":\"无此\\n业务\"}", ADAPTER_REJECTED,
         "PEN-R20", "无此 业务"},
        {JSON, 200, "{\"infcode\":-1,\"err_msg\":\"张喆 529900198506010018\"}",
         ADAPTER_REJECTED, "PEN-R21", ""},
        {JSON, 200, "{\"infcode\":-1}", ADAPTER_REJECTED, "PEN-R21", ""},
        {JSON, 500, "{\"infcode\":-1,\"err_msg\":{\"a\":1}}", ADAPTER_REJECTED, "PEN-R21", ""},
        {SOAP, 200, "", ADAPTER_UNKNOWN, "", ""},
        {SOAP, 500, FAULT("Server"), ADAPTER_RETRYABLE, "", ""},
        {SOAP, 200, FAULT("Server"), ADAPTER_UNKNOWN, "", ""},
        {SOAP, 500, FAULT("Client"), ADAPTER_REJECTED, "CORE-CLIENT", ""},
        {SOAP, 500, FAULT_12, ADAPTER_REJECTED, "CORE-CLIENT", ""},
        {SOAP, 500, "<html/>", ADAPTER_UNKNOWN, "", ""},
        {ATTRIBUTE, 200, "<DATA><RETCODE>-1</RETCODE><INFO>text</INFO></DATA>",
         ADAPTER_REJECTED, "PEN-R21", "text"},
        {ATTRIBUTE, 200, "<DATA><RETCODE>-1001</RETCODE><INFO/></DATA>", ADAPTER_REJECTED,
         "PEN-R20", ""},
        {ATTRIBUTE, 200, "<DATA RETCODE=\"0\"/>", ADAPTER_UNKNOWN, "", ""},
        {ATTRIBUTE, 200, "<DATA><RETCODE>0</RETCODE></DATA><DATA/>", ADAPTER_UNKNOWN, "", ""},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct adapter *adapter = load_adapter(fixture, rows[i].folder);
        struct reading reading;
        char code[CODE_SIZE];
        assert_true(answers(fixture, adapter, ACTION_FUND_QUERY, rows[i].status,
                            text_of(rows[i].bytes), question_of(fixture), &reading));
        if (reading.result != rows[i].result || strcmp(reading.code, rows[i].code) != 0 ||
            !text_is(reading.answer.reason, rows[i].reason))
            stop(rows[i].bytes, reading.code);
        assert_null(reading.answer.body);
        assert_int_equal(adapter_classify(adapter, rows[i].status, text_of(rows[i].bytes),
                                          fixture->arena, code),
                         rows[i].result);
        assert_string_equal(code, rows[i].code);
        adapter_free(adapter);
    }
}

/* Words are cut between characters, and kept only where they are called safe. */
static void test_reasons(void **state)
{
    struct fixture *fixture = *state;
    struct adapter *adapter = load_adapter(fixture, JSON);
    size_t room = 4096;
    struct buffer buffer = buffer_over(arena_alloc(fixture->arena, room), room);
    struct folder folder = {"/tmp/qiantong-adapter-XXXXXX"};
    struct reading reading;
    char command[256];

    buffer_string(&buffer, "{\"infcode\":-1,\"err_msg\":\"x");
    for (int i = 0; i < 100; i++)
        buffer_string(&buffer, "喆");
    buffer_string(&buffer, "\"}");
    assert_true(answers(fixture, adapter, ACTION_FUND_QUERY, 200, buffer_as_text(&buffer), NULL,
                        &reading));
    assert_int_equal(reading.answer.reason.size, 1 + 49 * 3);
    assert_true(text_is_utf8(reading.answer.reason));
    adapter_free(adapter);
    assert_non_null(mkdtemp(folder.path));
    snprintf(command, sizeof(command), "cp -r " JSON "/. %s", folder.path);
    run(command);
    change(fixture, &folder, "adapter.xml", "<textSafe>true<", "<textSafe>false<");
    adapter = load_adapter(fixture, folder.path);
    assert_true(answers(fixture, adapter, ACTION_FUND_QUERY, 200, buffer_as_text(&buffer), NULL,
                        &reading));
    assert_int_equal(reading.result, ADAPTER_REJECTED);
    assert_int_equal(reading.answer.reason.size, 0);
    adapter_free(adapter);
    drop_folder(&folder);
}

/* --- which message answers what ------------------------------------------------------------
 */

/* A second question with the same answer in another operation: the question decides. */
static void test_answers_to_two_questions(void **state)
{
    struct fixture *fixture = *state;
    struct folder folder = {"/tmp/qiantong-adapter-XXXXXX"};
    struct adapter_message answer = {
        .flow = FLOW_PENSION_EMPLOYEE, .action = ACTION_FUND_ANSWER, .revision = 1};
    struct adapter *adapter;
    struct text first;
    struct text second;
    char command[256];

    assert_non_null(mkdtemp(folder.path));
    snprintf(command, sizeof(command), "cp -r " SOAP "/. %s", folder.path);
    run(command);
    change(fixture, &folder, "adapter.xml", "</messages>",
           "<message><name>state</name><way>both</way><flow>pension.employee</flow>"
           "<action>status_query</action><version>1</version><root>q</root>"
           "<operation>state</operation><argument>arg0</argument></message>"
           "<message><name>other</name><way>both</way><flow>pension.employee</flow>"
           "<action>fund_answer</action><version>1</version><root>askRespData</root>"
           "<mapping>finding</mapping><operation>stateResponse</operation>"
           "<argument>return</argument><answerTo>state</answerTo></message></messages>");
    change(fixture, &folder, "mapping.xml", "</mapping>",
           "<document><name>state</name><include>reference</include>"
           "<lost><ours>text</ours><reason>x</reason></lost>"
           "<lost><ours>handler</ours><reason>x</reason></lost></document></mapping>");
    adapter = load_adapter(fixture, folder.path);
    answer.body = national(fixture, SOAP, "examples/finding.ours.xml");
    assert_false(
        adapter_write(adapter, TO_CORE, &answer, fixture->arena, &first, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_MAPPING);
    assert_non_null(strstr(fixture->err.text, "hangs on the question"));
    answer.answers = ACTION_FUND_QUERY;
    assert_true(
        adapter_write(adapter, TO_CORE, &answer, fixture->arena, &first, &fixture->err));
    answer.answers = ACTION_STATUS_QUERY;
    assert_true(
        adapter_write(adapter, TO_CORE, &answer, fixture->arena, &second, &fixture->err));
    assert_non_null(memmem(first.at, first.size, "<o:askResponse ", 15));
    assert_non_null(memmem(second.at, second.size, "<o:stateResponse ", 17));
    /* The answer to the one is none to the other. */
    assert_true(adapter_read_reply(adapter, TO_CORE, FLOW_PENSION_EMPLOYEE, ACTION_STATUS_QUERY,
                                   second, question_of(fixture), fixture->arena, &answer,
                                   &fixture->err));
    assert_false(adapter_read_reply(adapter, TO_CORE, FLOW_PENSION_EMPLOYEE,
                                    ACTION_STATUS_QUERY, first, question_of(fixture),
                                    fixture->arena, &answer, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_MAPPING);
    assert_false(adapter_read_reply(adapter, TO_CORE, FLOW_PENSION_EMPLOYEE, ACTION_LETTER,
                                    first, NULL, fixture->arena, &answer, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_NOT_FOUND);
    adapter_free(adapter);
    change(fixture, &folder, "adapter.xml", "<answerTo>state</answerTo>",
           "<answerTo>state</answerTo><answerTo>query</answerTo>");
    assert_false(adapter_load(folder.path, schemas, &adapter, &fixture->err));
    assert_non_null(strstr(fixture->err.text, "already carries this action"));
    drop_folder(&folder);
}

/* --- keys ----------------------------------------------------------------------------------
 */

static void test_keys_are_made(void **state)
{
    static const uint8_t random[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    struct fixture *fixture = *state;
    struct adapter *adapter = load_adapter(fixture, JSON);
    struct adapter_message query = {
        .flow = FLOW_PENSION_EMPLOYEE, .action = ACTION_FUND_QUERY, .revision = 1};
    struct adapter_message again;
    struct instant at;
    struct uuid id;
    char text[UUID_TEXT_SIZE];
    struct text first;
    struct text second;

    assert_true(instant_parse(TEXT("2026-03-31T00:00:01.999+08:00"), &at));
    id = uuid_v7(at, random);
    query.local_key = text_of(uuid_format(&id, text));
    query.body = question_of(fixture);
    assert_true(adapter_write(adapter, TO_CORE, &query, fixture->arena, &first, &fixture->err));
    assert_non_null(memmem(first.at, first.size, "\"H5299000000120260331000001", 27));
    assert_non_null(memmem(first.at, first.size, "\"inf_time\": \"2026-03-31 00:00:01\"", 33));
    assert_true(
        adapter_write(adapter, TO_CORE, &query, fixture->arena, &second, &fixture->err));
    assert_true(text_equal(first, second)); /* the same id, the same key */
    assert_true(adapter_read(adapter, TO_CORE, first, fixture->arena, &again, &fixture->err));
    assert_int_equal(again.local_key.size, 30);
    query.local_key = TEXT("H5299000000120260331000001");
    assert_false(
        adapter_write(adapter, TO_CORE, &query, fixture->arena, &second, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_VALUE);
    adapter_free(adapter);
}

/* --- signed headers ------------------------------------------------------------------------
 */

static char keys[256];
static struct signer *signer;
static struct signer *wrong_suite;
static struct verifier *pin;
static struct verifier *stranger;

static int open_keys(void **state)
{
    struct error err = ERROR_INIT;
    char command[512];
    char key[512];
    char certificate[512];

    if (open_adapters(state) != 0)
        return -1;
    snprintf(keys, sizeof(keys), "/tmp/qiantong-keys-XXXXXX");
    if (mkdtemp(keys) == NULL)
        return -1;
    snprintf(command, sizeof(command), "certs/make-certs.sh %s hrss.520000 hrss.440000", keys);
    run(command);
    snprintf(key, sizeof(key), "%s/hrss.520000.gm.key", keys);
    snprintf(certificate, sizeof(certificate), "%s/hrss.520000.gm.crt", keys);
    if (!signer_load(SUITE_GM, key, certificate, NULL, &signer, &err) ||
        !verifier_load(SUITE_GM, certificate, NULL, NULL, &pin, &err))
        return -1;
    snprintf(certificate, sizeof(certificate), "%s/hrss.440000.gm.crt", keys);
    if (!verifier_load(SUITE_GM, certificate, NULL, NULL, &stranger, &err))
        return -1;
    snprintf(key, sizeof(key), "%s/hrss.520000.ecdsa.key", keys);
    snprintf(certificate, sizeof(certificate), "%s/hrss.520000.ecdsa.crt", keys);
    return signer_load(SUITE_ECDSA, key, certificate, NULL, &wrong_suite, &err) ? 0 : -1;
}

static int close_keys(void **state)
{
    char command[300];

    signer_free(signer);
    signer_free(wrong_suite);
    verifier_free(pin);
    verifier_free(stranger);
    snprintf(command, sizeof(command), "rm -rf %s", keys);
    run(command);
    return close_schemas(state);
}

static struct adapter *load_signing(struct fixture *fixture, const char *folder,
                                    const struct verifier *by)
{
    struct adapter *adapter = load_adapter(fixture, folder);

    assert_true(adapter_needs_keys(adapter));
    if (!adapter_use_keys(adapter, signer, &by, 1, &fixture->err))
        stop("keys", fixture->err.text);
    return adapter;
}

static struct text signed_query(struct fixture *fixture, struct adapter *adapter)
{
    struct adapter_message query = {.flow = FLOW_PENSION_EMPLOYEE,
                                    .action = ACTION_FUND_QUERY,
                                    .revision = 1,
                                    .local_key = TEXT("H52990000001202603300930110001")};
    struct text bytes;

    query.body = question_of(fixture);
    if (!adapter_write(adapter, TO_CORE, &query, fixture->arena, &bytes, &fixture->err))
        stop("query", fixture->err.text);
    return bytes;
}

static void test_signature(void **state)
{
    static const struct {
        const char *from;
        const char *to;
        enum error_code code;
    } rows[] = {
        {"\"infno\": \"8101\"", "\"infno\": \"8101\", \"opter\": \"007\"", ERROR_SIGNATURE},
        {"202603300930110001", "202603300930110002", ERROR_SIGNATURE},
        {"09:30:11", "09:30:12", ERROR_SIGNATURE},
        {"\"cainfo\"", "\"cainfos\"", ERROR_SIGNATURE},
        {"\"cainfo\": \"", "\"cainfo\": \"A", ERROR_SIGNATURE},
        {"\"cainfo\": \"MEU", "\"cainfo\": \"MEY", ERROR_SIGNATURE},
        {"\"cainfo\": \"MEQ", "\"cainfo\": \"MEU", ERROR_SIGNATURE},
        {"\"signtype\": \"SM2\",", "", ERROR_SIGNATURE},
        {"\"infno\": \"8101\"", "\"infno\": \"8101\", \"g\": {\"a\": 1}", ERROR_SIGNATURE},
        {"\"infno\": \"8101\"", "\"infno\": \"8101\", \"g\": [1, 2]", ERROR_SIGNATURE},
        {"\"infno\": \"8101\"", "\"infno\": \"8101\", \"opter\": \"\"", ERROR_NONE},
        {"\"infno\": \"8101\"", "\"infno\": \"8101\", \"opter\": null", ERROR_NONE},
        {"\"EP\"", "\"EP\" ", ERROR_NONE},
        {"3477.33", "3477.34", ERROR_NONE}, /* the body is not signed */
    };
    struct fixture *fixture = *state;
    struct adapter *adapter = load_signing(fixture, JSON, pin);
    struct adapter *other = load_signing(fixture, JSON, stranger);
    struct text good = signed_query(fixture, adapter);
    struct adapter_message message;

    assert_true(adapter_read(adapter, TO_CORE, good, fixture->arena, &message, &fixture->err));
    assert_false(adapter_read(other, TO_CORE, good, fixture->arena, &message, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_SIGNATURE);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool read;
        if (memmem(good.at, good.size, rows[i].from, strlen(rows[i].from)) == NULL)
            continue; /* the other length of a DER signature */
        fixture->err = (struct error)ERROR_INIT;
        read = adapter_read(adapter, TO_CORE, replaced(fixture, good, rows[i].from, rows[i].to),
                            fixture->arena, &message, &fixture->err);
        if (read != (rows[i].code == ERROR_NONE) || fixture->err.code != rows[i].code)
            stop(rows[i].to, fixture->err.text);
    }
    adapter_free(adapter);
    adapter_free(other);
}

/* What is signed, made by other means: names sorted, "=" and "&", neither body nor signature.
 */
static void test_signed_text(void **state)
{
    static const char text[] = "inf_time=2026-03-30 09:30:11&infno=8101&"
                               "msgid=H52990000001202603300930110001&signtype=SM2";
    struct fixture *fixture = *state;
    struct folder folder = {"/tmp/qiantong-adapter-XXXXXX"};
    struct adapter *adapter;
    struct text bytes;
    struct raw_signature made;
    char base64[100];
    char *line;
    struct adapter_message message;
    char command[256];

    assert_non_null(mkdtemp(folder.path));
    snprintf(command, sizeof(command), "cp -r " JSON "/. %s", folder.path);
    run(command);
    change(fixture, &folder, "adapter.xml", "<form>der</form>", "<form>raw</form>");
    adapter = load_signing(fixture, folder.path, pin);
    assert_true(signer_sign_bytes(signer, text_of(text), &made, &fixture->err));
    base64_encode(made.bytes, made.size, base64);
    line = arena_format(fixture->arena, "\"cainfo\": \"%s\", \"signtype\"", base64);
    bytes = replaced(fixture, read_path(fixture, JSON, "examples/query.theirs.json"),
                     "\"signtype\"", line);
    if (!adapter_read(adapter, FROM_CORE, bytes, fixture->arena, &message, &fixture->err))
        stop("signed elsewhere", fixture->err.text);
    adapter_free(adapter);
    drop_folder(&folder);
}

static void test_signed_answer(void **state)
{
    struct fixture *fixture = *state;
    struct adapter *adapter = load_signing(fixture, JSON, pin);
    struct text plain = read_path(fixture, JSON, "examples/finding.theirs.json");
    struct adapter_message answer = {.flow = FLOW_PENSION_EMPLOYEE,
                                     .action = ACTION_FUND_ANSWER,
                                     .revision = 1,
                                     .answers = ACTION_FUND_QUERY};
    struct reading reading;
    struct text bytes;
    char code[CODE_SIZE];

    assert_int_equal(adapter_classify(adapter, 200, plain, fixture->arena, code),
                     ADAPTER_UNKNOWN);
    assert_int_equal(adapter_classify(adapter, 503, TEXT(""), fixture->arena, code),
                     ADAPTER_RETRYABLE);
    assert_false(answers(fixture, adapter, ACTION_FUND_QUERY, 200, plain, question_of(fixture),
                         &reading));
    assert_int_equal(fixture->err.code, ERROR_SIGNATURE);
    assert_int_equal(reading.result, ADAPTER_UNKNOWN);
    assert_false(answers(fixture, adapter, ACTION_LETTER, 200,
                         TEXT("{\"infcode\":-1,\"err_msg\":\"x\"}"), NULL, &reading));
    assert_int_equal(fixture->err.code, ERROR_SIGNATURE);
    assert_int_equal(reading.result, ADAPTER_UNKNOWN);
    answer.body = national(fixture, JSON, "examples/finding.ours.xml");
    assert_true(
        adapter_write(adapter, FROM_CORE, &answer, fixture->arena, &bytes, &fixture->err));
    if (!answers(fixture, adapter, ACTION_FUND_QUERY, 200, bytes, question_of(fixture),
                 &reading))
        stop("signed answer", fixture->err.text);
    assert_int_equal(reading.result, ADAPTER_OK);
    assert_int_equal(adapter_classify(adapter, 200, bytes, fixture->arena, code), ADAPTER_OK);
    adapter_free(adapter);
}

static void test_keys_of_another_kind(void **state)
{
    struct fixture *fixture = *state;
    struct adapter *adapter = load_adapter(fixture, JSON);
    const struct verifier *pins[] = {pin};

    assert_false(adapter_use_keys(adapter, wrong_suite, pins, 1, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_CONFIG);
    assert_false(adapter_use_keys(adapter, signer, pins, 0, &fixture->err));
    assert_int_equal(fixture->err.code, ERROR_CONFIG);
    adapter_free(adapter);
    adapter = load_adapter(fixture, SOAP);
    assert_false(adapter_needs_keys(adapter));
    adapter_free(adapter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_answer_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answer_cannot_be_read, setup, teardown),
        cmocka_unit_test_setup_teardown(test_plain_yes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_results, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reasons, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answers_to_two_questions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_keys_are_made, setup, teardown),
        cmocka_unit_test_setup_teardown(test_signature, setup, teardown),
        cmocka_unit_test_setup_teardown(test_signed_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_signed_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_keys_of_another_kind, setup, teardown),
    };

    return cmocka_run_group_tests_name("wire_answers", tests, open_keys, close_keys);
}

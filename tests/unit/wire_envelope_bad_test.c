/* wire_envelope_bad_test.c - every way in which a signed envelope can be wrong, and how far it
 * got: each line changes one thing in a good message and signs it again. */
#include "envelope_fixture.h"

/* --- what is wrong with a signed envelope ------------------------------------------------- */

#define XSI " xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"

struct bad_envelope {
    const char *old; /* in tests/data/envelope/letter.xml */
    const char *new;
    enum error_code code;
    enum envelope_stage stage;
};

/* The signature held and no more; or the header too. */
#define SIGNED(old, new, error)                                                                \
    {                                                                                          \
        old, new, ERROR_##error, ENVELOPE_SIGNED                                               \
    }
#define HELD(old, new, error)                                                                  \
    {                                                                                          \
        old, new, ERROR_##error, ENVELOPE_HEADER_HELD                                          \
    }

static const struct bad_envelope bad_envelopes[] = {
    /* the frame */
    SIGNED("</Body>", "<x xmlns='urn:x'/></Body>", SCHEMA),
    SIGNED("</Body>", "<receipt/></Body>", SCHEMA),
    SIGNED("</Body>", "text</Body>", SCHEMA),
    SIGNED("</Body>", "</Body><Body dialect='national' schema='urn:x'/>", SCHEMA),
    SIGNED("</Body>", "</Body><Header/>", SCHEMA),
    SIGNED("</Message>", "<x xmlns='urn:x'/></Message>", SCHEMA),
    SIGNED("urn:qiantong:envelope:1", "urn:qiantong:envelope:2", SCHEMA),
    SIGNED(" xmlns=\"urn:qiantong:envelope:1\"", "", SCHEMA),
    SIGNED("<Header>", "<Header Id='1'>", SCHEMA),
    SIGNED("<Message ", "<Message version='1' ", SCHEMA),
    SIGNED("dialect=\"national\"", "dialect='gb'", SCHEMA),
    SIGNED("dialect=\"national\" ", "", SCHEMA),
    SIGNED(" schema=\"urn:qiantong:pension:1\"", "", SCHEMA),
    SIGNED("<Body ", "<Body encoding='base64' ", SCHEMA),
    SIGNED("<Message ", "<Message" XSI " xsi:type='Message' ", SHAPE),
    SIGNED("<Body ", "<Body" XSI " xsi:type='Body' ", SHAPE),
    SIGNED("<MessageId>", "<MessageId" XSI " xsi:type='Uuid'>", SHAPE),
    SIGNED("<MessageId>", "<MessageId" XSI " xsi:nil='true'>", SCHEMA),
    /* the header */
    SIGNED("<MessageId>019cac4c-2a00-7000", "<MessageId>019cac4c-2a00-4000", SCHEMA),
    SIGNED("<MessageId>019cac4c", "<MessageId>019CAC4C", SCHEMA),
    SIGNED("<MessageId>", "<MessageId> ", SCHEMA),
    SIGNED("<MessageId>019cac4c-2a00-7000-8000-000000000001</MessageId>", "", SCHEMA),
    SIGNED("-8000-00000000000c</CaseId>", "-c000-00000000000c</CaseId>", SCHEMA),
    SIGNED("<CaseId>019cac4c-2a00-7000-8000-00000000000c</CaseId>", "", SCHEMA),
    SIGNED("<From>hrss.520000", "<From>hrss.52000", SCHEMA),
    SIGNED("<From>hrss.520000", "<From>HRSS.520000", SCHEMA),
    SIGNED("<From>hrss.520000", "<From>mot.520000", SCHEMA),
    SIGNED("<From>hrss.520000", "<From>hrss.520000.abcdefghijklm", SCHEMA),
    SIGNED("<From>hrss.520000", "<From>hrss.000000", HEADER),
    SIGNED("<From>hrss.520000</From>", "<From/>", SCHEMA),
    SIGNED("<From>hrss.520000</From>\n    <To>hrss.440000</To>",
           "<To>hrss.440000</To><From>hrss.520000</From>", SCHEMA),
    SIGNED("<Flow>pension.employee", "<Flow>pension.martian", UNKNOWN_FLOW),
    SIGNED("<Flow>pension.employee", "<Flow>none", UNKNOWN_FLOW),
    SIGNED("<Flow>pension.employee", "<Flow>Pension Employee", SCHEMA),
    SIGNED("<Action>letter", "<Action>epistle", UNKNOWN_FLOW),
    SIGNED("<Action>letter", "<Action>none", UNKNOWN_FLOW),
    SIGNED("<Action>letter", "<Action>Letter", SCHEMA),
    SIGNED("<Revision>1", "<Revision>0", SCHEMA),
    SIGNED("<Revision>1", "<Revision>01", SCHEMA),
    SIGNED("<Revision>1", "<Revision>-1", SCHEMA),
    SIGNED("<Revision>1", "<Revision>10000", SCHEMA),
    SIGNED("<Revision>1", "<Revision>１", SCHEMA),
    SIGNED(".000+08:00</SentAt>", ".000</SentAt>", SCHEMA),
    SIGNED(".000+08:00</SentAt>", ".000Z</SentAt>", SCHEMA),
    SIGNED(".000+08:00</SentAt>", ".000+09:00</SentAt>", SCHEMA),
    SIGNED(".000+08:00</SentAt>", ".0000+08:00</SentAt>", SCHEMA),
    SIGNED("<SentAt>2026-03-02T09", "<SentAt>2026-13-02T09", SCHEMA),
    SIGNED("<SentAt>2026-03-02T09", "<SentAt>2026-03-02T24", SCHEMA),
    SIGNED("<SentAt>2026-03-02T", "<SentAt>2026-03-02 ", SCHEMA),
    SIGNED("<SentAt>2026-03-02", "<SentAt>2026-02-30", HEADER),
    SIGNED("</SentAt>", "</SentAt><AnswerBy>2026-03-02</AnswerBy>", SCHEMA),
    SIGNED("</SentAt>", "</SentAt><Checkpoint/>", SCHEMA),
    SIGNED("</SentAt>", "</SentAt><Checkpoint>张喆</Checkpoint>", SCHEMA),
    SIGNED("</SentAt>", "</SentAt><Priority>1</Priority>", SCHEMA),
    /* header and body do not fit together */
    HELD("<letter xmlns=\"urn:qiantong:pension:1\">", "<letter xmlns='urn:qiantong:medical:1'>",
         HEADER),
    HELD("schema=\"urn:qiantong:pension:1\"", "schema='urn:qiantong:medical:1'", HEADER),
    HELD("<Action>letter", "<Action>form", HEADER),
    HELD("<Action>letter", "<Action>receipt", HEADER),
    HELD("<Action>letter", "<Action>notice", HEADER),
    /* the body */
    HELD("<postcode>550001", "<postcode>55000A", SCHEMA),
    HELD("<postcode>550001</postcode>", "", SCHEMA),
    HELD("<postcode>", "<fax>1</fax><postcode>", SCHEMA),
    HELD("<postcode>", "<postcode kind='old'>", SCHEMA),
    HELD("<postcode>", "<postcode xmlns='urn:x'>", SCHEMA),
    HELD("<postcode>", "text<postcode>", SCHEMA),
    HELD("<postcode>", "<postcode" XSI " xsi:type='postcode'>", SHAPE),
    HELD("<postcode>550001", "<postcode>550<![CDATA[001]]>", SHAPE),
};

static void test_bad_envelopes(void **state)
{
    struct fixture *fixture = *state;
    struct text good = load(fixture, "tests/data/envelope/letter.xml");

    for (size_t i = 0; i < COUNT_OF(bad_envelopes); i++) {
        const struct bad_envelope *bad = &bad_envelopes[i];
        struct text bytes = sign_text(fixture, replaced(fixture, good, bad->old, bad->new));

        if (open_bytes(fixture, bytes) || fixture->err.code != bad->code ||
            fixture->stage != bad->stage) {
            print_error("stage %d, %s\n", (int)fixture->stage, error_name(fixture->err.code));
            stop(bad->new, fixture->err.text);
        }
        assert_null(strstr(fixture->err.text, "喆"));
        if (bad->stage == ENVELOPE_HEADER_HELD)
            assert_int_equal(fixture->message.message_id.bytes[15], 1);
        assert_null(fixture->message.body);
    }
}

/* One leaf per line of the receipt, wrong. */
static const struct bad_envelope bad_receipts[] = {
    SIGNED("<Verdict>accepted", "<Verdict>perhaps", SCHEMA),
    SIGNED("<Verdict>accepted</Verdict>", "", SCHEMA),
    SIGNED("<receipt>\n      <MessageId>019cac4c", "<receipt><MessageId>019CAC4C", SCHEMA),
    SIGNED("</Verdict>", "</Verdict><Code>pen-r11</Code>", SCHEMA),
    SIGNED("</Verdict>", "</Verdict><Code>PEN-R11PEN-R11-1</Code>", SCHEMA),
    SIGNED("</Verdict>", "</Verdict><Reason/>", SCHEMA),
    SIGNED("<DigestKind>sha256", "<DigestKind>sha1", SCHEMA),
    SIGNED("<Digest>ab", "<Digest>a", SCHEMA),
    SIGNED("<Digest>ab", "<Digest>AB", SCHEMA),
    SIGNED(".125+08:00", ".125", SCHEMA),
    SIGNED("<LogId>01", "<LogId>0101", SCHEMA),
    SIGNED("<Sequence>42", "<Sequence>042", SCHEMA),
    SIGNED("<Sequence>42", "<Sequence>99999999999999999999", SCHEMA),
    SIGNED("</Sequence>", "</Sequence><Extra/>", SCHEMA),
    SIGNED("<receipt>", "<receipt xmlns=''>", SCHEMA),
    HELD("<Action>receipt", "<Action>letter", HEADER),
    HELD("schema=\"urn:qiantong:envelope:1\"", "schema='urn:qiantong:pension:1'", HEADER),
};

static void test_bad_receipts(void **state)
{
    struct fixture *fixture = *state;
    struct text good = load(fixture, "tests/data/envelope/receipt.xml");

    for (size_t i = 0; i < COUNT_OF(bad_receipts); i++) {
        const struct bad_envelope *bad = &bad_receipts[i];
        struct text bytes = sign_text(fixture, replaced(fixture, good, bad->old, bad->new));

        if (open_bytes(fixture, bytes) || fixture->err.code != bad->code ||
            fixture->stage != bad->stage)
            stop(bad->new, fixture->err.text);
    }
    assert_true(open_bytes(
        fixture,
        sign_text(fixture, replaced(fixture, good, "<Flow>pension.employee", "<Flow>none"))));
    assert_int_equal(fixture->message.flow, FLOW_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_bad_envelopes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_receipts, setup, teardown),
    };

    return cmocka_run_group_tests_name("wire_envelope_bad", tests, open_all, close_all);
}

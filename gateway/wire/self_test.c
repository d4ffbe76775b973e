/* self_test.c - refuse to run where a known answer comes out wrong. */
#include "wire/self_test.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "crypt/base64.h"
#include "wire/encoding.h"
#include "wire/gm.h"
#include "wire/self_test_data.h"
#include "wire/signature_xmlsec.h"

enum { CERTIFICATE_MAX = 2048, DOCUMENT_MAX = 8192 };

/* --- SM2 ---------------------------------------------------------------------------------- */

/* GB/T 32918.5-2017, annex A.2: message "message digest", id 1234567812345678 */
static const char example_point[] =
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
static const char example_signature[] =
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";

static EVP_PKEY *example_key(void)
{
    uint8_t point[GM_POINT_SIZE];
    char group[] = "SM2";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
    EVP_PKEY *key = NULL;

    if (maker == NULL || !hex_decode(text_of(example_point), point, sizeof(point)) ||
        EVP_PKEY_fromdata_init(maker) != 1 ||
        EVP_PKEY_fromdata(maker, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(maker);
    return key;
}

static bool test_sm2(struct error *err)
{
    struct text message = TEXT("message digest");
    struct text id = TEXT(GM_ID_DEFAULT);
    EVP_PKEY *key = example_key();
    uint8_t raw[GM_SIGNATURE_SIZE];
    bool holds[3] = {false, true, true};
    bool ok = key != NULL && hex_decode(text_of(example_signature), raw, sizeof(raw)) &&
              gm_openssl.verify(key, id, message, raw, &holds[0]) && holds[0] &&
              gm_openssl.verify(key, TEXT(""), message, raw, &holds[1]) && !holds[1] &&
              gm_openssl.verify(key, id, TEXT("message digesu"), raw, &holds[2]) && !holds[2];

    EVP_PKEY_free(key);
    ERR_clear_error();
    return ok || fail(err, ERROR_CRYPTO, "self-test: the SM2 example does not verify");
}

/* --- GB18030 ------------------------------------------------------------------------------ */

static bool test_encoding(struct error *err)
{
    struct text gb = TEXT("\xD5\xC5\x86\xB4\xCC\xEF\x82\x30\xB7\x31\x95\x34\xB2\x35");
    unsigned char room[64];
    struct buffer out = buffer_over(room, sizeof(room));

    if (!encoding_gb_to_utf8(gb, &out, err))
        return fail_prefix(err, "self-test");
    return text_is(buffer_as_text(&out), "张喆田㛃𠮷") ||
           fail(err, ERROR_ENCODING, "self-test: GB18030 is converted wrongly here");
}

/* --- documents ---------------------------------------------------------------------------- */

static const struct {
    enum suite suite;
    const char *document;
} known[] = {
    {SUITE_ECDSA, signed_by_ecdsa},
    {SUITE_GM, signed_by_gm},
    {SUITE_RSA, signed_by_rsa},
};

/* The pin is the certificate inside, which is what a pin must never be outside of a test. */
static bool pin_of(enum suite suite, const char *document, struct verifier **pin,
                   struct error *err)
{
    static const char opening[] = "X509Certificate>";
    const char *start = strstr(document, opening);
    unsigned char der[CERTIFICATE_MAX];
    char base64[CERTIFICATE_MAX * 2];
    struct text part;
    size_t size = 0;
    size_t copied = 0;

    CHECK(start != NULL);
    start += sizeof(opening) - 1;
    part = (struct text){start, strcspn(start, "<")};
    /* what Java writes as &#13; is white space to a parser only */
    for (size_t i = 0; i < part.size && copied < sizeof(base64); i++) {
        if (part.at[i] == '&')
            i += strlen("&#13;") - 1;
        else
            base64[copied++] = part.at[i];
    }
    return base64_decode((struct text){base64, copied}, BASE64_SPACE, der, sizeof(der), &size,
                         err) &&
           verifier_of_certificate(suite, (struct text){(const char *)der, size}, NULL, NULL,
                                   pin, err);
}

/* By our own way and by xmlsec, on one tree; where they differ, neither is to be trusted. */
static bool verify_copy(struct text bytes, const struct verifier *pin, struct error *err)
{
    const struct verifier *used = NULL;
    const struct verifier *theirs = NULL;
    struct document *document = NULL;
    struct error other = ERROR_INIT;
    bool ok = false;

    if (document_parse(bytes, NULL, &document, err)) {
        ok = signature_verify(document, &pin, 1, &used, err);
        if (signature_verify_xmlsec(document, &pin, 1, &theirs, &other) != ok ||
            theirs != used || (!ok && other.code != err->code))
            ok = fail(err, ERROR_CRYPTO, "self-test: two verifiers disagree");
    }
    document_free(document);
    return ok;
}

static bool test_document(enum suite suite, const char *document, struct error *err)
{
    struct text bytes = text_of(document);
    char changed[DOCUMENT_MAX];
    const char *amount = strstr(document, "1.25<");
    struct verifier *pin = NULL;
    bool ok;

    CHECK(bytes.size < sizeof(changed));
    CHECK(amount != NULL);
    memcpy(changed, bytes.at, bytes.size);
    changed[amount - document] = '9';
    if (!pin_of(suite, document, &pin, err))
        return fail_prefix(err, "self-test");
    ok = verify_copy(bytes, pin, err);
    if (!ok) {
        fail(err, ERROR_CRYPTO, "self-test: a good %s document is refused", suite_name(suite));
    } else {
        ok = !verify_copy((struct text){changed, bytes.size}, pin, err) &&
             err->code == ERROR_SIGNATURE;
        if (!ok)
            fail(err, ERROR_CRYPTO, "self-test: a changed %s document is accepted",
                 suite_name(suite));
    }
    verifier_free(pin);
    return ok;
}

bool self_test_run(struct error *err)
{
    struct error ignored = ERROR_INIT;

    if (!test_sm2(err) || !test_encoding(err))
        return false;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (!test_document(known[i].suite, known[i].document, &ignored)) {
            *err = ignored;
            return false;
        }
    }
    return true;
}

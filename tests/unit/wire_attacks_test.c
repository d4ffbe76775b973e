/*
 * wire_attacks_test.c - each class of attack on a signed document gets its code
 * (docs/partner.md).
 */
#include "signature_fixture.h"

#define EXCLUSIVE  "http://www.w3.org/2001/10/xml-exc-c14n#"
#define C14N       "<ds:CanonicalizationMethod Algorithm=\"" EXCLUSIVE "\"/>"
#define ENVELOPED  "<ds:Transform Algorithm=\"" DSIG "enveloped-signature\"/>"
#define EXC        "<ds:Transform Algorithm=\"" EXCLUSIVE "\"/>"
#define INCLUSIVE  "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define INC_PREFIX "<ec:InclusiveNamespaces xmlns:ec=\"" EXCLUSIVE "\" PrefixList=\"m\"/>"

/* In a signed document the first `find` becomes `with`; the answer must be the code. */
struct attack {
    const char *name;
    enum error_code code;
    const char *find;
    const char *with;
};

/* clang-format aligns the columns of plain rows, far beyond the page */
#define CHANGE(name, code, find, with)                                                         \
    {                                                                                          \
        name, ERROR_##code, find, with                                                         \
    }

static const struct attack attacks[] = {
    /* content */
    CHANGE("changed amount", SIGNATURE, "1280.50", "1280.51"),
    CHANGE("changed name", SIGNATURE, "张喆", "张吉"),
    CHANGE("changed attribute", SIGNATURE, "kind=\"full\"", "kind=\"part\""),
    CHANGE("added element", SIGNATURE, "<m:amount>", "<m:fee>1.00</m:fee><m:amount>"),
    CHANGE("removed element", SIGNATURE, "<m:name>张喆</m:name>", ""),
    CHANGE("white space", SIGNATURE, "<m:amount>", " <m:amount>"),
    CHANGE("another namespace", SIGNATURE, "urn:qiantong:trial:1", "urn:qiantong:trial:2"),
    CHANGE("relative namespace", SHAPE, "<m:amount>", "<m:amount xmlns:r=\"relative\">"),
    CHANGE("relative namespace in use", SHAPE, "<m:amount>", "<m:amount xmlns=\"../x\">"),
    CHANGE("namespace that is no address", PARSE, "<m:amount>", "<m:amount xmlns:r=\"a b\">"),
    CHANGE("schema location", SHAPE, "<m:amount>",
           "<m:amount xmlns:x=\"http://www.w3.org/2001/XMLSchema-instance\" "
           "x:schemaLocation=\"urn:a file:///etc/passwd\">"),
    CHANGE("comment in a value", SHAPE, "1280.50", "1280<!-- -->.50"),
    CHANGE("instruction in a value", SHAPE, "1280.50", "1280<?a?>.50"),
    CHANGE("comment beside the root", SHAPE, "<m:Message", "<!-- --><m:Message"),
    CHANGE("instruction beside the root", SHAPE, "<m:Message", "<?a b?><m:Message"),
    CHANGE("doctype", DOCTYPE, "<m:Message", "<!DOCTYPE a><m:Message"),
    CHANGE("doctype with entity", DOCTYPE, "<m:Message",
           "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><m:Message"),
    CHANGE("not well-formed", PARSE, "</m:Body>", ""),
    /* place and number of signatures */
    CHANGE("content after the signature", SHAPE, SIGN_END,
           SIGN_END "<m:amount>1.00</m:amount>"),
    CHANGE("text after the signature", SHAPE, SIGN_END, SIGN_END "1.00"),
    CHANGE("cdata after the signature", SHAPE, SIGN_END, SIGN_END "<![CDATA[ ]]>"),
    CHANGE("second signature", SHAPE, "<m:Header>",
           "<ds:Signature xmlns:ds=\"" DSIG "\"/><m:Header>"),
    CHANGE("second signature at the end", SHAPE, SIGN_END,
           SIGN_END "<ds:Signature xmlns:ds=\"" DSIG "\"/>"),
    CHANGE("no signature", SHAPE, "<ds:Signature xmlns:ds=\"" DSIG "\">",
           "<ds:Signature xmlns:ds=\"urn:a\">"),
    CHANGE("signature under another name", PARSE, "<ds:Signature ", "<ds:Sign "),
    /* things inside the signature */
    CHANGE("wrapped content", SHAPE, SIGN_END, "<m:amount>1.00</m:amount>" SIGN_END),
    CHANGE("object", SHAPE, SIGN_END,
           "<ds:Object><m:amount>1.00</m:amount></ds:Object>" SIGN_END),
    CHANGE("object first", SHAPE, "<ds:SignedInfo>", "<ds:Object/><ds:SignedInfo>"),
    CHANGE("text in Signature", SHAPE, "<ds:SignedInfo>", "x<ds:SignedInfo>"),
    CHANGE("text in SignedInfo", SHAPE, "<ds:Reference ", "x<ds:Reference "),
    CHANGE("text in KeyInfo", SHAPE, "<ds:X509Data>", "x<ds:X509Data>"),
    CHANGE("text in X509Data", SHAPE, "<ds:X509Certificate>", "x<ds:X509Certificate>"),
    CHANGE("text in Reference", SHAPE, "<ds:Transforms>", "x<ds:Transforms>"),
    CHANGE("text in Transforms", TRANSFORM, ENVELOPED, "x" ENVELOPED),
    CHANGE("comment in Signature", SHAPE, "<ds:SignedInfo>", "<!-- --><ds:SignedInfo>"),
    CHANGE("comment in DigestValue", SHAPE, "<ds:DigestValue>", "<ds:DigestValue><!-- -->"),
    CHANGE("comment in SignatureValue", SHAPE, "<ds:SignatureValue>",
           "<ds:SignatureValue><!-- -->"),
    CHANGE("instruction in SignedInfo", SHAPE, "<ds:Reference ", "<?a?><ds:Reference "),
    CHANGE("cdata in DigestValue", SHAPE, "<ds:DigestValue>", "<ds:DigestValue><![CDATA[]]>"),
    CHANGE("element in DigestValue", SHAPE, "<ds:DigestValue>", "<ds:DigestValue><m:a/>"),
    CHANGE("letters in DigestValue", SHAPE, "<ds:DigestValue>", "<ds:DigestValue>*"),
    CHANGE("letters in SignatureValue", SHAPE, "<ds:SignatureValue>", "<ds:SignatureValue>é"),
    CHANGE("padding in front", SHAPE, "<ds:SignatureValue>", "<ds:SignatureValue>="),
    CHANGE("foreign element as part", SHAPE, "<ds:SignatureValue>",
           "<m:a/><ds:SignatureValue>"),
    /* attributes */
    CHANGE("Id on Signature", SHAPE, "<ds:Signature ", "<ds:Signature Id=\"a\" "),
    CHANGE("xml:id on Signature", SHAPE, "<ds:Signature ", "<ds:Signature xml:id=\"a\" "),
    CHANGE("foreign attribute on Signature", SHAPE, "<ds:Signature ",
           "<ds:Signature xmlns:m=\"urn:m:1\" m:a=\"b\" "),
    CHANGE("Id on SignedInfo", SHAPE, "<ds:SignedInfo>", "<ds:SignedInfo Id=\"a\">"),
    CHANGE("Id on SignatureValue", SHAPE, "<ds:SignatureValue>",
           "<ds:SignatureValue Id=\"a\">"),
    CHANGE("Id on KeyInfo", SHAPE, "<ds:KeyInfo>", "<ds:KeyInfo Id=\"a\">"),
    CHANGE("attribute on X509Data", SHAPE, "<ds:X509Data>", "<ds:X509Data a=\"b\">"),
    CHANGE("attribute on X509Certificate", SHAPE, "<ds:X509Certificate>",
           "<ds:X509Certificate a=\"b\">"),
    CHANGE("attribute on DigestValue", SHAPE, "<ds:DigestValue>", "<ds:DigestValue a=\"b\">"),
    CHANGE("attribute on Transforms", SHAPE, "<ds:Transforms>", "<ds:Transforms a=\"b\">"),
    CHANGE("attribute on Transform", SHAPE, ENVELOPED,
           "<ds:Transform a=\"b\" Algorithm=\"" DSIG "enveloped-signature\"/>"),
    CHANGE("attribute on c14n", SHAPE, C14N,
           "<ds:CanonicalizationMethod a=\"b\" Algorithm=\"" EXCLUSIVE "\"/>"),
    CHANGE("no Algorithm", SHAPE, C14N, "<ds:CanonicalizationMethod/>"),
    CHANGE("Algorithm in a namespace", SHAPE, C14N,
           "<ds:CanonicalizationMethod ds:Algorithm=\"" EXCLUSIVE "\"/>"),
    CHANGE("attribute on SignatureMethod", SHAPE, "<ds:SignatureMethod ",
           "<ds:SignatureMethod a=\"b\" "),
    CHANGE("attribute on DigestMethod", SHAPE, "<ds:DigestMethod ",
           "<ds:DigestMethod a=\"b\" "),
    CHANGE("Id on Reference", REFERENCE, "URI=\"\"", "URI=\"\" Id=\"a\""),
    CHANGE("Type on Reference", REFERENCE, "URI=\"\"", "URI=\"\" Type=\"" DSIG "Manifest\""),
    /* references */
    CHANGE("reference to an id", REFERENCE, "URI=\"\"", "URI=\"#x\""),
    CHANGE("reference to a file", REFERENCE, "URI=\"\"", "URI=\"file:///etc/passwd\""),
    CHANGE("reference to a server", REFERENCE, "URI=\"\"", "URI=\"http://localhost:1/\""),
    CHANGE("reference by xpointer", REFERENCE, "URI=\"\"", "URI=\"#xpointer(/)\""),
    CHANGE("reference without URI", REFERENCE, "<ds:Reference URI=\"\">", "<ds:Reference>"),
    CHANGE("blank URI", REFERENCE, "URI=\"\"", "URI=\" \""),
    CHANGE("two references", REFERENCE, "</ds:Reference>",
           "</ds:Reference><ds:Reference URI=\"\"/>"),
    CHANGE("manifest", SHAPE, "</ds:Reference>", "</ds:Reference><ds:Manifest/>"),
    /* transforms */
    CHANGE("inclusive transform", TRANSFORM, EXC,
           "<ds:Transform Algorithm=\"" INCLUSIVE "\"/>"),
    CHANGE("with comments", TRANSFORM, EXC,
           "<ds:Transform Algorithm=\"" EXCLUSIVE "WithComments\"/>"),
    CHANGE("inclusive namespaces", TRANSFORM, EXC,
           "<ds:Transform Algorithm=\"" EXCLUSIVE "\">" INC_PREFIX "</ds:Transform>"),
    CHANGE(
        "xpath", TRANSFORM, ENVELOPED,
        "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>1"
        "</ds:XPath></ds:Transform>"),
    CHANGE("xpath without content", TRANSFORM, ENVELOPED,
           "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"/>"),
    CHANGE("xpath filter", TRANSFORM, ENVELOPED,
           "<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"/>"),
    CHANGE(
        "stylesheet", TRANSFORM, EXC,
        "<ds:Transform "
        "Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"><xsl:stylesheet "
        "version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"/></ds:Transform>"),
    CHANGE("base64 transform", TRANSFORM, EXC, "<ds:Transform Algorithm=\"" DSIG "base64\"/>"),
    CHANGE("third transform", TRANSFORM, ENVELOPED, ENVELOPED ENVELOPED),
    CHANGE("one transform", TRANSFORM, ENVELOPED, ""),
    CHANGE("no transforms", TRANSFORM, ENVELOPED EXC, ""),
    CHANGE("other order", TRANSFORM, ENVELOPED EXC, EXC ENVELOPED),
    /* algorithms */
    CHANGE("inclusive c14n", ALGORITHM, C14N,
           "<ds:CanonicalizationMethod Algorithm=\"" INCLUSIVE "\"/>"),
    CHANGE("c14n 1.1", ALGORITHM, C14N,
           "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\"/>"),
    CHANGE("c14n with prefixes", ALGORITHM, C14N,
           "<ds:CanonicalizationMethod Algorithm=\"" EXCLUSIVE "\">" INC_PREFIX
           "</ds:CanonicalizationMethod>"),
    CHANGE("c14n with text", ALGORITHM, C14N,
           "<ds:CanonicalizationMethod Algorithm=\"" EXCLUSIVE
           "\"> </ds:CanonicalizationMethod>"),
    /* keys */
    CHANGE("second certificate", SHAPE, CERT_END,
           CERT_END "<ds:X509Certificate>AAAA</ds:X509Certificate>"),
    CHANGE("second X509Data", SHAPE, KEY_END, "<ds:X509Data/>" KEY_END),
    CHANGE("KeyName beside", SHAPE, "<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyName>a</ds:KeyName>"),
    CHANGE("KeyValue beside", SHAPE, KEY_END, "<ds:KeyValue/>" KEY_END),
    CHANGE("RetrievalMethod beside", SHAPE, KEY_END,
           "<ds:RetrievalMethod URI=\"file:///etc/passwd\"/>" KEY_END),
    CHANGE("issuer beside", SHAPE, "<ds:X509Certificate>",
           "<ds:X509IssuerSerial/><ds:X509Certificate>"),
    CHANGE("another byte in the certificate", PIN, "<ds:X509Certificate>M",
           "<ds:X509Certificate>N"),
    CHANGE("longer certificate", PIN, "<ds:X509Certificate>", "<ds:X509Certificate>AAAA"),
    CHANGE("shorter certificate", PIN, "<ds:X509Certificate>MII", "<ds:X509Certificate>"),
};

static void attacks_get_their_code(void **state)
{
    (void)state;
    for (size_t s = 0; s < COUNT_OF(suites); s++) {
        struct text made = sign_text(signers[s], TEXT(PLAIN));
        for (size_t i = 0; i < COUNT_OF(attacks); i++)
            expect(attacks[i].name, attacks[i].code,
                   verify_as(s, replace(made, attacks[i].find, attacks[i].with)));
    }
}

/* Replaces the value of an Algorithm attribute, with content or without. */
static void substitute(size_t suite, struct text made, const char *element, const char *uri,
                       const char *content, enum error_code code)
{
    const char *opening = arena_format(arena, "<ds:%s ", element);
    const char *old = arena_format(arena, "%s%s/>", opening,
                                   as_string(between(made, opening, "/>")));
    const char *new = arena_format(arena, "%sAlgorithm=\"%s\">%s</ds:%s>", opening, uri,
                                   content, element);

    expect(uri, code, verify_as(suite, replace(made, old, new)));
}

static void algorithms_cannot_be_chosen(void **state)
{
    static const char *const methods[] = {
        DSIG "rsa-sha1",
        DSIG "dsa-sha1",
        DSIG "hmac-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
        "http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3",
        DSIG "sm2-sm3",
        "urn:oid:1.2.156.10197.1.501",
        "",
    };
    static const char *const digests[] = {
        DSIG "sha1",
        "http://www.w3.org/2001/04/xmldsig-more#md5",
        "http://www.w3.org/2001/04/xmlenc#sha512",
        "http://www.chinaport.gov.cn/2022/04/xmldsig#sm3",
        "urn:oid:1.2.156.10197.1.401",
        "",
    };

    (void)state;
    for (size_t s = 0; s < COUNT_OF(suites); s++) {
        struct text made = sign_text(signers[s], TEXT(PLAIN));
        for (size_t i = 0; i < COUNT_OF(methods); i++)
            substitute(s, made, "SignatureMethod", methods[i], "", ERROR_ALGORITHM);
        for (size_t i = 0; i < COUNT_OF(digests); i++)
            substitute(s, made, "DigestMethod", digests[i], "", ERROR_ALGORITHM);
        substitute(s, made, "SignatureMethod", DSIG "hmac-sha1",
                   "<ds:HMACOutputLength>8</ds:HMACOutputLength>", ERROR_ALGORITHM);
        substitute(s, made, "SignatureMethod", verifier_signature_uri(pins[s][0]),
                   "<ds:HMACOutputLength>8</ds:HMACOutputLength>", ERROR_ALGORITHM);
        for (size_t other = 0; other < COUNT_OF(suites); other++)
            if (other != s)
                substitute(s, made, "SignatureMethod", verifier_signature_uri(pins[other][0]),
                           "", ERROR_ALGORITHM);
    }
    /* SM2 with SHA-256 and ECDSA with SM3 are pairs that no record can hold */
    substitute(1, sign_text(signers[1], TEXT(PLAIN)), "DigestMethod",
               verifier_digest_uri(pins[0][0]), "", ERROR_ALGORITHM);
    substitute(0, sign_text(signers[0], TEXT(PLAIN)), "DigestMethod",
               verifier_digest_uri(pins[1][0]), "", ERROR_ALGORITHM);
}

static struct text foreign_certificate(struct text made, const struct verifier *other)
{
    struct text der = verifier_certificate(other);
    char *base64 = arena_alloc(arena, BASE64_SIZE(der.size) + 1);
    struct text ours = between(made, "<ds:X509Certificate>", CERT_END);

    assert_non_null(base64);
    base64_encode(der.at, der.size, base64);
    return replace(made, as_string(ours), base64);
}

static void keys_in_the_message_do_not_count(void **state)
{
    static const char key_value[] =
        "<ds:KeyValue><ds:ECKeyValue "
        "xmlns=\"http://www.w3.org/2009/xmldsig11#\"/></ds:KeyValue>";

    (void)state;
    for (size_t s = 0; s < COUNT_OF(suites); s++) {
        struct text made = sign_text(signers[s], TEXT(PLAIN));
        struct text inside = between(made, "<ds:KeyInfo>", KEY_END);
        struct text foreign = foreign_certificate(made, pins[s][1]);
        const struct verifier *theirs = pins[s][1];
        struct error err;

        expect("foreign certificate", ERROR_PIN, verify_as(s, foreign));
        expect("claim of another", ERROR_SIGNATURE, verify_text(foreign, &theirs, 1, &err));
        expect("key value", ERROR_SHAPE,
               verify_as(s, replace(made, as_string(inside), key_value)));
        expect("retrieval", ERROR_SHAPE,
               verify_as(s, replace(made, as_string(inside),
                                    "<ds:RetrievalMethod URI=\"http://localhost:1/\"/>")));
        expect("key name", ERROR_SHAPE,
               verify_as(s, replace(made, as_string(inside), "<ds:KeyName>a</ds:KeyName>")));
        expect("empty KeyInfo", ERROR_SHAPE,
               verify_as(s, replace(made, as_string(inside), "")));
        expect("empty certificate", ERROR_SHAPE,
               verify_as(s, replace(made,
                                    as_string(between(made, "<ds:X509Certificate>", CERT_END)),
                                    "")));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attacks_get_their_code),
        cmocka_unit_test(algorithms_cannot_be_chosen),
        cmocka_unit_test(keys_in_the_message_do_not_count),
        cmocka_unit_test(nothing_was_opened),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

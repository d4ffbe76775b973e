/* wire_keys_test.c - which keys and certificates may be loaded; ids, names, modules, windows.
 */
#include "signature_fixture.h"

#include <openssl/pem.h>

/* --- loading keys ------------------------------------------------------------------------- */

static void expect_signer_refused(const char *name, enum suite suite, const char *key,
                                  const char *certificate)
{
    struct signer *signer = NULL;
    struct error err = ERROR_INIT;

    if (signer_load(suite, key, certificate, NULL, &signer, &err))
        print_error("%s: accepted\n", name);
    assert_null(signer);
    expect(name, ERROR_CONFIG, err.code);
}

static void bad_keys_are_refused(void **state)
{
    const char *key = path_of(US, "ecdsa", "key");
    const char *certificate = path_of(US, "ecdsa", "crt");
    const char *copy = path_of("copy", "a", "key");

    (void)state;
    expect_signer_refused("no key", SUITE_ECDSA, "/nowhere/x.key", certificate);
    expect_signer_refused("no certificate", SUITE_ECDSA, key, "/nowhere/x.crt");
    expect_signer_refused("folder", SUITE_ECDSA, folder, certificate);
    expect_signer_refused("certificate as key", SUITE_ECDSA, certificate, certificate);
    expect_signer_refused("key as certificate", SUITE_ECDSA, key, key);
    expect_signer_refused("other key", SUITE_ECDSA, path_of(THEM, "ecdsa", "key"), certificate);
    expect_signer_refused("other kind", SUITE_ECDSA, path_of(US, "gm", "key"), certificate);
    expect_signer_refused("gm as ecdsa", SUITE_ECDSA, path_of(US, "gm", "key"),
                          path_of(US, "gm", "crt"));
    expect_signer_refused("ecdsa as gm", SUITE_GM, key, certificate);
    expect_signer_refused("ecdsa as rsa", SUITE_RSA, key, certificate);
    expect_signer_refused("rsa as ecdsa", SUITE_ECDSA, path_of(US, "rsa", "key"),
                          path_of(US, "rsa", "crt"));
    expect_signer_refused("unknown suite", (enum suite)9, key, certificate);
    expect_signer_refused("no path", SUITE_ECDSA, NULL, certificate);
    assert_int_equal(run("cp -p '%s' '%s' && chmod 644 '%s'", key, copy, copy), 0);
    expect_signer_refused("readable by others", SUITE_ECDSA, copy, certificate);
    assert_int_equal(run("openssl ec -in '%s' -out '%s' -aes256 -passout pass:x 2>/dev/null "
                         "&& chmod 600 '%s'",
                         key, copy, copy),
                     0);
    expect_signer_refused("encrypted", SUITE_ECDSA, copy, certificate);
}

static void weak_certificates_are_refused(void **state)
{
    static const struct {
        const char *name;
        enum suite suite;
        const char *key;
        const char *more;
    } cases[] = {
        {"rsa 1024", SUITE_RSA, "rsa:1024", ""},
        {"p-384", SUITE_ECDSA, "ec -pkeyopt ec_paramgen_curve:P-384", ""},
        {"ed25519", SUITE_ECDSA, "ed25519", ""},
        {"encipherment only", SUITE_ECDSA, "ec -pkeyopt ec_paramgen_curve:P-256",
         "-addext keyUsage=critical,keyEncipherment"},
    };
    const char *certificate = path_of("weak", "a", "crt");

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct verifier *pin = NULL;
        struct error err = ERROR_INIT;

        assert_int_equal(run("openssl req -x509 -nodes -subj /CN=weak -days 10 -newkey %s %s "
                             "-keyout '%s/weak.key' -out '%s' 2>/dev/null",
                             cases[i].key, cases[i].more, folder, certificate),
                         0);
        if (verifier_load(cases[i].suite, certificate, NULL, NULL, &pin, &err))
            print_error("%s: accepted\n", cases[i].name);
        assert_null(pin);
        expect(cases[i].name, ERROR_CONFIG, err.code);
    }
}

static void pins_from_bytes(void **state)
{
    struct text der = verifier_certificate(pins[1][0]);
    struct verifier *pin = NULL;
    struct error err = ERROR_INIT;
    struct digest fingerprint;
    struct digest signers_own = signer_fingerprint(signers[1]);
    struct text loaded;
    char *longer = arena_alloc(arena, der.size + 1);

    (void)state;
    assert_true(verifier_of_certificate(SUITE_GM, der, NULL, NULL, &pin, &err));
    assert_true(text_equal(verifier_certificate(pin), der));
    assert_true(keys_fingerprint(der, &fingerprint, &err));
    assert_memory_equal(verifier_fingerprint(pin).bytes, fingerprint.bytes, DIGEST_SIZE);
    assert_memory_equal(signers_own.bytes, fingerprint.bytes, DIGEST_SIZE);
    assert_true(keys_certificate_load(path_of(US, "gm", "crt"), arena, &loaded, &err));
    assert_true(text_equal(loaded, der));
    assert_true(text_equal(signer_certificate(signers[1]), der));
    assert_int_equal(signer_suite(signers[1]), SUITE_GM);
    assert_int_equal(verifier_suite(pin), SUITE_GM);
    assert_true(verifier_not_before(pin).ms == INT64_C(1767225600000)); /* 2026-01-01 */
    assert_true(verifier_not_after(pin).ms == INT64_C(2082758399000));  /* 2035-12-31 */
    assert_true(signer_not_after(signers[1]).ms == verifier_not_after(pin).ms);
    verifier_free(pin);
    memcpy(longer, der.at, der.size);
    assert_false(verifier_of_certificate(SUITE_GM, (struct text){longer, der.size + 1}, NULL,
                                         NULL, &pin, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_false(verifier_of_certificate(SUITE_GM, (struct text){der.at, der.size - 1}, NULL,
                                         NULL, &pin, &err));
    assert_false(verifier_of_certificate(SUITE_GM, TEXT(""), NULL, NULL, &pin, &err));
    assert_false(verifier_of_certificate(SUITE_ECDSA, der, NULL, NULL, &pin, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_false(keys_certificate_load("/nowhere", arena, &loaded, &err));
    verifier_free(NULL);
    signer_free(NULL);
}

static void windows_are_kept(void **state)
{
    static const struct {
        struct pin_window window;
        int64_t sent;
        int64_t received;
        bool accepted;
    } cases[] = {
        {{{0}, {0}, 0, false}, 5, 5, true},
        {{{0}, {0}, 0, true}, 5, 5, false},
        {{{100}, {200}, 50, false}, 99, 150, false},
        {{{100}, {200}, 50, false}, 100, 150, true},
        {{{100}, {200}, 50, false}, 199, 249, true},
        {{{100}, {200}, 50, false}, 199, 250, false},
        {{{100}, {200}, 50, false}, 200, 210, false},
        {{{100}, {200}, 50, true}, 150, 150, false},
        {{{100}, {0}, 0, false}, 1000000, 2000000, true},
        {{{0}, {200}, 0, false}, 1, 199, true},
        {{{0}, {200}, 0, false}, 1, 200, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct verifier *pin = NULL;
        struct error err = ERROR_INIT;
        bool accepted;

        assert_true(verifier_of_certificate(SUITE_GM, verifier_certificate(pins[1][0]), NULL,
                                            &cases[i].window, &pin, &err));
        accepted = verifier_accepts(pin, (struct instant){cases[i].sent},
                                    (struct instant){cases[i].received}, &err);
        assert_int_equal(accepted, cases[i].accepted);
        assert_int_equal(err.code, accepted ? ERROR_NONE : ERROR_PIN);
        assert_int_equal(verifier_revoked(pin), cases[i].window.revoked);
        verifier_free(pin);
    }
}

static void bytes_are_signed(void **state)
{
    struct text bytes = TEXT("qiantong checkpoint 1\n42\nabc\n");

    (void)state;
    for (size_t s = 0; s < COUNT_OF(suites); s++) {
        struct raw_signature made;
        struct error err = ERROR_INIT;
        struct text value;

        assert_true(signer_sign_bytes(signers[s], bytes, &made, &err));
        assert_int_equal(made.size, suites[s] == SUITE_RSA ? 256 : 64);
        value = (struct text){(const char *)made.bytes, made.size};
        assert_true(verifier_verify_bytes(pins[s][0], bytes, value, &err));
        assert_false(verifier_verify_bytes(pins[s][1], bytes, value, &err));
        assert_int_equal(err.code, ERROR_SIGNATURE);
        assert_false(verifier_verify_bytes(pins[s][0], TEXT("other"), value, &err));
        assert_false(verifier_verify_bytes(pins[s][0], bytes, TEXT_NONE, &err));
        value.size--;
        assert_false(verifier_verify_bytes(pins[s][0], bytes, value, &err));
        made.bytes[7] ^= 1;
        value.size++;
        assert_false(verifier_verify_bytes(pins[s][0], bytes, value, &err));
        assert_true(signer_sign_bytes(signers[s], TEXT_NONE, &made, &err));
        assert_true(verifier_verify_bytes(
            pins[s][0], TEXT(""), (struct text){(const char *)made.bytes, made.size}, &err));
    }
}

static void suites_have_names(void **state)
{
    enum suite suite = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(suites); i++) {
        assert_true(suite_parse(text_of(suite_name(suites[i])), &suite));
        assert_int_equal(suite, suites[i]);
    }
    assert_false(suite_parse(TEXT("dsa"), &suite));
    assert_false(suite_parse(TEXT(""), &suite));
    assert_false(suite_parse(TEXT("GM"), &suite));
    assert_string_equal(suite_name((enum suite)0), "unknown");
}

/* --- the id of SM2, the pairs of names, modules ------------------------------------------- */

static struct signer *gm_signer(const struct key_options *options, struct error *err)
{
    struct signer *signer = NULL;

    *err = (struct error)ERROR_INIT;
    if (!signer_load(SUITE_GM, path_of(US, "gm", "key"), path_of(US, "gm", "crt"), options,
                     &signer, err))
        assert_null(signer);
    return signer;
}

static struct verifier *gm_pin(const struct key_options *options)
{
    struct verifier *pin = NULL;
    struct error err = ERROR_INIT;

    assert_true(verifier_load(SUITE_GM, path_of(US, "gm", "crt"), options, NULL, &pin, &err));
    return pin;
}

static void the_id_is_part_of_it(void **state)
{
    static const struct key_options other = {.gm_id = "ALICE123@YAHOO.COM"};
    struct error err;
    struct signer *signer = gm_signer(&other, &err);
    struct verifier *owned = gm_pin(&other);
    const struct verifier *pin = owned;
    struct text made;

    (void)state;
    assert_non_null(signer);
    made = sign_text(signer, TEXT(PLAIN));
    expect("wrong id", ERROR_SIGNATURE, verify_as(1, made));
    expect("same id", ERROR_NONE, verify_text(made, &pin, 1, &err));
    signer_free(signer);
    verifier_free(owned);
    assert_null(gm_signer(&(struct key_options){.gm_id = ""}, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_null(gm_signer(
        &(struct key_options){
            .gm_id = "12345678901234567890123456789012345678901234567890123456"
                     "789012345"},
        &err));
    assert_int_equal(err.code, ERROR_CONFIG);
}

/* A module that works on the trial and then signs with an empty id, as OpenSSL does by default.
 */
static size_t module_calls;

static bool forgetful_sign(void *handle, struct text id, struct text bytes,
                           uint8_t raw[GM_SIGNATURE_SIZE])
{
    module_calls++;
    return gm_openssl.sign(handle, module_calls == 1 ? id : TEXT(""), bytes, raw);
}

static bool broken_sign(void *handle, struct text id, struct text bytes,
                        uint8_t raw[GM_SIGNATURE_SIZE])
{
    (void)handle;
    (void)id;
    (void)bytes;
    (void)raw;
    return false;
}

static bool counted_verify(void *handle, struct text id, struct text bytes,
                           const uint8_t raw[GM_SIGNATURE_SIZE], bool *holds)
{
    module_calls++;
    return gm_openssl.verify(handle, id, bytes, raw, holds);
}

static EVP_PKEY *read_key(const char *party)
{
    FILE *file = fopen(path_of(party, "gm", "key"), "r");
    EVP_PKEY *key;

    assert_non_null(file);
    key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    fclose(file);
    assert_non_null(key);
    return key;
}

static void a_module_can_hold_the_key(void **state)
{
    struct gm_operations operations = gm_openssl;
    EVP_PKEY *key = read_key(US);
    EVP_PKEY *other = read_key(THEM);
    struct key_options options = {.gm_operations = &operations, .gm_handle = key};
    struct signer *signer = NULL;
    struct error err = ERROR_INIT;
    const char *certificate = path_of(US, "gm", "crt");

    (void)state;
    assert_true(signer_load(SUITE_GM, NULL, certificate, &options, &signer, &err));
    expect("module", ERROR_NONE, verify_as(1, sign_text(signer, TEXT(PLAIN))));
    {
        struct signer *copy = NULL;
        assert_true(signer_for_pair(signer, NULL, NULL, &copy, &err));
        signer_free(signer);
        expect("copy", ERROR_NONE, verify_as(1, sign_text(copy, TEXT(PLAIN))));
        signer_free(copy);
    }
    operations.verify = counted_verify;
    module_calls = 0;
    {
        struct verifier *owned = gm_pin(&options);
        const struct verifier *pin = owned;
        expect("verify", ERROR_NONE,
               verify_text(sign_text(signers[1], TEXT(PLAIN)), &pin, 1, &err));
        assert_int_equal(module_calls, 2); /* xmlsec asks it, too */
        verifier_free(owned);
    }
    operations.sign = forgetful_sign;
    module_calls = 0;
    assert_true(signer_load(SUITE_GM, NULL, certificate, &options, &signer, &err));
    expect("empty id", ERROR_SIGNATURE, verify_as(1, sign_text(signer, TEXT(PLAIN))));
    signer_free(signer);
    operations.sign = broken_sign;
    assert_false(signer_load(SUITE_GM, NULL, certificate, &options, &signer, &err));
    assert_int_equal(err.code, ERROR_CRYPTO);
    operations.sign = gm_openssl.sign;
    options.gm_handle = other;
    assert_false(signer_load(SUITE_GM, NULL, certificate, &options, &signer, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_false(signer_load(SUITE_GM, NULL, certificate, NULL, &signer, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    EVP_PKEY_free(key);
    EVP_PKEY_free(other);
}

static void pairs_are_a_closed_list(void **state)
{
    struct error err;

    (void)state;
    for (size_t i = 0; i < gm_pair_count; i++) {
        struct key_options options = {.signature_uri = gm_pairs[i].signature_uri,
                                      .digest_uri = gm_pairs[i].digest_uri};
        struct verifier *owned = gm_pin(&options);
        const struct verifier *pin = owned;
        struct signer *signer = NULL;
        struct text made;

        assert_true(signer_for_pair(signers[1], options.signature_uri, options.digest_uri,
                                    &signer, &err));
        made = sign_text(signer, TEXT(PLAIN));
        expect("pair", ERROR_NONE, verify_text(made, &pin, 1, &err));
        expect("default", i == 0 ? ERROR_NONE : ERROR_ALGORITHM, verify_as(1, made));
        signer_free(signer);
        verifier_free(owned);
    }
    assert_null(gm_signer(&(struct key_options){.signature_uri = gm_pairs[0].signature_uri,
                                                .digest_uri = gm_pairs[1].digest_uri},
                          &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_null(gm_signer(&(struct key_options){.signature_uri = gm_pairs[0].signature_uri,
                                                .digest_uri = DSIG "sha1"},
                          &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_null(gm_signer(&(struct key_options){.digest_uri = gm_pairs[0].digest_uri}, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_keys_are_refused),
        cmocka_unit_test(weak_certificates_are_refused),
        cmocka_unit_test(pins_from_bytes),
        cmocka_unit_test(windows_are_kept),
        cmocka_unit_test(bytes_are_signed),
        cmocka_unit_test(suites_have_names),
        cmocka_unit_test(the_id_is_part_of_it),
        cmocka_unit_test(a_module_can_hold_the_key),
        cmocka_unit_test(pairs_are_a_closed_list),
        cmocka_unit_test(nothing_was_opened),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

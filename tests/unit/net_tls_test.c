/* net/tls: files that make an identity, files that do not, and the rules of the contexts. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "net/tls_context.h"
#include "test_listener.h"

#include "test_certs.c"
#include "test_peer.c"

static struct fixture f;

static int make(void **state)
{
    (void)state;
    fixture_make(&f);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    fixture_free(&f);
    return 0;
}

static void write_file(const char *name, const char *content)
{
    char path[TEST_PATH_SIZE];
    FILE *file = fopen(test_path(&f.folder, name, path), "w");
    assert_non_null(file);
    fputs(content, file);
    assert_int_equal(fclose(file), 0);
}

static void append_file(const char *from, const char *to, size_t size_max)
{
    char path[TEST_PATH_SIZE];
    static char bytes[20000];
    FILE *in = fopen(test_path(&f.folder, from, path), "r");
    assert_non_null(in);
    size_t size = fread(bytes, 1, size_max < sizeof(bytes) ? size_max : sizeof(bytes), in);
    fclose(in);
    FILE *out = fopen(test_path(&f.folder, to, path), "a");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, size, out), size);
    fclose(out);
}

static bool load(const char *certificate, const char *key, const char *ca, struct error *err)
{
    char paths[3][TEST_PATH_SIZE];
    struct tls *tls = NULL;
    struct tls_files files = {.certificate_path = test_path(&f.folder, certificate, paths[0]),
                              .key_path = test_path(&f.folder, key, paths[1]),
                              .ca_path = test_path(&f.folder, ca, paths[2])};
    *err = (struct error)ERROR_INIT;
    bool ok = tls_new(&files, test_now, &tls, err);
    assert_int_equal(ok, tls != NULL);
    tls_free(tls);
    return ok;
}

static void identities(void **state)
{
    struct error err;
    (void)state;
    assert_true(load("alice.pem", "alice.key", "ca.pem", &err));
    assert_true(load("old.pem", "old.key", "ca.pem", &err)); /* expired is no reason */
    append_file("alice.pem", "chain.pem", SIZE_MAX);
    append_file("ca.pem", "chain.pem", SIZE_MAX);
    assert_true(load("chain.pem", "alice.key", "ca.pem", &err));
    append_file("ca.pem", "two.pem", SIZE_MAX);
    append_file("foreign.pem", "two.pem", SIZE_MAX);
    assert_true(load("alice.pem", "alice.key", "two.pem", &err));
    tls_free(NULL);
}

static void bad_files(void **state)
{
    static const struct {
        const char *certificate;
        const char *key;
        const char *ca;
        const char *names; /* the file that the error names */
    } cases[] = {
        {"absent.pem", "alice.key", "ca.pem", "absent.pem"},
        {"alice.pem", "absent.key", "ca.pem", "absent.key"},
        {"alice.pem", "alice.key", "absent.pem", "absent.pem"},
        {"empty.pem", "alice.key", "ca.pem", "empty.pem"},
        {"text.pem", "alice.key", "ca.pem", "text.pem"},
        {"alice.key", "alice.key", "ca.pem", "alice.key"},
        {"alice.pem", "alice.pem", "ca.pem", "alice.pem"},
        {"alice.pem", "bob.key", "ca.pem", "bob.key"},
        {"alice.pem", "text.pem", "ca.pem", "text.pem"},
        {"alice.pem", "locked.key", "ca.pem", "locked.key"},
        {"alice.pem", "alice.key", "bob.pem", "bob.pem"}, /* no authority */
        {"alice.pem", "alice.key", "empty.pem", "empty.pem"},
        {"damaged.pem", "alice.key", "ca.pem", "damaged.pem"},
        {"alice.pem", "alice.key", "half.pem", "half.pem"},
    };
    struct error err;
    char path[TEST_PATH_SIZE];
    (void)state;
    write_file("empty.pem", "");
    write_file("text.pem", "nothing of interest\n");
    write_file("damaged.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    append_file("ca.pem", "half.pem", SIZE_MAX); /* a good one, and half of another */
    append_file("foreign.pem", "half.pem", 200);
    FILE *locked = fopen(test_path(&f.folder, "locked.key", path), "w");
    assert_non_null(locked);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    const char secret[] = "secret";
    assert_int_equal(
        PEM_write_PKCS8PrivateKey(locked, key, EVP_aes_128_cbc(), secret, 6, NULL, NULL), 1);
    EVP_PKEY_free(key);
    fclose(locked);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_false(load(cases[i].certificate, cases[i].key, cases[i].ca, &err));
        if (err.code != ERROR_CONFIG || strstr(err.text, cases[i].names) == NULL)
            print_error("case %zu: %s\n", i, err.text);
        assert_int_equal(err.code, ERROR_CONFIG);
        assert_non_null(strstr(err.text, cases[i].names));
    }
}

static void certificates_are_described(void **state)
{
    struct tls_certificate certificate;
    struct error err = ERROR_INIT;
    char path[TEST_PATH_SIZE];
    (void)state;
    assert_true(
        tls_certificate_read(test_path(&f.folder, "short.pem", path), &certificate, &err));
    assert_int_equal(certificate.valid_from.ms, test_hours(-24).ms);
    assert_int_equal(certificate.valid_until.ms, test_hours(2).ms);
    assert_true(tls_certificate_valid(&certificate, test_hours(-24)));
    assert_false(tls_certificate_valid(&certificate, instant_add_ms(test_hours(-24), -1)));
    assert_true(tls_certificate_valid(&certificate, test_hours(2)));
    assert_false(tls_certificate_valid(&certificate, instant_add_ms(test_hours(2), 1000)));
    assert_true(
        tls_certificate_read(test_path(&f.folder, "server.pem", path), &certificate, &err));
    assert_memory_equal(tls_own(f.tls), &certificate, sizeof(certificate));
    assert_false(
        tls_certificate_read(test_path(&f.folder, "absent.pem", path), &certificate, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_false(
        tls_certificate_read(test_path(&f.folder, "alice.key", path), &certificate, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
}

static void rules_of_the_contexts(void **state)
{
    struct tls_expectation expectation = {.pin_count = 0};
    (void)state;
    struct tls *copy = tls_copy(f.tls);
    assert_non_null(copy);
    assert_memory_equal(tls_own(copy), tls_own(f.tls), sizeof(struct tls_certificate));
    SSL_CTX *server = tls_server_context(copy);
    assert_int_equal(SSL_CTX_get_min_proto_version(server), TLS1_2_VERSION);
    assert_int_equal(SSL_CTX_get_verify_mode(server),
                     SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT);
    assert_true(SSL_CTX_get_options(server) & SSL_OP_NO_RENEGOTIATION);
    assert_true(SSL_CTX_get_options(server) & SSL_OP_NO_COMPRESSION);
    assert_true(SSL_CTX_get_mode(server) & SSL_MODE_RELEASE_BUFFERS);
    assert_int_equal(SSL_CTX_get_num_tickets(server), 1);
    assert_int_equal(sk_X509_NAME_num(SSL_CTX_get_client_CA_list(server)), 1);

    SSL_CTX *client = SSL_CTX_new(TLS_client_method());
    assert_true(tls_prepare_client(client, copy, &expectation));
    assert_int_equal(SSL_CTX_get_min_proto_version(client), TLS1_2_VERSION);
    assert_int_equal(SSL_CTX_get_verify_mode(client), SSL_VERIFY_PEER);
    tls_free(copy); /* the context lives on its own */
    assert_non_null(SSL_CTX_get0_certificate(client));
    SSL_CTX_free(client);

    expectation.pin_count = 2;
    memset(expectation.pins[1], 7, TLS_FINGERPRINT_SIZE);
    uint8_t seven[TLS_FINGERPRINT_SIZE];
    memset(seven, 7, sizeof(seven));
    assert_true(tls_is_pinned(&expectation, seven));
    seven[31] = 8;
    assert_false(tls_is_pinned(&expectation, seven));
}

/* One handshake with the limits that the client sets. */
static bool handshake(int version_max, const char *suites, char *client_groups)
{
    struct test_client client;
    char request[] = "GET /v1/mailbox HTTP/1.1\r\nHost: a\r\n\r\n";
    assert_true(test_client_connect(&client, f.port));
    client.context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(client.context, 0);
    SSL_CTX_set_min_proto_version(client.context, 0);
    SSL_CTX_set_max_proto_version(client.context, version_max);
    if (suites != NULL)
        assert_int_equal(SSL_CTX_set_cipher_list(client.context, suites), 1);
    if (client_groups != NULL)
        assert_int_equal(SSL_CTX_set1_groups_list(client.context, client_groups), 1);
    char file[TEST_PATH_SIZE];
    SSL_CTX_use_certificate_file(client.context, test_path(&f.folder, "alice.pem", file),
                                 SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(client.context, test_path(&f.folder, "alice.key", file),
                                SSL_FILETYPE_PEM);
    client.ssl = SSL_new(client.context);
    SSL_set_fd(client.ssl, client.fd);
    bool ok = SSL_connect(client.ssl) == 1 && test_client_ask(&client, request) == 200;
    ERR_clear_error();
    test_client_close(&client);
    return ok;
}

static void versions_suites_and_groups(void **state)
{
    char p256[] = "P-256";
    char p384[] = "P-384";
    char p521[] = "P-521";
    (void)state;
    fixture_listen(&f, (struct listener_options){0});
    assert_true(handshake(TLS1_3_VERSION, NULL, NULL));
    assert_true(handshake(TLS1_2_VERSION, NULL, NULL));
    assert_false(handshake(TLS1_1_VERSION, NULL, NULL));
    assert_false(handshake(TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA256", NULL)); /* CBC */
    assert_false(handshake(TLS1_2_VERSION, "AES128-GCM-SHA256", NULL));         /* static RSA */
    assert_true(handshake(TLS1_3_VERSION, NULL, p256));
    assert_true(handshake(TLS1_3_VERSION, NULL, p384));
    assert_false(handshake(TLS1_3_VERSION, NULL, p521));
    fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identities),
        cmocka_unit_test(bad_files),
        cmocka_unit_test(certificates_are_described),
        cmocka_unit_test(rules_of_the_contexts),
        cmocka_unit_test(versions_suites_and_groups),
    };
    return cmocka_run_group_tests(tests, make, drop);
}

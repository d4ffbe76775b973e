#include "test_certs.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/check.h"

struct test_authority {
    X509 *certificate;
    EVP_PKEY *key;
    long serial;
};

void test_folder_make(struct test_folder *folder)
{
    const char *root = getenv("TMPDIR");
    snprintf(folder->path, sizeof(folder->path), "%s/qiantong-test-XXXXXX",
             root == NULL ? "/tmp" : root);
    CHECK(mkdtemp(folder->path) != NULL);
}

const char *test_path(const struct test_folder *folder, const char *name,
                      char out[TEST_PATH_SIZE])
{
    int size = snprintf(out, TEST_PATH_SIZE, "%s/%s", folder->path, name);
    CHECK(size > 0 && size < TEST_PATH_SIZE);
    return out;
}

void test_folder_remove(const struct test_folder *folder)
{
    char path[TEST_PATH_SIZE];
    DIR *list = opendir(folder->path);
    if (list == NULL)
        return;
    for (struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
        if (entry->d_name[0] != '.')
            unlink(test_path(folder, entry->d_name, path));
    }
    closedir(list);
    rmdir(folder->path);
}

static FILE *create(const struct test_folder *folder, const char *name, const char *suffix)
{
    char file[TEST_PATH_SIZE];
    char path[TEST_PATH_SIZE];
    snprintf(file, sizeof(file), "%s%s", name, suffix);
    FILE *out = fopen(test_path(folder, file, path), "w");
    CHECK(out != NULL);
    return out;
}

static void write_certificate(const struct test_folder *folder, const char *name, X509 *made)
{
    FILE *out = create(folder, name, ".pem");
    CHECK(PEM_write_X509(out, made) == 1);
    CHECK(fclose(out) == 0);
}

static void write_key(const struct test_folder *folder, const char *name, EVP_PKEY *key)
{
    FILE *out = create(folder, name, ".key");
    CHECK(PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) == 1);
    CHECK(fclose(out) == 0);
}

static void extend(X509 *made, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, made, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    CHECK(extension != NULL);
    CHECK(X509_add_ext(made, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

static X509 *make_certificate(const char *name, EVP_PKEY *key, long serial, struct instant from,
                              struct instant until)
{
    X509 *made = X509_new();
    CHECK(made != NULL && X509_set_version(made, X509_VERSION_3) == 1);
    CHECK(ASN1_INTEGER_set(X509_get_serialNumber(made), serial) == 1);
    CHECK(ASN1_TIME_set(X509_getm_notBefore(made), (time_t)(from.ms / 1000)) != NULL);
    CHECK(ASN1_TIME_set(X509_getm_notAfter(made), (time_t)(until.ms / 1000)) != NULL);
    X509_NAME *subject = X509_get_subject_name(made);
    CHECK(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name,
                                     -1, -1, 0) == 1);
    CHECK(X509_set_pubkey(made, key) == 1);
    return made;
}

struct test_authority *test_authority_new(const struct test_folder *folder, const char *name)
{
    struct test_authority *authority = calloc(1, sizeof(*authority));
    CHECK(authority != NULL);
    authority->key = EVP_EC_gen("P-256");
    CHECK(authority->key != NULL);
    struct instant from = {.ms = INT64_C(946684800000)};   /* 2000 */
    struct instant until = {.ms = INT64_C(4102444800000)}; /* 2100 */
    authority->serial = 1;
    authority->certificate = make_certificate(name, authority->key, authority->serial, from,
                                              until);
    X509 *made = authority->certificate;
    CHECK(X509_set_issuer_name(made, X509_get_subject_name(made)) == 1);
    extend(made, made, NID_basic_constraints, "critical,CA:TRUE");
    extend(made, made, NID_key_usage, "critical,keyCertSign,cRLSign");
    CHECK(X509_sign(made, authority->key, EVP_sha256()) > 0);
    write_certificate(folder, name, made);
    return authority;
}

void test_authority_free(struct test_authority *authority)
{
    if (authority == NULL)
        return;
    X509_free(authority->certificate);
    EVP_PKEY_free(authority->key);
    free(authority);
}

void test_certificate(struct test_authority *authority, const struct test_folder *folder,
                      const char *name, struct instant from, struct instant until)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    CHECK(key != NULL);
    X509 *made = make_certificate(name, key, ++authority->serial, from, until);
    CHECK(X509_set_issuer_name(made, X509_get_subject_name(authority->certificate)) == 1);
    extend(made, authority->certificate, NID_basic_constraints, "critical,CA:FALSE");
    extend(made, authority->certificate, NID_key_usage, "critical,digitalSignature");
    extend(made, authority->certificate, NID_ext_key_usage, "serverAuth,clientAuth");
    extend(made, authority->certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    CHECK(X509_sign(made, authority->key, EVP_sha256()) > 0);
    write_certificate(folder, name, made);
    write_key(folder, name, key);
    X509_free(made);
    EVP_PKEY_free(key);
}

/* certificate.c - one certificate, read once. */
#include "wire/keys_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

enum { CERTIFICATE_SIZE_MAX = 64 * 1024 };

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

/* OpenSSL would otherwise ask on the terminal. */
static int no_password(char *buffer, int size, int writing, void *self)
{
    (void)writing;
    (void)self;
    if (size > 0)
        buffer[0] = '\0';
    return -1;
}

static X509 *read_pem(const char *path)
{
    FILE *file = fopen(path, "re");
    X509 *x509 = NULL;

    if (file == NULL)
        return NULL;
    x509 = PEM_read_X509(file, NULL, no_password, NULL);
    fclose(file);
    ERR_clear_error();
    return x509;
}

static bool to_instant(const ASN1_TIME *time, struct instant *at)
{
    struct tm parts;

    if (ASN1_TIME_to_tm(time, &parts) != 1)
        return false;
    at->ms = (int64_t)timegm(&parts) * 1000;
    return true;
}

static bool encode_base64(struct certificate *certificate)
{
    size_t size = (certificate->der_size + 2) / 3 * 4;

    certificate->base64 = malloc(size + 1);
    if (certificate->base64 == NULL)
        return false;
    certificate->base64_size = size;
    return EVP_EncodeBlock((unsigned char *)certificate->base64, certificate->der,
                           (int)certificate->der_size) == (int)size;
}

static bool fill(X509 *x509, struct certificate *certificate, struct error *err)
{
    int size = i2d_X509(x509, &certificate->der);
    EVP_PKEY *key = X509_get0_pubkey(x509);
    uint32_t usage = X509_get_key_usage(x509); /* all bits if the extension is absent */
    struct text der;

    if (size <= 0 || size > CERTIFICATE_SIZE_MAX)
        return fail(err, ERROR_CONFIG, "a certificate that cannot be encoded");
    certificate->der_size = (size_t)size;
    if (key == NULL || EVP_PKEY_up_ref(key) != 1)
        return fail(err, ERROR_CONFIG, "a certificate with an unknown kind of key");
    certificate->public_key = key;
    if ((usage & KU_DIGITAL_SIGNATURE) == 0)
        return fail(err, ERROR_CONFIG, "a certificate not meant for digital signatures");
    if (!to_instant(X509_get0_notBefore(x509), &certificate->not_before) ||
        !to_instant(X509_get0_notAfter(x509), &certificate->not_after))
        return fail(err, ERROR_CONFIG, "a certificate with unreadable dates");
    if (!encode_base64(certificate))
        return fail(err, ERROR_MEMORY, "no memory for a certificate");
    der = (struct text){(const char *)certificate->der, certificate->der_size};
    return keys_fingerprint(der, &certificate->fingerprint, err);
}

bool certificate_load(const char *path, struct certificate *certificate, struct error *err)
{
    X509 *x509 = read_pem(path);
    bool ok;

    *certificate = (struct certificate){.der = NULL};
    if (x509 == NULL)
        return fail(err, ERROR_CONFIG, "%s: no certificate could be read", file_name(path));
    ok = fill(x509, certificate, err);
    X509_free(x509);
    ERR_clear_error();
    return ok || fail_prefix(err, "%s", file_name(path));
}

bool certificate_of_der(struct text der, struct certificate *certificate, struct error *err)
{
    const unsigned char *at = (const unsigned char *)der.at;
    X509 *x509 = NULL;
    bool ok;

    *certificate = (struct certificate){.der = NULL};
    if (der.size > 0 && der.size <= CERTIFICATE_SIZE_MAX)
        x509 = d2i_X509(NULL, &at, (long)der.size);
    if (x509 == NULL) {
        ERR_clear_error();
        return fail(err, ERROR_CONFIG, "not a certificate");
    }
    ok = fill(x509, certificate, err);
    X509_free(x509);
    ERR_clear_error();
    /* a pin is compared byte for byte, so there must be one way to write it */
    if (ok &&
        (certificate->der_size != der.size || memcmp(certificate->der, der.at, der.size) != 0))
        return fail(err, ERROR_CONFIG, "a certificate that is not plain DER");
    return ok;
}

void certificate_release(struct certificate *certificate)
{
    EVP_PKEY_free(certificate->public_key);
    OPENSSL_free(certificate->der);
    free(certificate->base64);
    *certificate = (struct certificate){.der = NULL};
}

bool keys_fingerprint(struct text der, struct digest *fingerprint, struct error *err)
{
    unsigned size = 0;

    if (EVP_Digest(der.at, der.size, fingerprint->bytes, &size, EVP_sha256(), NULL) != 1 ||
        size != sizeof(fingerprint->bytes))
        return fail(err, ERROR_CRYPTO, "SHA-256 failed");
    return true;
}

bool keys_certificate_load(const char *path, struct arena *arena, struct text *der,
                           struct error *err)
{
    struct certificate certificate;
    bool ok = certificate_load(path, &certificate, err);

    if (ok) {
        *der = arena_copy(arena,
                          (struct text){(const char *)certificate.der, certificate.der_size});
        ok = der->at != NULL || fail(err, ERROR_MEMORY, "no memory for a certificate");
    }
    certificate_release(&certificate);
    return ok;
}

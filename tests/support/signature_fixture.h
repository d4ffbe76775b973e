/*
 * signature_fixture.h - what the tests of signatures share: parties with certificates from
 * certs/make-certs.sh (so tests start in the top folder), signing, verifying, changing text.
 */
#ifndef SUPPORT_SIGNATURE_FIXTURE_H
#define SUPPORT_SIGNATURE_FIXTURE_H

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libxml/xmlIO.h>

#include "crypt/base64.h"
#include "wire/document.h"
#include "wire/document_internal.h"
#include "wire/loader.h"
#include "wire/signature_grammar.h"
#include "wire/signature_xmlsec.h"
#include "wire/start.h"

#define DSIG     "http://www.w3.org/2000/09/xmldsig#"
#define SIGN_END "</ds:Signature>"
#define CERT_END "</ds:X509Certificate>"
#define KEY_END  "</ds:KeyInfo>"

enum { PATH_SIZE = 512, ARENA_MAX = 64 * 1024 * 1024, PARTIES = 2 };

#define US   "hrss.520000"
#define THEM "hrss.440000"

static char folder[PATH_SIZE];
static struct arena *arena;
static size_t opened;

static const enum suite suites[] = {SUITE_ECDSA, SUITE_GM, SUITE_RSA};
static struct signer *signers[COUNT_OF(suites)];
static struct verifier *pins[COUNT_OF(suites)][PARTIES]; /* ours, theirs */

static inline int count_open(const char *name)
{
    (void)name;
    opened++;
    return 0;
}

/* --- fixture ------------------------------------------------------------------------------ */

static inline const char *path_of(const char *party, const char *kind, const char *end)
{
    return arena_format(arena, "%s/%s.%s.%s", folder, party, kind, end);
}

static inline bool load_all(struct error *err)
{
    for (size_t i = 0; i < COUNT_OF(suites); i++) {
        const char *kind = suite_name(suites[i]);
        if (!signer_load(suites[i], path_of(US, kind, "key"), path_of(US, kind, "crt"), NULL,
                         &signers[i], err) ||
            !verifier_load(suites[i], path_of(US, kind, "crt"), NULL, NULL, &pins[i][0], err) ||
            !verifier_load(suites[i], path_of(THEM, kind, "crt"), NULL, NULL, &pins[i][1], err))
            return false;
    }
    return true;
}

static inline int run(const char *format, ...) PRINTF_LIKE(1, 2);

static inline int run(const char *format, ...)
{
    char command[4 * PATH_SIZE];
    va_list arguments;
    int size;

    va_start(arguments, format);
    size = vsnprintf(command, sizeof(command), format, arguments);
    va_end(arguments);
    return size < 0 || (size_t)size >= sizeof(command) ? -1 : system(command);
}

static inline int setup(void **state)
{
    struct error err = ERROR_INIT;
    const char *base = getenv("TMPDIR");

    (void)state;
    arena = arena_new(ARENA_MAX);
    snprintf(folder, sizeof(folder), "%s/wire.XXXXXX", base == NULL ? "/tmp" : base);
    if (arena == NULL || mkdtemp(folder) == NULL ||
        run("sh certs/make-certs.sh --rsa '%s' %s %s", folder, US, THEM) != 0)
        return -1;
    if (!wire_start(&err) || !wire_start(&err) || !load_all(&err)) {
        fprintf(stderr, "setup: %s\n", err.text);
        return -1;
    }
    return xmlRegisterInputCallbacks(count_open, NULL, NULL, NULL) < 0 ? -1 : 0;
}

static inline int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(suites); i++) {
        signer_free(signers[i]);
        for (size_t j = 0; j < PARTIES; j++)
            verifier_free(pins[i][j]);
    }
    arena_free(arena);
    return run("rm -rf '%s'", folder) == 0 ? 0 : -1;
}

#define PLAIN                                                                                  \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                             \
    "<m:Message xmlns:m=\"urn:qiantong:trial:1\"><m:Header><m:From>hrss.520000</m:From>"       \
    "</m:Header>\n<m:Body kind=\"full\"><m:name>张喆</m:name><m:amount>1280.50</m:amount>"   \
    "</m:Body></m:Message>\n"

static inline struct text sign_text(const struct signer *signer, struct text plain)
{
    static const struct document_limits gb = {.allow_gb = true};
    struct document *document = NULL;
    struct error err = ERROR_INIT;
    struct text signed_text = TEXT_NONE;

    if (!document_parse(plain, &gb, &document, &err) ||
        !signature_sign(document, signer, &err) ||
        !document_write(document, arena, &signed_text, &err))
        print_error("sign: %s\n", err.text);
    document_free(document);
    assert_non_null(signed_text.at);
    return signed_text;
}

/* Base64 that has another, stricter spelling: xmlsec takes it, signature_verify does not. */
static inline bool has_loose_base64(struct document *document)
{
    struct signature_parts parts;
    struct error err = ERROR_INIT;
    uint8_t bytes[SIGNATURE_SIZE_MAX];
    size_t size;

    return grammar_find(document_xml(document), &parts, &err) &&
           !(base64_decode(parts.digest_value, BASE64_SPACE, bytes, DIGEST_SIZE, &size, &err) &&
             base64_decode(parts.signature_value, BASE64_SPACE, bytes, sizeof(bytes), &size,
                           &err));
}

/* Both ways of verifying must say the same of every document that any test here makes. */
static inline void compare_with_xmlsec(struct document *document,
                                       const struct verifier *const list[], size_t count,
                                       const struct verifier *used, const struct error *err)
{
    const struct verifier *theirs = NULL;
    struct error other = ERROR_INIT;
    bool ok = signature_verify_xmlsec(document, list, count, &theirs, &other);

    if (ok && used == NULL && has_loose_base64(document))
        return;
    if (ok != (used != NULL))
        print_error("we say %s, xmlsec says %s\n", error_name(err->code),
                    error_name(other.code));
    assert_int_equal(ok, used != NULL);
    assert_ptr_equal(theirs, used);
    if (!ok)
        assert_int_equal(err->code, other.code);
}

static inline enum error_code verify_text(struct text bytes,
                                          const struct verifier *const list[], size_t count,
                                          struct error *err)
{
    static const struct document_limits gb = {.allow_gb = true};
    struct document *document = NULL;
    const struct verifier *used = NULL;
    bool ok = false;

    *err = (struct error)ERROR_INIT;
    if (document_parse(bytes, &gb, &document, err)) {
        ok = signature_verify(document, list, count, &used, err);
        compare_with_xmlsec(document, list, count, used, err);
    }
    document_free(document);
    if (ok)
        assert_non_null(used);
    else
        assert_null(used);
    return ok ? ERROR_NONE : err->code;
}

static inline enum error_code verify_as(size_t suite, struct text bytes)
{
    struct error err;
    const struct verifier *pin = pins[suite][0];

    return verify_text(bytes, &pin, 1, &err);
}

/* The first `find` of the text replaced, which must be there. */
static inline struct text replace(struct text in, const char *find, const char *with)
{
    const char *at = memmem(in.at, in.size, find, strlen(find));
    size_t before;
    const char *made;

    if (at == NULL)
        print_error("no '%s' in the document\n", find);
    assert_non_null(at);
    before = (size_t)(at - in.at);
    made = arena_format(arena, "%.*s%s%.*s", (int)before, in.at, with,
                        (int)(in.size - before - strlen(find)), at + strlen(find));
    assert_non_null(made);
    return text_of(made);
}

/* What lies between two marks, without them. */
static inline struct text between(struct text in, const char *from, const char *to)
{
    const char *start = memmem(in.at, in.size, from, strlen(from));
    const char *end;

    assert_non_null(start);
    start += strlen(from);
    end = memmem(start, in.size - (size_t)(start - in.at), to, strlen(to));
    assert_non_null(end);
    return (struct text){start, (size_t)(end - start)};
}

static inline const char *as_string(struct text text)
{
    return arena_copy(arena, text).at;
}

static inline void expect(const char *name, enum error_code wanted, enum error_code got)
{
    if (wanted != got)
        print_error("%s: wanted %s, got %s\n", name, error_name(wanted), error_name(got));
    assert_int_equal(wanted, got);
}

static inline void nothing_was_opened(void **state)
{
    (void)state;
    assert_int_equal(opened, 0);
    assert_int_equal(loader_refused_count(), 0);
}

#endif

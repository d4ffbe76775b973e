/* crypt_crl_test.c - revocation lists of both kinds of authority: good, old, foreign, damaged.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypt/crl.h"

#define HOUR (INT64_C(60) * 60 * 1000)

static char folder[] = "/tmp/qiantong-crl-XXXXXX";
static char path_bytes[4][300];

static void run(const char *format, ...) PRINTF_LIKE(1, 2);

static void run(const char *format, ...)
{
    char command[2000];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(command, sizeof(command), format, arguments);
    va_end(arguments);
    assert_int_equal(system(command), 0);
}

static const char *path(int which, const char *name)
{
    snprintf(path_bytes[which], sizeof(path_bytes[which]), "%s/%s", folder, name);
    return path_bytes[which];
}

/* x: ECDSA, a.tls is on it. g: SM2, a.gm is on it. Both hold in March 2026. */
static int prepare(void **state)
{
    const char *march = "20260301000000Z 20260401000000Z";

    (void)state;
    assert_non_null(mkdtemp(folder));
    run("sh certs/make-certs.sh %s a b >/dev/null", folder);
    run("mkdir %s/foreign && sh certs/make-certs.sh %s/foreign z >/dev/null", folder, folder);
    run("sh certs/make-crl.sh %s ca %s %s/x %s/a.tls.crt", folder, march, folder, folder);
    run("sh certs/make-crl.sh %s ca.gm %s %s/g %s/a.gm.crt", folder, march, folder, folder);
    run("sh certs/make-crl.sh %s ca 20260315000000Z 20260415000000Z %s/later %s/b.tls.crt",
        folder, folder, folder);
    run("sh certs/make-crl.sh %s/foreign ca %s %s/alien", folder, march, folder);
    run("cd %s && openssl crl -in x -outform DER -out x.der && cat x g >both && cat x later "
        ">two && cat ca.crt ca.gm.crt >cas && head -c 200 x >half && head -c 150 x.der "
        ">half.der && : >empty && sed 's/^M/N/' x >changed",
        folder);
    return 0;
}

static int tidy(void **state)
{
    (void)state;
    run("rm -rf %s", folder);
    return 0;
}

static struct instant at(const char *text)
{
    struct instant instant;

    assert_true(instant_parse(text_of(text), &instant));
    return instant;
}

static struct crl_set *load(const char *list, const char *authorities, int64_t grace_ms)
{
    struct crl_set *set = NULL;
    struct error err = ERROR_INIT;
    bool ok = crl_load(path(0, list), path(1, authorities), grace_ms, &set, &err);

    if (!ok)
        print_error("%s\n", err.text);
    assert_true(ok);
    return set;
}

static enum crl_state state_of(const struct crl_set *set, const char *certificate,
                               const char *when)
{
    return crl_state_of_file(set, path(2, certificate), at(when));
}

static void test_each_kind(void **state)
{
    static const char *const lists[] = {"x", "x.der", "g", "both"};
    static const char *const now = "2026-03-10T00:00:00+08:00";

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        struct crl_set *set = load(lists[i], "cas", 0);
        bool x = strcmp(lists[i], "g") != 0;
        bool g = strcmp(lists[i], "g") == 0 || strcmp(lists[i], "both") == 0;

        assert_int_equal(state_of(set, "a.tls.crt", now), x ? CRL_REVOKED : CRL_UNCOVERED);
        assert_int_equal(state_of(set, "b.tls.crt", now), x ? CRL_GOOD : CRL_UNCOVERED);
        assert_int_equal(state_of(set, "a.gm.crt", now), g ? CRL_REVOKED : CRL_UNCOVERED);
        assert_int_equal(state_of(set, "b.gm.crt", now), g ? CRL_GOOD : CRL_UNCOVERED);
        assert_int_equal(state_of(set, "foreign/z.tls.crt", now),
                         x ? CRL_GOOD : CRL_UNCOVERED); /* names alone; chains are TLS's */
        crl_free(set);
    }
    assert_int_equal(crl_state_of_file(NULL, path(2, "a.tls.crt"), at(now)), CRL_UNCOVERED);
}

static void test_time(void **state)
{
    struct crl_set *set = load("x", "ca.crt", 72 * HOUR);

    (void)state;
    assert_int_equal(crl_next_update(set).ms, at("2026-04-01T08:00:00+08:00").ms);
    assert_int_equal(state_of(set, "b.tls.crt", "2026-03-01T07:54:59+08:00"), CRL_STALE);
    assert_int_equal(state_of(set, "b.tls.crt", "2026-03-01T07:55:00+08:00"), CRL_GOOD);
    assert_int_equal(state_of(set, "b.tls.crt", "2026-04-01T08:00:01+08:00"), CRL_GOOD);
    assert_int_equal(state_of(set, "b.tls.crt", "2026-04-04T08:00:00+08:00"), CRL_GOOD);
    assert_int_equal(state_of(set, "b.tls.crt", "2026-04-04T08:00:01+08:00"), CRL_STALE);
    /* what is on it stays revoked */
    assert_int_equal(state_of(set, "a.tls.crt", "2027-01-01T00:00:00+08:00"), CRL_REVOKED);
    crl_free(set);
}

static void test_the_newest_counts(void **state)
{
    struct crl_set *set = load("two", "ca.crt", 0);
    struct crl_set *copy = crl_copy(set);

    (void)state;
    crl_free(set);
    assert_non_null(copy);
    assert_int_equal(state_of(copy, "a.tls.crt", "2026-03-20T00:00:00+08:00"), CRL_GOOD);
    assert_int_equal(state_of(copy, "b.tls.crt", "2026-03-20T00:00:00+08:00"), CRL_REVOKED);
    crl_free(copy);
    crl_free(NULL);
    assert_null(crl_copy(NULL));
}

static void test_digest_follows_the_lists(void **state)
{
    struct crl_set *pem = load("x", "ca.crt", 0);
    struct crl_set *der = load("x.der", "ca.crt", 1);
    struct crl_set *both = load("both", "cas", 0);
    uint8_t digests[3][32];

    (void)state;
    crl_digest(pem, digests[0]);
    crl_digest(der, digests[1]);
    crl_digest(both, digests[2]);
    assert_memory_equal(digests[0], digests[1], 32);
    assert_memory_not_equal(digests[0], digests[2], 32);
    crl_free(pem);
    crl_free(der);
    crl_free(both);
}

static void test_bad_files(void **state)
{
    static const struct {
        const char *list;
        const char *authorities;
        const char *said;
    } rows[] = {
        {"nowhere", "cas", "cannot be read"},
        {"x", "nowhere", "cannot be read"},
        {"x", "empty", "no certificate"},
        {"x", "a.tls.crt", "none of our authorities"},
        {"x", "ca.gm.crt", "none of our authorities"},
        {"g", "ca.crt", "none of our authorities"},
        {"both", "ca.crt", "none of our authorities"},
        {"alien", "cas", "none of our authorities"}, /* the same name, another key */
        {"empty", "cas", "no revocation list"},
        {"half", "cas", "damaged"},
        {"half.der", "cas", "no revocation list"},
        {"changed", "cas", ""},
        {"a.tls.crt", "cas", ""},
        {"a.seal", "cas", "no revocation list"},
        {".", "cas", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct crl_set *set = NULL;
        struct error err = ERROR_INIT;

        if (crl_load(path(0, rows[i].list), path(1, rows[i].authorities), 0, &set, &err))
            print_error("row %zu was loaded\n", i);
        assert_null(set);
        assert_int_equal(err.code, ERROR_CONFIG);
        if (strstr(err.text, rows[i].said) == NULL)
            print_error("%s\n", err.text);
        assert_non_null(strstr(err.text, rows[i].said));
    }
}

static void test_not_a_certificate(void **state)
{
    struct crl_set *set = load("x", "ca.crt", 0);

    (void)state;
    assert_int_equal(crl_state_of_der(set, TEXT("nonsense"), at("2026-03-10T00:00:00+08:00")),
                     CRL_REVOKED);
    assert_int_equal(crl_state_of_der(NULL, TEXT("nonsense"), at("2026-03-10T00:00:00+08:00")),
                     CRL_UNCOVERED);
    assert_int_equal(state_of(set, "nowhere", "2026-03-10T00:00:00+08:00"), CRL_REVOKED);
    crl_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_kind),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_the_newest_counts),
        cmocka_unit_test(test_digest_follows_the_lists),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_not_a_certificate),
    };

    return cmocka_run_group_tests(tests, prepare, tidy);
}

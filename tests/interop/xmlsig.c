/*
 * xmlsig.c - sign and verify one file with the gateway's own wire layer.
 *
 *   xmlsig sign   SUITE KEY CERTIFICATE FILE     writes the signed document to stdout
 *   xmlsig verify SUITE CERTIFICATE FILE         prints "ok", or "no CODE"
 *   xmlsig time   SUITE KEY CERTIFICATE FILE     prints microseconds for each operation
 *
 * Exit status: 0 done, 1 refused, 2 could not be tried.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "wire/signature.h"
#include "wire/start.h"

enum { FILE_MAX = 16 * 1024 * 1024, ARENA_MAX = 256 * 1024 * 1024, ROUNDS = 1000 };

static const struct document_limits limits = {.size_max = FILE_MAX, .allow_gb = true};

static int give_up(const struct error *err)
{
    fprintf(stderr, "xmlsig: %s: %s\n", error_name(err->code), err->text);
    return 2;
}

static int sign(enum suite suite, char **names, struct arena *arena, struct error *err)
{
    struct signer *signer = NULL;
    struct document *document = NULL;
    struct text bytes;
    bool ok = signer_load(suite, names[0], names[1], NULL, &signer, err) &&
              file_read(arena, names[2], FILE_MAX, &bytes, err) &&
              document_parse(bytes, &limits, &document, err) &&
              signature_sign(document, signer, err) &&
              document_write(document, arena, &bytes, err);

    if (ok)
        ok = fwrite(bytes.at, 1, bytes.size, stdout) == bytes.size;
    document_free(document);
    signer_free(signer);
    return ok ? 0 : give_up(err);
}

static int verify(enum suite suite, char **names, struct arena *arena, struct error *err)
{
    struct verifier *pin = NULL;
    const struct verifier *used = NULL;
    struct document *document = NULL;
    struct text bytes;
    bool ok;

    if (!verifier_load(suite, names[0], NULL, NULL, &pin, err) ||
        !file_read(arena, names[1], FILE_MAX, &bytes, err)) {
        verifier_free(pin);
        return give_up(err);
    }
    ok = document_parse(bytes, &limits, &document, err) &&
         signature_verify(document, (const struct verifier *const[]){pin}, 1, &used, err);
    printf(ok ? "ok\n" : "no %s\n", error_name(err->code));
    document_free(document);
    verifier_free(pin);
    return ok ? 0 : 1;
}

static int64_t now_us(void)
{
    struct timespec at;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000;
}

/* One round: parse, sign, write, parse, verify; adds what each step took. */
static bool round_trip(struct text bytes, const struct signer *signer,
                       const struct verifier *pin, struct arena *arena, int64_t took[4],
                       struct error *err)
{
    struct document *ours = NULL;
    struct document *theirs = NULL;
    const struct verifier *used = NULL;
    struct text written = TEXT_NONE;
    int64_t at[5];
    bool ok = document_parse(bytes, &limits, &ours, err);

    at[0] = now_us();
    ok = ok && signature_sign(ours, signer, err);
    at[1] = now_us();
    ok = ok && document_write(ours, arena, &written, err);
    at[2] = now_us();
    ok = ok && document_parse(written, &limits, &theirs, err);
    at[3] = now_us();
    ok = ok && signature_verify(theirs, (const struct verifier *const[]){pin}, 1, &used, err);
    at[4] = now_us();
    for (int i = 0; i < 4; i++)
        took[i] += at[i + 1] - at[i];
    document_free(ours);
    document_free(theirs);
    return ok;
}

static int measure(enum suite suite, char **names, struct arena *arena, struct error *err)
{
    struct signer *signer = NULL;
    struct verifier *pin = NULL;
    struct arena *scratch = arena_new(ARENA_MAX);
    int64_t took[4] = {0};
    struct text bytes;
    bool ok = scratch != NULL && signer_load(suite, names[0], names[1], NULL, &signer, err) &&
              verifier_load(suite, names[1], NULL, NULL, &pin, err) &&
              file_read(arena, names[2], FILE_MAX, &bytes, err);

    for (int i = 0; ok && i < ROUNDS; i++) {
        ok = round_trip(bytes, signer, pin, scratch, took, err);
        arena_reset(scratch);
    }
    if (ok)
        printf("%s: %zu bytes, sign %d us, write %d us, parse %d us, verify %d us\n",
               suite_name(suite), bytes.size, (int)(took[0] / ROUNDS), (int)(took[1] / ROUNDS),
               (int)(took[2] / ROUNDS), (int)(took[3] / ROUNDS));
    arena_free(scratch);
    verifier_free(pin);
    signer_free(signer);
    return ok ? 0 : give_up(err);
}

int main(int argc, char **argv)
{
    struct error err = ERROR_INIT;
    struct arena *arena = arena_new(ARENA_MAX);
    enum suite suite = SUITE_ECDSA;
    int result = 2;

    if (arena == NULL || !wire_start(&err))
        return give_up(&err);
    if (argc >= 5 && !suite_parse(text_of(argv[2]), &suite))
        fprintf(stderr, "xmlsig: suites are ecdsa, gm, rsa\n");
    else if (argc == 6 && strcmp(argv[1], "sign") == 0)
        result = sign(suite, argv + 3, arena, &err);
    else if (argc == 5 && strcmp(argv[1], "verify") == 0)
        result = verify(suite, argv + 3, arena, &err);
    else if (argc == 6 && strcmp(argv[1], "time") == 0)
        result = measure(suite, argv + 3, arena, &err);
    else
        fprintf(stderr, "usage: xmlsig sign|verify|time SUITE [KEY] CERTIFICATE FILE\n");
    arena_free(arena);
    return result;
}

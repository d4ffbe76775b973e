/*
 * memory_ends.c - memory that ends anywhere between a partner's bytes and the engine.
 *
 *     LD_PRELOAD=memory.so memory_ends FOLDER
 *
 * FOLDER has keys of certs/make-certs.sh. Each act of wire is done again and again, with its
 * first, second, third … allocation failing, in our code or in a library below, until it passes
 * without meeting the failure. Each time it must either succeed, with the same result, or say
 * that it is our own trouble: an error that is answered with 503 and tried again, never a
 * verdict about the bytes. Then it succeeds at once, and no block is left behind.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/err.h>

#include "base/file.h"
#include "crypt/digest.h"
#include "memory.h"
#include "wire/adapter.h"
#include "wire/envelope.h"
#include "wire/start.h"

enum { ARENA_MAX = 64 << 20, FILE_MAX = 1 << 20, FINDINGS_SHOWN = 5 };

/* What became of one failure; the first and the last three are exit statuses of the child. */
enum outcome { PASSED, ENDED, DEFINED, LEAKED, UNDEFINED };

static void (*end_at)(unsigned long number);
static bool (*has_fired)(void);
static long (*live)(void);

static struct wire_schemas *schemas;
static struct adapter *adapter;
enum { SUITES = 2 };
static const struct {
    enum suite suite;
    const char *name;
} suites[SUITES] = {{SUITE_ECDSA, "ecdsa"}, {SUITE_GM, "gm"}};
static struct signer *signers[SUITES];
static struct verifier *verifiers[SUITES];
static struct text sealed[SUITES];
static struct text national, dialect;
static struct message message;
static struct adapter_message pushed;

/* Every act says by `result` what came of it, for comparison; empty if that is different each
 * time. */
typedef bool act_function(struct arena *arena, struct text *result, struct error *err);

static bool encoded(const struct record *record, struct arena *arena, struct text *result,
                    struct error *err)
{
    size_t size = record_encoded_size(record);
    struct buffer buffer = buffer_over(arena_alloc(arena, size), size);

    if (buffer.at == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a result");
    record_encode(record, &buffer);
    *result = buffer_as_text(&buffer);
    return true;
}

static bool read_document(struct arena *arena, struct text *result, struct error *err)
{
    struct document *document = NULL;
    struct record *root = NULL;
    bool ok = document_parse(national, NULL, &document, err) &&
              schema_check(wire_schemas_national(schemas, FLOW_PENSION_EMPLOYEE), document,
                           err) &&
              codec_read(document, arena, &root, err);

    document_free(document);
    return ok && encoded(root, arena, result, err);
}

static bool write_document(struct arena *arena, struct text *result, struct error *err)
{
    struct document *document = NULL;
    bool ok = codec_check_national(schemas, FLOW_PENSION_EMPLOYEE, message.body, err) &&
              codec_write(message.body, flow_namespace(FLOW_PENSION_EMPLOYEE), &document,
                          err) &&
              document_write(document, arena, result, err);

    document_free(document);
    return ok;
}

static bool seal_message(struct arena *arena, struct text *result, struct error *err)
{
    *result = TEXT_NONE;
    return envelope_seal(schemas, &message, signers[0], arena, &(struct text){0}, err);
}

static bool open_message(size_t suite, struct arena *arena, struct text *result,
                         struct error *err)
{
    const struct verifier *const pins[] = {verifiers[suite]};
    const struct verifier *used;
    enum envelope_stage stage;
    struct message opened;

    return envelope_open(schemas, NULL, sealed[suite], pins, 1, arena, &opened, &used, &stage,
                         err) &&
           encoded(opened.body, arena, result, err);
}

static bool open_ecdsa(struct arena *arena, struct text *result, struct error *err)
{
    return open_message(0, arena, result, err);
}

static bool open_gm(struct arena *arena, struct text *result, struct error *err)
{
    return open_message(1, arena, result, err);
}

static bool read_dialect(struct arena *arena, struct text *result, struct error *err)
{
    struct adapter_message taken;

    return adapter_read(adapter, FROM_CORE, dialect, arena, &taken, err) &&
           encoded(taken.body, arena, result, err);
}

static bool write_dialect(struct arena *arena, struct text *result, struct error *err)
{
    struct adapter_message given = pushed;

    return adapter_write(adapter, TO_CORE, &given, arena, result, err);
}

static const struct {
    const char *name;
    act_function *run;
    unsigned leaks_known; /* of the libraries below */
} acts[] = {{"a national document is read", read_document, 0},
            {"a national document is written", write_document, 0},
            {"a message is sealed", seal_message, 0},
            {"a message with ECDSA is opened", open_ecdsa, 0},
            {"a message with SM2 is opened", open_gm, 1}, /* OpenSSL, fetching SM3 */
            {"a dialect is read", read_dialect, 0},
            {"a dialect is written", write_dialect, 0}};

/* --- one act ------------------------------------------------------------------------------ */

struct trial {
    struct arena *kept;
    struct text expected;
    unsigned long number; /* of the allocation that fails */
    unsigned findings;
};

static void found(struct trial *trial, const char *what, const struct error *err)
{
    if (trial->findings++ < FINDINGS_SHOWN)
        printf("  allocation %lu: %s %s %s (%s:%d)\n", trial->number, what,
               err == NULL ? "" : error_name(err->code), err == NULL ? "" : err->text,
               err == NULL || err->file == NULL ? "" : err->file, err == NULL ? 0 : err->line);
}

/* true if the act met its failure. */
static bool run_once(struct trial *trial, act_function *act, unsigned long number)
{
    struct error err = ERROR_INIT;
    struct text result = TEXT_NONE;
    struct arena *arena;
    bool ok, met;

    trial->number = number;
    end_at(number);
    arena = arena_new(ARENA_MAX);
    ok = arena != NULL && act(arena, &result, &err);
    met = has_fired();
    if (ok && trial->expected.at != NULL && !text_equal(result, trial->expected))
        found(trial, "another result", NULL);
    if (ok && trial->expected.at == NULL)
        trial->expected = arena_copy(trial->kept, result);
    if (!ok && !met)
        found(trial, "fails without a failure", &err);
    if (!ok && met && arena != NULL && error_http(err.code) != 503)
        found(trial, "a verdict about the bytes:", &err);
    arena_free(arena);
    ERR_clear_error();
    return met;
}

/* In the child: the failure, and once more without it. */
static int run_child(struct trial *trial, act_function *act, unsigned long number)
{
    long before = live();
    unsigned findings = trial->findings;
    bool met = run_once(trial, act, number);

    if (met)
        run_once(trial, act, 0);
    fflush(stdout);
    if (live() > before)
        return LEAKED;
    return !met ? PASSED : trial->findings == findings ? DEFINED : UNDEFINED;
}

static unsigned try_act(const char *name, act_function *act, unsigned leaks_known)
{
    struct trial trial = {.kept = arena_new(ARENA_MAX)};
    unsigned counts[UNDEFINED + 1] = {0};
    unsigned bad;
    int status = 0;

    for (int i = 0; i < 3; i++) /* libraries keep what they need once */
        run_once(&trial, act, 0);
    for (unsigned long number = 1; counts[PASSED] == 0; number++) {
        pid_t child;

        fflush(stdout);
        child = fork();
        if (child == 0)
            _exit(run_child(&trial, act, number));
        if (child < 0 || waitpid(child, &status, 0) != child)
            exit(2);
        if (WIFEXITED(status) && WEXITSTATUS(status) == error_exit(ERROR_MEMORY))
            counts[ENDED]++;
        else if (WIFEXITED(status) && WEXITSTATUS(status) <= UNDEFINED)
            counts[WEXITSTATUS(status)]++;
        else if (counts[UNDEFINED]++ < FINDINGS_SHOWN)
            printf("  allocation %lu: the process died\n", number);
        trial.findings = counts[UNDEFINED];
    }
    bad = counts[UNDEFINED] + (counts[LEAKED] > leaks_known ? counts[LEAKED] : 0);
    printf("%s - memory ends while %s: %u times an error or no matter, %u times the end",
           bad == 0 ? "ok" : "FAIL", name, counts[DEFINED], counts[ENDED]);
    printf(bad == 0 ? "\n" : ", %u times worse\n", bad);
    arena_free(trial.kept);
    return bad;
}

/* --- the stage ---------------------------------------------------------------------------- */

static void need(bool ok, const struct error *err)
{
    if (ok)
        return;
    fprintf(stderr, "memory_ends: %s\n", err->text);
    exit(2);
}

static void *symbol(const char *name)
{
    void *found = dlsym(RTLD_DEFAULT, name);

    if (found == NULL) {
        fprintf(stderr, "memory_ends: run it under memory.so\n");
        exit(2);
    }
    return found;
}

static void find_library(void)
{
    void *found = symbol("memory_fail_at");
    memcpy(&end_at, &found, sizeof(found));
    found = symbol("memory_fired");
    memcpy(&has_fired, &found, sizeof(found));
    found = symbol("memory_live");
    memcpy(&live, &found, sizeof(found));
}

static void set_keys(const char *folder, struct arena *arena)
{
    struct error err = ERROR_INIT;

    for (size_t i = 0; i < SUITES; i++) {
        const char *key = arena_format(arena, "%s/hrss.440000.%s.key", folder, suites[i].name);
        const char *certificate = arena_format(arena, "%s/hrss.440000.%s.crt", folder,
                                               suites[i].name);

        need(signer_load(suites[i].suite, key, certificate, NULL, &signers[i], &err) &&
                 verifier_load(suites[i].suite, certificate, NULL, NULL, &verifiers[i], &err) &&
                 envelope_seal(schemas, &message, signers[i], arena, &sealed[i], &err),
             &err);
    }
}

static void set_documents(struct arena *arena)
{
    struct error err = ERROR_INIT;
    struct document *document = NULL;
    struct record *body = NULL;

    need(file_read(arena, "tests/demo/cases/form-first/form.xml", FILE_MAX, &national, &err) &&
             file_read(arena, "adapters/guizhou-core/examples/application.theirs.xml", FILE_MAX,
                       &dialect, &err) &&
             document_parse(national, NULL, &document, &err) &&
             codec_read(document, arena, &body, &err),
         &err);
    document_free(document);
    message = (struct message){.from = "hrss.440000",
                               .to = "hrss.520000",
                               .flow = FLOW_PENSION_EMPLOYEE,
                               .action = ACTION_FORM,
                               .revision = 1,
                               .sent_at = {1772413200000},
                               .body = body};
    message.message_id = uuid_v7(message.sent_at, (const uint8_t *)"0123456789");
    message.case_id = uuid_v7(message.sent_at, (const uint8_t *)"9876543210");
    pushed = (struct adapter_message){.flow = FLOW_PENSION_EMPLOYEE,
                                      .action = ACTION_FORM,
                                      .revision = 1,
                                      .local_key = TEXT("GZ20260302000001"),
                                      .body = body};
}

static void set_stage(const char *folder, struct arena *arena)
{
    struct error err = ERROR_INIT;

    need(digest_setup(&err) && wire_start(&err) &&
             wire_schemas_load("schemas", &schemas, &err) &&
             adapter_load("adapters/guizhou-core", schemas, &adapter, &err),
         &err);
    set_documents(arena);
    set_keys(folder, arena);
}

int main(int argc, char **argv)
{
    struct arena *arena = arena_new(ARENA_MAX);
    unsigned findings = 0;

    if (argc != 2 || arena == NULL)
        return 2;
    find_library();
    set_stage(argv[1], arena);
    for (size_t i = 0; i < COUNT_OF(acts); i++)
        findings += try_act(acts[i].name, acts[i].run, acts[i].leaks_known);
    return findings == 0 ? 0 : 1;
}

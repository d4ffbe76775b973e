/*
 * envelope_fixture.h - what the tests of the envelope share: keys of two parties in two suites,
 * made anew in a temporary folder, the schemas, and an arena for each test.
 */
#ifndef SUPPORT_ENVELOPE_FIXTURE_H
#define SUPPORT_ENVELOPE_FIXTURE_H

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "wire/envelope.h"
#include "wire/start.h"

enum { ARENA_MAX = 64 * 1024 * 1024, FILE_MAX = 1024 * 1024, SUITES = 2 };

static const char *const suites[SUITES] = {"ecdsa", "gm"};

static char folder[256];
static struct wire_schemas *schemas;
static struct signer *signers[SUITES]; /* of 520000 */
static struct verifier *verifiers[SUITES];
static struct verifier *strangers[SUITES]; /* of 440000 */

struct fixture {
    struct arena *arena;
    struct error err;
    struct message message;
    const struct verifier *used;
    enum envelope_stage stage;
};

/* cmocka's fail_msg does not go together with base/error.h. */
static inline void stop(const char *what, const char *why)
{
    print_error("%s: %s\n", what, why);
    _fail(__FILE__, __LINE__);
}

/* --- keys --------------------------------------------------------------------------------- */

static inline const char *key_path(const char *party, const char *suite, const char *kind,
                                   char path[512])
{
    snprintf(path, 512, "%s/%s.%s.%s", folder, party, suite, kind);
    return path;
}

static inline bool load_suite(size_t i, struct error *err)
{
    char key[512], certificate[512];
    enum suite suite;

    return suite_parse(text_of(suites[i]), &suite) &&
           signer_load(suite, key_path("hrss.520000", suites[i], "key", key),
                       key_path("hrss.520000", suites[i], "crt", certificate), NULL,
                       &signers[i], err) &&
           verifier_load(suite, certificate, NULL, NULL, &verifiers[i], err) &&
           verifier_load(suite, key_path("hrss.440000", suites[i], "crt", certificate), NULL,
                         NULL, &strangers[i], err);
}

static inline int open_all(void **state)
{
    const char *temporary = getenv("TMPDIR");
    char command[512];
    struct error err = ERROR_INIT;

    (void)state;
    snprintf(folder, sizeof(folder), "%s/wire_envelope_XXXXXX",
             temporary == NULL ? "/tmp" : temporary);
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(command, sizeof(command), "sh certs/make-certs.sh '%s' hrss.520000 hrss.440000",
             folder);
    if (system(command) != 0 || !wire_start(&err) ||
        !wire_schemas_load("schemas", &schemas, &err) || !load_suite(0, &err) ||
        !load_suite(1, &err)) {
        print_error("%s\n", err.text);
        return -1;
    }
    return 0;
}

static inline int close_all(void **state)
{
    char command[512];

    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        signer_free(signers[i]);
        verifier_free(verifiers[i]);
        verifier_free(strangers[i]);
    }
    wire_schemas_free(schemas);
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command) == 0 ? 0 : -1;
}

static inline int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    if (fixture == NULL)
        return -1;
    fixture->arena = arena_new(ARENA_MAX);
    *state = fixture;
    return fixture->arena == NULL ? -1 : 0;
}

static inline int teardown(void **state)
{
    struct fixture *fixture = *state;

    arena_free(fixture->arena);
    free(fixture);
    return 0;
}

/* --- helpers ------------------------------------------------------------------------------ */

static inline struct text load(struct fixture *fixture, const char *path)
{
    struct text bytes;

    if (!file_read(fixture->arena, path, FILE_MAX, &bytes, &fixture->err))
        stop(path, fixture->err.text);
    return bytes;
}

static inline struct record *load_body(struct fixture *fixture, const char *name)
{
    struct document *document = NULL;
    struct record *root = NULL;
    char path[256];

    snprintf(path, sizeof(path), "tests/data/national/%s.xml", name);
    if (!document_parse(load(fixture, path), NULL, &document, &fixture->err) ||
        !codec_read(document, fixture->arena, &root, &fixture->err))
        stop(path, fixture->err.text);
    document_free(document);
    return root;
}

static inline bool open_with(struct fixture *fixture, struct text bytes,
                             const struct verifier *const pins[], size_t pin_count,
                             size_t size_max)
{
    const struct envelope_limits limits = {.size_max = size_max};

    fixture->err.code = ERROR_NONE;
    return envelope_open(schemas, &limits, bytes, pins, pin_count, fixture->arena,
                         &fixture->message, &fixture->used, &fixture->stage, &fixture->err);
}

static inline bool open_bytes(struct fixture *fixture, struct text bytes)
{
    const struct verifier *const pins[] = {strangers[1], verifiers[1], strangers[0],
                                           verifiers[0]};

    return open_with(fixture, bytes, pins, COUNT_OF(pins), 0);
}

/* The XML as it is, signed: what a partner with a program of its own might send. */
static inline struct text sign_text(struct fixture *fixture, struct text xml)
{
    struct document *document = NULL;
    struct text bytes = TEXT_NONE;

    if (!document_parse(xml, NULL, &document, &fixture->err) ||
        !signature_sign(document, signers[0], &fixture->err) ||
        !document_write(document, fixture->arena, &bytes, &fixture->err))
        stop("signing", fixture->err.text);
    document_free(document);
    return bytes;
}

/* `from` with the first `old` replaced by `new`. */
static inline struct text replaced(struct fixture *fixture, struct text from, const char *old,
                                   const char *new)
{
    const char *at = memmem(from.at, from.size, old, strlen(old));
    size_t size = from.size - strlen(old) + strlen(new);
    struct buffer buffer = buffer_over(arena_alloc(fixture->arena, size), size);

    if (at == NULL)
        stop("not in the template", old);
    buffer_bytes(&buffer, from.at, (size_t)(at - from.at));
    buffer_string(&buffer, new);
    buffer_bytes(&buffer, at + strlen(old), from.size - (size_t)(at - from.at) - strlen(old));
    assert_false(buffer.overflow);
    return buffer_as_text(&buffer);
}

static inline struct message letter_message(struct fixture *fixture)
{
    struct message message = {
        .from = "hrss.520000",
        .to = "hrss.440000",
        .flow = FLOW_PENSION_EMPLOYEE,
        .action = ACTION_LETTER,
        .revision = 1,
        .body = load_body(fixture, "letter"),
    };

    assert_true(instant_parse(TEXT("2026-03-02T09:00:00.123+08:00"), &message.sent_at));
    message.message_id = uuid_v7(message.sent_at, (const uint8_t *)"0123456789");
    message.case_id = uuid_v7(message.sent_at, (const uint8_t *)"9876543210");
    return message;
}

static inline void assert_same_message(const struct message *a, const struct message *b)
{
    assert_true(uuid_equal(&a->message_id, &b->message_id));
    assert_true(uuid_equal(&a->case_id, &b->case_id));
    assert_true(uuid_equal(&a->in_reply_to, &b->in_reply_to));
    assert_string_equal(a->from, b->from);
    assert_string_equal(a->to, b->to);
    assert_int_equal(a->flow, b->flow);
    assert_int_equal(a->action, b->action);
    assert_int_equal(a->revision, b->revision);
    assert_int_equal(a->sent_at.ms, b->sent_at.ms);
    assert_int_equal(a->answer_by.ms, b->answer_by.ms);
    assert_true(text_equal(a->checkpoint, b->checkpoint));
    assert_true(record_equal(a->body, b->body));
}

#endif

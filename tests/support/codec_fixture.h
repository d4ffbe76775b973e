/*
 * codec_fixture.h - what the tests of the codec share: the schemas, and an arena for each test.
 */
#ifndef SUPPORT_CODEC_FIXTURE_H
#define SUPPORT_CODEC_FIXTURE_H

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "wire/codec.h"
#include "wire/start.h"

enum { ARENA_MAX = 64 * 1024 * 1024, FILE_MAX = 1024 * 1024 };

static struct wire_schemas *schemas;

struct fixture {
    struct arena *arena;
    struct error err;
};

/* cmocka's fail_msg does not go together with base/error.h. */
static inline void stop(const char *what, const char *why)
{
    print_error("%s: %s\n", what, why);
    _fail(__FILE__, __LINE__);
}

static inline int open_schemas(void **state)
{
    struct error err = ERROR_INIT;

    (void)state;
    return wire_start(&err) && wire_schemas_load("schemas", &schemas, &err) ? 0 : -1;
}

static inline int close_schemas(void **state)
{
    (void)state;
    wire_schemas_free(schemas);
    return 0;
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

static inline struct document *parse(struct fixture *fixture, struct text bytes)
{
    struct document *document = NULL;

    if (!document_parse(bytes, NULL, &document, &fixture->err))
        stop("error", fixture->err.text);
    return document;
}

static inline struct text load(struct fixture *fixture, const char *name)
{
    char path[256];
    struct text bytes;

    snprintf(path, sizeof(path), "tests/data/national/%s.xml", name);
    if (!file_read(fixture->arena, path, FILE_MAX, &bytes, &fixture->err))
        stop("error", fixture->err.text);
    return bytes;
}

static inline bool read_text(struct fixture *fixture, struct text bytes, struct record **root)
{
    struct document *document = parse(fixture, bytes);
    bool ok = codec_read(document, fixture->arena, root, &fixture->err);

    document_free(document);
    return ok;
}

/* Document to record to document to record, and the record's own bytes: nothing is lost. */
static inline void check_round_trip(struct fixture *fixture, const struct record *first)
{
    struct document *written = NULL;
    struct record *second = NULL, *third = NULL;
    struct text bytes;
    size_t size = record_encoded_size(first);
    struct buffer buffer = buffer_over(arena_alloc(fixture->arena, size), size);

    assert_true(codec_write(first, "urn:qiantong:pension:1", &written, &fixture->err));
    assert_true(text_is(document_root_namespace(written), "urn:qiantong:pension:1"));
    assert_true(document_write(written, fixture->arena, &bytes, &fixture->err));
    document_free(written);
    assert_true(read_text(fixture, bytes, &second));
    assert_true(record_equal(first, second));
    record_encode(first, &buffer);
    assert_false(buffer.overflow);
    assert_true(record_decode(fixture->arena, buffer_as_text(&buffer), &third, &fixture->err));
    assert_true(record_equal(first, third));
}

#endif

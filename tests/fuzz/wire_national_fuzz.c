/* wire_national_fuzz.c - the national form: what its schema accepts is a record that still
 * passes when it is written anew. */
#include "fuzz.h"

#include "wire/codec.h"
#include "wire/start.h"

enum { SHORT_RUNS = 6000 };

static struct wire_schemas *schemas;

bool fuzz_open(struct error *err)
{
    return wire_start(err) && wire_schemas_load("schemas", &schemas, err);
}

void fuzz_seeds(void)
{
    fuzz_seed_files(-1, "tests/data/national/*.xml");
    fuzz_seed_files(-1, "tests/data/national/bad/*.xml");
}

static void hold_round_trip(const struct record *root, struct arena *arena)
{
    struct document *written = NULL;
    struct record *again = NULL;
    struct error err = ERROR_INIT;

    fuzz_hold(codec_write(root, flow_namespace(FLOW_PENSION_EMPLOYEE), &written, &err),
              "what was accepted can be written");
    fuzz_hold(
        schema_check(wire_schemas_national(schemas, FLOW_PENSION_EMPLOYEE), written, &err),
        "what was written passes the schema");
    fuzz_hold(codec_read(written, arena, &again, &err) && record_equal(root, again),
              "and is the same record");
    fuzz_hold(codec_check_national(schemas, FLOW_PENSION_EMPLOYEE, again, &err),
              "which passes by itself");
    document_free(written);
}

void fuzz_input(struct text input, struct arena *arena)
{
    struct document *document = NULL;
    struct record *root = NULL;
    struct error err = ERROR_INIT;
    const struct schema *schema = wire_schemas_national(schemas, FLOW_PENSION_EMPLOYEE);

    if (!document_parse(input, NULL, &document, &err) || !schema_check(schema, document, &err))
        fuzz_hold_private(input, &err);
    else if (codec_read(document, arena, &root, &err))
        hold_round_trip(root, arena);
    else
        fuzz_hold_private(input, &err);
    document_free(document);
}

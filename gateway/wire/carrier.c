/* carrier.c - which kind of frame a document stands in. */
#include "wire/carrier.h"

#include <string.h>

#include "wire/carrier_internal.h"
#include "wire/codec.h"

/* A schema describes elements; what came as JSON is the same tree. */
static bool check_tree(const struct schema *dialect, const struct record *root,
                       struct error *err)
{
    struct document *document = NULL;
    bool ok;

    if (dialect == NULL)
        return true;
    ok = codec_write(root, NULL, &document, err) && schema_check(dialect, document, err);
    document_free(document);
    return ok;
}

static bool read_soap(const struct carrier *carrier, const struct schema *dialect,
                      struct text bytes, struct arena *arena, struct carrier_content *content,
                      struct error *err)
{
    struct text inner;

    if (!carrier_soap_open(carrier, bytes, arena, content, &inner, err))
        return false;
    return content->fault.size > 0 ||
           carrier_xml_read(carrier, dialect, inner, arena, &content->root, err);
}

bool carrier_read(const struct carrier *carrier, const struct schema *dialect,
                  struct text bytes, struct arena *arena, struct carrier_content *content,
                  struct error *err)
{
    *content = (struct carrier_content){.root = NULL};
    if (bytes.size > carrier->size_max)
        return fail(err, ERROR_SIZE, "%zu bytes, the limit is %zu", bytes.size,
                    carrier->size_max);
    switch (carrier->kind) {
    case CARRIER_SOAP_BASE64:
        return read_soap(carrier, dialect, bytes, arena, content, err);
    case CARRIER_JSON:
        return carrier_json_read(carrier, bytes, arena, &content->root, err) &&
               check_tree(dialect, content->root, err);
    default:
        return carrier_xml_read(carrier, dialect, bytes, arena, &content->root, err);
    }
}

bool carrier_write(const struct carrier *carrier, const struct carrier_frame *frame,
                   const struct record *root, struct arena *arena, struct text *bytes,
                   struct error *err)
{
    struct text inner;
    bool ok;

    switch (carrier->kind) {
    case CARRIER_SOAP_BASE64:
        ok = carrier_xml_write(carrier, root, arena, &inner, err) &&
             carrier_soap_wrap(carrier, frame, inner, arena, bytes, err);
        break;
    case CARRIER_JSON:
        ok = carrier_json_write(carrier, frame->plan, root, arena, bytes, err);
        break;
    default:
        ok = carrier_xml_write(carrier, root, arena, bytes, err);
    }
    if (ok && bytes->size > carrier->size_max)
        return fail(err, ERROR_SIZE, "the document takes %zu bytes, %zu are agreed",
                    bytes->size, carrier->size_max);
    return ok;
}

/*
 * codec.h - XML elements to neutral records and back; the national form's schemas.
 *
 * The only door between a parsed document and the rest of the program. Reading takes the tree
 * that was verified, never a second parse. A leaf is read only if it holds exactly one text
 * (CDATA counts as text); attributes, mixed content and names beyond the bounds are refused, so
 * that nothing is dropped silently.
 */
#ifndef WIRE_CODEC_H
#define WIRE_CODEC_H

#include "base/arena.h"
#include "base/error.h"
#include "core/names.h"
#include "core/record.h"
#include "wire/document.h"
#include "wire/schema.h"

/* The root element (for national and dialect documents alike). Namespace, if the root has one,
 * is expected on every element; names become record names without it. ERROR_SHAPE, ERROR_DEPTH.
 */
MUST_USE bool codec_read(const struct document *document, struct arena *arena,
                         struct record **root, struct error *err);
/* Likewise, for dialects that use attributes: each becomes a leaf "@name" before the element's
 * other children, and text beside attributes a leaf CODEC_TEXT. Attributes of a namespace are
 * refused (ERROR_SHAPE). */
#define CODEC_TEXT "."
MUST_USE bool codec_read_attributes(const struct document *document, struct arena *arena,
                                    struct record **root, struct error *err);
/* A new document with this root in namespace `space` (NULL: none). Values must be XML
 * characters (no C0 controls, surrogates, U+FFFE/F): ERROR_VALUE with the field's name. Leaves
 * "@name" and CODEC_TEXT become what codec_read_attributes makes them of. */
MUST_USE bool codec_write(const struct record *root, const char *space,
                          struct document **document, struct error *err);

/* The schemas of the wire, loaded once at start and shared read-only. */
struct wire_schemas;
/* `folder` holds envelope.xsd and national/<family>.xsd. */
MUST_USE bool wire_schemas_load(const char *folder, struct wire_schemas **schemas,
                                struct error *err);
void wire_schemas_free(struct wire_schemas *schemas);
const struct schema *wire_schemas_envelope(const struct wire_schemas *schemas);
/* By flow; NULL if the flow has no national schema. */
const struct schema *wire_schemas_national(const struct wire_schemas *schemas, unsigned flow);

/* Does this record follow the national schema of its flow? ERROR_SCHEMA with element and
 * reason, ERROR_UNKNOWN_FLOW. Used where a record did not come from a checked document. */
MUST_USE bool codec_check_national(const struct wire_schemas *schemas, unsigned flow,
                                   const struct record *root, struct error *err);
/* Every leaf path that the national schema allows below the document `root_name`, for the
 * coverage of mappings: calls visit("rows/row/year", optional) once per leaf, in order;
 * optional: a valid document may lack it, also because a group or row around it is missing.
 * Stops, with true, when visit returns false. ERROR_UNKNOWN_FLOW: no such flow or document. */
typedef bool codec_visit_leaf(void *self, const char *path, bool optional);
MUST_USE bool codec_national_leaves(const struct wire_schemas *schemas, unsigned flow,
                                    const char *root_name, codec_visit_leaf *visit, void *self,
                                    struct error *err);
/* Likewise every group: visit("rows", false), visit("rows/row", true). */
MUST_USE bool codec_national_groups(const struct wire_schemas *schemas, unsigned flow,
                                    const char *root_name, codec_visit_leaf *visit, void *self,
                                    struct error *err);

#endif

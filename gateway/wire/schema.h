/*
 * schema.h - XML schemas: loaded once, then shared by all threads, read-only.
 *
 * schema_load works before and after wire_start closed the doors: it reads only files below the
 * folder of the schema itself. Messages of the validator hold values of the document, so they
 * are dropped; an error names the element, the line and a constant reason.
 */
#ifndef WIRE_SCHEMA_H
#define WIRE_SCHEMA_H

#include "base/error.h"
#include "wire/document.h"

struct schema;
struct _xmlNode;

/* Imports and includes are followed below the same folder. ERROR_CONFIG with file, line and the
 * library's reason (schemas are our own files); ERROR_MEMORY. After wire_start. */
MUST_USE bool schema_load(const char *path, struct schema **schema, struct error *err);
void schema_free(struct schema *schema); /* takes NULL */

/* ERROR_SCHEMA: "element X, line N: reason" of the first finding; ERROR_MEMORY. */
MUST_USE bool schema_check(const struct schema *schema, const struct document *document,
                           struct error *err);
/* The same for one element as if it were the root of a document of its own; the rest of its
 * document is not looked at. For the other files of wire/. */
MUST_USE bool schema_check_subtree(const struct schema *schema, struct _xmlNode *element,
                                   struct error *err);

#endif

/*
 * carrier.h - how a dialect's documents are framed: bytes to a tree of fields and back.
 *
 *   xml          plain XML, in UTF-8 or in GB18030 under whatever label the dialect writes (a
 *                core that declares GBK gets GBK declared, in bytes of GB18030, which contains
 * it) soap-base64  a SOAP 1.1 or 1.2 envelope in UTF-8 around one operation element with one
 *                argument: base64 of an XML document as above
 *   json         one JSON object in UTF-8: objects are groups, the elements of an array are
 *                rows, numbers keep the digits they were written with, null is absent
 *
 * What a name, an operation or a number means is the adapter's question.
 */
#ifndef WIRE_CARRIER_H
#define WIRE_CARRIER_H

#include "base/arena.h"
#include "base/error.h"
#include "core/record.h"
#include "wire/document.h"
#include "wire/mapping.h"
#include "wire/schema.h"

#define CARRIER_LABEL_SIZE 24
#define CARRIER_JSON_ROOT  "object" /* JSON's root has no name of its own */

enum { CARRIER_SOAP_SIZE_MAX = 10 * 1000 * 1000 }; /* one text cannot be longer in XML */

enum carrier_kind { CARRIER_XML, CARRIER_SOAP_BASE64, CARRIER_JSON };
enum carrier_standalone { STANDALONE_UNSAID, STANDALONE_YES, STANDALONE_NO };

struct carrier_soap {
    bool version_12;   /* written; both are read */
    const char *space; /* namespace of the operation elements; NULL: none */
    bool qualified;    /* the argument element is in it, too; when read, either will do */
};

struct carrier {
    enum carrier_kind kind;
    enum encoding encoding;
    char label[CARRIER_LABEL_SIZE]; /* of the declaration; empty: no declaration is written */
    enum carrier_standalone standalone;
    bool indented;   /* one element a line, two blanks a level; else nothing between elements */
    bool attributes; /* XML attributes are fields, "@name"; else they are refused */
    size_t size_max; /* bytes, both ways */
    struct carrier_soap soap;
};

/* What was read. Memory is the arena's. */
struct carrier_content {
    struct record *root;   /* NULL: a SOAP Fault */
    struct text operation; /* soap-base64: name of the element in Body */
    struct text fault;     /* of a SOAP Fault: its code without a prefix, "Server" */
};

/* How one message is framed. */
struct carrier_frame {
    const char *operation; /* soap-base64: element in Body */
    const char *argument;  /* and the one in it */
    /* json: which names are arrays, and which values stand without quotes */
    const struct mapping_plan *plan;
};

/*
 * XML is read with the dialect's encoding where the bytes do not declare one, and checked
 * against `dialect` (NULL: no schema). Errors are document_parse's, codec_read's and
 * schema_check's, and
 *   SHAPE     SOAP: no envelope with one operation with one argument; JSON: no object at the
 *             top, an array in an array, a name that is no name or stands twice
 *   VALUE     not base64 (with the argument's name); a JSON number with an exponent, a NUL
 *   ENCODING  JSON: not UTF-8, a byte order mark, half a surrogate pair
 *   PARSE     not JSON
 *   DEPTH     JSON: nested too deeply, too many members
 * A SOAP Fault is read: it is for the caller to see that nothing else was.
 */
MUST_USE bool carrier_read(const struct carrier *carrier, const struct schema *dialect,
                           struct text bytes, struct arena *arena,
                           struct carrier_content *content, struct error *err);
/* ERROR_SIZE over size_max, ERROR_ENCODING, ERROR_VALUE (a value without quotes that is no
 * number and no truth), ERROR_MEMORY. Other values were checked before (wire/mapping_value.h).
 */
MUST_USE bool carrier_write(const struct carrier *carrier, const struct carrier_frame *frame,
                            const struct record *root, struct arena *arena, struct text *bytes,
                            struct error *err);

#endif

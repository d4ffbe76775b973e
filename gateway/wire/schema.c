/* schema.c - libxml2's validator with its mouth shut. */
#include "wire/schema.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/tree.h>
#include <libxml/xmlschemas.h>

#include "wire/document_internal.h"
#include "wire/loader.h"
#include "wire/start.h"

enum { NAME_SHOWN_MAX = 64 };

struct schema {
    xmlSchemaPtr xml;
};

/* The first thing that went wrong; later ones usually follow from it. */
struct finding {
    bool set;
    int code;
    int line;
    char name[NAME_SHOWN_MAX + 1]; /* element or attribute, when validating */
    char file[NAME_SHOWN_MAX + 1]; /* the rest when loading a schema only */
    char text[160];                /* the library's words */
};

#if LIBXML_VERSION >= 21200
typedef const xmlError *library_error;
#else
typedef xmlErrorPtr library_error;
#endif

/* --- loading ------------------------------------------------------------------------------ */

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static void note_load_error(void *self, library_error error)
{
    struct finding *finding = self;

    if (finding->set || error == NULL)
        return;
    finding->set = true;
    finding->code = error->code;
    finding->line = error->line;
    snprintf(finding->file, sizeof(finding->file), "%s",
             error->file == NULL ? "" : file_name(error->file));
    snprintf(finding->text, sizeof(finding->text), "%s",
             error->message == NULL ? "no reason given" : error->message);
    finding->text[strcspn(finding->text, "\r\n")] = '\0';
}

static bool parse_schema(const char *path, xmlSchemaPtr *xml, struct error *err)
{
    struct finding finding = {.set = false};
    xmlSchemaParserCtxtPtr context = xmlSchemaNewParserCtxt(path);

    if (context == NULL)
        return fail(err, ERROR_MEMORY, "no memory to load a schema");
    xmlSchemaSetParserStructuredErrors(context, note_load_error, &finding);
    xmlSetStructuredErrorFunc(&finding, note_load_error); /* of the XML parser below it */
    *xml = xmlSchemaParse(context);
    wire_thread_start();
    xmlSchemaFreeParserCtxt(context);
    /* a schema with a finding may still come back, weaker than it was meant */
    if (*xml != NULL && !finding.set)
        return true;
    xmlSchemaFree(*xml);
    *xml = NULL;
    return fail(err, ERROR_CONFIG, "schema %s, line %d: %s",
                finding.file[0] == '\0' ? file_name(path) : finding.file, finding.line,
                finding.set ? finding.text : "cannot be read");
}

bool schema_load(const char *path, struct schema **schema, struct error *err)
{
    char full[PATH_MAX];
    char folder[PATH_MAX];
    xmlSchemaPtr xml = NULL;
    bool ok;

    *schema = NULL;
    if (realpath(path, full) == NULL)
        return fail(err, ERROR_CONFIG, "schema %s: cannot be read", file_name(path));
    memcpy(folder, full, strlen(full) + 1);
    *strrchr(folder, '/') = '\0';
    loader_open(folder);
    ok = parse_schema(full, &xml, err);
    loader_close();
    if (!ok)
        return false;
    *schema = malloc(sizeof(**schema));
    if (*schema == NULL) {
        xmlSchemaFree(xml);
        return fail(err, ERROR_MEMORY, "no memory to load a schema");
    }
    (*schema)->xml = xml;
    return true;
}

void schema_free(struct schema *schema)
{
    if (schema == NULL)
        return;
    xmlSchemaFree(schema->xml);
    free(schema);
}

/* --- checking ----------------------------------------------------------------------------- */

/* Constant words for the validator's numbers; its own words quote values. */
static const struct {
    int code;
    const char *reason;
} reasons[] = {
    {XML_SCHEMAV_CVC_ELT_1, "no such element"},
    {XML_SCHEMAV_ELEMENT_CONTENT, "element missing, repeated or out of place"},
    {XML_SCHEMAV_CVC_COMPLEX_TYPE_2_1, "must be empty"},
    {XML_SCHEMAV_CVC_COMPLEX_TYPE_2_2, "must hold text only"},
    {XML_SCHEMAV_CVC_COMPLEX_TYPE_2_3, "must not hold text"},
    {XML_SCHEMAV_CVC_COMPLEX_TYPE_2_4, "element missing, repeated or out of place"},
    {XML_SCHEMAV_CVC_COMPLEX_TYPE_3_1, "attribute has another value than fixed"},
    {XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_1, "attribute not allowed"},
    {XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_2, "attribute not allowed"},
    {XML_SCHEMAV_CVC_COMPLEX_TYPE_4, "attribute missing"},
    {XML_SCHEMAV_CVC_TYPE_3_1_1, "attributes not allowed"},
    {XML_SCHEMAV_CVC_TYPE_3_1_2, "must hold text only"},
    {XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_1, "value is not of its type"},
    {XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_2, "value is not of its type"},
    {XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_3, "value is not of its type"},
    {XML_SCHEMAV_CVC_LENGTH_VALID, "value has the wrong length"},
    {XML_SCHEMAV_CVC_MINLENGTH_VALID, "value is too short"},
    {XML_SCHEMAV_CVC_MAXLENGTH_VALID, "value is too long"},
    {XML_SCHEMAV_CVC_MININCLUSIVE_VALID, "value is too small"},
    {XML_SCHEMAV_CVC_MINEXCLUSIVE_VALID, "value is too small"},
    {XML_SCHEMAV_CVC_MAXINCLUSIVE_VALID, "value is too large"},
    {XML_SCHEMAV_CVC_MAXEXCLUSIVE_VALID, "value is too large"},
    {XML_SCHEMAV_CVC_TOTALDIGITS_VALID, "value has too many digits"},
    {XML_SCHEMAV_CVC_FRACTIONDIGITS_VALID, "value has too many decimals"},
    {XML_SCHEMAV_CVC_PATTERN_VALID, "value does not fit its pattern"},
    {XML_SCHEMAV_CVC_ENUMERATION_VALID, "value is not in its list"},
    {XML_SCHEMAV_CVC_FACET_VALID, "value is outside its bounds"},
    {XML_SCHEMAV_CVC_ELT_5_2_2_2_1, "value differs from the fixed one"},
    {XML_SCHEMAV_CVC_ELT_5_2_2_2_2, "value differs from the fixed one"},
    {XML_SCHEMAV_CVC_ELT_3_1, "xsi:nil not allowed"},
    {XML_SCHEMAV_CVC_ELT_4_3, "xsi:type not allowed"},
    {XML_SCHEMAV_CVC_IDC, "key missing or repeated"},
    {XML_SCHEMAV_CVC_WILDCARD, "no such element"},
};

static const char *reason_of(int code)
{
    for (size_t i = 0; i < COUNT_OF(reasons); i++)
        if (reasons[i].code == code)
            return reasons[i].reason;
    return "does not follow the schema";
}

/* Whole characters of a name, which the sender chose. */
static void note_name(struct finding *finding, const xmlChar *name)
{
    size_t size = strnlen((const char *)name, NAME_SHOWN_MAX + 1);

    if (size > NAME_SHOWN_MAX) {
        size = NAME_SHOWN_MAX;
        while (size > 0 && (name[size] & 0xC0) == 0x80)
            size--;
    }
    memcpy(finding->name, name, size);
    finding->name[size] = '\0';
}

static void note_finding(void *self, library_error error)
{
    struct finding *finding = self;
    xmlNodePtr node = error == NULL ? NULL : error->node;

    if (finding->set)
        return;
    finding->set = true;
    if (error == NULL)
        return;
    finding->code = error->code;
    finding->line = error->line;
    if (node == NULL || node->name == NULL)
        return;
    note_name(finding, node->name);
    if (node->type == XML_ELEMENT_NODE)
        finding->line = (int)xmlGetLineNo(node);
}

static bool report(const struct finding *finding, int result, struct error *err)
{
    if (finding->code == XML_ERR_NO_MEMORY || (result < 0 && !finding->set))
        return fail(err, ERROR_MEMORY, "no memory to validate");
    return fail(err, ERROR_SCHEMA, "element %s, line %d: %s",
                finding->name[0] == '\0' ? "?" : finding->name, finding->line,
                reason_of(finding->code));
}

/* element NULL: the whole document */
static bool check(const struct schema *schema, xmlDocPtr xml, xmlNodePtr element,
                  struct error *err)
{
    struct finding finding = {.set = false};
    xmlSchemaValidCtxtPtr context = xmlSchemaNewValidCtxt(schema->xml);
    int result;

    if (context == NULL)
        return fail(err, ERROR_MEMORY, "no memory to validate");
    xmlSchemaSetValidStructuredErrors(context, note_finding, &finding);
    result = element == NULL ? xmlSchemaValidateDoc(context, xml)
                             : xmlSchemaValidateOneElement(context, element);
    xmlSchemaFreeValidCtxt(context);
    if (result == 0 && !finding.set)
        return true;
    return report(&finding, result, err);
}

bool schema_check(const struct schema *schema, const struct document *document,
                  struct error *err)
{
    return check(schema, document_xml(document), NULL, err);
}

bool schema_check_subtree(const struct schema *schema, struct _xmlNode *element,
                          struct error *err)
{
    return check(schema, element->doc, element, err);
}

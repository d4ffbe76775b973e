/* document.c - decode, parse with every door shut, look at the whole tree once. */
#include "wire/document.h"

#include <stdlib.h>
#include <string.h>

#include <libxml/entities.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>
#include <libxml/uri.h>

#include "wire/document_internal.h"

/*
 * HUGE, NOENT, DTDLOAD, DTDATTR, DTDVALID, XINCLUDE, RECOVER, NOBLANKS and NSCLEAN stay off on
 * purpose: they lift limits, fetch, or change what was signed. IGNORE_ENC is on because the
 * encoding was decided and decoded before, so that a label cannot switch the parser to another.
 */
enum {
    PARSE_OPTIONS = XML_PARSE_NONET | XML_PARSE_COMPACT | XML_PARSE_NOERROR |
                    XML_PARSE_NOWARNING | XML_PARSE_IGNORE_ENC
};

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

struct document {
    xmlDocPtr xml;
    enum encoding encoding;
};

static size_t or_default(size_t value, size_t otherwise)
{
    return value != 0 ? value : otherwise;
}

/* --- which encoding ----------------------------------------------------------------------- */

static bool has_non_ascii(struct text bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        if ((unsigned char)bytes.at[i] >= 0x80)
            return true;
    return false;
}

/* UTF-16 and UTF-32, with or without byte order mark, and EBCDIC, by their first bytes. */
static bool is_wide(struct text bytes)
{
    static const char *const starts[] = {"\xFE\xFF", "\xFF\xFE", "\x4C\x6F\xA7\x94"};

    for (size_t i = 0; i < COUNT_OF(starts); i++)
        if (text_starts(bytes, starts[i]))
            return true;
    return bytes.size >= 2 && (bytes.at[0] == '\0' || bytes.at[1] == '\0');
}

static void skip_blank(struct text *rest)
{
    while (rest->size > 0 && memchr(" \t\r\n", rest->at[0], 4) != NULL) {
        rest->at++;
        rest->size--;
    }
}

/*
 * The label of the XML declaration, empty if there is none. Anything odd in a declaration also
 * ends here with an empty label; the parser refuses it as not well-formed later.
 */
static struct text declared_label(struct text bytes)
{
    const char *end = bytes.size < 6 || !text_starts(bytes, "<?xml")
                          ? NULL
                          : memmem(bytes.at, bytes.size, "?>", 2);
    struct text rest = {bytes.at, end == NULL ? 0 : (size_t)(end - bytes.at)};
    const char *word = rest.size == 0 ? NULL : memmem(rest.at, rest.size, "encoding", 8);
    const char *closing;
    char quote;

    if (word == NULL)
        return TEXT_NONE;
    rest.size -= (size_t)(word + 8 - rest.at);
    rest.at = word + 8;
    skip_blank(&rest);
    if (rest.size == 0 || rest.at[0] != '=')
        return TEXT_NONE;
    rest.at++;
    rest.size--;
    skip_blank(&rest);
    if (rest.size == 0 || (rest.at[0] != '"' && rest.at[0] != '\''))
        return TEXT_NONE;
    quote = rest.at[0];
    rest.at++;
    rest.size--;
    closing = memchr(rest.at, quote, rest.size);
    return closing == NULL ? TEXT_NONE : (struct text){rest.at, (size_t)(closing - rest.at)};
}

static bool decide_encoding(struct text bytes, bool has_mark,
                            const struct document_limits *limits, enum encoding *encoding,
                            struct error *err)
{
    struct text label = declared_label(bytes);
    bool is_utf8;

    *encoding = limits->assume_gb && !has_mark ? ENCODING_GB18030 : ENCODING_UTF8;
    if (label.size > 0 && !encoding_of_label(label, encoding))
        return fail(err, ERROR_ENCODING, "an encoding label that is not accepted");
    is_utf8 = text_is_utf8(bytes);
    if (*encoding == ENCODING_UTF8)
        return is_utf8 || fail(err, ERROR_ENCODING, "not valid UTF-8");
    if (label.size > 0 && !limits->allow_gb)
        return fail(err, ERROR_ENCODING, "a GB encoding was not agreed");
    if (is_utf8 && (has_mark || has_non_ascii(bytes)))
        return fail(err, ERROR_ENC_LABEL, "the label says GB, the bytes are UTF-8");
    return true;
}

/* *utf8 points into `bytes`, or to *converted, which the caller frees. */
static bool decode(struct text bytes, const struct document_limits *limits,
                   enum encoding *encoding, char **converted, struct text *utf8,
                   struct error *err)
{
    bool has_mark = text_starts(bytes, BYTE_ORDER_MARK);
    struct buffer out;

    if (is_wide(bytes))
        return fail(err, ERROR_ENCODING, "UTF-16, UTF-32 and EBCDIC are not accepted");
    if (has_mark)
        bytes = (struct text){bytes.at + 3, bytes.size - 3};
    if (!decide_encoding(bytes, has_mark, limits, encoding, err))
        return false;
    *utf8 = bytes;
    if (*encoding == ENCODING_UTF8)
        return true;
    *converted = malloc(encoding_room(bytes.size));
    if (*converted == NULL)
        return fail(err, ERROR_MEMORY, "no memory to decode %zu bytes", bytes.size);
    out = buffer_over(*converted, encoding_room(bytes.size));
    if (!encoding_gb_to_utf8(bytes, &out, err))
        return false;
    *utf8 = buffer_as_text(&out);
    return true;
}

/* --- the parser --------------------------------------------------------------------------- */

/* What the parser's _private points to once it gave up for one of these reasons. */
static char saw_doctype, saw_no_memory;

/* Called when <!DOCTYPE name ...> was seen, before the first declaration in it. */
static void stop_at_doctype(void *self, const xmlChar *name, const xmlChar *external_id,
                            const xmlChar *system_id)
{
    xmlParserCtxtPtr context = self;

    (void)name;
    (void)external_id;
    (void)system_id;
    context->_private = &saw_doctype;
    xmlStopParser(context);
}

static xmlEntityPtr predefined_only(void *self, const xmlChar *name)
{
    (void)self;
    return xmlGetPredefinedEntity(name);
}

/* The library's messages quote the document. That it gave up for memory is remembered: later
 * errors, which follow from that, take its place. */
#if LIBXML_VERSION >= 21200
static void drop_error(void *self, const xmlError *error)
#else
static void drop_error(void *self, xmlErrorPtr error)
#endif
{
    xmlParserCtxtPtr context = self;

    if (error->code == XML_ERR_NO_MEMORY && context->_private == NULL)
        context->_private = &saw_no_memory;
}

static bool explain_failure(xmlParserCtxtPtr context, size_t size, struct error *err)
{
    const xmlError *last = xmlCtxtGetLastError(context);
    int line = last == NULL ? 0 : last->line;

    if (context->_private == &saw_doctype)
        return fail(err, ERROR_DOCTYPE, "document type declarations are not accepted");
    /* Memory itself is granted (xml_memory.h): the library says this of a text too long. */
    if (context->_private == &saw_no_memory && size > XML_MAX_TEXT_LENGTH)
        return fail(err, ERROR_SIZE, "line %d: a text of more than %d bytes", line,
                    XML_MAX_TEXT_LENGTH);
    if (context->_private == &saw_no_memory || context->errNo == XML_ERR_NO_MEMORY)
        return fail(err, ERROR_MEMORY, "no memory to parse");
    if (context->nameNr > 0 && (unsigned)context->nameNr > xmlParserMaxDepth)
        return fail(err, ERROR_DEPTH, "line %d: nested too deeply", line);
    return fail(err, ERROR_PARSE, "line %d: not well-formed", line);
}

/*
 * errNo is looked at because memory that ran out leaves a document cut short that is still
 * called well-formed, and so does a prefix that nobody declared.
 */
static bool is_whole(xmlParserCtxtPtr context)
{
    return context->wellFormed && context->nsWellFormed && context->errNo == XML_ERR_OK &&
           context->disableSAX == 0 && context->_private == NULL && context->myDoc != NULL &&
           xmlDocGetRootElement(context->myDoc) != NULL;
}

static bool parse_tree(struct text utf8, xmlDocPtr *xml, struct error *err)
{
    xmlParserCtxtPtr context;
    bool ok;

    if (utf8.size == 0)
        return fail(err, ERROR_PARSE, "line 0: empty");
    if (text_starts(utf8, BYTE_ORDER_MARK)) /* a second one, which the parser would swallow */
        return fail(err, ERROR_PARSE, "line 1: a byte order mark inside the text");
    context = xmlCreateMemoryParserCtxt(utf8.at, (int)utf8.size);
    if (context == NULL)
        return fail(err, ERROR_MEMORY, "no memory to parse");
    xmlCtxtUseOptions(context, PARSE_OPTIONS);
    context->sax->internalSubset = stop_at_doctype;
    context->sax->externalSubset = stop_at_doctype;
    context->sax->getEntity = predefined_only;
    context->sax->serror = drop_error;
    ok = xmlParseDocument(context) == 0 && is_whole(context);
    if (ok) {
        *xml = context->myDoc;
        context->myDoc = NULL;
    } else {
        explain_failure(context, utf8.size, err);
    }
    if (context->myDoc != NULL)
        xmlFreeDoc(context->myDoc);
    context->myDoc = NULL;
    xmlFreeParserCtxt(context);
    return ok;
}

static bool check_tree(xmlDocPtr xml, const struct document_limits *limits, struct error *err)
{
    unsigned depth_max = (unsigned)or_default(limits->depth_max, DOCUMENT_DEPTH_DEFAULT);
    size_t nodes_max = or_default(limits->nodes_max, DOCUMENT_NODES_DEFAULT);
    struct document_survey survey;

    if (xml->intSubset != NULL || xml->extSubset != NULL)
        return fail(err, ERROR_DOCTYPE, "document type declarations are not accepted");
    if (xml->version == NULL || strcmp((const char *)xml->version, "1.0") != 0)
        return fail(err, ERROR_PARSE, "line 1: only XML 1.0 is accepted");
    if (!document_walk(xml, depth_max, nodes_max, &survey))
        return fail(err, ERROR_DEPTH, "line %ld: %s", survey.line,
                    survey.depth > depth_max ? "nested too deeply" : "too many nodes");
    if (survey.has_foreign_node)
        return fail(err, ERROR_PARSE, "line %ld: an unknown entity", survey.line);
    if (survey.has_instruction)
        return fail(err, ERROR_SHAPE, "line %ld: a processing instruction", survey.line);
    if (survey.has_comment && !limits->allow_comments)
        return fail(err, ERROR_SHAPE, "line %ld: a comment", survey.line);
    if (survey.has_schema_location)
        return fail(err, ERROR_SHAPE, "line %ld: xsi:schemaLocation", survey.line);
    return true;
}

bool document_parse(struct text bytes, const struct document_limits *limits,
                    struct document **document, struct error *err)
{
    static const struct document_limits defaults;
    enum encoding encoding = ENCODING_UTF8;
    char *converted = NULL;
    struct text utf8 = TEXT_NONE;
    xmlDocPtr xml = NULL;
    bool ok = false;
    size_t size_max;

    *document = NULL;
    if (limits == NULL)
        limits = &defaults;
    size_max = or_default(limits->size_max, DOCUMENT_SIZE_DEFAULT);
    if (bytes.size > size_max || bytes.size > DOCUMENT_SIZE_LIMIT)
        return fail(err, ERROR_SIZE, "%zu bytes, the limit is %zu", bytes.size, size_max);
    if (!decode(bytes, limits, &encoding, &converted, &utf8, err))
        goto out;
    if (!parse_tree(utf8, &xml, err) || !check_tree(xml, limits, err))
        goto out;
    *document = document_adopt(xml);
    xml = NULL;
    if (*document == NULL) {
        fail(err, ERROR_MEMORY, "no memory for a document");
        goto out;
    }
    (*document)->encoding = encoding;
    ok = true;
out:
    if (xml != NULL)
        xmlFreeDoc(xml);
    free(converted);
    return ok;
}

/* --- the walk ----------------------------------------------------------------------------- */

static const char schema_instance[] = "http://www.w3.org/2001/XMLSchema-instance";
static const char signature_space[] = "http://www.w3.org/2000/09/xmldsig#";

/* The same question that canonicalisation asks; it gives up where the answer is yes. */
static bool is_relative(const xmlChar *href)
{
    xmlURIPtr uri;
    bool relative;

    if (href == NULL || href[0] == '\0')
        return false; /* xmlns="" takes a default away */
    uri = xmlParseURI((const char *)href);
    relative = uri == NULL || uri->scheme == NULL;
    xmlFreeURI(uri);
    return relative;
}

static void look_at_element(xmlNodePtr node, struct document_survey *survey)
{
    for (xmlNsPtr space = node->nsDef; space != NULL; space = space->next) {
        survey->node_count++;
        if (is_relative(space->href)) {
            survey->has_relative_namespace = true;
            survey->line = xmlGetLineNo(node);
        }
    }
    for (xmlAttrPtr attribute = node->properties; attribute != NULL;
         attribute = attribute->next) {
        const char *name = (const char *)attribute->name;
        survey->node_count++;
        if (attribute->ns == NULL ||
            strcmp((const char *)attribute->ns->href, schema_instance) != 0)
            continue;
        if (strcmp(name, "schemaLocation") == 0 ||
            strcmp(name, "noNamespaceSchemaLocation") == 0) {
            survey->has_schema_location = true;
            survey->line = xmlGetLineNo(node);
        }
    }
    if (node->ns != NULL && strcmp((const char *)node->name, "Signature") == 0 &&
        strcmp((const char *)node->ns->href, signature_space) == 0)
        survey->signature_count++;
}

static void look_at_node(xmlNodePtr node, struct document_survey *survey)
{
    survey->node_count++;
    switch (node->type) {
    case XML_ELEMENT_NODE:
        look_at_element(node, survey);
        return;
    case XML_TEXT_NODE:
    case XML_CDATA_SECTION_NODE:
        return;
    case XML_COMMENT_NODE:
        survey->has_comment = true;
        break;
    case XML_PI_NODE:
        survey->has_instruction = true;
        break;
    default:
        survey->has_foreign_node = true;
        break;
    }
    survey->line = xmlGetLineNo(node);
}

/* Document order; *depth is that of the element or of the texts directly below it, plus one. */
static xmlNodePtr next_node(xmlNodePtr node, unsigned *depth)
{
    if (node->type == XML_ELEMENT_NODE && node->children != NULL) {
        *depth += 1;
        return node->children;
    }
    while (node->next == NULL) {
        node = node->parent;
        if (node == NULL || node->type == XML_DOCUMENT_NODE)
            return NULL;
        *depth -= 1;
    }
    return node->next;
}

bool document_walk(xmlDocPtr xml, unsigned depth_max, size_t nodes_max,
                   struct document_survey *survey)
{
    unsigned depth = 1;

    *survey = (struct document_survey){.depth = 0};
    for (xmlNodePtr node = xml->children; node != NULL; node = next_node(node, &depth)) {
        look_at_node(node, survey);
        if (node->type == XML_ELEMENT_NODE && depth > survey->depth)
            survey->depth = depth;
        if (survey->depth > depth_max || survey->node_count > nodes_max) {
            survey->line = xmlGetLineNo(node);
            return false;
        }
    }
    return true;
}

/* --- the rest ----------------------------------------------------------------------------- */

xmlDocPtr document_xml(const struct document *document)
{
    return document->xml;
}

struct document *document_adopt(xmlDocPtr xml)
{
    struct document *document = malloc(sizeof(*document));

    if (document == NULL) {
        xmlFreeDoc(xml);
        return NULL;
    }
    *document = (struct document){.xml = xml, .encoding = ENCODING_UTF8};
    return document;
}

void document_free(struct document *document)
{
    if (document == NULL)
        return;
    xmlFreeDoc(document->xml);
    free(document);
}

enum encoding document_encoding(const struct document *document)
{
    return document->encoding;
}

struct text document_root_name(const struct document *document)
{
    return text_of((const char *)xmlDocGetRootElement(document->xml)->name);
}

struct text document_root_namespace(const struct document *document)
{
    xmlNodePtr root = xmlDocGetRootElement(document->xml);

    return root->ns == NULL ? TEXT_NONE : text_of((const char *)root->ns->href);
}

/* The library drops what it has no memory for, and everything after it, without a word. */
static bool ends_with_root(xmlDocPtr xml, struct text bytes)
{
    xmlNodePtr root = xmlDocGetRootElement(xml);
    const char *prefix = root->ns == NULL || root->ns->prefix == NULL
                             ? ""
                             : (const char *)root->ns->prefix;
    const char *parts[] = {"</", prefix, prefix[0] == '\0' ? "" : ":", (const char *)root->name,
                           ">"};

    bytes = text_trim(bytes);
    if (root->children == NULL)
        return bytes.size >= 2 && memcmp(bytes.at + bytes.size - 2, "/>", 2) == 0;
    for (size_t i = COUNT_OF(parts); i-- > 0;) {
        size_t size = strlen(parts[i]);
        if (bytes.size < size || memcmp(bytes.at + bytes.size - size, parts[i], size) != 0)
            return false;
        bytes.size -= size;
    }
    return true;
}

bool document_write(const struct document *document, struct arena *arena, struct text *bytes,
                    struct error *err)
{
    xmlChar *written = NULL;
    int size = 0;
    struct text all;
    bool ok;

    xmlDocDumpMemoryEnc(document->xml, &written, &size, "UTF-8");
    all = (struct text){(const char *)written, size > 0 ? (size_t)size : 0};
    ok = written != NULL && (document->xml->last != xmlDocGetRootElement(document->xml) ||
                             ends_with_root(document->xml, all));
    *bytes = ok ? arena_copy(arena, all) : TEXT_NONE;
    xmlFree(written);
    return bytes->at != NULL || fail(err, ERROR_MEMORY, "no memory to write a document");
}

/* carrier_soap.c - a SOAP envelope around base64: only the frame, none of SOAP's own types. */
#include <string.h>

#include <libxml/tree.h>

#include "crypt/base64.h"
#include "wire/carrier_internal.h"
#include "wire/document_internal.h"

#define SOAP_11 "http://schemas.xmlsoap.org/soap/envelope/"
#define SOAP_12 "http://www.w3.org/2003/05/soap-envelope"

static const char *name_of(xmlNodePtr element)
{
    return (const char *)element->name;
}

static bool in_space(xmlNodePtr element, const char *space)
{
    return element->ns != NULL && strcmp((const char *)element->ns->href, space) == 0;
}

static bool is_called(xmlNodePtr element, const char *space, const char *name)
{
    return element != NULL && in_space(element, space) && strcmp(name_of(element), name) == 0;
}

/* The namespace of the version that the envelope is in; NULL: it is no envelope. */
static const char *version_of(xmlNodePtr root)
{
    if (is_called(root, SOAP_11, "Envelope"))
        return SOAP_11;
    return is_called(root, SOAP_12, "Envelope") ? SOAP_12 : NULL;
}

/* The only element in `parent`, beside white space; NULL if there is another number of them. */
static xmlNodePtr only_child(xmlNodePtr parent)
{
    xmlNodePtr found = NULL;

    for (xmlNodePtr child = parent->children; child != NULL; child = child->next) {
        if (child->type == XML_TEXT_NODE && xmlIsBlankNode(child) == 1)
            continue;
        if (child->type != XML_ELEMENT_NODE || found != NULL)
            return NULL;
        found = child;
    }
    return found;
}

/* We know no headers; one that must be understood is not ours to pass over. */
static bool header_passes(xmlNodePtr header, const char *space)
{
    for (xmlNodePtr child = header->children; child != NULL; child = child->next) {
        xmlAttrPtr must = child->type != XML_ELEMENT_NODE
                              ? NULL
                              : xmlHasNsProp(child, (const xmlChar *)"mustUnderstand",
                                             (const xmlChar *)space);
        const char *value = must == NULL || must->children == NULL
                                ? "0"
                                : (const char *)must->children->content;

        if (strcmp(value, "0") != 0 && strcmp(value, "false") != 0)
            return false;
    }
    return true;
}

static bool find_body(xmlNodePtr root, const char *space, xmlNodePtr *body, struct error *err)
{
    xmlNodePtr first = xmlFirstElementChild(root);

    if (is_called(first, space, "Header")) {
        if (!header_passes(first, space))
            return fail(err, ERROR_SHAPE, "SOAP: a header that must be understood");
        first = xmlNextElementSibling(first);
    }
    *body = first;
    return (is_called(first, space, "Body") && xmlNextElementSibling(first) == NULL) ||
           fail(err, ERROR_SHAPE, "SOAP: not one Body in the envelope");
}

/* "Server" of <faultcode>soap:Server</faultcode> or <Code><Value>soap:Receiver</Value></Code>.
 */
static bool take_fault(xmlNodePtr fault, struct arena *arena, struct text *code,
                       struct error *err)
{
    xmlNodePtr at = xmlFirstElementChild(fault);
    const char *value = "";
    const char *colon;

    if (at != NULL && strcmp(name_of(at), "Code") == 0)
        at = xmlFirstElementChild(at);
    if (at != NULL && at->children != NULL && at->children->type == XML_TEXT_NODE)
        value = (const char *)at->children->content;
    colon = strrchr(value, ':');
    *code = text_trim(text_of(colon == NULL ? value : colon + 1));
    if (code->size == 0)
        *code = TEXT("-");
    *code = arena_copy(arena, *code);
    return code->at != NULL || fail(err, ERROR_MEMORY, "no memory for a document's fields");
}

/* XML may have cut the text in pieces (CDATA); between them nothing else may stand. */
static bool gather_text(xmlNodePtr argument, struct arena *arena, struct text *text,
                        struct error *err)
{
    size_t room = 0;
    struct buffer buffer;

    for (xmlNodePtr part = argument->children; part != NULL; part = part->next) {
        if (part->type != XML_TEXT_NODE && part->type != XML_CDATA_SECTION_NODE)
            return fail(err, ERROR_SHAPE, "SOAP: %s: elements where base64 is expected",
                        name_of(argument));
        room += strlen((const char *)part->content);
    }
    buffer = buffer_over(arena_alloc(arena, room), room);
    if (buffer.at == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a document");
    for (xmlNodePtr part = argument->children; part != NULL; part = part->next)
        buffer_string(&buffer, (const char *)part->content);
    *text = buffer_as_text(&buffer);
    return true;
}

static bool decode(xmlNodePtr argument, struct arena *arena, struct text *inner,
                   struct error *err)
{
    struct text text;
    size_t size;
    char *bytes;

    if (!gather_text(argument, arena, &text, err))
        return false;
    bytes = arena_alloc(arena, text.size);
    if (bytes == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a document");
    if (!base64_decode(text, BASE64_SPACE, bytes, text.size, &size, err))
        return fail_prefix(err, "%s", name_of(argument));
    *inner = (struct text){bytes, size};
    return size > 0 || fail(err, ERROR_PARSE, "%s: empty", name_of(argument));
}

static bool open_envelope(xmlNodePtr root, struct arena *arena, struct carrier_content *content,
                          struct text *inner, struct error *err)
{
    const char *space = version_of(root);
    xmlNodePtr body = NULL;
    xmlNodePtr operation;
    xmlNodePtr argument;

    if (space == NULL)
        return fail(err, ERROR_SHAPE, "not a SOAP envelope");
    if (!find_body(root, space, &body, err))
        return false;
    operation = only_child(body);
    if (operation == NULL)
        return fail(err, ERROR_SHAPE, "SOAP: not exactly one element in Body");
    if (is_called(operation, space, "Fault"))
        return take_fault(operation, arena, &content->fault, err);
    argument = only_child(operation);
    if (argument == NULL)
        return fail(err, ERROR_SHAPE, "SOAP: %s: not exactly one argument", name_of(operation));
    content->operation = arena_copy(arena, text_of(name_of(operation)));
    if (content->operation.at == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a document");
    return decode(argument, arena, inner, err);
}

bool carrier_soap_open(const struct carrier *carrier, struct text bytes, struct arena *arena,
                       struct carrier_content *content, struct text *inner, struct error *err)
{
    const struct document_limits limits = {.size_max = carrier->size_max};
    struct document *document = NULL;
    bool ok;

    ok = document_parse(bytes, &limits, &document, err) &&
         open_envelope(xmlDocGetRootElement(document_xml(document)), arena, content, inner,
                       err);
    document_free(document);
    return ok;
}

bool carrier_soap_wrap(const struct carrier *carrier, const struct carrier_frame *frame,
                       struct text inner, struct arena *arena, struct text *bytes,
                       struct error *err)
{
    const struct carrier_soap *soap = &carrier->soap;
    const char *prefix = soap->space == NULL ? "" : "o:";
    const char *before = soap->qualified ? prefix : "";
    char *base64 = arena_alloc(arena, BASE64_SIZE(inner.size) + 1);
    const char *declared = soap->space == NULL
                               ? ""
                               : arena_format(arena, " xmlns:o=\"%s\"", soap->space);
    char *whole;

    if (base64 == NULL || declared == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a SOAP envelope");
    base64_encode(inner.at, inner.size, base64);
    whole = arena_format(
        arena,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<s:Envelope xmlns:s=\"%s\"><s:Body><%s%s%s><%s%s>%s</%s%s></%s%s></s:Body>"
        "</s:Envelope>\n",
        soap->version_12 ? SOAP_12 : SOAP_11, prefix, frame->operation, declared, before,
        frame->argument, base64, before, frame->argument, prefix, frame->operation);
    if (whole == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a SOAP envelope");
    *bytes = text_of(whole);
    return true;
}

/* codec.c - elements to records and back, without recursion: depth comes from outside. */
#include "wire/codec.h"

#include <limits.h>
#include <string.h>

#include <libxml/tree.h>

#include "wire/codec_internal.h"
#include "wire/document_internal.h"

static const char *name_of(xmlNodePtr element)
{
    return (const char *)element->name;
}

static bool same_space(const xmlNs *a, const xmlNs *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return xmlStrEqual(a->href, b->href) == 1;
}

/* What must hold for any element before its content is looked at. */
static bool element_plain(xmlNodePtr element, const xmlNs *space, bool attributes,
                          struct error *err)
{
    if (strlen(name_of(element)) > RECORD_NAME_MAX)
        return fail(err, ERROR_SHAPE, "line %ld: element name longer than %d bytes",
                    xmlGetLineNo(element), (int)RECORD_NAME_MAX);
    if (!same_space(element->ns, space))
        return fail(err, ERROR_SHAPE,
                    "element %s, line %ld: another namespace than its document",
                    name_of(element), xmlGetLineNo(element));
    if (element->properties != NULL && !attributes)
        return fail(err, ERROR_SHAPE, "element %s, line %ld: attributes are not accepted",
                    name_of(element), xmlGetLineNo(element));
    return true;
}

/* A group holds elements and white space between them, nothing else. */
static bool group_plain(xmlNodePtr element, struct error *err)
{
    for (xmlNodePtr child = element->children; child != NULL; child = child->next)
        if (child->type != XML_ELEMENT_NODE &&
            (child->type != XML_TEXT_NODE || xmlIsBlankNode(child) == 0))
            return fail(err, ERROR_SHAPE, "element %s, line %ld: text beside elements",
                        name_of(element), xmlGetLineNo(element));
    return true;
}

/* A leaf holds one text or nothing: two nodes could be read differently by two readers. */
static bool leaf_value(xmlNodePtr element, struct arena *arena, struct personal *value,
                       struct error *err)
{
    xmlNodePtr child = element->children;
    struct text text;

    if (child == NULL)
        return true;
    if (child->next != NULL ||
        (child->type != XML_TEXT_NODE && child->type != XML_CDATA_SECTION_NODE))
        return fail(err, ERROR_SHAPE, "element %s, line %ld: not exactly one text",
                    name_of(element), xmlGetLineNo(element));
    text = arena_copy(arena, text_of((const char *)child->content));
    if (text.at == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a document's fields");
    *value = personal_of(text);
    return true;
}

/* One tree while it is read. */
struct reading {
    struct arena *arena;
    struct error *err;
    bool attributes; /* are read, too */
    size_t count;    /* elements and attributes so far */
};

static bool count_one(struct reading *reading)
{
    return ++reading->count <= RECORD_FIELDS_MAX ||
           fail(reading->err, ERROR_DEPTH, "more than %d elements", (int)RECORD_FIELDS_MAX);
}

static bool read_attribute(struct reading *reading, xmlNodePtr element, xmlAttrPtr attribute,
                           struct record *record)
{
    xmlNodePtr child = attribute->children;
    const char *name = (const char *)attribute->name;
    struct text value = text_of(child == NULL ? "" : (const char *)child->content);

    if (attribute->ns != NULL)
        return fail(reading->err, ERROR_SHAPE,
                    "element %s, line %ld: an attribute of a namespace", name_of(element),
                    xmlGetLineNo(element));
    if (strlen(name) >= RECORD_NAME_MAX)
        return fail(reading->err, ERROR_SHAPE, "line %ld: attribute name longer than %d bytes",
                    xmlGetLineNo(element), (int)RECORD_NAME_MAX - 1);
    if (child != NULL && (child->next != NULL || child->type != XML_TEXT_NODE))
        return fail(reading->err, ERROR_SHAPE, "attribute %s, line %ld: not one text", name,
                    xmlGetLineNo(element));
    if (!count_one(reading))
        return false;
    name = arena_format(reading->arena, "@%s", name);
    value = arena_copy(reading->arena, value);
    if (name == NULL || value.at == NULL ||
        record_add(reading->arena, record, name, value) == NULL)
        return fail(reading->err, ERROR_MEMORY, "no memory for a document's fields");
    return true;
}

/* Attributes make a group of an element; its text stands beside them as a field of its own. */
static bool read_attributes(struct reading *reading, xmlNodePtr element, struct record *record)
{
    struct text text = record->value.hidden;

    if (element->properties == NULL)
        return true;
    for (xmlAttrPtr attribute = element->properties; attribute != NULL;
         attribute = attribute->next)
        if (!read_attribute(reading, element, attribute, record))
            return false;
    record->value = personal_of(TEXT_NONE);
    if (text_trim(text).size == 0)
        return true;
    return record_add(reading->arena, record, CODEC_TEXT, text) != NULL ||
           fail(reading->err, ERROR_MEMORY, "no memory for a document's fields");
}

static bool read_one(struct reading *reading, xmlNodePtr element, const xmlNs *space,
                     struct record *parent, struct record **record)
{
    struct arena *arena = reading->arena;
    struct error *err = reading->err;
    struct text name;

    if (!element_plain(element, space, reading->attributes, err) || !count_one(reading))
        return false;
    name = arena_copy(arena, text_of(name_of(element)));
    if (name.at != NULL && parent != NULL)
        *record = record_add(arena, parent, name.at, TEXT_NONE);
    else
        *record = name.at == NULL ? NULL : record_new(arena, name.at);
    if (*record == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a document's fields");
    if (xmlFirstElementChild(element) != NULL
            ? !group_plain(element, err)
            : !leaf_value(element, arena, &(*record)->value, err))
        return false;
    return read_attributes(reading, element, *record);
}

static bool read_tree(struct reading *reading, xmlNodePtr element, struct record **root)
{
    struct record *groups[RECORD_DEPTH_MAX];
    const xmlNs *space = element->ns;
    xmlNodePtr at = element;
    size_t depth = 0;

    for (;;) {
        struct record *record;

        if (!read_one(reading, at, space, depth == 0 ? NULL : groups[depth - 1], &record))
            return false;
        if (at == element)
            *root = record;
        if ((record->first != NULL || xmlFirstElementChild(at) != NULL) &&
            depth + 1 >= RECORD_DEPTH_MAX)
            return fail(reading->err, ERROR_DEPTH, "line %ld: nested deeper than %d elements",
                        xmlGetLineNo(at), (int)RECORD_DEPTH_MAX);
        if (xmlFirstElementChild(at) != NULL) {
            groups[depth++] = record;
            at = xmlFirstElementChild(at);
            continue;
        }
        while (depth > 0 && xmlNextElementSibling(at) == NULL) {
            at = at->parent;
            depth--;
        }
        if (depth == 0)
            return true;
        at = xmlNextElementSibling(at);
    }
}

bool codec_read_element(xmlNodePtr element, struct arena *arena, struct record **root,
                        struct error *err)
{
    struct reading reading = {.arena = arena, .err = err};

    return read_tree(&reading, element, root);
}

bool codec_read(const struct document *document, struct arena *arena, struct record **root,
                struct error *err)
{
    xmlNodePtr element = xmlDocGetRootElement(document_xml(document));

    if (element == NULL)
        return fail(err, ERROR_SHAPE, "a document without a root element");
    return codec_read_element(element, arena, root, err);
}

bool codec_read_attributes(const struct document *document, struct arena *arena,
                           struct record **root, struct error *err)
{
    struct reading reading = {.arena = arena, .err = err, .attributes = true};
    xmlNodePtr element = xmlDocGetRootElement(document_xml(document));

    if (element == NULL)
        return fail(err, ERROR_SHAPE, "a document without a root element");
    return read_tree(&reading, element, root);
}

/* XML 1.0 characters; text_is_utf8 has excluded NUL, surrogates and overlong forms. */
static bool xml_characters(struct text value)
{
    if (value.size == 0)
        return true;
    if (!text_is_utf8(value))
        return false;
    for (size_t i = 0; i < value.size; i++) {
        unsigned char byte = (unsigned char)value.at[i];

        if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r')
            return false;
        if (byte == 0xef && (unsigned char)value.at[i + 1] == 0xbf &&
            (unsigned char)value.at[i + 2] >= 0xbe)
            return false; /* U+FFFE, U+FFFF */
    }
    return true;
}

/* Is this a part of its element that is no element: an attribute, or the text beside some? */
static bool is_beside(const struct record *record)
{
    return record->first == NULL &&
           (record->name[0] == '@' || strcmp(record->name, CODEC_TEXT) == 0);
}

static bool node_valid(const struct record *record, struct error *err)
{
    bool beside = is_beside(record);
    const char *name = record->name + (beside && record->name[0] == '@');

    if (strlen(record->name) > RECORD_NAME_MAX ||
        (!(beside && record->name[0] == CODEC_TEXT[0]) &&
         xmlValidateNCName((const xmlChar *)name, 0) != 0))
        return fail(err, ERROR_VALUE, "a field's name is not an XML name");
    if (record->first != NULL && record->value.hidden.size > 0)
        return fail(err, ERROR_VALUE, "%s: text beside fields", record->name);
    if (record->value.hidden.size > INT_MAX)
        return fail(err, ERROR_VALUE, "%s: too long", record->name);
    if (!xml_characters(record->value.hidden))
        return fail(err, ERROR_VALUE, "%s: a character that XML cannot hold", record->name);
    return true;
}

/* An element without a place in the tree yet; NULL: no memory. */
static xmlNodePtr element_new(xmlDocPtr xml, xmlNsPtr space, const struct record *record)
{
    struct text value = record->value.hidden;
    xmlNodePtr element = xmlNewDocNode(xml, space, (const xmlChar *)record->name, NULL);
    xmlNodePtr text;

    if (element == NULL || value.size == 0)
        return element;
    text = xmlNewDocTextLen(xml, (const xmlChar *)value.at, (int)value.size);
    if (text == NULL || xmlAddChild(element, text) == NULL) {
        xmlFreeNode(text);
        xmlFreeNode(element);
        return NULL;
    }
    return element;
}

static bool append(xmlDocPtr xml, xmlNodePtr parent, xmlNsPtr space,
                   const struct record *record, xmlNodePtr *element, struct error *err)
{
    *element = element_new(xml, space, record);
    if (*element == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an element");
    if (xmlAddChild(parent, *element) == NULL) {
        xmlFreeNode(*element);
        return fail(err, ERROR_MEMORY, "no memory for an element");
    }
    return true;
}

static bool append_beside(xmlDocPtr xml, xmlNodePtr parent, const struct record *record,
                          struct error *err)
{
    struct text value = record->value.hidden;
    xmlNodePtr text = xmlNewDocTextLen(xml, (const xmlChar *)value.at, (int)value.size);
    bool ok;

    if (text == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a text");
    if (record->name[0] == '@')
        ok = xmlNewProp(parent, (const xmlChar *)record->name + 1, text->content) != NULL;
    else
        ok = xmlAddChild(parent, text) != NULL;
    if (record->name[0] == '@' || !ok)
        xmlFreeNode(text);
    return ok || fail(err, ERROR_MEMORY, "no memory for an attribute");
}

/* Everything below `top`, which stands for `root` already. */
static bool append_children(xmlDocPtr xml, xmlNodePtr top, const struct record *root,
                            struct error *err)
{
    const struct record *groups[RECORD_DEPTH_MAX];
    const struct record *at = root->first;
    xmlNodePtr parent = top, element = NULL;
    size_t depth = 0, count = 1;

    groups[0] = root;
    while (at != NULL) {
        if (++count > RECORD_FIELDS_MAX)
            return fail(err, ERROR_DEPTH, "more than %d fields", (int)RECORD_FIELDS_MAX);
        if (!node_valid(at, err))
            return false;
        if (is_beside(at) ? !append_beside(xml, parent, at, err)
                          : !append(xml, parent, top->ns, at, &element, err))
            return false;
        if (at->first != NULL) {
            if (depth + 2 >= RECORD_DEPTH_MAX)
                return fail(err, ERROR_DEPTH, "%s: nested too deeply", at->name);
            groups[++depth] = at;
            parent = element;
            at = at->first;
            continue;
        }
        while (at->next == NULL && depth > 0) {
            at = groups[depth--];
            parent = parent->parent;
        }
        at = at->next;
    }
    return true;
}

/* The default namespace that is in force at `parent`, or a new declaration on `element`. */
static bool give_space(xmlNodePtr parent, xmlNodePtr element, const char *space,
                       struct error *err)
{
    xmlNsPtr known;

    if (space == NULL)
        return true;
    known = parent == NULL ? NULL : xmlSearchNs(parent->doc, parent, NULL);
    if (known == NULL || !xmlStrEqual(known->href, (const xmlChar *)space))
        known = xmlNewNs(element, (const xmlChar *)space, NULL);
    if (known == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a namespace");
    xmlSetNs(element, known);
    return true;
}

bool codec_write_element(xmlDocPtr xml, xmlNodePtr parent, const struct record *root,
                         const char *space, struct error *err)
{
    xmlNodePtr top;

    if (!node_valid(root, err))
        return false;
    if (is_beside(root))
        return fail(err, ERROR_VALUE, "a field's name is not an XML name");
    top = element_new(xml, NULL, root);
    if (top == NULL)
        return fail(err, ERROR_MEMORY, "no memory for an element");
    if (!give_space(parent, top, space, err) || !append_children(xml, top, root, err)) {
        xmlFreeNode(top);
        return false;
    }
    if (parent == NULL)
        xmlDocSetRootElement(xml, top);
    else if (xmlAddChild(parent, top) == NULL) {
        xmlFreeNode(top);
        return fail(err, ERROR_MEMORY, "no memory for an element");
    }
    return true;
}

bool codec_write(const struct record *root, const char *space, struct document **document,
                 struct error *err)
{
    xmlDocPtr xml = xmlNewDoc((const xmlChar *)"1.0");

    if (xml == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a document");
    if (!codec_write_element(xml, NULL, root, space, err)) {
        xmlFreeDoc(xml);
        return false;
    }
    *document = document_adopt(xml);
    return *document != NULL || fail(err, ERROR_MEMORY, "no memory for a document");
}

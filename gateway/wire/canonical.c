/* canonical.c - take out, canonicalise, put back. */
#include "wire/canonical.h"

#include <libxml/c14n.h>

/* Where a node stood. Only elements are moved: texts would flow together. */
struct place {
    xmlNodePtr parent;
    xmlNodePtr next;
};

static struct place take_out(xmlNodePtr element)
{
    struct place place = {element->parent, element->next};

    CHECK(element->type == XML_ELEMENT_NODE && element->parent != NULL);
    xmlUnlinkNode(element);
    return place;
}

/* Linking an element into its own document allocates nothing, so it cannot fail. */
static void put_back(xmlNodePtr element, const struct place *place)
{
    xmlNodePtr put = place->next != NULL ? xmlAddPrevSibling(place->next, element)
                                         : xmlAddChild(place->parent, element);

    CHECK(put == element);
}

/* A write that failed for lack of memory shows in the buffer alone: then there is no content.
 */
static bool canonicalise(xmlDocPtr xml, struct canonical *canonical, struct error *err)
{
    const xmlChar *content;

    *canonical = (struct canonical){.buffer = xmlAllocOutputBuffer(NULL)};
    if (canonical->buffer == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a canonical form");
    if (xmlC14NExecute(xml, NULL, NULL, XML_C14N_EXCLUSIVE_1_0, NULL, 0, canonical->buffer) < 0)
        return fail(err, ERROR_CRYPTO, "no canonical form of this document");
    content = xmlOutputBufferGetContent(canonical->buffer);
    canonical->bytes = (struct text){(const char *)content,
                                     xmlOutputBufferGetSize(canonical->buffer)};
    return (content != NULL && canonical->bytes.size > 0) ||
           fail(err, ERROR_MEMORY, "no memory for a canonical form");
}

bool canonical_document(xmlDocPtr xml, xmlNodePtr without, struct canonical *canonical,
                        struct error *err)
{
    struct place place;
    bool ok;

    if (without == NULL)
        return canonicalise(xml, canonical, err);
    place = take_out(without);
    ok = canonicalise(xml, canonical, err);
    put_back(without, &place);
    return ok;
}

/* Exclusive canonical form looks at nothing above the apex: no namespace that is not used below
 * it, no xml: attribute. So the element can stand in the root's place. */
bool canonical_element(xmlNodePtr element, struct canonical *canonical, struct error *err)
{
    xmlDocPtr xml = element->doc;
    struct place place = take_out(element);
    xmlNodePtr root = xmlDocSetRootElement(xml, element);
    bool ok;

    CHECK(root != NULL);
    ok = canonicalise(xml, canonical, err);
    CHECK(xmlDocSetRootElement(xml, root) == element);
    put_back(element, &place);
    return ok;
}

void canonical_release(struct canonical *canonical)
{
    if (canonical->buffer != NULL)
        (void)xmlOutputBufferClose(canonical->buffer);
    *canonical = (struct canonical){.buffer = NULL};
}

/* signature_grammar.c - exact sequences of children, nothing else. */
#include "wire/signature_grammar.h"

#include <limits.h>
#include <string.h>

#include "wire/document_internal.h"

bool grammar_check_document(xmlDocPtr xml, size_t *signature_count, struct error *err)
{
    struct document_survey survey;
    xmlNodePtr root = xmlDocGetRootElement(xml);

    if (xml->intSubset != NULL || xml->extSubset != NULL)
        return fail(err, ERROR_DOCTYPE, "document type declarations are not accepted");
    if (root == NULL || root != xml->children || root != xml->last)
        return fail(err, ERROR_SHAPE, "something stands beside the root");
    if (!document_walk(xml, UINT_MAX, SIZE_MAX, &survey))
        return fail(err, ERROR_DEPTH, "too many nodes");
    if (survey.has_foreign_node || survey.has_comment || survey.has_instruction)
        return fail(err, ERROR_SHAPE, "line %ld: a comment or processing instruction",
                    survey.line);
    if (survey.has_schema_location)
        return fail(err, ERROR_SHAPE, "line %ld: xsi:schemaLocation", survey.line);
    if (survey.has_relative_namespace)
        return fail(err, ERROR_SHAPE, "line %ld: a relative namespace", survey.line);
    *signature_count = survey.signature_count;
    return true;
}

/* --- small questions ---------------------------------------------------------------------- */

static bool is_signature_element(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && node->ns != NULL &&
           strcmp((const char *)node->name, name) == 0 &&
           strcmp((const char *)node->ns->href, SIGNATURE_NAMESPACE) == 0;
}

static bool is_blank(const xmlNode *node)
{
    return node->type == XML_TEXT_NODE && node->content != NULL &&
           strspn((const char *)node->content, " \t\r\n") ==
               strlen((const char *)node->content);
}

/* Elements among the children, at most count_max + 1; false: something but white space between.
 */
static bool element_children(xmlNodePtr parent, xmlNodePtr found[], size_t count_max,
                             size_t *count)
{
    *count = 0;
    for (xmlNodePtr node = parent->children; node != NULL; node = node->next) {
        if (is_blank(node))
            continue;
        if (node->type != XML_ELEMENT_NODE)
            return false;
        if (*count < count_max)
            found[*count] = node;
        if (++*count > count_max)
            return true;
    }
    return true;
}

/* Exactly these children, in this order, only white space between them. */
static bool children_are(xmlNodePtr parent, const char *const names[], size_t count,
                         xmlNodePtr found[])
{
    size_t seen;

    if (!element_children(parent, found, count, &seen) || seen != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!is_signature_element(found[i], names[i]))
            return false;
    return true;
}

/* Exactly one attribute, this one, without namespace; false otherwise. */
static bool only_attribute(const xmlNode *node, const char *name, struct text *value)
{
    const xmlAttr *attribute = node->properties;

    if (attribute == NULL || attribute->next != NULL || attribute->ns != NULL ||
        strcmp((const char *)attribute->name, name) != 0)
        return false;
    *value = TEXT("");
    if (attribute->children == NULL)
        return true;
    if (attribute->children->next != NULL || attribute->children->type != XML_TEXT_NODE)
        return false;
    *value = text_of((const char *)attribute->children->content);
    return true;
}

/* One text, nothing else, only what base64 may hold. */
static bool base64_leaf(const xmlNode *node, struct text *value)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789+/ \t\r\n";
    const char *text;
    size_t digits;

    if (node->properties != NULL || node->children == NULL || node->children->next != NULL ||
        node->children->type != XML_TEXT_NODE)
        return false;
    text = (const char *)node->children->content;
    digits = strspn(text, allowed);
    if (text[digits + strspn(text + digits, "= \t\r\n")] != '\0')
        return false;
    *value = text_of(text);
    return true;
}

/* --- the parts ---------------------------------------------------------------------------- */

static bool find_signature(xmlDocPtr xml, xmlNodePtr *signature, struct error *err)
{
    xmlNodePtr last = xmlDocGetRootElement(xml)->last;
    size_t count = 0;

    if (!grammar_check_document(xml, &count, err))
        return false;
    if (count != 1)
        return fail(err, ERROR_SHAPE, "%zu signatures in place of one", count);
    while (last != NULL && is_blank(last))
        last = last->prev;
    if (last == NULL || !is_signature_element(last, "Signature"))
        return fail(err, ERROR_SHAPE, "the signature is not the last element of the root");
    *signature = last;
    return true;
}

/* Method elements have the attribute Algorithm and nothing else. */
static bool read_method(const xmlNode *node, enum error_code code_of_content,
                        struct text *algorithm, struct error *err)
{
    long line = xmlGetLineNo(node);

    if (!only_attribute(node, "Algorithm", algorithm))
        return fail(err, ERROR_SHAPE, "line %ld: Algorithm must be the only attribute", line);
    if (node->children != NULL)
        return fail(err, code_of_content, "line %ld: an algorithm with parameters", line);
    return true;
}

static bool read_transforms(xmlNodePtr transforms, struct signature_parts *parts,
                            struct error *err)
{
    static const char *const names[] = {"Transform", "Transform"};
    xmlNodePtr found[COUNT_OF(names)];

    if (transforms->properties != NULL)
        return fail(err, ERROR_SHAPE, "an attribute on Transforms");
    if (!children_are(transforms, names, COUNT_OF(names), found))
        return fail(err, ERROR_TRANSFORM, "not exactly two transforms");
    return read_method(found[0], ERROR_TRANSFORM, &parts->transforms[0], err) &&
           read_method(found[1], ERROR_TRANSFORM, &parts->transforms[1], err);
}

static bool read_reference(xmlNodePtr reference, struct signature_parts *parts,
                           struct error *err)
{
    static const char *const names[] = {"Transforms", "DigestMethod", "DigestValue"};
    xmlNodePtr found[COUNT_OF(names)];
    struct text uri;

    if (!only_attribute(reference, "URI", &uri) || uri.size != 0)
        return fail(err, ERROR_REFERENCE, "the reference is not URI=\"\" alone");
    if (!children_are(reference, names, COUNT_OF(names), found))
        return fail(err, ERROR_SHAPE, "Reference holds something unexpected");
    if (!read_transforms(found[0], parts, err) ||
        !read_method(found[1], ERROR_ALGORITHM, &parts->digest, err))
        return false;
    return base64_leaf(found[2], &parts->digest_value) ||
           fail(err, ERROR_SHAPE, "DigestValue is not one plain text");
}

static size_t count_references(xmlNodePtr signed_info)
{
    size_t count = 0;

    for (xmlNodePtr node = signed_info->children; node != NULL; node = node->next)
        if (is_signature_element(node, "Reference"))
            count++;
    return count;
}

static bool read_signed_info(xmlNodePtr signed_info, struct signature_parts *parts,
                             struct error *err)
{
    static const char *const names[] = {"CanonicalizationMethod", "SignatureMethod",
                                        "Reference"};
    xmlNodePtr found[COUNT_OF(names)];

    if (signed_info->properties != NULL)
        return fail(err, ERROR_SHAPE, "an attribute on SignedInfo");
    if (!children_are(signed_info, names, COUNT_OF(names), found)) {
        if (count_references(signed_info) != 1)
            return fail(err, ERROR_REFERENCE, "not exactly one reference");
        return fail(err, ERROR_SHAPE, "SignedInfo holds something unexpected");
    }
    return read_method(found[0], ERROR_ALGORITHM, &parts->canonicalization, err) &&
           read_method(found[1], ERROR_ALGORITHM, &parts->method, err) &&
           read_reference(found[2], parts, err);
}

static bool read_key_info(xmlNodePtr key_info, struct signature_parts *parts, struct error *err)
{
    static const char *const data_name[] = {"X509Data"};
    static const char *const certificate_name[] = {"X509Certificate"};
    xmlNodePtr data;
    xmlNodePtr certificate;

    if (key_info->properties != NULL || !children_are(key_info, data_name, 1, &data) ||
        data->properties != NULL || !children_are(data, certificate_name, 1, &certificate) ||
        !base64_leaf(certificate, &parts->certificate))
        return fail(err, ERROR_SHAPE, "KeyInfo is not one certificate alone");
    return true;
}

bool grammar_find(xmlDocPtr xml, struct signature_parts *parts, struct error *err)
{
    static const char *const names[] = {"SignedInfo", "SignatureValue", "KeyInfo"};
    xmlNodePtr found[COUNT_OF(names)];

    *parts = (struct signature_parts){.signature = NULL};
    if (!find_signature(xml, &parts->signature, err))
        return false;
    if (parts->signature->properties != NULL)
        return fail(err, ERROR_SHAPE, "an attribute on Signature");
    if (!children_are(parts->signature, names, COUNT_OF(names), found))
        return fail(err, ERROR_SHAPE, "Signature holds something unexpected");
    if (!base64_leaf(found[1], &parts->signature_value))
        return fail(err, ERROR_SHAPE, "SignatureValue is not one plain text");
    parts->signed_info = found[0];
    return read_signed_info(found[0], parts, err) && read_key_info(found[2], parts, err);
}

/* --- against the pin ---------------------------------------------------------------------- */

/* Base64 has one spelling for each certificate once white space is gone; ours is that one. */
static bool is_certificate(const struct signature_parts *parts, const struct suite_key *key)
{
    const char *ours = key->certificate.base64;
    size_t at = 0;

    for (size_t i = 0; i < parts->certificate.size; i++) {
        char c = parts->certificate.at[i];
        if (memchr(" \t\r\n", c, 4) != NULL)
            continue;
        if (at == key->certificate.base64_size || ours[at] != c)
            return false;
        at++;
    }
    return at == key->certificate.base64_size;
}

static bool check_algorithms(const struct signature_parts *parts, const struct suite_key *key,
                             struct error *err)
{
    if (!text_is(parts->canonicalization, SIGNATURE_EXCLUSIVE_C14N))
        return fail(err, ERROR_ALGORITHM, "SignedInfo is not in exclusive canonical form");
    if (!text_is(parts->method, key->signature_uri))
        return fail(err, ERROR_ALGORITHM, "not the signature algorithm of this party");
    if (!text_is(parts->transforms[0], SIGNATURE_ENVELOPED) ||
        !text_is(parts->transforms[1], SIGNATURE_EXCLUSIVE_C14N))
        return fail(err, ERROR_TRANSFORM, "not enveloped-signature, then exclusive c14n");
    if (!text_is(parts->digest, key->digest_uri))
        return fail(err, ERROR_ALGORITHM, "not the digest algorithm of this party");
    return true;
}

bool grammar_find_pin(const struct signature_parts *parts, const struct verifier *const pins[],
                      size_t pin_count, const struct verifier **pin, struct error *err)
{
    for (size_t i = 0; i < pin_count; i++) {
        if (!is_certificate(parts, &pins[i]->key))
            continue;
        *pin = pins[i];
        return check_algorithms(parts, &pins[i]->key, err);
    }
    return fail(err, ERROR_PIN, "the certificate is none of this party's");
}

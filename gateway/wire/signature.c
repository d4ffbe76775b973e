/* signature.c - grammar, pin, digest of the tree without its signature, signature of
 * SignedInfo. */
#include "wire/signature.h"

#include <string.h>

#include <openssl/crypto.h>

#include <libxml/tree.h>

#include "crypt/base64.h"
#include "wire/canonical.h"
#include "wire/document_internal.h"
#include "wire/keys_internal.h"
#include "wire/signature_grammar.h"

/* The digest that SignedInfo names: of the whole tree but the signature. */
static bool digest_document(xmlDocPtr xml, xmlNodePtr signature, const struct suite_key *key,
                            struct digest *digest, struct error *err)
{
    enum digest_kind kind = key->suite == SUITE_GM ? DIGEST_SM3 : DIGEST_SHA256;
    struct canonical canonical;
    bool ok = canonical_document(xml, signature, &canonical, err) &&
              digest_of(kind, canonical.bytes.at, canonical.bytes.size, digest, err);

    canonical_release(&canonical);
    return ok;
}

/* --- verify ------------------------------------------------------------------------------- */

static bool does_not_verify(struct error *err)
{
    return fail(err, ERROR_SIGNATURE, "the signature does not verify");
}

static bool check_digest(xmlDocPtr xml, const struct signature_parts *parts,
                         const struct suite_key *key, struct error *err)
{
    struct error ignored = ERROR_INIT;
    struct digest claimed;
    struct digest found;
    size_t size = 0;

    if (!base64_decode(parts->digest_value, BASE64_SPACE, claimed.bytes, DIGEST_SIZE, &size,
                       &ignored) ||
        size != DIGEST_SIZE)
        return does_not_verify(err);
    return digest_document(xml, parts->signature, key, &found, err) &&
           (digest_equal(&found, &claimed) || does_not_verify(err));
}

static bool check_value(const struct signature_parts *parts, const struct verifier *pin,
                        struct error *err)
{
    struct error ignored = ERROR_INIT;
    struct canonical canonical;
    uint8_t value[SIGNATURE_SIZE_MAX];
    size_t size = 0;
    bool ok;

    if (!base64_decode(parts->signature_value, BASE64_SPACE, value, sizeof(value), &size,
                       &ignored))
        return does_not_verify(err);
    ok = canonical_element(parts->signed_info, &canonical, err) &&
         verifier_verify_bytes(pin, canonical.bytes, (struct text){(const char *)value, size},
                               err);
    canonical_release(&canonical);
    return ok;
}

bool signature_verify(struct document *document, const struct verifier *const pins[],
                      size_t pin_count, const struct verifier **used, struct error *err)
{
    xmlDocPtr xml = document_xml(document);
    const struct verifier *pin = NULL;
    struct signature_parts parts;

    *used = NULL;
    if (!grammar_find(xml, &parts, err) ||
        !grammar_find_pin(&parts, pins, pin_count, &pin, err) ||
        !check_digest(xml, &parts, &pin->key, err) || !check_value(&parts, pin, err))
        return false;
    *used = pin;
    return true;
}

/* --- sign --------------------------------------------------------------------------------- */

static const xmlChar *xml_text(const char *text)
{
    return (const xmlChar *)text;
}

/* The library makes nodes without their text where memory ends, and says nothing. */
static bool has_text(const xmlNode *node)
{
    return node != NULL && node->content != NULL;
}

/* A child of parent's namespace, perhaps with a text. NULL: no memory, or no parent. */
static xmlNodePtr add(xmlNodePtr parent, const char *name, const char *text)
{
    xmlNodePtr node = parent == NULL ? NULL
                                     : xmlNewTextChild(parent, parent->ns, xml_text(name),
                                                       text == NULL ? NULL : xml_text(text));

    return node == NULL || (text != NULL && !has_text(node->children)) ? NULL : node;
}

/* The same with one attribute. */
static xmlNodePtr add_with(xmlNodePtr parent, const char *name, const char *attribute,
                           const char *value)
{
    xmlNodePtr node = add(parent, name, NULL);
    xmlAttrPtr made = node == NULL ? NULL
                                   : xmlNewProp(node, xml_text(attribute), xml_text(value));

    return made == NULL || made->name == NULL || !has_text(made->children) ? NULL : node;
}

static bool add_algorithm(xmlNodePtr parent, const char *name, const char *uri)
{
    return add_with(parent, name, "Algorithm", uri) != NULL;
}

/* NULL: no memory; what was made then hangs below `signature`. */
static xmlNodePtr add_signed_info(xmlNodePtr signature, const struct suite_key *key,
                                  const struct digest *digest)
{
    xmlNodePtr info = add(signature, "SignedInfo", NULL);
    xmlNodePtr reference;
    xmlNodePtr transforms;
    char value[BASE64_SIZE(DIGEST_SIZE) + 1];

    base64_encode(digest->bytes, DIGEST_SIZE, value);
    if (!add_algorithm(info, "CanonicalizationMethod", SIGNATURE_EXCLUSIVE_C14N) ||
        !add_algorithm(info, "SignatureMethod", key->signature_uri))
        return NULL;
    reference = add_with(info, "Reference", "URI", "");
    transforms = add(reference, "Transforms", NULL);
    return add_algorithm(transforms, "Transform", SIGNATURE_ENVELOPED) &&
                   add_algorithm(transforms, "Transform", SIGNATURE_EXCLUSIVE_C14N) &&
                   add_algorithm(reference, "DigestMethod", key->digest_uri) &&
                   add(reference, "DigestValue", value) != NULL
               ? info
               : NULL;
}

static bool add_value(xmlNodePtr signature, xmlNodePtr info, const struct signer *signer,
                      struct error *err)
{
    struct canonical canonical;
    struct raw_signature made;
    char value[BASE64_SIZE(SIGNATURE_SIZE_MAX) + 1];
    bool ok = canonical_element(info, &canonical, err) &&
              signer_sign_bytes(signer, canonical.bytes, &made, err);

    canonical_release(&canonical);
    if (!ok)
        return false;
    base64_encode(made.bytes, made.size, value);
    return add(signature, "SignatureValue", value) != NULL ||
           fail(err, ERROR_MEMORY, "no memory for a signature");
}

static bool fill_signature(xmlNodePtr signature, const struct signer *signer,
                           const struct digest *digest, struct error *err)
{
    xmlNodePtr info = add_signed_info(signature, &signer->key, digest);
    xmlNodePtr data;

    if (info == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a signature");
    if (!add_value(signature, info, signer, err))
        return false;
    data = add(add(signature, "KeyInfo", NULL), "X509Data", NULL);
    return add(data, "X509Certificate", signer->key.certificate.base64) != NULL ||
           fail(err, ERROR_MEMORY, "no memory for a signature");
}

/* An empty ds:Signature as the root's last child. NULL: no memory. */
static xmlNodePtr add_signature(xmlNodePtr root)
{
    xmlNodePtr signature = xmlNewDocNode(root->doc, NULL, xml_text("Signature"), NULL);
    xmlNsPtr space = signature == NULL
                         ? NULL
                         : xmlNewNs(signature, xml_text(SIGNATURE_NAMESPACE), xml_text("ds"));

    if (space != NULL && space->href != NULL && space->prefix != NULL) {
        xmlSetNs(signature, space);
        if (xmlAddChild(root, signature) == signature)
            return signature;
    }
    xmlFreeNode(signature);
    return NULL;
}

bool signature_sign(struct document *document, const struct signer *signer, struct error *err)
{
    xmlDocPtr xml = document_xml(document);
    struct digest digest;
    xmlNodePtr signature;
    size_t count = 0;

    if (!grammar_check_document(xml, &count, err))
        return false;
    if (count != 0)
        return fail(err, ERROR_SHAPE, "the document carries a signature already");
    if (!digest_document(xml, NULL, &signer->key, &digest, err))
        return false;
    signature = add_signature(xmlDocGetRootElement(xml));
    if (signature == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a signature");
    if (fill_signature(signature, signer, &digest, err))
        return true;
    xmlUnlinkNode(signature);
    xmlFreeNode(signature);
    return false;
}

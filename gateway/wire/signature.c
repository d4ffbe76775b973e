/* signature.c - grammar, pin, xmlsec under limits, and a look at what xmlsec did. */
#include "wire/signature.h"

#include <string.h>

#include <openssl/err.h>

#include <libxml/tree.h>

#include <xmlsec/keyinfo.h>
#include <xmlsec/keysdata.h>
#include <xmlsec/templates.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>

#include "wire/document_internal.h"
#include "wire/keys_internal.h"
#include "wire/signature_grammar.h"
#include "wire/xmlsec_openssl.h"

/* --- limits ------------------------------------------------------------------------------- */

/* The list's type is a plain pointer; nothing writes through it. */
static bool add(xmlSecPtrListPtr list, const void *id)
{
    return xmlSecPtrListAdd(list, (void *)(uintptr_t)id) >= 0;
}

/* An empty list means "everything is allowed", so a list that could not be filled must stop us.
 */
static bool set_limits(xmlSecDSigCtxPtr context, const struct suite_key *key)
{
    xmlSecKeyInfoCtxPtr key_info = &context->keyInfoReadCtx;

    context->enabledReferenceUris = xmlSecTransformUriTypeEmpty;
    context->enabledReferenceTransforms = xmlSecPtrListCreate(xmlSecTransformIdListId);
    if (context->enabledReferenceTransforms == NULL ||
        !add(context->enabledReferenceTransforms, xmlSecTransformEnvelopedId) ||
        !add(context->enabledReferenceTransforms, xmlSecTransformExclC14NId) ||
        !add(context->enabledReferenceTransforms, key->digest_transform))
        return false;
    if (xmlSecDSigCtxEnableSignatureTransform(context, xmlSecTransformExclC14NId) < 0 ||
        xmlSecDSigCtxEnableSignatureTransform(context, key->signature_transform) < 0)
        return false;
    /* with signKey preset xmlsec does not read KeyInfo; should it ever, there is nothing in it
     */
    if (!add(&key_info->enabledKeyData, xmlSecOpenSSLKeyDataX509Id))
        return false;
    key_info->retrievalMethodCtx.enabledUris = xmlSecTransformUriTypeNone;
    key_info->maxRetrievalMethodLevel = 0;
    key_info->maxEncryptedKeyLevel = 0;
    context->flags |= XMLSEC_DSIG_FLAGS_IGNORE_MANIFESTS;
    return true;
}

static xmlSecDSigCtxPtr new_context(const struct suite_key *key, struct error *err)
{
    xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(NULL);

    if (context != NULL && set_limits(context, key)) {
        context->signKey = xmlSecKeyDuplicate(key->template);
        if (context->signKey != NULL)
            return context;
    }
    if (context != NULL)
        xmlSecDSigCtxDestroy(context);
    fail(err, ERROR_MEMORY, "no memory for a signature");
    return NULL;
}

/* Success alone says little: what was done must be what was asked. */
static bool did_as_asked(xmlSecDSigCtxPtr context, const struct suite_key *key,
                         struct error *err)
{
    xmlSecDSigReferenceCtxPtr reference;

    if (context->status != xmlSecDSigStatusSucceeded)
        return fail(err, ERROR_SIGNATURE, "the signature does not verify");
    if (context->signMethod == NULL || context->signMethod->id != key->signature_transform)
        return fail(err, ERROR_ALGORITHM, "another signature algorithm was used");
    if (xmlSecPtrListGetSize(&context->signedInfoReferences) != 1 ||
        xmlSecPtrListGetSize(&context->manifestReferences) != 0)
        return fail(err, ERROR_REFERENCE, "not exactly one reference was signed");
    reference = xmlSecPtrListGetItem(&context->signedInfoReferences, 0);
    if (reference == NULL || (reference->uri != NULL && reference->uri[0] != '\0'))
        return fail(err, ERROR_REFERENCE, "the reference is not the whole document");
    if (reference->status != xmlSecDSigStatusSucceeded)
        return fail(err, ERROR_SIGNATURE, "the signature does not verify");
    if (reference->digestMethod == NULL || reference->digestMethod->id != key->digest_transform)
        return fail(err, ERROR_ALGORITHM, "another digest algorithm was used");
    return true;
}

/* --- verify ------------------------------------------------------------------------------- */

static const struct verifier *find_pin(const struct signature_parts *parts,
                                       const struct verifier *const pins[], size_t pin_count)
{
    for (size_t i = 0; i < pin_count; i++)
        if (grammar_is_certificate(parts, &pins[i]->key))
            return pins[i];
    return NULL;
}

bool signature_verify(struct document *document, const struct verifier *const pins[],
                      size_t pin_count, const struct verifier **used, struct error *err)
{
    struct signature_parts parts;
    const struct verifier *pin;
    xmlSecDSigCtxPtr context;
    bool ok;

    *used = NULL;
    if (!grammar_find(document_xml(document), &parts, err))
        return false;
    pin = find_pin(&parts, pins, pin_count);
    if (pin == NULL)
        return fail(err, ERROR_PIN, "the certificate is none of this party's");
    if (!grammar_check_algorithms(&parts, &pin->key, err))
        return false;
    context = new_context(&pin->key, err);
    if (context == NULL)
        return false;
    ok = xmlSecDSigCtxVerify(context, parts.signature) == 0
             ? did_as_asked(context, &pin->key, err)
             : fail(err, ERROR_SIGNATURE, "the signature does not verify");
    xmlSecDSigCtxDestroy(context);
    ERR_clear_error();
    if (ok)
        *used = pin;
    return ok;
}

/* --- sign --------------------------------------------------------------------------------- */

static const xmlChar *xml_text(const char *text)
{
    return (const xmlChar *)text;
}

static xmlNodePtr new_signature(xmlDocPtr xml, const struct suite_key *key)
{
    xmlNodePtr signature = xmlSecTmplSignatureCreateNsPref(
        xml, xmlSecTransformExclC14NId, key->signature_transform, NULL, xml_text("ds"));
    xmlNodePtr reference = NULL;

    if (signature == NULL)
        return NULL;
    reference = xmlSecTmplSignatureAddReference(signature, key->digest_transform, NULL,
                                                xml_text(""), NULL);
    if (reference != NULL &&
        xmlSecTmplReferenceAddTransform(reference, xmlSecTransformEnvelopedId) != NULL &&
        xmlSecTmplReferenceAddTransform(reference, xmlSecTransformExclC14NId) != NULL)
        return signature;
    xmlFreeNode(signature);
    return NULL;
}

/* After signing: KeyInfo is not signed, and a certificate inside the key would cost more. */
static bool append_key_info(xmlNodePtr signature, const struct suite_key *key)
{
    xmlNodePtr key_info = xmlNewChild(signature, signature->ns, xml_text("KeyInfo"), NULL);
    xmlNodePtr data = NULL;
    xmlNodePtr certificate = NULL;

    if (key_info != NULL)
        data = xmlNewChild(key_info, signature->ns, xml_text("X509Data"), NULL);
    if (data != NULL)
        certificate = xmlNewTextChild(data, signature->ns, xml_text("X509Certificate"),
                                      xml_text(key->certificate.base64));
    return certificate != NULL && certificate->children != NULL;
}

static bool sign_node(xmlNodePtr signature, const struct suite_key *key, struct error *err)
{
    xmlSecDSigCtxPtr context = new_context(key, err);
    bool ok;

    if (context == NULL)
        return false;
    ok = xmlSecDSigCtxSign(context, signature) == 0
             ? did_as_asked(context, key, err)
             : fail(err, ERROR_CRYPTO, "signing failed (%s)", suite_name(key->suite));
    xmlSecDSigCtxDestroy(context);
    ERR_clear_error();
    if (!ok && err->code != ERROR_MEMORY)
        err->code = ERROR_CRYPTO; /* whatever it was, it is not the sender's fault */
    return ok;
}

bool signature_sign(struct document *document, const struct signer *signer, struct error *err)
{
    xmlDocPtr xml = document_xml(document);
    xmlNodePtr signature;
    size_t count = 0;

    if (!grammar_check_document(xml, &count, err))
        return false;
    if (count != 0)
        return fail(err, ERROR_SHAPE, "the document carries a signature already");
    signature = new_signature(xml, &signer->key);
    if (signature == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a signature");
    if (xmlAddChild(xmlDocGetRootElement(xml), signature) == NULL) {
        xmlFreeNode(signature);
        return fail(err, ERROR_MEMORY, "no memory for a signature");
    }
    if (sign_node(signature, &signer->key, err)) {
        if (append_key_info(signature, &signer->key))
            return true;
        fail(err, ERROR_MEMORY, "no memory for a signature");
    }
    xmlUnlinkNode(signature);
    xmlFreeNode(signature);
    return false;
}

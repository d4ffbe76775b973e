/* signature_xmlsec.c - grammar, pin, xmlsec under limits, and a look at what xmlsec did. */
#include "wire/signature_xmlsec.h"

#include <string.h>

#include <openssl/err.h>

#include <libxml/tree.h>

#include <xmlsec/keyinfo.h>
#include <xmlsec/keysdata.h>
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

bool signature_verify_xmlsec(struct document *document, const struct verifier *const pins[],
                             size_t pin_count, const struct verifier **used, struct error *err)
{
    struct signature_parts parts;
    const struct verifier *pin;
    xmlSecDSigCtxPtr context;
    bool ok;

    *used = NULL;
    if (!grammar_find(document_xml(document), &parts, err) ||
        !grammar_find_pin(&parts, pins, pin_count, &pin, err))
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

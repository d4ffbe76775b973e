/* gm_xmlsec.c - SM3 and SM2 as xmlsec's classes, one object for each name in the closed list.
 */
#include "wire/gm_internal.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <xmlsec/buffer.h>
#include <xmlsec/errors.h>
#include <xmlsec/keysdata.h>
#include <xmlsec/list.h>

enum { SM3_SIZE = 32, KEY_BITS = 256, FAILED = -1 };

#define GM_2018      "http://www.w3.org/2018/02/xmlgmdsig#"
#define CHINAPORT    "http://www.chinaport.gov.cn/2022/04/xmldsig#"
#define OID_SM2      "urn:oid:1.2.156.10197.1.501"
#define OID_SM3      "urn:oid:1.2.156.10197.1.401"
#define XMLDSIG_2000 "http://www.w3.org/2000/09/xmldsig#"

/* The last three: a name seen in the field without a digest name of its own. */
const struct gm_pair gm_pairs[] = {
    {GM_2018 "ecsm2-sm3", GM_2018 "sm3"},
    {CHINAPORT "sm2-sm3", CHINAPORT "sm3"},
    {OID_SM2, OID_SM3},
    {XMLDSIG_2000 "sm2-sm3", GM_2018 "sm3"},
    {XMLDSIG_2000 "sm2-sm3", CHINAPORT "sm3"},
    {XMLDSIG_2000 "sm2-sm3", OID_SM3},
};
const size_t gm_pair_count = COUNT_OF(gm_pairs);

const struct gm_pair *gm_pair_find(const char *signature_uri, const char *digest_uri)
{
    if (signature_uri == NULL && digest_uri == NULL)
        return &gm_pairs[0];
    if (signature_uri == NULL || digest_uri == NULL)
        return NULL;
    for (size_t i = 0; i < gm_pair_count; i++)
        if (strcmp(gm_pairs[i].signature_uri, signature_uri) == 0 &&
            strcmp(gm_pairs[i].digest_uri, digest_uri) == 0)
            return &gm_pairs[i];
    return NULL;
}

/* --- key data: a borrowed struct gm_key --------------------------------------------------- */

struct key_data {
    xmlSecKeyData base;
    const struct gm_key *key;
};

static struct key_data *as_key_data(xmlSecKeyDataPtr data)
{
    return (struct key_data *)(void *)data;
}

static int key_initialize(xmlSecKeyDataPtr data)
{
    as_key_data(data)->key = NULL;
    return 0;
}

static int key_duplicate(xmlSecKeyDataPtr to, xmlSecKeyDataPtr from)
{
    as_key_data(to)->key = as_key_data(from)->key;
    return 0;
}

static void key_finalize(xmlSecKeyDataPtr data)
{
    as_key_data(data)->key = NULL;
}

static xmlSecKeyDataType key_type(xmlSecKeyDataPtr data)
{
    const struct gm_key *key = as_key_data(data)->key;

    return key != NULL && key->is_private ? xmlSecKeyDataTypePrivate | xmlSecKeyDataTypePublic
                                          : xmlSecKeyDataTypePublic;
}

static xmlSecSize key_size(xmlSecKeyDataPtr data)
{
    (void)data;
    return KEY_BITS;
}

/* usage Unknown and no readers: such a key never comes from or goes into a document */
static xmlSecKeyDataKlass key_class = {
    .klassSize = sizeof(xmlSecKeyDataKlass),
    .objSize = sizeof(struct key_data),
    .name = (const xmlChar *)"sm2",
    .usage = xmlSecKeyDataUsageUnknown,
    .initialize = key_initialize,
    .duplicate = key_duplicate,
    .finalize = key_finalize,
    .getType = key_type,
    .getSize = key_size,
};

xmlSecKeyPtr gm_xmlsec_key(const struct gm_key *key)
{
    xmlSecKeyPtr made = xmlSecKeyCreate();
    xmlSecKeyDataPtr data = xmlSecKeyDataCreate(&key_class);

    if (made != NULL && data != NULL) {
        as_key_data(data)->key = key;
        if (xmlSecKeySetValue(made, data) == 0)
            return made;
    }
    if (data != NULL)
        xmlSecKeyDataDestroy(data);
    if (made != NULL)
        xmlSecKeyDestroy(made);
    return NULL;
}

/* --- SM3 ---------------------------------------------------------------------------------- */

struct digest_transform {
    xmlSecTransform base;
    EVP_MD_CTX *context;
    unsigned char value[SM3_SIZE];
};

static struct digest_transform *as_digest(xmlSecTransformPtr transform)
{
    return (struct digest_transform *)(void *)transform;
}

static int digest_initialize(xmlSecTransformPtr transform)
{
    as_digest(transform)->context = EVP_MD_CTX_new();
    return as_digest(transform)->context == NULL ? FAILED : 0;
}

static void digest_finalize(xmlSecTransformPtr transform)
{
    EVP_MD_CTX_free(as_digest(transform)->context);
    as_digest(transform)->context = NULL;
}

static int digest_verify(xmlSecTransformPtr transform, const xmlSecByte *value, xmlSecSize size,
                         xmlSecTransformCtxPtr context)
{
    (void)context;
    if (transform->operation != xmlSecTransformOperationVerify ||
        transform->status != xmlSecTransformStatusFinished)
        return FAILED;
    transform->status = xmlSecTransformStatusFail;
    if (size == SM3_SIZE && CRYPTO_memcmp(value, as_digest(transform)->value, SM3_SIZE) == 0)
        transform->status = xmlSecTransformStatusOk;
    return 0;
}

static int digest_finish(xmlSecTransformPtr transform)
{
    struct digest_transform *digest = as_digest(transform);

    if (EVP_DigestFinal_ex(digest->context, digest->value, NULL) != 1)
        return FAILED;
    if (transform->operation == xmlSecTransformOperationSign &&
        xmlSecBufferAppend(&transform->outBuf, digest->value, SM3_SIZE) < 0)
        return FAILED;
    transform->status = xmlSecTransformStatusFinished;
    return 0;
}

static int digest_execute(xmlSecTransformPtr transform, int last, xmlSecTransformCtxPtr context)
{
    struct digest_transform *digest = as_digest(transform);
    xmlSecSize size = xmlSecBufferGetSize(&transform->inBuf);

    (void)context;
    if (transform->status == xmlSecTransformStatusFinished)
        return size == 0 ? 0 : FAILED;
    if (transform->status == xmlSecTransformStatusNone) {
        if (EVP_DigestInit_ex(digest->context, gm_digest_algorithm(), NULL) != 1)
            return FAILED;
        transform->status = xmlSecTransformStatusWorking;
    }
    if (transform->status != xmlSecTransformStatusWorking)
        return FAILED;
    if (size > 0) {
        const xmlSecByte *bytes = xmlSecBufferGetData(&transform->inBuf);
        if (EVP_DigestUpdate(digest->context, bytes, size) != 1 ||
            xmlSecBufferRemoveHead(&transform->inBuf, size) < 0)
            return FAILED;
    }
    return last != 0 ? digest_finish(transform) : 0;
}

/* --- SM2 with SM3 ------------------------------------------------------------------------- */

/* The canonical SignedInfo is collected and given to the key at once: a module wants it so. */
struct signature_transform {
    xmlSecTransform base;
    const struct gm_key *key;
    xmlSecBuffer input;
};

static struct signature_transform *as_signature(xmlSecTransformPtr transform)
{
    return (struct signature_transform *)(void *)transform;
}

static int signature_initialize(xmlSecTransformPtr transform)
{
    as_signature(transform)->key = NULL;
    return xmlSecBufferInitialize(&as_signature(transform)->input, 0);
}

static void signature_finalize(xmlSecTransformPtr transform)
{
    xmlSecBufferFinalize(&as_signature(transform)->input);
    as_signature(transform)->key = NULL;
}

static int signature_requires(xmlSecTransformPtr transform, xmlSecKeyReqPtr wanted)
{
    bool sign = transform->operation == xmlSecTransformOperationSign;

    wanted->keyId = &key_class;
    wanted->keyType = sign ? xmlSecKeyDataTypePrivate : xmlSecKeyDataTypePublic;
    wanted->keyUsage = sign ? xmlSecKeyUsageSign : xmlSecKeyUsageVerify;
    return 0;
}

static int signature_set_key(xmlSecTransformPtr transform, xmlSecKeyPtr key)
{
    xmlSecKeyDataPtr data = xmlSecKeyGetValue(key);

    if (data == NULL || data->id != &key_class)
        return FAILED;
    as_signature(transform)->key = as_key_data(data)->key;
    return as_signature(transform)->key == NULL ? FAILED : 0;
}

static struct text collected(struct signature_transform *signature)
{
    return (struct text){(const char *)xmlSecBufferGetData(&signature->input),
                         xmlSecBufferGetSize(&signature->input)};
}

static int signature_verify_value(xmlSecTransformPtr transform, const xmlSecByte *value,
                                  xmlSecSize size, xmlSecTransformCtxPtr context)
{
    struct signature_transform *signature = as_signature(transform);
    const struct gm_key *key = signature->key;
    bool holds = false;

    (void)context;
    if (transform->operation != xmlSecTransformOperationVerify ||
        transform->status != xmlSecTransformStatusFinished || key == NULL)
        return FAILED;
    transform->status = xmlSecTransformStatusFail;
    if (size == GM_SIGNATURE_SIZE &&
        key->operations->verify(key->handle, key->id, collected(signature), value, &holds) &&
        holds)
        transform->status = xmlSecTransformStatusOk;
    return 0;
}

static int signature_finish(xmlSecTransformPtr transform)
{
    struct signature_transform *signature = as_signature(transform);
    const struct gm_key *key = signature->key;
    uint8_t raw[GM_SIGNATURE_SIZE];

    if (transform->operation == xmlSecTransformOperationSign) {
        if (!key->is_private ||
            !key->operations->sign(key->handle, key->id, collected(signature), raw) ||
            xmlSecBufferAppend(&transform->outBuf, raw, sizeof(raw)) < 0)
            return FAILED;
    }
    transform->status = xmlSecTransformStatusFinished;
    return 0;
}

static int signature_execute(xmlSecTransformPtr transform, int last,
                             xmlSecTransformCtxPtr context)
{
    struct signature_transform *signature = as_signature(transform);
    xmlSecSize size = xmlSecBufferGetSize(&transform->inBuf);

    (void)context;
    if (transform->status == xmlSecTransformStatusFinished)
        return size == 0 ? 0 : FAILED;
    if (signature->key == NULL)
        return FAILED;
    transform->status = xmlSecTransformStatusWorking;
    if (size > 0) {
        const xmlSecByte *bytes = xmlSecBufferGetData(&transform->inBuf);
        if (xmlSecBufferAppend(&signature->input, bytes, size) < 0 ||
            xmlSecBufferRemoveHead(&transform->inBuf, size) < 0)
            return FAILED;
    }
    return last != 0 ? signature_finish(transform) : 0;
}

/* --- the names ---------------------------------------------------------------------------- */

#define DIGEST_CLASS(class_name, uri)                                                          \
    {                                                                                          \
        .klassSize = sizeof(xmlSecTransformKlass), .objSize = sizeof(struct digest_transform), \
        .name = (const xmlChar *)(class_name), .href = (const xmlChar *)(uri),                 \
        .usage = xmlSecTransformUsageDigestMethod, .initialize = digest_initialize,            \
        .finalize = digest_finalize, .verify = digest_verify,                                  \
        .getDataType = xmlSecTransformDefaultGetDataType,                                      \
        .pushBin = xmlSecTransformDefaultPushBin, .popBin = xmlSecTransformDefaultPopBin,      \
        .execute = digest_execute,                                                             \
    }

#define SIGNATURE_CLASS(class_name, uri)                                                       \
    {                                                                                          \
        .klassSize = sizeof(xmlSecTransformKlass),                                             \
        .objSize = sizeof(struct signature_transform), .name = (const xmlChar *)(class_name),  \
        .href = (const xmlChar *)(uri), .usage = xmlSecTransformUsageSignatureMethod,          \
        .initialize = signature_initialize, .finalize = signature_finalize,                    \
        .setKeyReq = signature_requires, .setKey = signature_set_key,                          \
        .verify = signature_verify_value, .getDataType = xmlSecTransformDefaultGetDataType,    \
        .pushBin = xmlSecTransformDefaultPushBin, .popBin = xmlSecTransformDefaultPopBin,      \
        .execute = signature_execute,                                                          \
    }

static xmlSecTransformKlass digest_classes[] = {
    DIGEST_CLASS("sm3", GM_2018 "sm3"),
    DIGEST_CLASS("sm3-chinaport", CHINAPORT "sm3"),
    DIGEST_CLASS("sm3-oid", OID_SM3),
};

static xmlSecTransformKlass signature_classes[] = {
    SIGNATURE_CLASS("sm2-sm3", GM_2018 "ecsm2-sm3"),
    SIGNATURE_CLASS("sm2-sm3-chinaport", CHINAPORT "sm2-sm3"),
    SIGNATURE_CLASS("sm2-sm3-oid", OID_SM2),
    SIGNATURE_CLASS("sm2-sm3-2000", XMLDSIG_2000 "sm2-sm3"),
};

static xmlSecTransformId find(xmlSecTransformKlass *classes, size_t count, const char *uri)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp((const char *)classes[i].href, uri) == 0)
            return &classes[i];
    return NULL;
}

xmlSecTransformId gm_signature_transform(const char *signature_uri)
{
    return find(signature_classes, COUNT_OF(signature_classes), signature_uri);
}

xmlSecTransformId gm_digest_transform(const char *digest_uri)
{
    return find(digest_classes, COUNT_OF(digest_classes), digest_uri);
}

bool gm_register(struct error *err)
{
    if (!gm_fetch_digest(err))
        return false;
    if (xmlSecKeyDataIdsRegister(&key_class) < 0)
        return fail(err, ERROR_CRYPTO, "xmlsec does not take the SM2 key class");
    for (size_t i = 0; i < COUNT_OF(digest_classes); i++)
        if (xmlSecTransformIdsRegister(&digest_classes[i]) < 0)
            return fail(err, ERROR_CRYPTO, "xmlsec does not take SM3");
    for (size_t i = 0; i < COUNT_OF(signature_classes); i++)
        if (xmlSecTransformIdsRegister(&signature_classes[i]) < 0)
            return fail(err, ERROR_CRYPTO, "xmlsec does not take SM2 with SM3");
    return true;
}

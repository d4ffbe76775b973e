/* primitives.c - the limit: libxml2, OpenSSL and LMDB called directly. */
#include "primitives.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlschemas.h>
#include <lmdb.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include "wire/loader.h"

enum { PATH_SIZE = 4096 };

struct primitives {
    struct primitives_given given;
    const EVP_MD *md;
    EVP_MD_CTX *md_context;
    EVP_CIPHER_CTX *cipher;
    EVP_PKEY *own;    /* signs */
    EVP_PKEY *far;    /* verifies */
    uint8_t hash[32]; /* of anything: what is signed */
    uint8_t signature[256];
    size_t signature_size;
    xmlDocPtr body; /* the message without its signature */
    xmlDocPtr signed_info;
    xmlDocPtr whole; /* the message */
    xmlDocPtr receipt_body;
    xmlDocPtr receipt_info;
    xmlDocPtr receipt;
    xmlSchemaPtr envelope;
    xmlSchemaPtr national;
    unsigned char *scratch; /* as large as the largest plain text, and its ciphertext */
    MDB_env *env;
    MDB_dbi journal;
    MDB_dbi bodies;
    uint64_t next; /* entry */
    uint64_t next_body;
    char folder[PATH_SIZE];
};

const char *primitive_name(enum primitive which)
{
    static const char *const names[PRIMITIVES] = {
        [PRIMITIVE_DIGESTS] = "digests of 4 bodies, 2 entries",
        [PRIMITIVE_PARSE] = "libxml2 parse and free",
        [PRIMITIVE_C14N] = "exc-c14n and digest, message and SignedInfo",
        [PRIMITIVE_VERIFY] = "raw verify",
        [PRIMITIVE_XSD] = "XSD: envelope, national form",
        [PRIMITIVE_SEAL] = "AES-256-GCM of 4 bodies",
        [PRIMITIVE_RECEIPT_XSD] = "XSD: receipt",
        [PRIMITIVE_RECEIPT_C14N] = "exc-c14n and digest, receipt and SignedInfo",
        [PRIMITIVE_SIGN] = "raw sign",
        [PRIMITIVE_WRITE] = "libxml2 serialise receipt",
        [PRIMITIVE_STORE] = "LMDB: 2 entries, 4 bodies, share of commits",
    };

    return names[which];
}

/* --- preparing ---------------------------------------------------------------------------- */

static xmlDocPtr parse(struct text bytes)
{
    xmlDocPtr xml = xmlReadMemory(bytes.at, (int)bytes.size, NULL, NULL,
                                  XML_PARSE_NONET | XML_PARSE_COMPACT);

    bench_need(xml != NULL, "libxml2 parse", NULL);
    return xml;
}

/* Takes the signature out; its SignedInfo becomes a document of its own. */
static void take_apart(struct text bytes, xmlDocPtr *body, xmlDocPtr *signed_info)
{
    xmlDocPtr xml = parse(bytes);
    xmlNodePtr signature = xmlLastElementChild(xmlDocGetRootElement(xml));
    xmlNodePtr info = xmlFirstElementChild(signature);

    *signed_info = xmlNewDoc((const xmlChar *)"1.0");
    xmlDocSetRootElement(*signed_info, xmlDocCopyNode(info, *signed_info, 1));
    xmlReconciliateNs(*signed_info, xmlDocGetRootElement(*signed_info));
    xmlUnlinkNode(signature);
    xmlFreeNode(signature);
    *body = xml;
}

static xmlSchemaPtr load_schema(const char *folder, const char *name)
{
    char full[PATH_SIZE];
    char path[PATH_SIZE * 2];
    xmlSchemaParserCtxtPtr context;
    xmlSchemaPtr schema;

    bench_need(realpath(folder, full) != NULL, folder, NULL);
    snprintf(path, sizeof(path), "%s/%s", full, name);
    loader_open(full);
    context = xmlSchemaNewParserCtxt(path);
    schema = xmlSchemaParse(context);
    xmlSchemaFreeParserCtxt(context);
    loader_close();
    bench_need(schema != NULL, path, NULL);
    return schema;
}

static EVP_PKEY *private_key(const char *pair, const char *party, const char *suite)
{
    char path[PATH_SIZE];
    EVP_PKEY *key;
    FILE *file;

    snprintf(path, sizeof(path), "%s/certs/%s.%s.key", pair, party, suite);
    file = fopen(path, "r");
    bench_need(file != NULL, path, NULL);
    key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    fclose(file);
    bench_need(key != NULL, path, NULL);
    return key;
}

static void sign(struct primitives *primitives, EVP_PKEY *key)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);

    primitives->signature_size = sizeof(primitives->signature);
    bench_need(context != NULL && EVP_PKEY_sign_init(context) > 0 &&
                   EVP_PKEY_sign(context, primitives->signature, &primitives->signature_size,
                                 primitives->hash, sizeof(primitives->hash)) > 0,
               "raw sign", NULL);
    EVP_PKEY_CTX_free(context);
}

static void open_store(struct primitives *primitives)
{
    MDB_txn *txn = NULL;

    snprintf(primitives->folder, sizeof(primitives->folder), "%s/plain-lmdb",
             primitives->given.pair);
    bench_remove_folder(primitives->folder);
    mkdir(primitives->folder, 0700);
    bench_need(
        mdb_env_create(&primitives->env) == 0 && mdb_env_set_maxdbs(primitives->env, 4) == 0 &&
            mdb_env_set_mapsize(primitives->env, (size_t)16 << 30) == 0 &&
            mdb_env_open(primitives->env, primitives->folder, MDB_NORDAHEAD, 0600) == 0 &&
            mdb_txn_begin(primitives->env, NULL, 0, &txn) == 0 &&
            mdb_dbi_open(txn, "journal", MDB_CREATE, &primitives->journal) == 0 &&
            mdb_dbi_open(txn, "body", MDB_CREATE, &primitives->bodies) == 0 &&
            mdb_txn_commit(txn) == 0,
        "a plain LMDB", NULL);
}

static void prepare_trees(struct primitives *primitives)
{
    const struct primitives_given *given = &primitives->given;

    take_apart(given->message, &primitives->body, &primitives->signed_info);
    take_apart(given->receipt, &primitives->receipt_body, &primitives->receipt_info);
    primitives->whole = parse(given->message);
    primitives->receipt = parse(given->receipt);
    primitives->envelope = load_schema("schemas", "envelope.xsd");
    primitives->national = load_schema("schemas/national", "pension.xsd");
}

struct primitives *primitives_new(const struct primitives_given *given)
{
    struct primitives *primitives = calloc(1, sizeof(*primitives));
    const struct gate *gate = &given->fixture->gate;
    bool sm3 = gate->config->ledger_hash == DIGEST_SM3;

    bench_need(primitives != NULL, "memory", NULL);
    primitives->given = *given;
    primitives->md = EVP_MD_fetch(NULL, sm3 ? "SM3" : "SHA256", NULL);
    primitives->md_context = EVP_MD_CTX_new();
    primitives->cipher = EVP_CIPHER_CTX_new();
    primitives->scratch = calloc(2, given->message.size + 4096);
    bench_need(primitives->md != NULL && primitives->md_context != NULL &&
                   primitives->cipher != NULL && primitives->scratch != NULL,
               "memory", NULL);
    prepare_trees(primitives);
    primitives->own = private_key(given->pair, gate->config->party, given->suite);
    primitives->far = private_key(given->pair, given->fixture->far->id, given->suite);
    sign(primitives, primitives->far);
    open_store(primitives);
    return primitives;
}

void primitives_free(struct primitives *primitives)
{
    xmlDocPtr trees[] = {primitives->body,         primitives->signed_info,
                         primitives->whole,        primitives->receipt_body,
                         primitives->receipt_info, primitives->receipt};

    for (size_t i = 0; i < COUNT_OF(trees); i++)
        xmlFreeDoc(trees[i]);
    xmlSchemaFree(primitives->envelope);
    xmlSchemaFree(primitives->national);
    EVP_PKEY_free(primitives->own);
    EVP_PKEY_free(primitives->far);
    EVP_CIPHER_CTX_free(primitives->cipher);
    EVP_MD_CTX_free(primitives->md_context);
    EVP_MD_free((EVP_MD *)(uintptr_t)primitives->md);
    mdb_env_close(primitives->env);
    bench_remove_folder(primitives->folder);
    free(primitives->scratch);
    free(primitives);
}

/* --- one by one ----------------------------------------------------------------------------
 */

static void digest(struct primitives *primitives, const void *bytes, size_t size)
{
    unsigned hash_size = 0;

    bench_need(EVP_DigestInit_ex2(primitives->md_context, primitives->md, NULL) > 0 &&
                   EVP_DigestUpdate(primitives->md_context, bytes, size) > 0 &&
                   EVP_DigestFinal_ex(primitives->md_context, primitives->hash, &hash_size) > 0,
               "digest", NULL);
}

static void canonicalise(struct primitives *primitives, xmlDocPtr xml)
{
    xmlChar *bytes = NULL;
    int size = xmlC14NDocDumpMemory(xml, NULL, XML_C14N_EXCLUSIVE_1_0, NULL, 0, &bytes);

    bench_need(size > 0, "exc-c14n", NULL);
    digest(primitives, bytes, (size_t)size);
    xmlFree(bytes);
}

static void validate(xmlSchemaPtr schema, xmlDocPtr xml, xmlNodePtr element)
{
    xmlSchemaValidCtxtPtr context = xmlSchemaNewValidCtxt(schema);
    int result = element == NULL ? xmlSchemaValidateDoc(context, xml)
                                 : xmlSchemaValidateOneElement(context, element);

    xmlSchemaFreeValidCtxt(context);
    bench_need(result == 0, "XSD validation", NULL);
}

static void validate_message(struct primitives *primitives)
{
    xmlNodePtr header = xmlFirstElementChild(xmlDocGetRootElement(primitives->whole));

    validate(primitives->envelope, primitives->whole, NULL);
    validate(primitives->national, primitives->whole,
             xmlFirstElementChild(xmlNextElementSibling(header)));
}

static void encrypt(struct primitives *primitives, const void *bytes, size_t size)
{
    static const uint8_t key[32] = {1};
    uint8_t nonce[12];
    uint8_t tag[16];
    int written = 0;

    bench_need(
        RAND_bytes(nonce, sizeof(nonce)) > 0 &&
            EVP_EncryptInit_ex2(primitives->cipher, EVP_aes_256_gcm(), key, nonce, NULL) > 0 &&
            EVP_EncryptUpdate(primitives->cipher, primitives->scratch, &written, bytes,
                              (int)size) > 0 &&
            EVP_EncryptFinal_ex(primitives->cipher, tag, &written) > 0 &&
            EVP_CIPHER_CTX_ctrl(primitives->cipher, EVP_CTRL_AEAD_GET_TAG, sizeof(tag), tag) >
                0,
        "AES-256-GCM", NULL);
}

static void verify(struct primitives *primitives)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(primitives->far, NULL);

    bench_need(context != NULL && EVP_PKEY_verify_init(context) > 0, "raw verify", NULL);
    EVP_PKEY_verify(context, primitives->signature, primitives->signature_size,
                    primitives->hash, sizeof(primitives->hash));
    EVP_PKEY_CTX_free(context);
}

static void serialise(struct primitives *primitives)
{
    xmlChar *bytes = NULL;
    int size = 0;

    xmlDocDumpMemoryEnc(primitives->receipt, &bytes, &size, "UTF-8");
    bench_need(size > 0, "serialising", NULL);
    xmlFree(bytes);
}

void primitives_run(struct primitives *primitives, enum primitive which)
{
    const struct primitives_given *given = &primitives->given;
    const char *at = given->message.at;

    switch (which) {
    case PRIMITIVE_DIGESTS:
        digest(primitives, at, given->message.size);
        digest(primitives, at, given->content_size);
        digest(primitives, at, given->letter_size);
        digest(primitives, given->receipt.at, given->receipt.size);
        digest(primitives, at, given->entry_size);
        digest(primitives, at, given->reply_size);
        break;
    case PRIMITIVE_PARSE:
        xmlFreeDoc(parse(given->message));
        break;
    case PRIMITIVE_C14N:
        canonicalise(primitives, primitives->body);
        canonicalise(primitives, primitives->signed_info);
        break;
    case PRIMITIVE_VERIFY:
        verify(primitives);
        break;
    case PRIMITIVE_XSD:
        validate_message(primitives);
        break;
    case PRIMITIVE_SEAL:
        encrypt(primitives, at, given->message.size);
        encrypt(primitives, at, given->content_size);
        encrypt(primitives, at, given->letter_size);
        encrypt(primitives, given->receipt.at, given->receipt.size);
        break;
    case PRIMITIVE_RECEIPT_XSD:
        validate(primitives->envelope, primitives->receipt, NULL);
        break;
    case PRIMITIVE_RECEIPT_C14N:
        canonicalise(primitives, primitives->receipt_body);
        canonicalise(primitives, primitives->receipt_info);
        break;
    case PRIMITIVE_SIGN:
        sign(primitives, primitives->own);
        break;
    case PRIMITIVE_WRITE:
        serialise(primitives);
        break;
    default:
        CHECK(false);
    }
}

/* --- the store -----------------------------------------------------------------------------
 */

static void put_entry(struct primitives *primitives, MDB_txn *txn, size_t size)
{
    uint8_t key[8];
    uint64_t number = ++primitives->next;
    MDB_val at = {sizeof(key), key};
    MDB_val value = {size, primitives->scratch};

    for (int i = 7; i >= 0; i--, number >>= 8)
        key[i] = (uint8_t)number;
    bench_need(mdb_put(txn, primitives->journal, &at, &value, MDB_APPEND) == 0, "put", NULL);
}

/* The key is spread like a digest, which costs nothing here: it was counted with the digests.
 */
static void put_body(struct primitives *primitives, MDB_txn *txn, size_t size)
{
    uint8_t key[36] = {0};
    uint64_t spread = ++primitives->next_body * UINT64_C(0x9e3779b97f4a7c15);
    MDB_val at = {sizeof(key), key};
    MDB_val value = {size + SEAL_OVERHEAD_MAX, primitives->scratch};

    memcpy(key + 4, &spread, sizeof(spread));
    bench_need(mdb_put(txn, primitives->bodies, &at, &value, 0) == 0, "put", NULL);
}

void primitives_store(struct primitives *primitives, unsigned count)
{
    const struct primitives_given *given = &primitives->given;
    MDB_txn *txn = NULL;

    bench_need(mdb_txn_begin(primitives->env, NULL, 0, &txn) == 0, "begin", NULL);
    for (unsigned i = 0; i < count; i++) {
        put_entry(primitives, txn, given->entry_size);
        put_body(primitives, txn, given->message.size);
        put_body(primitives, txn, given->content_size);
        put_body(primitives, txn, given->letter_size);
    }
    bench_need(mdb_txn_commit(txn) == 0, "commit", NULL);
    bench_need(mdb_txn_begin(primitives->env, NULL, 0, &txn) == 0, "begin", NULL);
    for (unsigned i = 0; i < count; i++) {
        put_entry(primitives, txn, given->reply_size);
        put_body(primitives, txn, given->receipt.size);
    }
    bench_need(mdb_txn_commit(txn) == 0, "commit", NULL);
}

/* envelope.c - signed bytes to a message and back; the order of the checks is the contract. */
#include "wire/envelope.h"

#include <inttypes.h>
#include <string.h>

#include <libxml/tree.h>

#include "wire/codec_internal.h"
#include "wire/document_internal.h"

static const char envelope_space[] = "urn:qiantong:envelope:1";

enum { REVISION_MAX = 9999 };

/* --- in ----------------------------------------------------------------------------------- */

static bool bad_header(struct error *err, const char *name)
{
    return fail(err, ERROR_HEADER, "header: %s does not fit", name);
}

static bool read_id(const struct record *header, const char *name, struct uuid *id,
                    struct error *err)
{
    struct text value;

    if (!record_text(header, name, &value) || !uuid_parse(value, id) || !uuid_is_v7(id)) {
        memset(id, 0, sizeof(*id));
        return bad_header(err, name);
    }
    return true;
}

static bool read_party(const struct record *header, const char *name, char party[PARTY_ID_SIZE],
                       struct error *err)
{
    struct text value;

    if (!record_text(header, name, &value) || party_region(value) == 0 ||
        !text_to_field(value, party, PARTY_ID_SIZE))
        return bad_header(err, name);
    return true;
}

static bool read_instant(const struct record *header, const char *name, struct instant *at,
                         struct error *err)
{
    struct text value;

    if (!record_text(header, name, &value) || !instant_parse(value, at))
        return bad_header(err, name);
    return true;
}

/* Only the receipt to bytes that nobody could read has no flow. */
static bool read_subject(const struct record *header, struct message *message,
                         struct error *err)
{
    struct text flow, action;

    if (!record_text(header, "Flow", &flow))
        return bad_header(err, "Flow");
    if (!record_text(header, "Action", &action))
        return bad_header(err, "Action");
    message->flow = (uint16_t)flow_by_name(flow);
    message->action = (uint16_t)action_by_name(action);
    if (message->action == ACTION_NONE)
        return fail(err, ERROR_UNKNOWN_FLOW, "header: Action is not known here");
    if (message->flow == FLOW_NONE &&
        !(message->action == ACTION_RECEIPT && text_is(flow, flow_name(FLOW_NONE).english)))
        return fail(err, ERROR_UNKNOWN_FLOW, "header: Flow is not known here");
    return true;
}

/* Ids and parties first: they stay in *message for the answer if a later field fails. */
static bool read_header(const struct record *header, struct message *message, struct error *err)
{
    uint64_t revision;

    if (!read_id(header, "MessageId", &message->message_id, err) ||
        !read_id(header, "CaseId", &message->case_id, err))
        return false;
    if (record_find(header, "InReplyTo") != NULL &&
        !read_id(header, "InReplyTo", &message->in_reply_to, err))
        return false;
    if (!read_party(header, "From", message->from, err) ||
        !read_party(header, "To", message->to, err) ||
        !read_instant(header, "SentAt", &message->sent_at, err))
        return false;
    if (record_find(header, "AnswerBy") != NULL &&
        !read_instant(header, "AnswerBy", &message->answer_by, err))
        return false;
    if (!record_number(header, "Revision", REVISION_MAX, &revision) || revision == 0)
        return bad_header(err, "Revision");
    message->revision = (uint32_t)revision;
    if (!record_text(header, "Checkpoint", &message->checkpoint))
        message->checkpoint = TEXT_NONE;
    return read_subject(header, message, err);
}

static bool attribute_is(xmlNodePtr element, const char *name, const char *value)
{
    xmlAttrPtr found = xmlHasNsProp(element, (const xmlChar *)name, NULL);

    return found != NULL && found->children != NULL && found->children->next == NULL &&
           xmlStrEqual(found->children->content, (const xmlChar *)value);
}

/* xsi attributes are the only ones that a schema lets through unasked; Body has two of its own.
 */
static bool frame_plain(xmlNodePtr root, xmlNodePtr body, struct error *err)
{
    if (root->properties != NULL || body->properties->next->next != NULL)
        return fail(err, ERROR_SHAPE, "an attribute that does not belong to the envelope");
    return true;
}

/* The namespace of the body of this message; NULL: there is no such document. */
static const char *body_space(const struct message *message)
{
    return message->action == ACTION_RECEIPT ? envelope_space : flow_namespace(message->flow);
}

/* What the header says of the body, and what the body's frame says, must be one thing. */
static bool check_body(xmlNodePtr body, const struct message *message, xmlNodePtr *content,
                       struct error *err)
{
    const char *space = body_space(message);
    xmlNodePtr element = xmlFirstElementChild(body);

    if (space == NULL || element == NULL || element->ns == NULL)
        return fail(err, ERROR_UNKNOWN_FLOW, "the flow has no document of this kind");
    if (!xmlStrEqual(element->ns->href, (const xmlChar *)space) ||
        !attribute_is(body, "schema", space))
        return fail(err, ERROR_HEADER, "the body is not a document of the header's Flow");
    if (!xmlStrEqual(element->name, (const xmlChar *)action_name(message->action).english))
        return fail(err, ERROR_HEADER, "the body is not the document of the header's Action");
    *content = element;
    return true;
}

static bool check_content(const struct wire_schemas *schemas, const struct message *message,
                          xmlNodePtr content, struct error *err)
{
    const struct schema *national = wire_schemas_national(schemas, message->flow);

    if (message->action == ACTION_RECEIPT) /* the envelope's schema has seen it */
        return true;
    if (national == NULL)
        return fail(err, ERROR_UNKNOWN_FLOW, "the flow has no national form here");
    return schema_check_subtree(national, content, err);
}

static bool read_message(const struct wire_schemas *schemas, const struct document *document,
                         struct arena *arena, struct message *message,
                         enum envelope_stage *stage, struct error *err)
{
    xmlNodePtr root = xmlDocGetRootElement(document_xml(document));
    xmlNodePtr header = xmlFirstElementChild(root);
    xmlNodePtr body = xmlNextElementSibling(header);
    xmlNodePtr content = NULL;
    struct record *record;

    if (!frame_plain(root, body, err) || !codec_read_element(header, arena, &record, err) ||
        !read_header(record, message, err))
        return false;
    *stage = ENVELOPE_HEADER_HELD;
    if (!check_body(body, message, &content, err) ||
        !check_content(schemas, message, content, err) ||
        !codec_read_element(content, arena, &record, err))
        return false;
    message->body = record;
    return true;
}

bool envelope_open(const struct wire_schemas *schemas, const struct envelope_limits *limits,
                   struct text bytes, const struct verifier *const pins[], size_t pin_count,
                   struct arena *arena, struct message *message, const struct verifier **used,
                   enum envelope_stage *stage, struct error *err)
{
    const struct document_limits document_limits = {
        .size_max = limits == NULL ? 0 : limits->size_max,
    };
    struct document *document = NULL;
    bool ok = false;

    memset(message, 0, sizeof(*message));
    *used = NULL;
    *stage = ENVELOPE_NOTHING;
    if (!document_parse(bytes, &document_limits, &document, err) ||
        !signature_verify(document, pins, pin_count, used, err))
        goto out;
    *stage = ENVELOPE_SIGNED;
    ok = schema_check(wire_schemas_envelope(schemas), document, err) &&
         read_message(schemas, document, arena, message, stage, err);
out:
    document_free(document);
    return ok;
}

/* --- out ---------------------------------------------------------------------------------- */

static bool add(struct arena *arena, struct record *header, const char *name, struct text value)
{
    struct text copy = arena_copy(arena, value);

    return copy.at != NULL && record_add(arena, header, name, copy) != NULL;
}

static bool add_id(struct arena *arena, struct record *header, const char *name,
                   const struct uuid *id)
{
    char text[UUID_TEXT_SIZE];

    return add(arena, header, name, text_of(uuid_format(id, text)));
}

static bool add_instant(struct arena *arena, struct record *header, const char *name,
                        struct instant at)
{
    char text[INSTANT_TEXT_SIZE];

    return add(arena, header, name, text_of(instant_format(at, text)));
}

static bool fill_header(const struct message *message, struct arena *arena,
                        struct record *header)
{
    const char *revision = arena_format(arena, "%" PRIu32, message->revision);

    return revision != NULL && add_id(arena, header, "MessageId", &message->message_id) &&
           add_id(arena, header, "CaseId", &message->case_id) &&
           (uuid_is_none(&message->in_reply_to) ||
            add_id(arena, header, "InReplyTo", &message->in_reply_to)) &&
           add(arena, header, "From", text_of(message->from)) &&
           add(arena, header, "To", text_of(message->to)) &&
           add(arena, header, "Flow", text_of(flow_name(message->flow).english)) &&
           add(arena, header, "Action", text_of(action_name(message->action).english)) &&
           add(arena, header, "Revision", text_of(revision)) &&
           add_instant(arena, header, "SentAt", message->sent_at) &&
           (message->answer_by.ms == 0 ||
            add_instant(arena, header, "AnswerBy", message->answer_by)) &&
           (message->checkpoint.size == 0 ||
            add(arena, header, "Checkpoint", message->checkpoint));
}

/* The frame: Message with an empty Body of the right attributes. NULL: no memory. */
static xmlNodePtr frame_new(xmlDocPtr xml, const char *space, xmlNodePtr *body)
{
    xmlNodePtr root = xmlNewDocNode(xml, NULL, (const xmlChar *)"Message", NULL);
    xmlNsPtr own;

    if (root == NULL)
        return NULL;
    xmlDocSetRootElement(xml, root);
    own = xmlNewNs(root, (const xmlChar *)envelope_space, NULL);
    if (own == NULL)
        return NULL;
    xmlSetNs(root, own);
    *body = xmlNewDocNode(xml, own, (const xmlChar *)"Body", NULL);
    if (*body == NULL)
        return NULL;
    if (xmlNewProp(*body, (const xmlChar *)"dialect", (const xmlChar *)"national") == NULL ||
        xmlNewProp(*body, (const xmlChar *)"schema", (const xmlChar *)space) == NULL) {
        xmlFreeNode(*body);
        return NULL;
    }
    return root;
}

/* Fills `xml`, which the caller frees if it fails. */
static bool write_tree(xmlDocPtr xml, const struct message *message,
                       const struct record *header, struct error *err)
{
    const char *space = body_space(message);
    xmlNodePtr body;
    xmlNodePtr root = frame_new(xml, space, &body);

    if (root == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a message");
    if (!codec_write_element(xml, root, header, envelope_space, err)) {
        xmlFreeNode(body);
        return false;
    }
    if (xmlAddChild(root, body) == NULL) {
        xmlFreeNode(body);
        return fail(err, ERROR_MEMORY, "no memory for a message");
    }
    return codec_write_element(xml, body, message->body, space, err);
}

static bool make_document(const struct message *message, struct arena *arena,
                          struct document **document, struct error *err)
{
    struct record *header = record_new(arena, "Header");
    xmlDocPtr xml = xmlNewDoc((const xmlChar *)"1.0");

    if (header == NULL || xml == NULL || !fill_header(message, arena, header)) {
        xmlFreeDoc(xml);
        return fail(err, ERROR_MEMORY, "no memory for a message");
    }
    if (!write_tree(xml, message, header, err)) {
        xmlFreeDoc(xml);
        return false;
    }
    *document = document_adopt(xml);
    return *document != NULL || fail(err, ERROR_MEMORY, "no memory for a message");
}

/* What the schemas cannot see: that header and body speak of the same thing. */
static bool sealable(const struct message *message, struct error *err)
{
    if (message->body == NULL || body_space(message) == NULL)
        return fail(err, ERROR_UNKNOWN_FLOW, "no document for this flow and action");
    if (strcmp(message->body->name, action_name(message->action).english) != 0)
        return fail(err, ERROR_HEADER, "the body is not the document of the action");
    return true;
}

static bool check_document(const struct wire_schemas *schemas, const struct document *document,
                           const struct message *message, struct error *err)
{
    xmlNodePtr root = xmlDocGetRootElement(document_xml(document));
    xmlNodePtr body = xmlLastElementChild(root);

    return schema_check(wire_schemas_envelope(schemas), document, err) &&
           check_content(schemas, message, xmlFirstElementChild(body), err);
}

bool envelope_seal(const struct wire_schemas *schemas, const struct message *message,
                   const struct signer *signer, struct arena *arena, struct text *bytes,
                   struct error *err)
{
    struct document *document = NULL;
    bool ok;

    if (!sealable(message, err))
        return false;
    ok = make_document(message, arena, &document, err) &&
         check_document(schemas, document, message, err) &&
         signature_sign(document, signer, err) && document_write(document, arena, bytes, err);
    document_free(document);
    return ok;
}

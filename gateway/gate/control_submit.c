/* control_submit.c - from base64 to verdicts and back to JSON. */
#include "gate/control_submit.h"

#include <stdlib.h>

#include "crypt/base64.h"
#include "gate/by_hand.h"

struct batch {
    size_t count;
    unsigned char *bytes; /* of all documents, one behind the other */
    struct by_hand documents[BY_HAND_MAX];
};

static const char *string_at(const json_t *request, const char *key)
{
    const char *value = json_string_value(json_object_get(request, key));

    return value != NULL ? value : "";
}

static json_t *result_json(const struct work_result *result)
{
    char case_id[UUID_TEXT_SIZE];
    char at[INSTANT_TEXT_SIZE];

    return json_pack("{s:b, s:s, s:s, s:s, s:s, s:I, s:s, s:b}", "ok", 1, "verdict",
                     verdict_name(result->verdict).english, "code", result->code, "text",
                     result->reason, "case_id", uuid_format(&result->case_id, case_id),
                     "sequence", (json_int_t)result->sequence, "received_at",
                     instant_format(result->received_at, at), "again", result->duplicate);
}

static json_t *document_json(const struct by_hand *document)
{
    if (document->decided)
        return result_json(&document->result);
    return json_pack("{s:b, s:s, s:s}", "ok", 0, "code", error_name(document->err.code), "text",
                     document->err.text);
}

json_t *control_submit(struct gate *gate, const json_t *request, struct error *err)
{
    struct text encoded = text_of(string_at(request, "bytes"));
    struct by_hand document = {.decided = false};
    unsigned char *bytes = malloc(encoded.size + 1);
    size_t answered;
    bool ok;

    ok = bytes != NULL || fail(err, ERROR_MEMORY, "no memory for a submission");
    ok = ok && base64_decode(encoded, BASE64_STRICT, bytes, encoded.size + 1,
                             &document.bytes.size, err);
    document.bytes.at = (const char *)bytes;
    ok = ok && by_hand_submit(gate, string_at(request, "party"), &document, 1, &answered, err);
    free(bytes);
    if (ok && !document.decided) {
        *err = document.err;
        ok = false;
    }
    return ok ? result_json(&document.result) : NULL;
}

/* --- several ------------------------------------------------------------------------------ */

/* Bytes that are no base64 are the asker's fault: nothing of such a request is begun. */
static bool decode_all(const json_t *list, struct batch *batch, struct error *err)
{
    size_t room = 1;
    size_t used = 0;

    for (size_t i = 0; i < batch->count; i++) {
        const json_t *text = json_array_get(list, i);

        if (!json_is_string(text))
            return fail(err, ERROR_USAGE, "documents: not a list of texts");
        room += json_string_length(text) + 1;
    }
    batch->bytes = malloc(room);
    if (batch->bytes == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a submission");
    for (size_t i = 0; i < batch->count; i++) {
        struct text *bytes = &batch->documents[i].bytes;
        struct text encoded = text_of(json_string_value(json_array_get(list, i)));

        if (!base64_decode(encoded, BASE64_STRICT, batch->bytes + used, room - used,
                           &bytes->size, err))
            return false;
        bytes->at = (const char *)batch->bytes + used;
        used += bytes->size;
    }
    return true;
}

static json_t *results_json(const struct batch *batch, size_t answered)
{
    json_t *results = json_array();

    for (size_t i = 0; i < answered; i++)
        json_array_append_new(results, document_json(&batch->documents[i]));
    return json_pack("{s:b, s:o}", "ok", 1, "results", results);
}

json_t *control_submit_batch(struct gate *gate, const json_t *request, struct error *err)
{
    const json_t *list = json_object_get(request, "documents");
    struct batch *batch = calloc(1, sizeof(*batch));
    json_t *said = NULL;
    size_t answered;
    bool ok = batch != NULL || fail(err, ERROR_MEMORY, "no memory for a submission");

    if (ok) {
        batch->count = json_array_size(list);
        ok = (batch->count >= 1 && batch->count <= BY_HAND_MAX) ||
             fail(err, ERROR_USAGE, "documents: 1 to %d", BY_HAND_MAX);
    }
    ok = ok && decode_all(list, batch, err) &&
         by_hand_submit(gate, string_at(request, "party"), batch->documents, batch->count,
                        &answered, err);
    if (ok) {
        said = results_json(batch, answered);
        if (said == NULL)
            fail(err, ERROR_MEMORY, "no memory for an answer");
    }
    if (batch != NULL)
        free(batch->bytes);
    free(batch);
    return said;
}

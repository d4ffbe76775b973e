/*
 * adapter.h - a dialect as data: how its bytes are framed, which message is which, and the one
 * two-way mapping between its fields and the national form.
 *
 * adapters/<name>/ holds adapter.xml, mapping.xml, codes.xml, schema/ (optional XSD) and
 * examples/ (pairs). Compiled once at load into a plan; the plan is immutable and shared by all
 * threads. A new field, message or adapter needs no new code (foundations 29). Nothing is
 * guessed: an unknown code, a missing mandatory field, a value that does not fit is refused
 * with the field's name; what the other side cannot carry is listed as lost.
 */
#ifndef WIRE_ADAPTER_H
#define WIRE_ADAPTER_H

#include "base/arena.h"
#include "base/error.h"
#include "core/names.h"
#include "core/record.h"
#include "wire/codec.h"

struct adapter;
struct signer;
struct verifier;

/* Which way a document travels. Gateways read FROM_CORE and write TO_CORE; a simulated core
 * does the reverse with the same data. */
enum adapter_way { FROM_CORE = 1, TO_CORE = 2 };

/* ERROR_CONFIG with file and line: bad XML, unknown type or code list, a national path that the
 * schema does not know, the same path mapped twice, no idempotency key, a message without
 * examples is allowed here (adapter_check reports it). */
MUST_USE bool adapter_load(const char *folder, const struct wire_schemas *schemas,
                           struct adapter **adapter, struct error *err);
void adapter_free(struct adapter *adapter); /* takes NULL */
const char *adapter_name(const struct adapter *adapter);
/* SHA-256 over the adapter's files, in a fixed order: names it in entries. */
const uint8_t *adapter_digest(const struct adapter *adapter);
const char *adapter_content_type(const struct adapter *adapter);

/* A dialect whose header is signed (SM2 with SM3): ours, and the core's. Until the keys are
 * given, before the adapter is shared, nothing is signed and nothing verified: only for
 * examples. Keys are borrowed. ERROR_CONFIG: no suite gm, or too many pins. */
bool adapter_needs_keys(const struct adapter *adapter);
MUST_USE bool adapter_use_keys(struct adapter *adapter, const struct signer *signer,
                               const struct verifier *const pins[], size_t pin_count,
                               struct error *err);

/* Do keys have a form? Then one that is to be written is a MessageId, or has that form. */
bool adapter_forms_keys(const struct adapter *adapter);

/* What the core can do (adapter.xml, <capabilities>). */
struct adapter_capabilities {
    bool two_phase;           /* call, then confirm or cancel */
    bool status_query;        /* can be asked what became of a message */
    bool reversal;            /* can undo under the original key */
    bool answers_in_response; /* its HTTP answer carries the business answer */
    uint32_t batch_max;       /* documents in one call */
};
const struct adapter_capabilities *adapter_capabilities(const struct adapter *adapter);

struct adapter_message {
    uint16_t flow;
    uint16_t action;
    uint32_t revision; /* 1 unless the dialect carries one */
    struct text
        local_key;       /* the dialect's own message key; empty only TO_CORE and in answers */
    struct record *body; /* national form, checked against the national schema */
    /* To be written: the action that this answers, where several documents of the dialect carry
     * the same answer; ACTION_NONE: whatever it is. */
    uint16_t answers;
    struct text reason; /* of a rejection: the core's words, if the adapter calls them safe */
    struct text lost;   /* names of fields of theirs with no national place, one per line */
};

/* Dialect bytes to the national form. Exactly one <message> of the adapter must match
 * (ERROR_MAPPING). ENCODING ENC_LABEL PARSE DOCTYPE DEPTH SIZE MAPPING CODE_VALUE VALUE LENGTH
 * SCHEMA SIGNATURE SHAPE. Messages that answer others (answerTo) are not looked at:
 * adapter_read_reply. */
MUST_USE bool adapter_read(const struct adapter *adapter, enum adapter_way way,
                           struct text bytes, struct arena *arena,
                           struct adapter_message *message, struct error *err);

/* Likewise a document that answers a question of this flow and action. Dialects that do not
 * repeat what was asked take it over from `question`, the national form of it, which lives as
 * long as the message; one that repeats it and says another is ERROR_MAPPING. ERROR_NOT_FOUND:
 * no message of the adapter answers that. */
MUST_USE bool adapter_read_reply(const struct adapter *adapter, enum adapter_way way,
                                 unsigned flow, unsigned asked_action, struct text bytes,
                                 const struct record *question, struct arena *arena,
                                 struct adapter_message *message, struct error *err);

/* The flow under which this core is told `answer`: this one, or, where the adapter has none for
 * it or the document could not be read (FLOW_NONE), the first that has one. FLOW_NONE: there is
 * none. */
unsigned adapter_answer_flow(const struct adapter *adapter, unsigned flow);

/* National form to dialect bytes. message->body, flow, action, revision and local_key are read,
 * lost is set. LENGTH counts bytes in the dialect's encoding; a character outside the encoding
 * is ERROR_ENCODING with the field's name. */
MUST_USE bool adapter_write(const struct adapter *adapter, enum adapter_way way,
                            struct adapter_message *message, struct arena *arena,
                            struct text *bytes, struct error *err);

/* What a core's HTTP answer to a pushed document means. */
enum adapter_result {
    ADAPTER_OK,
    ADAPTER_OK_DUPLICATE,
    ADAPTER_REJECTED, /* never retried; *code says why */
    ADAPTER_RETRYABLE,
    ADAPTER_UNKNOWN
};
enum adapter_result adapter_classify(const struct adapter *adapter, int http_status,
                                     struct text bytes, struct arena *arena,
                                     char code[CODE_SIZE]);

/*
 * Judges and, where *result is OK or OK_DUPLICATE, reads a core's HTTP answer to our document
 * `asked_action`: *answer is the national form, or has no body (.action ACTION_NONE) where the
 * adapter names no message that answers it. REJECTED: no body, `code` says why, and
 * answer->reason in words, if the adapter calls them safe. false: the answer says yes, but
 * cannot be read as one (errors as adapter_read's), or ERROR_MEMORY; *result is UNKNOWN then.
 * Parts of `question` stand in *answer.
 */
MUST_USE bool adapter_read_answer(const struct adapter *adapter, unsigned flow,
                                  unsigned asked_action, int http_status, struct text bytes,
                                  const struct record *question, struct arena *arena,
                                  enum adapter_result *result, struct adapter_message *answer,
                                  char code[CODE_SIZE], struct error *err);

/* A report's lines, and what puts its sentences into the reader's language: gets a format, or a
 * part of one, in English and gives one with the same conversions; NULL: English. What an error
 * says stays English. */
typedef void adapter_line(void *self, bool good, const char *text);
struct adapter_reader {
    adapter_line *line;
    const char *(*words)(const char *english);
    void *self; /* of line */
};

/* Proves every example pair both ways and computes coverage; one line per finding (good lines
 * too, prefixed "ok"). *failures counts what is wrong. Used by `qiantong adapter check`. */
MUST_USE bool adapter_check(const char *folder, const struct wire_schemas *schemas,
                            const struct adapter_reader *reader, size_t *failures,
                            struct error *err);
/* Where a field's value comes from: every mapping line whose their or our path ends in `field`,
 * each with what it is and the messages that have it, in indented lines of any length.
 * ERROR_NOT_FOUND: no such line. */
MUST_USE bool adapter_explain(const char *folder, const struct wire_schemas *schemas,
                              const char *field, const struct adapter_reader *reader,
                              struct error *err);

#endif

/*
 * adapter_internal.h - what adapter.xml says, and the compiled messages; for the files of wire/
 * that load, run and check adapters.
 */
#ifndef WIRE_ADAPTER_INTERNAL_H
#define WIRE_ADAPTER_INTERNAL_H

#include "crypt/digest.h"
#include "wire/adapter.h"
#include "wire/carrier.h"
#include "wire/keys.h"
#include "wire/mapping.h"
#include "wire/mapping_load.h"
#include "wire/schema.h"

enum {
    ADAPTER_MESSAGES_MAX = 256,
    ADAPTER_MATCHES_MAX = 8,
    ADAPTER_RULES_MAX = 100,
    ADAPTER_ARENA_MAX = 64 * 1024 * 1024,
    ADAPTER_KEY_MAX = 64, /* bytes in a local key */
    ADAPTER_ANSWER_TO_MAX = 8,
    ADAPTER_UNSIGNED_MAX = 8,
    ADAPTER_PINS_MAX = 8,
    ADAPTER_REASON_MAX = 150, /* bytes of a core's words */
    ADAPTER_ROWS_MAX = 10000
};

struct adapter_match {
    const char *path;
    struct text value;
    bool bare; /* in JSON, without quotes */
};

/* A national leaf and what the mapping does with it. */
struct adapter_leaf {
    const char *path;
    bool optional;
    int16_t field; /* of the plan, or MAPPING_NONE */
    bool lost;
    bool question; /* taken from what is answered */
};

struct adapter_loss {
    const char *theirs; /* one of the two */
    const char *ours;
    const char *reason;
    int line;
};

struct adapter_entry {
    const char *name;
    unsigned ways; /* enum adapter_way, or both */
    uint16_t flow;
    uint16_t action;
    const char *version;
    const char *root;
    bool revised;
    const char *document;  /* in mapping.xml */
    const char *key_path;  /* of its own key; NULL: it has none */
    const char *operation; /* soap-base64 */
    const char *argument;
    uint16_t answer_to[ADAPTER_ANSWER_TO_MAX]; /* entries */
    size_t answer_to_count;
    struct adapter_match matches[ADAPTER_MATCHES_MAX];
    size_t match_count;
    struct mapping_plan plan;
    struct adapter_leaf *leaves;
    size_t leaf_count;
    struct adapter_loss *losses;
    size_t loss_count;
};

struct adapter_rule {
    const char *http; /* patterns with * and ?; NULL: any */
    const char *path; /* NULL: the body is not looked at */
    const char *pattern;
    const char *fault; /* pattern of a SOAP Fault's code; NULL: for answers that are none */
    enum adapter_result result;
    const char *code;             /* fixed, or */
    const char *code_path;        /* where the core says it, */
    const struct code_list *list; /* through this list */
    const char *text_path;        /* where it says so in words, that name nobody */
};

/* How message keys look that name their maker and time. */
struct adapter_key {
    struct text form; /* X letter or digit, 9 digit, yyyyMMddHHmmss; empty: any text */
    struct text own;  /* what stands for the Xs in ours */
};

/* A signature over the members beside the body. */
struct adapter_signature {
    const char *field; /* member of the root that holds it; NULL: there is none */
    const char *unsigned_names[ADAPTER_UNSIGNED_MAX]; /* the body, and what else is left out */
    size_t unsigned_count;
    const char *assign;  /* between name and value; NULL: values only */
    const char *between; /* two members */
    bool empties;        /* members without a value are signed, too */
    bool der;            /* else r and s, 64 bytes */
    bool demanded;       /* of what is read */
};

struct adapter {
    struct arena *arena;
    const struct wire_schemas *schemas;
    struct schema *dialect; /* NULL: the folder has no schema/dialect.xsd */
    struct carrier carrier;
    const char *name;
    const char *content_type;
    const char *key_path;
    uint32_t key_max;
    struct adapter_key key;
    struct adapter_signature signature;
    const struct signer *signer; /* borrowed; NULL: nothing is signed or verified */
    const struct verifier *pins[ADAPTER_PINS_MAX];
    size_t pin_count;
    const char *revision_path; /* NULL: the dialect knows no revisions */
    uint32_t rows_max;
    struct adapter_capabilities capabilities;
    struct code_lists lists;
    struct adapter_rule *rules;
    size_t rule_count;
    struct adapter_entry *entries;
    size_t entry_count;
    struct digest digest;
};

/* What of adapter.xml is not about single messages: name, carrier, capabilities, key, limits,
 * rules. For adapter_load. */
MUST_USE bool adapter_read_general(struct adapter *adapter, const struct adapter_file *file,
                                   struct error *err);

/* <signature> of adapter.xml. */
MUST_USE bool adapter_read_signature(struct adapter *adapter, const struct adapter_file *file,
                                     const struct adapter_node *root, struct error *err);

/* '*' any bytes, '?' one byte. */
bool adapter_glob(const char *pattern, struct text text);

/* --- one message --- */

/* Does the entry answer a question of this flow and action? */
bool adapter_answers(const struct adapter *adapter, const struct adapter_entry *entry,
                     unsigned flow, unsigned asked);
/* Does a document of this root, with these values, stand for the entry? */
bool adapter_fits(const struct adapter_entry *entry, enum adapter_way way,
                  const struct carrier_content *content);
/* Under the dialect's own schema; true where it has none. */
MUST_USE bool adapter_check_dialect(const struct adapter *adapter, const struct record *theirs,
                                    struct error *err);

struct adapter_asked {
    enum adapter_way way; /* of the answer */
    unsigned flow;        /* of the question */
    unsigned action;
    const struct record *question; /* NULL: not at hand */
};
/* adapter_read_reply of what is read and verified already. */
MUST_USE bool adapter_take_reply(const struct adapter *adapter,
                                 const struct adapter_asked *asked,
                                 const struct carrier_content *content, struct arena *arena,
                                 struct adapter_message *message, struct error *err);

/* --- keys and signatures --- */

/* Could such a key be made, and told apart? NULL: yes; else what is wrong with it. */
const char *adapter_key_fault(const struct adapter_key *key, size_t size_max);
/* The time in it; .ms 0: it carries none. ERROR_VALUE: the key does not have the form. */
MUST_USE bool adapter_key_read(const struct adapter *adapter, struct text key,
                               struct instant *time, struct error *err);
/* Theirs: a key that has the form stays as it is, a MessageId becomes one with its time. */
MUST_USE bool adapter_key_write(const struct adapter *adapter, struct text key,
                                struct arena *arena, struct text *theirs, struct instant *time,
                                struct error *err);
/* ERROR_SIGNATURE; true where there is nothing to verify with. */
MUST_USE bool adapter_verify(const struct adapter *adapter, const struct record *root,
                             struct arena *arena, struct error *err);
MUST_USE bool adapter_sign(const struct adapter *adapter, struct record *root,
                           struct arena *arena, struct error *err);

#endif

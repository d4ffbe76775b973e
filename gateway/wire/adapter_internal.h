/*
 * adapter_internal.h - what adapter.xml says, and the compiled messages; for the files of wire/
 * that load, run and check adapters.
 */
#ifndef WIRE_ADAPTER_INTERNAL_H
#define WIRE_ADAPTER_INTERNAL_H

#include "crypt/digest.h"
#include "wire/adapter.h"
#include "wire/carrier.h"
#include "wire/mapping.h"
#include "wire/mapping_load.h"
#include "wire/schema.h"

enum {
    ADAPTER_MESSAGES_MAX = 64,
    ADAPTER_MATCHES_MAX = 8,
    ADAPTER_RULES_MAX = 100,
    ADAPTER_ARENA_MAX = 64 * 1024 * 1024,
    ADAPTER_KEY_MAX = 64, /* bytes in a local key */
    ADAPTER_ROWS_MAX = 10000
};

struct adapter_match {
    const char *path;
    struct text value;
};

/* A national leaf and what the mapping does with it. */
struct adapter_leaf {
    const char *path;
    bool optional;
    int16_t field; /* of the plan, or MAPPING_NONE */
    bool lost;
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
    const char *document; /* in mapping.xml */
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
    enum adapter_result result;
    const char *code;             /* fixed, or */
    const char *code_path;        /* where the core says it, */
    const struct code_list *list; /* through this list */
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

/* '*' any bytes, '?' one byte. */
bool adapter_glob(const char *pattern, struct text text);

#endif

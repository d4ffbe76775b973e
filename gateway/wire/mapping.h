/*
 * mapping.h - one message's two-way mapping, compiled, and its execution.
 *
 * A plan holds, for each direction, the tree of names that the source may have and the list of
 * steps that builds the target. Running it walks the source once, converts each value once and
 * writes the target once: linear in the document, no memory but the arena's, no recursion.
 * Plans are immutable after loading and shared by all threads.
 */
#ifndef WIRE_MAPPING_H
#define WIRE_MAPPING_H

#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "core/record.h"
#include "wire/mapping_value.h"

enum {
    MAPPING_FIELDS_MAX = 1000, /* lines of one message */
    MAPPING_SCOPES_MAX = 16,   /* the document and its kinds of rows */
    MAPPING_LOST_MAX = 64,     /* names listed as lost; more are counted */
    MAPPING_NONE = -1
};

enum mapping_way { MAPPING_TO_OURS, MAPPING_TO_THEIRS, MAPPING_WAYS };

enum mapping_kind {
    MAPPING_FIELD,
    MAPPING_THEIRS_CONSTANT, /* written always; another value is refused when read */
    MAPPING_OURS_CONSTANT,
    MAPPING_KEY,      /* the dialect's own message key */
    MAPPING_REVISION, /* of a letter or form; 1 if absent */
    MAPPING_KEY_TIME, /* the time that the key carries, once more */
    MAPPING_SIGNATURE /* of the header; checked and made outside the mapping */
};

/* A code list that holds where another field (in the same scope) has this value. */
struct mapping_choice {
    const char *ours; /* path of that field */
    int16_t field;
    struct text value; /* national notation */
    const struct code_list *list;
};

enum { MAPPING_CHOICES_MAX = 8 };

struct mapping_field {
    enum mapping_kind kind;
    const char *theirs; /* full path below the root; NULL: none */
    const char *ours;   /* likewise */
    int line;           /* in mapping.xml */
    struct value_rule rule;
    bool optional;
    struct text constant;        /* of the constants */
    struct text standard;        /* our value where theirs is absent; empty: none */
    int16_t condition;           /* field (in the same scope) it depends on, or MAPPING_NONE */
    struct text condition_value; /* national notation */
    const struct mapping_choice *choices; /* the first that fits; none: rule.list, if any */
    uint8_t choice_count;
};

/* Scope 0 is the document, the others are rows. */
struct mapping_scope {
    uint16_t first; /* field */
    uint16_t count;
    bool conditions; /* some field looks at another one */
    bool optional;
    uint32_t rows_max;
    const char *name; /* dialect's path of the rows, for errors */
};

/* A name at one place of the source. Children lie side by side, in the order declared. */
struct mapping_node {
    const char *name;
    const char *path; /* from below the root, for lists of what was lost */
    uint16_t first;
    uint16_t count;
    int16_t field; /* or MAPPING_NONE */
    uint16_t slot; /* the field's place in its scope */
    int16_t scope; /* rows that begin here, or MAPPING_NONE; with a field: plain values */
    bool lost;     /* known and not carried; also every name below it */
    bool question; /* likewise, but the other side knows it from the question */
};

enum mapping_operation {
    STEP_OPEN, /* group, made when something in it is, or always */
    STEP_CLOSE,
    STEP_VALUE,    /* leaf from a field */
    STEP_QUESTION, /* group or leaf from the document that is answered */
    STEP_ROWS,     /* the steps up to STEP_NEXT for each row */
    STEP_NEXT
};

struct mapping_step {
    enum mapping_operation operation;
    const char *name;
    const char *path; /* STEP_QUESTION: in the question */
    uint16_t slot;    /* STEP_VALUE: the field's place in its scope */
    uint16_t scope; /* STEP_VALUE: where the field belongs; STEP_ROWS, STEP_NEXT: these rows */
    uint16_t jump;  /* STEP_ROWS: its STEP_NEXT; STEP_NEXT: the step after its STEP_ROWS */
    bool always;    /* even if empty */
    bool plain;     /* STEP_VALUE: of the row itself, not of something in it */
};

struct mapping_direction {
    struct mapping_node *nodes; /* nodes[0] is the root */
    uint16_t *sorted;           /* for nodes[i]: children by name from sorted[first] on */
    uint16_t node_count;
    struct mapping_step *steps;
    uint16_t step_count;
};

struct mapping_plan {
    const char *root[MAPPING_WAYS]; /* root name of the TARGET of each way */
    struct mapping_field *fields;
    uint16_t field_count;
    struct mapping_scope scopes[MAPPING_SCOPES_MAX];
    uint16_t scope_count;
    struct mapping_direction directions[MAPPING_WAYS];
    int16_t key;      /* field, or MAPPING_NONE */
    int16_t revision; /* likewise */
};

/* What a document says beside its body. */
struct mapping_head {
    struct text local_key; /* read, or to be written; may be empty where the plan allows */
    uint32_t revision;
    struct instant key_time; /* to be written; .ms 0: the key carries none */
    bool with_signature;     /* to be written: a signature's place is kept, with "-" in it */
    /* What is answered, or NULL. Parts of it stand in the target: it lives as long. */
    const struct record *question;
};

/* The child of a source node with this name; NULL: there is none. */
const struct mapping_node *mapping_child(const struct mapping_direction *direction,
                                         const struct mapping_node *node, const char *name);

/*
 * `source` to a new tree in the arena. *head is set (to ours; the question is read) or read (to
 * theirs). *lost: names
 * of the source with no place in the target, one per line, each once. MAPPING (missing, twice,
 * a group where a value is expected), VALUE, CODE_VALUE, LENGTH, ENCODING, DEPTH (too many
 * rows), MEMORY; texts begin with the dialect's name of the field.
 */
MUST_USE bool mapping_run(const struct mapping_plan *plan, enum mapping_way way,
                          const struct record *source, struct arena *arena,
                          struct mapping_head *head, struct record **target, struct text *lost,
                          struct error *err);

#endif

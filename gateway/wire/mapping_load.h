/*
 * mapping_load.h - mapping.xml and codes.xml read into lines, before they are compiled.
 *
 * mapping.xml holds <document>s, each a list of lines, and <fragment>s, lists of lines that
 * documents include by name. schemas/mapping.xsd and schemas/codes.xsd say what every element
 * means. Faults are ERROR_CONFIG with file and line. Memory is the arena's.
 */
#ifndef WIRE_MAPPING_LOAD_H
#define WIRE_MAPPING_LOAD_H

#include "wire/adapter_tree.h"
#include "wire/mapping.h"

enum { CODE_LISTS_MAX = 200, CODE_PAIRS_MAX = 5000, ROWS_MAX_DEFAULT = 2000 };

struct code_lists {
    struct code_list *lists;
    size_t count;
};

MUST_USE bool code_lists_read(const struct adapter_file *file, struct arena *arena,
                              struct code_lists *lists, struct error *err);

enum line_kind { LINE_FIELD, LINE_ROWS, LINE_LOST, LINE_QUESTION };

struct mapping_line {
    const struct adapter_node *node;
    enum line_kind kind;
    const char *theirs;         /* full path below the root; NULL: none */
    const char *ours;           /* likewise */
    uint16_t scope;             /* where it stands; LINE_ROWS: the rows that begin here */
    struct mapping_field field; /* LINE_FIELD; condition and choices are not yet resolved */
    const char *when_ours;      /* full path; NULL: no condition */
    bool plain_theirs;          /* the rows' own value: theirs is the path of the rows */
    bool plain_ours;            /* likewise */
    const char *reason;         /* LINE_LOST */
};

/* One message's lines, includes resolved, in the order of the file. */
struct mapping_lines {
    const struct adapter_file *file;
    const struct adapter_node *document;
    struct mapping_line *lines; /* the caller's, room for MAPPING_FIELDS_MAX */
    size_t count;
    struct mapping_scope scopes[MAPPING_SCOPES_MAX]; /* first and count not yet set */
    uint16_t scope_count;
};

/* Header elements of a dialect: known, but no part of the body. */
struct mapping_header {
    const char *path;
    enum mapping_kind kind; /* THEIRS_CONSTANT, KEY, REVISION, SIGNATURE */
    struct text constant;
    uint32_t bytes_max;
    bool optional;
    bool bare;
};

struct mapping_request {
    const char *document; /* its name in mapping.xml */
    const struct mapping_header *headers;
    size_t header_count;
    bool gb18030;      /* the dialect's encoding: lengths count its bytes */
    bool attributes;   /* the last name of a path may be "@name" */
    bool json;         /* values may stand without quotes */
    bool answers;      /* the message answers another: <fromQuestion> */
    uint32_t rows_max; /* unless the rows say less */
};

/* lines->lines is set by the caller and may be used again after the plan was compiled. Headers
 * without a <header> line of their own come first, in the order given. */
MUST_USE bool mapping_lines_read(const struct adapter_file *file,
                                 const struct code_lists *lists,
                                 const struct mapping_request *request, struct arena *arena,
                                 struct mapping_lines *lines, struct error *err);

#endif

/*
 * export.h - the ledger as tables, for auditors: what the files of export*.c share.
 *
 * A table is data (export_tables.c): its columns with type, unit, code list and meaning in both
 * languages. A walk (export_rows.c) goes through the ledger and puts one cell after the other;
 * a sink (export_csv.c, export_xml.c) writes them. So CSV, XML, the data dictionary and the
 * load scripts cannot differ in what they say about a column.
 *
 * Everything is as of the last entry of the export, also beside a running gateway: what came
 * later is undone by reading the case's own entries.
 */
#ifndef CLI_EXPORT_H
#define CLI_EXPORT_H

#include "cli/cli.h"
#include "cli/disclose.h"
#include "cli/export_file.h"
#include "gate/approvals.h"

#define EXPORT_NAMESPACE "urn:qiantong:ledger-export:1"

enum {
    EXPORT_VERSION = 1,
    EXPORT_ROWS_MAX = 1000000, /* rows in one CSV file: what office programs can open */
    EXPORT_PORTION = 500,      /* rows per read transaction */
    EXPORT_FILES_MAX = 4096,
    EXPORT_NAME_SIZE = 64,
    PSEUDONYM_BYTES = 12
};

enum column_type {
    COLUMN_TEXT,   /* free text; in CSV quoted and guarded */
    COLUMN_CODE,   /* a word of a code list */
    COLUMN_ID,     /* UUID or hexadecimal */
    COLUMN_NUMBER, /* whole, not negative */
    COLUMN_AMOUNT, /* yuan with two decimals */
    COLUMN_DAY,    /* 2026-03-02, China */
    COLUMN_TIME,   /* 2026-03-02T09:00:00.000+08:00 */
    COLUMN_FLAG,   /* 1 or 0 */
    COLUMN_TYPES
};

struct export_column {
    const char *name;  /* English; element and column */
    const char *title; /* Chinese; the header */
    enum column_type type;
    const char *list; /* code list in codes.csv; NULL: none */
    const char *english;
    const char *chinese;
};

struct export;

struct export_table {
    const char *name; /* file and element */
    const char *row;  /* element of one row */
    const char *chinese;
    const char *english;
    const struct export_column *columns;
    size_t column_count;
    bool (*walk)(struct export *export, struct error *err);
};

extern const struct export_table export_tables[];
extern const size_t export_table_count;

struct export_list {
    const char *name;
    struct name (*name_of)(unsigned number);
    unsigned first;
    unsigned end; /* behind the last number */
};

extern const struct export_list export_lists[];
extern const size_t export_list_count;

/* What is asked for. */
struct export_scope {
    bool xml;
    bool english; /* headers */
    bool unmask;
    const char *reason; /* NULL: none */
    struct day from;    /* none: from the first entry */
    struct day until;
    const char *party_id; /* NULL: all */
    uint32_t party;
    bool one_case;
    struct uuid case_id;
    uint64_t rows_max; /* in one CSV file */
};

/* One finished file, for the manifest. */
struct export_made {
    char name[EXPORT_NAME_SIZE];
    const char *table; /* NULL: none */
    uint64_t rows;
    uint64_t bytes;
    struct digest digest;
};

struct export
{
    struct cli *cli;
    struct export_scope scope;
    struct disclosing *disclosing; /* NULL: bodies are not opened */
    char *folder;                  /* where the files are made; the XML document's path */
    struct entry_origin origin;
    struct digest root; /* of the tree of all entries up to `end` */
    uint64_t size;      /* entries of the ledger when the export began */
    uint64_t first;     /* first and last entry of the scope; last < first: none */
    uint64_t last;
    struct instant last_wall;
    char permit[APPROVAL_OBJECT_SIZE]; /* what a second person approves */
    uint8_t salt[32];                  /* of pseudonyms, thrown away at the end */
    struct arena *row;                 /* memory of one row */
    uint64_t disclosed;                /* persons shown in clear */
    uint64_t unopened;                 /* persons whose body is not kept, or no keys */
    uint64_t rows;                     /* of all tables */
    struct progress progress;
    /* the table being written */
    const struct export_table *table;
    size_t column; /* of the next cell */
    uint64_t table_rows;
    uint64_t file_rows;
    unsigned part; /* of the CSV file, from 1 */
    struct export_file *file;
    struct export_made made[EXPORT_FILES_MAX];
    size_t made_count;
};

/* --- cells, in the order of the table's columns (export_cells.c) -----------------------------
 */
void cell_none(struct export *export);
void cell_text(struct export *export, struct text text); /* made harmless; empty is none */
void cell_string(struct export *export, const char *nul_terminated);
void cell_code(struct export *export, struct name name);
void cell_number(struct export *export, uint64_t number);
void cell_number_or_none(struct export *export, uint64_t number); /* 0: none */
void cell_flag(struct export *export, bool flag);
void cell_money(struct export *export, struct money money);
void cell_time(struct export *export, struct instant at); /* none: empty */
void cell_day(struct export *export, struct day day);
void cell_uuid(struct export *export, const struct uuid *id);
void cell_hex(struct export *export, const void *bytes, size_t size); /* zeros: none */
void cell_region(struct export *export, uint32_t region);
/* Begins and ends a row; end checks that every column had its cell. */
MUST_USE bool row_begin(struct export *export, struct error *err);
void row_end(struct export *export);

/* --- sinks ------------------------------------------------------------------------------- */
/* A cell's text, clean UTF-8 without control characters. */
void put_csv_cell(struct export *export, const struct export_column *column, struct text text);
void put_csv_header(struct export *export);
void put_xml_cell(struct export *export, const struct export_column *column, struct text text);
MUST_USE bool put_xml_head(struct export *export, struct error *err);

/* --- files (export_files.c) -------------------------------------------------------------- */
MUST_USE bool files_begin_table(struct export *export, const struct export_table *table,
                                struct error *err);
MUST_USE bool files_next_part(struct export *export, struct error *err);
MUST_USE bool files_end_table(struct export *export, struct error *err);
/* Dictionary, code lists, load scripts; then the manifest, whose digest stands for all. */
MUST_USE bool files_about(struct export *export, struct error *err);
MUST_USE bool files_manifest(struct export *export, struct digest *digest, struct error *err);
/* A file beside the tables. */
MUST_USE bool files_open(struct export *export, const char *name, struct error *err);
MUST_USE bool files_close(struct export *export, const char *name, const char *table,
                          struct error *err);

/* --- walks (export_rows.c, export_cases.c, export_owed.c) -----------------------------------
 */
typedef bool export_writer(struct export *export, const struct entry *entry, struct error *err);
/* Over the entries in scope, in portions. */
MUST_USE bool export_each_entry(struct export *export, export_writer *write, struct error *err);
void cell_message(struct export *export, const uint8_t key[MESSAGE_KEY_SIZE]);
/* 0: none. */
MUST_USE bool cell_party(struct export *export, uint32_t number, struct error *err);
bool walk_entries(struct export *export, struct error *err);
bool walk_warnings(struct export *export, struct error *err);
bool walk_disclosures(struct export *export, struct error *err);
bool walk_cases(struct export *export, struct error *err);
bool walk_clocks(struct export *export, struct error *err);
bool walk_letters(struct export *export, struct error *err);
bool walk_parties(struct export *export, struct error *err);
bool walk_postings(struct export *export, struct error *err);
bool walk_charge_lines(struct export *export, struct error *err);
bool walk_answers(struct export *export, struct error *err);

/* Is this case in scope, and how did it stand after the last entry? */
MUST_USE bool scope_case(struct export *export, struct flow_case *row, bool *in,
                         struct error *err);
/* first, last, last_wall from the dates. */
MUST_USE bool scope_find(struct export *export, struct error *err);
void cell_pseudonym(struct export *export, const uint8_t person_tag[16]);
/* Name and number of the case's person, masked or, with --unmask, journaled and in clear. */
MUST_USE bool cell_person(struct export *export, const struct flow_case *row,
                          struct error *err);

#endif

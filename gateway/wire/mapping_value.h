/*
 * mapping_value.h - one value from a dialect's notation to the national one and back.
 *
 * Nothing is guessed and nothing is cut: a value that does not fit its type, a code outside its
 * list or a text over its length is refused, naming the field and never the value. Money is
 * text, then fen, then text; no thousands separators, exponents or full-width digits.
 *
 * The only liberty taken: blanks (U+0020) at the END of a dialect's value are dropped, because
 * fixed-width cores pad with them. Blanks elsewhere belong to the value.
 */
#ifndef WIRE_MAPPING_VALUE_H
#define WIRE_MAPPING_VALUE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/* The names in mapping.xml are these in lower case; national notation in brackets. */
enum value_type {
    VALUE_TEXT,     /* any text fit for XML */
    VALUE_CODE,     /* letters, digits, '.', '-', '_'; through a code list if one is named */
    VALUE_DIGITS,   /* 0-9 only, leading zeros kept: regions, postcodes, accounts */
    VALUE_IDENTITY, /* digits, capital letters, ()/-; a final x becomes X */
    VALUE_DATE,     /* pattern, default yyyyMMdd [2026-03-02] */
    VALUE_MONTH,    /* pattern, default yyyyMM [2026-03] */
    VALUE_TIME,     /* pattern, default yyyyMMddHHmmss [2026-03-02T09:00:00.000+08:00] */
    VALUE_MONEY,    /* yuan (default) or fen [1234.50] */
    VALUE_RATE,     /* fraction (default) or percent [0.0800] */
    VALUE_NUMBER,   /* whole, not negative [12] */
    VALUE_DECIMAL,  /* quantities, unit prices; format "0.00##" as mapping_decimal.h says [12.5]
                     */
    VALUE_BOOL,     /* "yes/no" pair, default 1/0 [true] */
    VALUE_TYPES
};

enum value_unit { UNIT_YUAN, UNIT_FEN, UNIT_FRACTION, UNIT_PERCENT };

struct code_pair {
    struct text from;
    struct text to;
};

/* Sorted by `from`; a `from` stands there once. Pairs for one direction only are in one of
 * them. */
struct code_table {
    const struct code_pair *pairs;
    size_t count;
};

struct code_list {
    const char *name;
    struct code_table to_ours;
    struct code_table to_theirs;
};

enum { VALUE_NOTHINGS_MAX = 4 };

struct value_rule {
    const char *field; /* for errors: the dialect's name, with ours in brackets */
    enum value_type type;
    enum value_unit unit;
    struct text pattern; /* date, month, time, decimal */
    uint8_t places_min;  /* decimal: always written */
    uint8_t places_max;  /* decimal: more are refused */
    struct text yes;     /* bool */
    struct text no;
    const struct code_list *list; /* code, bool; NULL: none */
    uint32_t bytes_max;           /* in the dialect's encoding; 0: no limit */
    bool gb18030;                 /* the dialect's encoding; else UTF-8 */
    bool bare;                    /* in JSON, without quotes */
    uint8_t nothing_count;        /* values of theirs that mean "absent" (00000000) */
    struct text nothings[VALUE_NOTHINGS_MAX];
};

/* The type of this name; VALUE_TYPES if there is none. */
enum value_type value_type_by_name(struct text name);
const char *value_type_name(enum value_type type);
/* Fills pattern, unit, yes and no from <format>, or the type's default if it is empty. false:
 * the type does not know this format. Texts are kept, not copied. */
MUST_USE bool value_rule_format(struct value_rule *rule, struct text format);

/* Without the padding that is not part of a dialect's value; empty if the value means "absent".
 */
struct text value_of_theirs(const struct value_rule *rule, struct text theirs);

/* `theirs` comes from value_of_theirs and is not empty. Results live in the arena or are parts
 * of the input. ERROR_VALUE, ERROR_CODE_VALUE, ERROR_LENGTH, ERROR_ENCODING, ERROR_MEMORY. */
MUST_USE bool value_to_ours(const struct value_rule *rule, struct text theirs,
                            struct arena *arena, struct text *ours, struct error *err);
MUST_USE bool value_to_theirs(const struct value_rule *rule, struct text ours,
                              struct arena *arena, struct text *theirs, struct error *err);

/* The partner of `from`; false if the table does not know it. */
bool code_find(struct code_table table, struct text from, struct text *to);

#endif

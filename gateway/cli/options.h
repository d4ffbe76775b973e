/*
 * options.h - the words behind a verb: --flags, --name VALUE (or --name=VALUE), operands.
 *
 * "--" ends the options. Nothing is guessed: an unknown option, one without its value, one
 * given twice, a missing or a superfluous operand are ERROR_USAGE with the word.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { OPERANDS_MAX = 256 };

/* Exactly one of flag and value is not NULL. */
struct option_rule {
    const char *name; /* "--json" */
    bool *flag;
    const char **value;
};

struct operands {
    const char *at[OPERANDS_MAX];
    size_t count;
};

/* Reads all words; operand_min to operand_max operands. Flags must come in false, values NULL.
 */
MUST_USE bool options_parse(int word_count, char *const words[],
                            const struct option_rule *rules, size_t rule_count,
                            size_t operand_min, size_t operand_max, struct operands *operands,
                            struct error *err);

#endif

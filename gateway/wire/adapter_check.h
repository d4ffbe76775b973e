/*
 * adapter_check.h - the parts of adapter_check, for the files of wire/ that prove adapters.
 */
#ifndef WIRE_ADAPTER_CHECK_H
#define WIRE_ADAPTER_CHECK_H

#include "wire/adapter_internal.h"

struct checking {
    const struct adapter *adapter;
    const char *folder;
    const struct adapter_reader *reader;
    size_t failures;
};

/* The sentence in the reader's language. Every format below is a msgid of gateway/po. */
const char *check_words(const struct checking *checking, const char *english)
    __attribute__((__format_arg__(2)));
/* One line as it is; one good line, or one finding. */
void check_line(struct checking *checking, const char *format, ...) PRINTF_LIKE(2, 3);
void check_good(struct checking *checking, const char *format, ...) PRINTF_LIKE(2, 3);
void check_bad(struct checking *checking, const char *format, ...) PRINTF_LIKE(2, 3);

/* Every national leaf is mapped or listed as lost, every element of the dialect's schema is
 * known to the mapping, mandatory and optional agree with the national schema. */
void check_coverage(struct checking *checking);
/* What either side cannot carry, why, and in which messages. */
void check_losses(struct checking *checking);
/* Every pair in examples/, both ways, and examples/bad.txt. ERROR_MEMORY, ERROR_SYSTEM. */
MUST_USE bool check_examples(struct checking *checking, struct error *err);

#endif

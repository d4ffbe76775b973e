/*
 * find.h - what a person typed to one id: a whole id, its beginning, or a trace number.
 *
 * A beginning has at least FIND_DIGITS_MIN hexadecimal digits, with or without hyphens, either
 * case, and must fit exactly one id.
 */
#ifndef CLI_FIND_H
#define CLI_FIND_H

#include "cli/cli.h"

enum { FIND_DIGITS_MIN = 8, FIND_DIGITS_MAX = 64 };

/* The beginning of a key, half a byte at a time. */
struct id_prefix {
    uint8_t bytes[FIND_DIGITS_MAX / 2]; /* zeros behind the digits */
    size_t digits;
};

/* false: not hexadecimal, too short, longer than `digits_max`. */
MUST_USE bool id_prefix_parse(struct text typed, size_t digits_max, struct id_prefix *prefix);
bool id_prefix_fits(const struct id_prefix *prefix, struct text key);

enum find_result { FIND_NONE, FIND_ONE, FIND_MANY };

/* Looks through the keys of a database that begin so; `key_size` leading bytes tell two ids
 * apart; the first goes to `key`. */
MUST_USE bool find_by_prefix(struct store *store, enum store_database database,
                             const struct id_prefix *prefix, size_t key_size, uint8_t *key,
                             enum find_result *result, struct error *err);

/* Inside the read transaction. ERROR_NOT_FOUND; ERROR_USAGE when it fits more than one. */
MUST_USE bool find_case(struct cli *cli, const char *typed, struct flow_case *row,
                        struct error *err);
/* A stay: as above, or its number alone, or INSTITUTION/NUMBER. A case of another flow is
 * ERROR_NOT_FOUND. */
MUST_USE bool find_stay(struct cli *cli, const char *typed, struct flow_case *row,
                        struct error *err);
MUST_USE bool find_message(struct cli *cli, const char *typed, uint8_t key[MESSAGE_KEY_SIZE],
                           struct error *err);

#endif

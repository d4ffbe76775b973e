/*
 * primitives.h - the least that any gateway must do for one message, each as a plain call of
 * its library: parse, canonicalise, digest, verify, validate, encrypt, store, sign, write.
 *
 * Prepared once from one signed message and one receipt; every call does the work anew.
 */
#ifndef BENCH_PRIMITIVES_H
#define BENCH_PRIMITIVES_H

#include "bench.h"
#include "stages_fixture.h"

struct primitives;

/* The signed message, our receipt to it, and the journal entries of both as they stand in the
 * ledger (record and leaf), with the plain sizes of the sealed bodies. */
struct primitives_given {
    const struct fixture *fixture;
    const char *pair;
    const char *suite;
    struct text message;
    struct text receipt;
    size_t content_size; /* encoded national content */
    size_t letter_size;  /* content of the letter that the flow makes of it */
    size_t entry_size;   /* RECEIVED */
    size_t reply_size;   /* REPLY */
};

struct primitives *primitives_new(const struct primitives_given *given);
void primitives_free(struct primitives *primitives);

enum primitive {
    PRIMITIVE_DIGESTS,
    PRIMITIVE_PARSE,
    PRIMITIVE_C14N,
    PRIMITIVE_VERIFY,
    PRIMITIVE_XSD,
    PRIMITIVE_SEAL,
    PRIMITIVE_RECEIPT_XSD,
    PRIMITIVE_RECEIPT_C14N,
    PRIMITIVE_SIGN,
    PRIMITIVE_WRITE,
    PRIMITIVE_RUN, /* so many that primitives_run knows */
    PRIMITIVE_STORE = PRIMITIVE_RUN,
    PRIMITIVES
};

const char *primitive_name(enum primitive which);
void primitives_run(struct primitives *primitives, enum primitive which);
/* Entries and bodies of `count` messages and replies into a plain LMDB, one transaction each
 * for the messages and for the replies, as the writer does. */
void primitives_store(struct primitives *primitives, unsigned count);

#endif

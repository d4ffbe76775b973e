/*
 * stages_fixture.h - a gateway without threads and sockets: configuration, keys, ledger,
 * engine, and a set of different signed forms that it has open cases for.
 *
 * The real code of gate/ runs on it, called step by step on one thread.
 */
#ifndef BENCH_STAGES_FIXTURE_H
#define BENCH_STAGES_FIXTURE_H

#include "gate/gate.h"

struct fixture {
    struct gate gate;
    const struct config_party *far;
    struct signer *far_signer;
    struct arena *arena;
    struct text *forms; /* signed bytes */
    unsigned form_count;
    char ledger_path[512];
};

/* `pair` is a folder of tests/support/pair.sh made with `suite`; the daemon's own ledger there
 * is not touched. Ends the program if anything does not work. */
void fixture_open(struct fixture *fixture, const char *pair, const char *suite,
                  unsigned form_count);
void fixture_close(struct fixture *fixture);

#endif

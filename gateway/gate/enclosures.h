/*
 * enclosures.h - files are brought to a partner before the letter that names them.
 *
 * Which ones: those that the entry which bore the letter names, as far as they are here. The
 * partner is asked how much of each it has, then gets what it lacks, piece after piece, on the
 * letter's own line; so a try that is interrupted goes on where it ended. A partner that takes
 * no files, or not this one, gets the letter without it; one that cannot now gets neither, and
 * the letter is due again.
 */
#ifndef GATE_ENCLOSURES_H
#define GATE_ENCLOSURES_H

#include "gate/delivery.h"
#include "net/courier.h"

enum enclosures {
    ENCLOSURES_NONE,      /* nothing more to bring: the letter may go */
    ENCLOSURES_UNDER_WAY, /* its result comes with the delivery as token */
    ENCLOSURES_FAILED     /* our own trouble: `err` */
};

/* The next thing to bring over `route`, whose address is the one for messages. On a worker. */
enum enclosures enclosures_bring(struct delivery *delivery, const struct courier_route *route,
                                 struct error *err);
/* Is a file's piece under way, and not the letter? */
bool enclosures_expected(const struct delivery *delivery);
/* Its result is in answer, http_status and failure. True: go on with enclosures_bring; false:
 * this try is over, and those three say why. On a worker. */
MUST_USE bool enclosures_heard(struct delivery *delivery);

#endif

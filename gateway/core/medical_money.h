/*
 * medical_money.h - the money axis of medical.transfer: a table of its own beside the record's.
 *
 * Pooled money never moves; of an employee's personal account the balance does, is paid to the
 * person, or stays, as the sheet says. The sheet announces, OUT orders the payment, IN matches
 * what arrives and credits it. What differs is never credited in part: it goes back, or a
 * corrected sheet or a further payment makes it right. Rows marked "crossing" are there because
 * money may arrive before the message that tells of it.
 */
#ifndef CORE_MEDICAL_MONEY_H
#define CORE_MEDICAL_MONEY_H

#include "core/medical_transfer.h"

enum money_event {
    MONEY_ANNOUNCE_NONE,  /* a sheet with pay way 0 */
    MONEY_ANNOUNCE,       /* a sheet with pay way 1 or 2 */
    MONEY_DROP,           /* the sheet was returned */
    MONEY_ORDER,          /* OUT has paid IN */
    MONEY_REFUND,         /* OUT has paid the person */
    MONEY_ARRIVE_EQUAL,   /* IN has booked, and all of it equals what is announced */
    MONEY_ARRIVE_DIFFERS, /* IN has booked, and it does not */
    MONEY_CREDIT,         /* IN has credited it to the person */
    MONEY_SEND_BACK,      /* IN has sent back all that it held */
    MONEY_BOUNCE,         /* the bank gave it back to OUT */
    MONEY_EVENTS
};

/* false: this may not happen now; *money stays. */
bool medical_money_move(unsigned role, enum money_event event, uint8_t *money);
/* Nothing more is to come. */
bool medical_money_final(unsigned money);
/* Has IN money of this case in its hands, or is it under way? */
bool medical_money_moving(unsigned money);
/* May both rest so? */
bool medical_money_pair(unsigned in_money, unsigned out_money);

#endif

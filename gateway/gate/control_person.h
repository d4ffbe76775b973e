/*
 * control_person.h - verbs of the control socket that are about persons: each shows personal
 * data only after the entry that says so is durable (control_verbs.c calls them).
 *
 *   {"verb":"case_person","case":ID,"clear":BOOL,"reason":TEXT}
 *        -> "found", "name", "number": masked, or with `clear` journaled and in clear
 *   {"verb":"person","number":NUMBER,"reason":TEXT}    -> "tags": by which the ledger finds him
 *   {"verb":"exported","digest":HEX,"scope":TEXT,"clear":BOOL,"permit":TEXT,"reason":TEXT}
 *        -> "sequence"; in clear it uses up the permit for that object, if it needs one
 */
#ifndef GATE_CONTROL_PERSON_H
#define GATE_CONTROL_PERSON_H

#include <jansson.h>

#include "gate/gate.h"

/* `work` carries who asks and why (OPERATOR); taken in every case. `uid` is his number. NULL:
 * *err says why. */
typedef json_t *control_noted(struct gate *gate, uint32_t uid, json_t *request,
                              struct work *work, struct error *err);
control_noted control_case_person;
control_noted control_person;
control_noted control_exported;

#endif

/*
 * control_person.h - verbs of the control socket that are about persons: each shows personal
 * data only after the entry that says so is durable (control_verbs.c calls them).
 *
 *   {"verb":"case_person","case":ID,"clear":BOOL,"reason":TEXT}
 *        -> "found", "name", "number": masked, or with `clear` journaled and in clear
 *   {"verb":"person","number":NUMBER,"reason":TEXT}    -> "tags": by which the ledger finds him
 *   {"verb":"exported","digest":HEX,"scope":TEXT,"clear":BOOL,"reason":TEXT}  -> "sequence"
 */
#ifndef GATE_CONTROL_PERSON_H
#define GATE_CONTROL_PERSON_H

#include <jansson.h>

#include "gate/gate.h"

/* `work` carries who asks and why (OPERATOR); taken in every case. NULL: *err says why. */
typedef json_t *control_noted(struct gate *gate, json_t *request, struct work *work,
                              struct error *err);
control_noted control_case_person;
control_noted control_person;
control_noted control_exported;

#endif

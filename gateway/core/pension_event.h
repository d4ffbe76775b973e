/*
 * pension_event.h - what a document of a pension flow brings to its case.
 *
 * Reads the few fields on which pension.employee decides, and checks that the document belongs
 * to the case: PEN-C19 (trace number, route, insurance kind, person), PEN-C04 (an amount that
 * the case cannot book), FLW-02 (a form return for another revision), FLW-06 (a reversal that
 * names no closed case of this person and route, or another amount), FLW-07 (the same reversal
 * is open on both sides: the lower case id stays).
 *
 * Rules by day: PEN-MONEY, PEN-MONEY-<OUT>-<IN> (0: no money moves on this route; the day of
 * the letter counts, so that both sides read the same), PEN-D2-START (1: D2 counts from the day
 * of acceptance that the agency wrote).
 */
#ifndef CORE_PENSION_EVENT_H
#define CORE_PENSION_EVENT_H

#include "core/flow.h"

/* struct flow's `read`, for pension.employee. */
MUST_USE bool pension_event_read(const struct flow_situation *situation,
                                 struct flow_facts *facts, struct flow_decision *decision,
                                 struct error *err);

/* PEN-C19 for every pension document: fills trace and regions of `facts`, or its refusal. */
void pension_reference_read(const struct flow_situation *situation, struct flow_facts *facts);

/* CASE_NO_MONEY: does money move on this route, on the day that stands in the document? */
void pension_route_read(const struct flow_situation *situation, struct flow_facts *facts);
/* The rule `general` ("PEN-MONEY"), or that of the route. */
bool pension_money_moves(const struct rules *rules, const char *general, uint32_t out_region,
                         uint32_t in_region, struct day day);

/* --- for the other files of the pension flows ------------------------------------------ */
/* The event does not fit its case: code and reason are literals. */
void pension_unfit(struct flow_facts *facts, const char *code, const char *reason);
/* PEN-C04 */
void pension_no_such_amount(struct flow_facts *facts);
void pension_set_flag(struct flow_facts *facts, enum case_flag flag, bool on);
/* Both known, and not the same person. */
bool pension_tags_differ(const uint8_t a[16], const uint8_t b[16]);

#endif

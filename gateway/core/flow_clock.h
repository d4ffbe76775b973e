/*
 * flow_clock.h - the statutory clocks (时限) of a case, for flow.c.
 *
 * A clock has the rule that holds its days ("PEN-D1"), and a role whose duty it is: its
 * region's calendar counts. Rules that depend on the region ("PEN-D2-START-440000") are asked
 * for first, then those for all ("PEN-D2-START"). Rule PEN-DAY-ONE: 1 if the first day itself
 * counts as day 1; by default it is day 0 (docs/rules.md).
 */
#ifndef CORE_FLOW_CLOCK_H
#define CORE_FLOW_CLOCK_H

#include "core/flow.h"

/* NULL if the case never had this kind. */
struct flow_clock *flow_clock_find(struct flow_case *flow_case, unsigned kind);
/* Day 0 of a duty that begins on `day`: that day, or the one before if it counts as day 1. */
struct day flow_day_zero(const struct rules *rules, uint32_t region, struct day day);
/* Starts (or starts anew) a clock with `from` as day 0. `from` 0: the duty begins on the day of
 * the event, of a receipt on the day of receipt over there. */
void flow_clock_start(const struct flow_situation *situation, struct flow_case *after,
                      unsigned kind, struct day from);
/* The same for an exact clock. */
void flow_clock_start_at(struct flow_case *after, unsigned kind, struct instant due);
/* Meets those of `kinds` (FLOW_CLOCK bits) that ever ran. */
void flow_clocks_meet(struct flow_case *after, unsigned kinds);
/*
 * A limit rests (时限中止) and goes on (时限恢复). Resting, it keeps the working days that were
 * left at the end of `on` as its `days`, with `on` as its day 0; the day on which it goes on is
 * the new day 0. A limit that rested on its last day ends on the day on which it goes on.
 */
void flow_clock_pause(const struct calendar *calendar, struct flow_clock *clock, struct day on);
void flow_clock_resume(const struct flow_situation *situation, struct flow_clock *clock,
                       struct day on);
/* What the other side's status answer says of its own limits, whatever the flow: fills
 * facts->clocks_pause, _resume from the document's clocks/clock (kind, state). Says nothing of
 * limits that are our own duty. */
void flow_clocks_read(const struct flow_situation *situation, struct flow_facts *facts);
/* CASE_OVERDUE follows from the clocks. */
void flow_clocks_tell_overdue(struct flow_case *after);
/* The value of a rule for a region (six digits), else for all, else `otherwise`. */
int64_t flow_rule(const struct rules *rules, const char *id, uint32_t region, struct day day,
                  int64_t otherwise);

#endif

/*
 * making.h - a document in the gateway's own words, and the ones that every transfer has.
 *
 * All memory is the arena's. After the first failure nothing more is added and `broken` says
 * so; whoever makes the document looks at it once, at the end.
 */
#ifndef CORE_MAKING_H
#define CORE_MAKING_H

#include "core/flow.h"

struct making {
    struct arena *arena;
    bool broken;
};

/* A root with reference/traceNumber, inRegion and outRegion of the case; where the event opens
 * it, the event's own reference. NULL if broken. */
struct record *making_begin(const struct flow_situation *situation, struct making *making,
                            const char *name);
/* `value` NULL: a group. The parent may be NULL if broken. */
struct record *making_add(struct making *making, struct record *parent, const char *name,
                          const char *value);
void making_number(struct making *making, struct record *parent, const char *name,
                   uint32_t number);
void making_day(struct making *making, struct record *parent, const char *name, struct day day);
void making_money(struct making *making, struct record *parent, const char *name,
                  struct money amount);
/* The same node, with all that it holds, below another parent. Nothing if `node` is NULL. */
void making_adopt(struct making *making, struct record *parent, const struct record *node);

/* What a reminder (催办) of the clock that passed says, and a status answer (状态答复): the
 * state before the query, the clocks and the newest code, nothing of the person. */
void making_reminder(const struct flow_situation *situation, struct making *making,
                     struct record *root);
void making_status(const struct flow_situation *situation, struct making *making,
                   struct record *root);

#endif

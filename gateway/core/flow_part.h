/*
 * flow_part.h - what a case has besides, by its flow: the end of a case of layout 3.
 *
 * One list of fields serves both ways, so writing and reading cannot drift apart. Bytes:
 * docs/ledger-format.md.
 */
#ifndef CORE_FLOW_PART_H
#define CORE_FLOW_PART_H

#include "core/flow.h"

/* Appends the part of this flow; nothing for a flow that has none. */
void flow_part_encode(const struct flow_case *flow_case, struct buffer *buffer);
/* Reads it into `flow_case`, whose flow is known. Sizes are the reader's to watch. */
void flow_part_decode(struct reader *reader, struct flow_case *flow_case);
/* Are its fields within their bounds? */
bool flow_part_sane(const struct flow_case *flow_case);

#endif

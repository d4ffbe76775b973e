/*
 * xml_memory.h - libxml2's memory: granted, or the process ends.
 *
 * Where memory is refused, this library goes on: it loses text, calls a good document bad and
 * frees twice. A verdict of ours must not rest on that, for a refusal is final (foundations 8).
 * What is acknowledged is durable and the sender sends again, so ending is safe; documents are
 * bounded, so only a machine without memory comes here.
 */
#ifndef WIRE_XML_MEMORY_H
#define WIRE_XML_MEMORY_H

#include "base/error.h"

/* Before anything else of libxml2 is called; by wire_start. ERROR_CONFIG. */
MUST_USE bool xml_memory_install(struct error *err);

#endif

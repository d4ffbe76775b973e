/*
 * carrier_internal.h - the kinds of carrier, for carrier.c.
 */
#ifndef WIRE_CARRIER_INTERNAL_H
#define WIRE_CARRIER_INTERNAL_H

#include "wire/carrier.h"

enum { CARRIER_INDENT = 2 };

MUST_USE bool carrier_xml_read(const struct carrier *carrier, const struct schema *dialect,
                               struct text bytes, struct arena *arena, struct record **root,
                               struct error *err);
/* In the carrier's encoding, of any size. */
MUST_USE bool carrier_xml_write(const struct carrier *carrier, const struct record *root,
                                struct arena *arena, struct text *bytes, struct error *err);

/* The base64 text in an envelope, in the arena; or the code of its Fault. */
MUST_USE bool carrier_soap_open(const struct carrier *carrier, struct text bytes,
                                struct arena *arena, struct carrier_content *content,
                                struct text *inner, struct error *err);
MUST_USE bool carrier_soap_wrap(const struct carrier *carrier,
                                const struct carrier_frame *frame, struct text inner,
                                struct arena *arena, struct text *bytes, struct error *err);

MUST_USE bool carrier_json_read(const struct carrier *carrier, struct text bytes,
                                struct arena *arena, struct record **root, struct error *err);
MUST_USE bool carrier_json_write(const struct carrier *carrier, const struct mapping_plan *plan,
                                 const struct record *root, struct arena *arena,
                                 struct text *bytes, struct error *err);

/* What JSON takes as a number, less exponents: its size at the front of `text`, 0 if there is
 * none. *exponent: one follows. */
size_t carrier_json_number(struct text text, bool *exponent);

#endif

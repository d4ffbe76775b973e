/*
 * carrier.h - how a dialect's documents are framed: bytes to an element tree and back.
 *
 * One carrier so far: plain XML, in UTF-8 or in GB18030 under whatever label the dialect writes
 * (a core that declares GBK gets GBK declared, in bytes of GB18030, which contains it).
 */
#ifndef WIRE_CARRIER_H
#define WIRE_CARRIER_H

#include "base/arena.h"
#include "base/error.h"
#include "core/record.h"
#include "wire/document.h"

#define CARRIER_LABEL_SIZE 24

enum carrier_standalone { STANDALONE_UNSAID, STANDALONE_YES, STANDALONE_NO };

struct carrier {
    enum encoding encoding;
    char label[CARRIER_LABEL_SIZE]; /* of the declaration; empty: no declaration is written */
    enum carrier_standalone standalone;
    bool indented;   /* one element a line, two blanks a level; else nothing between elements */
    size_t size_max; /* bytes, both ways */
};

/* Reads with the dialect's encoding where the bytes do not declare one; errors are
 * document_parse's. */
MUST_USE bool carrier_read(const struct carrier *carrier, struct text bytes,
                           struct document **document, struct error *err);
/* ERROR_SIZE over size_max, ERROR_ENCODING, ERROR_MEMORY. Values were checked before
 * (wire/mapping_value.h). */
MUST_USE bool carrier_write(const struct carrier *carrier, const struct record *root,
                            struct arena *arena, struct text *bytes, struct error *err);

#endif

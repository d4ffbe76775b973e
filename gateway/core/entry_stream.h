/*
 * entry_stream.h - the journal and the bodies it names as a file: what a backup holds, an
 * auditor checks and a restore plays (docs/ledger-format.md section 11).
 *
 *   ENTRY_STREAM_MAGIC, then parts one after the other; a part is frames:
 *   frame = type u8, size u32 (of what follows), bytes                            (big-endian)
 *
 *   HEAD   log id 16, hash u8, first u64, previous leaf 32, made u64 (ms)
 *   ENTRY  record || leaf, as in the journal
 *   BODY   month u32, digest 32, retention u8, use u8, check 32, sealed bytes
 *   GONE   month u32, digest 32
 *   END    last u64, leaf 32, root 32, entries u64, bodies u64, check 32
 *
 * Behind each ENTRY stands one BODY or GONE for each BODY TLV, in their order; GONE: no longer
 * kept. A body's check is the ledger's hash of its sealed bytes; that of END covers every byte
 * of the part before it. Parts follow each other without a gap, in one file or in several, so
 * that a backup can go on where the last one ended.
 *
 * Version 1 (no longer written) is ENTRY_STREAM_MAGIC_1, then for each entry from sequence 1
 * size u32, record || leaf; without bodies.
 */
#ifndef CORE_ENTRY_STREAM_H
#define CORE_ENTRY_STREAM_H

#define ENTRY_STREAM_MAGIC   "qiantong entry stream 2\n"
#define ENTRY_STREAM_MAGIC_1 "qiantong entry stream 1\n"

enum {
    ENTRY_STREAM_MAGIC_SIZE = sizeof(ENTRY_STREAM_MAGIC) - 1,
    ENTRY_STREAM_PREFIX_1 = 4,
    STREAM_PREFIX = 5,
    STREAM_HEAD = 'H',
    STREAM_ENTRY = 'E',
    STREAM_BODY = 'B',
    STREAM_GONE = 'G',
    STREAM_END = 'Z',
    STREAM_HEAD_SIZE = 16 + 1 + 8 + 32 + 8,
    STREAM_BODY_HEAD = 4 + 32 + 1 + 1 + 32,
    STREAM_GONE_SIZE = 4 + 32,
    STREAM_END_SIZE = 8 + 32 + 32 + 8 + 8 + 32,
    STREAM_SEALED_MAX = 64 * 256 * 1024 /* chunks of a body, docs/ledger-format.md 7.3 */
};

#endif

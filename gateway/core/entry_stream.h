/*
 * entry_stream.h - the journal as a file: what a backup holds and an auditor checks.
 *
 *   ENTRY_STREAM_MAGIC, then for each entry in order, from sequence 1 without a gap:
 *   size u32 big-endian, then `size` bytes: record || leaf (core/entry.h)
 *
 * Bodies are not in it: it proves what happened and with which digests, and holds no message.
 */
#ifndef CORE_ENTRY_STREAM_H
#define CORE_ENTRY_STREAM_H

#define ENTRY_STREAM_MAGIC "qiantong entry stream 1\n"

enum { ENTRY_STREAM_MAGIC_SIZE = sizeof(ENTRY_STREAM_MAGIC) - 1, ENTRY_STREAM_PREFIX = 4 };

#endif

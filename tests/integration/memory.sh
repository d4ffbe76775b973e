#!/bin/bash
# memory.sh - memory that ends anywhere while bytes are read, written, signed and verified.
set -u
cd "$(dirname "$0")/../.." || exit 1
BIN=${BIN:-build/release}
make --no-print-directory -s "$BIN/tests/memory_ends" "$BIN/tests/memory.so" >/dev/null ||
    { echo "FAIL - memory: the tools do not build"; exit 1; }
mkdir -p build/logs
work=$(mktemp -d build/memory.XXXXXX) || exit 1
trap 'rm -rf "$work"' EXIT
sh certs/make-certs.sh "$work" hrss.440000 || exit 1
LD_PRELOAD=$PWD/$BIN/tests/memory.so "$BIN/tests/memory_ends" "$work" 2>build/logs/memory-ends

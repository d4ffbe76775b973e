#!/bin/bash
# crash_states.sh - the ledger over a disk that stops, lies or fails. V as in the Makefile.
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build/${V:-release}}
make --no-print-directory V="${V:-release}" B="$B" "$B/tests/crash_states" "$B/tests/fault.so" \
    >"$B.crash_states.log" 2>&1 || { cat "$B.crash_states.log"; echo "FAIL - build"; exit 1; }
rm -f "$B.crash_states.log"
program=$B/tests/crash_states
library=$PWD/$B/tests/fault.so
case $B in /*) library=$B/tests/fault.so ;; esac
work=$(mktemp -d "$B/crash_states.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
# The sanitizer's runtime wants to come first; it works behind fault.so too.
export ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0
status=0

LD_PRELOAD=$library FAULT_FILE=data.mdb FAULT_LOG=$work/log "$program" tell "$work/told" 220 \
    >"$work/told.log" 2>&1 || { cat "$work/told.log"; echo "FAIL - the story"; exit 1; }
"$program" replay "$work/log" "$work/state" "${STATES:-600}" || status=1
"$program" replay "$work/log" "$work/state" 100 lying || status=1
"$program" faults "$library" "$work/faulty" 40 || status=1
exit $status

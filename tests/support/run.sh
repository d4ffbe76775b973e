#!/bin/bash
# run.sh COUNTS NAME LIMIT_S COMMAND... - runs one test, keeps its output, counts its checks.
#
# COUNTS is a file that gets one line "passed failed" per run. Checks are lines that begin with
# "ok - " or "FAIL - ", and cmocka's "[       OK ]" and "[  FAILED  ]". A command that fails without
# saying which check failed counts as one failure, so does one that passes and checks nothing.
set -u
counts=$1 name=$2 limit=$3
shift 3
log=build/logs/$(printf '%s' "$name" | tr -c 'A-Za-z0-9._\n-' '_').log
mkdir -p build/logs
start=$(date +%s)
timeout --kill-after=10 "$limit" "$@" >"$log" 2>&1 </dev/null
status=$?
passed=$(grep -cE '^ok - |^\[ +OK \]' "$log")
failed=$(grep -cE '^FAIL - |^\[  FAILED  \] [A-Za-z_0-9]+$' "$log")
if [ "$status" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
if [ "$status" = 0 ] && [ "$passed" = 0 ] && [ "$failed" = 0 ]; then failed=1; fi
echo "$passed $failed" >>"$counts"
if [ "$failed" = 0 ]; then
    printf '%-44s %5d ok      %4ds\n' "$name" "$passed" "$(($(date +%s) - start))"
else
    printf '%-44s %5d ok %3d FAILED (status %d), %s\n' "$name" "$passed" "$failed" "$status" "$log"
    grep -E '^FAIL - |FAILED|[Ee]rror|ERROR:|bug:' "$log" | head -10 | sed 's/^/    /'
fi

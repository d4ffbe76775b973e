#!/bin/bash
# resident.sh - a resident's transfer between two real gateways: application and letter by hand
# in Guizhou's dialect, and what stands on both sides then.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

tools || { echo "FAIL - resident: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/resident.XXXXXX) || exit 1
trap pair_end EXIT
trap 'exit 130' INT TERM

stands() { # SIDE STATE
    in_state "$1" "$trace" "$2"
}
hands_in() { # DOCUMENT
    cli guizhou submit "adapters/guizhou-core/examples/$1.theirs.xml" >/dev/null
}

trace=$(sed -n 's|.*<traceNumber>\(.*\)</traceNumber>.*|\1|p' adapters/guizhou-core/examples/resident_letter.ours.xml)
pair_make "$work" || { echo "FAIL - resident: no pair"; exit 1; }
sed -i 's|<flows>|<flows><flow><name>pension.resident</name></flow>|' "$work"/*/parties/*.xml
pair_start guizhou && pair_start guangdong || { echo "FAIL - resident: the gateways do not start"; exit 1; }
check "the application opens a case of residents" hands_in resident_application
check "it is new" stands guizhou new
check "the letter is taken" hands_in resident_letter
check "its receipt is there: letter_held" pair_wait 30 stands guizhou letter_held
check "and the other side holds it" pair_wait 10 stands guangdong letter_held
# The same trace in an employee's words belongs to another flow.
refused() { ! hands_in "$1"; }
check "an employee's refusal does not fit this case" refused refusal
pair_end
[ "$failures" = 0 ] && rm -rf "$work"
exit "$((failures > 0))"

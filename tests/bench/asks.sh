#!/bin/bash
# asks.sh - questions of direct settlement through two gateways; part of `make bench`.
#
#   asks.sh [SUITE...]
#
# What both gateways add to the insured core's own answer at 1, 50 and 200 questions a second, beside
# the limit measured in the same run; then OPEN questions open at once (2000). It fails if a question is
# lost or answered wrong, or a ledger does not verify. Both cores are tests/bench/asks.c.
set -u
cd "$(dirname "$0")/../.." || exit 1
BIN=${BIN:-${B:-build/release}}
. tests/support/pair.sh
. tests/support/checks.sh
. tests/support/stays.sh

open=${OPEN:-2000}
work=build/bench/asks
trap pair_end EXIT
trap 'exit 130' INT TERM
ulimit -Sn "$(ulimit -Hn)"

# Waits as they are in use; filings are another flow's.
STAY_RULES="STL-FILING-MEDICAL=0"

# What is measured is the gateway, not how much of it one party may have.
limits_raised() {
    sed -i 's|    <inFlight>1024</inFlight>|    <connections>8000</connections>\n    <inFlight>4096</inFlight>|' \
        "$PAIR"/*/gateway.xml &&
        sed -i 's|  <transportPins>|  <rate><perSecond>100000</perSecond></rate>\n  <connections>4096</connections>\n&|' \
            "$PAIR"/*/parties/*.xml
}

asks_with() { # SUITE
    local side
    mkdir -p "$work/$1" && stay_rules >"$work/$1/rules.xml" && pair_make "$work/$1" "$1" && limits_raised || return 1
    PAIR_LOG=${ASKS_LOG:-warn} pair_start guizhou && PAIR_LOG=${ASKS_LOG:-warn} pair_start guangdong || return 1
    printf '  -- %s\n' "$1"
    check "  no question lost, none answered wrong" \
        "$BIN/bench/asks" "$PAIR" "$1" "${PID[guangdong]}" "${PID[guizhou]}" "$open"
    check "  at rest" pair_wait 20 both_rest
    pair_end
    for side in guangdong guizhou; do
        check "  the ledger of $side is good" ledger_good "$side"
        grep -hE '"level":"error"|bug:' "$PAIR/$side/gateway.log" | head -3
    done
}
both_rest() { no_open_letters guizhou && no_open_letters guangdong; }

rm -rf "$work"
mkdir -p "$work"
[ $# -gt 0 ] || set -- ecdsa gm
for suite in "$@"; do
    asks_with "$suite" || bad "  $suite: the gateways do not start"
done
[ "${ASKS_KEEP:-}" ] || rm -rf "$work"
[ "$failures" = 0 ]

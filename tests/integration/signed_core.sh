#!/bin/bash
# signed_core.sh - a core that speaks JSON with a signed header (tests/data/json-core): a real gateway and
# a simulated core sign and verify with the keys of their configuration; with other keys nothing is believed.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

tools || { echo "FAIL - signed_core: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/signed_core.XXXXXX) || exit 1
trap pair_end EXIT
trap 'exit 130' INT TERM

SIDE=guizhou
PARTY=parties/hrss.520000.core.xml
PAPER=tests/data/json-core/examples/remittance.ours.xml

# Whose keys each program uses, and whose it believes.
gateway_keys() { # OURS THEIRS
    sed -i '/<headerSignature>/d' "$PAIR/$SIDE/$PARTY"
    [ -z "$1" ] || sed -i "s|  <flows>|  <headerSignature><certificate>../keys/$1.gm.crt</certificate><key>../keys/$1.gm.key</key><pin><certificate>../keys/$2.gm.crt</certificate></pin></headerSignature>\n&|" \
        "$PAIR/$SIDE/$PARTY"
}
core_keys() { # OURS THEIRS
    sed -i '/<headerSignature>/d' "$PAIR/$SIDE/core.xml"
    [ -z "$1" ] || sed -i "s|  <clockOffset>|  <headerSignature><certificate>keys/$1.gm.crt</certificate><key>keys/$1.gm.key</key><pin>keys/$2.gm.crt</pin></headerSignature>\n&|" \
        "$PAIR/$SIDE/core.xml"
}

stage_signed() {
    cp "$PAIR"/certs/hrss.*.gm.* "$PAIR/$SIDE/keys/" || return 1
    mkdir -p "$PAIR/adapters" && cp -r tests/data/json-core "$PAIR/adapters/" || return 1
    sed -i "s|$PAIR_TOP/adapters|../adapters|" "$PAIR/$SIDE/gateway.xml" "$PAIR/$SIDE/core.xml"
    sed -i 's|guizhou-core</adapter>|json-core</adapter>|' "$PAIR/$SIDE/$PARTY" "$PAIR/$SIDE/core.xml"
    echo '<?xml version="1.0" encoding="UTF-8"?><script xmlns="urn:qiantong:sim:1"><case><trace>GZ20260302000001</trace><step><when>letter</when><send>paper.xml</send></step></case></script>' \
        >"$PAIR/$SIDE/script.xml"
    cp tests/data/json-core/examples/query.ours.xml "$PAIR/$SIDE/paper.xml"
}

says() { cli $SIDE config check 2>&1 | grep -qF -- "$1"; }
core_says() { QIANTONG_SCHEMAS=schemas timeout 10 "$BIN/qiantong-sim" --config "$PAIR/$SIDE/core.xml" run 2>&1 | grep -qF -- "$1"; }
send() { QIANTONG_SCHEMAS=schemas "$BIN/qiantong-sim" --config "$PAIR/$SIDE/core.xml" send "$PAPER" >"$work/said" 2>&1; }
refused() { ! "$@"; }
logged() { grep -q "$2" "$PAIR/$SIDE/$1"; }

# The gateway and the core start with what their files say now.
again() {
    core_stop $SIDE
    pair_stop $SIDE
    pair_start $SIDE && core_start $SIDE ""
}

pair_make "$work/pair" && stage_signed || { bad "no pair"; exit 1; }
check "without keys the adapter is not loaded" says "headerSignature: missing"
gateway_keys hrss.520000 hrss.520000.core
check "with them it is" refused says "headerSignature"
check "a core without keys does not start either" core_says "headerSignature: missing"
core_keys hrss.520000.core hrss.520000
check "gateway and core start" again
check "a signed paper is accepted, and the answer's signature holds" send
check "its entry is there" test "$(cli $SIDE ledger verify --json 2>/dev/null | awk '$1 == "\"entries\":" { gsub(/,/, "", $2); print $2 }')" -ge 4

before=$(entry_count $SIDE)
core_keys hrss.440000 hrss.520000
check "the core comes with another key" again
check "nothing it brings is accepted" refused send
check "the gateway says why" logged gateway.log SIGNATURE
core_keys hrss.520000.core hrss.440000
check "the core expects another gateway" again
check "it does not believe the answer" refused send
check "and says why" logged core.log SIGNATURE

core_stop $SIDE
pair_stop $SIDE
check "the ledger is good, rebuilt row by row" ledger_good $SIDE
[ "$failures" = 0 ] && rm -rf "$work"
[ "$failures" = 0 ]

#!/bin/bash
# exchange.sh - what the gateways really keep and take, against an implementation that shares no
# code with them: stored bytes verify in Java, and a letter signed in Java is accepted.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
jars=/usr/share/java
classes=$jars/xmlsec.jar:$jars/bcprov.jar:$jars/slf4j-api.jar:$jars/slf4j-nop.jar
failed=0
trap pair_end EXIT
trap 'exit 1' INT TERM

ok() { echo "ok - $1"; }
bad() { echo "FAIL - $1"; failed=1; }
report() { if [ "$1" = "$2" ]; then ok "$3"; else bad "$3: expected '$1', got '$2'"; fi; }
java_says() { # COMMAND...
    echo "$@" >"$PAIR/commands"
    java -cp "$classes" tests/interop/Interop.java "$PAIR/commands"
}
message_of() { # SIDE TRACE ACTION: the newest message of this action that the case carries
    cli "$1" case "$2" --json 2>/dev/null | awk -v action="\"$3\"" '
        $1 == "\"message\":" { m = $2; gsub(/[",]/, "", m) }
        $1 == "\"action\":" { a = $2; sub(/,$/, "", a); if (a == action && m != "") found = m }
        END { print found }'
}
sealed() { cli guizhou letters 2>/dev/null | grep -q ready; }
held() { cli guangdong cases 2>/dev/null | grep -q letter_held; }

for suite in ecdsa gm; do
    rm -rf build/interop-$suite
    pair_make build/interop-$suite $suite || exit 1
    trace=QT20260302GZ0001
    pin_ours=$PAIR/certs/hrss.520000.$suite.crt
    pin_theirs=$PAIR/certs/hrss.440000.$suite.crt

    # Guizhou writes a letter while Guangdong is down: its sealed bytes lie in the ledger.
    pair_start guizhou || exit 1
    for document in application letter; do
        cli guizhou submit adapters/guizhou-core/examples/$document.theirs.xml >/dev/null ||
            bad "$suite: the core's $document is not taken"
    done
    pair_wait 10 sealed
    letter=$(message_of guizhou "$trace" letter)
    cli guizhou message "$letter" --raw >"$PAIR/sealed.xml"
    report ok "$(java_says verify $suite "$pin_ours" "$PAIR/sealed.xml")" \
        "$suite: Java verifies the sealed letter of the ledger"

    # The same letter, signed by Java instead, before the gateway's own bytes get through.
    pair_kill guizhou
    awk 'BEGIN { RS = "\001" } { sub(/<ds:Signature.*<\/ds:Signature>/, ""); printf "%s", $0 }' \
        "$PAIR/sealed.xml" >"$PAIR/unsigned.xml"
    report ok "$(java_says sign $suite "$PAIR/certs/hrss.520000.$suite.key" "$pin_ours" \
        "$PAIR/unsigned.xml" "$PAIR/foreign.xml")" "$suite: Java signs a letter"
    pair_start guangdong || exit 1
    status=$(curl -s --cacert "$PAIR/certs/ca.crt" --cert "$PAIR/certs/hrss.520000.tls.crt" \
        --key "$PAIR/certs/hrss.520000.tls.key" -H 'Content-Type: application/xml' -o "$PAIR/receipt.xml" \
        -w '%{http_code}' --data-binary "@$PAIR/foreign.xml" \
        --noproxy '*' -k "https://127.0.0.1:${PORT[guangdong]}/v1/messages")
    report 200 "$status" "$suite: the gateway accepts what Java signed"
    report ok "$(java_says verify $suite "$pin_theirs" "$PAIR/receipt.xml")" \
        "$suite: Java verifies the receipt"
    pair_wait 10 held
    cli guangdong message "$letter" --raw >"$PAIR/received.xml"
    report same "$(cmp -s "$PAIR/foreign.xml" "$PAIR/received.xml" && echo same)" \
        "$suite: message --raw gives the bytes as received"
    report ok "$(java_says verify $suite "$pin_ours" "$PAIR/received.xml")" \
        "$suite: Java verifies the bytes as received"
    cli guangdong message "$letter" --raw --reply >"$PAIR/reply.xml"
    report same "$(cmp -s "$PAIR/receipt.xml" "$PAIR/reply.xml" && echo same)" \
        "$suite: message --raw --reply gives the receipt as sent"

    # Guizhou comes back with its own bytes under the same id: a signed conflict, one effect.
    pair_start guizhou || exit 1
    refused() { cli guizhou case "$trace" 2>/dev/null | grep -qi conflict; }
    if pair_wait 10 refused; then ok "$suite: the same id with other bytes is a conflict"; else
        bad "$suite: the same id with other bytes is a conflict"
    fi
    report 1 "$(cli guangdong cases --json | grep -c case_id)" "$suite: one case over there"
    pair_end
done
exit $failed

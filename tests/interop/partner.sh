#!/bin/bash
# partner.sh - a partner that was written from docs/partner.md alone (partner/Partner.java, nothing but a JDK),
# against Guizhou's gateway: it takes a person in, from the letter to the completion.
#
# One answer of it is lost, one message comes twice, one is changed on the way, one has a used id.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh
. tests/demo/papers.sh

mkdir -p build
work=$(mktemp -d build/interop-partner.XXXXXX) || exit 1
PAPERS=$work/papers
TRACE=GD20260302000021
END=$((SECONDS + 32))
partner=
finish() {
    end_process "$partner" TERM
    pair_end
}
trap finish EXIT
trap 'exit 130' INT TERM

partner_file() { # PORT
    local certs=$PAIR/certs own=hrss.440000 their=hrss.520000 number=${PERSON_ID[$TRACE]}
    cat <<END
own=$own
their=$their
url=https://127.0.0.1:${PORT[guizhou]}/v1/messages
port=$1
tls.crt=$certs/$own.tls.crt
tls.key=$certs/$own.tls.key
sign.crt=$certs/$own.ecdsa.crt
sign.key=$certs/$own.ecdsa.key
ca.crt=$certs/ca.crt
their.tls.crt=$certs/$their.tls.crt
their.sign.crt=$certs/$their.ecdsa.crt
schemas=schemas
store=$PAIR/partner
seconds=30
offset=$(cat "$PAIR/clock")
trace=$TRACE
letter=LXH${TRACE: -8}
name=${PERSON_NAME[$TRACE]}
identity=$number
sex=$((${number:16:1} % 2 == 0 ? 2 : 1))
lose=form
END
}

bring() { # KIND: the core of Guizhou brings one paper
    paper "$1" $TRACE
    "$BIN/qiantong-sim" --config "$PAIR/guizhou/core.xml" send "$REPLY" 1 >>"$PAIR/brought" 2>&1
}
within() { pair_wait $((END > SECONDS ? END - SECONDS : 1)) "$@"; } # all of it in 32 s of a quiet machine
said() { grep -qE "^$1\$" "$PAIR/partner.log"; } # PATTERN of a whole line
lines() { grep -cE "^$1\$" "$PAIR/partner.log"; }
ended() { gone "$partner"; }
entries() { # KIND: of Guizhou's ledger, with the partner: actions with how often, sorted
    entry_lines guizhou | awk -v kind="$1" '$4 == kind && $8 == "hrss.440000" { print $5 }' | sort | uniq -c | awk '{ printf "%s%s %s", n++ ? ", " : "", $1, $2 }'
}

# Posts a file to the partner with Guizhou's certificate; prints the status. The receipt: posted.xml.
post() { # FILE [PARTY]
    local by=$PAIR/certs/${2:-hrss.520000}.tls
    curl --silent --noproxy '*' --max-time 10 --cacert "$PAIR/certs/ca.crt" --cert "$by.crt" --key "$by.key" \
        --header 'Content-Type: application/xml' --data-binary "@$1" --output "$PAIR/posted.xml" \
        --write-out '%{http_code}' "https://127.0.0.1:$port/v1/messages"
}

hostile() { # what the partner says to what Guizhou never sent; the form was received
    local form acceptance keys=$PAIR/certs/hrss.520000.ecdsa
    form=$(grep -l '<Action>form<' "$PAIR"/partner/in/*[0-9a-f].xml)
    acceptance=$(grep -l '<Action>acceptance<' "$PAIR"/partner/in/*[0-9a-f].xml)
    check "the partner: the form once more: the same receipt, byte for byte" \
        test "$(post "$form") $(cmp "$PAIR/posted.xml" "${form%.xml}.receipt.xml" 2>&1)" = "200 "
    sed 's|<months>12<|<months>11<|' "$form" >"$PAIR/changed.xml"
    check "the partner: the form, changed: refused, SIGNATURE" \
        test "$(post "$PAIR/changed.xml") $(grep -o '<Code>[A-Z]*' "$PAIR/posted.xml")" = "422 <Code>SIGNATURE"
    awk 'BEGIN { RS = "\001" } { sub(/<ds:Signature.*<\/ds:Signature>/, ""); sub(/田㛃/, "田𠮷"); printf "%s", $0 }' \
        "$acceptance" >"$PAIR/unsigned.xml"
    sh docs/partner/sign.sh ecdsa "$keys.key" "$keys.crt" "$PAIR/unsigned.xml" >"$PAIR/second.xml"
    check "the partner: other bytes under a used id: conflict" \
        test "$(post "$PAIR/second.xml") $(grep -o '<Verdict>[a-z]*' "$PAIR/posted.xml")" = "409 <Verdict>conflict"
    check "the partner: from a certificate that is not pinned: 403" test "$(post "$form" hrss.520000.core)" = 403
}

pair_make "$work/pair" ecdsa || { bad "no pair"; exit 1; }
person $TRACE 𠮷喆 44990219880909011 5300
total=$(fen "$(case_fen $TRACE)")
port=$(free_port)
party_file guizhou hrss.440000 province "https://127.0.0.1:$port/v1/messages" "" ecdsa >"$PAIR/guizhou/parties/hrss.440000.xml"
partner_file "$port" >"$PAIR/partner.properties"
javac -encoding UTF-8 -d "$work/classes" tests/interop/partner/Partner.java || { bad "Partner.java does not compile"; exit 1; }
printf '<?xml version="1.0" encoding="UTF-8"?>\n<script xmlns="urn:qiantong:sim:1">\n</script>\n' >"$PAIR/empty.xml"
pair_start guizhou && core_start guizhou "$PAIR/empty.xml" || { bad "guizhou does not start"; exit 1; }
java -cp "$work/classes" Partner "$PAIR/partner.properties" >"$PAIR/partner.log" 2>&1 &
partner=$!
disown

check "the gateway takes the letter, its receipt verifies" within said 'letter: 200 accepted -'
check "the letter once more: the same receipt" within said 'same: true'
check "the case is held in Guizhou" within in_state guizhou $TRACE letter_held
check "Guizhou's core brings the acceptance" bring acceptance
check "and the form" bring form
check "the partner takes both" within said 'took: form'
check "the answer to the form was lost: it comes again" within said 'again: form'
hostile
check "Guizhou's core brings the advice of the money" bring fund_advice
check "the partner comes to its end" within ended
check "it has the form and its total: $total" said "total: $total"
check "it asked, and was answered by the gateway: both, the same total" said "state: both $total"
check "its message changed after signing: 422, SIGNATURE, without MessageId" said 'status_query: 422 refused SIGNATURE unnamed: .*'
check "its completion is taken" said 'completion: 200 accepted -'
check "the case is closed in Guizhou" in_state guizhou $TRACE closed
check "nothing is under way any more" within no_open_letters guizhou
check "Guizhou received each message once: $(entries received)" \
    test "$(entries received)" = "1 completion, 1 letter, 1 status_query"
check "Guizhou has one receipt for each that it sent: $(entries outcome)" \
    test "$(entries outcome)" = "1 acceptance, 1 form, 1 fund_advice, 1 status_answer"
check "the partner took each once" test "$(lines 'took: .*') $(lines 'again: form')" = "4 2"
check "the partner's own messages verify with docs/partner/verify.sh" \
    sh docs/partner/verify.sh ecdsa "$PAIR/certs/hrss.440000.ecdsa.crt" "$(find "$PAIR/partner/out" -name '*.xml' | sort | head -1)"
check "Guizhou's ledger is good" ledger_good guizhou
finish
partner=
[ "$failures" = 0 ] || cat "$PAIR/partner.log" "$PAIR/brought"
[ "$failures" = 0 ] && rm -rf "$work"
[ "$failures" = 0 ]

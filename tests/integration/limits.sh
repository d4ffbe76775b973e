#!/bin/bash
# limits.sh - one party sends far more than it may; everybody else is served, and nothing is lost.
#
# Guizhou's gateway is flooded by tests/support/flood.c under the certificate of 450000, first while
# it exchanges cases with Guangdong, whose own rate here is small too, so that its letters must come
# again; then while 460000 sends one letter; then with a gateway that has room for two messages.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

tools || { echo "FAIL - limits: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/limits.XXXXXX) || exit 1
flooding=
finish() {
    end_process "$flooding" TERM
    pair_end
}
trap finish EXIT
trap 'exit 130' INT TERM
NATIONAL=urn:qiantong:pension:1
ENVELOPE=urn:qiantong:envelope:1
URL=

# --- the stage ------------------------------------------------------------------------------------

limits_of() { # PARTY LIMITS
    sed -i "s|<transportPins>|$2&|" "$PAIR/guizhou/parties/hrss.$1.xml"
}
more_parties() {
    local name
    sh certs/make-certs.sh "$PAIR/certs" hrss.450000 hrss.460000 || return 1
    for name in 450000 460000; do
        cp "$PAIR/certs/hrss.$name".*.crt "$PAIR/guizhou/keys/"
        party_file guizhou "hrss.$name" province https://127.0.0.1:1/ "" ecdsa >"$PAIR/guizhou/parties/hrss.$name.xml"
        sed -i '/<url>/d' "$PAIR/guizhou/parties/hrss.$name.xml"
    done
    limits_of 450000 "<rate><perSecond>20</perSecond><burst>30</burst></rate><inFlight>4</inFlight><connections>6</connections>"
    limits_of 440000 "<rate><perSecond>2</perSecond><burst>1</burst></rate><inFlight>1</inFlight>"
}

# A signed letter from a province that opens a case of its own region.
letter() { # FROM TRACE FILE [BODY-SED]
    local id sent case_id
    read -r id sent < <("$BIN/tests/speak" id "$PAIR/clock")
    read -r case_id _ < <("$BIN/tests/speak" id "$PAIR/clock")
    {
        printf '<?xml version="1.0" encoding="UTF-8"?>\n<Message xmlns="%s"><Header><MessageId>%s</MessageId><CaseId>%s</CaseId>' \
            "$ENVELOPE" "$id" "$case_id"
        printf '<From>hrss.%s</From><To>hrss.520000</To><Flow>pension.employee</Flow><Action>letter</Action>' "$1"
        printf '<Revision>1</Revision><SentAt>%s</SentAt></Header><Body dialect="national" schema="%s">' "$sent" "$NATIONAL"
        sed -e 1d -e "s:<traceNumber>.*</traceNumber>:<traceNumber>$2</traceNumber>:" -e "${4:-}" tests/demo/cases/money-first/letter.xml
        printf '</Body></Message>\n'
    } >"$work/unsigned"
    "$BIN/tests/xmlsig" sign ecdsa "$PAIR/certs/hrss.$1.ecdsa.key" "$PAIR/certs/hrss.$1.ecdsa.crt" "$work/unsigned" >"$3"
}

begin_flood() { # COUNT CONNECTIONS: with three letters about a region that is not the sender's
    "$BIN/tests/flood" "$PAIR/clock" "$URL" "$PAIR/certs/hrss.450000.tls.crt" "$PAIR/certs/hrss.450000.tls.key" \
        "$PAIR/certs/ca.crt" "$PAIR/certs/hrss.520000.tls.crt" "$1" "$2" "$work"/flood.[123] >"$work/flooded" 2>&1 &
    flooding=$!
    disown
}
flood_is_over() { ! kill -0 "$flooding" 2>/dev/null; }
flooded() { awk -v status="$1" '$1 == status { n = $2 } END { print n + 0 }' "$work/flooded"; }

# Of one party, as the gateway counts: a field of "in".
traffic() { # PARTY FIELD
    cli guizhou outbox --json | tr -d ' \n' | sed 's/"party":/\n&/g' | grep "^\"party\":\"hrss.$1\"" |
        grep -o "\"$2\":[0-9]*" | head -1 | cut -d: -f2
}

# --- acts -----------------------------------------------------------------------------------------

rests() { # TRACE IN-STATE OUT-STATE
    local in
    in=$(begins_in "$1")
    in_state "$in" "$1" "$2" && in_state "$(other_side "$in")" "$1" "$3"
}
all_quiet() {
    no_open_letters guizhou && no_open_letters guangdong && core_idle guizhou && core_idle guangdong
}
tries_429() { # how often Guangdong was told 429
    grep -c '"event":"deliver.attempt".*"http":"429"' "$PAIR/guangdong/gateway.log"
}

exchange_in_a_flood() {
    local trace
    begin_flood 3000 4
    for trace in GZ20260302000001 GD20260302000002 GZ20260302000003 GD20260302000004; do
        core_begin "$(begins_in $trace)" $trace
    done
    check "in a flood and at two messages a second: form first: closed, closed" pair_wait 90 rests GZ20260302000001 closed closed
    check "money first: closed, closed" pair_wait 60 rests GD20260302000002 closed closed
    check "letter returned: refused on both sides" pair_wait 60 rests GZ20260302000003 refused refused
    check "form returned: closed, closed" pair_wait 60 rests GD20260302000004 closed closed
    check "nothing is under way any more" pair_wait 60 all_quiet
    check "Guangdong was told 429 ($(tries_429) times) and came again" test "$(tries_429)" -ge 1
    check "every letter arrived exactly once, both ledgers tell one story" test -z "$(judge_story | tee -a /dev/stderr)"
    check "the flood ends by itself" pair_wait 60 flood_is_over
    check "the flood: every post was answered ($(tr '\n' ' ' <"$work/flooded"))" \
        test $(($(flooded 422) + $(flooded 429))) = 3000
    check "the flood: most of it was told 429" test "$(flooded 429)" -ge 2000
    check "the flood: what was let through was judged" test "$(flooded 422)" -ge 30
    check "the flood: everyone told 429 was told when to come again" test "$(flooded unkind)" = 0
    check "the gateway counts for the party what it refused" \
        test $(($(traffic 450000 over_rate) + $(traffic 450000 over_in_flight))) = "$(flooded 429)"
    check "and for nobody else" test "$(traffic 460000 over_rate) $(traffic 460000 over_in_flight)" = "0 0"
    check "the log names the party, a few times only" \
        test "$(grep -c '"event":"receive.over_limit".*"party":"hrss.450000"' "$PAIR/guizhou/gateway.log")" -le 40
}

too_many_connections() {
    begin_flood 300 12
    check "twelve connections where six are agreed: the flood ends" pair_wait 60 flood_is_over
    check "those beyond were told 429 and counted" test "$(traffic 450000 over_connections)" -ge 6
    check "each was told when to come again" test "$(flooded unkind)" = 0
}

another_party_in_a_flood() {
    begin_flood 6000 4
    letter 460000 HN2026030200001 "$work/message" 's/440000/460000/g'
    pair_wait 10 test -s "$work/message"
    "$BIN/tests/speak" post "$PAIR/clock" "$URL" "$PAIR/certs/hrss.460000.tls.crt" "$PAIR/certs/hrss.460000.tls.key" \
        "$PAIR/certs/ca.crt" "$PAIR/certs/hrss.520000.tls.crt" application/xml "$work/message" "$work/answer" >"$work/status"
    check "another party's letter is accepted: 200" test "$(cat "$work/status")" = 200
    check "while the flood still runs" kill -0 "$flooding"
    check "its case is there" in_state guizhou HN2026030200001 letter_held
    check "the flood ends by itself" pair_wait 60 flood_is_over
}

# Every party together is more than the gateway has room for: 503, and the connection stays.
no_room() {
    pair_stop guizhou
    sed -i 's|<inFlight>1024</inFlight>|<inFlight>2</inFlight>|' "$PAIR/guizhou/gateway.xml"
    sed -i 's|<rate>.*</connections>|<rate><perSecond>100000</perSecond></rate><inFlight>100</inFlight>|' \
        "$PAIR/guizhou/parties/hrss.450000.xml"
    pair_start guizhou || { bad "a gateway with room for two starts"; return; }
    begin_flood 2000 8
    check "room for two: the flood ends" pair_wait 60 flood_is_over
    check "room for two: told 503 ($(flooded 503)), or judged ($(flooded 422)), and no connection cut" \
        test "$(flooded 503)" -ge 1 -a $(($(flooded 503) + $(flooded 422))) = 2000
    check "room for two: everyone was told when to come again" test "$(flooded unkind)" = 0
}

pair_make "$work/pair" ecdsa && stage demo GZ20260302000001 GD20260302000002 GZ20260302000003 GD20260302000004 && more_parties || exit 1
URL=https://127.0.0.1:${PORT[guizhou]}/v1/messages
for number in 1 2 3; do letter 450000 "GX202603020000$number" "$work/flood.$number"; done
for side in guizhou guangdong; do
    pair_start $side && core_start $side "" || exit 1
done
exchange_in_a_flood
too_many_connections
another_party_in_a_flood
no_room
pair_end
check "Guizhou's ledger is good, rebuilt row by row" ledger_good guizhou
check "Guangdong's ledger is good, rebuilt row by row" ledger_good guangdong
[ "$failures" = 0 ] && rm -rf "$work"
[ "$failures" = 0 ]

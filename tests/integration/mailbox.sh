#!/bin/bash
# mailbox.sh - a province that cannot be called: its letters wait in a mailbox, and it fetches them.
#
# guizhou has no address of guangdong. A courier of guangdong's fetches over mutual TLS, brings the
# bytes to guangdong's gateway, and takes its receipt back. Whole cases reach their ends on both
# sides; good and bad fetches and acknowledgements.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

tools || { echo "FAIL - mailbox: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/mailbox.XXXXXX) || exit 1
trap pair_end EXIT
trap 'exit 130' INT TERM

ask() { # SIDE-ASKED CERTIFICATE PATH OUT [FILE]: prints the status; the file is posted
    local url="https://127.0.0.1:${PORT[$1]}$3"
    set -- "$2" "$4" "${5:-}"
    curl --silent --max-time 20 --cacert "$PAIR/certs/ca.crt" --cert "$PAIR/certs/$1.tls.crt" \
        --key "$PAIR/certs/$1.tls.key" --output "$2" --write-out '%{http_code}' \
        ${3:+--header 'Content-Type: application/xml' --data-binary "@$3"} "$url"
}
fetch() { ask guizhou hrss.440000 "/v1/mailbox${2:-}" "$1"; }         # OUT [QUERY]
bring() { ask guangdong hrss.520000 /v1/messages "$2" "$1"; }         # LETTER RECEIPT
acknowledge() { ask guizhou "${3:-hrss.440000}" /v1/mailbox "$2" "$1"; } # RECEIPT SAID [PARTY]
# No status may stand in a name that is expanded twice.
status_is() { # WANTED COMMAND...
    local wanted=$1 got
    shift
    got=$("$@")
    [ "$got" = "$wanted" ] || { echo "  got $got"; return 1; }
}
ready() { status_is 200 fetch "$1" "${2:-}" >/dev/null; }
element() { grep -o "<$2>[^<]*<" "$1" | head -1 | sed 's/^<[^>]*>//; s/<$//'; } # FILE NAME

# Guangdong's courier: everything that is ready, until nothing is.
carry_all() {
    while ready "$PAIR/carried"; do
        bring "$PAIR/carried" "$PAIR/carried.receipt" >/dev/null
        acknowledge "$PAIR/carried.receipt" "$PAIR/said" >/dev/null
    done
}
rests() { # TRACE IN-STATE OUT-STATE
    local in
    in=$(begins_in "$1")
    carry_all
    in_state "$in" "$1" "$2" && in_state "$(other_side "$in")" "$1" "$3"
}
reaches() { pair_wait 40 rests "$@"; }
letters_ended() {
    carry_all
    no_open_letters guizhou && no_open_letters guangdong && core_idle guizhou && core_idle guangdong
}
attempts() { # SIDE
    entry_lines "$1" | awk '$4 == "attempt" { n++ } END { print n + 0 }'
}
state_of() { # MESSAGE: of guizhou's letter
    cli guizhou letters --all --json | grep -A8 "\"message\": \"$1\"" | sed -n 's/.*"state": "\([a-z]*\)".*/\1/p'
}

PAIR_LOG=debug
pair_make "$work/pair" ecdsa || { bad "no pair"; exit 1; }
stage demo GZ20260302000001 GD20260302000002 GZ20260302000003 GZ20260302000005
party_file guizhou hrss.440000 province "" "" ecdsa >"$PAIR/guizhou/parties/hrss.440000.xml"
for side in guizhou guangdong; do
    pair_start "$side" && core_start "$side" "" || { bad "$side does not start"; exit 1; }
done

check "an empty mailbox: 204" status_is 204 fetch "$PAIR/none"
check "a party with an address has no mailbox: 404" status_is 404 ask guangdong hrss.520000 /v1/mailbox "$PAIR/none"
check "a certificate that is no party's: 403" status_is 403 ask guizhou hrss.520000 /v1/mailbox "$PAIR/none"

core_begin guizhou GZ20260302000001
check "the first letter is ready" pair_wait 15 ready "$PAIR/first"
first=$(element "$PAIR/first" MessageId)
core_begin guizhou GZ20260302000003
check "the next one can be fetched before the first is acknowledged" pair_wait 15 ready "$PAIR/second" "?after=$first"
second=$(element "$PAIR/second" MessageId)
check "it is another letter" test "$first" != "$second"
check "behind the last there is nothing: 204" status_is 204 fetch "$PAIR/none" "?after=$second"
check "fetched again: the first" status_is 200 fetch "$PAIR/again"
check "fetched again: the same bytes" cmp -s "$PAIR/first" "$PAIR/again"
cli guizhou message "$first" --raw >"$PAIR/sealed"
check "they are the bytes that were sealed" cmp -s "$PAIR/first" "$PAIR/sealed"
check "after= something that is no id: 400" status_is 400 fetch "$PAIR/none" "?after=1"
check "after= an id of nobody's: 404" status_is 404 fetch "$PAIR/none" "?after=019cac0f-27c1-71dd-996b-55962d55fc26"
check "another question: 400" status_is 400 fetch "$PAIR/none" "?before=$first"
check "the own core's mailbox is its own: 404" status_is 404 ask guizhou hrss.520000.core /v1/mailbox "$PAIR/none"

check "guangdong takes the second letter" status_is 200 bring "$PAIR/second" "$PAIR/second.receipt"
check "guangdong takes the first letter" status_is 200 bring "$PAIR/first" "$PAIR/first.receipt"
check "the letter itself is no receipt of guangdong's: 403" status_is 403 acknowledge "$PAIR/first" "$PAIR/said"
sed 's/<Verdict>accepted/<Verdict>refused/' "$PAIR/first.receipt" >"$PAIR/changed.receipt"
check "a receipt that was changed: 422" status_is 422 acknowledge "$PAIR/changed.receipt" "$PAIR/said"
check "it says why" grep -q '^SIGNATURE' "$PAIR/said"
head -c 700 "$PAIR/first.receipt" >"$PAIR/cut.receipt"
check "half a receipt: 422" status_is 422 acknowledge "$PAIR/cut.receipt" "$PAIR/said"
check "a receipt in the core's hands: not its dialect, 422" status_is 422 acknowledge "$PAIR/first.receipt" "$PAIR/said" hrss.520000.core
head -c 900 "$PAIR/first" >"$PAIR/cut"
check "guangdong cannot read half a letter: 422" status_is 422 bring "$PAIR/cut" "$PAIR/cut.receipt"
check "its receipt of that is of no letter: 404" status_is 404 acknowledge "$PAIR/cut.receipt" "$PAIR/said"
check "nothing of that changed anything" test "$(state_of "$first") $(attempts guizhou)" = "ready 0"

check "the receipt of the first: 200" status_is 200 acknowledge "$PAIR/first.receipt" "$PAIR/said"
check "the first letter is done" test "$(state_of "$first")" = done
check "the same receipt once more: 200" status_is 200 acknowledge "$PAIR/first.receipt" "$PAIR/said"
check "behind an ended letter comes the second" ready "$PAIR/again" "?after=$first"
check "with the same bytes" cmp -s "$PAIR/second" "$PAIR/again"
check "one outcome in the ledger" test \
    "$(entry_lines guizhou | awk -v m="$first" '$4 == "outcome" && $7 == m { n++ } END { print n + 0 }')" = 1

core_begin guangdong GD20260302000002
check "GZ20260302000001: closed, closed" reaches GZ20260302000001 closed closed
check "GD20260302000002, begun by the one who cannot be called: closed, closed" reaches GD20260302000002 closed closed
check "GZ20260302000003: refused on both sides" reaches GZ20260302000003 refused refused
check "no letter is open any more" pair_wait 20 letters_ended
check "no attempt was journaled" test "$(attempts guizhou)" = 0
check "both ledgers tell one story" test -z "$(judge_story | tee -a /dev/stderr)"

core_begin guizhou GZ20260302000005
check "a letter that nobody will fetch is ready" pair_wait 15 ready "$PAIR/last"
last=$(element "$PAIR/last" MessageId)
is_dead() { [ "$(state_of "$last")" = dead ]; }
clock_forward "$PAIR/clock" $((91 * 24 * 3600 * 1000))
check "after its lifetime it is dead" pair_wait 15 is_dead
check "and cannot be fetched any more: 204" status_is 204 fetch "$PAIR/none"
check "guizhou's ledger is good, rebuilt row by row" ledger_good guizhou
[ "$failures" = 0 ] && rm -rf "$work"
[ "$failures" = 0 ]

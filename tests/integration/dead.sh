#!/bin/bash
# dead.sh - a letter that the partner turns away unsigned: parked, seen, tried again, given up.
#
# Guizhou forgets Guangdong's certificate for a while, so that Guangdong's acceptance is told 403 and
# dies with the form behind it. An operator retries it too early, closes it, and the lane goes on.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

tools || { echo "FAIL - dead: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/dead.XXXXXX) || exit 1
trap pair_end EXIT
trap 'exit 130' INT TERM
TRACE=GZ20260302000001

# One line for each letter of Guangdong to Guizhou: NUMBER ACTION STATE TRIES
letters() {
    cli guangdong letters --all --json | awk '
        { name = $1; gsub(/[":]/, "", name); value = $2; gsub(/[",]/, "", value); field[name] = value }
        /^  \}/ { if (field["party"] == "hrss.520000") print field["letter"], field["action"], field["state"], field["attempts"] }'
}
letter_is() { # ACTION STATE [TRIES]
    letters | grep -q "^[0-9]* $1 $2 ${3:-}"
}
number_of() { letters | awk -v action="$1" '$2 == action { print $1; exit }'; }
flagged() { cli guangdong cases --json | grep -q '"flagged": true'; }
state_at_guizhou() { case_lines guizhou | awk '{ print $2 }'; }
refuses() { # STATUS TEXT COMMAND...
    local status=$1 text=$2 said
    shift 2
    said=$("$@" 2>&1)
    [ $? = "$status" ] && echo "$said" | grep -q "$text"
}
at_rest() { no_open_letters guangdong && no_open_letters guizhou; }

pins() { # CERTIFICATE: the one by which Guizhou knows Guangdong
    sed -i "s|<transportPins>.*</transportPins>|<transportPins><pin><certificate>../keys/$1</certificate></pin></transportPins>|" \
        "$PAIR/guizhou/parties/hrss.440000.xml"
    pair_stop guizhou && pair_start guizhou
}

pair_make "$work/pair" ecdsa && stage demo $TRACE || exit 1
sh certs/make-certs.sh "$PAIR/certs" hrss.450000 && cp "$PAIR/certs/hrss.450000.tls.crt" "$PAIR/guizhou/keys/" || exit 1
pair_start guizhou && pair_start guangdong && core_start guizhou "" || exit 1
core_begin guizhou $TRACE
check "the letter has arrived" pair_wait 20 in_state guangdong $TRACE letter_held
check "Guizhou no longer knows Guangdong's certificate" pins hrss.450000.tls.crt
core_start guangdong "" || exit 1

check "the acceptance is told 403 and dead after one try" pair_wait 20 letter_is acceptance dead 1
check "what follows it waits" pair_wait 20 letter_is form waiting 0
check "its case is flagged" flagged
dead=$(number_of acceptance)
check "outbox shows it" grep -q '"dead": 1' <(cli guangdong outbox hrss.520000 --json)
before=$(entry_count guangdong)
check "a letter that waits cannot be closed" refuses 66 "no dead letter" cli guangdong close "$(number_of form)" --reason "impatient"
check "nor one that is not there" refuses 66 "no dead letter" cli guangdong close 999999 --reason "a guess"
check "nor without a reason, in a test ledger neither" refuses 64 "reason" cli guangdong close "$dead"
check "none of this is an entry" test "$before" = "$(entry_count guangdong)"

check "a retry before the cause is mended" cli guangdong retry "$dead" --reason "too early"
check "dies again, on its second try" pair_wait 20 letter_is acceptance dead 2
check "and what follows it still waits" letter_is form waiting 0
pair_kill guangdong
pair_start guangdong || exit 1
check "killed and started again: dead and waiting as before" letter_is form waiting 0

check "Guizhou knows Guangdong again" pins hrss.440000.tls.crt
check "nothing moves by itself" letter_is acceptance dead 2
check "the operator closes it" cli guangdong close "$dead" --reason "杨喆 agreed by telephone, sent on paper"
check "it is closed" letter_is acceptance closed
check "what waited goes out and gets its receipt" pair_wait 20 at_rest
check "the acceptance never arrived at Guizhou" test -z "$(entry_lines guizhou | awk '$4 == "received" && $5 == "acceptance"')"
check "the form did, once" test "$(entry_lines guizhou | awk '$4 == "received" && $5 == "form"' | wc -l)" = 1
check "closed is for ever: no retry" refuses 66 "no dead letter" cli guangdong retry "$dead" --reason "second thoughts"
check "nor a second close" refuses 66 "no dead letter" cli guangdong close "$dead" --reason "twice"
check "the case is still flagged" flagged
check "the journal has two acts of the operator" \
    test "$(entry_lines guangdong | awk '$4 == "operator" && $5 == "acceptance"' | wc -l)" = 2
pair_end
check "Guangdong's ledger is good, rebuilt row by row" ledger_good guangdong
check "Guizhou's ledger is good, rebuilt row by row" ledger_good guizhou
[ "$failures" = 0 ] && rm -rf "$work"
[ "$failures" = 0 ]

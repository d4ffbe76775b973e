#!/bin/bash
# reload.sh - another configuration while two gateways exchange: SIGHUP and `qiantong reload`.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

tools || { echo "FAIL - reload: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/reload.XXXXXX) || exit 1
trap pair_end EXIT
trap 'exit 130' INT TERM

log_count() { # SIDE EVENT
    grep -c "\"event\":\"$2\"" "$PAIR/$1/gateway.log"
}
change() { # FILE SED-EXPRESSION...: replaced at once, as an editor does
    local file=$1
    shift
    sed -E "$@" "$file" >"$file.new" && ! cmp -s "$file" "$file.new" && mv "$file.new" "$file"
}
says_on_reload() { # SIDE STATUS WORDS: the command fails with this status and says so
    cli "$1" reload >"$PAIR/said" 2>&1
    [ $? = "$2" ] && grep -qF -- "$3" "$PAIR/said"
}
hang_up() { # SIDE EVENT: SIGHUP, then one line more of this event
    local before
    before=$(log_count "$1" "$2")
    kill -HUP "${PID[$1]}"
    pair_wait 10 more_lines "$1" "$2" "$before"
}
more_lines() { [ "$(log_count "$1" "$2")" -gt "$3" ]; }
cli_quiet() { cli "$@" >/dev/null; }
reaches() { pair_wait 30 in_state "$@"; }

# --- the same, a better one, bad ones ---------------------------------------------------------------

refused_and_back() { # WORDS SAID FILE SED-EXPRESSION: reload refuses it; then the file is as before
    local file=$PAIR/guizhou/$3
    cp "$file" "$PAIR/kept"
    change "$file" "$4" || { bad "$1: the test changes nothing"; return; }
    check "$1" says_on_reload guizhou 78 "$2"
    cp "$PAIR/kept" "$file"
}

play_reload() {
    pair_start guizhou && core_start guizhou "" && pair_start guangdong && core_start guangdong "" || { bad "no start"; return; }
    core_begin guizhou GZ20260302000001
    check "the same again: taken" cli_quiet guizhou reload
    refused_and_back "another hash: refused" "ledger/hash: never changes for a ledger" gateway.xml 's|sha256</hash>|sm3</hash>|'
    refused_and_back "no test ledger any more: refused" "ledger/test: never" gateway.xml '/clockOffset/d;s|<test>true|<test>false|'
    refused_and_back "another ledger: refused" "ledger/path: never" gateway.xml 's|<path>ledger|<path>ledger2|'
    refused_and_back "another port: needs a restart" "listen/port: changes with a restart only" gateway.xml 's|<port>[0-9]*|<port>19999|'
    refused_and_back "more threads: needs a restart" "workers: changes with a restart only" gateway.xml 's|( *)<limits>|<workers>7</workers><limits>|'
    refused_and_back "an unknown element: refused with its line" "gateway.xml" gateway.xml 's|<inFlight>|<inFlights>3</inFlights>&|'
    refused_and_back "a party's file cut in half: refused" "hrss.440000.xml" parties/hrss.440000.xml '/<flows>/,$d'
    refused_and_back "a party's certificate is not there: refused" "hrss.440000.xml" parties/hrss.440000.xml 's|440000.tls.crt|440000.lost.crt|'
    refused_and_back "a pin twice: refused" "the same certificate as one of" parties/hrss.440000.xml \
        's|(.*)<pin>(.*tls.crt.*)</pin>(.*)|\1<pin>\2</pin><pin>\2</pin>\3|'
    check "SIGHUP takes it too" hang_up guizhou gate.reloaded
    change "$PAIR/guizhou/gateway.xml" 's|<inFlight>1024|<inFlight>x|'
    check "SIGHUP with a broken file: said in the log" hang_up guizhou gate.reload_failed
    check "... with its line" grep -q '"event":"gate.reload_failed".*gateway.xml: .*line [0-9]' "$PAIR/guizhou/gateway.log"
    change "$PAIR/guizhou/gateway.xml" 's|<inFlight>x|<inFlight>1024|'
    reaches guizhou GZ20260302000001 closed
    reaches guangdong GZ20260302000001 closed
    check "a case ran through all this: closed" in_state guangdong GZ20260302000001 closed
}

# --- a party comes, goes and comes back ---------------------------------------------------------------

letters_wait() { # SIDE
    cli "$1" letters --json | grep -q '"state": "ready"\|"state": "new"'
}

play_party() {
    mv "$PAIR/guizhou/parties/hrss.440000.xml" "$PAIR/away"
    check "a party is removed" cli_quiet guizhou reload
    core_begin guangdong GD20260302000002
    core_begin guizhou GZ20260302000003
    sleep 1
    check "what it sends is not let in" grep -q '"event":"receive.unknown_party"' "$PAIR/guizhou/gateway.log"
    mv "$PAIR/away" "$PAIR/guizhou/parties/hrss.440000.xml"
    check "it comes back" cli_quiet guizhou reload
}

pair_make "$work/pair" ecdsa || { bad "no pair"; exit 1; }
stage guizhou GZ20260302000001 GD20260302000002 GZ20260302000003 GD20260302000004
play_reload
pair_end
check "both ledgers are good" ledger_good guizhou
[ "$failures" = 0 ] && rm -rf "$work"
[ "$failures" = 0 ]

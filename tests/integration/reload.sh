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
one_connection() {
    change "$PAIR/guizhou/parties/hrss.440000.xml" 's|( *)<transportPins>|\1<callConnections>1</callConnections>\n&|' &&
        cli_quiet guizhou reload
}
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
    refused_and_back "no test ledger any more: refused" "ledger/test: never" gateway.xml '/clockOffset/d;s|<test>true|<test>false|;s|<acts>none|<acts>close reverse|'
    refused_and_back "another ledger: refused" "ledger/path: never" gateway.xml 's|<path>ledger|<path>ledger2|'
    refused_and_back "another port: needs a restart" "listen/port: changes with a restart only" gateway.xml 's|<port>[0-9]*|<port>19999|'
    refused_and_back "more threads: needs a restart" "workers: changes with a restart only" gateway.xml 's|( *)<limits>|<workers>7</workers><limits>|'
    refused_and_back "an unknown element: refused with its line" "gateway.xml" gateway.xml 's|<inFlight>|<inFlights>3</inFlights>&|'
    refused_and_back "a party's file cut in half: refused" "hrss.440000.xml" parties/hrss.440000.xml '/<flows>/,$d'
    refused_and_back "more connections to a party than letters: refused" "callConnections" parties/hrss.440000.xml \
        's|( *)<transportPins>|\1<callConnections>65</callConnections>\n&|'
    check "one connection to the party: taken" one_connection
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

# --- a party goes and comes back ----------------------------------------------------------------------

dead_letter() { # SIDE: its number
    cli "$1" letters --dead --json | sed -n 's/.*"letter": \([0-9]*\).*/\1/p' | head -1
}
has_dead() { [ -n "$(dead_letter "$1")" ]; }
said_in_log() { grep -q "$2" "$PAIR/$1/gateway.log"; }
try_again() { # SIDE: every dead letter
    local letter
    letter=$(dead_letter "$1")
    [ -n "$letter" ] && cli_quiet "$1" retry "$letter"
}

play_party() {
    local number
    number=$(cli guangdong party hrss.520000 --json | grep '"number"')
    mv "$PAIR/guangdong/parties/hrss.520000.xml" "$PAIR/away"
    check "a party is removed" cli_quiet guangdong reload
    core_begin guizhou GD20260302000002
    check "... what it sends is not let in" pair_wait 15 said_in_log guangdong receive.unknown_party
    check "... its letter is dead over there" pair_wait 15 has_dead guizhou
    mv "$PAIR/away" "$PAIR/guangdong/parties/hrss.520000.xml"
    check "it comes back" cli_quiet guangdong reload
    check "... with the number it had" test "$number" = "$(cli guangdong party hrss.520000 --json | grep '"number"')"
    check "... the letter is tried again" try_again guizhou
    reaches guizhou GD20260302000002 closed
    check "... and its case runs to the end" reaches guangdong GD20260302000002 closed
}

# --- certificates change under traffic ------------------------------------------------------------------

# From where a letter that was turned away for good would be seen.
attempts() { # SIDE
    grep '"event":"deliver.attempt"' "$PAIR/$1/gateway.log" | grep -c '"party":"hrss.[0-9]*"'
}
pin_two() { # FILE NAME SUITE UNTIL: the new certificates beside the old ones, which end at UNTIL
    change "$1" "s|( *)<transportPins>.*|\1<transportPins><pin><certificate>../keys/$2.tls.crt</certificate></pin><pin><certificate>../keys/$2.new.tls.crt</certificate></pin></transportPins>|;
        s|( *)<signingPins>.*|\1<signingPins><pin><certificate>../keys/$2.$3.crt</certificate><until>$4</until><graceHours>1</graceHours></pin><pin><certificate>../keys/$2.new.$3.crt</certificate><from>2026-03-01T00:00:00+08:00</from></pin></signingPins>|"
}
only_new() { # FILE NAME: the old transport pin is taken away
    change "$1" "s|<pin><certificate>../keys/$2.tls.crt</certificate></pin>||"
}
use_new() { # NAME: our own certificates
    change "$PAIR/guizhou/gateway.xml" "s|keys/$1\.(tls\|ecdsa\|gm)\.|keys/$1.new.\1.|"
}

play_rotation() { # SUITE
    local suite=$1 own=hrss.520000
    sh certs/make-certs.sh "$PAIR/certs" $own.new
    cp "$PAIR/certs/$own.new".*.crt "$PAIR/guangdong/keys/"
    cp "$PAIR/certs/$own.new".* "$PAIR/guizhou/keys/"
    pair_start guizhou && core_start guizhou "" && pair_start guangdong && core_start guangdong "" || { bad "$suite: no start"; return; }
    core_begin guizhou GZ20260302000001
    pin_two "$PAIR/guangdong/parties/$own.xml" $own "$suite" 2026-03-03T00:00:00+08:00
    check "$suite: the partner pins the new certificates beside the old" cli_quiet guangdong reload
    core_begin guizhou GZ20260302000003
    use_new $own
    check "$suite: we change to them" cli_quiet guizhou reload
    core_begin guizhou GD20260302000002
    only_new "$PAIR/guangdong/parties/$own.xml" $own
    check "$suite: the partner takes the old transport pin away" cli_quiet guangdong reload
    core_begin guizhou GD20260302000004
    for trace in GZ20260302000001 GD20260302000002 GD20260302000004; do
        reaches guizhou $trace closed
        check "$suite: $trace begun in the middle of it: closed, closed" reaches guangdong $trace closed
    done
    check "$suite: GZ20260302000003 likewise: refused" reaches guizhou GZ20260302000003 refused
    check "$suite: no letter is under way" pair_wait 15 no_open_letters guizhou
    check "$suite: not one attempt failed, on either side" test "$(attempts guizhou) $(attempts guangdong)" = "0 0"
    check "$suite: nobody was turned away" test "$(log_count guizhou receive.unknown_party) $(log_count guangdong receive.unknown_party)" = "0 0"
    check "$suite: both ledgers tell one story" test -z "$(judge_story | tee -a /dev/stderr)"
}

# --- a letter that was sealed before its certificate's window ended ----------------------------------------

# Guizhou writes while guangdong is down; two hours later its certificate's window has been over for one.
play_grace() { # GRACE-HOURS
    local file=$PAIR/guangdong/parties/hrss.520000.xml
    change "$file" "s|( *)<signingPins>.*|\\1<signingPins><pin><certificate>../keys/hrss.520000.ecdsa.crt</certificate><until>2026-03-02T10:00:00+08:00</until><graceHours>$1</graceHours></pin></signingPins>|"
    pair_start guizhou && core_start guizhou "" || { bad "no start"; return; }
    core_begin guizhou GZ20260302000001
    check "grace of $1 hours: the letter is sealed" pair_wait 15 said_in_log guizhou deliver.attempt
    clock_forward "$PAIR/clock" 7200000
    pair_start guangdong && core_start guangdong "" || { bad "no start"; return; }
}

# --- revocation lists -----------------------------------------------------------------------------------

list() { # FROM UNTIL CERTIFICATE...: guangdong's list, for both uses
    local from=$1 until=$2
    shift 2
    sh certs/make-crl.sh "$PAIR/certs" ca "$from" "$until" "$PAIR/guangdong/keys/list.crl" "$@"
}

play_revocation() {
    local keys=$PAIR/certs/hrss.520000 march="20260301000000Z 20260401000000Z"
    list $march
    change "$PAIR/guangdong/gateway.xml" 's|( *)</tls>|<crl>keys/list.crl</crl></tls>|;s|( *)</signing>|<ca>keys/ca.crt</ca><crl>keys/list.crl</crl></signing>|;
        s|(<inFlight>1024</inFlight>)|\1<crlGraceHours>0</crlGraceHours>|'
    pair_start guizhou && core_start guizhou "" && pair_start guangdong && core_start guangdong "" || { bad "no start"; return; }
    core_begin guizhou GZ20260302000001
    reaches guizhou GZ20260302000001 closed
    check "with lists on which nobody stands: closed" reaches guangdong GZ20260302000001 closed

    list $march "$keys.tls.crt"
    check "the partner's transport certificate is revoked" cli_quiet guangdong reload
    core_begin guizhou GD20260302000002
    check "... refused on a connection that stands, or at the handshake" \
        pair_wait 15 said_in_log guangdong '"reason":"certificate_revoked"\|"reason":"certificate revoked"'
    list $march
    check "... taken off the list again" cli_quiet guangdong reload
    pair_wait 3 has_dead guizhou && try_again guizhou
    clock_forward "$PAIR/clock" 60000
    reaches guizhou GD20260302000002 closed
    check "... closed" reaches guangdong GD20260302000002 closed

    list $march "$keys.ecdsa.crt"
    check "its signing certificate is revoked" cli_quiet guangdong reload
    core_begin guizhou GZ20260302000003
    check "... what it signed is turned away" pair_wait 15 said_in_log guangdong '"code":"PIN","reason":"this certificate is revoked"'
    check "... and dead over there" pair_wait 15 has_dead guizhou
    list $march
    check "... off the list again" cli_quiet guangdong reload
    check "... tried again" try_again guizhou
    check "... refused, as its story goes" reaches guizhou GZ20260302000003 refused

    list 20260301000000Z 20260302010500Z
    check "a list that ends at 09:05 is loaded" cli_quiet guangdong reload
    clock_forward "$PAIR/clock" 600000
    core_begin guizhou GD20260302000004
    check "at 09:10 nobody is let in any more" pair_wait 20 said_in_log guangdong 'revocation_list_stale\|CRL has expired'
    check "... which kills no letter" test -z "$(dead_letter guizhou)"
    printf 'no list' >"$PAIR/guangdong/keys/list.crl"
    check "a list that is none: refused, with its file" says_on_reload guangdong 78 list.crl
    list $march
    check "a new list" cli_quiet guangdong reload
    clock_forward "$PAIR/clock" 60000
    reaches guizhou GD20260302000004 closed
    check "... and the case goes on: closed" reaches guangdong GD20260302000004 closed
    check "both ledgers tell one story" test -z "$(judge_story | tee -a /dev/stderr)"
}

ALL="GZ20260302000001 GD20260302000002 GZ20260302000003 GD20260302000004"
pair_make "$work/revocation" ecdsa || { bad "no pair"; exit 1; }
stage guizhou $ALL
play_revocation
pair_end

# --- party check: what a real handshake tells --------------------------------------------------------------

checks() { # STATUS WORDS: `party check` of guangdong, from guizhou
    cli guizhou party check hrss.440000 >"$PAIR/said" 2>&1
    [ $? = "$1" ] && grep -q -- "$2" "$PAIR/said"
}

play_check() {
    local keys=$PAIR/guizhou/keys
    check "party check, nobody there: connect" checks 1 "connect: "
    check "party check --offline: fine" cli_quiet guizhou party check --offline
    pair_start guangdong || { bad "no start"; return; }
    check "party check: TLS 1.3" checks 0 "ok .*TLSv1.3"
    check "... its certificate is pinned" checks 0 ", pinned"
    cp "$keys/hrss.440000.ecdsa.crt" "$keys/hrss.440000.tls.crt"
    check "another certificate than the pin: said" checks 1 "not one of its pins"
    cp "$PAIR/certs/hrss.440000.tls.crt" "$keys/"
    mkdir "$PAIR/foreign" && sh certs/make-certs.sh "$PAIR/foreign" hrss.520000
    cp "$keys/hrss.520000.tls.crt" "$keys/hrss.520000.tls.key" "$PAIR/"
    cp "$PAIR"/foreign/hrss.520000.tls.* "$keys/"
    check "a certificate of ours that they do not believe: tls_alert" checks 1 "tls_alert: "
    cp "$PAIR/hrss.520000.tls.crt" "$PAIR/hrss.520000.tls.key" "$keys/"
    cp "$keys/ca.crt" "$PAIR/" && cp "$PAIR/foreign/ca.crt" "$keys/"
    check "an authority of theirs that we do not believe: certificate" checks 1 "certificate: "
    cp "$PAIR/ca.crt" "$keys/"
    sh certs/make-crl.sh "$PAIR/certs" ca 20260301000000Z 20260401000000Z "$keys/list.crl" "$PAIR/certs/hrss.440000.tls.crt"
    change "$PAIR/guizhou/gateway.xml" 's|( *)</tls>|<crl>keys/list.crl</crl></tls>|'
    check "on our revocation list: revoked" checks 1 "revoked: "
    change "$PAIR/guizhou/gateway.xml" 's|<crl>keys/list.crl</crl>||'
    change "$PAIR/guizhou/parties/hrss.440000.xml" 's|https://127.0.0.1:|https://localhost:|'
    check "by its name: fine" checks 0 ", pinned"
    change "$PAIR/guizhou/parties/hrss.440000.xml" 's|https://localhost:|https://127.0.0.2:|'
    check "a name that is not in its certificate, or nobody there" checks 1 "certificate: \|connect: "
}

pair_make "$work/check" ecdsa || { bad "no pair"; exit 1; }
play_check
pair_end

for hours in 24 1; do
    pair_make "$work/grace-$hours" ecdsa || { bad "no pair"; exit 1; }
    stage guizhou $ALL
    play_grace $hours
    if [ $hours = 24 ]; then
        check "sealed in time, received within the grace: taken" pair_wait 20 said_in_log guangdong '"action":"letter","verdict":"accepted"'
    else
        check "sealed in time, received after the grace: refused" pair_wait 20 said_in_log guangdong "received after this certificate's time and grace"
        check "... and dead over there" pair_wait 15 has_dead guizhou
    fi
    pair_end
done

for suite in ecdsa gm; do
    pair_make "$work/rotation-$suite" $suite || { bad "no pair"; exit 1; }
    sed -i 's|<gatewayCertificate>keys/hrss.520000.tls.crt</gatewayCertificate>|&<gatewayCertificate>keys/hrss.520000.new.tls.crt</gatewayCertificate>|' "$PAIR/guizhou/core.xml"
    stage guizhou $ALL
    play_rotation $suite
    pair_end
done

pair_make "$work/pair" ecdsa || { bad "no pair"; exit 1; }
stage guizhou $ALL
play_reload
play_party
pair_end
check "both ledgers are good" ledger_good guizhou
[ "$failures" = 0 ] && rm -rf "$work"
[ "$failures" = 0 ]

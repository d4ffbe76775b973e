#!/bin/bash
# exchange.sh - the demo's six cases between two real gateways, once with each suite of signatures.
#
# End states on both sides, a receipt lost on the line, clean stops, restarts, the ledgers, and no
# personal data in any log, at the most talkative level.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

tools || { echo "FAIL - exchange: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/exchange.XXXXXX) || exit 1
STAGE_PATIENCE_MS=2000
proxy=
finish() {
    end_process "$proxy" TERM
    pair_end
}
trap finish EXIT
trap 'exit 130' INT TERM

begin_gateway() { # SIDE: kept as a child of this shell, to be asked for its exit status
    "$BIN/qiantongd" --config "$PAIR/$1/gateway.xml" --log debug >>"$PAIR/$1/gateway.log" 2>&1 &
    PID[$1]=$!
    pair_wait 20 answers "${PORT[$1]}"
}

stops_cleanly() { # SIDE
    local pid=${PID[$1]} status
    kill -TERM "$pid"
    wait "$pid"
    status=$?
    PID[$1]=
    [ $status = 0 ] && tail -1 "$PAIR/$1/gateway.log" | grep -q '"event":"gate.closed"'
}

rests() { # TRACE IN-STATE OUT-STATE
    local in
    in=$(begins_in "$1")
    in_state "$in" "$1" "$2" && in_state "$(other_side "$in")" "$1" "$3"
}
all_quiet() {
    no_open_letters guizhou && no_open_letters guangdong && core_idle guizhou && core_idle guangdong
}
reaches() { # TRACE IN-STATE OUT-STATE
    pair_wait 30 rests "$@"
}

# How many entries of a kind a message has on a side.
entries_of() { # SIDE KIND MESSAGE
    entry_lines "$1" | awk -v kind="$2" -v message="$3" '$4 == kind && $7 == message { n++ } END { print n + 0 }'
}
same_bytes() { # MESSAGE: as sealed and as received
    cli guizhou message "$1" --raw >"$PAIR/sent" && cli guangdong message "$1" --raw >"$PAIR/received" &&
        [ -s "$PAIR/sent" ] && cmp -s "$PAIR/sent" "$PAIR/received"
}

has_tried() { # TRACE
    entry_lines guizhou | awk -v trace="$1" '$2 == trace && $4 == "attempt" { n++ } END { exit n < 1 }'
}
cut_the_line() { # SUITE
    echo cut >"$PAIR/line"
    core_begin guizhou GZ20260302000006
    check "$1: GZ20260302000006 on a line that is cut: the attempt is journaled" pair_wait 15 has_tried GZ20260302000006
    check "$1: GZ20260302000006 waits: letter_sent" in_state guizhou GZ20260302000006 letter_sent
    echo pass >"$PAIR/line"
    clock_forward "$PAIR/clock" 60000 # past every wait for this party
    check "$1: GZ20260302000006 when the line is back: closed, closed" reaches GZ20260302000006 closed closed
}

lose_a_receipt() { # SUITE
    local letter
    echo "lose-answer 1" >"$PAIR/line"
    core_begin guizhou GZ20260302000005
    check "$1: GZ20260302000005 with its receipt lost: closed, closed" reaches GZ20260302000005 closed closed
    letter=$(entry_lines guizhou | awk '$2 == "GZ20260302000005" && $4 == "sealed" && $5 == "letter" { print $7 }')
    check "$1: the line lost one answer" grep -q '^lost an answer' "$PAIR/line.log"
    check "$1: the sender has one attempt and one outcome" \
        test "$(entries_of guizhou attempt "$letter") $(entries_of guizhou outcome "$letter")" = "1 1"
    check "$1: the receiver has received it once" test "$(entries_of guangdong received "$letter")" = 1
    check "$1: the receiver was asked twice and said the same" test "$(grep -c '"action":"letter","verdict":"accepted","code":"","seq":"[0-9]*","again":"[01]"' \
        <(grep "$(case_lines guangdong | awk '$1 == "GZ20260302000005" { print $6 }')" "$PAIR/guangdong/gateway.log"))" = 2
    check "$1: what was sealed and what was received are the same bytes" same_bytes "$letter"
}

restart() { # SUITE SIDE
    local before after
    before=$(case_lines "$2" | sort | sha256sum) entries=$(entry_count "$2")
    check "$1: $2 stops cleanly" stops_cleanly "$2"
    check "$1: $2 starts again" begin_gateway "$2"
    after=$(case_lines "$2" | sort | sha256sum)
    check "$1: $2 has the same cases as before" test "$before" = "$after"
    check "$1: $2 has three entries more, of its start" test "$(entry_count "$2")" = $((entries + 3))
    check "$1: $2 has a good ledger, rebuilt row by row" ledger_good "$2"
}

# Everything about persons, agencies and accounts in the documents that were played.
personal_words() {
    cat "$PAIR"/*/cases/*/*.xml |
        sed -nE 's:.*<(name|identityNumber|account|holder|hukouAddress|employer|personalNumber|phone|agencyName)>([^<]*)<.*:\2:p' |
        sort -u >"$PAIR/words"
    iconv -f utf-8 -t gb18030 "$PAIR/words" | sort -u - "$PAIR/words"
}
logs_are_clean() {
    personal_words >"$PAIR/all-words"
    [ "$(wc -l <"$PAIR/all-words")" -gt 20 ] && grep -q receive.verdict "$PAIR/guizhou/gateway.log" &&
        ! LC_ALL=C grep -aFf "$PAIR/all-words" "$PAIR"/*/gateway.log "$PAIR"/*/core.log
}

play_suite() { # SUITE
    local suite=$1 side trace
    PAIR_PROXY_PORT[guizhou]=$(free_port)
    pair_make "$work/$suite" "$suite" || { bad "$suite: no pair"; return; }
    stage demo GZ20260302000001 GD20260302000002 GZ20260302000003 GD20260302000004 GZ20260302000005 GZ20260302000006
    echo pass >"$PAIR/line"
    "$BIN/tests/proxy" "${PAIR_PROXY_PORT[guizhou]}" "${PORT[guangdong]}" "$PAIR/line" >"$PAIR/line.log" 2>&1 &
    proxy=$!
    disown
    for side in guizhou guangdong; do
        begin_gateway "$side" && core_start "$side" "" || { bad "$suite: $side does not start"; return; }
    done
    for trace in GZ20260302000001 GD20260302000002 GZ20260302000003 GD20260302000004; do
        core_begin "$(begins_in $trace)" $trace
    done
    sleep 0.3
    check "$suite: guangdong stops cleanly in the middle of it" stops_cleanly guangdong
    begin_gateway guangdong
    check "$suite: GZ20260302000001 form first: closed, closed" reaches GZ20260302000001 closed closed
    check "$suite: GD20260302000002 money first: closed, closed" reaches GD20260302000002 closed closed
    check "$suite: GZ20260302000003 letter returned: refused on both sides" reaches GZ20260302000003 refused refused
    check "$suite: GD20260302000004 form returned: closed, closed" reaches GD20260302000004 closed closed
    cut_the_line "$suite"
    lose_a_receipt "$suite"
    check "$suite: nothing is under way any more" pair_wait 15 all_quiet
    check "$suite: both ledgers tell one story" test -z "$(judge_story | tee -a /dev/stderr)"
    for side in guizhou guangdong; do restart "$suite" "$side"; done
    for side in guizhou guangdong; do check "$suite: $side stops cleanly again" stops_cleanly "$side"; done
    finish
    proxy=
    check "$suite: no name, number or account in any log" logs_are_clean
}

for suite in ecdsa gm; do play_suite "$suite"; done
[ "$failures" = 0 ] && rm -rf "$work"
[ "$failures" = 0 ]

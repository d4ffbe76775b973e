#!/bin/bash
# threads.sh [CASES] - the daemon under ThreadSanitizer, with everything at once.
#
# Two gateways built with V=tsan carry CASES cases while readers look at their ledgers, operators ask on
# the control socket, submit by hand and have bytes disclosed, and SIGHUP arrives again and again. Then
# both stop cleanly. Any report is a failure; nothing is suppressed.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh
. tests/support/crowd.sh

CASES=${1:-30}
make --no-print-directory -s -j"$(nproc)" V=tsan build/tsan/qiantongd >build/logs/build-tsan.log 2>&1 ||
    { echo "FAIL - threads: the tsan build failed: build/logs/build-tsan.log"; exit 1; }
work=$(mktemp -d build/threads.XXXXXX) || exit 1
readers=
finish() {
    [ -z "$readers" ] || kill $readers 2>/dev/null
    pair_end
}
trap finish EXIT
trap 'exit 130' INT TERM

begin_gateway() { # SIDE: kept as a child of this shell, to be asked for its exit status
    TSAN_OPTIONS="log_path=$PWD/$work/report exitcode=66" \
        build/tsan/qiantongd --config "$PAIR/$1/gateway.xml" --log debug >>"$PAIR/$1/gateway.log" 2>&1 &
    PID[$1]=$!
    pair_wait 40 answers "${PORT[$1]}"
}

stops_cleanly() { # SIDE
    local pid=${PID[$1]} status
    kill -TERM "$pid"
    wait "$pid"
    status=$?
    PID[$1]=
    [ $status = 0 ] && tail -1 "$PAIR/$1/gateway.log" | grep -q '"event":"gate.closed"'
}

# By hand, the same document again and again: one case, and always the same answer.
again_by_hand() { # SIDE
    cli "$1" submit "adapters/$1-core/examples/application.theirs.xml"
}

disclose_one() { # SIDE
    local message
    message=$(entry_lines "$1" | awk '$4 == "received" { print $7; exit }')
    [ -z "$message" ] || cli "$1" message "$message" --raw
}

read_all() { # SIDE: until it is told to end
    while [ ! -e "$work/stop" ]; do
        cli "$1" status
        cli "$1" cases --json
        cli "$1" letters
        cli "$1" ledger verify
        disclose_one "$1"
        again_by_hand "$1"
        kill -HUP "${PID[$1]}"
    done >"$PAIR/$1/reader.log" 2>&1
}

PAIR=$work/pair
pair_make "$PAIR" ecdsa && crowd_make "$CASES" || { echo "FAIL - threads: no stage"; exit 1; }
for side in guizhou guangdong; do
    core_start "$side" "" && begin_gateway "$side" || { echo "FAIL - threads: $side does not start"; exit 1; }
done
for side in guizhou guangdong; do
    read_all "$side" &
    readers="$readers $!"
done
crowd_begin "$CASES"
check "$CASES cases closed on both sides" crowd_rests
touch "$work/stop"
for reader in $readers; do wait "$reader"; done
readers=
for side in guizhou guangdong; do
    check "the gateway of $side stops cleanly" stops_cleanly "$side"
done
reports=$(cat "$work"/report* 2>/dev/null)
[ -z "$reports" ] || grep -hE 'WARNING|SUMMARY' "$work"/report* | sort | uniq -c | head -20
check "no report of ThreadSanitizer" [ -z "$reports" ]
if [ "$failures" = 0 ]; then rm -rf "$work"; else echo "left in $work"; fi
[ "$failures" = 0 ]

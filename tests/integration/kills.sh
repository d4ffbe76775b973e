#!/bin/bash
# kills.sh [POINT...] - ends a gateway at every named point of a message's walk, as IN and as OUT.
#
# The points are the log lines walk.* of gateway/gate but those of folders (ferry.sh ends it there);
# tests/support/walk.c ends the process at the
# n-th passage. Each run plays four cases with that gateway dying twice there, at different passages,
# and being started again by this script, until both sides have everything closed; then both ledgers
# are judged (tests/support/checks.sh: judge_story, verify, rebuild). Three runs at a time: most of it is waiting.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

TRACES="GZ20260302000001 GD20260302000002 GZ20260302000003 GD20260302000004"
END_closed="GZ20260302000001 GD20260302000002 GD20260302000004"
END_returned="GZ20260302000003"
LANES=3
PLAY_MAX_S=120
STAGE_PATIENCE_MS=3000
tools || { echo "FAIL - kills: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/kills.XXXXXX) || exit 1

free_port() { port_among $((20000 + lane * 4000)) 4000; } # a range for each lane, below those of connections

all_closed() { # IN-SIDE
    local in out lines trace
    in=$(case_lines "$1") out=$(case_lines "$(other_side "$1")")
    for trace in $END_closed; do
        case $in in *"$trace closed in "*) ;; *) return 1 ;; esac
        case $out in *"$trace closed out "*) ;; *) return 1 ;; esac
    done
    for trace in $END_returned; do
        case $in in *"$trace refused in "*) ;; *) return 1 ;; esac
        case $out in *"$trace refused out "*) ;; *) return 1 ;; esac
    done
    no_open_letters guizhou && no_open_letters guangdong && core_idle guizhou && core_idle guangdong
}

# One life of the victim. With a point and a passage it will not be a long one.
begin_life() { # SIDE [POINT COUNT]
    if [ $# = 3 ]; then
        WALK_EVENT=$2 WALK_COUNT=$3 LD_PRELOAD=$PWD/$BIN/tests/walk.so "$BIN/qiantongd" \
            --config "$PAIR/$1/gateway.xml" --log debug >>"$PAIR/$1/gateway.log" 2>&1 &
    else
        "$BIN/qiantongd" --config "$PAIR/$1/gateway.xml" --log debug >>"$PAIR/$1/gateway.log" 2>&1 &
    fi
    PID[$1]=$!
    disown
}

# Starts the victim again whenever it is gone; a letter that waits long is helped by the clock.
play() { # IN-SIDE VICTIM POINT COUNT...
    local in=$1 victim=$2 point=$3 end=$((SECONDS + PLAY_MAX_S)) trace helped
    shift 3
    deaths=0
    begin_life "$victim" "$point" "$1"
    shift
    for trace in $TRACES; do core_begin "$in" "$trace"; done
    helped=$((SECONDS + 4))
    while ! all_closed "$in"; do
        [ $SECONDS -lt $end ] || return 1
        if gone "${PID[$victim]}"; then
            deaths=$((deaths + 1))
            if [ $# -gt 0 ]; then
                begin_life "$victim" "$point" "$1"
                shift
            else
                begin_life "$victim"
            fi
        fi
        if [ $SECONDS -ge $helped ]; then
            clock_forward "$PAIR/clock" 40000
            helped=$((SECONDS + 2))
        fi
        sleep 0.05
    done
}

judge() { # VICTIM: prints what is wrong
    local side
    pair_end
    for side in guizhou guangdong; do
        grep -q '"event":"gate.closed"' <(tail -1 "$PAIR/$side/gateway.log") || echo "  $side did not close cleanly"
        ledger_good "$side" || echo "  the ledger of $side"
        grep -hE '"level":"error"|bug:' "$PAIR/$side/gateway.log" | head -3
    done
    [ "$deaths" -ge 1 ] || echo "  it was never killed"
    [ "$(case_lines guizhou | wc -l)" = 4 ] || echo "  not four cases"
    judge_story
}

run_one() { # POINT ROLE IN-SIDE COUNT...
    local point=$1 role=$2 in=$3 victim=$3 side deaths=0 wrong words
    shift 3
    [ "$role" = IN ] || victim=$(other_side "$in")
    words="kill at $point in $role"
    PAIR=$work/$point.$role
    mkdir -p "$PAIR"
    cp -r "$work/certs" "$PAIR/certs"
    pair_make "$PAIR" ecdsa || { bad "$words: no pair"; return; }
    stage "$in" $TRACES
    for side in guizhou guangdong; do
        core_start "$side" "" || { bad "$words"; pair_end; return; }
    done
    pair_start "$(other_side "$victim")" || { bad "$words"; pair_end; return; }
    play "$in" "$victim" "$point" "$@" || echo "  $words: not at rest after $PLAY_MAX_S s, died $deaths times"
    wrong=$(judge "$victim")
    if [ -z "$wrong" ] && [ -n "$(case_lines guizhou)" ]; then
        ok "$words ($victim, $deaths times)"
        rm -rf "$PAIR"
    else
        echo "$wrong"
        bad "$words ($victim, passages $*; left in $PAIR)"
    fi
}

run_lane() { # LANE: every LANES-th of the runs on stdin
    local lane=$1 number=0 point role in counts
    while read -r point role in counts; do
        number=$((number + 1))
        [ $((number % LANES)) = "$lane" ] || continue
        # shellcheck disable=SC2086
        run_one "$point" "$role" "$in" $counts
    done
    [ "$failures" = 0 ]
}

# Passages differ from point to point, so that over all runs early and late ones occur.
list_runs() {
    local number=${KILLS_SEED:-0} point role in
    for point in $(if [ -n "$*" ]; then echo "$*"; else grep -ohE '"walk\.[a-z_]+"' gateway/gate/*.c | tr -d '"' | grep -v 'walk.ferry_' | sort -u; fi); do
        for role in IN OUT; do
            number=$((number + 1))
            in=guizhou
            [ $(((number + 1) / 2 % 2)) = 0 ] || in=guangdong
            echo "$point $role $in $((1 + number * 7 % 9)) $((1 + number * 5 % 4))"
        done
    done
}

lane=0
finish() {
    [ -z "${lanes:-}" ] || kill $lanes 2>/dev/null
    pair_end
}
trap finish EXIT
trap 'exit 130' INT TERM
sh certs/make-certs.sh "$work/certs" hrss.520000 hrss.440000 hrss.520000.core hrss.440000.core || exit 1
list_runs "$@" >"$work/runs"
[ -s "$work/runs" ] || { echo "FAIL - kills: no points found"; exit 1; }
lanes=
for ((lane = 0; lane < LANES; lane++)); do
    (
        trap pair_end EXIT
        trap 'exit 130' INT TERM
        run_lane "$lane" <"$work/runs"
    ) &
    lanes="$lanes $!"
done
status=0
for pid in $lanes; do wait "$pid" || status=1; done
lanes=
[ $status = 0 ] && rm -rf "$work"
exit $status

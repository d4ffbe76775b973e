#!/bin/bash
# stays.sh - direct settlement between two real gateways, their cores played by qiantong-sim: what a hospital
# may meet, and the fault matrix: each booking question, on each stretch of its way, each fault that can be
# forced from outside. At the end both ledgers and the insured core's own books agree, stay by stay.
#
# Lanes run side by side, each with a pair of its own; most of it is waiting. `stays.sh LANE...` runs some.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh
. tests/support/stays.sh

tools || { echo "FAIL - stays: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/stays.XXXXXX) || exit 1
ADMITTED="identify register lines discharge"

# --- what a hospital may meet ---------------------------------------------------------------------

story_scripts() {
    stays FULL batches=3 linesPerBatch=5 -- identify register lines discharge presettle settle again confirm
    stays AGAIN -- identify again register again lines again discharge again settle again confirm cancel again
    stays UNDO -- identify register lines lines_undo lines discharge discharge_undo lines discharge presettle settle confirm
    stays BACK -- identify register register_undo
    stays TWICE -- $ADMITTED settle confirm cancel settle confirm reverse settle confirm
    stays ONCE -- $ADMITTED settle confirm
    fault lose settle ONCE
    stays LOST -- $ADMITTED settle confirm
    fault lose settle LOST times=3
    stays FALSE -- $ADMITTED settle confirm
    fault wrong_sum settle FALSE
    stays MIND -- $ADMITTED settle confirm
    fault lose settle MIND
    fault change settle MIND
    stays NO goOn=true -- $ADMITTED settle settle confirm
    fault reject settle NO code=SIM-77
    stays SLOW -- $ADMITTED settle confirm
    fault slow settle SLOW delayMs=700
    stays MANY count=40 atOnce=10 -- $ADMITTED settle confirm
    stays KILLT -- $ADMITTED wait settle confirm
    fault slow settle KILLT delayMs=900
    stays KILLI -- $ADMITTED wait settle confirm
    fault slow settle KILLI delayMs=900
}

STORIES="FULL AGAIN UNDO BACK TWICE ONCE LOST FALSE MIND NO SLOW"
begin_all() { stay_begin $STORIES MANY KILLT KILLI; }
story() { # NAME PATTERN: does its story fit?
    stay_story "$1" | grep -qE "$2" || { echo "  $1: $(stay_story "$1")"; return 1; }
}
said_again() { [ "$(grep -c '"stay":"'"$1"'-1".*"same":"yes"' "$PAIR/guangdong/core.log")" = "$2" ] && ! grep -q '"same":"no"' "$PAIR/guangdong/core.log"; }
many_end() { [ "$(grep -c '"event":"sim.stay_ended","stay":"MANY-[0-9]*","result":"done"' "$PAIR/guangdong/core.log")" = 40 ]; }
is_asked() { grep -q '"event":"sim.booked","stay":"'"$1"'-1","action":"settle"' "$PAIR/guizhou/core.log"; }

kill_during() { # SIDE NAME: while its core thinks about the settlement
    stay_begin "$2" && pair_wait 10 is_asked "$2" || return 1
    pair_kill "$1" && pair_start "$1"
}

lane_story() {
    stays_pair "$work/story" && story_scripts && stays_open || { bad "story: no pair"; return; }
    check "all stays begin" begin_all
    check "a stay from identification to settlement" pair_wait 20 stay_ends FULL
    check "the same key again, the same answer" said_again FULL 1
    check "likewise every other question" pair_wait 20 stay_ends AGAIN
    check "word for word" said_again AGAIN 6
    check "lines and discharge taken back, and brought anew" pair_wait 20 stay_ends UNDO
    check "a registration taken back" pair_wait 20 stay_ends BACK
    check "cancelled and settled, reversed and settled" pair_wait 20 stay_ends TWICE
    check "a slow core is waited for" pair_wait 20 stay_ends SLOW
    check "an answer lost at the core comes with the next try" pair_wait 20 stay_ends ONCE
    check "a rejection is told, and settling goes on after it" pair_wait 20 stay_ends NO
    check "in the dialect's own words" story NO "settle:itself:rejected:.* settle:itself:ok"
    check "an answer out by one fen is not taken" pair_wait 30 stay_ends FALSE
    check "a core that changes its mind" pair_wait 30 stay_ends MIND
    check "an answer lost for good: in doubt, reversed, settled anew" pair_wait 40 stay_ends LOST
    check "in that order" story LOST "settle:itself:unknown:STL-U01 .*settle:(reverse:ok:-|query:ok:reversed) settle:itself:ok"
    check "forty stays, ten at once" pair_wait 40 many_end
    check "the treating gateway is killed during a settlement" kill_during guangdong KILLT
    check "that stay is settled" pair_wait 40 stay_ends KILLT
    check "the insured gateway is killed during a settlement" kill_during guizhou KILLI
    check "that stay is settled" pair_wait 40 stay_ends KILLI
    rest_and_judge story
}

rest_and_judge() { # LANE
    local wrong
    check "$1: at rest" pair_wait 40 stays_rest
    wrong=$(stays_judge)
    [ -z "$wrong" ] || echo "$wrong"
    check "$1: both ledgers and the core's books agree, stay by stay" test -z "$wrong"
    pair_end
    check "$1: the ledger of the treating side is good" ledger_good guangdong
    check "$1: the ledger of the insured side is good" ledger_good guizhou
}

# --- the fault matrix -----------------------------------------------------------------------------

# Each question as a stay that waits just before it, and what comes after it.
cell() { # NAME QUESTION
    case $2 in
    register) stays "$1" -- identify wait register lines discharge ;;
    settle) stays "$1" -- $ADMITTED wait settle confirm ;;
    cancel) stays "$1" -- $ADMITTED settle confirm wait cancel ;;
    reverse) stays "$1" -- $ADMITTED settle confirm wait reverse settle confirm ;;
    esac
}
QUESTIONS="register settle cancel reverse"
declare -A LETTER=([register]=R [settle]=S [cancel]=C [reverse]=V)

cells() { # ROUND: names of its four stays
    local question
    for question in $QUESTIONS; do printf '%s%s ' "$1" "${LETTER[$question]}"; done
}

note() { # QUESTION STRETCH FAULT RESULT
    echo "$1 $2 $3 $4" >>"$work/matrix"
}
# Lines with a proxy in them: the hospital's core to its gateway, gateway to gateway, the insured gateway to its
# core, and back with the answer, which between provinces is a message of its own.
STRETCHES="hospital question core answer"
declare -A INITIAL=([hospital]=H [question]=Q [core]=K [answer]=A) LINE_PORT PROXY
LATE_MS=1200 # later than STL-CORE, earlier than STL-TREATING

line_ports() {
    local stretch
    for stretch in $STRETCHES; do LINE_PORT[$stretch]=$(free_port); done
    PAIR_GATE_LINE[guangdong]=${LINE_PORT[hospital]}
    PAIR_PROXY_PORT[guangdong]=${LINE_PORT[question]}
    PAIR_CORE_LINE[guizhou]=${LINE_PORT[core]}
    PAIR_PROXY_PORT[guizhou]=${LINE_PORT[answer]}
}
lines_open() {
    local stretch
    declare -A end=([hospital]=${PORT[guangdong]} [question]=${PORT[guizhou]} [core]=${CORE_PORT[guizhou]} [answer]=${PORT[guangdong]})
    for stretch in $STRETCHES; do
        echo pass >"$PAIR/line.$stretch"
        "$BIN/tests/proxy" "${LINE_PORT[$stretch]}" "${end[$stretch]}" "$PAIR/line.$stretch" >"$PAIR/line.$stretch.log" 2>&1 &
        PROXY[$stretch]=$!
        disown
    done
}

lost_answers() { grep -c '^lost an answer' "$PAIR/line.$1.log"; }
disturb() { # STRETCH FAULT NAME...: the questions of these stays go through it
    local stretch=$1 fault=$2 before lost=0
    shift 2
    before=$(lost_answers "$stretch")
    case $fault in
    request-lost) echo cut >"$PAIR/line.$stretch" ;;
    answer-lost) echo "lose-answer 4 400" >"$PAIR/line.$stretch" ;;
    late) echo "delay $LATE_MS" >"$PAIR/line.$stretch" ;;
    esac
    stay_begin "$@" || return 1
    [ "$fault" != request-lost ] || { sleep 0.5; ! stay_ends "$1" || return 1; }
    [ "$fault" != late ] || sleep 1.5
    [ "$fault" != answer-lost ] || pair_wait 10 test_lost "$stretch" "$before" || lost=1
    echo pass >"$PAIR/line.$stretch"
    pair_wait 40 stay_ends "$@" && [ $lost = 0 ]
}
test_lost() { [ "$(lost_answers "$1")" -ge $(($2 + 4)) ]; }

round() { # STRETCH FAULT ROUND
    local question result=ok
    # shellcheck disable=SC2046
    disturb "$1" "$2" $(cells "$3") || result=FAIL
    for question in $QUESTIONS; do
        stay_ends "$3${LETTER[$question]}" && note "$question" "$1" "$2" ok || {
            note "$question" "$1" "$2" FAIL
            echo "  $question: $(stay_story "$3${LETTER[$question]}")"
        }
    done
    check "$2 between $(words_of "$1"): register, settle, cancel, reverse" test $result = ok
}
words_of() {
    case $1 in
    hospital) echo "the hospital and its gateway" ;;
    question) echo "the gateways, on the way to the insured one" ;;
    core) echo "the insured gateway and its core" ;;
    answer) echo "the gateways, on the way back" ;;
    esac
}

FAULTS="request-lost answer-lost late"
declare -A FAULT_LETTER=([request-lost]=L [answer-lost]=M [late]=N)
each_round() { # COMMAND: with STRETCH FAULT ROUND
    local stretch fault
    for stretch in $STRETCHES; do
        for fault in $FAULTS; do "$1" "$stretch" "$fault" "${INITIAL[$stretch]}${FAULT_LETTER[$fault]}"; done
    done
}
round_cells() { # STRETCH FAULT ROUND
    local question
    for question in $QUESTIONS; do
        cell "$3${LETTER[$question]}" "$question"
        all+="$3${LETTER[$question]} "
    done
}

lane_lines() {
    local all=
    line_ports
    stays_pair "$work/lines" && each_round round_cells && lines_open && stays_open || { bad "lines: no pair"; return; }
    # shellcheck disable=SC2086
    check "lines: every stay waits before its question" stays_are_ready $all
    each_round round
    rest_and_judge lines
}
stays_are_ready() { stay_begin "$@" && pair_wait 40 stay_waits "$@"; }

# --- crashes --------------------------------------------------------------------------------------

# A gateway that is ended by walk.so at the n-th commit of a question, just before it or just after: the first takes
# the question, the second is that of the answer, or of the receipt where the core thinks for long.
declare -A POINT=([crash-before]=walk.applied [crash-after]=walk.committed)
crash() { # SIDE FAULT COUNT NAME
    local died
    pair_stop "$1"
    WALK_EVENT=${POINT[$2]} WALK_COUNT=$3 PAIR_PRELOAD=$PWD/$BIN/tests/walk.so PAIR_LOG=debug pair_start "$1" || return 1
    stay_begin "$4" || return 1
    pair_wait 10 gone "${PID[$1]}"
    died=$?
    [ $died = 0 ] || echo "  $4: the gateway did not die"
    pair_kill "$1"
    pair_start "$1" && pair_wait 40 stay_ends "$4" && [ $died = 0 ]
}

lane_crash() { # SIDE COUNT
    local side=$1 count=$2 question fault name all= lane=crash-$1-$2
    stays_pair "$work/$lane" || { bad "$lane: no pair"; return; }
    for fault in crash-before crash-after; do
        for question in $QUESTIONS; do
            name=${fault:6:1}${LETTER[$question]}
            cell "${name^^}" "$question"
            all+="${name^^} "
        done
    done
    stays_open || { bad "$lane: no pair"; return; }
    # shellcheck disable=SC2086
    check "$lane: every stay waits before its question" stays_are_ready $all
    for name in $all; do
        fault=crash-before
        [ "${name:0:1}" = B ] || fault=crash-after
        for question in $QUESTIONS; do [ "${LETTER[$question]}" != "${name:1:1}" ] || break; done
        if crash "$side" $fault "$count" "$name"; then
            ok "$side: $question, $fault commit $count"
            note "$question" "$side-$count" $fault ok
        else
            echo "  $name: $(stay_story "$name")"
            bad "$side: $question, $fault commit $count"
            note "$question" "$side-$count" $fault FAIL
        fi
    done
    rest_and_judge "$lane"
}

# The insured core, with books in a file, is ended by walk.so: before it books the question, or once it has booked and
# before it answers. Started anew it knows what it booked.
declare -A BOOK_POINT=([crash-before]=sim.asked [crash-after]=sim.booked)
core_crash() { # FAULT NAME
    local died
    core_stop guizhou
    WALK_EVENT=${BOOK_POINT[$1]} CORE_PRELOAD=$PWD/$BIN/tests/walk.so core_start guizhou "" || return 1
    stay_begin "$2" || return 1
    pair_wait 60 gone "${CORE_PID[guizhou]}"
    died=$?
    [ $died = 0 ] || echo "  $2: the core did not die"
    core_kill guizhou
    core_start guizhou "" && pair_wait 60 stay_ends "$2" && [ $died = 0 ]
}

lane_core() {
    local question fault name
    stays_pair "$work/core" || { bad "core: no pair"; return; }
    sed -i 's|</sim>|  <books>books</books>\n&|' "$PAIR/guizhou/core.xml"
    cell KBS settle && cell KAS settle && cell KBC cancel && cell KAC cancel
    stays_open || { bad "core: no pair"; return; }
    check "core: every stay waits before its question" stays_are_ready KBS KAS KBC KAC
    for name in KBS KAS KBC KAC; do
        fault=crash-before question=settle
        [ "${name:1:1}" = B ] || fault=crash-after
        [ "${name:2:1}" = S ] || question=cancel
        if core_crash $fault $name; then
            ok "the insured core: $question, $fault it booked"
            note $question guizhou-core $fault ok
        else
            echo "  $name: $(stay_story "$name")"
            bad "the insured core: $question, $fault it booked"
            note $question guizhou-core $fault FAIL
        fi
    done
    rest_and_judge core
}

# --- all lanes ------------------------------------------------------------------------------------

finish_lane() {
    local stretch
    for stretch in $STRETCHES; do end_process "${PROXY[$stretch]:-}" TERM; done
    pair_end
}
free_port() { port_among $((20000 + lane_number * 2000)) 2000; } # a range for each lane
run_lane() { # LANE
    case $1 in
    story) lane_story ;;
    lines) lane_lines ;;
    core) lane_core ;;
    crash-*) lane_crash "$(cut -d- -f2 <<<"$1")" "${1##*-}" ;;
    esac
    [ "$failures" = 0 ]
}
table() {
    local column
    [ -s "$work/matrix" ] || return
    echo
    awk '
        { result[$1, $2, $3] = $4; if (!(($2, $3) in seen)) { seen[$2, $3] = 1 } }
        function cell(q, s, f) { return (q, s, f) in result ? result[q, s, f] : "-" }
        BEGIN {
            split("register settle cancel reverse", questions)
            split("hospital question core answer guangdong-1 guangdong-2 guizhou-1 guizhou-2 guizhou-core", places)
            split("request-lost answer-lost late", lines); split("crash-before crash-after", crashes)
        }
        END {
            printf "%-34s", "place and fault"
            for (i = 1; i <= 4; i++) printf "%10s", questions[i]
            print ""
            for (p = 1; p <= 9; p++) {
                n = p <= 4 ? 3 : 2
                for (f = 1; f <= n; f++) {
                    fault = p <= 4 ? lines[f] : crashes[f]
                    line = ""; some = 0
                    for (i = 1; i <= 4; i++) {
                        c = cell(questions[i], places[p], fault)
                        some += c != "-"
                        line = line sprintf("%10s", c)
                    }
                    if (some) printf "%-34s%s\n", places[p] " " fault, line
                }
            }
        }' "$work/matrix"
}

LANES=${*:-story lines crash-guangdong-1 crash-guangdong-2 crash-guizhou-1 crash-guizhou-2 core}
pids=
trap '[ -z "$pids" ] || kill $pids 2>/dev/null' EXIT
trap 'exit 130' INT TERM
lane_number=0
for name in $LANES; do
    (
        trap finish_lane EXIT
        trap 'exit 130' INT TERM
        run_lane "$name"
    ) &
    pids="$pids $!"
    lane_number=$((lane_number + 1))
done
status=0
for pid in $pids; do wait "$pid" || status=1; done
pids=
table
[ $status = 0 ] && rm -rf "$work"
exit $status

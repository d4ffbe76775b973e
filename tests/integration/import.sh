#!/bin/bash
# import.sh - open cases of another system, taken over by two real gateways: what is refused, what comes
# twice, and a letter that finds the case on the other side.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

tools || { echo "FAIL - import: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/import.XXXXXX) || exit 1
trap pair_end EXIT
trap 'exit 130' INT TERM
PAIR_FLOWS="pension.employee pension.remittance pension.military pension.switch"
TRACE=QT20260302GZ0001
HEAD=flow,role,state,trace,in_region,out_region,person,opened_on,limit,limit_from
ROUTE=520100,440100

number() { # SEED: an invented identity number with its check character
    awk -v body="52990119850101$1" 'BEGIN { split("7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2", weight, " ")
        for (i = 1; i <= 17; i++) sum += substr(body, i, 1) * weight[i]
        print body substr("10X98765432", sum % 11 + 1, 1) }'
}
takes() { # SIDE STATUS TEXT FILE [OPTION...]
    local side=$1 status=$2 text=$3 said got
    said=$(cli "$side" import --open-cases "$4" --reason "接管, 喆" "${@:5}" 2>&1)
    got=$?
    [ $got = "$status" ] && grep -q -- "$text" <<<"$said" && return
    echo "  $got: $said" >&2
    return 1
}
case_of() { cli "$1" case "$TRACE" --json | tr -d ' \n'; }
asked() { case_of guangdong | grep -q '"action":"status_query"'; }
answered() { case_of guizhou | grep -q '"action":"status_answer"'; }
entries() { cli "$1" ledger verify --json | sed -n 's/.*"entries": \([0-9]*\).*/\1/p'; }

pair_make "$work" ecdsa || { echo "FAIL - import: no pair"; exit 1; }
pair_start guizhou && pair_start guangdong || { echo "FAIL - import: the gateways do not start"; exit 1; }
PERSON=$(number 001)
echo "$HEAD
pension.employee,in,letter_held,$TRACE,$ROUTE,$PERSON,2026-02-02,d2,2026-02-03" >"$work/in.csv"
echo "$HEAD
pension.employee,out,已受理,$TRACE,$ROUTE,$PERSON,2026-02-03,d2,2026-02-03" >"$work/out.csv"
check "guizhou takes the case over" takes guizhou 0 "1 taken over, 0 were here already, 0 refused" "$work/in.csv"
check "guangdong, too" takes guangdong 0 '"taken": 1' "$work/out.csv" --json
check "under one id" test "$(case_of guizhou | grep -o '"case_id":"[^"]*"' | head -1)" = "$(case_of guangdong | grep -o '"case_id":"[^"]*"' | head -1)"
before=$(entries guizhou)
check "again: nothing new" takes guizhou 0 "0 taken over, 1 were here already" "$work/in.csv"
check "not even an entry" test "$before" = "$(entries guizhou)"
check "the case says whence it comes" test -n "$(cli guizhou case "$TRACE" | grep "taken over from another system")"
check "it keeps its date" test -n "$(case_of guizhou | grep '"opened_at":"2026-02-02')"
check "and its limit" test -n "$(case_of guizhou | grep '"kind":"d2"')"

# --- a case runs to its end, the sums of its own; a lone one ------------------------------------------------

MORE=$HEAD,form_total,money_total,insurance
submits() { # SIDE EXAMPLE [SED...]: our core's document
    sed -e '' "${@:3}" "adapters/$1-core/examples/$2.theirs.xml" >"$work/document"
    cli "$1" submit "$work/document" >/dev/null
}
at_end() { in_state guizhou "$1" closed && in_state guangdong "$1" closed; }
LC_ALL=C
export LC_ALL
END=QT20260302GD0001 LONE=QT20260302JR0001
echo "$MORE
pension.employee,in,已受理,$END,$ROUTE,44990019780923003X,2026-02-02,d2,2026-02-03,,,110
pension.military,in,仅有信息表,$LONE,520100,910000,529900199003150021,2026-02-02,fund,2026-02-02,13477.33,,110" >"$work/more.csv"
echo "$MORE
pension.employee,out,accepted,$END,$ROUTE,44990019780923003X,2026-02-03,d2,2026-02-03,,," >"$work/far.csv"
check "an accepted case, and a lone one" takes guizhou 0 "2 taken over" "$work/more.csv"
check "the accepted one over there" takes guangdong 0 "1 taken over" "$work/far.csv"
check "form and advice leave" eval 'submits guangdong form && submits guangdong fund_advice'
check "the form is here" pair_wait 60 in_state guizhou $END info_only
OURS="s/GZ0001/GD0001/;s/529900199003150021/44990019780923003X/;s/13477.33/358754.07/"
check "the money is booked, all is linked" eval 'submits guizhou fund_receipt -e "$OURS" && submits guizhou completion -e "$OURS"'
check "and the case ends on both sides" pair_wait 60 at_end $END
MILITARY="s/GZ0001/JR0001/;s/GZ20260302/JR20260302/"
check "money for the lone one" eval 'submits guizhou military_fund_receipt -e "$MILITARY" && submits guizhou military_completion -e "$MILITARY"'
check "which ends, too" in_state guizhou $LONE closed

cli guizhou submit adapters/guizhou-core/examples/status_query.theirs.xml >/dev/null
check "a question finds the case over there" pair_wait 20 asked
check "and its answer the one here" pair_wait 20 answered

# --- what is refused, each by its line and nothing else ------------------------------------------------

other=$(number 002)
line() { echo "${1:-pension.employee},${2:-in},${3:-letter_held},${4:-T1},${5:-$ROUTE},${6:-$other},${7:-2026-02-02},${8:-d2},${9:-2026-02-03}"; }
{
    echo "$HEAD"
    line no.flow
    line settlement.stay
    line "" treating
    line "" "" closed
    line "" "" nowhere
    line "" "" "" "$(printf 'T%.0s' $(seq 30))"
    line "" "" "" "" 52,440100
    line "" "" "" "" 520100,110100
    line "" "" "" "" 440100,520100
    line "" "" "" "" "" 529901198501011230
    line "" "" "" "" "" "" 2026-02-30
    line "" "" "" "" "" "" 2099-01-01
    line "" "" "" "" "" "" "" d99
    line "" "" "" "" "" "" "" d2 ,
    line "" "" "" "" "" "$PERSON"
    line "" "" "" "$TRACE" 520100,440300
    line "" "" "" "\"𠮷
㛃\"" "" "" "" "" 2099-01-01
    line "" "" "" LAST
} >"$work/bad.csv"
other=$(number 003)
head=$HEAD,form_total,money_total,insurance,opened_by,money_moves
more() { line "" "" "${1:-accepted}" "${2:-T2}" "" "" "" "${3:-d2}" "${4:-2026-02-03}" | tr -d '\n'; echo ",${5:-},${6:-},${7:-},${8:-},${9:-}"; }
{
    echo "$head"
    more letter_sent
    more info_only "" fund "" -1.00
    more money_only "" fund "" "" 1e3
    more both "" d3 "" 100.00 99.99
    more both "" d3 "" 100.00 100.00 120
    more "" "" "" "" "" 1.00
    more "" "" "d2 d2" "2026-02-03 2026-02-03"
    more "" "" "d2 fund" "2026-02-03 2026-02-03"
    more "" "" "" 2026-01-01
    more "" "" "" 2099-01-01
    more "" "" d3
    more "" "" "" "" "" "" "" in
    more "" "" "" "" "" "" "" "" perhaps
    more info_only "" fund "" 100.00 "" "" "" no
    line pension.remittance in suspense | tr -d '\n'; echo ,,,,,
    line pension.switch "" accepted | tr -d '\n'; echo ,,,,,
    more dispute T3 "correction d2" "2026-02-20 2026-02-03" "" 99.99 110
    more dispute T3 "correction d2" "2026-02-20 2026-02-03" "" 99.99 110
    more dispute T3 "correction d2" "2026-02-20 2026-02-03" "" 99.98 110
} >"$work/worse.csv"
check "one is taken, once; the rest is not" takes guizhou 1 "1 taken over, 1 were here already, 17 refused" "$work/worse.csv"
said=$(cli guizhou import --open-cases "$work/worse.csv" --reason "again" --json)
for text in "state: a case cannot" "form_total is missing" "money_total is missing" "no case stands so" "insurance: missing" "limit is missing" \
    "limit: fund does not run" "limit_from: before" "limit_from is missing" "limit: d2 runs" "opened_by, insurance_old" "money_moves is missing" \
    "flow: its cases cannot" "the list said otherwise"; do
    check "refused: $text" grep -q -- "$text" <<<"$said"
done

# --- an import that is cut off -------------------------------------------------------------------------------

{
    echo "$HEAD"
    for n in 1 2 3 4 5 6; do other=$(number "10$n") && line "" "" "" "CUT$n"; done
} >"$work/cut.csv"
cut_off() { # the gateway dies behind its fourth commit, before it says so; one of them may be another's than a line's
    pair_stop guizhou
    WALK_EVENT=walk.committed WALK_COUNT=4 PAIR_PRELOAD=$PWD/$BIN/tests/walk.so PAIR_LOG=debug pair_start guizhou || return 1
    ! cli guizhou import --open-cases "$work/cut.csv" --reason "cut off" >"$work/said" 2>&1
    pair_wait 60 gone "${PID[guizhou]}"
    pair_kill guizhou
    pair_start guizhou && grep -q "stopped: [0-3] taken over so far" "$work/said"
}
check "an import is cut off" cut_off
told=$(sed -n 's/.*stopped: \([0-9]\) taken over.*/\1/p' "$work/said")
# The line whose commit nobody was told of is here as well, if the last commit was a line's.
check "and begun again: what was taken is not taken twice" grep -Eq \
    "$((5 - told)) taken over, $((told + 1)) were here already|$((6 - told)) taken over, $told were here already" \
    <<<"$(cli guizhou import --open-cases "$work/cut.csv" --reason "begun again" 2>&1)"
check "and is all here" takes guizhou 0 "0 taken over, 6 were here already" "$work/cut.csv"

other=$(number 002)
check "of eighteen lines one is taken" takes guizhou 1 "1 taken over, 0 were here already, 17 refused" "$work/bad.csv"
said=$(cli guizhou import --open-cases "$work/bad.csv" --reason "again" --json)
for text in "flow is missing" "role is missing" "state is missing" "trace is missing" "in_region is missing" "FLW-04" "FLW-08" \
    "person is missing" "opened_on is missing" "limit is missing" "limit_from is missing" "PEN-R08" "not as many fields"; do
    check "refused: $text" grep -q -- "$text" <<<"$said"
done
check "no number stands in what is said" test -z "$(grep -E "$PERSON|$other|529901" <<<"$said")"
check "nor in the log" test -z "$(grep -E "$PERSON|$other" "$PAIR/guizhou/gateway.log")"
printf 'flow,role\n' >"$work/short.csv"
check "a head that lacks columns" takes guizhou 64 "the column state is missing" "$work/short.csv"
printf 'flow,flow\n' >"$work/twice.csv"
check "a column twice" takes guizhou 64 "stands twice" "$work/twice.csv"
printf '%s\n"open' "$HEAD" >"$work/open.csv"
check "a quote that does not end" takes guizhou 64 "line 2: a quote does not end" "$work/open.csv"
: >"$work/empty.csv"
check "an empty file" takes guizhou 64 "the file is empty" "$work/empty.csv"
check "no file" takes guizhou 66 "none.csv" "$work/none.csv"
check "no reason" test "$(cli guizhou import --open-cases "$work/in.csv" >/dev/null 2>&1; echo $?)" = 64
for side in guizhou guangdong; do check "$side: a good ledger, rebuilt row by row" ledger_good "$side"; done
pair_end
[ "$failures" = 0 ] && rm -rf "$work"
exit "$((failures > 0))"

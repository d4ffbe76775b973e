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

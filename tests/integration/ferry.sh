#!/bin/bash
# ferry.sh - two provinces joined by folders alone, and a ferry between them that is not ours.
#
# First a ferry that only moves; then one that loses, repeats, cuts, holds back and reorders; then
# kills at every step of writing and taking a file; then folders full of what does not belong there.
# Whole cases reach their ends on both sides, nothing twice.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

tools || { echo "FAIL - ferry: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/ferry.XXXXXX) || exit 1
trap pair_end EXIT
trap 'exit 130' INT TERM

in_of() { echo "$PAIR/$1/folder/in"; }
out_of() { echo "$PAIR/$1/folder/out"; }

with_folder() { # FILE: a party file, its url replaced by folders
    sed 's|<url>.*</url>|<folder><in>../folder/in</in><out>../folder/out</out><resendMinutes>60</resendMinutes><pollSeconds>1</pollSeconds></folder>|
        s|<transportPins>.*</transportPins>||' "$1" >"$1.new" && mv "$1.new" "$1"
}
prepare() { # NAME: a pair joined by folders
    local side far
    pair_make "$work/$1" ecdsa || return 1
    for side in guizhou guangdong; do
        far=$(other_side "$side")
        mkdir -p "$(in_of "$side")" "$(out_of "$side")"
        with_folder "$PAIR/$side/parties/hrss.${REGION[$far]}.xml"
    done
}
begin() {
    local side
    for side in guizhou guangdong; do
        pair_start "$side" && core_start "$side" "" || return 1
    done
}

# --- ferries ----------------------------------------------------------------------------------------

land_file() { # FILE FOLDER [NAME]: as a good ferry does: beside, then renamed
    cp "$1" "$2/.moving.tmp" && mv "$2/.moving.tmp" "$2/${3:-${1##*/}}"
}
waiting_in() { find "$1" -maxdepth 1 -type f ! -name '.*' -printf '%f\n' | sort; }
ferry_good() {
    local side name
    for side in guizhou guangdong; do
        for name in $(waiting_in "$(out_of "$side")"); do
            land_file "$(out_of "$side")/$name" "$(in_of "$(other_side "$side")")" && rm "$(out_of "$side")/$name"
        done
    done
}
# By turns: lost, twice, cut, held back until the next round and then last, moved.
trip=0
ferry_bad() {
    local side name from to late
    for side in guizhou guangdong; do
        from=$(out_of "$side") to=$(in_of "$(other_side "$side")") late=$PAIR/$side/late
        mkdir -p "$late"
        for name in $(waiting_in "$late"); do
            land_file "$late/$name" "$to" && rm "$late/$name"
        done
        for name in $(waiting_in "$from" | sort -r); do
            trip=$((trip + 1))
            case $((trip % 7)) in
            1) echo "$name" >>"$PAIR/$side/lost" ;;
            3) land_file "$from/$name" "$to" && land_file "$from/$name" "$to" "copy-of-$name" ;;
            4)
                head -c 600 "$from/$name" >"$PAIR/cut"
                land_file "$PAIR/cut" "$to" "$name"
                echo "$name" >>"$PAIR/$side/cut"
                ;;
            6) cp "$from/$name" "$late/$name" ;;
            *) land_file "$from/$name" "$to" ;;
            esac
            rm "$from/$name"
        done
    done
    clock_forward "$PAIR/clock" 600000 # an hour passes in six trips, and what is lost goes out again
}

# --- questions ----------------------------------------------------------------------------------------

rests() { # FERRY TRACE IN-STATE OUT-STATE
    local in
    in=$(begins_in "$2")
    $1
    in_state "$in" "$2" "$3" && in_state "$(other_side "$in")" "$2" "$4"
}
reaches() { pair_wait 90 rests "$@"; }
all_ended() { # FERRY
    $1
    no_open_letters guizhou && no_open_letters guangdong && core_idle guizhou && core_idle guangdong
}
state_file() { cat "$PAIR/$1/ledger/ferry/hrss.${REGION[$(other_side "$1")]}"; }
no_gap() { ! state_file "$1" | grep -q '^missing'; }
gaps_closed() {
    $1
    no_gap guizhou && no_gap guangdong
}
both_empty() {
    $1
    [ -z "$(waiting_in "$(in_of guizhou)")$(waiting_in "$(in_of guangdong)")" ]
}
logged() { grep -q "\"event\":\"$2\"" "$PAIR/$1/gateway.log"; }
numbers_once() { # SIDE: every number was given to one file only
    sed -n 's/.*"event":"walk.ferry_out","number":"\([0-9]*\)".*/\1/p' "$PAIR/$1/gateway.log" | sort | uniq -d | wc -l | grep -qx 0
}

PAIR_LOG=debug

# --- a ferry that moves ---------------------------------------------------------------------------------

prepare good || { bad "no pair"; exit 1; }
stage demo GZ20260302000001 GD20260302000002 GZ20260302000003
begin || { bad "the gateways do not start"; exit 1; }
core_begin guizhou GZ20260302000001
core_begin guangdong GD20260302000002
core_begin guizhou GZ20260302000003
check "GZ20260302000001 by files: closed, closed" reaches ferry_good GZ20260302000001 closed closed
check "GD20260302000002 by files: closed, closed" reaches ferry_good GD20260302000002 closed closed
check "GZ20260302000003 by files: refused, letter_returned" reaches ferry_good GZ20260302000003 refused letter_returned
check "no letter is open any more" pair_wait 30 all_ended ferry_good
check "both folders in are empty" pair_wait 10 both_empty ferry_good
check "nothing is missing" gaps_closed ferry_good
check "nothing was bad" test ! -e "$(in_of guizhou)/bad" -a ! -e "$(in_of guangdong)/bad"
check "both ledgers tell one story" test -z "$(judge_story | tee /dev/stderr)"
for side in guizhou guangdong; do check "$side: a good ledger, rebuilt row by row" ledger_good "$side"; done
pair_end

# --- a ferry that does not ------------------------------------------------------------------------------

prepare bad || { bad "no pair"; exit 1; }
stage demo GZ20260302000001 GD20260302000002 GZ20260302000003
begin || { bad "the gateways do not start"; exit 1; }
core_begin guizhou GZ20260302000001
core_begin guangdong GD20260302000002
core_begin guizhou GZ20260302000003
check "GZ20260302000001 by a bad ferry: closed, closed" reaches ferry_bad GZ20260302000001 closed closed
check "GD20260302000002 by a bad ferry: closed, closed" reaches ferry_bad GD20260302000002 closed closed
check "GZ20260302000003 by a bad ferry: refused, letter_returned" reaches ferry_bad GZ20260302000003 refused letter_returned
check "no letter is open any more" pair_wait 90 all_ended ferry_bad
check "something was lost, and something cut" test -s "$PAIR/guizhou/lost" -a -s "$PAIR/guizhou/cut"
check "gaps were noticed" logged guizhou ferry.gap
check "and filled" logged guizhou ferry.gap_filled
check "what was cut lies in bad, with its reason" test -n "$(find "$PAIR"/*/folder/in/bad -name '*.why' -exec grep -l '^code=' {} +)"
check "both ledgers tell one story" test -z "$(judge_story | tee /dev/stderr)"
for side in guizhou guangdong; do check "$side: a good ledger, rebuilt row by row" ledger_good "$side"; done
pair_end
[ "$failures" = 0 ] && rm -rf "$work"
[ "$failures" = 0 ]

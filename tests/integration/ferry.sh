#!/bin/bash
# ferry.sh - two provinces joined by folders alone, and a ferry between them that is not ours.
#
# First a ferry that only moves; then one that loses, repeats, cuts, holds back and reorders;
# then folders full of what does not belong there; then no space, for each of the things that are written;
# then kills at every step of writing and taking a file.
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
# By turns: lost, twice, cut, held back until the next round and then last, moved. The first file of each
# side is held back until another one of that side has gone, so that there is a gap on both, at any speed.
trip=0
first_waits() { # SIDE NAME
    [ ! -e "$PAIR/$1/overtaken" ] || return 1
    [ -e "$PAIR/$1/first" ] || echo "$2" >"$PAIR/$1/first"
    [ "$(cat "$PAIR/$1/first")" = "$2" ]
}
carry_badly() { # SIDE NAME
    local from to late
    from=$(out_of "$1") to=$(in_of "$(other_side "$1")") late=$PAIR/$1/late
    trip=$((trip + 1))
    case $((trip % 7)) in
    1) echo "$2" >>"$PAIR/$1/lost" ;;
    3) land_file "$from/$2" "$to" && land_file "$from/$2" "$to" "copy-of-$2" ;;
    4)
        head -c 600 "$from/$2" >"$PAIR/cut"
        land_file "$PAIR/cut" "$to" "$2"
        echo "$2" >>"$PAIR/$1/cut"
        ;;
    6) cp "$from/$2" "$late/$2" ;;
    *) land_file "$from/$2" "$to" && : >"$PAIR/$1/overtaken" ;;
    esac
    rm "$from/$2"
}
ferry_bad() {
    local side name late
    for side in guizhou guangdong; do
        late=$PAIR/$side/late
        mkdir -p "$late"
        for name in $(waiting_in "$late"); do
            land_file "$late/$name" "$(in_of "$(other_side "$side")")" && rm "$late/$name"
        done
        for name in $(waiting_in "$(out_of "$side")" | sort -r); do
            first_waits "$side" "$name" || carry_badly "$side" "$name"
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
carry_on() { ferry_good; clock_forward "$PAIR/clock" 60000; }
numbers_good() {
    numbers_once guizhou && numbers_once guangdong && gaps_closed ferry_good
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
check "GZ20260302000003 by files: refused on both sides" reaches ferry_good GZ20260302000003 refused refused
check "no letter is open any more" pair_wait 30 all_ended ferry_good
check "both folders in are empty" pair_wait 10 both_empty ferry_good
check "nothing is missing" gaps_closed ferry_good
check "nothing was bad" test ! -e "$(in_of guizhou)/bad" -a ! -e "$(in_of guangdong)/bad"
check "both ledgers tell one story" test -z "$(judge_story | cat)"
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
check "GZ20260302000003 by a bad ferry: refused on both sides" reaches ferry_bad GZ20260302000003 refused refused
check "no letter is open any more" pair_wait 90 all_ended ferry_bad
check "something was lost, and something cut" test -s "$PAIR/guizhou/lost" -a -s "$PAIR/guizhou/cut"
check "gaps were noticed" logged guizhou ferry.gap
check "and filled" logged guizhou ferry.gap_filled
check "what was cut lies in bad, with its reason" test -n "$(find "$PAIR"/*/folder/in/bad -name '*.why' -exec grep -l '^code=' {} +)"
check "both ledgers tell one story" test -z "$(judge_story | cat)"
for side in guizhou guangdong; do check "$side: a good ledger, rebuilt row by row" ledger_good "$side"; done
pair_end

# --- what does not belong there, while guizhou runs alone -------------------------------------------------

prepare wild || { bad "no pair"; exit 1; }
stage demo GZ20260302000001
begin || { bad "the gateways do not start"; exit 1; }
core_begin guizhou GZ20260302000001
has_letter() { [ -n "$(waiting_in "$(out_of guizhou)")" ]; }
check "guizhou puts its letter out" pair_wait 15 has_letter
letter=$(waiting_in "$(out_of guizhou)")
check "its name is a number and an id" grep -Eqx '0000000001-[0-9a-f-]{36}\.xml' <<<"$letter"
to=$(in_of guangdong)
head -c 3000000 /dev/zero >"$PAIR/huge" && land_file "$PAIR/huge" "$to" 0000000001-huge.xml
: >"$PAIR/empty" && land_file "$PAIR/empty" "$to" 0000000002-empty.xml
echo '<a' >"$PAIR/garbage" && land_file "$PAIR/garbage" "$to" 喆㛃𠮷.xml
ln -s "$PWD/Makefile" "$to/0000000003-link.xml"
mkfifo "$to/0000000004-pipe.xml"
mkdir "$to/0000000005-folder.xml"
cp "$PAIR/garbage" "$to/.hidden.xml"
cp "$PAIR/garbage" "$to/half.xml.tmp"
sed 's/<To>/<To> /' "$(out_of guizhou)/$letter" >"$PAIR/changed" && land_file "$PAIR/changed" "$to" 0000000006-changed.xml
five_bad() { [ "$(find "$to/bad" -name '*.why' 2>/dev/null | wc -l)" -ge 5 ]; }
check "what is no message goes to bad, each with its reason" pair_wait 20 five_bad
check "a link, a pipe and a huge file among them, unread" test "$(find "$to/bad" -name '*unread*.why' | wc -l)" -ge 2
check "folders, hidden names and .tmp stay" test -d "$to/0000000005-folder.xml" -a -f "$to/.hidden.xml" -a -f "$to/half.xml.tmp"
check "what the link leads to is still there" test -f Makefile
check "nothing was answered to damaged bytes" test -z "$(waiting_in "$(out_of guangdong)")"
check "no foreign name is in the log" test -z "$(grep -l 喆㛃𠮷 "$PAIR/guangdong/gateway.log")"
check "no number counts that no message bore" test ! -e "$PAIR/guangdong/ledger/ferry/hrss.520000"
cp "$(out_of guizhou)/$letter" "$PAIR/letter"
land_file "$PAIR/letter" "$(in_of guizhou)" 0000000001-own.xml
own_is_bad() { [ "$(find "$(in_of guizhou)/bad" -name '*.why' 2>/dev/null | xargs grep -l PIN | wc -l)" = 1 ]; }
check "one's own letter coming back is nobody's" pair_wait 10 own_is_bad
land_file "$PAIR/letter" "$to" 0000000900-wild.xml
wild_seen() { state_file guangdong | grep -q '^missing 1 899 '; }
check "a good letter under a wild number: taken, and a gap" pair_wait 10 wild_seen
check "GZ20260302000001 goes on: closed, closed" reaches ferry_good GZ20260302000001 closed closed
check "both ledgers tell one story" test -z "$(judge_story | cat)"
pair_end

# --- no space, on both sides: first for files, then for numbers, then for what is set aside -------------------

prepare full || { bad "no pair"; exit 1; }
stage demo GZ20260302000001
begin_full() { # PIECE: both gateways, with no space where it is part of the path
    local side
    for side in guizhou guangdong; do
        pair_stop "$side"
        FULL_FILE=$1 FULL_SWITCH=$work/no-space PAIR_PRELOAD=$PWD/$BIN/tests/full.so pair_start "$side" || return 1
    done
}
refuses() { grep -c 'FOLDER: DISK_FULL\|"event":"ferry.trouble".*DISK_FULL' "$PAIR/$1/gateway.log"; }
troubled() { # SIDE COUNT
    clock_forward "$PAIR/clock" 60000
    [ "$(refuses "$1")" -gt "$2" ]
}
nothing_out() { [ -z "$(find "$(out_of "$1")" -type f ! -name '.new-*')" ]; }
begin && begin_full /folder/out/ || { bad "the gateways do not start"; exit 1; }
touch "$work/no-space"
core_begin guizhou GZ20260302000001
check "no space for files: guizhou's letter waits" pair_wait 30 troubled guizhou 0
check "and nothing half written lies there" test -z "$(find "$(out_of guizhou)" -type f)"
rm "$work/no-space"
first_out() { clock_forward "$PAIR/clock" 60000; has_letter; }
check "space again: it goes out as the first" pair_wait 30 first_out
check "under the first number" grep -Eqx '0000000001-[0-9a-f-]{36}\.xml' <<<"$(waiting_in "$(out_of guizhou)")"
begin_full /ledger/ferry/ || bad "the gateways do not start again"
touch "$work/no-space"
before=$(refuses guangdong)
letter=$(waiting_in "$(out_of guizhou)")
land_file "$(out_of guizhou)/$letter" "$(in_of guangdong)"
check "no space for numbers: guangdong cannot answer" pair_wait 30 troubled guangdong "$before"
check "the letter stays" test -f "$(in_of guangdong)/$letter"
check "no answer goes out" nothing_out guangdong
rm "$work/no-space"
check "GZ20260302000001 after that: closed, closed" reaches carry_on GZ20260302000001 closed closed
check "no number was used twice, none left out" pair_wait 10 numbers_good
begin_full /folder/in/bad/ || bad "the gateways do not start again"
touch "$work/no-space"
before=$(refuses guangdong)
land_file "$PAIR/guizhou/gateway.xml" "$(in_of guangdong)" 0000000900-strange.xml
check "no space to set a file aside: it stays" pair_wait 30 troubled guangdong "$before"
check "so it does" test -f "$(in_of guangdong)/0000000900-strange.xml"
rm "$work/no-space"
set_aside() { [ "$(find "$(in_of guangdong)/bad" -name '0000000900-*.why' 2>/dev/null | wc -l)" = 1 ]; }
check "space again: it lies in bad, with its reason" pair_wait 20 set_aside
check "nothing half written is left" test -z "$(find "$PAIR"/*/folder -name '.*.tmp' -o -name '*.why.*')"
check "both ledgers tell one story" test -z "$(judge_story | cat)"
for side in guizhou guangdong; do check "$side: a good ledger, rebuilt row by row" ledger_good "$side"; done
pair_end

# --- killed at every step ---------------------------------------------------------------------------------

# A case begins once the gateway that is to die runs, so that a passage is certain to come: it does not
# hang on what the cases before have still to say, nor on how fast the machine is.

prepare kills || { bad "no pair"; exit 1; }
stage demo GZ20260302000001 GD20260302000002 GZ20260302000003
begin || { bad "the gateways do not start"; exit 1; }
dies_at() { # POINT [SIDE TRACE]: guangdong, at its first passage, while the ferry goes on
    local end
    pair_kill guangdong
    # It may die before it is seen to answer: that is what is wanted.
    WALK_EVENT=$1 WALK_COUNT=1 PAIR_PRELOAD=$PWD/$BIN/tests/walk.so pair_start guangdong >/dev/null
    [ -z "${2:-}" ] || core_begin "$2" "$3"
    end=$((SECONDS + 90))
    while [ $SECONDS -lt $end ]; do
        gone "${PID[guangdong]}" && return 0
        ferry_good
        clock_forward "$PAIR/clock" 60000
        sleep 0.2
    done
    return 1
}
check "guangdong dies at walk.ferry_written" dies_at walk.ferry_written guizhou GZ20260302000001
check "guangdong dies at walk.ferry_numbered" dies_at walk.ferry_numbered guizhou GZ20260302000003
check "guangdong dies at walk.ferry_out" dies_at walk.ferry_out guangdong GD20260302000002
check "guangdong dies at walk.ferry_in" dies_at walk.ferry_in
pair_start guangdong
check "GZ20260302000001 after that: closed, closed" reaches carry_on GZ20260302000001 closed closed
check "GD20260302000002 after that: closed, closed" reaches carry_on GD20260302000002 closed closed
check "GZ20260302000003 after that: refused on both sides" reaches carry_on GZ20260302000003 refused refused
check "no letter is open any more" pair_wait 60 all_ended carry_on
check "nothing is missing: no number was left out" gaps_closed ferry_good
check "no number was used twice" numbers_once guangdong
check "nothing half written is left" test -z "$(find "$PAIR"/*/folder -name '.*.tmp')"
check "both ledgers tell one story" test -z "$(judge_story | cat)"
for side in guizhou guangdong; do check "$side: a good ledger, rebuilt row by row" ledger_good "$side"; done
pair_end
[ "$failures" = 0 ] && rm -rf "$work"
[ "$failures" = 0 ]

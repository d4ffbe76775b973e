#!/bin/bash
# uncertain.sh - two phases at the hospital's core: it asks its gateway which of its calls are in doubt (不确定
# 交易查询), and confirms or abandons what it is told. Two real gateways and two cores; the questions about doubt are
# asked by curl with the core's certificate, in Guizhou's dialect.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh
. tests/support/stays.sh

tools || { echo "FAIL - uncertain: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/uncertain.XXXXXX) || exit 1
trap 'pair_end; rm -rf "$work"' EXIT
ADMITTED="identify register lines discharge"
number=0

# ask SIDE TRANSACTION BODY: the answer in UTF-8 in $work/told, its HTTP status in $status
ask() {
    local core=nhsa.${REGION[$1]}.core
    number=$((number + 1))
    printf '<?xml version="1.0" encoding="GBK"?>\n<input><prm_jybh>%s</prm_jybh><prm_jylsh>UN%s</prm_jylsh>%s<proxy>1</proxy></input>\n' \
        "$2" "$number" "$3" >"$work/question"
    status=$(curl --silent --insecure --max-time 20 --cert "$PAIR/$1/keys/$core.tls.crt" --key "$PAIR/$1/keys/$core.tls.key" \
        --header 'Content-Type: application/xml' --data-binary "@$work/question" --output "$work/answer" --write-out '%{http_code}' \
        "https://127.0.0.1:${PORT[$1]}/v1/messages")
    iconv -f GB18030 -t UTF-8 "$work/answer" >"$work/told" 2>/dev/null
}
# The rows of the list: STAY TRANSACTION STATUS, one after the other.
rows() {
    sed 's/<row>/\n&/g' "$work/told" |
        sed -n 's/^<row>.*<akc190>\(.*\)<\/akc190>.*<jybh>\(.*\)<\/jybh>.*<jyzt>\(.*\)<\/jyzt>.*/\1 \2 \3/p' | tr '\n' ';'
}
listed() { # SIDE BODY ROWS
    ask "$1" 96 "$2"
    if [ "$status" != 200 ] || ! grep -q '<prm_fhz>0</prm_fhz>' "$work/told" || [ "$(rows)" != "$3" ]; then
        echo "  $status, $(rows)"
        return 1
    fi
}
doubtful() { # ROWS that fit, as a pattern
    ask guangdong 96 ""
    [ "$status" = 200 ] && [[ "$(rows)" =~ ^($1)$ ]]
}
refused() { # BODY WORDS
    ask guangdong 96 "$1"
    { [ "$status" = 400 ] || [ "$status" = 422 ]; } && grep -q "$2" "$work/told" || { echo "  $status $(cat "$work/told")"; return 1; }
}
second_phase() { # TRANSACTION STAY
    local institution
    ask guangdong 96 ""
    institution=$(sed -n 's/.*<akb020>\([^<]*\)<\/akb020><akc190>'"$2"'<.*/\1/p' "$work/told")
    ask guangdong "$1" "<prm_yab300>440100</prm_yab300><prm_yab003>520100</prm_yab003><prm_akb020>$institution</prm_akb020><prm_akc190>$2</prm_akc190><prm_yjybh>41</prm_yjybh>"
    [ "$status" = 200 ] && grep -q '<prm_fhz>[01]<' "$work/told" || { echo "  $status $(cat "$work/told")"; return 1; }
}
asking_is_not_noted() {
    local before
    before=$(entry_count guangdong)
    ask guangdong 96 "" && ask guangdong 96 ""
    [ -n "$before" ] && [ "$(entry_count guangdong)" = "$before" ]
}
by_hand() { cli guangdong submit "$work/question" >"$work/by-hand" 2>&1; }
is_cancelled() { [ "$(owed_lines guangdong | awk -v t="$1" '$1 ~ t { print $2 }')" = 0 ]; }

stays_pair "$work/pair" || { bad "no pair"; exit 1; }
stays FIRST -- $ADMITTED settle wait confirm
stays SECOND -- $ADMITTED wait settle wait confirm
stays DOUBT -- $ADMITTED wait settle confirm
stays_open || { bad "no pair"; exit 1; }

check "nothing is in doubt before anything was called" listed guangdong "" ""
check "a stay is settled and not confirmed" eval 'stay_begin FIRST DOUBT SECOND && pair_wait 20 stay_waits FIRST DOUBT SECOND'
check "the core is told: booked" listed guangdong "" "FIRST-1 41 1;"
check "a second one, behind it" eval 'stay_begin SECOND && pair_wait 20 doubtful "FIRST-1 41 1;SECOND-1 41 1;"'
check "asked for its region and its transaction" listed guangdong "<prm_yab003>520100</prm_yab003><prm_yjybh>41</prm_yjybh>" "FIRST-1 41 1;SECOND-1 41 1;"
check "of another transaction there is none" listed guangdong "<prm_yjybh>21</prm_yjybh>" ""
check "of another region there is none" listed guangdong "<prm_yab003>110000</prm_yab003>" ""
check "the core of the other side has called nothing" listed guizhou "" ""
check "a transaction that is not known is refused" refused "<prm_yjybh>99</prm_yjybh>" prm_yjybh
check "asking changes nothing and is not noted" asking_is_not_noted
check "by hand nobody waits for it: refused" eval '! by_hand && grep -q "told at once" "$work/by-hand"'
check "the first is confirmed" second_phase 94 FIRST-1
check "it is no longer in doubt" pair_wait 10 doubtful "SECOND-1 41 1;"
check "the second is abandoned" second_phase 95 SECOND-1
check "nothing is in doubt" pair_wait 15 doubtful ""
check "what was abandoned is cancelled, on both sides" pair_wait 10 is_cancelled SECOND-1

pair_stop guizhou
check "the other side falls silent during a settlement" stay_begin DOUBT
check "the core is told that it is under way" pair_wait 10 doubtful "DOUBT-1 41 5;"
check "then that nobody knows" pair_wait 15 doubtful "DOUBT-1 41 9;"
check "the other side is back" pair_start guizhou
check "the stay is settled, after all" pair_wait 30 stay_ends DOUBT
check "nothing is in doubt any more" pair_wait 10 doubtful ""
pair_end
check "the ledger of the treating side is good" ledger_good guangdong
check "the ledger of the insured side is good" ledger_good guizhou
[ "$failures" = 0 ]

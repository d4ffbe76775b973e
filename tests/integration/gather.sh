#!/bin/bash
# gather.sh - a temporary account and a change between the schemes, each from end to end between two
# real gateways: once with money, once on a day from which none moves; and a change that must wait. Then
# Guangdong asks how these persons' cases stand, and is told of those that it takes part in.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

tools || { echo "FAIL - gather: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/gather.XXXXXX) || exit 1
trap pair_end EXIT
trap 'exit 130' INT TERM

# From 4 March on no money moves; what counts is the day of the letter.
sed -E '/<id>PEN-MONEY-(TMP|SW)<\/id>/,/<\/rule>/!b; /<\/rule>/a\  <rule><id>PEN-MONEY-TMP</id><from>2026-03-04</from><value>0</value><unit>switch</unit><meaning><english>test</english><chinese>测试</chinese></meaning><source>test</source><confirmed>no</confirmed></rule>' \
    conf/rules.xml | awk '/<id>PEN-MONEY-TMP<.id><from>2026-03-04/ { if (seen++) sub(/PEN-MONEY-TMP/, "PEN-MONEY-SW") } { print }' >"$work/rules.xml"
PAIR_RULES=$PWD/$work/rules.xml
PAIR_FLOWS="pension.employee pension.temporary pension.switch transfer.enquiry"

trace= day= person= birth= also=
# The committed examples speak of several cases: here of one, on one day, one person, with this sum.
hands_in() { # SIDE DOCUMENT SUM
    local to=$work/$1-$2.xml sum=${3:-0.00}
    keys=$((keys + 1))
    LC_ALL=C sed -E "s/QT20260302G[ZD][0-9]+/$trace/g; s/(<prm_jylsh>)[^<]*/\1T$keys/; s/(<MSGID>)[^<]*/\1T$keys/
        s/(<(prm_)?[aA][aA][cC]002>)[^<]*/\1$person/
        s/(<AAC006>)[^<]*/\1$birth/; s/(<prm_aac006>)[^<]*/\1${birth//-/}/; s/(<(prm_aac004|AAC004)>)[^<]*/\11/
        s/(<(prm_aae036|OPTTIME)>)[0-9]{8}/\1$day/
        s/(<(prm_aae019|prm_yad003)>)[^<]*/\1$sum/; s/(<(AAE019|YAD003)>)[^<]*/\1${sum/./}/; $also" \
        "adapters/$1-core/examples/$2.theirs.xml" >"$to"
    cli "$1" submit "$to" >"$work/said" 2>&1
}
stands() { # SIDE STATE
    pair_wait 10 in_state "$1" "$trace" "$2"
}
keys=0

pair_make "$work" || { echo "FAIL - gather: no pair"; exit 1; }
# A third province, which nobody can call: it takes part in one case of Guizhou's.
sh certs/make-certs.sh "$work/third" hrss.330000 && cp "$work"/third/hrss.330000.*.crt "$PAIR/guizhou/keys/" &&
    party_file guizhou hrss.330000 province "" "" ecdsa >"$PAIR/guizhou/parties/hrss.330000.xml" || echo "FAIL - gather: no third province"
pair_start guizhou && pair_start guangdong || { echo "FAIL - gather: the gateways do not start"; exit 1; }

# Guizhou holds the temporary account: it applies and writes, Guangdong consents.
person=529900198506010018 birth=1985-06-01
temporary() { # TRACE DAY SUM
    trace=$1 day=$2
    check "$1: the holder takes the application" hands_in guizhou temporary_application
    check "$1: its letter is there" hands_in guizhou temporary_letter
    check "$1: held" stands guangdong letter_held
    refused() { ! hands_in guizhou temporary_form; }
    check "$1: no form before the consent" refused
    check "$1: Guangdong consents" hands_in guangdong temporary_acceptance
    check "$1: the holder knows" stands guizhou accepted
    check "$1: the form goes" hands_in guizhou temporary_form
    if [ -n "$3" ]; then
        check "$1: and the money" hands_in guizhou temporary_fund_advice "$3"
        check "$1: the form alone is not all" stands guangdong info_only
        check "$1: the money is booked" hands_in guangdong temporary_fund_receipt "$3"
    else
        refused() { ! hands_in guizhou temporary_fund_advice 1.00; }
        check "$1: no money moves" refused
    fi
    check "$1: form and money are there" stands guangdong both
    check "$1: linked" hands_in guangdong temporary_completion
    check "$1: closed there" stands guangdong closed
    check "$1: and here" stands guizhou closed
}
temporary TMP1 20260302 16896.00
temporary TMP2 20260305 ""

# Guizhou claims the employees' pension, Guangdong has the residents' account.
person=529900196206010017 birth=1962-06-01 # a man who has reached the statutory age
changes() { # TRACE DAY SUM
    trace=$1 day=$2
    check "$1: the application" hands_in guizhou switch_application
    check "$1: the letter" hands_in guizhou switch_letter
    if ! stands guangdong letter_held; then
        echo "FAIL - $1: the letter is not held"
        failures=$((failures + 1))
        return
    fi
    check "$1: the residents' form" hands_in guangdong switch_form
    if [ -n "$3" ]; then
        check "$1: the form alone is not all" stands guizhou info_only
        check "$1: the account" hands_in guangdong switch_fund_advice "$3"
        check "$1: booked" hands_in guizhou switch_fund_receipt "$3"
    fi
    check "$1: form and money are there" stands guizhou both
    check "$1: merged" hands_in guizhou switch_completion
    check "$1: closed here" stands guizhou closed
    check "$1: and there" stands guangdong closed
}
changes CHG1 20260302 3111.04
changes CHG2 20260305 ""

# Relations of the employees come first: an open transfer of the same person to Guizhou.
day=20260302
trace=EMP1
check "a transfer of the employees' relation is open" hands_in guizhou application
trace=CHG3
check "CHG3: the application waits for it" hands_in guizhou switch_application
check "CHG3: consolidation" stands guizhou consolidation
shows() { LANGUAGE= cli guizhou case "$1" | grep -qE "$2"; } # TRACE PATTERN
check "CHG3: says what is gathered first" shows CHG3 '^Gathers first +[0-9a-f-]+ EP-EP '
check "and the transfer says for what" shows EMP1 '^Gathered for +[0-9a-f-]+ RP-EP consolidation'
check "CHG3: says where the pension is claimed" shows CHG3 '^Claim place +520000; advice'
check "and why" shows CHG3 ' PEN-PL-HUKOU 520000: '
early() { ! hands_in guizhou switch_letter && grep -q PEN-R09 "$work/said"; }
check "CHG3: no letter yet: PEN-R09" early
trace=EMP1
check "the transfer ends" hands_in guizhou refusal
trace=CHG3
check "CHG3: now the letter goes" hands_in guizhou switch_letter
check "CHG3: and is held" stands guangdong letter_held

# --- how do they stand? -----------------------------------------------------------------------------

trace=EMP3
also='s/(<prm_yac250>)[^<]*/\1330100/'
check "the person has a case with a third province, too" hands_in guizhou application
also=

asks() { # NUMBER PERSON [MORE]: Guangdong's core
    keys=$((keys + 1))
    sed -E "s/(<CXBH>)[^<]*/\1$1/; s/(<MSGID>)[^<]*/\1T$keys/; s/(<AAC002>)[^<]*/\1$2/; s|(</AAC002>)|\1${3:-}|" \
        adapters/guangdong-core/examples/enquiry_status_query-short.theirs.xml >"$work/asked.xml"
    cli guangdong submit "$work/asked.xml" >"$work/said" 2>&1
}
flows_told() { # NUMBER: of which flows the answer tells, newest first; the bytes are as Guizhou signed them
    local message
    pair_wait 10 in_state guangdong "ENQ/$1" answered || return 1
    message=$(entry_lines guangdong | awk -v trace="ENQ/$1" '$2 == trace && $4 == "received" { print $7 }')
    cli guangdong message "$message" --raw --reason test | grep -oE '<flow>[a-z.]*|<count>[0-9]+' | sed 's/.*>//' | tr '\n' ' '
}
check "Guangdong asks how the cases of a person stand" asks Q1 "$person"
check "it is told of its own, of two kinds, and not of the third province's" \
    test "$(flows_told Q1)" = "4 pension.switch pension.employee pension.switch pension.switch "
check "it asks for one flow" asks Q2 "$person" "<LCBS>pension.employee</LCBS>"
check "and is told of it alone" test "$(flows_told Q2)" = "1 pension.employee "
check "it asks for somebody who has no case" asks Q3 449900199003070013
check "nothing is an answer, too" test "$(flows_told Q3)" = "0 "
mistyped() { ! asks Q4 449900199003070019 && grep -q FLW-10 "$work/said"; }
check "a mistyped number is no question" mistyped
# Nobody is there to answer: the limit passes, a reminder lies behind the question; then both arrive.
pair_stop guizhou
check "it asks a gateway that is not there" asks Q5 "$person"
clock_forward "$PAIR/clock" $((5 * 24 * 3600 * 1000)) # over three working days
overdue() { cli guangdong cases --overdue --json | grep -q '"trace": "ENQ/Q5"'; }
check "after three working days without an answer: overdue" pair_wait 15 overdue
reminds() { cli guangdong case ENQ/Q5 --json | grep -q '"action": "reminder"'; }
check "the partner is reminded" pair_wait 15 reminds
pair_start guizhou
check "it is back, and the late answer is one" test "$(flows_told Q5)" = "4 pension.switch pension.employee pension.switch pension.switch "
reminded() { entry_lines guizhou | awk '$2 == "ENQ/Q5" && $4 == "received" && $5 == "reminder" && $9 == "accepted"' | grep -q .; }
check "the reminder came behind the question, and asked for nothing more" pair_wait 15 reminded
check "the list of cases shows it by its name" grep -q '进度查询' <(LC_ALL= LANG=C.UTF-8 LANGUAGE=zh_CN cli guangdong cases)
unnamed() { ! cat "$PAIR"/g*/gateway.log | grep -qE "$person|449900199003070013"; }
check "no log names the person" unnamed

pair_end
[ "$failures" = 0 ] && rm -rf "$work"
exit "$((failures > 0))"

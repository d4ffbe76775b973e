#!/bin/bash
# gather.sh - a temporary account and a change between the schemes, each from end to end between two
# real gateways: once with money, once on a day from which none moves; and a change that must wait.
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
PAIR_FLOWS="pension.employee pension.temporary pension.switch"

trace= day= person= birth=
# The committed examples speak of several cases: here of one, on one day, one person, with this sum.
hands_in() { # SIDE DOCUMENT SUM
    local to=$work/$1-$2.xml sum=${3:-0.00}
    keys=$((keys + 1))
    LC_ALL=C sed -E "s/QT20260302G[ZD][0-9]+/$trace/g; s/(<prm_jylsh>)[^<]*/\1T$keys/; s/(<MSGID>)[^<]*/\1T$keys/
        s/(<(prm_)?[aA][aA][cC]002>)[^<]*/\1$person/
        s/(<AAC006>)[^<]*/\1$birth/; s/(<prm_aac006>)[^<]*/\1${birth//-/}/; s/(<(prm_aac004|AAC004)>)[^<]*/\11/
        s/(<(prm_aae036|OPTTIME)>)[0-9]{8}/\1$day/
        s/(<(prm_aae019|prm_yad003)>)[^<]*/\1$sum/; s/(<(AAE019|YAD003)>)[^<]*/\1${sum/./}/" \
        "adapters/$1-core/examples/$2.theirs.xml" >"$to"
    cli "$1" submit "$to" >"$work/said" 2>&1
}
stands() { # SIDE STATE
    pair_wait 10 in_state "$1" "$trace" "$2"
}
keys=0

pair_make "$work" || { echo "FAIL - gather: no pair"; exit 1; }
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
early() { ! hands_in guizhou switch_letter && grep -q PEN-R09 "$work/said"; }
check "CHG3: no letter yet: PEN-R09" early
trace=EMP1
check "the transfer ends" hands_in guizhou refusal
trace=CHG3
check "CHG3: now the letter goes" hands_in guizhou switch_letter
check "CHG3: and is held" stands guangdong letter_held

pair_end
[ "$failures" = 0 ] && rm -rf "$work"
exit "$((failures > 0))"

#!/bin/bash
# service.sh - institutions, annuities and soldiers between two real gateways, by hand in both dialects:
# a relation with its money, the annuity beside it, a dismissal that begins with the form, and a
# soldier's case that has no other side.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

tools || { echo "FAIL - service: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/service.XXXXXX) || exit 1
trap pair_end EXIT
trap 'exit 130' INT TERM
PAIR_FLOWS="pension.institution pension.annuity pension.military"
person=44990019780923003X
count=0

hands_in() { # SIDE DOCUMENT TRACE SED...: the example, of this person and case, otherwise as edited
    local side=$1 document=$2 trace=$3 file=$work/document.xml
    shift 3
    count=$((count + 1))
    LC_ALL=C sed -E -e "s|<(prm_aaz341\|AAZ341)>[^<]*|<\1>$trace|; s|<(prm_jylsh\|MSGID)>[^<]*|<\1>S$count-$trace|" \
        -e "s|<prm_aac002>[^<]*|<prm_aac002>$person|; s|<prm_aac004>.|<prm_aac004>1|; s|<prm_aac006>[0-9]*|<prm_aac006>19780923|" \
        -e "s|<AAC002>[^<]*|<AAC002>$person|" "$@" "adapters/$side-core/examples/$document.theirs.xml" >"$file"
    cli "$side" submit "$file" >"$work/said" 2>&1 || { sed 's/^/    /' "$work/said"; return 1; }
}
refused() { ! hands_in "$@" >/dev/null; }
rest() { # TRACE STATE: on both sides, soon
    pair_wait 20 in_state guizhou "$1" "$2" && pair_wait 20 in_state guangdong "$1" "$2"
}
received() { # FLOW TRACE YUAN SED...: Guizhou books it, and completes
    local flow=$1 trace=$2 yuan=$3
    shift 3
    hands_in guizhou "${flow}_fund_receipt" "$trace" -e "s|<prm_yad003>[^<]*|<prm_yad003>$yuan|" "$@" &&
        hands_in guizhou "${flow}_completion" "$trace" "$@"
}
moves() { # FLOW TRACE YUAN SED...: letter, form, money, end; SED edits the form
    local flow=$1 trace=$2 yuan=$3
    shift 3
    check "$flow: the application" hands_in guizhou "${flow}_application" "$trace"
    check "$flow: the letter" hands_in guizhou "${flow}_letter" "$trace"
    check "$flow: the other side holds it" rest "$trace" letter_held
    check "$flow: the form" hands_in guangdong "${flow}_form" "$trace" "$@"
    check "$flow: the advice" hands_in guangdong "${flow}_fund_advice" "$trace" -e "s|<AAE019>[0-9]*|<AAE019>${yuan/./}|"
    check "$flow: the form is there" pair_wait 20 in_state guizhou "$trace" info_only
    check "$flow: money and completion" received "$flow" "$trace" "$yuan"
    check "$flow: both are closed" rest "$trace" closed
}

pair_make "$work" || { echo "FAIL - service: no pair"; exit 1; }
pair_start guizhou && pair_start guangdong || { echo "FAIL - service: the gateways do not start"; exit 1; }

moves institution QT20260302SV0001 358754.07 -e '/<CZ/d'
moves annuity QT20260302SV0002 52800.00

# A dismissal: OUT's former unit applies, the form opens the case at IN.
trace=QT20260302SV0003
gone='s|<AAE140>102|<AAE140>101|'
swap='s|<AAB299>440100|<AAB299>520100|; s|<YAC250>520100|<YAC250>440100|'
grounds='/<ZZDD>/a <CZYDWMC>S</CZYDWMC><CZYY>CZ</CZYY><CZRQ>2026-02-20</CZRQ><CZHJDM>520100</CZHJDM>'
check "dismissal: at the old place only" refused guangdong institution_application $trace -e "$gone" -e "$grounds"
check "dismissal: the unit's application" hands_in guangdong institution_application $trace -e "$gone" -e "$swap" -e "$grounds"
check "dismissal: nothing is sent yet" in_state guangdong $trace new
check "dismissal: the form" hands_in guangdong institution_form $trace -e "$gone"
check "dismissal: it opens the case" pair_wait 20 in_state guizhou $trace info_only
check "dismissal: the advice" hands_in guangdong institution_fund_advice $trace -e "$gone"
check "dismissal: money and completion" received institution $trace 358754.07 -e 's|<prm_aae140>120|<prm_aae140>110|'
check "dismissal: both are closed" rest $trace closed

# A soldier: one year of service, 12 x 6000.00; there is nobody to send anything to.
trace=QT20260302SV0004
place='s|<prm_aab299>[0-9]*|<prm_aab299>520100|'
service='<row><aab299>910000</aab299><aae001>2025</aae001><aae041>202501</aae041><aae042>202512</aae042><aae202>12</aae202><aae180>6000.00</aae180><aaa042>0.1200</aaa042><aaa043>0.0000</aaa043><aaa041>0.0800</aaa041><aae381>5760.00</aae381><aae264>5760.00</aae264><aae269>0.00</aae269><aae265>0.00</aae265><aae382>5760.00</aae382><aae273>5760.00</aae273></row>'
soldier=(-e "$place" -e "s|<dataset>.*</dataset>|<dataset>$service</dataset>|"
    -e 's|<prm_aac007>[0-9]*|<prm_aac007>20250101|; s|<prm_aac049>[0-9]*|<prm_aac049>202501|; s|<prm_aac032>[0-9]*|<prm_aac032>202501|'
    -e 's|<prm_aae030>[0-9]*|<prm_aae030>202501|; s|<prm_aae031>[0-9]*|<prm_aae031>202512|; s|<prm_aae201>[0-9]*|<prm_aae201>12|'
    -e 's|<prm_aic089>[^<]*|<prm_aic089>5760.00|; s|<prm_aic082>[^<]*|<prm_aic082>0.00|; s|<prm_aic083>[^<]*|<prm_aic083>5760.00|'
    -e 's|<prm_aic084>[^<]*|<prm_aic084>8640.00|; s|<prm_aic102>[^<]*|<prm_aic102>14400.00|')
check "soldier: a form of other rows" hands_in guizhou military_form $trace -e "$place"
check "soldier: goes back by hand" in_state guizhou $trace dispute
check "soldier: the corrected form" hands_in guizhou military_form $trace "${soldier[@]}" -e 's|<prm_bbh>1|<prm_bbh>2|'
check "soldier: it is held" in_state guizhou $trace info_only
check "soldier: money and completion" received military $trace 14400.00
check "soldier: closed, alone" in_state guizhou $trace closed
alone() { ! cli guangdong cases --json | grep -q "$1" && cli guizhou cases --json | grep -q "\"party\": *\"-\""; }
check "soldier: the other province knows nothing" alone $trace

pair_end
[ "$failures" = 0 ] && rm -rf "$work"
exit "$((failures > 0))"

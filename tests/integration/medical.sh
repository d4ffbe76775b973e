#!/bin/bash
# medical.sh - medical.transfer between two real gateways of the medical insurance, each with its own core and
# dialect: with money, without, refused by a check, withdrawn, with a sheet returned and the balance paid to the
# person, and one turned back; and a core asks how a person's cases stand. At the end both ledgers say the same,
# verify and rebuild.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh
PAIR_AUTHORITY=nhsa
PAIR_CORES=medical
PAIR_FLOWS="medical.transfer transfer.enquiry"

tools || { echo "FAIL - medical: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/medical.XXXXXX) || exit 1
trap pair_end EXIT
trap 'exit 130' INT TERM
pair_make "$work" || { echo "FAIL - medical: no pair"; exit 1; }

# --- the cases: TRACE PERSON, then for each step: side, when, document[=file name], and what is edited in it ---------
begin() { # TRACE PERSON
    trace=$1 person=$2
    for side in guizhou guangdong; do echo "<case><trace>$1</trace>" >>"$work/$side/script.part"; done
}
step() { # SIDE WHEN DOCUMENT [REVISION] [SED...]
    local side=$1 when=$2 name=$3 revision=${4:-1} file
    file=$trace-$when-$name.xml
    file=${file//:/-}
    shift $(($# < 4 ? $# : 4))
    sed -e "s/YB520000202603020001/$trace/" -e "s/529901198001151233/$person/" "$@" "tests/data/medical/$name.xml" \
        >"$work/$side/cases/$file"
    echo "<step><when>$when</when><send>$file</send><revision>$revision</revision><flow>medical.transfer</flow></step>" \
        >>"$work/$side/script.part"
}
end() { for side in guizhou guangdong; do echo '</case>' >>"$work/$side/script.part"; done; }
# What every transfer begins with, when the person applies in Guizhou, and when there.
applies_in() {
    step guizhou start application 1 "$@"
    step guangdong insured_query insured_state
    step guizhou insured_state acceptance
}
applies_out() {
    step guangdong start application 1 "$@"
    step guizhou insured_query insured_state
    step guangdong insured_state acceptance
}
mkdir "$work"/{guizhou,guangdong}/cases

begin YB520000202603020001 529901198001151217 # A, with money
applies_in
step guizhou accepted:acceptance letter
step guangdong letter form-a
step guangdong accepted:form fund_advice
step guizhou form completion
step guizhou fund_advice fund_receipt
step guizhou accepted:fund_receipt fund_credited
end
begin YB520000202603020002 529901198001151233 # C: the record alone, applied for at the old place
applies_out -e 's|<outInsurance>310|<outInsurance>390|'
step guizhou acceptance letter 1 -e 's|<outInsurance>310|<outInsurance>390|'
step guangdong letter form-c
step guizhou form completion
end
begin YB520000202603020003 52990119800115125X # still insured over there
step guizhou start application
step guangdong insured_query insured_state-fail
end
begin YB520000202603020004 529901198001151276 # withdrawn before the sheet
applies_in
step guizhou accepted:acceptance letter
step guizhou accepted:letter withdrawal
end
begin YB520000202603020006 529901198001151292 # B: a bad sheet, a good one, the balance to the person
applies_in -e 's|<inInsurance>310|<inInsurance>390|'
step guizhou accepted:acceptance letter
step guangdong letter form-b 1 -e 's|<actualMonths>64|<actualMonths>65|'
step guangdong form_return form-b 2
step guizhou form completion
step guangdong completion fund_advice 1 -e 's|>agency<|>person<|' -e 's|3471.26|10800.05|' -e '/<account>/,/<\/account>/d'
end
begin YB520000202603020009 529901198001151217 # 转回 of the first
step guizhou start reversal 1 -e 's/YB520000202606010009/@/' -e "s/<traceNumber>YB520000202603020009/<traceNumber>YB520000202603020001/" \
    -e 's/@/YB520000202603020009/'
step guangdong reversal acceptance
step guizhou acceptance fund_return 1 -e 's|3471.62|3471.26|'
step guangdong fund_return fund_receipt
step guangdong accepted:fund_receipt completion
end
begin YB520000202603020010 529901198001151313 # A, taken over from another system when the notice was there
step guangdong start form-a
step guizhou form completion
step guangdong accepted:form fund_advice
step guizhou fund_advice fund_receipt
step guizhou accepted:fund_receipt fund_credited
end
for side in guizhou guangdong; do
    { echo '<?xml version="1.0" encoding="UTF-8"?><script xmlns="urn:qiantong:sim:1">'; cat "$work/$side/script.part"; echo '</script>'; } \
        >"$work/$side/cases/script.xml"
    sed -i 's|<script>script.xml</script>|<script>cases/script.xml</script>|' "$work/$side/core.xml"
done

# --- they are played --------------------------------------------------------------------------------------------
T=YB52000020260302000
both() { in_state guizhou "$1" "$2" && in_state guangdong "$1" "$2"; }
case_json() { cli "$1" case "$(case_lines "$1" | awk -v t="$2" '$1 == t { print $6 }')" --json; }
refused_with() { # SIDE TRACE CODE
    case_json "$1" "$2" | grep -q "^  \"code\": \"$3\""
}
at_rest() { no_open_letters guizhou && no_open_letters guangdong && core_idle guizhou && core_idle guangdong; }

pair_start guizhou && pair_start guangdong && core_start guizhou "" && core_start guangdong "" ||
    { echo "FAIL - medical: gateways and cores do not start"; exit 1; }
for n in 1 3 4 6; do core_begin guizhou $T$n; done
core_begin guangdong ${T}2
check "with money: closed on both sides" pair_wait 30 both ${T}1 closed
check "the record alone, applied for at the old place: closed" pair_wait 20 both ${T}2 closed
check "a check that fails ends it on both sides" pair_wait 20 both ${T}3 refused
check "withdrawn before the sheet" pair_wait 20 both ${T}4 withdrawn
check "a sheet returned and corrected, the balance paid to the person: closed" pair_wait 20 both ${T}6 closed
check "the money of the first is to the fen on both sides" [ "$(case_lines guizhou | grep "^${T}1 " | cut -d' ' -f4,5)" = "347126 347126" ]
pair_wait 20 at_rest
core_begin guizhou ${T}9
taken_over() { # SIDE ROLE DAY
    printf '%s\n' flow,role,state,trace,in_region,out_region,person,opened_on,opened_by,insurance_old,insurance,limit,limit_from,money,pay_way,form_total \
        "medical.transfer,$2,noticed,${T%0}10,520300,440300,529901198001151313,$3,in,310,310,d2,$3,,," \
        "medical.transfer,$2,sheet_held,${T%0}11,520300,440300,529901198001151321,$3,in,310,310,d3 fund,$3 $3,due,1,5.00" \
        "medical.transfer,$2,sheet_held,${T%0}12,520300,440300,529901198001151348,$3,in,310,310,d3 fund,$3 $3,due,0,5.00" \
        "medical.transfer,$2,sheet_sent,${T%0}13,520300,440300,529901198001151348,$3,in,310,310,d3,$3,,," >"$work/$1.csv"
    cli "$1" import --open-cases "$work/$1.csv" --reason 接管 >"$work/said"
    [ $? = 1 ] && grep -q "2 taken over, 0 were here already, 2 refused" "$work/said"
}
check "two cases of another system, noticed and with a sheet: taken over by IN" taken_over guizhou in 2026-02-26
check "and by OUT; others are not" taken_over guangdong out 2026-02-27
core_begin guangdong ${T%0}10
check "the noticed one goes on to its end, record and money" pair_wait 60 both ${T%0}10 closed
check "turned back by a case of its own" pair_wait 30 both ${T}9 turned_back
check "nothing is under way any more" pair_wait 20 at_rest
check "its reason is known on both sides: MED-R02" eval "refused_with guizhou ${T}3 MED-R02 && refused_with guangdong ${T}3 MED-R02"

# By the person of two cases, and then by one case of another person.
asks() { # NUMBER SED...: Guizhou's core
    sed -e "s/YBCX20260302GZ0001/$1/" "${@:2}" tests/data/enquiry/status_query.xml >"$work/$1.xml"
    "$BIN/qiantong-sim" --config "$PAIR/guizhou/core.xml" send "$work/$1.xml" 1 transfer.enquiry >"$work/said" 2>&1
}
states_told() { # NUMBER
    local message
    pair_wait 20 in_state guizhou "ENQ/$1" answered || return 1
    message=$(entry_lines guizhou | awk -v trace="ENQ/$1" '$2 == trace && $4 == "received" { print $7 }')
    cli guizhou message "$message" --raw --reason test | grep -oE '<(state|insuranceKind)>[a-z0-9_]*' | sed 's/.*>//' | tr '\n' ' '
}
check "a core asks how a person's cases stand" asks YBCX1 -e s/529901198001151233/529901198001151217/
check "it is told of both" test "$(states_told YBCX1)" = "310 turned_back 310 closed "
check "and asks about a case" asks YBCX2 -e "s|<person>|<caseId>$(case_lines guizhou | awk -v t="${T}6" '$1 == t { print $6 }')</caseId>|" \
    -e /identityNumber/d -e '/<\/person>/d'
check "it is told of that one" test "$(states_told YBCX2)" = "390 closed "
check "its answers have reached the core" pair_wait 20 at_rest
for side in guizhou guangdong; do
    check "$side tells kind and money of a case" eval "case_json $side ${T}1 | grep -q '\"kind\": \"A\"' &&
        case_json $side ${T}1 | grep -q '\"money\": \"credited\"' && case_json $side ${T}6 | grep -q '\"money\": \"refunded\"'"
done
found=$(judge_story "$T")
check "both ledgers say the same" [ -z "$found" ]
[ -z "$found" ] || echo "$found"
for side in guizhou guangdong; do check "the ledger of $side verifies and rebuilds" ledger_good "$side"; done
pair_end
for side in guizhou guangdong; do check "the ledger of $side verifies and rebuilds at rest" ledger_good "$side"; done
[ "$failures" = 0 ] && rm -rf "$work"
exit "$((failures > 0))"

# kinds.sh - the third scene: every kind of transfer, money moving and not. To be sourced by demo.sh.
#
# A pair of its own, so that one list shows one case of each flow. The cores bring their papers one by one.

KINDS="pension.employee pension.remittance pension.resident pension.temporary"

kinds_stage() {
    PAIR_AUTHORITY=hrss PAIR_ADAPTER= PAIR_RULES= PAIR_FLOWS=$KINDS
    PAIR_PROXY_PORT=()
    pair_make "$demo/kinds" ecdsa || return 1
    for side in guizhou guangdong; do
        echo '<?xml version="1.0" encoding="UTF-8"?><script xmlns="urn:qiantong:sim:1"/>' >"$PAIR/$side/script.xml"
        pair_start "$side" && core_start "$side" "" || return 1
    done
}
# A case of a flow: TRACE FLOW INSURANCE NAME NUMBER17 BASE_YUAN.
kind_case() {
    FLOW_OF[$1]=$2 INSURANCE_OF[$1]=$3
    person "$1" "$4" "$5" "$6"
}

# --- the whole way, and the way back -------------------------------------------------------------------
transferred() { # TRACE: record and money
    local in out
    in=$(in_side "$1") out=$(other_side "$(in_side "$1")")
    form_arrives "$1"
    must bring "$out" fund_advice "$1"
    must bring "$in" fund_receipt "$1"
    must bring "$in" completion "$1"
    wait_for rests "$1" "$in" closed closed
    told "$1" closed closed
}
returned() { # TRACE CODE TEXT: the letter comes back, nothing moves
    local in out
    in=$(in_side "$1") out=$(other_side "$(in_side "$1")")
    letter_arrives "$1"
    must bring "$out" letter_return "$1" code="$2" text="$3"
    wait_for in_state "$in" "$1" letter_returned
    must bring "$in" refusal "$1" code="$2" text="$3"
    wait_for rests "$1" "$in" refused refused
    told "$1" refused refused
}

collected() { # TRACE: of a temporary account, which OUT holds
    local in out
    in=$(in_side "$1") out=$(other_side "$(in_side "$1")")
    must bring "$out" application "$1"
    must bring "$out" letter "$1"
    wait_for in_state "$in" "$1" letter_held
    must bring "$in" acceptance "$1"
    wait_for in_state "$out" "$1" accepted
    must bring "$out" form "$1"
    wait_for in_state "$in" "$1" info_only
    must bring "$out" fund_advice "$1"
    must bring "$in" fund_receipt "$1"
    must bring "$in" completion "$1"
    wait_for rests "$1" "$in" closed closed
    told "$1" closed closed
}

# --- the medical relation, between the nhsa. authorities -----------------------------------------------
MEDICAL_SHEETS=tests/data/medical
medical_pair() {
    PAIR_AUTHORITY=nhsa PAIR_ADAPTER= PAIR_CORES=medical PAIR_FLOWS=medical.transfer
    pair_make "$demo/relations" ecdsa || return 1
    for side in guizhou guangdong; do
        echo '<?xml version="1.0" encoding="UTF-8"?><script xmlns="urn:qiantong:sim:1"/>' >"$PAIR/$side/script.xml"
        pair_start "$side" && core_start "$side" "" || return 1
    done
}
# One document of a case, from the sheets that the tests have, too.
brings_medical() { # SIDE TRACE NUMBER17 DOCUMENT [SED...]
    local side=$1 trace=$2 answer
    person "$trace" 田㛃 "$3" 0
    REPLY=$PAPERS/$trace-$4.xml
    sed -e "s/YB520000202603020001/$trace/" -e "s/529901198001151233/${PERSON_ID[$trace]}/" "${@:5}" "$MEDICAL_SHEETS/$4.xml" >"$REPLY"
    answer=$("$BIN/qiantong-sim" --config "$PAIR/$side/core.xml" send "$REPLY" 1 medical.transfer 2>&1)
    [ "$answer" = accepted ] || { CODE=${answer#refused } && return 1; }
}
both_are() { in_state guizhou "$1" "$2" && in_state guangdong "$1" "$2"; } # TRACE STATE
# Applied for, checked on both sides, accepted, the notice is there.
medical_noticed() { # TRACE NUMBER17 [SED...]
    must brings_medical guizhou "$1" "$2" application "${@:3}"
    wait_for in_state guangdong "$1" applied
    must brings_medical guangdong "$1" "$2" insured_state "${@:3}"
    wait_for in_state guizhou "$1" checked
    must brings_medical guizhou "$1" "$2" acceptance "${@:3}"
    wait_for in_state guizhou "$1" accepted
    must brings_medical guizhou "$1" "$2" letter "${@:3}"
    wait_for in_state guangdong "$1" noticed
}
medical_with_money() {
    local trace=YB520000202603020001 number=52990119800115121
    medical_noticed $trace $number
    must brings_medical guangdong $trace $number form-a
    wait_for in_state guizhou $trace sheet_held
    must brings_medical guangdong $trace $number fund_advice
    must brings_medical guizhou $trace $number completion
    must brings_medical guizhou $trace $number fund_receipt
    must brings_medical guizhou $trace $number fund_credited
    wait_for both_are $trace closed
    story $trace
    check "closed on both sides; the account of $(yuan "$(field guizhou $trace money_fen)") yuan moved to the fen" \
        "两侧办结；个人账户 $(yuan "$(field guizhou $trace money_fen)") 元，分文不差" medical_money_alike $trace
}
medical_money_alike() { # TRACE
    both_are "$1" closed && [ "$(field guizhou "$1" money_fen)" = "$(field guangdong "$1" form_fen)" ]
}
medical_without_money() {
    local trace=YB520000202603020002 number=52990119800115123 resident='s|<outInsurance>310|<outInsurance>390|'
    medical_noticed $trace $number -e "$resident"
    must brings_medical guangdong $trace $number form-c
    wait_for in_state guizhou $trace sheet_held
    must brings_medical guizhou $trace $number completion
    wait_for both_are $trace closed
    story $trace
    check "closed on both sides; the record alone" "两侧办结，仅转移缴费记录" both_are $trace closed
}
medical_relations() {
    title "30  The medical relation moves, with the personal account" "30  基本医疗保险关系转移，划转个人账户" \
        "Both sides check before it is accepted; record and money go apart." "两侧先行校验再受理；记录与资金分别办理。"
    medical_pair || return 1
    medical_with_money
    title "31  From residents' to employees' insurance: nothing to pay" "31  居民医保转职工医保，无资金划转" \
        "The years count, there is no account." "接续缴费年限，没有个人账户。"
    medical_without_money
    look guizhou cases
    wait_for no_letters
    ledger_checks
    pair_end
}

kinds_scene() {
    title "qiantong, third scene: every kind of transfer" "黔通演示，第三场：各类关系转移接续" \
        "One case of each kind, money moving and not moving." "每一类一笔，资金划转与不划转各有其例。"
    kinds_stage || return 1
    title "26  A resident moves with the household register" "26  城乡居民随户籍转移" \
        "The whole account moves, own part and the village's and government's." "个人账户全部储存额（个人、集体、政府各部分）一并转移。"
    kind_case GZ20260302000026 pension.resident 150 田㛃 52990019900315002 1000
    transferred GZ20260302000026
    title "27  A resident's letter is returned" "27  城乡居民退函" "The register has not moved yet: nothing moves." "户籍尚未迁移，不予转移。"
    kind_case GD20260302000027 pension.resident 150 龙喆 44990219680830509 800
    returned GD20260302000027 PEN-R12 户籍尚未迁移
    title "28  A temporary account is collected" "28  临时缴费账户归集" \
        "The other way round: the old place writes, the new one consents first." "方向相反：由缴费地发函，归集地先行同意。"
    kind_case GZ20260302000029 pension.temporary 110 韦㛃 52990019751111006 5600
    collected GZ20260302000029
    title "29  An employee, and money that names nobody" "29  企业职工，以及无主的到账" \
        "As in the first scene; here for the list below." "同第一场，供下表对照。"
    kind_case GZ20260302000028 pension.employee 110 石𠮷 52990019920404003 4400
    transferred GZ20260302000028
    money_without_a_case
    title "All kinds in one list" "各类业务一览"
    look guizhou cases
    check "every flow by its name, in English and in Chinese" "各类业务均有中英文名称" kinds_are_named
    ledger_checks
    pair_end
    medical_relations
}
kinds_are_named() { # no flow without a name of its own in either language, and as many names as flows
    local english chinese_names
    english=$(LANGUAGE= cli guizhou cases | awk 'NR > 1 { print $2 }' | sort -u | wc -l)
    chinese_names=$(LANGUAGE=zh_CN cli guizhou cases | awk 'NR > 1 { print $2 }' | sort -u | wc -l)
    [ "$english" = "$(wc -w <<<"$KINDS")" ] && [ "$chinese_names" = "$english" ]
}

# kinds.sh - the third scene: every kind of transfer, money moving and not. To be sourced by demo.sh.
#
# A pair of its own, so that one list shows one case of each flow. The cores bring their papers one by one.

KINDS="pension.employee pension.remittance pension.resident"

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
    title "28  An employee, and money that names nobody" "28  企业职工，以及无主的到账" \
        "As in the first scene; here for the list below." "同第一场，供下表对照。"
    kind_case GZ20260302000028 pension.employee 110 石𠮷 52990019920404003 4400
    transferred GZ20260302000028
    money_without_a_case
    title "All kinds in one list" "各类业务一览"
    look guizhou cases
    check "every flow by its name, in English and in Chinese" "各类业务均有中英文名称" kinds_are_named
    ledger_checks
}
kinds_are_named() { # no flow without a name of its own in either language, and as many names as flows
    local english chinese_names
    english=$(LANGUAGE= cli guizhou cases | awk 'NR > 1 { print $2 }' | sort -u | wc -l)
    chinese_names=$(LANGUAGE=zh_CN cli guizhou cases | awk 'NR > 1 { print $2 }' | sort -u | wc -l)
    [ "$english" = "$(wc -w <<<"$KINDS")" ] && [ "$chinese_names" = "$english" ]
}

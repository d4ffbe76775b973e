# kinds.sh - the third scene: every kind of transfer, money moving and not. To be sourced by demo.sh.
#
# A pair of its own, so that one list shows one case of each flow. The cores bring their papers one by one.

KINDS="pension.employee pension.remittance pension.resident pension.temporary pension.switch pension.institution \
    pension.annuity pension.military"

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

# A change of scheme waits until relations of employees that come here have come: its child.
gathered_first() { # TRACE CHILD
    must bring guizhou application "$2"
    must bring guizhou application "$1"
    check "the application waits: $(state_name guizhou "$1")" "申请等待：$(state_name guizhou "$1")" in_state guizhou "$1" consolidation
    check "claimed where he is registered, ten years nowhere: $(claimed "$1")" \
        "各地均不满十年，待遇领取地为户籍所在地贵州：$(claimed "$1")" is "$(claimed "$1")" PEN-PL-GATHER
    check "and no letter goes out before the relation is here: PEN-R09" "关系归集前不得发函：PEN-R09" \
        refused_with PEN-R09 bring guizhou letter "$1"
    local child parent
    child=$(kin "$1" children) parent=$(kin "$2" parents)
    check "the two name each other: child ${child:0:13}, its parent ${parent:0:13}" "互相指明：子业务 ${child:0:13}，母业务 ${parent:0:13}" \
        is "$child/$parent" "$(field guizhou "$2" case_id)/$(field guizhou "$1" case_id)"
    must bring guizhou letter "$2"
    wait_for in_state guangdong "$2" letter_held
    must bring guangdong acceptance "$2"
    must bring guangdong form "$2"
    wait_for in_state guizhou "$2" info_only
    must bring guangdong fund_advice "$2"
    must bring guizhou fund_receipt "$2"
    must bring guizhou completion "$2"
    wait_for rests "$2" guizhou closed closed
    told "$2" closed closed
}
claimed() { # TRACE: by which reason the place of claim is told
    cli guizhou case "$1" --json | sed -n '/"claim_place": {/,/^  }/s/^ *"code": "\(.*\)",$/\1/p'
}
kin() { # TRACE children|parents: their ids
    cli guizhou case "$1" --json | awk -v list="\"$2\":" '$1 == list && !/\]/ { inside = 1; next } inside && /\]/ { exit } inside { gsub(/[", ]/, ""); print }'
}
changed() { # TRACE CHILD
    gathered_first "$1" "$2"
    must bring guizhou letter "$1"
    wait_for in_state guangdong "$1" letter_held
    must bring guangdong acceptance "$1"
    must bring guangdong form "$1"
    wait_for in_state guizhou "$1" info_only
    must bring guangdong fund_advice "$1"
    must bring guizhou fund_receipt "$1"
    must bring guizhou completion "$1"
    wait_for rests "$1" guizhou closed closed
    told "$1" closed closed
}

# --- institutions, annuities, soldiers: the examples of both dialects, of one invented person --------------
SERVANT=44990019780923003X
HANDED=0
hands_in() { # SIDE DOCUMENT TRACE [SED...]
    local side=$1 document=$2 trace=$3 file=$PAPERS/$3-$2.xml
    shift 3
    HANDED=$((HANDED + 1))
    LC_ALL=C sed -E -e "s|<(prm_aaz341\|AAZ341)>[^<]*|<\1>$trace|; s|<(prm_jylsh\|MSGID)>[^<]*|<\1>S$HANDED-$trace|" \
        -e "s|<prm_aac002>[^<]*|<prm_aac002>$SERVANT|; s|<prm_aac004>.|<prm_aac004>1|; s|<prm_aac006>[0-9]*|<prm_aac006>19780923|" \
        -e "s|<AAC002>[^<]*|<AAC002>$SERVANT|" "$@" "adapters/$side-core/examples/$document.theirs.xml" >"$file"
    CODE=$(cli "$side" submit "$file" 2>&1) && return 0
    say "   $red$CODE$plain"
    failures=$((failures + 1))
}
taken_in() { # FLOW TRACE YUAN: Guizhou books the money, and completes
    hands_in guizhou "$1_fund_receipt" "$2" -e "s|<prm_yad003>[^<]*|<prm_yad003>$3|"
    hands_in guizhou "$1_completion" "$2"
}
served() { # FLOW TRACE YUAN [SED... of the form]
    hands_in guizhou "$1_application" "$2"
    hands_in guizhou "$1_letter" "$2"
    wait_for in_state guangdong "$2" letter_held
    hands_in guangdong "$1_form" "$2" "${@:4}"
    hands_in guangdong "$1_fund_advice" "$2" -e "s|<AAE019>[0-9]*|<AAE019>${3/./}|"
    wait_for in_state guizhou "$2" info_only
    taken_in "$1" "$2" "$3"
    wait_for rests "$2" guizhou closed closed
    told "$2" closed closed
}
soldier() { # TRACE: one year of service, 12 x 6000.00; there is nobody to send anything to
    local year='<row><aab299>910000</aab299><aae001>2025</aae001><aae041>202501</aae041><aae042>202512</aae042><aae202>12</aae202>'
    year+='<aae180>6000.00</aae180><aaa042>0.1200</aaa042><aaa043>0.0000</aaa043><aaa041>0.0800</aaa041><aae381>5760.00</aae381>'
    year+='<aae264>5760.00</aae264><aae269>0.00</aae269><aae265>0.00</aae265><aae382>5760.00</aae382><aae273>5760.00</aae273></row>'
    hands_in guizhou military_form "$1" -e 's|<prm_aab299>[0-9]*|<prm_aab299>520100|' -e "s|<dataset>.*</dataset>|<dataset>$year</dataset>|" \
        -e 's|<prm_aac007>[0-9]*|<prm_aac007>20250101|; s|<prm_aac049>[0-9]*|<prm_aac049>202501|; s|<prm_aac032>[0-9]*|<prm_aac032>202501|' \
        -e 's|<prm_aae030>[0-9]*|<prm_aae030>202501|; s|<prm_aae031>[0-9]*|<prm_aae031>202512|; s|<prm_aae201>[0-9]*|<prm_aae201>12|' \
        -e 's|<prm_aic089>[^<]*|<prm_aic089>5760.00|; s|<prm_aic082>[^<]*|<prm_aic082>0.00|; s|<prm_aic083>[^<]*|<prm_aic083>5760.00|' \
        -e 's|<prm_aic084>[^<]*|<prm_aic084>8640.00|; s|<prm_aic102>[^<]*|<prm_aic102>14400.00|'
    taken_in military "$1" 14400.00
    check "closed in Guizhou; the other province knows nothing of it" "贵州办结；对方省份与此无关" alone "$1"
}
alone() { in_state guizhou "$1" closed && ! has_case guangdong "$1"; }

# --- records of work injury: a decision that holds on both sides, and the yearly question ---------------------
INJURY_PAPERS=tests/data/injury
injury_pair() {
    PAIR_AUTHORITY=hrss PAIR_ADAPTER=injury-core PAIR_CORES= PAIR_FLOWS=injury.record
    pair_make "$demo/records" ecdsa || return 1
    for side in guizhou guangdong; do
        sed -i 's|/adapters</adapters>|/tests/data</adapters>|' "$PAIR/$side/gateway.xml"
        sed -i 's|/adapters/injury-core<|/tests/data/injury-core<|' "$PAIR/$side/core.xml"
        echo '<?xml version="1.0" encoding="UTF-8"?><script xmlns="urn:qiantong:sim:1"/>' >"$PAIR/$side/script.xml"
        pair_start "$side" && core_start "$side" "" || return 1
    done
}
brings_record() { # SIDE DOCUMENT
    local answer
    answer=$("$BIN/qiantong-sim" --config "$PAIR/$1/core.xml" send "$INJURY_PAPERS/$2.xml" 1 injury.record 2>&1)
    [ "$answer" = accepted ] || { CODE=${answer#refused } && return 1; }
}
injury_records() {
    local recognition=INJ/GD20260302000001 check=INJ/GD20260302000006
    title "33  A work injury is recognised" "33  工伤认定" \
        "Guangdong decides; Guizhou holds the decision until it is withdrawn." "广东作出认定，贵州留存，直至撤销。"
    injury_pair || return 1
    must brings_record guangdong recognition
    wait_for both_are $recognition held
    check "in force on both sides, the same number: $(recognised guizhou $recognition)" "两侧生效，认定编号相同：$(recognised guizhou $recognition)" \
        is "$(recognised guizhou $recognition)" "$(recognised guangdong $recognition)"
    title "34  The yearly check of who draws a benefit" "34  待遇资格年度认证" \
        "Guangdong pays, the person lives in Guizhou: is he alive, and still entitled?" "广东发放待遇，本人在贵州居住：核实生存与领取资格。"
    must brings_record guangdong eligibility_check
    wait_for in_state guizhou $check requested
    must brings_record guizhou eligibility_result
    wait_for both_are $check answered
    check "answered within the limit, $(clock_state guangdong $check reply)" "时限内答复（$(clock_state guangdong $check reply)）" \
        is "$(clock_state guangdong $check reply)" met
    look guangdong cases
    ledger_checks
    pair_end
}
recognised() { cli "$1" case "$2" --json | sed -n 's/^  "recognition": "\(.*\)",*/\1/p'; } # SIDE TRACE

# --- the medical relation, between the nhsa. authorities -----------------------------------------------
MEDICAL_SHEETS=tests/data/medical
medical_pair() {
    PAIR_AUTHORITY=nhsa PAIR_ADAPTER= PAIR_CORES=medical PAIR_FLOWS="medical.transfer transfer.enquiry"
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
# By the identity number alone; the gateway over there answers from its ledger.
asked_after() { # TRACE of the person's case
    local number=YBCX20260302GZ0001
    REPLY=$PAPERS/$number.xml
    sed "s/529901198001151233/${PERSON_ID[$1]}/" tests/data/enquiry/status_query.xml >"$REPLY"
    must "$BIN/qiantong-sim" --config "$PAIR/guizhou/core.xml" send "$REPLY" 1 transfer.enquiry >/dev/null
    wait_for in_state guizhou ENQ/$number answered
    look guizhou case ENQ/$number
    check "Guangdong's gateway answers by itself: one case, closed" "广东网关自动答复：一笔，已办结" \
        tells_of_one guangdong ENQ/$number closed
}
tells_of_one() { # SIDE TRACE STATE
    local answer
    answer=$(cli "$1" message "$(sent_message "$1" "$2" status_answer)" --raw 2>/dev/null)
    [[ $answer == *"<count>1</count>"*"<state>$3</state>"* ]]
}
medical_relations() {
    title "35  The medical relation moves, with the personal account" "35  基本医疗保险关系转移，划转个人账户" \
        "Both sides check before it is accepted; record and money go apart." "两侧先行校验再受理；记录与资金分别办理。"
    medical_pair || return 1
    medical_with_money
    title "36  From residents' to employees' insurance: nothing to pay" "36  居民医保转职工医保，无资金划转" \
        "The years count, there is no account." "接续缴费年限，没有个人账户。"
    medical_without_money
    title "How do that person's cases stand over there?" "该参保人在对方的业务办到哪一步？" \
        "Asked by the identity number; told is what the asker takes part in." "凭证件号码查询，只答复查询方参与的业务。"
    asked_after YB520000202603020002
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
    title "30  A public institution, and the annuity beside it" "30  机关事业单位，职业年金随同" \
        "Two cases of one person: the relation, and the annuity's own track." "同一人两笔：养老关系与职业年金各走其道。"
    served institution GZ20260302000030 358754.07 -e '/<CZ/d'
    served annuity GZ20260302000031 52800.00
    title "31  A soldier leaves the service" "31  军人退役" \
        "The finance office pays and gives a form: there is no gateway over there." "部队财务部门缴款并开具信息表，对端没有网关。"
    soldier GZ20260302000032
    title "32  From the residents' scheme to the employees'" "32  城乡居民转入企业职工（制度衔接）" \
        "He is 60: his relation in Guangdong is gathered first, then the account joins." \
        "已满 60 周岁：先归集广东的职工关系，再将居民个人账户转入。"
    kind_case GZ20260302000033 pension.switch 110 吴𠮷 52990019620601001 1000
    kind_case GZ20260302000034 pension.employee 110 吴𠮷 52990019620601001 4400
    changed GZ20260302000033 GZ20260302000034
    title "All kinds in one list" "各类业务一览"
    look guizhou cases
    check "every flow and every kind by its name, in English and in Chinese" "各类业务、类别均有中英文名称" kinds_are_named
    ledger_checks
    pair_end
    injury_records || return 1
    medical_relations
}
kinds_are_named() { # as many names of flows as flows in either language, and every case says of which kind it is
    local english chinese_names
    english=$(LANGUAGE= cli guizhou cases | awk 'NR > 1 { print $2 }' | sort -u | wc -l)
    chinese_names=$(LANGUAGE=zh_CN cli guizhou cases | awk 'NR > 1 { print $2 }' | sort -u | wc -l)
    [ "$english" = "$(wc -w <<<"$KINDS")" ] && [ "$chinese_names" = "$english" ] &&
        [ "$(cli guizhou cases --json | grep -cE '"kind(_english|_chinese)?": null')" = 0 ]
}

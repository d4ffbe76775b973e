# scenes.sh - the paths of a transfer beyond the plain one, each a function. To be sourced by demo.sh.
#
# Here the cores bring their papers one by one; what the gateways do with them is theirs.

CODE=
# The core of a side brings one paper and takes the gateway's answer. CODE: of a refusal.
bring() { # SIDE KIND TRACE [NAME=VALUE...] [revision=N] [flow=NAME]
    local side=$1 kind=$2 trace=$3 revision=1 flow=${FLOW_OF[$3]:-} rest=() word answer status
    shift 3
    for word in "$@"; do
        case $word in
        revision=*) revision=${word#*=} ;;
        flow=*) flow=${word#*=} ;;
        *) rest+=("$word") ;;
        esac
    done
    paper "$kind" "$trace" "date=$(today)" "${rest[@]}"
    answer=$("$BIN/qiantong-sim" --config "$PAIR/$side/core.xml" send "$REPLY" "$revision" $flow 2>&1)
    status=$?
    CODE=${answer#refused }
    [ $status != 2 ] || say "   $answer"
    return $status
}
today() { date -u -d "@$((($(date +%s%3N) + $(cat "$PAIR/clock")) / 1000 + 8 * 3600))" +%F; }
must() { # a paper that has to be taken, or the scene makes no sense
    "$@" || { say "   ${red}${*:2:3}: ${CODE}${plain}"; failures=$((failures + 1)); }
}
refused_with() { # CODE bring...
    local code=$1
    shift
    ! "$@" && [ "$CODE" = "$code" ]
}
wait_for() { pair_wait 20 "$@"; } # CONDITION...

# Both ends of a case up to a state: the letter is there, form and money are there.
letter_arrives() { # TRACE
    local in out
    in=$(in_side "$1") out=$(other_side "$(in_side "$1")")
    must bring "$in" application "$1"
    must bring "$in" letter "$1"
    wait_for in_state "$out" "$1" letter_held
}
form_arrives() { # TRACE [NAME=VALUE...] of the form
    local in out
    in=$(in_side "$1") out=$(other_side "$(in_side "$1")")
    letter_arrives "$1"
    must bring "$out" acceptance "$1"
    must bring "$out" form "$@"
    wait_for in_state "$in" "$1" info_only
}
clock_state() { # SIDE TRACE KIND
    cli "$1" case "$2" --json | awk -v kind="\"$3\"," '$1 == "\"kind\":" { mine = $2 == kind }
        mine && $1 == "\"state\":" { gsub(/[",]/, "", $2); print $2; exit }'
}
is() { [ "$1" = "$2" ]; }

# --- what cannot move, and a change of mind ---------------------------------------------------------
partial_transfer() {
    local trace=GZ20260302000007
    person $trace 李喆 52990119800101001 4800
    letter_arrives $trace
    must bring guangdong acceptance $trace excluded=1
    must bring guangdong notice $trace
    must bring guangdong form $trace excluded=1
    must bring guangdong fund_advice $trace
    wait_for in_state guizhou $trace info_only
    must bring guizhou fund_receipt $trace
    must bring guizhou completion $trace
    wait_for rests $trace guizhou closed closed
    told $trace closed closed
    check "the person was told in time: clock d2p $(clock_state guangdong $trace d2p)" \
        "已按时书面告知本人：d2p 时限状态 $(clock_state guangdong $trace d2p)" is "$(clock_state guangdong $trace d2p)" met
}
withdrawn() {
    local trace=GD20260302000008
    person $trace 王㛃 44990219900315002 5200
    letter_arrives $trace
    must bring guizhou acceptance $trace
    must bring guangdong withdrawal $trace
    wait_for in_state guizhou $trace withdrawing
    must bring guizhou withdrawal_answer $trace agreed=true
    wait_for rests $trace guangdong cancelled cancelled
    told $trace cancelled cancelled
}
withdrawn_too_late() {
    local trace=GZ20260302000009
    person $trace 赵𠮷 52990119910707003 5000
    form_arrives $trace
    must bring guangdong fund_advice $trace
    must bring guizhou withdrawal $trace
    wait_for in_state guizhou $trace info_only
    check "Guangdong's gateway answers by itself: $(field guizhou $trace code)" \
        "广东网关自行答复：$(field guizhou $trace code)" is "$(field guizhou $trace code)" PEN-W01
    must bring guizhou fund_receipt $trace
    check "and once the money is booked, Guizhou's own gateway says so: PEN-W01" \
        "资金登记后，贵州网关即以 PEN-W01 拒收撤销" refused_with PEN-W01 bring guizhou withdrawal $trace
    must bring guizhou completion $trace
    wait_for rests $trace guizhou closed closed
    told $trace closed closed
}

# --- money -----------------------------------------------------------------------------------------
topped_up() {
    local trace=GD20260302000010 total
    person $trace 孙喆 44990219870821005 4500
    total=$(case_fen $trace)
    form_arrives $trace
    must bring guangdong fund_receipt $trace amount="$(fen $((total - 50000)))"
    wait_for rests $trace guangdong dispute dispute
    check "500.00 yuan are missing: $(field guangdong $trace code), in dispute on both sides" \
        "少到 500.00 元：$(field guangdong $trace code)，两侧均为存疑" is "$(field guangdong $trace code)" PEN-R22
    must bring guizhou fund_advice $trace amount=500.00
    must bring guangdong fund_receipt $trace amount=500.00
    must bring guangdong completion $trace
    wait_for rests $trace guangdong closed closed
    told $trace closed closed
}
part_returned() {
    local trace=GZ20260302000011 total
    person $trace 周㛃 52990119931212004 4600
    total=$(case_fen $trace)
    form_arrives $trace
    must bring guizhou fund_receipt $trace amount="$(fen $((total + 8800)))"
    wait_for rests $trace guizhou dispute dispute
    must bring guizhou fund_return $trace amount=88.00
    must bring guizhou completion $trace
    wait_for rests $trace guizhou closed closed
    told $trace closed closed
}
overlap_cleared() {
    local trace=GD20260302000012
    person $trace 吴𠮷 44990219790405006 5100
    form_arrives $trace
    must bring guizhou fund_advice $trace
    must bring guangdong fund_receipt $trace
    must bring guangdong completion $trace overlap=2
    wait_for in_state guizhou $trace closed
    t "   Guangdong meanwhile: $(state_name guangdong $trace)" "   广东此时：$(state_name guangdong $trace)"
    must bring guangdong clearing_done $trace overlap=2
    wait_for rests $trace guangdong closed closed
    told $trace closed closed
}
reversed() {
    local trace=GZ20260302000013 undone=GZ20260302000013R
    person $trace 郑喆 52990119850930007 4900
    person $undone 郑喆 52990119850930007 4900
    form_arrives $trace
    must bring guangdong fund_advice $trace
    must bring guizhou fund_receipt $trace
    must bring guizhou completion $trace
    wait_for rests $trace guizhou closed closed
    must bring guizhou reversal $undone corrects=$trace amount="$(fen "$(case_fen $trace)")"
    wait_for in_state guangdong $undone reversal
    wait_for bring guizhou fund_return $undone amount="$(fen "$(case_fen $trace)")" text=转错人员
    must bring guangdong fund_receipt $undone amount="$(fen "$(case_fen $trace)")"
    must bring guangdong completion $undone
    wait_for rests $undone guizhou cancelled cancelled
    told $undone cancelled cancelled
    check "the first case stays as it ended, and names the one that corrects it" \
        "原业务保持办结，并指明更正它的业务" corrected guizhou $trace $undone
}
corrected() { # SIDE TRACE BY
    [ "$(field "$1" "$2" state)" = closed ] && [ "$(field "$1" "$2" other)" = "$(field "$1" "$3" case_id)" ]
}
one_line_two_cases() {
    local first=GZ20260302000014 second=GZ20260302000015 line=GZ-BANK-0001 sum
    person $first 冯㛃 52990119880222008 4700
    person $second 陈𠮷 52990119920606009 5300
    form_arrives $first
    form_arrives $second
    sum=$(($(case_fen $first) + $(case_fen $second)))
    must bring guizhou remittance $line amount="$(fen $sum)" \
        items="$first:$(fen "$(case_fen $first)") $second:$(fen "$(case_fen $second)")"
    check "one bank line of $(yuan $sum) yuan pays for both: $(state_name guizhou $first), $(state_name guizhou $second)" \
        "一笔到账 $(yuan $sum) 元，对应两笔业务：$(state_name guizhou $first)、$(state_name guizhou $second)" \
        both_in both $first $second
    must bring guangdong fund_advice $first
    must bring guangdong fund_advice $second
    must bring guizhou completion $first
    must bring guizhou completion $second
    wait_for rests $first guizhou closed closed
    wait_for rests $second guizhou closed closed
    told $first closed closed
    told $second closed closed
}
both_in() { # STATE TRACE TRACE
    in_state guizhou "$2" "$1" && in_state guizhou "$3" "$1"
}
money_without_a_case() {
    local line=GZ-BANK-0002
    must bring guizhou remittance $line amount=6600.00 remark=养老转移款
    check "6,600.00 yuan wait in suspense; they may not go back unasked: PEN-R24" \
        "6,600.00 元暂收；未经查询不得退回：PEN-R24" \
        refused_with PEN-R24 bring guizhou fund_return $line amount=6600.00 flow=pension.remittance
    must bring guizhou fund_query $line amount=6600.00
    wait_for in_state guangdong $line queried
    must bring guangdong fund_answer $line finding=return
    wait_for in_state guizhou $line answered
    must bring guizhou fund_return $line amount=6600.00 flow=pension.remittance
    wait_for rests $line guizhou returned returned
    told $line returned returned
}

# --- time, and what goes wrong ----------------------------------------------------------------------
partner_down() {
    local trace=GZ20260302000016 waiting
    person $trace 褚喆 52990119860813011 4400
    pair_stop guangdong
    must bring guizhou application $trace
    must bring guizhou letter $trace
    pair_wait 10 tried_at_least $trace 2
    clock_forward "$PAIR/clock" $((3600 * 1000))
    waiting=$(cli guizhou status | head -3 | tail -1)
    t "   An hour later Guizhou has tried $(tries $trace) times; nothing is lost, nobody else waits." \
        "   一小时后贵州已试发 $(tries $trace) 次；无一丢失，不影响他省。"
    pair_start guangdong || exit 1
    wait_for in_state guangdong $trace letter_held
    must bring guangdong letter_return $trace code=PEN-R13 text=关系已转出
    wait_for in_state guizhou $trace letter_returned
    must bring guizhou refusal $trace code=PEN-R13 text=原参保地关系已转出
    wait_for rests $trace guizhou refused refused
    told $trace refused refused
}
tried_at_least() { # TRACE COUNT
    local found
    found=$(tries "$1")
    [ "${found:-0}" -ge "$2" ]
}
deadline_passed() {
    local trace=GD20260302000017
    person $trace 卫㛃 44990219941103013 5600
    letter_arrives $trace
    must bring guizhou acceptance $trace
    clock_forward "$PAIR/clock" $((26 * 24 * 3600 * 1000))
    wait_for overdue guangdong $trace
    wait_for overdue guizhou $trace
    wait_for reminded guizhou $trace
    check "15 working days are over: overdue on both sides, a signed reminder is there" \
        "15 个工作日已过：两侧均标记超期，广东签名的催办已送达" reminded guizhou $trace
    must bring guangdong status_query $trace
    wait_for answered guangdong $trace
    check "asked how the case stands, Guizhou's gateway answers from its ledger" "查询状态，贵州网关据台账答复" answered guangdong $trace
    must bring guizhou form $trace
    must bring guizhou fund_advice $trace
    wait_for in_state guangdong $trace info_only
    must bring guangdong fund_receipt $trace
    must bring guangdong completion $trace
    wait_for rests $trace guangdong closed closed
    told $trace closed closed
}
overdue() { [ "$(field "$1" "$2" overdue)" = true ]; }  # SIDE TRACE
has_received() { rows_of "$1" "$2" sequence | grep '|kind=received|' | grep -q "|action=$3|"; }
reminded() { has_received "$1" "$2" reminder; }
answered() { has_received "$1" "$2" status_answer; }

dead_letter() {
    local trace=GZ20260302000018 letter file="$demo/guangdong/parties/hrss.520000.xml"
    person $trace 蒋𠮷 52990119890118015 4300
    cp "$file" "$file.good"
    sed -i '/<flow><name>pension.employee/s|<flow><name>pension.employee</name></flow>||' "$file"
    cli guangdong reload >/dev/null
    must bring guizhou application $trace
    must bring guizhou letter $trace
    wait_for dead guizhou
    letter=$(cli guizhou letters --dead --json | awk -F'[:,]' '/"letter":/ { gsub(/[ "]/, "", $2); print $2; exit }')
    check "turned away unsigned: the letter is dead, and the case waits for a person" \
        "对方未签名拒绝：信件停发，业务待人工处理" dead guizhou
    mv "$file.good" "$file"
    cli guangdong reload >/dev/null
    check "Guangdong mends its file and reloads; \"qiantong retry\" sends the bytes again" \
        "广东更正登记并重新载入；“qiantong retry”以同一原文重发" cli_ok guizhou retry "$letter" --reason demo
    wait_for in_state guangdong $trace letter_held
    must bring guangdong letter_return $trace code=PEN-R12 text=存在欠费
    wait_for in_state guizhou $trace letter_returned
    must bring guizhou refusal $trace code=PEN-R12 text=请先补缴欠费
    wait_for rests $trace guizhou refused refused
    told $trace refused refused
}
dead() { [ "$(cli "$1" letters --dead --json | grep -c '"letter"')" -gt 0 ]; } # SIDE

no_money_on_the_route() {
    local trace=GD20260302000019
    person $trace 沈喆 44990219830509017 5400
    letter_arrives $trace
    must bring guizhou acceptance $trace
    must bring guizhou form $trace
    wait_for rests $trace guangdong both both
    check "the record alone is the whole: money documents are refused, PEN-S01" \
        "仅转移记录即为齐备：资金单据以 PEN-S01 拒收" refused_with PEN-S01 bring guizhou fund_advice $trace
    must bring guangdong completion $trace
    wait_for rests $trace guangdong closed closed
    told $trace closed closed
}

#!/bin/bash
# demo.sh [--quiet] - two provinces exchange on this machine, for real: first pension records, then the
# settlement of treatment in another province (settlement.sh).
#
# Two gateways (Guizhou hrss.520000, Guangdong hrss.440000; later a pair of nhsa.), each with a
# simulated core system in its own dialect, mutual TLS, signed XML, two ledgers. The day begins
# 2026-03-02 09:00 +08:00.
# Every fact about a case is read back from the ledgers. Everything stays under build/demo/.
# --quiet prints only the checks, for the test run. Chinese under a Chinese locale.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh

quiet=
[ "${1:-}" = --quiet ] && quiet=1
demo=build/demo
[ -n "$quiet" ] && demo=build/demo-test
failures=0
began=$SECONDS

. tests/demo/show.sh
. tests/demo/papers.sh
. tests/demo/scenes.sh
. tests/demo/settlement.sh
. tests/demo/kinds.sh

# --- the stage --------------------------------------------------------------------------------------
finish() {
    pair_end
    [ -z "${proxy:-}" ] || end_process "$proxy" TERM
    proxy=
}
trap finish EXIT
trap 'exit 130' INT TERM

# From April on no money moves from Guizhou to Guangdong, as if the two had agreed so.
demo_rules() {
    sed '/<.rules>/d' conf/rules.xml
    cat <<XML
  <rule>
    <id>PEN-MONEY-520000-440000</id>
    <from>2026-04-01</from>
    <value>0</value>
    <unit>switch</unit>
    <meaning><english>for the demo</english><chinese>演示用</chinese></meaning>
    <source>demo</source>
    <confirmed>no</confirmed>
  </rule>
</rules>
XML
}
set_stage() {
    rm -rf "$demo"
    mkdir -p "$demo"
    PAIR_PROXY_PORT[guizhou]=$(free_port)
    PAPERS=$demo/papers
    pair_make "$demo" ecdsa || exit 1
    demo_rules >"$demo/rules.xml"
    sed -i "s|<rules>.*</rules>|<rules>../rules.xml</rules>|" "$demo"/guizhou/gateway.xml "$demo"/guangdong/gateway.xml
    echo pass >"$demo/line"
    "$BIN/tests/proxy" "${PAIR_PROXY_PORT[guizhou]}" "${PORT[guangdong]}" "$demo/line" >"$demo/line.log" 2>&1 &
    proxy=$!
    disown
    for side in guizhou guangdong; do
        mkdir -p "$demo/$side/cases"
        cp -r tests/demo/cases/. "$demo/$side/cases"
        cp "tests/demo/cases/$side.script.xml" "$demo/$side/cases/script.xml"
        sed -i "s|<script>script.xml</script>|<script>cases/script.xml</script>|" "$demo/$side/core.xml"
        # Time to kill a gateway within the last case: its form is half a second late.
        sed -i "/GZ20260302000006/,/<.case>/s|<when>accepted:acceptance</when>|&<delayMs>500</delayMs>|" \
            "$demo/$side/cases/script.xml"
        pair_start "$side" || exit 1
        core_start "$side" "" || exit 1
        say "   $(name_of "$side")$(word ": " ：)$(cli "$side" status | head -1)"
    done
}

# Both provinces and their cores read this clock; so do certificates and time limits.
next_morning() { clock_forward "$PAIR/clock" $((24 * 3600 * 1000)); }

reasons() { # TRACE SIDE SIDE
    local code
    code=$(field "$2" "$1" code)
    [ -n "$code" ] || return 0
    t "   reason code: $code in $(name_of "$2"), $(field "$3" "$1" code) in $(name_of "$3")" \
        "   原因代码：$(name_of "$2") $code，$(name_of "$3") $(field "$3" "$1" code)"
}
told() { # TRACE IN-STATE OUT-STATE: both ledgers' steps, then whether they ended as they should
    local side far
    side=$(in_side "$1") far=$(other_side "$(in_side "$1")")
    story "$1"
    reasons "$1" "$side" "$far"
    check "$1: $(name_of "$side") $(state_name "$side" "$1"), $(name_of "$far") $(state_name "$far" "$1")" \
        "$1：$(name_of "$side")$(state_name "$side" "$1")，$(name_of "$far")$(state_name "$far" "$1")" \
        rests "$1" "$side" "$2" "$3"
}
play() { # TRACE IN-STATE OUT-STATE
    core_begin "$(in_side "$1")" "$1"
    pair_wait 40 rests "$1" "$(in_side "$1")" "$2" "$3"
    told "$@"
}

form_returned() {
    local trace=GD20260302000004 revisions
    play $trace closed closed
    revisions="$(field guangdong $trace revision) $(field guizhou $trace revision)"
    check "the form that counts is revision ${revisions% *} in Guangdong and ${revisions#* } in Guizhou" \
        "两侧受理的信息表版次：广东第 ${revisions% *} 版，贵州第 ${revisions#* } 版" test "$revisions" = "2 2"
}
receipt_lost() {
    local trace=GZ20260302000005 letter sent received digest
    echo "lose-answer 1" >"$demo/line"
    play $trace closed closed
    echo pass >"$demo/line"
    letter=$(sent_message guizhou $trace letter)
    sent=$(tries $trace) received=$(received_times guangdong "$letter")
    digest=$(raw_digest guizhou "$letter")
    check "the letter was sent $sent times and took effect $received time" "联系函发送 $sent 次，生效 $received 次" \
        test "$sent" -ge 2 -a "$received" = 1
    check "both keep the same bytes, sha256 ${digest:0:12}.." "两侧保存的原文一致，sha256 ${digest:0:12}.." \
        test "$digest" = "$(raw_digest guangdong "$letter")"
}
gateway_killed() {
    local trace=GZ20260302000006 left
    core_begin guizhou $trace
    pair_wait 5 in_state guangdong $trace accepted
    pair_kill guangdong
    left=$(cli guangdong ledger verify 2>/dev/null | head -1)
    t "   Killed (SIGKILL) in state $(state_name guangdong $trace); its ledger then: $left" \
        "   被强行终止（SIGKILL）时状态为“$(state_name guangdong $trace)”；当时台账：$left"
    sleep 0.3
    pair_start guangdong || exit 1
    pair_wait 40 rests $trace guizhou closed closed
    told $trace closed closed
}

# --- the play ---------------------------------------------------------------------------------------
title "qiantong: two provinces exchange pension records on this machine, for real" \
    "黔通演示：两省之间真实办理养老保险关系转移接续" \
    "Two gateways, two core systems with dialects of their own, mutual TLS, signed" \
    "两个网关、两套接口格式各异的核心系统、两本台账，双向 TLS，报文逐份签名。"
t "   XML, two ledgers; every line about a case is read back from the two ledgers." \
    "   以下关于业务的每一行均读自两本台账。"
set_stage

title "1  A worker comes home to Guizhou: first the form, then the money" "1  返乡就业：先到信息表，后到资金" \
    "Guizhou sends the letter, Guangdong the form and the money; years are linked." \
    "贵州发联系函，广东受理后发信息表并划转基金，贵州登记到账、办理接续。"
play GZ20260302000001 closed closed
next_morning
title "2  The other way: to Guangdong, and the money is there before the form" "2  反方向：转往广东，资金先到，信息表后到" \
    "Guangdong books money before any form explains it; form and sum then agree." \
    "广东先登记到账，信息表随后到达，两者金额相符，办结。"
play GD20260302000002 closed closed
next_morning
title "3  The letter is returned" "3  退函" \
    "The worker still pays in Guangdong: it returns the letter, Guizhou refuses." \
    "参保人在广东尚未停保，广东退函，贵州不予受理。"
play GZ20260302000003 refused refused
next_morning
title "4  The form does not add up" "4  信息表合计不符" \
    "Guangdong's gateway returns it at once; Guizhou corrects it, then pays." \
    "广东网关自动退表，贵州更正后重发信息表，再划转基金。"
form_returned
next_morning
title "5  A receipt is lost on the line" "5  回执在途中丢失" \
    "Guizhou cannot know that the letter arrived; it sends the same bytes again." \
    "贵州无从得知联系函已送达（存疑），以同一原文重发，对方只生效一次。"
receipt_lost
next_morning
title "6  Guangdong's gateway is killed in the middle, and started again" "6  广东网关中途被强行终止，再启动" \
    "Nothing that was acknowledged is lost, nothing is done twice." \
    "已签回执的不丢失，已办的不重办。"
gateway_killed
next_morning
title "7  Part of it cannot move (94号)" "7  部分不能转移（94号文）" \
    "48 months paid at once, no papers, stay; the person is told, the rest moves." \
    "48 个月一次性缴费无承诺书，不予转移；书面告知本人，其余照转。"
partial_transfer
next_morning
title "8  The person changes his mind in time" "8  本人及时撤销" \
    "Guizhou confirms that nothing was paid; the case is cancelled on both sides." \
    "贵州答复尚未划转，两侧均撤销。"
withdrawn
next_morning
title "9  ... and too late" "9  撤销太迟" \
    "The money is on its way: the withdrawal is answered no, the transfer goes on." \
    "基金已划转，答复不能撤销，业务继续办理。"
withdrawn_too_late
next_morning
title "10  Too little money came" "10  到账不足" \
    "The form is returned and the case in dispute until the rest has come." \
    "退表存疑，补足后办结。"
topped_up
next_morning
title "11  Too much money came" "11  到账过多" \
    "The surplus goes back to where it came from, then the case is linked." \
    "多划部分退回后办理接续。"
part_returned
next_morning
title "12  Months paid in both places" "12  重复缴费" \
    "Transfer first, clear afterwards: the case stays open at the new place." \
    "先转后清：转入地清退完成后办结。"
overlap_cleared
next_morning
title "13  It was the wrong person" "13  转错了人" \
    "A closed case is not edited: a new one corrects it, and the money goes back." \
    "已办结的业务不得修改：另立冲回业务更正，资金退回。"
reversed
next_morning
title "14  One bank line for two persons" "14  一笔到账，两人的资金" \
    "The bank names no case; the core does, and both are booked in one entry." \
    "银行不写业务编号，由核心系统认领，同一流水内登记两笔。"
one_line_two_cases
next_morning
title "15  Money that belongs to nobody" "15  无主的到账" \
    "It waits in suspense; Guangdong is asked, says: a mistake, and gets it back." \
    "暂收后向广东查询；答复误划，退回。"
money_without_a_case
next_morning
title "16  Guangdong is down for an hour" "16  广东停机一小时" \
    "Guizhou's letter waits and is tried again; it arrives, and is returned." \
    "贵州的联系函等待并重发；恢复后送达，广东退函。"
partner_down
next_morning
title "17  A deadline passes" "17  超过法定时限" \
    "Guizhou is silent for 26 days: both flag it, Guangdong reminds and asks." \
    "贵州 26 天未办：两侧标记超期，广东催办并查询。"
deadline_passed
title "18  A dead letter, mended by hand" "18  信件停发，人工处理" \
    "Guangdong's list of parties is wrong; it is mended while the gateway runs." \
    "广东的交换方登记有误，不停机更正。"
dead_letter
title "19  No money on this route" "19  该方向不划转基金" \
    "From April a rule says so: the form alone is enough." \
    "自四月起规则规定仅转移记录，信息表到即齐备。"
no_money_on_the_route

closing_table
ledger_checks
finish

settlement_scene || exit 1
kinds_scene || exit 1
finish
trap - EXIT
if [ "$failures" != 0 ]; then
    say "$red$(word "$failures checks failed; logs: $demo/*/gateway.log" "$failures 项检查未通过，日志：$demo/*/gateway.log")$plain"
    exit 1
fi
where_next

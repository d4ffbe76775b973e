# settlement.sh - the second scene: persons insured in Guizhou are treated in Guangdong, and pay at the
# counter only what is their own. To be sourced by demo.sh.
#
# The hospital's core drives each stay up to where its script waits; meanwhile every question is shown as
# soon as both ledgers have its answer. Nothing is told that the ledgers, or the hospital's log, do not say.

GUANGZHOU=H44010000123
INPATIENT=ZY0001 VISIT=MZ0002 LOST=ZY0003 CANCELLED=ZY0004 UNFILED=ZY0005 INJURED=GS0001
RECOGNITION=黔人社工认〔2026〕7号

trace_of() { echo "$GUANGZHOU/$1-1"; } # NAME
# A stay is known by the name of its person: both are given here, and in the filings.
hospital() { # NAME [insurance=, visit=, recognition=...] [OPTION...] -- STEP...
    local name=$1 kinds=()
    shift
    while [[ $1 =~ ^(insurance|visit|recognition)= ]]; do kinds+=("$1"); shift; done
    stays "$name" institution=$GUANGZHOU institutionName=广州测试医院 level=3 "${kinds[@]}" \
        personName="${PERSON_NAME[$name]}" identityNumber="${PERSON_ID[$name]}" "$@"
}
settlement_persons() {
    person $INPATIENT 张喆 52990019880412001 0
    person $VISIT 田㛃 52990019910305002 0
    person $LOST 𠮷明远 52990019790920003 0
    person $CANCELLED 陆喆 52990019950108004 0
    person $UNFILED 罗㛃 52990019830615005 0
    person $INJURED 𠮷喆 52990019900722006 0
}

settlement_pair() { # NAME AUTHORITY
    PAIR_AUTHORITY=$2
    PAIR_PROXY_PORT=()
    PAIR_FLOWS="settlement.stay settlement.filing injury.record"
    stays_pair "$demo/$1"
    INSURED='<insured><deductibleFen>80000</deductibleFen>'
}
medical_stage() {
    settlement_pair medical nhsa || return 1
    hospital $INPATIENT batches=2 linesPerBatch=20 -- identify register wait lines wait lines wait discharge presettle settle confirm
    hospital $VISIT visit=outpatient linesPerBatch=8 -- identify register lines presettle settle confirm
    hospital $LOST linesPerBatch=12 pauseMs=600 -- identify register lines discharge settle confirm
    fault lose settle $LOST times=3
    hospital $CANCELLED linesPerBatch=9 -- identify register lines discharge settle confirm wait cancel
    hospital $UNFILED -- identify register
    stays_open
}
injury_stage() {
    settlement_pair injury hrss || return 1
    hospital $INJURED insurance=injury recognition=$RECOGNITION batches=2 linesPerBatch=15 -- \
        identify register wait lines wait discharge presettle settle confirm
    stays_open
}

# --- filings ------------------------------------------------------------------------------------------
# A person of this scene: NAME NUMBER17, the check digit is added; as papers.sh keeps them.
filing() { # NUMBER PERSON KIND AREA [ELEMENT=VALUE...]: settlement.filing, version 1, to $REPLY
    local number=$1 person=$2 kind=$3 area=$4 element
    REPLY=$PAPERS/$number.xml
    mkdir -p "$PAPERS"
    shift 4
    {
        printf '<?xml version="1.0" encoding="UTF-8"?>\n<filing xmlns="urn:qiantong:settlement:1">\n'
        printf '<reference>%s%s%s</reference>\n' "$(tag treatingRegion 440000)" "$(tag insuredRegion 520100)" "$(tag filingNumber "$number")"
        printf '%s%s<person>%s%s</person>\n' "$(tag version 1)" "$(tag insurance "$(filing_insurance "$kind")")" \
            "$(tag name "${PERSON_NAME[$person]}")" "$(tag identityNumber "${PERSON_ID[$person]}")"
        printf '%s%s' "$(tag kind "$kind")" "$(tag area "$area")"
        for element in "$@"; do tag "${element%%=*}" "${element#*=}"; done
        printf '%s\n</filing>\n' "$(tag from 2026-03-02)"
    } >"$REPLY"
}
filing_insurance() { case $1 in L? | TR) echo injury ;; *) echo medical ;; esac; } # KIND
file_it() { # NUMBER PERSON KIND AREA [ELEMENT=VALUE...]: until the treating side has it
    local answer
    filing "$@"
    answer=$("$BIN/qiantong-sim" --config "$PAIR/guizhou/core.xml" send "$REPLY" 1 settlement.filing 2>&1) || { say "   $red$answer$plain"; return 1; }
    wait_for in_state guangdong "520100/$1" effective
}

# --- project cover ------------------------------------------------------------------------------------
# injury.record: what Guizhou's core registers of a project, and what Guangdong asks about a worker of it.
PROJECT=520100202507000001
injury_paper() { # KIND NUMBER FROM-REGION TO-REGION: its fields come from stdin; to $REPLY
    local region=$3 agency=广州市社会保险经办测试中心
    [ "$region" != 520100 ] || agency=贵阳市社会保险经办测试中心
    REPLY=$PAPERS/$2.xml
    {
        printf '<?xml version="1.0" encoding="UTF-8"?>\n<%s xmlns="urn:qiantong:injury:1">\n' "$1"
        printf '<reference>%s%s%s</reference>\n' "$(tag recordNumber "$2")" "$(tag fromRegion "$3")" "$(tag toRegion "$4")"
        cat
        printf '<handler>%s%s</handler>\n</%s>\n' "$(tag date 2026-03-02)" "$(tag agencyName $agency)" "$1"
    } >"$REPLY"
}
project_paper() {
    injury_paper project GZ-XM-0001 520100 520100 <<XML
<revision>1</revision><projectNumber>$PROJECT</projectNumber><name>贵阳虚构大桥工程</name>
<projectKind>municipal</projectKind><site><address>贵阳市虚构路1号</address><region>520103</region></site>
<owner><name>贵阳虚构投资有限公司</name></owner><contractor><name>贵州虚构建设有限公司</name></contractor>
<totalCost>81234567.89</totalCost>
<base><kind>total_cost</kind><amount>81234567.89</amount><rate>0.0006</rate></base>
<premium>48740.74</premium><paidOn>2025-07-28</paidOn><startsOn>2025-08-01</startsOn><plannedEnd>2026-12-31</plannedEnd>
<state>active</state><agencyName>贵阳市社会保险经办测试中心</agencyName>
XML
}
roster_paper() { # PERSON
    injury_paper roster GZ-MC-0001 520100 520100 <<XML
<projectNumber>$PROJECT</projectNumber>
<workers><worker><version>1</version>$(tag name "${PERSON_NAME[$1]}")$(tag identityNumber "${PERSON_ID[$1]}")
<companyName>贵州虚构劳务有限公司</companyName><trade>钢筋工</trade><from>2025-08-03T07:30:00.000+08:00</from>
<lateAdded>false</lateAdded></worker></workers>
XML
}
cover_paper() { # PERSON
    injury_paper cover_query GD-XC-0001 440100 520100 <<XML
<person>$(tag name "${PERSON_NAME[$1]}")$(tag identityNumber "${PERSON_ID[$1]}")</person>
<purpose>admission</purpose><accidentAt>2026-02-28T15:20:00.000+08:00</accidentAt><projectNumber>$PROJECT</projectNumber>
XML
}
brings_injury() { # SIDE PAPER-FUNCTION [PERSON]
    local answer
    "$2" "${3:-}"
    answer=$("$BIN/qiantong-sim" --config "$PAIR/$1/core.xml" send "$REPLY" 1 injury.record 2>&1) || say "   $red$answer$plain"
    [ "$answer" = accepted ]
}

# --- questions and their hops -------------------------------------------------------------------------
# The questions of a stay as one ledger has them: ACTION|ASKED|ANSWERED|STATE|CODE|AT, times in milliseconds.
# What asks comes from the core of the treating side, and from the far gateway at the insured one.
questions_of() { # SIDE TRACE
    rows_of "$1" "$2" sequence | awk -F'|' -v asks="$(if [ "$1" = guangdong ]; then echo submitted; else echo received; fi)" \
        -v action="$(word action action_chinese)" -v state="$(word state_to state_to_chinese)" '
        function ms(at) { return ((substr(at, 12, 2) * 60 + substr(at, 15, 2)) * 60 + substr(at, 18, 2)) * 1000 + substr(at, 21, 3) }
        function tell() { print open "|" since "|" ms(row["at"]) "|" row[state] "|" row["code"] "|" substr(when, 6, 5) " " substr(when, 12, 5); open = "" }
        {
            split("", row)
            for (i = 1; i < NF; i++) { name = $i; sub(/=.*/, "", name); row[name] = substr($i, length(name) + 2) }
            if (row["kind"] == asks && (row["verdict"] == "pending" || row["verdict"] == "refused")) {
                open = row[action]; when = row["at"]; since = ms(when)
                if (row["verdict"] == "refused") tell()
            } else if (open != "" && (row["kind"] == (asks == "submitted" ? "received" : "submitted") || row["verdict"] == "refused" ||
                (asks == "received" && row["kind"] == "sealed" && row["party"] !~ /[.]core$/))) # the gateway knew it by itself
                tell()
        }'
}
# How long the hospital waited for each answer, by its own clock.
waited_of() { # NAME
    sed -n 's/.*"event":"sim.stay","stay":"'"$1"'-1","step":"\([^"]*\)".*"question_ms":"\([0-9]*\)".*/\1 \2/p' "$PAIR/guangdong/core.log" |
        grep -v '^confirm ' | cut -d' ' -f2
}
HOPS=(11 10 6 7 6 7)
[ -z "$chinese" ] || HOPS=(11 14 5 8 5 5)
hop_line() { # CELLS...
    local line='' i=0 cell
    for cell in "$@"; do
        if [ $i -ge 2 ] && [ $i -le 5 ]; then pad "$cell" "${HOPS[i]}" right; else pad "$cell" "${HOPS[i]:-0}"; fi
        line="$line${line:+  }$REPLY"
        i=$((i + 1))
    done
    REPLY="  $line"
}
HOPS_EXPLAINED=
hop_head() {
    [ -n "$HOPS_EXPLAINED" ] || t "   ${dim}Milliseconds, from both ledgers; at the counter by the hospital's own clock.$plain" \
        "   ${dim}单位毫秒，取自两本台账；“窗口”为医院自己的计时。$plain"
    HOPS_EXPLAINED=1
    hop_line "$(word Time 时间)" "$(word Question 询问)" "$(word there 去程)" "$(word Guizhou 贵州答复)" "$(word back 回程)" \
        "$(word counter 窗口)" "$(word "then" 此后)"
    say "$dim$REPLY$plain"
}
SHOWN=0
# Prints the questions that both sides have answered since the last time.
show_hops() { # NAME
    local waited
    mapfile -t waited < <(waited_of "$1")
    show_questions "$(trace_of "$1")" "${waited[@]}"
}
show_questions() { # TRACE [MILLISECONDS... at the counter, one for each question; "-": nobody measures]
    local here there waited=("${@:2}") action asked answered state code when began2 ended2
    mapfile -t here < <(questions_of guangdong "$1")
    mapfile -t there < <(questions_of guizhou "$1")
    while [ $SHOWN -lt ${#here[@]} ] && [ $SHOWN -lt ${#there[@]} ] && [ "${2:-}" = - -o $SHOWN -lt ${#waited[@]} ]; do
        IFS='|' read -r action asked answered state code when <<<"${here[SHOWN]}"
        IFS='|' read -r _ began2 ended2 _ _ _ <<<"${there[SHOWN]}"
        hop_line "$when" "$action" $((began2 - asked)) $((ended2 - began2)) $((answered - ended2)) "${waited[SHOWN]#-}" "$state${code:+ $code}"
        say "$REPLY"
        SHOWN=$((SHOWN + 1))
    done
}
pauses() { grep -cE "\"event\":\"sim.stay_(waits|ended)\",\"stay\":\"$1-1\"" "$PAIR/guangdong/core.log"; } # NAME
paused_since() { [ "$(pauses "$1")" -gt "$2" ]; }
# Lets a stay go on, to where it waits or ends.
go_on() { # NAME
    local before end=$((SECONDS + 90))
    before=$(pauses "$1")
    core_begin guangdong "$1"
    until paused_since "$1" "$before" || [ "$SECONDS" -ge "$end" ]; do
        [ -n "$quiet" ] || show_hops "$1"
        sleep 0.1
    done
    [ -n "$quiet" ] || show_hops "$1"
}
begin_stay() { # NAME
    SHOWN=0
    [ -n "$quiet" ] || hop_head
    go_on "$1"
}

# --- what the ledgers hold ----------------------------------------------------------------------------
stay_field_of() { # SIDE NAME FIELD
    cli "$1" stay "$(trace_of "$2")" --json 2>/dev/null | awk -v name="\"$3\":" '
        /^  "/ && $1 == name { gsub(/[",]/, "", $2); print $2; exit }'
}
stay_state() { stay_field_of "$1" "$2" "$(word state state_chinese)"; } # SIDE NAME
both_say() { # NAME FIELD VALUE
    [ "$(stay_field_of guangdong "$1" "$2")" = "$3" ] && [ "$(stay_field_of guizhou "$1" "$2")" = "$3" ]
}
settled_alike() { # NAME: settled on both sides, for the same amounts
    both_say "$1" state settled && both_say "$1" fund_fen "$(stay_field_of guizhou "$1" fund_fen)" &&
        both_say "$1" total_fen "$(stay_field_of guizhou "$1" total_fen)"
}
money_of() { # NAME FIELD: as the insured side has it
    yuan "$(stay_field_of guizhou "$1" "$2")"
}
told_settled() { # NAME ENGLISH CHINESE
    check "$2: $(money_of "$1" total_fen) yuan, fund $(money_of "$1" fund_fen), at the counter $(money_of "$1" cash_fen)" \
        "$3：$(money_of "$1" total_fen) 元，基金 $(money_of "$1" fund_fen)，窗口自付 $(money_of "$1" cash_fen)" \
        settled_alike "$1"
}
look() { # COMMAND...: what qiantong says of it, as an administrator sees it
    [ -z "$quiet" ] || return 0
    say ""
    say "$dim$(name_of "$1")\$ qiantong ${*:2}$plain"
    cli "$@"
}

# --- the stays ----------------------------------------------------------------------------------------
# The gateways look at the clock's file ten times a second; a question that was asked before they did
# would have waited for days.
days_later() { # DAYS
    clock_forward "$PAIR/clock" $(($1 * 24 * 3600 * 1000))
    sleep 0.5
}
inpatient() {
    check "filed: long-term treatment in Guangdong, in force on both sides" "异地长期居住备案，两侧有效" file_it BA2026-0001 $INPATIENT 12 44
    begin_stay $INPATIENT
    days_later 1
    go_on $INPATIENT
    days_later 3
    go_on $INPATIENT
    days_later 2
    go_on $INPATIENT
    told_settled $INPATIENT "An inpatient" "住院"
    check "80 charge lines in four batches, the same on both sides" "费用明细 80 条，分四批，两侧相同" lines_alike $INPATIENT 80
    look guangdong stays --times
}
lines_of() { cli "$1" stay "$(trace_of "$2")" --json | awk '$1 == "\"count\":" { gsub(/,/, "", $2); print $2; exit }'; } # SIDE NAME
lines_alike() { [ "$(lines_of guangdong "$1")" = "$2" ] && [ "$(lines_of guizhou "$1")" = "$2" ]; }
outpatient() {
    file_it BA2026-0002 $VISIT 21 4401
    begin_stay $VISIT
    told_settled $VISIT "A visit" "门诊"
}
is_in_doubt() { [ "$(stay_field_of guangdong $LOST state)" = "$1" ]; } # STATE
answer_lost() {
    local seen=
    file_it BA2026-0003 $LOST 22 44
    steps_head
    core_begin guangdong $LOST
    steps_until is_in_doubt settlement_uncertain && seen=1
    look guangdong uncertain
    [ -n "$quiet" ] || say ""
    steps_until is_in_doubt reversing && seen=${seen}1
    steps_until stay_ends $LOST
    show_steps "$(trace_of $LOST)"
    check "the outcome was unknown, was asked for, was reversed: seen while it happened" "存疑、查询、冲正，逐一经过" is "$seen" 11
    check "reversed once, in both ledgers: Guizhou had booked it" "两侧均冲正一次：贵州确已入账" both_say $LOST reversals 1
    told_settled $LOST "Settled again" "重新结算"
}
cancelled() {
    local before
    file_it BA2026-0004 $CANCELLED 21 4401
    begin_stay $CANCELLED
    told_settled $CANCELLED "Settled" "已结算"
    before=$(stay_field_of guizhou $CANCELLED fund_fen)
    go_on $CANCELLED
    check "cancelled: the $(yuan "$before") yuan are owed no more; back to $(stay_state guangdong $CANCELLED)" \
        "已撤销：$(yuan "$before") 元不再应付，回到“$(stay_state guangdong $CANCELLED)”" cancelled_alike $CANCELLED
}
cancelled_alike() { both_say "$1" state discharged && both_say "$1" cancellations 1 && both_say "$1" booked false; }
refused_at_the_counter() {
    begin_stay $UNFILED
    check "refused with $(stay_field_of guangdong $UNFILED code), before a bed is given: nothing is owed" \
        "以 $(stay_field_of guangdong $UNFILED code) 拒绝，尚未收治，无费用" refused_alike STL-N20
}
refused_alike() { # CODE
    [ "$(stay_field_of guangdong $UNFILED state)" = rejected ] && [ "$(stay_field_of guangdong $UNFILED code)" = "$1" ] &&
        [ "$(stay_field_of guizhou $UNFILED state)" = identified ]
}
COVER=INJ/GD-XC-0001
cover_finding() { # what Guizhou signed, as Guangdong has it
    local row
    row=$(rows_of guangdong $COVER sequence | grep -m1 '|action=cover_proof|')
    of "$row" message
    cli guangdong message "$REPLY" --raw 2>/dev/null | grep -o '<finding>[^<]*' | cut -d'>' -f2
}
show_cover() {
    hop_head
    SHOWN=0
    show_questions "$COVER" -
}
project_is_kept() { brings_injury guizhou project_paper && brings_injury guizhou roster_paper $INJURED; }
injured() {
    check "Guizhou's core has registered the project and its roster" "贵州登记工程项目及用工名册" project_is_kept
    check "Guangdong asks whether it covers him, and Guizhou's gateway knows" \
        "广东查询项目参保，贵州网关据此答复" brings_injury guangdong cover_paper $INJURED
    [ -n "$quiet" ] || show_cover
    check "the signed answer: $(cover_finding), the accident lies within project and roster" \
        "签名答复：$(cover_finding)，事故发生在项目与名册期间内" is "$(cover_finding)" INJ-P00
    check "filed for $RECOGNITION, in force on both sides" \
        "工伤异地就医备案（$RECOGNITION），两侧有效" file_it BA2026-0006 $INJURED LW 44 service=MED recognitionNumber=$RECOGNITION
    begin_stay $INJURED
    days_later 2
    go_on $INJURED
    days_later 3
    go_on $INJURED
    told_settled $INJURED "Work injury" "工伤"
    look guangdong stay "$(trace_of $INJURED)"
}

# Both ledgers' steps from the settlement on, as story() shows those of a transfer, but while it happens.
steps_head() {
    [ -z "$quiet" ] || return 0
    pad "$(word "Guangdong (treating)" 广东（就医地）)" $((LEFT + BETWEEN + 2))
    say "  $dim$(word '  sec' '   秒')  $REPLY$(word "Guizhou (insured)" 贵州（参保地）)$plain"
    STEPS=0 FIRST='' LAST=''
}
# Those that are new. What either ledger may still add lies behind the time of this look.
show_steps() { # TRACE
    local at page row between seen=0 now
    [ -z "$quiet" ] || return 0
    now=$(now_iso)
    while read -r at page row; do
        [[ $at < $now ]] || break
        seen=$((seen + 1))
        [ $seen -gt $STEPS ] || continue
        [ -n "$FIRST" ] || [[ "$row" == *"|action=settle|"* ]] || continue
        after "$at" "$FIRST"
        FIRST=${FIRST:-$MS}
        at=$REPLY
        what_happened "$row" && [ "$page$DOCUMENT$TEXT" != "$LAST" ] || continue
        LAST=$page$DOCUMENT$TEXT between=''
        [ -z "$TRAVELS" ] || { arrow "$DOCUMENT" "$(if [ "$page" = left ]; then echo left; else echo right; fi)" && between=$REPLY; }
        print_step "$at" "$page" "$TEXT" "$between"
    done < <({ story_of guangdong left "$1"; story_of guizhou right "$1"; } | sort -s -k1,1)
    [ $seen -le $STEPS ] || STEPS=$seen
}
now_iso() { # as the ledgers write it
    local ms=$(($(date +%s%3N) + $(cat "$PAIR/clock")))
    printf '%s.%03d' "$(date -u -d "@$((ms / 1000 + 8 * 3600))" +%FT%T)" $((ms % 1000))
}
steps_until() { # COMMAND...
    local end=$((SECONDS + 25))
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        show_steps "$(trace_of $LOST)"
        sleep 0.2
    done
}

# --- the books ----------------------------------------------------------------------------------------
no_letters() { [ "$(cli guangdong letters --json | tr -d ' \n')$(cli guizhou letters --json | tr -d ' \n')" = '[][]' ]; }
# DEBTOR CREDITOR INSURANCE MONTH FEN, one line each.
owes_of() { # SIDE
    cli "$1" owes --json | awk '
        { name = $1; gsub(/[":]/, "", name); value = $2; gsub(/[",]/, "", value); field[name] = value }
        /^  \}/ { print field["debtor"], field["creditor"], field["insurance"], field["month"], field["owed_fen"] }' | sort
}
owed_alike() { [ -n "$(owes_of guangdong)" ] && [ "$(owes_of guangdong)" = "$(owes_of guizhou)" ]; }
books_of() { # PAIR-NAME
    PAIR=$demo/$1
    look guangdong stays
    look guangdong owes
    look guizhou owes
    check "both provinces say the same: $(yuan "$(owed_sum)") yuan" "两省账目一致：$(yuan "$(owed_sum)") 元" owed_alike
    look guangdong rate
    ledger_checks
}
owed_sum() { owes_of guizhou | awk '{ sum += $5 } END { print sum + 0 }'; }

settlement_scene() {
    . tests/support/stays.sh
    STAY_RULES="STL-TREATING=1500 STL-HOSPITAL=4000 STL-CORE=1000 STL-RETRY=1000 STL-RETRY-MAX=2000"
    settlement_persons
    title "qiantong, second scene: settled directly in another province" "黔通演示，第二场：跨省异地就医直接结算" \
        "A pair of nhsa. gateways joins: a hospital asks, Guizhou's core decides." \
        "两省医保网关加入；医院系统发起，贵州核心系统核定。"
    medical_stage || return 1
    gateways_there
    title "20  In hospital in Guangdong, insured in Guizhou" "20  在广东住院，在贵州参保" \
        "Four batches of charges in a week; at the end he pays his own part only." \
        "一周内上传四批费用，出院时只付个人部分。"
    inpatient
    title "21  A visit by day" "21  门诊" \
        "No discharge: registered, charged, settled." "无需出院登记：挂号、上传费用、结算。"
    outpatient
    title "22  The answer of a settlement is lost" "22  结算答复丢失" \
        "Nobody knows what Guizhou booked: ask, reverse, and settle again." \
        "无从得知贵州是否入账：先查询，再冲正，后重新结算。"
    answer_lost
    title "23  A settlement is cancelled" "23  撤销结算" \
        "The hospital found a wrong charge an hour later." "医院事后发现收费有误。"
    cancelled
    title "24  Refused at the counter" "24  登记被拒" \
        "Nobody filed for this person: Guizhou's gateway says so in the answer." "未办理异地就医备案，贵州网关据此拒绝登记。"
    refused_at_the_counter
    wait_for no_letters
    pair_end
    title "25  A work injury under project cover" "25  工伤住院，项目参保" \
        "Between hrss. gateways: a builder on a Guizhou project, treated in Guangdong." \
        "两省人社网关之间：贵州工程项目参保的农民工，在广东受伤治疗。"
    injury_stage || return 1
    gateways_there
    injured
    wait_for no_letters
    pair_end
    title "Who owes whom: medical insurance" "谁欠谁：医疗保险"
    books_of medical
    title "Who owes whom: work-injury insurance" "谁欠谁：工伤保险"
    books_of injury
}
gateways_there() {
    local side
    for side in guizhou guangdong; do say "   $(name_of "$side")$(word ": " ：)$(cli "$side" status | head -1)"; done
}

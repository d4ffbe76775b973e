#!/bin/bash
# demo.sh [--quiet] - two provinces exchange pension records on this machine, for real.
#
# Two gateways (Guizhou hrss.520000, Guangdong hrss.440000), each with a simulated core system in
# its own dialect, mutual TLS, signed XML, two ledgers. The day begins 2026-03-02 09:00 +08:00.
# Every line about a case is read back from the ledgers. Everything stays under build/demo/.
# --quiet prints only the checks, for the test run.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh

quiet=
[ "${1:-}" = --quiet ] && quiet=1
demo=build/demo
[ -n "$quiet" ] && demo=build/demo-test
failures=0
began=$SECONDS

case "${LANGUAGE:-}${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in
*zh*) chinese=1 ;;
*) chinese= ;;
esac
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\033[1m' green=$'\033[32m' red=$'\033[31m' dim=$'\033[2m' plain=$'\033[0m'
else
    bold='' green='' red='' dim='' plain=''
fi

say() { [ -n "$quiet" ] || printf '%s\n' "$*"; }
t() { if [ -n "$chinese" ]; then say "$2"; else say "$1"; fi; } # ENGLISH CHINESE
title() {
    say ""
    if [ -n "$chinese" ]; then say "$bold$2$plain"; else say "$bold$1$plain"; fi
}
check() { # ENGLISH CHINESE CONDITION...
    local words=$1
    [ -n "$chinese" ] && words=$2
    shift 2
    if "$@"; then
        if [ -n "$quiet" ]; then echo "ok - demo: $words"; else say "  ${green}✓${plain} $words"; fi
    else
        failures=$((failures + 1))
        echo "FAIL - demo: $words"
    fi
}

finish() {
    pair_end
    [ -z "${proxy:-}" ] || end_process "$proxy" TERM
}
trap finish EXIT
trap 'exit 130' INT TERM

# One field of one case, from the ledger of a side.
field() { # SIDE TRACE NAME
    cli "$1" cases --json 2>/dev/null | awk -v trace="\"$2\"" -v name="\"$3\":" '
        /^  \{/ { value = ""; mine = 0 }
        $1 == name { value = $2; sub(/,$/, "", value); gsub(/"/, "", value) }
        $1 == "\"trace\":" { given = $2; sub(/,$/, "", given); mine = given == trace }
        /^  \}/ { if (mine) print value }'
}
in_state() { [ "$(field "$1" "$2" state)" = "$3" ]; } # SIDE TRACE STATE
rests() { # TRACE IN-SIDE IN-STATE OUT-STATE
    in_state "$2" "$1" "$3" && in_state "$(other_side "$2")" "$1" "$4"
}
has_case() { [ -n "$(field "$1" "$2" state)" ]; } # SIDE TRACE
cli_ok() { cli "$@" >/dev/null 2>&1; }
in_side() { case $1 in GZ*) echo guizhou ;; *) echo guangdong ;; esac; }

name_of() {
    if [ -n "$chinese" ]; then
        if [ "$1" = guizhou ]; then echo 贵州; else echo 广东; fi
    else
        if [ "$1" = guizhou ]; then echo Guizhou; else echo Guangdong; fi
    fi
}

# The steps of a case as the ledger of a side tells them, without the ones nobody waits for.
story() { # SIDE TRACE
    [ -n "$quiet" ] && return
    say "  $dim$(name_of "$1")$plain"
    cli "$1" case "$2" | awk '/^$/ { part++ } part >= 2 && NF { print }' | grep -vE 'sealed|reply|已封存|回复|答复|签封' |
        sed 's/^/    /'
}

# Both provinces and their cores read this clock; so do certificates and time limits.
next_morning() { clock_forward "$demo/clock" $((24 * 3600 * 1000)); }

play() { # TRACE IN-STATE OUT-STATE
    local side
    side=$(in_side "$1")
    core_begin "$side" "$1"
    pair_wait 40 rests "$1" "$side" "$2" "$3"
    story "$side" "$1"
    story "$(other_side "$side")" "$1"
    check "$1: $(name_of "$side") $2, $(name_of "$(other_side "$side")") $3" \
        "$1: $(name_of "$side")$(field_name "$2"), $(name_of "$(other_side "$side")")$(field_name "$3")" \
        rests "$1" "$side" "$2" "$3"
}
field_name() {
    case $1 in closed) echo 办结 ;; refused) echo 不予受理 ;; letter_returned) echo 已退函 ;; *) echo "$1" ;; esac
}

# The message of an action that a side sent or received for a case.
message_of() { # SIDE TRACE ACTION KIND
    cli "$1" case "$2" --json | awk -v action="\"$3\"" -v kind="\"$4\"" '
        $1 == "\"kind\":" { k = $2; sub(/,$/, "", k) }
        $1 == "\"action\":" { a = $2; sub(/,$/, "", a) }
        $1 == "\"message\":" || $1 == "\"message_id\":" { m = $2; sub(/,$/, "", m); gsub(/"/, "", m) }
        /^ *\}/ { if (k == kind && a == action && m != "") { print m; exit } k = a = m = "" }'
}
raw_digest() { cli "$1" message "$2" --raw 2>/dev/null | sha256sum | cut -d' ' -f1; }
received_times() { # SIDE MESSAGE
    cli "$1" message "$2" --json | grep -c '"kind": "received"'
}
tries_of() { # SIDE MESSAGE
    cli "$1" message "$2" --json | awk '$1 == "\"attempts\":" { sub(/,$/, "", $2); print $2; exit }'
}

# --- the stage --------------------------------------------------------------------------------------
rm -rf "$demo"
mkdir -p "$demo"
PAIR_PROXY_PORT[guizhou]=$(free_port)
pair_make "$demo" ecdsa || exit 1
echo pass >"$demo/line"
"$BIN/tests/proxy" "${PAIR_PROXY_PORT[guizhou]}" "${PORT[guangdong]}" "$demo/line" >"$demo/line.log" 2>&1 &
proxy=$!
disown
title "qiantong: two provinces, two ledgers, one machine" "黔通演示: 两个省, 两本台账, 一台机器"
for side in guizhou guangdong; do
    cp -r tests/demo/cases/. "$demo/$side/cases" 2>/dev/null
    mkdir -p "$demo/$side"
    cp "tests/demo/cases/$side.script.xml" "$demo/$side/cases/script.xml"
    sed -i "s|<script>script.xml</script>|<script>cases/script.xml</script>|" "$demo/$side/core.xml"
    pair_start "$side" || exit 1
    core_start "$side" "" || exit 1
    say "  $(cli "$side" status | head -1)"
done

title "1  A worker comes home; the form arrives first, then the money" "1  返乡就业: 先到信息表, 后到资金"
play GZ20260302000001 closed closed
next_morning
title "2  The other direction; the money arrives first" "2  反方向: 先到资金, 后到信息表"
play GD20260302000002 closed closed
next_morning
title "3  The letter is returned: contributions have not stopped (PEN-R11)" "3  退函: 原参保地尚未停保 (PEN-R11)"
play GZ20260302000003 refused letter_returned
next_morning
title "4  The form does not add up (PEN-C02), is returned, and comes again" "4  信息表合计不符 (PEN-C02), 退表, 更正后再发"
play GD20260302000004 closed closed
check "form accepted as revision 2 on both sides" "两侧均以第 2 版信息表受理" \
    test "$(field guangdong GD20260302000004 revision)$(field guizhou GD20260302000004 revision)" = 22

next_morning
title "5  A receipt is lost on the line: same bytes again, one effect" "5  回执在途中丢失: 原文重发, 只生效一次"
echo "lose-answer 1" >"$demo/line"
play GZ20260302000005 closed closed
echo pass >"$demo/line"
letter=$(message_of guizhou GZ20260302000005 letter sealed)
check "tried more than once, received once" "多次发送, 一次收到" \
    test "$(tries_of guizhou "$letter")" -ge 2 -a "$(received_times guangdong "$letter")" = 1
check "the bytes are the same on both sides ($(raw_digest guizhou "$letter" | cut -c1-12)…)" \
    "两侧保存的原文一致 ($(raw_digest guizhou "$letter" | cut -c1-12)…)" \
    test "$(raw_digest guizhou "$letter")" = "$(raw_digest guangdong "$letter")"

next_morning
title "6  Guangdong's gateway is killed in the middle and started again" "6  广东网关中途被强行终止, 再启动"
core_begin guizhou GZ20260302000006
pair_wait 20 has_case guangdong GZ20260302000006
pair_kill guangdong
t "  killed after $(cli guangdong ledger verify 2>/dev/null | head -1)" \
    "  终止时台账: $(cli guangdong ledger verify 2>/dev/null | head -1)"
sleep 0.3
pair_start guangdong || exit 1
pair_wait 40 rests GZ20260302000006 guizhou closed closed
story guizhou GZ20260302000006
story guangdong GZ20260302000006
check "GZ20260302000006: closed on both sides" "GZ20260302000006: 两侧均办结" \
    rests GZ20260302000006 guizhou closed closed

# --- what remains -----------------------------------------------------------------------------------
title "Both ledgers" "两本台账"
for side in guizhou guangdong; do
    say "  $dim$(name_of "$side")$plain"
    [ -n "$quiet" ] || cli "$side" cases | sed 's/^/  /'
    check "$(name_of "$side"): the journal verifies" "$(name_of "$side"): 台账校验无误" cli_ok "$side" ledger verify
    check "$(name_of "$side"): rebuilt from the journal, every row is equal" \
        "$(name_of "$side"): 由流水重建, 逐行一致" cli_ok "$side" ledger rebuild
done
finish
proxy=
trap - EXIT
if [ "$failures" != 0 ]; then
    say "${red}$failures checks failed; logs: $demo/*/gateway.log$plain"
    exit 1
fi
t "
Done in $((SECONDS - began)) s. Look around:
  build/release/qiantong --config $demo/guizhou/gateway.xml status
  build/release/qiantong --config $demo/guangdong/gateway.xml case GZ20260302000001" "
用时 $((SECONDS - began)) 秒. 可继续查看:
  build/release/qiantong --config $demo/guizhou/gateway.xml status
  build/release/qiantong --config $demo/guangdong/gateway.xml case GZ20260302000001"

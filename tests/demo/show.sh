# show.sh - what the demo prints, and how it reads it from the two ledgers. To be sourced by demo.sh.
#
# Set before: quiet, demo, began, failures; pair.sh is there.

# --- what is printed --------------------------------------------------------------------------------
# The same choice as the programs make; widths need a UTF-8 locale, which Debian always has.
case "${LC_ALL:-}:${LANGUAGE:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}}" in
C:* | POSIX:*) chinese= && export LANGUAGE= ;;
*:zh*) chinese=1 && export LANGUAGE=zh_CN ;;
*) chinese= && export LANGUAGE= ;;
esac
export LC_ALL=C.UTF-8
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\033[1m' green=$'\033[32m' red=$'\033[31m' dim=$'\033[2m' plain=$'\033[0m'
else
    bold='' green='' red='' dim='' plain=''
fi

say() { [ -n "$quiet" ] || printf '%s\n' "$*"; }
word() { if [ -n "$chinese" ]; then printf '%s' "$2"; else printf '%s' "$1"; fi; } # ENGLISH CHINESE
t() { say "$(word "$1" "$2")"; }
title() { # ENGLISH CHINESE, then a sentence in both
    say ""
    say "$bold$(word "$1" "$2")$plain"
    [ $# = 2 ] || t "   $3" "   $4"
}
check() { # ENGLISH CHINESE CONDITION...
    local words
    words=$(word "$1" "$2")
    shift 2
    if "$@"; then
        if [ -n "$quiet" ]; then echo "ok - demo: $words"; else say "  ${green}✓${plain} $words"; fi
    else
        failures=$((failures + 1))
        if [ -n "$quiet" ]; then echo "FAIL - demo: $words"; else say "  ${red}✗ $words${plain}"; fi
    fi
}

name_of() { if [ "$1" = guizhou ]; then word Guizhou 贵州; else word Guangdong 广东; fi; }
short_of() { if [ "$1" = guizhou ]; then word GZ 贵州; else word GD 广东; fi; }

# To REPLY: TEXT padded to COLUMNS; everything that is not ASCII is two columns wide here.
pad() { # TEXT COLUMNS [right]
    local ascii=${1//[^ -~]/} fill
    fill=$(($2 - 2 * ${#1} + ${#ascii}))
    [ "$fill" -gt 0 ] || fill=0
    if [ "${3:-}" = right ]; then printf -v REPLY '%*s%s' "$fill" '' "$1"; else printf -v REPLY '%s%*s' "$1" "$fill" ''; fi
}
dashes() { # TEXT COLUMNS: to REPLY, as many as fill the columns beside the text
    pad "$1" "$2"
    REPLY=${REPLY:${#1}}
    REPLY=${REPLY// /-}
}
yuan() { # FEN
    [ "$1" = 0 ] || awk -v fen="$1" 'BEGIN {
        whole = int(fen / 100) ""; out = sprintf(".%02d", fen % 100)
        for (; length(whole) > 3; whole = substr(whole, 1, length(whole) - 3))
            out = "," substr(whole, length(whole) - 2) out
        print whole out }'
}

# --- what the ledgers say ---------------------------------------------------------------------------
# One field of one case, from the ledger of a side.
field() { # SIDE TRACE NAME
    cli "$1" cases --json 2>/dev/null | awk -v trace="\"$2\"" -v name="\"$3\":" '
        /^  \{/ { value = ""; mine = 0 }
        $1 == name { value = $2; sub(/,$/, "", value); gsub(/"/, "", value) }
        $1 == "\"trace\":" { given = $2; sub(/,$/, "", given); mine = given == trace }
        /^  \}/ { if (mine) print value }'
}
state_name() { field "$1" "$2" "$(word state state_chinese)"; }           # SIDE TRACE
in_state() { [ "$(field "$1" "$2" state)" = "$3" ]; }                      # SIDE TRACE STATE
rests() { in_state "$2" "$1" "$3" && in_state "$(other_side "$2")" "$1" "$4"; } # TRACE IN-SIDE IN-STATE OUT-STATE
has_case() { [ -n "$(field "$1" "$2" state)" ]; }                          # SIDE TRACE
cli_ok() { cli "$@" >/dev/null 2>&1; }
in_side() { case $1 in GZ* | YB52*) echo guizhou ;; *) echo guangdong ;; esac; }

# The entries (or letters) of a case, one a line: "name=value|name=value|...".
rows_of() { # SIDE TRACE NAME-THAT-ONLY-THESE-HAVE
    cli "$1" case "$2" --json 2>/dev/null | awk -v has="$3" '
        /^    \{/ { line = ""; mine = 0 }
        /^      "[a-z_]+": / {
            name = $1; gsub(/[":]/, "", name)
            value = $0; sub(/^ *"[a-z_]+": /, "", value); sub(/,$/, "", value); gsub(/"/, "", value)
            line = line name "=" value "|"; if (name == has) mine = 1
        }
        /^    \}/ { if (mine) print line }'
}
of() { # ROW NAME: to REPLY
    REPLY=
    [[ "|$1" == *"|$2="* ]] || return 0
    REPLY="|$1"
    REPLY=${REPLY#*"|$2="}
    REPLY=${REPLY%%|*}
}

# The message of an action that a side sent for a case.
sent_message() { # SIDE TRACE ACTION
    rows_of "$1" "$2" letter | grep "|action=$3|" | grep -m1 '|to_core=false|' | sed 's/.*|message=\([^|]*\)|.*/\1/'
}
raw_digest() { cli "$1" message "$2" --raw 2>/dev/null | sha256sum | cut -d' ' -f1; }
received_times() { cli "$1" message "$2" --json | grep -c '"kind": "received"'; } # SIDE MESSAGE
# The most tries that one letter to the other province took, on either side.
tries() { # TRACE
    { rows_of guizhou "$1" letter; rows_of guangdong "$1" letter; } | grep '|to_core=false|' |
        sed 's/.*|attempts=\([0-9]*\)|.*/\1/' | sort -n | tail -1
}

# --- the steps of a case, both sides of it ----------------------------------------------------------
# 转入地 left, 转出地 right, between them what travels; in the order of the two ledgers' times.
LEFT=21 BETWEEN=16

arrow() { # DOCUMENT right|left: to REPLY
    dashes "$1" $((BETWEEN - 2))
    if [ "$2" = right ]; then REPLY="$1 $REPLY>"; else REPLY="<$REPLY $1"; fi
}
print_step() { # TIME SIDE-OF-PAGE TEXT BETWEEN
    local left='' right='' time
    if [ "$2" = left ]; then left=$3; else right=$3; fi
    pad "$1" 5 right && time=$REPLY
    pad "$left" $LEFT && left=$REPLY
    pad "$4" $BETWEEN
    REPLY="$left $REPLY $right"
    say "  $dim$time$plain  ${REPLY%"${REPLY##*[! ]}"}"
}
after() { # ISO-TIME FIRST-MILLISECONDS: to REPLY, in seconds; to MS
    local clock=${1#*T}
    MS=$(((10#${clock:0:2} * 3600 + 10#${clock:3:2} * 60 + 10#${clock:6:2}) * 1000 + 10#${clock:9:3}))
    REPLY=$(((MS - ${2:-MS}) / 10))
    printf -v REPLY '%d.%02d' $((REPLY / 100)) $((REPLY % 100))
}
what_happened() { # ROW: to TEXT and TRAVELS ("" nothing, in, back); fails if it is not worth a line
    local row=$1 kind document state from party
    of "$row" kind && kind=$REPLY
    of "$row" "$(word action action_chinese)" && document=$REPLY
    of "$row" "$(word state_to state_to_chinese)" && state=$REPLY
    of "$row" state_from && from=$REPLY
    of "$row" party && party=$REPLY
    of "$row" state_to
    TRAVELS='' TEXT=$state DOCUMENT=$document
    case $kind in
    submitted) TEXT="$document${state:+$(word ": " ：)$state}" ;;
    received) TRAVELS=in ;;
    attempt) [[ $party != *.core ]] && TEXT=$(word "no receipt; again" "未收到回执，重发") ;;
    outcome) TRAVELS=in DOCUMENT=$(word receipt 回执) && [[ $party != *.core && $REPLY != "$from" ]] ;;
    timer) TEXT=$(word "a time limit passed" "时限届满") ;;
    *) false ;;
    esac
}
story_of() { # SIDE PAGE TRACE: lines "at PAGE row"
    rows_of "$1" "$3" sequence | sed -n "s/.*|at=\([^|]*\)|.*/\1 $2 &/p"
}
story() { # TRACE
    local side far at page row first='' between
    [ -z "$quiet" ] || return 0
    side=$(in_side "$1") far=$(other_side "$(in_side "$1")")
    pad "$(name_of "$side")$(word " (in)" （转入地）)" $((LEFT + BETWEEN + 2))
    say "   ${dim}$1, $(field "$side" "$1" opened_at | sed 's/T/ /; s/:..\..*//')$plain"
    say "  $dim$(word '  sec' '   秒')  $REPLY$(name_of "$far")$(word " (out)" （转出地）)$plain"
    while read -r at page row; do
        after "$at" "$first"
        first=${first:-$MS}
        at=$REPLY
        what_happened "$row" || continue
        between=''
        [ -z "$TRAVELS" ] || { arrow "$DOCUMENT" "$(if [ "$page" = left ]; then echo left; else echo right; fi)" && between=$REPLY; }
        print_step "$at" "$page" "$TEXT" "$between"
    done < <({ story_of "$side" left "$1"; story_of "$far" right "$1"; } | sort -s -k1,1)
}

# --- what remains -----------------------------------------------------------------------------------
WIDTHS=(17 5 9 12 10 10 5)
[ -z "$chinese" ] || WIDTHS=(17 9 8 8 10 10 4)

table_line() { # CELLS...: amounts and counts to the right
    local line='' i=0 cell
    for cell in "$@"; do
        if [ $i -ge 4 ]; then pad "$cell" "${WIDTHS[i]}" right; else pad "$cell" "${WIDTHS[i]}"; fi
        line="$line${line:+  }$REPLY"
        i=$((i + 1))
    done
    printf '%s' "${line%"${line##*[! ]}"}"
}
case_line() { # TRACE
    local side far
    side=$(in_side "$1") far=$(other_side "$(in_side "$1")")
    say "$(table_line "$1" "$(short_of "$far")>$(short_of "$side")" "$(state_name "$side" "$1")" "$(state_name "$far" "$1")" \
        "$(yuan "$(field "$side" "$1" form_fen)")" "$(yuan "$(field "$side" "$1" money_fen)")" "$(tries "$1")")"
}
closing_table() {
    local trace head
    title "All cases, as both ledgers end" "全部业务：两本台账的最终结果"
    [ -z "$quiet" ] || return 0
    if [ -n "$chinese" ]; then
        head=$(table_line 系统跟踪流水号 方向 转入地 转出地 信息表 资金 次数)
    else
        head=$(table_line "Trace number" Route "In" Out "Form yuan" "Money yuan" Tries)
    fi
    say "$dim$head$plain"
    for trace in $(cli guizhou cases --json | awk -F'"' '$2 == "trace" { print $4 }'); do
        case_line "$trace"
    done
}
ledger_checks() {
    local side
    title "Nothing was changed, nothing is missing" "台账核验"
    for side in guizhou guangdong; do
        check "$(name_of "$side"): the journal verifies; $(cli "$side" ledger verify | head -1)" \
            "$(name_of "$side")：流水逐条核验无误；$(cli "$side" ledger verify | head -1)" cli_ok "$side" ledger verify
        check "$(name_of "$side"): rebuilt from the journal, all rows equal; $(cli "$side" ledger rebuild | head -1)" \
            "$(name_of "$side")：由流水重建，逐行一致；$(cli "$side" ledger rebuild | head -1)" cli_ok "$side" ledger rebuild
    done
}
where_next() {
    local look="$BIN/qiantong "
    title "Done in $((SECONDS - began)) s. The gateways are stopped; look around in their ledgers:" \
        "用时 $((SECONDS - began)) 秒。网关已停止，台账保存在 $demo/，可继续查看"
    say "  export QIANTONG_CONFIG=$demo/guizhou/gateway.xml   # $(word "or guangdong" "或 guangdong")"
    say "  ${look}cases"
    say "  ${look}case GD20260302000004"
    say "  ${look}letters --all"
    say "  ${look}ledger verify --keys"
    say "  ${look}status"
    say "  export QIANTONG_CONFIG=$demo/medical/guangdong/gateway.xml   # $(word "or injury" "或 injury")"
    say "  ${look}stay H44010000123/ZY0001-1"
}


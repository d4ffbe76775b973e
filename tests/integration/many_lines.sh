#!/bin/bash
# many_lines.sh - the charge lines of a long stay: 40 MB in one document are refused with the limit in words, the
# same lines in batches are taken, by both gateways and the insured core; a batch again changes nothing.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh
. tests/support/stays.sh

tools || { echo "FAIL - many_lines: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/many_lines.XXXXXX) || exit 1
trap 'pair_end; rm -rf "$work"' EXIT
BATCHES=70 BATCH=100 REMARK=6000 # bytes of each line that only the hospital reads

# The lines FROM to TO as rows; each costs 12.50 and bears a remark that is lost on the way.
rows() { # FROM TO
    awk -v from="$1" -v to="$2" -v size="$REMARK" 'BEGIN {
        for (i = 0; i < size; i++) remark = remark "x"
        for (i = from; i <= to; i++)
            printf "<row><ykc610>M%06d</ykc610><akc221>2026-03-02</akc221><ake001>A01</ake001><akc226>1.00</akc226><akc225>12.50</akc225><yka055>12.50</yka055><yka056>0.00</yka056><yka318>0.00</yka318><yka057>0.00</yka057><yka111>12.50</yka111><bz>%s</bz></row>", i, remark
    }'
}
document() { # BATCH FROM TO
    printf '<?xml version="1.0" encoding="GBK"?>\n<input><prm_jybh>31</prm_jybh><prm_jylsh>ML%s</prm_jylsh><prm_yab300>440100</prm_yab300><prm_yab003>520100</prm_yab003>' "$1"
    printf '<prm_akb020>%s</prm_akb020><prm_akc190>%s</prm_akc190><prm_pch>%s</prm_pch><dataset>' "${trace%/*}" "${trace#*/}" "$1"
    rows "$2" "$3"
    printf '</dataset><proxy>1</proxy></input>\n'
}
post() { # FILE: the answer in $work/told, its HTTP status in $status
    local core=nhsa.440000.core
    : >"$work/told"
    status=$(curl --silent --insecure --max-time 30 --cert "$PAIR/guangdong/keys/$core.tls.crt" --key "$PAIR/guangdong/keys/$core.tls.key" \
        --header 'Content-Type: application/xml' --header 'Expect:' --data-binary "@$1" --output "$work/told" --write-out '%{http_code}' \
        "https://127.0.0.1:${PORT[guangdong]}/v1/messages")
}
is_refused() { # STATUS WORDS
    [ "$status" = "$1" ] && grep -q "$2" "$work/told" || { echo "  $status $(head -c 300 "$work/told")"; return 1; }
}
is_taken() { [ "$status" = 200 ] && grep -q '<prm_fhz>0<' "$work/told"; }
all_batches() {
    local batch
    for ((batch = 1; batch <= BATCHES; batch++)); do
        document "$batch" $(((batch - 1) * BATCH + 1)) $((batch * BATCH)) >"$work/batch"
        post "$work/batch"
        is_taken || { echo "  batch $batch: $status $(head -c 300 "$work/told")"; return 1; }
    done
}
line_count() { # SIDE
    cli "$1" stays --json 2>/dev/null | grep -o '"total_fen": *[0-9]*' | head -1 | grep -o '[0-9]*$'
}
agree() { # FEN
    [ "$(line_count guangdong)" = "$1" ] && [ "$(line_count guizhou)" = "$1" ] || { echo "  $(line_count guangdong), $(line_count guizhou)"; return 1; }
}
refused_whole() {
    document 1 1 $((BATCHES * BATCH)) >"$work/whole"
    [ "$(stat -c %s "$work/whole")" -gt 40000000 ] || { echo "  only $(stat -c %s "$work/whole") bytes"; return 1; }
    post "$work/whole"
    # The connection may end before all is sent; then curl has no status, and the log has the reason.
    [ "$status" = 413 ] || [ "$status" = 000 ] || { echo "  $status $(head -c 300 "$work/told")"; return 1; }
}

stays_pair "$work/pair" || { bad "no pair"; exit 1; }
sed -i 's|<transportPins>|<messageBytes>800000</messageBytes>&|' "$PAIR/guangdong/parties/nhsa.440000.core.xml"
stays LONG -- identify register wait lines
stays_open || { bad "no pair"; exit 1; }
check "a stay is registered" eval 'stay_begin LONG && pair_wait 20 stay_waits LONG'
trace=$(case_lines guangdong | awk '$1 ~ /LONG-1/ { print $1 }')
check "40 MB of lines in one document are refused" refused_whole
check "nothing of it was taken" agree 0
check "a little too large, the limit is told in words" eval 'document 1 1 130 >"$work/batch" && post "$work/batch" && is_refused 413 "more than 800000 bytes"'
check "too many lines in a batch are refused, with their limit" eval 'document 1 1 101 >"$work/batch" && post "$work/batch" && is_refused 422 "more than 100 rows"'
check "the same lines in batches are taken" all_batches
check "both sides have them all" agree $((BATCHES * BATCH * 1250))
check "the last batch again is answered alike" eval 'post "$work/batch" && is_taken'
check "and changes nothing" agree $((BATCHES * BATCH * 1250))
check "at rest" pair_wait 20 no_open_letters guizhou
pair_end
check "the ledger of the treating side is good" ledger_good guangdong
check "the ledger of the insured side is good" ledger_good guizhou
[ "$failures" = 0 ]

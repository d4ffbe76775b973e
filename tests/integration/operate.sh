#!/bin/bash
# operate.sh - what the administrator sees of a running pair, and is told: metrics, alarms.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

tools || { echo "FAIL - operate: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/operate.XXXXXX) || exit 1
trap pair_end EXIT
trap 'exit 130' INT TERM

# A reader of the text format that takes nothing else: HELP and TYPE once and before their samples,
# samples of a family together, no series twice, numbers only.
metrics_are_valid() { # FILE
    awk '
        function wrong(text) { print FNR ": " text > "/dev/stderr"; bad = 1 }
        /^# HELP / { if (++help[$3] > 1) wrong("HELP twice"); family = $3; next }
        /^# TYPE / { if ($3 != family || ++type[$3] > 1) wrong("TYPE"); kind = $4; next }
        {
            if (!match($0, /^[a-z_]+(\{[a-z_]+="[^"\\]*"(,[a-z_]+="[^"\\]*")*\})? -?[0-9]+(\.[0-9]+)?$/)) wrong($0)
            name = $0; sub(/[{ ].*/, "", name)
            if (kind == "histogram") { if (name !~ "^" family "_(bucket|sum|count)$") wrong(name) }
            else if (name != family) wrong(name)
            series = $0; sub(/ [^ ]*$/, "", series)
            if (++seen[series] > 1) wrong("twice: " series)
            if (kind == "counter" && name !~ /_total$/) wrong("a counter ends in _total: " name)
            n++
        }
        END { exit bad || n < 60 }' "$1"
}
value() { # FILE SERIES
    awk -v series="$2" 'index($0, series " ") == 1 { print $NF }' "$1"
}
take_metrics() { cli "$1" metrics >"$PAIR/metrics" 2>/dev/null; }
shows() { # SIDE SERIES VALUE: in a fresh look
    take_metrics "$1" && [ "$(value "$PAIR/metrics" "$2")" = "$3" ]
}
shows_entries() {
    take_metrics guizhou && [ "$(value "$PAIR/metrics" qiantong_ledger_entries)" = "$(entry_count guizhou)" ]
}
words_of_metrics_are_known() { # only ids, states and our own words between quotation marks
    ! grep -oE '="[^"]*"' "$PAIR/metrics" | sort -u |
        grep -vE '^="((hrss|nhsa)\.[0-9]{6}(\.[a-z]+)?|[a-z_.]+|[0-9.]+|\+Inf)"$'
}

pair_make "$work/pair" ecdsa || { echo "FAIL - operate: no pair"; exit 1; }
stage demo GZ20260302000001 GZ20260302000003
for side in guizhou guangdong; do
    printf '#!/bin/sh\necho "$@" >>"%s"\n' "$(realpath "$PAIR/$side")/told" >"$PAIR/$side/tell"
    chmod 700 "$PAIR/$side/tell"
    sed -i 's|^</gateway>|  <alarm>\n    <everySeconds>1</everySeconds>\n    <command>tell</command>\n    <silentMinutes>1</silentMinutes>\n  </alarm>\n&|' "$PAIR/$side/gateway.xml"
done

cli guizhou metrics >/dev/null 2>&1
check "metrics of a stopped gateway: status 69" test $? = 69
for side in guizhou guangdong; do
    pair_start "$side" && core_start "$side" "" || { echo "FAIL - operate: $side does not start"; exit 1; }
done
check "metrics at the very start are valid" pair_wait 10 take_metrics guizhou
check "metrics: the format holds" metrics_are_valid "$PAIR/metrics"
core_begin guizhou GZ20260302000001
check "a case goes its way" pair_wait 30 in_state guizhou GZ20260302000001 closed
check "metrics: no letter is under way any more" pair_wait 15 shows guizhou 'qiantong_letters{party="hrss.440000",state="ready"}' 0
check "metrics: the format holds afterwards" metrics_are_valid "$PAIR/metrics"
check "metrics: nothing but ids and our own words" words_of_metrics_are_known
check "metrics: what was sent to the partner brought outcomes" \
    test "$(value "$PAIR/metrics" 'qiantong_party_outcomes_total{party="hrss.440000"}')" -ge 2
check "metrics: as many answers as requests" \
    test "$(value "$PAIR/metrics" qiantong_answer_seconds_count)" = "$(value "$PAIR/metrics" qiantong_requests_total)"
check "metrics: the ledger's entries" pair_wait 10 shows_entries
check "metrics: days of the certificates" \
    test -n "$(value "$PAIR/metrics" 'qiantong_certificate_days_left{party="hrss.520000",use="own_tls"}')"
check "metrics takes no words" test "$(cli guizhou metrics now >/dev/null 2>&1; echo $?)" = 64

# --- alarms -----------------------------------------------------------------------------------------

was_told() { grep -qE "^$1\$" "$PAIR/guizhou/told" 2>/dev/null; }
alarm_state() { # CODE FIELD
    cli guizhou alarms --json 2>/dev/null | awk -v code="\"$1\"," -v field="\"$2\":" '
        $1 == "\"code\":" { mine = $2 == code } mine && $1 == field { gsub(/[",]/, "", $2); print $2; exit }'
}
alarm_is() { [ "$(alarm_state "$1" "$2")" = "$3" ]; }
has_letter() { ! no_open_letters guizhou; }

check "alarms: none stands in a quiet gateway" test "$(cli guizhou alarms)" = "No alarm stands."
pair_stop guangdong
core_begin guizhou GZ20260302000003
check "alarms: a letter waits" pair_wait 15 has_letter
clock_forward "$PAIR/clock" 120000
check "alarms: the partner is silent, and the command was told" \
    pair_wait 20 was_told 'PARTNER_SILENT warning raised hrss\.440000 0 [0-9]+'
check "alarms: it is listed" alarm_is PARTNER_SILENT party hrss.440000
check "alarms: the list says what to type" grep -q 'qiantong letters' <(cli guizhou alarms)
check "alarms: no line is wider than 80 columns" test -z "$(cli guizhou alarms | awk 'length > 80')"
before=$(entry_count guizhou)
check "alarms ack: done" cli guizhou alarms ack PARTNER_SILENT --reason "called them"
check "alarms ack: it is acknowledged" alarm_is PARTNER_SILENT acknowledged true
check "alarms silence: done" cli guizhou alarms silence PARTNER_SILENT --hours 2
check "alarms silence: it is silenced" alarm_is PARTNER_SILENT silenced true
check "alarms: both are entries" test "$(entry_count guizhou)" -ge $((before + 2))
check "alarms ack: an unknown code is refused" test "$(cli guizhou alarms ack NOTHING 2>/dev/null; echo $?)" = 64
check "alarms silence: hours are needed" test "$(cli guizhou alarms silence DISK_LOW 2>/dev/null; echo $?)" = 64
check "alarms silence: not for ever" test "$(cli guizhou alarms silence DISK_LOW --hours 745 2>/dev/null; echo $?)" = 64
pair_start guangdong
clock_forward "$PAIR/clock" 60000 # past every wait for this party
check "alarms: the partner is back, and the command was told" \
    pair_wait 30 was_told 'PARTNER_SILENT warning cleared hrss\.440000 0 [0-9]+'
check "alarms: it was told once as raised" test "$(grep -c '^PARTNER_SILENT warning raised' "$PAIR/guizhou/told")" = 1
check "alarms: codes, party ids and numbers only" \
    test -z "$(grep -vE '^[A-Z_]+ (notice|warning|critical) (raised|cleared) (-|hrss\.[0-9]{6}(\.core)?) -?[0-9]+ -?[0-9]+$' "$PAIR/guizhou/told")"
pair_stop guizhou
check "alarms: a stopped gateway has none to tell: status 69" test "$(cli guizhou alarms 2>/dev/null; echo $?)" = 69

[ "$failures" = 0 ] && rm -rf "$work"
[ "$failures" = 0 ]

#!/bin/bash
# operate.sh - what the administrator sees of a running pair, and is told: metrics, status, doctor, alarms.
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
stage demo GZ20260302000001 GZ20260302000005
for side in guizhou guangdong; do
    printf '#!/bin/sh\necho "$@" >>"%s"\n' "$(realpath "$PAIR/$side")/told" >"$PAIR/$side/tell"
    chmod 700 "$PAIR/$side/tell"
    sed -i 's|^  <secondPerson>|  <alarm>\n    <everySeconds>1</everySeconds>\n    <command>tell</command>\n    <silentMinutes>1</silentMinutes>\n  </alarm>\n&|' "$PAIR/$side/gateway.xml"
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

# --- what stands on a screen ------------------------------------------------------------------------

columns() { LC_ALL=C.UTF-8 wc -L; } # of the widest line; a Chinese character has two
fits() { # WORDS...: on a screen of 24 lines and 80 columns, in both languages
    local language text
    for language in en_US zh_CN; do
        text=$(LC_ALL= LC_MESSAGES= LANG=C.UTF-8 LANGUAGE=$language cli guizhou "$@")
        [ "$(wc -l <<<"$text")" -lt 24 ] && [ "$(columns <<<"$text")" -le 80 ] || { echo "$text"; return 1; }
    done
}
level_of() { # AREA: the first level that the doctor says of it
    cli guizhou doctor --json | awk -v area="\"$1\"," '$1 == "\"area\":" { mine = $2 == area } mine && $1 == "\"level\":" { gsub(/[",]/, "", $2); print $2; exit }'
}
same_help() { # ENCODING [WORDS]: converted back it is the same
    diff <(LC_ALL= LANG=C.UTF-8 LANGUAGE=zh_CN cli guizhou help) \
        <(LC_ALL= LANG="${3:-C.UTF-8}" LANGUAGE=zh_CN cli guizhou $2 help | iconv -f "$1" -t utf-8) >/dev/null
}

check "status: a quiet gateway has nothing to do" grep -q '^Nothing to do' <(cli guizhou status)
check "status: fits on a screen" fits status
check "doctor: nothing is bad" cli guizhou doctor >/dev/null
check "doctor: its lines fit" test "$(LC_ALL= LANG=C.UTF-8 LANGUAGE=zh_CN cli guizhou doctor | columns)" -le 80
check "doctor: the disk was flushed" test "$(level_of disk)" != ""
check "doctor: the gateway answers" test "$(level_of gateway)" = ok
check "doctor: the files are closed to others" test "$(level_of files)" = ok
chmod 644 "$PAIR/guizhou/keys/hrss.520000.seal"
check "doctor: an open key is bad" test "$(level_of files)" = bad
check "doctor: and so is its exit status" test "$(cli guizhou doctor >/dev/null; echo $?)" = 1
chmod 400 "$PAIR/guizhou/keys/hrss.520000.seal"
check "doctor: leaves nothing behind" test "$(ls "$PAIR/guizhou/ledger" | sort | tr '\n' ' ')" = "daemon.lock data.mdb lock.mdb "
check "a terminal in GB18030, by option" same_help gb18030 "--encoding gb18030"
check "a terminal in GB18030, by its locale" same_help gb18030 "" zh_CN.GB18030
check "JSON is never converted" diff <(cli guizhou --encoding gbk party --json) <(cli guizhou party --json)
check "an unknown encoding is refused" test "$(cli guizhou --encoding big5 status 2>/dev/null; echo $?)" = 64

# --- alarms -----------------------------------------------------------------------------------------

quietly() { cli "$@" >/dev/null; }
was_told() { grep -qE "^$1\$" "$PAIR/guizhou/told" 2>/dev/null; }
alarm_state() { # CODE FIELD
    cli guizhou alarms --json 2>/dev/null | awk -v code="\"$1\"," -v field="\"$2\":" '
        $1 == "\"code\":" { mine = $2 == code } mine && $1 == field { gsub(/[",]/, "", $2); print $2; exit }'
}
alarm_is() { [ "$(alarm_state "$1" "$2")" = "$3" ]; }
has_letter() { ! no_open_letters guizhou; }

check "alarms: none stands in a quiet gateway" test "$(cli guizhou alarms)" = "No alarm stands."
pair_stop guangdong
core_begin guizhou GZ20260302000005
check "alarms: a letter waits" pair_wait 15 has_letter
clock_forward "$PAIR/clock" 120000
check "alarms: the partner is silent, and the command was told" \
    pair_wait 20 was_told 'PARTNER_SILENT warning raised hrss\.440000 0 [0-9]+'
check "status: shows it with what to type" grep -qE '^  ! .*hrss\.440000.*qiantong letters$' <(cli guizhou status)
check "status: still fits on a screen" fits status
check "status --json: has the alarms" grep -q '"code": "PARTNER_SILENT"' <(cli guizhou status --json)
check "doctor: names the alarms" test "$(level_of gateway)" = warn
check "alarms: it is listed" alarm_is PARTNER_SILENT party hrss.440000
check "alarms: the list says what to type" grep -q 'qiantong letters' <(cli guizhou alarms)
check "alarms: no line is wider than 80 columns" test -z "$(cli guizhou alarms | awk 'length > 80')"
before=$(entry_count guizhou)
check "alarms ack: done" quietly guizhou alarms ack PARTNER_SILENT --reason "called them"
check "alarms ack: it is acknowledged" alarm_is PARTNER_SILENT acknowledged true
check "alarms silence: done" quietly guizhou alarms silence PARTNER_SILENT --hours 2
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
check "status: says first that the gateway does not run" grep -q '^  ! the gateway is not running' <(cli guizhou status)
check "doctor: a stopped gateway is bad" test "$(level_of gateway)" = bad
check "alarms: a stopped gateway has none to tell: status 69" test "$(cli guizhou alarms 2>/dev/null; echo $?)" = 69

[ "$failures" = 0 ] && rm -rf "$work"
[ "$failures" = 0 ]

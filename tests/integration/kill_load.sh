#!/bin/bash
# kill_load.sh [KILLS [SEED]] - gateways under load die at random moments, and an outside witness counts.
#
# Two gateways with TLS and LMDB. Their cores begin new cases all the time and bring every document until
# it is acknowledged; a third province, played by tests/support/speak.c, sends letters to Guizhou and keeps
# every receipt, verified. One gateway or the other, or both, are killed with SIGKILL, KILLS times, and
# started again at once. What the cores and the province were told lies outside the gateways: when all is at
# rest, each of it is in the ledger exactly once, nothing was applied twice on the other side, both ledgers
# hold the same states and sums, verify and rebuild find nothing. SEED chooses victims and pauses; the rest
# is the machine's.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

KILLS=${1:-50}
SEED=${2:-$(($(date +%s) % 100000))}
CASES_PER_KILL=2
CASES_FIRST=6
REST_MAX_S=90
STORY=form-first
STORY_TRACE=GZ20260302000001
STORY_PERSON=529901198506010014
echo "kill_load: $KILLS kills, seed $SEED"

tools || { echo "FAIL - kill_load: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/kill_load.XXXXXX) || exit 1
province=
finish() {
    [ -z "$province" ] || kill "$province" 2>/dev/null
    pair_end
}
trap finish EXIT
trap 'exit 130' INT TERM
cases=$((CASES_FIRST + KILLS * CASES_PER_KILL))

# --- the stage ------------------------------------------------------------------------------------

# Odd cases have IN in Guizhou, even ones in Guangdong.
trace_of() { printf '%s202603%08d' "$([ $(($1 % 2)) = 1 ] && echo GZ || echo GD)" "$1"; }

# An invented person with a good check digit, born 1985-06-01.
person() { # AREA NUMBER
    local weights=(7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2) digits sum=0 k
    digits=5299$(printf '%02d19850601%03d' "$1" $((1 + 2 * $2)))
    for ((k = 0; k < 17; k++)); do sum=$((sum + ${digits:k:1} * weights[k])); done
    local ends=10X98765432
    echo "$digits${ends:sum % 11:1}"
}

# The demo's first story once for each case: other trace, other person with a good check digit, and
# for every second case the regions exchanged.
write_documents() {
    local file
    for file in "tests/demo/cases/$STORY"/*.xml; do
        awk -v cases="$cases" -v name="${file##*/}" -v top="$work/documents" \
            -v trace="$STORY_TRACE" -v person="$STORY_PERSON" '
            FNR == NR { number[FNR] = $0; next }
            { text = text $0 "\n" }
            END {
                for (i = 1; i <= cases; i++) {
                    mine = text
                    if (i % 2 == 0) {
                        gsub("520000", "@", mine); gsub("440000", "520000", mine); gsub("@", "440000", mine)
                    }
                    own = sprintf("%s202603%08d", i % 2 == 1 ? "GZ" : "GD", i)
                    gsub(trace, own, mine); gsub(person, number[i], mine)
                    path = top "/" own "/" name
                    printf "%s", mine > path
                    close(path)
                }
            }' "$work/persons" "$file" || return 1
    done
}

write_script() { # SIDE
    local i from trace
    echo '<?xml version="1.0" encoding="UTF-8"?>'
    echo '<script xmlns="urn:qiantong:sim:1">'
    for ((i = 1; i <= cases; i++)); do
        trace=$(trace_of "$i")
        from=$(script_from "$1" "$i")
        echo "${BLOCK[$from]}" | sed "s|$STORY_TRACE|$trace|; s|<send>$STORY/|<send>../../documents/$trace/|"
    done
    echo '</script>'
}
script_from() { if [ $(($2 % 2)) = 1 ]; then echo "$1"; else other_side "$1"; fi; }
declare -A BLOCK

write_stage() {
    local i side
    for ((i = 1; i <= cases; i++)); do mkdir -p "$work/documents/$(trace_of "$i")"; done
    for ((i = 1; i <= cases; i++)); do person $((1 + i / 500)) $((i % 500)); done >"$work/persons"
    write_documents || return 1
    for side in guizhou guangdong; do BLOCK[$side]=$(script_case "$side" "$STORY_TRACE"); done
    for side in guizhou guangdong; do write_script "$side" >"$PAIR/$side/script.xml"; done
}

third_province() {
    sh certs/make-certs.sh "$PAIR/certs" hrss.450000 || return 1
    cp "$PAIR/certs/hrss.450000".*.crt "$PAIR/guizhou/keys/"
    party_file guizhou hrss.450000 province https://127.0.0.1:1/ "" ecdsa | sed '/<url>/d' >"$PAIR/guizhou/parties/hrss.450000.xml"
}

# --- the third province ---------------------------------------------------------------------------

speak() { "$BIN/tests/speak" "$@"; }

letter() { # NUMBER: signed bytes in $work/letter; message_id is set
    local case_id sent_at
    read -r message_id sent_at < <(speak id "$PAIR/clock")
    read -r case_id _ < <(speak id "$PAIR/clock")
    {
        printf '<?xml version="1.0" encoding="UTF-8"?>\n<Message xmlns="urn:qiantong:envelope:1"><Header>'
        printf '<MessageId>%s</MessageId><CaseId>%s</CaseId><From>hrss.450000</From><To>hrss.520000</To>' "$message_id" "$case_id"
        printf '<Flow>pension.employee</Flow><Action>letter</Action><Revision>1</Revision><SentAt>%s</SentAt></Header>' "$sent_at"
        printf '<Body dialect="national" schema="urn:qiantong:pension:1">'
        sed -e 1d -e "s:<traceNumber>.*<:<traceNumber>GX202603$(printf %08d "$1")<:" -e s:440000:450000:g \
            -e "s:<identityNumber>.*<:<identityNumber>$(person $((80 + $1 / 500)) $(($1 % 500)))<:" \
            -e "s:<birthDate>.*<:<birthDate>1985-06-01<:" -e "s:<sex>.*<:<sex>1<:" tests/demo/cases/money-first/letter.xml
        printf '</Body></Message>\n'
    } >"$work/unsigned"
    "$BIN/tests/xmlsig" sign ecdsa "$PAIR/certs/hrss.450000.ecdsa.key" "$PAIR/certs/hrss.450000.ecdsa.crt" "$work/unsigned" >"$work/letter"
}

# Says the letter once; a line "VERDICT CODE SEQUENCE MESSAGE-ID DIGEST" if a verified receipt came.
say_letter() {
    local status
    status=$(speak post "$PAIR/clock" "https://127.0.0.1:${PORT[guizhou]}/v1/messages" "$PAIR/certs/hrss.450000.tls.crt" \
        "$PAIR/certs/hrss.450000.tls.key" "$PAIR/certs/ca.crt" "$PAIR/certs/hrss.520000.tls.crt" application/xml \
        "$work/letter" "$work/answer" 2>/dev/null)
    case $status in 200 | 4*) ;; *) return 1 ;; esac
    speak receipt schemas ecdsa "$PAIR/certs/hrss.520000.ecdsa.crt" "$work/answer" 2>/dev/null
}

# Every letter until it is receipted, every third once more after that; stops behind a whole letter.
play_province() {
    local number=0 message_id
    while [ ! -e "$work/stop" ]; do
        number=$((number + 1))
        letter "$number"
        echo "$message_id $(sha256sum <"$work/letter" | cut -d' ' -f1)" >>"$work/letters"
        until say_letter >>"$work/receipts"; do sleep 0.1; done
        [ $((number % 3)) != 0 ] || until say_letter >>"$work/receipts"; do sleep 0.1; done
        sleep 0.1
    done
}

# --- killing --------------------------------------------------------------------------------------

begin_life() { # SIDE
    "$BIN/qiantongd" --config "$PAIR/$1/gateway.xml" --log info >>"$PAIR/$1/gateway.log" 2>&1 &
    PID[$1]=$!
    disown
}

# One that ended by itself is a failure; it is seen in its log, and started again.
kill_one() { # SIDE
    if gone "${PID[$1]}"; then
        echo "  $1 ended by itself"
        own_ends=$((own_ends + 1))
    else
        kill -KILL "${PID[$1]}"
        pair_wait 10 gone "${PID[$1]}"
    fi
    begin_life "$1"
}

begin_cases() { # COUNT
    local i trace
    for ((i = 0; i < $1 && begun < cases; i++)); do
        begun=$((begun + 1))
        trace=$(trace_of "$begun")
        case $trace in GZ*) core_begin guizhou "$trace" ;; *) core_begin guangdong "$trace" ;; esac
    done
}

kill_all() {
    local victims pauses
    RANDOM=$SEED
    for ((killed = 0; killed < KILLS;)); do
        begin_cases "$CASES_PER_KILL"
        pauses=$((RANDOM % 120))
        sleep "$((pauses / 100)).$(printf %02d $((pauses % 100)))"
        case $((RANDOM % 8)) in 0) victims="guizhou guangdong" ;; [1-4]) victims=guizhou ;; *) victims=guangdong ;; esac
        for side in $victims; do
            kill_one "$side"
            killed=$((killed + 1))
        done
    done
    begin_cases "$cases"
}

# --- at rest --------------------------------------------------------------------------------------

closed_count() { case_lines "$1" | grep -cE '^G[ZD]202603[0-9]* closed '; }
at_rest() {
    [ "$(closed_count guizhou)" = "$cases" ] && [ "$(closed_count guangdong)" = "$cases" ] &&
        no_open_letters guizhou && no_open_letters guangdong && core_idle guizhou && core_idle guangdong
}

come_to_rest() {
    local end=$((SECONDS + REST_MAX_S)) helped=$((SECONDS + 4))
    until at_rest; do
        [ $SECONDS -lt $end ] || return 1
        if [ $SECONDS -ge $helped ]; then # what waits for its next try
            clock_forward "$PAIR/clock" 60000
            helped=$((SECONDS + 3))
        fi
        sleep 0.3
    done
}

# Each receipt that was kept stands in the ledger, under the sequence, verdict and digest that it names;
# each letter stands there once; and one who asked twice was told the same.
judge_receipts() {
    {
        sed 's/^/letter /' "$work/letters"
        sed 's/^/receipt /' "$work/receipts"
        entry_lines guizhou | grep ' hrss.450000 ' | sed 's/^/entry /'
    } | awk '
        function wrong(text) { print "  " text }
        $1 == "letter" { digest[$2] = $3; letters++ }
        $1 == "receipt" {
            id = $5
            if (id in told && told[id] != $0) wrong(id ": told two things")
            told[id] = $0; sequence[id] = $4; verdict[id] = $2
            if ($6 != digest[id]) wrong(id ": receipt for other bytes")
        }
        $1 == "entry" && $5 == "received" {
            id = $8
            if (++count[id] > 1) wrong(id ": received twice")
            if (!(id in told)) wrong(id ": in the ledger, never receipted")
            else if ($4 != sequence[id] || $10 != verdict[id] || $12 != digest[id]) wrong(id ": not what was receipted")
        }
        END {
            for (id in told) if (!(id in count)) wrong(id ": receipted and lost")
            for (id in digest) if (!(id in told)) wrong(id ": never receipted")
            if (letters < 5) wrong("only " letters + 0 " letters were sent")
        }'
}

no_findings() { # WORDS FINDINGS
    [ -z "$2" ] || echo "$2" | head -20
    check "$1" [ -z "$2" ]
}

PAIR=$work/pair
pair_make "$PAIR" ecdsa && third_province && write_stage || { echo "FAIL - kill_load: no stage"; exit 1; }
for side in guizhou guangdong; do
    core_start "$side" "" && pair_start "$side" || { echo "FAIL - kill_load: $side does not start"; exit 1; }
done
own_ends=0 begun=0 killed=0
play_province &
province=$!
begin_cases "$CASES_FIRST"
kill_all
check "$killed kills, and no gateway ended by itself" [ "$own_ends" = 0 ]
touch "$work/stop"
check "everything comes to rest: $cases cases closed on both sides" come_to_rest
wait "$province"
province=
pair_end
told=$(cat "$PAIR"/*/core.log | grep -c '"event":"sim.answered"')
again=$(cat "$PAIR"/*/core.log | grep '"event":"sim.answered"' | grep -vc '"tries":"1"')
no_findings "what cores were told $told times ($again after silence) is in the ledgers once, states and sums agree" \
    "$(judge_story 'G[ZD]202603')"
no_findings "$(wc -l <"$work/receipts") receipts of a third province are in the ledger as they say" "$(judge_receipts)"
echo "accepted - 1 00000000-0000-7000-8000-000000000000 $(head -c 32 /dev/zero | sha256sum | cut -d' ' -f1)" >>"$work/receipts"
check "one receipt more would be noticed" grep -q 'receipted and lost' <(judge_receipts)
for side in guizhou guangdong; do
    check "the ledger of $side verifies and rebuilds: $(entry_count "$side") entries" ledger_good "$side"
    no_findings "the log of $side has no error" "$(grep -hE '"level":"error"|bug:' "$PAIR/$side/gateway.log" | head -5)"
done
if [ "$failures" = 0 ]; then rm -rf "$work"; else echo "left in $work, seed $SEED"; fi
[ "$failures" = 0 ]

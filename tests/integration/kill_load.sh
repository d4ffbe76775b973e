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
. tests/support/crowd.sh

KILLS=${1:-50}
SEED=${2:-$(($(date +%s) % 100000))}
CASES_PER_KILL=2
CASES_FIRST=6
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

# --- the third province ---------------------------------------------------------------------------

third_province() {
    sh certs/make-certs.sh "$PAIR/certs" hrss.450000 || return 1
    cp "$PAIR/certs/hrss.450000".*.crt "$PAIR/guizhou/keys/"
    party_file guizhou hrss.450000 province https://127.0.0.1:1/ "" ecdsa | sed '/<url>/d' >"$PAIR/guizhou/parties/hrss.450000.xml"
}

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

kill_all() {
    local victims pauses
    RANDOM=$SEED
    for ((killed = 0; killed < KILLS;)); do
        crowd_begin "$CASES_PER_KILL"
        pauses=$((RANDOM % 120))
        sleep "$((pauses / 100)).$(printf %02d $((pauses % 100)))"
        case $((RANDOM % 8)) in 0) victims="guizhou guangdong" ;; [1-4]) victims=guizhou ;; *) victims=guangdong ;; esac
        for side in $victims; do
            kill_one "$side"
            killed=$((killed + 1))
        done
    done
    crowd_begin "$crowd_size"
}

# --- at rest --------------------------------------------------------------------------------------

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
pair_make "$PAIR" ecdsa && third_province && crowd_make $((CASES_FIRST + KILLS * CASES_PER_KILL)) || { echo "FAIL - kill_load: no stage"; exit 1; }
for side in guizhou guangdong; do
    core_start "$side" "" && pair_start "$side" || { echo "FAIL - kill_load: $side does not start"; exit 1; }
done
own_ends=0 killed=0
play_province &
province=$!
crowd_begin "$CASES_FIRST"
kill_all
check "$killed kills, and no gateway ended by itself" [ "$own_ends" = 0 ]
touch "$work/stop"
check "everything comes to rest: $crowd_size cases closed on both sides" crowd_rests
wait "$province"
province=
pair_end
told=$(cat "$PAIR"/*/core.log | grep -c '"event":"sim.answered"')
again=$(cat "$PAIR"/*/core.log | grep '"event":"sim.answered"' | grep -vc '"tries":"1"')
no_findings "what cores were told $told times ($again after silence) is in the ledgers once, states and sums agree" \
    "$(judge_story "$CROWD_TRACES")"
no_findings "$(wc -l <"$work/receipts") receipts of a third province are in the ledger as they say" "$(judge_receipts)"
echo "accepted - 1 00000000-0000-7000-8000-000000000000 $(head -c 32 /dev/zero | sha256sum | cut -d' ' -f1)" >>"$work/receipts"
check "one receipt more would be noticed" grep -q 'receipted and lost' <(judge_receipts)
for side in guizhou guangdong; do
    check "the ledger of $side verifies and rebuilds: $(entry_count "$side") entries" ledger_good "$side"
    no_findings "the log of $side has no error" "$(grep -hE '"level":"error"|bug:' "$PAIR/$side/gateway.log" | head -5)"
done
if [ "$failures" = 0 ]; then rm -rf "$work"; else echo "left in $work, seed $SEED"; fi
[ "$failures" = 0 ]

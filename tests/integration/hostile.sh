#!/bin/bash
# hostile.sh - everything wrong that a partner or a core may send, to a running gateway.
#
# Each message must get its own code, signed if we know who speaks, and change nothing: neither a
# case nor the journal, except that a terminal refusal is one entry and its reply. Guizhou's gateway
# and core run; Guangdong, two more provinces and strangers are played by tests/support/speak.c.
# At the end the ledger's disk is full for a while.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

tools || { echo "FAIL - hostile: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/hostile.XXXXXX) || exit 1
proxy=
finish() {
    end_process "$proxy" TERM
    pair_end
}
trap finish EXIT
trap 'exit 130' INT TERM
NATIONAL=urn:qiantong:pension:1
ENVELOPE=urn:qiantong:envelope:1
speak() { "$BIN/tests/speak" "$@"; }

# --- the stage ------------------------------------------------------------------------------------

# 450000 may send letters only, 460000's signing pin is revoked, 310000 is nobody, alien has another
# root. No province has an address: what Guizhou decides for them stays in its outbox. Between
# Guizhou's gateway and its core lies a line that can be slow.
more_parties() {
    local parties=$PAIR/guizhou/parties name
    sh certs/make-certs.sh "$PAIR/certs" hrss.450000 hrss.460000 hrss.310000 || return 1
    sh certs/make-certs.sh "$PAIR/alien" hrss.440000 || return 1
    for name in 450000 460000; do
        cp "$PAIR/certs/hrss.$name".*.crt "$PAIR/guizhou/keys/"
        party_file guizhou "hrss.$name" province https://127.0.0.1:1/ "" ecdsa >"$parties/hrss.$name.xml"
    done
    sed -i '/<url>/d' "$parties"/hrss.4[456]0000.xml
    sed -i 's|</name></flow>|</name><actions><action>letter</action></actions></flow>|' "$parties/hrss.450000.xml"
    sed -i 's|<signingPins><pin>\(.*\)</pin></signingPins>|<signingPins><pin>\1<revoked>true</revoked></pin></signingPins>|' "$parties/hrss.460000.xml"
    sed -i "s|127.0.0.1:${CORE_PORT[guizhou]}/|127.0.0.1:$core_line/|" "$parties/hrss.520000.core.xml"
    sed -i 's|<transportPins>|<messageBytes>100000</messageBytes>&|' "$parties/hrss.440000.xml"
}

# --- making messages --------------------------------------------------------------------------------

# A national document of the demo, for a trace number, without its first line.
query() { # TRACE: a status query, which is in order in every state
    printf '<status_query xmlns="urn:qiantong:pension:1"><reference>%s<inRegion>440000</inRegion>%s%s</reference></status_query>' \
        "<traceNumber>$1</traceNumber>" "<outRegion>520000</outRegion>" "<insuranceKind>110</insuranceKind>"
}
document() { # DOCUMENT TRACE
    sed -e 1d -e "s:<traceNumber>.*</traceNumber>:<traceNumber>$2</traceNumber>:" "tests/demo/cases/$1"
}

# What the next message says in its header; fresh ids, now, from Guangdong to us.
fresh() { # [SHIFT_MS]
    read -r message_id sent_at < <(speak id "$PAIR/clock" "${1:-0}")
    read -r case_id _ < <(speak id "$PAIR/clock" "${1:-0}")
    from=hrss.440000 to=hrss.520000 flow=pension.employee action=letter schema=$NATIONAL
    body=$(document money-first/letter.xml "$(new_trace)")
}
traces=0
new_trace() { echo "GD2026030290$((++traces))$RANDOM"; }

envelope() {
    printf '<?xml version="1.0" encoding="UTF-8"?>\n<Message xmlns="%s"><Header><MessageId>%s</MessageId><CaseId>%s</CaseId>' \
        "$ENVELOPE" "$message_id" "$case_id"
    printf '<From>%s</From><To>%s</To><Flow>%s</Flow><Action>%s</Action><Revision>1</Revision><SentAt>%s</SentAt></Header>' \
        "$from" "$to" "$flow" "$action" "$sent_at"
    printf '<Body dialect="national" schema="%s">%s</Body></Message>\n' "$schema" "$body"
}
sign_as() { # PAIR-OF-FILES: stdin signed, to stdout
    cat >"$work/unsigned"
    "$BIN/tests/xmlsig" sign ecdsa "$1.ecdsa.key" "$1.ecdsa.crt" "$work/unsigned"
}
signed() { envelope | sign_as "$PAIR/certs/hrss.440000" >"$work/message"; }
# Changes to bytes that were signed before: a sed script.
spoil() { LC_ALL=C sed -i "$@" "$work/message"; }

# --- saying them and judging ------------------------------------------------------------------------

post() { # PAIR-OF-FILES FILE: HTTP status or "no REASON"; the answer is in $work/answer
    : >"$work/answer"
    speak post "$PAIR/clock" "https://127.0.0.1:${PORT[guizhou]}/v1/messages" "$1.tls.crt" "$1.tls.key" \
        "$PAIR/certs/ca.crt" "$PAIR/certs/hrss.520000.tls.crt" application/xml "$2" "$work/answer"
}

count_is() { [ "$(entry_count guizhou)" = "$1" ]; }
entries=0
cases=
look() {
    entries=$(entry_count guizhou)
    cases=$(cli guizhou cases --json)
}

# Entries that nobody waits for (replies) come a little later.
settle() {
    local before=
    while [ "$before" != "$entries" ]; do
        before=$entries
        sleep 0.3
        look
    done
}

# What came back, in one line: VERDICT CODE, and whether the receipt names our bytes and our id.
said_by_gateway() { # WHO MORE
    local verdict code id digest
    case $1 in
    *core)
        read -r verdict code _ < <(speak answer schemas adapters/guizhou-core "$work/answer")
        echo "$verdict $code"
        return
        ;;
    esac
    read -r verdict code sequence id digest < <(speak receipt schemas ecdsa "$PAIR/certs/hrss.520000.ecdsa.crt" "$work/answer")
    [ "$digest" = "$(sha256sum <"$work/message" | cut -d' ' -f1)" ] || code="$code(other bytes named)"
    [ "$2" = 0 ] || [ "$id" = "$message_id" ] || code="$code(other id named)"
    [ "$2" != 0 ] || [ "$id" = - ] || code="$code(an id named)"
    echo "$verdict $code"
}

# Posts $work/message. STATUS without an answer of ours: leave VERDICT and CODE as "- -".
expect() { # WORDS WHO STATUS VERDICT CODE ENTRIES [moves]
    local words=$1 who=$2 want="$3 $4 $5" more=$6 status got
    status=$(post "$PAIR/certs/hrss.$who" "$work/message")
    got="$status - -"
    [ "$4" = - ] || got="$status $(said_by_gateway "$who" "$more")"
    if ! pair_wait 4 count_is $((entries + more)); then
        got="$got, and $(($(entry_count guizhou) - entries)) entries instead of $more"
    elif [ "${7:-}" != moves ] && [ "$(cli guizhou cases --json)" != "$cases" ]; then
        got="$got, and a case changed"
    fi
    if [ "$got" = "$want" ]; then ok "$words: $want"; else bad "$words: $got, should be $want"; fi
    look
}

# --- provinces: bytes that are no message ------------------------------------------------------------

unreadable_bytes() {
    fresh
    echo '<Message><Header>' >"$work/message"
    expect "not well-formed" 440000 422 refused PARSE 0
    signed && spoil '1a <!DOCTYPE Message [<!ENTITY a "b">]>'
    expect "a document type" 440000 422 refused DOCTYPE 0
    signed && spoil '1s/UTF-8/GBK/'
    expect "labelled GBK" 440000 422 refused ENCODING 0
    signed && spoil '1s/UTF-8/ISO-8859-1/'
    expect "labelled ISO-8859-1" 440000 422 refused ENCODING 0
    signed && spoil 's/<postcode>/&\xff\xfe/'
    expect "bytes that are not UTF-8" 440000 422 refused ENCODING 0
    { printf '<Message>'; head -c 120000 /dev/zero | tr '\0' x; echo '</Message>'; } >"$work/message"
    expect "larger than agreed with the party" 440000 413 refused SIZE 0
    { printf '<Message>'; head -c 1200000 /dev/zero | tr '\0' x; echo '</Message>'; } >"$work/message"
    expect "larger than anything" 440000 413 - - 0
    { yes '<a>' | head -200; yes '</a>' | head -200; } >"$work/message"
    expect "200 elements deep" 440000 422 refused DEPTH 0
    : >"$work/message"
    expect "nothing at all" 440000 422 refused PARSE 0
}

# ENV-13. One connection, so that far more than twenty come in one second of the gateway.
unreadable_flood() {
    local answers=$work/answers told
    echo '<Message>' >"$work/message"
    for _ in {1..300}; do echo "url = https://127.0.0.1:${PORT[guizhou]}/v1/messages"; done >"$work/urls"
    curl --silent --insecure --cert "$PAIR/certs/hrss.440000.tls.crt" --key "$PAIR/certs/hrss.440000.tls.key" \
        --header 'Content-Type: application/xml' --data-binary "@$work/message" \
        --write-out '\nstatus %{http_code} %header{retry-after}\n' --config "$work/urls" >"$answers"
    told=$(grep -c '^status 429 [1-9]' "$answers")
    check "300 unreadable messages: each 422, or 429 with Retry-After ($told)" \
        test $(($(grep -c '^status 422' "$answers") + told)) = 300
    check "300 unreadable messages: at least 20 signed answers, and 429 without one" \
        test "$(grep -c '^status 422' "$answers")" -ge 20 -a "$told" -ge 1 \
        -a "$(grep -c '^too many unreadable messages' "$answers")" = "$told"
    check "300 unreadable messages: no entry" count_is "$entries"
    look
}

wrong_signatures() {
    fresh
    envelope >"$work/message"
    expect "no signature" 440000 422 refused SHAPE 0
    second_signature
    expect "a second signature" 440000 422 refused SHAPE 0
    signed && spoil 's:<Header>:<!-- a word -->&:'
    expect "a comment" 440000 422 refused SHAPE 0
    signed && spoil 's:<Header>:<?go on?>&:'
    expect "a processing instruction" 440000 422 refused SHAPE 0
    signed && spoil 's:<number>102701:<number>102702:'
    expect "one digit of a signed message" 440000 422 refused SIGNATURE 0
    envelope | sign_as "$PAIR/certs/hrss.450000" >"$work/message"
    expect "a known connection, another province's signature" 440000 403 refused PIN 0
    envelope | sign_as "$PAIR/alien/hrss.440000" >"$work/message"
    expect "a certificate of the same name from another root" 440000 403 refused PIN 0
    signed && spoil 's|2000/09/xmldsig#enveloped-signature|TR/1999/REC-xpath-19991116|'
    expect "another transform" 440000 422 refused TRANSFORM 0
    from=hrss.460000
    envelope | sign_as "$PAIR/certs/hrss.460000" >"$work/message"
    expect "a revoked signing certificate" 460000 403 refused PIN 0
}

# The whole signature once more, behind the first one.
second_signature() {
    signed
    LC_ALL=C perl -0pi -e 's{(<ds:Signature\b.*</ds:Signature>)}{$1$1}s' "$work/message"
}

# --- provinces: signed, and the header contradicts -----------------------------------------------------

wrong_headers() {
    fresh && from=hrss.450000 && signed
    expect "From is not who speaks" 440000 422 refused HEADER 0
    fresh && to=hrss.450000 && signed
    expect "To is not us" 440000 422 refused HEADER 0
    fresh && flow=pension.unheard && signed
    expect "an unknown flow" 440000 422 refused UNKNOWN_FLOW 0
    fresh && action=unheard && signed
    expect "an unknown action" 440000 422 refused UNKNOWN_FLOW 0
    fresh && action=application body=$(document money-first/application.xml "$(new_trace)") && signed
    expect "a core's document from a province" 440000 422 refused UNKNOWN_FLOW 0
    fresh && action=receipt schema=$ENVELOPE body=$(receipt_body) && signed
    expect "a receipt as a request" 440000 422 refused UNKNOWN_FLOW 0
    fresh 360000 && signed
    expect "sent 6 minutes ahead" 440000 422 refused HEADER 0
    fresh -7862400000 && signed
    expect "sent 91 days ago" 440000 422 refused HEADER 0
    fresh && read -r message_id _ < <(speak id "$PAIR/clock" -90000000) && signed
    expect "an id of 25 hours before" 440000 422 refused HEADER 0
    fresh && message_id=9b1f4c0e-5d3a-4b6e-8f1a-2c3d4e5f6a7b && signed
    expect "an id that has no time" 440000 422 refused SCHEMA 0
    fresh && from=hrss.450000 action=acceptance body=$(document form-first/acceptance.xml "$(new_trace)")
    envelope | sign_as "$PAIR/certs/hrss.450000" >"$work/message"
    expect "an action that is not agreed" 450000 403 refused DENIED 0
}
receipt_body() {
    printf '<receipt><MessageId>%s</MessageId><Verdict>accepted</Verdict><DigestKind>sha256</DigestKind><Digest>%064d</Digest><ReceivedAt>%s</ReceivedAt><LogId>%032d</LogId><Sequence>5</Sequence></receipt>' \
        "$message_id" 0 "$sent_at" 0
}

# --- provinces: a good header: the id is used up ---------------------------------------------------------

refused_for_ever() {
    fresh && body=${body/<postcode>510030/<postcode>51003} && signed
    expect "a body against its schema" 440000 422 refused SCHEMA 2
    repeat "the same bytes again"
    fresh && body=${body/<letterNumber>/<mystery>1</mystery><letterNumber>} && signed
    expect "an element that nobody knows" 440000 422 refused SCHEMA 2
    fresh && action=acceptance && signed
    expect "a body that is not the header's action" 440000 422 refused HEADER 2
    fresh && body=$(document form-first/letter.xml "$(new_trace)") && signed
    expect "a case of another province" 440000 422 refused FLW-04 2
    fresh && from=hrss.450000
    envelope | sign_as "$PAIR/certs/hrss.450000" >"$work/message"
    expect "a letter about a region that is not the sender's" 450000 422 refused FLW-04 2
    fresh && action=acceptance body=$(document form-first/acceptance.xml "$(new_trace)") && signed
    expect "a document for a case that nobody knows yet" 440000 503 - - 0
    fresh -660000 && action=acceptance body=$(document form-first/acceptance.xml "$(new_trace)") && signed
    expect "the same, 11 minutes old" 440000 422 refused FLW-03 2
}

# The same bytes: the same status, and byte for byte the same answer.
repeat() { # WORDS
    local before after
    before=$(sha256sum <"$work/answer")
    post "$PAIR/certs/hrss.${2:-440000}" "$work/message" >"$work/status"
    after=$(sha256sum <"$work/answer")
    check "$1: the same answer, byte for byte" test "$before" = "$after"
    check "$1: no entry, no change" test "$(entry_count guizhou) $(cli guizhou cases --json | sha256sum)" = \
        "$entries $(echo "$cases" | sha256sum)"
}

known_case() {
    local trace opened kept
    trace=$(new_trace)
    fresh && body=$(document money-first/letter.xml "$trace") && signed
    expect "a good letter opens a case" 440000 200 accepted - 4 moves
    pair_wait 5 no_open_letters guizhou
    look
    cp "$work/message" "$work/letter" && cp "$work/answer" "$work/letter-answer"
    opened="$case_id $message_id"
    repeat "the letter again"
    read -r case_id message_id <<<"$opened"
    body=$(document money-first/letter.xml "$(new_trace)") && signed
    expect "the same id with other content" 440000 409 conflict CONFLICT 2
    cp "$work/letter" "$work/message" && cp "$work/letter-answer" "$work/answer"
    repeat "the letter after the conflict"
    kept=${opened% *}
    fresh && case_id=$kept action=completion body=$(document money-first/completion.xml "$trace") && signed
    expect "a completion before anything happened" 440000 422 refused FLW-01 2
    fresh && case_id=$kept action=form_return body=$(document money-first/completion.xml "$trace") && signed
    expect "a document under another name" 440000 422 refused HEADER 2
    fresh && case_id=$kept action=status_query body=$(query "$(new_trace)") && signed
    expect "another trace number than the case's" 440000 422 refused PEN-C19 2
    fresh && case_id=$kept from=hrss.450000
    envelope | sign_as "$PAIR/certs/hrss.450000" >"$work/message"
    expect "another province speaks about the case" 450000 422 refused FLW-05 2
    fresh && body=$(document money-first/letter.xml "$(new_trace)") && signed
    expect "a second case of the same person and route" 440000 422 refused PEN-R08 2
}

# Sums that differ are a good document about something wrong: accepted, and returned as a form.
form_that_differs() {
    core_begin guizhou GD20260302000004
    pair_wait 10 in_state guizhou GD20260302000004 letter_sent
    pair_wait 10 core_idle guizhou
    settle
    fresh && action=form body=$(sed 1d "$PAIR/guangdong/cases/form-returned/form.xml")
    case_id=$(case_lines guizhou | awk '$1 == "GD20260302000004" { print $6 }')
    signed
    expect "a form whose sums differ" 440000 200 accepted - 4 moves
    check "a form whose sums differ: the case is in dispute" in_state guizhou GD20260302000004 dispute
    check "a form whose sums differ: a form_return waits for the sender" \
        test "$(cli guizhou letters --json | grep -A4 '"party": "hrss.440000"' | grep -c '"action": "form_return"')" = 1
}

strangers() {
    fresh && signed
    expect "a certificate of our authority that nobody configured" 310000 403 - - 0
    check "a certificate of another authority: no TLS" \
        grep -qE '^no (tls|tls_alert|cut)$' <(post "$PAIR/alien/hrss.440000" "$work/message")
    expect "a core's certificate with a province's message" 520000.core 422 refused SCHEMA 0
}

# --- the core ----------------------------------------------------------------------------------------

# The committed bad examples of the adapter, each with the code that its list names.
core_examples() {
    local file way code _
    while read -r file way code _; do
        case $file in *.xml) ;; *) continue ;; esac
        [ "$way" = from-core ] || continue
        cp "adapters/guizhou-core/examples/$file" "$work/message"
        expect "core: $file" 520000.core 422 refused "$code" 0
    done <adapters/guizhou-core/examples/bad.txt
}

core_document() { # KEY TRACE OUT-REGION
    LC_ALL=C sed "s:<prm_jylsh>[^<]*:<prm_jylsh>$1:; s:<prm_aaz341>[^<]*:<prm_aaz341>$2:; s:<prm_aab299>[^<]*:<prm_aab299>520000:; s:<prm_yac250>[^<]*:<prm_yac250>$3:" \
        adapters/guizhou-core/examples/application.theirs.xml >"$work/message"
}

core_documents() {
    core_document K1 QTHOSTILE1 440000 && spoil 's:<input>:<entry>:; s:</input>:</entry>:'
    expect "core: another root" 520000.core 422 refused SCHEMA 0
    core_document K2 QTHOSTILE2 310000
    expect "core: no partner is configured for the region" 520000.core 422 refused FLW-04 2
    repeat "core: the same refusal again" 520000.core
    core_document K3 QTHOSTILE3 440000
    expect "core: a good application" 520000.core 200 accepted - 2 moves
    repeat "core: the application again" 520000.core
    core_document K3 QTHOSTILE4 440000
    expect "core: the same key with other content" 520000.core 409 conflict CONFLICT 2
    core_document K5 QTHOSTILE3 440000
    expect "core: the application once more under another key" 520000.core 422 refused FLW-01 2
    core_document K6 QTHOSTILE6 440000
    LC_ALL=C sed "s:<prm_jylsh>[^<]*:<prm_jylsh>K6:; s:<prm_aaz341>[^<]*:<prm_aaz341>QTNOBODY:" \
        adapters/guizhou-core/examples/acceptance.theirs.xml >"$work/message"
    expect "core: a document for a case that is not there" 520000.core 422 refused FLW-03 2
}

# --- a full disk -----------------------------------------------------------------------------------------

core_has_all() { ! cli guizhou letters --json | grep -q '"to_core": true'; }
at_core() { grep -c '"event":"deliver.outcome".*"party":"hrss.520000.core"' "$PAIR/guizhou/gateway.log"; }

# The disk fills while the core is about to answer: what it says cannot be written.
fill_disk() {
    echo "delay 1500" >"$work/line"
    fresh && body=$(document form-first/letter.xml "$(new_trace)" | sed 's/520000/@/g; s/440000/520000/g; s/@/440000/g') && signed
    expect "full disk: before it, a letter that the core is slow to take" 440000 200 accepted - 3 moves
    touch "$work/full"
    echo pass >"$work/line"
}

full_disk() {
    local tries
    pair_stop guizhou
    FULL_FILE=data.mdb FULL_SWITCH=$work/full PAIR_PRELOAD=$PWD/$BIN/tests/full.so pair_start guizhou || {
        bad "full disk: the gateway does not start"
        return
    }
    settle
    fill_disk
    tries=$(at_core)
    fresh && body=$(document form-returned/letter.xml "$(new_trace)") && signed
    expect "full disk: a letter" 440000 503 - - 0
    cp "$work/message" "$work/letter"
    core_document K9 QTHOSTILE9 440000
    expect "full disk: an application" 520000.core 503 - - 0
    cp "$work/message" "$work/application"
    check "full disk: the gateway lives" kill -0 "${PID[guizhou]}"
    check "full disk: reading goes on" test -n "$(cli guizhou status)"
    sleep 3
    tries=$(($(at_core) - tries))
    check "full disk: the core is not asked over and over ($tries times)" test "$tries" -ge 1 -a "$tries" -le 12
    rm -f "$work/full"
    sleep 1
    clock_forward "$PAIR/clock" 40000
    check "space again: the core's answer is written" pair_wait 10 core_has_all
    settle
    cp "$work/letter" "$work/message"
    expect "space again: the same letter" 440000 200 accepted - 4 moves
    cp "$work/application" "$work/message"
    expect "space again: the same application" 520000.core 422 refused PEN-R08 2
}

core_line=$(free_port)
pair_make "$work/pair" ecdsa && stage guizhou GD20260302000004 && more_parties || exit 1
echo pass >"$work/line"
"$BIN/tests/proxy" "$core_line" "${CORE_PORT[guizhou]}" "$work/line" >"$work/line.log" 2>&1 &
proxy=$!
disown
pair_start guizhou && core_start guizhou "" || exit 1
look
unreadable_bytes
wrong_signatures
wrong_headers
refused_for_ever
known_case
form_that_differs
strangers
unreadable_flood
core_examples
core_documents
full_disk
pair_end
check "the ledger is good, rebuilt row by row" ledger_good guizhou
check "no name of a person in the log" test -z "$(grep -aE '张喆|田㛃|𠮷野|李𡘙|[45][24]99[0-9]{14}' "$PAIR/guizhou/gateway.log")"
[ "$failures" = 0 ] && rm -rf "$work"
[ "$failures" = 0 ]

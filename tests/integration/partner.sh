#!/bin/bash
# partner.sh - a partner province that has none of our code: docs/partner/*.sh, curl and openssl.
#
# Guizhou's gateway runs. Guangdong signs with sign.sh, posts with send.sh, fetches from its
# mailbox, verifies with verify.sh. Every sample of docs/partner/samples is said, with new ids.
# Each suite; bad receipts; what docs/partner.md promises of repeats, conflicts and statuses. Then
# direct settlement and records of work injury; `SUITES= partner.sh` does these alone.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

tools || { echo "FAIL - partner: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/partner.XXXXXX) || exit 1
trap pair_end EXIT
trap 'exit 130' INT TERM
quietly() { "$@" >/dev/null 2>&1; }

# --- a message --------------------------------------------------------------------------------------

# Puts a sample's document into a new message of Guangdong's, signed. The regions are exchanged
# where Guangdong is IN; the trace number, case and person are given.
message() { # ACTION ROLE CASE-ID TRACE OUT [SED-SCRIPT]
    local action=$1 role=$2 case=$3 trace=$4 out=$5 id at
    read -r id at < <("$BIN/tests/speak" id "$PAIR/clock" "${SHIFT:-0}")
    perl -0pe 's{<ds:Signature .*</ds:Signature>}{}s' "docs/partner/samples/$action.xml" |
        sed -e "s|<MessageId>.*<|<MessageId>$id<|" -e "s|<CaseId>.*<|<CaseId>$case<|" \
            -e "s|<SentAt>.*<|<SentAt>$at<|" -e 's|<From>.*<|<From>hrss.440000<|' -e 's|<To>.*<|<To>hrss.520000<|' \
            -e "/<reference>/,/<\/reference>/s|<traceNumber>.*<|<traceNumber>$trace<|" >"$out.unsigned"
    [ "$role" = out ] || sed -i -e 's|<inRegion>.*<|<inRegion>440000<|' -e 's|<outRegion>.*<|<outRegion>520000<|' "$out.unsigned"
    [ -z "${6:-}" ] || sed -i "$6" "$out.unsigned"
    sign "$out"
}
sign() { # OUT
    sh docs/partner/sign.sh "$suite" "$PAIR/certs/hrss.440000.$suite.key" "$PAIR/certs/hrss.440000.$suite.crt" \
        "$1.unsigned" >"$1"
}
new_case() { "$BIN/tests/speak" id "$PAIR/clock" | cut -d' ' -f1; }
element() { xmllint --nonet --xpath "string(//*[local-name()='$2'])" "$1"; } # FILE NAME
verified() { sh docs/partner/verify.sh "$suite" "$PAIR/certs/hrss.520000.$suite.crt" "$1"; }

send() { # MESSAGE RECEIPT: what send.sh says
    timeout 60 sh docs/partner/send.sh "${URL:-https://127.0.0.1:${PORT[guizhou]}/v1/messages}" "$PAIR/certs/hrss.440000.tls.crt" \
        "$PAIR/certs/hrss.440000.tls.key" "$PAIR/certs/ca.crt" "$suite" "$PAIR/certs/hrss.520000.$suite.crt" "$1" "$2"
}
post() { # MESSAGE ANSWER [CERTIFICATE]: the bare status
    curl --silent --max-time 20 --cacert "$PAIR/certs/ca.crt" --cert "$PAIR/certs/hrss.440000.tls.crt" \
        --key "$PAIR/certs/hrss.440000.tls.key" --header 'Content-Type: application/xml' --data-binary "@$1" \
        --output "$2" --write-out '%{http_code}' "https://127.0.0.1:${PORT[guizhou]}/v1/${3:-messages}"
}
fetch() { # OUT [QUERY]: the bare status
    curl --silent --max-time 20 --cacert "$PAIR/certs/ca.crt" --cert "$PAIR/certs/hrss.440000.tls.crt" \
        --key "$PAIR/certs/hrss.440000.tls.key" --output "$1" --write-out '%{http_code}' \
        "https://127.0.0.1:${PORT[guizhou]}/v1/mailbox${2:-}"
}
expect() { # WORDS WANT ACTION ROLE CASE TRACE [SED-SCRIPT]
    local got
    message "$3" "$4" "$5" "$6" "$work/message" "${7:-}"
    got=$(send "$work/message" "$work/receipt" 2>&1)
    if [ "$got" = "$2" ]; then ok "$suite: $1: $2"; else bad "$suite: $1: $got, should be $2"; fi
}

# --- what Guangdong fetches ---------------------------------------------------------------------------

# The oldest letter ready of this action; acknowledged with a receipt of ours.
ready() { [ "$(fetch "$work/fetched")" = 200 ] && [ "$(element "$work/fetched" Action)" = "$1" ]; }
take() { # ACTION
    local id at digest kind=sha256
    check "$suite: the mailbox has a $1" pair_wait 10 ready "$1"
    check "$suite: the $1 verifies" verified "$work/fetched"
    [ "$suite" != gm ] || kind=sm3
    digest=$(openssl dgst -r -$kind "$work/fetched" | cut -d' ' -f1)
    read -r id at < <("$BIN/tests/speak" id "$PAIR/clock")
    cat >"$work/ack.unsigned" <<XML
<?xml version="1.0" encoding="UTF-8"?>
<Message xmlns="urn:qiantong:envelope:1"><Header><MessageId>$id</MessageId><CaseId>$(element "$work/fetched" CaseId)</CaseId><InReplyTo>$(element "$work/fetched" MessageId)</InReplyTo><From>hrss.440000</From><To>hrss.520000</To><Flow>$(element "$work/fetched" Flow)</Flow><Action>receipt</Action><Revision>1</Revision><SentAt>$at</SentAt></Header><Body dialect="national" schema="urn:qiantong:envelope:1"><receipt><MessageId>$(element "$work/fetched" MessageId)</MessageId><Verdict>accepted</Verdict><DigestKind>$kind</DigestKind><Digest>$digest</Digest><ReceivedAt>$at</ReceivedAt><LogId>00112233445566778899aabbccddeeff</LogId><Sequence>1</Sequence></receipt></Body></Message>
XML
    sign "$work/ack"
    check "$suite: our receipt to the $1 is taken" test "$(post "$work/ack" "$work/said" mailbox)" = 200
}

# --- Guangdong as IN ----------------------------------------------------------------------------------

as_in() {
    local case trace=GD20260302$RANDOM
    case=$(new_case)
    message letter in "$case" "$trace" "$work/letter"
    check "$suite: a letter signed with openssl is accepted, and its receipt verifies" quietly send "$work/letter" "$work/letter.receipt"
    check "$suite: the receipt follows schemas/envelope.xsd" quietly xmllint --nonet --noout --schema schemas/envelope.xsd "$work/letter.receipt"
    check "$suite: Guizhou has the case" in_state guizhou "$trace" letter_held
    cp "$work/letter.receipt" "$work/first"
    check "$suite: the same bytes again" quietly send "$work/letter" "$work/letter.receipt"
    check "$suite: get the same receipt, byte for byte" cmp -s "$work/first" "$work/letter.receipt"
    sed -i 's|<postcode>.*<|<postcode>510001<|' "$work/letter.unsigned"
    sign "$work/letter"
    check "$suite: the same id with other bytes: 409" test "$(post "$work/letter" "$work/answer")" = 409
    check "$suite: and a signed conflict" test "$(verified "$work/answer" && element "$work/answer" Verdict)" = conflict
    expect "an acceptance from IN" "refused FLW-01" acceptance in "$case" "$trace"
    expect "a second letter, revision 3" "refused FLW-01" letter in "$case" "$trace" 's|<Revision>1|<Revision>3|'
    expect "the case of another trace number" "refused PEN-C19" withdrawal in "$case" "${trace}X"
    expect "the same person and route again" "refused PEN-R08" letter in "$(new_case)" "${trace}Y"
    expect "a status query" accepted status_query in "$case" "$trace"
    take status_answer
    expect "a reminder" accepted reminder in "$case" "$trace"
    expect "a withdrawal" accepted withdrawal in "$case" "$trace"
    check "$suite: Guizhou is asked to answer" in_state guizhou "$trace" withdrawing
    message completion in "$(new_case)" "${trace}Z" "$work/message"
    check "$suite: a case that is not there: 503" test "$(post "$work/message" "$work/answer")" = 503
    SHIFT=-660000 expect "the same, sent 11 minutes ago" "refused FLW-03" completion in "$(new_case)" "${trace}Z"
    for action in refusal form_return completion clearing_done fund_return; do
        expect "a $action in state withdrawing" "$(answer_to $action)" $action in "$case" "$trace"
    done
    expect "a reversal of nothing" "refused FLW-06" reversal in "$(new_case)" "${trace}R" \
        's|529900198506010018|449902199003150024|'
    expect "a question about money" accepted fund_query in "$(new_case)" "YH$trace"
    expect "regions that are not ours" "refused FLW-04" letter in "$(new_case)" "${trace}S" 's|<outRegion>.*<|<outRegion>450000<|'
}
answer_to() { # the row of the table, or none
    case $1 in
    form_return) echo "refused FLW-02" ;;
    *) echo "refused FLW-01" ;;
    esac
}

# --- Guangdong as OUT ---------------------------------------------------------------------------------

as_out() {
    local case trace=QT20260302GZ0001 document person route
    for document in application letter; do
        check "$suite: Guizhou's core submits its $document" quietly \
            cli guizhou submit "adapters/guizhou-core/examples/$document.theirs.xml"
    done
    check "$suite: the mailbox has a letter" pair_wait 10 ready letter
    case=$(element "$work/fetched" CaseId)
    person=$(xmllint --nonet --xpath "string(//*[local-name()='person']/*[local-name()='identityNumber'])" "$work/fetched")
    route="s|<inRegion>.*<|<inRegion>$(element "$work/fetched" inRegion)<|; s|<outRegion>.*<|<outRegion>$(element "$work/fetched" outRegion)<|"
    take letter
    check "$suite: Guizhou knows that we have it" in_state guizhou "$trace" letter_held
    for document in acceptance certificate notice; do
        expect "our $document" accepted $document out "$case" "$trace" "$route; s|529900198506010018|$person|"
    done
    expect "our withdrawal answer, unasked" "refused FLW-01" withdrawal_answer out "$case" "$trace" "$route"
    expect "our status answer, unasked" accepted status_answer out "$case" "$trace" "$route"
    expect "our fund advice" accepted fund_advice out "$case" "$trace" "$route"
    expect "our form, revision 2" "refused FLW-02" form out "$case" "$trace" "$route; s|<Revision>1|<Revision>2|; s|529900198506010018|$person|"
    expect "our form, of another person" "refused PEN-C19" form out "$case" "$trace" "$route"
    expect "our form" accepted form out "$case" "$trace" \
        "$route; s|<region>440000<|<region>440100<|; s|529900198506010018|$person|; s|<birthDate>.*<|<birthDate>${person:6:4}-${person:10:2}-${person:12:2}<|; s|<sex>.*<|<sex>$((${person:16:1} % 2 ? 1 : 2))<|"
    check "$suite: Guizhou holds the form" in_state guizhou "$trace" info_only
    expect "a letter return behind the form" "refused FLW-01" letter_return out "$case" "$trace" "$route"
    SHIFT=-660000 expect "an answer about money that nobody asked for" "refused FLW-03" fund_answer out "$(new_case)" YH1
}

# --- what does not become a message ---------------------------------------------------------------------

hostile() {
    local trace=GD20260309$RANDOM
    message letter in "$(new_case)" "$trace" "$work/letter"
    sed -i 's|<account>.|<account>9|' "$work/letter"
    check "$suite: send.sh: a changed digit needs a person" test "$(send "$work/letter" "$work/answer"; echo $?)" = "422: not readable there: SIGNATURE
2"
    cp "$work/letter.receipt" "$work/spoilt"
    sed -i 's|<Verdict>refused|<Verdict>accepted|; s|<Verdict>accepted|<Verdict>refused|' "$work/spoilt"
    check "$suite: verify.sh: a receipt with another verdict" fails verified "$work/spoilt"
    sed 's|</Message>|<!-- --></Message>|' "$work/letter.receipt" >"$work/spoilt"
    check "$suite: verify.sh: a comment" fails verified "$work/spoilt"
    perl -0pe 's{(<ds:Signature .*</ds:Signature>)}{$1$1}s' "$work/letter.receipt" >"$work/spoilt"
    check "$suite: verify.sh: two signatures" fails verified "$work/spoilt"
    perl -0pe 's{(<Header>.*</Body>)(<ds:Signature .*</ds:Signature>)}{$2$1}s' "$work/letter.receipt" >"$work/spoilt"
    check "$suite: verify.sh: a signature in front" fails verified "$work/spoilt"
    check "$suite: verify.sh: another party's pin" fails sh docs/partner/verify.sh "$suite" "$PAIR/certs/hrss.440000.$suite.crt" "$work/letter.receipt"
    head -c 700 "$work/letter.receipt" >"$work/spoilt"
    check "$suite: verify.sh: half a receipt" fails verified "$work/spoilt"
}
fails() { ! "$@" >/dev/null 2>&1; }

# --- questions, filings, records of work injury -----------------------------------------------------------

later() { "$BIN/tests/speak" id "$PAIR/clock" "$1" | cut -d' ' -f2; } # MILLISECONDS
# Guangdong treats, Guizhou insures: `asks WORDS WANT ACTION CASE STAY [ANSWER-WITHIN-MS [SED-SCRIPT]]`.
asks() {
    expect "$1" "$2" "$3" out "$4" - "s|<treatingRegion>.*<|<treatingRegion>440100<|; s|<insuredRegion>.*<|<insuredRegion>520100<|; s|<stayNumber>.*<|<stayNumber>$5<|; s|<AnswerBy>.*<|<AnswerBy>$(later "${6:-60000}")<|; ${7:-}"
}
answered() { test "$(element "$work/fetched" InReplyTo)" = "$1" && test "$(element "$work/fetched" "$2")" = "$3"; } # ID NAME VALUE
asked_id() { element "$work/message" MessageId; }

settling() {
    local case id unseen
    case=$(new_case)
    asks "a question" pending identify "$case" GD-1
    id=$(asked_id)
    take identity
    check "$suite: the answer names the question, and says yes" answered "$id" verdict ok
    SHIFT=-120000 asks "a question after its AnswerBy" "refused STL-T01" register "$case" GD-1 -60000
    asks "lines before the registration" "refused FLW-01" lines "$case" GD-1
    case=$(new_case) unseen=$(new_case)
    asks "a reversal of what never came" pending reverse "$case" GD-2 60000 \
        "s|<action>settle<|<action>register<|; s|<messageId>[^<]*<|<messageId>$unseen<|"
    id=$(asked_id)
    take reversed
    check "$suite: there was nothing to reverse" answered "$id" found false
    asks "what was reversed, and comes late" "refused STL-T02" register "$case" GD-2 60000 "s|<MessageId>.*<|<MessageId>$unseen<|"
    asks "a query about it" pending query "$case" GD-2 60000 \
        "s|<action>settle<|<action>register<|; s|<messageId>[^<]*<|<messageId>$unseen<|"
    take outcome
    check "$suite: it is reversed" test "$(element "$work/fetched" status)" = reversed
}

telling() {
    local case there='s|<treatingRegion>.*<|<treatingRegion>520000<|; s|<insuredRegion>.*<|<insuredRegion>440100<|'
    case=$(new_case)
    there+='; s|<recognitionNumber>.*<|<recognitionNumber>INJ-5299<|'
    expect "a suspension of no filing" "refused FLW-03" filing_suspend out "$case" - "$there; s|<SentAt>.*<|<SentAt>$(later -660000)<|"
    expect "a decision" accepted recognition out "$(new_case)" -
    expect "the same decision under another number" "refused INJ-T05" recognition out "$(new_case)" - \
        's|<recordNumber>.*<|<recordNumber>GD20260302000099<|'
    expect "a later revision of nothing" "refused INJ-T03" recognition out "$(new_case)" - \
        's|<recordNumber>.*<|<recordNumber>GD20260302000098<|; s|<change>.*<|<change>changed<|; s|<revision>1<|<revision>2<|'
}

# A pair of its own: another dialect, and a core that answers.
direct_settlement() {
    suite=ecdsa
    PAIR_ADAPTER=guizhou-settlement PAIR_FLOWS="settlement.stay settlement.filing injury.record"
    pair_make "$work/direct" $suite || { bad "direct settlement: no pair"; return; }
    sed -i '/<url>/d' "$PAIR/guizhou/parties/hrss.440000.xml"
    echo '<?xml version="1.0" encoding="UTF-8"?><script xmlns="urn:qiantong:sim:1"><insured/></script>' >"$PAIR/guizhou/script.xml"
    check "direct settlement: gateway and core start" start_insured || return
    settling
    telling
    pair_end
}
start_insured() { pair_start guizhou && core_start guizhou ""; }

for suite in ${SUITES-ecdsa gm rsa}; do
    if [ $suite = rsa ]; then # made by hand: the pair makes keys of the other two
        mkdir -p "$work/rsa" && sh certs/make-certs.sh --rsa "$work/rsa/certs" hrss.520000 hrss.440000 hrss.520000.core hrss.440000.core
    fi
    pair_make "$work/$suite" $suite || { bad "$suite: no pair"; continue; }
    sed -i '/<url>/d' "$PAIR/guizhou/parties/hrss.440000.xml" # it fetches
    check "$suite: the gateway starts" pair_start guizhou || continue
    as_in
    as_out
    hostile
    pair_end
done
direct_settlement
[ "$failures" = 0 ] && rm -rf "$work"
exit "$((failures > 0))"

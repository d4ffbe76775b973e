#!/bin/bash
# make_samples.sh - makes docs/partner/samples anew: one complete signed message for each action
# that travels between provinces, from the national documents of tests/data and of an adapter's examples.
#
# Keys are made, used and thrown away; only their certificates stay beside the samples. The numbers
# of the worked example, docs/partner.md section 5, change with it: the script prints them.
set -eu
cd "$(dirname "$0")/../.."
out=docs/partner/samples
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sh certs/make-certs.sh "$work/certs" hrss.520000 hrss.440000 nhsa.520000
rm -f "$out"/*
for name in hrss.520000.ecdsa hrss.440000.ecdsa nhsa.520000.ecdsa hrss.520000.gm; do cp "$work/certs/$name.crt" "$out/"; done

id() { # ISO-TIME: a UUID of version 7
    local random
    random=$(openssl rand -hex 10)
    printf '%012x' "$(date -d "$1" +%s%3N)" | sed 's/^\(........\)\(....\)$/\1-\2-/' | tr -d '\n'
    echo "7${random:0:3}-a${random:3:3}-${random:6:12}"
}
envelope() { # FILE CASE-ID FROM TO FLOW ACTION SENT-AT [IN-REPLY-TO [ANSWER-BY]]
    local namespace=urn:qiantong:${5%%.*}:1
    [ "$6" != receipt ] || namespace=urn:qiantong:envelope:1
    printf '<?xml version="1.0" encoding="UTF-8"?>\n<Message xmlns="urn:qiantong:envelope:1">\n<Header>\n'
    printf '<MessageId>%s</MessageId>\n<CaseId>%s</CaseId>\n' "$(id "$7")" "$2"
    [ -z "${8:-}" ] || printf '<InReplyTo>%s</InReplyTo>\n' "$8"
    printf '<From>%s</From>\n<To>%s</To>\n<Flow>%s</Flow>\n<Action>%s</Action>\n' "$3" "$4" "$5" "$6"
    printf '<Revision>1</Revision>\n<SentAt>%s</SentAt>\n' "$7"
    [ -z "${9:-}" ] || printf '<AnswerBy>%s</AnswerBy>\n' "$9"
    printf '</Header>\n'
    printf '<Body dialect="national" schema="%s">\n' "$namespace"
    sed 1d "$1"
    printf '</Body>\n</Message>\n'
}
sample() { # NAME SUITE: stdin signed by whoever From is
    local from
    cat >"$work/unsigned.xml"
    from=$(sed -n 's|<From>\(.*\)</From>|\1|p' "$work/unsigned.xml")
    sh docs/partner/sign.sh "$2" "$work/certs/$from.$2.key" "$work/certs/$from.$2.crt" "$work/unsigned.xml" >"$out/$1.xml"
}

in=hrss.520000 far=hrss.440000
transfer=$(id 2026-03-02T08:55:00.000+08:00) correction=$(id 2026-04-13T09:00:00.000+08:00)
line=$(id 2026-03-10T09:00:00.000+08:00)
while read -r action from day; do
    to=$far case=$transfer flow=pension.employee
    [ "$from" = "$in" ] || to=$in
    case $action in
    reversal) case=$correction ;;
    fund_query | fund_answer) case=$line flow=pension.remittance ;;
    esac
    envelope "tests/data/national/$action.xml" "$case" "$from" "$to" $flow "$action" "${day}T09:00:00.321+08:00" |
        sample "$action" ecdsa
done <<END_OF_LIST
letter $in 2026-03-02
refusal $in 2026-03-10
form_return $in 2026-03-11
completion $in 2026-03-20
clearing_done $in 2026-05-20
withdrawal $in 2026-03-09
reversal $in 2026-04-13
fund_return $in 2026-04-16
fund_query $in 2026-03-12
reminder $in 2026-03-30
status_query $in 2026-03-25
acceptance $far 2026-03-09
letter_return $far 2026-03-09
form $far 2026-03-09
fund_advice $far 2026-03-10
notice $far 2026-03-13
certificate $far 2026-03-03
withdrawal_answer $far 2026-03-12
status_answer $far 2026-03-25
fund_answer $far 2026-03-16
END_OF_LIST
envelope tests/data/national/letter.xml "$transfer" $in $far pension.employee letter 2026-03-02T09:00:00.321+08:00 |
    sample letter.gm gm

# --- direct settlement of a work injury, filings, records of work injury: hrss; medical filings: nhsa

message_id() { sed -n '0,/<MessageId>/s|<MessageId>\(.*\)</MessageId>|\1|p' "$out/$1.xml"; } # ACTION
source_of() { # ACTION: of the one stay that all these documents are about
    case $1 in
    lines) echo tests/data/stay-story/lines-1.xml ;;
    identify | register | discharge | presettle | settle | cancel) echo "tests/data/stay-story/$1.xml" ;;
    *) echo "adapters/guizhou-settlement/examples/$1.ours.xml" ;;
    esac
}
stay=$(id 2026-03-02T09:00:00.000+08:00) minute=0
ask() { # QUESTION [ANSWER]: a message each, a few minutes after the last ones
    local at
    minute=$((minute + 3))
    at=$(printf '2026-03-02T10:%02d' $minute)
    sed "s|\(<original><action>[a-z]*</action>\).*</original>|\1<messageId>$(message_id settle 2>/dev/null)</messageId></original>|" \
        "$(source_of "$1")" >"$work/question.xml"
    envelope "$work/question.xml" "$stay" $in $far settlement.stay "$1" "$at:00.104+08:00" '' "$at:59.980+08:00" | sample "$1" ecdsa
    [ -z "${2:-}" ] || envelope "$(source_of "$2")" "$stay" $far $in settlement.stay "$2" "$at:00.671+08:00" "$(message_id "$1")" |
        sample "$2" ecdsa
}
ask identify identity
ask register registered
ask register_undo register_undone
ask lines lines_taken
ask lines_undo lines_undone
ask discharge discharged
ask discharge_undo discharge_undone
ask presettle presettled
ask settle settled
ask query outcome
ask reverse reversed
ask cancel cancelled
envelope "$(source_of fallback)" "$stay" $in $far settlement.stay fallback 2026-03-02T11:00:00.321+08:00 | sample fallback ecdsa

filing=$(id 2026-03-02T08:50:00.000+08:00) injury=$(id 2026-03-02T08:51:00.000+08:00)
while read -r action authority case; do
    envelope "adapters/guizhou-settlement/examples/$action.ours.xml" "$case" "$authority.520000" "$authority.440000" \
        settlement.filing "$action" 2026-03-02T09:05:00.321+08:00 | sample "$action" ecdsa
done <<END_OF_LIST
filing nhsa $filing
filing_change nhsa $filing
filing_cancel nhsa $filing
filing_suspend hrss $injury
filing_restore hrss $injury
END_OF_LIST

record() { # FROM ACTION CASE-ID [IN-REPLY-TO [ANSWER-BY]]
    local to=$far
    [ "$1" = "$in" ] || to=$in
    envelope "tests/data/injury/$2.xml" "$3" "$1" "$to" injury.record "$2" 2026-03-02T09:20:00.321+08:00 "${4:-}" "${5:-}" |
        sample "$2" ecdsa
}
for pair in insured_query:insured_state cover_query:cover_proof; do
    case=$(id 2026-03-02T09:19:00.000+08:00)
    record $in ${pair%:*} "$case" '' 2026-03-02T09:21:00.197+08:00
    record $far ${pair#*:} "$case" "$(message_id ${pair%:*})"
done
for pair in assistance_request:assistance_reply entrusted_appraisal:entrusted_result eligibility_check:eligibility_result \
    duplicate_check:duplicate_result; do
    case=$(id 2026-03-02T09:19:00.000+08:00)
    record $far ${pair%:*} "$case"
    record $in ${pair#*:} "$case" "$(message_id ${pair%:*})"
done
for action in recognition appraisal confirmation cover_notice; do record $far $action "$(id 2026-03-02T09:19:00.000+08:00)"; done
for action in third_party stop_notice; do record $in $action "$(id 2026-03-02T09:19:00.000+08:00)"; done

letter=$(sed -n 's|<MessageId>\(.*\)</MessageId>|\1|p' "$out/letter.xml")
cat >"$work/receipt.xml" <<END_OF_RECEIPT
<?xml version="1.0" encoding="UTF-8"?>
<receipt>
<MessageId>$letter</MessageId>
<Verdict>accepted</Verdict>
<DigestKind>sha256</DigestKind>
<Digest>$(sha256sum <"$out/letter.xml" | cut -d' ' -f1)</Digest>
<ReceivedAt>2026-03-02T09:00:00.342+08:00</ReceivedAt>
<LogId>41a37cd22f798bfba2e3f553db746976</LogId>
<Sequence>28</Sequence>
</receipt>
END_OF_RECEIPT
envelope "$work/receipt.xml" "$transfer" $far $in pension.employee receipt 2026-03-02T09:00:00.342+08:00 "$letter" |
    sample receipt ecdsa
bash tests/support/worked_example.sh

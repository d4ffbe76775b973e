#!/bin/bash
# make_samples.sh - makes docs/partner/samples anew: one complete signed message for each action
# that travels between provinces, from the national documents of tests/data/national.
#
# Keys are made, used and thrown away; only their certificates stay beside the samples. The numbers
# of the worked example, docs/partner.md section 5, change with it: the script prints them.
set -eu
cd "$(dirname "$0")/../.."
out=docs/partner/samples
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sh certs/make-certs.sh "$work/certs" hrss.520000 hrss.440000
rm -f "$out"/*
for name in hrss.520000.ecdsa hrss.440000.ecdsa hrss.520000.gm; do cp "$work/certs/$name.crt" "$out/"; done

id() { # ISO-TIME: a UUID of version 7
    local random
    random=$(openssl rand -hex 10)
    printf '%012x' "$(date -d "$1" +%s%3N)" | sed 's/^\(........\)\(....\)$/\1-\2-/' | tr -d '\n'
    echo "7${random:0:3}-a${random:3:3}-${random:6:12}"
}
envelope() { # FILE CASE-ID FROM TO FLOW ACTION SENT-AT [IN-REPLY-TO]
    local namespace=urn:qiantong:pension:1
    [ "$6" != receipt ] || namespace=urn:qiantong:envelope:1
    printf '<?xml version="1.0" encoding="UTF-8"?>\n<Message xmlns="urn:qiantong:envelope:1">\n<Header>\n'
    printf '<MessageId>%s</MessageId>\n<CaseId>%s</CaseId>\n' "$(id "$7")" "$2"
    [ -z "${8:-}" ] || printf '<InReplyTo>%s</InReplyTo>\n' "$8"
    printf '<From>%s</From>\n<To>%s</To>\n<Flow>%s</Flow>\n<Action>%s</Action>\n' "$3" "$4" "$5" "$6"
    printf '<Revision>1</Revision>\n<SentAt>%s</SentAt>\n</Header>\n' "$7"
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

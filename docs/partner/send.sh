#!/bin/sh
# send.sh URL OWN.tls.crt OWN.tls.key CA.crt SUITE THEIR.signing.crt SIGNED.xml RECEIPT.xml
#
# Sends SIGNED.xml, always the same bytes, until the other gateway has given a verdict that
# verifies. curl, and verify.sh beside this file. May be stopped and started again at any time.
# Exit status: 0 accepted or pending, 1 refused or conflict, 2 a person must look.
set -u
url=$1 crt=$2 key=$3 ca=$4 suite=$5 their=$6 message=$7 receipt=$8
field() { xmllint --nonet --xpath "string(//*[local-name()='$2'])" "$1" 2>/dev/null; }
body() { xmllint --nonet --xpath "string(//*[local-name()='receipt']/*[local-name()='$1'])" "$receipt" 2>/dev/null; }

is_ours() { # a receipt of that party to these bytes?
    sh "$(dirname "$0")/verify.sh" "$suite" "$their" "$receipt" >&2 && [ "$(field "$receipt" Action)" = receipt ] &&
        [ "$(field "$receipt" From)" = "$(field "$message" To)" ] && [ "$(field "$receipt" To)" = "$(field "$message" From)" ] &&
        [ "$(body Digest)" = "$(openssl dgst -r -"$(body DigestKind)" "$message" | cut -d' ' -f1)" ]
}

wait=1
while :; do
    rm -f "$receipt" "$receipt.head"
    status=$(curl --silent --tlsv1.2 --max-time 60 --cacert "$ca" --cert "$crt" --key "$key" \
        --header 'Content-Type: application/xml' --data-binary "@$message" \
        --dump-header "$receipt.head" --output "$receipt" --write-out '%{http_code}' "$url") || status=000
    case $status in
    000 | 408 | 429 | 5??) ;; # not now, or nobody knows: never "no"
    *) # the status is a hint; what counts is a receipt that verifies
        if [ -s "$receipt" ] && is_ours; then
            code=$(body Code)
            [ "$(body MessageId)" = "$(field "$message" MessageId)" ] || { echo "$status: not readable there: $code"; exit 2; }
            echo "$(body Verdict)${code:+ $code}"
            case $(body Verdict) in accepted | pending) exit 0 ;; *) exit 1 ;; esac
        fi
        case $status in 2??) ;; *) echo "$status: no receipt"; exit 2 ;; esac ;;
    esac
    after=$(tr -d '\r' <"$receipt.head" 2>/dev/null | awk 'tolower($1) == "retry-after:" { print $2 + 0 }')
    sleep "${after:-$wait}"
    wait=$((wait * 2))
    [ "$wait" -le 900 ] || wait=900
done

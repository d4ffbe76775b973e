#!/bin/sh
# send.sh URL OWN.crt OWN.key CA.crt MESSAGE.xml RECEIPT.xml
#
# Sends the signed bytes of MESSAGE.xml until the other gateway has given a verdict; the receipt
# goes to RECEIPT.xml. Always the same bytes. The receipt must still be verified by the caller.
# Exit status: 0 accepted or pending, 1 refused or conflict, 2 a person must look.
set -u
url=$1 crt=$2 key=$3 ca=$4 message=$5 receipt=$6
wait=1
while :; do
    status=$(curl --silent --tlsv1.2 --max-time 30 --cacert "$ca" --cert "$crt" --key "$key" \
        --header 'Content-Type: application/xml' --data-binary "@$message" \
        --dump-header "$receipt.head" --output "$receipt" --write-out '%{http_code}' "$url") || status=000
    case $status in
    200) exit 0 ;;
    409 | 422)
        # without MessageId in the receipt the bytes could not be read: sending again is useless
        grep -q '<receipt><MessageId>' "$receipt" && exit 1
        exit 2 ;;
    000 | 408 | 429 | 5??) ;;
    *) exit 2 ;;
    esac
    after=$(tr -d '\r' <"$receipt.head" 2>/dev/null | awk 'tolower($1) == "retry-after:" { print $2 }')
    sleep "${after:-$wait}"
    wait=$((wait * 2))
    [ "$wait" -le 900 ] || wait=900
done

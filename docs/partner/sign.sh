#!/bin/sh
# sign.sh SUITE KEY CERTIFICATE UNSIGNED.xml >SIGNED.xml        SUITE: ecdsa, gm or rsa
#
# Signs a Message by the profile of docs/partner.md, section 4, with openssl, xmllint, base64, od.
# UNSIGNED.xml ends with </Message> and holds no Signature yet, no comment, no DOCTYPE.
set -eu
suite=$1 key=$2 certificate=$3 message=$4
case $suite in
ecdsa) hash=sha256 s=http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256 d=http://www.w3.org/2001/04/xmlenc#sha256 ;;
rsa) hash=sha256 s=http://www.w3.org/2001/04/xmldsig-more#rsa-sha256 d=http://www.w3.org/2001/04/xmlenc#sha256 ;;
gm) hash=sm3 s=http://www.w3.org/2018/02/xmlgmdsig#ecsm2-sm3 d=http://www.w3.org/2018/02/xmlgmdsig#sm3 ;;
*) echo "sign.sh: unknown suite $suite" >&2; exit 2 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

xmllint --nonet --exc-c14n "$message" >"$work/document"                    # 1: what is digested
digest=$(openssl dgst -binary -$hash "$work/document" | base64 -w 0)

ds=http://www.w3.org/2000/09/xmldsig# c=http://www.w3.org/2001/10/xml-exc-c14n#
info="<ds:CanonicalizationMethod Algorithm=\"$c\"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\"$s\"></ds:SignatureMethod><ds:Reference URI=\"\"><ds:Transforms><ds:Transform Algorithm=\"${ds}enveloped-signature\"></ds:Transform><ds:Transform Algorithm=\"$c\"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\"$d\"></ds:DigestMethod><ds:DigestValue>$digest</ds:DigestValue></ds:Reference></ds:SignedInfo>"
printf '<ds:SignedInfo xmlns:ds="%s">%s' "$ds" "$info" >"$work/info"       # 2: what is signed

case $suite in
gm) openssl pkeyutl -sign -inkey "$key" -rawin -in "$work/info" -digest sm3 -pkeyopt distid:1234567812345678 -out "$work/der" ;;
*) openssl dgst -$hash -sign "$key" -out "$work/der" "$work/info" ;;
esac
if [ "$suite" = rsa ]; then
    value=$(base64 -w 0 <"$work/der")
else # 3: DER to r and s, 32 bytes each
    value=$(openssl asn1parse -inform DER -in "$work/der" | awk -F: '/INTEGER/ { printf "%064s", $NF }' | tr ' ' 0)
    value=$(for byte in $(echo "$value" | sed 's/../& /g'); do printf "\\$(printf %03o "0x$byte")"; done | base64 -w 0)
fi
der=$(openssl x509 -in "$certificate" -outform DER | base64 -w 0)

printf '<?xml version="1.0" encoding="UTF-8"?>\n'                            # 4: put it in, last of all
sed '$ s|</Message>$||' "$work/document"
printf '<ds:Signature xmlns:ds="%s"><ds:SignedInfo>%s<ds:SignatureValue>%s</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>%s</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature></Message>\n' \
    "$ds" "$info" "$value" "$der"

#!/bin/sh
# verify.sh SUITE PINNED.crt SIGNED.xml        SUITE: ecdsa, gm or rsa
#
# Exit status 0: SIGNED.xml is signed by the pinned certificate, and by the profile of
# docs/partner.md, section 4; else one line says why not. Reads signatures written with the prefix
# ds, as the gateways and sign.sh write them. openssl, xmllint, base64, od.
set -eu
suite=$1 pin=$2 message=$3
no() { echo "no: $1"; exit 1; }
case $suite in
ecdsa) hash=sha256 s=http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256 d=http://www.w3.org/2001/04/xmlenc#sha256 ;;
rsa) hash=sha256 s=http://www.w3.org/2001/04/xmldsig-more#rsa-sha256 d=http://www.w3.org/2001/04/xmlenc#sha256 ;;
gm) hash=sm3 s=http://www.w3.org/2018/02/xmlgmdsig#ecsm2-sm3 d=http://www.w3.org/2018/02/xmlgmdsig#sm3 ;;
*) no "unknown suite $suite" ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

grep -q '<!DOCTYPE\|<!--\|<!\[CDATA\[' "$message" && no "a document type, a comment or a CDATA section"
xmllint --nonet --exc-c14n "$message" >"$work/all" 2>"$work/said" || no "not well-formed"
[ "$(grep -o '<ds:Signature[ >]' "$work/all" | wc -l)" = 1 ] || no "not exactly one signature"

# All in one line: nothing but white space can stand between the parts taken apart here.
tr '\n' '\001' <"$work/all" >"$work/line"
sed 's|<ds:Signature .*</ds:Signature>||' "$work/line" | tr '\001' '\n' >"$work/document"
sed 's|.*<ds:SignedInfo>|<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">|; s|</ds:SignedInfo>.*|</ds:SignedInfo>|' \
    "$work/line" | tr '\001' '\n' >"$work/info"
sed 's|.*<ds:Signature |<ds:Signature |; s|[ \x01]||g' "$work/line" >"$work/signature"

digest=$(openssl dgst -binary -$hash "$work/document" | base64 -w 0)
value=$(sed 's|.*<ds:SignatureValue>||; s|<.*||' "$work/signature")
der=$(openssl x509 -in "$pin" -outform DER | base64 -w 0)
ds=http://www.w3.org/2000/09/xmldsig# c=http://www.w3.org/2001/10/xml-exc-c14n#
# The closed grammar: the signature must be this text, white space left out, and end the message.
want="<ds:Signaturexmlns:ds=\"$ds\"><ds:SignedInfo><ds:CanonicalizationMethodAlgorithm=\"$c\"></ds:CanonicalizationMethod><ds:SignatureMethodAlgorithm=\"$s\"></ds:SignatureMethod><ds:ReferenceURI=\"\"><ds:Transforms><ds:TransformAlgorithm=\"${ds}enveloped-signature\"></ds:Transform><ds:TransformAlgorithm=\"$c\"></ds:Transform></ds:Transforms><ds:DigestMethodAlgorithm=\"$d\"></ds:DigestMethod><ds:DigestValue>$digest</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue>$value</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>$der</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature></Message>"
if [ "$(cat "$work/signature")" != "$want" ]; then
    grep -qF ">$der<" "$work/signature" || no "not the pinned certificate"
    grep -qF ">$digest<" "$work/signature" || no "the document is not what was digested"
    no "outside the profile"
fi

printf %s "$value" | base64 -d >"$work/value" 2>"$work/said" || no "the value is not base64"
openssl x509 -in "$pin" -noout -pubkey >"$work/public"
if [ "$suite" != rsa ]; then # r and s, 32 bytes each, to DER
    hex=$(od -An -v -tx1 "$work/value" | tr -d ' \n')
    [ ${#hex} = 128 ] || no "the value has not 64 bytes"
    printf 'asn1=SEQUENCE:v\n[v]\nr=INTEGER:0x%.64s\ns=INTEGER:0x%s\n' "$hex" "${hex#????????????????????????????????????????????????????????????????}" >"$work/conf"
    openssl asn1parse -genconf "$work/conf" -noout -out "$work/value"
fi
case $suite in
gm) openssl pkeyutl -verify -pubin -inkey "$work/public" -rawin -in "$work/info" -digest sm3 -pkeyopt distid:1234567812345678 \
    -sigfile "$work/value" >"$work/said" 2>&1 || no "the signature does not hold" ;;
*) openssl dgst -$hash -verify "$work/public" -signature "$work/value" "$work/info" >"$work/said" 2>&1 || no "the signature does not hold" ;;
esac

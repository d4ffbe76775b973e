#!/bin/bash
# worked_example.sh - the numbers of docs/partner.md, section 5, from docs/partner/samples/letter.xml
# and letter.gm.xml: NAME VALUE, one a line. tests/lint/partner.sh looks for each in both languages.
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for suite in ecdsa gm; do
    hash=sha256 file=docs/partner/samples/letter.xml
    [ $suite = ecdsa ] || hash=sm3 file=docs/partner/samples/letter.gm.xml
    xmllint --nonet --exc-c14n $file | perl -0pe 's{<ds:Signature .*</ds:Signature>}{}s' >"$work/document"
    xmllint --nonet --exc-c14n $file |
        perl -0ne 'print "<ds:SignedInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">$1</ds:SignedInfo>" if m{<ds:SignedInfo>(.*)</ds:SignedInfo>}s' >"$work/info"
    echo "$suite-file-bytes $(wc -c <$file)"
    echo "$suite-file-$hash $(openssl dgst -r -$hash $file | cut -d' ' -f1)"
    echo "$suite-document-bytes $(wc -c <"$work/document")"
    echo "$suite-document-$hash $(openssl dgst -r -$hash "$work/document" | cut -d' ' -f1)"
    echo "$suite-document-base64 $(openssl dgst -binary -$hash "$work/document" | base64 -w 0)"
    echo "$suite-info-bytes $(wc -c <"$work/info")"
    echo "$suite-info-$hash $(openssl dgst -r -$hash "$work/info" | cut -d' ' -f1)"
    value=$(sed -n 's|.*<ds:SignatureValue>\(.*\)</ds:SignatureValue>.*|\1|p' $file)
    echo "$suite-value $value"
    hex=$(echo "$value" | base64 -d | od -An -v -tx1 | tr -d ' \n')
    echo "$suite-r ${hex:0:64}"
    echo "$suite-s ${hex:64}"
done
# SM2 signs H(Z || SignedInfo); Z = H(ENTL || id || a || b || xG || yG || xA || yA)
public=$(openssl x509 -in docs/partner/samples/hrss.520000.gm.crt -noout -pubkey | openssl pkey -pubin -outform DER | od -An -v -tx1 | tr -d ' \n')
z=0080$(printf 1234567812345678 | od -An -v -tx1 | tr -d ' \n')
z=${z}FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC
z=${z}28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
z=${z}32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7
z=${z}BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0
z=$z${public: -128}
unhex() { printf '%b' "$(sed 's/../\\x&/g')"; }
echo "gm-public ${public: -128}"
echo "gm-z $(echo "$z" | tr -d '\n' | unhex | openssl dgst -r -sm3 | cut -d' ' -f1)"
echo "gm-e $({ echo "$z" | tr -d '\n' | unhex | openssl dgst -binary -sm3; cat "$work/info"; } | openssl dgst -r -sm3 | cut -d' ' -f1)"

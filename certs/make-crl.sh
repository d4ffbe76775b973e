#!/bin/sh
# make-crl.sh - a revocation list of a test authority made by make-certs.sh.
#
#   make-crl.sh FOLDER CA FROM UNTIL FILE [CERTIFICATE...]
#
# For example: make-crl.sh build/certs ca 20260301000000Z 20260401000000Z crl.pem build/certs/hrss.440000.tls.crt
#
# FOLDER/CA.crt and .key sign it (ca or ca.gm); FROM and UNTIL are its thisUpdate and nextUpdate;
# the certificates stand on it. FILE is written at once, in PEM.
set -eu
umask 022

[ $# -ge 5 ] || {
    echo "usage: make-crl.sh FOLDER CA FROM UNTIL FILE [CERTIFICATE...]" >&2
    exit 1
}
ca=$1/$2
from=$3
until=$4
out=$5
shift 5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

quietly() {
    "$@" >"$work/said" 2>&1 || {
        cat "$work/said" >&2
        echo "make-crl.sh: openssl failed: $*" >&2
        exit 1
    }
}

: >"$work/index"
cat >"$work/config" <<END
[ca]
default_ca = test
[test]
database = $work/index
unique_subject = no
END
digest=sha256
options=
case $ca in
*.gm)
    digest=sm3
    options="-sigopt distid:1234567812345678"
    ;;
esac
for certificate in "$@"; do
    quietly openssl ca -batch -config "$work/config" -md $digest -cert "$ca.crt" -keyfile "$ca.key" -revoke "$certificate"
done
quietly openssl ca -gencrl -config "$work/config" -md $digest $options -cert "$ca.crt" -keyfile "$ca.key" \
    -crl_lastupdate "$from" -crl_nextupdate "$until" -out "$work/list"
cp "$work/list" "$out.new"
mv "$out.new" "$out"

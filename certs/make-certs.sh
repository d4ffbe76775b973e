#!/bin/sh
# make-certs.sh - certificates and keys for tests and the demo. Never a real key.
#
#   make-certs.sh [--rsa] FOLDER NAME...
#
# For example: make-certs.sh build/certs hrss.520000 hrss.440000
#
# Into FOLDER, for each NAME:
#   NAME.tls.crt NAME.tls.key        transport, ECDSA P-256, server and client, localhost
#   NAME.ecdsa.crt NAME.ecdsa.key    signing, ECDSA P-256
#   NAME.gm.crt NAME.gm.key          signing, SM2 with SM3, id 1234567812345678
#   NAME.rsa.crt NAME.rsa.key        signing, RSA 2048; only with --rsa
#   NAME.seal                        sealing and tag keys
# and once: ca.crt ca.key (ECDSA root of all but gm), ca.gm.crt ca.gm.key (SM2 root).
#
# All certificates are valid from 2026-01-01 to 2035-12-31, whatever this machine's clock says.
# Files that are there are kept: a second run with the same names does nothing. Half of a pair
# is an error, because the other half cannot be made again.
set -eu
umask 077

die() {
    echo "make-certs.sh: $*" >&2
    exit 1
}

rsa=no
out=
names=
for word in "$@"; do
    if [ "$word" = --rsa ]; then
        rsa=yes
    elif [ -z "$out" ] && [ "${word#-}" = "$word" ]; then
        out=$word
    else
        case $word in
        ca | ca.* | *[!a-z0-9.-]* | .* | -*) die "not a name: $word" ;;
        esac
        names="$names $word"
    fi
done
[ -n "$names" ] || die "usage: make-certs.sh [--rsa] FOLDER NAME..."

mkdir -p "$out"
cd "$out" # short names from here on, without blanks
work=$(mktemp -d .work.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# OpenSSL is quiet when it is content; what it said is shown only if it failed.
quietly() {
    "$@" >"$work/said" 2>&1 || {
        cat "$work/said" >&2
        die "openssl failed: $*"
    }
}

: >"$work/index"
cat >"$work/config" <<END
[ca]
default_ca = test
[test]
database = $work/index
new_certs_dir = $work
rand_serial = yes
policy = any
unique_subject = no
[any]
countryName = optional
organizationName = optional
commonName = supplied
[req]
distinguished_name = subject
[subject]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[tls]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[sign]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END

new_key() { # kind, file
    case $1 in
    ecdsa) set -- "$2" EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve ;;
    gm) set -- "$2" SM2 ;;
    rsa) set -- "$2" RSA -pkeyopt rsa_keygen_bits:2048 ;;
    esac
    key_file=$1
    shift
    quietly openssl genpkey -out "$key_file" -algorithm "$@"
}

# Is the pair there already? Then nothing is to do. Half of it: stop.
have() { # path without .crt and .key
    if [ -e "$1.crt" ] && [ -e "$1.key" ]; then
        return 0
    fi
    if [ -e "$1.crt" ] || [ -e "$1.key" ]; then
        die "$out/$1: certificate or key is missing; remove the other one"
    fi
    return 1
}

# The id must be given to the request and to the authority alike, or the two are over another Z.
id="distid:1234567812345678"

issue() { # kind of key, name of the pair, common name, extensions, issuer's kind, issuer
    have "$2" && return 0
    new_key "$1" "$work/new.key"
    digest=sha256
    options=
    if [ "$1" = gm ]; then
        digest=sm3
        options="-sigopt $id"
    fi
    quietly openssl req -new -config "$work/config" -key "$work/new.key" -$digest $options \
        -subj "/C=CN/O=qiantong test/CN=$3" -out "$work/new.csr"
    digest=sha256
    options=
    [ "$1" = gm ] && options="-vfyopt $id"
    if [ "$5" = gm ]; then
        digest=sm3
        options="$options -sigopt $id"
    fi
    if [ "$6" = self ]; then
        options="$options -selfsign -keyfile $work/new.key"
    else
        options="$options -cert $6.crt -keyfile $6.key"
    fi
    quietly openssl ca -batch -config "$work/config" -md $digest $options -notext \
        -startdate 20260101000000Z -enddate 20351231235959Z -extensions "$4" \
        -in "$work/new.csr" -out "$work/new.crt"
    chmod 644 "$work/new.crt"
    mv "$work/new.key" "$2.key"
    mv "$work/new.crt" "$2.crt"
}

issue ecdsa ca "qiantong test root" root ecdsa self
issue gm ca.gm "qiantong test root SM2" root gm self

for name in $names; do
    issue ecdsa "$name.tls" "$name" tls ecdsa ca
    issue ecdsa "$name.ecdsa" "$name" sign ecdsa ca
    issue gm "$name.gm" "$name" sign gm ca.gm
    if [ $rsa = yes ]; then
        issue rsa "$name.rsa" "$name" sign ecdsa ca
    fi
    if [ ! -e "$name.seal" ]; then
        {
            echo "key 1 aes-256-gcm $(openssl rand -hex 32)"
            echo "tag 1 $(openssl rand -hex 32)"
        } >"$work/seal"
        mv "$work/seal" "$name.seal"
    fi
done

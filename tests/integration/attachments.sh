#!/bin/bash
# attachments.sh - a form with a legal document: the file goes from core to gateway to gateway to core.
#
# In pieces, with what a sloppy or hostile core and partner bring; a gateway is killed between pieces on
# either side; in the end the bytes are the same, and both ledgers verify.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

tools || { echo "FAIL - attachments: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/attachments.XXXXXX) || exit 1
TRACE=GZ20260302000001
PIECE=524288
trap pair_end EXIT
trap 'exit 130' INT TERM

# A document of three pieces, with invented persons in it.
printf '%%PDF-1.4\n%% 法律文书 喆㛃𠮷\n' >"$work/file"
seq 1 200000 | sed 's/^/52990119800115/' | head -c 1300000 >>"$work/file"
SIZE=$(stat -c %s "$work/file")
DIGEST=$(sha256sum "$work/file" | cut -d' ' -f1)
OTHER=$(printf x | sha256sum | cut -d' ' -f1)

ask() { # SIDE WHO CURL...: the status; the answer lies in $work/answer
    local side=$1 who=$2
    shift 2
    curl -s -o "$work/answer" -w '%{http_code}' --max-time 60 --cacert "$PAIR/certs/ca.crt" \
        --cert "$PAIR/certs/$who.tls.crt" --key "$PAIR/certs/$who.tls.key" "$@"
}
at() { echo "https://127.0.0.1:${PORT[$1]}/v1/attachments/$2"; } # SIDE DIGEST[?QUERY]
put() { # SIDE WHO DIGEST OFFSET SIZE FILE
    ask "$1" "$2" -X PUT -H 'Content-Type: application/pdf' --data-binary "@$6" \
        "$(at "$1" "$3")?offset=$4&size=$5"
}
piece() { # NUMBER FILE: in $work/piece
    dd if="$2" of="$work/piece" bs=$PIECE skip="$1" count=1 status=none
}
fails() { ! "$@"; }
told() { [ "$(cat "$work/answer")" = "$1" ]; }
says() { # STATUS WORDS COMMAND...: the status, and the line if WORDS is not empty
    local status=$1 words=$2 got
    shift 2
    got=$("$@")
    [ "$got" = "$status" ] && { [ -z "$words" ] || told "$words"; } ||
        { echo "  got $got: $(head -c 200 "$work/answer" | tr -d '\0')"; false; }
}
put_piece() { # SIDE WHO NUMBER
    piece "$3" "$work/file"
    put "$1" "$2" "$DIGEST" $(($3 * PIECE)) "$SIZE" "$work/piece"
}
: >"$work/none"
asks() { put "$1" "$2" "$DIGEST" 0 "$SIZE" "$work/none"; }

pair_make "$work/pair" ecdsa && stage demo $TRACE || exit 1
# Guizhou takes no more than two pieces in a day from a partner.
sed -i 's|<inFlight>|<attachmentDayBytes>1048576</attachmentDayBytes>&|' "$PAIR/guizhou/gateway.xml"
form=$PAIR/guangdong/cases/form-first/form.xml
sed -i "s|<handler>|<attachments><attachment><type>法律文书</type><issuer>贵阳市中级人民法院</issuer><number>（2026）黔01民终5299号</number><date>2026-02-01</date><sha256>$DIGEST</sha256></attachment></attachments>&|" "$form"
pair_start guizhou && pair_start guangdong || exit 1
CORE=hrss.440000.core FAR=hrss.520000.core PARTNER=hrss.440000

listed() { # SIDE COUNT ARGUMENTS...
    [ "$(cli "$1" attachments "${@:3}" --json | grep -c '"digest"')" = "$2" ]
}

# --- from the core ---------------------------------------------------------------------------------
check "nothing is there" says 404 '' ask guangdong $CORE "$(at guangdong "$DIGEST")"
check "an empty piece asks" says 200 "partial 0 $SIZE" asks guangdong $CORE
check "a gap is refused" says 422 '' put_piece guangdong $CORE 1
check "the first piece" says 200 "partial $PIECE $SIZE" put_piece guangdong $CORE 0
check "again: done already" says 200 "partial $PIECE $SIZE" put_piece guangdong $CORE 0
head -c $PIECE /dev/zero | sed 's/^/%PDF-/' | head -c $PIECE >"$work/piece"
check "with other bytes: refused" says 409 '' put guangdong $CORE "$DIGEST" 0 "$SIZE" "$work/piece"
check "another size: refused" says 409 '' put guangdong $CORE "$DIGEST" 0 $((SIZE + 1)) "$work/none"
pair_kill guangdong && pair_start guangdong || exit 1
check "killed: what was told is there" says 200 "partial $PIECE $SIZE" ask guangdong $CORE "$(at guangdong "$DIGEST")"
check "the second piece" says 200 "partial $((2 * PIECE)) $SIZE" put_piece guangdong $CORE 1
check "the last one makes it whole" says 200 "whole $SIZE $SIZE" put_piece guangdong $CORE 2
check "again: whole" says 200 "whole $SIZE $SIZE" put_piece guangdong $CORE 2
check "no document names it yet: not read" says 404 '' ask guangdong $CORE "$(at guangdong "$DIGEST")?offset=0"

# --- what is not taken -----------------------------------------------------------------------------
bytes() { printf "$1" >"$work/piece"; }
bytes '<html>52990119800115</html>'
check "neither PDF nor image" says 422 '' put guangdong $CORE "$OTHER" 0 27 "$work/piece"
check "too large" says 413 '' put guangdong $CORE "$OTHER" 0 8388609 "$work/none"
check "no bytes at all" says 422 '' put guangdong $CORE "$OTHER" 0 0 "$work/none"
check "a piece cut short" says 422 '' put guangdong $CORE "$OTHER" 0 28 "$work/piece"
bytes '%%PDF-1.4 other'
check "bytes of another digest" says 422 '' put guangdong $CORE "$OTHER" 0 14 "$work/piece"
check "and nothing is kept of them" says 404 '' ask guangdong $CORE "$(at guangdong "$OTHER")"
check "nothing of them is listed" listed guangdong 1
check "no digest" says 400 '' put guangdong $CORE 00ff 0 14 "$work/piece"
check "upper case" says 400 '' put guangdong $CORE "${OTHER^^}" 0 14 "$work/piece"
check "no size" says 400 '' ask guangdong $CORE -X PUT --data-binary @"$work/piece" "$(at guangdong "$OTHER")?offset=0"
check "a partner reads nothing" says 403 '' ask guizhou $PARTNER "$(at guizhou "$DIGEST")"
check "not even pieces" says 403 '' ask guizhou $PARTNER "$(at guizhou "$DIGEST")?offset=0"

# --- with the form, from gateway to gateway -----------------------------------------------------------
core_start guizhou "" && core_start guangdong "" && core_begin guizhou $TRACE || exit 1
logged() { grep -q "\"event\":\"$2\"" "$PAIR/$1/gateway.log"; }
check "the form waits for its file: over the day's bound" pair_wait 30 logged guizhou attachment.over_limit
pair_kill guizhou
sed -i 's|<attachmentDayBytes>1048576|<attachmentDayBytes>2097152|' "$PAIR/guizhou/gateway.xml"
pair_start guizhou || exit 1
clock_forward "$PAIR/clock" 120000
whole() { [ "$(says 200 "whole $SIZE $SIZE" ask guizhou $FAR "$(at guizhou "$DIGEST")")" = "" ]; }
brought() { clock_forward "$PAIR/clock" 30000; sleep 0.2; whole; }
check "killed and started: the file goes on" pair_wait 30 brought
pieces_of() { grep '"event":"attachment.piece"' "$PAIR/guizhou/gateway.log" | grep -c "\"received\":\"$1\""; }
check "and not from its beginning" [ "$(pieces_of $PIECE)" = 1 ]
rests() { in_state guizhou $TRACE closed && in_state guangdong $TRACE closed; }
check "the case comes to its end" pair_wait 40 rests

check "the listing tells that it is here" listed guizhou 1
check "and that none is missing" listed guizhou 0 --missing

fetch() { # SIDE WHO: the whole, into $work/fetched
    local offset
    : >"$work/fetched"
    for ((offset = 0; offset < SIZE; offset += PIECE)); do
        [ "$(ask "$1" "$2" "$(at "$1" "$DIGEST")?offset=$offset")" = 200 ] || return 1
        cat "$work/answer" >>"$work/fetched"
    done
    cmp -s "$work/fetched" "$work/file"
}
check "the far core reads the same bytes" fetch guizhou $FAR
check "no piece begins there" says 404 '' ask guizhou $FAR "$(at guizhou "$DIGEST")?offset=1"

silent() { # COMMAND...
    "$@" >"$work/said" 2>&1 || { tail -3 "$work/said"; false; }; }
got() { # NAME DIGEST: through the gateway, or beside a stopped one
    cli guizhou attachments get "$2" "$work/$1" --reason "audit 7" >/dev/null 2>&1 && cmp -s "$work/$1" "$work/file"
}
check "an operator reads them, too" got operator "$DIGEST"
check "which is a disclosure of each piece" [ "$(cli guizhou message "$DIGEST" --json | grep -c '"disclosed"')" = 3 ]
check "never over a file that is there" fails got operator "$DIGEST"
check "nor of a file that is not here" fails got other "$OTHER"
check "and leaves none behind" [ ! -e "$work/other" ]

# --- the ledgers ------------------------------------------------------------------------------------
for side in guizhou guangdong; do
    core_stop $side
    pair_stop $side
    check "$side: the ledger verifies" silent cli $side ledger verify
    check "$side: it is what its journal implies" silent cli $side ledger rebuild
    check "$side: a backup" silent cli $side ledger backup "$work/$side.stream"
    check "$side: an auditor finds every piece" silent "$BIN/qiantong-audit" entries "$work/$side.stream"
done
check "the same beside a stopped gateway" got alone "$DIGEST"
quiet() { ! grep -q 52990119800115 "$PAIR"/*/gateway.log; }
check "no personal data in a log" quiet
[ "$failures" = 0 ] && rm -rf "$work"
exit $((failures > 0))

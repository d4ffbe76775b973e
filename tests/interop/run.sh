#!/bin/sh
# run.sh BUILD_FOLDER - both directions between the gateway's signatures and an implementation
# that shares no code with them (Interop.java), with every suite, and tampered documents that
# both must refuse. One line for each check; exit status 1 if one failed.
set -eu
build=$1
here=$(dirname "$0")
jars=/usr/share/java
classes=$jars/xmlsec.jar:$jars/bcprov.jar:$jars/slf4j-api.jar:$jars/slf4j-nop.jar
xmlsig=$build/tests/xmlsig
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
failed=0
us=hrss.520000
them=hrss.440000
suites="ecdsa gm rsa"

report() { # expected, got, what
    if [ "$2" = "$1" ]; then
        echo "ok - $3"
    else
        echo "FAIL - $3: expected '$1', got '$2'"
        failed=1
    fi
}

sh "$here/../../certs/make-certs.sh" --rsa "$work/certs" $us $them

cat >"$work/plain.xml" <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<t:form xmlns:t="urn:qiantong:trial:1" xmlns:unused="urn:qiantong:trial:2">
  <t:name kind="full">𠮷野㛃</t:name><t:note><![CDATA[a < b & c]]></t:note>
  <other xmlns="urn:qiantong:trial:3" b="2" a="1">&#13;&amp;&gt;"</other>
  <t:amount>1280.50</t:amount>
</t:form>
END

# Changed copies of a signed document: content, digest value, signature value, an attribute, a
# second element; each must be refused whatever the reason given.
tamper() { # signed document, stem of the copies
    sed 's/1280\.50/1280.51/' "$1" >"$2.content.xml"
    sed 's/kind="full"/kind="part"/' "$1" >"$2.attribute.xml"
    sed 's|</t:form>|<t:amount>1.00</t:amount></t:form>|' "$1" >"$2.added.xml"
    sed 's/<ds:DigestValue>./<ds:DigestValue>=/; s/DigestValue>=/DigestValue>0/' "$1" \
        >"$2.digest.xml"
    awk '{
        at = index($0, "<ds:SignatureValue>")
        if (at > 0 && !done) {
            n = at + length("<ds:SignatureValue>")
            if (n > length($0)) { print; getline; n = 1 }
            c = substr($0, n + 2, 1)
            $0 = substr($0, 1, n + 1) (c == "A" ? "B" : "A") substr($0, n + 3)
            done = 1
        }
        print
    }' "$1" >"$2.value.xml"
    for kind in $kinds; do
        if cmp -s "$1" "$2.$kind.xml"; then
            echo "FAIL - tampering with $kind changed nothing"
            failed=1
        fi
    done
}
kinds="content attribute added digest value"

# --- what the gateway signs ---------------------------------------------------------------
for suite in $suites; do
    "$xmlsig" sign $suite "$work/certs/$us.$suite.key" "$work/certs/$us.$suite.crt" \
        "$work/plain.xml" >"$work/ours.$suite.xml"
    tamper "$work/ours.$suite.xml" "$work/ours.$suite"
done

# --- what Java says, all at once: starting it is what takes time --------------------------
: >"$work/expected"
ask() { # expected, what, command...
    printf '%s|%s\n' "$1" "$2" >>"$work/expected"
    shift 2
    echo "$@" >>"$work/commands"
}
for suite in $suites; do
    ours=$work/ours.$suite
    pin=$work/certs/$us.$suite.crt
    ask ok "$suite: Java verifies what the gateway signed" verify $suite "$pin" "$ours.xml"
    ask 'no pin' "$suite: Java refuses it under another party's pin" \
        verify $suite "$work/certs/$them.$suite.crt" "$ours.xml"
    for kind in $kinds; do
        want='no signature'
        [ $kind = added ] && want='no shape'
        ask "$want" "$suite: Java refuses it with changed $kind" \
            verify $suite "$pin" "$ours.$kind.xml"
    done
    ask ok "$suite: Java signs" sign $suite "$work/certs/$them.$suite.key" \
        "$work/certs/$them.$suite.crt" "$work/plain.xml" "$work/theirs.$suite.xml"
done
java -cp "$classes" "$here/Interop.java" "$work/commands" >"$work/answers"
paste -d '|' "$work/expected" "$work/answers" >"$work/both"
while IFS='|' read -r expected what got; do
    report "$expected" "$got" "$what"
done <"$work/both"

# --- what the gateway says to it ----------------------------------------------------------
for suite in $suites; do
    theirs=$work/theirs.$suite
    pin=$work/certs/$them.$suite.crt
    tamper "$theirs.xml" "$theirs"
    report ok "$("$xmlsig" verify $suite "$pin" "$theirs.xml" || true)" \
        "$suite: the gateway verifies what Java signed"
    report 'no PIN' \
        "$("$xmlsig" verify $suite "$work/certs/$us.$suite.crt" "$theirs.xml" || true)" \
        "$suite: the gateway refuses it under another party's pin"
    for stem in "$theirs" "$work/ours.$suite"; do
        [ "$stem" = "$theirs" ] || pin=$work/certs/$us.$suite.crt
        whose=$([ "$stem" = "$theirs" ] && echo "Java's" || echo "its own")
        for kind in $kinds; do
            want='no SIGNATURE'
            [ $kind = added ] && want='no SHAPE'
            report "$want" "$("$xmlsig" verify $suite "$pin" "$stem.$kind.xml" || true)" \
                "$suite: the gateway refuses $whose with changed $kind"
        done
    done
done
exit $failed

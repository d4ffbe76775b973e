#!/bin/bash
# partner.sh - that the partner's guide is complete and its samples are true. One line per rule.
#
# Every code that can reach a partner stands in the error catalogue of both languages, every action
# that travels has a sample that verifies and follows its schemas, and the numbers of the worked
# example are those of the samples. The glossary has every name of the flows.
set -u
cd "$(dirname "$0")/../.." || exit 1
english=docs/partner.md chinese=docs/partner.zh-CN.md
failures=0
rule() { # TEXT FINDINGS
    if [ -n "$2" ]; then
        printf '%s\n' "$2" | head -20
        echo "FAIL - lint: $1"
        failures=$((failures + 1))
    else
        echo "ok - lint: $1"
    fi
}
in_both() { # reads codes, one a line: prints those without a row of their own
    sort -u | while read -r code; do
        for guide in $english $chinese; do
            grep -qE "^\| $code \|" "$guide" || echo "$guide: $code"
        done
    done
}

# Names that reach nobody outside: our own world is a 503 without a name, an HTTP fault a number,
# and what only a core's dialect can be wrong in.
own='NONE MEMORY SYSTEM DISK_FULL STORE LEDGER CRYPTO CONFIG BUSY NETWORK HTTP ENC_LABEL CODE_VALUE MAPPING LENGTH'
names=$(sed -nE 's/^ERROR_CODE\(([A-Z_]+),.*/\1/p' gateway/base/error_codes.def)
rule "the guide's catalogue has every error's name" \
    "$(for name in $names; do [[ " $own " == *" $name "* ]] || echo "$name"; done | in_both)"
codes=$(grep -rohE '"(PEN-[RCWSV]|FLW-|STL-[A-Z]|INJ-[A-Z])[0-9]{1,2}"' gateway/core gateway/engine gateway/gate schemas/national | tr -d '"')
rule "the guide's catalogue has every code of the flows" "$(echo "$codes" | in_both)"
rule "enough codes were looked for" "$([ "$(echo "$codes" | sort -u | wc -l)" -gt 40 ] && [ "$(echo "$names" | wc -l)" -gt 30 ] || echo too few)"
known=$(printf '%s\n' "$codes" "$names" | sort -u)
rule "the guide's catalogue has no other codes" "$(
    sed -nE -e '/^## 14/,/^## 15/s/^\| ((PEN-|FLW-)[A-Z0-9]+|[A-Z][A-Z_]{2,}) \|.*/\1/p' \
        -e '/^## 23/,$s/^\| ((STL|INJ)-[A-Z0-9]+) \|.*/\1/p' $english $chinese | sort -u | grep -vxF "$known"
)"
rule "both languages have the same rows" "$(
    diff <(grep -oE '^\| [A-Z][A-Z0-9_-]+ \|' $english) <(grep -oE '^\| [A-Z][A-Z0-9_-]+ \|' $chinese | grep -v '^| IN\b')
)"
rule "both languages have the same sections" "$(
    diff <(grep -oE '^## [0-9]+' $english) <(grep -oE '^## [0-9]+' $chinese)
    diff <(grep -cE '^### ' $english) <(grep -cE '^### ' $chinese)
)"

# Actions as core/names.c has them: english names in order, then who may travel.
travelling=$(sed -nE 's|^ *\{(true), *(true\|false)\}, */\* (\w+) \*/.*|\3|p' gateway/core/names.c)
rule "the actions that travel were found" "$([ "$(echo "$travelling" | wc -l)" -ge 18 ] || echo "$travelling")"
# Of the families whose documents the guide explains.
explained=$(sed -nE 's|^  <xs:element name="(\w+)" type.*|\1|p' schemas/national/{pension,settlement,injury}.xsd)
travelling=$(echo "$travelling" | grep -xF "$explained")
for action in $travelling receipt; do
    sample=docs/partner/samples/$action.xml
    [ -f "$sample" ] || { echo "no sample of $action"; continue; }
    for guide in $english $chinese; do
        grep -qF "| \`$action\` |" $guide && grep -qF "(partner/samples/$action.xml)" $guide || echo "$guide: $action"
    done
done >"${TMPDIR:-/tmp}/partner.$$"
rule "every action that travels has a sample and a row" "$(cat "${TMPDIR:-/tmp}/partner.$$")"
for sample in docs/partner/samples/*.xml; do
    suite=ecdsa
    [ "${sample%.gm.xml}" = "$sample" ] || suite=gm
    from=$(sed -n 's|<From>\(.*\)</From>|\1|p' "$sample")
    sh docs/partner/verify.sh $suite "docs/partner/samples/$from.$suite.crt" "$sample" | sed "s|^|$sample: |"
    xmllint --nonet --noout --schema schemas/envelope.xsd "$sample" 2>&1 | grep -v ' validates$'
    action=$(sed -n 's|<Action>\(.*\)</Action>|\1|p' "$sample")
    [ "$action" != receipt ] || continue
    family=$(sed -n 's|.*schema="urn:qiantong:\([a-z]*\):1".*|\1|p' "$sample")
    { # the document alone
        echo '<?xml version="1.0" encoding="UTF-8"?>'
        perl -0ne 'print $1 if m{<Body[^>]*>\n(.*)</Body>}s' "$sample"
    } | xmllint --nonet --noout --schema "schemas/national/$family.xsd" - 2>&1 | grep -v ' validates$' | sed "s|^|$sample: |"
done >"${TMPDIR:-/tmp}/partner.$$" 2>&1
rule "every sample verifies and follows its schemas" "$(cat "${TMPDIR:-/tmp}/partner.$$")"
rm -f "${TMPDIR:-/tmp}/partner.$$"
rule "the receipt names the letter's bytes" "$(
    grep -q "<Digest>$(openssl dgst -r -sha256 docs/partner/samples/letter.xml | cut -d' ' -f1)<" docs/partner/samples/receipt.xml || echo no
)"
rule "no private key beside the samples" "$(grep -l 'PRIVATE KEY' docs/partner/samples/* docs/partner/*.sh)"
rule "the glossary has every name of gateway/core, in both languages" "$(
    grep -rohE '\{"[A-Za-z0-9_.]+", *"[^"]+"\}' gateway/core --include='*.c' | sort -u |
        sed -E 's/\{"(.*)", *"(.*)"\}/| `\1` | \2/' | grep -vE '`(none|unknown)`' |
        while read -r row; do grep -qF "$row |" docs/glossary.md || echo "$row"; done
)"
numbers=$(bash tests/support/worked_example.sh) || numbers=
rule "the worked example's numbers are those of the samples" "$(
    [ "$(echo "$numbers" | wc -l)" = 23 ] || echo "not 23 numbers"
    echo "$numbers" | while read -r name value; do
        for guide in $english $chinese; do grep -qwF "$value" $guide || echo "$guide: $name $value"; done
    done
)"
[ "$failures" = 0 ]

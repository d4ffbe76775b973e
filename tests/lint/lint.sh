#!/bin/bash
# lint.sh BUILD [own] - what the compiler does not say. One "ok - ..." or "FAIL - ..." line per rule.
# "own": without the formatter and the partner's guide, which take most of the time.
#
# The layers (docs/architecture.md): who may include whom, which libraries a layer may use, and,
# with nm, that no archive needs a symbol of a library or layer that is not its own.
set -u
build=${1:-build/release}
all=${2:-all}
failures=0

ok() { echo "ok - lint: $1"; }
bad() { echo "FAIL - lint: $1"; failures=$((failures + 1)); }
# rule TEXT FINDINGS: prints the findings and fails if there are any
rule() {
    if [ -n "$2" ]; then
        printf '%s\n' "$2" | head -20
        bad "$1"
    else
        ok "$1"
    fi
}

declare -A may=(
    [base]="base" [crypt]="base crypt" [core]="base core" [wire]="base crypt core wire"
    [ledger]="base crypt core ledger" [engine]="base crypt core ledger engine"
    [net]="base crypt net" [gate]="base crypt core wire ledger engine net gate"
    [cli]="base crypt core wire ledger engine net gate cli"
    [sim]="base crypt core wire net sim"
)
declare -A libraries=(
    [base]='-' [crypt]='openssl' [core]='-' [wire]='libxml|xmlsec|libxslt|openssl|iconv\.h' [ledger]='lmdb'
    [engine]='-' [net]='event2|curl|openssl' [gate]='jansson|event2|openssl' [cli]='jansson|libintl\.h|iconv\.h' [sim]='jansson'
)
known='libxml|xmlsec|libxslt|openssl|lmdb|event2|curl|jansson|iconv\.h|libintl\.h'

for layer in "${!may[@]}"; do
    [ -d "gateway/$layer" ] || continue
    found=$(grep -rnE '^#include "' "gateway/$layer" |
        awk -v allowed=" ${may[$layer]} " -F'"' '{ split($2, part, "/"); if (index(allowed, " " part[1] " ") == 0) print $0 }')
    rule "$layer includes only its own and lower layers" "$found"
    found=$(grep -rnE "^#include <($known)" "gateway/$layer" |
        grep -vE "^[^:]+:[0-9]+:#include <(${libraries[$layer]})")
    rule "$layer uses no library of another layer" "$found"
done

found=$(grep -rnE '^#include <' gateway/core |
    grep -vE '<(stdbool|stddef|stdint|inttypes|limits|string)\.h>')
rule "core includes only stdbool stddef stdint inttypes limits string" "$found"

# What an archive leaves undefined must come from itself, a lower layer, libc or its own library.
declare -A undefined defined
for layer in "${!may[@]}"; do
    [ -f "$build/lib$layer.a" ] || continue
    undefined[$layer]=$(nm --undefined-only "$build/lib$layer.a" 2>/dev/null | awk '{ print $NF }' | sort -u)
    defined[$layer]=$(nm --defined-only "$build/lib$layer.a" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u)
done
for layer in "${!undefined[@]}"; do
    needed=$(comm -23 <(echo "${undefined[$layer]}") <(echo "${defined[$layer]}"))
    for other in "${!undefined[@]}"; do
        case " ${may[$layer]} " in *" $other "*) continue ;; esac
        found=$(comm -12 <(echo "$needed") <(echo "${defined[$other]}"))
        [ -z "$found" ] || { echo "$found" | head -5; bad "lib$layer.a needs symbols of $other"; }
    done
done
foreign='^(xml|xmlSec|mdb_|curl_|evhttp|event_|bufferevent|json_|EVP_|SSL_|X509_)'
declare -A prefixes=(
    [base]='' [core]='' [engine]='' [crypt]='^(EVP_|X509_)' [wire]='^(xml|xmlSec|EVP_|X509_)' [ledger]='^mdb_'
    [net]='^(curl_|evhttp|event_|bufferevent|EVP_|SSL_|X509_)' [gate]='^(json_|X509_)' [cli]='^json_' [sim]='^json_'
)
for layer in "${!undefined[@]}"; do
    found=$(grep -E "$foreign" <<<"${undefined[$layer]}" |
        { [ -n "${prefixes[$layer]}" ] && grep -vE "${prefixes[$layer]}" || cat; })
    rule "lib$layer.a leaves no foreign library's symbol undefined" "$found"
done
sockets='^(socket|bind|listen|accept|accept4|connect)$'
for layer in "${!undefined[@]}"; do
    [ "$layer" != net ] || continue
    rule "lib$layer.a opens no socket" "$(grep -E "$sockets" <<<"${undefined[$layer]}")"
done

found=$(grep -rnwE 'float|double' gateway --include='*.[ch]' | grep -vE '^\S+:[0-9]+:\s*(/?\*|//)|/\*.*\b(float|double)\b.*\*/|"[^"]*\b(float|double)\b[^"]*"')
rule "no floating point" "$found"
found=$(grep -rnwE 'TODO|FIXME|XXX|HACK' gateway tests schemas conf Makefile --include='*.[ch]' --include='*.xml' --include=Makefile)
rule "nothing left to do later" "$found"
found=$(grep -rnE '\b(strcpy|strcat|sprintf|gets|strtok|atoi|atol|atof)\(' gateway --include='*.c' | grep -v 'strcpy(receipt->digest_kind')
rule "no unbounded string functions" "$found"
found=$(grep -rnE '\b(time|clock_gettime|gettimeofday|localtime|gmtime)\(' gateway --include='*.c' |
    grep -vE '^gateway/base/clock\.c|CLOCK_MONOTONIC')
rule "only clock.c reads the wall clock" "$found"
found=$(find gateway tests -name '*.c' -print0 | xargs -0 awk '
    FNR == 1 { start = 0 }
    /^\{/ { start = FNR }
    /^\}/ { if (start && FNR - start - 1 > 70) printf "%s:%d %d lines\n", FILENAME, start, FNR - start - 1; start = 0 }')
rule "no function above 70 lines" "$found"
found=$(find gateway -name '*.[ch]' -print0 | xargs -0 wc -l | awk '$2 != "total" && $1 > 600 { print $2 " " $1 }')
rule "no file above 600 lines" "$found"
found=$(grep -rlE '(guizhou|guangdong)-core|prm_|HOSDATA' gateway --include='*.[ch]')
rule "no dialect's name in gateway/" "$found"
# Identity numbers in the tree are invented: eighteen digits with a good check digit begin with
# 5299 or 4499, except the two of the standard's own examples.
found=$(git ls-files -z 2>/dev/null | xargs -0 grep -oIhE '\b[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]\b' 2>/dev/null |
    grep -vE '^(5299|4499)' | grep -vE '^(11010519491231002X|440524188001010014)$' | sort -u |
    awk '{ split("7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2", w, " "); s = 0; for (i = 1; i <= 17; i++) s += w[i] * substr($0, i, 1);
           if (substr("10X98765432", s % 11 + 1, 1) == toupper(substr($0, 18, 1))) print }')
rule "identity numbers are invented ones" "$found"
found=$(grep -rohE 'docs/[a-z0-9/_.-]+\.(md|xml|sh)' gateway docs README.md CHANGES.md tests/lint tests/unit 2>/dev/null |
    sort -u | while read -r path; do [ -e "$path" ] || echo "$path"; done)
rule "documents that are named exist" "$found"
# docs/rules.md: its tables are those of the files that the walk tests read; each rule of conf/rules.xml and
# each code that the gateway gives stands there with its place and its test.
found=$(awk -f tests/lint/tables.awk docs/rules.md tests/data/{pension_employee,pension_remittance,medical_transfer,transfer_enquiry}_expected.txt)
rule "the tables of docs/rules.md are those of tests/data" "$found"
found=$(awk -f tests/lint/codes.awk docs/rules.md | sed -n 's/^bad //p'
    comm -23 <({ sed -n 's/.*<id>\(.*\)<\/id>.*/\1/p' conf/rules.xml
        grep -rhoE '"(PEN|INJ|FLW|MED|STL|ENQ)-[A-Z0-9]+(-[A-Z]+)*"' gateway --include='*.[ch]' | tr -d '"'; } | sort -u) \
        <(awk -f tests/lint/codes.awk docs/rules.md | sed -n 's/^has //p' | sort -u) | sed 's/$/: not in docs\/rules.md/')
rule "each rule and code is in docs/rules.md with place and test" "$found"
# Of direct settlement, too, each code fails in a test, by its name.
found=$(comm -23 <(grep -rhoE '"(STL-[A-Z]?[0-9]+|INJ-[A-Z][0-9]+)"' gateway/core/stay_*.[ch] gateway/core/settlement_*.[ch] gateway/core/filing_*.[ch] gateway/gate |
    tr -d '"' | sort -u) <(grep -rhoE '\b(STL|INJ)-[A-Z]?[0-9]+\b' tests/unit tests/integration tests/data/settlement_*.txt | sort -u) | sed 's/$/: in no test/')
rule "each code of direct settlement has an example in a test" "$found"
# Of transfers and records each code has a failing document with the answer it must get, or a test that names it.
list=tests/data/failing/expected.txt
found=$(comm -23 <(awk -f tests/lint/codes.awk docs/rules.md | sed -n 's/^has //p' |
    grep -E '^((PEN|MED)-[CRSVW]|INJ-[CRT]|FLW-)[0-9]+$' | sort -u) \
    <(sed 's/#.*//; /^scene/d' "$list" | grep -oE '\b(PEN|MED|INJ|FLW)-[A-Z]?[0-9]+\b' | sort -u) | sed "s/$/: not in ${list//\//\\/}/"
    sed -n 's/^elsewhere  *//p' "$list" | while read -r code test; do
        grep -qF "\"$code\"" "tests/unit/$test.c" || echo "$code: not in tests/unit/$test.c"
    done)
rule "each code of transfers and records has a failing example" "$found"
rule "failing examples are hard or soft as docs/rules.md says" "$(awk -f tests/lint/levels.awk docs/rules.md "$list")"
# Each parameter has its name and its meaning in both languages, a unit if it is a number, a default if it may
# be left out. Limits are what the types say.
x() { echo "*[local-name()='$1']"; }
note="$(x annotation)[$(x appinfo)/$(x name) and $(x documentation)[@xml:lang='en'] and $(x documentation)[@xml:lang='zh']]"
numbers="//$(x simpleType)[$(x restriction)[contains(@base, 'nt') or contains(@base, 'ong') or contains(@base, 'hort')]]/@name"
found=$(for file in gateway party rules calendar regions sim; do
    xmllint --xpath "//$(x element)[not($note) or @minOccurs = '0' and not($(x annotation)/$(x appinfo)/$(x default))
        or substring-after(@type, ':') = $numbers and not($(x annotation)/$(x appinfo)/$(x unit))]/@name" \
        "schemas/$file.xsd" 2>/dev/null | sed "s/^/$file.xsd:/"
done)
rule "each parameter is explained in schemas/ in both languages" "$found"
# The manual page has the verbs and options of the program's own help, and no others.
if [ -x "$build/qiantong" ]; then
    verbs=$(LC_ALL=C "$build/qiantong" help | sed -nE 's/^  ([a-z]+)( [a-z]+)?  .*/\1/p' | sort -u)
    found=$(diff <(for verb in $verbs; do LC_ALL=C "$build/qiantong" help "$verb"; done |
        awk '/^qiantong /{ verb = $2; if ($3 ~ /^[a-z]+$/) verb = verb " " $3; print verb } /^$/ { verb = "" }
             verb != "" { while (match($0, /--[a-z-]+/)) { print verb " " substr($0, RSTART, RLENGTH); $0 = substr($0, RSTART + RLENGTH) } }' | sort -u) \
        <(awk '/^\.It Cm /{ verb = $3; if ($4 ~ /^[a-z]+$/) verb = verb " " $4; print verb
             for (i = 4; i + 2 <= NF; i++) if ($i == "Fl" && $(i + 1) == "Fl") print verb " --" $(i + 2) }' docs/man/qiantong.1 | sort -u))
    rule "docs/man/qiantong.1 has the verbs and options of the program" "$found"
fi
if command -v groff >/dev/null; then
    found=$(for page in docs/man/*.[18]; do groff -mandoc -ww -z -Tutf8 -Kutf8 "$page" 2>&1; done)
    rule "the manual pages are set without warnings" "$found"
fi
# Each alarm has its page, each page its alarm; each is in both languages.
found=$(diff <(sed -n 's/^ALARM(\([A-Z_]*\),.*/\1/p' gateway/gate/alarms.def | sort) \
    <(sed -n 's/^## \([A-Z_]*\)$/\1/p' docs/alarms.md | sort)
    awk '/^## /{ if (code != "" && n < 5) print code ": not complete"; code = $2; n = 0 }
         /^- \*(What it means|What to look at|What to do):\*|^- \*Clears\*/ { n++ } /^- [^*]*。/ { n++ }
         END { if (n < 5) print code ": not complete" }' docs/alarms.md)
rule "each alarm has its page in docs/alarms.md" "$found"
# What the manual says of the log: every event that is written is named there, and none besides.
written=$(find gateway -name '*.c' -print0 | xargs -0 cat | tr '\n' ' ' | grep -oE '\blog_(debug|info|warn|error|event)\([^;"]*"[a-z]+\.[a-z_]+"( : "[a-z]+\.[a-z_]+")?' |
    grep -oE '"[a-z]+\.[a-z_]+"' | tr -d '"' | sort -u)
told=$(awk '/^## 9\. Log/ { inside = 1 } /^## 11/ { inside = 0 } inside' docs/operations.md | grep -oE '`[a-z]+\.[a-z_]+`' | tr -d '`' | sort -u)
found=$(comm -23 <(echo "$written") <(echo "$told")
    comm -13 <(echo "$written") <(echo "$told") | while read -r event; do
        grep -rqF "\"$event\"" gateway --include='*.c' || echo "$event: nobody writes it"
    done)
rule "each event of the log is in docs/operations.md" "$found"
if [ "$all" = all ] && command -v clang-format >/dev/null; then
    found=$(find gateway tests -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run 2>&1 |
        grep -E 'warning' | cut -d: -f1 | sort -u)
    rule "every source is formatted (make format)" "$found"
fi
[ "$all" != all ] || bash tests/lint/partner.sh || failures=$((failures + 1))
[ "$failures" = 0 ]

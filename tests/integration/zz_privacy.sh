#!/bin/bash
# zz_privacy.sh - last of all: no name, number or account in anything that this test run has left
# under build/, in clear, hexadecimal or base64, in UTF-8 or GB18030.
#
# Searched: the output of every test so far, logs of gateways and cores, screens, names of files, and
# the ledgers' own files. Left out: the documents that were played, and keys.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh
. tests/support/privacy.sh

work=$(mktemp -d build/privacy.XXXXXX) || exit 1
trap 'rm -rf "$work"' EXIT

privacy_words tests/demo/cases tests/data build/demo/papers build/demo-test/papers >"$work/words"
privacy_patterns "$work/words" "$work/patterns"
privacy_long "$work/patterns" "$work/patterns.long"
check "there are words to look for" test "$(wc -l <"$work/words")" -gt 12

mapfile -d '' texts < <(find build/logs build/demo build/demo-test build/*.?????? -type f \
    ! -path '*/cases/*' ! -path '*/papers/*' ! -path '*/keys/*' ! -path '*/certs/*' ! -path "$work/*" ! -name script.xml ! -name data.mdb ! -name lock.mdb \
    -print0 2>/dev/null)
mapfile -d '' stores < <(find build -name data.mdb ! -path "$work/*" -print0)

check "this run has left something to search" test ${#texts[@]} -gt 10
check "no person in the output of tests, in logs and on screens (${#texts[@]} files)" \
    privacy_search "$work/patterns" "${texts[@]}"
check "no person in ledgers' files (${#stores[@]})" privacy_search "$work/patterns.long" "${stores[@]}"
check "no person in names of files" privacy_search_names "$work/patterns" build

# The search has teeth: one leak, planted in a copy of what was just found clean.
cp "${texts[0]}" "$work/copy"
shuf -n 1 "$work/patterns" >>"$work/copy"
check "one leak planted in a copy is found" test -n "$(privacy_search "$work/patterns" "$work/copy")"
[ "$failures" = 0 ]

#!/bin/bash
# records.sh - backup and restore, export, and persons, on ledgers of two real gateways; at the end no
# name, number or account is anywhere in what they wrote, said or stored.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh
. tests/support/privacy.sh

tools || { echo "FAIL - records: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/records.XXXXXX) || exit 1
STAGE_PATIENCE_MS=2000
finish() { pair_end; }
trap finish EXIT
trap 'exit 130' INT TERM
PAIR_LOG=debug
said=$work/said # everything that the programs say; not the files that may hold persons
mkdir -p "$said"

says() { # NAME SIDE ARGUMENTS...: keeps what is said, on both outputs
    local name=$1
    shift
    cli "$@" >"$said/$name.out" 2>"$said/$name.err"
}
rests() { # TRACE
    local in
    in=$(begins_in "$1")
    in_state "$in" "$1" closed && in_state "$(other_side "$in")" "$1" closed
}
root_of() { # SIDE
    cli "$1" ledger verify --json 2>/dev/null | sed -n 's/.*"root": "\([0-9a-f]*\)".*/\1/p'
}
entries_with() { # SIDE KIND WORD: journaled acts, from an export of them
    rm -rf "$work/acts"
    cli "$1" ledger export "$work/acts" --english >/dev/null 2>&1
    grep -c "\"$2\",.*\"$3\"" "$work/acts/entries_001.csv"
}

play() {
    PAIR_PROXY_PORT=()
    pair_make "$work/pair" ecdsa || return 1
    stage demo GZ20260302000001 GD20260302000002
    pair_start guizhou && pair_start guangdong && core_start guizhou "" && core_start guangdong "" || return 1
    core_begin guizhou GZ20260302000001
    check "a backup of a ledger at work" says backup-1 guizhou ledger backup "$work/stream"
    core_begin guangdong GD20260302000002
    check "GZ20260302000001 closes on both sides" pair_wait 40 rests GZ20260302000001
    check "GD20260302000002 closes on both sides" pair_wait 40 rests GD20260302000002
    check "the backup goes on behind its end" says backup-2 guizhou ledger backup "$work/stream" --continue
    cp "$work/stream" "$work/whole.stream"
}

# --- export ------------------------------------------------------------------------------------------

exports() {
    local number
    number=$(sed -n 's:.*<identityNumber>\(.*\)</identityNumber>.*:\1:p' "$DEMO_CASES/form-first/form.xml" | head -1)
    check "export as CSV beside the gateway" says export guizhou ledger export "$work/masked"
    check "names and numbers stand there masked" grep -q '"张\*","529\*\*\*\*\*\*\*\*\*\*\*\*\*14"' "$work/masked/cases_001.csv"
    check "not in clear" test "$(grep -c "$number" "$work/masked/cases_001.csv")" = 0
    check "export as XML" says export-xml guizhou ledger export "$work/masked.xml" --format xml
    check "it follows its schema" xmllint --noout --schema schemas/ledger-export.xsd "$work/masked.xml" 2>/dev/null
    check "both are entries of the journal" test "$(entries_with guizhou operator export)" = 2
    check "export in clear, for a reason" says export-clear guizhou ledger export "$work/clear" --unmask --reason "audit 7"
    check "the number stands there as text" grep -q "\"张喆\",\"$number\"" "$work/clear/cases_001.csv"
    check "each person of it is an entry, and the export" test "$(entries_with guizhou disclosed 'audit 7')" = 3
    [ "$(command -v sqlite3)" ] && check "it loads into a database" loads
}
loads() {
    [ "$(cd "$work/masked" && sqlite3 :memory: <load-sqlite.sql 2>&1 | head -1 | tr '|' ' ' | awk '{ print ($1 == $2 && $1 > 10) }')" = 1 ]
}

# --- persons -----------------------------------------------------------------------------------------

search() { # NAME SIDE NUMBER ARGUMENTS...
    local name=$1 side=$2 number=$3
    shift 3
    printf '%s\n' "$number" | cli "$side" person "$@" >"$said/$name.out" 2>"$said/$name.err"
}
wide() { printf '%s' "$1" | sed 's/0/０/g; s/1/１/g; s/2/２/g; s/5/５/g; s/9/９/g'; }

persons() {
    local number=529901198506010014 case_id before
    case_id=$(case_lines guizhou | awk '$1 == "GZ20260302000001" { print $6 }')
    before=$(entries_with guizhou disclosed person)
    check "a person is found by number" search search guizhou "$number" --reason "asked by her"
    check "with the case" grep -q "$case_id" "$said/search.out"
    check "in full-width digits too" search search-wide guizhou " $(wide "$number") "
    check "with the same case" grep -q "$case_id" "$said/search-wide.out"
    check "both searches are entries" test "$(entries_with guizhou disclosed person)" = $((before + 2))
    search search-bad guizhou 529901198506010015
    check "a wrong number is refused, and not repeated" grep -q 'no valid identity number' "$said/search-bad.err"
    says search-word guizhou person "$number"
    check "a number as a word is refused, and not repeated" grep -q 'standard input' "$said/search-word.err"
    cli guizhou case "$case_id" --unmask --reason "asked by her" >"$work/clear.case" 2>&1
    check "case --unmask shows name and number" test "$(grep -cE "张喆|$number" "$work/clear.case")" = 2
    check "and is an entry of that case" grep -q disclosed <(cli guizhou case "$case_id")
}

# --- restore -----------------------------------------------------------------------------------------

audits() { "$BIN/qiantong-audit" entries "$work/whole.stream" >"$said/audit.out" 2>&1; }

restores() {
    local root
    pair_stop guizhou
    check "the rest of it, with the gateway stopped" says backup-3 guizhou ledger backup "$work/whole.stream" --continue
    root=$(root_of guizhou)
    check "qiantong-audit finds the backup good" audits
    check "with the ledger's root" grep -q "root     $root" "$said/audit.out"
    mv "$PAIR/guizhou/ledger" "$work/lost"
    check "restored into an empty place" says restore guizhou ledger restore "$work/whole.stream" "$PAIR/guizhou/ledger"
    check "verified and rebuilt, with every body opened" ledger_good guizhou
    check "with the same root" test "$(root_of guizhou)" = "$root"
    check "persons without a gateway" search search-alone guizhou 529901198506010014 --reason "asked by her"
    check "the restored ledger opens in a gateway" pair_start guizhou
    core_begin guizhou GZ20260302000001
    check "and its cases stand as they did" rests GZ20260302000001
    check "both ledgers tell one story" test -z "$(judge_story | tee -a /dev/stderr)"
}

# --- nothing leaks -----------------------------------------------------------------------------------

says_everything() {
    local side language case_id
    case_id=$(case_lines guizhou | awk 'NR == 1 { print $6 }')
    for side in guizhou guangdong; do
        for language in C zh_CN; do
            export LANGUAGE=$language
            says "$side-$language-status" $side status
            says "$side-$language-cases" $side cases
            says "$side-$language-case" $side case "$case_id"
            says "$side-$language-case-json" $side case "$case_id" --json
            says "$side-$language-party" $side party
            says "$side-$language-letters" $side letters --all
            says "$side-$language-metrics" $side metrics
            says "$side-$language-submit" $side submit "$DEMO_CASES/form-first/form.xml"
            entry_lines $side | awk '{ print $7 }' | sort -u | head -20 |
                while read -r message; do cli $side message "$message"; done >"$said/$side-$language-messages.out" 2>&1
        done
    done
    unset LANGUAGE
}

leaks() {
    privacy_words "$PAIR/guizhou/cases" "$PAIR/guangdong/cases" >"$work/words"
    privacy_patterns "$work/words" "$work/patterns"
    privacy_long "$work/patterns" "$work/patterns.long"
    check "there are words to look for" test "$(wc -l <"$work/words")" -gt 8
    check "logs" privacy_search "$work/patterns" "$PAIR"/*/gateway.log "$PAIR"/*/core.log
    check "what the programs said" privacy_search "$work/patterns" "$said"/*
    check "the export that is masked" privacy_search "$work/patterns" "$work"/masked/* "$work/masked.xml"
    check "the ledgers' files" privacy_search "$work/patterns.long" "$PAIR"/*/ledger/data.mdb "$work/lost/data.mdb"
    check "the backups" privacy_search "$work/patterns.long" "$work/stream" "$work/whole.stream"
    check "names of files" privacy_search_names "$work/patterns" "$work"
}

# The search finds what is there: each word, planted in each of its forms.
teeth() {
    local plant=$work/plant charset word
    word=$(grep 喆 "$work/words" | head -1)
    check "the search finds a person where one was shown" test -n "$(privacy_search "$work/patterns" "$work/clear.case" "$work/clear/cases_001.csv")"
    for charset in utf-8 gb18030; do
        { head -3 "$PAIR/guizhou/gateway.log"; printf 'name=%s' "$word" | iconv -f utf-8 -t $charset; } >"$plant"
        check "a name planted in a log, $charset" test -n "$(privacy_search "$work/patterns" "$plant")"
        printf 'xy%s%s' "$word" "529901198506010014" | iconv -f utf-8 -t $charset | privacy_hex >"$plant"
        check "planted as hexadecimal, $charset" test -n "$(privacy_search "$work/patterns" "$plant")"
        for before in "" x xy; do
            printf '%s%s' "$before" "529901198506010014" | iconv -f utf-8 -t $charset | base64 -w0 >"$plant"
            check "planted as base64 behind ${#before} bytes, $charset" test -n "$(privacy_search "$work/patterns" "$plant")"
        done
    done
    rm -f "$plant"
}

play || { bad "records: the pair does not play"; exit 1; }
exports
persons
restores
says_everything
pair_end
leaks
teeth
[ "$failures" = 0 ] && rm -rf "$work"
[ "$failures" = 0 ]

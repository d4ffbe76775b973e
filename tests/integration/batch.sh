#!/bin/bash
# batch.sh - some hundred documents in one `submit --batch`: whatever ends it, the same command goes on,
# and neither the journal nor the cases have one too many.
#
# Ended in the middle: the program by SIGKILL, SIGTERM and SIGINT, its result file by a torn line, the
# gateway by SIGKILL between its commit and its answer. Then what is refused, unreadable or no document.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh
. tests/support/batch.sh

tools || { echo "FAIL - batch: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/batch.XXXXXX) || exit 1
running=
finish() {
    end_process "$running" KILL
    pair_end
}
trap finish EXIT
trap 'exit 130' INT TERM

cases_count() { cli guizhou cases --json | grep -c '"case_id"'; }
status_is() { test "$(cat "$work/status")" = "$1"; }
said() { batch_said "$work" "$1"; }
line_of() { # RESULTS ITEM: its last line, without the time
    awk -F'\t' -v item="$2" '$1 == item { last = $2 " " $3 } END { print last }' "$1"
}
holds() { test "$(line_of "$1" "$2")" = "$3"; }
stops() { # TEXT ARGUMENTS...: exit 2, this is said, the journal is as it was
    local text=$1 before
    shift
    before=$(entry_count guizhou)
    batch_run "$work" "$@"
    status_is 2 && grep -q -- "$text" "$work/complaint" && test "$(entry_count guizhou)" = "$before"
}

# --- ended in the middle --------------------------------------------------------------------------

# One document at a time, so that there is a middle; the signal comes once 20 more have their lines.
end_in_the_middle() { # SIGNAL FOLDER
    local until=$(($(cat "$2.results" 2>/dev/null | wc -l) + 21))
    env --default-signal=INT "$BIN/qiantong" --config "$PAIR/guizhou/gateway.xml" submit --batch "$2" --jobs 1 --json \
        >"$work/said" 2>"$work/complaint" &
    running=$!
    while [ "$(cat "$2.results" 2>/dev/null | wc -l)" -lt $until ] && kill -0 $running 2>/dev/null; do :; done
    kill "-$1" $running
    wait $running 2>/dev/null
    echo $? >"$work/status"
    running=
}

program_ends() {
    local folder=$work/papers/program before=$(entry_count guizhou) lines
    batch_make "$folder" application 1 400
    end_in_the_middle KILL "$folder"
    lines=$(batch_lines "$folder.results")
    check "kill -9 of the program comes in the middle" test "$lines" -ge 20 -a "$lines" -lt 400
    truncate -s -9 "$folder.results"
    end_in_the_middle TERM "$folder"
    check "a torn line is cut off; SIGTERM ends it with 130" status_is 130
    check "it says so" test "$(said end)" = interrupted
    check "every line is whole" test "$(awk -F'\t' 'NF != 6' "$folder.results" | wc -l)" = 0
    check "what is left is what has no line" test "$(said left)" = $((400 - $(batch_lines "$folder.results")))
    check "the line that was torn was asked for again, and is there once" \
        test "$(said again)" -ge 1 -a "$(batch_unique "$folder.results" 1)" = "$(batch_lines "$folder.results")"
    batch_run "$work" --batch "$folder" --json
    check "the same command goes on to the end" status_is 0
    check "a line for each of 400" test "$(batch_lines "$folder.results") $(batch_unique "$folder.results" 1)" = "400 400"
    check "400 entries in the journal, each line has its own" \
        test $(($(entry_count guizhou) - before)) = 400 -a "$(batch_unique "$folder.results" 5)" = 400
    check "400 cases" test "$(cases_count) $(batch_unique "$folder.results" 4)" = "400 400"
    batch_run "$work" --batch "$folder" --json
    check "once more: nothing to do" test "$(cat "$work/status") $(said skipped) $(said again)" = "0 400 0"
    rm "$folder.results"
    batch_run "$work" --batch "$folder" --json
    check "without its results: the first verdicts again" test "$(cat "$work/status") $(said again)" = "0 400"
    check "and no entry more" test $(($(entry_count guizhou) - before)) = 400
}

interrupted_by_hand() {
    local folder=$work/papers/hand
    batch_make "$folder" application 501 200
    end_in_the_middle INT "$folder"
    check "SIGINT ends it with 130" status_is 130
    batch_run "$work" --batch "$folder" --json
    check "and the same command goes on" test "$(cat "$work/status") $(batch_unique "$folder.results" 4)" = "0 200"
}

# Two documents to a case: a letter needs its application. The letters come last, so that up to the end of
# the gateway nothing but applications is committed.
gateway_ends() {
    local folder=$work/papers/gateway before fresh lines name
    batch_make "$folder" application 1001 100
    batch_make "$folder" letter 1001 100
    for name in "$folder"/*-letter.xml; do mv "$name" "$folder/9${name##*/}"; done
    pair_stop guizhou
    WALK_EVENT=walk.committed WALK_COUNT=6 PAIR_LOG=debug PAIR_PRELOAD=$BIN/tests/walk.so pair_start guizhou || return
    before=$(cases_count)
    batch_run "$work" --batch "$folder" --jobs 20 --json
    check "kill -9 of the gateway behind a commit stops it with 2" status_is 2
    check "it says how to go on" grep -q "the same command again goes on" "$work/complaint"
    lines=$(batch_lines "$folder.results")
    check "in the middle ($lines lines)" test "$lines" -ge 20 -a "$lines" -lt 200
    batch_run "$work" --batch "$folder" --json
    check "a gateway that is not there: 2, and nothing is lost" test "$(cat "$work/status") $(said left) $(batch_lines "$folder.results")" = "2 $((200 - lines)) $lines"
    pair_start guizhou || return
    batch_run "$work" --batch "$folder" --json
    check "the same command goes on to the end: all accepted, in order" \
        test "$(cat "$work/status") $(said skipped) $(said accepted)" = "0 $lines $((200 - lines))"
    check "a group was committed whose lines were lost: first verdicts ($(said again))" test "$(said again)" -ge 1
    check "a line, a sequence for each of 200" \
        test "$(batch_unique "$folder.results" 1) $(batch_unique "$folder.results" 5)" = "200 200"
    check "100 cases more" test $(($(cases_count) - before)) = 100
    fresh=$(cut -f4 "$folder.results" | tail -n +2 | sort | uniq -c | awk '$1 != 2' | wc -l)
    check "two documents in each" test "$fresh" = 0
    check "the result file is in the order of the names" sort -c <(tail -n +2 "$folder.results" | cut -f1)
}

# --- what is no document ----------------------------------------------------------------------------

refused_and_unreadable() {
    local folder=$work/papers/mixed before
    batch_make "$folder" application 2001 30
    sed 's/QT20260302B0002001/QT20260302B0009001/; s/GZ00000000002001/GZ00000000009001/' "$folder/002001-application.xml" >"$folder/002005-rival.xml"
    sed 's/QT20260302B0002001/QT20260302B0009002/' "$folder/002001-application.xml" >"$folder/002006-key.xml"
    cp adapters/guizhou-core/examples/bad-cut.xml "$folder/002007-cut.xml"
    : >"$folder/002008-empty.xml"
    head -c 4000000 /dev/zero >"$folder/002009-huge.xml"
    mkdir "$folder/002010-folder"
    ln -s 002001-application.xml "$folder/002011-link.xml"
    mkfifo "$folder/002012-pipe"
    echo "half" >"$folder/002013-application.xml.tmp"
    echo "half" >"$folder/.002014.swp"
    cp "$folder/002001-application.xml" "$folder/喆㛃𠮷 and a blank.xml"
    before=$(cases_count)
    batch_run "$work" --batch "$folder" --json
    check "bad ones do not stop a batch: 1" status_is 1
    check "39 items: hidden and temporary names are left alone" test "$(said items)" = 39
    check "31 accepted, 1 refused, 1 conflict, 6 unreadable" \
        test "$(said accepted) $(said refused) $(said conflict) $(said unreadable)" = "31 1 1 6"
    check "the same person again: refused, PEN-R08" holds "$folder.results" 002005-rival.xml "refused PEN-R08"
    check "the same key with other bytes: conflict" grep -q "^002006-key.xml	conflict	" "$folder.results"
    check "XML that is cut off" holds "$folder.results" 002007-cut.xml "unreadable ENCODING"
    check "an empty file" holds "$folder.results" 002008-empty.xml "unreadable PARSE"
    check "a file that is too large" holds "$folder.results" 002009-huge.xml "unreadable SIZE"
    check "a folder" holds "$folder.results" 002010-folder "unreadable VALUE"
    check "a link" holds "$folder.results" 002011-link.xml "unreadable VALUE"
    check "a pipe, which nobody waits for" holds "$folder.results" 002012-pipe "unreadable VALUE"
    check "a name beyond ASCII" holds "$folder.results" "喆㛃𠮷 and a blank.xml" "accepted -"
    check "30 cases more" test $(($(cases_count) - before)) = 30
    rm -r "$folder"/002008-empty.xml "$folder"/002009-huge.xml "$folder"/002010-folder "$folder"/002011-link.xml "$folder"/002012-pipe
    batch_make "$work/papers/spare" application 2101 1
    cp "$work/papers/spare/002101-application.xml" "$folder/002007-cut.xml"
    batch_run "$work" --batch "$folder" --json
    check "one is corrected: the same command takes just that" test "$(said accepted) $(said skipped)" = "1 33"
    check "its last line counts" holds "$folder.results" 002007-cut.xml "accepted -"
    check "still 1: two stand refused" test "$(cat "$work/status") $(said skipped_refused)" = "1 2"
}

lists() {
    local list=$work/papers/list name
    batch_make "$work/papers/listed" letter 3001 20
    batch_make "$work/papers/listed" application 3001 20
    for name in $(seq 3001 3020); do
        printf 'listed/%06d-application.xml\r\n' "$name"
        printf '%s/papers/listed/%06d-letter.xml\n' "$(realpath "$work")" "$name"
    done >"$list"
    batch_run "$work" --batch "$list" --results "$work/elsewhere" --json
    check "a list, LF and CR LF, relative and absolute: 40 accepted" test "$(cat "$work/status") $(said accepted)" = "0 40"
    check "in its order" cmp -s <(tr -d '\r' <"$list") <(tail -n +2 "$work/elsewhere" | cut -f1)
    echo listed/gone.xml >>"$list"
    batch_run "$work" --batch "$list" --results "$work/elsewhere" --json
    check "one more, of a file that is not there" test "$(said skipped) $(line_of "$work/elsewhere" listed/gone.xml)" = "40 unreadable NOT_FOUND"
    printf 'listed/003001-letter.xml' >"$list"
    check "a last line without its end" stops "line 1: it has no end" --batch "$list"
    printf 'a\n\nb\n' >"$list"
    check "an empty line" stops "line 2: it is empty" --batch "$list"
    printf '\xef\xbb\xbfa\n' >"$list"
    check "a byte order mark" stops "line 1: a byte order mark" --batch "$list"
    printf 'a\tb\n' >"$list"
    check "a tab in a path" stops "line 1: a control character" --batch "$list"
    printf 'a\0b\n' >"$list"
    check "a NUL in a path" stops "line 1: a control character" --batch "$list"
    { head -c 5000 /dev/zero | tr '\0' a; echo; } >"$list"
    check "a path that is too long" stops "line 1: longer than" --batch "$list"
    printf 'a\n' >"$list"
    cp "$list" "$work/other"
    check "another file is no result file, and stays as it is" stops "not a line of a batch" --batch "$list" --results "$work/other"
    check "as it was" cmp -s "$list" "$work/other"
    check "results among the documents" stops "among the documents" --batch "$work/papers/listed" --results "$work/papers/listed/r"
    check "nor with a number of jobs that is none" stops "1 to 64" --batch "$list" --jobs 65
    check "nor from a party that is no core" stops "not of kind core" --batch "$list" --party hrss.440000
    check "nor both FILE and --batch" stops "either one FILE" --batch "$list" "$list"
}

# On a terminal, if there is a program that makes one: the line that is written over itself.
progress() { # LANGUAGE WORDS FIRST
    local folder=$work/papers/progress.$1
    command -v script >/dev/null || return 0
    batch_make "$folder" application "$3" 600
    env LC_ALL="$1.UTF-8" LANGUAGE= script -qec "'$BIN/qiantong' --config '$PAIR/guizhou/gateway.xml' submit --batch '$folder' --jobs 1" \
        "$work/terminal" >/dev/null </dev/null
    check "progress on a terminal ($1): bar, count, rate, time left" \
        grep -qaE "$2 \[#*\.*\] [0-9]+ / 600  [0-9]+/s  .*" "$work/terminal"
    check "no line of it is wider than 80 columns ($1)" \
        test "$(tr '\r' '\n' <"$work/terminal" | sed 's/\x1b\[[0-9;]*[mK]//g' | LC_ALL=C awk '
            { narrow = wide = $0; gsub(/[^ -~]/, "", narrow); gsub(/[ -~]/, "", wide) }
            length(narrow) + 2 * int(length(wide) / 3 + 0.9) > 80' | grep -vc '^Script')" = 0
}

# --- memory -------------------------------------------------------------------------------------------

memory() {
    local few
    batch_make "$work/papers/few" application 10001 200
    batch_make "$work/papers/many" application 20001 2000
    batch_run "$work" --batch "$work/papers/few"
    check "200 documents in one batch" status_is 0
    few=$(cat "$work/peak")
    batch_run "$work" --batch "$work/papers/many"
    check "2,000 documents in one batch" status_is 0
    check "ten times as many need no more memory ($few kB, $(cat "$work/peak") kB)" \
        test "$few" -gt 0 -a "$(cat "$work/peak")" -le $((few + 1024))
    check "nothing of it is more than a line: no progress where there is no terminal" test ! -s "$work/complaint"
}

pair_make "$work/pair" ecdsa || exit 1
pair_start guizhou || exit 1
program_ends
interrupted_by_hand
gateway_ends
refused_and_unreadable
lists
progress en_US submitting 4001
progress zh_CN 正在提交 5001
memory
pair_end
check "the ledger is good, rebuilt row by row" ledger_good guizhou
check "no person in the result files" \
    test "$(cat "$work"/papers/*.results "$work/elsewhere" | grep -cE '5299[0-9]{13}')" = 0
[ "$failures" = 0 ] && rm -rf "$work"
[ "$failures" = 0 ]

#!/bin/bash
# batch.sh - `submit --batch` with 10,000 applications; part of `make bench`.
#
#   batch.sh [COUNT]
#
# A batch as a whole, by documents under way; then one that is interrupted twice, by SIGTERM and by kill
# -9, and goes on. Printed: rate, greatest memory of the program, the gateway's own memory before and
# after. It fails if the counts are wrong: what has a figure here must not have counted anything twice.
set -u
cd "$(dirname "$0")/../.." || exit 1
BIN=${BIN:-${B:-build/release}}
. tests/support/pair.sh
. tests/support/checks.sh
. tests/support/batch.sh

count=${1:-10000}
work=build/bench/batch
trap pair_end EXIT
trap 'exit 130' INT TERM

own_memory() { awk '$1 == "RssAnon:" { printf "%.1f MB", $2 / 1024 }' "/proc/${PID[guizhou]}/status"; }
# What a look costs is not what is measured here: `ledger verify` would read everything.
entries_now() { cli guizhou status --json | awk '$1 == "\"entries\":" { gsub(/,/, "", $2); print $2; exit }'; }
cases_count() { cli guizhou cases --json | grep -c '"case_id"'; }

# Processor time of the gateway's threads, "NAME MS" a line; then what they took between two of these.
threads_ms() {
    local hertz task
    hertz=$(getconf CLK_TCK)
    for task in /proc/"${PID[guizhou]}"/task/*; do
        sed -E 's/^[0-9]+ \(([^)]*)\) /\1 /' "$task/stat" | awk -v hertz="$hertz" '{ print $1, ($13 + $14) * 1000 / hertz }'
    done
}
threads_told() { # BEFORE AFTER DOCUMENTS
    printf '%s\nthen\n%s\n' "$1" "$2" | awk -v count="$3" '
        $1 == "then" { sign = 2; next }
        { took[$1] += sign ? $2 : -$2 }
        END { for (name in took) if (took[name] >= 10) printf "  %-12s %4d us a document\n", name, took[name] * 1000 / count }' | sort
}
verifies() { cli guizhou ledger verify >/dev/null 2>&1; }
rate_of() { # FOLDER JOBS
    rm -f "$1.results"
    batch_run "$work" --batch "$1" --jobs "$2" --json
    printf '  %6d documents, %2d under way: %5d/s over %d.%d s, program at most %d.%d MB\n' \
        "$(batch_said "$work" accepted)" "$2" "$(batch_said "$work" per_second)" \
        $(($(batch_said "$work" passed_ms) / 1000)) $(($(batch_said "$work" passed_ms) % 1000 / 100)) \
        $(($(cat "$work/peak") / 1024)) $(($(cat "$work/peak") % 1024 * 10 / 1024))
}

# Up to so many lines of results, then this signal.
cut_short() { # SIGNAL LINES
    "$BIN/qiantong" --config "$PAIR/guizhou/gateway.xml" submit --batch "$work/papers/cut" --json >"$work/said" 2>/dev/null &
    local pid=$!
    while [ "$(cat "$work/papers/cut.results" 2>/dev/null | wc -l)" -lt "$2" ] && kill -0 $pid 2>/dev/null; do :; done
    kill "-$1" $pid 2>/dev/null
    wait $pid 2>/dev/null
    printf '  %s: status %d, %d lines\n' "$1" $? "$(batch_lines "$work/papers/cut.results")"
}

interrupted() {
    local before
    batch_make "$work/papers/cut" application $((8 * count + 1)) "$count"
    before=$(entries_now)
    cut_short TERM $((count / 4))
    cut_short KILL $((count / 2))
    batch_run "$work" --batch "$work/papers/cut" --json
    printf '  the same command again: %d submitted (%d of them had been taken already), %d skipped\n' \
        "$(batch_said "$work" accepted)" "$(batch_said "$work" again)" "$(batch_said "$work" skipped)"
    check "  a line for each of $count" test "$(batch_unique "$work/papers/cut.results" 1)" = "$count"
    check "  $count entries more in the journal, none twice" test $(($(entries_now) - before)) = "$count"
}

rm -rf "$work"
mkdir -p "$work/papers"
pair_make "$work/pair" ecdsa && PAIR_LOG=error pair_start guizhou || exit 1
printf '  gateway before: %s of its own\n' "$(own_memory)"
batch_make "$work/papers/few" application 1 200
batch_make "$work/papers/single" application 1001 1000
batch_make "$work/papers/many" application $((count + 1)) "$count"
batch_make "$work/papers/wide" application $((4 * count + 1)) 2000
rate_of "$work/papers/few" 32
rate_of "$work/papers/single" 1
before=$(threads_ms)
rate_of "$work/papers/many" 32
threads_told "$before" "$(threads_ms)" "$count"
printf '  gateway after: %s of its own\n' "$(own_memory)"
rate_of "$work/papers/wide" 64
interrupted
printf '  gateway after: %s of its own\n' "$(own_memory)"
check "  $((2 * count + 3200)) cases" test "$(cases_count)" = $((2 * count + 3200))
pair_end
check "  the journal verifies" verifies
rm -rf "$work"
[ "$failures" = 0 ]

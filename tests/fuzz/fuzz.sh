#!/bin/bash
# fuzz.sh [SECONDS] [TARGET...] - runs the fuzz targets that are built, two at a time.
#
# Without SECONDS (or with "short"): a fixed number of runs with a fixed seed from the target's own seeds, the
# same on every machine. With SECONDS: so long each, going on from the corpus that earlier runs left
# in build/fuzz/corpus. An input that breaks something is kept in build/fuzz/found and named.
set -u
cd "$(dirname "$0")/../.." || exit 1
seconds=${1:-short}
shift
bin=build/fuzz/tests
found=build/fuzz/found
mkdir -p "$found" build/logs

# Runs of the short form, so that each target takes a second or two.
runs_of() {
    sed -n 's/^enum { SHORT_RUNS = \([0-9]*\) };$/\1/p' "tests/fuzz/$1.c"
}

run_target() { # NAME
    local name=$1 log=build/logs/fuzz-$1.log corpus=build/fuzz/corpus/$1 limits
    if [ "$seconds" = short ]; then
        corpus=$(mktemp -d "build/fuzz/$name.XXXXXX")
        limits="-runs=$(runs_of "$name") -seed=20260302"
    else
        limits=-max_total_time=$seconds
    fi
    mkdir -p "$corpus"
    # The fuzzer would print pieces of its inputs, and with them names: its words and its dictionary are left out.
    if "$bin/$name" seeds "$corpus" >"$log" 2>&1 &&
        "$bin/$name" $limits -verbosity=0 -close_fd_mask=0 -rss_limit_mb=3000 -print_final_stats=1 \
            -artifact_prefix="$found/$name-" "$corpus" >>"$log" 2>&1; then
        LC_ALL=C sed -i '/Recommended dictionary/,/End of recommended dictionary/d' "$log"
        echo "ok - fuzz ${name%_fuzz}: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs"
    else
        echo "FAIL - fuzz $name: $(grep -m1 -E 'property does not hold|ERROR:|runtime error' "$log"); $log," \
            "again: $bin/$name $(sed -n 's/.*Test unit written to //p' "$log")"
    fi
    [ "$seconds" != short ] || rm -rf "$corpus"
}

targets=${*:-$(cd tests/fuzz && ls ./*_fuzz.c | sed 's|^\./||; s|\.c$||')}
export -f run_target runs_of
export seconds bin found
# shellcheck disable=SC2086
printf '%s\n' $targets | xargs -P 2 -I{} bash -c 'run_target {}' | tee build/logs/fuzz-lines
! grep -q '^FAIL' build/logs/fuzz-lines

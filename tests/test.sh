#!/bin/bash
# test.sh [check] - builds everything and runs every test; the last line is "N passed, N failed".
# "check" is the short form for before a commit: lint, unit tests, a short simulation.
#
# Two lanes run beside each other: real gateways, and everything that only computes.
set -u
cd "$(dirname "$0")/.." || exit 1
what=${1:-all}
mkdir -p build/logs
counts=build/logs/counts
: >"$counts"
run() { bash tests/support/run.sh "$counts" "$@"; }
jobs=$(nproc)

build() { # VARIANT TARGETS...
    local variant=$1
    shift
    if ! make --no-print-directory -j"$jobs" V="$variant" "$@" >build/logs/build-"$variant".log 2>&1; then
        grep -E 'error|Error|warning' build/logs/build-"$variant".log | head -20
        echo "0 1" >>"$counts"
        echo "the $variant build failed: build/logs/build-$variant.log"
    fi
}

units() { # VARIANT
    local program
    for program in build/"$1"/tests/*_test; do
        run "$1 $(basename "$program")" 120 "$program"
    done
}

build release all units test-programs catalogue
run lint 120 bash tests/lint/lint.sh build/release
units release
if [ "$what" = all ]; then seeds=1000 stays=2000; else seeds=200 stays=50; fi
run "simulation" 120 build/release/tests/simulate $seeds
run "stays" 120 build/release/tests/simulate_stays $stays
# Real gateways: most of the time they wait.
play() {
    local script
    run "demo" 280 bash tests/demo/demo.sh --quiet
    for script in tests/integration/*.sh; do
        [ "$script" = tests/integration/zz_privacy.sh ] ||
            run "integration $(basename "$script" .sh)" 240 bash "$script"
    done
}
# The other compilers and implementations: beside it they use what the processors have left.
work() {
    local fault
    for fault in 1 2 3 4 5; do
        run "simulation with planted fault $fault" 60 build/release/tests/simulate 50 1 "$fault"
        run "stays with planted fault $fault" 60 build/release/tests/simulate_stays 300 1 "$fault"
    done
    build asan all units build/asan/tests/simulate build/asan/tests/simulate_stays
    units asan
    run "asan simulation" 120 build/asan/tests/simulate 25
    run "asan stays" 120 build/asan/tests/simulate_stays 50
    run "clang" 300 bash tests/lint/clang.sh
    run "interop" 240 make --no-print-directory interop
    build fuzz fuzzers
    run "fuzz" 240 bash tests/fuzz/fuzz.sh short
    run "teeth" 300 bash tests/lint/teeth.sh
}
if [ "$what" = all ]; then
    work &
    play
    wait
    run "no person in what all this left behind" 120 bash tests/integration/zz_privacy.sh
fi

awk '{ passed += $1; failed += $2 } END { printf "%d passed, %d failed\n", passed, failed; exit failed > 0 }' "$counts"

#!/bin/bash
# test.sh [check] - builds everything and runs every test; the last line is "N passed, N failed".
# "check" is the short form for before a commit: lint, unit tests, a short simulation.
#
# Three lanes run beside each other: real gateways, which mostly wait; the sanitizers; everything else that
# only computes.
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

# As many at once as there are processors, or as said.
units() { # VARIANT [AT-ONCE]
    local program at_once=${2:-$jobs}
    for program in build/"$1"/tests/*_test; do
        while [ "$(jobs -pr | wc -l)" -ge "$at_once" ]; do wait -n; done
        run "$1 $(basename "$program")" 120 "$program" &
    done
    wait
}

build release all units test-programs catalogue
run lint 120 bash tests/lint/lint.sh build/release
units release
if [ "$what" = all ]; then seeds=1000 stays=2000; else seeds=200 stays=50; fi
run "simulation" 120 build/release/tests/simulate $seeds &
run "stays" 120 build/release/tests/simulate_stays $stays
wait
integration() { run "integration $1" 240 bash "tests/integration/$1.sh"; }
# Real gateways: most of the time they wait. The longest stand at the end of the other lanes.
play() {
    local script name
    run "demo" 280 bash tests/demo/demo.sh --quiet
    for script in tests/integration/*.sh; do
        name=$(basename "$script" .sh)
        case $name in kills | stays | partner | signed_core | kill_load | zz_privacy) continue ;; esac
        integration "$name"
    done
}
sanitize() {
    build asan all units build/asan/tests/simulate build/asan/tests/simulate_stays
    units asan 1
    run "asan simulation" 120 build/asan/tests/simulate 25
    run "asan stays" 120 build/asan/tests/simulate_stays 50
    run "clang" 300 bash tests/lint/clang.sh
    integration kill_load
}
# Implementations that are not ours, and whether the tests bite.
work() {
    local fault
    for fault in 1 2 3 4 5 6 7; do
        run "simulation with planted fault $fault" 60 build/release/tests/simulate 50 1 "$fault"
    done
    for fault in 1 2 3 4 5; do
        run "stays with planted fault $fault" 60 build/release/tests/simulate_stays 300 1 "$fault"
    done
    run "interop" 240 make --no-print-directory interop
    build fuzz fuzzers
    run "fuzz" 240 bash tests/fuzz/fuzz.sh short
    run "teeth" 400 bash tests/lint/teeth.sh
    integration kills
    integration stays
    integration partner
    integration signed_core
}
if [ "$what" = all ]; then
    sanitize &
    work &
    play
    wait
    run "no person in what all this left behind" 120 bash tests/integration/zz_privacy.sh
fi

awk '{ passed += $1; failed += $2 } END { printf "%d passed, %d failed\n", passed, failed; exit failed > 0 }' "$counts"

#!/bin/bash
# clang.sh - the second compiler agrees: every source, with the same warnings as errors, and every
# header by itself.
set -u
failures=0
flags="$(make -s V=release print-flags) -Wno-unknown-warning-option -Itests/support -Itests/sim
    $(pkg-config --cflags xmlsec1-openssl libxml-2.0 libcurl libevent jansson)"
export flags

# Those of a list that do not compile, two lists at a time; what the compiler says goes to stderr.
# shellcheck disable=SC2016
refused() { # COMMAND: with $f
    xargs -P "$(nproc)" -n 20 sh -c 'for f; do '"$1"' || echo "$f"; done' sh
}
judge() { # WORDS WHAT-IS-WRONG FILES
    local file
    for file in $3; do
        echo "FAIL - clang: $file $2"
        failures=$((failures + 1))
    done
    [ -n "$3" ] || echo "ok - clang: $1"
}

# shellcheck disable=SC2016
judge "every source" "does not compile" \
    "$(find gateway tests -name '*.c' | sort | refused 'clang $flags -fsyntax-only "$f"')"
# shellcheck disable=SC2016
judge "every header compiles alone" "does not compile alone" \
    "$(find gateway -name '*.h' | sort |
        refused 'echo "#include \"${f#gateway/}\"" | clang $flags -fsyntax-only -x c -')"
exit "$((failures > 0))"

#!/bin/bash
# clang.sh - the second compiler agrees: every source, with the same warnings as errors.
set -u
failures=0
flags=$(make -s V=release print-flags)
while IFS= read -r file; do
    layer=$(echo "$file" | cut -d/ -f2)
    # shellcheck disable=SC2086
    if ! clang $flags -Wno-unknown-warning-option -Itests/support -Itests/sim \
        $(pkg-config --cflags xmlsec1-openssl libxml-2.0 libcurl libevent jansson) \
        -fsyntax-only "$file"; then
        echo "FAIL - clang: $file ($layer)"
        failures=$((failures + 1))
    fi
done < <(find gateway tests -name '*.c' | sort)
[ "$failures" = 0 ] && echo "ok - clang: every source"
alone=0
while IFS= read -r header; do
    # shellcheck disable=SC2086
    if ! echo "#include \"${header#gateway/}\"" | clang $flags -Wno-unknown-warning-option \
        $(pkg-config --cflags xmlsec1-openssl libxml-2.0 libcurl libevent jansson) \
        -fsyntax-only -x c -; then
        echo "FAIL - clang: $header does not compile alone"
        alone=$((alone + 1))
    fi
done < <(find gateway -name '*.h' | sort)
[ "$alone" = 0 ] && echo "ok - clang: every header compiles alone"
failures=$((failures + alone))
exit "$failures"

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
exit "$failures"

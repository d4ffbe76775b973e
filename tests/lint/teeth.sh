#!/bin/bash
# teeth.sh - do the tests bite? One deliberate break at a time in a copy of the tree; the test that
# is there for it must fail, and it must pass before the break and after its repair.
set -u
cd "$(dirname "$0")/../.." || exit 1
BIN=${BIN:-build/release}
mkdir -p build
work=$(mktemp -d build/teeth.XXXXXX) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
failures=0

# Sources and what was compiled from them, with their times: make finds nothing to do.
copy_tree() {
    { git ls-files -co --exclude-standard -z 2>/dev/null || find . -path ./build -prune -o -path ./.git -prune -o -type f -print0; } |
        xargs -0 sh -c 'for f; do [ -f "$f" ] && printf "%s\0" "$f"; done' sh |
        xargs -0 cp -p --parents -t "$work" &&
        mkdir -p "$work/build" && cp -a "$BIN" "$work/build/release"
}

# --- the tests, as they run there -------------------------------------------------------------------

build() { make --no-print-directory -C "$work" V=release "$@" >"$work/build.log" 2>&1; }
# What the lint says of the tree as it was is found once: a repaired file has its old bytes.
intact=yes
lint() { # RULE: this rule of the lint holds
    local said=$work/lint.$intact
    [ "$intact" = yes ] && [ -s "$said" ] ||
        (cd "$work" && bash tests/lint/lint.sh build/release own) >"$said" 2>&1
    ! grep -q "^FAIL - lint: $1" "$said"
}
lint_of_symbols() { build build/release/libcore.a && lint "$1"; }
unit() { # TEST: it builds, which must succeed, and passes
    build "build/release/tests/$1" || {
        tail -3 "$work/build.log"
        return 2
    }
    (cd "$work" && "build/release/tests/$1") >"$work/unit.log" 2>&1 || return 1
}
adapter() { # NAME
    "$BIN/qiantong" adapter check "$work/adapters/$1" --schemas schemas >"$work/adapter.log" 2>&1
}

# bites WORDS FILE[,FILE] PERL-EXPRESSION TEST...: the expression breaks each file, TEST must fail, with 1.
bites() {
    local words=$1 files=${2//,/ } expression=$3 file broken
    shift 3
    if ! "$@"; then
        echo "FAIL - teeth: $words: fails before anything is broken"
        failures=$((failures + 1))
        return
    fi
    for file in $files; do
        cp -p "$work/$file" "$work/kept.${file##*/}"
        perl -0pi -e "$expression" "$work/$file"
        if cmp -s "$work/kept.${file##*/}" "$work/$file"; then
            echo "FAIL - teeth: $words: the break does not fit $file any more"
            failures=$((failures + 1))
            return
        fi
    done
    intact=no
    "$@"
    broken=$?
    for file in $files; do
        cp "$work/kept.${file##*/}" "$work/$file" # newer than what was made of the broken one
    done
    intact=yes
    if [ $broken = 1 ]; then
        echo "ok - teeth: $words"
    else
        echo "FAIL - teeth: $words: not noticed (status $broken)"
        failures=$((failures + 1))
    fi
}

copy_tree || { echo "FAIL - teeth: the tree cannot be copied"; exit 1; }

bites "core includes stdio.h" gateway/core/retry.c 's/(#include "core\/retry.h"\n)/$1#include <stdio.h>\n/' \
    lint "core includes only stdbool"
bites "core includes a header of wire" gateway/core/retry.c 's/(#include "core\/retry.h"\n)/$1#include "wire\/codec.h"\n/' \
    lint "core includes only its own"
bites "core calls the store's library behind everybody's back" gateway/core/retry.c \
    's/(#include "core\/retry.h"\n)/$1int mdb_env_sync(void *, int);\nint (*core_sync)(void *, int);\nint (*core_sync)(void *, int) = mdb_env_sync;\n/' \
    lint_of_symbols "libcore.a leaves no foreign"
bites "a double among the sums" gateway/base/money.c 's/(#include "base\/money.h"\n)/$1static double share;\n/' \
    lint "no floating point"
bites "IN closes before its completion was taken" gateway/core/pension_employee.c \
    's/(STEP\(BOTH, OURS, COMPLETION, ALWAYS, )LINKED/${1}CLOSED/' unit core_flow_walk_test
bites "OUT forgets to start the clock of 15 days" gateway/core/pension_employee.c \
    's/(STEP\(OPENING, THEIRS, LETTER, ALWAYS, LETTER_HELD, 0, LETTER, )D2,/${1}0,/' unit core_flow_walk_test
bites "one pair of resting states too many" gateway/core/pension_employee.c,gateway/core/pension_transfer.h \
    's/(\{CLOSED,\s+CLOSED\s*\},)/$1\n    {LINKED, BOTH},/; s/(PENSION_PAIRS = )(\d+)/$1.($2 + 1)/e' \
    unit core_pension_model_test
bites "a settlement that does not add up stands" gateway/core/settlement_stay.c \
    's/(STEP\(SETL_SENT, THEIRS, SETL_DONE, MINE \| OK \| FAIL, )REVERSING, REV, 0/${1}SETTLED, 0, SETL_DONE/' unit core_stay_walk_test
bites "a reversal of nothing reverses what stands" gateway/core/settlement_stay.c \
    's/STEP\(ANY, OURS, REV, GONE,/STEP(VOID, OURS, REV, GONE,/' unit core_stay_walk_test
bites "a code of direct settlement that no test knows" gateway/core/stay_batch.c \
    's/"STL-K02"/"STL-K99"/' lint "each code of direct settlement"
bites "a check without a failing document" tests/data/failing/expected.txt \
    's/PEN-C36/PEN-C99/g' lint "each code of transfers"
bites "retirement may be chosen before the old age" gateway/core/pension_retirement.c \
    's/(if \(found\.earliest\.number) < old\.number\)/$1 < 0)/' unit core_pension_retirement_test
bites "a month less than ten years makes a place" gateway/core/pension_place.c \
    's/months >= enough\)/months + 1 >= enough)/' unit core_pension_place_test
bites "a resident's months stay and an employee's go" gateway/core/pension_overlap.c \
    's/(prefer\([ab]->scheme == SCHEME_)EMPLOYEE(, [ab]->scheme == SCHEME_)EMPLOYEE/${1}RESIDENT${2}RESIDENT/' \
    unit core_pension_overlap_test
bites "half a fen of a refund is lost" gateway/core/pension_overlap.c \
    's/\(rest \* 2 \+ whole\)/(rest * 2)/' unit core_pension_overlap_test
bites "the page of rules: a step that is not so" docs/rules.md \
    's/(\| both \| own core \| completion \| \| )linked/${1}closed/' lint "the tables of docs\/rules.md"
bites "the page of rules: a test that is not there" docs/rules.md \
    's/`months_paid_at_once`/`months_paid_at_last`/' lint "each rule and code"
bites "a rule that the page does not know" conf/rules.xml \
    's/<id>PEN-WD</<id>PEN-WX</' lint "each rule and code"
bites "any certificate passes for the party's pin" gateway/wire/signature_grammar.c \
    's/if \(!is_certificate\(parts, &pins\[i\]->key\)\)\n\s+continue;/(void)is_certificate;/' \
    unit wire_signature_test
bites "Guizhou's adapter: two regions exchanged" adapters/guizhou-core/mapping.xml \
    's/prm_aab299(<\/theirs><ours>reference\/)inRegion/prm_aab299${1}outRegion/; s/prm_yac250(<\/theirs><ours>reference\/)outRegion/prm_yac250${1}inRegion/' \
    adapter guizhou-core
bites "Guizhou's adapter: a name taken from another field" adapters/guizhou-core/mapping.xml \
    's/(<theirs>)prm_aac003(<\/theirs><ours>person\/name)/${1}prm_aae011$2/' adapter guizhou-core
bites "Guangdong's adapter: a code that means something else" adapters/guangdong-core/codes.xml \
    's/(<list>.*?<theirs>)([^<]+)(<\/theirs>.*?<theirs>)([^<]+)(<\/theirs>)/$1$4$3$2$5/s' adapter guangdong-core
[ "$failures" = 0 ]

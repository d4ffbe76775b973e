#!/bin/bash
# completion.sh - the completion offers what `qiantong help` lists, and nothing else.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

PATH=$(realpath "$BIN"):$PATH
. docs/completion/qiantong.bash

offers() { # WORDS...: what is offered for the last of them, one a line
    COMP_WORDS=(qiantong "$@")
    COMP_CWORD=$#
    _qiantong
    printf '%s\n' "${COMPREPLY[@]}" | sort -u
}
same() { diff <(printf '%s\n' "$1" | tr ' ' '\n' | sort -u) <(offers "${@:2}") >&2; }

# From the table itself, another way: the words between the quotation marks of cli.c.
table=$(sed -n '/cli_verbs\[\] = {/,/^};/p' gateway/cli/cli.c | tr '\n' ' ' | sed -E 's/" +"//g' | grep -oE '\{"[^"]*", *"[^"]*"' | sed 's/^{"//; s/", *"/|/; s/"$//')
check "completion: the table has verbs" test "$(wc -l <<<"$table")" -gt 15

check "completion: every first word" \
    same "$(cut -d'|' -f1 <<<"$table" | cut -d' ' -f1 | sort -u | tr '\n' ' ')--config --encoding --help --version" ""
while IFS='|' read -r verb usage; do
    options=$(grep -oE -- '--[a-z-]+' <<<"$usage" | sort -u)
    for option in $options; do
        # shellcheck disable=SC2086
        offers $verb -- >/tmp/null.$$ 2>/dev/null
        grep -qx -- "$option" /tmp/null.$$ || bad "completion: $verb offers $option"
    done
    # shellcheck disable=SC2086
    for option in $(offers $verb -- | grep '^--'); do
        grep -qE "^($verb|$verb [a-z]+)\|.*$option" <<<"$table" || bad "completion: $verb has no $option"
    done
done <<<"$table"
rm -f /tmp/null.$$
check "completion: verbs of ledger" grep -qx verify <(offers ledger v)
check "completion: what begins with st" same "status stay stays" st
check "completion: encodings" same "gb18030 gb2312 gbk" --encoding g
check "completion: behind an option of the program" same "status stay stays" --config x st
check "completion: help knows verbs" grep -qx ledger <(offers help l)
check "completion: a file where nothing else fits" same README.md submit README.m
check "completion: a file behind --batch" same README.md submit --batch README.m
[ "$failures" = 0 ]

#!/bin/bash
# approvals.sh - acts that need a second person: proposed by one user of this system, done by the word of another.
#
# Guizhou forgets Guangdong's certificate, so that Guangdong has dead letters, which only two persons close.
# The second one is the user 65534, with the group of the first. Without the right to be two users the rules are
# proved by their unit tests alone, where the users are the test's.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

tools && make --no-print-directory -s V="${V:-release}" B="$BIN" catalogue || { echo "FAIL - approvals: the tools do not build"; exit 1; }
if [ "$(id -u)" != 0 ]; then
    make --no-print-directory -s V="${V:-release}" B="$BIN" "$BIN/tests/gate_approvals_test" "$BIN/tests/gate_control_approvals_test" >/dev/null
    check "approvals: the rules hold over a ledger in memory" "$BIN/tests/gate_approvals_test"
    check "approvals: and at a running gateway that is told who asks" "$BIN/tests/gate_control_approvals_test"
    [ "$failures" = 0 ]
    exit
fi
mkdir -p build
work=$(mktemp -d build/approvals.XXXXXX) || exit 1
trap pair_end EXIT
trap 'exit 130' INT TERM
TRACES="GZ20260302000001 GZ20260302000003"

other() { # SIDE ARGUMENTS...: as the second person
    local side=$1
    shift
    setpriv --reuid=65534 --regid="$(id -g)" --clear-groups "$BIN/qiantong" --config "$PAIR/$side/gateway.xml" "$@"
}
says() { # STATUS TEXT COMMAND...
    local status=$1 text=$2 said got
    shift 2
    said=$("$@" 2>&1)
    got=$?
    [ $got = "$status" ] && grep -q -- "$text" <<<"$said" && return
    echo "  $got: $said" >&2
    return 1
}
letters() {
    cli guangdong letters --all --json | awk '
        { name = $1; gsub(/[":]/, "", name); value = $2; gsub(/[",]/, "", value); field[name] = value }
        /^  \}/ { print field["letter"], field["state"] }'
}
letter_is() { letters | grep -qx "$1 $2"; } # LETTER STATE
dead_letters() { letters | awk '$2 == "dead" { print $1 }' | sort -n; }
two_dead() { [ "$(dead_letters | wc -l)" = 2 ]; }
waiting() { cli guangdong approvals --json | awk -F'[:,]' '/"proposal"/ { gsub(/ /, "", $2); print $2 }'; }
waits() { [ "$(waiting)" = "$1" ]; }
state_of() { cli guangdong approvals "$1" --json | sed -n 's/^ *"state": "\(.*\)",/\1/p'; }
is() { [ "$(state_of "$1")" = "$2" ]; }
narrow() { awk '{ if (length($0) > 80) exit 1 }' <<<"$(LC_ALL=C.UTF-8 cli guangdong approvals)"; }
close_entries() { # LETTER: how often the journal closes it
    cli guangdong ledger export "$work/entries.$1" >/dev/null && cat "$work/entries.$1"/entries_*.csv |
        grep -c "\"root\",\"close\",\"letter $1"
    rm -rf "$work/entries.$1"
}

export PAIR_SECOND="close export reverse"
pair_make "$work/pair" ecdsa && stage guizhou $TRACES || exit 1
chmod 750 "$work"
pair_start guizhou && pair_start guangdong && core_start guizhou "" || exit 1
for trace in $TRACES; do core_begin guizhou "$trace"; done
for trace in $TRACES; do
    check "the letter of $trace has arrived" pair_wait 20 in_state guangdong "$trace" letter_held
done

# --- a limit rests and goes on: one person, unless the configuration says otherwise -------------------

limit_of() { cli "$1" case "${TRACES%% *}" --json | tr -d ' \n' | grep -o '{"kind":"d2"[^}]*}'; } # SIDE
rests_there() { limit_of guizhou | grep -q '"paused":true'; }
goes_on_there() { limit_of guizhou | grep -q '"paused":false'; }
check "no reason: no pause" says 64 "for a reason" cli guangdong pause "${TRACES%% *}" d2
check "another's limit cannot be paused" says 65 "no such limit of our own" cli guizhou pause "${TRACES%% *}" d2 --reason "?"
check "no such limit" says 66 "no limit d9" cli guangdong pause "${TRACES%% *}" d9 --reason "?"
check "a limit rests" says 0 "rests; [0-9]* working days" cli guangdong pause "${TRACES%% *}" d2 --reason "papers are awaited, 㛃"
check "twice it cannot" says 65 "no such limit of our own" cli guangdong pause "${TRACES%% *}" d2 --reason "?"
check "the other side is told" pair_wait 20 rests_there
check "it goes on" says 0 "goes on until" cli guangdong resume "${TRACES%% *}" d2 --reason "they have come"
check "over there too" pair_wait 20 goes_on_there

# --- two dead letters ------------------------------------------------------------------------------------

sh certs/make-certs.sh "$PAIR/certs" hrss.450000 && cp "$PAIR/certs/hrss.450000.tls.crt" "$PAIR/guizhou/keys/" || exit 1
sed -i 's|keys/hrss.440000.tls.crt|keys/hrss.450000.tls.crt|' "$PAIR/guizhou/parties/hrss.440000.xml"
pair_stop guizhou && pair_start guizhou && core_start guangdong "" || exit 1
check "two letters are dead" pair_wait 30 two_dead
first=$(dead_letters | head -1)
second=$(dead_letters | tail -1)

# --- one proposes, another one approves --------------------------------------------------------------

check "nothing waits yet" says 0 "nothing waits" cli guangdong approvals
check "close is proposed, and says so" says 1 "waits for a second person" \
    cli guangdong close "$first" --reason "letter $first sent on paper, 㛃 knows"
number=$(waiting)
check "it has a number" test -n "$number"
check "the letter is as dead as before" letter_is "$first" dead
check "the listing names it" says 0 "$first *root" cli guangdong approvals
check "in Chinese too" says 0 "申请人" env LANGUAGE=zh_CN LC_ALL=C.UTF-8 "$BIN/qiantong" --config "$PAIR/guangdong/gateway.xml" approvals
check "within 80 columns" narrow
check "in full with its reason" says 0 "sent on paper, 㛃 knows" env LC_ALL=C.UTF-8 "$BIN/qiantong" --config "$PAIR/guangdong/gateway.xml" approvals "$number"
check "status counts it" says 0 "1 act waits for a second person" cli guangdong status
check "and its JSON" says 0 '"approvals_waiting": 1' cli guangdong status --json
before=$(entry_count guangdong)
check "proposed twice is one proposal" says 65 "waits already" cli guangdong close "$first" --reason "again"
check "the same person is refused" says 77 "another user of this system" cli guangdong approve "$number" --reason "I am sure"
check "no such number" says 66 "no proposal" other guangdong approve 999999 --reason "a guess"
check "an entry that is no proposal" says 66 "no proposal" other guangdong approve 1 --reason "a guess"
check "not a number" says 64 "not a proposal" other guangdong approve 1x --reason "a guess"
check "no reason" says 64 "a reason is needed" other guangdong approve "$number"
check "a reason with control characters" says 64 "control characters" other guangdong approve "$number" --reason $'a\033[2Jb'
check "a reason of 100 KB" says 64 "longer than" other guangdong approve "$number" --reason "$(head -c 100000 /dev/zero | tr '\0' a)"
check "a reason that is no UTF-8" test "$(other guangdong approve "$number" --reason $'\xff\xfe' >/dev/null 2>&1; echo $?)" != 0
check "an act that is none" says 64 "no act" cli guangdong propose open 1 --reason "?"
check "a letter that is not there" says 66 "no dead letter" cli guangdong propose close 17 --reason "?"
check "a wrong object" says 64 "not a number" cli guangdong propose close hrss.520000 --reason "?"
check "none of this is an entry" test "$before" = "$(entry_count guangdong)"

pair_kill guangdong
pair_start guangdong || exit 1
check "killed and started again: it waits" waits "$number"
check "another user approves, and it is done" says 0 "approved and done: close $first" other guangdong approve "$number" --reason "seen, 𠮷"
check "the letter is closed" letter_is "$first" closed
check "approved twice is refused" says 65 "was approved by" other guangdong approve "$number" --reason "again"
check "and declined after that" says 65 "was approved by" other guangdong decline "$number"
check "the journal closes it once" test "$(close_entries "$first")" = 1
check "with the approval in the same story" is "$number" approved

# --- a reversal ----------------------------------------------------------------------------------------

transfer=$(cli guangdong cases --json | sed -n 's/.*"case_id": "\(.*\)",/\1/p' | head -1)
check "a transfer is no stay to reverse" says 66 "no stay of direct settlement" cli guangdong reverse "$transfer" --reason "?"
check "no such stay" says 66 "no stay" cli guangdong reverse ZY-nothing --reason "?"
check "no such case" says 66 "no such case" cli guangdong propose reverse 0192f0c0-0000-7000-8000-000000000000 --reason "?"
check "proposed all the same, it waits" says 0 "waits for a second person" cli guangdong propose reverse "$transfer" --reason "?"
number=$(waiting)
check "approved, the flow says no" says 65 "nothing of this case can be reversed" other guangdong approve "$number" --reason "seen"
check "and it waits as before" is "$number" waiting
cli guangdong decline "$number" >/dev/null

# --- declined ------------------------------------------------------------------------------------------

cli guangdong propose close "$second" --reason "letter $second" >/dev/null
number=$(waiting)
check "declined: nothing is done" says 0 "is declined" other guangdong decline "$number" --reason "call them first"
check "declined, then approved is refused" says 65 "was declined by" other guangdong approve "$number" --reason "yet"
check "the letter is still dead" letter_is "$second" dead
cli guangdong propose close "$second" --reason "letter $second" >/dev/null
check "whoever proposed it takes it back" says 0 "is declined" cli guangdong decline "$(waiting)"

# --- ended between approval and act -------------------------------------------------------------------

cli guangdong propose close "$second" --reason "letter $second" >/dev/null
number=$(waiting)
pair_stop guangdong
WALK_EVENT=approval.written PAIR_PRELOAD=$PWD/$BIN/tests/walk.so PAIR_LOG=debug pair_start guangdong || exit 1
check "the gateway is killed between approval and act" says 69 "" other guangdong approve "$number" --reason "seen"
check "it is gone" pair_wait 10 gone "${PID[guangdong]}"
pair_start guangdong || exit 1
check "neither approved" waits "$number"
check "nor done" letter_is "$second" dead
check "approved again, done" says 0 "approved and done" other guangdong approve "$number" --reason "seen"
check "once" test "$(close_entries "$second")" = 1

# --- persons in clear ---------------------------------------------------------------------------------

export_clear() { cli guangdong ledger export "$work/$1" --unmask --reason "audit 7"; }
check "an export in clear waits" says 1 "waits for a second person" export_clear one
check "and has made nothing" test ! -e "$work/one"
number=$(waiting)
check "asked again, the same proposal" says 1 "proposal $number" export_clear one
check "another user permits it" says 0 "root may do it once" other guangdong approve "$number" --reason "order of 2026-03-01"
check "of another scope it is not permitted" says 1 "waits" cli guangdong ledger export "$work/two" --unmask --reason "audit 7" --from 2026-03-02
check "now it is made" says 0 "rows written" export_clear one
check "the permit is used up" is "$number" spent
check "a second export waits again" says 1 "waits" export_clear two
check "masked needs nobody" says 0 "rows written" cli guangdong ledger export "$work/masked"

# --- time ----------------------------------------------------------------------------------------------

number=$(waiting | tail -1)
clock_forward "$PAIR/clock" $((25 * 3600 * 1000))
pair_stop guangdong && pair_start guangdong || exit 1
check "a day later it is over" says 65 "expired" other guangdong approve "$number" --reason "late"
check "and does not wait any more" says 0 "nothing waits" cli guangdong approvals
check "all shows what became of everything" says 0 "expired" cli guangdong approvals --all

pair_end
check "stopped, an export in clear is refused" says 77 "second person" export_clear three
sed 's|<test>true|<test>false|; /clockOffset/d; s|<acts>.*</acts>|<acts>none</acts>|' "$PAIR/guangdong/gateway.xml" >"$PAIR/guangdong/real.xml"
check "a ledger that is no test always asks for two to close" says 78 "close always needs a second person" \
    "$BIN/qiantong" --config "$PAIR/guangdong/real.xml" config check
sed -i 's|<acts>.*</acts>|<acts>close export</acts>|' "$PAIR/guangdong/real.xml"
check "and for two to reverse" says 78 "reverse always needs a second person" \
    "$BIN/qiantong" --config "$PAIR/guangdong/real.xml" config check
check "Guangdong's ledger is good, rebuilt row by row" ledger_good guangdong
[ "$failures" = 0 ] && rm -rf "$work"
[ "$failures" = 0 ]

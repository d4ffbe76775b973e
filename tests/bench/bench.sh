#!/bin/bash
# bench.sh - the figures of `make bench`, each beside the limit measured in the same run.
#
# Everything lies below build/bench on the file system of the project, default sync. Nothing here
# passes or fails because of a figure. Three to five minutes.
#   SKIP="stages commits exchange asks mapping memory batch" leaves parts out; TRACES, CONNECTIONS and
#   AHEAD change the exchange.
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build/release}
BIN=$B
. tests/support/pair.sh

traces=${TRACES:-} # 10000 letters with ecdsa, 6000 with gm
connections=${CONNECTIONS:-32}
ahead=${AHEAD:-256}
work=build/bench
began=$SECONDS
failures=0

part() { # NAME TITLE: is it wanted?
    case " ${SKIP:-} " in *" $1 "*) return 1 ;; esac
    printf '\n%s  (load of this machine %s)\n' "$2" "$(cut -d' ' -f1 /proc/loadavg)"
}
run() { "$@" || failures=$((failures + 1)); }
trap pair_end EXIT
trap 'exit 130' INT TERM

# User and system time of a process and its threads, in milliseconds.
hertz=$(getconf CLK_TCK)
cpu_ms() { # PID
    awk -v hertz="$hertz" '{ sub(/.*\) /, ""); printf "%d %d\n", $12 * 1000 / hertz, $13 * 1000 / hertz }' "/proc/$1/stat"
}
# Resident, and of it what is not mapped from files (the ledger's map counts as resident, too).
memory_of() { # PID
    awk '$1 == "VmRSS:" { all = $2 } $1 == "RssAnon:" { own = $2 }
        END { printf "%.1f MB resident, %.1f MB of it our own", all / 1024, own / 1024 }' "/proc/$1/status"
}

cpu_sum=0
cpu_line() { # NAME BEFORE AFTER EXCHANGES
    local user system
    user=$((${3% *} - ${2% *}))
    system=$((${3#* } - ${2#* }))
    cpu_sum=$((cpu_sum + (user + system) * 1000 / $4))
    printf '  %-22s %6d ms user %6d ms system   %5d us per exchange\n' "$1" "$user" "$system" \
        $(((user + system) * 1000 / $4))
}

exchange() { # SUITE
    local line load_pid count=0 gz gd load letters=${traces:-10000}
    [ -n "$traces" ] || [ "$1" = ecdsa ] || letters=6000
    "$B/bench/commits" "$work/disk" disk || return 1
    # What is measured is the gateway, not how much of it one party may have.
    sed -i 's|  <transportPins>|  <rate><perSecond>100000</perSecond></rate>\n&|' "$PAIR"/*/parties/*.xml || return 1
    PAIR_LOG=error pair_start guizhou && PAIR_LOG=error pair_start guangdong || return 1
    coproc LOAD { exec "$B/bench/load" "$PAIR" "$letters" "$connections" "$ahead" 2>&1; }
    load_pid=$LOAD_PID
    exec 7<&"${LOAD[0]}" 8>&"${LOAD[1]}"
    while IFS= read -r line <&7; do
        case $line in
        full | paced)
            if [ "$line" = full ]; then
                printf '\n  -- %s: as fast as it goes, %s under way, %s connections of the core\n' "$1" "$ahead" "$connections"
            else
                printf '\n  -- %s: at 70 %% of that\n' "$1"
            fi
            gz=$(cpu_ms "${PID[guizhou]}") gd=$(cpu_ms "${PID[guangdong]}") load=$(cpu_ms "$load_pid")
            echo go >&8
            ;;
        end)
            gz="$gz:$(cpu_ms "${PID[guizhou]}")" gd="$gd:$(cpu_ms "${PID[guangdong]}")"
            load="$load:$(cpu_ms "$load_pid")"
            echo go >&8
            ;;
        "  exchanges: "*)
            count=${line#*: }
            count=${count%% *}
            echo "$line"
            cpu_sum=0
            cpu_line "gateway of Guizhou" "${gz%:*}" "${gz#*:}" "$count"
            cpu_line "gateway of Guangdong" "${gd%:*}" "${gd#*:}" "$count"
            cpu_line "both cores (the load)" "${load%:*}" "${load#*:}" "$count"
            # Without neighbours and without waiting, this is what the processors would allow.
            printf '  processor time allows %d exchanges/s on %d cores\n' $(($(nproc) * 1000000 / (cpu_sum + 1))) "$(nproc)"
            ;;
        *) echo "$line" ;;
        esac
    done
    exec 7<&- 8>&-
    wait "$load_pid" 2>/dev/null
    for line in guizhou guangdong; do
        printf '  %s: %s\n' "$line" "$(memory_of "${PID[$line]}")"
    done
    pair_end
    for line in guizhou guangdong; do
        if cli "$line" ledger verify >"$PAIR/$line/verify" 2>&1; then
            echo "  $line: the journal verifies ($(head -1 "$PAIR/$line/verify"))"
        else
            echo "  $line: the journal does NOT verify"
            failures=$((failures + 1))
        fi
    done
}

memory() {
    local names=() line
    for line in 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 45 46; do names+=("hrss.${line}0000"); done
    pair_make "$work/memory" ecdsa && sh certs/make-certs.sh "$PAIR/certs" "${names[@]}" || return 1
    PAIR_LOG=error pair_start guizhou || return 1
    sleep 0.5
    printf '  idle, nothing connected: %s (target below 64)\n' "$(memory_of "${PID[guizhou]}")"
    coproc IDLE { exec "$B/bench/idle" "${PORT[guizhou]}" 1000 "$PAIR/certs" "${names[@]}"; }
    exec 7<&"${IDLE[0]}" 8>&"${IDLE[1]}"
    read -r line <&7
    sleep 0.5
    printf '  %s connections, all silent: %s (target below 128)\n' "${line#open }" "$(memory_of "${PID[guizhou]}")"
    echo end >&8
    exec 7<&- 8>&-
    wait "$IDLE_PID" 2>/dev/null
    pair_end
}

rm -rf "$work"
mkdir -p "$work"
printf 'qiantong bench: %s cores, %s, load %s\n' "$(nproc)" "$(df --output=fstype "$work" | tail -1)" "$(cut -d' ' -f1-3 /proc/loadavg)"
for suite in ecdsa gm; do
    pair_make "$work/$suite" "$suite" || exit 1
    if part stages "Receive path by stage, $suite: one thread, signed forms, group commit of 128"; then
        run "$B/bench/stages" "$PAIR" "$suite"
        printf '  the same in processor time of the thread, without waits for the disk:\n'
        run "$B/bench/stages" "$PAIR" "$suite" processor | tail -3
    fi
    if part exchange "Exchange between two gateways, $suite: submitted, durable on both sides, receipt durable"; then
        run exchange "$suite"
    fi
done
if part commits "Durable commits with many waiting: entries of 1 KB with two bodies of 4 KB"; then
    run "$B/bench/commits" "$work/commits"
fi
if part mapping "Mapping of a form, against libxslt doing the same renaming"; then
    run "$B/bench/mapping"
fi
if part asks "Questions of direct settlement: what two gateways add to the insured core's answer, and 2,000 open"; then
    run bash tests/bench/asks.sh
fi
if part memory "Memory"; then run memory; fi
if part batch "Batches by hand: applications of a core, each durable, a line for each"; then
    run bash tests/bench/batch.sh
fi
rm -rf "$work"
printf '\nload %s, %s s\n' "$(cut -d' ' -f1-3 /proc/loadavg)" "$((SECONDS - began))"
[ "$failures" = 0 ]

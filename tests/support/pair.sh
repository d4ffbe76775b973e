# pair.sh - two provinces on one machine, for the demo, the integration tests and the bench.
# To be sourced by bash, from the top folder of the project.
#
#   pair_make FOLDER [SUITE] [GATEWAY...]   folders guizhou and guangdong with everything in them
#   pair_start SIDE | pair_stop SIDE | pair_kill SIDE     the gateway of a side
#   core_start SIDE SCRIPT | core_stop SIDE | core_kill SIDE | core_begin SIDE TRACE
#   cli SIDE ARGUMENTS...                    qiantong on that side's ledger
#   pair_wait SECONDS COMMAND...             until the command succeeds
#   pair_end                                 ends every process started here, by its id
#
# Environment: PAIR_SECOND (acts that need a second person; none), BIN (build/release), PAIR_LOG (level), PAIR_PRELOAD (a library for gateways), CORE_PRELOAD (for cores).
# Another pair than that of pensions: PAIR_AUTHORITY (hrss), PAIR_ADAPTER (that of the side, SIDE-PAIR_CORES: core), PAIR_FLOWS, PAIR_RULES (conf/rules.xml).
# Ports of lines with a proxy in them, by side, set before pair_make: PAIR_PROXY_PORT to the other province, PAIR_CORE_LINE from
# the gateway to its core, PAIR_GATE_LINE back.

BIN=${BIN:-build/release}
PAIR_AUTHORITY=${PAIR_AUTHORITY:-hrss}
PAIR_FLOWS=${PAIR_FLOWS:-pension.employee pension.remittance}
declare -A REGION=([guizhou]=520000 [guangdong]=440000)
declare -A PORT CORE_PORT PID CORE_PID
PAIR=

other_side() { if [ "$1" = guizhou ]; then echo guangdong; else echo guizhou; fi; }

# A port that nobody listens on and no other test means to: between the choice and the listening lie
# seconds, and many pairs begin at once. A claim is a file with the number of the script that made it; it
# ends with that script.
PORT_CLAIMS=${TMPDIR:-/tmp}/qiantong-ports-$(id -u)
port_among() { # FIRST COUNT
    local port claim
    mkdir -p "$PORT_CLAIMS"
    while :; do
        port=$(($1 + RANDOM % $2))
        claim=$PORT_CLAIMS/$port
        if [ -e "$claim" ]; then
            kill -0 "$(cat "$claim")" 2>/dev/null && continue
            rm -f "$claim"
        fi
        (set -o noclobber && echo $$ >"$claim") 2>/dev/null || continue
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
}
free_port() { port_among 20000 12000; } # below the ports that connections take

# Milliseconds that move this machine's clock to 2026-03-02 09:00 +08:00.
clock_to() { # FILE ISO-TIME
    local want now
    want=$(date -d "$2" +%s%3N)
    now=$(date +%s%3N)
    echo $((want - now)) >"$1.new" && mv "$1.new" "$1"
}

clock_forward() { # FILE MILLISECONDS
    echo $(($(cat "$1") + $2)) >"$1.new" && mv "$1.new" "$1"
}

party_file() { # SIDE PARTY KIND URL ADAPTER SUITE
    local keys=../keys flow
    printf '<?xml version="1.0" encoding="UTF-8"?>\n<party xmlns="urn:qiantong:config:1">\n'
    printf '  <id>%s</id>\n  <kind>%s</kind>\n' "$2" "$3"
    [ -z "$4" ] || printf '  <url>%s</url>\n' "$4"
    [ "$3" = core ] && printf '  <adapter>%s</adapter>\n' "$5"
    [ "$3" = province ] && printf '  <suite>%s</suite>\n' "$6"
    printf '  <transportPins><pin><certificate>%s/%s.tls.crt</certificate></pin></transportPins>\n' "$keys" "$2"
    [ "$3" = province ] &&
        printf '  <signingPins><pin><certificate>%s/%s.%s.crt</certificate></pin></signingPins>\n' "$keys" "$2" "$6"
    printf '  <flows>'
    for flow in $PAIR_FLOWS; do printf '<flow><name>%s</name></flow>' "$flow"; done
    printf '</flows>\n</party>\n'
}

gateway_file() { # SIDE SUITE
    local own=$PAIR_AUTHORITY.${REGION[$1]} hash=sha256
    [ "$2" = gm ] && hash=sm3
    cat <<XML
<?xml version="1.0" encoding="UTF-8"?>
<gateway xmlns="urn:qiantong:config:1">
  <party>$own</party>
  <ledger>
    <path>ledger</path>
    <hash>$hash</hash>
    <test>true</test>
  </ledger>
  <sealKeys>keys/$own.seal</sealKeys>
  <clockOffset>../clock</clockOffset>
  <listen>
    <address>127.0.0.1</address>
    <port>${PORT[$1]}</port>
  </listen>
  <control>control</control>
  <tls>
    <certificate>keys/$own.tls.crt</certificate>
    <key>keys/$own.tls.key</key>
    <ca>keys/ca.crt</ca>
  </tls>
  <signing>
    <suite>$2</suite>
    <certificate>keys/$own.$2.crt</certificate>
    <key>keys/$own.$2.key</key>
  </signing>
  <schemas>$PAIR_TOP/schemas</schemas>
  <adapters>$PAIR_TOP/adapters</adapters>
  <rules>${PAIR_RULES:-$PAIR_TOP/conf/rules.xml}</rules>
  <calendar>$PAIR_TOP/conf/calendar.xml</calendar>
  <parties>parties</parties>
  <limits>
    <inFlight>1024</inFlight>
  </limits>
  <secondPerson>
    <acts>${PAIR_SECOND:-none}</acts>
  </secondPerson>
</gateway>
XML
}

core_file() { # SIDE
    local own=$PAIR_AUTHORITY.${REGION[$1]}
    cat <<XML
<?xml version="1.0" encoding="UTF-8"?>
<sim xmlns="urn:qiantong:sim:1">
  <gatewayUrl>https://127.0.0.1:${PAIR_GATE_LINE[$1]:-${PORT[$1]}}/v1/messages</gatewayUrl>
  <gatewayCertificate>keys/$own.tls.crt</gatewayCertificate>
  <listen>
    <address>127.0.0.1</address>
    <port>${CORE_PORT[$1]}</port>
  </listen>
  <control>core-control</control>
  <tls>
    <certificate>keys/$own.core.tls.crt</certificate>
    <key>keys/$own.core.tls.key</key>
    <ca>keys/ca.crt</ca>
  </tls>
  <schemas>$PAIR_TOP/schemas</schemas>
  <adapter>$PAIR_TOP/adapters/${PAIR_ADAPTER:-$1-${PAIR_CORES:-core}}</adapter>
  <clockOffset>../clock</clockOffset>
  <script>script.xml</script>
</sim>
XML
}

pair_make() { # FOLDER [SUITE]
    local suite=${2:-ecdsa} side far
    PAIR=$1
    mkdir -p "$PAIR/certs"
    # Relative from FOLDER/SIDE to the top, so that the folder can be looked at from anywhere.
    PAIR_TOP=$(realpath --relative-to="$PAIR/guizhou" .)
    sh certs/make-certs.sh "$PAIR/certs" "$PAIR_AUTHORITY".{520000,440000,520000.core,440000.core} || return 1
    for side in guizhou guangdong; do
        PORT[$side]=$(free_port)
        CORE_PORT[$side]=$(free_port)
    done
    clock_to "$PAIR/clock" "2026-03-02T09:00:00+08:00"
    for side in guizhou guangdong; do
        far=$(other_side "$side")
        mkdir -p "$PAIR/$side/parties" "$PAIR/$side/keys"
        cp "$PAIR/certs/$PAIR_AUTHORITY.${REGION[$side]}".* "$PAIR/certs/$PAIR_AUTHORITY.${REGION[$far]}".*.crt "$PAIR/certs/ca.crt" \
            "$PAIR/$side/keys/"
        gateway_file "$side" "$suite" >"$PAIR/$side/gateway.xml"
        core_file "$side" >"$PAIR/$side/core.xml"
        party_file "$side" "$PAIR_AUTHORITY.${REGION[$far]}" province "https://127.0.0.1:${PAIR_PROXY_PORT[$side]:-${PORT[$far]}}/v1/messages" "" \
            "$suite" >"$PAIR/$side/parties/$PAIR_AUTHORITY.${REGION[$far]}.xml"
        party_file "$side" "$PAIR_AUTHORITY.${REGION[$side]}.core" core \
            "https://127.0.0.1:${PAIR_CORE_LINE[$side]:-${CORE_PORT[$side]}}/v1/documents" "${PAIR_ADAPTER:-$side-${PAIR_CORES:-core}}" "" \
            >"$PAIR/$side/parties/$PAIR_AUTHORITY.${REGION[$side]}.core.xml"
    done
}
declare -A PAIR_PROXY_PORT PAIR_CORE_LINE PAIR_GATE_LINE

cli() { # SIDE ARGUMENTS...
    local side=$1
    shift
    "$BIN/qiantong" --config "$PAIR/$side/gateway.xml" "$@"
}

# SECONDS as on a quiet machine; a busy one is given four times that.
pair_wait() { # SECONDS COMMAND...
    local end=$((SECONDS + 4 * $1))
    shift
    while ! "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.05
    done
}

answers() { # PORT
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

pair_start() { # SIDE
    local side=$1
    LD_PRELOAD=${PAIR_PRELOAD:-} "$BIN/qiantongd" --config "$PAIR/$side/gateway.xml" --log "${PAIR_LOG:-info}" \
        >>"$PAIR/$side/gateway.log" 2>&1 &
    PID[$side]=$!
    disown
    pair_wait 20 answers "${PORT[$side]}" && ! gone "${PID[$side]}" || {
        echo "the gateway of $side does not start:"
        tail -2 "$PAIR/$side/gateway.log"
        return 1
    }
}

gone() { ! kill -0 "$1" 2>/dev/null; }

end_process() { # PID SIGNAL
    [ -n "$1" ] || return 0
    kill "-$2" "$1" 2>/dev/null
    pair_wait 15 gone "$1" || kill -KILL "$1" 2>/dev/null
}

pair_stop() { end_process "${PID[$1]:-}" TERM; PID[$1]=; }
pair_kill() { end_process "${PID[$1]:-}" KILL; PID[$1]=; }

core_start() { # SIDE SCRIPT (empty: it is in place)
    local side=$1
    [ -z "$2" ] || cp "$2" "$PAIR/$side/script.xml"
    LD_PRELOAD=${CORE_PRELOAD:-} QIANTONG_SCHEMAS=schemas "$BIN/qiantong-sim" --config "$PAIR/$side/core.xml" run >>"$PAIR/$side/core.log" 2>&1 &
    CORE_PID[$side]=$!
    disown
    pair_wait 20 answers "${CORE_PORT[$side]}" && pair_wait 20 core_listens "$side" || {
        echo "the core of $side does not start:"
        tail -2 "$PAIR/$side/core.log"
        return 1
    }
}
core_kill() { end_process "${CORE_PID[$1]:-}" KILL; CORE_PID[$1]=; }
core_listens() { "$BIN/qiantong-sim" --config "$PAIR/$1/core.xml" status; } # its control socket opens last
core_stop() { end_process "${CORE_PID[$1]:-}" TERM; CORE_PID[$1]=; }
core_begin() { # SIDE TRACE
    "$BIN/qiantong-sim" --config "$PAIR/$1/core.xml" start "$2" >/dev/null
}

pair_end() {
    local side
    for side in guizhou guangdong; do
        core_stop "$side"
        pair_stop "$side"
    done
}

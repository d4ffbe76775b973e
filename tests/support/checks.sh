# checks.sh - what the integration scripts share: one line per check, and questions to ledgers.
# To be sourced by bash after pair.sh, from the top folder of the project.
#
#   ok WORDS | bad WORDS | check WORDS COMMAND...    failures counts the bad ones
#   stage VARIANT                 the four cases, IN in one province; see below
#   case_lines SIDE               TRACE STATE ROLE FORM_FEN MONEY_FEN CASE_ID, one per case
#   entry_lines SIDE              SIDE TRACE SEQUENCE KIND ACTION REVISION MESSAGE PARTY VERDICT CODE DIGEST
#   entry_count SIDE              entries in the journal
#   no_open_letters SIDE | cores_idle | in_state SIDE TRACE STATE
#   judge_story [PATTERN]         what must hold of two ledgers at rest, of these traces: prints what does not

failures=0
ok() { echo "ok - $1"; }
bad() {
    echo "FAIL - $1"
    failures=$((failures + 1))
}
check() { # WORDS COMMAND...
    local words=$1
    shift
    if "$@"; then ok "$words"; else bad "$words"; fi
}

tools() { # what the scripts need beside the programs; V as in the Makefile, BIN its folder
    make --no-print-directory -s V="${V:-release}" B="$BIN" integration-tools "$BIN/tests/xmlsig" >/dev/null
}

# --- the stage ------------------------------------------------------------------------------------

# The demo's cases as files for a pair of cores. VARIANT:
#   demo        as in the demo: four cases with IN in Guizhou, two with IN in Guangdong
#   guizhou     four cases, all with IN in Guizhou;  guangdong: all with IN in Guangdong
# Half of the demo's cases have the other direction: those are mirrored, regions exchanged.
DEMO_CASES=tests/demo/cases
declare -A STORY=([GZ20260302000001]=form-first [GD20260302000002]=money-first
    [GZ20260302000003]=letter-returned [GD20260302000004]=form-returned
    [GZ20260302000005]=receipt-lost [GZ20260302000006]=gateway-killed)

script_case() { # SIDE TRACE: this case's block of a script
    awk -v trace="<trace>$2</trace>" '
        /<case>/ { block = ""; mine = 0 }
        { block = block $0 "\n" }
        index($0, trace) { mine = 1 }
        /<\/case>/ { if (mine) printf "%s", block }' "$DEMO_CASES/$1.script.xml"
}

# STAGE_PATIENCE_MS: how long IN's core waits with the completion after the form, in the case where the
# money came first. It does not wait for its own fund_receipt to be accepted, and a completion that
# overtakes it is refused for ever; a gateway that dies in between makes that likely.
patient_money() {
    sed "s|<send>money-first/completion|<delayMs>${STAGE_PATIENCE_MS:-0}</delayMs>&|"
}

begins_in() { case $1 in GZ*) echo guizhou ;; *) echo guangdong ;; esac; }

stage() { # VARIANT TRACE...: scripts and documents for both cores of the pair
    local variant=$1 side from trace file
    shift
    for side in guizhou guangdong; do
        mkdir -p "$PAIR/$side/cases"
        {
            echo '<?xml version="1.0" encoding="UTF-8"?>'
            echo '<script xmlns="urn:qiantong:sim:1">'
            for trace in "$@"; do
                from=$side
                [ "$variant" = demo ] || [ "$variant" = "$(begins_in "$trace")" ] || from=$(other_side "$side")
                script_case "$from" "$trace" | patient_money
            done
            echo '</script>'
        } >"$PAIR/$side/cases/script.xml"
        for trace in "$@"; do
            mkdir -p "$PAIR/$side/cases/${STORY[$trace]}"
            for file in "$DEMO_CASES/${STORY[$trace]}"/*.xml; do
                if [ "$variant" = demo ] || [ "$variant" = "$(begins_in "$trace")" ]; then
                    cat "$file"
                else
                    sed 's/520000/@/g; s/440000/520000/g; s/@/440000/g' "$file"
                fi >"$PAIR/$side/cases/${STORY[$trace]}/${file##*/}"
            done
        done
        sed -i 's|<script>script.xml</script>|<script>cases/script.xml</script>|' "$PAIR/$side/core.xml"
    done
}

# --- questions --------------------------------------------------------------------------------------

case_lines() { # SIDE
    cli "$1" cases --json 2>/dev/null | awk '
        { name = $1; gsub(/[":]/, "", name); value = $2; gsub(/[",]/, "", value); field[name] = value }
        /^  \}/ { print field["trace"], field["state"], field["role"], field["form_fen"], field["money_fen"], field["case_id"] }'
}

in_state() { # SIDE TRACE STATE
    case_lines "$1" | grep -q "^$2 $3 "
}

entry_lines() { # SIDE
    local trace state role form money id
    case_lines "$1" | while read -r trace state role form money id; do
        cli "$1" case "$id" --json 2>/dev/null | awk -v side="$1" -v trace="$trace" '
            /^  "entries": \[/ { inside = 1 }
            /^  \]/ { inside = 0 }
            !inside { next }
            /^    \{/ { split("", field) }
            /^      "/ { name = $1; gsub(/[":]/, "", name); value = $2; gsub(/[",]/, "", value); field[name] = value == "" ? "-" : value }
            /^    \}/ { print side, trace, field["sequence"], field["kind"], field["action"], field["revision"], field["message"],
                              field["party"], "verdict" in field ? field["verdict"] : "-", "code" in field ? field["code"] : "-", field["digest"] }'
    done
}

entry_count() { # SIDE
    cli "$1" ledger verify --json 2>/dev/null | awk '$1 == "\"entries\":" { gsub(/,/, "", $2); print $2; exit }'
}

no_open_letters() { # SIDE
    [ "$(cli "$1" letters --json 2>/dev/null | tr -d ' \n')" = '[]' ]
}

# Every document that a core had to bring was answered.
core_idle() { # SIDE
    QIANTONG_SCHEMAS=schemas "$BIN/qiantong-sim" --config "$PAIR/$1/core.xml" status 2>/dev/null |
        grep -q '"waiting":0,"under_way":0'
}

ledger_good() { # SIDE
    cli "$1" ledger verify --keys >/dev/null 2>&1 && cli "$1" ledger rebuild >/dev/null 2>&1
}

# --- two ledgers at rest ----------------------------------------------------------------------------

# Prints a line for everything that must not be; nothing if all is well:
#   - form and money are the same sums on both sides, and both have ended alike
#   - no message is received, submitted, sealed or receipted twice
#   - what one side sealed for the other, the other received: same id, same digest; and the reverse
#   - what a core was told stands in its gateway's ledger, as often as it was told
judge_story() { # [PATTERN of traces]
    local side traces=${1:-.}
    {
        for side in guizhou guangdong; do
            case_lines "$side" | grep -E "^$traces" | sed "s/^/case $side /"
            entry_lines "$side" | grep -E "^$side $traces" | sed 's/^/entry /'
            sed -n 's/.*"event":"sim.answered","trace":"\([^"]*\)","action":"\([^"]*\)","verdict":"\([^"]*\)".*/told '"$side"' \1 \2 \3/p' \
                "$PAIR/$side/core.log" | grep -E "^told $side $traces"
        done
    } | awk '
        function wrong(text) { print "  " text }
        $1 == "case" {
            seen[$3]++
            state[$3, $5] = $4
            if (seen[$3] == 2 && (form[$3] != $6 || money[$3] != $7)) wrong($3 ": the sums differ")
            form[$3] = $6; money[$3] = $7
        }
        $1 == "entry" {
            side = $2; kind = $5; message = $8; digest = $12
            key = side " " kind " " message
            again = once[side, $4]++ # an entry of two cases: one corrects the other
            if (!again && kind ~ /^(received|submitted|sealed|outcome)$/ && ++count[key] > 1) wrong(key " " $6 ": twice")
            if (kind == "sealed" && $9 !~ /core/) sealed[message] = side " " digest
            if (kind == "received") received[message] = side " " digest
            if (kind == "submitted") submitted[side, $3, $6, $10]++
        }
        $1 == "told" { told[$2, $3, $4, $5]++ }
        END {
            if (length(sealed) == 0 || length(told) == 0) wrong("nothing was exchanged")
            for (trace in seen) {
                pair = state[trace, "in"] "/" state[trace, "out"]
                if (seen[trace] != 2) wrong(trace ": on one side only")
                else if (pair !~ /^(closed\/closed|refused\/refused|withdrawn\/withdrawn|turned_back\/turned_back)$/) wrong(trace ": " pair)
            }
            for (m in sealed) {
                split(sealed[m], a)
                if (!(m in received)) {
                    wrong(m ": sealed by " a[1] " and received by nobody")
                    continue
                }
                split(received[m], b)
                if (a[1] == b[1] || a[2] != b[2]) wrong(m ": sealed and received are not the same")
            }
            for (m in received) if (!(m in sealed)) wrong(m ": received and sealed by nobody")
            for (t in told) if (submitted[t] != told[t]) {
                gsub(SUBSEP, " ", t); wrong(t ": told, but not in the ledger as often")
            }
        }'
}

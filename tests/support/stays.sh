# stays.sh - direct settlement on a pair of gateways: the pair, its scripts, and what must hold of
# its books. To be sourced by bash after pair.sh and checks.sh, from the top folder of the project.
#
#   stays_pair FOLDER              nhsa.440000 (guangdong, treating) and nhsa.520000 (guizhou, insured)
#   stays NAME [OPTION...] -- STEP...   one more kind of stays for the hospital; OPTION is element=value
#   fault KIND ACTION STAY [OPTION...]  one more fault of the insured core
#   stays_open                     both gateways and both cores, with these scripts
#   stay_ends NAME...              have all these stays ended, each as done?
#   stays_rest                     no letter is under way, on either side
#   stays_judge                    prints what must not be; nothing if all is well

PAIR_AUTHORITY=nhsa
PAIR_ADAPTER=guizhou-settlement
PAIR_FLOWS=settlement.stay
PAIR_RULES=../rules.xml

# Waits of a hospital in seconds instead of minutes; filings are another flow's test.
STAY_RULES="STL-FILING-MEDICAL=0 STL-TREATING=1500 STL-HOSPITAL=4000 STL-CORE=1000 STL-RETRY=1000 STL-RETRY-MAX=2000"

stay_rules() {
    local rule edits=()
    for rule in $STAY_RULES; do edits+=(-e "/<id>${rule%=*}</,/<value>/s|<value>[0-9]*|<value>${rule#*=}|"); done
    sed "${edits[@]}" conf/rules.xml
}

stays_pair() { # FOLDER
    mkdir -p "$1" && stay_rules >"$1/rules.xml" && pair_make "$1" ecdsa || return 1
    HOSPITAL= INSURED='<insured><deductibleFen>1000</deductibleFen>'
}

options() { # element=value...
    local option
    for option in "$@"; do printf '<%s>%s</%s>' "${option%%=*}" "${option#*=}" "${option%%=*}"; done
}

stays() { # NAME [OPTION...] -- STEP...
    local name=$1 given='' step
    shift
    while [ "$1" != -- ]; do given+=$(options "$1"); shift; done
    shift
    HOSPITAL+="<stays><name>$name</name><treatingRegion>440100</treatingRegion><insuredRegion>520100</insuredRegion>$given"
    for step in "$@"; do HOSPITAL+="<step>$step</step>"; done
    HOSPITAL+='</stays>'
}

fault() { # KIND ACTION STAY [OPTION...]
    INSURED+="<fault><kind>$1</kind><action>$2</action><stay>$3-1</stay>$(options "${@:4}")</fault>"
}

stay_scripts() {
    local head='<?xml version="1.0" encoding="UTF-8"?><script xmlns="urn:qiantong:sim:1">'
    echo "$head$HOSPITAL</script>" >"$PAIR/guangdong/script.xml"
    echo "$head$INSURED</insured></script>" >"$PAIR/guizhou/script.xml"
}

stays_open() {
    stay_scripts
    pair_start guizhou && pair_start guangdong && core_start guizhou "" && core_start guangdong ""
}

stay_begin() { # NAME...: those that wait go on
    local name
    for name in "$@"; do core_begin guangdong "$name" || return 1; done
}

said() { # EVENT STAY [WORDS]: a line of the hospital's log
    grep -q "\"event\":\"$1\",\"stay\":\"$2-1\".*${3:-}" "$PAIR/guangdong/core.log"
}
# Its answers in their order: step:verdict:code, with what was asked instead of the step itself.
stay_story() { # NAME
    sed -n 's/.*"event":"sim.stay","stay":"'"$1"'-1","step":"\([^"]*\)","asked":"\([^"]*\)","key":"[^"]*","verdict":"\([^"]*\)","code":"\([^"]*\)".*/\1:\2:\3:\4/p' \
        "$PAIR/guangdong/core.log" | tr '\n' ' '
}
stay_waits() { # NAME...
    local name
    for name in "$@"; do said sim.stay_waits "$name" || return 1; done
}
stay_ends() { # NAME...
    local name
    for name in "$@"; do said sim.stay_ended "$name" '"result":"done"' || return 1; done
}
stays_rest() { no_open_letters guizhou && no_open_letters guangdong && core_idle guangdong; }

# What one side owes the other, or is owed, for each stay: TRACE FEN.
owed_lines() { # SIDE
    rm -rf "$PAIR/export.$1"
    cli "$1" ledger export "$PAIR/export.$1" --english >/dev/null 2>&1 || { echo "export fails"; return; }
    awk -F, '
        { gsub(/"/, "") }
        FNR == 1 { next }
        FILENAME ~ /cases/ { trace[$1] = $2; next }
        { split($10, yuan, "."); sign = $10 ~ /^-/ ? -1 : 1
          sum[$3] += sign * (substr(yuan[1], sign < 0 ? 2 : 1) * 100 + yuan[2]) }
        END { for (id in trace) print trace[id], sum[id] + 0 }' "$PAIR/export.$1"/cases_001.csv "$PAIR/export.$1"/postings_001.csv
}

# TRACE SETTLED FEN of the insured core's own books.
booked_lines() {
    QIANTONG_SCHEMAS=schemas "$BIN/qiantong-sim" --config "$PAIR/guizhou/core.xml" books | tr '{' '\n' |
        sed -n 's/.*"stay":"\([^"]*\)","registered":[a-z]*,"settled":\([a-z]*\),"fund_fen":\([0-9]*\).*/\1 \2 \3/p'
}

# At rest, with the insured core still there: both sides are in the same state, and what the one is
# owed, the other owes, and the core has booked, is the same for every stay.
stays_judge() {
    local side
    {
        for side in guizhou guangdong; do
            case_lines "$side" | awk -v side="$side" '{ print "state", side, $1, $2 }'
            owed_lines "$side" | sed "s/^/owed $side /"
        done
        booked_lines | sed 's/^/booked core /'
    } | awk '
        $1 == "state" { seen[$3]++; state[$2, $3] = $4 }
        $1 == "owed" { owed[$2, $3] = $4 }
        $1 == "booked" { settled[$3] = $4; booked[$3] = $5 }
        END {
            if (length(seen) == 0) print "  no stay at all"
            for (t in seen) {
                a = state["guangdong", t]; b = state["guizhou", t]
                if (a != b) print "  " t ": treating " a ", insured " b
                if (owed["guangdong", t] != owed["guizhou", t])
                    print "  " t ": is owed " owed["guangdong", t] ", owes " owed["guizhou", t]
                if (owed["guizhou", t] != booked[t]) print "  " t ": owes " owed["guizhou", t] ", its core has " booked[t]
                if ((b == "settled") != (settled[t] == "true")) print "  " t ": " b ", its core says settled " settled[t]
            }
        }'
    for side in guizhou guangdong; do
        grep -hE '"level":"error"|bug:' "$PAIR/$side/gateway.log" | head -3
    done
}

# crowd.sh - many cases at once between a pair: the demo's first story, each time with another trace and
# another person. To be sourced by bash after pair.sh and checks.sh.
#
#   crowd_make COUNT        documents and scripts for both cores of the pair; before core_start
#   crowd_begin COUNT       begins so many more of them, as long as there are any
#   crowd_rests             waits until all are closed on both sides and nothing is under way
#   person AREA NUMBER      an invented identity number, born 1985-06-01, a man
#
# Odd cases have IN in Guizhou, even ones in Guangdong.

CROWD_STORY=form-first
CROWD_TRACE=GZ20260302000001
CROWD_PERSON=529901198506010014
CROWD_TRACES='G[ZD]202603' # a pattern of all of them
CROWD_REST_MAX_S=240
crowd_size=0 crowd_begun=0
declare -A CROWD_BLOCK

trace_of() { printf '%s202603%08d' "$([ $(($1 % 2)) = 1 ] && echo GZ || echo GD)" "$1"; }

person() { # AREA NUMBER
    local weights=(7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2) digits sum=0 k ends=10X98765432
    digits=5299$(printf '%02d19850601%03d' "$1" $((1 + 2 * $2)))
    for ((k = 0; k < 17; k++)); do sum=$((sum + ${digits:k:1} * weights[k])); done
    echo "$digits${ends:sum % 11:1}"
}

# One file of the story, for every case; for even ones the regions are exchanged.
crowd_document() { # FILE FOLDER
    awk -v cases="$crowd_size" -v name="${1##*/}" -v top="$2" -v trace="$CROWD_TRACE" -v person="$CROWD_PERSON" '
        FNR == NR { number[FNR] = $0; next }
        { text = text $0 "\n" }
        END {
            for (i = 1; i <= cases; i++) {
                mine = text
                if (i % 2 == 0) {
                    gsub("520000", "@", mine); gsub("440000", "520000", mine); gsub("@", "440000", mine)
                }
                own = sprintf("%s202603%08d", i % 2 == 1 ? "GZ" : "GD", i)
                gsub(trace, own, mine); gsub(person, number[i], mine)
                path = top "/" own "/" name
                printf "%s", mine > path
                close(path)
            }
        }' "$2/persons" "$1"
}

crowd_script() { # SIDE
    local i side trace
    echo '<?xml version="1.0" encoding="UTF-8"?>'
    echo '<script xmlns="urn:qiantong:sim:1">'
    for ((i = 1; i <= crowd_size; i++)); do
        trace=$(trace_of "$i") side=$1
        [ $((i % 2)) = 1 ] || side=$(other_side "$1")
        echo "${CROWD_BLOCK[$side]}" | sed "s|$CROWD_TRACE|$trace|; s|<send>$CROWD_STORY/|<send>../crowd/$trace/|"
    done
    echo '</script>'
}

crowd_make() { # COUNT
    local i side file
    crowd_size=$1 crowd_begun=0
    for ((i = 1; i <= crowd_size; i++)); do mkdir -p "$PAIR/crowd/$(trace_of "$i")"; done
    for ((i = 1; i <= crowd_size; i++)); do person $((1 + i / 500)) $((i % 500)); done >"$PAIR/crowd/persons"
    for file in "$DEMO_CASES/$CROWD_STORY"/*.xml; do crowd_document "$file" "$PAIR/crowd" || return 1; done
    for side in guizhou guangdong; do CROWD_BLOCK[$side]=$(script_case "$side" "$CROWD_TRACE"); done
    for side in guizhou guangdong; do crowd_script "$side" >"$PAIR/$side/script.xml"; done
}

crowd_begin() { # COUNT
    local i trace
    for ((i = 0; i < $1 && crowd_begun < crowd_size; i++)); do
        crowd_begun=$((crowd_begun + 1))
        trace=$(trace_of "$crowd_begun")
        core_begin "$(begins_in "$trace")" "$trace"
    done
}

crowd_closed() { # SIDE
    [ "$(case_lines "$1" | grep -cE "^$CROWD_TRACES[0-9]* closed ")" = "$crowd_size" ]
}
crowd_idle() {
    crowd_closed guizhou && crowd_closed guangdong && no_open_letters guizhou && no_open_letters guangdong &&
        core_idle guizhou && core_idle guangdong
}

# What waits for its next try is helped by the clock.
crowd_rests() {
    local end=$((SECONDS + CROWD_REST_MAX_S)) helped=$((SECONDS + 4))
    until crowd_idle; do
        [ $SECONDS -lt $end ] || return 1
        if [ $SECONDS -ge $helped ]; then
            clock_forward "$PAIR/clock" 60000
            helped=$((SECONDS + 3))
        fi
        sleep 0.3
    done
}

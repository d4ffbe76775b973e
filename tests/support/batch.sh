# batch.sh - many different documents of one core as files, and runs of a batch of them. To be
# sourced by bash after pair.sh, from the top folder of the project.
#
#   batch_make FOLDER KIND FIRST COUNT   of Guizhou's core: 000001-KIND.xml and so on, made of the
#                      adapter's example KIND (application, letter). Each has a key of its own; what
#                      has one number is about one case and one person.
#   batch_run WORK ARGUMENTS...          `submit --batch` at Guizhou: WORK/said, WORK/status, and the
#                      greatest memory it had in WORK/peak (kB)
#   batch_said WORK NAME                 a number of the summary, if it was asked for with --json
#   batch_lines FILE                     lines of a result file, without the first
#   batch_unique FILE COLUMN             different values of a column

# The bytes are GBK: nothing but ASCII is looked at.
batch_make() {
    mkdir -p "$1"
    LC_ALL=C awk -v folder="$1" -v kind="$2" -v first="$3" -v count="$4" '
        function identity(number,   digits, sum, i) { # 5299, a day, a running number, the check digit
            digits = sprintf("529900%04d%02d%02d%03d", 1970 + int(number / 27972 / 12) % 30, 1 + int(number / 27972) % 12,
                             1 + int(number / 999) % 28, 1 + number % 999)
            for (i = 1; i <= 17; i++) sum += substr(digits, i, 1) * substr("7 910 5 8 4 2 1 6 3 7 910 5 8 4 2", 2 * i - 1, 2)
            return digits substr("10X98765432", sum % 11 + 1, 1)
        }
        { text = text $0 "\n" }
        END {
            for (n = first; n < first + count; n++) {
                one = text
                person = identity(n)
                sub(/<prm_jylsh>[^<]*/, sprintf("<prm_jylsh>%s%014d", kind == "letter" ? "LX" : "GZ", n), one)
                sub(/<prm_aaz341>[^<]*/, sprintf("<prm_aaz341>QT20260302B%07d", n), one)
                sub(/<prm_aac002>[^<]*/, "<prm_aac002>" person, one)
                sub(/<prm_aac006>[^<]*/, "<prm_aac006>" substr(person, 7, 8), one)
                file = sprintf("%s/%06d-%s.xml", folder, n, kind)
                printf "%s", one >file
                close(file)
            }
        }' "adapters/guizhou-core/examples/$2.theirs.xml"
}

batch_run() { # WORK ARGUMENTS...
    local work=$1 name value pid
    shift
    "$BIN/qiantong" --config "$PAIR/guizhou/gateway.xml" submit "$@" >"$work/said" 2>"$work/complaint" &
    pid=$!
    echo 0 >"$work/peak"
    while kill -0 "$pid" 2>/dev/null; do
        while read -r name value _; do
            [ "$name" != VmHWM: ] || echo "$value" >"$work/peak"
        done <"/proc/$pid/status"
    done 2>/dev/null
    wait "$pid"
    echo $? >"$work/status"
}

batch_said() { awk -v name="\"$2\":" '$1 == name { gsub(/[",]/, "", $2); print $2 }' "$1/said"; }
batch_lines() { tail -n +2 "$1" | wc -l; }
batch_unique() { tail -n +2 "$1" | cut -f"$2" | sort -u | wc -l; }

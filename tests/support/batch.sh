# batch.sh - many different documents of one core, as files. To be sourced by bash.
#
#   batch_make FOLDER FIRST COUNT     applications of Guizhou's core: 000001.xml and so on, each
#                                     with a key, a trace number and a person of its own

# The bytes are GBK: nothing but ASCII is looked at.
batch_make() {
    mkdir -p "$1"
    LC_ALL=C awk -v folder="$1" -v first="$2" -v count="$3" '
        function identity(number,   digits, sum, i) { # 5299 and a day, a running number, the check digit
            digits = sprintf("529900%04d%02d%02d%03d", 1970 + int(number / 27972) % 30, 1 + int(number / 2331) % 12,
                             1 + int(number / 999) % 28, 1 + number % 999)
            for (i = 1; i <= 17; i++) sum += substr(digits, i, 1) * substr("7 910 5 8 4 2 1 6 3 7 910 5 8 4 2", 2 * i - 1, 2)
            return digits substr("10X98765432", sum % 11 + 1, 1)
        }
        { text = text $0 "\n" }
        END {
            for (n = first; n < first + count; n++) {
                one = text
                person = identity(n)
                sub(/<prm_jylsh>[^<]*/, sprintf("<prm_jylsh>GZ%014d", n), one)
                sub(/<prm_aaz341>[^<]*/, sprintf("<prm_aaz341>QT20260302B%07d", n), one)
                sub(/<prm_aac002>[^<]*/, "<prm_aac002>" person, one)
                sub(/<prm_aac006>[^<]*/, "<prm_aac006>" substr(person, 7, 8), one)
                file = sprintf("%s/%06d.xml", folder, n)
                printf "%s", one >file
                close(file)
            }
        }' adapters/guizhou-core/examples/application.theirs.xml
}

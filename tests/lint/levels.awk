# levels.awk - what docs/rules.md calls hard or soft is so in tests/data/failing/expected.txt, and both levels of
# a check that has both are shown. Of a record a hard check refuses.
#
#   awk -f tests/lint/levels.awk docs/rules.md tests/data/failing/expected.txt     prints what differs

function told(code, words) {
    if (words ~ /hard/) says[code, "hard"] = 1
    if (words ~ /soft/) says[code, "soft"] = 1
    known[code] = 1
}
FNR == NR && /^\*\*(PEN|INJ)-C[0-9]+ (hard|soft)/ {
    gsub(/\*/, "")
    told($1, $0)
}
FNR == NR && /^\| MED-C[0-9]+ \| (hard|soft) \|/ { told($2, $4) }
FNR == NR { next }
{ sub(/#.*/, "") }
$1 == "elsewhere" { elsewhere[$2] = 1 }
$1 == "elsewhere" || $1 == "scene" { next }
$5 == "refused" && $6 ~ /^INJ-C/ { shows[$6, "hard"] = 1 }
{
    for (i = 5; i <= NF; i++)
        if (split($i, part, /[:\/]/) > 1) shows[part[2], part[1]] = 1
}
END {
    for (pair in says) {
        split(pair, part, SUBSEP)
        if (!(pair in shows) && !(part[1] in elsewhere)) print part[1] ": nothing shows it " part[2]
    }
    for (pair in shows) {
        split(pair, part, SUBSEP)
        if (part[1] in known && !(pair in says)) print part[1] ": shown as " part[2] ", which the page does not say"
    }
}

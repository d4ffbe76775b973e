# codes.awk - each rule and code of docs/rules.md names a place in the code and a test, and both exist.
#
#   awk -f tests/lint/codes.awk docs/rules.md     prints "has CODE" for each, and "bad ..." for what is wrong
#
# A rule is a paragraph that begins with **CODE and has Code: and Test:, or a row of three cells: codes,
# place, test. `layer/file.c` is below gateway/, `name_test` is tests/unit/name_test.c; a word in
# backticks after one of them is a name that stands in it.

function text_of(path,   line, all) {
    if (path in read) return read[path]
    while ((getline line < path) > 0) all = all line "\n"
    close(path)
    return read[path] = all
}
function has_word(text, word,   at, before, after) {
    while ((at = index(text, word)) > 0) {
        before = at > 1 ? substr(text, at - 1, 1) : ""
        after = substr(text, at + length(word), 1)
        if (before !~ /[A-Za-z0-9_]/ && after !~ /[A-Za-z0-9_]/) return 1
        text = substr(text, at + length(word))
    }
    return 0
}
# Looks at every name in the text; how many files it names.
function files_of(codes, text,   n, part, i, path, count) {
    n = split(text, part, "`")
    for (i = 2; i <= n; i += 2) {
        if (part[i] ~ /^[a-z0-9_]+_test$/) path = "tests/unit/" part[i] ".c"
        else if (part[i] ~ /^(tests|conf|schemas)\//) path = part[i]
        else if (part[i] ~ /^[a-z]+\/[a-z0-9_]+\.[ch]$/) path = "gateway/" part[i]
        else if (part[i] ~ /^[A-Za-z_][A-Za-z0-9_]*$/) {
            if (!has_word(text_of(path), part[i])) print "bad " codes ": no " part[i] " in " path
            continue
        } else continue
        count++
        if (text_of(path) == "") print "bad " codes ": no file " path
    }
    return count
}
function look(codes, place, test,   n, part, i) {
    if (files_of(codes, place) == 0) print "bad " codes ": no place in the code"
    if (files_of(codes, test) == 0) print "bad " codes ": no test"
    n = split(codes, part, /, */)
    for (i = 1; i <= n; i++) print "has " part[i]
}
function end_of_paragraph(   code, test) {
    code = index(text, "Code: "); test = index(text, "Test: ")
    if (id != "") look(id, code && test ? substr(text, code, test - code) : "", test ? substr(text, test) : "")
    id = text = ""
}
/^\*\*[A-Z]+-[A-Z0-9-]+/ {
    end_of_paragraph()
    match($0, /[A-Z]+-[A-Z0-9-]+/)
    id = substr($0, RSTART, RLENGTH)
}
/^$/ { end_of_paragraph() }
{ gsub(/Test:$/, "Test: "); gsub(/Code:$/, "Code: "); text = text $0 " " }
/^\| [A-Z]+-[A-Z0-9-]+(, [A-Z]+-[A-Z0-9-]+)* \|/ {
    if (split($0, cell, "|") == 5) {
        gsub(/^ +| +$/, "", cell[2])
        look(cell[2], cell[3], cell[4])
    }
}
END { end_of_paragraph() }

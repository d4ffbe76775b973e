# tables.awk - the flow tables of docs/rules.md say what tests/data/*_expected.txt say.
#
#   awk -f tests/lint/tables.awk docs/rules.md tests/data/{pension_employee,pension_remittance,medical_transfer,transfer_enquiry}_expected.txt
#
# Both are brought into one form: for each role, state, source and document the list of conditions
# and what follows, in the order in which they are tried. What differs is printed; nothing: they agree.
# Conditions and clocks are read as the page itself explains them.

function trim(s) { gsub(/^[ `]+|[ `]+$/, "", s); return s }
function set_of(s, mark,   n, part, i, j, t) { # the words of s in order, joined by +
    gsub(/ /, "", s)
    n = split(s, part, mark)
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && part[j] < part[j - 1]; j--) { t = part[j]; part[j] = part[j - 1]; part[j - 1] = t }
    s = part[1]
    for (i = 2; i <= n; i++) s = s "+" part[i]
    return s == "-" ? "" : s
}
function say(where, role, from, source, document, guard, result,   key) {
    key = flow " " role " " from " " source " " document
    known[key] = 1
    told[where, key] = told[where, key] "    " guard " -> " result "\n"
}

# One row for one state: "same" and "all clocks" written out.
function row(where, role, from, source, document, guard, to, partner, core, started, met,   ends) {
    if (to == "same") to = from
    ends = index(end_states[flow], " " to " ") > 0
    say(where, role, from, source, document, guard,
        to " partner:" partner " core:" core (ends ? "" : " starts:" started " ends:" met))
}
# From "*", "active" or one state to each of its states.
function each_state(where, role, from, source, document, guard, to, partner, core, started, met,   n, part, i) {
    if (from != "*" && from != "active") {
        row(where, role, from, source, document, guard, to, partner, core, started, met)
        return
    }
    n = split(states[flow], part, " ")
    for (i = 1; i <= n; i++)
        if (from == "*" || index(end_states[flow], " " part[i] " ") == 0)
            row(where, role, part[i], source, document, guard, to, partner, core, started, met)
}

# --- the page ------------------------------------------------------------------------------------
FNR == 1 { files++ }
files == 1 && /^## / {
    flow = /The flow pension\.employee/ ? "employee" : /The flow pension\.remittance/ ? "remittance" : /The flow medical\.transfer/ ? "medical" : /The flow transfer\.enquiry/ ? "enquiry" : ""
    role = ""
}
files == 1 && flow != "" && /^### / { role = /^### (IN|OUT|ASKING|ANSWERING) / ? tolower($2) : "" }
files == 1 && flow != "" && /End states: / {
    sub(/.*End states: /, ""); sub(/\..*/, ""); gsub(/,/, "")
    end_states[flow] = " " $0 " "
}
files == 1 && /^\| / {
    cells = split($0, cell, "|")
    for (i = 1; i <= cells; i++) cell[i] = trim(cell[i])
}
files == 1 && /^\| [0-9]+ \| `/ && flow != "" { states[flow] = states[flow] " " cell[3] }
files == 1 && /^\| `[a-z0-9]+` \| [^|]*\| (PEN|MED|ENQ)-/ { sub(/(PEN|MED|ENQ)-/, "", cell[4]); clock[cell[4]] = cell[2] }
files == 1 && /^\| [^|]*\| `[a-z_]+` \|/ && (flow == "employee" || flow == "medical") && cells == 6 { condition[cell[2]] = cell[3] }
files == 1 && role != "" && /^\| / && cells == 11 && cell[2] != "from" && cell[2] !~ /^-/ { page_row() }

function page_guard(s,   n, part, i, all) {
    if (s == "") return "none"
    n = split(s, part, ";")
    for (i = 1; i <= n; i++) {
        part[i] = trim(part[i])
        if (!(part[i] in condition)) print "docs/rules.md:" FNR ": condition \"" part[i] "\" is not explained"
        all = all (i > 1 ? "&" : "") condition[part[i]]
    }
    return set_of(all, "&")
}
function page_clocks(s, sign,   n, part, i, all) {
    n = split(s, part, " ")
    for (i = 1; i <= n; i++)
        if (substr(part[i], 1, 1) == sign) {
            if (!(substr(part[i], 2) in clock)) print "docs/rules.md:" FNR ": no clock " part[i]
            all = all (all == "" ? "" : "+") clock[substr(part[i], 2)]
        }
    return set_of(all, "+")
}
function page_states(s,   n, part, i, all, without) {
    if (s == "any") return "*"
    if (s == "any but an end") return "active"
    sub(/\(no case\)/, "opening", s)
    if (s !~ /^any but /) { gsub(/,/, " ", s); return s }
    without = s
    sub(/^any but /, "", without); gsub(/,/, " ", without)
    n = split(states[flow], part, " ")
    for (i = 1; i <= n; i++)
        if (index(" " without " ", " " part[i] " ") == 0) all = all " " part[i]
    return all
}
function page_row(   from, n, m, document, i, k, source, to, partner, core, sent) {
    source = cell[3] == "own core" ? "submitted" : cell[3] == "partner" ? "received" : cell[3] == "receipt to our" ? "receipt" : "?"
    if (source == "?") print "docs/rules.md:" FNR ": who is \"" cell[3] "\"?"
    n = split(page_states(cell[2]), from, " ")
    m = split(cell[4], document, ",")
    for (k = 1; k <= m; k++) for (i = 1; i <= n; i++) {
        document[k] = trim(document[k])
        partner = cell[7]
        core = cell[8] == "the same" ? document[k] : cell[8]
        gsub(/copy/, partner, core)
        to = cell[6]
        if (to ~ /^refused: /) {
            if (from[i] == "*" || from[i] == "active") refuse_each(from[i], source, document[k], page_guard(cell[5]), substr(to, 10))
            else say("page", role, from[i], source, document[k], page_guard(cell[5]), "refusal " substr(to, 10))
        } else
            each_state("page", role, from[i], source, document[k], page_guard(cell[5]), to, set_of(partner, ","), set_of(core, ","),
                       page_clocks(cell[9], "+"), page_clocks(cell[9], "-"))
    }
}
function refuse_each(from, source, document, guard, code,   n, part, i) {
    n = split(states[flow], part, " ")
    for (i = 1; i <= n; i++)
        if (from == "*" || index(end_states[flow], " " part[i] " ") == 0)
            say(files == 1 ? "page" : "file", role, part[i], source, document, guard, "refusal " code)
}

# --- the files -----------------------------------------------------------------------------------
files > 1 && FNR == 1 { flow = FILENAME ~ /employee/ ? "employee" : FILENAME ~ /medical/ ? "medical" : FILENAME ~ /enquiry/ ? "enquiry" : "remittance" }
files > 1 && /^(in|out|asking|answering) / && $4 != "*" {
    role = $1
    guard = $5 == "none" ? "none" : set_of($5, "&")
    if ($7 != "refusal")
        each_state("file", role, $2, $3, $4, guard, $7, set_of($8, "+"), set_of($9, "+"), set_of($10, "+"), set_of($11, "+"))
    else if ($2 == "*" || $2 == "active")
        refuse_each($2, $3, $4, guard, $8)
    else
        say("file", role, $2, $3, $4, guard, "refusal " $8)
}

END {
    for (key in known)
        if (told["page", key] != told["file", key])
            printf "%s\n  docs/rules.md:\n%s  tests/data:\n%s", key, told["page", key], told["file", key]
}

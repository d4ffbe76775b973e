#!/bin/bash
# injury.sh - records of work injury between two real gateways, their cores played by qiantong-sim in the words of
# tests/data/injury-core: cover that is kept and proven at once, questions that the core answers, late, or not at all, a
# request and its reply, decisions that change and end, notices, and what is refused. At the end both ledgers agree.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

tools || { echo "FAIL - injury: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/injury.XXXXXX) || exit 1
trap pair_end EXIT
trap 'exit 130' INT TERM
PAIR_FLOWS=injury.record
PAIR_ADAPTER=injury-core
PAIR_RULES=../rules.xml

# --- documents: Guizhou insures, Guangdong asks; each is written where its core finds it ----------------

PROJECT=520100202507000001
document() { # SIDE FILE ACTION NUMBER FROM TO: what stands behind the reference comes from the input
    {
        echo "<?xml version=\"1.0\" encoding=\"UTF-8\"?><$3 xmlns=\"urn:qiantong:injury:1\">"
        echo "<reference><recordNumber>$4</recordNumber><fromRegion>$5</fromRegion><toRegion>$6</toRegion></reference>"
        cat
        echo "</$3>"
    } >"$PAIR/$1/$2.xml"
}
asks() { document guangdong "$@" 440600 520100; }     # FILE ACTION NUMBER: Guangdong opens it
answers_it() { document guizhou "$@" 440600 520100; } # its answer from Guizhou
tells() { document guizhou "$@" 520100 440600; }      # Guizhou opens it
answers_back() { document guangdong "$@" 520100 440600; }
PERSON='<person><name>𠮷野㛃</name><identityNumber>52990119850101020X</identityNumber></person>'
HANDLER='<handler><date>2026-03-02</date><agencyName>虚构社会保险经办中心</agencyName></handler>'
OK='<result><verdict>ok</verdict></result>'

cover_query() { # NUMBER ACCIDENT [PROJECT]
    echo "$PERSON<purpose>recognition</purpose><accidentAt>$2</accidentAt><projectNumber>${3:-$PROJECT}</projectNumber>$HANDLER" |
        asks "$1" cover_query "$1"
}
worker() { # NAME NUMBER FROM END, what is known of the end of it
    echo "<worker><version>1</version><name>$1</name><identityNumber>$2</identityNumber><companyName>虚构劳务公司</companyName><from>$3</from>$4</worker>"
}
roster() { # FILE: the workers come from the input
    { echo "<projectNumber>$PROJECT</projectNumber><workers>"; cat; echo "</workers>$HANDLER"; } | document guizhou "$1" roster "$1" 520100 520100
}
recognition() { # FILE NUMBER RECOGNITION CHANGE REVISION [WITHDRAWAL]
    echo "$PERSON<change>$4</change><revision>$5</revision><recognitionNumber>$3</recognitionNumber><decisionNumber>$3-1</decisionNumber>
        <employer><name>虚构建设公司</name></employer><accidentAt>2026-01-13T10:00:00+08:00</accidentAt><injuredPart>左胫骨</injuredPart><degree>injury</degree>
        <reportedOn>2026-01-14</reportedOn><acceptedOn>2026-01-16</acceptedOn><decidedOn>2026-02-20</decidedOn><decidingBody>虚构人社局</decidingBody>
        <conclusion>injury</conclusion><basis>第十四条</basis>${6:-}$HANDLER" | tells "$1" recognition "$2"
}

documents() {
    sed 's|GZ20260302000072|PR-1|' adapters/guizhou-settlement/examples/project.ours.xml >"$PAIR/guizhou/project.xml"
    {
        worker 张喆 529901198203071215 2025-08-03T07:30:00+08:00 '<to>2025-12-20T18:00:00+08:00</to><lateAdded>false</lateAdded>'
        worker 𠮷野㛃 52990119850101020X 2026-01-12T07:30:00+08:00 '<lateAdded>true</lateAdded><addedAt>2026-01-13T09:00:00+08:00</addedAt>'
    } | roster RO-1
    worker 张喆 529901198203071215 2025-08-03T07:30:00+08:00 '<to>2025-08-03T07:30:00+08:00</to><lateAdded>false</lateAdded>' | roster RO-2
    cover_query C-IN 2026-01-20T10:00:00+08:00
    cover_query C-LATE 2026-01-12T07:30:00+08:00
    cover_query C-OUT 2026-01-12T07:29:59.999+08:00
    cover_query C-CORE 2026-01-20T10:00:00+08:00 520100209900000009
    echo "$PERSON<result><verdict>rejected</verdict><code>INJ-R05</code></result>" | answers_it C-CORE.proof cover_proof C-CORE
    for number in S-OK S-NONE; do
        echo "$PERSON<purpose>admission</purpose>$HANDLER" | asks $number insured_query $number
        echo "$PERSON$OK<insured><state>ended</state><endedOn>2026-02-28</endedOn><endReason>medical_grant</endReason></insured><answeredAt>2026-03-02T09:00:00+08:00</answeredAt>" |
            answers_it $number.state insured_state $number
    done
    echo "$PERSON<purpose>claim</purpose><questions><question><topic>bills</topic><text>票据是否属实</text></question></questions>$HANDLER" |
        tells A-1 assistance_request A-1
    echo "$PERSON$OK<findings><finding><topic>bills</topic><outcome>confirmed</outcome><text>属实</text></finding></findings><repliedOn>2026-03-02</repliedOn>$HANDLER" |
        answers_back A-1.reply assistance_reply A-1
    recognition R-1 R-1 RD2026000123 new 1
    recognition R-1.changed R-1 RD2026000123 changed 2
    recognition R-1.end R-1 RD2026000123 withdrawn 3 '<withdrawal><withdrawnOn>2026-03-02</withdrawnOn><reason>court</reason></withdrawal>'
    recognition R-2 R-2 RD2026000999 new 1
    echo "$PERSON<reason>death</reason><happenedOn>2026-02-26</happenedOn><knownOn>2026-03-01</knownOn><toldBy>kin</toldBy>$HANDLER" | asks N-1 stop_notice N-1
    echo "$PERSON<reason>death</reason><happenedOn>2026-03-01</happenedOn><knownOn>2026-02-26</knownOn><toldBy>kin</toldBy>$HANDLER" | asks N-2 stop_notice N-2
}

# --- scripts: each step is WHEN=FILE; the name of a case makes the keys of its documents -----------------------------------------------------------------

plays() { # SIDE TRACE STEP...
    local side=$1 step
    printf '<case><trace>%s</trace>' "$2"
    shift 2
    for step in "$@"; do printf '<step><when>%s</when><send>%s.xml</send><flow>injury.record</flow></step>' "${step%%=*}" "${step#*=}"; done
    printf '</case>'
}
scripts() {
    local head='<?xml version="1.0" encoding="UTF-8"?><script xmlns="urn:qiantong:sim:1">'
    {
        echo "$head"
        plays guizhou PRJ/$PROJECT start=project accepted:project=RO-1
        plays guizhou RO-2 start=RO-2
        plays guizhou INJ/C-CORE cover_query=C-CORE.proof
        plays guizhou INJ/S-OK insured_query=S-OK.state
        plays guizhou INJ/S-NONE start=S-NONE.state
        plays guizhou INJ/A-1 start=A-1
        plays guizhou INJ/R-1 start=R-1
        plays guizhou R-CHANGE start=R-1.changed
        plays guizhou INJ/R-2 start=R-2
        plays guizhou R-END start=R-1.end
        echo '</script>'
    } >"$PAIR/guizhou/script.xml"
    {
        echo "$head"
        for number in C-IN C-LATE C-OUT C-CORE S-OK S-NONE N-1 N-2; do plays guangdong INJ/$number start=$number; done
        plays guangdong INJ/A-1 assistance_request=A-1.reply
        echo '</script>'
    } >"$PAIR/guangdong/script.xml"
}

# Waits in moments instead of a minute.
rules() {
    sed -e '/<id>STL-TREATING</,/<value>/s|<value>[0-9]*|<value>1500|' -e '/<id>STL-HOSPITAL</,/<value>/s|<value>[0-9]*|<value>3000|' \
        -e '/<id>STL-CORE</,/<value>/s|<value>[0-9]*|<value>1000|' conf/rules.xml
}
opens() {
    local side
    rules >"$work/rules.xml" && pair_make "$work" ecdsa || return 1
    for side in guizhou guangdong; do
        sed -i 's|/adapters</adapters>|/tests/data</adapters>|' "$PAIR/$side/gateway.xml"
        sed -i 's|/adapters/injury-core</adapter>|/tests/data/injury-core</adapter>|' "$PAIR/$side/core.xml"
    done
    documents && scripts
    pair_start guizhou && pair_start guangdong && core_start guizhou "" && core_start guangdong ""
}

# --- what must be seen -------------------------------------------------------------------------------

begin() { core_begin "$@" || echo "  $2 does not begin"; }
said() { # SIDE TRACE ACTION WORDS: our core was answered so
    grep -q "\"event\":\"sim.answered\",\"trace\":\"$2\",\"action\":\"$3\",.*$4" "$PAIR/$1/core.log"
}
taken() { grep -q "\"event\":\"sim.taken\",\"trace\":\"$2\",\"action\":\"$3\"" "$PAIR/$1/core.log"; }
not_taken() { ! taken "$@"; }
covered() { # NUMBER CODE: on both sides
    cli guizhou case "$(case_id guizhou "INJ/$1")" --json | grep -q "\"cover\": \"$2\"" &&
        cli guangdong case "$(case_id guangdong "INJ/$1")" --json | grep -q "\"cover\": \"$2\""
}
case_id() { case_lines "$1" | awk -v trace="$2" '$1 == trace { print $NF }'; } # SIDE TRACE
both() { in_state guizhou "INJ/$1" "$2" && in_state guangdong "INJ/$1" "$2"; } # NUMBER STATE

play() {
    begin guizhou PRJ/$PROJECT
    check "a project and its roster are kept" pair_wait 10 said guizhou PRJ/$PROJECT roster '"verdict":"accepted"'
    begin guizhou RO-2
    check "a roster that contradicts itself is refused" pair_wait 10 said guizhou RO-2 roster '"verdict":"refused","code":"INJ-C25"'
    check "it is nobody's but ours" in_state guizhou PRJ/$PROJECT kept
    for number in C-IN C-LATE C-OUT C-CORE S-OK S-NONE N-1 N-2; do begin guangdong INJ/$number; done
    for number in A-1 R-1; do begin guizhou INJ/$number; done
    for number in C-IN C-LATE C-OUT; do
        check "$number: cover is proven from what is kept" pair_wait 10 both $number answered
        check "$number: while the core waits" pair_wait 5 said guangdong INJ/$number cover_query '"verdict":"accepted"'
        check "$number: the insured core was not asked" not_taken guizhou INJ/$number cover_query
    done
    check "covered from the roster's entry on, by a late addition" covered C-LATE INJ-P01
    check "a moment before it is outside" covered C-OUT INJ-P03
    check "a project that is not kept is the core's to answer" pair_wait 10 both C-CORE rejected
    check "the insured state is answered by the core" pair_wait 10 both S-OK answered
    check "in time" pair_wait 5 said guangdong INJ/S-OK insured_query '"verdict":"accepted"'
    check "assistance is replied to" pair_wait 10 both A-1 answered
    check "the reply reaches whoever asked" pair_wait 5 taken guizhou INJ/A-1 assistance_reply
    check "a recognition is held on both sides" pair_wait 10 both R-1 held
    begin guizhou R-CHANGE
    check "and its correction" pair_wait 10 said guizhou R-CHANGE recognition '"verdict":"accepted"'
    begin guizhou INJ/R-2
    check "another recognition of this accident is refused" pair_wait 10 said guizhou INJ/R-2 recognition '"verdict":"refused","code":"INJ-T06"'
    begin guizhou R-END
    check "a recognition that is withdrawn ends on both sides" pair_wait 10 both R-1 withdrawn
    check "a stop notice is told" pair_wait 10 both N-1 told
    check "one that contradicts itself is refused over there" pair_wait 10 in_state guangdong INJ/N-2 not_taken
    check "a question that nobody answers lapses" pair_wait 15 both S-NONE lapsed
    begin guizhou INJ/S-NONE
    check "its answer comes late, and is taken" pair_wait 10 both S-NONE answered
    check "as a letter" pair_wait 10 taken guangdong INJ/S-NONE insured_state
}

# Every record stands alike on both sides, but what was not taken, or is kept by one.
disagree() {
    { case_lines guizhou | sed 's/^/guizhou /'; case_lines guangdong | sed 's/^/guangdong /'; } | awk '
        { state[$2, $1] = $3; seen[$2] = 1 }
        END { for (t in seen) if (t !~ /^PRJ/ && state[t, "guizhou"] != state[t, "guangdong"] && state[t, "guangdong"] != "not_taken")
                  print "  " t ": guizhou " state[t, "guizhou"] ", guangdong " state[t, "guangdong"] }'
}

opens || { echo "FAIL - injury: no pair"; exit 1; }
play
check "at rest" pair_wait 10 no_open_letters guizhou
check "on the other side, too" pair_wait 10 no_open_letters guangdong
wrong=$(disagree)
[ -z "$wrong" ] || echo "$wrong"
check "both ledgers agree, record by record" test -z "$wrong"
pair_end
check "the ledger of the insured side is good" ledger_good guizhou
check "the ledger of the other side is good" ledger_good guangdong
[ "$failures" = 0 ] && rm -rf "$work"
exit "$((failures > 0))"

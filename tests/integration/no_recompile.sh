#!/bin/bash
# no_recompile.sh - a new field and a new adapter by data alone: two real gateways, the programs as
# they are, before and after the same bytes.
#
# The field: an element `mobile` in the national letter, carried by both cores' dialects, from one
# core through two gateways into the other core. The adapter: a copy of the template becomes a small
# dialect with Chinese names (tests/data/county-core), spoken by Guizhou's core from then on.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/pair.sh
. tests/support/checks.sh

tools || { echo "FAIL - no_recompile: the tools do not build"; exit 1; }
mkdir -p build
work=$(mktemp -d build/no_recompile.XXXXXX) || exit 1
trap pair_end EXIT
trap 'exit 130' INT TERM
MOBILE=000-0000-0001
FIELD_CASE=GZ20260302000001 COUNTY_CASE=XJ20260302000001

programs() { sha256sum "$BIN"/qiantong "$BIN"/qiantongd "$BIN"/qiantong-sim "$BIN"/qiantong-audit; }
adapter() { "$BIN/qiantong" adapter check "$OWN/adapters/$1" --schemas "$OWN/schemas" >"$work/check" 2>&1; }
says() { grep -qF -- "$1" "$work/check"; }
leaves_of_letter() { sed -n 's/^ok letter: \([0-9]*\) of .*/\1/p' "$work/check"; }
declare -A LEAVES

# after FILE PATTERN TEXT: the text after the first line that the pattern fits; fails if none does.
after() {
    awk -v pattern="$2" -v text="$3" '
        { print }
        !done && $0 ~ pattern { print text; done = 1 }
        END { exit !done }' "$1" >"$1.new" && mv "$1.new" "$1"
}

# --- the field ------------------------------------------------------------------------------------

# Schemas and adapters of this test's own; both gateways and both cores are told to use them.
own_data() {
    local side
    OWN=$PAIR/own
    mkdir "$OWN" && cp -r schemas adapters "$OWN" || return 1
    for side in guizhou guangdong; do
        sed -i "s|$PAIR_TOP/schemas|../own/schemas|; s|$PAIR_TOP/adapters|../own/adapters|" \
            "$PAIR/$side/gateway.xml" "$PAIR/$side/core.xml"
    done
}

add_to_national_form() {
    awk '
        { print }
        /<xs:complexType name="Letter">/ { inside = 1 }
        inside && /name="phone"/ { field = 1 }
        inside && field && /<\/xs:element>/ {
            print "      <xs:element name=\"mobile\" type=\"p:line20\" minOccurs=\"0\"><xs:annotation>"
            print "        <xs:appinfo><name>手机号码</name></xs:appinfo>"
            print "        <xs:documentation xml:lang=\"en\">mobile phone</xs:documentation></xs:annotation></xs:element>"
            inside = field = 0; done = 1
        }
        END { exit !done }' "$OWN/schemas/national/pension.xsd" >"$work/xsd" &&
        mv "$work/xsd" "$OWN/schemas/national/pension.xsd"
}

# Each mapping of the letter gets it: one of the institutions may have a mapping of its own.
add_to_dialect() { # ADAPTER PHONE MOBILE
    local folder=$OWN/adapters/$1
    sed -i "s|.*<theirs>$2</theirs><ours>phone<.*|&\n    <field><theirs>$3</theirs><ours>mobile</ours><type>text</type><optional>true</optional><max>20</max></field>|" \
        "$folder/mapping.xml" && grep -q "<ours>mobile<" "$folder/mapping.xml" &&
        after "$folder/schema/dialect.xsd" "name=\"$2\"" "  <xs:element name=\"$3\" type=\"text\"/>"
}

# The letter of the examples, with the new field on both sides.
add_example() { # ADAPTER PHONE MOBILE ENCODING
    local folder=$OWN/adapters/$1/examples
    iconv -f "$4" -t utf-8 "$folder/letter.theirs.xml" |
        sed "s|\( *\)<$2>[^<]*</$2>|&\n\1<$3>$MOBILE</$3>|" >"$work/theirs"
    # A dialect on one line stays on one line.
    if [ "$4" = gb18030 ]; then sed -i ':a; N; $!ba; s|\n<'"$3"'>|<'"$3"'>|' "$work/theirs"; fi
    iconv -f utf-8 -t "$4" "$work/theirs" >"$folder/letter-mobile.theirs.xml"
    sed "s|\( *\)<phone>.*|&\n\1<mobile>$MOBILE</mobile>|" "$folder/letter.ours.xml" >"$folder/letter-mobile.ours.xml"
}

letter_sent_to() { # SIDE TRACE PARTY: the letter that this side sealed for that party
    entry_lines "$1" | awk -v trace="$2" -v party="$3" \
        '$2 == trace && $4 == "sealed" && $5 == "letter" && $8 == party { print $7 }'
}
bytes_hold() { # SIDE MESSAGE TEXT
    [ -n "$2" ] && cli "$1" message "$2" --raw 2>/dev/null | LC_ALL=C grep -aqF -- "$3"
}
core_took() { # SIDE TRACE ACTION
    grep -q "\"event\":\"sim.taken\",\"trace\":\"$2\",\"action\":\"$3\"" "$PAIR/$1/core.log"
}
reaches() { # TRACE IN-STATE OUT-STATE
    pair_wait 30 in_state guizhou "$1" "$2" && pair_wait 30 in_state guangdong "$1" "$3"
}

a_new_field() {
    local letter
    for adapter in guizhou-core guangdong-core; do
        adapter $adapter
        LEAVES[$adapter]=$(leaves_of_letter)
    done
    check "the national form has a field more" add_to_national_form
    adapter guizhou-core
    check "an adapter that does not know the field is found out" \
        says "letter: mobile is neither mapped nor listed as lost"
    check "Guizhou's dialect gets it" add_to_dialect guizhou-core prm_aae005 prm_yddh
    check "Guangdong's dialect gets it" add_to_dialect guangdong-core AAE005 YDDH
    add_example guizhou-core prm_aae005 prm_yddh gb18030
    add_example guangdong-core AAE005 YDDH utf-8
    for adapter in guizhou-core guangdong-core; do
        check "$adapter: every example both ways" adapter $adapter
        check "$adapter: the letter has a field more" says "ok letter: $((${LEAVES[$adapter]} + 1)) of $((${LEAVES[$adapter]} + 1)) leaves"
        check "$adapter: the field comes in" says "ok letter-mobile, from-core: theirs <-> ours"
        check "$adapter: the field goes out" says "ok letter-mobile, to-core: theirs <-> ours"
    done

    stage demo $FIELD_CASE
    sed -i "s|\( *\)<phone>.*|&\n\1<mobile>$MOBILE</mobile>|" "$PAIR/guizhou/cases/form-first/letter.xml"
    for side in guizhou guangdong; do
        pair_start $side && core_start $side "" || { bad "$side does not start"; return; }
    done
    core_begin guizhou $FIELD_CASE
    check "a case with the field ends: closed, closed" reaches $FIELD_CASE closed closed
    letter=$(letter_sent_to guizhou $FIELD_CASE hrss.440000)
    check "Guizhou has sent it in the national form" bytes_hold guizhou "$letter" "<mobile>$MOBILE</mobile>"
    check "Guangdong has received it" bytes_hold guangdong "$letter" "<mobile>$MOBILE</mobile>"
    letter=$(letter_sent_to guangdong $FIELD_CASE hrss.440000.core)
    check "Guangdong's core was sent it under its own name" bytes_hold guangdong "$letter" "<YDDH>$MOBILE</YDDH>"
    check "Guangdong's core took the letter" core_took guangdong $FIELD_CASE letter
}

# --- the adapter ----------------------------------------------------------------------------------

# As the template's comments say: copy, rename, write the files; the schema may be left out.
copy_template() {
    local folder=$OWN/adapters/county-core
    cp -r "$OWN/adapters/template" "$folder" && rm -r "$folder/schema" "$folder/examples" &&
        sed -i 's|<name>template</name>|<name>county-core</name>|' "$folder/adapter.xml" &&
        cp -r tests/data/county-core/. "$folder"
}

county_script() { # SIDE STEPS...: WHEN DOCUMENT pairs
    local side=$1
    shift
    {
        echo '<?xml version="1.0" encoding="UTF-8"?>'
        echo "<script xmlns=\"urn:qiantong:sim:1\"><case><trace>$COUNTY_CASE</trace>"
        while [ $# -gt 0 ]; do
            echo "<step><when>$1</when><send>$2.ours.xml</send></step>"
            shift 2
        done
        echo '</case></script>'
    } >"$PAIR/$side/county/script.xml"
}

county_cores() {
    local side
    for side in guizhou guangdong; do
        core_stop $side
        pair_stop $side
        mkdir "$PAIR/$side/county" && cp tests/data/county-core/examples/*.ours.xml "$PAIR/$side/county" || return 1
        sed -i 's|<script>.*</script>|<script>county/script.xml</script>|' "$PAIR/$side/core.xml"
    done
    county_script guizhou start application accepted:application letter
    county_script guangdong letter acceptance
    sed -i 's|guizhou-core</adapter>|county-core</adapter>|' "$PAIR/guizhou/core.xml" \
        "$PAIR/guizhou/parties/hrss.520000.core.xml"
    for side in guizhou guangdong; do
        pair_start $side && core_start $side "" || return 1
    done
}

a_new_adapter() {
    local letter told
    check "a copy of the template becomes a county's dialect" copy_template
    adapter county-core
    check "the letter as its core knows it lacks the new field: found out" says "letter: mobile is neither"
    sed -i 's|\(.*\)<theirs>联系/电话</theirs>.*|&\n\1<theirs>联系/手机</theirs><ours>mobile</ours><type>text</type><optional>true</optional></field>|' \
        "$OWN/adapters/county-core/mapping.xml"
    check "county-core: every example both ways" adapter county-core
    check "both gateways and cores start again, Guizhou's core with the new dialect" county_cores
    core_begin guizhou $COUNTY_CASE
    check "a letter and its acceptance are exchanged: accepted, accepted" reaches $COUNTY_CASE accepted accepted
    letter=$(letter_sent_to guizhou $COUNTY_CASE hrss.440000)
    check "Guizhou has sent the letter in the national form" bytes_hold guizhou "$letter" "<name>田㛃</name>"
    letter=$(letter_sent_to guangdong $COUNTY_CASE hrss.440000.core)
    check "Guangdong's core was sent it in its dialect" bytes_hold guangdong "$letter" "<AAC003>田㛃</AAC003>"
    check "Guangdong's core took it" core_took guangdong $COUNTY_CASE letter
    told=$(entry_lines guizhou | awk -v trace=$COUNTY_CASE '$2 == trace && $4 == "sealed" && $5 == "acceptance" { print $7 }')
    check "the county's core was sent the acceptance in its own words" \
        bytes_hold guizhou "$told" "$(printf '<受理日期>2026年03月06日</受理日期>' | iconv -f utf-8 -t gb18030)"
    check "the county's core took it" pair_wait 15 core_took guizhou $COUNTY_CASE acceptance
    check "nothing is under way any more" pair_wait 15 no_open_letters guizhou
    check "no letter is dead" pair_wait 15 no_open_letters guangdong
}

before=$(programs)
pair_make "$work/pair" && own_data || { bad "no pair"; exit 1; }
a_new_field
a_new_adapter
for side in guizhou guangdong; do
    core_stop $side
    pair_stop $side
    check "$side: the ledger is good, rebuilt row by row" ledger_good $side
done
check "the programs are the same bytes as before" test "$before" = "$(programs)"
[ "$failures" = 0 ] && rm -rf "$work"
[ "$failures" = 0 ]

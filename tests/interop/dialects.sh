#!/bin/bash
# dialects.sh - the committed examples of the adapters, read by iconv and xmllint alone: fields of
# theirs and of ours must say the same. Shares no code with the gateway. "ok - ..." or "FAIL - ...".
set -u
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failures=0
bad() {
    echo "FAIL - dialects: $1"
    failures=$((failures + 1))
}

# utf8 FILE: the document in UTF-8, whatever it declares. GB labels mean GB18030.
utf8() {
    if head -c 100 "$1" | grep -q 'encoding="GB'; then
        iconv -f GB18030 -t UTF-8 "$1" | sed '1s/encoding="GB[A-Z0-9]*"/encoding="UTF-8"/'
    else
        cat "$1"
    fi
}

# path a/b/c, any namespace: /*/*[local-name()='a']/*[local-name()='b'] ...
path() {
    local part
    printf '/*'
    for part in ${1//\// }; do
        case $part in
        *\[*) printf "/*[local-name()='%s'][%s" "${part%%\[*}" "${part#*\[}" ;;
        *) printf "/*[local-name()='%s']" "$part" ;;
        esac
    done
}
value() { xmllint --xpath "string($(path "$2"))" "$1" 2>/dev/null; }

# What a value of theirs is called nationally; written again here, from the adapters' descriptions.
national() { # KIND VALUE
    case $1 in
    same) printf '%s' "$2" ;;
    date) printf '%s' "$2" | sed -E 's/^(....)(..)(..).*$/\1-\2-\3/' ;;
    month) printf '%s' "$2" | sed -E 's/^(....)(..)$/\1-\2/' ;;
    fen) printf '%03d' "$2" | sed -E 's/(..)$/.\1/' ;;
    percent) awk -v v="$2" 'BEGIN { printf "%.4f", v / 100 }' ;;
    =*) # =theirs:ours,theirs:ours
        printf '%s' "$1" | tr -d '=' | tr ',' '\n' | awk -F: -v v="$2" '$1 == v { print $2 }' ;;
    esac
}

# adapter example kind theirs ours
count=0
while read -r adapter example kind theirs ours; do
    case $adapter in '' | '#'*) continue ;; esac
    folder=adapters/$adapter/examples
    copy=$work/$adapter-$example.xml
    [ -f "$copy" ] || utf8 "$folder/$example.theirs.xml" >"$copy"
    left=$(national "$kind" "$(value "$copy" "$theirs")")
    right=$(value "$folder/$example.ours.xml" "$ours")
    count=$((count + 1))
    if [ -z "$right" ] || [ "$left" != "$right" ]; then bad "$adapter $example: $theirs is not $ours"; fi
done <<'FIELDS'
guizhou-core letter same prm_aac003 person/name
guizhou-core letter same prm_aac002 person/identityNumber
guizhou-core letter date prm_aac006 person/birthDate
guizhou-core letter =1:1,2:2,9:9 prm_aac004 person/sex
guizhou-core letter same prm_aaz341 reference/traceNumber
guizhou-core letter same prm_aab299 reference/inRegion
guizhou-core letter same prm_yac250 reference/outRegion
guizhou-core letter same prm_aac078 bank/account
guizhou-core letter same prm_aae009 bank/holder
guizhou-core letter same prm_aae011 handler/name
guizhou-core letter date prm_aae036 handler/date
guizhou-core letter same prm_aae044 handler/agencyName
guizhou-core refusal =06:PEN-R06 prm_thyy code
guizhou-core refusal same prm_thsm text
guizhou-core letter_return =12:PEN-R12 prm_thyy code
guizhou-core application same prm_yae440 proxy/name
guizhou-core application =01:1,02:2 prm_aae173 transferType
guizhou-core application =1:true,0:false prm_zzdd officialMove
guizhou-core form same prm_aac003 person/name
guizhou-core form same prm_aic089 amounts/toLastYear
guizhou-core form same prm_aic082 amounts/thisYear
guizhou-core form same prm_aic083 amounts/account
guizhou-core form same prm_aic084 amounts/pooled
guizhou-core form same prm_aic102 amounts/total
guizhou-core form month prm_aae030 localFrom
guizhou-core form month prm_aae031 localTo
guizhou-core form same prm_aae201 localMonths
guizhou-core form same dataset/row[1]/aae001 rows/row[1]/year
guizhou-core form month dataset/row[24]/aae042 rows/row[24]/to
guizhou-core form same dataset/row[24]/aae382 rows/row[24]/balance
guizhou-core form same dataset/row[12]/aaa042 rows/row[12]/employerRate
guizhou-core form same fjdataset/row[2]/fjdw attachments/attachment[2]/issuer
guizhou-core form_return =C03:PEN-C03,C07:PEN-C07 dataset/row[2]/jydm checks/check[2]/code
guizhou-core fund_advice same prm_aae019 amount
guizhou-core fund_receipt same prm_yad003 amount
guizhou-core completion date prm_jxrq linkedOn
guizhou-core answer =1:accepted,-1:refused prm_cljg verdict
guangdong-core letter same MSGDATA/INPUT/AAC003 person/name
guangdong-core letter same MSGDATA/INPUT/AAC002 person/identityNumber
guangdong-core letter =1:1,0:2 MSGDATA/INPUT/AAC004 person/sex
guangdong-core letter same MSGDATA/INPUT/AAC006 person/birthDate
guangdong-core letter =101:110 MSGDATA/AAE140 reference/insuranceKind
guangdong-core letter =101:110 MSGDATA/INPUT/YAE140 insuranceKindOld
guangdong-core letter same MSGDATA/OPERNAME handler/name
guangdong-core letter date MSGDATA/OPTTIME handler/date
guangdong-core letter same MSGDATA/INPUT/AAC155 bank/name
guangdong-core refusal =A106:PEN-R06,A06:PEN-R06 MSGDATA/INPUT/THYY code
guangdong-core form fen MSGDATA/INPUT/AIC093 amounts/before1998
guangdong-core form fen MSGDATA/INPUT/AIC089 amounts/toLastYear
guangdong-core form fen MSGDATA/INPUT/AIC102 amounts/total
guangdong-core form =1:0,2:1 MSGDATA/INPUT/AAE473 accountType
guangdong-core form fen MSGDATA/INPUT/ROWS/ROW[26]/AAE382 rows/row[26]/balance
guangdong-core form percent MSGDATA/INPUT/ROWS/ROW[1]/AAA043 rows/row[1]/accountRate
guangdong-core form percent MSGDATA/INPUT/ROWS/ROW[20]/AAA042 rows/row[20]/employerRate
guangdong-core form month MSGDATA/INPUT/ROWS/ROW[10]/AAB191 rows/row[10]/arrived
guangdong-core form same MSGDATA/INPUT/AAE013 remark
guangdong-core form_return =J103:PEN-C03 MSGDATA/INPUT/JYLIST/JY[1]/JYDM checks/check[1]/code
guangdong-core fund_advice fen MSGDATA/INPUT/AAE019 amount
guangdong-core answer =0000:accepted MSGDATA/APPCODE verdict
guangdong-core answer same MSGDATA/INPUT/CASEID caseId
FIELDS
if [ "$failures" = 0 ]; then echo "ok - dialects: $count fields of theirs say what ours say"; fi

# Every pair has both halves, in the encoding it declares, under the schema of its side.
pairs=0
for theirs in adapters/*/examples/*.theirs.xml; do
    folder=$(dirname "$(dirname "$theirs")")
    utf8 "$theirs" >"$work/theirs.xml" || bad "$theirs: bytes do not fit its encoding"
    xmllint --noout --nonet --schema "$folder/schema/dialect.xsd" "$work/theirs.xml" 2>/dev/null ||
        bad "$theirs: not as $folder/schema/dialect.xsd says"
    xmllint --noout --nonet --schema schemas/national/pension.xsd "${theirs%.theirs.xml}.ours.xml" 2>/dev/null ||
        bad "${theirs%.theirs.xml}.ours.xml: not as the national schema says"
    pairs=$((pairs + 1))
done
[ "$pairs" -ge 37 ] || bad "only $pairs pairs of examples"
for kind in adapter mapping codes; do
    xmllint --noout --nonet --schema "schemas/$kind.xsd" adapters/*/"$kind.xml" 2>/dev/null ||
        bad "adapters/*/$kind.xml: not as schemas/$kind.xsd says"
done
# The exact bytes that the encodings page names.
grep -qF "$(printf '\xcc\xef\x82\x30\xb7\x31')" adapters/guizhou-core/examples/letter.theirs.xml ||
    bad "田㛃 is not CC EF 82 30 B7 31"
grep -qF "$(printf '\xd5\xc5\x86\xb4')" adapters/guizhou-core/examples/letter.theirs.xml ||
    bad "张喆 is not D5 C5 86 B4"
[ "$failures" = 0 ] && echo "ok - dialects: $pairs pairs of examples follow both schemas"
[ "$failures" = 0 ]

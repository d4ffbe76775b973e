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
        @*) printf '/%s' "$part" ;;
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
guizhou-core completion-overlap same prm_cfys overlapMonths
guizhou-core acceptance-excluded month bydataset/row[1]/aae041 excluded/row[1]/from
guizhou-core acceptance-excluded =16:PEN-R16 bydataset/row[2]/thyy excluded/row[2]/code
guizhou-core certificate same prm_yac196 certificateNumber
guizhou-core certificate same prm_aae240 balance
guizhou-core certificate month prm_aae042 localTo
guizhou-core certificate same prm_yac253 agency/address
guizhou-core notice date prm_gzrq notifiedOn
guizhou-core notice same bydataset/row[1]/thsm excluded/row[1]/text
guizhou-core notice same bydataset/row[1]/aae019 excluded/row[1]/amount
guizhou-core clearing_done same prm_qtys months
guizhou-core clearing_done same prm_qtje refund
guizhou-core withdrawal =W1:PEN-W01 prm_cxyy code
guizhou-core withdrawal same prm_ywsm text
guizhou-core withdrawal_answer =1:true,0:false prm_tycx agreed
guizhou-core withdrawal_answer-gateway =1:true,0:false prm_tycx agreed
guizhou-core reversal =C1:PEN-V01,C2:PEN-V02,C9:PEN-V03 prm_chyy code
guizhou-core reversal-identity =C1:PEN-V01,C2:PEN-V02,C9:PEN-V03 prm_chyy code
guizhou-core reversal-short =C1:PEN-V01,C2:PEN-V02,C9:PEN-V03 prm_chyy code
guizhou-core reversal same prm_yaaz341 corrects/traceNumber
guizhou-core reversal same prm_aaz341 reference/traceNumber
guizhou-core reversal same prm_aac003 person/name
guizhou-core fund_return same prm_aae019 amount
guizhou-core fund_return same prm_aad008 voucher
guizhou-core reminder =01:d1,02:d2,03:d2p,04:d3 prm_sxzl clock
guizhou-core reminder-gateway =01:d1,02:d2,03:d2p,04:d3 prm_sxzl clock
guizhou-core reminder date prm_sxrq dueOn
guizhou-core status_answer same prm_ywztmc stateName
guizhou-core status_answer same prm_aic102 formTotal
guizhou-core status_answer same prm_djje moneyTotal
guizhou-core status_answer =0:off,1:running,2:passed,3:met sxdataset/row[1]/sxzt clocks/clock[1]/state
guizhou-core status_answer =0:off,1:running,2:passed,3:met sxdataset/row[3]/sxzt clocks/clock[3]/state
guizhou-core status_answer-clocks =13:restore sxdataset/row[13]/sxzl clocks/clock[13]/kind
guizhou-core remittance same prm_yad003 amount
guizhou-core remittance same prm_fkr payer
guizhou-core remittance same dataset/row[2]/aaz341 items/item[2]/traceNumber
guizhou-core allocation same dataset/row[2]/aae019 items/item[2]/amount
guizhou-core fund_query same prm_ywsm text
guizhou-core fund_answer =1:allocate,2:return prm_cxjg finding
guizhou-core fund_answer-short =1:allocate,2:return prm_cxjg finding
guizhou-core remittance_fund_return date prm_tkrq returnedOn
guizhou-core remittance_completion same prm_aae044 handler/agencyName
guizhou-core remittance_reminder =11:suspense,12:query prm_sxzl clock
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
guangdong-core completion-overlap same MSGDATA/INPUT/CFYS overlapMonths
guangdong-core acceptance-excluded fen MSGDATA/INPUT/BYLIST/BY[1]/AAE019 excluded/row[1]/amount
guangdong-core certificate fen MSGDATA/INPUT/AAE240 balance
guangdong-core certificate same MSGDATA/INPUT/JG/AAE044 agency/name
guangdong-core certificate same MSGDATA/INPUT/AAE044 handler/agencyName
guangdong-core notice =B206:PEN-R16 MSGDATA/INPUT/BYLIST/BY[2]/THYY excluded/row[2]/code
guangdong-core notice month MSGDATA/INPUT/BYLIST/BY[1]/AAE042 excluded/row[1]/to
guangdong-core clearing_done fen MSGDATA/INPUT/QTJE refund
guangdong-core withdrawal =Z901:PEN-W01 MSGDATA/INPUT/CXYY code
guangdong-core withdrawal_answer =Y:true,N:false MSGDATA/INPUT/TYCX agreed
guangdong-core withdrawal_answer-gateway =Y:true,N:false MSGDATA/INPUT/TYCX agreed
guangdong-core reversal =D401:PEN-V01,D402:PEN-V02,D499:PEN-V03 MSGDATA/INPUT/CHYY code
guangdong-core reversal-short =D401:PEN-V01,D402:PEN-V02,D499:PEN-V03 MSGDATA/INPUT/CHYY code
guangdong-core reversal-identity =17:16,16:17 MSGDATA/INPUT/AAC058 person/identityType
guangdong-core reversal fen MSGDATA/INPUT/AAE019 amount
guangdong-core fund_return-short fen MSGDATA/INPUT/AAE019 amount
guangdong-core reminder =S01:d1,S02:d2,S08:d2p,S03:d3 MSGDATA/INPUT/SXZL clock
guangdong-core reminder-gateway =S01:d1,S02:d2,S08:d2p,S03:d3 MSGDATA/INPUT/SXZL clock
guangdong-core status_query date MSGDATA/OPTTIME handler/date
guangdong-core status_answer fen MSGDATA/INPUT/DJJE moneyTotal
guangdong-core status_answer =N:off,R:running,P:passed,M:met MSGDATA/INPUT/SXLIST/SX[4]/SXZT clocks/clock[4]/state
guangdong-core status_answer-clocks =S33:restore MSGDATA/INPUT/SXLIST/SX[13]/SXZL clocks/clock[13]/kind
guangdong-core remittance fen MSGDATA/INPUT/YAD003 amount
guangdong-core remittance fen MSGDATA/INPUT/MXLIST/MX[2]/AAE019 items/item[2]/amount
guangdong-core allocation same MSGDATA/INPUT/MXLIST/MX[1]/AAZ341 items/item[1]/traceNumber
guangdong-core fund_query same MSGDATA/INPUT/DZRQ bookedOn
guangdong-core fund_answer =RL:allocate,TK:return MSGDATA/INPUT/CXJG finding
guangdong-core fund_answer-short =RL:allocate,TK:return MSGDATA/INPUT/CXJG finding
guangdong-core remittance_answer =0000:accepted MSGDATA/APPCODE verdict
guangdong-core answer =0000:accepted MSGDATA/APPCODE verdict
guangdong-core answer same MSGDATA/INPUT/CASEID caseId
guizhou-settlement identify-story same prm_aac003 person/name
guizhou-settlement identify-story =01:medical,03:injury prm_yka316 insurance
guizhou-settlement identify-story =12:41,31:21 prm_aka130 treatmentKind
guizhou-settlement register-story same zddataset/row[1]/akc196 diagnosis[1]/code
guizhou-settlement lines-story-2 same dataset/row[1]/yykc610 line[1]/original
guizhou-settlement lines-story-2 same dataset/row[2]/akc225 line[2]/price
guizhou-settlement settle-story same prm_hisfyze total
guizhou-settlement confirm same prm_jyyzm handle/check
guizhou-settlement settled same prm_jjzf amounts/fund
guiyang-city identify-story same PERSONNAME person/name
guiyang-city identify-story =1:medical,7:injury INSURETYPE insurance
guiyang-city identify-story =41:11,42:21 PAYTYPE treatmentKind
guiyang-city identify-medical =12:41,31:21 PAYTYPE treatmentKind
guiyang-city register-story same DIAGNOSES[1] diagnosis[1]/code
guiyang-city register =1:true,0:false EMERGENCY emergency
guiyang-city register same DIAGNOSES[2] diagnosis[2]/code
guiyang-city lines-story-2 same ROWSET/ROW[1]/@ORGLINENO line[1]/original
guiyang-city lines-story-2 same ROWSET/ROW[2]/@PRICE line[2]/price
guiyang-city lines_undo same ROWSET/ROW[2]/@LINENO number[2]
guiyang-city discharge same OPERSET/ROW[2]/@OPERICD operation[2]
guiyang-city settle-story same HOSPFEEALL total
guiyang-city settled same FUND1PAY amounts/fund
template letter =M:1,F:2,X:9 sex person/sex
template letter same bankAccount bank/account
template form same totalAmount amounts/total
template form same years/year[16]/calendarYear rows/row[16]/year
template acceptance-excluded =ONCE:PEN-R16 unmoved/part[2]/reason excluded/row[2]/code
template withdrawal =WITHDRAWN:PEN-W01 reason code
template withdrawal_answer =1:true,0:false agreed agreed
template reversal =person:PEN-V01,twice:PEN-V02,other:PEN-V03 reason code
template reversal same corrects corrects/traceNumber
template status_answer same limits/limit[3]/due clocks/clock[3]/dueOn
template status_answer =off:off,running:running,passed:passed,met:met limits/limit[3]/state clocks/clock[3]/state
template remittance same shares/share[2]/amount items/item[2]/amount
template fund_answer =claim:allocate,mistake:return finding finding
template answer =taken:accepted result verdict
FIELDS
if [ "$failures" = 0 ]; then echo "ok - dialects: $count fields of theirs say what ours say"; fi

# Every pair has both halves, in the encoding it declares, under the schema of its side.
pairs=0
national_schema() { # FILE
    sed -n 's/.*xmlns="urn:qiantong:\([a-z]*\):1".*/\1/p' "$1" | head -1
}
for theirs in adapters/*/examples/*.theirs.xml; do
    folder=$(dirname "$(dirname "$theirs")")
    utf8 "$theirs" >"$work/theirs.xml" || bad "$theirs: bytes do not fit its encoding"
    if grep -q 'soap/envelope' "$theirs"; then
        xmllint --xpath "string(/*/*/*/*)" "$theirs" 2>/dev/null | base64 -d >"$work/theirs.xml" 2>/dev/null ||
            bad "$theirs: no base64 in an envelope"
    fi
    xmllint --noout --nonet --schema "$folder/schema/dialect.xsd" "$work/theirs.xml" 2>/dev/null ||
        bad "$theirs: not as $folder/schema/dialect.xsd says"
    xmllint --noout --nonet --schema "schemas/national/$(national_schema "${theirs%.theirs.xml}.ours.xml").xsd" \
        "${theirs%.theirs.xml}.ours.xml" 2>/dev/null ||
        bad "${theirs%.theirs.xml}.ours.xml: not as the national schema says"
    pairs=$((pairs + 1))
done
for theirs in adapters/*/examples/*.theirs.json; do
    xmllint --noout --nonet --schema "schemas/national/$(national_schema "${theirs%.theirs.json}.ours.xml").xsd" \
        "${theirs%.theirs.json}.ours.xml" 2>/dev/null ||
        bad "${theirs%.theirs.json}.ours.xml: not as the national schema says"
    grep -q "$(value "${theirs%.theirs.json}.ours.xml" reference/stayNumber)" "$theirs" ||
        [ -f "${theirs%.theirs.json}.question.xml" ] || bad "$theirs: another stay"
    pairs=$((pairs + 1))
done
[ "$pairs" -ge 245 ] || bad "only $pairs pairs of examples"

# One stay, told in every dialect that tells stays: the national documents are the same to the byte.
for story in adapters/*/examples/identify-story.ours.xml; do
    folder=$(dirname "$story")
    while read -r document example; do
        cmp -s "tests/data/stay-story/$document.xml" "$folder/$example.ours.xml" ||
            bad "$folder/$example.ours.xml: not tests/data/stay-story/$document.xml"
    done <<'STORY'
identify identify-story
register register-story
lines-1 lines-story-1
lines-2 lines-story-2
discharge discharge-story
presettle presettle-story
settle settle-story
settle-again settle-story-again
cancel cancel-story
STORY
done
for kind in adapter mapping codes; do
    xmllint --noout --nonet --schema "schemas/$kind.xsd" adapters/*/"$kind.xml" 2>/dev/null ||
        bad "adapters/*/$kind.xml: not as schemas/$kind.xsd says"
done
# One stay in every dialect: the pairs are proven above and by adapter check; here their national
# half is the story's own, byte by byte.
told=0
for first in adapters/*/examples/identify-story.ours.xml; do
    for document in tests/data/stay-story/*.xml; do
        name=$(basename "$document" .xml)
        cmp -s "$document" "$(dirname "$first")/${name%%-*}-story${name#"${name%%-*}"}.ours.xml" ||
            bad "$(dirname "$first"): $name of the story says something else"
        told=$((told + 1))
    done
done
[ "$told" -ge 9 ] || bad "no dialect tells the story"
# The exact bytes that the encodings page names.
grep -qF "$(printf '\xcc\xef\x82\x30\xb7\x31')" adapters/guizhou-core/examples/letter.theirs.xml ||
    bad "田㛃 is not CC EF 82 30 B7 31"
grep -qF "$(printf '\xd5\xc5\x86\xb4')" adapters/guizhou-core/examples/letter.theirs.xml ||
    bad "张喆 is not D5 C5 86 B4"
[ "$failures" = 0 ] && echo "ok - dialects: $pairs pairs of examples follow both schemas"
[ "$failures" = 0 ]

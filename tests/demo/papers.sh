# papers.sh - writes the national documents of the demo's cases. To be sourced by bash.
#
#   person TRACE NAME NUMBER17 BASE_YUAN    whose case it is; the check digit is added here
#   paper KIND TRACE [NAME=VALUE...]        to $PAPERS/TRACE-KIND[-as].xml, path to REPLY
#
# The first two letters of a trace number say which side takes the person in: GZ Guizhou, GD
# Guangdong. All persons are invented: the numbers begin with 5299 or 4499. What is paid follows
# from BASE_YUAN: 12 months of 2025 and 2 of 2026, 8 % to the account, 12 % pooled.
#
# NAME=VALUE: amount, excluded=1, overlap=MONTHS, agreed=true|false, code, text, total (a wrong box
# A6), corrects=TRACE, items="TRACE:YUAN ...", remark, balance, as=SUFFIX (of the file), date.

PAPERS=${PAPERS:-build/demo/papers}
declare -A PERSON_NAME PERSON_ID PERSON_BASE
# Of a trace: its flow, if it is not pension.employee, and the kind of insurance that its documents name.
declare -A FLOW_OF INSURANCE_OF
GUIZHOU_AGENCY=贵州省社会保险事业局 GUANGDONG_AGENCY=广东省社会保险基金管理局

person() { # TRACE NAME NUMBER17 BASE_YUAN
    local weights=(7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2) digits=10X98765432 sum=0 i
    for i in {0..16}; do sum=$((sum + weights[i] * ${3:i:1})); done
    PERSON_NAME[$1]=$2 PERSON_ID[$1]=$3${digits:sum % 11:1} PERSON_BASE[$1]=$4
}

fen() { printf '%d.%02d' $(($1 / 100)) $(($1 % 100)); } # FEN as yuan
RESIDENT_THIS_YEAR=10000 # fen
is_change() { [ "${FLOW_OF[$1]:-}" = pension.switch ]; } # TRACE: its documents name the scheme that is entered
of_residents() { # TRACE: whose account moves
    if is_change "$1"; then [ "${INSURANCE_OF[$1]}" = 110 ]; else [ "${INSURANCE_OF[$1]:-110}" = 150 ]; fi
}
is_temporary() { [ "${FLOW_OF[$1]:-}" = pension.temporary ]; } # TRACE
pooled_rate() { if is_temporary "$1"; then echo 16; else echo 12; fi; } # TRACE: of a temporary account all that the employer paid
case_fen() { # TRACE: everything that moves
    local base=$((${PERSON_BASE[$1]} * 100))
    if of_residents "$1"; then echo $((base + RESIDENT_THIS_YEAR)); else echo $((base * 14 * (8 + $(pooled_rate "$1")) / 100)); fi
}
in_region() { case $1 in GZ*) echo 520000 ;; *) echo 440000 ;; esac; }
out_region() { case $1 in GZ*) echo 440000 ;; *) echo 520000 ;; esac; }

tag() { printf '<%s>%s</%s>' "$1" "$2" "$1"; }
reference() { # TRACE [TRACE-OF-THE-ROUTE]
    local route=${2:-$1}
    printf '<reference>%s%s%s%s</reference>\n' "$(tag traceNumber "$1")" "$(tag inRegion "$(in_region "$route")")" \
        "$(tag outRegion "$(out_region "$route")")" "$(tag insuranceKind "${INSURANCE_OF[$1]:-110}")"
}
person_of() { # TRACE
    local id=${PERSON_ID[$1]} sex=2
    [ $((${id:16:1} % 2)) = 0 ] || sex=1
    printf '<person>%s%s%s%s%s%s</person>\n' "$(tag name "${PERSON_NAME[$1]}")" "$(tag identityType 01)" \
        "$(tag identityNumber "$id")" "$(tag sex $sex)" "$(tag birthDate "${id:6:4}-${id:10:2}-${id:12:2}")" \
        "$(tag personalNumber "7${1: -7}")"
}
handler() { # in|out TRACE DATE
    local region agency
    if [ "$1" = in ]; then region=$(in_region "$2"); else region=$(out_region "$2"); fi
    if [ "$region" = 520000 ]; then agency=$GUIZHOU_AGENCY; else agency=$GUANGDONG_AGENCY; fi
    printf '<handler>%s%s%s%s</handler>\n' "$(tag name 田㛃)" "$(tag date "$3")" "$(tag agencyCode "$region")" \
        "$(tag agencyName "$agency")"
}
account_of() { # in|out TRACE ELEMENT OF-THE-NUMBER
    local region=520000
    [ "$(if [ "$1" = in ]; then in_region "$2"; else out_region "$2"; fi)" = 520000 ] || region=440000
    if [ $region = 520000 ]; then
        printf '%s%s' "$(tag holder $GUIZHOU_AGENCY)" "$(tag "$3" 24020008092000001)"
    else
        printf '%s%s' "$(tag holder $GUANGDONG_AGENCY)" "$(tag "$3" 44001863201000001)"
    fi
}
year_row() { # REGION YEAR LAST-MONTH MONTHS BASE-FEN BALANCE-FEN
    local credited
    credited=$(fen $(($5 * $4 * 8 / 100)))
    printf '<row>%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s</row>\n' "$(tag region "$1")" "$(tag year "$2")" "$(tag from "$2-01")" \
        "$(tag to "$2-$3")" "$(tag months "$4")" "$(tag base "$(fen "$5")")" "$(tag employerRate 0.1600)" \
        "$(tag accountRate 0.0000)" "$(tag personalRate 0.0800)" "$(tag credited "$credited")" \
        "$(tag creditedPersonal "$credited")" "$(tag interest 0.00)" "$(tag interestPersonal 0.00)" \
        "$(tag balance "$(fen "$6")")" "$(tag balancePersonal "$(fen "$6")")"
}
# A resident pays a sum for the year, of which village and government add their parts: BASE_YUAN is all of it.
resident_row() { # REGION YEAR LAST-MONTH MONTHS OWN-FEN ADDED-FEN BALANCE-FEN BALANCE-OWN-FEN
    printf '<row>%s%s%s%s%s' "$(tag region "$1")" "$(tag year "$2")" "$(tag from "$2-01")" "$(tag to "$2-$3")" "$(tag months "$4")"
    printf '%s%s%s%s' "$(tag base 0.00)" "$(tag employerRate 0.0000)" "$(tag accountRate 0.0000)" "$(tag personalRate 0.0000)"
    printf '%s%s' "$(tag credited "$(fen $(($5 + $6)))")" "$(tag creditedPersonal "$(fen "$5")")"
    [ "$6" = 0 ] || printf '%s%s' "$(tag collective "$(fen $(($6 / 4)))")" "$(tag subsidy "$(fen $(($6 - $6 / 4)))")"
    printf '%s%s%s%s</row>\n' "$(tag interest 0.00)" "$(tag interestPersonal 0.00)" "$(tag balance "$(fen "$7")")" "$(tag balancePersonal "$(fen "$8")")"
}
resident_fields() { # TRACE
    local year=$((${PERSON_BASE[$1]} * 100)) own all
    own=$((year / 2)) all=$((year + RESIDENT_THIS_YEAR))
    printf '<amounts>%s%s%s%s%s%s</amounts>\n<rows>\n' "$(tag before1998 0.00)" "$(tag toLastYear "$(fen $year)")" \
        "$(tag thisYear "$(fen $RESIDENT_THIS_YEAR)")" "$(tag account "$(fen $all)")" "$(tag pooled 0.00)" "$(tag total "${total:-$(fen $all)}")"
    resident_row "$(out_region "$1")" 2025 12 12 $own $((year - own)) $year $own
    resident_row "$(out_region "$1")" 2026 02 2 $RESIDENT_THIS_YEAR 0 $all $((own + RESIDENT_THIS_YEAR))
    printf '</rows>\n'
}
form_fields() { # TRACE
    local base=$((${PERSON_BASE[$1]} * 100)) last this account pooled
    last=$((base * 12 * 8 / 100)) this=$((base * 2 * 8 / 100)) pooled=$((base * 14 * $(pooled_rate "$1") / 100))
    account=$((last + this))
    tag hukouAddress 贵州省毕节市
    tag employer 黔粤某建筑公司
    tag startedWork 2024-12-01
    tag firstPlaceBegan 1996-01
    for name in firstContribution accountOpened localFrom; do tag $name 2025-01; done
    tag localTo 2026-02
    tag localMonths 14
    tag transferDate 2026-03-02
    tag accountType "$(if is_temporary "$1"; then echo 1; else echo 0; fi)"
    if of_residents "$1"; then
        resident_fields "$1"
        return
    fi
    printf '<amounts>%s%s%s%s%s%s</amounts>\n' "$(tag before1998 0.00)" "$(tag toLastYear "$(fen $last)")" \
        "$(tag thisYear "$(fen $this)")" "$(tag account "$(fen $account)")" "$(tag pooled "$(fen $pooled)")" \
        "$(tag total "${total:-$(fen $((account + pooled)))}")"
    printf '<rows>\n'
    year_row "$(out_region "$1")" 2025 12 12 $base $last
    year_row "$(out_region "$1")" 2026 02 2 $base $account
    printf '</rows>\n'
}
excluded_rows() { # TRACE
    printf '<excluded><row>%s%s%s%s%s%s</row></excluded>\n' "$(tag region "$(out_region "$1")")" "$(tag from 2011-01)" \
        "$(tag to 2014-12)" "$(tag months 48)" "$(tag code PEN-R16)" "$(tag text 一次性缴费，无承诺书)"
}
# What the conditions of a change between the schemes hang on, and what says where the pension is claimed.
period_of() { printf '<period>%s%s%s%s</period>' "$(tag region "$1")" "$(tag from "$2")" "$(tag to "$3")" "$(tag months "$4")"; }
change_of() {
    printf '<change>%s%s%s</change>\n' "$(tag employeeMonths 216)" "$(tag drawing false)" "$(tag hukouRegion 522400)"
    printf '<periods>%s%s</periods>\n' "$(period_of 520100 1996-01 2004-12 108)" "$(period_of 440100 2005-01 2013-12 108)"
}
item_rows() {
    local item
    printf '<items>'
    for item in $items; do
        printf '<item>%s%s</item>' "$(tag traceNumber "${item%%:*}")" "$(tag amount "${item##*:}")"
    done
    printf '</items>\n'
}

# What stands between the reference and the handler, by kind.
fields_of() { # KIND TRACE
    local kind=$1 trace=$2
    case $kind in
    application)
        person_of "$trace"
        printf '<oldPlace>%s</oldPlace>\n' "$(tag agencyName 原参保地社保机构)"
        ! is_change "$trace" || change_of
        ;;
    letter)
        tag letterNumber "LXH${trace: -8}"
        person_of "$trace"
        printf '<oldAgency>%s</oldAgency><bank>%s%s</bank>\n' "$(tag name 原参保地社保机构)" "$(tag name 中国工商银行)" \
            "$(account_of in "$trace" account)"
        printf '%s%s%s\n' "$(tag address 北京路1号)" "$(tag postcode 550081)" "$(tag phone 0851-85800000)"
        ! is_change "$trace" || change_of
        ;;
    acceptance)
        printf '%s%s\n' "$(tag letterNumber "LXH${trace: -8}")" "$(tag acceptedOn "$date")"
        ! is_temporary "$trace" || printf '<bank>%s%s</bank>\n' "$(tag name 中国工商银行)" "$(account_of in "$trace" account)"
        [ -z "$excluded" ] || excluded_rows "$trace"
        ;;
    form)
        person_of "$trace"
        form_fields "$trace"
        [ -z "$excluded" ] || excluded_rows "$trace"
        ;;
    notice)
        printf '%s%s\n' "$(tag letterNumber "LXH${trace: -8}")" "$(tag notifiedOn "$date")"
        excluded_rows "$trace"
        ;;
    fund_advice)
        printf '%s%s<payer>%s</payer><payee>%s</payee>%s\n' "$(tag amount "$amount")" "$(tag paidOn "$date")" \
            "$(account_of out "$trace" account)" "$(account_of in "$trace" account)" "$(tag letterNumber "LXH${trace: -8}")"
        ;;
    fund_receipt)
        tag receiptNumber "DZ${trace: -8}"
        person_of "$trace"
        printf '%s<bank>%s</bank>%s\n' "$(tag amount "$amount")" "$(account_of out "$trace" account)" "$(tag bookedOn "$date")"
        ;;
    fund_return) printf '%s%s%s\n' "$(tag amount "$amount")" "$(tag returnedOn "$date")" "$(tag text "${text:-退回多划部分}")" ;;
    completion)
        printf '%s%s%s\n' "$(tag letterNumber "LXH${trace: -8}")" "$(tag linkedOn "$date")" "$(tag months 14)"
        [ -z "$overlap" ] || tag overlapMonths "$overlap"
        ;;
    clearing_done) printf '%s%s\n' "$(tag clearedOn "$date")" "$(tag months "$overlap")" ;;
    withdrawal) printf '%s%s\n' "$(tag code PEN-W01)" "$(tag text 本人改变就业计划，申请撤销)" ;;
    withdrawal_answer)
        tag agreed "$agreed"
        [ "$agreed" = true ] || tag code PEN-W01
        tag text "${text:-基金尚未划转}"
        ;;
    reversal)
        [ -z "$corrects" ] || printf '<corrects>%s</corrects>' "$(tag traceNumber "$corrects")"
        printf '%s%s%s\n' "$(tag code PEN-V01)" "$(tag amount "$amount")" "$(tag text 姓名相同，转错人员)"
        ;;
    refusal | letter_return) printf '%s%s%s\n' "$([ "$kind" = refusal ] || tag letterNumber "LXH${trace: -8}")" "$(tag code "$code")" "$(tag text "$text")" ;;
    remittance)
        printf '%s%s<bank>%s</bank>\n' "$(tag amount "$amount")" "$(tag bookedOn "$date")" "$(account_of in "$trace" account)"
        [ -z "$remark" ] || tag remark "$remark"
        [ -z "$items" ] || item_rows
        ;;
    allocation) item_rows ;;
    fund_query) printf '%s%s%s\n' "$(tag amount "$amount")" "$(tag bookedOn "$date")" "$(tag text 附言不明，请查明归属)" ;;
    fund_answer) printf '%s%s\n' "$(tag finding "$finding")" "$(tag text "${text:-误划，请退回}")" ;;
    reminder | status_query) tag text "${text:-请尽快办理}" ;;
    certificate)
        tag certificateNumber "PZ${trace: -8}"
        person_of "$trace"
        printf '%s%s%s%s%s<agency>%s</agency>\n' "$(tag hukouAddress 贵州省毕节市)" "$(tag localFrom 2025-01)" \
            "$(tag localTo 2026-02)" "$(tag localMonths 14)" "$(tag balance "$balance")" "$(tag name 原参保地社保机构)"
        ;;
    esac
}
# Who writes it: the side that takes the person in, or the other one.
writer_of() { # KIND
    case $1 in
    acceptance | letter_return | form | fund_advice | notice | certificate | withdrawal_answer | fund_answer) echo out ;;
    *) echo in ;;
    esac
}
paper() { # KIND TRACE [NAME=VALUE...]
    local kind=$1 trace=$2 by amount='' excluded='' overlap='' agreed='' code='' text='' total='' corrects='' items=''
    local remark='' balance='' as='' date='' finding='' by
    by=$(writer_of "$kind")
    shift 2
    [ $# = 0 ] || local "$@"
    date=${date:-2026-03-02}
    [ -n "$amount" ] || [ -z "${PERSON_BASE[$trace]:-}" ] || amount=$(fen "$(case_fen "$trace")")
    mkdir -p "$PAPERS"
    REPLY=$PAPERS/$trace-$kind${as:+-$as}.xml
    {
        printf '<?xml version="1.0" encoding="UTF-8"?>\n<%s xmlns="urn:qiantong:pension:1">\n' "$kind"
        reference "$trace"
        fields_of "$kind" "$trace"
        handler "$by" "$trace" "$date"
        printf '</%s>\n' "$kind"
    } >"$REPLY"
}

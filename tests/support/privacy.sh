# privacy.sh - no name, number or account where it must not be: patterns and the search for them.
# To be sourced by bash.
#
#   privacy_words FOLDER...                the personal words of the documents below the folders
#   privacy_patterns WORDS OUT             each word as it could leak: in UTF-8 and GB18030, as bytes,
#                                          in hexadecimal (either case), in base64 (three offsets)
#   privacy_search PATTERNS FILE...        prints FILE:PATTERN-NUMBER for each leak; status 0: none
#   privacy_search_names PATTERNS FOLDER   the same for the names of files

privacy_words() {
    # What describes a dialect has names too, and nobody's.
    find "$@" -name '*.xml' ! -name adapter.xml ! -name mapping.xml ! -name codes.xml -exec cat {} + 2>/dev/null |
        grep -oE '<(name|identityNumber|account|holder|hukouAddress|personalNumber|phone)>[^<]*<' |
        sed 's:^[^>]*>::; s:<$::' | awk 'length > 1' | sort -u
}

privacy_hex() { od -An -v -tx1 | tr -d ' \n'; }
privacy_bytes() { # HEX
    printf "$(printf '%s' "$1" | sed 's/../\\x&/g')"
}

# Bytes as base64 would hold them at any offset: the digits that they alone decide.
privacy_base64() { # HEX
    local hex=$1 size=$((${#1} / 2)) offset text first last
    for offset in 0 1 2; do
        text=$(privacy_bytes "$(printf '%.*s' $((2 * offset)) 0000)$hex" | base64 -w0)
        first=$(((offset * 8 + 5) / 6))
        last=$(((offset + size) * 8 / 6))
        printf '%s\n' "${text:first:last-first}"
    done
}

privacy_patterns() { # WORDS OUT
    local word hex charset
    while IFS= read -r word; do
        for charset in utf-8 gb18030; do
            hex=$(printf '%s' "$word" | iconv -f utf-8 -t $charset | privacy_hex)
            privacy_bytes "$hex"
            echo
            # Four bytes are found in anything by chance; longer ones are not.
            [ ${#hex} -ge 12 ] || continue
            printf '%s\n%s\n' "$hex" "${hex^^}"
            privacy_base64 "$hex"
        done
    done <"$1" | LC_ALL=C sort -u | LC_ALL=C awk 'length >= 4' >"$2"
}

privacy_search() { # PATTERNS FILE...
    local patterns=$1 found
    shift
    [ $# -gt 0 ] || return 0
    found=$(LC_ALL=C grep -alFf "$patterns" "$@" 2>/dev/null)
    [ -z "$found" ] && return 0
    printf '%s\n' "$found"
    return 1
}

# Sealed bytes are random: of what is short, chance would find something.
privacy_long() { # PATTERNS OUT
    LC_ALL=C awk 'length >= 6' "$1" >"$2"
}

privacy_search_names() { # PATTERNS FOLDER
    ! find "$2" | LC_ALL=C grep -aFf "$1"
}

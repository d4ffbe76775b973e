# qiantong.bash - completion for bash; for zsh: autoload -U bashcompinit && bashcompinit, then source it.
#
# Nothing is written down twice: verbs and options are what `qiantong help` says at that moment.
# To be installed as /usr/share/bash-completion/completions/qiantong, or sourced.

_qiantong_verbs() { # PROGRAM: one verb a line, "ledger verify" with its blank
    LC_ALL=C "$1" help 2>/dev/null | sed -nE 's/^  ([a-z]+( [a-z]+)?)  .*/\1/p'
}

_qiantong_options() { # PROGRAM VERB...: options of these verbs
    LC_ALL=C "$1" help "${@:2}" 2>/dev/null |
        awk '/^qiantong / { usage = 1 } /^$/ { usage = 0 } usage' | grep -oE -- '--[a-z-]+' | sort -u
}

# The words behind the program's own options, in _qiantong_words.
_qiantong_behind_head() {
    local at=1
    while [ $at -lt "$COMP_CWORD" ]; do
        case ${COMP_WORDS[at]} in
        --config | --encoding) at=$((at + 2)) ;;
        --config=* | --encoding=*) at=$((at + 1)) ;;
        *) break ;;
        esac
    done
    _qiantong_words=("${COMP_WORDS[@]:at:COMP_CWORD-at}")
}

_qiantong() {
    local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local -a _qiantong_words
    COMPREPLY=()
    case $before in
    --encoding) COMPREPLY=($(compgen -W 'utf-8 gb18030 gbk gb2312' -- "$word")) && return ;;
    --config | --batch | --results) COMPREPLY=($(compgen -f -- "$word")) && return ;;
    esac
    _qiantong_behind_head
    local verbs first second
    verbs=$(_qiantong_verbs "$program")
    if [ ${#_qiantong_words[@]} -eq 0 ]; then
        COMPREPLY=($(compgen -W "$(printf '%s\n' "$verbs" | cut -d' ' -f1 | sort -u) --config --encoding --help --version" -- "$word"))
        return
    fi
    first=${_qiantong_words[0]}
    second=$(printf '%s\n' "$verbs" | sed -n "s/^$first \([a-z]*\)\$/\1/p")
    [ "$first" = help ] && second=$(printf '%s\n' "$verbs" | cut -d' ' -f1 | sort -u)
    if [ ${#_qiantong_words[@]} -eq 1 ]; then
        COMPREPLY=($(compgen -W "$second $(printf '%s\n' "$verbs" | grep -qx "$first" && _qiantong_options "$program" "$first")" -- "$word"))
    elif printf '%s\n' "$verbs" | grep -qx "$first ${_qiantong_words[1]}"; then
        COMPREPLY=($(compgen -W "$(_qiantong_options "$program" "$first" "${_qiantong_words[1]}")" -- "$word"))
    else
        COMPREPLY=($(compgen -W "$(_qiantong_options "$program" "$first")" -- "$word"))
    fi
    [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$word"))
}
complete -F _qiantong qiantong

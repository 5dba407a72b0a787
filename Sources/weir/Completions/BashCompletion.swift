// SPDX-License-Identifier: Apache-2.0

/// What the completion script of ArgumentParser lacks in bash.
///
/// Bash ends words at `=` and `:`, so that the script does not see which option a filter belongs to; the pieces of a word are put together
/// before it is asked, and taken off what it answers. And `compgen -W` expands its words as a command line: a name that was sent by
/// somebody, `$(command)`, would be run. The script's function that calls it is replaced by one that only compares.
enum BashCompletion {
    static func completed(_ script: String) -> String { script + "\n" + additions }

    private static let additions = #"""
        __weir_add_completions() {
            local completion
            if [[ "${1}" == -W ]]; then
                while IFS='' read -r completion; do
                    [[ -n "${completion}" && "${completion}" == "${cur}"* ]] && COMPREPLY+=("${completion}")
                done <<<"${2}"
                return
            fi
            while IFS='' read -r completion; do
                COMPREPLY+=("${completion}")
            done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
        }

        _weir_words() {
            local -r line="${COMP_LINE:0:${COMP_POINT}}"
            local -a words=()
            local rest="${line}" piece
            local -i index
            for ((index = 0; index <= COMP_CWORD; index++)); do
                piece="${COMP_WORDS[${index}]}"
                local is_new=false
                [[ "${#words[@]}" -eq 0 || "${rest}" == [[:space:]]* ]] && is_new=true
                rest="${rest#"${rest%%[![:space:]]*}"}"
                [[ "${index}" -eq "${COMP_CWORD}" ]] && piece="${rest}"
                rest="${rest#"${piece}"}"
                if "${is_new}"; then
                    words+=("${piece}")
                else
                    words[${#words[@]} - 1]+="${piece}"
                fi
            done

            local -ri last="$((${#words[@]} - 1))"
            local -r whole="${words[${last}]}"
            local -r lead="${whole%"${2}"}"
            local -a COMP_WORDS=("${words[@]}")
            local -i COMP_CWORD="${last}" COMP_POINT="${#line}"
            local COMP_LINE="${line}"
            _weir "${1}" "${whole}" "${words[$((last > 0 ? last - 1 : 0))]}"
            COMPREPLY=("${COMPREPLY[@]#"${lead}"}")
        }

        complete -o filenames -F _weir_words weir
        """#
}

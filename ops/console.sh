# shellcheck shell=bash
# How every script here speaks to people: progress on stderr, so that stdout carries results alone.

# Under `set -e` a script would end without a word.
set -o errtrace
trap 'printf "%s: line %s failed: %s\n" "${BASH_SOURCE[0]##*/}" "$LINENO" "$BASH_COMMAND" >&2' ERR

say() { printf '%s\n' "$*" >&2; }

# fail MESSAGE [REMEDY]: ends the script.
fail() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    [[ $# -lt 2 ]] || printf '%s\n' "  $2" >&2
    exit 1
}

# as_root COMMAND…: runs it as root; an ordinary user is asked by sudo.
as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    elif command -v sudo > /dev/null; then
        sudo "$@"
    else
        fail "'$1' needs root, and sudo is not installed" "Run this as root, or install sudo."
    fi
}

# usage: prints the comment at the head of the script that runs.
usage() { sed -n '2,/^[^#]/ { /^[^#]/ q; s/^# \{0,1\}//; p }' "$0"; }

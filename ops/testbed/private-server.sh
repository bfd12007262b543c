# shellcheck shell=bash
# What the private servers have in common: a folder each, with the data, the log, the password and the process id in it;
# one start or stop at a time; the server detached from whoever started it.

# shellcheck source=ops/console.sh
source "$(dirname "${BASH_SOURCE[0]}")/../console.sh"
# shellcheck source=ops/processes.sh
source "$(dirname "${BASH_SOURCE[0]}")/../processes.sh"

# parse_call ARGUMENTS…: sets verb, folder, port and throwaway from the command line.
# shellcheck disable=SC2034  # not every server has a throwaway kind
parse_call() {
    throwaway=no
    local words=()
    for word in "$@"; do
        case $word in
            --help | -h) usage; exit 0 ;;
            --throwaway) throwaway=yes ;;
            -*) fail "unknown option $word" "See $0 --help." ;;
            *) words+=("$word") ;;
        esac
    done
    verb=${words[0]:-} folder=${words[1]:-} port=${words[2]:-}
    [[ $verb == start || $verb == stop ]] || fail "say start or stop" "See $0 --help."
    [[ -n $folder ]] || fail "say which folder" "See $0 --help."
    folder=$(realpath -m "$folder")
}

# need_port HIGHEST: the port that was asked for is a number that leaves room for the others derived from it.
need_port() {
    [[ $port =~ ^[0-9]+$ && $port -ge 1024 && $port -le $1 ]] || fail "say a port from 1024 to $1" "See $0 --help."
}

# locked: from here on no other start or stop works on this folder. Servers must not inherit descriptor 9.
locked() {
    mkdir -p "$folder"
    exec 9> "$folder/lock"
    flock --wait 120 9 || fail "another start or stop holds $folder/lock for two minutes already"
}

# free_net PREFIX SEED: the first number from SEED (two hexadecimal digits) on for which no route of this machine has PREFIX.NUMBER.1.
free_net() {
    local number=$((16#$2))
    until [[ -z $(ip route show to match "$1.$number.1" | grep -v ^default) ]]; do
        number=$(((number + 1) % 256))
    done
    printf '%s\n' "$number"
}

# make_password FILE: writes a new password there, readable by its owner alone, unless there is one.
make_password() {
    [[ -s $1 ]] || (umask 077 && head -c 24 /dev/urandom | base64 | tr '+/' '-_' > "$1")
}

# Servers that refuse to be root run as the user that their Debian package made. That user may be unable to reach the folder
# (a clone below /root, say); then the folder is shown to the server alone, in a mount namespace, at that user's home.
# choose_account USER: sets account and seen (the folder as the server sees it), and gives the folder to the account.
choose_account() {
    account=$(id -un) seen=$folder
    [[ $(id -u) == 0 ]] || return 0
    id -u "$1" > /dev/null 2>&1 || fail "there is no user $1" "Run ops/install."
    account=$1
    chown "$account:" "$folder"
    setpriv --reuid "$account" --regid "$(id -g "$account")" --init-groups test -x "$folder/." || seen=$(getent passwd "$1" | cut -d: -f6)
}

# as_account COMMAND…: runs the command as the account, in the folder.
as_account() { (become_account "$@"); }

# launch LOG COMMAND…: starts the command as the account, detached: a session of its own, none of our descriptors. Sets launched.
launch() {
    local log=$1
    shift
    (
        exec < /dev/null >> "$log" 2>&1 9>&-
        become_account setsid "$@"
    ) &
    launched=$!
}

# answers_or_gone: what to wait for after a launch; each server says what answers means.
answers_or_gone() { answers || gone "$launched"; }

# become_account COMMAND…: replaces this shell.
become_account() {
    local drop=()
    if [[ $(id -un) != "$account" ]]; then
        drop=(setpriv --reuid "$account" --regid "$(id -g "$account")" --init-groups --)
    fi
    if [[ $seen != "$folder" ]]; then
        # shellcheck disable=SC2016  # the inner shell expands them
        drop=(unshare --mount bash -c 'mount --bind "$0" "$1" && cd "$1" && shift && exec "$@"' "$folder" "$seen" "${drop[@]}")
    fi
    cd "$folder" || exit
    exec "${drop[@]}" env "HOME=$seen" "$@"
}

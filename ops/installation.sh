# shellcheck shell=bash
# The installation that ops/up makes and ops/down stops: what lies where in .continuo, and how its programs are found.

# shellcheck source=ops/console.sh
source "$(dirname "${BASH_SOURCE[0]}")/console.sh"
# shellcheck source=ops/processes.sh
source "$(dirname "${BASH_SOURCE[0]}")/processes.sh"

repository=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
state=$repository/.continuo
keys=$state/keys
# There while no chain is: ops/down leaves it.
# shellcheck disable=SC2034  # used by those who source this
emptied=$state/run/emptied
# shellcheck disable=SC2034
programs=(continuo-engine continuo-watchdog continuo-agent)

# enter_installation: makes the folders; no other up or down works on them from here on.
enter_installation() {
    (umask 077 && mkdir -p "$state" "$keys")
    mkdir -p "$state/bin" "$state/log" "$state/run"
    # The database's user has to pass through.
    chmod 0711 "$state"
    exec 9> "$state/lock"
    flock --nonblock 9 || fail "another ops/up or ops/down is at work here"
}

program_pid() { cat "$state/run/$1.pid" 2> /dev/null || true; }

program_runs() { runs_as "$(program_pid "$1")" "$state/bin/$1"; }

stop_program() {
    program_runs "$1" || return 0
    say "stopping $1"
    end_process "$(program_pid "$1")" TERM 60
    rm -f "$state/run/$1.pid"
}

# Each kind of host that an installation can run its chains on has a file in ops/hosts.
known_drivers() { for file in "$repository"/ops/hosts/*.sh; do basename "$file" .sh; done; }

# choose_driver [NAME]: the installation's kind of host; docker unless an earlier run said otherwise. An installation has only one.
choose_driver() {
    local earlier
    earlier=$(remembered driver)
    driver=${1:-${earlier:-docker}}
    [[ -f $repository/ops/hosts/$driver.sh ]] || fail "there is no host of the kind $driver" "Known are: $(known_drivers | paste -sd ' ')"
    [[ -z $earlier || $earlier == "$driver" ]] ||
        fail "this installation is on $earlier" "ops/down --purge removes it; then ops/up --driver $driver makes another."
    [[ -n $earlier ]] || remember driver "$driver"
    # shellcheck source=ops/hosts/docker.sh
    source "$repository/ops/hosts/$driver.sh"
}

# clear_machine URL INSTALLATION: removes containers, networks and volumes with the installation's label from one Docker; other
# objects are never named.
clear_machine() {
    local url=$1 filter=label=continuo.installation=$2
    docker --host "$url" ps --all --quiet --filter "$filter" | xargs --no-run-if-empty docker --host "$url" rm --force --volumes > /dev/null
    docker --host "$url" network ls --quiet --filter "$filter" | xargs --no-run-if-empty docker --host "$url" network rm > /dev/null
    docker --host "$url" volume ls --quiet --filter "$filter" | xargs --no-run-if-empty docker --host "$url" volume rm > /dev/null
}

curl_options=()

# api KEY-FILE METHOD PATH [JSON]: the answer on stdout; on an error, what the API said, and status 1.
# The key does not go through the arguments: they show in the process list.
api() {
    local key=$1 method=$2 path=$3 answer
    if answer=$(curl --silent --show-error --fail-with-body --max-time 60 --request "$method" \
        --header @<(printf 'Authorization: Bearer %s' "$(< "$key")") \
        ${4:+--header 'Content-Type: application/json' --data "$4"} "${curl_options[@]}" "$api_url$path"); then
        printf '%s\n' "$answer"
    else
        say "$method $path: $(jq --raw-output '"\(.code): \(.detail)"' <<< "$answer" 2> /dev/null || printf '%s' "$answer")"
        return 1
    fi
}

engine_ready() { curl --silent --fail --output /dev/null --max-time 5 "$api_url/readyz"; }

# remembered NAME: the value that an earlier run wrote to .continuo/settings.
remembered() { [[ ! -f $state/settings ]] || sed -n "s/^$1=//p" "$state/settings" | tail -n 1; }

remember() { printf '%s=%s\n' "$1" "$2" >> "$state/settings"; }

api_url=http://127.0.0.1:$(remembered engine)

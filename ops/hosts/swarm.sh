# shellcheck shell=bash
# The host of an installation that runs its chains on a swarm: two machines in namespaces of this one. See docker.sh.

# shellcheck disable=SC2034  # used by those who source this
start_host() {
    mapfile -t daemons < <(ops/testbed/swarm start "$state/swarm")
    [[ ${#daemons[@]} == 2 ]] || fail "the swarm does not start" "See the log of each machine in $state/swarm."
    endpoint=${daemons[0]}
    address=$(docker --host "$endpoint" info --format '{{.Swarm.NodeAddr}}')
}

clear_host() {
    [[ -d $state/swarm ]] || return 0
    start_host
    local kind filter=label=continuo.installation=$1
    for kind in service config secret; do
        docker --host "$endpoint" "$kind" ls --quiet --filter "$filter" | xargs --no-run-if-empty docker --host "$endpoint" "$kind" rm > /dev/null
    done
    local daemon
    for daemon in "${daemons[@]}"; do
        clear_machine "$daemon" "$1"
    done
}

stop_host() { ops/testbed/swarm stop "$state/swarm"; }

see_nodes() { printf 'docker --host %s service ls' "$endpoint"; }

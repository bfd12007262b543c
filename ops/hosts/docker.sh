# shellcheck shell=bash
# The host of an installation that runs its chains on a Docker of this machine. Sourced by ops/installation.sh, as every other
# kind of host that ops/up --driver knows:
#
#   start_host    starts it unless it runs, and sets
#                   endpoint  where its API answers
#                   address   where its chains' ports are reached
#                   daemons   the Dockers that need the chains' images
#                   allow     what the agent is allowed to reach, if not just the endpoint
#                   credentials   what the host asks for, as JSON, if anything
#   clear_host    removes what an agent made on it and could not remove any more, by the label of the installation in $1
#   stop_host     stops it, if ops/up started it
#   see_nodes     prints a command that shows the chains' nodes

# A Docker that answers is used; ours, once made, stays in use.
start_host() {
    local url
    url=$(remembered docker-url)
    url=${DOCKER_HOST:-${url:-unix:///var/run/docker.sock}}
    if [[ -d $state/docker || $url != unix://* ]] || ! docker --host "$url" info > /dev/null 2>&1; then
        url=$(ops/testbed/docker start "$state/docker")
    else
        say "using the Docker at $url"
    fi
    remember docker-url "$url"
    endpoint=$url address=127.0.0.1 daemons=("$url")
}

# Our own dockerd has to run for that.
clear_host() {
    local url
    url=$(remembered docker-url)
    [[ ! -d $state/docker/data ]] || url=$(ops/testbed/docker start "$state/docker")
    ! docker --host "$url" info > /dev/null 2>&1 || clear_machine "$url" "$1"
}

stop_host() { ops/testbed/docker stop "$state/docker"; }

see_nodes() { printf 'docker --host %s ps' "$endpoint"; }

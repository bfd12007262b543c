# shellcheck shell=bash
# Ports for private servers: below 20000, so that they never meet the ports that are published for chains.

port_is_free() { ! ss --listening --tcp --numeric --no-header "sport = :$1" | grep -q .; }

# free_port FIRST LAST [OFFSET…]: a free port of that range (chosen at random, so that two runs seldom meet) whose neighbours
# at those offsets are free too.
free_port() {
    local first=$1 last=$2 port offset
    shift 2
    for _ in {1..200}; do
        port=$((first + RANDOM % (last - first + 1)))
        for offset in 0 "$@"; do
            port_is_free $((port + offset)) || continue 2
        done
        printf '%s' "$port"
        return
    done
    fail "found no free port from $first to $last"
}

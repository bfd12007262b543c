# shellcheck shell=bash
# Ports for private servers: below 20000, so that they never meet the ports that are published for chains.

# free_with PORT OFFSET…: the port is free, and so are its neighbours at those offsets.
free_with() {
    local offset
    for offset in 0 "${@:2}"; do
        ! ss --listening --tcp --numeric --no-header "sport = :$(($1 + offset))" | grep -q . || return 1
    done
}

# free_port FIRST LAST [OFFSET…]: such a port of that range, chosen at random, so that two runs seldom meet.
free_port() {
    local port
    for _ in {1..200}; do
        port=$(($1 + RANDOM % ($2 - $1 + 1)))
        ! free_with "$port" "${@:3}" || { printf '%s' "$port"; return; }
    done
    fail "found no free port from $1 to $2"
}

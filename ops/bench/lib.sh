# shellcheck shell=bash
# What the benches have in common: release programs, private servers, an installation, a table, and the last line's verdict.
#
# A bench measures its subject beside its yardstick, in pairs of the same run, one after the other, and compares the medians of
# the pairs' ratios: machines are noisy, so ratios count. It fails only when it could not measure.

# shellcheck source=ops/console.sh
source "$(dirname "${BASH_SOURCE[0]}")/../console.sh"
# shellcheck source=ops/free-port.sh
source "$(dirname "${BASH_SOURCE[0]}")/../free-port.sh"
# shellcheck source=ops/processes.sh
source "$(dirname "${BASH_SOURCE[0]}")/../processes.sh"

repository=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
bench_files=$repository/ops/bench
# What a bench fetches (packages of other languages) and keeps for the next run.
bench_cache=$repository/.build/bench

# begin: a folder for this run, and its end whatever happens.
begin() {
    cd "$repository"
    scratch=$(mktemp --directory /tmp/continuo-bench.XXXXXX)
    started=()
    trap finish EXIT
    trap 'exit 130' INT TERM
}

finish() {
    trap - EXIT
    stop_started
    local server
    for server in docker rabbitmq postgres; do
        [[ ! -d $scratch/$server ]] || "ops/testbed/$server" stop "$scratch/$server" || true
    done
    as_root rm -rf "$scratch"
}

# launch_program LOG COMMAND…: starts it in the background; it is ended with the run. Sets launched_pid.
launch_program() {
    local log=$1
    shift
    "$@" < /dev/null > "$scratch/$log.log" 2>&1 &
    launched_pid=$!
    started+=("$launched_pid")
}

stop_started() {
    local pid
    for pid in "${started[@]}"; do send_signal TERM "$pid"; done
    for pid in "${started[@]}"; do wait_until 15 gone "$pid" || send_signal KILL "$pid"; done
    started=()
}

# end_program PID: ends one of them now.
end_program() {
    end_process "$1" TERM 15
    local pid left=()
    for pid in "${started[@]}"; do [[ $pid == "$1" ]] || left+=("$pid"); done
    started=("${left[@]}")
}

# programs: sets bin, the folder of the release programs: built as ops/up builds them, unless CONTINUO_PROGRAMS names another.
programs() {
    bin=${CONTINUO_PROGRAMS:-}
    [[ -z $bin ]] || return 0
    local options=(--configuration release -Xswiftc -static-stdlib)
    say "building the release programs"
    swift build "${options[@]}" >&2 || fail "the build failed"
    bin=$(swift build "${options[@]}" --show-bin-path)
}

# need PACKAGE…: Debian's packages that only benches want.
need() {
    local package missing=()
    for package in "$@"; do
        [[ $(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2> /dev/null) == installed ]] || missing+=("$package")
    done
    [[ ${#missing[@]} == 0 ]] || as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends "${missing[@]}" >&2
}

# python_with PACKAGE…: sets python, an interpreter that has these packages of PyPI.
python_with() {
    python=$bench_cache/venv/bin/python
    need python3-venv
    [[ -x $python ]] || python3 -m venv "$bench_cache/venv"
    "$python" -m pip install --quiet --disable-pip-version-check "$@" >&2 || fail "the packages $* can't be installed" "Is PyPI reachable?"
}

# servers: starts PostgreSQL and RabbitMQ, durable as in production; sets database_url, amqp_url and amqp_admin_url.
servers() {
    local urls
    database_url=$(ops/testbed/postgres start "$scratch/postgres" "$(free_port 3000 5900)")
    urls=$(ops/testbed/rabbitmq start "$scratch/rabbitmq" "$(free_port 6000 9900 10000 10001 10002)")
    amqp_url=${urls%%$'\n'*} amqp_admin_url=${urls##*$'\n'}
}

sql() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$database_url" "$@"; }

# installation: a ledger with a site, an admin and a tenant; sets admin_key and tenant_key.
installation() {
    export CONTINUO_DATABASE_URL=$database_url CONTINUO_AMQP_URL=$amqp_url CONTINUO_ROOT_KEY_FILE=$scratch/root-key
    export CONTINUO_LOG_LEVEL=warning
    {
        "$bin/continuo-engine" root-key --out "$scratch/root-key"
        "$bin/continuo-engine" migrate
        "$bin/continuo-engine" site add default --agent-file "$scratch/site.json"
        "$bin/continuo-engine" tenant add acme
        "$bin/continuo-engine" key add --role admin --key-file "$scratch/admin-key"
        "$bin/continuo-engine" key add --role tenant --tenant acme --key-file "$scratch/tenant-key"
    } >&2
    admin_key=$(< "$scratch/admin-key") tenant_key=$(< "$scratch/tenant-key")
}

# engine: starts one; sets url and engine_pid.
engine() {
    local port
    port=$(free_port 15500 15999)
    CONTINUO_LISTEN=127.0.0.1:$port launch_program engine "$bin/continuo-engine" serve
    url=http://127.0.0.1:$port engine_pid=$launched_pid
    wait_until 60 curl --silent --fail --output /dev/null "$url/healthz" || fail_with_log "the engine does not answer" "$scratch/engine.log"
}

# watchdog: sets watchdog_pid.
watchdog() {
    launch_program watchdog "$bin/continuo-watchdog"
    watchdog_pid=$launched_pid
}

# memory_host NAME: sets memory_socket.
memory_host() {
    memory_socket=$scratch/$1.sock
    launch_program "$1" "$bin/continuo-memory-host" --socket "$memory_socket"
    wait_until 30 test -S "$memory_socket" || fail_with_log "the memory host does not start" "$scratch/$1.log"
}

# agent DRIVER CONCURRENCY ENDPOINT…: one that may reach these; sets agent_pid.
agent() {
    local endpoint allowed=()
    for endpoint in "${@:3}"; do allowed+=(--allow "$endpoint"); done
    launch_program "agent-${#started[@]}" "$bin/continuo-agent" --driver "$1" --site default --site-file "$scratch/site.json" \
        "${allowed[@]}" --concurrency "$2"
    agent_pid=$launched_pid
}

# api METHOD PATH [JSON]: a call as the admin; prints the answer.
api() {
    local body=()
    [[ $# -lt 3 ]] || body=(--header 'Content-Type: application/json' --data "$3")
    curl --silent --show-error --fail-with-body --max-time 30 --request "$1" --config - "${body[@]}" "$url$2" \
        <<< "header = \"Authorization: Bearer $admin_key\"" || fail "$1 $2 failed"
}

# server_pid NAME: of a server that `servers` started.
server_pid() {
    case $1 in
        postgres) head -n 1 "$scratch/postgres/data/postmaster.pid" ;;
        rabbitmq) cat "$scratch/rabbitmq/pid" ;;
    esac
}

# processor_time PID…: hundredths of a second that these and all that they started have used.
processor_time() {
    local pid family=()
    for pid in "$@"; do mapfile -t -O "${#family[@]}" family < <(with_descendants "$pid"); done
    for pid in "${family[@]}"; do sed 's/.*) //' "/proc/$pid/stat" 2> /dev/null || true; done |
        awk '{ sum += $12 + $13 + $14 + $15 } END { print sum + 0 }'
}

with_descendants() {
    local child
    echo "$1"
    for child in $(pgrep --parent "$1" || true); do with_descendants "$child"; done
}

# median NUMBER…: of an even count the mean of the middle two.
median() { printf '%s\n' "$@" | sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# ratio A B
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (b == 0) exit 1; printf "%.4f", a / b }'; }

# row CELL…: a line of the table; the first cell is wide.
row() {
    local cell
    printf '| %-44s' "$1"
    shift
    for cell in "$@"; do printf ' | %12s' "$cell"; done
    printf ' |\n'
}

# verdict NAME RATIO ≥|≤ LIMIT: the last line for a number that is to be held.
verdict() {
    local held
    held=$(awk -v r="$2" -v limit="$4" -v sense="$3" 'BEGIN { print ((sense == "≥" ? r >= limit : r <= limit) ? "held" : "missed") }')
    printf '%s: ratio %.2f, hold %s %s: %s\n' "$1" "$2" "$3" "$4" "$held"
}

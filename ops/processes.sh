# shellcheck shell=bash
# Processes that a script starts in the background and later stops, known by their process ids.

# runs_as PID WORD: the process lives and WORD is in its command line (a number alone may have been given to another process).
runs_as() { [[ -n $1 ]] && tr '\0' ' ' 2> /dev/null < "/proc/$1/cmdline" | grep -qF -- "$2"; }

# wait_until SECONDS COMMAND…: repeats the command until it succeeds.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [[ $SECONDS -lt $deadline ]] || return 1
        sleep 0.1
    done
}

gone() { [[ ! -d /proc/$1 ]] || grep -q '^State:.Z' "/proc/$1/status" 2> /dev/null; }

# end_process PID SIGNAL SECONDS: asks it to end, and kills it if it does not.
end_process() {
    send_signal "$2" "$1"
    wait_until "$3" gone "$1" && return
    say "process $1 did not end in $3 s: killing it"
    send_signal KILL "$1"
    wait_until 10 gone "$1"
}

send_signal() { kill "-$1" "$2" 2> /dev/null || gone "$2" || as_root kill "-$1" "$2" 2> /dev/null || true; }

# fail_with_log MESSAGE LOG: ends the script, showing the log's last lines.
fail_with_log() {
    [[ ! -f $2 ]] || tail -n 15 "$2" >&2
    fail "$1" "The whole log is $2."
}

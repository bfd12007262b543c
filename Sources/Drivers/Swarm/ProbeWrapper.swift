import DockerEngine
import Drivers
import Model

/// How a node's probe runs on a swarm.
///
/// A swarm answers a name only once the container's health check has passed, and kills a container whose check fails. Nodes that
/// need one another to be healthy would wait for each other's names for ever. So the check that the swarm makes passes at first:
/// until the probe has passed once, or its time of grace is over, a failure says nothing. When the probe passes for the first time
/// the container says so in its log (`ready`), which is how the driver learns it: a manager's API tells no container's health.
enum ProbeWrapper {
    static let ready = "continuo: the node's probe passes"

    /// Daemons before API 1.44 know no other interval for the start, and every check costs a process: so checks follow each other
    /// closely, and each waits itself once the probe has passed. What the script remembers lies in memory and ends with the container.
    private static let script = #"""
        memory=/dev/shm/continuo-probe patience=$1 interval=$2
        shift 2
        if [ -e $memory.passed ]; then
            if command -v sleep > /dev/null; then sleep "$interval"; else busybox sleep "$interval"; fi
            exec "$@"
        fi
        if said=$("$@" 2>&1); then
            : > $memory.passed
            echo "$0" > /proc/1/fd/1
            exit 0
        fi
        failures=0
        if [ -e $memory.failures ]; then read -r failures < $memory.failures; fi
        echo $((failures + 1)) > $memory.failures
        echo "$said"
        [ "$failures" -lt "$patience" ]
        """#

    /// Milliseconds between two checks; what a check itself takes comes on top.
    private static let pause = 250

    static func check(_ probe: PlannedProbe) -> Healthcheck {
        let second = 1_000_000_000
        let patience = (probe.grace + 1) * 1000 / pause
        return .init(
            test: ["CMD", "/bin/sh", "-c", script, ready, String(patience), String(probe.interval)] + probe.insideCommand,
            interval: second / 1000 * pause, timeout: (probe.interval + probe.timeout) * second, startPeriod: probe.grace * second
        )
    }

    /// After so many seconds of running, a node whose probe had not passed would have been killed.
    static func seconds(untilProven probe: PlannedProbe) -> Int {
        3 * (probe.grace + 1) + 4 * (1 + probe.timeout)
    }
}

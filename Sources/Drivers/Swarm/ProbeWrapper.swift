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

    /// Without arguments of its own, so that it works with every `/bin/sh`. What it remembers lies in memory and ends with the container.
    private static let script = #"""
        memory=/dev/shm/continuo-probe patience=$1
        shift
        if [ -e $memory.passed ]; then exec "$@"; fi
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

    static func check(_ probe: PlannedProbe) -> ServiceSpec.Healthcheck {
        let second = 1_000_000_000
        // Daemons before API 1.44 have no other interval for the start: with a long one every start would take that long.
        let interval = min(probe.interval, 2)
        let patience = probe.grace / interval + 1
        return .init(
            test: ["CMD", "/bin/sh", "-c", script, ready, String(patience)] + probe.insideCommand, interval: interval * second,
            timeout: probe.timeout * second, startPeriod: probe.grace * second, startInterval: second / 4)
    }

    /// After so many seconds of running, a node whose probe had not passed would have been killed.
    static func seconds(untilProven probe: PlannedProbe) -> Int {
        probe.grace + 4 * (min(probe.interval, 2) + probe.timeout)
    }
}

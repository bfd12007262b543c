import Curl
import DockerEngine
public import Drivers
public import Model

extension DockerDriver {
    public func observe(_ host: HostTarget, _ context: WorkContext) async throws(WorkError) -> HostObservation {
        let daemon = try await daemon(of: host, context)
        let found = Found(
            containers: try await daemon.containers(), networks: try await daemon.networks(), volumes: try await daemon.volumes()
        ).made(for: host.id)
        return try await explained(Observation(found).host(), found, daemon, context)
    }

    /// What an unhealthy node's last probe said. The list of containers doesn't tell; so many are asked for at most.
    private func explained(
        _ observation: HostObservation, _ found: Found, _ daemon: Daemon, _ context: WorkContext
    ) async throws(WorkError) -> HostObservation {
        var observation = observation
        var questions = 20
        for chain in observation.chains.indices {
            for node in observation.chains[chain].nodes.indices where questions > 0 {
                let seen = observation.chains[chain].nodes[node]
                guard seen.state == .running, seen.health == .unhealthy, let id = seen.object else { continue }
                questions -= 1
                let said = try await daemon.container(id)?.state.health?.log?.last?.output ?? ""
                let shown = found.cleaned(said, of: observation.chains[chain].id, incarnation: seen.incarnation, context)
                observation.chains[chain].nodes[node].detail = "its probe fails" + (shown.isEmpty ? "" : ": \(shown.prefix(400))")
            }
        }
        return observation
    }

    /// The daemon filters by label, and knows labels of containers alone in its events: what happens to networks and volumes is
    /// seen by the next look. Probes make three events each time: only what matters is asked for.
    public func signals(
        _ host: HostTarget, _ context: WorkContext
    ) async throws(WorkError) -> AsyncThrowingStream<Void, any Error> {
        let daemon = try await daemon(of: host, context)
        let filters = try Filters([
            "type": ["container"], "label": ["\(ObjectLabels.Name.installation)=\(context.installation)"],
            "event": [
                "create", "start", "die", "stop", "kill", "oom", "destroy", "pause", "unpause", "restart", "health_status",
            ],
        ])
        let events = try await daemon.stream(Request.path("events", query: [("filters", filters.text)]))
        guard events.status == 200 else {
            throw WorkError(.transient, .hostRefused, "the daemon does not tell its events: status \(events.status)")
        }
        return AsyncThrowingStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let reading = Task {
                do {
                    for try await _ in events.body { continuation.yield() }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in reading.cancel() }
        }
    }
}

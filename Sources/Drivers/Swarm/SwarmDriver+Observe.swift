import Curl
import DockerEngine
public import Drivers
public import Model

extension SwarmDriver {
    /// Between two looks at what became of containers, of which the manager tells no events.
    private static let lookAgain = Duration.seconds(3)

    public func observe(_ host: HostTarget, _ context: WorkContext) async throws(WorkError) -> HostObservation {
        let daemon = try await daemon(of: host, context)
        return Observation(try await Found(daemon).made(for: host.id)).host()
    }

    /// The manager's own events tell of services and machines; what becomes of containers is asked for every few seconds.
    public func signals(
        _ host: HostTarget, _ context: WorkContext
    ) async throws(WorkError) -> AsyncThrowingStream<Void, any Error> {
        let daemon = try await daemon(of: host, context)
        let before = try await daemon.lives()
        let filters = try Filters(["type": ["service", "node"], "event": ["create", "update", "remove"]])
        let events = try await daemon.stream(Request.path("events", query: [("filters", filters.text)]))
        guard events.status == 200 else {
            throw WorkError(.transient, .hostRefused, "the manager does not tell its events: status \(events.status)")
        }
        return AsyncThrowingStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let listening = Task {
                do {
                    for try await _ in events.body { continuation.yield() }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            let looking = Task {
                do {
                    var seen = before
                    while true {
                        try await Task.sleep(for: Self.lookAgain)
                        let now = try await daemon.lives()
                        if now != seen { continuation.yield() }
                        seen = now
                    }
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in
                listening.cancel()
                looking.cancel()
            }
        }
    }
}

extension Daemon {
    /// How all containers that should run are.
    fileprivate func lives() async throws(WorkError) -> [String: String] {
        Dictionary(try await tasks().map { ($0.id, $0.status.state) }) { first, _ in first }
    }
}

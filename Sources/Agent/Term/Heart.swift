internal import Logging
internal import Model
internal import ServiceLifecycle
internal import Wire

/// Tells the watchdogs every 5 s that this agent lives and what it works on; each confirmed heartbeat renews the term.
struct Heart: Service {
    static let interval = Duration.seconds(5)
    private static let retry = Duration.seconds(1)

    let presence: @Sendable () -> AgentPresence
    let reporter: Reporter
    let term: TermKeeper
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let pause = await beat() ? Self.interval : Self.retry
                try? await Task.sleep(for: pause)
            }
        }
    }

    private func beat() async -> Bool {
        let sentAt = ContinuousClock.now
        if await reporter.tell(.heartbeat(presence()), within: Self.interval) {
            term.renew(sentAt: sentAt)
            return true
        }
        if !Task.isCancelled { logger.warning("heartbeat not confirmed", metadata: ["mayAct": "\(term.isRunning)"]) }
        return false
    }
}

internal import Drivers
internal import Model
internal import Wire

/// Looks at one host for one request, and goes on looking until something differs from what the ledger knows.
///
/// It subscribes to the host's signals before it looks, so that no change falls between the two.
struct HostWatch: Sendable {
    /// Several signals of one change come close together: the first waits for the others.
    private static let debounce = Duration.milliseconds(200)
    private static let longestHold = 60.0

    private enum Event {
        case signal
        /// The host ended the stream of signals.
        case ended
    }

    let driver: any Driver
    let context: WorkContext
    let request: ObserveRequest

    /// - Throws: what the driver throws; `cancelled` when the task was cancelled.
    func run() async throws(WorkError) -> Report.Observation.Result {
        let signals = try await driver.signals(request.host, context)
        if let seen = try await look() { return seen }
        let (events, sink) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(1))
        let pump = Task { await Self.pump(signals, into: sink) }
        let hold = Task {
            try? await Task.sleep(for: .seconds(min(max(request.hold, 0), Self.longestHold)))
            sink.finish()
        }
        defer {
            pump.cancel()
            hold.cancel()
        }
        return try await wait(for: events)
    }

    private func wait(for events: AsyncStream<Event>) async throws(WorkError) -> Report.Observation.Result {
        for await event in events {
            try? await Task.sleep(for: Self.debounce)
            if let seen = try await look() { return seen }
            if event == .ended { return .unchanged }
        }
        try context.mayAct()
        return .unchanged
    }

    /// `nil`: as the ledger knows it.
    private func look() async throws(WorkError) -> Report.Observation.Result? {
        let observation = try await driver.observe(request.host, context)
        return ObservationDigest.text(observation) == request.digest ? nil : .seen(observation)
    }

    private static func pump(_ signals: AsyncThrowingStream<Void, any Error>, into sink: AsyncStream<Event>.Continuation) async {
        do {
            for try await _ in signals { sink.yield(.signal) }
        } catch {
            // Why the stream broke is told by the look that follows.
        }
        sink.yield(.ended)
    }
}

internal import Model
internal import Synchronization

/// The hosts that are being watched, each for one request: the one with the highest number.
final class HeldHosts: Sendable {
    private struct Held {
        let number: Int
        let stop: @Sendable () -> Void
    }

    private struct State {
        var hosts: [HostID: Held] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Takes the place of an older request, which is stopped: the ledger does not wait for it any more.
    /// - Returns: `false` when a newer one is held, or when the agent goes away.
    func begin(_ host: HostID, number: Int, stop: @escaping @Sendable () -> Void) -> Bool {
        let (isTaken, older): (Bool, Held?) = state.withLock { state in
            let held = state.hosts[host]
            guard !state.isClosed, held.map({ $0.number < number }) ?? true else { return (false, nil) }
            state.hosts[host] = Held(number: number, stop: stop)
            return (true, held)
        }
        older?.stop()
        return isTaken
    }

    func end(_ host: HostID, number: Int) {
        state.withLock { state in
            if state.hosts[host]?.number == number { state.hosts[host] = nil }
        }
    }

    /// Stops all, and lets none begin any more.
    func close() {
        let all = state.withLock { state in
            state.isClosed = true
            return Array(state.hosts.values)
        }
        for held in all { held.stop() }
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }
}

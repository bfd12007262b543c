import Ledger
import Synchronization

/// Keys as the ledger has them, remembered for a few seconds so that not every call asks it. A revoked key works that long.
final class KeyRing: KeyHolder {
    private struct Entry {
        let key: HeldKey
        let until: ContinuousClock.Instant
    }

    private static let memory = Duration.seconds(5)
    private static let limit = 10_000

    private let ledger: Ledger
    private let entries = Mutex<[String: Entry]>([:])

    init(ledger: Ledger) {
        self.ledger = ledger
    }

    func key(_ id: String) async throws -> HeldKey? {
        let now = ContinuousClock.now
        if let entry = entries.withLock({ $0[id] }), entry.until > now { return entry.key }
        guard let stored = try await ledger.key(id) else { return nil }
        let key = HeldKey(
            secretHash: stored.secretHash, caller: Caller(key: stored.id, role: stored.role, tenant: stored.tenant))
        remember(key, until: now + Self.memory)
        return key
    }

    private func remember(_ key: HeldKey, until: ContinuousClock.Instant) {
        entries.withLock { entries in
            if entries.count >= Self.limit { entries.removeAll() }
            entries[key.caller.key] = Entry(key: key, until: until)
        }
    }
}

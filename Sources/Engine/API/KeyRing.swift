import Ledger
import Synchronization

/// Keys as the ledger has them, remembered for a few seconds so that not every call asks it. A revoked key works that long. That
/// there is no such key is remembered too, so that callers without one do not keep the database busy.
final class KeyRing: KeyHolder {
    private struct Entry {
        /// `nil`: there is no such key.
        let key: HeldKey?
        let until: ContinuousClock.Instant
    }

    private static let memory = Duration.seconds(5)
    private static let limit = 10_000

    private let ledger: Ledger
    private let known = Mutex<[String: Entry]>([:])
    private let unknown = Mutex<[String: Entry]>([:])

    init(ledger: Ledger) {
        self.ledger = ledger
    }

    func key(_ id: String) async throws -> HeldKey? {
        let now = ContinuousClock.now
        if let entry = known.withLock({ $0[id] }) ?? unknown.withLock({ $0[id] }), entry.until > now { return entry.key }
        let key = try await ledger.key(id).map { stored in
            HeldKey(secretHash: stored.secretHash, caller: Caller(key: stored.id, role: stored.role, tenant: stored.tenant))
        }
        let entry = Entry(key: key, until: now + Self.memory)
        // Apart from each other: invented keys do not crowd out real ones.
        if key == nil {
            unknown.withLock { Self.remember(id, entry, in: &$0) }
        } else {
            known.withLock { Self.remember(id, entry, in: &$0) }
        }
        return key
    }

    private static func remember(_ id: String, _ entry: Entry, in entries: inout [String: Entry]) {
        if entries.count >= limit { entries.removeAll() }
        entries[id] = entry
    }
}

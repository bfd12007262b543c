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
        let key = try await ledger.key(id).flatMap { $0.revokedAt == nil ? HeldKey($0) : nil }
        let entry = Entry(key: key, until: now + Self.memory)
        // Apart from each other: invented keys do not crowd out real ones.
        if key == nil {
            unknown.withLock { Self.remember(id, entry, in: &$0) }
        } else {
            known.withLock { Self.remember(id, entry, in: &$0) }
        }
        return key
    }

    /// A key that was changed here is looked up anew.
    func forget(_ id: String) {
        known.withLock { $0[id] = nil }
        unknown.withLock { $0[id] = nil }
    }

    private static func remember(_ id: String, _ entry: Entry, in entries: inout [String: Entry]) {
        if entries.count >= limit { entries.removeAll() }
        entries[id] = entry
    }
}

extension HeldKey {
    fileprivate init(_ stored: StoredKey) {
        self.init(
            secretHash: stored.secretHash,
            caller: Caller(key: stored.id, role: stored.role, tenant: stored.tenant, isLimited: stored.isLimited),
            expiresAt: stored.expiresAt)
    }
}

/// Which statements a connection has prepared, under which names; the least recently used go first.
struct StatementCache {
    struct Key: Hashable {
        let sql: String
        let types: [PostgresType]
    }

    /// What must be sent before a statement can be executed.
    struct Plan: Equatable {
        let name: String
        let mustPrepare: Bool
        /// Prepared statements to deallocate; given back with `notDeallocated` if that fails.
        let evicted: [String]
    }

    private struct Entry {
        let name: String
        var lastUse: Int
    }

    private let limit: Int
    private var entries: [Key: Entry] = [:]
    /// Forgotten here, not yet on the server.
    private var evicted: [String] = []
    private var uses = 0

    init(limit: Int) {
        self.limit = limit
    }

    mutating func plan(for key: Key) -> Plan {
        uses += 1
        if let entry = entries[key] {
            entries[key]?.lastUse = uses
            return Plan(name: entry.name, mustPrepare: false, evicted: [])
        }
        if entries.count >= limit { evictOldest() }
        let name = "s\(uses)"
        entries[key] = Entry(name: name, lastUse: uses)
        defer { evicted = [] }
        return Plan(name: name, mustPrepare: true, evicted: evicted)
    }

    private mutating func evictOldest() {
        guard let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
        entries[oldest.key] = nil
        evicted.append(oldest.value.name)
    }

    /// The server did not prepare it.
    mutating func notPrepared(_ key: Key) {
        entries[key] = nil
    }

    mutating func notDeallocated(_ name: String) {
        evicted.append(name)
    }

    /// The server's plans are no longer good: all are made anew, under new names.
    mutating func evictAll() {
        evicted += entries.values.map(\.name)
        entries = [:]
    }
}

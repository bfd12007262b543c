import FoundationEssentials
public import Model
import PostgreSQL

extension Ledger {
    /// Open ones and lifted ones, in the order of their ids.
    public func holds(_ page: PageRequest = PageRequest()) async throws(LedgerError) -> Page<Hold> {
        try await session { session in
            try session.page(
                Statement("SELECT * FROM holds WHERE id > $1 ORDER BY id LIMIT $2", page.start, page.limit + 1),
                limit: page.limit, id: { $0.id.description }, { try Hold($0) })
        }
    }

    /// Decides that the ledger's word counts again on a host that knows more: its chains are made as the ledger wants them, and
    /// what is unknown is removed after another grace period, once no hold is open any more.
    ///
    /// - Throws: `notFound`; `conflict(hold-lifted)`.
    public func lift(_ id: HoldID) async throws(LedgerError) -> Hold {
        try await change { try $0.lift(id) }
    }

    /// On hosts that are not gone, in the order of the chains' ids.
    public func orphans(_ page: PageRequest = PageRequest()) async throws(LedgerError) -> Page<Orphan> {
        try await session { session in
            try session.page(
                Statement(
                    """
                    SELECT o.* FROM orphans o JOIN hosts h ON h.id = o.host
                    WHERE o.chain > $1 AND h.status <> 'gone' ORDER BY o.chain LIMIT $2
                    """, page.start, page.limit + 1),
                limit: page.limit, id: { $0.chain.description }, { try Orphan($0) })
        }
    }
}

extension Book {
    func lift(_ id: HoldID) throws -> Hold {
        guard let host = try store.hold(id)?.host else { throw LedgerError.notFound(what: "hold", id: id.description) }
        try lock(hosts: [host])
        guard var hold = try store.hold(id), hold.liftedAt == nil else {
            throw LedgerError.conflict(code: "hold-lifted", detail: "the hold has been lifted before")
        }
        hold.liftedAt = now
        try store.lift(hold)
        try load(chains: hold.chains.keys)
        for (id, seen) in hold.chains.sorted(by: { $0.key.description < $1.key.description }) { try resume(id, above: seen) }
        return hold
    }

    private func resume(_ id: ChainID, above seen: SeenAhead) throws {
        guard var entry = chains[id], entry.chain.isBehind else { return }
        let kind = entry.now.chain.resume(above: seen)
        try makeWay(for: kind, among: openWork(of: id))
        chains[id] = entry
        _ = try add(kind, host: entry.chain.host, chain: entry.chain, priority: .tenant)
    }
}

extension Hold {
    init(_ row: Row) throws {
        let chains: [String: SeenAhead] = try row.json("chains")
        self.init(
            id: try row.id("id"), host: try row.id("host"), at: try row["at"], ledgerSequence: try row["ledger_sequence"],
            hostSequence: try row["host_sequence"],
            chains: Dictionary(
                chains.compactMap { key, seen in ChainID(key).map { ($0, seen) } }, uniquingKeysWith: { first, _ in first }),
            liftedAt: try row["lifted_at"])
    }
}

extension Orphan {
    fileprivate init(_ row: Row) throws {
        self.init(
            host: try row.id("host"), chain: try row.id("chain"), sequence: try row["sequence"], objects: try row.json("objects"),
            firstSeenAt: try row["first_seen_at"], lastSeenAt: try row["last_seen_at"])
    }
}

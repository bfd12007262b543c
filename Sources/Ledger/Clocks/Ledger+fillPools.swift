public import FoundationEssentials
import Model
import PostgreSQL

extension Ledger {
    /// Makes the chains that pools miss.
    ///
    /// - Parameter limit: at most so many in one go.
    public func fillPools(as leader: UUID, limit: Int = 500) async throws(LedgerError) -> Int {
        try await pass(as: leader) { book in
            let places = try book.placesForPools(limit: limit)
            try book.lock(hosts: Set(places.map(\.host)))
            return try places.compactMap { try book.makeIfPossible($0.wish, on: $0.host) }.count
        }
    }
}

extension Book {
    fileprivate struct Place {
        var host: HostID
        var wish: Wish
    }

    /// Where chains are to be made, decided before any host is locked, so that they can be locked in order.
    fileprivate func placesForPools(limit: Int) throws -> [Place] {
        var rooms = try rooms("schedulable AND autofill")
        guard !rooms.isEmpty else { return [] }
        let counts = try unleasedChains()
        var places: [Place] = []
        for row in try session.query("SELECT * FROM pools ORDER BY id") {
            let pool = try Model.Pool(row)
            let wish = Wish(plan: pool.plan, parameters: pool.parameters, pool: pool.id, priority: .filling)
            for host in pool.missing(unleased: counts[pool.id] ?? 0, rooms: rooms, most: limit - places.count) {
                places.append(Place(host: host, wish: wish))
                rooms = rooms.map { $0.host == host ? HostRoom(host: host, free: $0.free - 1) : $0 }
            }
        }
        return places
    }

    /// For each pool, how many of its chains are in nobody's hands and not on their way out. A failed one counts until it is
    /// replaced: where chains can't be made, a pool does not fill its hosts with failures.
    private func unleasedChains() throws -> [PoolID: Int] {
        let rows = try session.query(
            """
            SELECT pool, count(*) AS count FROM chains
            WHERE pool IS NOT NULL AND lease IS NULL AND phase NOT IN ('deleting', 'gone') GROUP BY pool
            """)
        var counts: [PoolID: Int] = [:]
        for row in rows { counts[try row.id("pool")] = try row.decode("count") }
        return counts
    }
}

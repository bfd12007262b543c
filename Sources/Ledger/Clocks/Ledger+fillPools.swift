public import FoundationEssentials
import Model
import PostgreSQL

extension Ledger {
    /// Makes the chains that pools miss.
    ///
    /// - Parameter limit: at most so many in one go.
    public func fillPools(as leader: UUID, limit: Int = 500) async throws(LedgerError) -> Int {
        try await pass(as: leader) { try $0.fillPools(limit: limit) }
    }
}

extension Book {
    private struct Place {
        var host: HostID
        var wish: Wish
    }

    func fillPools(limit: Int) throws -> Int {
        let preferred = try placesOfPreference(limit: limit)
        let places = try preferred + placesForPools(limit: limit - preferred.count)
        try lock(hosts: Set(places.map(\.host)))
        return try places.compactMap { try makeIfPossible($0.wish, on: $0.host) }.count
    }

    /// Where hosts are to be filled with what they prefer.
    private func placesOfPreference(limit: Int) throws -> [Place] {
        var places: [Place] = []
        for (room, recipe) in try store.preferringHosts(limit: limit) {
            let wish = Wish(plan: recipe.plan, parameters: recipe.parameters, priority: .filling)
            places += (0..<max(0, min(room.free, limit - places.count))).map { _ in Place(host: room.host, wish: wish) }
        }
        return places
    }

    /// Where chains are to be made, decided before any host is locked, so that they can be locked in order.
    private func placesForPools(limit: Int) throws -> [Place] {
        // Who waits for a chain is served before pools are refilled.
        guard try !store.hasApplicants(at: now) else { return [] }
        var rooms = try store.rooms(for: .filling, heardSince: lastWord)
        guard !rooms.isEmpty else { return [] }
        let counts = try store.unleasedChains()
        var places: [Place] = []
        for pool in try store.pools() {
            let wish = Wish(plan: pool.plan, parameters: pool.parameters, pool: pool.id, priority: .filling)
            for host in pool.missing(unleased: counts[pool.id] ?? 0, rooms: rooms, most: limit - places.count) {
                places.append(Place(host: host, wish: wish))
                rooms = rooms.map { $0.host == host ? HostRoom(host: host, free: $0.free - 1) : $0 }
            }
        }
        return places
    }
}

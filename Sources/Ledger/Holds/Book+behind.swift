import FoundationEssentials
import Model

/// What an observation says about a ledger that was restored from a backup (truth 9), and about objects that are nobody's.
extension Book {
    /// Sets apart what the ledger is behind of: those chains fail, a hold is stored, the sequence is raised above all that was seen.
    ///
    /// - Parameters:
    ///   - known: chains of the host at rest; of those that are not loaded nothing is new.
    ///   - strangers: what belongs to no chain.
    ///   - foreign: which of them have a number that the ledger never gave.
    /// - Returns: the known chains that are concerned.
    func hold(
        _ known: [ObservedChain], _ strangers: [ObservedChain], ahead foreign: Set<ChainID>, on host: HostID
    ) throws -> Set<ChainID> {
        let ahead = known.filter { foreign.contains($0.id) || chains[$0.id]?.chain.isBehind($0) ?? false }
        for observed in ahead { try fallBehind(observed) }
        let all = ahead + strangers.filter { foreign.contains($0.id) }
        if !all.isEmpty {
            let chains = Dictionary(all.map { ($0.id, SeenAhead($0)) }, uniquingKeysWith: { first, _ in first })
            afterwards.append(.hold(fresh(), host, chains, now))
        }
        return Set(ahead.map(\.id))
    }

    private func fallBehind(_ observed: ObservedChain) throws {
        var chain = try chain(observed.id).chain
        let effects = chain.fellBehind(observed)
        chains[chain.id]?.now.chain = chain
        for effect in effects { try follow(effect, of: chain.id) }
    }

    /// The objects that are nobody's, as they are on hosts now.
    func note(orphans strangers: [HostID: [ObservedChain]]) {
        let orphans = strangers.map { id, chains in
            let driver = hosts[id]?.host.target.driver ?? .docker
            let orphans = chains.map {
                Orphan(
                    host: id, chain: $0.id, sequence: $0.sequence, objects: $0.references(on: driver), firstSeenAt: now,
                    lastSeenAt: now)
            }
            return (id, orphans)
        }
        afterwards.append(.orphans(Dictionary(uniqueKeysWithValues: orphans)))
    }
}

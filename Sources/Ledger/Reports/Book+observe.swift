import FoundationEssentials
import Model
import PostgreSQL

/// Seconds until a host is looked at again when some of an observation was set aside, or the look failed.
private let lookAgain = (afterSettingAside: 1.0, afterFailure: 5.0)

/// Seconds for which a chain whose repair failed is left alone.
private let repairPause = 60.0

extension Book {
    /// Takes in what an agent saw on a locked host. Only an observation newer than the last counts.
    func take(_ observation: AgentReport.Observation) throws {
        guard var looks = hosts[observation.host]?.now.looks, observation.number > looks.number else { return }
        looks.number = observation.number
        looks.after = nil
        switch observation.result {
        case .unchanged:
            looks.failures = 0
        case .seen(let seen, let digest):
            looks.failures = 0
            let complete = try take(seen, on: observation.host, observation)
            looks.digest = complete ? digest : ""
            if !complete { looks.after = now.addingTimeInterval(lookAgain.afterSettingAside) }
        case .failed:
            looks.failures += 1
            looks.digest = ""
            looks.after = now.addingTimeInterval(lookAgain.afterFailure)
        }
        hosts[observation.host]?.now.looks = looks
        let error: WorkError? = if case .failed(let error) = observation.result { error } else { nil }
        judge(observation.host, error)
    }

    private func judge(_ id: HostID, _ error: WorkError?) {
        guard let entry = hosts[id] else { return }
        var host = entry.host
        host.looked(failures: entry.now.looks.failures, error: error)
        guard host.status != entry.host.status else { return }
        hosts[id]?.now.host = host
        switch host.status {
        case .unreachable:
            // Nobody is to be given a chain that nobody can see.
            afterwards.append(
                Statement(
                    "UPDATE chains SET health = 'unknown', health_detail = $2 WHERE host = $1 AND phase = 'running'", id.uuid,
                    "the host is unreachable"))
        default:
            eased.insert(id)
        }
    }

    /// Takes over what was seen of chains at rest, and asks for repairs.
    ///
    /// - Returns: whether all that was seen could be judged.
    private func take(_ seen: HostObservation, on host: HostID, _ observation: AgentReport.Observation) throws -> Bool {
        try write()
        let known = try chainsOnHost(host, asSeenBy: observation)
        try load(chains: known.filter(\.value).keys)
        let observed = Dictionary(seen.chains.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for (id, isAtRest) in known where isAtRest {
            try compare(id, with: observed[id] ?? ObservedChain(id: id, nodes: [], sequence: 0))
        }
        for id in observed.keys where known[id] == nil { noteUnknown(id, on: host) }
        return known.values.allSatisfy { $0 }
    }

    private func compare(_ id: ChainID, with observed: ObservedChain) throws {
        var chain = try chain(id).chain
        chain.see(observed)
        chains[id]?.now.chain = chain
        guard chain.drift() != nil else { return }
        do { try accept(.repair, for: id, priority: .repair) } catch is Refusal {}
    }

    /// The chains of a host, and whether an observation may speak of them: nothing of theirs is open, nothing is newer than the
    /// observation's request or ended after it was made, and no repair has just failed.
    private func chainsOnHost(_ host: HostID, asSeenBy observation: AgentReport.Observation) throws -> [ChainID: Bool] {
        let rows = try session.query(
            """
            SELECT c.id, (newest.id IS NULL OR (newest.sequence <= $2 AND newest.ended_at <= request.asked_at
                    AND NOT (newest.kind = 'chain.repair' AND newest.status = 'failed' AND newest.ended_at > $3)))
                AND NOT EXISTS (SELECT FROM operations o WHERE o.chain = c.id AND o.ended_at IS NULL) AS at_rest
            FROM chains c
            CROSS JOIN (
                -- When an earlier request than the outstanding one was made is not known any more: then it is long ago.
                SELECT CASE WHEN observe_number = $4 THEN observe_asked_at ELSE '-infinity' END AS asked_at
                FROM hosts WHERE id = $1) AS request
            LEFT JOIN LATERAL (
                SELECT o.id, o.sequence, o.kind, o.status, o.ended_at
                FROM operations o WHERE o.chain = c.id ORDER BY o.sequence DESC LIMIT 1) AS newest ON true
            WHERE c.host = $1 AND c.phase <> 'gone'
            """, host.uuid, observation.asOf, now.addingTimeInterval(-repairPause), observation.number)
        var known: [ChainID: Bool] = [:]
        for row in rows { known[try row.id("id")] = try row.decode("at_rest") }
        return known
    }

    /// Objects with our label that the ledger knows nothing of; an operator decides.
    private func noteUnknown(_ chain: ChainID, on host: HostID) {
        afterwards.append(
            Statement(
                """
                INSERT INTO events (at, kind, host, chain, detail)
                SELECT $1, 'unknown-objects', $2, $3, '{}'
                WHERE NOT EXISTS (SELECT FROM events WHERE kind = 'unknown-objects' AND host = $2 AND chain = $3)
                """, now, host.uuid, chain.uuid))
    }
}

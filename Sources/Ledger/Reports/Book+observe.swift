import FoundationEssentials
import Model

/// Seconds until a host is looked at again when all of an observation was set aside, when little of it was, and when the work is done
/// because of which it was. The busier a host is, the less is a look at it worth, and each lists all that is there.
private let lookAgain = (afterSettingAll: 8.0, afterSettingLittle: 1.0, afterWork: 0.5)

/// Seconds for which a chain whose repair failed is left alone.
private let repairPause = 60.0

extension Book {
    /// Takes in what an agent saw on a locked host. Only an observation newer than the last counts.
    ///
    /// - Parameter digest: of what was seen.
    func take(_ observation: Report.Observation, digest: String) throws {
        guard var looks = hosts[observation.host]?.now.looks, observation.number > looks.number else { return }
        looks.number = observation.number
        looks.after = nil
        switch observation.result {
        case .unchanged:
            looks.failures = 0
        case .seen(let seen):
            looks.failures = 0
            let aside = try take(seen, on: observation.host, observation)
            looks.digest = aside == 0 ? digest : ""
            let (least, most) = (lookAgain.afterSettingLittle, lookAgain.afterSettingAll)
            if aside > 0 { looks.after = now.addingTimeInterval(least + aside * (most - least)) }
        case .failed:
            looks.failures += 1
            looks.digest = ""
            let gap = LookPolicy().gap(afterFailures: looks.failures, jitter: moment().jitter)
            looks.after = now.addingTimeInterval(gap)
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
            afterwards.append(.loseSight(id))
        default:
            eased.insert(id)
        }
    }

    /// Takes over what was seen of chains at rest, and asks for repairs.
    ///
    /// - Returns: which part of the chains was set aside, 0 to 1.
    private func take(_ seen: HostObservation, on host: HostID, _ observation: Report.Observation) throws -> Double {
        try write()
        let standings = try store.standings(
            on: host, observation: observation, seen: seen.chains, noRepairFailedSince: now.addingTimeInterval(-repairPause))
        let resting = standings.filter { $0.value.isAtRest && !$0.value.isGone }
        try load(chains: resting.filter { !$0.value.isAsKnown }.keys)
        let observed = Dictionary(seen.chains.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let known = resting.keys.map { observed[$0] ?? ObservedChain(id: $0, nodes: [], sequence: 0) }
        let strangers = seen.chains.filter { standings[$0.id].map { $0.isGone && $0.isAtRest } ?? true }
        let ahead = try holdWhatIsAhead(known, strangers, on: host)
        for chain in known where chains[chain.id] != nil && !ahead.contains(chain.id) { try compare(chain.id, with: chain) }
        note(orphans: strangers, on: host)
        let concerned = standings.filter { !$0.value.isGone || observed[$0.key] != nil }.values
        return concerned.isEmpty ? 0 : Double(concerned.count { !$0.isAtRest }) / Double(concerned.count)
    }

    /// Hosts on which the last work has ended are looked at soon.
    func lookAtHostsAtRest() {
        let soon = now.addingTimeInterval(lookAgain.afterWork)
        for id in eased {
            guard let entry = hosts[id], entry.inFlight == 0, entry.now.looks.failures == 0 else { continue }
            if let after = entry.now.looks.after, after > soon { hosts[id]?.now.looks.after = soon }
        }
    }

    private func compare(_ id: ChainID, with observed: ObservedChain) throws {
        var chain = try chain(id).chain
        chain.see(observed)
        chains[id]?.now.chain = chain
        guard chain.drift() != nil else { return }
        do { try accept(.repair, for: id, priority: .repair) } catch is Refusal {}
    }
}

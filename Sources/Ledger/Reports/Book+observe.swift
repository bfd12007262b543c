import FoundationEssentials
import Model

/// Seconds until a host is looked at again when all of an observation was set aside, when little of it was, and when the work is done
/// because of which it was. The busier a host is, the less is a look at it worth, and each lists all that is there.
private let lookAgain = (afterSettingAll: 8.0, afterSettingLittle: 1.0, afterWork: 0.5)

/// Seconds for which a chain whose repair failed is left alone.
private let repairPause = 60.0

extension Book {
    /// Takes in what agents saw on locked hosts, all together but for a host that was seen twice: what follows from one look at it
    /// counts for the next.
    func take(_ observations: [Observed]) throws {
        var (round, later): ([Observed], [Observed]) = ([], [])
        var hosts: Set<HostID> = []
        for observed in observations {
            if hosts.insert(observed.observation.host).inserted { round.append(observed) } else { later.append(observed) }
        }
        try takeTogether(round)
        if !later.isEmpty { try take(later) }
    }

    /// Of different hosts. Only an observation newer than the last counts.
    private func takeTogether(_ observations: [Observed]) throws {
        let new = observations.filter { observed in
            hosts[observed.observation.host].map { observed.observation.number > $0.now.looks.number } ?? false
        }
        let aside = try judge(new.compactMap(\.seen))
        for observed in new { note(observed, aside: aside[observed.observation.host] ?? 0) }
    }

    /// - Parameter aside: which part of the chains was set aside, 0 to 1.
    private func note(_ observed: Observed, aside: Double) {
        let observation = observed.observation
        guard var looks = hosts[observation.host]?.now.looks else { return }
        looks.number = observation.number
        looks.after = nil
        switch observation.result {
        case .unchanged:
            looks.failures = 0
        case .seen:
            looks.failures = 0
            looks.digest = aside == 0 ? observed.digest : ""
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
    /// - Returns: for each host, which part of its chains was set aside, 0 to 1.
    private func judge(_ seen: [SeenHost]) throws -> [HostID: Double] {
        guard !seen.isEmpty else { return [:] }
        try write()
        let standings = try store.standings(seen, noRepairFailedIn: lately(repairPause), at: now)
        let looks = seen.map { Look($0, standings[$0.host] ?? [:]) }
        try load(chains: looks.flatMap(\.news))
        let foreign = try store.chainsAhead(looks.map { ($0.host, $0.known + $0.strangers) })
        for look in looks {
            let ahead = try hold(look.known, look.strangers, ahead: foreign[look.host] ?? [], on: look.host)
            for chain in look.known where chains[chain.id] != nil && !ahead.contains(chain.id) {
                try compare(chain.id, with: chain)
            }
        }
        note(orphans: Dictionary(uniqueKeysWithValues: looks.map { ($0.host, $0.strangers) }))
        return Dictionary(uniqueKeysWithValues: looks.map { ($0.host, $0.aside) })
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

/// An observation, and the digests of what was seen.
struct Observed {
    var observation: Report.Observation
    var digest: String
    var nodes: [NodesDigest]

    fileprivate var seen: SeenHost? {
        guard case .seen(let seen) = observation.result else { return nil }
        return SeenHost(
            host: observation.host, number: observation.number, asOf: observation.asOf, chains: seen.chains, nodes: nodes)
    }
}

/// What was seen on a host, as far as there is something to learn from it.
private struct Look {
    let host: HostID
    /// Of chains at rest of which something is new.
    let news: [ChainID]
    /// Chains at rest, as they were seen.
    let known: [ObservedChain]
    /// What belongs to no chain.
    let strangers: [ObservedChain]
    /// Which part of the chains is not at rest, 0 to 1.
    let aside: Double

    init(_ seen: SeenHost, _ standings: [ChainID: ChainStanding]) {
        host = seen.host
        let observed = Dictionary(seen.chains.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let resting = standings.filter { $0.value.isAtRest && !$0.value.isGone }
        news = resting.filter { !$0.value.isAsKnown }.map(\.key)
        known = resting.keys.map { observed[$0] ?? ObservedChain(id: $0, nodes: [], sequence: 0) }
        strangers = seen.chains.filter { standings[$0.id].map { $0.isGone && $0.isAtRest } ?? false }
        let concerned = observed.count + standings.keys.count { observed[$0] == nil }
        aside = concerned == 0 ? 0 : Double(standings.values.count { !$0.isAtRest }) / Double(concerned)
    }
}

import FoundationEssentials
import Model

@testable import Ledger

extension MemoryStore {
    func waiting(on windows: [(host: HostID, room: Int)], at now: Date) throws -> [OperationID] {
        try burn()
        let waiting = windows.flatMap { window in
            tables.work.values
                .filter { $0.operation.host == window.host && $0.operation.isDue(at: now) }
                .filter { isFree($0) && !isOneSuspectTooMany($0.operation) }
                .sorted { $0.operation.turn < $1.operation.turn }
                .prefix(window.room)
        }
        return waiting.sorted { $0.operation.turn < $1.operation.turn }.map(\.operation.id)
    }

    private func isOneSuspectTooMany(_ operation: Model.Operation) -> Bool {
        operation.isSuspect && !tables.suspects.isEmpty
    }

    func suspectsInFlight(_ driver: DriverKind, _ site: String) throws -> Set<OperationID>? {
        try burn()
        return tables.suspects
    }

    private func isFree(_ entry: WorkEntry) -> Bool {
        !tables.work.values.contains { other in
            guard other.operation.host == entry.operation.host, other.operation.chain == entry.operation.chain else {
                return false
            }
            return other.operation.status.inFlight
                || (entry.operation.chain != nil && other.mayAct(below: entry.now.desired?.generation ?? 0))
        }
    }

    func hosts(with waiting: WaitingWork, limit: Int) throws -> [HostID] {
        try burn()
        let matching = tables.work.values.map(\.operation).filter { operation in
            switch waiting {
            case .queued: operation.status == .queued
            case .retrying(let now): operation.status == .retrying && operation.isDue(at: now)
            }
        }
        return Set(matching.map(\.host))
            .filter { id in tables.hosts[id].map { tables.inFlight(on: id) < $0.entry.host.parallel } ?? false }
            .sorted { $0.description < $1.description }
    }

    func rooms(for use: HostUse, heardSince time: Date) throws -> [HostRoom] {
        try burn()
        return tables.hosts.values.map(\.entry.host)
            .filter { $0.status == .active && $0.schedulable && (use == .scheduling || $0.autofill) }
            .map { HostRoom(host: $0.id, free: $0.capacity - tables.chainCount(on: $0.id)) }
            .filter { $0.free > 0 }
            .sorted { $0.host.description < $1.host.description }
    }

    func lostAttempts(heardBefore: Date, startedBefore: Date, at now: Date, limit: Int) throws -> [LostAttempt] {
        try burn()
        tables.heard = tables.heard.mapValues { $0 > now.ahead ? now : $0 }
        var lost: [LostAttempt] = []
        for entry in tables.work.values {
            for attempt in entry.attempts {
                guard attempt.mayAct, let since = attempt.startedAt ?? attempt.endedAt else { continue }
                let isGone = (attempt.agent.flatMap { tables.heard[$0] } ?? since) <= heardBefore
                guard isGone || (attempt.endedAt == nil && since <= startedBefore) else { continue }
                lost.append(
                    LostAttempt(id: attempt.id, operation: attempt.operation, host: entry.operation.host, isAgentGone: isGone))
            }
        }
        return lost.sorted { $0.id.description < $1.id.description }
    }

    func expiredLeases(at now: Date, limit: Int) throws -> [PlacedChain] {
        try burn()
        return tables.leases.values
            .filter { $0.lease.status == .active && ($0.lease.expiresAt ?? .distantFuture) <= now }
            .compactMap { entry in tables.chains[entry.lease.chain].map { PlacedChain(chain: $0.chain.id, host: $0.chain.host) } }
            .sorted { $0.chain.description < $1.chain.description }
    }

    func failedChains(restingFrom lately: ClosedRange<Date>, limit: Int) throws -> [PlacedChain] {
        try burn()
        return tables.chains.values
            .filter { entry in
                entry.chain.phase == .failed && entry.lease == nil && !entry.chain.isBehind
                    && (entry.chain.pool != nil || tables.leases.values.contains { $0.lease.chain == entry.chain.id })
                    && !tables.work.values.contains {
                        $0.operation.chain == entry.chain.id && $0.operation.endedAt.map(lately.contains) ?? true
                    }
            }
            .map { PlacedChain(chain: $0.chain.id, host: $0.chain.host) }
            .sorted { $0.chain.description < $1.chain.description }
    }

    func unreachedHosts(restingFrom lately: ClosedRange<Date>, limit: Int) throws -> [HostID] {
        try burn()
        return tables.hosts.values.map(\.entry.host)
            .filter { host in
                host.status == .unreachable && host.facts == nil
                    && !tables.work.values.contains {
                        $0.operation.host == host.id && $0.operation.chain == nil
                            && $0.operation.endedAt.map(lately.contains) ?? true
                    }
            }
            .map(\.id).sorted { $0.description < $1.description }
    }

    func pools() throws -> [Pool] {
        try burn()
        return tables.pools
    }

    func unleasedChains() throws -> [PoolID: Int] {
        try burn()
        var counts: [PoolID: Int] = [:]
        for entry in tables.chains.values where entry.lease == nil && entry.chain.phase != .deleting && entry.chain.phase != .gone
        {
            if let pool = entry.chain.pool { counts[pool, default: 0] += 1 }
        }
        return counts
    }

    func standings(
        _ seen: [SeenHost], noRepairFailedIn lately: ClosedRange<Date>, at now: Date
    ) throws -> [HostID: [ChainID: ChainStanding]] {
        try burn()
        return Dictionary(uniqueKeysWithValues: seen.map { ($0.host, standings($0, noRepairFailedIn: lately, at: now)) })
    }

    private func standings(_ seen: SeenHost, noRepairFailedIn lately: ClosedRange<Date>, at now: Date) -> [ChainID: ChainStanding]
    {
        let observed = Dictionary(seen.chains.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let here = tables.chains.values.map(\.chain).filter { $0.host == seen.host }
        var standings: [ChainID: ChainStanding] = [:]
        for id in Set(observed.keys).union(here.filter { $0.phase != .gone }.map(\.id)) {
            let chain = here.first { $0.id == id }
            standings[id] = standing(chain, id, observed[id], in: seen, noRepairFailedIn: lately, at: now)
        }
        return standings
    }

    /// - Returns: `nil` when there is nothing to learn.
    private func standing(
        _ chain: Chain?, _ id: ChainID, _ observed: ObservedChain?, in seen: SeenHost, noRepairFailedIn lately: ClosedRange<Date>,
        at now: Date
    ) -> ChainStanding? {
        let all = tables.work.values.map(\.operation).filter { $0.chain == id && $0.host == seen.host }
        let newest = all.max { $0.sequence < $1.sequence }
        let row = tables.hosts[seen.host]
        let askedAt = row?.askedNumber == seen.number ? row?.askedAt ?? .distantPast : .distantPast
        let failed =
            newest.map { $0.kind == .repair && $0.status == .failed && $0.endedAt.map(lately.contains) ?? false } ?? false
        let isSettled =
            newest.map { newest in
                guard newest.sequence <= seen.asOf, let end = newest.endedAt else { return false }
                return end <= askedAt || end > now.ahead
            } ?? true
        let standing = ChainStanding(
            isAtRest: isSettled && !failed && all.allSatisfy(\.status.hasEnded), isGone: chain.map { $0.phase == .gone } ?? true,
            isAsKnown: chain?.phase == .running && chain?.health == .healthy && newest?.status == .succeeded
                && chain?.nodes == observed?.nodes)
        return standing.isAtRest && standing.isAsKnown && isNumbered(observed, newest) ? nil : standing
    }

    private func isNumbered(_ observed: ObservedChain?, _ newest: Model.Operation?) -> Bool {
        guard let observed, let newest else { return false }
        return observed.sequence <= min(newest.sequence, tables.holds.map(\.ledgerSequence).min() ?? .max)
    }

    func claimLooks(askedBefore: Date, at now: Date, limit: Int) throws -> [ObservationRequest] {
        try burn()
        var requests: [ObservationRequest] = []
        for id in tables.hosts.keys.sorted(by: { $0.description < $1.description }) {
            guard var row = tables.hosts[id], row.isDue(askedBefore: askedBefore, at: now) else { continue }
            row.askedNumber = max(row.askedNumber, row.entry.looks.number) + 1
            row.askedAt = now
            tables.hosts[id] = row
            let asOf = tables.work.values.filter { $0.operation.host == id }.map(\.operation.sequence).max() ?? 0
            requests.append(
                ObservationRequest(
                    host: row.entry.host, number: row.askedNumber, asOf: asOf, digest: row.entry.looks.digest))
        }
        return requests
    }

    // Nobody asks for many chains at once here.
    func openParents(limit: Int) throws -> [PlacedOperation] { [] }
    func children(of parent: OperationID) throws -> Children { Children() }
    func chainsLeft(for parent: Model.Operation, limit: Int) throws -> [ChainID] { [] }
    func leasedChains(on host: HostID) throws -> Int { tables.chains.values.count { $0.chain.host == host && $0.lease != nil } }
    func hasCleanse(_ parent: OperationID) throws -> Bool { false }
    func wish(of parent: OperationID) throws -> Recipe? { nil }
    func preferringHosts(limit: Int) throws -> [(room: HostRoom, recipe: Recipe)] { [] }

    // Nobody waits in line here, and nobody has a quota.
    func hasApplicants(at now: Date) throws -> Bool { false }
    func lockQuota(of tenant: String) throws -> Quota? { nil }
    func holdings(of tenant: String) throws -> [String: Int] { [:] }

    /// No run lasts so long.
    func prune(_ remembrance: Remembrance, at now: Date, limit: Int) throws -> Int { 0 }

    /// Requests are not repeated here.
    func forgetAnswers(expiredAt now: Date, limit: Int) throws -> Int { 0 }

    func holdsTerm(_ leader: UUID) throws -> Bool {
        try burn()
        return tables.leader.map { $0.id == leader && $0.until > databaseTime } ?? false
    }
}

extension Tables.HostRow {
    fileprivate func isDue(askedBefore: Date, at now: Date) -> Bool {
        let host = entry.host
        guard host.status == .active || host.status == .unreachable, host.facts != nil else { return false }
        return askedAt.map { $0 <= askedBefore || $0 > now.ahead } ?? true
            && entry.looks.after.map { $0 <= now || $0 > now.addingTimeInterval(LookPolicy().cap) } ?? true
    }
}

extension Operation {
    fileprivate var turn: (Int, Int) { (priority.rawValue, sequence) }

    fileprivate func isDue(at now: Date) -> Bool {
        status == .queued
            || (status == .retrying && retryAt.map { !(now...now + RetryPolicy.longestDelay).contains($0) } ?? false)
    }
}

import Model
import Wire

@testable import Agent
@testable import Ledger

extension World {
    /// The next call to the host, or the end of the work.
    func act(_ index: Int, _ position: Int) throws {
        let work = agents[index].works[position]
        let command = work.copy.command
        guard let chainWork = command.work else {
            if let error = mayAct(index, work) { return end(index, position, .failure(error)) }
            try remove(command.orphans)
            return end(index, position, .success(command.isCleansing ? .cleansed : .probed(Self.facts)))
        }
        if let error = mayAct(index, work) { return end(index, position, .failure(error)) }
        if isAhead(command.host, of: chainWork) {
            return end(index, position, .failure(WorkError(.terminal, .ledgerBehind, "the host knows more")))
        }
        if faults, chance.happens(6) { return end(index, position, .failure(hostError(chainWork))) }
        let objects = hosts[command.host]?.chains[chainWork.id] ?? HostModel.Objects()
        guard let change = objects.next(chainWork, secret: chance.next()) else {
            return end(index, position, .success(.converged(objects.observed(chainWork.id))))
        }
        try note(actor: agents[index].id, command.attempt)
        let lands = now + (faults && chance.happens(15) ? Double(chance.below(100)) / 10 : 0.01)
        calls.append(
            HostCall(
                lands: lands, agent: agents[index].id, attempt: command.attempt, host: command.host, chain: chainWork.id,
                generation: chainWork.desired.generation, change: change))
        agents[index].works[position].stage = .calling(until: lands)
    }

    /// As `ConvergePlan` sees it.
    private func isAhead(_ host: HostID, of work: ChainWork) -> Bool {
        guard let objects = hosts[host]?.chains[work.id] else { return false }
        return objects.containers.values.contains {
            $0.generation > work.desired.generation || $0.incarnation > work.desired.incarnation
        } || (objects.vault?.incarnation ?? 0) > work.desired.incarnation
    }

    private func remove(_ orphans: [Orphan]) throws {
        for orphan in orphans {
            let containers = hosts[orphan.host]?.chains[orphan.chain]?.containers ?? [:]
            let named = containers.filter { orphan.objects.map(\.id).contains($0.key) }
            say("  a sweep removes \(named.keys.sorted()) of \(name(orphan.chain))")
            let marks = named.values.map { Mark(chain: orphan.chain, sequence: $0.sequence) }
            guard protected.isDisjoint(with: marks) else {
                throw Violation(description: "a sweep removes what a restored ledger knows nothing of, and nobody decided that")
            }
            for name in named.keys { hosts[orphan.host]?.chains[orphan.chain]?.containers[name] = nil }
        }
    }

    private static var facts: HostFacts {
        HostFacts(version: "1", apiVersion: "1", operatingSystem: "linux", architecture: "x86_64", cpus: 2, memoryBytes: 1)
    }

    /// As `TermKeeper.mayAct`.
    private func mayAct(_ index: Int, _ work: SimulatedAgent.Work) -> WorkError? {
        if work.isCancelled { return WorkError(.cancelled, .cancelled, "stopped") }
        guard let right = work.right, agents[index].term.holds(right, at: instant) else {
            return WorkError(.transient, .termEnded, "the term is over")
        }
        return nil
    }

    private func hostError(_ work: ChainWork) -> WorkError {
        switch chance.below(8) {
        case 0: WorkError(.terminal, .imageMissing, "no such image")
        case 1: WorkError(.transient, .portTaken, "taken", value: work.ports.first.map { String($0.port) })
        case 2: WorkError(.transient, .subnetTaken, "taken", value: work.subnet)
        default: WorkError(.transient, .hostSlow, "slow")
        }
    }

    private func note(actor: AgentID, _ attempt: AttemptID) throws {
        if let other = actors[attempt], other != actor {
            throw Violation(description: "two agents act on attempt \(attempt)")
        }
        actors[attempt] = actor
    }

    private func end(_ index: Int, _ position: Int, _ result: Result<Report.Outcome, WorkError>) {
        let outcome: Report.Outcome =
            switch result {
            case .success(let outcome): outcome
            case .failure(let error): .failed(error)
            }
        agents[index].works[position].stage = .ended(outcome)
    }
}

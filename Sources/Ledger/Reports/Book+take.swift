import FoundationEssentials
import Model

extension Book {
    /// Takes reports in, in their order, observations last; says which are turned away.
    func take(_ reports: [NumberedReport]) throws -> [RejectedReport] {
        try lock(hosts: Set(reports.compactMap(\.received.report.host)))
        let references = reports.compactMap(\.received.report.reference)
        try load(operations: Set(references.map(\.operation)))
        try load(chains: Set(reports.filter(\.received.report.mayEnd).compactMap(\.received.report.reference).compactMap(chain)))
        var rejected: [RejectedReport] = []
        var observed: [Observed] = []
        for report in reports {
            if let reason = objection(to: report.received) {
                rejected.append(RejectedReport(index: report.index, reason: reason))
            } else if case .observation(let observation) = report.received.report {
                observed.append(Observed(observation: observation, digest: report.received.digest, nodes: report.received.nodes))
            } else {
                try take(report.received.report)
            }
        }
        try take(observed)
        meet(reports.map(\.received))
        try fillWindows(of: eased)
        lookAtHostsAtRest()
        return rejected
    }

    private func chain(of reference: Report.AttemptReference) -> ChainID? {
        work[reference.operation]?.operation.chain
    }

    private func take(_ report: Report) throws {
        switch report {
        case .heartbeat, .observation:
            break
        case .started(let reference):
            try apply(.started(reference.attempt, reference.agent), to: reference.operation)
        case .progress(let reference, let progress):
            try apply(.progress(reference.attempt, progress), to: reference.operation)
        case .outcome(let reference, let outcome):
            try take(outcome, reference)
        case .again(let reference, let reason):
            let isGivenBack = reason == .givenBack
            try apply(
                isGivenBack ? .givenBack(reference.attempt, reference.agent) : .again(reference.attempt), to: reference.operation)
        }
    }

    private func take(_ outcome: Report.Outcome, _ reference: Report.AttemptReference) throws {
        switch outcome {
        case .probed(let facts):
            try apply(.outcome(reference.attempt, nil), to: reference.operation, seen: .facts(facts))
        case .cleansed:
            try apply(.outcome(reference.attempt, nil), to: reference.operation)
        case .converged(let observed):
            try apply(.outcome(reference.attempt, nil), to: reference.operation, seen: .chain(observed))
        case .failed(let error):
            let operation = try operation(reference.operation).operation
            try apply(.outcome(reference.attempt, try judged(error, operation)), to: reference.operation)
        }
    }

    /// A report is believed only for hosts of its key's site, and only about what the ledger knows.
    private func objection(to received: ReceivedReport) -> String? {
        if case .heartbeat(let presence) = received.report {
            return presence.site == received.site ? nil : "an agent of site \(received.site) speaks for site \(presence.site)"
        }
        guard let id = received.report.host, let host = hosts[id]?.host else { return "the host is unknown" }
        guard host.site == received.site else { return "the host is of another site than \(received.site)" }
        guard let reference = received.report.reference else { return nil }
        guard let operation = work[reference.operation]?.operation else { return "operation \(reference.operation) is unknown" }
        guard operation.host == id else { return "operation \(operation.id) is not of host \(id)" }
        return received.report.fits(operation) ? nil : "the outcome is not one of \(operation.kind.rawValue)"
    }

    /// Agents that were heard of, in the order of their ids, so that two transactions can't wait for each other.
    private func meet(_ reports: [ReceivedReport]) {
        var heard: [AgentID: (AgentPresence, Date)] = [:]
        for report in reports {
            guard case .heartbeat(let presence) = report.report, presence.site == report.site else { continue }
            heard[presence.id] = (presence, max(report.receivedAt, heard[presence.id]?.1 ?? report.receivedAt))
        }
        for (presence, at) in heard.values.sorted(by: { $0.0.id.description < $1.0.id.description }) {
            afterwards.append(.heard(presence, at))
        }
    }
}

extension Report {
    fileprivate var reference: AttemptReference? {
        switch self {
        case .started(let reference), .progress(let reference, _), .outcome(let reference, _), .again(let reference, _): reference
        case .heartbeat, .observation: nil
        }
    }

    fileprivate var host: HostID? {
        if case .observation(let observation) = self { observation.host } else { reference?.host }
    }

    /// Whether an operation may end with it, so that its chain is needed.
    fileprivate var mayEnd: Bool {
        switch self {
        case .outcome, .again: true
        case .heartbeat, .started, .progress, .observation: false
        }
    }

    fileprivate func fits(_ operation: Model.Operation) -> Bool {
        guard case .outcome(_, let outcome) = self else { return true }
        switch outcome {
        case .probed: return operation.kind == .hostCreate
        case .cleansed: return [.hostDelete, .hostCleanse, .hostSweep].contains(operation.kind)
        case .converged(let observed): return operation.chain == observed.id
        case .failed: return true
        }
    }
}

import Ledger
import Wire

extension AgentReport {
    /// What was said on the wire, in the ledger's words.
    init(_ report: Wire.Report) {
        switch report {
        case .heartbeat(let presence): self = .heartbeat(presence)
        case .started(let attempt): self = .started(AttemptReference(attempt))
        case .progress(let attempt, let progress): self = .progress(AttemptReference(attempt), progress)
        case .outcome(let attempt, let outcome): self = .outcome(AttemptReference(attempt), Outcome(outcome))
        case .again(let attempt, let reason): self = .again(AttemptReference(attempt), AgainReason(reason))
        case .observation(let observation): self = .observation(Observation(observation))
        }
    }
}

extension AgentReport.AttemptReference {
    fileprivate init(_ attempt: Wire.Report.AttemptReference) {
        self.init(operation: attempt.operation, attempt: attempt.attempt, host: attempt.host, agent: attempt.agent)
    }
}

extension AgentReport.Outcome {
    fileprivate init(_ outcome: Wire.Report.Outcome) {
        switch outcome {
        case .probed(let facts): self = .probed(facts)
        case .cleansed: self = .cleansed
        case .converged(let chain): self = .converged(chain)
        case .failed(let error): self = .failed(error)
        }
    }
}

extension AgentReport.AgainReason {
    fileprivate init(_ reason: Wire.Report.AgainReason) {
        switch reason {
        case .redelivered: self = .redelivered
        case .repeated: self = .repeated
        case .givenBack: self = .givenBack
        }
    }
}

extension AgentReport.Observation {
    fileprivate init(_ observation: Wire.Report.Observation) {
        let result: Result =
            switch observation.result {
            case .seen(let seen): .seen(seen, digest: ObservationDigest.text(seen))
            case .unchanged: .unchanged
            case .failed(let error): .failed(error)
            }
        self.init(host: observation.host, number: observation.number, asOf: observation.asOf, result: result)
    }
}

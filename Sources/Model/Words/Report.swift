/// What an agent says. How it is written on the road is `Wire`'s.
public enum Report: Sendable, Hashable {
    /// Renews the agent's term.
    case heartbeat(AgentPresence)
    /// About to change the host for the first time in this attempt.
    case started(AttemptReference)
    case progress(AttemptReference, Progress)
    case outcome(AttemptReference, Outcome)
    /// The command was not certainly the first copy, or its work was given back: nothing was done.
    case again(AttemptReference, AgainReason)
    case observation(Observation)

    public struct AttemptReference: Codable, Sendable, Hashable {
        public var operation: OperationID
        public var attempt: AttemptID
        public var host: HostID
        public var agent: AgentID

        public init(operation: OperationID, attempt: AttemptID, host: HostID, agent: AgentID) {
            self.operation = operation
            self.attempt = attempt
            self.host = host
            self.agent = agent
        }
    }

    public enum Outcome: Sendable, Hashable {
        case probed(HostFacts)
        case cleansed
        case converged(ObservedChain)
        case failed(WorkError)
    }

    public enum AgainReason: String, Codable, Sendable, CaseIterable {
        /// The broker delivered it before.
        case redelivered
        /// The relay may have published it before.
        case repeated
        /// The agent is going away or its term is over.
        case givenBack = "given-back"
    }

    /// What an agent saw on a host, answering an observe request.
    public struct Observation: Sendable, Hashable {
        public var host: HostID
        /// The number of the request; an observation counts only if it is higher than the last.
        public var number: Int
        /// The last operation sequence the request knew of.
        public var asOf: Int
        public var result: Result

        public enum Result: Sendable, Hashable {
            /// The digest differs from the request's.
            case seen(HostObservation)
            /// Nothing changed while the request was held.
            case unchanged
            case failed(WorkError)
        }

        public init(host: HostID, number: Int, asOf: Int, result: Result) {
            self.host = host
            self.number = number
            self.asOf = asOf
            self.result = result
        }
    }
}

extension Report {
    /// What an observation saw; `nil` where nothing new was seen, and of other reports.
    public var seen: HostObservation? {
        guard case .observation(let observation) = self, case .seen(let seen) = observation.result else { return nil }
        return seen
    }
}

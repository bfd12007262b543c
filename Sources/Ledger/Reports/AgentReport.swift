public import FoundationEssentials
public import Model

/// What an agent said, as the ledger understands it.
public enum AgentReport: Sendable, Hashable {
    case heartbeat(AgentPresence)
    case started(AttemptReference)
    case progress(AttemptReference, Progress)
    case outcome(AttemptReference, Outcome)
    case again(AttemptReference, AgainReason)
    case observation(Observation)

    public struct AttemptReference: Sendable, Hashable {
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

    public enum AgainReason: Sendable, Hashable {
        case redelivered, repeated, givenBack
    }

    public struct Observation: Sendable, Hashable {
        public var host: HostID
        /// Counts only if it is higher than the last one's.
        public var number: Int
        /// The last operation sequence that the request knew of.
        public var asOf: Int
        public var result: Result

        public enum Result: Sendable, Hashable {
            /// With its digest, which the next request carries.
            case seen(HostObservation, digest: String)
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

/// A report whose signature was good, with the site whose key signed it.
public struct ReceivedReport: Sendable, Hashable {
    /// It is believed only for hosts of this site.
    public var site: String
    public var receivedAt: Date
    public var report: AgentReport

    public init(site: String, receivedAt: Date, report: AgentReport) {
        self.site = site
        self.receivedAt = receivedAt
        self.report = report
    }
}

/// A report that the ledger does not take.
public struct RejectedReport: Sendable, Hashable {
    /// Its place among the reports given.
    public var index: Int
    /// For people.
    public var reason: String

    public init(index: Int, reason: String) {
        self.index = index
        self.reason = reason
    }
}

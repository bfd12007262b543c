public import Model

extension Report: Codable {
    private enum Key: String, CodingKey {
        case agent, attempt, progress, outcome, reason, observation
    }

    public init(from decoder: any Decoder) throws {
        let tagged = try Tagged(decoder, Key.self)
        switch tagged.tag {
        case "heartbeat": self = .heartbeat(try tagged.value(.agent))
        case "started": self = .started(try tagged.value(.attempt))
        case "progress": self = .progress(try tagged.value(.attempt), try tagged.value(.progress))
        case "outcome": self = .outcome(try tagged.value(.attempt), try tagged.value(.outcome))
        case "again": self = .again(try tagged.value(.attempt), try tagged.value(.reason))
        case "observation": self = .observation(try tagged.value(.observation))
        default: throw tagged.unknown
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var tagged = try Tagged<Key>.begin(type, encoder)
        switch self {
        case .heartbeat(let agent): try tagged.put(agent, .agent)
        case .started(let attempt): try tagged.put(attempt, .attempt)
        case .progress(let attempt, let progress):
            try tagged.put(attempt, .attempt)
            try tagged.put(progress, .progress)
        case .outcome(let attempt, let outcome):
            try tagged.put(attempt, .attempt)
            try tagged.put(outcome, .outcome)
        case .again(let attempt, let reason):
            try tagged.put(attempt, .attempt)
            try tagged.put(reason, .reason)
        case .observation(let observation): try tagged.put(observation, .observation)
        }
    }

    /// The kind of report, for logs and metrics.
    public var type: String {
        switch self {
        case .heartbeat: "heartbeat"
        case .started: "started"
        case .progress: "progress"
        case .outcome: "outcome"
        case .again: "again"
        case .observation: "observation"
        }
    }
}

extension Report.Outcome: Codable {
    private enum Key: String, CodingKey {
        case facts, chain, error
    }

    public init(from decoder: any Decoder) throws {
        let tagged = try Tagged(decoder, Key.self)
        switch tagged.tag {
        case "probed": self = .probed(try tagged.value(.facts))
        case "cleansed": self = .cleansed
        case "converged": self = .converged(try tagged.value(.chain))
        case "failed": self = .failed(try tagged.value(.error))
        default: throw tagged.unknown
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .probed(let facts):
            var tagged = try Tagged<Key>.begin("probed", encoder)
            try tagged.put(facts, .facts)
        case .cleansed:
            _ = try Tagged<Key>.begin("cleansed", encoder)
        case .converged(let chain):
            var tagged = try Tagged<Key>.begin("converged", encoder)
            try tagged.put(chain, .chain)
        case .failed(let error):
            var tagged = try Tagged<Key>.begin("failed", encoder)
            try tagged.put(error, .error)
        }
    }
}

extension Report.Observation: Codable {
    private enum Key: String, CodingKey {
        case host, number, asOf, result
    }

    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Key.self)
        self.init(
            host: try members.decode(HostID.self, forKey: .host), number: try members.decode(Int.self, forKey: .number),
            asOf: try members.decode(Int.self, forKey: .asOf), result: try members.decode(Result.self, forKey: .result))
    }

    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Key.self)
        try members.encode(host, forKey: .host)
        try members.encode(number, forKey: .number)
        try members.encode(asOf, forKey: .asOf)
        try members.encode(result, forKey: .result)
    }
}

extension Report.Observation.Result: Codable {
    private enum Key: String, CodingKey {
        case observation, error
    }

    public init(from decoder: any Decoder) throws {
        let tagged = try Tagged(decoder, Key.self)
        switch tagged.tag {
        case "seen": self = .seen(try tagged.value(.observation))
        case "unchanged": self = .unchanged
        case "failed": self = .failed(try tagged.value(.error))
        default: throw tagged.unknown
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .seen(let observation):
            var tagged = try Tagged<Key>.begin("seen", encoder)
            try tagged.put(observation, .observation)
        case .unchanged:
            _ = try Tagged<Key>.begin("unchanged", encoder)
        case .failed(let error):
            var tagged = try Tagged<Key>.begin("failed", encoder)
            try tagged.put(error, .error)
        }
    }
}

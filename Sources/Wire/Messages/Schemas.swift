public import Model

extension Command {
    /// The lowest schema whose readers do all that it asks for.
    public var neededSchema: Int {
        switch work {
        case .probe, .cleanse: host.neededSchema
        case .remove: 2
        case .converge(let chain): max(host.neededSchema, chain.plan.neededSchema)
        }
    }

    /// The schema that it is written in: the highest that all of its queue's agents read, and what it needs at least. An agent
    /// that reads less answers `newer-schema`, and another one gets it.
    ///
    /// - Parameter agents: what each live agent of the queue reads.
    public func schema(readBy agents: [[Int]]) -> Int {
        let common = agents.reduce(Set(WireLimits.schemas)) { $0.intersection($1) }
        return agents.isEmpty ? neededSchema : max(neededSchema, common.max() ?? neededSchema)
    }
}

extension Query {
    /// The lowest schema whose readers can answer it.
    public var neededSchema: Int {
        switch ask {
        case .connection(let chain): chain.plan.neededSchema
        case .log: 2
        }
    }
}

extension HostTarget {
    /// Who reads schema 1 passes settings over.
    public var neededSchema: Int { settings == .usual ? 1 : 2 }
}

extension Plan {
    /// The lowest schema whose readers understand all that it says.
    public var neededSchema: Int { isPlain ? 1 : 2 }

    private var isPlain: Bool {
        authorities.isEmpty && certificates.isEmpty && tasks.isEmpty && nodes.allSatisfy(\.isPlain)
            && connection.allSatisfy { !$0.content.refers(to: Self.newReferences) }
    }

    fileprivate static let newReferences = ["host", "identity", "authority"]
}

extension PlannedNode {
    fileprivate var isPlain: Bool {
        names.isEmpty && ports.allSatisfy(\.published) && volumes.allSatisfy { $0.sizeBytes == nil }
            && files.allSatisfy(\.isPlain) && (probe?.isPlain ?? true)
            && !(command + environment.values).contains { $0.refers(to: Plan.newReferences + ["endpoint"]) }
    }
}

extension PlannedFile {
    fileprivate var isPlain: Bool { given == nil && !content.refers(to: Plan.newReferences + ["endpoint"]) }
}

extension PlannedProbe {
    fileprivate var isPlain: Bool { if case .exec = check { true } else { false } }
}

extension String {
    fileprivate func refers(to kinds: [String]) -> Bool {
        kinds.contains { contains("${\($0).") }
    }
}

import Model

/// One container.
struct Container: Equatable {
    var isRunning: Bool
    var restarts: Int
    var incarnation: Int
    var generation: Int
    var sequence: Int
}

/// What a host holds of ours, and what truth 3 needs to know.
struct HostModel {
    struct Objects {
        var containers: [String: Container] = [:]
        /// The secret of each incarnation; the first writer wins.
        var vault: (incarnation: Int, secret: UInt64)?
        var highestGeneration = 0
    }

    var chains: [ChainID: Objects] = [:]
    /// Every secret ever made here.
    var secrets: [UInt64: (ChainID, Int)] = [:]
    var isReachable = true
}

/// One call of an agent to a host's API.
struct HostCall {
    enum Change {
        case makeVault(incarnation: Int, secret: UInt64)
        case create(String, Container)
        case stop(String)
        case remove(String)
        case removeVault
    }

    var lands: Double
    var agent: AgentID
    var attempt: AttemptID
    var host: HostID
    var chain: ChainID
    var generation: Int
    var change: Change
}

extension HostModel.Objects {
    /// The next call that brings it nearer to what is wanted; `nil` when nothing is left to do.
    func next(_ work: ChainWork, secret: UInt64) -> HostCall.Change? {
        let desired = work.desired
        if desired.power == .absent {
            if let name = containers.keys.min() { return .remove(name) }
            return vault == nil ? nil : .removeVault
        }
        if let old = containers.filter({ $0.value.incarnation != desired.incarnation }).keys.min() { return .remove(old) }
        if let vault, vault.incarnation != desired.incarnation { return .removeVault }
        if vault == nil { return .makeVault(incarnation: desired.incarnation, secret: secret) }
        for node in work.plan.nodes {
            if let change = next(node.name, desired, sequence: work.sequence) { return change }
        }
        return nil
    }

    private func next(_ node: String, _ desired: Desired, sequence: Int) -> HostCall.Change? {
        let wanted = Container(
            isRunning: desired.power(of: node) == .running, restarts: desired.restarts(of: node),
            incarnation: desired.incarnation, generation: desired.generation, sequence: sequence)
        guard let found = containers[node] else { return wanted.isRunning ? .create(node, wanted) : nil }
        if !wanted.isRunning { return found.isRunning ? .stop(node) : nil }
        return found.isRunning && found.restarts >= wanted.restarts ? nil : .create(node, wanted)
    }

    func observed(_ id: ChainID) -> ObservedChain {
        let nodes = containers.sorted { $0.key < $1.key }.map { name, container in
            ObservedNode(
                name: name, state: container.isRunning ? .running : .exited, health: container.isRunning ? .healthy : .unknown,
                restarts: container.restarts, incarnation: container.incarnation, generation: container.generation, object: name)
        }
        return ObservedChain(id: id, nodes: nodes, sequence: containers.values.map(\.sequence).max() ?? 0)
    }
}

extension World {
    /// Calls whose time has come change their host.
    func landCalls() throws {
        let due = calls.filter { $0.lands <= now }.sorted { $0.lands < $1.lands }
        calls.removeAll { $0.lands <= now }
        for call in due { try land(call) }
    }

    private func land(_ call: HostCall) throws {
        var objects = hosts[call.host]?.chains[call.chain] ?? HostModel.Objects()
        say("  \(call.change) of generation \(call.generation) lands for \(call.attempt.description.suffix(4))")
        guard call.generation >= objects.highestGeneration else {
            throw Violation(
                description: "a call of generation \(call.generation) lands after one of \(objects.highestGeneration) has acted")
        }
        objects.highestGeneration = call.generation
        switch call.change {
        case .makeVault(let incarnation, let secret):
            if objects.vault == nil {
                objects.vault = (incarnation, secret)
                if let owner = hosts[call.host]?.secrets[secret], owner != (call.chain, incarnation) {
                    throw Violation(description: "two incarnations share a secret")
                }
                hosts[call.host]?.secrets[secret] = (call.chain, incarnation)
            }
        case .create(let node, let container): objects.containers[node] = container
        case .stop(let node): objects.containers[node]?.isRunning = false
        case .remove(let node): objects.containers[node] = nil
        case .removeVault: objects.vault = nil
        }
        hosts[call.host]?.chains[call.chain] = objects
    }
}

public import Model

/// What is to be done with one planned node.
public enum NodeStep: Sendable, Hashable {
    /// It is as it should be.
    case keep
    /// Nothing of it is there. `start` is false where the node is wanted stopped.
    case create(start: Bool)
    /// The container with this id is removed, then a new one is made.
    case replace(String, start: Bool)
    case start(String)
    case stop(String)
    /// Nothing of it is there, and nothing is wanted.
    case absent
}

/// A container of the chain as it was found on the host.
public struct FoundNode: Sendable, Hashable {
    /// The host's own id.
    public var object: String
    public var state: NodeState
    public var labels: ObjectLabels

    public init(object: String, state: NodeState, labels: ObjectLabels) {
        self.object = object
        self.state = state
        self.labels = labels
    }
}

/// Another object of the chain as it was found on the host: a network, a volume.
public struct FoundObject: Sendable, Hashable {
    public var reference: ObjectReference
    public var labels: ObjectLabels

    public init(reference: ObjectReference, labels: ObjectLabels) {
        self.reference = reference
        self.labels = labels
    }
}

/// The way from what was found to what is desired of one chain. Pure: the same input gives the same plan, and a plan for a chain
/// that is as desired is empty, so that every call may be made again.
///
/// The order is: `removals` (containers first, then what they hold on to), then the network and volumes that are missing, then the
/// tasks of the stage `before`, then `steps`; and when all nodes are healthy, the tasks of the stage `after`. What is of a lower incarnation goes entirely before anything new is made, so that the subnet and ports are free again.
public struct ConvergePlan: Sendable, Hashable {
    public struct Step: Sendable, Hashable {
        public var node: PlannedNode
        public var step: NodeStep

        public init(node: PlannedNode, step: NodeStep) {
            self.node = node
            self.step = step
        }
    }

    public var removals: [ObjectReference]
    /// One for each planned node, in the plan's order; none when the chain is to be absent.
    public var steps: [Step]
    public var tasks: TaskPlan

    /// - Parameters:
    ///   - containers: all nodes' containers of this chain on the host, of any incarnation.
    ///   - others: its networks and volumes.
    ///   - tasks: its tasks' containers, of any incarnation.
    ///   - kind: what nodes and tasks are on this kind of host.
    /// - Throws: `ledgerBehind` when the host holds a generation or incarnation above the desired one: the ledger was restored
    ///   from an older backup, and nothing may be removed on its word.
    public init(
        for work: ChainWork, containers: [FoundNode], others: [FoundObject], tasks found: [FoundTask] = [],
        kind: ObjectReference.Kind = .container
    ) throws(WorkError) {
        try Self.refuseFuture(work, containers.map(\.labels) + others.map(\.labels) + found.map(\.labels))
        let wanted = work.desired.power != .absent
        let current = wanted ? Self.current(containers, for: work) : [:]
        let kept = Set(current.values.map(\.object))
        let surplus = containers.filter { !kept.contains($0.object) }
        let stale = others.filter { !wanted || $0.labels.incarnation != work.desired.incarnation }
        tasks = TaskPlan(for: work, found: found)
        removals =
            (surplus.map(\.object).sorted() + tasks.stale).map { ObjectReference(kind: kind, id: $0) }
            + stale.map(\.reference).sorted { ($0.kind.rawValue, $0.id) < ($1.kind.rawValue, $1.id) }
        steps =
            wanted
            ? work.plan.nodes.map { Step(node: $0, step: Self.step(for: $0, found: current[$0.name], work)) } : []
    }

    /// Whether the chain is as desired already, but for the tasks that come after its nodes are healthy.
    public var isEmpty: Bool {
        removals.isEmpty && tasks.isDone(.before) && steps.allSatisfy { $0.step == .keep || $0.step == .absent }
    }

    /// Of each planned node that is wanted the container that stays: of this incarnation, and the newest where there are several.
    private static func current(_ containers: [FoundNode], for work: ChainWork) -> [String: FoundNode] {
        let names = Set(work.plan.nodes.map(\.name).filter { work.desired.power(of: $0) != .absent })
        var current: [String: FoundNode] = [:]
        for container in containers where container.labels.incarnation == work.desired.incarnation {
            guard let name = container.labels.node?.name, names.contains(name) else { continue }
            if let rival = current[name], !container.isNewer(than: rival) { continue }
            current[name] = container
        }
        return current
    }

    private static func step(for node: PlannedNode, found: FoundNode?, _ work: ChainWork) -> NodeStep {
        let power = work.desired.power(of: node.name)
        guard power != .absent else { return .absent }
        guard let found, found.state != .missing else { return .create(start: power == .running) }
        guard found.isMade(from: node, work) else { return .replace(found.object, start: power == .running) }
        switch (power, found.state) {
        case (.running, .created), (.running, .exited): return .start(found.object)
        case (.stopped, .running), (.stopped, .restarting): return .stop(found.object)
        default: return .keep
        }
    }

    private static func refuseFuture(_ work: ChainWork, _ labels: [ObjectLabels]) throws(WorkError) {
        let desired = work.desired
        let future = labels.contains { $0.incarnation > desired.incarnation || $0.generation > desired.generation }
        guard future else { return }
        throw WorkError(
            .terminal, .ledgerBehind,
            "the host holds a newer state of chain \(work.id) than the ledger asks for; decide whether the ledger was restored from a backup"
        )
    }
}

extension FoundNode {
    fileprivate func isMade(from node: PlannedNode, _ work: ChainWork) -> Bool {
        guard let made = labels.node else { return false }
        return made.restarts >= work.desired.restarts(of: node.name)
            && made.configuration == NodeConfiguration.digest(of: node, ports: work.ports)
    }

    fileprivate func isNewer(than other: FoundNode) -> Bool {
        func rank(_ node: FoundNode) -> (Int, Int, Int, String) {
            (node.labels.generation, node.labels.node?.restarts ?? 0, node.labels.sequence, node.object)
        }
        return rank(self) > rank(other)
    }
}

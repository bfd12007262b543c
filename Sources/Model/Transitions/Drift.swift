/// A difference between desired and observed that a repair removes.
public struct Drift: Sendable, Hashable {
    public var node: String
    /// For people.
    public var difference: String
}

extension Chain {
    /// The first difference between what is desired and the nodes as last seen.
    ///
    /// A restart by the host's own policy is no drift, nor is an unhealthy node that runs: replacing it would destroy what its
    /// owner wants to look at. A chain that is failed, on its way in or on its way out is not repaired; its operation decides.
    public func drift() -> Drift? {
        guard phase == .running || phase == .stopped else { return nil }
        for node in nodes {
            if let difference = difference(of: node) { return Drift(node: node.name, difference: difference) }
        }
        return nil
    }

    private func difference(of node: ObservedNode) -> String? {
        switch desired.power(of: node.name) {
        case .running:
            switch node.state {
            case .missing, .exited, .created: return "should run and is \(node.state.rawValue)"
            case .running, .restarting: return labelDifference(of: node)
            }
        case .stopped:
            return node.state == .running || node.state == .restarting ? "should be stopped and is \(node.state.rawValue)" : nil
        case .absent:
            return nil
        }
    }

    private func labelDifference(of node: ObservedNode) -> String? {
        if node.incarnation != desired.incarnation {
            return "is of incarnation \(node.incarnation) instead of \(desired.incarnation)"
        }
        return node.restarts < desired.restarts(of: node.name) ? "was not restarted" : nil
    }
}

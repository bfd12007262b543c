import DockerEngine
import Drivers
import Model

/// The machines of a swarm, and which of them a node is put on.
///
/// A node's volumes lie on one machine, so the driver chooses it, and a constraint keeps the node there. One that is only down is
/// waited for, with the data that is on it; one that was drained or has left the swarm is given up: its nodes are made anew on
/// another machine.
struct Machines: Sendable {
    let all: [Machine]
    /// The one whose daemon is spoken to.
    let manager: String?

    subscript(_ id: String) -> Machine? { all.first { $0.id == id } }

    var ready: [Machine] { all.filter(\.isReady) }

    /// Whether what lies there is given up.
    func hasLeft(_ id: String) -> Bool {
        self[id].map { $0.spec.availability == "drain" } ?? true
    }

    /// A machine for each of the nodes, spread as evenly as can be.
    /// - Parameters:
    ///   - earlier: where they were put before; stays where that is possible.
    ///   - load: how many nodes each machine has already.
    /// - Throws: `noRoom` when no machine takes any.
    func place(_ nodes: [String], earlier: [String: String], load: [String: Int]) throws(WorkError) -> [String: String] {
        var placed = earlier.filter { nodes.contains($0.key) && !hasLeft($0.value) }
        for node in nodes where placed[node] == nil {
            let chosen = ready.map { machine in
                (placed.values.count { $0 == machine.id }, load[machine.id] ?? 0, machine.id)
            }.min { $0 < $1 }
            guard let chosen else {
                throw WorkError(.transient, .noRoom, "no machine of the swarm is ready for the node \(node)", node: node)
            }
            placed[node] = chosen.2
        }
        return placed
    }

    /// Where the ports of the machines are reached, besides the host's own address.
    var addresses: [String] { all.compactMap { address(of: $0.id) } }

    /// Where ports that are published on a machine are reached, if not at the host's own address.
    func address(of id: String) -> String? {
        guard let machine = self[id] else { return nil }
        if let given = machine.spec.labels?[SwarmLabels.address] { return given }
        guard id != manager, let address = machine.status.addr, address != "0.0.0.0" else { return nil }
        return address
    }
}

extension Machine {
    var isReady: Bool { status.state == "ready" && spec.availability == "active" }
    var name: String { description?.hostname ?? id }
}

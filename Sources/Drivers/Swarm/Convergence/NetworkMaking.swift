import DockerEngine
import Drivers
import Model

/// The chain's network as it is on the swarm.
struct ChainNetwork: Sendable {
    var id: String
    var labels: [String: String]

    /// On which machine each node is: where its service is tied, where its network says, or where there is most room.
    func placement(of work: ChainWork, _ found: Found) throws(WorkError) -> [String: String] {
        var earlier: [String: String] = [:]
        for (label, machine) in labels where label.hasPrefix(SwarmLabels.machinePrefix) {
            earlier[String(label.dropFirst(SwarmLabels.machinePrefix.count))] = machine
        }
        for service in found.services {
            guard let ours = ObjectLabels(service.labels), ours.incarnation == work.desired.incarnation,
                let node = ours.node?.name, let machine = service.machine
            else { continue }
            earlier[node] = machine
        }
        return try found.machines.place(work.plan.nodes.map(\.name), earlier: earlier, load: [:])
    }
}

/// Makes the chain's network. The swarm lets two of them overlap, and then never gives the second one an address: so who has the
/// subnet is looked up before.
struct NetworkMaking: Sendable {
    let daemon: Daemon
    let work: ChainWork
    let host: HostTarget
    let found: Found

    /// - Throws: `subnetTaken` when a network that is not this chain's overlaps its subnet.
    func ensure() async throws(WorkError) -> ChainNetwork {
        guard let subnet = Subnet(work.subnet), let gateway = subnet.address(at: 1) else {
            throw WorkError(.terminal, .badPlan, "\(work.subnet) is no IPv4 subnet in CIDR form")
        }
        if let ours = try await existing(subnet, among: found.networks) { return ours }
        if let rival = try await daemon.rival(of: name, in: subnet) {
            throw WorkError(
                .transient, .subnetTaken, "the subnet \(subnet) is taken by the network \(rival)", value: work.subnet)
        }
        let answer = try await daemon.createNetwork(
            name, driver: "overlay", subnet: subnet, gateway: gateway, labels: try await labels())
        try answer.expect("creating the network", also: 409)
        guard let ours = try await existing(subnet, among: daemon.networks(of: work.id)) else {
            throw WorkError(.transient, .hostRefused, "the network \(name) went away while it was made")
        }
        return ours
    }

    private var name: String { SwarmNames(work).network }

    /// One with another subnet is of an earlier assignment: it goes, with its services.
    private func existing(_ subnet: Subnet, among seen: [NetworkDetails]) async throws(WorkError) -> ChainNetwork? {
        let ours = try await allocated(seen)
        if let right = ours.first(where: { $0.subnets == [subnet] }) {
            return ChainNetwork(id: right.id, labels: right.labels ?? [:])
        }
        guard !ours.isEmpty else { return nil }
        let services = found.services.map { ObjectReference(kind: .service, id: $0.id) }
        try await Removal(daemon: daemon, patience: .seconds(60)).remove(
            services + ours.map { ObjectReference(kind: .network, id: $0.id) }, keepingData: true)
        return nil
    }

    /// A network that was made a moment ago says nothing of its subnet yet: then it is looked at again.
    private func allocated(_ seen: [NetworkDetails]) async throws(WorkError) -> [NetworkDetails] {
        var ours = seen.filter { $0.name == name }
        guard ours.contains(where: \.subnets.isEmpty) else { return ours }
        try await settle(within: .seconds(5)) { (_) throws(WorkError) in
            ours = try await daemon.networks(of: work.id).filter { $0.name == name }
            return ours.allSatisfy { !$0.subnets.isEmpty }
        }
        return ours
    }

    /// With the machine that each node is put on: the first writer's choice is everybody's.
    private func labels() async throws(WorkError) -> [String: String] {
        var labels = ObjectLabels(work, on: host.id, of: daemon.installation).dictionary
        let load = Dictionary(grouping: try await daemon.services().compactMap(\.machine)) { $0 }.mapValues(\.count)
        let placement = try found.machines.place(work.plan.nodes.map(\.name), earlier: [:], load: load)
        for (node, machine) in placement { labels[SwarmLabels.machinePrefix + node] = machine }
        return labels
    }
}

extension Machines {
    /// The nodes as they will be once they run: where their ports are reached depends on their machines.
    func expected(_ work: ChainWork, _ placement: [String: String]) -> ObservedChain {
        let nodes = work.plan.nodes.map { node in
            ObservedNode(
                name: node.name, state: .running, ports: work.ports.filter { $0.node == node.name },
                address: placement[node.name].flatMap(address))
        }
        return ObservedChain(id: work.id, nodes: nodes, sequence: work.sequence)
    }
}

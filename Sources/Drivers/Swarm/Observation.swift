import DockerEngine
import Drivers
import Model

/// What was found on a swarm, in Continuo's words. Holds nothing that changes by itself, such as the time since a start.
struct Observation {
    private let found: Found

    init(_ found: Found) {
        self.found = found
    }

    func host() -> HostObservation {
        let labels = found.services.compactMap { ObjectLabels($0.labels) } + found.objects.map(\.labels)
        let chains = Set(labels.map(\.chain))
        return HostObservation(chains: chains.map { chain($0) }.sorted { $0.id.description < $1.id.description })
    }

    func chain(_ id: ChainID) -> ObservedChain {
        let services = found.services.compactMap { service in
            ObjectLabels(service.labels).map { (service: service, labels: $0) }
        }.filter { $0.labels.chain == id }
        let objects = found.objects.filter { $0.labels.chain == id }
        let nodes = services.filter { $0.labels.node != nil }
        let newest = Dictionary(grouping: nodes) { $0.labels.node?.name ?? "" }
            .mapValues { $0.sorted { $0.labels.age < $1.labels.age } }
        let others = newest.values.flatMap { $0.dropLast() } + services.filter { $0.labels.node == nil }
        return ObservedChain(
            id: id,
            nodes: newest.values.compactMap(\.last).map { node($0.service, $0.labels) }.sorted { $0.name < $1.name },
            sequence: (services.map(\.labels.sequence) + objects.map(\.labels.sequence)).max() ?? 0,
            objects: (objects.map(\.reference) + others.map { ObjectReference(kind: .service, id: $0.service.id) })
                .sorted { ($0.kind.rawValue, $0.id) < ($1.kind.rawValue, $1.id) },
            certificatesExpireAt: found.configs.filter { ObjectLabels($0.labels)?.chain == id }
                .compactMap { ObjectLabels.expiry($0.labels) }.min())
    }

    private func node(_ service: Service, _ labels: ObjectLabels) -> ObservedNode {
        let sight = NodeSight(service, lives: found.lives(of: service), machines: found.machines)
        let machine = sight.life?.nodeID ?? service.machine
        return ObservedNode(
            name: labels.node?.name ?? "", state: sight.state, health: sight.health, restarts: labels.node?.restarts ?? 0,
            incarnation: labels.incarnation, generation: labels.generation,
            ports: sight.state == .running ? service.publishedPorts(of: labels.node?.name ?? "") : [], object: service.id,
            detail: sight.detail, machine: machine.map { found.machines[$0]?.name ?? $0 },
            address: machine.flatMap(found.machines.address))
    }
}

extension ObjectLabels {
    fileprivate var age: (Int, Int, Int, Int) { (incarnation, generation, node?.restarts ?? 0, sequence) }
}

extension Service {
    /// As the machine publishes them: a task does not run without the ports that its service asks for.
    fileprivate func publishedPorts(of node: String) -> [PortAssignment] {
        labels.compactMap { key, value -> PortAssignment? in
            guard key.hasPrefix(SwarmLabels.portPrefix), let inside = Int(value),
                let outside = spec.endpointSpec?.ports?.first(where: { $0.targetPort == inside })?.publishedPort
            else { return nil }
            return PortAssignment(node: node, name: String(key.dropFirst(SwarmLabels.portPrefix.count)), port: outside)
        }.sorted { $0.name < $1.name }
    }
}

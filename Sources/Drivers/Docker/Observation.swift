import DockerEngine
import Drivers
import Model

/// What was found on a daemon, in Continuo's words. Holds nothing that changes by itself, such as the time since a start.
struct Observation {
    private let found: Found

    init(_ found: Found) {
        self.found = found
    }

    func host() -> HostObservation {
        let labels =
            found.containers.map(\.labels) + found.networks.map { $0.labels ?? [:] } + found.volumes.map { $0.labels ?? [:] }
        let chains = Set(labels.compactMap { ObjectLabels($0)?.chain })
        return HostObservation(
            chains: chains.map { chain($0) }.sorted { $0.id.description < $1.id.description })
    }

    /// - Parameter healthy: nodes whose probes have just passed, whatever the daemon's own check says by now.
    func chain(_ id: ChainID, healthy: Set<String> = []) -> ObservedChain {
        let containers = found.containers.compactMap { container in
            ObjectLabels(container.labels).map { (container: container, labels: $0) }
        }.filter { $0.labels.chain == id }
        let objects = found.objects.filter { $0.labels.chain == id }
        let tasks = containers.filter { $0.labels.task != nil }
        let nodes = containers.filter { $0.labels.task == nil }
        let newest = Dictionary(grouping: nodes) { $0.labels.node?.name ?? "" }
            .mapValues { $0.sorted { $0.labels.age < $1.labels.age } }
        let observed = newest.compactMap { name, all in
            all.last.map { $0.container.node(named: name, $0.labels, passed: healthy.contains(name)) }
        }
        let others = (newest.values.flatMap { $0.dropLast() } + tasks).map {
            ObjectReference(kind: .container, id: $0.container.id)
        }
        return ObservedChain(
            id: id, nodes: observed.sorted { $0.name < $1.name },
            sequence: (containers.map(\.labels.sequence) + objects.map(\.labels.sequence)).max() ?? 0,
            objects: (objects.map(\.reference) + others).sorted { ($0.kind.rawValue, $0.id) < ($1.kind.rawValue, $1.id) },
            certificatesExpireAt: found.volumes.filter { ObjectLabels($0.labels ?? [:])?.chain == id }
                .compactMap { ObjectLabels.expiry($0.labels ?? [:]) }.min())
    }
}

extension ObjectLabels {
    fileprivate var age: (Int, Int, Int, Int) { (incarnation, generation, node?.restarts ?? 0, sequence) }
}

extension ContainerSummary {
    fileprivate func node(named name: String, _ labels: ObjectLabels, passed: Bool) -> ObservedNode {
        ObservedNode(
            name: name, state: nodeState, health: passed ? .healthy : health, restarts: labels.node?.restarts ?? 0,
            incarnation: labels.incarnation, generation: labels.generation, ports: publishedPorts(of: name), object: id,
            detail: passed ? nil : detail)
    }

    var health: NodeHealth {
        switch state {
        case "restarting", "paused", "dead": .unhealthy
        case "running" where status.hasSuffix("(healthy)"): .healthy
        case "running" where status.hasSuffix("(unhealthy)"): .unhealthy
        case "running" where status.hasSuffix("(health: starting)"): .starting
        default: .unknown
        }
    }

    private var detail: String? {
        switch state {
        case "created": "was never started"
        case "exited": "exited with code \(exitCode)"
        case "restarting": "ends again and again, last with code \(exitCode)"
        case "running": health == .unhealthy ? "its probe fails" : nil
        default: "is \(state)"
        }
    }

    private func publishedPorts(of node: String) -> [PortAssignment] {
        labels.compactMap { key, value -> PortAssignment? in
            guard key.hasPrefix(DockerLabels.portPrefix), let inside = Int(value),
                let outside = ports.first(where: { $0.container == inside && $0.host != nil })?.host
            else { return nil }
            return PortAssignment(node: node, name: String(key.dropFirst(DockerLabels.portPrefix.count)), port: outside)
        }.sorted { $0.name < $1.name }
    }
}
